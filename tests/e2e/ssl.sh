# shellcheck shell=bash
# What the tests of SSL modules share: a startup-config made of entries, and a
# server that shows what it is sent.  Sourced behind lib.sh.
#
#	ssl_entry N PORT LINE...	an SSL server on 10.10.5.50
#	ssl_config N:PORT...		the rest: module, rules, one server
#	ssl_start OPTION...		boots with what $import names
#	mirror				the server behind, on 127.10.5.1:80
#	count TEXT			a counter of show ssl statistics

vip=127.10.5.50
import=()

ssl_entry() {
	local n=$1 line

	printf 'ssl-server %s\n' "$n"
	for line in "vip address 10.10.5.50" "port $2" "rsacert c" "rsakey k" \
		"cipher rsa-with-aes-128-cbc-sha 10.10.5.51 80" "${@:3}"; do
		printf 'ssl-server %s %s\n' "$n" "$line"
	done
}

ssl_rule() { # PORT [SERVICE...]
	local port=$1 s

	shift
	printf '%s\n' "content tls$port" "vip address 10.10.5.50" \
		"protocol tcp" "port $port"
	for s in "${@:-module}"; do printf 'add service %s\n' "$s"; done
	echo active
}

ssl_service() { # NAME SLOT
	printf '%s\n' "service $1" "type ssl-accel" "slot $2" \
		"keepalive type none" "add ssl-proxy-list l" active
}

ssl_clear() { # what stands behind the module
	cat <<-'END'
		service one
		ip address 10.10.5.1
		protocol tcp
		port 80
		keepalive type tcp
		active
		owner web
		content clear
		vip address 10.10.5.51
		protocol tcp
		port 80
		add service one
		active
	END
}

ssl_config() { # PORT...
	local p

	echo active
	ssl_service module 2
	ssl_clear
	for p in "$@"; do ssl_rule "$p"; done
}

ssl_start() {
	switch_start --startup startup "${import[@]}" "$@"
	lacks "the startup-config has no errors" \
		"$(cli "show startup-errors")" '%%'
	wait_service one Alive
}

mirror() {
	background mirror "$PYTHON" "$ROOT/tests/e2e/mirror.py" 127.10.5.1:80
	within 10 listens 127.10.5.1 80 || fail "mirror.py"
}

get() { # PORT [CURL-OPTION...]
	curl -sS --max-time 10 --cacert x-ca.pem \
		--resolve "www.example.com:$1:$vip" "${@:2}" \
		"https://www.example.com:$1/" 2>&1
}

count() {
	cli "show ssl statistics" |
		awk -v text="$1" '{ n = $1; sub(/^ *[0-9]+ +/, "") }
			$0 == text { sum += n } END { print sum + 0 }'
}

# shellcheck shell=bash
# css11500 on the host's own sockets with one worker.  The address map finds the
# appliance's 10.0.0.1 at 127.0.0.1.  A front is a virtual SSL server whose clear
# text goes to VIP 10.0.0.2; a rule there leads to a service of a backend-server
# entry, which encrypts again, or to a plain one.
peer_version() { "$CSS11500" --version | head -n 1; }

# A back-end entry's own address is where rules send clear text: it needs ports
# of its own, so the back end's port moved up.
clear_port() { echo $(($1 + 1000)); }

ssl_server() { # INDEX FRONT-PORT KEY-PAIR
	printf "  ssl-server $1%s\n" "" " vip address 10.0.0.1" " port $2" \
		" rsacert $3" " rsakey $3" \
		" cipher all-cipher-suites 10.0.0.2 $2"
}

backend_server() { # INDEX BACK-PORT
	cat <<-CFG
	  backend-server $1
	  backend-server $1 ip address 10.0.0.1
	  backend-server $1 port $(clear_port "$2")
	  backend-server $1 server-ip 10.0.0.1
	  backend-server $1 server-port $2
	CFG
}

service() { # NAME PORT [LINE...]
	printf 'service %s\n  ip address 10.0.0.1\n  protocol tcp\n  port %s\n' \
		"$1" "$2"
	[ $# -lt 3 ] || printf '  %s\n' "${@:3}"
	printf '  keepalive type none\n  active\n'
}

rule() { # NAME VIP PORT SERVICE [LINE...]
	printf '  content %s\n' "$1"
	printf '    %s\n' "vip address $2" "protocol tcp" "port $3" \
		"add service $4" "${@:5}" active
}

# A list has at most 256 entries, a service may have several lists.
many_lists() {
	local n
	for n in $(seq 0 $((MANY - 1))); do
		[ $((n % 250)) != 0 ] || echo "ssl-proxy-list many$((n / 250))"
		ssl_server $((n % 250 + 1)) $((F_MANY + n)) ec
		[ $((n % 250)) != 249 ] || echo "  active"
	done
}

many_rules() {
	local n
	for n in $(seq 0 $((MANY - 1))); do
		rule "m$n" 10.0.0.1 $((F_MANY + n)) card
	done
	rule clear-many 10.0.0.2 "$F_MANY" clear
}

startup() {
	for key in rsa ec; do
		echo "ssl associate rsakey $key $key.pem"
		echo "ssl associate cert $key $key.pem"
	done
	echo "ssl-proxy-list bench"
	ssl_server 1 "$F_RSA" rsa
	ssl_server 2 "$F_EC" ec
	ssl_server 3 "$F_TERM" ec
	backend_server 1 "$B_RSA"
	backend_server 2 "$B_EC"
	ssl_server 4 "$F_INSERT" ec
	echo "  ssl-server 4 http-header session"
	echo "  active"
	[ "$WORKLOAD" != many ] || many_lists
	cat <<-CFG
	service card
	  type ssl-accel
	  slot 2
	  keepalive type none
	  add ssl-proxy-list bench
	CFG
	[ "$WORKLOAD" != many ] || printf '  add ssl-proxy-list many%d\n' 0 1 2 3
	echo "  active"
	service rsa "$(clear_port "$B_RSA")" "type ssl-accel-backend" \
		"add ssl-proxy-list bench"
	service ec "$(clear_port "$B_EC")" "type ssl-accel-backend" \
		"add ssl-proxy-list bench"
	service clear "$B_CLEAR"
	for n in 1 2 3 4; do
		service "web$n" "$B_CLEAR" "string s$n"
	done
	echo "owner bench"
	rule tls-rsa 10.0.0.1 "$F_RSA" card
	rule tls-ec 10.0.0.1 "$F_EC" card
	rule tls-term 10.0.0.1 "$F_TERM" card
	rule clear-rsa 10.0.0.2 "$F_RSA" rsa
	rule clear-ec 10.0.0.2 "$F_EC" ec
	rule tls-insert 10.0.0.1 "$F_INSERT" card
	rule clear-insert 10.0.0.2 "$F_INSERT" clear
	[ "$WORKLOAD" != many ] || many_rules
	rule clear-term 10.0.0.2 "$F_TERM" clear
	rule tcp 10.0.0.1 "$F_TCP" clear
	rule http 10.0.0.1 "$F_HTTP" web1 'url "/*"' "add service web2" \
		"add service web3" "add service web4" \
		"advanced-balance cookies" 'string prefix "srv="'
}

peer_start() {
	startup >"$W/startup"
	rm -rf "$W/disk"
	spawn "$CSS11500" run --disk "$W/disk" --telnet off --workers 1 \
		--map auto --startup "$W/startup" --import-ssl "$CERT_RSA" \
		--import-ssl "$CERT_EC"
}

#!/bin/bash
# Peers that misbehave, on both sides of a module: they are logged with the
# reason, leave nothing behind, and harm nobody else.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"

attackers=${ATTACKERS:-10000}
vip=127.10.5.50
ca_new x && ca_issue web x www.example.com || fail "openssl"
background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.5.1:80
kinds=(mute reset late text cut)
bad=()
for i in "${!kinds[@]}"; do
	bad+=("${kinds[i]}=127.10.5.2:$((8440 + i))")
done
background bad "$PYTHON" "$ROOT/tests/e2e/badserver.py" "${bad[@]}"

entry() { # NUMBER PORT CLEAR-PORT
	local line

	printf 'ssl-server %s\n' "$1"
	for line in "vip address 10.10.5.50" "port $2" "rsacert c" "rsakey k" \
		"cipher rsa-with-aes-128-cbc-sha 10.10.5.51 $3" \
		"tcp virtual syn-timeout 4"; do
		printf 'ssl-server %s %s\n' "$1" "$line"
	done
}
backend() { # NUMBER PORT SERVER-PORT
	local line

	printf 'backend-server %s\n' "$1"
	for line in "ip address 10.10.5.2" "port $2" "server-ip 10.10.5.2" \
		"server-port $3" "cipher rsa-with-aes-128-cbc-sha" \
		"tcp server syn-timeout 3"; do
		printf 'backend-server %s %s\n' "$1" "$line"
	done
}
service() { # NAME ADDR PORT KEEPALIVE [LINE]
	printf '%s\n' "service $1" "ip address $2" "protocol tcp" "port $3" \
		"keepalive type $4" "${@:5}" active
}
content() { # NAME ADDR PORT SERVICE
	printf '%s\n' "content $1" "vip address $2" "protocol tcp" "port $3" \
		"add service $4" active
}
{
	printf '%s\n' "logging subsystem flowmgr level notice-5" \
		"ssl associate cert c web.pem" "ssl associate rsakey k web.key" \
		"ssl-proxy-list l"
	entry 1 443 80
	for i in "${!kinds[@]}"; do
		entry $((i + 2)) $((8440 + i)) $((8440 + i))
		backend $((i + 2)) $((9440 + i)) $((8440 + i))
	done
	printf '%s\n' active "service module" "type ssl-accel" "slot 2" \
		"keepalive type none" "add ssl-proxy-list l" active
	service one 10.10.5.1 80 tcp
	for i in "${!kinds[@]}"; do
		service "${kinds[i]}" 10.10.5.2 $((9440 + i)) none \
			"type ssl-accel-backend" "add ssl-proxy-list l"
	done
	printf '%s\n' "owner web"
	content clear 10.10.5.51 80 one
	content tls 10.10.5.50 443 module
	for i in "${!kinds[@]}"; do
		content "c-${kinds[i]}" 10.10.5.51 $((8440 + i)) "${kinds[i]}"
		content "t-${kinds[i]}" 10.10.5.50 $((8440 + i)) module
	done
} >startup

descriptors() {
	local all=(/proc/"${pid[switch]}"/fd/*)

	echo ${#all[@]}
}
flows() {
	cli "show flows" | grep -c TCP
}
clean() {
	[ "$(descriptors)" -le "$base" ] && [ "$(flows)" = 0 ]
}
get() { # PORT
	curl -sS --max-time 10 --cacert x-ca.pem \
		--resolve "www.example.com:$1:$vip" \
		"https://www.example.com:$1/" 2>&1
}
logged() {
	cli "show log sys.log" | grep -E -- "FLOWMGR-[0-9].*$1" >/dev/null
}
attack() { # KIND N
	timeout 60 "$PYTHON" "$ROOT/tests/e2e/attack.py" "$1" $vip 443 "$2" ||
		fail "attack $1"
	has "after $1 others are served" "$(get 443)" '^one '
	ok "after $1 nothing is left behind" within 8 clean
}

switch_start --startup startup --import-ssl web.pem --import-ssl web.key \
	--workers 2
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service one Alive
has "traffic passes" "$(get 443)" '^one '
sleep 0.3
base=$(descriptors)

attack garbage 100
ok "garbage is logged with its reason" \
	logged 'TLS with the client failed: (wrong version|unknown|http request)'
attack truncated 100
attack resets 100
attack flipped 100
attack giant 4
attack closes 60
attack broken 10
ok "a broken record is logged with its reason" \
	logged 'TLS with the client failed: (decryption failed|bad record)'
attack slow 20
ok "a slow handshake is logged" logged 'TLS handshake timed out'
attack renegotiate 1

unfinished() { # handshakes that were begun and not completed, ever
	cli "show ssl statistics ssl-proxy-server" | awk '
		/Handshake started for incoming/ { n += $1 }
		/Handshake completed for incoming/ { n -= $1 }
		END { print n }'
}
before=$(unfinished)
background half "$PYTHON" "$ROOT/tests/e2e/attack.py" half $vip 443 "$attackers"
ok "$attackers handshakes are begun" within 60 grep -q held "$T/half.log"
served() {
	grep -q '^one ' <<<"$(get 443)"
}
ok "others are served meanwhile" within 30 served
ok "all of them are ended in time" within 20 clean
ok "each is counted as begun, and none as completed" [ \
	$(($(unfinished) - before)) -ge "$attackers" ]
end half

for i in "${!kinds[@]}"; do
	lacks "${kinds[i]}: an error, not an answer" "$(get $((8440 + i)))" \
		'^one|220 hello'
done
ok "a server that is silent" logged ':8440: the server did not answer'
ok "one that resets" logged ':844[12]: TLS with the server failed|refused'
ok "one that speaks no TLS" \
	logged ':8443: TLS with the server failed: wrong version'
ok "one that closes" logged ':8444: TLS with the server failed: peer closed'
has "others are served" "$(get 443)" '^one '
ok "nothing is left behind" within 8 clean
has "lines are limited" "$(cli "show log sys.log")" 'more messages about flows not log'
has "no flow is counted as active" \
	"$(cli "show ssl statistics ssl-proxy-server")" '^ *0 +Active SSL flows$'
switch_stop

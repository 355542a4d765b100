#!/bin/bash
# 10,000 requests over 100 persistent connections that move between services: none
# is lost, none is doubled, while a server is killed and comes back.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"

service() { # NAME LAST-BYTE
	printf '%s\n' "service $1" "ip address 10.10.22.$2" "protocol tcp" \
		"port 80" "keepalive type tcp" "keepalive frequency 2" \
		"keepalive retryperiod 2" "keepalive maxfailure 1" active
}

rule() { # NAME URL SERVICE SERVICE
	printf '%s\n' "content $1" "vip address 10.10.22.50" "protocol tcp" \
		"port 80" "url \"$2\"" "add service $3" "add service $4" active
}

{
	echo "persistence reset remap"
	service one 1
	service two 2
	service three 3
	echo "owner web"
	rule a '/a/*' one two
	rule b '/b/*' two three
	rule c '/c/*' three one
} >startup
background wake "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.22.1:80 \
	two=127.10.22.2:80 three=127.10.22.3:80
within 10 listens 127.10.22.3 80 || fail "web.py"
switch_start --startup startup
for s in one two three; do wait_service $s Alive; done
end wake # its place is taken before a keepalive can notice
ok "every request is answered once, or its client knows" \
	"$PYTHON" "$ROOT/tests/e2e/moves.py" "$ROOT/tests/e2e/origin.py"
has "the dead server was noticed" "$(cat "$DISK/log/sys.log")" \
	'Service Transition:two -> down'
switch_stop

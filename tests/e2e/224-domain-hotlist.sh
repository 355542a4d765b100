#!/bin/bash
# domain hotlist (content.md 7.8): which domain names requests of all rules asked
# for most, in this minute and the one before.
# timeout: 200
. "$(dirname "$0")/lib.sh"
VIP=127.9.1.1

background web $PYTHON "$ROOT/tests/e2e/web.py" one=127.9.1.11:80
within 10 listens 127.9.1.11 80 || fail "no server"
switch_start
cli_ok configure "domain hotlist" "domain hotlist size 2" \
	"service one" "ip address 10.9.1.11" "protocol tcp" "port 80" \
	"keepalive type none" active \
	"owner o" "content a" "vip address 10.9.1.1" "protocol tcp" "port 80" \
	'url "/*"' "add service one" active \
	"content b" "vip address 10.9.1.2" "protocol tcp" "port 80" \
	'url "/*"' "add service one" active >/dev/null
ask() { # TIMES ADDR HOST
	local i

	for i in $(seq "$1"); do
		curl -sS -o /dev/null -H "Host: $3" "http://$2/" || return 1
	done
}
rows() { # hits now, before, and names
	cli "show domain hotlist" | awk 'seen && NF == 3 { print $1, $2, $3 }
		/^Hits/ { seen = 1 }'
}
early_in_the_minute() {
	[ "$(date +%-S)" -lt 40 ]
}
within 30 early_in_the_minute
ask 5 $VIP www.B.example.:80
ask 4 127.9.1.2 www.b.example
ask 7 $VIP a.example
ask 1 $VIP c.example
same "names of all rules, most hits first, as many as it may have" "$(rows)" \
	$'9 0 www.b.example\n7 0 a.example'
cli_ok configure "domain hotlist threshold 8" >/dev/null
same "a threshold hides what has fewer hits" "$(rows)" "9 0 www.b.example"
cli_ok configure "no domain hotlist threshold" >/dev/null
next_minute() {
	[ "$(rows)" = $'0 9 www.b.example\n0 7 a.example' ]
}
ok "they are those of the minute before then" within 70 next_minute
cli_ok configure "no domain hotlist" >/dev/null
same "nothing is listed when it is off" "$(rows)" ""
switch_stop

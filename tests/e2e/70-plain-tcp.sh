#!/bin/bash
# Layer 4 rules with curl and small web servers: balance methods, weights, bounds,
# states, source groups, counters.
# labels: traffic
# timeout: 280
. "$(dirname "$0")/lib.sh"

background web "$PYTHON" "$ROOT/tests/e2e/web.py" \
	one=127.10.3.1:80 two=127.10.3.2:80 three=127.10.3.3:80
within 10 listens 127.10.3.3 80 || fail "web.py"

service() { # NAME LAST-BYTE
	printf '%s\n' "service $1" "ip address 10.10.3.$2" "protocol tcp" \
		"port 80" "keepalive type tcp" "keepalive frequency 2" \
		"keepalive retryperiod 2" "active"
}

rule() { # NAME LAST-BYTE BALANCE
	printf '%s\n' "content $1" "vip address 10.10.3.$2" "protocol tcp" \
		"port 80" "balance $3" "add service one" "add service two" \
		"add service three" "active"
}

{
	echo "flow permanent port1 80" # held connections say nothing
	service one 1
	service two 2
	service three 3
	echo "owner web"
	rule rr 50 roundrobin
	rule wrr 51 weightedrr
	rule least 52 leastconn
	rule src 53 srcip
} >startup
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
for s in one two three; do wait_service $s Alive; done

get() { # VIP [CURL-OPTION...]
	curl -s --max-time 5 "http://127.10.3.$1/" "${@:2}"
}

spread() { # VIP COUNT: "NAME=COUNT ..." in order of name
	for _ in $(seq 1 "$2"); do get "$1"; done | cut -d' ' -f1 | sort |
		uniq -c | awk '{ printf "%s%s=%s", sep, $2, $1; sep = " " }'
}

# Cursors are shared among the workers: the turns are exact.
same "round robin takes turns" "$(spread 50 12)" "one=4 three=4 two=4"
cli_ok configure "service one" suspend "weight 4" active end
wait_service one Alive
same "weighted round robin follows the weights" "$(spread 51 24)" \
	"one=16 three=4 two=4"
cli_ok configure "service one" suspend "weight 1" active end
wait_service one Alive

first=$(get 53 --interface 127.0.0.9 | cut -d' ' -f1)
for _ in 1 2 3 4 5; do
	same "source address sticks to its server" \
		"$(get 53 --interface 127.0.0.9 | cut -d' ' -f1)" "$first"
done
seen=$(for i in $(seq 10 40); do get 53 --interface "127.0.$i.$i"; done |
	cut -d' ' -f1 | sort -u | wc -l)
ok "other addresses reach other servers ($seen)" [ "$seen" -gt 1 ]

hold() { # VIP: a connection that stays
	curl -sN --max-time 60 "http://127.10.3.$1/hold" >>held.log 2>&1 &
	holders+=($!)
}
holders=()
held() { # N
	[ "$(wc -l <held.log)" -ge "$1" ]
}
release() {
	kill "${holders[@]}" 2>/dev/null
	wait "${holders[@]}" 2>/dev/null
	holders=()
	: >held.log
}
: >held.log
for i in 1 2 3 4 5 6; do
	hold 52
	within 5 held $i || fail "a held connection does not begin"
done
same "least connections spreads held ones" \
	"$(sort held.log | uniq -c | awk '{ printf "%s ", $1 }')" "2 2 2 "
has "show flows has them" "$(cli "show flows")" '10\.10\.3\.52 +80 '
has "show service counts them" "$(cli "show service one")" \
	'(Current Local )?Connections: +2'
release

# Bounds: six connections at most, then the others get them.
cli_ok configure "service one" suspend "max connections 6" active end
wait_service one Alive
for i in $(seq 1 24); do
	hold 50
	within 5 held $i || fail "a held connection does not begin"
done
same "max connections holds" "$(grep -c one held.log)" 6
release
none_left() {
	cli "show service one" | grep -Eq 'Connections: +0( |$)'
}
for round in 1 2 3 4; do
	ok "the connections end" within 10 none_left
	for i in $(seq 1 30); do hold 50; done # all workers at once
	within 20 held 30 || fail "not all connections begin"
	same "and among workers that race for the last" \
		"$(grep -c one held.log)" 6
	[ $round = 4 ] || release
done
release
cli_ok configure "service one" suspend "no max connections" active end
wait_service one Alive

# States: a suspended service gets nothing new and keeps what it has.
hold 50
hold 50
hold 50
within 5 held 3 || fail "held connections do not begin"
cli_ok configure "service two" suspend end
wait_service two Suspended
same "a suspended service gets nothing new" "$(spread 50 6)" \
	"one=3 three=3"
cli_ok configure "service two" active end
wait_service two Alive
ok "and again after active" grep -q two <<<"$(spread 50 6)"
release
cli_ok configure "owner web" "content rr" suspend end
ok "a suspended rule does not answer" not get 50
cli_ok configure "owner web" "content rr" active end
ok "an active one does" get 50 -o /dev/null

# Keepalive: a dead server gets nothing, and comes back.
end web KILL
wait_service one Down 20
wait_service three Down 20
ok "no server, no answer" not get 50
background web "$PYTHON" "$ROOT/tests/e2e/web.py" \
	one=127.10.3.1:80 two=127.10.3.2:80
wait_service one Alive 20
wait_service two Alive 20
wait_service three Down 20
same "the living get it all" "$(spread 50 6)" "one=3 two=3"

# A source group changes the address that the server sees.
cli_ok configure "group nat" "vip address 10.10.3.99" \
	"add destination service one" active end
has "the group's address is the source" \
	"$(for _ in 1 2 3 4; do get 50; done)" '^one 127\.10\.3\.99$'
lacks "for its services only" "$(for _ in 1 2 3 4; do get 50; done)" \
	'^two 127\.10\.3\.99$'
has "show group counts" "$(cli "show group nat")" '[1-9]'

# Much data, both ends intact.
ok "ten million bytes arrive" [ "$(curl -s --max-time 20 \
	http://127.10.3.50/10000000 | wc -c)" = 10000000 ]
has "show rule tells of the rule" "$(cli "show rule web rr")" 'rr'
has "show rule-summary too" "$(cli "show rule-summary")" \
	'10\.10\.3\.50 +80 +TCP .*rr +web +Active'
has "show owner" "$(cli "show owner")" 'web'
has "show content" "$(cli "show content")" '10\.10\.3\.50'
switch_stop

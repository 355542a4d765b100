#!/bin/bash
# On the wire: access lists on circuits, which permit and deny TCP, UDP and ICMP and
# count, and a UDP rule over several servers, balanced, sticky and behind the ports
# of a source group.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
for n in 2 3; do on servers ip addr add 10.1.1.1$n/24 dev eth0; done
for n in 7 8; do on client ip addr add 192.168.10.$n/24 dev eth0; done
on_background web servers $PYTHON "$ROOT/tests/e2e/who.py" web=10.1.1.11:80
on_background udp servers $PYTHON "$ROOT/tests/e2e/udp.py" serve \
	one=10.1.1.11:7000 two=10.1.1.12:7000 three=10.1.1.13:7000
within 10 grep -qs ready udp.log || fail "udp.py"

two_arms "bridge spanning-tree disabled" >startup <<'END'
service one
  ip address 10.1.1.11
  keepalive type none
  active
service two
  ip address 10.1.1.12
  keepalive type none
  active
service three
  ip address 10.1.1.13
  keepalive type none
  active
group nat
  vip address 10.1.1.77
  active
owner acme
  content web
    vip address 192.168.10.20
    protocol tcp
    port 80
    add service one
    active
  content turns
    vip address 192.168.10.20
    protocol udp
    port 7000
    add service one
    add service two
    add service three
    active
  content sticky
    vip address 192.168.10.21
    protocol udp
    port 7000
    advanced-balance sticky-srcip
    add service one
    add service two
    add service three
    active
acl 1
  clause 10 deny tcp 192.168.10.7 destination any eq 80
  clause 20 deny udp 192.168.10.7 destination content acme/turns
  clause 30 deny icmp 192.168.10.7 destination any
  clause 40 permit udp 192.168.10.8 destination any eq 7000 sourcegroup nat
  clause 50 permit tcp any destination any
  clause 60 permit any any destination any
  apply circuit-(VLAN1)
acl 2
  clause 10 deny icmp 10.1.1.13 destination any
  clause 20 permit any any destination any
  apply circuit-(VLAN2)
END
wire_start --startup startup
for s in one two three; do wait_service $s Alive; done
within 20 pings client 192.168.10.1 192.168.10.9 &&
	within 20 pings servers 10.1.1.1 10.1.1.11 ||
	fail "the switch does not answer"

get() { # FROM
	on client curl -sS -m 2 --interface "$1" http://192.168.10.20/ 2>&1
}
ask() { # FROM[:PORT] VIP TEXT...
	on client $PYTHON "$ROOT/tests/e2e/udp.py" ask "$1" "$2:7000" "${@:3}"
}
hits() { # ACL CLAUSE
	cli "show acl $1" | awk -v n="$2" '$1 == "Clause:" { at = $2 }
		/Content Hits/ && at == n { c = $3; r = $6 } END { print c + r }'
}

counted() { # "SENTENCE" ACL CLAUSE LEAST
	ok "$1" [ "$(hits "$2" "$3")" -ge "$4" ]
}

# ---- access lists ------------------------------------------------------------------------
has "a list stops nobody before it is enabled" "$(get 192.168.10.7)" \
	'^web 192\.168\.10\.7:'
same "and counts nothing" "$(hits 1 10)" 0
cli_ok configure "acl enable" >/dev/null
has "TCP of a denied address gets nowhere" "$(get 192.168.10.7)" 'timed out'
counted "its clause counts it" 1 10 1
has "others get through" "$(get 192.168.10.9)" '^web 192\.168\.10\.9:'
same "by the clause that permits them" "$(hits 1 50)" 1
same "UDP to a rule that the clause names is denied" \
	"$(ask 192.168.10.7 192.168.10.20 a)" -
same "once" "$(hits 1 20)" 1
has "to another it is not" "$(ask 192.168.10.7 192.168.10.21 a)" \
	'^(one|two|three) 192\.168\.10\.7 [0-9]+ a$'
same "the last clause has it" "$(hits 1 60)" 1
ok "a denied ping is not answered" not pings client 192.168.10.1 192.168.10.7
ok "nor passed on" not pings client 10.1.1.11 192.168.10.7
same "both are counted" "$(hits 1 30)" 2
ok "the switch answers others" pings client 192.168.10.1 192.168.10.9
ok "and lets them through" pings client 10.1.1.11 192.168.10.9
ok "the other circuit has its own list" \
	not pings servers 192.168.10.9 10.1.1.13
same "which counts" "$(hits 2 10)" 1
ok "and permits the rest" pings servers 192.168.10.9 10.1.1.12
cli_ok configure "acl 1" "remove circuit-(VLAN1)" "no clause 10" \
	"apply circuit-(VLAN1)" >/dev/null
has "without its clause nothing is denied" "$(get 192.168.10.7)" \
	'^web 192\.168\.10\.7:'

# ---- UDP over several servers --------------------------------------------------------------
names() { cut -d' ' -f1; }
for _ in 1 2 3 4 5 6; do ask 192.168.10.9 192.168.10.20 x; done >turns
same "clients' ports are shared by the servers in turn" \
	"$(names <turns | sort | uniq -c | xargs)" "2 one 2 three 2 two"
same "which see the client itself" "$(grep -c ' 192\.168\.10\.9 ' turns)" 6
same "one port stays where it is" \
	"$(ask 192.168.10.9:4000 192.168.10.20 a b c d | names | uniq | wc -l)" 1
for _ in 1 2 3 4 5 6; do ask 192.168.10.9 192.168.10.21 x; done >sticky
same "a sticky address stays with its server" \
	"$(names <sticky | uniq | wc -l)" 1
first=$(names <sticky | head -n 1)
cli_ok configure "service $first" suspend >/dev/null
wait_service "$first" Suspended
moved=$(ask 192.168.10.9 192.168.10.21 x | names)
ok "until that is suspended ($first, then $moved)" \
	[ "$moved" != "$first" -a "$moved" != - ]
same "and stays at the next" "$(ask 192.168.10.9 192.168.10.21 x | names)" \
	"$moved"
cli_ok configure "service $first" active >/dev/null
wait_service "$first" Alive

# ---- behind the ports of a source group, which a clause gives ------------------------------
mapped() { cli "show group nat" | sed -n 's,.*Connections Total/Current: *,,p'; }
for n in 1 2 3; do ask 192.168.10.8:500$n 192.168.10.20 x y; done >hidden
same "servers see the group's address" "$(grep -c ' 10\.1\.1\.77 ' hidden)" 6
same "and a port for each flow" "$(cut -d' ' -f3 hidden | sort -u | wc -l)" 3
lacks "none the client's" "$(<hidden)" ' 500[123] '
same "the group counts three" "$(mapped)" 3/3
has "show flows has the way back" "$(cli "show flows")" \
	'10\.1\.1\.1[123] +7000 +10\.1\.1\.77 +[0-9]+ +192\.168\.10\.8 +UDP'
same "their clause has counted them" "$(hits 1 40)" 3
idle() { [ "$(mapped)" = 3/0 ]; }
ok "idle, they give everything back" within 40 idle
no_flows() { ! cli "show flows" | grep 'UDP'; }
ok "and are shown no more" within 10 no_flows
switch_stop

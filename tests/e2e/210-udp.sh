#!/bin/bash
# UDP content rules: one flow a 5-tuple, both directions, idle times, ports without
# flows, stickiness, states, source groups, access lists, counters; DNS with a real
# client and real servers.
# labels: traffic
# timeout: 150
. "$(dirname "$0")/lib.sh"

udp() { "$PYTHON" "$ROOT/tests/e2e/udp.py" "$@"; }
served() { grep -q ready "$T/$1.log"; }
background servers "$PYTHON" "$ROOT/tests/e2e/udp.py" serve \
	one=127.10.21.1:7000 two=127.10.21.2:7000 three=127.10.21.3:7000
within 10 served servers || fail "udp.py"
dns() { # NAME ADDRESS ANSWER
	background "$1" dnsmasq --no-daemon --conf-file=/dev/null \
		--no-resolv --no-hosts --bind-interfaces --user=root \
		--listen-address="$2" --except-interface=lo \
		--port=53 --address="/example.test/$3"
}

{
	echo "flow-state 7002 udp flow-disable nat-enable"
	echo "flow permanent port1 7003"
	for i in 1 2 3; do
		n=$(sed -n "${i}p" <<<$'one\ntwo\nthree')
		printf '%s\n' "service $n" "ip address 10.10.21.$i" \
			"port 7000" "protocol udp" "keepalive type none" active
	done
	for i in 4 5; do
		printf '%s\n' "service dns$i" "ip address 10.10.21.$i" \
			"keepalive type none" active
	done
	echo "owner u"
	rule() { # NAME LAST-BYTE PORT LINE...
		printf '%s\n' "content $1" "vip address 10.10.21.$2" \
			"protocol udp" "port $3" "add service one" \
			"add service two" "add service three" "${@:4}" active
	}
	rule rr 50 7000 "flow-timeout-multiplier 30" # minutes, on a busy machine
	rule stick 51 7000 "advanced-balance sticky-srcip"
	rule short 52 7001 "flow-timeout-multiplier 1"
	rule noflow 53 7002
	rule kept 54 7003 "flow-timeout-multiplier 1"
	rule any 55 7004 "no protocol"
	printf '%s\n' "content lone" "vip address 10.10.21.56" \
		"protocol udp" "port 7005" "add service one" active
	printf '%s\n' "content dns" "vip address 10.10.21.60" "protocol udp" \
		"port 53" "add service dns4" "add service dns5" active
} >startup
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'

name() { cut -d' ' -f1; }
flows() { # VIP-END: lines of show flows with this VIP as the destination
	cli "show flows" | grep -c "10\.10\.21\.$1 .*UDP"
}

# ---- flows -------------------------------------------------------------------
got=$(udp ask 127.0.0.9:9000 127.10.21.50:7000 a b c)
same "a 5-tuple stays with its server" "$(name <<<"$got" | uniq)" one
has "what the server answers comes back" "$got" '^one .* c$'
got=$(for i in 1 2 3; do udp ask 127.0.0.9 127.10.21.50:7000 x; done | name)
same "other 5-tuples are balanced" "$got" $'two\nthree\none'
same "one flow for each, and one back" "$(flows 50)" 4
lines=$(cli "show flows 127.0.0.9 10.10.21.50")
has "show flows tells where it goes" "$lines" \
	'^127\.0\.0\.9 +9000 +10\.10\.21\.50 +7000 +10\.10\.21\.1 +UDP '
has "and back" "$(cli "show flows 10.10.21.1")" \
	'^10\.10\.21\.1 +7000 +127\.0\.0\.9 +9000 +127\.0\.0\.9 +UDP '
same "several answers to one datagram all come" \
	"$(udp ask 127.0.0.9:9000 127.10.21.50:7000 "burst 5" | wc -l)" 5
same "a large datagram passes whole" \
	"$(udp ask 127.0.0.9:9000 127.10.21.50:7000 "size 60000")" 60000
same "none of many is lost" \
	"$(udp ask 127.0.0.9 127.10.21.50:7000 "flood 2000")" 2000
has "the rule counts flows as hits" "$(cli "show rule u rr services")" \
	' one +2 '
has "and bytes" "$(cli "show rule u rr")" 'Total Bytes: +[1-9][0-9]{4,}'
has "the service has connections" "$(cli "show service one")" \
	'Current Local Connections: +[1-9]'
has "flows are counted by protocol" "$(cli "flow statistics")" \
	'Host +[0-9]+ +[1-9][0-9]* +0 +[1-9]'

# ---- stickiness, states -------------------------------------------------------
first=$(udp ask 127.0.0.9 127.10.21.51:7000 x | name)
for _ in 1 2 3; do
	same "the source address sticks" \
		"$(udp ask 127.0.0.9 127.10.21.51:7000 x | name)" "$first"
done
cli_ok configure "service one" suspend end
wait_service one Suspended
got=$(for _ in 1 2 3 4; do udp ask 127.0.0.9 127.10.21.50:7000 x; done | name)
lacks "a suspended service gets nothing new" "$got" one
has "and keeps what it has" "$(udp ask 127.0.0.9:9000 127.10.21.50:7000 x)" \
	'^one '
cli_ok configure "service two" suspend "service three" suspend end
same "no service, no answer" "$(udp ask 127.0.0.9 127.10.21.50:7000 x)" -
has "the rule counts it" "$(cli "show rule u rr")" 'Total Rejects: +1( |$)'
cli_ok configure "service one" active "service two" active \
	"service three" active end
cli_ok configure "owner u" "content rr" suspend end
same "a suspended rule takes nothing" \
	"$(udp ask 127.0.0.9:9000 127.10.21.50:7000 x)" -
same "and its flows are over" "$(flows 50)" 0
cli_ok configure "owner u" "content rr" active end
has "an active one does" "$(udp ask 127.0.0.9:9000 127.10.21.50:7000 x)" ' x$'

# ---- ports without flows --------------------------------------------------------
got=$(udp ask 127.0.0.9:9001 127.10.21.53:7002 a b c d | name)
same "without flows every datagram is decided about" "$got" \
	$'one\ntwo\nthree\none'
same "and show flows has none" "$(flows 53)" 0
has "the flow-state table counts" "$(cli "show flow-state-table")" \
	'7002 +UDP .* 4 +Configured'
cli_ok configure "flow-state 7002 udp flow-enable" end
same "with flows the 5-tuple stays" \
	"$(udp ask 127.0.0.9:9001 127.10.21.53:7002 a b c d | name | uniq | wc -l)" 1
answer=$(cli configure "flow-state 7002 udp flow-disable nat-disable" \
	end)
has "without flows and translation the rule takes nothing" "$answer" \
	'Rule u/noflow: its UDP port 7002 gets no flows'
same "and nothing is answered" "$(udp ask 127.0.0.9 127.10.21.53:7002 a)" -
cli_ok configure "no flow-state 7002 udp" end
has "until the line is gone" "$(udp ask 127.0.0.9 127.10.21.53:7002 a)" ' a$'

# ---- max connections is about TCP ------------------------------------------------
cli_ok configure "service one" suspend "max connections 6" active end
wait_service one Alive
same "datagrams of more than six clients get through" \
	"$(for _ in 1 2 3 4 5 6 7 8; do udp ask 127.0.0.9 127.10.21.56:7005 x
	done | grep -c '^one ')" 8
cli_ok configure "service one" suspend "no max connections" active end
wait_service one Alive

# ---- any protocol ----------------------------------------------------------------
has "a rule for any protocol takes datagrams" \
	"$(udp ask 127.0.0.9 127.10.21.55:7004 x)" ' x$'

# ---- idle times: 16 s for short, never for kept ----------------------------------
udp ask 127.0.0.9:9002 127.10.21.52:7001 x >/dev/null
udp ask 127.0.0.9:9002 127.10.21.54:7003 x >/dev/null
same "both are there" "$(flows 52) $(flows 54)" "1 1"
gone() { [ "$(flows 52)" = 0 ]; }

# ---- source groups, while those grow old ------------------------------------------
cli_ok configure "group nat" "vip address 10.10.21.99" \
	"add destination service one" active end
got=$(for _ in 1 2 3; do udp ask 127.0.0.9 127.10.21.50:7000 x; done)
has "the group's address is the source" "$got" '^one 127\.10\.21\.99 '
lacks "for its services only" "$got" '^two 127\.10\.21\.99'
has "show group counts" "$(cli "show group nat")" \
	'Connections Total/Current: +1/1'
cli_ok configure "group nat" suspend "portmap disable" active end
got=$(for p in 9011 9012 9013; do
	udp ask 127.0.0.9:$p 127.10.21.50:7000 x
done)
has "without port mapping the port is the client's" "$got" \
	'^one 127\.10\.21\.99 901[123] '
cli_ok configure "group nat" suspend end

# ---- attacks, as only raw sockets can send them ------------------------------------
cat >raw.py <<'END'
"""raw.py SRC SPORT DST DPORT: one UDP datagram with these."""
import socket, struct, sys

src, sport, dst, dport = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
udp = struct.pack("!HHHH", sport, dport, 9, 0) + b"x"
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                 socket.inet_aton(src), socket.inet_aton(dst))
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
s.sendto(ip + udp, (dst, 0))
END
attack() { "$PYTHON" raw.py "$@"; }
if attack 127.0.0.9 9099 127.10.21.50 7000 2>/dev/null; then
	attack 127.0.0.9 0 127.10.21.50 7000
	attack 127.0.0.9 0 127.10.21.50 7000
	attack 127.10.21.50 7000 127.10.21.50 7000
	attacks() { cli "show dos" | grep -q "Total Attacks: *3"; }
	ok "attacks are counted" within 5 attacks
	dos=$(cli "show dos")
	has "from no port" "$dos" 'Zero Port Attacks: +2( |$)'
	has "and to itself" "$dos" 'LAND Attacks: +1( |$)'
	has "by whom on whom" "$dos" '127\.0\.0\.9'
	same "and go nowhere" "$(cli "show flows 127.10.21.50 10.10.21.50" |
		grep -c UDP)" 0
else
	echo "no raw sockets here: attacks are not tried"
fi

# ---- access lists --------------------------------------------------------------------
cli_ok configure "circuit VLAN1" "ip address 10.10.21.250/24" end \
	configure "acl 7" "clause 10 deny udp 127.0.0.66 destination any eq 7000" \
	"clause 20 permit any any destination content u/stick prefer three" \
	"clause 30 permit any any destination any" "apply circuit-(VLAN1)" end \
	configure "acl enable" end
same "a denied client gets no answer" \
	"$(udp ask 127.0.0.66 127.10.21.50:7000 x)" -
has "another one does" "$(udp ask 127.0.0.67 127.10.21.50:7000 x)" ' x$'
has "the clause counts" "$(cli "show acl 7")" 'Content Hits: +1( |$)'
same "the preferred service goes before stickiness" \
	"$(udp ask 127.0.0.9:9050 127.10.21.51:7000 x | name)" three
cli_ok configure "acl disable" end

# ---- DNS with dig and dnsmasq ------------------------------------------------------------
dns dns4 127.10.21.4 192.0.2.4
dns dns5 127.10.21.5 192.0.2.5
look() { dig +short +tries=1 +time=1 "$@" @127.10.21.60 a.example.test; }
answers() { look >/dev/null && look >/dev/null; }
within 10 answers || fail "dnsmasq"
same "queries are spread" "$(for _ in 1 2 3 4; do look; done | sort | uniq -c |
	awk '{ printf "%s=%s ", $2, $1 }')" "192.0.2.4=2 192.0.2.5=2 "
same "queries of one port stay with one server" \
	"$(for _ in 1 2 3 4; do look -b 127.0.0.9#5353; done | uniq | wc -l)" 1
cli_ok configure "dnsflow disable" end
same "without flows each query is decided about" \
	"$(for _ in 1 2 3 4; do look -b 127.0.0.9#5353; done | uniq | wc -l)" 4
cli_ok configure "dnsflow enable" end

ok "an idle flow ends" within 30 gone
same "a permanent one does not" "$(flows 54)" 1
has "show lab map has UDP listeners" "$(cli "show lab map")" \
	'10\.10\.21\.50:7000 +127\.10\.21\.50:7000 +UDP +open'
has "show lab why knows the decisions" "$(cli "show lab why")" '7000'
switch_stop

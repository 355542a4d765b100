#!/bin/bash
# Source groups and access lists: port mapping with its ranges and limits, groups
# that an ACL chooses, preferred services, network lists, ranges of VIPs, long idle
# times - TCP and UDP.
# labels: traffic
# timeout: 150
. "$(dirname "$0")/lib.sh"

udp() { "$PYTHON" "$ROOT/tests/e2e/udp.py" "$@"; }
served() { grep -q ready "$T/$1.log"; }
background servers "$PYTHON" "$ROOT/tests/e2e/udp.py" serve \
	web1=127.10.24.11:7000 web2=127.10.24.12:7000 \
	pool0=127.10.24.40:7000 pool1=127.10.24.41:7000 \
	pool2=127.10.24.42:7000 pool3=127.10.24.43:7000 \
	sip=127.10.24.11:5060
cat >web.py <<'END'
"""Answers with the address and the port that it sees."""
import socket, sys, threading

def serve(name, s):
    while True:
        c, peer = s.accept()
        c.recv(4096)
        body = b"%s %s %d\n" % (name, peer[0].encode(), peer[1])
        c.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                  b"Content-Length: %d\r\n\r\n" % len(body) + body)
        c.close()

for arg in sys.argv[1:]:
    name, _, where = arg.partition("=")
    host, _, port = where.partition(":")
    s = socket.create_server((host, int(port)), backlog=128)
    threading.Thread(target=serve, args=(name.encode(), s), daemon=True).start()
threading.Event().wait()
END
background web "$PYTHON" web.py web1=127.10.24.11:80 web2=127.10.24.12:80
within 10 listens 127.10.24.12 80 || fail "web.py"
within 10 served servers || fail "udp.py"

cat >startup <<'END'
circuit VLAN1
  ip address 10.10.24.250/24
service web1
  ip address 10.10.24.11
  keepalive type none
  active
service web2
  ip address 10.10.24.12
  keepalive type none
  active
service pool
  ip address 10.10.24.40 range 4
  keepalive type none
  active
owner acme
  content l4
    vip address 10.10.24.20
    protocol tcp
    port 80
    add service web1
    add service web2
    active
  content udp
    vip address 10.10.24.20
    protocol udp
    port 7000
    add service web1
    add service web2
    active
  content sip
    vip address 10.10.24.20
    protocol udp
    port 5060
    application sip
    add service web1
    active
  content range
    vip address 10.10.24.60 range 4
    port 7000
    add service pool
    active
group onearm
  vip address 10.10.24.30
  add destination service web1
  add destination service web2
  active
group out
  vip address 10.10.24.90
  active
END
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'

get() { curl -s --max-time 5 "$@" http://127.10.24.20/; }
ask() { udp ask "${2:-127.0.0.9}" 127.10.24.20:7000 "${1:-x}"; }

# ---- port mapping (E22) -----------------------------------------------------------
same "the first connection has the first port" "$(get)" \
	"web1 127.10.24.30 2016"
same "the next one the next" "$(get)" "web2 127.10.24.30 2017"
has "datagrams take theirs from the same range" "$(ask)" \
	'^web1 127\.10\.24\.30 2018 '
has "show flows has the way back to it" "$(cli "show flows 10.10.24.11")" \
	'10\.10\.24\.11 +7000 +10\.10\.24\.30 +2018 +127\.0\.0\.9 +UDP'
ports=$(cli "show group onearm portmap slot 1")
has "show group portmap tells the last one" "$ports" 'Last Port Mapped: +2018'
has "and how many are in use" "$ports" 'Current Mappings: +1$'
has "show group counts hits of its services" "$(cli "show group onearm")" \
	'^ +web1 +2$'

cli_ok configure "group onearm" suspend "portmap base-port 40000" \
	"portmap number-of-ports 2048" active end
has "another base port" "$(get)" '^web[12] 127\.10\.24\.30 40[0-9]{3}$'
cat >many.py <<'END'
"""That many flows to one place, a port each; prints the ports that servers saw."""
import socket, sys

n = int(sys.argv[1])
for i in range(n):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.%d.%d" % (100 + i // 200, 1 + i % 200), 0))
    s.settimeout(0.3)
    s.sendto(b"x", ("127.10.24.20", 7000))
    try:
        word = s.recv(100).split(b" ")
        print(word[1].decode(), word[2].decode())
    except OSError:
        print("none")
    s.close()
END
"$PYTHON" many.py 2060 >many.out || fail "many.py"
same "every mapping is another one" \
	"$(grep -v none many.out | sort | uniq -d | wc -l)" 0
same "of the range" "$(awk '$1 != "none" && ($2 < 40000 || $2 > 42047)' \
	many.out | wc -l)" 0
ok "and no more than there are" [ "$(grep -vc none many.out)" -le 2048 ]
has "the others are counted" "$(cli "show group onearm portmap slot 1")" \
	'No Portmap Errors: +[1-9]'
same "and connections have no port either" "$(get)" ""
cli_ok configure "group onearm" suspend "portmap vip-address-range 2" active end
has "a second address has more" "$(get)" '^web[12] 127\.10\.24\.31 4'
cli_ok configure "owner acme" "content udp" suspend active end
has "flows that end give their ports back" \
	"$(cli "show group onearm portmap slot 1")" 'Current Mappings: +0$'
cli_ok configure "group onearm" suspend "no portmap vip-address-range" \
	"portmap disable" active end
has "without mapping datagrams keep their port" "$(ask x 127.0.0.9:9100)" \
	'^web[12] 127\.10\.24\.30 9100 '
has "connections are mapped all the same" "$(get)" '127\.10\.24\.30 4[0-9]{4}$'

# ---- ports of datagrams without a flow ------------------------------------------------
cat >invite.py <<'END'
import socket, sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.9", 9200))
s.settimeout(2)
s.sendto(b"OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\n\r\n", ("127.10.24.20", 5060))
print(b" ".join(s.recv(1000).split(b" ")[:3]).decode())
END
cli_ok configure "noflow-portmap base-port 50000 range 2048" end
has "they have a range of their own" "$("$PYTHON" invite.py)" \
	'^sip 127\.10\.24\.30 5[0-9]{4}$'
has "which show noflow-portmap counts" "$(cli "show noflow-portmap slot 1")" \
	' 1/1 +50000 +[0-9]+ +1 '
cli_ok configure "noflow-portmap disable" "owner acme" "content sip" suspend \
	active end
same "or keep their ports" "$("$PYTHON" invite.py)" "sip 127.10.24.30 9200"
cli_ok configure "group onearm" suspend end

# ---- access lists choose a group (E26) and a service (E25) ------------------------------
cli_ok configure "acl 5" \
	"clause 10 permit udp 127.0.0.9 255.255.255.255 destination content acme/udp sourcegroup out prefer web2" \
	"clause 20 permit tcp 127.0.5.0 255.255.255.0 destination content acme/l4 prefer web2" \
	"clause 30 deny tcp any destination 10.10.24.20 255.255.255.255 eq 80" \
	"clause 100 permit any any destination any" "apply circuit-(VLAN1)" end
cli configure "acl enable" end >/dev/null
for _ in 1 2 3; do
	has "the clause's group is the source, its service the target" \
		"$(ask x 127.0.0.9)" '^web2 127\.10\.24\.90 '
done
has "others keep what they had" "$(ask x 127.0.0.10)" '^web[12] 127\.0\.0\.1 '
for _ in 1 2 3; do
	has "preferred for a network" "$(get --interface 127.0.5.7)" '^web2 '
done
same "denied for the rest" "$(get --interface 127.0.6.7)" ""
has "show group knows the clause" "$(cli "show group out")" 'ACL 5 Clause 10'
has "and counts" "$(cli "show group out")" 'Hits/Frames/Bytes: +3/6/[1-9]'
hits() { cli "show acl 5" | awk -v n="$1" '$1 == "Clause:" { at = $2 }
	/Content Hits/ && at == n { print $3 }'; }
same "show acl counts flows" "$(hits 10) $(hits 20) $(hits 30) $(hits 100)" \
	"3 3 1 1"

# ---- bypass by a network list (E27): past the rule, so to nowhere at a VIP ----------------
cli_ok configure "nql nocache" 'ip address 10.10.24.20/32 "this one"' end \
	configure "acl 5" "clause 5 bypass udp any destination nql nocache eq 7000" \
	"apply circuit-(VLAN1)" end
same "a datagram that bypasses the rule finds no server" "$(ask x 127.0.0.9)" -
same "and is counted" "$(hits 5)" 1
has "show lab why says so" "$(cli "show lab why")" 'bypass'
cli_ok configure "acl disable" end

has "which is counted" "$(cli "show summary")" '^Acl Bypass Count: +[1-9]'

# ---- VIP ranges (E34) -----------------------------------------------------------------------
for i in 0 1 2 3; do
	has "the n-th VIP of a range leads to the n-th server" \
		"$(udp ask 127.0.0.9 127.10.24.6$i:7000 x)" "^pool$i "
done

# ---- long-lived (E32) -------------------------------------------------------------------------
cli_ok configure "owner acme" "content udp" "flow-timeout-multiplier 225" end
has "the multiplier counts 16 seconds" \
	"$(cli "show rule acme udp")" 'Flow Timeout Multiplier: +225'
switch_stop

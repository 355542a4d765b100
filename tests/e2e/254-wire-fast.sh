#!/bin/bash
# On the wire: flows that are set up go by the fast path, in the kernel.  What goes by
# is translated, tagged and counted as what goes through the switch; captures call it
# back; a neighbour that changes is followed; and when the switch is gone, so is it.
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
command -v ethtool >/dev/null && command -v tshark >/dev/null || {
	echo "skipped: no ethtool or no tshark"
	exit 77
}
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
host tagged 3/1 10.9.9.9/24
on_background vlan tagged $PYTHON "$ROOT/tests/e2e/vlan.py" eth0 3 eth0.3
within 30 on tagged ip link set eth0.3 up 2>/dev/null &&
	on tagged sh -c "ip addr add 10.3.0.11/24 dev eth0.3 &&
		ip route add default via 10.3.0.1" || fail "no interface for VLAN 3"
# At both ends of every cable: full checksums, so that captures can be judged.
offload() { # on|off
	local n

	for n in client servers tagged; do
		on $n ethtool -K eth0 tx "$1" tso "$1" gso "$1" gro "$1"
	done >/dev/null 2>&1
	for n in css1-1 css1-2 css3-1; do
		ethtool -K $n tx "$1" tso "$1" gso "$1" gro "$1"
	done >/dev/null 2>&1
}
offload off
mkdir files && head -c 30000000 /dev/urandom >files/blob &&
	head -c 6000000 files/blob >files/part && echo hi >files/small
for n in servers tagged; do
	on_background web-$n $n $PYTHON -m http.server -d "$T/files" 80
done
on_background udp servers $PYTHON "$ROOT/tests/e2e/udp.py" serve one=10.1.1.11:7000
within 10 grep -qs ready udp.log || fail "udp.py"

cat >startup <<'END'
bridge spanning-tree disabled
interface 1/2
  bridge vlan 2
interface 3/1
  trunk
  vlan 1
    default-vlan
  vlan 3
circuit VLAN1
  ip address 192.168.10.1 255.255.255.0
circuit VLAN2
  ip address 10.1.1.1 255.255.255.0
circuit VLAN3
  ip address 10.3.0.1 255.255.255.0
service one
  ip address 10.1.1.11
  keepalive type none
  active
service far
  ip address 10.3.0.11
  protocol tcp
  port 80
  keepalive type none
  active
service web
  ip address 10.1.1.11
  protocol tcp
  port 80
  keepalive type none
  active
owner acme
  content any
    vip address 192.168.10.20
    add service one
    active
  content far
    vip address 192.168.10.21
    protocol tcp
    port 8080
    add service far
    active
  content web
    vip address 192.168.10.22
    protocol tcp
    port 80
    url "/*"
    add service web
    active
group nat
  vip address 10.3.0.77
  add destination service far
  active
END
boot() {
	wire_start --startup startup "$@"
	for s in one far web; do wait_service $s Alive; done
	within 20 pings client 192.168.10.1 &&
		within 20 pings servers 10.1.1.1 ||
		fail "the switch does not answer"
}
boot
shown=$(cli "show lab wire")
if [[ $shown != *"Fast path: on, "* ]]; then
	has "a switch without a fast path says why" "$shown" \
		'^Not by the fast path: .'
	fetch_whole=$(on client curl -sS -m 60 http://192.168.10.20/small)
	same "and does without" "$fetch_whole" hi
	echo "skipped the rest: $(grep '^Not by' <<<"$shown")"
	exit 0
fi
of_rule() { # RULE LABEL
	cli "show rule acme $1 statistics" |
		sed -nE "s/^Total $2: +([0-9]+).*/\\1/p"
}
of_port() { # PORT LABEL
	cli "show mibii $1" | sed -nE "s/.*$2: +([0-9]+).*/\\1/p"
}
fetch() { # URL [OPTION...]
	rm -f got
	on client curl -sS -m 60 -o got "${@:2}" "$1"
}
fetched() { # SENTENCE LEAST URL: the same bytes, so many frames by the fast path
	local before

	before=$(fast_path packets)
	fetch "$3"
	ok "$1" cmp -s got "files/${3##*/}"
	ok "and goes by" [ $(($(fast_path packets) - before)) -gt "$2" ]
}
no_ways() { [ "$(fast_path ways)" = 0 ]; }

# ---- what is translated ---------------------------------------------------------------------
dump() { # NAME HOST
	on_background "$1" "$2" tcpdump -i eth0 -s 1600 -B 16384 -U -w "$T/$1.pcap" tcp
}
dump at-client client
dump at-servers servers
dump at-tagged tagged
sleep 1
fetched "a connection of a rule" 4000 http://192.168.10.20/part
ok "its bytes are counted" [ "$(of_rule any Bytes)" -gt 6000000 ]
ok "and its frames" [ "$(of_rule any Frames)" -gt 4000 ]
ok "when it is over it has no way any more" within 5 no_ways
fetched "one behind a port, a source group and a tag" 4000 http://192.168.10.21:8080/part
fetched "one that the switch ends" 4000 http://192.168.10.22/part
ok "has no way any more, either" within 5 no_ways
for n in at-client at-servers at-tagged; do
	kill "${pid[$n]}" 2>/dev/null
	wait "${pid[$n]}" 2>/dev/null
	same "no checksum is wrong $n" "$(wrong_sums $n.pcap)" 0
done
field() { # FILE FILTER FIELD: its values
	tshark -r "$1.pcap" -Y "$2" -T fields -e "$3" 2>/dev/null | sort -u | xargs
}
same "servers see the client, one hop on" \
	"$(field at-servers 'tcp.stream==0 && ip.src==192.168.10.9' ip.ttl)" 63
same "the client sees VIPs only" "$(field at-client 'tcp.srcport!=0' ip.addr |
	tr ' ,' '\n\n' | sort -u | xargs)" \
	"192.168.10.20 192.168.10.21 192.168.10.22 192.168.10.9"
same "the far server sees the group" \
	"$(field at-tagged 'tcp.dstport==80' ip.src)" 10.3.0.77
same "in the VLAN's tag" "$(field at-tagged 'tcp.dstport==80' vlan.id)" 3

# ---- what is counted --------------------------------------------------------------------------
in=$(of_port 1/1 "In Unicast") out=$(of_port 1/1 "Out Unicast")
frames=$(of_rule any Frames) bytes=$(of_rule any Bytes) went=$(fast_path packets)
same "datagrams come and go" "$(on client $PYTHON "$ROOT/tests/e2e/udp.py" \
	ask 192.168.10.9:4000 192.168.10.20:7000 'flood 1000')" 1000
ok "by the fast path" [ $(($(fast_path packets) - went)) -ge 1900 ]
same "each is one frame of its rule" $(($(of_rule any Frames) - frames)) 2000
got=$(($(of_rule any Bytes) - bytes))
# 28 of IP and UDP, "number N"; "one 192.168.10.9 4000 " in front of the answer
same "of so many bytes" "$got" $((1000 * (28 + 7 + 28 + 22 + 7) + 2 * 2890))
ok "and of its port" [ $(($(of_port 1/1 "In Unicast") - in)) -ge 1000 ]
ok "both ways" [ $(($(of_port 1/1 "Out Unicast") - out)) -ge 1000 ]
has "its flow is shown" "$(cli "show flows")" \
	'^192\.168\.10\.9 +4000 +192\.168\.10\.20 +7000 '

# ---- what calls it back --------------------------------------------------------------------------
# a small window, so that it flows and does not come in fits and starts
on client sysctl -qw net.ipv4.tcp_rmem="4096 65536 131072"
slow_fetch() { # URL
	on_background slow client curl -sS -m 100 --limit-rate 1500k -o "$T/slow" "$1"
}
slow_done() { # SENTENCE
	wait "${pid[slow]}"
	ok "$1" cmp -s slow files/blob
}
slow_fetch http://192.168.10.20/blob
ways_are() { [ "$(fast_path ways)" -ge 2 ]; }
within 5 ways_are || fail "no way is set up"
cli_ok "lab capture start 1/1 all.pcapng size 64" >/dev/null
has "while frames are captured, all come to the switch" "$(cli "show lab wire")" \
	'^Fast path: off while frames are captured or mirrored'
went=$(fast_path packets)
sleep 1
same "each of them" "$(fast_path packets)" "$went"
cli_ok "lab capture stop" >/dev/null
more() { [ "$(fast_path packets)" -gt $((went + 50)) ]; }
ok "then they go by again" within 10 more
on servers sh -c 'ip link set eth0 down && ip link set eth0 address 02:00:00:00:77:01 &&
	ip link set eth0 up && ip route add default via 10.1.1.1'
on servers arping -q -A -c 2 -I eth0 10.1.1.11
slow_done "a server with a new interface keeps its connections"

# ---- segments in one ---------------------------------------------------------------------------
offload on
fetched "super-frames" 100 http://192.168.10.20/blob
fetched "super-frames to the switch's own sockets" 100 http://192.168.10.22/blob

# ---- its end ------------------------------------------------------------------------------------
slow_fetch http://192.168.10.20/blob
within 5 ways_are || fail "no way is set up"
kill -9 "${pid[switch]}"
wait "${pid[switch]}" 2>/dev/null
sleep 0.5
received() { on servers cat /sys/class/net/eth0/statistics/rx_packets; }
before=$(received)
sleep 1
ok "nothing goes by a switch that was killed" [ $(($(received) - before)) -lt 5 ]
kill "${pid[slow]}"
boot
fetched "the next one takes over" 100 http://192.168.10.20/blob
switch_stop
lacks "and leaves nothing behind" "$(for i in "${wire[@]}"; do
	[[ $i != *=* ]] || tc filter show dev "${i#*=}" ingress; done)" take
boot --fast-path off
lacks "without a fast path it says nothing of it" "$(cli "show lab wire")" \
	'ast path'
fetch http://192.168.10.20/blob
ok "and everything works" cmp -s got files/blob
switch_stop


#!/bin/bash
# On the wire, with a fast path: what is unusual about a packet is the switch's, and
# what comes of it is what would without one; what stands in front of the programs at a
# port ends the fast path, not the traffic; nothing of it is in anybody's way.
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
command -v tc >/dev/null || {
	echo "skipped: no tc"
	exit 77
}
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
ip link set css1-2 mtu 1200
on servers ip link set eth0 mtu 1200
for n in client servers; do # so that checksums are there to be judged
	on $n ethtool -K eth0 tx off tso off gso off gro off
done >/dev/null 2>&1
head -c 3000000 /dev/urandom >blob
on_background web servers $PYTHON -m http.server -d "$T" 80
on_background udp servers $PYTHON "$ROOT/tests/e2e/udp.py" serve one=10.1.1.11:7000
within 10 grep -qs ready udp.log || fail "udp.py"

two_arms "bridge spanning-tree disabled" "udp-ip-fragment-enabled" >startup <<'END'
service one
  ip address 10.1.1.11
  keepalive type none
  active
owner acme
  content any
    vip address 192.168.10.20
    add service one
    active
  content web
    vip address 192.168.10.22
    protocol tcp
    port 80
    url "/*"
    add service one
    active
END
boot() {
	wire_start --startup startup
	wait_service one Alive
	within 20 pings client 192.168.10.1 &&
		within 20 pings servers 10.1.1.1 ||
		fail "the switch does not answer"
}
tc qdisc add dev css1-1 clsact &&
	tc filter add dev css1-1 ingress protocol arp prio 5 bpf bytecode '1,6 0 0 4294967295,' classid 1:1 ||
	fail "no filter of one's own"
boot
if [[ $(cli "show lab wire") != *"Fast path: on, "* ]]; then
	echo "skipped: $(cli "show lab wire" | grep '^Not by')"
	exit 77
fi
mac=$(on client ip -j neigh show 192.168.10.1 | sed -nE 's/.*"lladdr":"([^"]*)".*/\1/p')

# ---- unusual packets ------------------------------------------------------------------
warm() {
	on client $PYTHON "$ROOT/tests/e2e/udp.py" ask 192.168.10.9:4000 \
		192.168.10.20:7000 'flood 20'
}
same "a flow is set up" "$(warm)" 20
answer="one 192.168.10.9 4000"
comes() { # SENTENCE KIND PACKETS WHAT: so many of them by the fast path
	local before

	before=$(fast_path packets)
	has "$1" "$(on client $PYTHON "$ROOT/tests/e2e/frames.py" eth0 "$mac" \
		192.168.10.9:4000 192.168.10.20:7000 "$2")" "^$4\$"
	same "by the fast path, of question and answer" \
		$(($(fast_path packets) - before)) "$3"
}
large="$answer large x*"
comes "an ordinary datagram" plain 2 "$answer plain"
comes "a padded one" padded 2 "$answer p"
comes "one with something behind it" trailed 1 "$answer large x*"
comes "one with options" options 1 "$answer options"
comes "two fragments" pieces 1 "$answer pieces x*"
comes "one whose TTL ends" last 0 "icmp 11 0 from 192.168.10.1"
comes "one with a wrong checksum" wrong-ip-sum 0 -
comes "one without a checksum" no-sum 2 "$answer no-sum"
on_background sniff servers tcpdump -n -c 1 -U -X -i eth0 \
	'udp dst port 7000 and udp[8:4] = 0x7a65726f'
within 5 grep -qs listening sniff.log || fail "tcpdump"
before=$(fast_path packets)
on client $PYTHON "$ROOT/tests/e2e/frames.py" eth0 "$mac" 192.168.10.9:4000 \
	192.168.10.20:7000 zero >/dev/null 2>&1
wait "${pid[sniff]}"
same "one whose checksum becomes 0" $(($(fast_path packets) - before)) 2
has "is not one without a checksum" "$(<sniff.log)" '0x0010: .* 000e ffff '
comes "one that must be cut" large 0 "$large"
comes "one that must not" unbroken 0 "icmp 3 4 from 192.168.10.1"
mtu() { # BYTES
	ip link set css1-2 mtu "$1" && on servers ip link set eth0 mtu "$1"
}
mtu_is() { cli "show lab wire" | grep -q "^1/2 .* $1  "; }
mtu 1500
ok "a larger MTU is heard of" within 5 mtu_is 1500
same "the flow is set up again" "$(warm)" 20
comes "one that fits now" unbroken 2 "$large"
mtu 1200
ok "so is a smaller one" within 5 mtu_is 1200
comes "one that does not any more" unbroken 0 "icmp 3 4 from 192.168.10.1"
same "the flow is set up once more" "$(warm)" 20
comes "one with a priority tag" priority 2 "$answer priority"
comes "one that is tagged for this port" own-vlan 1 "$answer own-vlan"
comes "one that is tagged for another" other-vlan 0 -
same "the flow is untagged again" "$(warm)" 20
comes "one with a tag of another kind" service-tag 0 -
comes "one with two" two-tags 0 -
same "the flow is as it was" "$(warm)" 20
comes "one from another station" stranger 1 "$answer stranger"

# ---- of this host ---------------------------------------------------------------------
cable() { ip -o link | sed -nE 's/^[0-9]+: (css[0-9a-f]{8})@.*/\1/p'; }
far=$(cable)
ok "the switch's cable has no address" test -z "$(ip -o addr show dev "$far")"
said=$($PYTHON - "$far" 2>&1 <<'END'
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.bind((sys.argv[1], 0))
s.send(b"\xff" * 6 + b"\x02\0\0\0\0\1\x08\0" + b"\x45" + b"\0" * 60)
END
)
has "and nothing goes in by itself" "$said" 'No buffer space available'
mine() { # INTERFACE: a filter that ends all others behind it
	tc filter add dev "$1" ingress protocol ip prio 7 \
		bpf bytecode '1,6 0 0 4294967295,' classid 1:1
}
mine css1-2 || fail "no filter in front"
ok "a filter in front of the programs harms nobody" \
	on client curl -sS -m 30 -o got http://192.168.10.20/blob
ok "all arrives" cmp -s got blob
# a busy one may not have been handed over
is_off() {
	on client curl -sS -m 30 -o got http://192.168.10.20/blob &&
		[[ $(cli "show lab wire") == *"Fast path: off since frames were lost, "* ]]
}
ok "and it is said" within 30 is_off
ok "also to the switch's own sockets" \
	on client curl -sS -m 30 -o got http://192.168.10.22/blob
ok "all of it" cmp -s got blob
switch_stop
filters() { tc filter show dev "$1" ingress; }
lacks "what was ours is gone" "$(filters css1-1; filters css1-2)" take
has "what was there before is there still" "$(filters css1-1)" 'pref 5 '
has "and what came since" "$(filters css1-2)" 'pref 7 '
tc qdisc del dev css1-2 clsact
boot
switch_stop
same "of the rest there is nothing" "$(tc qdisc show dev css1-2 clsact)$(cable)" ""

# ---- an interface that is made again ------------------------------------------------------
boot
ip link del css1-2
ip link add css1-2 type veth peer name eth0 netns "${pid[host-servers]}" &&
	ip link set css1-2 up && on servers ip link set eth0 up || fail "no new cable"
down() { cli "show lab wire" | grep -q '^1/2 .* Down '; }
ok "an interface that was made again is another" within 5 down
sleep 1
ok "and stays so" down
switch_stop

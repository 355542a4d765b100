#!/bin/bash
# The switch as a router and as a host of its circuits: pings of circuits and VIPs,
# ways, traceroute, redirects, black holes, fragments and path MTU, ARP with static
# entries and doubles, and what the counters say of it.  Hosts are the kernel's.
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
for tool in ping traceroute tcpdump; do
	command -v $tool >/dev/null || {
		echo "skipped: no $tool"
		exit 77
	}
done

host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
host narrow 3/1 10.3.3.9/24 10.3.3.1
host router 3/2 192.168.10.200/24
ip link set css3-1 mtu 800
on narrow ip link set eth0 mtu 800
on router ip addr add 10.7.0.1/32 dev lo
on servers ip route add 10.8.0.0/16 via 10.1.1.1
capture() { # HOST: every packet that it sees
	on_background "dump-$1" "$1" tcpdump -i eth0 -U -w "$T/$1.pcap"
	within 10 test -s "$T/$1.pcap" || fail "no capture at $1"
}
capture client
capture servers
capture narrow

cat >startup <<'END'
arp 10.1.1.50 02-00-00-00-00-50 1/2
ip record-route
ip route 10.7.0.0 255.255.0.0 192.168.10.200
ip route 10.66.0.0 255.255.0.0 blackhole
ip-fragment min-fragment-size 64
interface 1/2
  bridge vlan 2
interface 3/1
  bridge vlan 3
circuit VLAN1
  ip address 192.168.10.1 255.255.255.0
circuit VLAN2
  ip address 10.1.1.1 255.255.255.0
circuit VLAN3
  ip address 10.3.3.1 255.255.255.0
service alive
  ip address 10.1.1.11
  keepalive frequency 2
  active
service dead
  ip address 10.1.1.99
  keepalive frequency 2
  active
service remote
  type redirect
  domain elsewhere.example
  keepalive type none
  active
owner o
  content alive
    vip address 192.168.10.20
    protocol tcp
    port 80
    add service alive
    active
  content dead
    vip address 192.168.10.21
    protocol tcp
    port 80
    add service dead
    active
  content local
    vip address 192.168.10.22
    protocol tcp
    port 80
    add service remote
    active
  content remote
    vip address 192.168.10.23
    protocol tcp
    port 80
    add service remote
    vip-ping-response local-remote
    active
END
wire_start --startup startup --slot 3=CSS5-IOM-8FE
wait_service alive Alive
wait_service dead Down 30

pinged() { # HOST ADDRESS [OPTION...]: what ping says
	on "$1" ping -n -i 0.2 -W 2 "${@:3}" "$2" 2>&1
}
answers() { # HOST ADDRESS [OPTION...]: each of three
	pinged "$1" "$2" -c 3 "${@:3}" | grep ' 3 received' >/dev/null
}

# ---- addresses of the switch -------------------------------------------------------
ok "a circuit answers pings" answers client 192.168.10.1
ok "so does the circuit on the other side" answers client 10.1.1.1
ok "a VIP with a service that is alive answers" answers client 192.168.10.20
ok "also through the switch" answers servers 192.168.10.20
has "without one, it does not" "$(pinged client 192.168.10.21 -c 2 -W 1)" \
	' 0 received'
has "services elsewhere do not count" "$(pinged client 192.168.10.22 -c 2 -W 1)" \
	' 0 received'
ok "unless the rule says so" answers client 192.168.10.23
cli_ok configure "service alive" suspend >/dev/null
has "and with its service, the VIP falls silent" \
	"$(pinged client 192.168.10.20 -c 2 -W 1)" ' 0 received'
cli_ok configure "service alive" active >/dev/null
wait_service alive Alive
ok "and comes back" answers client 192.168.10.20

# ---- ways ----------------------------------------------------------------------------
has "packets pass, and are one hop older" "$(pinged client 10.1.1.11 -c 3)" \
	'from 10\.1\.1\.11: .* ttl=63 '
has "traceroute sees the switch, then the host" \
	"$(on client traceroute -n -q 1 -w 2 10.1.1.11 | tr '\n' ' ')" \
	' 1  192\.168\.10\.1 .* 2  10\.1\.1\.11 '
has "traceroute to the switch ends there" \
	"$(on client traceroute -n -q 1 -w 2 10.1.1.1 | tr '\n' ' ')" \
	' 1  10\.1\.1\.1 [^*]*$'
has "no way is told" "$(pinged client 10.77.0.1 -c 1)" \
	'From 192\.168\.10\.1 .*Destination Net Unreachable'
lacks "a black hole tells nothing" "$(pinged client 10.66.0.1 -c 2 -W 1)" \
	'From|bytes from'
has "nor does who is not there answer, but that is told" \
	"$(pinged client 10.1.1.77 -c 1 -W 9)" \
	'From 192\.168\.10\.1 .*Destination Host Unreachable'
has "the way is in the table" "$(cli "show ip routes static")" \
	'^10\.7\.0\.0/16 +192\.168\.10\.200 .* remote +static'
shorter=$(pinged client 10.7.0.1 -c 4)
has "a router on the same circuit is named" "$shorter" \
	'From 192\.168\.10\.1.*Redirect Host.*192\.168\.10\.200'
has "and the packet gets there all the same" "$shorter" 'from 10\.7\.0\.1: '
cli_ok configure "circuit VLAN1" "ip address 192.168.10.1 255.255.255.0" \
	"no redirects" >/dev/null
on client ip route flush cache
on client sysctl -qw net.ipv4.conf.all.accept_redirects=0
lacks "without redirects, it is not named" "$(pinged client 10.7.0.1 -c 3)" 'Redirect'
has "a record of the route has our addresses" \
	"$(pinged client 10.1.1.11 -c 1 -R | tr '\n' ' ')" \
	'RR: .*10\.1\.1\.1[^1].*10\.1\.1\.11.*192\.168\.10\.1[^0-9]'
has "the switch pings" "$(cli "ping 10.1.1.11")" '100 percent \(5/5\)'
has "and traces" "$(cli "traceroute 10.1.1.11")" '^ *1 .*10\.1\.1\.11'

on router sysctl -qw net.ipv4.ip_forward=0
on client ip route add 10.1.1.11/32 via 192.168.10.200
ok "a frame for another router is taken when the host is known" \
	answers client 10.1.1.11
cli_ok configure "ip opportunistic disabled" >/dev/null
has "unless it shall not be" "$(pinged client 10.1.1.11 -c 2 -W 1)" ' 0 received'
cli_ok configure "no ip opportunistic" >/dev/null
on client ip route del 10.1.1.11/32 via 192.168.10.200

# ---- datagrams to a network and large ones -----------------------------------------
hear() { # what the servers' network hears on port 4000, a length each
	on_background hear servers $PYTHON -u -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4000))
print("ready")
while True:
    print(len(s.recv(65536)))'
}
say() { # ADDRESS LENGTH
	on client $PYTHON -c "import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.IPPROTO_IP, 10, 0)
s.sendto(b'x' * $2, ('$1', 4000))"
}
heard() {
	grep -x "$1" hear.log >/dev/null 2>&1
}
hear
ok "somebody listens" within 10 heard ready
say 10.1.1.11 3001
ok "fragments pass, flow or not" within 5 heard 3001
say 10.1.1.255 100
say 10.1.1.11 101
ok "datagrams pass" within 5 heard 101
ok "to a whole network they do not" not heard 100
cli_ok configure "ip subnet-broadcast" >/dev/null
say 10.1.1.255 102
ok "unless that is allowed" within 5 heard 102

# ---- sizes ---------------------------------------------------------------------------
ok "large pings of a circuit are put together and cut" \
	answers client 192.168.10.1 -s 4000
ok "large pings pass" answers client 10.1.1.11 -s 4000
has "what is too large is told" "$(pinged client 10.3.3.9 -c 1 -s 1400 -M do)" \
	'From 192\.168\.10\.1 .*Frag needed and DF set \(mtu = 800\)'
on client ip route flush cache
ok "or cut, when it may be" answers client 10.3.3.9 -s 1400 -M dont
cli "ping 10.3.3.9 1 2000 1400" >/dev/null
has "the switch's own sockets learn it, too" \
	"$(cli "ping 10.3.3.9 3 2000 1400")" '100 percent \(3/3\)'
fragments=$(cli "show ip-fragment-stats")
has "fragments came in" "$fragments" 'Fragments Received: +[1-9]'
has "were put together" "$fragments" 'Packets Reassembled: +[1-9]'
has "and went out" "$fragments" 'Fragments Sent: +[1-9]'
cli_ok configure "ip-fragment min-fragment-size 1024" >/dev/null
has "smaller ones than are allowed are lost" \
	"$(pinged narrow 192.168.10.1 -c 2 -s 1400 -W 1)" ' 0 received'
has "and counted" "$(cli "show ip-fragment-stats")" \
	'Below the Minimum Size: +[1-9]'

# ---- ARP -------------------------------------------------------------------------------
arps=$(cli "show arp")
has "own addresses are in the table" "$arps" '^192\.168\.10\.1 .* local +1/1'
has "what was configured" "$arps" '^10\.1\.1\.50 +02-00-00-00-00-50 +static +1/2'
has "what was learnt, with its port" "$arps" \
	'^10\.1\.1\.11 +([0-9a-f]{2}-){5}[0-9a-f]{2} +dynamic +1/2'
has "show arp of one" "$(cli "show arp 192.168.10.9")" \
	'^192\.168\.10\.9 .* dynamic +1/1'
has "the summary counts" "$(cli "show arp summary")" 'Dynamic Entries: +[1-9]'
pinged client 10.1.1.50 -c 1 -W 1 >/dev/null
has "a static entry is used without a question" \
	"$(tcpdump -n -e -r servers.pcap icmp and dst 10.1.1.50 2>/dev/null)" \
	'> 02:00:00:00:00:50'
lacks "none was asked" "$(tcpdump -n -r servers.pcap arp 2>/dev/null)" \
	'who-has 10\.1\.1\.50 '
cli_ok configure "no arp 10.1.1.50" >/dev/null
lacks "it goes" "$(cli "show arp")" '10\.1\.1\.50'
cli_ok "update arp file" >/dev/null
has "the file has who was learnt" "$(cli "show arp file")" '^10\.1\.1\.11$'
# in one session, before it speaks again
has "one is forgotten" \
	"$(cli "clear arp cache 10.3.3.9" "show arp 10.3.3.9")" '^%% No ARP'
cli_ok "clear arp cache" >/dev/null
ok "and asked for again" answers client 10.1.1.11
# the ports listen and learn before they forward
has "addresses are announced when the ports take frames" \
	"$(tcpdump -n -r client.pcap arp 2>/dev/null)" \
	'(Request who-has|Announcement) 192\.168\.10\.20'
double() { # A host says that it has 192.168.10.1, too.
	on client $PYTHON - <<-'END'
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		mac = bytes.fromhex("020000000666")
		ip = socket.inet_aton("192.168.10.1")
		s.send(b"\xff" * 6 + mac + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"
		       + mac + ip + b"\0" * 6 + ip)
	END
}
ok "somebody uses an address of ours" double
logged() {
	cli "show log sys.log" | grep -E "$1" >/dev/null
}
ok "which is logged" within 5 logged \
	'IPV4-4: Duplicate IP address detected: 192\.168\.10\.1 02-00-00-00-06-66'
ok "the circuit goes on answering" answers client 192.168.10.1

# ---- next hops that are gone -----------------------------------------------------------
hop_is() { # how many ways there are by it
	[ "$(cli "show ip routes static" | grep -c '^10\.7\.0\.0/16 ')" = "$1" ]
}
on router ip link set eth0 down
ok "the way by a silent router is not used" within 40 hop_is 0
has "but told as impossible" "$(pinged client 10.7.0.1 -c 1)" 'Net Unreachable'
on router ip link set eth0 up
ok "until it speaks again" within 40 hop_is 1

# ---- frames that an interface does not take ---------------------------------------------
# The switch hears of a smaller MTU soon: what goes out before is not taken.
not_taken() {
	ip link set dev css3-2 mtu 600
	on client ping -q -c 1 -W 1 -M dont -s 1000 10.7.0.1 >/dev/null
	ip link set dev css3-2 mtu 1500
	cli "show lab wire" | grep -Eq '^3/2 .* 0 +[1-9][0-9]*$'
}
ok "the port tells how many it did not take" within 30 not_taken
mtu_is() { cli "show lab wire" | grep -Eq "^3/2 .* $1 +0 +[0-9]"; }
ok "and follows its interface" within 10 mtu_is 1500

# ---- counters ---------------------------------------------------------------------------
counters=$(cli "show ip statistics")
for label in "Packets Received" "Packets Forwarded" "Packets Delivered" \
	"Output Discards" "Output No Routes" "Echo Requests In" "Echo Replies Out" \
	"Unreachable Out" "Redirect Out" "TTL Expired Out"; do
	has "$label are counted" "$counters" "$label: +[1-9]"
done
for label in "Requests In" "Requests Out" "Replies In" "Replies Out"; do
	has "$label of ARP are counted" "${counters##*ARP Statistics}" \
		"$label: +[1-9]"
done
has "hosts are counted" "$(cli "show ip summary")" 'Total Hosts: +[1-9]'
lacks "settings that act are not named as without effect" \
	"$(cli "show lab inert")" 'record-route|ip-fragment|ip route|redirects'

# ---- what went over the wire ---------------------------------------------------------------
switch_stop
if command -v tshark >/dev/null; then
	for who in client servers narrow; do
		end "dump-$who" INT
		same "no wrong checksum of IP or ICMP at $who" "$(tshark \
			-r "$who.pcap" -o ip.check_checksum:TRUE -Y \
			'ip.checksum.status == "Bad" || icmp.checksum.status == "Bad"' \
			2>/dev/null)" ""
	done
	has "an error quotes what it is about" "$(tshark -r client.pcap -T fields \
		-e ip.src -e ip.dst -Y \
		'icmp.type == 11 && ip.src == 192.168.10.1' 2>/dev/null)" \
		'192\.168\.10\.1,192\.168\.10\.9	192\.168\.10\.9,10\.1\.1\.1'
fi

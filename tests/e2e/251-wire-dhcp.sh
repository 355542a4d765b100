#!/bin/bash
# The DHCP relay agent: a client without an address gets one from a server on another
# circuit, by unicast and by broadcast.  The client is busybox's, the server dnsmasq;
# what is odd comes from dhcp.py.
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
for tool in udhcpc dnsmasq tcpdump ping; do
	command -v $tool >/dev/null || {
		echo "skipped: no $tool"
		exit 77
	}
done

host client 1/1 192.168.10.9/24
host server 1/2 10.1.1.2/24 10.1.1.1
host second 3/1 10.2.2.2/24 10.2.2.1
on client ip addr flush dev eth0
on_background dnsmasq server dnsmasq -k -C /dev/null --port=0 --user=root \
	--dhcp-range=192.168.10.50,192.168.10.60,255.255.255.0,1h --no-ping \
	--dhcp-leasefile="$T/leases" --log-dhcp --log-facility=-
for who in client server second; do
	on_background "dump-$who" $who tcpdump -i eth0 -U --immediate-mode \
		-w "$T/$who.pcap" udp port 67 or arp
	within 10 test -s "$T/$who.pcap" || fail "no capture at $who"
done
seen() { # HOST [FILTER]: with Ethernet and the fields of the message
	tcpdump -n -e -v -r "$T/$1.pcap" "${2:-udp port 67}" 2>/dev/null | tr -d '\n' |
		sed -E 's/[0-9:.]{15} [0-9a-f:]{17} >/\n&/g'
}

shows() { # HOST FILTER REGEX: a capture does, a moment later
	within 20 shows_now "$@"
}
shows_now() {
	seen "$1" "$2" | grep -E -- "$3" >/dev/null
}

cat >startup <<'END'
bridge spanning-tree disabled
interface 1/2
  bridge vlan 2
interface 3/1
  bridge vlan 3
circuit VLAN1
  dhcp relay-to 10.1.1.2
  dhcp relay-to 10.2.2.2
  ip address 192.168.10.1 255.255.255.0
circuit VLAN2
  ip address 10.1.1.1 255.255.255.0
circuit VLAN3
  ip address 10.2.2.1 255.255.255.0
END
wire_start --startup startup --slot 3=CSS5-IOM-8FE

# What the client does with a lease.
cat >lease <<'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr flush dev eth0
ip addr add "$ip/$mask" dev eth0
ip route replace default via "$router"
END
chmod +x lease
client_asks() { # [OPTION...]
	on client udhcpc -i eth0 -f -q -n -t 4 -T 1 -s "$T/lease" "$@" 2>&1
}
counter() { # LABEL
	cli "show dhcp-relay-agent global" | sed -nE "s/^  $1: +//p"
}
has_counted() { # LABEL NUMBER
	[ "$(counter "$1")" = "$2" ]
}

# ---- on and off ----------------------------------------------------------------------
has "without an agent nobody answers" "$(client_asks -t 2)" 'no lease'
same "and nothing went to the server" "$(seen server)" ""
same "nor is it counted" "$(counter 'Requests Received')" 0
cli_ok configure "circuit VLAN1" dhcp-relay-agent >/dev/null
lacks "the commands are not named as without effect" \
	"$(cli "show lab inert")" 'dhcp'
has "the agent is on" "$(cli "show dhcp-relay-agent circuit VLAN1")" \
	'^VLAN1 +Enabled +10\.1\.1\.2, 10\.2\.2\.2'

# ---- a client that takes unicast -----------------------------------------------------
has "the client gets an address" "$(client_asks)" \
	'lease of 192\.168\.10\.[56][0-9] obtained'
ok "which leads through the switch" on client ping -q -c 2 -W 2 10.1.1.2
ok "requests come from the circuit's address" shows server 'src 192.168.10.1' \
	'192\.168\.10\.1\.67 > 10\.1\.1\.2\.67: .*Request.*hops 1,.*Gateway-IP 192\.168\.10\.1'
lacks "their checksums are right" "$(seen server)" 'bad (udp )?cksum'
ok "the other server is asked as well" shows second 'udp port 67' \
	'192\.168\.10\.1\.67 > 10\.2\.2\.2\.67: .*Gateway-IP 192\.168\.10\.1'
mac=$(on client ip -o link show eth0 | sed -E 's/.*ether ([0-9a-f:]+).*/\1/')
ok "replies go to the client alone" shows client 'src 192.168.10.1' \
	"> $mac, .*192\\.168\\.10\\.1\\.67 > 192\\.168\\.10\\.[56][0-9]\\.68: .*Reply"
lacks "their checksums are right, too" "$(seen client)" 'bad (udp )?cksum'
lacks "before, nobody asked who has the address" \
	"$(tcpdump -n -r client.pcap 2>/dev/null | awk '1; /Reply/ && ++n == 2 { exit }')" \
	'who-has 192\.168\.10\.[56][0-9] tell 192\.168\.10\.1,'
same "each request was for two servers" "$(counter 'Requests Relayed')" \
	$((2 * $(counter 'Requests Received')))
same "each reply was passed on" "$(counter 'Replies Relayed')" \
	"$(counter 'Replies Received')"

# ---- one that wants broadcasts -------------------------------------------------------
lacks "so far nothing went to everybody" \
	"$(seen client 'dst 255.255.255.255 and src 192.168.10.1')" Reply
on client ip addr flush dev eth0
has "a client that asks for broadcasts gets an address" "$(client_asks -B)" \
	'lease of 192\.168\.10\.[56][0-9] obtained'
ok "by broadcast" shows client 'src 192.168.10.1' \
	'> ff:ff:ff:ff:ff:ff, .*192\.168\.10\.1\.67 > 255\.255\.255\.255\.68: .*Reply'

# ---- what is odd ---------------------------------------------------------------------
say() { # WORD...: of dhcp.py
	on client $PYTHON "$ROOT/tests/e2e/dhcp.py" eth0 "$@"
}
reached() { # XID
	seen server | grep "xid 0x$1" >/dev/null
}
say xid=aa0004 hops=4
ok "four hops are few enough" within 20 reached aa0004
has "and are five then" "$(seen server | grep 0xaa0004)" 'hops 5,'
say xid=aa0005 hops=5
ok "five are too many" within 20 has_counted "Requests Over Max Hops" 1
cli_ok configure "dhcp-agent max-hops 5" >/dev/null
say xid=aa0006 hops=5
ok "unless they may" within 20 reached aa0006
ok "before, they did not pass" not reached aa0005
say xid=aa0007 giaddr=192.168.10.77 option82=cafe
ok "another agent's request passes" within 20 reached aa0007
has "with its address and its option" "$(seen server | grep 0xaa0007)" \
	'Gateway-IP 192\.168\.10\.77.*Agent-Information'
say xid=aa0008 giaddr=192.168.10.1
ok "what has passed us is in a loop" within 20 has_counted "Messages Discarded" 1
say xid=aa0009 cookie=00000000
say xid=aa000a cut=200
say xid=aa000b op=3
ok "what is no message is counted" within 20 has_counted "Malformed Messages" 3
say xid=aa000c
ok "others still pass" within 20 reached aa000c
lacks "these did not" "$(seen server)" 'xid 0xaa00(08|09|0a|0b)'
forged() { # a reply for nobody here
	on server $PYTHON "$ROOT/tests/e2e/dhcp.py" udp 192.168.10.1 op=2 "$@"
}
forged xid=bb0001 giaddr=192.168.99.1
ok "a reply for another agent is none of ours" within 20 \
	has_counted "Messages Discarded" 2

# ---- access lists --------------------------------------------------------------------
cli_ok configure "acl 1" "clause 10 permit any any destination any" \
	"apply circuit-(VLAN2)" exit "acl 2" \
	"clause 10 deny udp any destination any eq 67" \
	"clause 20 permit any any destination any" "apply circuit-(VLAN1)" exit \
	"acl enable" >/dev/null
say xid=cc0001
has "a list that denies the port" "$(client_asks -t 2)" 'no lease'
cli_ok configure "acl 2" "remove circuit-(VLAN1)" exit "no acl 2" "acl 3" \
	"clause 10 permit udp any eq 68 destination any eq 67" \
	"apply circuit-(VLAN1)" >/dev/null
has "one that permits no more than the port is enough" "$(client_asks)" \
	'lease of 192\.168\.10\.[56][0-9] obtained'
ok "the other kept requests away" not reached cc0001
cli_ok configure "acl disable" >/dev/null

# ---- and off again -------------------------------------------------------------------
cli_ok configure "circuit VLAN1" "no dhcp-relay-agent" >/dev/null
has "off again, nobody answers" "$(client_asks -t 2)" 'no lease'
switch_stop

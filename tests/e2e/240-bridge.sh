#!/bin/bash
# Layer 2 on the wire, with hosts of the kernel's: what the bridge learns, VLANs, an
# 802.1Q trunk, what neighbours hear (CDP, BPDUs), counters and shut ports; then two
# switches with a loop between them.
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
host a 1/1 10.1.0.1/24
host b 1/2 10.1.0.2/24
host c 3/1 10.2.0.1/24
host d 3/2 10.2.0.2/24
host e 3/3 10.1.0.3/24
host t 3/4 10.1.0.4/24
on c ip addr add 10.1.0.9/24 dev eth0 # in the wrong VLAN
vlan() { # VLAN ADDR/LEN: of host t
	on t ip link add link eth0 name eth0."$1" type vlan id "$1" 2>/dev/null ||
		on_background "vlan$1" t $PYTHON "$ROOT/tests/e2e/vlan.py" \
			eth0 "$1" eth0."$1"
	within 30 on t ip link set eth0."$1" up 2>/dev/null &&
		on t ip addr add "$2" dev eth0."$1" ||
		fail "no interface for VLAN $1"
}
vlan 2 10.2.0.4/24
vlan 3 10.3.0.4/24
ip link add loop5a type veth peer name loop5b &&
	ip link add loop6a type veth peer name loop6b || fail "no cables"
for i in loop5a loop5b loop6a loop6b; do ip link set $i up; done
first=("${wire[@]}" --port 3/5=loop5a --port 3/6=loop6a)

fast() { # PORT VLAN
	printf 'interface %s\n  bridge vlan %s\n  bridge port-fast enable\n' "$1" "$2"
}
{
	echo "cdp run"
	echo "cdp timer 5"
	echo "cdp holdTime 20"
	fast 1/1 1
	fast 1/2 1
	fast 3/1 2
	fast 3/2 2
	fast 3/3 1
	cat <<'EOF'
interface 3/4
  trunk
  bridge port-fast enable
  vlan 1
    default-vlan
  vlan 2
circuit VLAN1
  ip address 10.1.0.254 255.255.255.0
circuit VLAN2
EOF
} >startup
wire=("${first[@]}")
wire_start --startup startup

mac_of() { # HOST [INTERFACE]
	on "$1" ip -o link show "${2:-eth0}" |
		sed -n 's|.*link/ether \([^ ]*\).*|\1|p' | tr : -
}
count_of() { # LABEL TEXT
	sed -nE "s/.*$1: +([0-9]+).*/\\1/p" <<<"$2"
}

# ---- neighbours, captured while the rest goes on ----------------------------------
on_background cdp b tcpdump -i eth0 -U -w "$T/b.pcap" \
	'ether dst 01:00:0c:cc:cc:cc or ether dst 01:80:c2:00:00:00'

# ---- the bridge ---------------------------------------------------------------------
ok "two hosts of a VLAN reach each other" within 10 pings a 10.1.0.2
ok "so do those of another" within 10 pings c 10.2.0.2
ok "VLANs are apart" not pings a 10.1.0.9
learnt=$(cli "show bridge forwarding")
has "the bridge knows a" "$learnt" "^1 +$(mac_of a) +1/1\$"
has "and b" "$learnt" "^1 +$(mac_of b) +1/2\$"
has "and c in its VLAN" "$learnt" "^2 +$(mac_of c) +3/1\$"
lacks "of one VLAN, only that one's" \
	"$(cli "show bridge forwarding 2")" "$(mac_of a)"

received() { # HOST
	on "$1" awk '$1 == "eth0:" { print $3 }' /proc/net/dev
}
before=$(received e)
on a ping -q -c 200 -i 0.002 10.1.0.2 >/dev/null
ok "what is known is not flooded" [ $(($(received e) - before)) -lt 50 ]

copied() { # copyBoth...: frames that e gets of a's 50 pings and their answers
	local before

	cli_ok configure "setspan src_port 1/1 dest_port 3/3 $1" >/dev/null
	before=$(received e)
	on a ping -q -c 50 -i 0.002 10.1.0.2 >/dev/null
	echo $(($(received e) - before))
	cli_ok configure "no setspan src_port 1/1 dest_port 3/3" >/dev/null
}
has "a mirrored port's frames are copied" "$(copied copyBoth)" '^1[0-4][0-9]$'
has "or those that come in only" "$(copied copyRxOnly)" '^[5-8][0-9]$'
has "or those that go out only" "$(copied copyTxOnly)" '^[5-8][0-9]$'

# ---- the trunk ------------------------------------------------------------------------
ok "without a tag it is the default VLAN" within 10 pings t 10.1.0.1
ok "with a tag another" within 10 pings t 10.2.0.1
ok "from the other side, too" pings c 10.2.0.4
has "learnt in the VLAN of the tag" "$(cli "show bridge forwarding 2")" \
	"^2 +$(mac_of t eth0.2) +3/4\$"
on t ping -q -c 1 -W 1 10.3.0.1 >/dev/null
lacks "a VLAN that the trunk has not is nobody's" \
	"$(cli "show bridge forwarding")" '^3 '

# ---- ports -------------------------------------------------------------------------------
mibii=$(cli "show mibii 1/1")
ok "octets are counted" [ "$(count_of "In Octets" "$mibii")" -gt 10000 ]
ok "and unicasts out" [ "$(count_of "Out Unicast" "$mibii")" -ge 200 ]
own_mac=$(cli "show mibii 1/2" | sed -nE 's/^MAC: +([0-9a-f-]+) .*/\1/p')
has "frames by size" "$(cli "show rmon 1/1")" '[1-9][0-9][0-9]'
has "no errors" "$(cli "show ether-errors 1/1")" 'FCS Errors: +0'
has "a wired port is up" "$(cli "show interface 1/1")" '^1/1 .* Up +Enable'
has "one without a cable is down" "$(cli "show interface 3/8")" \
	'^3/8 .* Down +Enable'
has "show phy says so, too" "$(cli "show phy 3/8")" '^3/8 .* Down '
has "show circuits as well" "$(cli "show circuits")" '3/8 +Down'
cli_ok configure "interface 1/2" admin-shutdown >/dev/null
ok "a shut port passes nothing" not pings a 10.1.0.2
has "it is shut" "$(cli "show interface 1/2")" '^1/2 .* Down +Shut'
lacks "and nothing is behind it" "$(cli "show bridge forwarding")" ' 1/2$'
cli_ok configure "interface 1/2" "no admin-shutdown" >/dev/null
ok "an open one passes again" within 10 pings a 10.1.0.2
on e ip link set eth0 down
log_has() { cli "show log sys.log" | grep -F -- "$1" >/dev/null; }
ok "a cable that is pulled is logged" within 10 log_has "LINK DOWN for 3/3"
has "and the port is down" "$(cli "show interface 3/3")" '^3/3 .* Down +Enable'
on e ip link set eth0 up
ok "one that is put in, too" within 10 log_has "LINK UP for 3/3"

# ---- two switches and a loop -----------------------------------------------------------------
wire=()
host x 3/7 10.1.0.5/24
DISK1=$DISK
pid[first]=${pid[switch]}
DISK=$T/disk2
{
	echo "bridge priority 40000" # the first is root
	fast 3/7 1
	printf 'circuit VLAN1\n  ip address 10.1.0.253 255.255.255.0\n'
} >startup2
wire+=(--port 3/5=loop5b --port 3/6=loop6b)
wire_start --startup startup2
ok "hosts of two switches reach each other" within 30 pings x 10.1.0.1

status() { # DISK
	DISK=$1 cli "show bridge status 1"
}
sent() { awk '$1 == "loop5a:" { print $11 }' /proc/net/dev; }
on a ping -q -c 3 -i 0.2 -b 10.1.0.255 >/dev/null 2>&1
on a ping -q -c 1 -W 1 10.1.0.77 >/dev/null # nobody's: ARP to everybody
before=$(sent)
sleep 2
ok "broadcasts do not go round" [ $(($(sent) - before)) -lt 60 ]
root=$(status "$DISK1" | sed -n 's/^Bridge ID: *//p')
has "the first is root" "$(status "$DISK1")" "^Designated Root: +$root\$"
has "the second knows" "$(status "$DISK")" "^Designated Root: +$root\$"
same "all ports of the root forward" \
	"$(status "$DISK1" | grep -Ec '^(1/|3/[3456]).* *Forward ')" 6
has "the way to it is the first cable" "$(status "$DISK")" '^3/5 +Forward '
has "the other is blocked" "$(status "$DISK")" '^3/6 +Block '

ip link set loop5a down
ok "without the first cable the other opens" within 20 pings x 10.1.0.1
has "it forwards" "$(status "$DISK")" '^3/6 +Forward '
has "the first has no link" "$(status "$DISK")" '^3/5 +Disabled '
ip link set loop5a up
blocked() { status "$DISK" | grep -E '^3/6 +Block ' >/dev/null; }
ok "with it, the other is blocked again" within 20 blocked
ok "and hosts meet" within 20 pings x 10.1.0.2

# ---- bpdu-guard: a port for hosts hears a bridge ---------------------------------------------
DISK=$DISK cli_ok configure "bridge bpdu-guard enabled" "interface 3/6" \
	"bridge port-fast enable" >/dev/null
shut() { cli "show interface 3/6" | grep -E '^3/6 .* Down ' >/dev/null; }
ok "bpdu-guard shuts it" within 10 shut
ok "the others go on" pings x 10.1.0.1
switch_stop
pid[switch]=${pid[first]}
unset "pid[first]"
DISK=$DISK1

# ---- what b heard ------------------------------------------------------------------------------
end cdp INT
seen() { tshark -n -r b.pcap "$@" 2>/dev/null; }
has "CDP tells who is there" \
	"$(seen -Y cdp -T fields -e cdp.deviceid -e cdp.portid -e cdp.ttl -e cdp.native_vlan)" \
	'^CSS11503	1/2	20	1$'
same "from the address that show mibii has" \
	"$(seen -Y cdp -T fields -e eth.src | sort -u)" "${own_mac//-/:}"
has "with a right checksum" \
	"$(seen -Y cdp -T fields -e cdp.checksum.status | sort -u)" '^1$'
has "hellos of the root come every second" \
	"$(seen -Y 'stp.type == 0' -T fields -e stp.root.cost | wc -l)" '^[0-9]{2}'
same "tshark complains of nothing" \
	"$(seen -Y '(cdp || stp) && _ws.expert' -T fields -e _ws.expert.message)" ""
switch_stop

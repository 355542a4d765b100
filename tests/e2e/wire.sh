# shellcheck shell=bash
# What the tests of the wire attachment share: hosts, each in a network namespace of
# its own, and a cable from each to a port of the switch.  Sourced behind lib.sh.
#
#	wire_possible			else the test ends, as skipped
#	host NAME PORT ADDR/LEN [GATEWAY]
#	on NAME COMMAND...		what a program says there
#	on_background PROCESS NAME COMMAND...	as background of lib.sh
#	two_arms [LINE...]		a configuration: these lines, clients on one side,
#					servers on the other, and what comes in
#	wire_start [OPTION...]		boots the switch, wired to the hosts' ports
#	pings HOST ADDRESS [FROM]	does one come back?
#	wrong_sums FILE [FILTER]	frames of a capture with a wrong checksum, or else so
#	fast_path packets|ways|connections|patterns	of it: that went by, that are set
#					up, that it has begun, by what

wire=() # --port PORT=INTERFACE

wire_possible() {
	[ -w /dev/net/tun ] && unshare -n true 2>/dev/null || {
		echo "skipped: no network namespaces or no /dev/net/tun"
		exit 77
	}
}

in_own_net() { # PID
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

host() {
	local name=$1 cable=css${2/\//-} p

	background "host-$name" unshare -n sleep infinity
	p=${pid[host-$name]}
	within 5 in_own_net "$p" || fail "no namespace for $name"
	ip link add "$cable" type veth peer name eth0 netns "$p" &&
		ip link set "$cable" up || fail "no cable to $name"
	on "$name" sh -c "ip link set lo up && ip addr add $3 dev eth0 &&
		ip link set eth0 up${4:+ && ip route add default via $4}" ||
		fail "$name has no address"
	wire+=(--port "$2=$cable")
}

on() {
	nsenter -t "${pid[host-$1]}" -n "${@:2}"
}

on_background() {
	background "$1" nsenter -t "${pid[host-$2]}" -n "${@:3}"
}

two_arms() {
	[ $# = 0 ] || printf '%s\n' "$@"
	cat <<'END'
interface 1/2
  bridge vlan 2
circuit VLAN1
  ip address 192.168.10.1 255.255.255.0
circuit VLAN2
  ip address 10.1.1.1 255.255.255.0
END
	cat
}

wire_start() {
	switch_start --attach wire "${wire[@]}" "$@"
	lacks "the startup-config has no errors" \
		"$(cli "show startup-errors")" '%%'
}

pings() {
	on "$1" ping -q -c 1 -W 1 ${3:+-I "$3"} "$2" >/dev/null
}

# 0xffff is as good as 0, and what Linux writes (RFC 1624).
wrong_sums() {
	tshark -r "$1" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
		-Y "ip.checksum.status == Bad || (tcp.checksum.status == Bad &&
			tcp.checksum != 0xffff)${2:+ || $2}" 2>/dev/null | wc -l
}

fast_path() {
	local n

	n=$(cli "show lab wire" |
		sed -nE "s/^(Fast path|Begun by the fast path): (.* )?([0-9]+) $1.*/\\3/p")
	echo "${n:-0}"
}

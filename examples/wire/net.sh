# shellcheck shell=bash
# Hosts in network namespaces, and cables from them to the ports of a switch whose
# interfaces are in a namespace, too.  Sourced, with $topology set; die() is the
# caller's.
#
#	space NAME		a namespace
#	cable NAME INTERFACE NAME INTERFACE	between two
#	host NAME PORT ADDR/LEN [GATEWAY]	a host on a port of the switch
#	segment NAME PORT	a plain LAN on a port: hosts go behind it with
#	host_on NAME SEGMENT ADDR/LEN [GATEWAY]
#	on NAME COMMAND...	runs there
#	spaces_end		ends what runs in them, and removes them
#
# ports[] becomes the switch's --port options.  The namespaces are called
# css-TOPOLOGY-NAME, so that another terminal can join them:
# ip netns exec css-routed-client curl http://192.168.10.20/

namespaces=() ports=()

space() { # NAME: a network namespace
	local n=css-$topology-$1

	ip netns add "$n" ||
		die "cannot make the namespace $n; is another run still there?"
	namespaces+=("$n")
	ip netns exec "$n" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
	ip -n "$n" link set lo up
}

# A cable between two namespaces; interfaces come up at both ends.
cable() { # NAME INTERFACE NAME INTERFACE
	ip link add "$2" netns "css-$topology-$1" type veth peer \
		name "$4" netns "css-$topology-$3" ||
		die "no cable between $1 and $3"
	ip -n "css-$topology-$1" link set "$2" up
	ip -n "css-$topology-$3" link set "$4" up
}

address() { # NAME ADDR/LEN [GATEWAY]
	ip -n "css-$topology-$1" addr add "$2" dev eth0
	[ $# -lt 3 ] ||
		ip -n "css-$topology-$1" route add default via "$3"
}

port() { # PORT INTERFACE: of the switch
	ports+=(--port "$1=$2")
}

host() { # NAME PORT ADDR/LEN [GATEWAY]
	local end=p${2/\//-}

	space "$1"
	cable "$1" eth0 switch "$end"
	port "$2" "$end"
	address "$1" "${@:3}"
}

segment() { # NAME PORT
	local end=p${2/\//-}

	space "$1"
	ip -n "css-$topology-$1" link add br0 type bridge
	ip -n "css-$topology-$1" link set br0 up
	cable "$1" uplink switch "$end"
	ip -n "css-$topology-$1" link set uplink master br0
	port "$2" "$end"
}

host_on() { # NAME SEGMENT ADDR/LEN [GATEWAY]
	space "$1"
	cable "$1" eth0 "$2" "$1"
	ip -n "css-$topology-$2" link set "$1" master br0
	address "$1" "${@:3}"
}

on() { # NAME COMMAND...
	ip netns exec "css-$topology-$1" "${@:2}"
}

spaces_end() {
	local n p

	for n in "${namespaces[@]}"; do
		for p in $(ip netns pids "$n" 2>/dev/null); do
			kill "$p" 2>/dev/null
		done
	done
	wait 2>/dev/null
	for n in "${namespaces[@]}"; do ip netns del "$n" 2>/dev/null; done
}

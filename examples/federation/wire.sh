# shellcheck shell=bash
# The example on the wire (run --wire): each host in a network namespace of its own.
# Sourced.
#
#	foreign 203.0.113.10 --- firewall --- 1/1 [ CSS 11503 ] 1/2 --- imp1 10.10.20.11
#	            203.0.113.50 is 10.10.10.50    10.10.10.2 | .20.2  imp2 10.10.20.12
#	            10.10.10.1                                         sftp 10.10.20.99
#
#	at HOST COMMAND...	runs there; without --wire, here
#	as_job_at HOST COMMAND...	the same, for `&`: the job is the command
#	wire_up			namespaces, cables, addresses, the firewall's rules
#	wire_settled		waits until the switch forwards
#	wire_look		what only the wire can show

topology=federation
attach=()
# shellcheck source=examples/wire/net.sh
. "$here/../wire/net.sh"

at() {
	if [ -n "${wire-}" ]; then on "$@"; else "${@:2}"; fi
}

as_job_at() {
	[ -z "${wire-}" ] || exec ip netns exec "css-federation-$1" "${@:2}"
	exec "${@:2}"
}

wire_up() {
	step "Namespaces and cables"
	space switch
	space firewall
	cable firewall inside switch p1-1
	port 1/1 p1-1
	space foreign
	cable foreign eth0 firewall outside
	address foreign 203.0.113.10/24 203.0.113.1
	segment lan 1/2
	host_on imp1 lan 10.10.20.11/24 10.10.20.2
	host_on imp2 lan 10.10.20.12/24 10.10.20.2
	host_on sftp lan 10.10.20.99/24 10.10.20.2
	ip -n css-federation-firewall addr add 203.0.113.1/24 dev outside
	ip -n css-federation-firewall addr add 203.0.113.50/24 dev outside
	ip -n css-federation-firewall addr add 10.10.10.1/24 dev inside
	on firewall sysctl -qw net.ipv4.ip_forward=1
	# static PAT: the public address's two ports are the VIP's, all else is shut
	on firewall nft -f - <<-END || die "the firewall takes no rules"
		table ip pat {
			chain in {
				type nat hook prerouting priority -100;
				iifname outside ip daddr 203.0.113.50 tcp dport { 5061, 5062 } dnat to 10.10.10.50
			}
			chain pass {
				type filter hook forward priority 0; policy drop;
				ct state established,related accept
				iifname outside ip daddr 10.10.10.50 tcp dport { 5061, 5062 } accept
			}
		}
	END
	front=203.0.113.50
	attach=(--attach wire "${ports[@]}")
	echo "   ${namespaces[*]}"
}

# The spanning tree listens and learns before a port forwards.
wire_settled() {
	within 30 at sftp ping -q -c 1 -W 1 10.10.20.2 >/dev/null &&
		within 30 at firewall ping -q -c 1 -W 1 10.10.10.2 >/dev/null ||
		die "the switch does not answer ping"
	echo "   the switch answers ping on both sides"
}

wire_look() {
	type_lines "show arp" "show circuits all" "show group sip_nat"
	echo "Who the nodes see on their cable:"
	on imp1 ip neigh show 10.10.20.2 | sed 's/^/   imp1: /'
	echo "What the firewall has translated:"
	on firewall nft list table ip pat | grep -c dnat | sed 's/$/ rule/; s/^/   /'
}

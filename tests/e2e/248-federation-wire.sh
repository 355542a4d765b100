#!/bin/bash
# The federation example with every host in a namespace of its own, behind a firewall
# with static PAT.
# labels: wire
# timeout: 240
. "$(dirname "$0")/lib.sh"

[ -w /dev/net/tun ] && [ "$(id -u)" = 0 ] &&
	ip netns add css-e2e-probe2 2>/dev/null || {
	echo "skipped: no root, no named namespaces or no /dev/net/tun"
	exit 77
}
ip netns del css-e2e-probe2
nodes=()
! command -v kamailio >/dev/null || nodes=(--kamailio)
"$ROOT/examples/federation/run" --wire --once --no-install --build "$BUILD" \
	"${nodes[@]}" >run.log 2>&1
same "every message came back" $? 0
has "unchanged" "$(<run.log)" "800 requests"
has "the nodes see the switch on their cable" "$(<run.log)" \
	"imp1: 10.10.20.2 dev eth0 lladdr 00:0b:5f:"

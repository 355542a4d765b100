#!/bin/bash
# The topologies of examples/wire: all of their traffic comes back.
# labels: wire
# timeout: 240
. "$(dirname "$0")/lib.sh"

[ -w /dev/net/tun ] && [ "$(id -u)" = 0 ] &&
	ip netns add css-e2e-probe 2>/dev/null || {
	echo "skipped: no root, no named namespaces or no /dev/net/tun"
	exit 77
}
ip netns del css-e2e-probe
for name in one-armed routed bridged; do
	"$ROOT/examples/wire/$name" --once --no-install --build "$BUILD" \
		>$name.log 2>&1
	same "$name: status 0" $? 0
	has "$name: the way of the last download is shown" "$(<$name.log)" \
		"192.168.10.20 +80 +[0-9.]+ +TCP"
	lacks "$name: nothing failed" "$(<$name.log)" 'FAILED|%%'
done

#!/bin/bash
# The benchmark of packets measures all it names.  (How fast is for
# tests/bench/wire to tell on a quiet machine.)
# labels: slow bench
# timeout: 400
. "$(dirname "$0")/lib.sh"

[ -w /dev/net/tun ] && [ "$(id -u)" = 0 ] && command -v ethtool iperf3 nft \
	>/dev/null || {
	echo "skipped: no root, no /dev/net/tun, or ethtool, iperf3, nft missing"
	exit 77
}
export BENCH_OUT=$T/bench CSS11500=$CSS
"$ROOT/tests/bench/wire" -n -r 1 -t 1 -f 1,1000 -m bulk=0.01,small=0.01 \
	>table 2>bench.log
same "the leasts are reached" $? 0
for work in "bulk -" "wire -" "small 1" "small 1000"; do
	for who in nft ours; do
		has "$work is measured of $who" "$(<"$BENCH_OUT/wire.txt")" \
			"^$work $who figure=[0-9.]*[1-9]"
	done
done
for work in ended ended-bulk ended-messages ended-tls ended-tls-bulk; do
	for who in host ours; do
		has "$work is measured of $who" "$(<"$BENCH_OUT/wire.txt")" \
			"^$work - $who figure=[0-9.]*[1-9]"
	done
done
awk -v least="bulk=1e9" -f "$ROOT/tests/bench/wire.awk" "$BENCH_OUT/wire.txt" \
	>table
same "a least that is not reached gives status 1" $? 1
has "and is named" "$(<table)" "below its least: bulk"

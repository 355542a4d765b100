#!/bin/bash
# The benchmark's set-up of this switch carries every kind of its work without a
# failed connection.  (How fast is for tests/bench/run to tell.)
# labels: slow bench
# timeout: 200

. "$(dirname "$0")/lib.sh"

export BENCH_OUT=$T/bench BENCH_WAIT=0 CSS11500=$CSS
"$ROOT/tests/bench/run" -n -r 1 -t 0.5 ours >table 2>bench.log
has "the table names our version" "$(cat table)" "^ours: css11500"
for work in hs13rsa hs13ec hs13res hs12rsa hs12ec hs12res term13 bulk \
	bulkterm msg tcpcps tcpbulk tcpmsg httpcps httpmsg insert many mem; do
	has "$work is done without a failure" \
		"$(grep "^ours $work " "$BENCH_OUT/raw.txt")" " err=0"
done
has "TLS 1.2 sessions are resumed on both sides" \
	"$(grep "^ours hs12res " "$BENCH_OUT/raw.txt")" \
	"front_reused=[1-9].* back_reused=[1-9]"
has "TLS 1.3 sessions are resumed on both sides" \
	"$(grep "^ours hs13res " "$BENCH_OUT/raw.txt")" \
	"front_reused=[1-9].* back_reused=[1-9]"

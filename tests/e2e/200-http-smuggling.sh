#!/bin/bash
# What two readers of HTTP could read in two ways is refused, on a connection of
# its own, in front of and behind good requests, at once and byte by byte; what is
# only unusual comes through unchanged.  A server writes down what reaches it.
# labels: traffic
# timeout: 100
. "$(dirname "$0")/lib.sh"

background origin "$PYTHON" "$ROOT/tests/e2e/origin.py" "$T/origin.jsonl" \
	one=127.10.20.1:80
within 10 listens 127.10.20.1 80 || fail "origin.py"

cat >startup <<'END'
logging subsystem flowmgr level notice-5
service one
  ip address 10.10.20.1
  protocol tcp
  port 80
  keepalive type none
  active
owner web
  content all
    vip address 10.10.20.50
    protocol tcp
    port 80
    url "/*"
    add service one
    active
END
switch_start --startup startup
wait_service one Alive
ok "every row is taken or refused as it should be" \
	"$PYTHON" "$ROOT/tests/e2e/smuggle.py" 127.10.20.50 80 "$T/origin.jsonl"
has "the rule counts what was refused" \
	"$(cli 'show rule web all statistics')" '^Rejects, No Services: +[1-9][0-9]+$'
has "the log says why" "$(cat "$DISK/log/sys.log")" \
	'not to be trusted'
ok "and a good request still comes through" \
	grep -q one <<<"$(curl -s --max-time 5 http://127.10.20.50/)"
switch_stop

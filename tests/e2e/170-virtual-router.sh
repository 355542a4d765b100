#!/bin/bash
# A virtual router follows its critical services: the VIPs that it shares open and
# close with it, and the show commands tell what happened.
# labels: traffic
# timeout: 60
. "$(dirname "$0")/lib.sh"

background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.3.1:80
background other "$PYTHON" "$ROOT/tests/e2e/web.py" up=127.10.3.9:80
within 10 listens 127.10.3.9 80 || fail "web.py"

cat >startup <<'END'
configure
interface 3/1
  bridge vlan 10
circuit VLAN10
  ip address 10.10.3.250 255.255.255.0
    ip virtual-router 1 priority 230 preempt
    ip critical-service 1 up
    ip redundant-vip 1 10.10.3.50
service one
  ip address 10.10.3.1
  protocol tcp
  port 80
  keepalive type tcp
  active
service up
  ip address 10.10.3.9
  protocol tcp
  port 80
  keepalive type tcp
  keepalive frequency 2
  keepalive retryperiod 2
  keepalive maxfailure 1
  active
owner web
  content shared
    vip address 10.10.3.50
    protocol tcp
    port 80
    add service one
    active
  content own
    vip address 10.10.3.51
    protocol tcp
    port 80
    add service one
    active
END
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service one Alive
wait_service up Alive

state() { # WORDS
	cli "show virtual-routers 10.10.3.250 1" | grep -Eq "^State: +$1 "
}
ok "with its service the router is master" within 10 state Master
out=$(cli "show virtual-routers")
has "its priority is what was configured" "$out" \
	'^Priority: +230 +Config\. Priority: +230'
has "this switch is the master" "$out" 'Master IP: +10\.10\.3\.250'
has "the change was timed" "$out" \
	'^State Changes: +[12] +Last Change: +[0-9/]{10} [0-9:]{8}'
has "the critical service is listed" "$out" '^up +Alive +Local'
ok "the shared VIP is served" within 5 curl -sf --max-time 2 -o page http://127.10.3.50/
ok "so is the other one" curl -sf --max-time 2 -o page http://127.10.3.51/

has "its rule says so" "$(cli "show rule web shared")" '^IP Redundancy: +Master$'
has "the summary, too" "$(cli "show summary")" ' shared +Master +one '
has "of its own VIPs not" "$(cli "show rule web own")" \
	'^IP Redundancy: +Not Redundant$'

cli_ok "zero virtual-router state-changes 10.10.3.250 1"
end other
ok "without its service it is none" within 15 state "No Service"
out=$(cli "show virtual-routers")
has "its priority is gone" "$out" '^Priority: +0 '
has "the reason is told" "$out" 'Last Fail Reason: +Critical Service Down'
has "one change since the clearing" "$out" '^State Changes: +1 '
has "the VIP is a backup's" "$(cli "show redundant-vips 10.10.3.250 1")" \
	'^State: +Backup '
has "and so is its rule" "$(cli "show summary")" ' shared +Backup +one '
ok "the shared VIP is closed" within 5 not listens 127.10.3.50 80
ok "the other one is served" curl -sf --max-time 2 -o page http://127.10.3.51/
has "the log says why" "$(cli "show log sys.log")" \
	'Rule web/shared: is not in force, the virtual router of its VIP is not master'

background other "$PYTHON" "$ROOT/tests/e2e/web.py" up=127.10.3.9:80
ok "the router is master again" within 15 state Master
ok "and the VIP is served again" within 5 curl -sf --max-time 2 -o page http://127.10.3.50/

cli configure "interface 3/1" admin-shutdown end >shut
has "shutting the last port says what it closes" "$(<shut)" "web/shared: is not in force"
ok "a circuit without ports takes it down" state Down
ok "and closes the VIP" within 5 not listens 127.10.3.50 80
cli_ok configure "interface 3/1" "no admin-shutdown" end
ok "until they are back" state Master
switch_stop

#!/bin/bash
# What watches while nobody types: reporters of ports and virtual routers, RMON
# alarms with their events, RMON histories; ports of a pulled module are down.
# timeout: 90
. "$(dirname "$0")/lib.sh"

background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.15.1:80
within 10 listens 127.10.15.1 80 || fail "web.py"

cat >startup <<'END'
interface 3/1
  bridge vlan 2
interface 3/2
  bridge vlan 2
circuit VLAN1
  ip address 10.10.0.1/24
    ip virtual-router 1
    ip critical-reporter 1 uplinks
  ip address 10.10.15.250/24
    ip virtual-router 2
    ip redundant-vip 2 10.10.15.50
service one
  ip address 10.10.15.1
  protocol tcp
  port 80
  keepalive type tcp
  keepalive frequency 2
  active
reporter uplinks
  type critical-phy-all-up
  phy 3/1
  phy 3/2
  active
reporter together
  type vrid-peering
  vrid 10.10.0.1 1
  vrid 10.10.15.250 2
  active
owner web
  content rule
    vip address 10.10.15.50
    protocol tcp
    port 80
    add service one
    active
rmon-alarm 1
  sample-variable apSvcTotalLocalConnections.one
  sample-interval 1
  startup-type rising
  rising-threshold 3
  rising-event 5
  active
rmon-event 5
  description "three connections"
  active
rmon-history 2
  data-source ifIndex.3
  interval 1
  active
END
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service one Alive

reporter() { cli "show reporter summary" | awk -v r="$1" '$1 == r { print $3 }'; }
router() {
	cli "show virtual-routers $1" | awk -F'  +' '/^State:/ { print $2 }'
}
reporter_is() { [ "$(reporter "$1")" = "$2" ]; }
get() { curl -s --max-time 5 http://127.10.15.50/ | awk '{ print $1 }'; }

same "ports that are in are up" "$(reporter uplinks) $(reporter together)" \
	"Up Up"
same "so the routers are master" \
	"$(router 10.10.0.1) $(router 10.10.15.250)" "Master Master"
same "and the VIP is served" "$(get)" one
has "the log tells of it" "$(cli "show log sys.log")" \
	'NETMAN-2: Enterprise:Reporter Transition:uplinks -> up'

# One shut port, then the whole module.
cli configure "interface 3/2" "admin-shutdown" >/dev/null
same "a shut port is down" "$(reporter uplinks)" Down
has "and is named" "$(cli "show reporter uplinks")" 'Phy +3/2 +Down'
has "the others are not" "$(cli "show reporter uplinks")" 'Phy +3/1 +Up'
cli configure "interface 3/2" "no admin-shutdown" >/dev/null
same "until it is opened" "$(reporter uplinks)" Up
cli "lab remove slot 3" >/dev/null
same "ports of a pulled module are down" "$(reporter uplinks)" Down
has "the router goes with its reporter" \
	"$(cli "show virtual-routers 10.10.0.1")" 'Critical Reporter Down'
has "its peer changes state with it" \
	"$(cli "show virtual-routers 10.10.15.250")" 'Critical Reporter Down'
same "which takes the VIP away" "$(get)" ""
cli "lab insert slot 3 CSS5-IOM-8FE" >/dev/null
same "and back it comes" "$(reporter uplinks) $(router 10.10.15.250)" \
	"Up Master"
same "with the VIP" "$(get)" one
has "changes are counted" "$(cli "show reporter summary")" 'uplinks .* 5$'
cli "zero reporter state-transitions" >/dev/null
has "and cleared" "$(cli "show reporter summary")" 'uplinks .* 0$'

# RMON
for _ in 1 2 3; do get >/dev/null; done
logged() { cli "show log sys.log" | grep -q "RMON event 5: alarm 1: .*threshold 3: three connections"; }
ok "a threshold that is crossed is logged" within 10 logged
same "once" "$(cli "show log sys.log" | grep -c 'RMON event 5')" 1
buckets() { cli "show rmon-history 3/1 2" | grep -c '^[0-9].*/.*:.* 0 .* 0$'; }
kept() { [ "$(buckets)" -ge 2 ]; }
ok "a history has its buckets" within 10 kept

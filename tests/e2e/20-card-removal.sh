#!/bin/bash
# The SSL module leaves a switch under load and comes back: its flows are reset,
# its services go down, and after its return they serve again.
# labels: traffic
# timeout: 90
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/sip.sh"

sip_material
sip_config >startup
sip_node 1
sip_node 2
switch_start --startup startup --slot 2=CSS5-SSL-K9 "${sip_import[@]}"
same "the startup-config has no errors" \
	"$(cli "show startup-errors" | grep -c '%%')" 0
wait_service imp1 Alive
wait_service imp2 Alive
ok "messages pass" sip_client --messages 200

sip_client --messages 4000 --rate 400 --connections 8 --per-connection 50 \
	--reconnect --run 2 --timeout 60 >load.log 2>&1 &
pid[load]=$!
sleep 1
cli_ok "lab remove slot 2"
ok "nobody is served without the module" \
	not sip_client --messages 1 --connections 1 --timeout 3
wait_service ssl_module Down 10
has "show chassis tells that the module is out" "$(cli "show chassis")" \
	'2 +CSS5-SSL-K9 +powered-off'
has "so does the log" "$(cli "show log sys.log")" 'CHMGR-4: Module in slot 2.*removed'
lacks "no flow to the VIP is left" "$(cli "show flows")" '10\.10\.10\.50 +5061'
sleep 1
cli_ok "lab insert slot 2 CSS5-SSL-K9"
wait_service ssl_module Alive 10
has "show chassis tells of the module" "$(cli "show chassis")" \
	'2 +CSS5-SSL-K9 +powered-on'
wait "${pid[load]}"
rc=$?
unset "pid[load]"
cat load.log
same "every message came back in the end" $rc 0
has "connections were reset and opened again" "$(<load.log)" \
	'reconnected [1-9]'

# A module that never was: out and in twice, without load.
for _ in 1 2; do
	cli_ok "lab remove slot 2" "lab insert slot 2 CSS5-SSL-K9"
	wait_service ssl_module Alive 10
	ok "messages pass again" sip_client --messages 50 --run 3
done
# A hundred times under load: nothing is left behind.
descriptors() {
	local all=(/proc/"${pid[switch]}"/fd/*)

	echo ${#all[@]}
}
clean() {
	[ "$(descriptors)" -le "$base" ] &&
		! cli "show flows" | grep -q '10\.10\.10\.50 '
}
sleep 0.5
base=$(descriptors)
background load "$PEERS/sipclient" --to $SIP_VIP:5061 \
	--name imp-lb.example.com --ca "$T/lb-ca.pem" --messages 40000 \
	--rate 400 --connections 8 --per-connection 20 --reconnect --run 9 \
	--timeout 60
moves=()
for _ in $(seq 1 25); do
	moves+=("lab remove slot 2" "show flows" "lab insert slot 2 CSS5-SSL-K9")
done
for _ in 1 2 3 4; do
	cli_ok "${moves[@]}" >/dev/null
	sleep 0.5
done
end load
wait_service ssl_module Alive 10
ok "messages pass after a hundred moves" sip_client --messages 50 --run 4
ok "no flow and no descriptor is left" within 10 clean
has "no TLS connection is counted" \
	"$(cli "show ssl statistics ssl-proxy-server")" '^ *0 +Active SSL flows$'
has "a taken slot is refused" "$(cli "lab insert slot 2 CSS5-SSL-K9")" '^%%'
switch_stop

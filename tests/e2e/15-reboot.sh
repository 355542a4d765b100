#!/bin/bash
# What was saved is what boots: SSL store, lists, services and rules carry
# messages again after a restart, whether it was asked for or not.
# labels: traffic
# timeout: 60
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/sip.sh"

sip_material
sip_config >startup
sip_node 1
sip_node 2
switch_start --startup startup "${sip_import[@]}"
cli_ok "copy running-config startup-config" >/dev/null
running=$(cli "show running-config" | grep -v '^!Generated')
serial=$(cli "show chassis" | grep -i 'serial')
switch_stop

# An equal file is left alone, a different one under the same name is an error.
switch_start "${sip_import[@]}"
lacks "the saved configuration has no errors" "$(cli "show startup-errors")" \
	'%%'
same "the running-config is the same" \
	"$(cli "show running-config" | grep -v '^!Generated')" "$running"
same "the serial number is the disk's" \
	"$(cli "show chassis" | grep -i 'serial')" "$serial"
wait_service imp1 Alive
wait_service imp2 Alive
ok "messages pass after a restart" sip_client --messages 100
end switch KILL
mkdir other
cp imp1.pem other/lb-cert.pem
not switch_try --import-ssl other/lb-cert.pem ||
	fail "a different file of the same name is taken"
has "a different file of the same name is refused" "$(<switch.log)" \
	'lb-cert\.pem'
switch_start
wait_service imp1 Alive
ok "messages pass after a kill" sip_client --messages 100 --run 2
switch_stop

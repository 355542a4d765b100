#!/bin/bash
# SIGKILL while the configuration is saved, a thousand times: always a whole
# file.  Fewer times where a sanitizer makes each boot slow.
# labels: slow
# timeout: 280
. "$(dirname "$0")/lib.sh"

kills=1000
ldd "$CSS" | grep -Eq 'lib(a|t|ub)san' && kills=100

for i in $(seq 1 150); do
	printf 'service s%03d\n  ip address 10.77.0.%d\n  port %d\n' \
		"$i" "$i" $((8000 + i))
done >startup
switch_start --startup startup
cli_ok "copy running-config startup-config"
switch_stop
ok "$kills kills leave whole files" \
	"$PYTHON" "$ROOT/tests/e2e/killer.py" "$CSS" "$DISK" $kills 1
left=$(find "$DISK" -maxdepth 1 -type f | wc -l)
switch_start
same "the last file boots without errors" \
	"$(cli "show startup-errors" | grep -c '%%')" 0
has "and holds every service" "$(cli "show running-config")" '^service s150'
ok "killed saves do not pile up files ($left)" [ "$left" -lt 12 ]
switch_stop

#!/bin/bash
# SIGKILL while the configuration is saved, a thousand times: always a whole
# file.  Fewer times where a sanitizer makes each boot slow.
# labels: slow
# timeout: 280
. "$(dirname "$0")/lib.sh"

kills=1000
! is_sanitized || kills=100
teams=4 # each with its own disk, since most of the time is waiting

for i in $(seq 1 150); do
	printf 'service s%03d\n  ip address 10.77.0.%d\n  port %d\n' \
		"$i" "$i" $((8000 + i))
done >startup
switch_start --startup startup
cli_ok "copy running-config startup-config"
switch_stop
for i in $(seq 1 $teams); do
	cp -a "$DISK" "$DISK.$i"
	background "team$i" "$PYTHON" "$ROOT/tests/e2e/killer.py" "$CSS" \
		"$DISK.$i" $((kills / teams)) "$i"
done
for i in $(seq 1 $teams); do
	wait "${pid[team$i]}" || fail "team $i: $(tail -n 1 "team$i.log")"
	unset "pid[team$i]"
	has "team $i did its kills" "$(<"team$i.log")" '^[0-9]+ kills'
	cat "team$i.log"
done
read -r with without < <(cat team?.log |
	awk '{ a += $3; b += $9 } END { print a, b }')
ok "kills fall between saves ($with with the change, $without without)" \
	[ "$with" -gt 0 -a "$without" -gt 0 ]
DISK=$DISK.1
left=$(find "$DISK" -maxdepth 1 -type f | wc -l)
switch_start
same "the last file boots without errors" \
	"$(cli "show startup-errors" | grep -c '%%')" 0
has "and holds every service" "$(cli "show running-config")" '^service s150'
ok "killed saves do not pile up files ($left)" [ "$left" -lt 12 ]
switch_stop

#!/bin/bash
# The switch's own clock: set by hand, in its zone, kept over a restart; the
# host's clock stays as it is.
. "$(dirname "$0")/lib.sh"

switch_start
before=$(date +%s)
answer=$(cli "clock timezone EST hours 5 before-UTC" "clock date" 02-28-04 \
	"clock time" 23:58:59 "show clock" "show running-config" \
	"configure" "logging subsystem syssoft level notice-5" \
	"clock time" 23:59:00 "end" "show log sys.log tail 1")
has "the question shows the date" "$answer" \
	'^Enter date: \[mm-dd-yy\] \([0-9]{2}-[0-9]{2}-[0-9]{2}\)'
has "and the time" "$answer" '^Enter time: \[hh:mm:ss\] \([0-9:]{8}\)'
has "the date is the new one" "$answer" '^Date:     02-28-2004$'
has "the time too" "$answer" '^Time:     23:58:59|^Time:     23:59:0'
has "in the zone" "$answer" '^Timezone: EST -05:00$'
has "the configuration is dated so" "$answer" \
	'^!Generated on 02/28/2004 23:5'
has "the log, too" "$answer" \
	'^FEB 28 23:59:0[0-9] 1/1 [0-9]+ SYSSOFT-5: Clock set to 02/28/2004 23:59:00 by admin'
lacks "the zone is the clock's, not the configuration's" "$answer" '^ *clock '
ok "the host's clock is not touched" [ $(($(date +%s) - before)) -lt 60 ]

has "a leap day comes" "$(cli "clock time" 23:59:59 "show clock")" 'Date: '
ok "at midnight" within 5 sh -c "'$CSS' attach --disk '$DISK' <<-! |
	admin
	system
	show clock
	exit
	!
	grep -q 'Date:     02-29-2004'"

switch_stop
switch_start
answer=$(cli "show clock")
has "the date survives" "$answer" '^Date:     02-29-2004$'
has "so does the zone" "$answer" '^Timezone: EST -05:00$'
switch_stop

echo "nonsense" >"$DISK/clock"
switch_start
has "spoilt settings of the clock are put aside" "$(cli "show clock")" \
	"^Date:     $(date -u +%m-%d-%Y)\$"
ok "and kept" grep -q nonsense "$DISK/clock.bad"
has "and told" "$(cli "show log sys.log tail 5")" \
	"SYSSOFT-3: The clock's settings cannot be read: kept as clock.bad"
switch_stop

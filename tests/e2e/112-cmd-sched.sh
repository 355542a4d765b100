#!/bin/bash
# The command scheduler: records run when the switch's own clock says so.
# timeout: 180
. "$(dirname "$0")/lib.sh"

conf() { # LINE...
	printf '%s\n' admin system expert configure "$@" end exit n |
		timeout 60 "$CSS" attach --disk "$DISK" >/dev/null 2>&1
}

appears() { # FILE TEXT, within 75 s
	for _ in $(seq 150); do
		grep -q "$2" "$1" 2>/dev/null && return 0
		sleep 0.5
	done
	return 1
}

switch_start --telnet 127.0.0.1:2323
conf 'service s1' 'ip address 10.1.1.11' exit \
	'cmd-sched record each * * * * * "show version;show service summary" each.log' \
	'cmd-sched record noon 0 12 4 7 * "configure;service s2;ip address 10.1.1.12;end"' \
	'cmd-sched record never 30 21 * * * "show clock" never.log'
sleep 2
ok "nothing runs while the scheduler is off" test ! -e "$DISK/log/each.log"
conf cmd-sched
ok "a record runs in the next minute" appears "$DISK/log/each.log" '^! each'
ok "all its commands do" appears "$DISK/log/each.log" '^s1 '
printf '%s\n' admin system 'clock date' 07-04-30 'clock time' 11:59:50 exit n |
	timeout 60 "$CSS" attach --disk "$DISK" >/dev/null 2>&1
ok "the clock is the switch's" appears "$DISK/log/each.log" '07/04/2030 12:0'
has "a record may configure" "$(cli 'show running-config service s2')" \
	'ip address 10.1.1.12'
ok "what is not due does not run" test ! -e "$DISK/log/never.log"
switch_stop

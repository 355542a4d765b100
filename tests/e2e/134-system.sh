#!/bin/bash
# Figures of the program itself: processors by role, cores, memory.
# timeout: 60
. "$(dirname "$0")/lib.sh"

! is_sanitized || {
	echo "sanitizers set the limits of cores themselves"
	exit 77
}
ulimit -c 1000
switch_start --workers 1
core_limit() {
	awk '/^Max core file size/ { print $5 }' "/proc/${pid[switch]}/limits"
}
same "a core is what the host allows" "$(core_limit)" 1024000
has "which is shown" "$(cli "show dump-status")" \
	'^Limit of the Host: +1,024,000 bytes$'
cli_ok configure "dump disable"
same "none when it is forbidden" "$(core_limit)" 0
cli_ok "clear running-config" end
same "and again when it is not" "$(core_limit)" 1024000

# The control thread works, the workers do not.
idle=$(cli "show system-resources cpu_summary")
has "an idle switch is idle" "$idle" '^ 3/1 +CSS5-IOM-8FE +0% +[0-9]+% '
scm_is_busy() {
	local i lines

	mapfile -t lines < <(for i in $(seq 1 300); do
		echo "show system-resources cpu_summary"; done)
	cli "${lines[@]}" "show system-resources cpu_summary" >cpu
	tail -3 cpu | grep -Eq '^ 1/1 +CSS5-SCM-2GE +[1-9][0-9]*%'
}
ok "commands are the SCM's work" within 30 scm_is_busy
ok "and nobody else's" sh -c "tail -3 cpu | grep -Eq '^ 3/1 +CSS5-IOM-8FE +0%'"
has "memory is counted" "$(cli "show memory")" '^Bytes Allocated: +[1-9][0-9,]+$'
switch_stop

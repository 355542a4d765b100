#!/bin/bash
# Sessions end when nothing is typed, and after their time whether idle or not; a
# limit that another user sets holds for sessions that wait already.
# labels: slow
# timeout: 240
. "$(dirname "$0")/lib.sh"

session() { # NAME LINE...: logs in, types the lines, then nothing for long
	local name=$1

	shift
	{
		printf '%s\n' admin system "$@"
		sleep 150
	} | timeout 160 "$CSS" attach --disk "$DISK" >"$T/$name.log" 2>&1 &
	pid[$name]=$!
}

# seconds from now until the session's text is there
ends_with() { # NAME TEXT FROM TO
	local start=$SECONDS took

	within "$4" grep -q "$2" "$T/$1.log" || fail "$1 does not end: $2"
	took=$((SECONDS - start))
	[ $took -ge "$3" ] || fail "$1 ends after $took s already"
	proven=$((proven + 1))
}

switch_start
session waits
session own 'terminal idle 60' 'show clock'
session busy 'terminal timeout 1' 'terminal idle 60'
logged_in() {
	[ "$(cli 'show lines' | grep -c 'attach.* admin ')" = 4 ] # and this one
}
ok "three users are in" within 10 logged_in
cli_ok configure 'idle timeout 1'
ends_with busy 'Session closed: time-out' 40 80 # however it is used
ends_with waits 'Session closed: idle time-out' 0 60
lacks "who has a limit of his own keeps it" "$(cat own.log)" 'closed'
cli_ok configure 'no idle timeout'
lacks "the default is not printed" "$(cli 'show running-config global')" 'idle'
for name in waits own busy; do
	end $name
done
switch_stop

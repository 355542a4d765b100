#!/bin/bash
# The time from a real NTP server: it moves the switch's clock, never the host's.
# timeout: 120
. "$(dirname "$0")/lib.sh"

server() { # NAME ADDR LINE...
	local name=$1 addr=$2

	shift 2
	printf '%s\n' "$@" "allow all" "port 123" "bindaddress $addr" \
		"cmdport 0" "bindcmdaddress /" "pidfile $T/$name.pid" \
		"user root" >"$name.conf"
	background "$name" chronyd -x -d -f "$T/$name.conf"
}
server good 127.33.0.1 "local stratum 5"
server unset 127.33.0.2
within 10 grep -q 'chronyd version' good.log || fail "chronyd does not start"

age() { # how far the switch's clock is from the host's, in seconds
	local said

	said=$(cli "show clock" | awk '/^Date:/ { split($2, d, "-") }
		/^Time:/ { print d[3] "-" d[1] "-" d[2] " " $2 }')
	echo $(($(date +%s) - $(date -u -d "$said" +%s)))
}
near() {
	local a

	a=$(age)
	[ "${a#-}" -le 3 ]
}
state() {
	cli "show sntp global" | grep -Eq -- "$1"
}

switch_start
cli "clock date" 02-28-04 >/dev/null
ok "the clock is wrong" [ "$(age)" -gt 600000000 ]
before=$(date +%s)
cli_ok configure "logging subsystem sntp level info" \
	"sntp primary-server 10.33.0.1 version 3" "sntp poll-interval 16"
ok "and right when the server has answered" within 15 near
ok "the host's clock is not touched" [ $(($(date +%s) - before)) -lt 60 ]
answer=$(cli "show sntp global" "show running-config global" "show log sys.log")
has "the server is shown" "$answer" '^  Primary Server: +10\.33\.0\.1$'
has "it is up" "$answer" '^    Server Status: +Up$'
has "its stratum" "$answer" '^  Stratum: +5$'
has "the last update" "$answer" "^  Last Update: +[0-9/]{6}$(date -u +%Y) "
has "what it did" "$answer" 'SNTP-5: Time from primary server 10\.33\.0\.1, offset [0-9]+ ms$'
has "the configuration has it" "$answer" \
	'^  sntp primary-server 10\.33\.0\.1 version 3 *$'
has "and the interval" "$answer" '^  sntp poll-interval 16 *$'

for version in 1 2 4; do
	cli_ok configure "no sntp primary-server"
	cli "clock date" 02-28-04 >/dev/null
	cli_ok configure "sntp server 10.33.0.1 version $version"
	ok "version $version is answered" within 15 near
done
has "the older word is the primary server" "$(cli "show running-config global")" \
	'^  sntp primary-server 10\.33\.0\.1 version 4 *$'

# A server without time, one that is not there: the secondary is asked.
cli_ok configure "no sntp primary-server"
cli "clock date" 02-28-04 >/dev/null
cli_ok configure "sntp primary-server 10.33.0.2" \
	"sntp secondary-server 10.33.0.1"
ok "a server without time is passed over" within 15 near
has "and told of" "$(cli "show log sys.log")" \
	'SNTP-4: No time from primary server 10\.33\.0\.2: its own clock is not set$'
ok "the secondary is up" state '^    Server Status: +Up$'
cli_ok configure "no sntp primary-server" "no sntp secondary-server"
cli "clock date" 02-28-04 >/dev/null
cli_ok configure "sntp primary-server 10.33.0.9" \
	"sntp secondary-server 10.33.0.1"
ok "so is one that is not there" within 15 near
has "it is told of, too" "$(cli "show log sys.log")" \
	'SNTP-4: No time from primary server 10\.33\.0\.9: '

# What the network set, the battery clock keeps.
switch_stop
switch_start
ok "the clock is right after a restart without a server" near
has "nothing is configured, for nothing was saved" "$(cli "show sntp global")" \
	'^  Primary Server: +none$'
switch_stop

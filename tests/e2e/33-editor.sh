#!/bin/bash
# What the line editor must not let a user do: reach its own command line, or
# read what the user before has killed; and sessions that end in all ways.
# timeout: 60
. "$(dirname "$0")/lib.sh"

switch_start --telnet 127.10.9.1:2323
cat >editor.exp <<'END'
source $env(SEE_EXP)
set timeout 10
proc login {} {
	global spawn_id
	spawn -noecho telnet 127.10.9.1 2323
	see {User Name:}
	send "admin\r"
	see {Password:}
	send "system\r"
	see {CSS11503# $}
}
login
send "\033xbind -v\r"
see {Invalid input}
see {CSS11503# $}
send "echo \"secret\"\001\013\r"
see {CSS11503# $}
send "echo \"of-before\"\r"
see {of-before\r\nCSS11503# $}
send "exit\r"
expect {
	-re {changes have occurred} {send "n\r"; exp_continue}
	eof {}
	timeout {bad "the end of the session"}
}
wait
# the next user has the same editor: no history, no killed text
login
send "\020\031\r"
expect {
	-re {secret|of-before} {send_user "text of another user\n"; exit 1}
	-re {CSS11503# $} {}
	timeout {bad "the prompt"}
}
send "disconnect vty1\r"
expect {
	eof {}
	timeout {bad "the end after disconnect"}
}
exit 0
END
ok "the editor keeps its users apart" expect -f editor.exp
has "the line is free again" "$(cli "show lines")" 'vty1 +Not logged in'
switch_stop

#!/bin/bash
# The console on a terminal: the switch in the foreground of a pty.
# timeout: 60
. "$(dirname "$0")/lib.sh"

cat >console.exp <<'END'
source $env(SEE_EXP)
set css [lindex $argv 0]
set disk [lindex $argv 1]
set env(TERM) xterm
spawn -noecho $css run --disk $disk --telnet off
see {Press any key to log in} "the console's greeting"
send "\r"
see {User ?[Nn]ame:}
send "admin\r"
see {Password:}
send "system\r"
expect {
	"system" {bad "a password that is not echoed"}
	-re {setup script \[y/n\]\? $} {send "n\r"; exp_continue}
	-re {CSS11503# $} {}
	timeout {bad "the prompt"}
}
# editing keys: start of line, delete, end of line
send "how versionX\177\001s\005\r"
see {Version:.*CSS11503# $} "a line put right with the keys"
send "\033\[A"
see {show version$} "history by the arrow key"
send "\025"
send "configure\r"
see {CSS11503\(config\)# $}
send "\032"
send "\r"
see {CSS11503# $} "Ctrl-Z ends configuration"
send "show runn\t"
see {ing-config } "Tab"
send "\003"
see {CSS11503# $} "Ctrl-C gives a fresh prompt"
send "terminal length 4\r"
see {CSS11503# $}
send "show version\r"
see {--More--}
send "\r"
send "q"
see {CSS11503# $} "the prompt after the pager"
send "sho vers\001\013"
send "\r"
see {CSS11503# $} "Ctrl-K empties the line"
send "exit\r"
expect {
	-re {changes have occurred} {send "n\r"; exp_continue}
	-re {Press any key|User ?[Nn]ame:} {}
	timeout {bad "the next log-in"}
	eof {bad "the next log-in (closed)"}
}
set p [exp_pid]
exec kill -TERM $p
expect {
	eof {}
	timeout {bad "the end after SIGTERM"}
}
set status [lindex [wait] 3]
if {$status != 0} {
	send_user "status $status\n"
	exit 1
}
exit 0
END
ok "the whole talk" expect -f console.exp "$CSS" "$DISK"
switch_start
ok "the disk is in order afterwards" cli_ok "show version"
cat >attach.exp <<'END'
set timeout 10
log_user 0
spawn -noecho [lindex $argv 0] attach --disk [lindex $argv 1]
expect {
	"Press any key" {send "\r"; exp_continue}
	-re {User ?[Nn]ame:} {}
	timeout {exit 1}
}
send "admin\r"
expect -re {Password:}
send "system\r"
expect {
	-re {CSS11503# $} {}
	timeout {exit 2}
}
send "sho\t"
expect {
	-re {w } {}
	timeout {exit 3}
}
send "vers\r"
expect {
	-re {Version:.*CSS11503# $} {}
	timeout {exit 4}
}
send "exit\r"
expect {
	-re {changes have occurred} {send "n\r"; exp_continue}
	eof {}
	timeout {exit 5}
}
exit 0
END
ok "attach on a terminal" expect -f attach.exp "$CSS" "$DISK"
switch_stop

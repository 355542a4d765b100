#!/bin/bash
# A person at the real telnet client: log-in, help, editing, paging, leaving.
# timeout: 90
. "$(dirname "$0")/lib.sh"

switch_start --telnet 127.10.1.1:2323
cat >talk.exp <<'END'
source $env(SEE_EXP)
set timeout 10
proc login {} {
	global spawn_id
	spawn -noecho telnet 127.10.1.1 2323
	expect {
		"Press any key" {send "\r"; exp_continue}
		-re {User ?[Nn]ame:} {}
		timeout {bad "User Name:"}
	}
	send "admin\r"
	see {Password:}
	send "system\r"
	see {CSS11503# $} "the prompt after log-in"
}

# a wrong password first
spawn -noecho telnet 127.10.1.1 2323
expect {
	"Press any key" {send "\r"; exp_continue}
	-re {User ?[Nn]ame:} {}
	timeout {bad "User Name:"}
}
send "admin\r"
see {Password:}
send "wrong\r"
expect {
	-re {CSS11503[#>] } {bad "refusal of a wrong password"}
	-re {User ?[Nn]ame:|invalid} {}
	timeout {bad "refusal of a wrong password"}
	eof {}
}
catch {close}
catch {wait}

login
# the password must not have been echoed
# what rancid-like collectors send first: two wrong lines, then a right one
send "terminal length 0\r"
see {%%[^\r\n]*} "refusal of terminal length 0"
see {CSS11503# $}
send "terminal width 132\r"
see {%%[^\r\n]*} "refusal of terminal width"
see {CSS11503# $}
send "term length 65535\r"
see {CSS11503# $}
send "show version\r"
see {Version:.*CSS11503# $} "show version"
send "show boot\r"
see {CSS11503# $} "prompt after show boot"
send "show run\r"
see {!Generated on.*\nCSS11503# $} "show run without a pager"

# questions outside expert mode; abbreviations; sideways moves
send "configure\r"
see {CSS11503\(config\)# $}
send "serv web1\r"
see {Create service <web1>, \[y/n\]: ?$} "the create question"
send "y\r"
see {CSS11503\(config-service\[web1\]\)# $}
send "ip addr 10.1.1.1\r"
see {CSS11503\(config-service\[web1\]\)# $}
send "owner shop\r"
see {Create owner <shop>, \[y/n\]: ?$}
send "n\r"
see {CSS11503\(config-service\[web1\]\)# $}
send "no serv web1\r"
expect {
	-re {Delete service <web1>, \[y/n\]: ?$} {send "n\r"; exp_continue}
	-re {CSS11503\(config[^)]*\)# $} {}
	timeout {bad "the delete question"}
}

# help and completion
send "?"
see {active.*CSS11503\(config-service\[web1\]\)# $} "help of the mode"
send "keepalive type ?"
see {tcp.*CSS11503\(config-service\[web1\]\)# keepalive type ?$} \
	"help behind words"
send "\025"
send "keepal\t"
see {ive } "completion by Tab"
send "type tcp\r"
see {CSS11503\(config-service\[web1\]\)# $}
send "wrong words\r"
see {\^} "a caret"
see {%% [^\r\n]*Invalid input} "the product's words"
see {CSS11503\(config-service\[web1\]\)# $}
send "abcdef\003"
see {CSS11503\(config-service\[web1\]\)# $} "a fresh prompt after Ctrl-C"
send "show service web1\r"
see {web1.*CSS11503\(config-service\[web1\]\)# $} "show inside a mode"
send "\020"
see {show service web1} "history by Ctrl-P"
send "\025"
send "end\r"
see {CSS11503# $}

# the pager
send "terminal length 5\r"
see {CSS11503# $}
send "show running-config\r"
see {--More--} "the pager"
send " "
see {--More--} "the second page"
send "q"
see {CSS11503# $} "the prompt after q"

# leaving with changes: a question
send "exit\r"
expect {
	-re {(Configuration|Profile) changes have occurred} {send "n\r"; exp_continue}
	eof {}
	-re {closed by foreign host} {}
	timeout {bad "the end of the session"}
}
send_user "session fine\n"
exit 0
END
ok "the whole talk" expect -f talk.exp

cat >many.exp <<'END'
set timeout 10
log_user 0
match_max -d 100000
# as many sessions as the switch takes stay open; the next one is refused
for {set i 1} {$i <= 4} {incr i} {
	spawn -noecho telnet 127.10.1.1 2323
	expect {
		"Press any key" {}
		-re {User ?[Nn]ame:} {}
		timeout {send_user "session $i not served\n"; exit 1}
		eof {send_user "session $i refused\n"; exit 1}
	}
	lappend open $spawn_id
}
spawn -noecho telnet 127.10.1.1 2323
expect {
	"System unavailable.  Please try later." {}
	timeout {send_user "the fifth session is not refused\n"; exit 1}
	eof {send_user "the fifth session ends without the text\n"; exit 1}
}
expect {
	eof {}
	timeout {send_user "the fifth session is not closed\n"; exit 1}
}
foreach s $open { close -i $s; wait -i $s }
exit 0
END
ok "four sessions, and a fifth is refused in the product's words" \
	expect -f many.exp
ok "sessions that ended make room" expect -f many.exp
switch_stop

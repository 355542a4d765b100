#!/bin/bash
# Logging to real programs: syslog by UDP to rsyslog, mail to an SMTP server, and
# to sessions while they type; files, buffers and levels.
# timeout: 120
. "$(dirname "$0")/lib.sh"

mkdir spool
cat >rsyslog.conf <<END
module(load="imudp")
input(type="imudp" address="127.3.6.1" port="514")
template(name="t" type="string"
	string="%syslogfacility-text% %syslogseverity% %rawmsg%\n")
action(type="omfile" file="$T/collected" template="t")
END
background rsyslog rsyslogd -n -f "$T/rsyslog.conf" -i "$T/rsyslog.pid"
background smtp /usr/bin/python3 -u -m aiosmtpd -n -l 127.3.6.58:25 \
	-c aiosmtpd.handlers.Debugging stdout
within 20 listens 127.3.6.58 25 || fail "the SMTP server does not start"
switch_start --telnet 127.3.6.2:2323

say() { # SUBSYSTEM TEXT LEVEL
	cli configure "cliLogMessage subsystem $1 \"$2\" level $3"
}
collected() {
	grep -Eq -- "$1" collected 2>/dev/null
}

# ---- levels and files -----------------------------------------------------------
say rip "below the level" info-6
say rip "at the level" warning
has "a level lets through" "$(cli "show log sys.log")" \
	'^[A-Z]{3} [ 0-9]{2} [0-9:]{8} 1/1 [0-9]+ RIP-4: at the level$'
lacks "and keeps back" "$(cli "show log sys.log")" 'below the level'
cli_ok configure "logging subsystem rip level info"
say rip "now within the level" info-6
has "the level is changed at once" "$(cli "show log sys.log tail 1")" \
	'RIP-6: now within the level$'
has "lines are numbered" "$(cli "show log sys.log tail 1 line-numbers")" \
	'^[0-9]+: [A-Z]{3} .*RIP-6: now within'
cli_ok configure "logging disk stublog"
say rip "to another file" error
has "another file is written" "$(cli "show log stublog")" 'to another file'
has "both are listed" "$(cli "show log")" '^stublog .*'
has "in the same list" "$(cli "show log-list")" '^sys\.log '
cli_ok "clear log stublog"
has "a log can be deleted" "$(cli "show log stublog")" 'does not exist'
cli_ok configure "no logging disk" "logging to-disk disable"
say rip "not to disk" error
cli_ok configure "no logging to-disk"
lacks "nothing is written when it is off" "$(cli "show log sys.log")" \
	'not to disk'
cli_ok configure "logging buffer 64000"
say rip "stays in the buffer" error
lacks "a buffer keeps lines back" "$(cat "$DISK/log/sys.log")" 'in the buffer'

# ---- commands and logins ------------------------------------------------------------
cli_ok configure "no logging buffer" "logging commands enable" \
	"logging subsystem netman level info-6" "end" "show clock "
has "commands are logged as they were typed" "$(cli "show log sys.log")" \
	'NETMAN-6: CLMcmd: show clock ,admin@console$'
has "so are logins" "$(cli "show log sys.log")" \
	'NETMAN-6: CLM: Login admin@console$'
printf 'admin\nwrong\n' | timeout 20 "$CSS" attach --disk "$DISK" >/dev/null 2>&1
has "and failed ones, gravely" "$(cli "show log sys.log")" \
	'NETMAN-2: Enterprise:Login Failure:attach[0-9] admin from console$'
cli_ok configure "no logging commands" "no logging subsystem netman"

# ---- what happens to the switch, as its traps say it ------------------------------
cli configure "service s1" "ip address 10.3.6.2" "keepalive type none" "active" \
	"suspend" "interface 1/1" "admin-shutdown" "no admin-shutdown" "end" \
	"lab remove slot 3" "lab insert slot 3 CSS5-IOM-8FE" >/dev/null
log=$(cli "show log sys.log")
has "a service comes alive" "$log" 'NETMAN-2: Enterprise:Service Transition:s1 -> alive$'
has "and is suspended" "$log" 'NETMAN-2: Enterprise:Service Transition:s1 -> suspended$'
has "a port is shut" "$log" 'NETMAN-2: Generic:LINK DOWN for 1/1$'
has "and opened" "$log" 'NETMAN-2: Generic:LINK UP for 1/1$'
has "a module goes" "$log" 'NETMAN-2: Enterprise:Module Transition:slot 3 CSS5-IOM-8FE -> removed$'
has "with its ports" "$log" 'NETMAN-2: Generic:LINK DOWN for 3/8$'
has "and comes back" "$log" 'NETMAN-2: Generic:LINK UP for 3/8$'

# ---- syslog ---------------------------------------------------------------------
cli_ok configure "host collector 10.3.6.1" "logging host collector facility 3" \
	"logging host 10.3.6.9 facility 1"
say rip "for the collector" warning
ok "rsyslog gets the line" within 10 collected \
	'^local3 4 <156>[A-Z]{3} [ 0-9]{2} [0-9:]{8} 1/1 [0-9]+ RIP-4: for the collector$'
cli_ok configure "logging host 10.3.6.1 facility 0 log-level error-3"
say rip "too light" warning
say rip "grave enough" critical-2
ok "in its facility" within 10 collected '^local0 2 <130>.*grave enough'
ok "and not what is lighter than its level" not collected 'too light'
has "show log-state tells" "$(cli "show log-state")" \
	'Host: +10\.3\.6\.1 facility 0 log-level error-3'
has "what was sent" "$(cli "show log-state")" 'Sent to hosts: +[1-9]'
cli_ok configure "no logging host 10.3.6.1" "no logging host 10.3.6.9"
say rip "to nobody" fatal
sleep 0.5
ok "a host that is removed gets nothing" not collected 'to nobody'

# ---- mail -----------------------------------------------------------------------
mailed() {
	grep -Eq -- "$1" smtp.log 2>/dev/null
}
cli_ok configure \
	"logging sendmail us@arrowpoint.com 10.3.6.58 critical arrowpoint.com"
say rip "not worth a mail" error
say rip "worth a mail" alert
ok "a grave message is mailed" within 20 mailed 'RIP-1: worth a mail$'
ok "to the recipient" mailed '^To: <us@arrowpoint.com>$'
ok "from the sender's domain" mailed '^From: <CSS11503@arrowpoint.com>$'
ok "with a date" mailed '^Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 2[0-9]{3}'
ok "lighter ones are not" not mailed 'not worth a mail'
cli_ok configure "logging sendmail them@x.org 10.3.6.57 critical"
say rip "to a dead server" alert
ok "a server that is not there is told of" within 20 sh -c \
	"grep -q 'SYSSOFT-4: No mail to them@x.org through 10.3.6.57' \
	'$DISK/log/sys.log'"
ok "the others get theirs" within 20 mailed 'to a dead server'
has "both are counted" "$(cli "show log-state")" 'Mails: +[2-9], [1-9] failed'
cli_ok configure "no logging sendmail us@arrowpoint.com" \
	"no logging sendmail them@x.org"

# ---- sessions -------------------------------------------------------------------
cat >watch.exp <<'END'
source $env(SEE_EXP)
spawn -noecho telnet 127.3.6.2 2323
see {User ?[Nn]ame:} "log-in"
send "admin\r"
see {Password:} "password"
send "system\r"
see {CSS11503# $} "prompt"
send "logon\r"
see {CSS11503# $} "prompt behind logon"
send "show clo"
see {show clo} "what is typed"
exec touch $env(T)/watching
see {\r\n[A-Z]+ [^\r\n]* RIP-4: to the sessions\r\n} "the log line"
see {CSS11503# show clo$} "the line that is being typed"
send "ck\r"
see {Date: .*Timezone: .*CSS11503# $} "its answer"
send "logoff\r"
see {CSS11503# $} "prompt behind logoff"
exec touch $env(T)/silent
expect {
	-re {after logoff} {bad "silence"}
	-timeout 3 timeout {}
}
send "exit\r"
expect {
	"Configuration changes" {send "n\r"; exp_continue}
	eof {}
	timeout {bad "the end"}
}
END
export T
background watch expect watch.exp
within 20 [ -e watching ] || fail "the session does not come up: $(cat watch.log)"
has "the session's line is in the configuration" \
	"$(cli "show running-config global")" '^  logging line vty1 *$'
say rip "to the sessions" warning
within 20 [ -e silent ] || fail "the session sees nothing: $(cat watch.log)"
say rip "after logoff" warning
wait "${pid[watch]}"
same "a session sees the log while it types" $? 0
unset "pid[watch]"

# ---- the boot -------------------------------------------------------------------
has "the boot has a log" "$(cli "show log boot.log")" \
	'^Reading configuration records\.\.\.OK$'
switch_stop
has "the buffer was written" "$(cat "$DISK/log/sys.log")" 'in the buffer'
cp "$DISK/log/boot.log" before
switch_start
ok "the boot log before is kept" cmp -s before "$DISK/log/boot.bak"
switch_stop

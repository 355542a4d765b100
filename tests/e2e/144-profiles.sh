#!/bin/bash
# Profiles: kept for a user or for all, run at log-in, asked about at the end,
# sent to servers; spoilt ones are kept beside.
# timeout: 120
. "$(dirname "$0")/lib.sh"
export CONSOLE_EXP=$ROOT/tests/e2e/console.exp

mkdir ftp tftp
chmod 755 "$T"
chmod 777 tftp
background ftp "$PYTHON" "$ROOT/tests/e2e/ftpserver.py" 127.10.4.98:21 \
	operator secret "$T/ftp"
# The TFTP server looks for an address that is no loopback one before it starts.
ip address add 192.0.2.9/32 dev lo 2>/dev/null
background tftp /usr/sbin/in.tftpd --foreground --create --user root \
	--address 127.10.4.97:69 --secure "$T/tftp"
within 10 listens 127.10.4.98 21 || fail "the FTP server does not start"
printf '%s\n' configure 'username bob password "secret1" superuser' \
	'username eve password "secret2"' \
	'ftp-record f 10.10.4.98 operator "secret"' >startup
switch_start --startup startup --telnet 127.10.14.4:2323

raw() { # LINE... as a pipe, without expert
	printf '%s\n' "$@" | timeout 20 "$CSS" attach --disk "$DISK" 2>&1 |
		tr -d '\r'
}

# ---- what a collection client does, and what it leaves ---------------------------
cat >collect.exp <<'END'
source $env(CONSOLE_EXP)
proc open {{user admin} {password system}} {
	global spawn_id
	spawn -noecho telnet 127.10.14.4 2323
	see {User Name:}
	send "$user\r"
	see {Password:}
	send "$password\r"
}
proc closed {} {
	expect {
		"have occurred" {bad "no question"}
		eof {}
		timeout {bad "the end"}
	}
	wait
}
open
see {CSS11503# $}
send "terminal length 0\r"
see {%% .*CSS11503# $}
send "terminal width 132\r"
see {%% .*CSS11503# $}
send "term length 65535\r"
see {CSS11503# $}
send "copy profile user-profile\r"
see {CSS11503# $}
send "show version\r"
see {Version:.*CSS11503# $}
send "exit\r"
closed
# the same again: the profile has what it sets
open
see {CSS11503# $}
send "term length 65535\r"
see {CSS11503# $}
send "exit\r"
closed
# without saving: the question, and n
open
see {CSS11503# $}
send "term length 40\r"
see {CSS11503# $}
send "exit\r"
see {Profile changes have occurred\. Save them, \[y/n\]: $}
send "n\r"
closed
# y saves it; then comes the configuration
open
see {CSS11503# $}
send "prompt lab\r"
see {lab# $}
send "configure\r"
see {lab\(config\)# $}
send "host h 10.1.1.1\r"
see {lab\(config\)# $}
send "end\r"
see {lab# $}
send "exit\r"
see {Profile changes have occurred\. Save them, \[y/n\]: $}
send "y\r"
see {Configuration changes have occurred\. Save them, \[y/n\]: $}
send "n\r"
closed
open
see {lab# $} "the saved prompt"
send "exit\r"
see {Configuration changes have occurred\. Save them, \[y/n\]: $}
send "y\r"
closed
open bob secret1
see {CSS11503# $} "another user has a profile of his own"
send "exit\r"
closed
END
ok "a collection client's session" expect -f collect.exp "$CSS" "$DISK"
has "the profile is a file" "$(<"$DISK/profile/admin-profile")" \
	'^@terminal length 65535$'
has "of commands without echo" "$(<"$DISK/profile/admin-profile")" \
	'^@prompt lab$'
same "for its owner" "$(stat -c %a "$DISK/profile/admin-profile")" 600
has "aliases are in it, as they were typed" \
	"$(<"$DISK/profile/admin-profile")" \
	'^@alias all logon "@configure;logging line \$\{LINE\};exit"$'

# ---- for all users ------------------------------------------------------------------
raw bob secret1 'prompt house' 'alias super v "show version"' \
	'no alias super upgrade' 'copy profile default-profile' exit >/dev/null
answer=$(raw bob secret1 v 'show aliases' exit)
has "a user without a profile has the default one" "$answer" '^house# '
has "its aliases are there" "$answer" '^Version: '
lacks "and those that were removed are not" "$answer" 'upgrade'
answer=$(raw eve secret2 'show clock' exit)
has "a plain user has it, too" "$answer" '^house> '
lacks "what is not his to set is not told" "$answer" '%%'
has "a user with one has that" "$(raw admin system exit)" '^lab# '
same "show profile is what is kept" \
	"$(raw bob secret1 'show profile' exit | grep '^@')" \
	"$(<"$DISK/profile/default-profile")"
answer=$(raw bob secret1 save_profile 'show profile' exit)
ok "save_profile keeps it" test -s "$DISK/profile/bob-profile"

# ---- sent ------------------------------------------------------------------------------
for to in "ftp f" "tftp 10.10.4.97"; do
	has "by $to" "$(raw bob secret1 "copy profile $to got" exit)" \
		'Completed successfully'
	ok "what arrives is the profile" cmp -s "${to%% *}/got" \
		"$DISK/profile/bob-profile"
done

# ---- edited, and spoilt ------------------------------------------------------------------
printf '%s\n' '@prompt edited' '@nonsense here' '! a remark' \
	'@alias super w "show clock"' 'echo "hello"' >"$DISK/profile/bob-profile"
answer=$(raw bob secret1 w exit)
has "a line that fails is told" "$answer" "^%% Invalid input detected"
has "the others are run" "$answer" '^edited# '
has "an alias behind it works" "$answer" '^Date: '
has "a line without @ is echoed" "$answer" '# echo "hello"$'
head -c 3000 /dev/urandom >"$DISK/profile/bob-profile"
cp "$DISK/profile/bob-profile" noise
has "with a spoilt profile the default one is run" "$(raw bob secret1 exit)" \
	'^house# '
ok "it is kept beside" cmp -s noise "$DISK/profile/bob-profile.bad"
has "and logged" "$(<"$DISK/log/sys.log")" 'profile/bob-profile is spoilt'
mkdir "$DISK/profile/bob-profile"
has "so it is with a folder" "$(raw bob secret1 exit)" '^house# '
rm -r "$DISK/profile"/*
head -c 100000 /dev/zero | tr '\0' '!' >"$DISK/profile/default-profile"
has "and with a huge one" "$(raw bob secret1 exit)" '^CSS11503# '
printf '%s\n' 'set X "1"' 'while X "==" "1"' 'endbranch' \
	>"$DISK/profile/bob-profile"
printf '%s\n' bob secret1 exit | timeout 2 "$CSS" attach --disk "$DISK" \
	>/dev/null 2>&1
has "a profile without end holds up nobody else" "$(cli "show clock")" \
	'^Date: '
switch_stop

# ---- startup errors are told -----------------------------------------------------------
printf '%s\n' configure 'nonsense' >startup
rm -f "$DISK/profile"/*
switch_start --startup startup --telnet 127.10.14.4:2323
cat >errors.exp <<'END'
source $env(CONSOLE_EXP)
spawn -noecho telnet 127.10.14.4 2323
see {User Name:}
send "admin\r"
see {Password:}
send "system\r"
see {Lines of the startup-config were rejected; see show startup-errors\r\nCSS11503# $}
send {set CHECK_STARTUP_ERRS "0" session}
send "\r"
see {CSS11503# $}
send "copy profile user-profile\r"
see {CSS11503# $}
send "exit\r"
expect eof
wait
spawn -noecho telnet 127.10.14.4 2323
see {User Name:}
send "admin\r"
see {Password:}
send "system\r"
expect "rejected" {bad "no message"} -re {CSS11503# $} {} timeout {bad "prompt"}
exit 0
END
ok "rejected lines are told at log-in" expect -f errors.exp "$CSS" "$DISK"
switch_stop

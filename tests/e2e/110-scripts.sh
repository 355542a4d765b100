#!/bin/bash
# Scripts in the running switch: error frames, nesting, output as it comes,
# Ctrl-C, and a switch that serves others meanwhile.
. "$(dirname "$0")/lib.sh"

script() { # NAME, text on standard input
	cat >"$DISK/script/$1"
}

# What a played script leaves on the screen; a prompt that it printed itself has
# no blank behind it.
play() {
	printf '%s\n' admin system "script play $1" exit n |
		timeout 60 "$CSS" attach --disk "$DISK" 2>&1 | tr -d '\r' |
		sed -E '/^(User Name:|Password:) *$/d; /^[A-Z0-9]+# $/d
			/^$/d; /^Configuration changes/d'
}

switch_start --telnet 127.0.0.1:2323

ok "shipped scripts are on a new disk" test -s "$DISK/script/ap-kal-http"

# ---- frames --------------------------------------------------------------------
printf 'eco "Hello"\n' | script bad-command
same "a misspelt command has its frame" "$(play bad-command)" \
	'CSS11503# eco "Hello"
Error in script playback in line: 1
>>>eco "Hello"
   ^
%% Invalid input detected at '"'^'"' marker.
Script Playback cancelled.'
script bad-socket <<'END'
!no echo
socket connect host 192.168.1.1 port 84 tcp
echo "never"
END
same "a command that fails has the other one" "$(play bad-socket)" \
	'%% Failed to connect to remote host
Error in script playback line:2
>>>socket connect host 192.168.1.1 port 84 tcp
CSS11503#
Script Playback cancelled.'
script goes-on <<'END'
!no echo
set CONTINUE_ON_ERROR "1"
socket connect host 192.168.1.1 port 84 tcp
echo "status ${STATUS}"
no set CONTINUE_ON_ERROR
set EXIT_MSG "nobody listens"
socket connect host 192.168.1.1 port 84 tcp
END
same "errors may be only told" "$(play goes-on | head -n 3)" \
	'%% Failed to connect to remote host
status 1
%% Failed to connect to remote host'
same "a script tells why it gave up" "$(play goes-on | tail -n 1)" \
	"nobody listens"
has "and its sockets are closed" "$(cli "show sockets" | tail -n 1)" \
	"^Socket ID"

# ---- nesting -------------------------------------------------------------------
script again <<'END'
!no echo
script play again
END
same "a thousand nested scripts give one clear error" "$(play again)" \
	'%% Scripts and functions in each other: 32 at most
Error in script playback line:2
>>>script play again
CSS11503#
Script Playback cancelled.'
script inner <<'END'
!no echo
set Shared "from inner"
exit script ${ARGS}[1]
END
script outer <<'END'
!no echo
script play inner "0"
echo "back with ${STATUS}, ${Shared}, args ${ARGS}"
function SCRIPT_PLAY call "inner 0"
echo "never"
END
same "a script comes back to the one that played it" \
	"$(cli 'script play outer "a b"' | sed '/^$/d')" \
	"back with 0, from inner, args a b"
same "variables end with the script" \
	"$(cli 'script play inner "0"' 'echo ".${Shared}."' | tail -n 1)" ".."
printf '!no echo\nscript play inner "7"\necho "never"\n' | script seven
has "a status that is not 0 fails the caller" "$(play seven)" \
	'^%% The script ended with status 7$'

# ---- configuration -------------------------------------------------------------
script configures <<'END'
!no echo
configure
service web1
  ip address 10.1.1.1
  keepalive type none
  active
show service summary | grep -u web1
echo "${UGREP}[1] is ${UGREP}[2]"
no service web1
end
END
same "what a script configures holds at once, without a question" \
	"$(play configures)" "web1 is Alive"

# ---- records -------------------------------------------------------------------
cli_ok "script record mine" '!no echo' 'echo "my own ${ARGS}"' . >/dev/null
same "a recorded script plays" "$(cli 'script play mine "arg"')" "my own arg"
same "as it was typed" "$(cat "$DISK/script/mine")" '!no echo
echo "my own ${ARGS}"'

# ---- files that are none -------------------------------------------------------
mkdir "$DISK/script/folder"
mkfifo "$DISK/script/fifo"
head -c 300000 /dev/zero | tr '\0' '\n' | script long
head -c 2000 /dev/urandom | script noise
for f in folder fifo long noise ../secret nothing; do
	has "$f is no script" "$(play "$f")" '^%% '
done

# ---- while it runs -------------------------------------------------------------
script slow <<'END'
!no echo
echo "first"
pause 2
echo "second"
END
script endless <<'END'
!no echo
set N "0"
while "1" "==" "1"
  modify N "++"
endbranch
END
script chatty <<'END'
loop
  echo "and on and on and on"
endbranch
END
cat >"$T/busy.exp" <<'END'
set timeout 20
proc wait {what} {
	expect {
		-re $what {}
		timeout { puts "\nMISSED: $what"; exit 1 }
		eof { puts "\nGONE: $what"; exit 1 }
	}
}
eval spawn $argv
wait "User Name:"; send "admin\r"
wait "Password:"; send "system\r"
wait "CSS11503# "; send "script play slow\r"
set t0 [clock milliseconds]
wait "first\r\n"
if {[clock milliseconds] - $t0 > 1000} { puts "LATE"; exit 1 }
wait "second\r\n.*CSS11503# "
if {[clock milliseconds] - $t0 < 1900} { puts "EARLY"; exit 1 }
send "script play endless; echo \"no\"\r"
sleep 1
exec sh meanwhile
send "\003"
wait "Script Playback cancelled.\r\n.*CSS11503# "
send "echo \"alive\"\r"; wait "\nalive\r\n.*CSS11503# "
send "terminal length 65535\r"; wait "CSS11503# "
send "script play chatty\r"; wait "and on and on"
sleep 1
send "\003"; wait "Script Playback cancelled.\r\n.*CSS11503# "
send "terminal length 10\r"; wait "CSS11503# "
send "script play chatty\r"; wait "and on.*--More--"
send " "; wait "and on.*--More--"
send "\003"; wait "Script Playback cancelled.\r\n.*CSS11503# |CSS11503# "
send "pause 60\r"; sleep 0.5; send "\003"; wait "CSS11503# "
send "socket waitfor 1 anything\r"; wait "not open.*CSS11503# "
send "show aliases | more\r"; wait "--More--"; send "q"; wait "CSS11503# "
send "script play endless\r"; sleep 0.3
exit 0
END
cat >meanwhile <<END
printf 'admin\\nsystem\\necho "served"\\nexit\\n' |
	timeout 5 "$CSS" attach --disk "$DISK" | grep '^served'
END
answers() {
	sh meanwhile >/dev/null
}
ok "on the console: text as it comes, Ctrl-C, others are served" \
	expect "$T/busy.exp" "$CSS" attach --disk "$DISK" >"$T/attach.log"
ok "and by Telnet" expect "$T/busy.exp" telnet 127.0.0.1 2323 >"$T/telnet.log"
within 10 answers || fail "the switch is not well behind it"
same "a script ends with its session" "$(cli "show lines" | grep -c admin)" 1
switch_stop

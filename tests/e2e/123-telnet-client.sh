#!/bin/bash
# The Telnet client of the command line: to a switch's own Telnet server, to a
# plain TCP server, to nobody; escape, time limits of the outer session, other
# sessions meanwhile.
# timeout: 120
. "$(dirname "$0")/lib.sh"

cat >plain.py <<'END'
import socket
s = socket.create_server(("127.20.1.1", 8080))
print("ready", flush=True)
while True:
    c, _ = s.accept()
    head = b""
    while b"\r\n\r\n" not in head:
        piece = c.recv(1000)
        if not piece:
            break
        head += piece
    c.sendall(b"HTTP/1.0 200 OK\r\n\r\nGot " + head.split(b"\r\n")[0] + b"\xff\xff\r\n")
    c.close()
END
background plain "$PYTHON" plain.py
within 10 grep -q ready plain.log || fail "no plain server"
switch_start --telnet 127.10.1.1:2323

cat >talk.exp <<'END'
source $env(SEE_EXP)
set timeout 10
proc login {} {
	see {User Name: ?$}
	send "admin\r"
	see {Password: ?$}
	send "system\r"
}
spawn -noecho telnet -E 127.10.1.1 2323
login
see {CSS11503# $}
send "configure\r"
see {\(config\)# $}
send "host other 10.10.1.1\r"
see {\(config\)# $}
send "prompt outer\r"
see {outer\(config\)# $}

# a switch behind the switch, by name
send "telnet other port 2323\r"
see {Trying 10\.10\.1\.1\.\.\.}
see {Connected\.}
see {Escape character is '\^\]'\.}
login
see {CSS11503# $} "the inner prompt"
send "show lines\r"
see {vty1 +admin} "the outer session"
see {\* vty2 +admin} "the inner one"
see {CSS11503# $}
# keys of the editor and the pager belong to the inner session
send "show clokk\bXX\025show clock\r"
see {Date: }
see {CSS11503# $}
send "terminal length 5\r"
see {CSS11503# $}
send "show running-config\r"
see {--More--}
send "q"
see {CSS11503# $}
send "abc\003"
see {CSS11503# $} "Ctrl-C goes to the inner session"
send "expert\r"
see {CSS11503# $}
send "exit\r"
see {Connection closed by foreign host\.}
see {outer\(config\)# $} "the outer prompt"
send "show clock\r"
see {Date: }
see {outer\(config\)# $}

# the escape character
send "telnet 10.10.1.1 port 2323\r"
see {User Name: ?$}
send "adm\035"
see {Connection closed\.}
see {outer\(config\)# $} "the outer prompt after the escape"

# a server that does not speak Telnet: typed text is shown here
send "telnet 10.20.1.1 port 8080\r"
see {Escape character}
send "GET /there\r"
see {GET /there} "what was typed"
send "\r"
see {200 OK}
see {Got GET /there}
see {closed by foreign host}
see {outer\(config\)# $}

# nobody
send "telnet 10.20.1.1 port 8081\r"
see {%% Unable to connect to remote host: Connection refused}
see {outer\(config\)# $}
send "telnet nowhere\r"
see {%% Unknown host: nowhere}
see {outer\(config\)# $}
send "telnet 10.20.1.1 port 0\r"
see {\^}
see {outer\(config\)# $}

# the session is ended from elsewhere while the terminal is lent
send "telnet 10.10.1.1 port 2323\r"
login
see {CSS11503# $}
send "disconnect vty1\r"
see {Session closed by the switch}
expect {
	eof {}
	timeout {bad "the end"}
}
send_user "talk fine\n"
exit 0
END
ok "the whole talk" expect -f talk.exp
free_lines() {
	[ "$(cli 'show lines' | grep -c 'Not logged in')" -ge 4 ]
}
ok "no line stays taken" within 10 free_lines
switch_stop

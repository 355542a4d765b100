#!/bin/bash
# RTSP through a rule with application realaudio-control: the datagrams that SETUP
# announces flow both ways, both sides see the switch only, and the control
# connection does not grow idle meanwhile.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"

background server "$PYTHON" -u "$ROOT/tests/e2e/rtsp.py" serve 127.10.25.1:554
within 10 listens 127.10.25.1 554 || fail "rtsp.py"
cat >pna.py <<'END'
import socket

s = socket.create_server(("127.10.25.1", 7070))
while True:
    c, _ = s.accept()
    got = c.recv(100)
    c.sendall(b"PNA" + got[3:])
END
background pna "$PYTHON" pna.py
within 10 listens 127.10.25.1 7070 || fail "pna.py"

cat >startup <<'END'
service media
  ip address 10.10.25.1
  keepalive type none
  active
owner acme
  content rtsp
    vip address 10.10.25.50
    protocol tcp
    port 554
    application realaudio-control
    add service media
    active
  content pna
    vip address 10.10.25.50
    protocol tcp
    port 7070
    application realaudio-control
    add service media
    active
END
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'

play() { "$PYTHON" "$ROOT/tests/e2e/rtsp.py" play 127.10.25.50:554 "$@"; }
told=$(play 127.0.0.9 2>&1) || {
	echo "$told"
	fail "rtsp.py play"
}
has "a body goes through, whatever it says" "$told" \
	'^body v=0 Transport: client_port=1-2$'
has "the client is told a source that it reaches" "$told" \
	'^told .*source=127\.10\.25\.50$'
has "and its own ports" "$told" '^own ports True$'
has "media comes from where it was told" "$told" \
	'^rtp media 0 from 127\.10\.25\.50 [0-9]+ True$'
has "and the second of the pair" "$told" \
	'^rtcp media 1 from 127\.10\.25\.50 [0-9]+ True$'
has "what the client sends comes back answered" "$told" \
	'^back report mine from 127\.10\.25\.50 '
has "RealNetworks' transports, too" "$told" '^real .* True$'
has "with media from the VIP" "$told" '^rdt media 0 from 127\.10\.25\.50 '
has "frames between messages stay whole" "$told" '^frame True$'
has "and messages behind them" "$told" '^then RTSP/1\.0 200 OK$'
has "to the end" "$told" '^bye RTSP/1\.0 200 OK$'
lacks "the server sees no client" "$(cat server.log)" '127\.0\.0\.(9|77)'
own=$(sed -n 's/.*client_port=\([0-9]*\);mode.*client_port=\([0-9]*\);.*/\1 \2/p' \
	server.log)
has "one port stands for all that were offered" "$own" '^([0-9]+) \1$'

# PNA is binary and has no lines: it is relayed at once.
same "PNA goes through" "$("$PYTHON" - <<'END'
import socket
s = socket.create_connection(("127.10.25.50", 7070), 5)
s.sendall(b"PNA\0hello")
print(s.recv(100))
END
)" "b'PNA\\x00hello'"

# A stream of 20 seconds, longer than the 16 that an idle connection has.
background player "$PYTHON" -u "$ROOT/tests/e2e/rtsp.py" play \
	127.10.25.50:554 127.0.0.9 20
streaming() {
	cli "show flows" | grep -q '10\.10\.25\.50 .*10\.10\.25\.1 .*UDP'
}
ok "show flows has the datagrams" within 10 streaming
has "the rule counts their bytes" "$(cli "show rule acme rtsp")" \
	'Total Bytes: +[1-9]'
ended() { grep -q '^bye RTSP/1.0 200' player.log; }
ok "the control connection lives as long as they do" within 40 ended
gone() { ! streaming; }
ok "and takes them along" within 5 gone
switch_stop

#!/bin/bash
# FTP through a content rule and a source group, passive and active, old and
# extended commands, with curl and a real server: data connections are carried both
# ways, both sides see addresses of the switch only, nobody else gets in.
# labels: traffic
# timeout: 150
. "$(dirname "$0")/lib.sh"

mkdir files
head -c 3000000 /dev/urandom >files/large
echo "a small file" >files/small
sed 's/level=logging.WARNING/level=logging.DEBUG/' \
	"$ROOT/tests/e2e/ftpserver.py" >ftpserver.py
background ftp "$PYTHON" ftpserver.py 127.10.23.1:21 user secret "$T/files"
within 10 listens 127.10.23.1 21 || fail "ftpserver.py"

cat >startup <<'END'
service ftp1
  ip address 10.10.23.1
  port 21
  protocol tcp
  keepalive type tcp
  keepalive port 21
  active
owner acme
  content ftp
    vip address 10.10.23.50
    protocol tcp
    port 21
    application ftp-control
    add service ftp1
    active
  content deaf
    vip address 10.10.23.51
    protocol tcp
    port 21
    add service ftp1
    active
group ftp
  vip address 10.10.23.50
  add service ftp1
  active
END
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service ftp1 Alive

get() { # FILE OPTION...: by way of the rule; what was said goes to curl.log
	curl -sS -v --max-time 20 -u user:secret -o "$T/got" "${@:2}" \
		"ftp://${vip:-127.10.23.50}/$1" 2>"$T/curl.log"
}
arrives() { # WHAT FILE OPTION...
	rm -f got
	ok "$1: the file comes" get "$2" "${@:3}"
	ok "$1: and is whole" cmp "$T/got" "$T/files/$2"
}

# ---- passive (E24) ---------------------------------------------------------------
arrives "PASV" large --disable-epsv --no-ftp-skip-pasv-ip
has "the client sees the VIP only (E24)" "$(grep '< 227' curl.log)" \
	'\(127,10,23,50,'
arrives "EPSV" large
has "and its answer has a port" "$(grep '< 229' curl.log)" '\(\|\|\|[0-9]+\|\)'
ok "an upload" curl -sS --max-time 20 -u user:secret -T files/large \
	ftp://127.10.23.50/up1
ok "arrives whole" cmp files/large files/up1
has "a directory is listed" \
	"$(curl -sS --max-time 20 -u user:secret ftp://127.10.23.50/)" ' small'

# ---- active (E24) ----------------------------------------------------------------
arrives "PORT" large --disable-eprt --interface 127.0.0.9 --ftp-port -
ok "the server does not see the client's address" \
	not grep -q 'PORT 127,0,0,9' ftp.log
arrives "EPRT" large --interface 127.0.0.9 --ftp-port -
ok "an active upload" curl -sS --max-time 20 -u user:secret \
	--interface 127.0.0.9 --ftp-port - -T files/large ftp://127.10.23.50/up2
ok "arrives whole, too" cmp files/large files/up2

# From where does the data of an active transfer come?
cat >active.py <<'END'
import ftplib, socket, sys

f = ftplib.FTP()
f.connect("127.10.23.50", 21, 10, ("127.0.0.9", 0))
f.login("user", "secret")
s = socket.create_server(("127.0.0.9", 0))
f.sendport("127.0.0.9", s.getsockname()[1])
f.putcmd("RETR small")
c, peer = s.accept()
print(peer[0], peer[1], c.recv(100))
c.close()
print(f.getresp(), f.getresp())
# a third party's address is not ours to connect to: the line goes as it is
f.sendcmd("NOOP")
try:
    print("bounce", f.sendport("127.0.0.8", s.getsockname()[1]))
except ftplib.all_errors as e:
    print("bounce", e)
# PASV in pieces, with a second command behind it
f.sock.sendall(b"PA")
f.sock.sendall(b"SV\r\nNO")
f.sock.sendall(b"OP\r\n")
host, port = ftplib.parse227(f.getresp())
print(f.getresp())
# somebody else at the door is sent away, and the client still gets through
other = socket.create_connection((host, port), 5, ("127.0.0.8", 0))
print("other", other.recv(1))
d = socket.create_connection((host, port), 5, ("127.0.0.9", 0))
f.putcmd("RETR small")
print("data", d.recv(100))
print(f.getresp(), f.getresp())
# one connection for each announcement
try:
    socket.create_connection((host, port), 5, ("127.0.0.9", 0))
    print("second taken")
except OSError:
    print("second refused")
# text of the server that looks like an answer opens nothing
print(f.sendcmd("SITE HELP").splitlines()[0])
f.quit()
END
"$PYTHON" active.py >active.log 2>&1 || fail "active.py"
has "active data comes from the VIP (E24)" "$(cat active.log)" \
	"^127\.10\.23\.50 [0-9]+ b'a small file"
has "another address than the client's is left to the server" \
	"$(cat active.log)" '^bounce 5|^bounce 501'
has "others are sent away" "$(cat active.log)" "^other b''"
has "the client gets through" "$(cat active.log)" "^data b'a small file"
has "once" "$(cat active.log)" '^second refused'

# ---- what is seen ------------------------------------------------------------------
hold() { # a slow transfer
	curl -sS --max-time 60 --limit-rate 20000 -u user:secret -o slow "$@" \
		ftp://127.10.23.50/large &
	pid[curl]=$!
}
flowing() { [ -s slow ]; }
hold
within 10 flowing || fail "no slow transfer"
has "control and data are flows" "$(cli "show flows 127.0.0.1" | grep -c '10\.10\.23\.1 ')" '^2$'
group=$(cli "show group ftp")
has "the group counts the control connection" "$group" \
	'FTP Control Total/Current: +[1-9][0-9]*/1'
end curl KILL
hold --interface 127.0.0.9 --ftp-port -
rm -f slow
within 10 flowing || fail "no slow active transfer"
has "an active data flow is the server's" "$(cli "show flows 10.10.23.1")" \
	'^10\.10\.23\.1 .* 127\.0\.0\.9 '
has "through the source group" "$(cli "show group ftp")" \
	'Connections Total/Current: +[1-9][0-9]*/1'
end curl KILL
has "the rule has the bytes of data connections" "$(cli "show rule acme ftp")" \
	'Total Bytes: +[0-9]{7,}'

# ---- a destination group: the server sees its address on both -----------------------
cli_ok configure "group nat" "vip address 10.10.23.99" active end
cli_ok configure "group ftp" suspend "remove service ftp1" active end
cli_ok configure "group nat" suspend "add destination service ftp1" active end
before=$(wc -l <ftp.log)
arrives "PASV through a group" small --disable-epsv
arrives "PORT through a group" small --disable-eprt --interface 127.0.0.9 --ftp-port -
has "the server sees the group's address" "$(tail -n +"$before" ftp.log)" \
	'127\.10\.23\.99'
has "and is told to come to it" "$(tail -n +"$before" ftp.log)" \
	'PORT 127,10,23,99,'

# ---- without the application nothing is followed -------------------------------------
vip=127.10.23.51
get small --disable-epsv --no-ftp-skip-pasv-ip || true
has "without ftp-control a passive answer is the server's own" \
	"$(grep '< 227' curl.log)" '\(127,10,23,1,'
switch_stop

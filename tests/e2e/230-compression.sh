#!/bin/bash
# HTTP compression by the CSS5-SSL-C-K9: nginx and a server of odd answers behind
# it, curl and Python's zlib in front.
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
[ -n "${CSS_NETNS:-}" ] && [ "$(id -u)" = 0 ] || {
	echo "needs a network of its own and the low ports"
	exit 77
}
export PATH=$PATH:/usr/sbin
V=127.5.5.5 # the VIP

# ---- the servers -------------------------------------------------------------------
mkdir -p web/tmp web/root
seq 1 60000 >web/root/numbers.txt
seq 1 3000000 >web/root/big.txt
cp web/root/numbers.txt web/root/picture.png
head -c 400000 /dev/urandom | base64 -w 0 >web/root/noise.txt
head -c 2000000 /dev/urandom >web/root/random.html
echo short >web/root/short.txt
cat >web/nginx.conf <<END
daemon off;
master_process off;
pid $T/web/pid;
error_log $T/web/error.log;
events {}
http {
	access_log off;
	types { text/plain txt; text/html html; image/png png; }
$(nginx_temp "$T/web/tmp")
	keepalive_requests 10000;
	server {
		listen 127.5.5.11:80;
		root $T/web/root;
		location = /coded { add_header Content-Encoding br; alias $T/web/root/numbers.txt; default_type text/plain; }
		location = /final { add_header Cache-Control no-transform; alias $T/web/root/numbers.txt; default_type text/plain; }
		location = /gone { default_type text/plain; return 404 "$(printf '%0300d' 0)"; }
	}
}
END
background web nginx -c "$T/web/nginx.conf"
background odd "$PYTHON" "$ROOT/tests/e2e/odd.py" 127.5.5.12 80
within 10 listens 127.5.5.11 80 || fail "nginx does not start"
within 10 listens 127.5.5.12 80 || fail "the odd server does not start"

# ---- the switch --------------------------------------------------------------------
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=vip.test -days 2 \
	-keyout vip.key -out vip.crt 2>/dev/null
cat vip.key vip.crt >vip.pem
cat >startup <<'END'
ssl associate rsakey vip vip.pem
ssl associate cert vip vip.pem
ssl-proxy-list front
  ssl-server 1
  ssl-server 1 vip address 10.5.5.5
  ssl-server 1 port 443
  ssl-server 1 rsacert vip
  ssl-server 1 rsakey vip
  ssl-server 1 cipher rsa-with-rc4-128-md5 10.5.5.6 81
  active
service card
  type ssl-accel
  slot 2
  keepalive type none
  add ssl-proxy-list front
  compress enable
  active
service plain
  ip address 10.5.5.11
  port 80
  keepalive type none
  active
service web
  ip address 10.5.5.11
  port 80
  slot 2
  keepalive type none
  compress enable
  active
service odd
  ip address 10.5.5.12
  port 80
  keepalive type none
  compress enable
  active
owner o
  content web
    vip address 10.5.5.5
    protocol tcp
    port 80
    add service web
    active
  content odd
    vip address 10.5.5.5
    protocol tcp
    port 8080
    add service odd
    active
  content tls
    vip address 10.5.5.5
    protocol tcp
    port 443
    add service card
    active
  content clear
    vip address 10.5.5.6
    protocol tcp
    port 81
    add service plain
    active
END
switch_start --startup startup --import-ssl vip.pem --slot 2=CSS5-SSL-C-K9

get() { # CURL-OPTION...: body in got, head in head
	curl -sk --max-time 20 -D head -o got "$@"
}
head_has() { has "$1" "$(tr -d '\r' <head)" "$2"; }
head_lacks() { lacks "$1" "$(tr -d '\r' <head)" "$2"; }
unpacks() { # gzip|deflate FILE: got is that file, and was packed
	"$PYTHON" -c '
import sys, zlib
got = open("got", "rb").read()
want = open(sys.argv[2], "rb").read()
bits = 31 if sys.argv[1] == "gzip" else -15
d = zlib.decompressobj(bits)
sys.exit(d.decompress(got) != want or not d.eof or d.unused_data != b"")' "$@"
}

# ---- what the client asks for ------------------------------------------------------
R=web/root
get -H 'Accept-Encoding: gzip' http://$V/numbers.txt
head_has "an answer is packed as the client has it" '^Content-Encoding: gzip$'
head_has "caches are told why" '^Vary: Accept-Encoding$'
head_has "its length is not known" '^Transfer-Encoding: chunked$'
head_lacks "so it is not told" '^Content-Length:'
head_has "its tag is a weak one" '^ETag: W/"'
ok "and unpacks to the page" unpacks gzip $R/numbers.txt
ok "it has become small" [ "$(stat -c %s got)" -lt $(($(stat -c %s $R/numbers.txt) / 2)) ]
get -H 'Accept-Encoding: deflate' http://$V/numbers.txt
head_has "deflate, when that is asked for" '^Content-Encoding: deflate$'
ok "is RFC 1951" unpacks deflate $R/numbers.txt
get -H 'Accept-Encoding: gzip;q=0.3, deflate;q=0.7' http://$V/numbers.txt
head_has "the client's weights count" '^Content-Encoding: deflate$'
get -H 'Accept-Encoding: gzip;q=0, br' http://$V/numbers.txt
head_lacks "what he does not take he does not get" '^Content-Encoding:'
ok "the page comes as it is" cmp -s got $R/numbers.txt
get -H 'Accept-Encoding: *' http://$V/numbers.txt
head_has "a star is any coding" '^Content-Encoding: gzip$'
get http://$V/numbers.txt
head_lacks "without a word nothing is packed" '^Content-Encoding:'
for f in big.txt noise.txt random.html; do
	get --compressed http://$V/$f
	ok "$f comes whole" cmp -s got $R/$f
done

# ---- what is passed by -------------------------------------------------------------
passed_by() { # SENTENCE FILE CURL-OPTION...
	get -H 'Accept-Encoding: gzip' "${@:3}"
	head_lacks "$1" '^Content-Encoding: gzip'
	ok "$1: it comes as it is" cmp -s got "$2"
}
passed_by "HTTP/1.0" $R/numbers.txt -0 http://$V/numbers.txt
passed_by "a picture" $R/picture.png http://$V/picture.png
passed_by "a short page" $R/short.txt http://$V/short.txt
passed_by "a coded page" $R/numbers.txt http://$V/coded
passed_by "a page that nobody may change" $R/numbers.txt http://$V/final
passed_by "a part of a page" <(head -c 5000 $R/numbers.txt) -r 0-4999 \
	http://$V/numbers.txt
get -I -H 'Accept-Encoding: gzip' http://$V/numbers.txt
head_has "HEAD tells the true length" "^Content-Length: $(stat -c %s $R/numbers.txt)\$"
get -H 'Accept-Encoding: gzip' http://$V/gone
head_lacks "a page that is not there" '^Content-Encoding:'

# ---- odd servers -------------------------------------------------------------------
for path in chunked close trickle chunked-trailers; do
	get -H 'Accept-Encoding: gzip' http://$V:8080/$path
	head_has "an answer: $path" '^Content-Encoding: gzip$'
	ok "$path comes whole" unpacks gzip $R/numbers.txt
done
get -H 'Accept-Encoding: gzip' http://$V:8080/cut
ok "an answer that ends too soon has no end" not unpacks gzip $R/numbers.txt
ok "a text that comes slowly is not held back" "$PYTHON" - $V <<'END'
import socket, sys, zlib
s = socket.create_connection((sys.argv[1], 8080), 10)
s.sendall(b"GET /clock HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
buf = b""
while b"\r\n\r\n" not in buf:
    buf += s.recv(65536)
buf = buf.split(b"\r\n\r\n", 1)[1]
s.settimeout(2)     # the server is silent for 5 s after its first line
while b"\r\n" not in buf or len(buf.split(b"\r\n", 1)[1]) < int(buf.split(b"\r\n")[0], 16):
    buf += s.recv(65536)
chunk = buf.split(b"\r\n", 1)[1]
sys.exit(zlib.decompressobj(31).decompress(chunk[:int(buf.split(b"\r\n")[0], 16)]) != b"tick\n" * 100)
END
ok "300 pages on one connection" "$PYTHON" - $V $R/numbers.txt <<'END'
import gzip, http.client, sys
want = open(sys.argv[2], "rb").read()
c = http.client.HTTPConnection(sys.argv[1], 80, timeout=20)
for i in range(300):
    coded = i % 3 != 0
    c.request("GET", "/numbers.txt",
              headers={"Accept-Encoding": "gzip"} if coded else {})
    r = c.getresponse()
    got = r.read()
    assert (r.getheader("Content-Encoding") == "gzip") == coded, i
    assert (gzip.decompress(got) if coded else got) == want, i
END

# ---- the service's settings --------------------------------------------------------
cli_ok configure "service web" suspend "compress accept-omit gzip" \
	"compress encode deflate" "compress type ascii" active
get http://$V/numbers.txt
head_has "clients that say nothing get what accept-omit says" '^Content-Encoding: gzip$'
get -H 'Accept-Encoding: gzip, deflate' http://$V/numbers.txt
head_has "a preferred coding" '^Content-Encoding: deflate$'
cli_ok configure "service web" suspend "compress encode force-gzip" active
get -H 'Accept-Encoding: deflate' http://$V/numbers.txt
head_has "force is force" '^Content-Encoding: gzip$'
cli_ok configure "service web" suspend "compress disable" active
get -H 'Accept-Encoding: gzip' http://$V/numbers.txt
head_lacks "disabled" '^Content-Encoding:'

# ---- with TLS in front ---------------------------------------------------------------
get -H 'Accept-Encoding: gzip' https://$V/numbers.txt
head_has "the module that ends TLS compresses, too" '^Content-Encoding: gzip$'
ok "and the page is whole" unpacks gzip $R/numbers.txt

# ---- counters, and the card ------------------------------------------------------------
stats=$(cli "show ssl statistics compression slot 2")
for line in 'Uncompressed files received' 'Compressed files sent' \
	'Compressed bytes sent' 'Files bypassed' 'Bytes bypassed' \
	'Client bypasses: method' 'Client bypasses: version' \
	'Client bypasses: accept' 'Client bypasses: file extension' \
	'Server bypasses: status' 'Server bypasses: already encoded' \
	'Server bypasses: size'; do
	has "counted: $line" "$stats" "^[1-9][0-9]* +$line\$"
done
cli_ok "lab remove slot 2"
get -H 'Accept-Encoding: gzip' http://$V:8080/chunked
head_lacks "without the card nothing is packed" '^Content-Encoding:'
ok "and the page comes" cmp -s got $R/numbers.txt
cli_ok "lab insert slot 2 CSS5-SSL-K9"
get -H 'Accept-Encoding: gzip' http://$V:8080/chunked
head_lacks "the module without the hardware cannot" '^Content-Encoding:'
switch_stop

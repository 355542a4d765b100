#!/bin/bash
# What the switch's own sockets do on the wire: connections that it ends (layer 5
# rules, SSL both ways), management and probes through circuits.  Clients and
# servers are the kernel's, in namespaces of their own.
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
ca_new x && ca_issue web x www.example.com && ca_issue back x back.example ||
	fail "openssl"
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
on servers ip addr add 10.1.1.12/24 dev eth0
on servers ip addr add 10.1.1.13/24 dev eth0
web_start() { # N
	on_background "web$1" servers $PYTHON "$ROOT/tests/e2e/who.py" \
		"web$1=10.1.1.1$1:80" "tls$1=10.1.1.1$1:443,$T/back.pem,$T/back.key"
}
web_start 1
web_start 2
web_start 3

two_arms "ssl associate cert c web.pem" \
	"ssl associate rsakey k web.key" >startup <<'END'
ssl-proxy-list l
  ssl-server 1
  ssl-server 1 vip address 192.168.10.50
  ssl-server 1 port 443
  ssl-server 1 rsacert c
  ssl-server 1 rsakey k
  ssl-server 1 cipher rsa-with-aes-128-cbc-sha 192.168.10.51 80
  ssl-server 2
  ssl-server 2 vip address 192.168.10.50
  ssl-server 2 port 444
  ssl-server 2 rsacert c
  ssl-server 2 rsakey k
  ssl-server 2 cipher rsa-with-aes-128-cbc-sha 192.168.10.51 81
  backend-server 1
  backend-server 1 ip address 10.1.1.12
  backend-server 1 port 81
  backend-server 1 server-ip 10.1.1.12
  backend-server 1 server-port 443
  backend-server 1 cipher rsa-with-aes-128-cbc-sha
  active
service web1
  ip address 10.1.1.11
  keepalive type http
  keepalive frequency 2
  keepalive retryperiod 2
  active
service web2
  ip address 10.1.1.12
  keepalive type tcp
  keepalive port 80
  keepalive frequency 2
  active
service web3
  ip address 10.1.1.13
  keepalive frequency 2
  keepalive maxfailure 1
  keepalive retryperiod 2
  active
service module
  type ssl-accel
  slot 2
  keepalive type none
  add ssl-proxy-list l
  active
service back
  type ssl-accel-backend
  ip address 10.1.1.12
  protocol tcp
  port 81
  keepalive type none
  add ssl-proxy-list l
  active
service dr
  type redirect
  domain elsewhere.example
  keepalive type none
  active
group nat
  vip address 10.1.1.77
  add destination service web3
  active
owner acme
  content img
    vip address 192.168.10.20
    protocol tcp
    port 80
    url "/images/*"
    add service web2
    active
  content rest
    vip address 192.168.10.20
    protocol tcp
    port 80
    url "/*"
    add service web1
    active
  content nat
    vip address 192.168.10.21
    protocol tcp
    port 80
    url "/*"
    add service web3
    active
  content away
    vip address 192.168.10.22
    protocol tcp
    port 80
    url "/*"
    add service dr
    active
  content tls
    vip address 192.168.10.50
    protocol tcp
    port 443
    add service module
    active
  content tls-too
    vip address 192.168.10.50
    protocol tcp
    port 444
    add service module
    active
  content clear
    vip address 192.168.10.51
    protocol tcp
    port 80
    url "/*"
    add service web1
    active
  content clear-back
    vip address 192.168.10.51
    protocol tcp
    port 81
    add service back
    active
END
# Telnet of this host is open, too, so that it can be told from the inside's.
wire_start --startup startup --slot 2=CSS5-SSL-K9 --telnet 127.0.0.1:2323 \
	--import-ssl web.pem --import-ssl web.key
for s in web1 web2 web3; do wait_service $s Alive; done

get() { # VIP PATH [CURL-OPTION...]
	on client curl -sS --max-time 10 "${@:3}" "http://$1$2" 2>&1
}

# ---- layer 5 rules ---------------------------------------------------------------
same "a layer 5 rule chooses by path, the server sees the client and its port" \
	"$(get 192.168.10.20 /images/a.gif --local-port 4077)" \
	"web2 192.168.10.9:4077 10.1.1.12 /images/a.gif"
same "and another by another" \
	"$(get 192.168.10.20 /index.html --local-port 4078)" \
	"web1 192.168.10.9:4078 10.1.1.11 /index.html"
has "a source group gives its address" "$(get 192.168.10.21 /)" \
	'^web3 10\.1\.1\.77:[0-9]+ '
has "a redirect service redirects" \
	"$(get 192.168.10.22 /x -i | tr -d '\r')" \
	'^Location: http://elsewhere.example/x$'
for n in 1 2 3 4 5 6 7 8; do
	has "one connection after the other" "$(get 192.168.10.20 /$n)" \
		"^web1 192\.168\.10\.9:[0-9]+ .*/$n\$"
done

# servers that keep their connections
cat >keep.py <<'END'
import http.server, sys

class Keep(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"%s %s:%d %s\n" % (sys.argv[2].encode(), self.client_address[0].encode(),
                                   self.client_address[1], self.path.encode())
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer((sys.argv[1], 8081), Keep).serve_forever()
END
for n in 1 2; do
	on_background keep$n servers $PYTHON keep.py 10.1.1.1$n keep$n
	cli_ok configure "service keep$n" "ip address 10.1.1.1$n" \
		"protocol tcp" "port 8081" "keepalive type tcp" active exit \
		"owner acme" "content keep$n" "vip address 192.168.10.24" \
		"protocol tcp" "port 80" "url \"/$n*\"" "add service keep$n" \
		active >/dev/null
	wait_service keep$n Alive 30
done
cli_ok configure "persistence reset remap" \
	"global-portmap base-port 3000 range 2048" >/dev/null
moved=$(on client curl -sS --max-time 10 --local-port 4079 \
	http://192.168.10.24/1 http://192.168.10.24/2 2>&1)
has "a connection begins with the client's port" "$moved" \
	'^keep1 192\.168\.10\.9:4079 /1$'
has "and goes on with one of the global-portmap at another server" "$moved" \
	'^keep2 192\.168\.10\.9:(3[0-9]{3}|4[0-9]{3}|50[0-4][0-9]) /2$'
lacks "which is not the client's" "$moved" '^keep2 192\.168\.10\.9:4079 '

# ---- layer 5 rules for every port -----------------------------------------------------
cli_ok configure "owner acme" "content every" "vip address 192.168.10.25" \
	"url \"/*\"" "add service web1" active exit \
	"content own" "vip address 192.168.10.25" "protocol tcp" "port 8082" \
	"url \"/*\"" "add service keep2" active >/dev/null
has "they have one listener together" "$(cli "show lab map")" '^any:any '
same "a port is kept on the way to the server" \
	"$(get 192.168.10.25 /a --local-port 4080)" \
	"web1 192.168.10.9:4080 10.1.1.11 /a"
same "whichever it is" "$(get 192.168.10.25:8081 /b --local-port 4081)" \
	"keep1 192.168.10.9:4081 /b"
has "at a port that nobody has, it is as with any server that refuses" \
	"$(get 192.168.10.25:9 /c)" 'Empty reply|reset by peer|refused'
has "a rule with a port has its own" "$(get 192.168.10.25:8082 /d)" \
	'^keep2 192\.168\.10\.9:[0-9]+ /d$'
door=$(cli "show lab map" | sed -nE 's/^any:any +[0-9.]+:([0-9]+) .*/\1/p')
has "nobody comes in by the listener's own port" \
	"$(get "192.168.10.25:$door" /e)" 'Empty reply|reset by peer|refused'

# ---- SSL ---------------------------------------------------------------------------
tls() { # PORT [CURL-OPTION...]
	on client curl -sS --max-time 10 --cacert x-ca.pem \
		--resolve "www.example.com:$1:192.168.10.50" "${@:2}" \
		"https://www.example.com:$1/s" 2>&1
}
same "behind a module, the server sees the client and its port" \
	"$(tls 443 --local-port 4177)" "web1 192.168.10.9:4177 10.1.1.11 /s"
same "so does a server that is spoken TLS with" \
	"$(tls 444 --local-port 4178)" "tls2 192.168.10.9:4178 10.1.1.12 /s"
before=$(fast_path connections)
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	has "one connection after the other" "$(tls 444)" \
		'^tls2 192\.168\.10\.9:[0-9]+ 10\.1\.1\.12 /s$'
done
[[ $(cli "show lab wire") != *"Fast path: on, "* ]] ||
	ok "which begin by the fast path, from the client and to the server" \
		[ $(($(fast_path connections) - before)) -ge 16 ]

# ---- large ---------------------------------------------------------------------------
on_background big servers $PYTHON "$ROOT/tests/e2e/origin.py" big.jsonl \
	big=10.1.1.11:8080
cli_ok configure "service web4" "ip address 10.1.1.11" "protocol tcp" \
	"port 8080" "keepalive type none" active exit "owner acme" \
	"content big" "vip address 192.168.10.23" "protocol tcp" "port 80" \
	'url "/*"' "add service web4" active >/dev/null
wait_service web4 Alive
head -c 20000000 /dev/urandom >up
same "20 MB down" "$(get 192.168.10.23 /20000000 | wc -c)" 20000000
get 192.168.10.23 /up -T up >/dev/null
has "20 MB up, each byte" "$(cat big.jsonl)" \
	"\"body\": 20000000, \"sum\": \"$(md5sum <up | cut -d' ' -f1)\""

# ---- announced channels --------------------------------------------------------------------
on_background media servers $PYTHON -u "$ROOT/tests/e2e/rtsp.py" \
	serve 10.1.1.12:554
cli_ok configure "service media" "ip address 10.1.1.12" "keepalive type none" \
	active exit "owner acme" "content rtsp" "vip address 192.168.10.24" \
	"protocol tcp" "port 554" "application realaudio-control" \
	"add service media" active >/dev/null
wait_service media Alive
within 10 on servers bash -c 'exec 3<>/dev/tcp/10.1.1.12/554' 2>/dev/null ||
	fail "rtsp.py serve"
on client ip addr add 192.168.10.77/24 dev eth0
out=$(on client $PYTHON "$ROOT/tests/e2e/rtsp.py" play 192.168.10.24:554 \
	192.168.10.9 2>&1)
has "media that a connection announces comes from the VIP" "$out" \
	'^rtp media 0 from 192\.168\.10\.24 [0-9]+ True$'
has "and the second of the pair" "$out" \
	'^rtcp media 1 from 192\.168\.10\.24 [0-9]+ True$'
has "and goes back, not from strangers" "$out" \
	'^back report mine from 192\.168\.10\.24 '

# ---- probes ----------------------------------------------------------------------------
end web1
wait_service web1 Down 30
on servers ip addr del 10.1.1.13/24 dev eth0
wait_service web3 Down 30
on servers ip addr add 10.1.1.13/24 dev eth0
wait_service web3 Alive 30
web_start 1
wait_service web1 Alive 30
has "ping goes out by the circuit" "$(cli "ping 10.1.1.12")" \
	'100 percent \(5/5\)'

# ---- the switch asks others ---------------------------------------------------------------
has "traceroute: the last hop" "$(cli "traceroute 10.1.1.12 1 3")" \
	'^ 1  10\.1\.1\.12 '
on_background dns servers dnsmasq -k -C /dev/null --no-resolv --no-hosts \
	--user=root --port=53 --listen-address=10.1.1.11 --bind-interfaces \
	--log-facility=- --host-record=far.example.com,10.1.1.12
within 10 grep -qs started dns.log || fail "the name server does not start"
cli_ok configure "dns primary 10.1.1.11" "dns suffix example.com" >/dev/null
has "a name server is asked" "$(cli "ping far 1 2000")" '100 percent \(1/1\)'
on_background collector servers $PYTHON -uc '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.1.1.12", 514))
while True:
	data, peer = s.recvfrom(2000)
	print(peer[0], data.decode(), flush=True)'
cli_ok configure "logging host 10.1.1.12 facility 3" \
	"logging subsystem netman level notice-5" >/dev/null
told() { # by a change that is logged
	cli configure "service web2" suspend active >/dev/null
	grep -q '^10\.1\.1\.1 <15[0-9]>' collector.log
}
ok "a collector is told, from the circuit's address" within 20 told
mkdir ftp
on_background ftp servers $PYTHON "$ROOT/tests/e2e/ftpserver.py" 10.1.1.12:21 \
	operator secret "$T/ftp"
cli_ok configure 'ftp-record f 10.1.1.12 operator "secret" /' >/dev/null
copied() {
	cli "copy running-config ftp f got" | grep -q 'Completed successfully'
}
ok "files are copied to an FTP server" within 20 copied
has "and arrive" "$(cat ftp/got)" '^circuit VLAN2'

# ---- management --------------------------------------------------------------------------
asks() { # HOST ADDRESS PORT: the first bytes of a Telnet or SSH server
	on "$1" timeout 10 bash -c "exec 3<>/dev/tcp/$2/$3 && head -c 3 <&3" |
		od -An -c | tr -s ' '
}
has "Telnet answers at a circuit" "$(asks client 192.168.10.1 23)" '377 373'
has "and at the other one" "$(asks servers 10.1.1.1 23)" '377 373'
has "SSH, too" "$(asks client 192.168.10.1 22)" 'S S H'
ok "this host's Telnet is there as well" listens 127.0.0.1 2323
ok "not inside" not on client timeout 2 bash -c \
	"exec 3<>/dev/tcp/192.168.10.1/2323" 2>/dev/null
cli_ok configure "restrict telnet" >/dev/null
lacks "restrict closes it" "$(asks client 192.168.10.1 23)" '377 373'
cli_ok configure "no restrict telnet" >/dev/null
has "its absence opens it" "$(asks client 192.168.10.1 23)" '377 373'

# ---- it starts anew from where it was started ---------------------------------------------
cli "copy running-config startup-config" reboot >/dev/null
within 20 not listens 127.0.0.1 2323
answers() {
	[[ $(get 192.168.10.20 /again) == "web1 192.168.10.9:"* ]]
}
ok "behind a reboot the ports are the same, and connections are ended" \
	within 60 answers
switch_stop

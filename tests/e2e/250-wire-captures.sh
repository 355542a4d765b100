#!/bin/bash
# Captures of the switch's own wires: what tshark finds in them, also in TLS that the
# switch ends, and what bounds them.
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
ca_new x && ca_issue web x www.example.com || fail "openssl"
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
on_background web servers $PYTHON "$ROOT/tests/e2e/origin.py" web.jsonl \
	web=10.1.1.11:80

two_arms "ssl associate cert c web.pem" \
	"ssl associate rsakey k web.key" >startup <<'END'
ssl-proxy-list l
  ssl-server 1
  ssl-server 1 vip address 192.168.10.50
  ssl-server 1 port 443
  ssl-server 1 rsacert c
  ssl-server 1 rsakey k
  ssl-server 1 cipher rsa-with-aes-128-cbc-sha 192.168.10.51 80
  active
service web
  ip address 10.1.1.11
  keepalive type none
  active
service module
  type ssl-accel
  slot 2
  keepalive type none
  add ssl-proxy-list l
  active
owner acme
  content l4
    vip address 192.168.10.20
    protocol tcp
    port 80
    add service web
    active
  content tls
    vip address 192.168.10.50
    protocol tcp
    port 443
    add service module
    active
  content clear
    vip address 192.168.10.51
    protocol tcp
    port 80
    url "/*"
    add service web
    active
END
wire_start --startup startup --slot 2=CSS5-SSL-K9 \
	--import-ssl web.pem --import-ssl web.key
wait_service web Alive

tls() { # PATH [CURL-OPTION...]
	on client curl -sS --max-time 10 --cacert x-ca.pem \
		--resolve "www.example.com:443:192.168.10.50" "${@:2}" \
		"https://www.example.com$1" 2>&1
}
shark() { # FILE OPTION...
	tshark -r "disk/capture/$1" -o ip.check_checksum:TRUE \
		-o tcp.check_checksum:TRUE "${@:2}" 2>/dev/null
}
ready() { # until the first way through is there
	on client curl -sS --max-time 2 http://192.168.10.20/1 >/dev/null 2>&1
}
within 60 ready || fail "no way through the switch"

# ---- ports, with and without secrets ----------------------------------------------
cli_ok "lab capture start 1/1 front.pcapng size 4 secrets" >/dev/null
cli_ok "lab capture start 1/1 dark.pcapng" >/dev/null
cli_ok "lab capture start 1/2 back.pcapng" >/dev/null
cli_ok "lab capture start vip 192.168.10.20 vip.pcapng" >/dev/null
has "captures are shown" "$(cli "show lab captures")" \
	'^front\.pcapng +port 1/1, secrets +[0-9,]+ +[0-9,]+ +4,194,304 +running'
tls /1/one >/dev/null
tls /1/two --tls-max 1.2 >/dev/null
on client curl -sS --max-time 10 --local-port 4099 \
	http://192.168.10.20/200000 >/dev/null
cli_ok "lab capture stop" >/dev/null
has "and have stopped" "$(cli "show lab captures")" '^vip\.pcapng .* stopped'

same "what TLS 1.3 and 1.2 hide is read" \
	"$(shark front.pcapng -Y 'tls && http.request' -T fields -e http.request.uri)" \
	"$(printf '/1/one\n/1/two')"
same "not without the secrets" "$(shark dark.pcapng -Y 'tls && http')" ""
lacks "which are in no other file" "$(strings disk/capture/dark.pcapng)" \
	'CLIENT_RANDOM|TRAFFIC_SECRET'
same "nobody else may read them" "$(stat -c %a disk/capture/front.pcapng)" 600
for f in front dark back vip; do
	same "$f: every checksum is right, no frame too large" \
		"$(wrong_sums "disk/capture/$f.pcapng" "frame.len > 1518")" 0
done
has "both directions are there" \
	"$(shark vip.pcapng -T fields -e frame.interface_name -e ip.src -e tcp.dstport |
		sort | uniq -c)" '1/1.192\.168\.10\.20.4099'
has "the server's side has the server's address and the client's" \
	"$(shark back.pcapng -T fields -e ip.src -e ip.dst -e tcp.srcport)" \
	'^192\.168\.10\.9.10\.1\.1\.11.4099$'
lacks "the VIP's capture has nothing else" \
	"$(shark vip.pcapng -Y '!(ip.addr == 192.168.10.20) && !arp')" .

# ---- flows, and bounds ---------------------------------------------------------------
cli_ok "lab capture start flow 192.168.10.9 4101 192.168.10.20 80 flow.pcapng" \
	>/dev/null
cli_ok "lab capture start 1/1 small.pcapng size 1" >/dev/null
on client curl -sS --max-time 10 --local-port 4100 \
	http://192.168.10.20/1000 >/dev/null
on client curl -sS --max-time 20 --local-port 4101 \
	http://192.168.10.20/3000000 >/dev/null
has "a full file ends its capture" "$(cli "show lab captures")" \
	'^small\.pcapng .* full$'
ok "at its size" test "$(stat -c %s disk/capture/small.pcapng)" -le 1048576
cli_ok "lab capture stop flow.pcapng" >/dev/null
same "a flow is followed alone" \
	"$(shark flow.pcapng -T fields -e tcp.srcport | sort -nu | paste -sd,)" \
	80,4101

# ---- what is refused --------------------------------------------------------------------
has "names stay in the folder" "$(cli "lab capture start 1/1 ../x")" '^%%'
has "a port without a cable has no frames" \
	"$(cli "lab capture start 3/1 x")" '^%% .*wired to no interface'
has "what does not run is not stopped" "$(cli "lab capture stop x")" '^%%'
switch_stop

#!/bin/bash
# handshake data and handshake timeout: renegotiation up to TLS 1.2, new keys in
# TLS 1.3, on both sides of the switch, with every byte in its place.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com || fail "openssl"
mirror
background tls openssl s_server -accept 127.10.5.9:443 -cert web.pem \
	-key web.key -www -quiet
background tls12 openssl s_server -accept 127.10.5.8:443 -cert web.pem \
	-key web.key -tls1_2 -client_renegotiation -legacy_renegotiation \
	-rev -msg
within 10 listens 127.10.5.9 443 || fail "s_server"
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl-proxy-list l
$(ssl_entry 1 4001 "handshake data 64")
$(ssl_entry 2 4002 "handshake timeout 1" "version tls1")
$(ssl_entry 3 4003)
backend-server 8
backend-server 8 type initiation
backend-server 8 ip address 10.10.5.8
backend-server 8 server-ip 10.10.5.8
backend-server 8 handshake timeout 1
$(ssl_config 4001 4002 4003)
service out
type ssl-init
slot 2
ip address 10.10.5.8
protocol tcp
port 80
keepalive type none
add ssl-proxy-list l
active
owner outward
content out
vip address 10.10.5.60
protocol tcp
port 80
add service out
active
END
import=(--import-ssl web.pem --import-ssl web.key)
ssl_start

# The client's own account of the handshake messages that it saw.
messages() { # PORT PATH OPTION...
	{ printf 'GET %s HTTP/1.0\r\n\r\n' "$2"; sleep "${hold:-0}"; } |
		timeout 30 openssl s_client -connect $vip:$1 -ign_eof -msg \
			"${@:3}" 2>/dev/null
}
seen() { # DIRECTION NAME TEXT
	grep -a -o "$1 TLS 1[^x]*$2" <<<"$3" | wc -l
}
o=$(messages 4001 /talk/400 -tls1_2)
ok "data: HelloRequest is sent (TLS 1.2)" \
	[ "$(seen '<<<' 'Handshake.*HelloRequest' "$o")" -ge 3 ]
ok "data: and answered by full handshakes" \
	[ "$(seen '<<<' 'Handshake.*ServerHelloDone' "$o")" -ge 4 ]
ok "data: they are counted" \
	[ "$(count "Handshake completed for incoming SSL connections")" -ge 4 ]
same "data: every byte is there" \
	"$(get 4001 --tls-max 1.2 -k "https://$vip:4001/3000000" | wc -c)" \
	"$(get 4003 --tls-max 1.2 -k "https://$vip:4003/3000000" | wc -c)"
o=$(messages 4001 /talk/400 -tls1_3)
ok "data: new keys (TLS 1.3)" [ "$(seen '<<<' 'Handshake.*KeyUpdate' "$o")" -ge 3 ]
ok "data: and the client's own" [ "$(seen '>>>' 'Handshake.*KeyUpdate' "$o")" -ge 3 ]
o=$(messages 4003 /talk/400 -tls1_2)
same "nobody asks where it is not configured" \
	"$(seen '<<<' 'Handshake.*HelloRequest' "$o")" 0
# Uploads.  The server answers at their end: OpenSSL's client gives up when data
# of the server's comes into a handshake that it goes on with while it writes.
head -c 2000000 /dev/urandom >up
for max in 1.2 1.3; do
	o=$(curl -sSk --max-time 20 --tls-max $max --data-binary @up -H "Expect:" \
		"https://$vip:4001/" 2>&1)
	has "an upload goes through (TLS $max)" "$o" '^POST / '
done
# GnuTLS' client answers a HelloRequest in its own way.
has "GnuTLS, TLS 1.2" "$(printf 'GET /300000 HTTP/1.0\r\n\r\n' | timeout 20 \
	gnutls-cli --insecure --priority NORMAL:-VERS-ALL:+VERS-TLS1.2 \
	-p 4001 $vip 2>&1 | tail -n 20)" 'xxxx|Rehandshake'
has "it goes on" "$(get 4001 -k)" '^GET / '

# By time, on a connection that is idle.
o=$(hold=3 messages 4002 / -tls1_2)
o=$({ printf 'GET / HTTP/1.1\r\n\r\n'; sleep 3.5; } | timeout 10 openssl \
	s_client -connect $vip:4002 -msg -tls1_2 2>/dev/null)
ok "time: an idle connection is asked again" \
	[ "$(seen '<<<' 'Handshake.*HelloRequest' "$o")" -ge 2 ]
o=$({ printf 'GET / HTTP/1.1\r\n\r\n'; sleep 3.5; } | timeout 10 openssl \
	s_client -connect $vip:4002 -msg -tls1_3 2>/dev/null)
ok "time: or gets new keys" [ "$(seen '<<<' 'Handshake.*KeyUpdate' "$o")" -ge 2 ]
o=$({ printf 'GET / HTTP/1.1\r\n\r\n'; sleep 2.5; } | timeout 10 openssl \
	s_client -connect $vip:4002 -msg -tls1 -cipher ALL:@SECLEVEL=0 \
	2>/dev/null)
ok "time: TLS 1.0 too" [ "$(seen '<<<' 'Handshake.*HelloRequest' "$o")" -ge 1 ]

# Towards a server, which prints what it sees.
o=$({ printf 'one\n'; sleep 3.3; printf 'two\n'; sleep 0.5; } |
	timeout 10 curl -sN telnet://127.10.5.60:80)
same "initiation: the lines come back" "$(tr -d '\r' <<<"$o")" $'eno\nowt'
ok "initiation: the server saw handshakes again" \
	[ "$(seen '<<<' 'Handshake.*ClientHello' "$(cat tls12.log)")" -ge 3 ]
# A client may not begin one by itself.
o=$({ sleep 0.5; echo R; sleep 0.5; printf 'GET / HTTP/1.0\r\n\r\n'; sleep 1; } |
	timeout 10 openssl s_client -connect $vip:4003 -tls1_2 -msg 2>&1)
lacks "a client's own renegotiation is refused" "$(sed '1,/RENEGOTIATING/d' \
	<<<"$o")" 'Handshake.*ServerHello'
switch_stop

#!/bin/bash
# Termination before today's and yesterday's clients: openssl, curl, GnuTLS.
# labels: traffic
# timeout: 90
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/ssl.sh
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_new mid x && ca_issue web mid www.example.com &&
	ca_issue client x client.example || fail "openssl"
cat web.pem mid-ca.pem >chain.pem
background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.5.1:80
within 10 listens 127.10.5.1 80 || fail "web.py"

cat >startup <<END
ssl associate cert c chain.pem
ssl associate rsakey k web.key
ssl associate cert ca x-ca.pem
ssl-proxy-list l
ssl-server 1
ssl-server 1 vip address 10.10.5.50
ssl-server 1 rsacert c
ssl-server 1 rsakey k
ssl-server 1 cipher rsa-with-aes-128-cbc-sha 10.10.5.51 80 weight 5
ssl-server 1 cipher rsa-with-aes-256-cbc-sha 10.10.5.51 80
ssl-server 2
ssl-server 2 vip address 10.10.5.50
ssl-server 2 port 8443
ssl-server 2 rsacert c
ssl-server 2 rsakey k
ssl-server 2 cacert ca
ssl-server 2 authentication enable
ssl-server 2 cipher rsa-with-aes-128-cbc-sha 10.10.5.51 80
ssl-server 3
ssl-server 3 vip address 10.10.5.50
ssl-server 3 port 9443
ssl-server 3 rsacert c
ssl-server 3 rsakey k
ssl-server 3 version tls1
ssl-server 3 cipher rsa-with-aes-128-cbc-sha 10.10.5.51 80
active
$(ssl_service module 2)
$(ssl_clear)
content tls
vip address 10.10.5.50
protocol tcp
port 443
add service module
active
content tls2
vip address 10.10.5.50
protocol tcp
port 8443
add service module
active
content tls3
vip address 10.10.5.50
protocol tcp
port 9443
add service module
active
END
import=(--import-ssl chain.pem --import-ssl web.key --import-ssl x-ca.pem)

url=https://www.example.com
get() { # [CURL-OPTION...]
	curl -sS --max-time 10 --cacert x-ca.pem \
		--resolve www.example.com:443:127.10.5.50 \
		--resolve www.example.com:8443:127.10.5.50 "$@"
}
hello() { # S_CLIENT-OPTION...
	printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client \
		-connect "127.10.5.50:${port:-443}" -CAfile x-ca.pem -ign_eof \
		-verify_return_error "$@" 2>&1
}

# GnuTLS' client ends its side when its input ends, and waits for the answer.
request() {
	printf 'GET / HTTP/1.0\r\n\r\n'
}

switch_start --startup startup "${import[@]}"
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service one Alive
has "curl" "$(get $url/)" '^one '
has "curl, TLS 1.2" "$(get --tls-max 1.2 $url/)" '^one '
has "curl, HTTP/1.0" "$(get -0 $url/)" '^one '
same "a large body" "$(get $url/3000000 | wc -c)" 3000000
has "openssl, TLS 1.3" "$(hello -tls1_3)" 'New, TLSv1.3'
has "openssl, TLS 1.2" "$(hello -tls1_2)" 'New, TLSv1.[02]'
has "the chain is sent" "$(hello -tls1_2 -showcerts)" 'CN = mid CA'
lacks "no TLS 1.0 where nobody asked for it" \
	"$(hello -tls1 -cipher AES128-SHA:@SECLEVEL=0)" '^HTTP/1'
has "openssl, TLS 1.0 and the named suite" \
	"$(port=9443 hello -tls1 -cipher AES128-SHA:@SECLEVEL=0)" 'Cipher *(:|is) *AES128-SHA'
openssl s_client -connect 127.10.5.50:443 -tls1_2 -sess_out session \
	</dev/null >out 2>&1
has "a TLS 1.2 session is resumed" "$(hello -tls1_2 -sess_in session)" \
	'Reused, TLSv1.2'
has "GnuTLS" "$(request | timeout 10 gnutls-cli \
	--x509cafile x-ca.pem --verify-hostname www.example.com -p 443 \
	127.10.5.50 2>&1)" '^one '
has "GnuTLS, TLS 1.2" "$(request | timeout 10 \
	gnutls-cli --priority NORMAL:-VERS-ALL:+VERS-TLS1.2 \
	--x509cafile x-ca.pem --verify-hostname www.example.com -p 443 \
	127.10.5.50 2>&1)" '^one '
ok "no certificate, no service" not get $url:8443/ -o out
has "a certificate of the right CA" \
	"$(get --cert client.pem --key client.key $url:8443/)" '^one '
ca_new y && ca_issue stranger y stranger.example
ok "of another CA: none" not get --cert stranger.pem --key stranger.key \
	$url:8443/ -o out
# What does not speak TLS must not harm.
printf 'GET / HTTP/1.0\r\n\r\n' | timeout 5 curl -s telnet://127.10.5.50:443 \
	>out 2>&1
head -c 100000 /dev/urandom | timeout 5 curl -s telnet://127.10.5.50:443 \
	>out 2>&1
has "it goes on" "$(get $url/)" '^one '
for _ in $(seq 1 40); do
	(exec 3<>/dev/tcp/127.10.5.50/443; exec 3>&-)
done
has "also after connections without a word" "$(get $url/)" '^one '
has "the statistics count" "$(cli "show ssl statistics ssl-proxy-server")" \
	'^ *[1-9][0-9]* +Handshake completed for incoming SSL connections'
has "show ssl flows has the VIP" "$(cli "show ssl flows")" \
	'10\.10\.5\.50 +443 '
cli_ok "clear ssl statistics"
has "and can be cleared" "$(cli "show ssl statistics ssl-proxy-server")" \
	'^ *0 +Handshake completed for incoming SSL connections'
switch_stop

switch_start --startup startup "${import[@]}" --tls faithful
wait_service one Alive
has "faithful: the suite with the greater weight" \
	"$(hello -tls1 -cipher AES256-SHA:AES128-SHA:@SECLEVEL=0)" \
	'Cipher *(:|is) *AES128-SHA'
has "faithful: the other suite too" \
	"$(hello -tls1 -cipher AES256-SHA:@SECLEVEL=0)" \
	'Cipher *(:|is) *AES256-SHA'
lacks "faithful: no TLS 1.2" "$(hello -tls1_2)" '^HTTP/1'
lacks "faithful: no TLS 1.3" "$(hello -tls1_3)" '^HTTP/1'
lacks "faithful: no suite that is not named" \
	"$(hello -tls1 -cipher CAMELLIA128-SHA:@SECLEVEL=0)" '^HTTP/1'
ok "faithful: a curl that wants TLS 1.2 is refused" \
	not get --tlsv1.2 $url/ -o out
switch_stop

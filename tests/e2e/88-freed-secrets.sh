#!/bin/bash
# Keys of every use, in RSA and EC: a server's, one of a further name, a client's
# towards a server, and one that came in PKCS#12.  None is in what a core dump holds
# while they work, and none is left in any memory when the card and the files are gone.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com && ca_issue good x good.example &&
	ca_issue boxed x boxed.example || fail "openssl"
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
openssl req -new -key ec.key -subj "/O=Example/CN=ec.example.com" -out ec.csr
ca_sign ec x ec.csr ec.example.com
openssl pkcs12 -export -in boxed.pem -inkey boxed.key -certfile x-ca.pem \
	-passout pass:PhraseOfTheBox22 -out boxed.p12
echo PhraseOfTheBox22 >phrase
mirror
background behind openssl s_server -accept 127.10.7.1:443 -cert web.pem \
	-key web.key -CAfile x-ca.pem -Verify 1 -verify_return_error -www
within 10 listens 127.10.7.1 443 || fail "s_server"
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl associate cert ec ec.pem
ssl associate rsakey ec ec.key
ssl associate cert boxed boxed.p12
ssl associate rsakey boxed boxed.p12
ssl associate cert goodc good.pem
ssl associate rsakey goodk good.key
ssl associate cert ca x-ca.pem
ssl-proxy-list l
$(ssl_entry 1 443 "lab sni ec.example.com ec ec" "cacert ca" "failure ignore" \
	"authentication enable" "http-header client-cert" "http-header session")
$(ssl_entry 2 8443 "rsacert boxed" "rsakey boxed")
backend-server 9
backend-server 9 type initiation
backend-server 9 ip address 10.10.6.9
backend-server 9 server-ip 10.10.7.1
backend-server 9 rsacert goodc
backend-server 9 rsakey goodk
backend-server 9 cacert ca
$(ssl_config 443 8443)
service out
type ssl-init
slot 2
ip address 10.10.6.9
protocol tcp
port 80
keepalive type none
add ssl-proxy-list l
active
owner outward
content out
vip address 10.10.8.9
protocol tcp
port 80
add service out
active
END
for f in web.pem web.key ec.pem ec.key good.pem good.key x-ca.pem; do
	import+=(--import-ssl $f)
done
import+=(--import-ssl boxed.p12:phrase)
ssl_start --workers 2

for max in 1.2 1.3; do
	for _ in 1 2 3 4; do
		has "a client with a certificate (TLS $max)" "$(get 443 --tls-max $max \
			--cert good.pem --key good.key)" '^ClientCert-Subject-CN: good'
		has "by another name" "$(curl -sS --max-time 10 --cacert x-ca.pem \
			--tls-max $max --resolve ec.example.com:443:$vip \
			https://ec.example.com/ 2>&1)" '^GET / '
		has "by a key of PKCS#12" "$(get 8443 --tls-max $max -k)" '^GET / '
		has "towards a server" "$(curl -sS --max-time 10 \
			http://127.10.8.9/ 2>&1)" 'CN *= *good.example'
	done
done
scan() {
	"$PYTHON" -B "$ROOT/tests/e2e/memscan.py" "${pid[switch]}" \
		{web,ec,good,boxed}.key -- PhraseOfTheBox22 >scan.out 2>&1
}
if is_sanitized; then
	echo "memory is not looked at: sanitizers want the system's allocator"
	switch_stop
	exit
fi
scan
rc=$?
cat scan.out
if [ $rc = 2 ]; then
	echo "memory is not looked at: no permission"
	switch_stop
	exit
fi
same "no core would hold a key at work" $rc 0
ALL=1 scan
for key in web ec good boxed; do
	has "$key.key is where it must be" "$(<scan.out)" "of $key.key"
done
lacks "the passphrase is nowhere" "$(<scan.out)" Phrase

# The keys go: with the card what was loaded, then the files.
cli_ok "lab remove slot 2"
cli_ok configure "service module" suspend "no service module" \
	"service out" suspend "no service out" "ssl-proxy-list l" suspend exit \
	"no ssl-proxy-list l" \
	"no ssl associate rsakey k" "no ssl associate rsakey ec" \
	"no ssl associate rsakey goodk" "no ssl associate rsakey boxed" \
	"no ssl associate cert boxed"
for f in web.key ec.key good.key; do cli_ok "clear ssl file $f \"system\""; done
cli_ok 'clear ssl file boxed.p12 "PhraseOfTheBox22"'
nowhere() {
	ALL=1 scan
}
ok "and are nowhere in memory then" within 10 nowhere
switch_stop

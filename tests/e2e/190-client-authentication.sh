#!/bin/bash
# Client authentication: four CA certificates, revocation lists fetched over HTTP,
# and what happens to those who fail (ssl.md 1.7, 3.3).
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

for ca in x y z w v; do ca_new $ca || fail "openssl"; done
ca_issue web x www.example.com
for ca in x y z w v; do ca_issue "c$ca" $ca "client-$ca.example"; done
ca_issue revoked x revoked.example
# A list of x's, made anew whenever it is called.
mkdir www
crl() { # [CERTIFICATE...]
	local c

	: >index && echo 01 >crlnumber
	cat >crl.cnf <<-END
		[ca]
		default_ca = d
		[d]
		database = index
		crlnumber = crlnumber
		default_md = sha256
		default_crl_days = ${days:-1}
	END
	for c in "$@"; do
		openssl ca -config crl.cnf -revoke "$c" -keyfile x-ca.key \
			-cert x-ca.pem 2>/dev/null || fail "openssl ca"
	done
	openssl ca -config crl.cnf -gencrl -keyfile "${signer:-x}-ca.key" \
		-cert "${signer:-x}-ca.pem" -out www/x.crl 2>/dev/null ||
		fail "openssl ca -gencrl"
}
crl revoked.pem
mirror
background www "$PYTHON" -m http.server -b 127.10.5.80 -d www 8000
within 10 listens 127.10.5.80 8000 || fail "http.server"

auth() { # N PORT [LINE...]
	ssl_entry "$1" "$2" "cacert cax" "${@:3}" "authentication enable"
}
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
$(for ca in x y z w v; do echo "ssl associate cert ca$ca $ca-ca.pem"; done)
ssl crl-record list http://10.10.5.80:8000/x.crl cax 1
ssl crl-record missing http://10.10.5.80:8000/none.crl cax 24
ssl crl-record foreign http://10.10.5.80:8000/x.crl cay 24
ssl-proxy-list l
$(auth 1 4001 "crl list")
$(auth 2 4002 "crl missing")
$(auth 3 4003 "crl foreign")
$(auth 4 4004 "cacert cay" "cacert caz" "cacert caw")
$(auth 5 4005 "crl list" "failure ignore" "http-header session" \
	"http-header client-cert")
$(auth 6 4006 "crl list" "failure redirect http://www.example.com/enrol")
$(auth 7 4007 'failure-url "http://www.example.com/other"' \
	"failure redirect")
$(ssl_config 4001 4002 4003 4004 4005 4006 4007)
END
for f in web.pem web.key {x,y,z,w,v}-ca.pem; do import+=(--import-ssl $f); done

as() { # CERTIFICATE PORT [CURL-OPTION...]
	get "$2" --cert "$1.pem" --key "$1.key" "${@:3}"
}
loaded() { # RECORD yes|no
	cli "show ssl crl-record $1" | grep -Eq "^CRL loaded: +$2"
}

ssl_start --workers 2
ok "the list is fetched when it gets active" within 10 loaded list yes
has "show ssl crl-record" "$(cli "show ssl crl-record list")" \
	'^CRL URL: +http://10.10.5.80:8000/x.crl$'
has "a client of the CA is served" "$(as cx 4001)" '^GET / '
has "a revoked one gets the alert that says so" "$(as revoked 4001)" \
	'certificate revoked'
has "and over TLS 1.2" "$(as revoked 4001 --tls-max 1.2)" \
	'certificate revoked'
same "it is counted" "$(count "Client certificates revoked")" 2
has "a stranger gets: unknown CA" "$(as cy 4001)" 'unknown ca'
has "nobody gets: certificate required" "$(get 4001)" 'certificate required'
same "failures are counted" "$(count "Client authentication failed")" 4
same "so is success" "$(count "Client authentication succeeded")" 1

ok "a list that is not there is not loaded" loaded missing no
has "the reason stands there" "$(cli "show ssl crl-record missing")" \
	'^Last error: +the server answers 404'
has "so nobody is authenticated" "$(as cx 4002)" 'alert'
lacks "not at all" "$(as cx 4002)" '^GET / '
has "a list that another CA signed" "$(cli "show ssl crl-record foreign")" \
	'^Last error: +it is another authority'
lacks "is none" "$(as cx 4003)" '^GET / '
ok "such clients are counted" \
	[ "$(count "Client certificates without a CRL")" -ge 3 ]

for ca in x y z w; do
	has "each of four CAs is believed: $ca" "$(as c$ca 4004)" '^GET / '
done
has "a fifth is not" "$(as cv 4004)" 'unknown ca'
has "the names of all four are sent" "$(openssl s_client -connect $vip:4004 \
	-tls1_2 </dev/null 2>&1 | grep -c 'CN = [xyzw] CA$')" '^[4-6]$'

has "ignore: nobody is served, and the server is told" "$(get 4005)" \
	'^Session-Verify-Result: peer did not return a certificate'
has "ignore: so is a stranger" "$(as cy 4005)" \
	'^Session-Verify-Result: unable to get local issuer certificate'
has "ignore: and who is revoked" "$(as revoked 4005)" \
	'^Session-Verify-Result: certificate revoked'
has "ignore: a good client is ok" "$(as cx 4005)" \
	'^Session-Verify-Result: ok'
has "ignore: its certificate is shown" "$(as cx 4005)" \
	'^ClientCert-Subject-CN: client-x.example'

for max in 1.2 1.3; do
	has "redirect: nobody (TLS $max)" "$(get 4006 -i --tls-max $max)" \
		'^Location: http://www.example.com/enrol'
	has "redirect: a revoked one" "$(as revoked 4006 -i --tls-max $max)" \
		'^HTTP/1.1 302 '
	has "redirect: a good client is served" \
		"$(as cx 4006 --tls-max $max)" '^GET / '
done
has "redirect: the URL of failure-url" "$(as cy 4007 -i)" \
	'^Location: http://www.example.com/other'
has "redirect: a request in pieces is waited for" "$(
	{ printf 'GET / HT'; sleep 0.3; printf 'TP/1.0\r\nA: b\r\n'; sleep 0.3
	printf '\r\n'; sleep 1; } | timeout 10 openssl s_client -quiet \
		-connect $vip:4006 2>/dev/null)" '^HTTP/1.1 302 '
printf 'GET /secret HTTP/1.0\r\n\r\n' | timeout 5 openssl s_client -quiet \
	-connect $vip:4006 >out 2>&1
has "redirect: whatever is asked for" "$(cat out)" '^HTTP/1.1 302 '
lacks "the server sees nothing of it" "$(cat mirror.log)" secret

# Resumption must not outlive the certificate.
session() { # FILE OPTION...
	printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -ign_eof \
		-connect $vip:4001 -cert cx.pem -key cx.key "$@" 2>&1
}
for v in 2 3; do
	session -tls1_$v -sess_out s$v >/dev/null
	has "a session of TLS 1.$v resumes" \
		"$(session -tls1_$v -sess_in s$v)" '^Reused, '
done
session -tls1_2 -no_ticket -sess_out sid >/dev/null
session -tls1_3 -sess_out s3 >/dev/null
crl revoked.pem cx.pem
cli_ok configure "ssl force-crl-reload list"
refused() {
	grep -q 'certificate revoked' <<<"$(as cx 4001)"
}
ok "a new list is in force at once" within 10 refused
for s in s2 sid s3; do
	o=$(session -sess_in $s $([ $s = s3 ] || echo -tls1_2))
	lacks "an old session is no way in: $s" "$o" '^GET / '
	has "it is told why: $s" "$o" 'certificate revoked|alert number 44'
done
# A list that runs out of itself, and one that is forged.
days=1 signer=y crl
cli configure "ssl force-crl-reload list" >/dev/null
ok "a list of another key is refused" within 10 loaded list no
lacks "and nobody is served" "$(as cx 4001)" '^GET / '
echo garbage >www/x.crl
cli configure "ssl force-crl-reload list" >/dev/null
said() {
	cli "show ssl crl-record list" |
		grep -q 'what came is no revocation list'
}
ok "what is no list is said to be none" within 10 said
crl revoked.pem
cli configure "ssl force-crl-reload list" >/dev/null
ok "and then all is well again" within 10 loaded list yes
has "served" "$(as cx 4001)" '^GET / '
has "what failed is in the log" "$(cat disk/log/*)" \
	"SSLACCEL-3: CRL list cannot be loaded: it is another authority's list"
has "an unused record is not fetched" \
	"$(cli configure "ssl crl-record idle http://10.10.5.80:8000/x.crl cax 1" \
		"ssl force-crl-reload idle")" '^%%'
switch_stop

#!/bin/bash
# What a module changes in HTTP: fields put into requests, those of clients taken
# out, redirects turned to https (ssl.md 2.5, 3.4).
# labels: traffic
# timeout: 90
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com &&
	ca_issue client x client.example || fail "openssl"
mirror
cert="http-header client-cert"
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl associate cert ca x-ca.pem
ssl-proxy-list l
$(ssl_entry 1 4001 "http-header session" "http-header server-cert" \
	"http-header prefix \"Acme\"")
$(ssl_entry 2 4002 "http-header static \"ONE: 1\\r\\nTWO: 2\"" \
	"http-header insert-per-request")
$(ssl_entry 3 4003 "cacert ca" "failure ignore" "authentication enable" \
	"$cert" "http-header session" "http-header static \"ONE: 1\"" \
	"http-header header-filter enable" "http-header insert-per-request")
$(ssl_entry 4 4004 "urlrewrite 2 *.example.com" \
	"urlrewrite 1 shop.example.com sslport 8443" \
	"urlrewrite 3 www.other* sslport 444 clearport 81")
$(ssl_entry 5 4005 "urlrewrite 32 *")
$(ssl_config 4001 4002 4003 4004 4005)
END
import=(--import-ssl web.pem --import-ssl web.key --import-ssl x-ca.pem)
ssl_start

twice() { # PORT CURL-OPTION...: two requests on one connection
	local port=$1

	shift
	curl -sS --max-time 10 -k "$@" "https://$vip:$port/a" \
		"https://$vip:$port/b" 2>&1
}
fields='Fingerprint Subject-CN Issuer-CN Certificate-Version Serial-Number
	Data-Signature-Algorithm Subject Issuer Not-Before Not-After
	Public-Key-Algorithm RSA-Public-Key-Size RSA-Modulus-Size RSA-Modulus
	RSA-Exponent X509v3-Authority-Key-Identifier X509v3-Basic-Constraints
	X509v3-Subject-Key-Identifier Signature-Algorithm Signature'
all() { # FIRST NAMES HEAD: are they there, in this order?
	local n found

	found=$(tr -d '\r' <<<"$3" | sed -n "s/^$1\([^:]*\): ..*/\1/p")
	# X509v3-Authority-... and Subject-Key-... only when the certificate has them
	n=$(tr -s ' \t\n' '\n' <<<"$2")
	same "each field of $1, in order" "$found" \
		"$(grep -Fx -f <(printf '%s\n' "$found") <<<"$n")"
	ok "and no field is missing" [ "$(wc -l <<<"$found")" -ge \
		$(($(wc -l <<<"$n") - 2)) ]
}
o=$(twice 4001)
all Acme-ServerCert- "$fields" "$o"
all Acme-Session- "ID Cipher-Name Cipher-Key-Size Cipher-Use-Size
	Protocol-Version Step-Up Verify-Result" "$(twice 4001 --tls-max 1.2)"
has "the fingerprint is the certificate's" "$o" "^Acme-ServerCert-Fingerprint: $(
	openssl x509 -in web.pem -noout -fingerprint -md5 | sed 's/.*=//')"
has "the serial number too" "$o" "^Acme-ServerCert-Serial-Number: [0-9]+"
same "by itself, only the first request gets them" \
	"$(grep -c '^Acme-Session-Protocol-Version: TLSv1.3' <<<"$o")" 1
has "both requests are there" "$o" '^GET /b '
o=$(twice 4002)
same "insert-per-request: every one" "$(grep -c '^ONE: 1' <<<"$o")" 2
same "static: all lines" "$(grep -c '^TWO: 2' <<<"$o")" 2
o=$(twice 4003 --cert client.pem --key client.key)
all ClientCert- "$fields" "$(sed '/^GET .b /,$d' <<<"$o")"

lies=(-H "ClientCert-Subject-CN: root" -H "clientcert_subject-cn: root"
	-H "CLIENTCERT-Whatever: root" -H "Session-Verify-Result: ok"
	-H "One : 2" -H "OneMore: stays" -H "Session-Other: stays"
	-H "ClientCert-Long: $(head -c 9000 /dev/zero | tr '\0' r)oot")
o=$(twice 4003 "${lies[@]}")
lacks "header-filter: no field of a client's that looks like ours" "$o" \
	'[rR]oot|^One : 2'
same "header-filter: ours are there" "$(grep -c '^ONE: 1' <<<"$o")" 2
same "header-filter: others stay" "$(grep -c ': stays' <<<"$o")" 4
same "the verify result is ours alone" \
	"$(grep -ic '^Session-Verify-Result' <<<"$o")" 2
has "without the filter they come through" \
	"$(twice 4002 -H "ClientCert-Subject-CN: root")" \
	'^ClientCert-Subject-CN: root'
raw() { # PORT TEXT
	printf '%b' "$2" | timeout 5 openssl s_client -quiet -ign_eof \
		-connect $vip:$1 2>/dev/null
}
lacks "header-filter: nor in a folded line" "$(raw 4003 \
	'GET / HTTP/1.0\r\nClientCert-Subject-CN:\r\n root\r\n\r\n')" root
lacks "header-filter: what cannot be told apart is not passed on" "$(raw 4003 \
	'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.0\r\nClientCert-Subject-CN: root\r\n\r\n')" \
	root
lacks "header-filter: nor what leaves HTTP unasked" "$(raw 4003 \
	'GET / HTTP/1.1\r\nUpgrade: x\r\n\r\nGET / HTTP/1.0\r\nClientCert-Subject-CN: root\r\n\r\n')" \
	root
has "it goes on" "$(twice 4003)" '^GET /b '

to() { # PORT URL: the Location that comes back
	curl -sSk -i --max-time 10 "https://$vip:$1/to/$2" | tr -d '\r' |
		sed -n 's/^Location: //p'
}
same "rewrite: the lowest rule wins" \
	"$(to 4004 http://shop.example.com/x?y=1)" \
	"https://shop.example.com:8443/x?y=1"
same "rewrite: a prefix wildcard" "$(to 4004 http://www.example.com)" \
	"https://www.example.com"
same "rewrite: a suffix wildcard, with ports" \
	"$(to 4004 http://www.other.net:81/a)" "https://www.other.net:444/a"
same "rewrite: not another port" "$(to 4004 http://www.other.net/a)" \
	"http://www.other.net/a"
same "rewrite: not another host" "$(to 4004 http://elsewhere.net/)" \
	"http://elsewhere.net/"
same "rewrite: not what is https already" \
	"$(to 4004 https://www.example.com/)" "https://www.example.com/"
same "rewrite: * is everybody" "$(to 4005 http://any.net/)" "https://any.net/"
curl -sSk --max-time 5 "https://$vip:4005/" >out
row() {
	cli "show ssl urlrewrite" | awk -v p="$1" \
		'$2 == p { print $3, $4, $5, $6 }'
}
same "show ssl urlrewrite counts" "$(row 4004)" "6 3 0 3"
same "answers that redirect nowhere are searched only" "$(row 4005)" "2 1 0 0"
same "entries without rules have no row" "$(row 4001)" ""
switch_stop

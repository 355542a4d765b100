#!/bin/bash
# Every suite of the product's table, in faithful: one that the library can do is
# spoken as named, over TLS 1.0, and over SSL 3.0 where the library has that; one
# that it cannot do is refused by name.  (README: how to build against a library that
# has the old ones; its own client is taken then.)
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com || fail "openssl"
openssl dsaparam -genkey 1024 2>/dev/null | openssl pkcs8 -topk8 -nocrypt \
	-out dsa.key 2>/dev/null
openssl req -new -key dsa.key -subj "/CN=www.example.com" -out dsa.csr
ca_sign dsa x dsa.csr www.example.com
openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out dh.pem
mirror
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl associate cert dc dsa.pem
ssl associate dsakey dk dsa.key
ssl associate dhparam dh dh.pem
ssl-proxy-list l
$(ssl_entry 1 443 "version tls1" "dhparam dh" "dsacert dc" "dsakey dk")
$(ssl_config 443)
END
for f in web.pem web.key dsa.pem dsa.key dh.pem; do import+=(--import-ssl $f); done
library=$(ldd "$CSS" | awk '$1 ~ /^libssl/ { print $3 }')
client=${library%/lib/*}/bin/openssl
[ -x "$client" ] || client=openssl
modules=${library%/*}/ossl-modules
every="ALL:COMPLEMENTOFALL:@SECLEVEL=0"
its_openssl() {
	LD_LIBRARY_PATH=${library%/*} OPENSSL_MODULES=$modules timeout 10 \
		"$client" "$1" -provider legacy -provider default "${@:2}" 2>&1
}
said() { # VERSION: what the client says, with every suite that it has
	printf 'GET /1000 HTTP/1.0\r\n\r\n' | its_openssl s_client \
		-connect $vip:443 "$1" -cipher "$every" -ign_eof
}
set_suite() { # VERSION SUITE: the answers of a list that has only this one
	cli configure "service module" suspend "ssl-proxy-list l" suspend \
		"ssl-server 1 version $1" \
		"no ssl-server 1 cipher $(<suite)" \
		"ssl-server 1 cipher $2 10.10.5.51 80" active
	echo "$2" >suite
	cli configure "service module" active
}
echo rsa-with-aes-128-cbc-sha >suite
ssl_start --tls faithful
did=0
while read -r suite name; do
	o=$(set_suite tls1 $suite)
	if grep -q '^%%' <<<"$o"; then
		has "$suite: refused by name" "$o" "cannot do cipher $suite"
		continue
	fi
	did=$((did + 1))
	o=$(said -tls1)
	has "$suite: spoken over TLS 1.0" "$o" "Cipher is $name\$"
	has "$suite: the version" "$o" '^ *Protocol *: TLSv1$'
	has "$suite: and an answer" "$o" 'x{1000}'
	o=$(set_suite ssl3 $suite)
	if grep -q '^%%' <<<"$o"; then
		has "$suite: SSL 3.0 is refused by name" "$o" 'SSL 3.0 is not in'
		continue
	fi
	o=$(said -ssl3)
	has "$suite: spoken over SSL 3.0" "$o" "Cipher is $name\$"
	has "$suite: and that is the version" "$o" '^ *Protocol *: SSLv3$'
	has "$suite: with an answer" "$o" 'x{1000}'
done <<'END'
rsa-with-rc4-128-md5 RC4-MD5
rsa-with-rc4-128-sha RC4-SHA
rsa-with-des-cbc-sha DES-CBC-SHA
rsa-with-3des-ede-cbc-sha DES-CBC3-SHA
dhe-dss-with-des-cbc-sha DHE-DSS-DES-CBC-SHA
dhe-dss-with-3des-ede-cbc-sha DHE-DSS-DES-CBC3-SHA
dhe-rsa-with-des-cbc-sha DHE-RSA-DES-CBC-SHA
dhe-rsa-with-3des-ede-cbc-sha DHE-RSA-DES-CBC3-SHA
dh-anon-with-rc4-128-md5 ADH-RC4-MD5
dh-anon-with-des-cbc-sha ADH-DES-CBC-SHA
dh-anon-with-3des-ede-cbc-sha ADH-DES-CBC3-SHA
dhe-dss-with-rc4-128-sha DHE-DSS-RC4-SHA
rsa-export-with-rc4-40-md5 EXP-RC4-MD5
rsa-export-with-des40-cbc-sha EXP-DES-CBC-SHA
rsa-export1024-with-rc4-56-sha EXP1024-RC4-SHA
rsa-with-aes-128-cbc-sha AES128-SHA
rsa-with-aes-256-cbc-sha AES256-SHA
END
ok "some can be spoken ($did)" [ $did -ge 2 ]
if ! its_openssl ciphers "$every" | grep -q RC4-MD5; then
	echo "RC4, 3DES and SSL 3.0: not in $library, so only refused"
else
	ok "a library with the old suites has RC4 and 3DES" [ $did -ge 9 ]
	lacks "RC4 is counted" "$(cli "show ssl statistics ssl")" '^0 +RC4 calls'
	lacks "3DES is counted" "$(cli "show ssl statistics ssl")" '^0 +3-DES calls'
	lacks "MACs of SSL 3.0 are counted" "$(cli "show ssl statistics ssl")" \
		'^0 +SSL MAC\(MD5\) calls'
fi
switch_stop

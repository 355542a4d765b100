#!/bin/bash
# What scanners say: sslscan of both profiles against what is written down here,
# testssl.sh of modern, which must find nothing above "info" in what is the
# switch's: versions, suites, forward secrecy, and the attacks that it knows.
# labels: slow
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com || fail "openssl"
mirror
old() { # LINE...: a classic entry, whose suites the library may lack
	cat <<-END
		ssl associate cert c web.pem
		ssl associate rsakey k web.key
		ssl-proxy-list l
		ssl-server 1
		ssl-server 1 vip address 10.10.5.50
		ssl-server 1 rsacert c
		ssl-server 1 rsakey k
	END
	printf 'ssl-server 1 %s\n' "$@"
	ssl_config 443
}
import=(--import-ssl web.pem --import-ssl web.key)
scan() { # protocols and suites, one a line
	sslscan --no-colour --no-check-certificate --show-cipher-ids $vip:443 2>&1 |
		awk '/^(SSLv|TLSv).*(en|dis)abled/ || /^(Preferred|Accepted)/ || /vulnerable/' |
		sed -E 's/ +/ /g; s/ (Curve|DHE) .*//; s/ $//'
}

old "cipher rsa-with-3des-ede-cbc-sha 10.10.5.51 80" >startup
ssl_start
same "sslscan, modern" "$(scan)" "SSLv2 disabled
SSLv3 disabled
TLSv1.0 disabled
TLSv1.1 disabled
TLSv1.2 enabled
TLSv1.3 enabled
TLSv1.3 not vulnerable to heartbleed
TLSv1.2 not vulnerable to heartbleed
Preferred TLSv1.3 128 bits 0x1301 TLS_AES_128_GCM_SHA256
Accepted TLSv1.3 256 bits 0x1302 TLS_AES_256_GCM_SHA384
Accepted TLSv1.3 256 bits 0x1303 TLS_CHACHA20_POLY1305_SHA256
Preferred TLSv1.2 128 bits 0xC02F ECDHE-RSA-AES128-GCM-SHA256
Accepted TLSv1.2 256 bits 0xC030 ECDHE-RSA-AES256-GCM-SHA384
Accepted TLSv1.2 256 bits 0xCCA8 ECDHE-RSA-CHACHA20-POLY1305"
if command -v testssl >/dev/null; then
	timeout 800 testssl --quiet --color 0 --warnings batch --nodns none \
		--protocols --std --fs --vulnerable --jsonfile found.json \
		$vip:443 >testssl.out 2>&1
	ok "testssl.sh ran" [ "$(grep -c '"id"' found.json)" -ge 40 ]
	lacks "to its end" "$(cat found.json)" 'Scan interrupted'
	same "testssl.sh, modern: nothing above info" "$("$PYTHON" -c '
import json
for f in json.load(open("found.json")):
    if f["severity"] not in ("OK", "INFO") and f["id"] != "engine_problem":
        print(f["id"], f["severity"], f["finding"])')" ""
fi
switch_stop

old "cipher rsa-with-aes-128-cbc-sha 10.10.5.51 80 weight 3" \
	"cipher rsa-with-aes-256-cbc-sha 10.10.5.51 80" >startup
ssl_start --tls faithful
same "sslscan, faithful: the named suites by weight, and TLS 1.0" "$(scan)" \
	"SSLv2 disabled
SSLv3 disabled
TLSv1.0 enabled
TLSv1.1 disabled
TLSv1.2 disabled
TLSv1.3 disabled
TLSv1.0 not vulnerable to heartbleed
Preferred TLSv1.0 128 bits 0x002F AES128-SHA
Accepted TLSv1.0 256 bits 0x0035 AES256-SHA"
switch_stop

# What the library has of the old suites works; what it lacks is refused by name.
old "cipher rsa-with-rc4-128-md5 10.10.5.51 80" >startup
switch_start --startup startup "${import[@]}" --tls faithful
if openssl ciphers -s ALL:@SECLEVEL=0 | grep -q RC4-MD5; then
	has "faithful: RC4, since the library has it" "$(scan)" 'RC4-MD5'
else
	has "faithful: what the library lacks is refused by its name" \
		"$(cli "show startup-errors"; cli configure "ssl-proxy-list l" active)" \
		'cannot do cipher rsa-with-rc4-128-md5'
fi
switch_stop

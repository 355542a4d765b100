#!/bin/bash
# Additions of modern: several certificates on one VIP, OCSP responses handed out,
# a key log; and that faithful knows none of them.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com && ca_issue shop x shop.example.com &&
	ca_issue any x any.wild.example || fail "openssl"
# A certificate that names a responder, and the responder itself.
ca_key asked.key
openssl req -new -key asked.key -subj "/CN=asked.example.com" -out asked.csr
openssl x509 -req -in asked.csr -CA x-ca.pem -CAkey x-ca.key -days 30 \
	-extfile <(ca_ext end asked.example.com
		echo authorityInfoAccess=OCSP\;URI:http://10.10.5.80:8080/) \
	-out asked.pem 2>/dev/null
cat asked.pem x-ca.pem >asked-chain.pem
serial=$(openssl x509 -in asked.pem -noout -serial)
printf 'V\t401231235959Z\t\t%s\tunknown\t/CN=asked.example.com\n' \
	"${serial#serial=}" >index
# openssl's responder listens on every address, in this network of our own
background ocsp openssl ocsp -index index -port 8080 -rsigner x-ca.pem \
	-rkey x-ca.key -CA x-ca.pem -nmin 60
# (and a connection that only looks whether it is there would be its last)
within 10 grep -q waiting ocsp.log || fail "openssl ocsp"
mirror
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl associate cert shopc shop.pem
ssl associate rsakey shopk shop.key
ssl associate cert anyc any.pem
ssl associate rsakey anyk any.key
ssl associate cert askedc asked-chain.pem
ssl associate rsakey askedk asked.key
ssl-proxy-list l
$(ssl_entry 1 443 "lab sni shop.example.com shopc shopk" \
	"lab sni *.wild.example anyc anyk")
$(ssl_entry 2 8443 "rsacert askedc" "rsakey askedk" "lab ocsp-stapling" \
	"lab sni shop.example.com shopc shopk")
$(ssl_config 443 8443)
END
for f in {web,shop,any}.{pem,key} asked.key asked-chain.pem; do
	import+=(--import-ssl $f)
done
seen() { # PORT NAME OPTION...: the name of the certificate shown
	local name=(-noservername)

	[ -z "$2" ] || name=(-servername "$2")
	timeout 10 openssl s_client -connect $vip:$1 "${name[@]}" "${@:3}" \
		</dev/null 2>&1 | sed -n 's/^subject=.*CN = //p'
}
status() { # PORT NAME
	timeout 10 openssl s_client -connect $vip:$1 -servername "$2" -status \
		-CAfile x-ca.pem "${@:3}" </dev/null 2>&1
}

ssl_start --keylog keys --workers 2
for v in 2 3; do
	same "SNI: another name, another certificate (TLS 1.$v)" \
		"$(seen 443 shop.example.com -tls1_$v)" shop.example.com
	same "SNI: a star is one label" \
		"$(seen 443 x.WILD.example -tls1_$v)" any.wild.example
	same "SNI: two labels are not" \
		"$(seen 443 x.y.wild.example -tls1_$v)" www.example.com
	same "SNI: no name, the entry's own" "$(seen 443 "" -tls1_$v)" \
		www.example.com
done
has "SNI: data goes through" "$(curl -sS --cacert x-ca.pem --max-time 10 \
	--resolve shop.example.com:443:$vip https://shop.example.com/ 2>&1)" \
	'^Host: shop.example.com'
timeout 10 openssl s_client -connect $vip:443 -servername shop.example.com \
	-tls1_2 -sess_out s </dev/null >out 2>&1
has "SNI: sessions resume under their name" "$(timeout 10 openssl s_client \
	-connect $vip:443 -servername shop.example.com -tls1_2 -sess_in s \
	</dev/null 2>&1)" '^Reused, '
lacks "SNI: and not under another" "$(timeout 10 openssl s_client \
	-connect $vip:443 -servername www.example.com -tls1_2 -sess_in s \
	</dev/null 2>&1)" '^Reused, '

stapled() {
	grep -q 'Cert Status: good' <<<"$(status 8443 asked.example.com)"
}
ok "OCSP: the response is fetched and handed out" within 10 stapled
has "OCSP: it is for the client to check" \
	"$(status 8443 asked.example.com -tls1_2)" 'OCSP Response Status: successful'
has "OCSP: GnuTLS takes it" "$(timeout 10 gnutls-cli --x509cafile x-ca.pem \
	--verify-hostname asked.example.com -p 8443 $vip </dev/null 2>&1)" \
	'OCSP status request'
has "OCSP: none for a certificate without a responder" \
	"$(status 8443 shop.example.com)" 'OCSP response: no response sent'
has "OCSP: nor where nobody asked for it" "$(status 443 www.example.com)" \
	'OCSP response: no response sent'

has "the key log has the secrets of both versions" "$(cat keys)" '^CLIENT_RANDOM '
has "in the form that analyzers read" "$(cat keys)" \
	'^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]{64,96}$'
same "nobody else may read them" "$(stat -c %a keys)" 600
has "show ssl-proxy-list has them" "$(cli "show ssl-proxy-list l ssl-server 1")" \
	'^  Lab SNI: +shop.example.com shopc shopk$'
has "show lab extensions tells of all this" "$(cli "show lab extensions")" \
	'lab sni'
switch_stop
before=$(wc -l <keys)

ssl_start
seen 443 www.example.com >out
same "without --keylog nothing is written" "$(wc -l <keys)" "$before"
switch_stop

ssl_start --tls faithful
old=(-tls1 -cipher ALL:@SECLEVEL=0)
same "faithful: names are ignored" "$(seen 443 shop.example.com "${old[@]}")" \
	www.example.com
has "faithful: and no status is sent" "$(status 8443 asked.example.com \
	"${old[@]}")" 'OCSP response: no response sent'
lacks "faithful: no ticket, no extended master secret" "$(timeout 10 openssl \
	s_client -connect $vip:443 "${old[@]}" </dev/null 2>&1)" \
	'session ticket:|Extended master secret: yes'
switch_stop

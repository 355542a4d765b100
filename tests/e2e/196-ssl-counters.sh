#!/bin/bash
# What goes wrong in a handshake, row by row: the alert that the client gets, the
# counters that go up, and those that must not; then the counters of what goes well
# (ssl.md 1.9).
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_new y && ca_issue web x www.example.com &&
	ca_issue good x good.example && ca_issue stranger y stranger.example ||
	fail "openssl"
ca_key old.key
openssl req -new -key old.key -subj /CN=old -out old.csr
openssl x509 -req -in old.csr -CA x-ca.pem -CAkey x-ca.key -days -1 \
	-out old.pem 2>/dev/null
ca_key servers.key
openssl req -new -key servers.key -subj /CN=servers -out servers.csr
openssl x509 -req -in servers.csr -CA x-ca.pem -CAkey x-ca.key -days 30 \
	-extfile <(echo extendedKeyUsage=serverAuth) -out servers.pem 2>/dev/null
mirror
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl associate cert ca x-ca.pem
ssl-proxy-list l
$(ssl_entry 1 443 "version tls1")
$(ssl_entry 2 8443 "cacert ca" "authentication enable")
$(ssl_entry 3 9443 "tcp virtual syn-timeout 2")
$(ssl_config 443 8443 9443)
END
import=(--import-ssl web.pem --import-ssl web.key --import-ssl x-ca.pem)
ssl_start --workers 2

client() { # PORT OPTION...
	printf 'GET /5000 HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client \
		-connect $vip:$1 -ign_eof "${@:2}" 2>&1
}
attack() { # KIND [PORT]
	timeout 30 "$PYTHON" "$ROOT/tests/e2e/attack.py" "$1" $vip "${2:-443}" 1 &&
		echo "it ended well"
}
with() {
	echo "-cert $1.pem -key $1.key"
}
sent="Level 2 Alerts Sent" got="Level 2 Alerts Received"
sent1="Level 1 Alerts Sent" got1="Level 1 Alerts Received"
begun="Handshake started for incoming SSL connections"
ended="Handshake completed for incoming SSL connections"
failed="Client authentication failed"
# name | what the client does | what it must say | counter=difference, ...
wrong="a broken record|attack broken|it ended well|MAC failures for packets received=1,$sent=1,$ended=1
no certificate|client 8443 -tls1_3|certificate required|$sent=1,$failed=1
no certificate, TLS 1.2|client 8443 -tls1_2|handshake failure|$sent=1,$failed=1,$begun=1,$ended=0
an unknown CA|client 8443 -tls1_2 $(with stranger)|unknown ca|$sent=1,$failed=1
an expired certificate|client 8443 -tls1_2 $(with old)|certificate expired|$sent=1,$failed=1
no common suite|client 443 -tls1_2 -cipher CAMELLIA256-SHA|handshake failure|$sent=1,$begun=1,$ended=0
no common version|client 8443 -tls1 -cipher ALL:@SECLEVEL=0|protocol version|$sent=1,$begun=1,$ended=0
a client that distrusts us|client 443 -tls1_2 -CAfile y-ca.pem -verify_return_error|verify|$got=1,$sent=0,$ended=0
a certificate for another purpose|client 8443 -tls1_2 $(with servers)|unsupported certificate|$sent=1,$failed=1
no certificate, and still writing|attack writes 8443|it ended well|$sent=1,$failed=1,$begun=1
a cut hello|attack truncated|it ended well|$begun=1,$ended=0,$sent=0,$got=0
a slow hello|attack slow 9443|it ended well|$begun=1,$ended=0,$sent=0,$got=0
an orderly end|client 443 -tls1_2|HTTP/1.1 200|$begun=1,$ended=1,$sent1=1,$sent=0"

all() {
	cli "show ssl statistics" | sed -nE 's/^ *([0-9]+) +(.*)$/\2=\1/p'
}
value() { # ALL COUNTER
	sed -n "s/^$2=//p" <<<"$1" | head -n 1
}
quiet() { # until nothing is under way: closing takes a moment
	[ "$(value "$(all)" "Active SSL flows")" = 0 ]
}
differ() { # NAME BEFORE AFTER COUNTER=DIFFERENCE,...
	local want

	while IFS= read -r want; do
		same "$1: ${want%=*}" \
			$(($(value "$3" "${want%=*}") - $(value "$2" "${want%=*}"))) \
			"${want##*=}"
	done < <(tr ',' '\n' <<<"$4")
}
while IFS='|' read -r -u 4 name what says counters; do
	before=$(all)
	o=$($what)
	within 10 quiet || fail "$name leaves something open"
	[ -z "$says" ] || has "$name: what the client is told" "$o" "$says"
	differ "$name" "$before" "$(all)" "$counters"
	has "$name: others are served" "$(client 443)" 'HTTP/1.1 200'
	within 10 quiet || fail "a client leaves something open"
done 4<<<"$wrong"

# What goes well: work of keys, hashes, records, bytes.
priv="RSA Private Decrypt calls" pub="RSA Public Decrypt calls"
dh="DH Compute key calls"
cli_ok "clear ssl statistics"
well="RSA key exchange|443 -tls1_2 -cipher AES128-SHA|$priv=1,$pub=0,$dh=0,$ended=1
ECDHE, signed with RSA|443 -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256|$priv=1,$pub=0,$dh=1,TLS HMAC=0
TLS 1.3|443 -tls1_3|$priv=1,$pub=0,$dh=1,MD5 raw hash calls=0
a client's certificate|8443 -tls1_2 $(with good)|$priv=1,$pub=1,Client authentication succeeded=1
a client's certificate, TLS 1.3|8443 -tls1_3 $(with good)|$priv=1,$pub=1,$dh=1"
while IFS='|' read -r -u 4 name options counters; do
	before=$(all)
	has "$name: served" "$(client $options)" 'HTTP/1.1 200'
	within 10 quiet || fail "$name leaves something open"
	differ "$name" "$before" "$(all)" "$counters"
done 4<<<"$well"

client 443 -tls1_2 -sess_out session -cipher AES128-SHA >/dev/null
within 10 quiet
before=$(all)
has "a resumed session" "$(client 443 -tls1_2 -sess_in session)" '^Reused'
within 10 quiet
differ "resumption takes no work of keys" "$before" "$(all)" \
	"$priv=0,$pub=0,$dh=0,$ended=1"

# TLS 1.0: both hashes, and a MAC for each record.
before=$(all)
has "TLS 1.0: served" "$(client 443 -tls1 -cipher AES128-SHA:@SECLEVEL=0)" \
	'HTTP/1.1 200'
within 10 quiet
after=$(all)
md5=$(($(value "$after" "MD5 raw hash calls") - $(value "$before" "MD5 raw hash calls")))
ok "TLS 1.0: the messages are hashed ($md5)" [ $md5 -ge 8 ]
differ "TLS 1.0: by both" "$before" "$after" "SHA1 raw hash calls=$md5,HASH=$((2 * md5))"
mac=$(($(value "$after" "TLS MAC(SHA1) calls") - $(value "$before" "TLS MAC(SHA1) calls")))
ok "TLS 1.0: records have a MAC ($mac)" [ $mac -ge 2 ]

head="HTTP/1.1 200 OK
Content-Length: 5000

"
before=$(all)
client 443 -tls1_2 >/dev/null
within 10 quiet
differ "bytes" "$before" "$(all)" "SSL received Application Data bytes=$(
	printf 'GET /5000 HTTP/1.0\r\n\r\n' | wc -c),SSL transmitted Application Data bytes=$((
	5000 + $(wc -c <<<"$head") + 2))"
after=$(all)
ok "bytes of TCP are more than those of applications" [ \
	"$(value "$after" "SSL transmitted bytes to TCP")" -gt \
	"$(value "$after" "SSL transmitted Application Data bytes")" ]
same "and the difference has its own counter" "$(
	value "$after" "SSL transmitted non-application data bytes")" $((
	$(value "$after" "SSL transmitted bytes to TCP") -
	$(value "$after" "SSL transmitted Application Data bytes")))

background hold curl -sSkN --max-time 20 "https://$vip/slow/1000"
within 5 [ -s hold.log ]
flow() { cli "show ssl flows" | awk '$2 == 443 { print $3, $4, $5 }'; }
same "show ssl flows: an open one" "$(flow)" "1 1 0"
exec 3<>/dev/tcp/$vip/443
half() { [ "$(flow)" = "2 1 0" ] || [ "$(flow)" = "2 1 1" ]; }
ok "and one in its handshake" within 5 half
exec 3>&-
end hold
ok "and none" within 10 quiet
ok "the high water mark stays" [ "$(value "$(all)" \
	"Active SSL flows high water mark")" -ge 2 ]
switch_stop

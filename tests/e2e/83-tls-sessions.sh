#!/bin/bash
# Sessions resume in whichever worker the client lands, as long as the list
# allows it; client certificates are asked for, required or ignored.
# labels: traffic
# timeout: 90
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/ssl.sh
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com && ca_new y &&
	ca_issue client x client.example && ca_issue stranger y stranger.example ||
	fail "openssl"
background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.5.1:80
within 10 listens 127.10.5.1 80 || fail "web.py"

cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl associate cert ca x-ca.pem
ssl-proxy-list l
$(ssl_entry 1 443)
$(ssl_entry 2 8443 "session-cache 0")
$(ssl_entry 3 9443 "session-cache 2")
$(ssl_entry 4 4443 "cacert ca" "authentication enable")
$(ssl_entry 5 5443 "cacert ca" "authentication enable" "failure ignore")
$(ssl_config 443 8443 9443 4443 5443)
END
import=(--import-ssl web.pem --import-ssl web.key --import-ssl x-ca.pem)

resume() { # PORT MODE COUNT [WAIT]
	timeout 60 "$PYTHON" "$ROOT/tests/e2e/resume.py" "$vip:$1" "${@:2}" 2>&1
}
names() { # PORT S_CLIENT-OPTION...
	timeout 10 openssl s_client -connect "$vip:$1" "${@:2}" </dev/null 2>&1
}
get() { # PORT [CURL-OPTION...]
	curl -sS --max-time 10 --cacert x-ca.pem \
		--resolve "www.example.com:$1:$vip" "${@:2}" \
		"https://www.example.com:$1/" 2>&1
}

switch_start --startup startup "${import[@]}" --workers 2
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service one Alive
same "TLS 1.3 resumes in both workers" "$(resume 443 1.3 24)" 24
same "TLS 1.2 by ticket, too" "$(resume 443 1.2 24)" 24
same "and by session id" "$(resume 443 id 24)" 24
for mode in 1.3 1.2 id; do
	same "session-cache 0: no session is resumed ($mode)" \
		"$(resume 8443 $mode 4)" 0
	same "session-cache 2: at once it is ($mode)" \
		"$(resume 9443 $mode 4)" 4
	same "and after 4 seconds it is not ($mode)" \
		"$(resume 9443 $mode 1 4)" 0
done

has "the CA's name is sent" "$(names 4443 -tls1_2)" \
	'^O = Example, CN = x CA$'
has "nobody is asked for a certificate without need" "$(names 443 -tls1_2)" \
	'^No client certificate CA names sent'
lacks "none: not served" "$(get 4443)" '^one '
lacks "another CA's: not served" \
	"$(get 4443 --cert stranger.pem --key stranger.key)" '^one '
has "the right CA's: served" \
	"$(get 4443 --cert client.pem --key client.key)" '^one '
has "failure ignore: served without one" "$(get 5443)" '^one '
has "failure ignore: served with another CA's" \
	"$(get 5443 --cert stranger.pem --key stranger.key)" '^one '
has "failure ignore: served with the right CA's" \
	"$(get 5443 --cert client.pem --key client.key)" '^one '
# A session of an entry that asks for no certificate opens no other entry.
names 443 -tls1_2 -sess_out s12 >/dev/null
lacks "a session of another entry is no way in" \
	"$(names 4443 -tls1_2 -sess_in s12)" '^Reused'
switch_stop

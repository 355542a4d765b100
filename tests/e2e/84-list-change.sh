#!/bin/bash
# A list is changed under traffic, in the documented order: suspend the list,
# edit it, activate it, suspend the service, activate it.  Only the last step
# loads the change; what runs is disturbed by the fourth step only.
# labels: traffic
# timeout: 60
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/ssl.sh
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue old x old.example && ca_issue new x new.example ||
	fail "openssl"
background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.5.1:80
within 10 listens 127.10.5.1 80 || fail "web.py"
cat >startup <<END
ssl associate cert oldc old.pem
ssl associate rsakey oldk old.key
ssl associate cert newc new.pem
ssl associate rsakey newk new.key
ssl-proxy-list l
ssl-server 1
ssl-server 1 vip address 10.10.5.50
ssl-server 1 rsacert oldc
ssl-server 1 rsakey oldk
ssl-server 1 cipher rsa-with-aes-128-cbc-sha 10.10.5.51 80
backend-server 9
backend-server 9 type initiation
backend-server 9 ip address 10.10.5.9
backend-server 9 port 80
backend-server 9 server-ip 10.10.5.9
backend-server 9 server-port 443
backend-server 9 cipher rsa-with-aes-128-cbc-sha
active
$(ssl_service module 2)
service out
type ssl-init
slot 2
ip address 10.10.5.9
protocol tcp
port 80
keepalive type none
add ssl-proxy-list l
active
$(ssl_clear)
content tls
vip address 10.10.5.50
protocol tcp
port 443
add service module
active
END

served() { # the certificate that a new client meets
	timeout 5 openssl s_client -connect 127.10.5.50:443 </dev/null 2>&1 |
		sed -n 's/^subject=.*CN = //p'
}
holder() { # a client whose answer does not end
	background "hold$1" curl -sSkN --max-time 40 \
		--resolve old.example:443:127.10.5.50 https://old.example/hold
	within 5 grep -q one "$T/hold$1.log" || fail "no answer to holder $1"
}
lives() {
	kill -0 "${pid[hold$1]}" 2>/dev/null
}
gone() {
	not lives "$1"
}
flows() {
	cli "show ssl flows" | awk '$1 == "10.10.5.50" && $2 == 443 { print $4 }'
}

switch_start --startup startup --import-ssl old.pem --import-ssl old.key \
	--import-ssl new.pem --import-ssl new.key --workers 2
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service one Alive
same "an address has one row, though two services have the list" \
	"$(cli "show ssl flows" | grep -c '10\.10\.5\.50 ')" 1
same "the old certificate is served" "$(served)" old.example
holder 1
same "the flow is counted once" "$(flows)" 1
has "an active list is not edited" "$(cli configure "ssl-proxy-list l" \
	"no ssl-server 1 rsacert")" '^%%'

cli_ok configure "ssl-proxy-list l" suspend
same "list suspended: still served" "$(served)" old.example
cli_ok configure "ssl-proxy-list l" "no ssl-server 1 rsacert" \
	"no ssl-server 1 rsakey" "ssl-server 1 rsacert newc"
same "list edited: the old certificate" "$(served)" old.example
has "half a pair does not get active" \
	"$(cli configure "ssl-proxy-list l" active)" '^%%'
cli_ok configure "ssl-proxy-list l" "ssl-server 1 rsakey newk" active
same "list active: the old certificate" "$(served)" old.example
ok "nothing of this disturbed the flow" lives 1
cli_ok configure "service module" suspend
ok "service suspended: its flows are reset" within 5 gone 1
same "and nobody is served" "$(served)" ""
cli_ok configure "service module" active
same "service active: the new certificate" "$(served)" new.example
holder 2
# In one line, too: the switch may not notice only that it is active again.
cli_ok configure "service module" "suspend;active"
ok "suspended and activated in one line: reset" within 5 gone 2
same "and served again" "$(served)" new.example
holder 3
cli_ok configure "host unrelated 10.9.9.9" "ssl-proxy-list l" suspend active
ok "what has nothing to do with it disturbs nothing" lives 3
same "one flow is there" "$(flows)" 1
end hold3
ok "and none when the client has left" within 5 eval '[ "$(flows)" = 0 ]'

# A list that cannot be loaded is told of once, not with every line.
cli_ok configure "ssl-proxy-list l" suspend
cli_ok configure "service module" suspend
has "a service with a suspended list" \
	"$(cli configure "service module" active)" '^%%'
lacks "does not spoil the next line" \
	"$(cli configure "host another 10.9.9.8")" '^%%'
switch_stop

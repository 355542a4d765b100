#!/bin/bash
# Clients take every descriptor that traffic may have: the switch waits without
# turning in circles, its keepalives and operators go on, and it recovers.
# labels: traffic
# timeout: 60
. "$(dirname "$0")/lib.sh"

ca_new x && ca_issue web x www.example.com || fail "openssl"
background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.5.1:80
within 10 listens 127.10.5.1 80 || fail "web.py"
cat >startup <<'END'
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl-proxy-list l
ssl-server 1
ssl-server 1 vip address 10.10.5.50
ssl-server 1 rsacert c
ssl-server 1 rsakey k
ssl-server 1 cipher rsa-with-aes-128-cbc-sha 10.10.5.51 80
active
service module
type ssl-accel
slot 2
keepalive type none
add ssl-proxy-list l
active
service one
ip address 10.10.5.1
protocol tcp
port 80
keepalive type tcp
keepalive frequency 2
keepalive retryperiod 2
active
owner web
content clear
vip address 10.10.5.51
protocol tcp
port 80
add service one
active
content tls
vip address 10.10.5.50
protocol tcp
port 443
add service module
active
END

get() {
	curl -sS --max-time 10 --cacert x-ca.pem \
		--resolve www.example.com:443:127.10.5.50 \
		https://www.example.com/ 2>&1
}
ticks() {
	awk '{ print $14 + $15 }' "/proc/${pid[switch]}/stat"
}

printf '#!/bin/sh\nulimit -n 256\nexec "%s" "$@"\n' "$CSS" >few
chmod +x few
CSS=$T/few
switch_start --startup startup --import-ssl web.pem --import-ssl web.key \
	--workers 2
wait_service one Alive
has "traffic passes" "$(get)" '^one '
cat >crowd.py <<'END'
import socket
import time
held = []
for _ in range(600):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(("127.10.5.50", 443))
    held.append(s)
print("held", flush=True)
time.sleep(40)
END
background crowd "$PYTHON" crowd.py
within 10 grep -q held crowd.log || fail "crowd.py"
sleep 1
before=$(ticks)
sleep 4
used=$(($(ticks) - before))
ok "waiting costs no CPU ($used ticks in 4 s)" [ $used -lt 80 ]
ok "keepalives go on" service_is one Alive
has "the log names the cure" "$(cli "show log sys.log")" \
	'no descriptors are left for new connections; raise'
told=$(cli "show log sys.log" | grep -c ulimit)
ok "and is not filled with it ($told lines)" [ "$told" -le 6 ]
cli_ok "copy running-config startup-config"
ok "the configuration can be saved" [ -s "$DISK/startup-config" ]
served() {
	grep -q '^one ' <<<"$(get)"
}
ok "others are served: the oldest handshakes make room" within 20 served
ok "and the crowd is still there" kill -0 "${pid[crowd]}"
end crowd
ok "it recovers" within 10 eval 'get | grep -q "^one "'
switch_stop

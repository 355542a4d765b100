#!/bin/bash
# Global configuration on a switch that runs: what is sealed stays sealed over a
# reboot, certificates that end soon are told of, clients are told how much a
# segment may carry.
# timeout: 60
. "$(dirname "$0")/lib.sh"

openssl req -x509 -newkey rsa:2048 -nodes -keyout soon.key -out soon.pem \
	-days 5 -subj /CN=soon 2>/dev/null &&
	openssl req -x509 -newkey rsa:2048 -nodes -keyout late.key -out late.pem \
		-days 90 -subj /CN=late 2>/dev/null || fail openssl
import=(--import-ssl soon.pem --import-ssl late.pem)
background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.6.1:80
within 10 listens 127.10.6.1 80 || fail "web.py"
switch_start "${import[@]}"

cli_ok configure "ssl associate cert ends-soon soon.pem" \
	"ssl associate cert ends-late late.pem" \
	'app session 10.1.1.2 14 authChallenge "SecretOne77" encryptMd5hash' \
	'app-udp options 10.1.1.2 encrypt-md5hash "SecretTwo77"' \
	'dfp 10.1.1.3 key "SecretThree77" max-agent-wt 100' \
	'dns-boomerang client domain www.x.com 10.1.1.4 "/i" key "SecretFour77"' \
	"flow tcp-mss 700" \
	"service one" "ip address 10.10.6.1" "port 80" "keepalive type none" \
	active "owner web" "content one" "vip address 10.10.6.50" \
	"protocol tcp" "port 80" "add service one" active end \
	"copy running-config startup-config" >/dev/null

before=$(cli "show running-config global")
lacks "secrets are not shown" "$before" 'Secret'
has "but sealed" "$before" 'key des-encrypted [0-9a-f]+ max-agent-wt 100'
lacks "nor are they on the disk" \
	"$(grep -rl 'Secret[OTF]' "$DISK" || true)" .

told() {
	cli "show log sys.log" | grep -q "SSLACCEL-4: Certificate $1"
}
switch_stop
switch_start "${import[@]}"
same "they come back sealed" "$(cli "show running-config global")" "$before"
ok "a certificate that ends soon is told of" within 5 told \
	"ends-soon will expire in 5 days"
ok "one that ends late is not" not told ends-late

cat >segment.py <<'END'
import socket
s = socket.create_connection(("127.10.6.50", 80), 5)
s.sendall(b"GET / HTTP/1.0\r\n\r\n")
s.recv(100)
print(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))
END
ok "clients are told how much a segment may carry" \
	test "$("$PYTHON" segment.py)" -le 700
cli_ok configure "no flow tcp-mss" >/dev/null
ok "and when it may carry more" test "$("$PYTHON" segment.py)" -gt 1460
has "what needs a peer says so" "$(cli 'rcmd 10.1.1.2 "show clock"')" \
	'%% APP is not enabled'

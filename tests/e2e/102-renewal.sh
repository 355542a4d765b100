#!/bin/bash
# What operators did most: an expect session over Telnet renews a certificate
# while traffic runs: new key, request out of the screen, the CA's answer by FTP,
# check, associate, swap in the list.  Clients see the old certificate before and
# the new one after, and no request fails but while the list is suspended.
# timeout: 120
. "$(dirname "$0")/lib.sh"

ca_new x && ca_issue old x shop.example.com || fail "openssl"
mkdir ftp www
cp old.pem old.key ftp/
echo "the page" >www/index.html
background ftp "$PYTHON" "$ROOT/tests/e2e/ftpserver.py" 127.10.4.98:21 \
	operator secret "$T/ftp"
background www "$PYTHON" -m http.server -d www --bind 127.10.5.11 8000
within 10 listens 127.10.4.98 21 || fail "the FTP server does not start"
within 10 listens 127.10.5.11 8000 || fail "the web server does not start"

switch_start --telnet 127.10.1.3:2323
cli_ok 'copy running-config startup-config' configure \
	'ftp-record certs 10.10.4.98 operator "secret" /' \
	'copy ssl ftp certs import old.pem PEM "rack"' \
	'copy ssl ftp certs import old.key PEM "rack"' \
	"ssl associate cert shop-2026 old.pem" \
	"ssl associate rsakey shop-key-2026 old.key" \
	"ssl-proxy-list front" "ssl-server 1" \
	"ssl-server 1 vip address 10.10.5.1" "ssl-server 1 port 8443" \
	"ssl-server 1 rsacert shop-2026" "ssl-server 1 rsakey shop-key-2026" \
	"ssl-server 1 cipher rsa-with-aes-128-cbc-sha 10.10.5.2 8080" \
	"active" "service module" "type ssl-accel" "slot 2" \
	"keepalive type none" "add ssl-proxy-list front" "active" \
	"service web" "ip address 10.10.5.11" "port 8000" \
	"keepalive type none" "active" "owner shop" "content tls" \
	"vip address 10.10.5.1" "protocol tcp" "port 8443" \
	"add service module" "active" "content clear" \
	"vip address 10.10.5.2" "protocol tcp" "port 8080" "add service web" \
	"active" end >/dev/null

page() {
	curl -s --max-time 10 --cacert x-ca.pem \
		--resolve shop.example.com:8443:127.10.5.1 \
		https://shop.example.com:8443/
}
serial() {
	openssl s_client -connect 127.10.5.1:8443 </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}
same "the page over the old certificate" "$(page)" "the page"
before=$(serial)
same "its serial number" "$before" "$(openssl x509 -in old.pem -noout -serial)"

cat >renew.exp <<'END'
set timeout 30
log_user 0
match_max 200000
set doing {}
proc bad {what} {
	global expect_out
	global doing
	send_user "NOT SEEN: $what (last line: $doing)\n"
	catch {send_user "buffer: $expect_out(buffer)\n"}
	exit 1
}
proc see {what} {
	expect {
		-re {\n%% [^\r\n]*} {bad "$what, but $expect_out(0,string)"}
		-re $what {}
		timeout {bad $what}
		eof {bad "$what (closed)"}
	}
}
proc do {line} {
	global doing
	set doing $line
	send "$line\r"
	see {CSS11503(\([^)]*\))?# $}
}
spawn -noecho telnet 127.10.1.3 2323
see {User Name:}
send "admin\r"
see {Password:}
send "system\r"
see {CSS11503# $}
do "terminal length 65535"
do "configure"
send "ssl genrsa shop-2027.key 2048 \"rack\"\r"
see {Please be patient}
see {CSS11503\(config\)# $}
do "ssl associate rsakey shop-key-2027 shop-2027.key"

# the request's dialogue, then the request as it stands on the screen
send "ssl gencsr shop-key-2027\r"
foreach {label text} {
	{Country Name} US {State or Province} MA {Locality} Boxborough
	{Organization Name} {Example Shop} {Organizational Unit} .
	{Common Name} shop.example.com {Email} .
} {
	see "$label\[^\r\n\]*\\]"
	send "$text\r"
}
expect {
	-re {(-----BEGIN CERTIFICATE REQUEST-----.*-----END CERTIFICATE REQUEST-----)} {
		set request [string map {"\r" ""} $expect_out(1,string)]
	}
	timeout {bad "the request"}
}
set f [open "shop-2027.csr" w]
puts $f $request
close $f
see {CSS11503\(config\)# $}
exec bash -c {. "$CA"; ca_sign shop-2027 x shop-2027.csr shop.example.com; cp shop-2027.pem ftp/}

send "copy ssl ftp certs import shop-2027.pem PEM \"rack\"\r"
see {Completed successfully}
see {CSS11503\(config\)# $}
do "ssl associate cert shop-2027 shop-2027.pem"
send "ssl verify shop-2027 shop-key-2027\r"
see {matches}
see {CSS11503\(config\)# $}
send "ssl verify shop-2026 shop-key-2027\r"
expect {
	-re {does not match} {}
	timeout {bad "the old certificate does not match the new key"}
}
see {CSS11503\(config\)# $}

# the swap: service and list suspended, changed, activated
do "service module"
do "suspend"
do "ssl-proxy-list front"
do "suspend"
do "ssl-server 1 rsacert shop-2027"
do "ssl-server 1 rsakey shop-key-2027"
do "active"
do "service module"
do "active"
do "exit"

# the old ones go; the product asks before it deletes
do "no ssl associate cert shop-2026"
do "no ssl associate rsakey shop-key-2026"
do "exit"
do "clear ssl file old.pem \"rack\""
do "clear ssl file old.key \"rack\""
do "write memory"
do "copy profile user-profile"
send "exit\r"
expect {
	eof {}
	-re {changes have occurred} {bad "a question after everything was saved"}
	timeout {bad "the end of the session"}
}
send_user "renewed\n"
END
export CA=$ROOT/examples/federation/ca.sh
ok "the whole session" expect -f renew.exp

within 10 page >/dev/null || fail "no page after the renewal"
same "the page over the new certificate" "$(page)" "the page"
after=$(serial)
same "the new serial number" "$after" \
	"$(openssl x509 -in shop-2027.pem -noout -serial)"
lacks "another one than before" "$after" "$before"
files=$(cli "show ssl files")
has "the new files" "$files" 'shop-2027\.pem'
lacks "the old files are gone" "$files" 'old\.(pem|key)'

# what was saved boots into the same
switch_stop
switch_start --telnet 127.10.1.3:2323
within 20 page >/dev/null || fail "no page after a restart"
same "after a restart, too" "$(serial)" "$after"
switch_stop

#!/bin/bash
# Every type of keepalive against real servers (nginx, pyftpdlib, openssl): what
# makes a service Alive, Dying and Down, what is asked of the server, and what the
# shows, the log and the counters say of it.
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
export PATH=$PATH:/usr/sbin
S=127.9.1.11 # of the servers; 10.9.1.11 in the configuration
H=10.9.1.11

# ---- the servers -------------------------------------------------------------------
mkdir -p web/tmp web/root ftp
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=web -days 2 \
	-keyout web/key.pem -out web/cert.pem 2>/dev/null
echo fine >web/root/health.html
echo other >web/root/index.html
cat >web/nginx.conf <<END
daemon off;
master_process off;
pid $T/web/pid;
error_log $T/web/error.log;
events {}
http {
	log_format asked '\$connection \$server_port "\$request" \$status "\$http_host" "\$http_connection"';
	access_log $T/web/access.log asked;
$(nginx_temp "$T/web/tmp")
	root $T/web/root;
	server {
		listen $S:8080;
		listen $S:8081;
		listen $S:8443 ssl;
		ssl_certificate $T/web/cert.pem;
		ssl_certificate_key $T/web/key.pem;
	}
}
END
web_start() {
	background web nginx -c "$T/web/nginx.conf"
	within 10 listens $S 8080 || fail "nginx does not start"
}
web_start
background ftp $PYTHON "$ROOT/tests/e2e/ftpserver.py" $S:2121 user pass "$T/ftp"
background tls openssl s_server -accept $S:4433 -quiet \
	-key web/key.pem -cert web/cert.pem
within 10 listens $S 2121 || fail "no FTP server"
within 10 listens $S 4433 || fail "no TLS server"

# ---- each type is Alive ---------------------------------------------------------------
switch_start
service() { # NAME LINE...
	local name=$1

	shift
	cli_ok configure "service $name" "ip address $H" \
		"keepalive frequency 2" "keepalive retryperiod 2" \
		"keepalive maxfailure 2" "$@" active >/dev/null
}
cli_ok configure "ftp-record good $H user \"pass\"" \
	"ftp-record bad $H user \"wrong\"" \
	"logging subsystem keepalive level info-6" >/dev/null
service none "keepalive type none"
service ping "keepalive type icmp"
service tcp "port 8080" "keepalive type tcp"
service head "port 8080" "keepalive type http"
service each "port 8081" "keepalive type http non-persistent"
service get "port 8080" "keepalive type http" "keepalive method get" \
	'keepalive uri "/health.html"'
service code "port 8080" "keepalive type http" 'keepalive uri "/missing"' \
	"keepalive http-rspcode 404"
service hash "port 8080" "keepalive type http" "keepalive method get" \
	"keepalive hash \"$(md5sum <web/root/index.html | cut -c1-32)\""
service https "port 8443" "keepalive type http" "keepalive encrypt" \
	"keepalive method get"
service ssl "port 4433" "keepalive type ssl"
service ftp "port 2121" "keepalive type ftp good"
all="none ping tcp head each get code hash https ssl ftp"
for name in $all; do
	wait_service $name Alive
done
before=$(cli "show service ftp")
has "a service that came up has one transition" "$before" \
	'State Transitions: +1$'

# ---- what servers were asked ---------------------------------------------------------
connections() { # PORT METHOD: lines, and how many connections they came by
	grep -E "^[0-9]+ $1 \"$2 " web/access.log |
		awk '{ n++; seen[$1] } END { for (c in seen) m++; print n, m }'
}
asked_thrice() {
	local n
	read -r n _ <<<"$(connections "$@")"
	[ "${n:-0}" -ge 3 ]
}
ok "the probes go on" within 20 asked_thrice 8443 GET
ok "and on" within 20 asked_thrice 8081 HEAD
read -r n m <<<"$(connections 8443 GET)"
same "one connection serves all encrypted probes" "$m" 1
read -r n m <<<"$(connections 8081 HEAD)"
same "without persistence each has its own" "$m" "$n"
same "HEAD probes of three services came by as many connections" \
	"$(connections 8080 HEAD | cut -d' ' -f2)" 2
has "the request is the product's" "$(grep ' 8080 ' web/access.log)" \
	"\"HEAD / HTTP/1.1\" 200 \"$H\" \"Keep-Alive\""
has "and says when no other will come" "$(grep ' 8081 ' web/access.log)" \
	"\"HEAD / HTTP/1.1\" 200 \"$H\" \"close\""

# ---- what is not well -------------------------------------------------------------------
service code2 "port 8080" "keepalive type http" 'keepalive uri "/missing"'
service hash2 "port 8080" "keepalive type http" "keepalive method get" \
	'keepalive hash "00112233445566778899aabbccddeeff"'
service https2 "port 8080" "keepalive type http" "keepalive encrypt"
service ssl2 "port 8080" "keepalive type ssl"
# (that server thinks for 3 s before it refuses)
service ftp2 "port 2121" "keepalive frequency 6" "keepalive type ftp bad"
service ftp3 "port 8080" "keepalive type ftp good"
service tcp2 "port 8082" "keepalive type tcp"
why() { # SERVICE TEXT
	cli "show service $1" | grep -qF "Last Probe Failure: $2"
}
while IFS='|' read -r name text; do
	ok "$name says why: $text" within 20 why "$name" "$text"
	ok "$name is down" within 10 service_is "$name" Down
done <<END
code2|$H:8080 answered 404 instead of 200
hash2|the page has another hash: $(md5sum <web/root/index.html | cut -c1-32)
https2|TLS with $H:8080 fails
ssl2|$H:8080 does not answer with an SSL hello
ftp2|$H:2121 refuses the password: 530
ftp3|no answer from $H within 1 s
tcp2|cannot connect to $H:8082: Connection refused
END

# ---- a page that changes, and E30's named keepalive ---------------------------------------
cli_ok configure "keepalive ka80" "ip address $H" "port 8080" "type http" \
	"method get" 'uri "/health.html"' "frequency 3" "maxfailure 2" \
	"retryperiod 2" "logging enable" active "service web1" "ip address $H" \
	"protocol tcp" "port 80" "keepalive type named ka80" active >/dev/null
wait_service web1 Alive
echo changed >web/root/health.html
ok "a changed page is a failure" within 10 service_is web1 Dying
ok "and takes the service out" within 10 service_is web1 Down
ok "of each service that compares it" within 10 service_is get Down
has "with its reason" "$(cli "show service get")" \
	"Last Probe Failure: the page has changed: its hash is $(md5sum <web/root/health.html | cut -c1-32)"
echo fine >web/root/health.html
wait_service get Alive
wait_service web1 Alive
echo changed >web/root/health.html
ok "and again" within 15 service_is get Down
cli_ok configure "service get" suspend active >/dev/null
wait_service get Alive
has "suspend and active learn the new page" "$(cli "show keepalive AUTO_get")" \
	"Hash: +$(md5sum <web/root/health.html | cut -c1-32)"
ok "which the named keepalive misses" within 10 service_is web1 Down
cli_ok configure "keepalive ka80" suspend active >/dev/null
wait_service web1 Alive
has "each check of a named keepalive is logged when it says so" \
	"$(cat "$DISK"/log/*)" 'KAL-6: Service web1: probe: success'
has "with what failed" "$(cat "$DISK"/log/*)" \
	'KAL-6: Service web1: probe: the page has changed'
lacks "those of others are not" "$(cat "$DISK"/log/*)" 'KAL-6: Service get'

# ---- a server that goes and comes --------------------------------------------------------
transitions() { # SERVICE
	cli "show service $1" | sed -n 's/.*State Transitions: *//p'
}
was=$(transitions head)
end web
ok "a server that is gone is Dying first" within 10 service_is head Dying
ok "then Down" within 10 service_is head Down
web_start
wait_service head Alive
same "Down and Alive are transitions, Dying is none" "$(transitions head)" \
	$((was + 2))
log=$(cat "$DISK"/log/*)
has "they are traps, and in the log" "$log" \
	'NETMAN-2: Enterprise:Service Transition:head -> down$'
has "both" "$log" 'NETMAN-2: Enterprise:Service Transition:head -> alive$'
lacks "Dying is in neither" "$log" 'Transition:[a-z0-9]* -> dying'

# ---- the shows -----------------------------------------------------------------------------
answer=$(cli "show keepalive AUTO_get")
while IFS='|' read -r label text; do
	has "$label is shown" "$answer" "^$text\$"
done <<END
the name|Name:     AUTO_get            Index: +[0-9]+      State: ALIVE
the description|    Description:     Auto generated for service get
the target|    Address:         10.9.1.11    Port: 8080
the type|    Type:            HTTP:GET:/health.html
the encryption|    Encryption:      Disabled
the code|    Response Code:   200
the frequency|    Frequency:       2
the limit|    Max Failures:    2
the retries|    Retry Frequency: 2
the end|    TCP Close:       RST
END
has "a summary has a line for each" "$(cli "show keepalive-summary")" \
	'^AUTO_ftp2 +Down +10.9.1.11$'
has "named ones, too" "$(cli "show keepalive-summary")" \
	'^ka80 +Alive +10.9.1.11$'
service tcp3 "port 8080" "keepalive type tcp" # equal to tcp
wait_service tcp3 Alive
answer=$(cli "show keepalive AUTO_tcp")
same "services with equal keepalives share one" \
	"$(sed -n '/Dependent Services:/,$p' <<<"$answer" | sed 1d |
		tr -d ' ' | tr '\n' ' ')" "tcp tcp3 "
has "so there is no other" "$(cli "show keepalive AUTO_tcp3")" \
	'^%% .*AUTO_tcp3'
cli_ok configure "service tcp" suspend >/dev/null
has "until its service is suspended" "$(cli "show keepalive AUTO_tcp3")" \
	'^        tcp3$'
cli_ok configure "service tcp" active >/dev/null
has "show service has the keepalive" "$(cli "show service get")" \
	'^  Keepalive: \(HTTP-8080:GET:/health.html   2   2   2 \)$'
has "and its encryption" "$(cli "show service https")" \
	'^  Keepalive Encryption: Enabled$'
has "of a named one its own times" "$(cli "show service web1")" \
	'^  Keepalive: \(ka80   3   2   2 \)$'
has "configurations keep them" "$(cli "show running-config service https")" \
	'^  keepalive encrypt $'
switch_stop

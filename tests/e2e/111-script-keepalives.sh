#!/bin/bash
# Scripts as keepalives: the ones that come with the switch against real servers,
# failures with their reasons, sixteen at once, and one that never ends.
# timeout: 240
. "$(dirname "$0")/lib.sh"
[ -n "${CSS_NETNS:-}" ] && [ "$(id -u)" = 0 ] || {
	echo "needs a network of its own and the low ports"
	exit 77
}
export PATH=$PATH:/usr/sbin
S=127.9.1.11 # of the servers; 10.9.1.11 in the configuration

# ---- the servers -------------------------------------------------------------------
mkdir -p web/tmp
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=web -days 2 \
	-keyout web/key.pem -out web/cert.pem 2>/dev/null
printf 'user:%s\n' "$(openssl passwd -apr1 pass)" >web/users
cat >web/nginx.conf <<END
daemon off;
master_process off;
pid $T/web/pid;
error_log $T/web/error.log;
events {}
http {
	access_log off;
$(nginx_temp "$T/web/tmp")
	server {
		listen $S:80 default_server;
		listen $S:443 ssl;
		ssl_certificate $T/web/cert.pem;
		ssl_certificate_key $T/web/key.pem;
		location = /ok { return 200 "fine"; }
		location = /auth {
			auth_basic "members";
			auth_basic_user_file $T/web/users;
			try_files /users =200;
			root $T/web;
		}
		location = /cookie {
			if (\$http_cookie !~ "id=7") { return 403; }
			return 200 "known";
		}
		location / { return 404; }
	}
	server {
		listen $S:80;
		server_name shop.example.com;
		location / { return 200 "shop"; }
	}
}
END
background web nginx -c "$T/web/nginx.conf"
background smtp $PYTHON -m aiosmtpd -n -l "$S:25"
background dns dnsmasq -k -C /dev/null --no-resolv --no-hosts --user=root \
	--port=53 --listen-address=$S --bind-interfaces \
	--host-record=www.example.com,10.1.2.3 --local=/example.com/
mkdir ftp
background ftp $PYTHON "$ROOT/tests/e2e/ftpserver.py" $S:21 user pass "$T/ftp"
mkdir -p mail/run mail/box
cat >mail/dovecot.conf <<END
base_dir = $T/mail/run
log_path = $T/mail/log
protocols = imap pop3
listen = $S
ssl = no
disable_plaintext_auth = no
mail_location = maildir:$T/mail/box
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
service imap-login {
	chroot =
}
service pop3-login {
	chroot =
}
service anvil {
	chroot =
}
passdb {
	driver = static
	args = password=pass
}
userdb {
	driver = static
	args = uid=nobody gid=nogroup home=$T/mail/box
}
END
chown -R nobody:nogroup mail/box
chmod 755 "$T" mail mail/run
background mail dovecot -F -c "$T/mail/dovecot.conf"
mkdir ldap
cat >ldap/slapd.conf <<END
include /etc/ldap/schema/core.schema
pidfile $T/ldap/pid
database ldif
suffix "dc=example,dc=com"
directory $T/ldap
END
background ldap slapd -f "$T/ldap/slapd.conf" -h "ldap://$S" -d 0
cat >inetd.conf <<END
$S:echo stream tcp nowait root internal
$S:time stream tcp nowait root internal
$S:finger stream tcp nowait nobody /usr/sbin/in.fingerd in.fingerd
END
background inetd inetd -i "$T/inetd.conf"
for port in 80 443 25 53 21 110 143 389 7 37 79; do
	within 15 listens $S $port || fail "no server on port $port"
done

# ---- what is well --------------------------------------------------------------------
switch_start
service() { # NAME SCRIPT "ARGUMENTS" [use-output]
	cli_ok configure "service $1" "ip address 10.9.1.11" \
		"keepalive frequency 4" "keepalive retryperiod 2" \
		"keepalive maxfailure 1" \
		"keepalive type script $2 ${3:+\"$3\"} ${4:-}" active
}
script_error() { # SERVICE
	cli "show service $1" | sed -n 's/^  Script Error: //p'
}
H=10.9.1.11
good=(
	"http ap-kal-http|$H /ok"
	"httplist ap-kal-httplist|$H /ok $H /ok"
	"httptag ap-kal-httptag|$H / shop.example.com"
	"httpauth ap-kal-httpauth|$H /auth user pass"
	"cookie ap-kal-setcookie|$H /cookie id=7"
	"smtp ap-kal-smtp|$H"
	"pop3 ap-kal-pop3|$H user pass"
	"imap4 ap-kal-imap4|$H user pass"
	"mailhost ap-kal-mailhost|$H"
	"ftp ap-kal-ftp|$H user pass"
	"dns ap-kal-dns|$H www.example.com"
	"ldap ap-kal-ldap|$H"
	"ssl ap-kal-ssl|$H"
	"ports ap-kal-tcp-ports|$H 25 80 110"
	"ping ap-kal-pinglist|$H 10.9.1.12"
	"echo ap-kal-echo|$H"
	"finger ap-kal-finger|$H root"
	"time ap-kal-time|$H"
)
for row in "${good[@]}"; do
	read -r name script <<<"${row%%|*}"
	service "$name" "$script" "${row#*|}"
done
for row in "${good[@]}"; do
	name=${row%% *}
	within 15 service_is "$name" Alive ||
		fail "$name: $(script_error "$name")"
	proven=$((proven + 1))
done
answer=$(cli "show service http")
has "what a script says is shown" "$answer" '^  Script Error: None$'
has "with the time that it took" "$answer" '^  Script Run Time: 0 seconds$'
has "and whether output is looked at" "$answer" \
	'^  Script Using Output Parsing: No$'
has "the configuration is kept" "$(cli "show running-config service http")" \
	'^  keepalive type script ap-kal-http "10.9.1.11 /ok" $'

# ---- what is not -----------------------------------------------------------------------
bad=(
	"http2 ap-kal-http|$H /missing|No status 200 for /missing"
	"list2 ap-kal-httplist|$H /ok $H /no|$H has no status 200 for /no"
	"auth2 ap-kal-httpauth|$H /auth user wrong|No status 200 for user"
	"cook2 ap-kal-setcookie|$H /cookie id=8|No status 200 with the cookie"
	"pop2 ap-kal-pop3|$H user wrong|The password was refused"
	"imap2 ap-kal-imap4|$H user wrong|User user was refused"
	"ftp2 ap-kal-ftp|$H user wrong|The password was refused"
	"dns2 ap-kal-dns|$H nobody.example.com|nobody.example.com is not known"
	"ssl2 ap-kal-ssl|$H 80|No server hello"
	"ports2 ap-kal-tcp-ports|$H 25 81|Connection to $H port 81 failed"
	"smtp2 ap-kal-smtp|10.9.1.99|Connection to 10.9.1.99 failed"
	"lost nobody-wrote-it|x|Script not found: nobody-wrote-it"
	"args ap-kal-smtp||The script ended with status 1"
)
printf '!no echo\nconfigure\n' >"$DISK/script/meddles"
printf '!no echo\nloop\nendbranch\n' >"$DISK/script/endless"
printf '!no echo\necho "first"\necho "the disk is full"\nexit script 2\n' \
	>"$DISK/script/talks"
printf '!no echo\nshow version | grep Version\nif STATUS "==" "0"\nexit script 1\nendbranch\n' \
	>"$DISK/script/reads"
bad+=(
	"med meddles|x|A keepalive's script may not run this command"
	"end endless|x|script endless has not ended within 4 s"
)
for row in "${bad[@]}"; do
	IFS='|' read -r head args why <<<"$row"
	read -r name script <<<"$head"
	service "$name" "$script" "$args"
done
service talk talks x use-output
service read1 reads x
service read2 reads x use-output
bad+=("talk talks|x|the disk is full")
told() { # NAME TEXT
	[ "$(script_error "$1")" = "$2" ]
}
for row in "${bad[@]}"; do
	IFS='|' read -r head args why <<<"$row"
	name=${head%% *}
	within 20 told "$name" "$why" ||
		fail "$name says: $(script_error "$name"), not: $why"
	ok "$name is down" service_is "$name" Down
done
wait_service read2 Alive
ok "output is not looked at without the word" service_is read1 Down

# a server that goes and comes again
end web
wait_service http Down
same "its end has a reason" "$(script_error http)" "Connection to $H failed"
background web nginx -c "$T/web/nginx.conf"
wait_service http Alive

# by a named keepalive
cli_ok configure "keepalive mail" "ip address $H" "frequency 4" \
	"type script ap-kal-smtp \"$H\"" active "service named" \
	"ip address 10.9.1.13" "keepalive type named mail" active >/dev/null
wait_service named Alive
has "it is a script as well" "$(cli "show service named")" \
	'^  Script Error: None$'

# ---- sixteen at once ---------------------------------------------------------------------
cat >count.py <<'END'
import socket, sys, threading, time
now = most = 0
lock = threading.Lock()
def serve(c):
    global now, most
    with lock:
        now += 1
        most = max(most, now)
        open("most", "w").write(str(most))
    while c.recv(100):
        pass
    with lock:
        now -= 1
s = socket.socket()
s.bind((sys.argv[1], 4000))
s.listen(100)
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
END
background count $PYTHON count.py 127.9.2.1
within 5 listens 127.9.2.1 4000
cat >"$DISK/script/holds" <<'END'
!no echo
socket connect host 10.9.2.1 port 4000 tcp
pause 1
socket disconnect ${SOCKET} graceful
END
for row in "${good[@]}" "${bad[@]}"; do
	lines+=("no service ${row%% *}")
done
cli_ok configure "${lines[@]}" "no service read1" "no service read2" \
	"no service named" >/dev/null
lines=()
# Their arguments differ: services that are probed alike share one probe.
for i in $(seq 40); do
	lines+=("service s$i" "ip address 10.9.2.1" "keepalive frequency 20"
		"keepalive type script holds \"$i\"" active)
done
cli_ok configure "${lines[@]}" >/dev/null
all_up() {
	[ "$(cli "show service summary" | grep -c '^s[0-9]* *Alive')" = 40 ]
}
ok "forty scripts have their turn" within 30 all_up
# A server still counts what has just ended while the next one begins.
ok "sixteen at once, not forty" test "$(cat most)" -ge 16 -a "$(cat most)" -lt 24
switch_stop

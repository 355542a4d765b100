#!/bin/bash
# Log-ins by RADIUS, against FreeRADIUS: order of methods, rights, counters,
# what is sent, servers that do not answer, secrets that nobody sees.
# timeout: 180
. "$(dirname "$0")/lib.sh"

raw_attach() { # LINE...
	printf '%s\n' "$@" | timeout 60 "$CSS" attach --disk "$DISK" 2>&1 |
		tr -d '\r'
}

# server NAME ADDR SECRET: a FreeRADIUS of its own folder
server() {
	local dir=$T/$1

	mkdir -p "$dir"
	echo '$INCLUDE /usr/share/freeradius/dictionary' >"$dir/dictionary"
	cat >"$dir/users" <<-'END'
		chief	Cleartext-Password := "chief-pass"
		  Service-Type = Administrative-User

		plain	Cleartext-Password := "plain-pass"
		  Service-Type = NAS-Prompt-User

		level	Cleartext-Password := "a password of more than sixteen bytes"
		  Cisco-AVPair = "shell:priv-lvl=15"

		admin	Cleartext-Password := "radius-admin"
		  Service-Type = Administrative-User
	END
	cat >"$dir/radiusd.conf" <<-END
		libdir = /usr/lib/freeradius
		raddbdir = $dir
		logdir = $dir
		run_dir = $dir
		pidfile = $dir/pid
		security {
			reject_delay = 0
		}
		client lab {
			ipaddr = 127.0.0.0/8
			secret = $3
			require_message_authenticator = yes
		}
		modules {
			files {
				usersfile = $dir/users
			}
			pap {
			}
			detail {
				filename = $dir/detail
				header = "from %{Packet-Src-IP-Address}"
			}
		}
		server default {
			listen {
				type = auth
				ipaddr = $2
				port = 1645
			}
			authorize {
				detail
				files
				pap
			}
			authenticate {
				pap
			}
		}
	END
	: >"$T/$1.log"
	background "$1" freeradius -f -l stdout -d "$dir" -n radiusd
	within 20 grep -q 'Ready to process requests' "$T/$1.log" ||
		fail "the server $1 does not start"
}

command -v freeradius >/dev/null || {
	echo "no freeradius" >&2
	exit 77
}

server first 127.9.1.1 Hello
switch_start
cli_ok configure 'radius-server primary 10.9.1.1 secret "Hello"' \
	'radius-server secondary 10.9.1.2 secret "Hello" auth-port 1645' \
	'radius-server timeout 1' 'radius-server retransmit 1' \
	'radius-server dead-time 1' 'radius-server source-interface 10.9.1.100' \
	'console authentication primary radius' \
	'console authentication secondary local' exit 'write memory'

# ---- who comes in, and with what rights --------------------------------------------
has "an administrative user is SuperUser" "$(raw_attach chief chief-pass)" \
	'^CSS11503# '
answer=$(raw_attach plain plain-pass enable chief chief-pass configure)
has "another one is not" "$answer" '^CSS11503> '
has "until he gives the name of one" "$answer" '^CSS11503\(config\)# '
has "who is no administrative user may not" \
	"$(raw_attach plain plain-pass enable plain plain-pass)" \
	'Account has no SuperUser rights'
has "a long password and a privilege level of 15" \
	"$(raw_attach level 'a password of more than sixteen bytes')" \
	'^CSS11503# '
has "a wrong password is refused" "$(raw_attach chief wrong)" 'Login invalid'
has "the server's word goes before the local user's" \
	"$(raw_attach admin system)" 'Login invalid'
has "admin has the password that the server knows" \
	"$(raw_attach admin radius-admin)" '^CSS11503# '

detail=$(cat "$T/first/detail")
has "the switch names itself by its source interface" "$detail" \
	'NAS-IP-Address = 10\.9\.1\.100'
has "requests come from there" "$detail" \
	'^from 127\.9\.1\.100'
has "they are signed" "$detail" 'Message-Authenticator = 0x'

# ---- counters ----------------------------------------------------------------------
raw_attach chief chief-pass 'show radius stat primary' \
	'show radius config all' >shown
has "accepts are counted" "$(cat shown)" 'Access Accepts: +[78]$'
has "rejects are counted" "$(cat shown)" 'Access Rejects: +[23]$'
has "nothing is pending" "$(cat shown)" 'Pending Requests: +0$'
has "the server is alive" "$(cat shown)" 'State: +ALIVE$'
lacks "the secret is not shown" "$(cat shown)" 'Hello'

# ---- servers that do not answer ----------------------------------------------------
server second 127.9.1.2 Hello
end first
started=$SECONDS
has "the secondary is asked when the primary is gone" \
	"$(raw_attach chief chief-pass)" '^CSS11503# '
[ $((SECONDS - started)) -lt 10 ] || fail "that takes too long"
has "the log tells of it" "$(cat "$DISK"/log/sys.log)" \
	'RADIUS-4: Server 10\.9\.1\.1 does not answer'
end second
has "without any answer the users of the switch are asked" \
	"$(raw_attach admin system 'show radius config primary')" \
	'State: +DOWN$'
server first 127.9.1.1 Hello
first_is_back() {
	raw_attach chief chief-pass 'show radius config primary' |
		grep -Eq 'State: +ALIVE$'
}
ok "a server that is back is found by probes" within 20 first_is_back

# a server with another secret gives no answer that could be believed
end first
server first 127.9.1.1 Other
has "a wrong secret is no answer" "$(raw_attach admin system)" '^CSS11503# '

# ---- a reboot, and what is kept ----------------------------------------------------
switch_stop
end first
server first 127.9.1.1 Hello
switch_start
has "after a reboot the secret is still known" \
	"$(raw_attach chief chief-pass)" '^CSS11503# '
lacks "it is nowhere in clear" "$(cat "$DISK"/startup-config "$DISK"/log/*)" \
	'Hello|chief-pass|radius-admin'

# ---- a session that goes away while a server is asked ------------------------------
kill -STOP "${pid[first]}"
{
	printf 'chief\nchief-pass\n'
	sleep 0.3
} | timeout 1 "$CSS" attach --disk "$DISK" >/dev/null 2>&1
kill -CONT "${pid[first]}"
has "others go on" "$(raw_attach chief chief-pass)" '^CSS11503# '

# ---- a user who does not want to wait ----------------------------------------------
switch_stop
switch_start --telnet 127.10.1.1:2323
raw_attach chief chief-pass configure 'radius-server timeout 60' \
	'virtual authentication primary radius' >/dev/null
kill -STOP "${pid[first]}"
cat >wait.exp <<'END'
set timeout 5
log_user 0
spawn -noecho telnet 127.10.1.1 2323
expect "User Name: "
send "chief\r"
expect "Password:"
send "chief-pass\r"
expect {
	"User Name: " {send_user "answered at once\n"; exit 1}
	"CSS11503" {send_user "let in\n"; exit 1}
	timeout {}
}
send "\003"
expect {
	"User Name: " {}
	timeout {send_user "no way back\n"; exit 1}
	eof {send_user "closed\n"; exit 1}
}
exit 0
END
ok "Ctrl-C takes the question back" expect -f wait.exp
kill -CONT "${pid[first]}"
switch_stop

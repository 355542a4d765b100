#!/bin/bash
# RANCID's clogin and cssrancid, unmodified, collect the switch over Telnet: with
# a SuperUser, with a user who has to enable, after a change, and with paging on.
# timeout: 120
. "$(dirname "$0")/lib.sh"

RANCID=/usr/lib/rancid/bin
for f in clogin cssrancid; do
	[ -x "$RANCID/$f" ] || {
		echo "$f is missing: install rancid" >&2
		exit 1
	}
done
export HOME=$T PATH=$RANCID:$PATH

cat >start.cfg <<'END'
username operator password "operator1"
snmp community public read-only
ip route 0.0.0.0 0.0.0.0 10.1.1.254
service web1
  ip address 10.1.1.11
  keepalive type none
  active
owner shop
  content all
    vip address 10.2.0.20
    protocol tcp
    port 80
    add service web1
    active
END
for i in $(seq 60); do
	printf 'service filler%02d\n  ip address 10.1.2.%d\n' "$i" "$i"
done >>start.cfg
# clogin goes to a host by its name, at the port that .cloginrc names.
switch_start --telnet 127.0.0.1:2323 --startup "$T/start.cfg"
cli_ok "copy running-config startup-config" >/dev/null

rc() { # USER PASSWORD
	cat >.cloginrc <<-END
	add method * {telnet:2323}
	add user * {$1}
	add userpassword * {$2}
	add password * {$2} {system}
	add enauser * {admin}
	add autoenable * 0
	END
	chmod 600 .cloginrc
}

collect() { # FILE
	rm -f localhost.new
	timeout 90 cssrancid -d localhost >collect.log 2>&1 || {
		cat collect.log localhost.raw >&2
		fail "cssrancid ends with status $?"
	}
	[ -s localhost.new ] || {
		cat collect.log localhost.raw >&2
		fail "cssrancid writes no file"
	}
	lacks "all commands are answered" "$(<collect.log)" \
		'missed cmd|End of run not found|found unexpected'
	mv localhost.new "$1"
}

rc admin system
ok "clogin runs a command" timeout 60 clogin -c "show version" localhost \
	>login.log 2>&1
has "its answer" "$(<login.log)" 'Version: +sg0820501'

collect first
has "the boot record" "$(<first)" '^!BootFlash: .*primary boot-file'
lacks "its banner is left out" "$(<first)" 'BOOT CONFIG'
lacks "the time is left out" "$(<first)" 'Generated on'
has "a service" "$(<first)" '^service web1'
has "the last service: nothing was paged away" "$(<first)" '^service filler60'
has "a rule" "$(<first)" 'vip address 10\.2\.0\.20'
lacks "no pager in it" "$(<first)" 'More'
lacks "no password in clear" "$(<first)" 'operator1'

collect again
same "unchanged: the same file" "$(cmp first again && echo equal)" equal

cli_ok configure "service web2" "ip address 10.1.1.12" end >/dev/null
collect changed
same "changed: that alone differs" \
	"$(diff first changed | grep -c '^[<>]')" 3
has "the new service" "$(diff first changed)" '^> service web2'

# A plain user: clogin has to enable.
sed -i 's/^add autoenable.*//' .cloginrc
rc operator operator1
collect enabled
has "after enable: the configuration" "$(<enabled)" '^service web2'

# A wrong password is told as such.
rc admin wrong
timeout 60 clogin -c "show version" localhost >refused.log 2>&1
has "a wrong password" "$(<refused.log)" \
	'(Check your passwd|Couldn.t login|Login (failed|invalid)|EOF received)'

switch_stop

#!/bin/bash
# The SSH server, by OpenSSH's client: log-ins, a session on a terminal, what is
# refused, host keys, many at once, the end from both sides.
# timeout: 180
# labels: traffic
. "$(dirname "$0")/lib.sh"

command -v ssh >/dev/null || exit 77

printf '#!/bin/sh\nprintf "%%s\\n" "$PASSWORD"\n' >askpass
chmod 755 askpass
export SSH_ASKPASS=$T/askpass SSH_ASKPASS_REQUIRE=force
client=(ssh -p 2222 -F none -o UserKnownHostsFile="$T/known"
	-o StrictHostKeyChecking=accept-new -o NumberOfPasswordPrompts=3)

try() { # USER PASSWORD [ARGUMENT...]: what the client prints
	PASSWORD=$2 timeout 30 "${client[@]}" "$1@127.10.1.1" "${@:3}" 2>&1 |
		tr -d '\r'
}

typed() { # LINE...: as a user would, a line at a time
	sleep 1
	for line in "$@"; do
		printf '%s\r' "$line"
		sleep 0.3
	done
	sleep 0.5
}

switch_start --ssh 127.10.1.1:2222
answer=$(typed 'show sshd sessions' 'show lines' 'terminal length 65535' \
	'show running-config' 'show sshd config' 'show sshd version' exit |
	try admin system -tt)
has "the client gets a prompt" "$answer" '^CSS11503# '
has "the session is listed" "$answer" '^vty1 +admin +127\.'
has "it is on a line like any other" "$answer" '^\* vty1 +admin '
has "commands run" "$answer" '^!Active version: '
has "the configuration of the server is shown" "$answer" \
	'^Listens On: +127\.10\.1\.1:2222'
has "and what it is made of" "$answer" '^SSH package: libssh 0\.'
has "exit ends the connection" "$answer" 'Connection to 127\.10\.1\.1 closed'
has "the attempt is logged as the product does" "$(cat "$DISK"/log/sys.log)" \
	'SSHD-4: Access attempted by admin from 127\.[0-9.]+ port [0-9]+$'
has "without a terminal of its own it works, too" \
	"$(typed 'show version' exit | try admin system)" 'Version:'

# ---- what is refused -------------------------------------------------------------
has "a wrong password" "$(try admin wrong </dev/null)" 'Permission denied'
has "a user whom nobody knows" "$(try nobody x </dev/null)" 'Permission denied'
has "a name that is none" "$(try 'a"b' system </dev/null)" \
	'Permission denied|remote username contains invalid'
has "a command without a shell" "$(try admin system 'show version')" \
	'exec request failed'
has "another subsystem" "$(try admin system -s sftp)" 'request failed'
has "forwarding" "$(try admin system -W 127.0.0.1:22 </dev/null)" \
	'forwarding failed|open failed'
printf 'no ssh at all\r\n\r\n' | timeout 5 bash -c \
	'exec 3<>/dev/tcp/127.10.1.1/2222; cat >&3; cat <&3' >/dev/null 2>&1
head -c 100000 /dev/urandom | timeout 5 bash -c \
	'exec 3<>/dev/tcp/127.10.1.1/2222; cat >&3; cat <&3' >/dev/null 2>&1
has "rubbish does no harm" "$(typed exit | try admin system -tt)" 'CSS11503# '
cli_ok configure 'restrict ssh' >/dev/null
answer=$(timeout 5 bash -c 'exec 3<>/dev/tcp/127.10.1.1/2222; cat <&3' | tr -d '\r')
has "a closed server answers in the product's words" "$answer" \
	'^System unavailable\.  Please try later\.$'
cli_ok configure 'no restrict ssh' 'sshd version v1' >/dev/null
lacks "version 1 alone is nobody's" "$(try admin system -tt </dev/null)" 'CSS11503#'
cli_ok configure 'no sshd version' 'username plain password "secret1"' >/dev/null
has "a plain user is one here, too" "$(typed exit | try plain secret1 -tt)" \
	'^CSS11503> '
cli_ok configure 'no virtual authentication' >/dev/null
has "where nobody is asked, nobody is asked" \
	"$(typed exit | try x '' -tt -o BatchMode=yes)" 'CSS11503# '
cli_ok configure 'virtual authentication primary local' >/dev/null

# ---- several at once ---------------------------------------------------------------
for i in 1 2 3 4; do
	typed 'show clock' 'show clock' 'show clock' 'show clock' exit |
		try admin system -tt >"many$i" &
	pid[many$i]=$!
done
sleep 2.5
answer=$(try admin system -tt </dev/null)
lacks "a fifth session is not to be had" "$answer" 'CSS11503#'
for i in 1 2 3 4; do
	wait "${pid[many$i]}"
	unset "pid[many$i]"
	same "session $i was served" "$(grep -c '^Date:' "many$i")" 4
done

# ---- endings -----------------------------------------------------------------------
all_free() {
	! cli 'show lines' | grep -q 'vty[1-4] *admin'
}
ok "all lines are free again" within 15 all_free
mkfifo keys
exec 4<>keys # nobody types

hold() { # NAME: a session in which nothing is typed
	PASSWORD=system "${client[@]}" -tt admin@127.10.1.1 <keys >"$T/$1.log" 2>&1 &
	pid[$1]=$!
}

hold held
on_line() {
	cli 'show lines' | grep -q 'vty1 *admin'
}
off_line() {
	! on_line
}
ok "a session is on vty1" within 10 on_line
cli 'disconnect vty1' >/dev/null
ok "disconnect ends it" within 10 off_line
ok "the client is told why" within 10 grep -q 'Session closed by the switch' held.log
end held
ok "its line is free" within 15 all_free
hold gone
ok "another one is on vty1" within 10 on_line
end gone KILL
ok "a client that is gone gives its line back" within 15 off_line

# ---- host keys ----------------------------------------------------------------------
same "they are the owner's only" "$(stat -c %a "$DISK"/ssh_host_*_key | sort -u)" 600
switch_stop
switch_start --ssh 127.10.1.1:2222
has "and the same after a reboot" \
	"$(typed exit | try admin system -tt -o StrictHostKeyChecking=yes)" \
	'CSS11503# '
hold held
ok "a session is open" within 10 on_line
switch_stop # with an open session

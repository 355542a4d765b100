#!/bin/bash
# Sessions without a terminal: scripts and pipes, well and badly behaved.
# timeout: 90
. "$(dirname "$0")/lib.sh"

raw() { # what a script would send
	timeout 20 "$CSS" attach --disk "$DISK" 2>&1 | tr -d '\r'
}

switch_start --telnet 127.10.6.1:2323
answer=$(printf 'admin\nsystem\nshow version\nexit\n' | raw)
has "the same prompts" "$answer" 'User Name:'
has "a SuperUser prompt" "$answer" '^(.*[^A-Za-z])?CSS11503# '
has "the answers" "$answer" 'Version:'
lacks "no echo" "$answer" 'show version|system'
lacks "no pager" "$(cli "show running-config" "show running-config" \
	"show chassis verbose")" '--More--'
same "end of input ends the session" \
	"$(printf 'admin\nsystem\nshow version\n' | raw >out; echo $?)" 0
has "and everything before it was done" "$(<out)" 'Version:'
has "a wrong password is refused" \
	"$(printf 'admin\nwrong\nshow version\nexit\n' | raw)" 'invalid'
lacks "and nothing is shown" \
	"$(printf 'admin\nwrong\nshow version\nexit\n' | raw)" 'Version:'

# Questions outside expert mode are answered by the next line.
answer=$(printf '%s\n' admin system configure "owner shop" y "content c" n \
	end "show running-config" exit n | raw)
has "the question is asked" "$answer" 'Create owner <shop>, \[y/n\]:'
has "y creates" "$answer" '^owner shop'
lacks "n does not" "$answer" '^  content c'

# Lines without measure, bytes of all kinds.
head -c 200000 /dev/zero | tr '\0' 'x' >long
{ printf 'admin\nsystem\n'; cat long; printf '\nshow version\nexit\n'; } |
	raw >out
has "a line of 200000 bytes is survived" "$(tail -c 3000 out)" 'Version:|%%'
{ printf 'admin\nsystem\n'; head -c 50000 /dev/urandom; } | raw >out 2>&1
ok "noise is survived" cli_ok "show version"
head -c 50000 /dev/urandom | timeout 5 curl -s telnet://127.10.6.1:2323 \
	>out 2>&1
for _ in $(seq 1 300); do printf '\377\373\037\377\372\037'; done |
	timeout 5 curl -s telnet://127.10.6.1:2323 >out 2>&1
(exec 3<>/dev/tcp/127.10.6.1/2323; exec 3>&-)
ok "so are broken Telnet peers" cli_ok "show version"

# Many at once, each complete.
for i in 1 2 3 4; do
	cli "configure" "service s$i" "ip address 10.1.1.$i" "end" \
		"show running-config" >out.$i &
	pid[s$i]=$!
done
for i in 1 2 3 4; do
	wait "${pid[s$i]}"
	unset "pid[s$i]"
	has "session $i of four at once" "$(<out.$i)" "^service s$i"
done
# A reader that does not read does not stop the others.
mkfifo stuck
sleep 30 <stuck &
pid[sleep]=$!
{ printf 'admin\nsystem\n'
	for _ in $(seq 1 3000); do echo "show running-config"; done
	sleep 5; } | "$CSS" attach --disk "$DISK" >stuck 2>&1 &
pid[stuck]=$!
sleep 1
from=$(date +%s%N)
cli_ok "show version"
ok "a reader that does not read holds nobody up" \
	[ $((($(date +%s%N) - from) / 1000000)) -lt 2000 ]
end stuck KILL
end sleep KILL
switch_stop

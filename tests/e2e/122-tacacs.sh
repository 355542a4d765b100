#!/bin/bash
# Log-ins, commands and accounting by TACACS+.  The server is the tests' own; an
# independent client and an independent dissector keep it and the switch from
# being wrong in the same way.
# timeout: 240
. "$(dirname "$0")/lib.sh"

raw_attach() { # LINE...
	printf '%s\n' "$@" | timeout 60 "$CSS" attach --disk "$DISK" 2>&1 |
		tr -d '\r'
}

server() { # NAME ADDR KEY [MODE]
	: >"$T/$1.log"
	background "$1" "$PYTHON" "$ROOT/tests/e2e/tacacsd.py" "$2" 49 "$3" \
		"$T/$1.seen" ${4:+"$4"}
	within 10 grep -q ready "$T/$1.log" || fail "the server $1 does not start"
}

seen() {
	cat "$T/$1.seen"
}

# ---- the server against somebody else's client ----------------------------------------
server first 127.9.2.1 market
perl_authen() { # USER PASSWORD TYPE
	perl -MAuthen::TacacsPlus -e '
		my $t = Authen::TacacsPlus->new(Host => "127.9.2.1", Port => 49,
			Key => "market", Timeout => 5) or die Authen::TacacsPlus::errmsg();
		my $ok = $t->authen($ARGV[0], $ARGV[1], $ARGV[2]);
		$t->close();
		exit($ok ? 0 : 1);' "$@"
}
if perl -MAuthen::TacacsPlus -e 1 2>/dev/null; then
	for type in 1 2; do # ASCII, PAP
		ok "an independent client comes in (type $type)" \
			perl_authen chief chief-pass $type
		ok "and is refused (type $type)" \
			not perl_authen chief wrong $type
	done
fi

# ---- log-ins -----------------------------------------------------------------------------
capture=
if command -v tshark >/dev/null; then
	background capture tshark -q -i lo -w "$T/all.pcap" -f 'tcp port 49'
	ok "the capture begins" within 10 test -s "$T/all.pcap"
	capture=1
fi
switch_start
cli_ok configure 'tacacs-server 10.9.2.1 49 1 "market" primary frequency 1' \
	'tacacs-server 10.9.2.2 49' 'tacacs-server key "market"' \
	'tacacs-server timeout 2' 'tacacs-server frequency 1' \
	'console authentication primary tacacs' \
	'console authentication secondary local' exit 'write memory'
has "a privilege level of 15 is SuperUser" "$(raw_attach chief chief-pass)" \
	'^CSS11503# '
answer=$(raw_attach plain plain-pass enable chief chief-pass configure)
has "a lower one is not" "$answer" '^CSS11503> '
has "until he gives the name of one" "$answer" '^CSS11503\(config\)# '
has "no level is a plain user" "$(raw_attach none none-pass)" '^CSS11503> '
has "a wrong password is refused" "$(raw_attach chief wrong)" 'Login invalid'
has "and so is a user of this switch whom the server does not know" \
	"$(raw_attach admin system)" 'Login invalid'
has "the request says where the user sits" "$(seen first)" \
	'^authen user=chief port=attach1 caller=async action=1 type=1 service=1'
has "the level is that of a shell" "$(seen first)" \
	'^author user=chief .* method=6 level=1 service=shell cmd=$'

# ---- commands -----------------------------------------------------------------------------
raw_attach chief chief-pass configure 'tacacs-server authorize config' \
	'tacacs-server authorize non-config' 'tacacs-server account config' \
	'tacacs-server account non-config' exit 'write memory' exit >/dev/null
answer=$(raw_attach junior junior-pass 'show clock' 'sh ver; show clock' \
	configure 'service web1' 'owner shop' y exit exit n)
has "what the server allows runs" "$answer" '^Date:'
has "what it does not is refused in the words that clients know" "$answer" \
	'^%% Command authorization failed$'
same "also one of several on a line, and those behind it" \
	"$(grep -c '^Date:' <<<"$answer")" 1
lacks "a refused command changes nothing" "$answer" 'Create service'
has "another one does" "$answer" 'Create owner <shop>'
has "abbreviations are sent in full" "$(seen first)" \
	'^author user=junior .* level=15 service=shell cmd=show cmd-arg=version cmd-arg=<cr>$'
has "accounting has a beginning" "$(seen first)" \
	'^acct flags=2 user=junior .* task_id=[0-9]+ start_time=[0-9]+ priv-lvl=15 service=shell cmd=show cmd-arg=clock cmd-arg=<cr>$'
has "and an end" "$(seen first)" \
	'^acct flags=4 user=junior .* elapsed_time=0 .* cmd=owner cmd-arg=shop cmd-arg=<cr>$'
lacks "what was refused was not run" "$(grep acct "$T/first.seen")" 'service=shell cmd=service'
raw_attach chief chief-pass configure 'username bob password "SecretOfBob"' \
	'no tacacs-server send-full-command' 'sh cl' end exit n >/dev/null
has "passwords are masked" "$(seen first)" \
	'cmd=username cmd-arg=bob cmd-arg=password cmd-arg=\*\*\*\* '
has "commands are sent as they were typed, when that is wanted" \
	"$(seen first)" 'cmd=sh cmd-arg=cl cmd-arg=<cr>$'
lacks "no password goes out in clear" "$(seen first)" 'SecretOfBob'
has "a command that fails is told all the same" \
	"$(raw_attach chief chief-pass 'show user-database nobody')" \
	'does not exist'
raw_attach chief chief-pass 'show tacacs-server' >shown
has "counters and settings are shown" "$(cat shown)" \
	'^  10\.9\.2\.1:49 +Alive +Yes +[0-9]+ +[0-9]+ +[0-9]+$'
has "for each server" "$(cat shown)" '^  10\.9\.2\.2:49 +(Dead|Unknown) +No '
lacks "the key is not among them" "$(cat shown)" 'market'

# ---- what an independent dissector reads ---------------------------------------------------
if [ -n "$capture" ]; then
	sleep 1
	end capture INT
	tshark -r "$T/all.pcap" -o tacplus.key:market -O tacplus -Y tacplus \
		>decoded 2>/dev/null
	has "the dissector reads the user" "$(cat decoded)" 'User: chief'
	has "the password is a CONTINUE" "$(cat decoded)" 'User: chief-pass'
	has "the level" "$(cat decoded)" 'Arg\[[0-9]\] value: priv-lvl=15'
	has "commands" "$(cat decoded)" 'Arg\[[0-9]\] value: cmd=show'
	has "accounting" "$(cat decoded)" 'Arg\[[0-9]\] value: elapsed_time=0'
	lacks "nothing is malformed" "$(cat decoded)" '[Mm]alformed|Unencrypted: Set'
fi

# ---- servers that give no answer -----------------------------------------------------------
wait_state() { # NUMBER STATE
	raw_attach chief chief-pass 'show tacacs-server' |
		grep -Eq "10\\.9\\.2\\.$1:49 +$2 "
}
server second 127.9.2.2 market
ok "the second server is found by its keepalive" within 10 wait_state 2 Alive
for mode in error silent garbage; do
	end first
	server first 127.9.2.1 market $mode
	sleep 1.5 # a keepalive finds it
	has "a server in mode $mode gives no answer: the second is asked" \
		"$(raw_attach chief chief-pass)" '^CSS11503# '
done
has "the log tells of it" "$(cat "$DISK"/log/sys.log)" \
	'TACACS-4: Server 10\.9\.2\.1 does not answer: '
end first
server first 127.9.2.1 market ask-user
sleep 1.5
has "a server may ask for the name again" "$(raw_attach chief chief-pass)" \
	'^CSS11503# '
end first
server first 127.9.2.1 other
sleep 1.5
has "another key is no answer" "$(raw_attach chief chief-pass)" '^CSS11503# '
end first
end second
sleep 1.5
has "without servers the users of the switch come in" \
	"$(raw_attach admin system 'show version')" 'Version:'

# a user whom a server let in runs nothing without it, but may leave
server first 127.9.2.1 market
sleep 1.5
{
	printf 'chief\nchief-pass\n'
	sleep 1
	kill "${pid[first]}"
	sleep 1
	printf 'show clock\nexit\n'
} | timeout 30 "$CSS" attach --disk "$DISK" >left 2>&1
wait "${pid[first]}" 2>/dev/null
unset 'pid[first]'
has "commands need an answer" "$(cat left)" \
	'^%% Command authorization failed: no TACACS\+ server answers'
lacks "the command did not run" "$(cat left)" 'Date:'

# ---- a reboot, and what is kept ------------------------------------------------------------
switch_stop
server first 127.9.2.1 market
switch_start
has "after a reboot the key is still known" "$(raw_attach chief chief-pass)" \
	'^CSS11503# '
lacks "it is nowhere in clear" \
	"$(cat "$DISK"/startup-config "$DISK"/log/*)" 'market|chief-pass'
switch_stop

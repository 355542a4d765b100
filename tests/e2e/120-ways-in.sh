#!/bin/bash
# Ways into the switch: banner, closed ways, no authentication, accounts that
# outlive a reboot, rights on directories, a session that another one ends.
# timeout: 120
. "$(dirname "$0")/lib.sh"

telnet_talk() { # SECONDS LINE...: types the lines, prints all that is seen
	local wait=$1

	shift
	{
		sleep 1
		for line in "$@"; do
			printf '%s\r' "$line"
			sleep 0.5
		done
		sleep "$wait"
	} | timeout 30 telnet -E 127.10.1.1 2323 2>&1 | tr -d '\r\0'
}

raw_attach() { # LINE...
	printf '%s\n' "$@" | timeout 30 "$CSS" attach --disk "$DISK" 2>&1 |
		tr -d '\r'
}

switch_start --telnet 127.10.1.1:2323

# ---- the banner ------------------------------------------------------------------
mkdir -p "$DISK/script"
printf 'Authorised users only.\nAll others: go away.\033[2J' >"$DISK/script/welcome"
cli_ok configure 'prelogin-banner "welcome"'
has "the banner stands before the log-in" "$(raw_attach admin)" \
	'^Authorised users only\.$'
has "it is text: nothing in it clears the screen" \
	"$(raw_attach admin | tr '\033' '!')" '^All others: go away\.\[2J$'
has "Telnet shows it, too" "$(telnet_talk 0)" 'Authorised users only\.'
cli_ok configure 'prelogin-banner "missing"' >/dev/null
has "a banner that is not there keeps nobody out" \
	"$(raw_attach admin system 'show version')" 'Version:'
cli_ok configure 'no prelogin-banner' >/dev/null

# ---- closed ways -----------------------------------------------------------------
cli_ok configure 'restrict telnet'
has "a closed Telnet answers in the product's words" "$(telnet_talk 0)" \
	'^System unavailable\.  Please try later\.$'
cli_ok configure 'no restrict telnet' 'restrict console'
answer=$(raw_attach admin system 'show version')
has "a closed console answers so, too" "$answer" \
	'^System unavailable\.  Please try later\.$'
lacks "and asks for no name" "$answer" 'User Name:'
has "Telnet is open all the while" \
	"$(telnet_talk 1 admin system configure 'no restrict console')" \
	'\(config\)#'
has "the console is open again" "$(raw_attach admin system 'show version')" \
	'Version:'

# ---- no authentication -------------------------------------------------------------
cli_ok configure 'no virtual authentication' 'no console authentication' \
	'show running-config global' >shown
has "it is in the running-config" "$(cat shown)" \
	'^  no virtual authentication $'
answer=$(telnet_talk 1 'show lines')
has "nobody is asked who he is" "$answer" 'CSS11503# *show lines'
lacks "there is no log-in" "$answer" 'User Name:'
has "a line shows the session" "$answer" '^\* vty1 +none .*127\.'
answer=$(raw_attach configure 'console authentication primary local' \
	'virtual authentication primary local')
has "neither on the console" "$answer" '^CSS11503\(config\)#'
has "and back" "$(raw_attach admin system)" 'User Name:'

# ---- accounts ----------------------------------------------------------------------
cli_ok configure 'username-offdm chief password "boot-pass"' \
	'username reader password "secret1" superuser dir-access RRRRRRR' \
	'username-technician tech password "secret2"' exit 'write memory' || true
lacks "the boot record's password is nowhere in clear" \
	"$(cat "$DISK"/boot-account "$DISK"/startup-config "$DISK"/log/sys.log)" \
	'boot-pass|secret1|secret2'
same "and only its owner reads it" "$(stat -c %a "$DISK/boot-account")" 600
switch_stop
switch_start --telnet 127.10.1.1:2323
has "after a reboot the old name is refused" \
	"$(raw_attach admin system)" 'Login invalid'
has "and the new one comes in" "$(raw_attach chief boot-pass)" 'CSS11503# '
has "so does the technician" "$(raw_attach tech secret2)" 'CSS11503# '
answer=$(raw_attach chief boot-pass configure 'restrict user-database')
answer=$(raw_attach reader secret1 configure 'no username reader')
has "users may not change users then" "$answer" \
	'^%% Only the administrator may do that'
has "the technician may" \
	"$(raw_attach tech secret2 configure 'no username reader' \
		'show user-database')" '^tech +Technician '
printf 'garbage' >"$DISK/boot-account"
switch_stop
switch_start --telnet 127.10.1.1:2323
has "a spoilt boot record gives the delivered account" \
	"$(raw_attach admin system)" 'CSS11503# '
ok "and is kept" grep -q garbage "$DISK/boot-account.bad"

# ---- a session that another one ends -----------------------------------------------
telnet_talk 4 admin system >ended &
pid[talk]=$!
on_line() {
	raw_attach admin system 'show lines' | grep -q 'vty1 *admin'
}
ok "a user is on vty1" within 10 on_line
raw_attach admin system 'disconnect 1' >/dev/null
wait "${pid[talk]}"
unset 'pid[talk]'
has "disconnect ends the session" "$(cat ended)" 'Session closed by the switch'
switch_stop

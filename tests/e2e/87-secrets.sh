#!/bin/bash
# Where secrets are not: in the log, in what is shown, in the configuration, on
# the disk, and, behind traffic, in memory that a core dump would hold.
# timeout: 60
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/sip.sh"

secrets='UserPass77|RecordPass99|FilePass55|ImportPass33|PhraseOf11'
sip_material
sip_config >startup
sip_node 1
sip_node 2
mkdir ftp
openssl rsa -in lb-key.pem -aes128 -traditional -passout pass:PhraseOf11 \
	-out ftp/locked.pem 2>/dev/null || fail openssl
cp lb-key.pem ftp/open.pem
background ftp "$PYTHON" "$ROOT/tests/e2e/ftpserver.py" 127.10.9.9:21 css \
	RecordPass99 ftp
within 10 listens 127.10.9.9 21 || fail "ftpserver.py"
switch_start --startup startup "${sip_import[@]}" --workers 2
wait_service imp1 Alive
wait_service imp2 Alive
ok "messages pass" sip_client --messages 200 --connections 4

cli_ok configure "logging commands enable" \
	"logging subsystem netman level info-6" \
	'username bob password "UserPass77"' \
	'ftp-record rec 10.10.9.9 css "RecordPass99" /' \
	'ssl genrsa own 1024 "FilePass55"' "ssl associate rsakey ownkey own" \
	end >/dev/null
has "a key comes in with its passphrase" "$(cli \
	'copy ssl ftp rec import locked.pem PEM "ImportPass33" "PhraseOf11"')" \
	'Completed'
has "one comes in without" "$(cli \
	'copy ssl ftp rec import open.pem PEM "ImportPass33"')" 'Completed'
has "a key leaves with its password" "$(cli \
	'copy ssl ftp rec export own "FilePass55"')" 'Completed'
lacks "and leaves locked" "$(<ftp/own)" '-----BEGIN (RSA )?PRIVATE'
cli 'ssl genrsax misspelt 1024 "FilePass55"' \
	'clear ssl file open.pem "ImportPass33"' >/dev/null
cli_ok "copy running-config startup-config" >/dev/null

shown=$(cli "show running-config" "show startup-config" "show ssl files" \
	"show ssl associate rsakey lbkey" "show ftp-record" "show log sys.log" \
	'configure' 'ssl genrsa other 512 "FilePass55"' "show history")
has "commands are logged" "$shown" 'CLMcmd: ssl genrsa own 1024 "\*+"'
has "and listed" "$shown" '^ssl genrsa other 512 "\*+"'
has "records are shown sealed" "$shown" 'ftp-record rec .* des-password [0-9a-f]'
lacks "no secret is shown" "$shown" "$secrets|BEGIN"
lacks "none is on the disk" "$(grep -arE "$secrets|BEGIN.*PRIVATE" "$DISK")" .
lacks "files of the store are their owner's alone" \
	"$(find "$DISK/ssl" "$DISK/secret" ! -perm 600 ! -type d)" .
lacks "and so is the disk" "$(find "$DISK" -maxdepth 0 ! -perm 700)" .

openssl rsa -in ftp/own -passin pass:FilePass55 -out own.pem 2>/dev/null ||
	fail "the exported key does not open"
# Sanitizers want the system's allocator; then there is nothing to see.
if ! is_sanitized; then
	scan() {
		"$PYTHON" -B "$ROOT/tests/e2e/memscan.py" "${pid[switch]}" \
			lb-key.pem own.pem -- "${texts[@]}" >scan.out 2>&1
	}
	IFS='|' read -ra texts <<<"$secrets"
	scan
	rc=$?
	cat scan.out
	if [ $rc = 2 ]; then
		echo "memory is not looked at: no permission"
	else
		same "no core would hold a secret" $rc 0
		ALL=1 scan
		has "the key is where it must be, by its primes" "$(<scan.out)" 'prime1 of lb-key.pem'
	fi
fi
switch_stop

#!/bin/bash
# A spoilt disk never stops the boot; what is spoilt is kept beside, and logged.
. "$(dirname "$0")/lib.sh"

ca_new x && ca_issue a x a.example
printf 'service good\n  ip address 10.1.1.1\n' >startup
switch_start --startup startup --import-ssl a.pem --import-ssl a.key
cli_ok "copy running-config startup-config"
switch_stop
cp "$DISK/startup-config" whole

head -c 5000 /dev/urandom >"$DISK/startup-config"
cp "$DISK/startup-config" spoilt
switch_start
ok "it boots with noise for a startup-config" cli_ok "show version"
ok "the noise is kept" cmp -s spoilt "$DISK/startup-config.bad"
has "and logged" "$(cli "show log sys.log")" 'startup-config'
cli_ok "copy running-config startup-config"
ok "saving does not touch what was kept" \
	cmp -s spoilt "$DISK/startup-config.bad"
switch_stop

# Rejected lines are no corruption: the rest is taken, the line is reported.
{ cat whole; echo "service bad name with blanks"; } >"$DISK/startup-config"
switch_start
has "a rejected line is in show startup-errors" \
	"$(cli "show startup-errors")" 'bad name'
has "the other lines are in force" "$(cli "show running-config")" \
	'^service good'
switch_stop

cp whole "$DISK/startup-config"
stored=$(find "$DISK" -name 'a.key*' -type f | head -n 1)
ok "the key is on the disk" [ -n "$stored" ]
ok "for its owner's eyes only" [ "$(stat -c %a "$stored")" = 600 ]
ok "and not in clear" not grep -q 'PRIVATE KEY' "$stored"
printf 'spoilt' | dd of="$stored" bs=1 seek=40 conv=notrunc 2>/dev/null
cp "$stored" spoilt
switch_start
ok "it boots with a spoilt key" cli_ok "show ssl files"
ok "the spoilt key is kept" \
	cmp -s spoilt "$(dirname "$stored")/$(basename "$stored").bad"
has "and logged" "$(cli "show log sys.log")" 'a\.key'
lacks "and not offered" "$(cli "show ssl files")" '^a\.key '
has "the good file is there still" "$(cli "show ssl files")" '^a\.pem '
switch_stop

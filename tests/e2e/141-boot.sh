#!/bin/bash
# The boot record and versions of the software: an image is fetched, unpacked,
# booted, and removed again; what cannot be booted falls back; a spoilt record
# is kept beside.
# timeout: 120
. "$(dirname "$0")/lib.sh"

mkdir ftp
background ftp "$PYTHON" "$ROOT/tests/e2e/ftpserver.py" 127.10.4.98:21 \
	operator secret "$T/ftp"
within 10 listens 127.10.4.98 21 || fail "the FTP server does not start"

image() { # FILE VERSION BYTES
	{ printf 'CSS-ADI 1\nversion %s\nbytes %d\n\n' "$2" "$3"
		head -c "$3" /dev/urandom; } >"$1"
}
image ftp/sg0810106.adi sg0810106 300000
image ftp/sg0740108.adi sg0740108 10
image ftp/cut.adi sg0730101 1000
truncate -s 900 ftp/cut.adi
head -c 3000 /dev/urandom >ftp/real.adi
printf 'CSS-ADI 1\nversion ../../x\nbytes 0\n\n' >ftp/evil.adi

boot() { # LINE...
	cli configure boot "$@"
}
boot_ok() {
	lacks "accepted: $1 ..." "$(boot "$@")" '^%%'
}
boot_bad() { # LINE TEXT
	has "$1" "$(boot "$1")" "^%% $2"
}

switch_start
record=$(cli "show boot-config")
same "a new switch boots what it was made as" "$record" \
	"$(printf '%s\n' '!************************ BOOT CONFIG ************************' \
	'  primary boot-file sg0820501 ' '  primary boot-type boot-via-disk ')"
same "which is installed" "$(cli "show installed-software")" sg0820501
has "there is room for two" "$(cli "show installed-software version-limit")" \
	': 2$'
boot_ok "ip address 10.86.178.10" "subnet mask 255.255.255.0" \
	"gateway address 10.86.178.1" "secondary boot-file sg0820501" \
	"secondary config-path f:/bootdir/" "passive ip address 10.86.178.11" \
	"passive sync"
same "the record" "$(boot "show boot-config")" "$(printf '%s\n' \
	'!************************ BOOT CONFIG ************************' \
	'  ip address 10.86.178.10 ' '  subnet mask 255.255.255.0 ' \
	'  primary boot-file sg0820501 ' '  primary boot-type boot-via-disk ' \
	'  secondary boot-file sg0820501 ' \
	'  secondary config-path f:/bootdir/ ' \
	'  gateway address 10.86.178.1 ' \
	'  passive ip address 10.86.178.11 ' \
	'  passive primary boot-file sg0820501 ' \
	'  passive primary boot-type boot-via-disk ' \
	'  passive secondary boot-file sg0820501 ' \
	'  passive secondary config-path f:/bootdir/ ')"
lacks "it is no part of the configuration" "$(cli "show running-config")" \
	'boot|10\.86\.178'
boot_ok "no ip address" "no subnet mask" "no gateway address" \
	"clear secondary boot-file" "no secondary config-path" \
	"no passive ip address" "no passive primary boot-file" \
	"no passive primary boot-type" "no passive secondary boot-file" \
	"no passive secondary config-path"
same "all of it undone" "$(cli "show boot-config")" "$record"

# ---- a new version ---------------------------------------------------------------
cli_ok configure 'ftp-record f 10.10.4.98 operator "secret"' end \
	"copy running-config startup-config"
for f in sg0810106 sg0740108 cut real evil; do
	has "$f is fetched" "$(cli "copy ftp f $f.adi boot-image")" \
		'^Completed successfully'
done
boot_bad "primary boot-file sg0810106" 'Version sg0810106 is not installed'
boot_bad "unpack nosuch.adi" 'There is no image nosuch.adi'
boot_bad "unpack cut.adi" 'cut.adi is not whole: it has '
boot_bad "unpack real.adi" 'real.adi is no image for this switch'
boot_bad "unpack evil.adi" 'evil.adi is no image for this switch'
boot_ok "unpack sg0810106.adi"
boot_bad "unpack sg0810106.adi" 'Version sg0810106 is installed already'
boot_bad "unpack sg0740108.adi" '2 versions are installed'
same "two are installed" "$(cli "show installed-software" | tr '\n' ' ')" \
	"sg0810106 sg0820501 "
tail -c 300000 ftp/sg0810106.adi >image
ok "what was in the container is on the disk" \
	cmp -s image "$DISK/root/sg0810106/image"
boot_ok "primary boot-file sg0810106" "secondary boot-file sg0820501" \
	"secondary boot-type boot-via-disk"
has "until it is booted the other one runs" "$(cli "show version")" \
	'^Version: +sg0820501 \(08\.20\.5\.01\)'
printf '%s\n' admin system expert reboot | "$CSS" attach --disk "$DISK" \
	>/dev/null 2>&1
runs() {
	cli "show version" | grep -E "^Version: +$1 " >/dev/null
}
within 20 runs sg0810106 || fail "the new version does not boot"
has "version, as show version has it" "$(cli "show version")" \
	'^Flash \(Operational\): +08\.10\.1\.06'
has "and the head of the configuration" "$(cli "show running-config")" \
	'^!Active version: sg0810106$'
has "and show chassis" "$(cli "show chassis")" '^SW Version: +08\.10\.1\.06'
has "it is the primary one" "$(cli "show version")" '^Type: +PRIMARY'
has "boot.log tells" "$(<"$DISK/log/boot.log")" 'Booting sg0810106'
has "boot.bak is the one before" "$(<"$DISK/log/boot.bak")" \
	'Booting sg0820501'

boot_bad "remove sg0810106" 'Version sg0810106 is running'
boot_bad "remove sg0820501" 'Version sg0820501 is in the boot record'
boot_bad "remove sg0740108" 'Version sg0740108 is not installed'
same "what is not asked for is not removed" \
	"$(printf '%s\n' admin system configure boot "no secondary boot-file" \
	"remove sg0820501" n exit exit exit | "$CSS" attach --disk "$DISK" |
	grep -c 'Are you sure')" 1
ok "it is there" test -e "$DISK/root/sg0820501/version"
boot_ok "secondary boot-file sg0820501"

# ---- what cannot be booted ----------------------------------------------------------
end switch
mv "$DISK/root/sg0810106" "$DISK/root/hidden"
switch_start
has "a missing version falls back" "$(cli "show version")" \
	'^Version: +sg0820501 '
has "to the secondary record" "$(cli "show version")" '^Type: +SECONDARY'
has "and says so" "$(cli "show log sys.log")$(<"$DISK/log/boot.log")" \
	'primary boot record cannot be used: Version sg0810106 is not'
switch_stop
mv "$DISK/root/hidden" "$DISK/root/sg0810106"
sed -i 's/^secondary file .*/secondary file nonsense/
	s/^primary file .*/primary file sg0700000/' "$DISK/boot-record"
switch_start
has "and to what the switch was made as" "$(cli "show version")" \
	'^Version: +sg0820501 '
switch_stop
echo "noise" >"$DISK/boot-record"
switch_start
same "a spoilt record is the one of a new switch" "$(cli "show boot-config")" \
	"$record"
same "and is kept beside" "$(<"$DISK/boot-record.bad")" noise
has "and logged" "$(cli "show log sys.log")" 'boot record is spoilt'

# ---- by FTP ---------------------------------------------------------------------------
boot_ok "remove sg0810106" "primary boot-type boot-via-ftp f" \
	"primary boot-file sg0740108.adi"
has "the record names the server" "$(cli "show boot-config")" \
	'^  primary boot-type boot-via-ftp f $'
lacks "no password in clear" "$(<"$DISK/boot-record")" secret
rm "$DISK/root/sg0740108.adi"
switch_stop
switch_start
has "an image is fetched and booted" "$(cli "show version")" \
	'^Version: +sg0740108 '
same "and installed" "$(cli "show installed-software" | tr '\n' ' ')" \
	"sg0740108 sg0820501 "
switch_stop
end ftp
switch_start
has "it is not fetched again" "$(cli "show version")" '^Version: +sg0740108 '
switch_stop
rm -r "$DISK/root/sg0740108"
switch_start
has "without the server there is the other" "$(cli "show version")" \
	'^Version: +sg0820501 '

# ---- a licence ---------------------------------------------------------------------------
answer=$(printf '%s\n' admin system license 123 123456789012 "show version" \
	license q exit | "$CSS" attach --disk "$DISK")
has "a licence key is asked for" "$answer" \
	'Enter the Software License Key \(q to quit\): '
has "a short one is refused" "$answer" 'has 12 digits'
has "a good one is taken" "$answer" '^ +Secure Management$'
switch_stop

# ---- the standby SCM of an 11506 ------------------------------------------------------
DISK=$T/disk2
switch_start --chassis 11506 --slot 2=SCM
cli_ok configure "host h 10.1.1.1" end "copy running-config startup-config"
boot_ok "passive sync image" "passive sync startup-config" \
	"passive sync boot-config"
ok "the standby has the startup-config" \
	cmp -s "$DISK/startup-config" "$DISK/passive/startup-config"
same "and the software" "$(<"$DISK/passive/sg0820501/version")" sg0820501
cli_ok configure "host h2 10.1.1.2"
boot_ok "passive sync running-config"
has "and the configuration in force" "$(<"$DISK/passive/startup-config")" \
	'host h2 10\.1\.1\.2'
has "and the boot record" "$(cli "show boot-config")" \
	'^  passive primary boot-file sg0820501 $'
switch_stop

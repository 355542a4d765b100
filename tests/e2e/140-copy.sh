#!/bin/bash
# copy in every direction, over a real FTP and a real TFTP server, and what goes
# wrong on the way; archive and restore; files that are no files.
# timeout: 120
. "$(dirname "$0")/lib.sh"

mkdir ftp ftp/deep tftp
chmod 777 tftp
background ftp "$PYTHON" "$ROOT/tests/e2e/ftpserver.py" 127.10.4.98:21 \
	operator secret "$T/ftp"
# The TFTP server looks for an address that is no loopback one before it starts.
ip address add 192.0.2.9/32 dev lo 2>/dev/null
background tftp /usr/sbin/in.tftpd --foreground --create --user root \
	--address 127.10.4.97:69 --secure "$T/tftp"
within 10 listens 127.10.4.98 21 || fail "the FTP server does not start"
chmod 755 "$T"

printf 'configure\nhost box 10.1.2.3\n' >ftp/start
printf 'echo "hello"\n' >ftp/hello
head -c 300000 /dev/urandom >ftp/deep/sg0810106.adi
: >ftp/empty
head -c 20000 /dev/urandom >ftp/noise
head -c 9000000 /dev/zero | tr '\0' 'x' >ftp/huge
cp ftp/start ftp/hello ftp/noise tftp/
cp ftp/deep/sg0810106.adi tftp/sg0820001.adi

switch_start
cli_ok configure 'ftp-record f 10.10.4.98 operator "secret" /' \
	'ftp-record deep 10.10.4.98 operator "secret" deep' \
	'ftp-record wrong 10.10.4.98 operator "guess"' \
	'ftp-record nobody 10.10.4.96 operator "secret"' \
	'host tftpd 10.10.4.97' end "copy running-config startup-config"

good() { # LINE
	has "$1" "$(cli "$1")" '^Completed successfully\.$'
}
bad() { # LINE TEXT
	local answer

	answer=$(cli "$1")
	has "$1" "$answer" "^%% $2"
	lacks "$1: does not claim success" "$answer" 'Completed successfully'
	same "$1: one line tells" "$(grep -c '^%%' <<<"$answer")" 1
}
no_temps() {
	! find "$DISK" -name '.tmp-*' | grep . >/dev/null
}

# ---- out: what arrives is what the switch has --------------------------------
echo 'echo "of the switch"' >"$DISK/script/own"
echo core >"$DISK/core/core01"
cp "$DISK/startup-config" "$DISK/archive/kept"
sed -i '1s/^/nonsense\n/' "$DISK/startup-config"
switch_stop
switch_start # for startup errors
for to in "ftp f" "tftp 10.10.4.97" "tftp tftpd"; do
	dir=${to%% *}
	rm -f "$dir"/got.*
	good "copy running-config $to got.run"
	good "copy startup-config $to got.start"
	good "copy startup-errors $to got.err"
	good "copy log sys.log $to got.log"
	good "copy script own $to got.script"
	good "copy core core01 $to got.core"
	same "$to: running-config" "$(grep -v '^!Gen' "$dir/got.run")" \
		"$(cli "show running-config" | grep -v '^!Gen')"
	ok "$to: startup-config" cmp -s "$dir/got.start" "$DISK/startup-config"
	same "$to: startup-errors" "$(<"$dir/got.err")" \
		"$(cli "show startup-errors")"
	ok "$to: script" cmp -s "$dir/got.script" "$DISK/script/own"
	ok "$to: core" cmp -s "$dir/got.core" "$DISK/core/core01"
	ok "$to: log" \
		cmp -s -n "$(stat -c %s "$dir/got.log")" "$dir/got.log" \
		"$DISK/log/sys.log"
done

# ---- in ------------------------------------------------------------------------
good "copy ftp f hello script greet"
ok "a script" cmp -s ftp/hello "$DISK/script/greet"
good "copy tftp tftpd hello script greet2"
ok "a script by TFTP" cmp -s ftp/hello "$DISK/script/greet2"
good "copy ftp deep sg0810106.adi boot-image"
ok "an image" cmp -s ftp/deep/sg0810106.adi "$DISK/root/sg0810106.adi"
good "copy ftp f /deep/sg0810106.adi boot-image"
good "copy tftp 10.10.4.97 sg0820001.adi boot-image"
ok "an image by TFTP" cmp -s tftp/sg0820001.adi "$DISK/root/sg0820001.adi"
good "copy ftp f start startup-config"
ok "a startup-config" cmp -s ftp/start "$DISK/startup-config"

# ---- what goes wrong changes nothing -------------------------------------------
cp "$DISK/startup-config" before
for from in "ftp f" "tftp tftpd"; do
	bad "copy $from absent startup-config" 'File not found'
	bad "copy $from noise startup-config" 'The file is not a text file'
	bad "copy $from absent script x" 'File not found'
	bad "copy $from absent.adi boot-image" 'File not found'
	bad "copy $from start boot-image" 'start is no name of an image'
done
bad "copy ftp f empty startup-config" 'The file is empty'
bad "copy ftp f huge startup-config" 'The file is longer than'
bad "copy ftp wrong start startup-config" 'Login failed'
bad "copy ftp nobody start startup-config" 'Unable to connect'
bad "copy ftp absent start startup-config" 'FTP record not found'
bad "copy tftp nohost start startup-config" 'Unknown host'
bad "copy log nosuch ftp f x" 'Specified log file does not exist: nosuch'
bad "copy script nosuch ftp f x" 'Specified script does not exist'
bad "copy running-config ftp f no/such/folder" '.'
ok "nothing of it is on the disk" cmp -s before "$DISK/startup-config"
ok "nor a script" not test -e "$DISK/script/x"
ok "nor an image" not test -e "$DISK/root/absent.adi"
ok "nothing half-written is left" no_temps
bad "copy tftp 10.10.4.95 start startup-config" 'Unable to connect'

# ---- the archive -----------------------------------------------------------------
cli_ok "archive running-config run1" "archive startup-config" \
	"archive script own" "archive script own own2" "archive log sys.log l1" \
	"copy running-config disk r1" "copy startup-config disk s1"
same "running-config, archived" "$(grep -v '^!Gen' "$DISK/archive/run1")" \
	"$(cli "show running-config" | grep -v '^!Gen')"
same "and shown" "$(cli "show archive run1")" "$(<"$DISK/archive/run1")"
ok "startup-config, archived" \
	cmp -s "$DISK/archive/startup-config" "$DISK/startup-config"
ok "a script, archived" cmp -s "$DISK/archive/own2" "$DISK/script/own"
list=$(cli "show archive")
for f in kept l1 own own2 run1 startup-config; do
	has "$f is listed" "$list" \
		"^$f +[0-9]+ +[0-9/]{10} [0-9:]{8}\$"
done
cli_ok "clear script own" "restore kept startup-config" \
	"restore own script" "restore own script own3" "restore l1 log old.log"
ok "a script is back" cmp -s "$DISK/archive/own" "$DISK/script/own"
ok "and under a new name" cmp -s "$DISK/archive/own" "$DISK/script/own3"
ok "a startup-config is back" cmp -s "$DISK/archive/kept" \
	"$DISK/startup-config"
has "a log is back" "$(cli "show log-list")" '^old.log '
has "scripts are listed" "$(cli "show script")" '^own3 +[0-9]+ '
same "a script is shown" "$(cli "show script own3 line-numbers")" \
	'   1  echo "of the switch"'
has "cores are listed" "$(cli "show core")" '^core01 +5 '
cli_ok llama "clear core core01" exit "clear archive own2" "clear script own3"
ok "the core is gone" not test -e "$DISK/core/core01"
ok "the archive is gone" not test -e "$DISK/archive/own2"
ok "the script is gone" not test -e "$DISK/script/own3"

# ---- what is no file ---------------------------------------------------------------
mkdir "$DISK/script/folder" "$DISK/archive/folder"
mkfifo "$DISK/script/pipe"
ln -s /dev/zero "$DISK/script/device"
ln -s /etc/nowhere "$DISK/script/nowhere"
head -c 9000000 /dev/zero | tr '\0' 'x' >"$DISK/script/big"
printf 'a\033[2Jb\n' >"$DISK/script/escape"
for f in folder pipe device; do
	bad "show script $f" "$f is not a file"
	bad "archive script $f" "$f is not a file"
	bad "clear script $f" "$f is not a file"
	bad "copy script $f ftp f x" "$f is not a file"
done
bad "show script nowhere" 'Specified script does not exist: nowhere'
bad "show script big" '.*File too large'
bad "show script escape" 'escape is not a text file'
bad "show script ../ssl" '.'
bad "archive running-config folder" '.*Is a directory'
bad "copy ftp f hello script folder" '.*Is a directory'
bad "restore nosuch script" 'Specified archive file does not exist'
bad "restore own script folder" '.*Is a directory'
cp "$DISK/root/sg0810106.adi" "$DISK/archive/binary"
bad "restore binary startup-config" 'binary is not a text file'
ok "the startup-config is what it was" \
	cmp -s "$DISK/archive/kept" "$DISK/startup-config"
ok "nothing half-written is left behind" no_temps
switch_stop

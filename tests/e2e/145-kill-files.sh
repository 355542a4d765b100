#!/bin/bash
# SIGKILL while archives, profiles, the boot record and versions are written:
# each is a whole file, the old or the new one, and nothing piles up.
# labels: slow
# timeout: 280
. "$(dirname "$0")/lib.sh"

kills=60
! is_sanitized || kills=15

for i in $(seq 1 100); do
	printf 'service s%03d\n  ip address 10.77.0.%d\n' "$i" "$i"
done >startup
{ printf 'CSS-ADI 1\nversion sg0810106\nbytes 3000000\n\n'
	head -c 3000000 /dev/urandom; } >image
tail -c 3000000 image >payload
switch_start --startup startup
cli_ok "copy running-config startup-config"
switch_stop
cp image "$DISK/root/sg0810106.adi"

{ printf 'admin\nsystem\nexpert\n'
	for i in $(seq 1 300); do
		printf '%s\n' "prompt p$((i % 2))" "copy profile user-profile" \
			"archive running-config run" \
			"archive startup-config start" \
			"configure;boot;primary config-path c:/p$((i % 2))" \
			"unpack sg0810106.adi" "remove sg0810106" end
	done; } >lines

whole() { # FILE LAST-LINE: absent, or whole
	[ ! -e "$1" ] || [ "$(tail -n 1 "$1")" = "$2" ]
}
# What a kill in the middle of unpacking leaves.
mkdir "$DISK/root/sg0730101"
echo part >"$DISK/root/sg0730101/.tmp-0"
# The version of a turn comes and goes in milliseconds, so we look without a
# pause.
fresh_version() {
	local until=$((SECONDS + 60))

	until [ "$DISK/root/sg0810106/version" -nt begun ]; do
		[ $SECONDS -lt $until ] || return 1
	done
}
# Every other kill comes when a version was just installed, whatever the speed
# of this build; the others come at any time.
written=0 versions=0
last=$(tail -n 1 "$DISK/startup-config")
for i in $(seq 1 $kills); do
	switch_start
	touch begun
	"$CSS" attach --disk "$DISK" <lines >/dev/null 2>&1 &
	if [ $((i % 2)) = 0 ]; then
		ok "kill $i: a version is unpacked" fresh_version
	else
		sleep "0.$((RANDOM % 900 + 100))"
	fi
	end switch KILL
	wait $! 2>/dev/null
	ok "kill $i: the archived running-config" \
		whole "$DISK/archive/run" "$last"
	ok "kill $i: the archived startup-config" \
		whole "$DISK/archive/start" "$last"
	ok "kill $i: the profile" whole "$DISK/profile/admin-profile" \
		'@set CHECK_STARTUP_ERRS "1" session'
	ok "kill $i: the boot record" whole "$DISK/boot-record" 'offdm-login no'
	if [ -e "$DISK/root/sg0810106/version" ]; then
		ok "kill $i: an installed version has its image" \
			cmp -s payload "$DISK/root/sg0810106/image"
		versions=$((versions + 1))
	fi
	[ ! -e "$DISK/archive/run" ] || written=$((written + 1))
done
ok "files were written ($written) and versions installed ($versions)" \
	[ $written -gt 5 -a $versions -gt 0 ]
switch_start
same "nothing half-written is left behind" \
	"$(find "$DISK" -name '.tmp-*' | wc -l)" 0
same "nothing was spoilt" "$(find "$DISK" -name '*.bad*' | wc -l)" 0
lacks "what was cut short does not count" "$(cli "show installed-software" |
	grep -vx 'sg08[12]0[15]0[16]')" '.'
switch_stop

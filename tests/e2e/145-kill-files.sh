#!/bin/bash
# SIGKILL while archives, profiles, the boot record and versions are written:
# each is a whole file, the old or the new one, and nothing piles up.
# labels: slow
# timeout: 280
. "$(dirname "$0")/lib.sh"

kills=60
ldd "$CSS" | grep -Eq 'lib(a|t|ub)san' && kills=15

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
# Sanitizers are slow: how long one turn takes tells when the kills may come.
switch_start
from=${EPOCHREALTIME/./}
"$CSS" attach --disk "$DISK" <lines >/dev/null 2>&1 &
within 60 test -e "$DISK/root/sg0810106/version" || fail "nothing is unpacked"
turn=$(((${EPOCHREALTIME/./} - from) / 1000))
end switch KILL
wait $! 2>/dev/null
longest=$((turn * 3 / 2 > 1000 ? turn * 3 / 2 : 1000)) # ms
written=0 versions=0
last=$(tail -n 1 "$DISK/startup-config")
for i in $(seq 1 $kills); do
	switch_start
	"$CSS" attach --disk "$DISK" <lines >/dev/null 2>&1 &
	ms=$((RANDOM % (longest - 100) + 100))
	sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
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

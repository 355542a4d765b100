#!/bin/bash
# The container of examples/containerlab, as far as it can be checked without an
# engine: what it installs is what the program needs, what it copies is there, and
# its start script boots a switch on the interfaces that it finds.
# labels: quick
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/lib/packages.sh"

lab=$ROOT/examples/containerlab
[ -w /dev/net/tun ] && [ "$(id -u)" = 0 ] && unshare -mn true 2>/dev/null || {
	echo "skipped: no root, no namespaces or no /dev/net/tun"
	exit 77
}

# the packages of the nth stage
installed() { # N
	awk -v n="$1" '/^FROM/ { stage++ }
		{ line = line $0 }
		/\\$/ { sub(/\\$/, " ", line); next }
		{ if (stage == n && line ~ /apt-get install/) print line; line = "" }' \
		"$lab/Dockerfile" | sed 's/&&/\n/g' | grep "apt-get install" |
		tr -s ' \t' '\n' | grep -Ev '^(RUN|apt-get|install|-.*|)$' | sort
}
# shellcheck disable=SC2086
same "the build stage installs what a build needs, without the tests' library" \
	"$(installed 1)" "$(printf '%s\n' $PACKAGES_BUILD $PACKAGES_FAST |
		grep -vx check | sort)"
installed 2 >second
for lib in $(objdump -p "$CSS" | awk '/NEEDED/ { print $2 }'); do
	path=$(ldd "$CSS" | awk -v l="$lib" '$1 == l { print $3 }')
	case $lib in libc.so* | libm.so* | ld-linux* | libasan* | libubsan* | \
		libtsan* | libgcc_s* | libstdc*) continue ;; esac
	owner=$(dpkg -S "$(realpath "$path")" "$path" 2>/dev/null |
		sed 's/[:,].*//' | sort -u)
	ok "the second stage installs what has $lib" grep -qxF "$owner" second
done
for what in $(sed -n 's/^COPY \([^-].*\) [^ ]*$/\1/p' "$lab/Dockerfile"); do
	ok "it copies $what, which is there" test -e "$ROOT/$what"
done
for what in $(sed -n 's/.*- \(\.\.[^:]*\):.*/\1/p' "$lab/css.clab.yml"); do
	ok "the topology binds $what, which is there" test -e "$lab/$what"
done
ok "start is a program" test -x "$lab/start"

# the start script, on the interfaces of a lab, with what an engine leaves to its
# containers: /proc/sys to read, and these rights beside those of the line to run it
kept=chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service
kept+=,sys_chroot,setfcap,$(grep -o -- '--cap-add [A-Z_]*' "$lab/Dockerfile" |
	cut -d' ' -f2 | tr A-Z a-z | paste -sd,)
mkdir bin
ln -s "$CSS" bin/css11500
cat >inside <<'END'
ip link set lo up
for n in 1 3 4; do ip link add eth$n type veth peer name far$n; ip link set far$n up; done
mount -t sysfs sysfs /sys 2>/dev/null
mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys || exit
exec setpriv --bounding-set "-all,+$2" "$1"
END
CSS_DISK=$DISK CSS_OPTIONS="--telnet off" PATH=$T/bin:$PATH \
	background container unshare -mn sh inside "$lab/start" \
	"$(sed "s/,/,+/g" <<<"$kept")"
within 30 test -S "$DISK/console" || fail "start boots no switch"
shown=$(cli "show lab wire")
has "eth1 is 1/1" "$shown" "1/1 .*eth1"
has "eth3 is 3/1" "$shown" "3/1 .*eth3"
has "eth4 is 3/2" "$shown" "3/2 .*eth4"
has "start says so, too" "$(<container.log)" \
	'^start: --port 1/1=eth1 --port 3/1=eth3 --port 3/2=eth4$'

CSS_WAIT=0 PATH=$T/bin:$PATH unshare -mn sh -c \
	'mount -t sysfs sysfs /sys; exec "$0"' "$lab/start" >said 2>&1
same "without an interface it says so" $? 1
has "and what to do" "$(<said)" "connect the container"

# the first process of a process namespace, as it is in a container
CSS_WAIT=60 PATH=$T/bin:$PATH background waiting unshare -mnpf --kill-child \
	--mount-proc sh -c 'mount -t sysfs sysfs /sys; exec "$0"' "$lab/start"
first=
is_waiting() {
	first=$(pgrep -P "${pid[waiting]}" -f "$lab/start")
}
within 10 is_waiting || fail "start does not wait"
is_gone() { ! kill "$first" 2>/dev/null; }
ok "while it waits it can be stopped" within 10 is_gone

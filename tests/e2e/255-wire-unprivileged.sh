#!/bin/bash
# On the wire without root: an ordinary user in `unshare -Urn` wires a switch to hosts
# of his own making and talks through a layer 3/4 rule, a layer 5 rule and an SSL rule;
# three capabilities alone do as well; and what is missing is said with its cure.
#
# As root it makes a /dev/net/tun as most systems have it, for everybody, in a mount
# namespace of its own, and becomes an ordinary user there.
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

# ---- what the user does in his namespaces -----------------------------------------
startup_config() {
	two_arms "bridge spanning-tree disabled" <<'END'
ssl-proxy-list l
  ssl-server 1
  ssl-server 1 vip address 192.168.10.50
  ssl-server 1 port 443
  ssl-server 1 rsacert c
  ssl-server 1 rsakey k
  ssl-server 1 cipher rsa-with-aes-128-cbc-sha 192.168.10.51 80
  active
service web
  ip address 10.1.1.11
  port 8000
  keepalive type tcp
  active
service pinged
  ip address 10.1.1.11
  keepalive type icmp
  active
service module
  type ssl-accel
  slot 2
  keepalive type none
  add ssl-proxy-list l
  active
owner acme
  content four
    vip address 192.168.10.20
    protocol tcp
    port 80
    add service web
    active
  content five
    vip address 192.168.10.21
    protocol tcp
    port 80
    url "/*"
    add service web
    active
  content tls
    vip address 192.168.10.50
    protocol tcp
    port 443
    add service module
    active
  content clear
    vip address 192.168.10.51
    protocol tcp
    port 80
    url "/*"
    add service web
    active
END
}

# "ANSWER of the web server" to the client's own address
get() { # URL
	on client curl -sSk -m 10 "$1" 2>&1
}

seen='^web 192\.168\.10\.9:[0-9]+ 10\.1\.1\.11 /x$'

traffic() {
	host client 1/1 192.168.10.9/24 192.168.10.1
	host servers 1/2 10.1.1.11/24 10.1.1.1
	on_background web servers $PYTHON "$ROOT/tests/e2e/who.py" \
		web=10.1.1.11:8000
	within 5 grep -qs ready web.log || fail "who.py"
	ca_new web && ca_issue web web www.example || fail "openssl"
	{
		printf 'ssl associate cert c web.pem\nssl associate rsakey k web.key\n'
		startup_config
	} >startup
	wire+=(--port 3/1=tap:css0)
	wire_start --startup startup --slot 2=CSS5-SSL-K9 \
		--import-ssl web.pem --import-ssl web.key

	for s in web pinged; do wait_service $s Alive; done
	ok "the switch answers a ping" on client ping -q -c 1 -W 5 192.168.10.1
	ok "and passes one on" on client ping -q -c 1 -W 5 10.1.1.11
	has "a layer 3/4 rule" "$(get http://192.168.10.20/x)" "$seen"
	has "a layer 5 rule" "$(get http://192.168.10.21/x)" "$seen"
	has "an SSL rule" "$(get https://192.168.10.50/x)" "$seen"
	has "of the fast path it says" "$(cli "show lab wire")" "$1"
	ok "Telnet is on the circuit" \
		on client bash -c 'exec 3<>/dev/tcp/192.168.10.1/23'
	ip addr add 192.168.10.8/24 dev css0 || fail "no css0"
	ok "a TAP device is a port" ping -q -c 1 -W 5 -I css0 192.168.10.1
	switch_stop
}

if [ "${1:-}" = traffic ]; then
	traffic "$2" >said
	exit
fi

# ---- an ordinary user --------------------------------------------------------------
cp "$CSS" css11500 && mkdir -m 777 own src build && chmod 755 . || exit 1
export TMPDIR=$T/own CSS11500=$T/css11500 CSS_BUILD=$T/build
me=$T/src/tests/e2e/$(basename "$0")
disk=$T/own/disk

device() { # MODE
	rm -f tun
	mknod tun c 10 200 && chmod "$1" tun
}

# Paths that everybody may read, and the device.
user() { # [OPTION OF SETPRIV...] COMMAND...
	# shellcheck disable=SC2016
	unshare -mn sh -c 'mount --bind "$0" src && mount --bind "$1" build &&
		mount --bind tun /dev/net/tun && shift || exit
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"' \
		"$ROOT" "$BUILD" "$@"
}

device 666 2>/dev/null && user sh -c ': <>/dev/net/tun' 2>why || {
	echo "skipped: here is nobody who may make a /dev/net/tun for others"
	exit 77
}

# ---- what is missing ------------------------------------------------------------------
cure='run as root, in `unshare -Urn`, or with CAP_NET_RAW, CAP_NET_ADMIN and CAP_SYS_ADMIN'

caps() { # CAPABILITY,...: options for setpriv
	echo "--inh-caps $1 --ambient-caps $1"
}

refused() { # INTERFACE LINE COMMAND...
	"${@:3}" "$CSS11500" run --disk "$disk" --telnet off --attach wire \
		--port "1/1=$1" >said 2>&1 </dev/null
	same "without its rights it does not boot" $? 1
	has "it says what is missing" "$(<said)" "$2"
	same "in one line" "$(wc -l <said)" 1
}

no_right() { # INTERFACE LINE OPTION...
	refused "$1" "$2" user "${@:3}"
	ok "and all that helps: $(<said)" grep -qF "$cure" said
}

no_right lo '^css11500: packet:lo: packet socket: not permitted: '
no_right pcap:lo '^css11500: pcap:lo: libpcap: not permitted: '
no_right tap:css0 '^css11500: tap:css0: TUNSETIFF: not permitted: '
# shellcheck disable=SC2046
no_right lo '^css11500: no network namespace of its own: CAP_SYS_ADMIN is missing: ' \
	$(caps +net_raw,+net_admin)
three=$(caps +net_raw,+net_admin,+sys_admin)
device 600
for port in lo tap:css0; do
	# shellcheck disable=SC2086
	refused $port \
		'^css11500: /dev/net/tun: Permission denied; .*chmod a\+rw /dev/net/tun' \
		user $three
done
device 666

# ---- nothing missing --------------------------------------------------------------------
# shellcheck disable=SC2086
ok "three capabilities are enough" user $three "$me" traffic \
	'^(Fast path: on|Not by the fast path: .)'
user unshare -Urn true 2>why || {
	echo "skipped: the kernel forbids user namespaces to ordinary users:" \
		"$(<why)"
	exit 77
}
ok "so is \`unshare -Urn\`" user unshare -Urn "$me" traffic \
	'^Not by the fast path: (BPF.*: not permitted: run as root of this host, not in|.* built )'

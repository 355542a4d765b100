# shellcheck shell=bash
# Debian packages that this repository needs, by purpose: the one place that
# names them.  Sourced by tests/run, tests/bench/run and examples/federation/run:
#
#	. tests/lib/packages.sh
#	need_build || exit 1
#
# A function installs what is missing and nothing else, as root or through sudo;
# without a missing package it neither runs apt nor touches the network.  With
# CSS_NO_INSTALL=1 nothing is installed: the missing packages are named instead.

# What configuring and building takes.
PACKAGES_BUILD="gcc libc6-dev cmake ninja-build pkg-config libssl-dev
	libedit-dev libtelnet-dev libssh-dev libcurl4-openssl-dev libcrypt-dev
	libc-ares-dev libpcap-dev libmnl-dev zlib1g-dev check node-llhttp"

# What the example takes beside the build: certificates and an SFTP server.
PACKAGES_EXAMPLE="openssl python3 python3-paramiko iproute2 util-linux"

# Two real SIP servers for the example's --kamailio.
PACKAGES_KAMAILIO="kamailio kamailio-tls-modules"

# What the tests take beside both: a second compiler with its sanitizer and
# fuzzer libraries, real clients, and namespaces to run them in.
PACKAGES_TESTS="clang libclang-rt-dev expect telnet curl iproute2 procps
	util-linux gnutls-bin python3-pyftpdlib tftpd-hpa
	openssh-client freeradius tshark libauthen-tacacsplus-perl
	rsyslog python3-aiosmtpd chrony dnsmasq-base rancid
	nginx-light dovecot-pop3d dovecot-imapd slapd openbsd-inetd fingerd finger
	bind9-dnsutils sip-tester libnss3-tools sslscan testssl.sh
	iperf3 nftables iputils-ping iputils-arping traceroute tcpdump udhcpc"

# What the benchmark takes beside the build, without the programs that it
# compares with; those are named in need_peers.
PACKAGES_BENCH="openssl iproute2 procps util-linux"

# What the fast path on the wire is built with; without it all works, but slower.
PACKAGES_FAST="clang libbpf-dev"

# What the topologies of examples/wire and the benchmark of packets take besides.
PACKAGES_WIRE="$PACKAGES_FAST iproute2 ethtool nftables iperf3 iputils-ping traceroute curl
	python3 procps util-linux"

# The given packages that are not installed, one a line.
packages_missing() {
	local p
	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
			grep -qx installed || echo "$p"
	done
}

packages_as_root() {
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

# Services of freshly installed packages (a web server, a SIP server) must not
# start: tests bring up their own.  Debian asks this program before it starts
# one; a machine that has the file already keeps it.
packages_without_services() {
	local policy=/usr/sbin/policy-rc.d rc=0 own=
	if [ ! -e "$policy" ]; then
		own=1
		printf '#!/bin/sh\nexit 101\n' | packages_as_root tee "$policy" >/dev/null
		packages_as_root chmod 755 "$policy"
	fi
	"$@" || rc=$?
	[ -z "$own" ] || packages_as_root rm -f "$policy"
	return $rc
}

packages_apt() {
	packages_as_root apt-get -o DPkg::Lock::Timeout=300 -qq "$@" </dev/null
}

# Installs those of the given packages that are missing.
packages_need() {
	local missing
	if ! command -v dpkg-query >/dev/null; then
		echo "packages: not a Debian system; see tests/lib/packages.sh for what must be there" >&2
		return 0
	fi
	missing=$(packages_missing "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	if [ -n "${CSS_NO_INSTALL:-}" ]; then
		echo "packages: missing, and not to be installed: $missing" >&2
		return 1
	fi
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		echo "packages: install as root: apt-get install $missing" >&2
		return 1
	fi
	echo "packages: installing $missing" >&2
	# shellcheck disable=SC2086
	if ! packages_apt update >&2 || ! packages_without_services packages_apt \
		install --no-install-recommends -y $missing >&2; then
		echo "packages: apt-get could not install: $missing" >&2
		return 1
	fi
}

# shellcheck disable=SC2086
need_build() { packages_need $PACKAGES_BUILD; }
# shellcheck disable=SC2086
need_example() { packages_need $PACKAGES_BUILD $PACKAGES_EXAMPLE; }
# shellcheck disable=SC2086
need_kamailio() { packages_need $PACKAGES_KAMAILIO; }
# shellcheck disable=SC2086
need_tests() {
	packages_need $PACKAGES_BUILD $PACKAGES_EXAMPLE $PACKAGES_KAMAILIO \
		$PACKAGES_WIRE $PACKAGES_TESTS
}
# shellcheck disable=SC2086
need_wire() { packages_need $PACKAGES_BUILD $PACKAGES_WIRE; }
# need_peers PEER...: for tests/bench/run
need_peers() {
	local peer list="$PACKAGES_BUILD $PACKAGES_BENCH"
	for peer in "$@"; do
		case $peer in
		haproxy) list+=" haproxy" ;;
		nginx) list+=" nginx libnginx-mod-stream" ;;
		hitch) list+=" hitch" ;;
		stunnel) list+=" stunnel4" ;;
		esac
	done
	# shellcheck disable=SC2086
	packages_need $list
}

#!/bin/bash
# On the wire: connections to and from the switch's own sockets begin by the fast path
# when one before them has shown the way.  What they carry is right, and whoever must be
# told from them is: a client's own connections with the same server, a port without
# flows, a rule that is no more, a server that has another card, an attack.
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
mkdir files && head -c 20000 /dev/urandom >files/page
on_background web servers $PYTHON -m http.server -d "$T/files" 80
within 10 on servers curl -so /dev/null http://10.1.1.11/ || fail "no web server"

two_arms "bridge spanning-tree disabled" >startup <<'END'
service web
  ip address 10.1.1.11
  protocol tcp
  port 80
  keepalive type none
  active
owner acme
  content web
    vip address 192.168.10.22
    protocol tcp
    port 80
    url "/*"
    add service web
    active
END
wire_start --startup startup
wait_service web Alive
within 20 pings client 192.168.10.1 && within 20 pings servers 10.1.1.1 ||
	fail "the switch does not answer"
[[ $(cli "show lab wire") == *"Fast path: on, "* ]] || {
	echo "skipped: $(cli "show lab wire" | grep '^Not by')"
	exit 77
}

VIP=http://192.168.10.22
fetch() { # URL [OPTION...]
	rm -f got
	on client curl -sS -m 10 -o got "${@:2}" "$1" && cmp -s got files/page
}
many() { # NUMBER URL: so many connections, one behind the other
	local i

	for ((i = 0; i < $1; i++)); do
		fetch "$2" || return 1
	done
}
patterns() { [ "$(fast_path patterns)" = "$1" ]; }
heard() { # NUMBER: of SYNs, by the server, from the client
	[ "$(tshark -r heard.pcap -Y 'ip.src == 192.168.10.9 &&
		tcp.flags.syn == 1 && tcp.flags.ack == 0' 2>/dev/null | wc -l)" = "$1" ]
}

# ---- they begin -------------------------------------------------------------------------------
ok "a connection through the switch" fetch $VIP/page
ok "shows others the way, on both sides of the switch" within 5 patterns 2
on_background dump servers tcpdump -i eth0 -U -w "$T/heard.pcap" tcp port 80
within 10 grep -qs listening dump.log || fail "tcpdump"
ok "fifty more carry what they should" many 50 $VIP/page
ok "the server sees each come from the client" within 5 heard 50
end dump
ok "nearly all of them, and to the server, began by the fast path" \
	[ "$(fast_path connections)" -ge 90 ]
has "the rule has counted all" "$(cli "show rule acme web statistics")" \
	'Total Hits: +51$'
no_ways() { [ "$(fast_path ways)" = 0 ]; }
ok "when they are over, no ways are left" within 5 no_ways

# ---- who is another ---------------------------------------------------------------------------
ok "a connection that the client has with the server itself" fetch http://10.1.1.11/page
ok "makes the switch tell its ports from ours from now on" within 5 patterns 1
ok "a rule's goes on" many 3 $VIP/page
both() { # kinds, from the same few ports
	local i

	for ((i = 0; i < 20; i++)); do
		fetch http://10.1.1.11/page --local-port 40000-40099 &&
			fetch $VIP/page --local-port 40000-40099 || return 1
	done
}
ok "both, from the same ports" both
refused() { # [OPTION...]
	not on client curl -s -m 2 -o /dev/null "$@" $VIP/page
}
ok "one from a port that has no flows gets nothing from a rule" refused --local-port 8089
ok "another one its page" fetch $VIP/page

# ---- another world ------------------------------------------------------------------------------
on servers sh -c "ip link set eth0 address 02:00:00:00:77:77 &&
	ping -q -c 1 10.1.1.1 >/dev/null"
ok "a server that has another card is found" many 5 $VIP/page
cli_ok configure "owner acme" "content web" suspend
ok "a rule that is suspended lets nobody in" refused
cli_ok configure "owner acme" "content web" active
ok "and takes them again" within 10 fetch $VIP/page
ok "by the fast path" within 5 not patterns 0

# ---- an attack -----------------------------------------------------------------------------------
# More than there are places for what begins between two looks at the books, none of
# which ends its handshake.
on client nft -f - <<'END'
table ip quiet {
	chain out {
		type filter hook output priority 0;
		tcp flags rst drop
	}
}
END
ok "a flood of SYNs" on client $PYTHON "$ROOT/tests/e2e/syns.py" 192.168.10.9 \
	192.168.10.22:80 30000
ok "and segments from port 0, which is nobody's" on client $PYTHON \
	"$ROOT/tests/e2e/syns.py" 192.168.10.9 192.168.10.22:80 50 0 16
ok "keep nobody else out" many 5 $VIP/page
attacks() { # KIND LEAST
	local n

	n=$(cli "show dos summary" | sed -nE "s/^.*$1.*[^0-9]([0-9]+).*/\\1/p" | head -1)
	[ "${n:-0}" -ge "$2" ]
}
ok "and are seen by the switch" within 40 attacks SYN 1000
ok "both" attacks 'Zero Port' 50

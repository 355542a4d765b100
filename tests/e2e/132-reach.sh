#!/bin/bash
# Names asked of a real name server, ping and traceroute over real routers.
# timeout: 150
. "$(dirname "$0")/lib.sh"
[ -n "${CSS_NETNS:-}" ] && [ "$(id -u)" = 0 ] || {
	echo "needs network namespaces"
	exit 77
}

# ---- a router and a server behind it ----------------------------------------------
for ns in router server; do
	unshare -n sleep 600 &
	pid[$ns]=$!
done
in_ns() { # NAME COMMAND...
	local ns=$1

	shift
	nsenter -t "${pid[$ns]}" -n "$@"
}
has_own() { # is the process in a namespace of its own already?
	[ "$(readlink "/proc/${pid[$1]}/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}
within 5 has_own router && within 5 has_own server || fail "no namespaces"
ip link add up0 type veth peer name down0 netns "${pid[router]}"
in_ns router ip link add up1 type veth peer name down1 netns "${pid[server]}"
ip addr add 198.18.0.1/24 dev up0
ip link set up0 up
in_ns router ip addr add 198.18.0.2/24 dev down0
in_ns router ip addr add 198.18.1.1/24 dev up1
in_ns router ip link set lo up
in_ns router ip link set down0 up
in_ns router ip link set up1 up
in_ns router sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0
in_ns router ip route add unreachable 198.18.7.0/24
in_ns router ip route add blackhole 198.18.8.0/24
in_ns server ip addr add 198.18.1.2/24 dev down1
in_ns server ip link set lo up
in_ns server ip link set down1 up
in_ns server ip route add default via 198.18.1.1
in_ns server sysctl -qw net.ipv4.icmp_ratelimit=0
ip route add 198.18.0.0/16 via 198.18.0.2

background dns dnsmasq -k -C /dev/null --no-resolv --no-hosts --user=root \
	--port=53 --listen-address=127.53.0.1 --bind-interfaces \
	--log-queries --log-facility=- \
	--host-record=web1.example.com,10.32.1.1 \
	--host-record=far.example.com,10.18.1.2 \
	--host-record=files.example.com,10.32.1.5 \
	--cname=www.example.com,web1.example.com --local=/example.com/ \
	--address=/empty.example.com/
within 10 grep -qs 'started' dns.log || fail "the name server does not start"
switch_start --telnet 127.32.0.2:2323 --map 10.18.0.0/16=198.18.0.0/16

# ---- ping and traceroute -----------------------------------------------------------
answer=$(cli "ping 10.32.1.1")
has "a ping says what it does" "$answer" \
	'^Sending 5 echo requests to 10\.32\.1\.1, time-out 1000 ms:$'
has "a mark for each reply" "$answer" '^!!!!!$'
has "and counts" "$answer" \
	'^Success rate is 100 percent \(5/5\), round-trip min/avg/max = [0-9]+/[0-9]+/[0-9]+ ms$'
has "as many as are wanted" "$(cli "ping 10.32.1.1 100")" '\(100/100\)'
has "of any size, over a router" "$(cli "ping 10.18.1.2 3 2000 8000")" '^!!!$'
has "no answer is a point" "$(cli "ping 10.18.8.1 2 200")" '^\.\.$'
has "and no success" "$(cli "ping 10.18.8.1 1 200")" \
	'^Success rate is 0 percent \(0/1\)$'
has "no way is told" "$(cli "ping 10.18.7.1 2 2000")" '^UU$'
answer=$(cli "traceroute 10.18.1.2")
has "the first hop is the router" "$answer" \
	'^ 1  10\.18\.0\.2(  [0-9]+\.[0-9]{3} ms){3}$'
has "the second the server" "$answer" \
	'^ 2  10\.18\.1\.2(  [0-9]+\.[0-9]{3} ms){3}$'
lacks "and that is all" "$answer" '^ 3'
has "hops can be left out" "$(cli "traceroute 10.18.1.2 2 9")" '^ 2  10\.18\.1\.2'
lacks "from both ends" "$(cli "traceroute 10.18.1.2 1 1")" '^ 2'
has "unreachable is told" "$(cli "traceroute 10.18.7.9 1 3")" '!H'

cat >abort.exp <<'END'
source $env(SEE_EXP)
spawn -noecho telnet 127.32.0.2 2323
see {User ?[Nn]ame:} "log-in"
send "admin\r"
see {Password:} "password"
send "system\r"
see {CSS11503# $} "prompt"
send "ping 10.18.8.1 30000 300\r"
see {300 ms:\r\n\.\.} "marks while it goes on"
send "\003"
see {\r\nSuccess rate is 0 percent \(0/[0-9]+\)\r\n} "the result so far"
see {CSS11503# $} "the prompt behind Ctrl-C"
send "traceroute 10.18.8.1\r"
see {hops 1 to 30:\r\n 1  \*} "a hop while it goes on"
send "\003"
see {CSS11503# $} "the prompt behind Ctrl-C again"
send "ping 10.32.1.1 2; echo \"behind\"\r"
see {100 percent.*behind\r\nCSS11503# $} "the rest of the line"
send "exit\r"
expect {
	"Configuration changes" {send "n\r"; exp_continue}
	eof {}
	timeout {bad "the end"}
}
END
ok "Ctrl-C ends both, at once and with what there is" expect abort.exp

# A session that goes takes its ping along.
printf '%s\n' admin system "ping 10.18.8.1 30000 1000" |
	timeout 2 "$CSS" attach --disk "$DISK" >/dev/null 2>&1
ok "a session that goes takes its ping along" cli_ok "show clock" >/dev/null

# ---- names ----------------------------------------------------------------------
has "without servers there are no names" "$(cli "ping web1.example.com")" \
	'^%% Unknown host: web1.example.com \(host web1.example.com A.B.C.D names it\)'
cli_ok configure "dns primary 10.53.0.1" "dns suffix example.com"
has "a name is looked up" "$(cli "ping web1.example.com 1")" \
	'^Sending 1 echo requests to 10\.32\.1\.1,'
has "an alias, too" "$(cli "ping www.example.com 1")" 'to 10\.32\.1\.1,'
has "a short one with the suffix" "$(cli "ping web1 1")" 'to 10\.32\.1\.1,'
ok "the server was asked for the whole name" \
	grep -q 'query\[A\] web1.example.com from' dns.log
has "unknown names are told" "$(cli "ping nobody.example.com")" \
	'^%% Unknown host: nobody\.example\.com$'
has "so are names without an address" "$(cli "ping empty.example.com")" \
	'^%% Unknown host: empty\.example\.com$'
has "traceroute takes names" "$(cli "traceroute far 1 5")" \
	'^ 2  10\.18\.1\.2'
cli_ok configure "host web1 10.32.1.7"
has "a host line goes first" "$(cli "ping web1 1")" 'to 10\.32\.1\.7,'
cli_ok configure "logging host web1.example.com facility 2"
has "other commands take names and keep addresses" \
	"$(cli "show running-config global")" \
	'^  logging host 10\.32\.1\.1 facility 2 *$'
cli_ok configure "no logging host web1.example.com"
lacks "also to undo" "$(cli "show running-config global")" 'logging host'

mkdir ftp
echo "from afar" >ftp/motd
background ftp "$PYTHON" "$ROOT/tests/e2e/ftpserver.py" 127.32.1.5:21 css \
	secret ftp
within 10 listens 127.32.1.5 21 || fail "the FTP server does not start"
cli_ok configure 'ftp-record rec files.example.com css "secret" /' \
	"end" "copy ftp rec motd script motd" >/dev/null
has "transfers look up the names of their servers" "$(cli "show script motd")" \
	'^from afar$'

cli_ok configure "no dns primary" "dns secondary 10.53.0.9" \
	"dns secondary 10.53.0.1"
has "a server that is down is passed over" "$(cli "ping web1.example.com 1")" \
	'to 10\.32\.1\.1,'
cli_ok configure "no dns secondary 10.53.0.1"
has "no answer is told" "$(cli "ping web1.example.com 1")" \
	'^%% Host web1\.example\.com cannot be looked up: '
switch_stop

#!/bin/bash
# A client that vanishes in the middle of what it gets and of what it sends, through
# rules of layer 4, of layer 5 and SSL: nobody tells the switch, and when the flows'
# time is over, nothing of them is left.
# labels: traffic
# timeout: 200
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
ca_new x && ca_issue web x www.example.com || fail "openssl"
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
for n in 2 3 4; do on servers ip addr add 10.1.1.1$n/24 dev eth0; done
# a server gives up soon, too: what it still sent would keep the flow
on servers sysctl -qw net.ipv4.tcp_retries2=3
on_background origin servers $PYTHON "$ROOT/tests/e2e/origin.py" seen.jsonl \
	four=10.1.1.11:80 five=10.1.1.12:80 tls=10.1.1.13:80 hidden=10.1.1.14:80

two_arms "bridge spanning-tree disabled" \
	"ssl associate cert c web.pem" \
	"ssl associate rsakey k web.key" >startup <<'END'
ssl-proxy-list l
  ssl-server 1
  ssl-server 1 vip address 192.168.10.23
  ssl-server 1 rsacert c
  ssl-server 1 rsakey k
  ssl-server 1 tcp virtual inactivity-timeout 8
  ssl-server 1 tcp server inactivity-timeout 8
  ssl-server 1 cipher rsa-with-aes-128-cbc-sha 192.168.10.24 80
  active
service four
  ip address 10.1.1.11
  keepalive type none
  active
service five
  ip address 10.1.1.12
  keepalive type none
  active
service tls
  ip address 10.1.1.13
  keepalive type none
  active
service hidden
  ip address 10.1.1.14
  keepalive type none
  active
service module
  type ssl-accel
  slot 2
  keepalive type none
  add ssl-proxy-list l
  active
group nat
  vip address 10.1.1.77
  add destination service hidden
  active
owner acme
  content four
    vip address 192.168.10.21
    protocol tcp
    port 80
    add service four
    active
  content five
    vip address 192.168.10.22
    protocol tcp
    port 80
    url "/*"
    add service five
    active
  content module
    vip address 192.168.10.23
    protocol tcp
    port 443
    add service module
    active
  content tls
    vip address 192.168.10.24
    protocol tcp
    port 80
    url "/*"
    add service tls
    active
  content hidden
    vip address 192.168.10.25
    protocol tcp
    port 80
    add service hidden
    active
END
wire_start --startup startup --slot 2=CSS5-SSL-K9 \
	--import-ssl web.pem --import-ssl web.key
for s in four five tls hidden; do wait_service $s Alive; done

SERVICES="four five tls hidden module"
url() { # SERVICE
	case $1 in
	four) echo http://192.168.10.21 ;;
	five) echo http://192.168.10.22 ;;
	tls) echo https://www.example.com ;;
	hidden) echo http://192.168.10.25 ;;
	esac
}
curl_to() { # SERVICE PATH [CURL-OPTION...]
	echo curl -sS --cacert x-ca.pem --limit-rate 200k --max-time 60 \
		--resolve www.example.com:443:192.168.10.23 "${@:3}" \
		"$(url "$1")$2"
}
answers() { # SERVICE
	# shellcheck disable=SC2046
	[ "$(on client $(curl_to "$1" /10 --max-time 2) 2>/dev/null | wc -c)" = 10 ]
}
connections() { # SERVICE
	cli "show service $1" |
		sed -n 's/.*Current Local Connections: *\([0-9]*\).*/\1/p'
}
all_have() { # NUMBER: each service, the module in front of one has its as well
	local s

	for s in $SERVICES; do
		[ "$(connections $s)" = "$1" ] || return 1
	done
}
flows() { cli "show flows" | grep -c '192\.168\.10\.9 '; }
no_flows() { [ "$(flows)" = 0 ]; }
# Connections of the group that have one of its ports.
mapped() { cli "show group nat" | sed -n 's,.*Connections Total/Current: *,,p'; }
none_mapped() { [[ $(mapped) == */0 ]]; }
ends() { grep -c "\"server\": \"$1\".*\"end\"" seen.jsonl; } # SERVICE
ended() { [ "$(ends "$1")" -ge "$2" ]; }

head -c 3000000 /dev/urandom >up
begin() { # one down and one up through each rule
	local s

	for s in four five tls hidden; do
		within 20 answers $s || fail "no way to $s"
	done
	within 30 all_have 0 || fail "counts before"
	for s in four five tls hidden; do
		# shellcheck disable=SC2046
		on_background down-$s client $(curl_to $s /30000000 -o down-$s)
		# shellcheck disable=SC2046
		on_background up-$s client $(curl_to $s /up -T up)
	done
	ok "each service has both" within 20 all_have 2
	same "and the group two ports" "$(mapped | sed 's,.*/,,')" 2
	ok "and all are shown" [ "$(flows)" -ge 16 ]
	ok "data come" within 10 all_moving
	five=$(ends five) tls=$(ends tls)
}
all_moving() { [ -s down-four ] && [ -s down-five ] && [ -s down-tls ]; }
all_over() {
	ok "of the layer 4, layer 5 and SSL rules nothing is counted" \
		within 50 all_have 0
	ok "no flow is shown" within 20 no_flows
	ok "the group's ports are back" within 20 none_mapped
	ok "servers of what the switch ended are told" \
		within 20 ended five $((five + 2))
	ok "of SSL, too" within 20 ended tls $((tls + 2))
}
forget() {
	local s

	for s in four five tls hidden; do
		end down-$s KILL
		end up-$s KILL
	done
	rm -f down-*
}

# ---- its cable is taken out, and put back ---------------------------------------------
begin
ip link set css1-1 down
all_over
forget
ip link set css1-1 up
for s in four five tls hidden; do
	ok "behind it, $s serves as before" within 20 answers $s
done

# ---- it is gone, with its cable ---------------------------------------------------------
begin
ip link del css1-1
forget
all_over
switch_stop

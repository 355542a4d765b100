#!/bin/bash
# Examples of the product's manuals that only packets can show: a layer 3 rule (E3),
# flows of servers with a source group (E23), a transparent cache (E28).
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
host cache 3/1 10.1.1.51/24 10.1.1.1
host origin 3/2 198.51.100.7/24 198.51.100.1
on servers ip addr add 10.1.1.12/24 dev eth0
who() { # NAME HOST ADDR:PORT...
	local name=$1 where=$2 at args=()

	shift 2
	for at in "$@"; do args+=("$name=$at"); done
	on_background "$name" "$where" $PYTHON "$ROOT/tests/e2e/who.py" \
		"${args[@]}"
}
who web1 servers 10.1.1.11:80 10.1.1.11:8080
who web2 servers 10.1.1.12:80 10.1.1.12:8080
who origin origin 198.51.100.7:80 198.51.100.7:25
who outside client 192.168.10.9:25
# A cache takes what is addressed to others.
on cache ip route add local 198.51.100.0/24 dev lo
who cache cache 0.0.0.0:80

cat >startup <<'END'
interface 1/2
  bridge vlan 2
interface 3/1
  bridge vlan 2
interface 3/2
  bridge vlan 3
circuit VLAN1
  ip address 192.168.10.1 255.255.255.0
circuit VLAN2
  ip address 10.1.1.1 255.255.255.0
circuit VLAN3
  ip address 198.51.100.1 255.255.255.0
service web1
  ip address 10.1.1.11
  active
service web2
  ip address 10.1.1.12
  active
service cache1
  ip address 10.1.1.51
  port 80
  protocol tcp
  type transparent-cache
  keepalive type tcp
  keepalive port 80
  keepalive frequency 2
  keepalive retryperiod 2
  keepalive maxfailure 1
  active
eql cacheable
  extension gif
  extension html
group out
  vip address 192.168.10.20
  add service web1
  add service web2
  active
owner acme
  content any
    vip address 192.168.10.21
    add service web1
    active
owner cachers
  content all
    protocol tcp
    port 80
    url "/*" eql cacheable
    balance domainhash
    failover bypass
    param-bypass enable
    add service cache1
    active
END
wire_start --startup startup
for s in web1 web2 cache1; do wait_service $s Alive; done

get() { # HOST URL [CURL-OPTION...]
	on "$1" curl -sS --max-time 10 "${@:3}" "http://$2" 2>&1
}

# ---- E3: a layer 3 rule ---------------------------------------------------------
same "E3: one port" "$(get client 192.168.10.21/a --local-port 4001)" \
	"web1 192.168.10.9:4001 10.1.1.11 /a"
same "E3: another, unchanged" \
	"$(get client 192.168.10.21:8080/b --local-port 4002)" \
	"web1 192.168.10.9:4002 10.1.1.11 /b"
has "E3: a port that nobody has is refused by the server itself" \
	"$(get client 192.168.10.21:81/)" 'refused|Failed to connect'
on_background udp servers $PYTHON -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.1.1.11", 5300))
while True:
	data, peer = s.recvfrom(2000)
	s.sendto(b"%s %d" % (peer[0].encode(), peer[1]), peer)'
datagram() {
	on client $PYTHON -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 4003))
s.connect(("192.168.10.21", 5300))
s.settimeout(5)
s.send(b"x")
print(s.recv(2000).decode())' 2>/dev/null
}
within 10 datagram >/dev/null || fail "no answer to datagrams"
same "E3: datagrams" "$(datagram)" "192.168.10.9 4003"

# ---- E23: servers behind a group ----------------------------------------------------
has "E23: a flow that a server opens has the group's address" \
	"$(get servers 192.168.10.9:25/ --interface 10.1.1.11)" \
	'^outside 192\.168\.10\.20:[0-9]+ 192\.168\.10\.9 /$'
has "E23: the other one's, too" \
	"$(get servers 192.168.10.9:25/ --interface 10.1.1.12)" \
	'^outside 192\.168\.10\.20:[0-9]+ '
has "E23: another host's own address stays" \
	"$(get cache 192.168.10.9:25/ --interface 10.1.1.51)" \
	'^outside 10\.1\.1\.51:'

# ---- E28: a transparent cache -------------------------------------------------------
has "E28: what is cacheable goes to the cache, for the origin's address" \
	"$(get client 198.51.100.7/a.gif)" \
	'^cache 192\.168\.10\.9:[0-9]+ 198\.51\.100\.7 /a\.gif$'
has "E28: whoever the origin is" "$(get client 198.51.100.8/b.html)" \
	'^cache 192\.168\.10\.9:[0-9]+ 198\.51\.100\.8 /b\.html$'
has "E28: so many are there at once" "$(for n in 1 2 3 4; do
	get client 198.51.100.7/$n.gif &
done; wait)" '^cache .*/4.gif$'
has "E28: parameters go to the origin" "$(get client '198.51.100.7/a.gif?b')" \
	'^origin 192\.168\.10\.9:[0-9]+ 198\.51\.100\.7 /a\.gif\?b$'
has "E28: so does what is not cacheable" \
	"$(get client 198.51.100.7/a.cgi)" '^origin 192\.168\.10\.9:'
has "E28: other ports are routed" "$(get client 198.51.100.7:25/a.gif)" \
	'^origin 192\.168\.10\.9:'
on cache ip route del local 198.51.100.0/24 dev lo
has "E28: what the cache asks itself goes to the origin" \
	"$(get cache 198.51.100.7/a.gif)" '^origin 10\.1\.1\.51:'
end cache
wait_service cache1 Down 30
has "E28: without the cache, so does all" "$(get client 198.51.100.7/a.gif)" \
	'^origin 192\.168\.10\.9:'
switch_stop

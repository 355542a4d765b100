#!/bin/bash
# advanced-balance ssl (E14, content.md 2.7): sessions come back to the server that
# made them, whoever brings them; clients whose server gives no session id stick by
# address and port, unless ssl-l4-fallback is off.  Servers are openssl's own; then
# two SSL modules share a rule.
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
VIP=127.10.5.50

ca_new x && ca_issue a x a.example.com && ca_issue b x b.example.com || fail openssl
server() { # NAME ADDR PORT OPTION...
	background "$1$3" openssl s_server -accept "$2:$3" -www -cert "$1.pem" \
		-key "$1.key" -id_prefix "$1" "${@:4}"
	within 10 listens "$2" "$3" || fail "no server on $2:$3"
}
server a 127.10.5.1 4431 -no_ticket -tls1_2
server b 127.10.5.2 4431 -no_ticket -tls1_2
server a 127.10.5.1 4432 -tls1_2 # gives tickets and no id
server b 127.10.5.2 4432 -tls1_2
server a 127.10.5.1 4433 -tls1_3 # whose id is an echo
server b 127.10.5.2 4433 -tls1_3

services() { # PORT
	local s n=0

	for s in a b; do
		printf '%s\n' "service $s$1" "ip address 10.10.5.$((++n))" \
			"protocol tcp" "port $1" "keepalive type tcp" \
			"keepalive frequency 2" "keepalive retryperiod 2" \
			"keepalive maxfailure 1" active
	done
	printf '%s\n' "owner o" "content c$1" "vip address 10.10.5.50" \
		"protocol tcp" "port $1" "application ssl" \
		"advanced-balance ssl" "add service a$1" "add service b$1" active
}
switch_start
for port in 4431 4432 4433; do
	mapfile -t lines < <(services $port)
	cli_ok configure "${lines[@]}" >/dev/null
	wait_service a$port Alive
	wait_service b$port Alive
done

# who answers, and whether the session went on: "a New", "b Reused"
visit() { # FROM PORT OPTION...
	printf 'GET / HTTP/1.0\r\n\r\n' |
		timeout 10 openssl s_client -bind "$1:0" -connect "$VIP:$2" \
			-ign_eof "${@:3}" 2>&1 |
		awk '/^subject=/ { match($0, /[ab]\.example/); who = substr($0, RSTART, 1) }
			/^(New|Reused), TLS/ && !how { sub(/,.*/, ""); how = $0 }
			/^SSL handshake has read [1-9]/ { ok = 1 }
			END { print ok ? who : "", ok ? how : "" }'
}
entries() { # KIND
	cli "show sticky-table $1" | sed -n 's/^Total number of entries found is \(.*\)\./\1/p'
}

# ---- session ids -------------------------------------------------------------------
cli_ok configure "ssl-l4-fallback disable" >/dev/null
for i in 1 2 3 4; do
	visit 127.0.0.1 4431 -tls1_2 -sess_out s$i >first$i
done
same "new clients are balanced" "$(sort first? | uniq -c | awk '{ print $1, $2, $3 }')" \
	$'2 a New\n2 b New'
same "four ids are learned" "$(entries ssl-sticky)" 4
for i in 1 2 3 4 1 2 3 4 3 3 1; do
	read -r who _ <first$i
	same "session $i comes back to $who, from another address" \
		"$(visit 127.0.0.$((i + 20)) 4431 -tls1_2 -sess_in s$i)" "$who Reused"
done
same "and no entry was made for that" "$(entries ssl-sticky)" 4
has "show lab why tells it" "$(cli "show lab why")" 'sticky'
answer=$(cli "show sticky-stats")
has "the use is counted" "$answer" '^SSL Sticky Entries In Use: +4$'
has "and the hits" "$answer" '^Total Number Of Sticky Table Hits: +11$'

# a server that is gone
end b4431
wait_service b4431 Down
for i in 1 2 3 4; do
	who=$(visit 127.0.0.1 4431 -tls1_2 -sess_in s$i)
	ok "session $i has a server: $who" test "${who%% *}" = a
done
read -r who _ <first1
server b 127.10.5.2 4431 -no_ticket -tls1_2
wait_service b4431 Alive
cli_ok configure "owner o" "content c4431" \
	"sticky-serverdown-failover reject" >/dev/null
i=$(grep -l '^b' first? | head -n 1) && i=${i#first}
end b4431
wait_service b4431 Down
same "with failover reject it is refused" \
	"$(visit 127.0.0.1 4431 -tls1_2 -sess_in s$i)" " "
server b 127.10.5.2 4431 -no_ticket -tls1_2
wait_service b4431 Alive

# ---- no session id -------------------------------------------------------------------
cli llama "sticky-purge all-sticky" >/dev/null
for port in 4432 4433; do
	for i in 1 2 3 4; do
		visit 127.0.0.1 $port
	done | sort | uniq -c | awk '{ print $1, $2 }' >without
	same "without fallback they are balanced ($port)" "$(cat without)" \
		$'2 a\n2 b'
done
same "and nothing is learned" "$(entries all-sticky)" 0
cli_ok configure "ssl-l4-fallback enable" >/dev/null
for port in 4432 4433; do
	for i in 31 32 33 34; do
		first=$(visit 127.0.0.$i $port)
		for n in 1 2 3; do
			same "127.0.0.$i sticks by its address ($port)" \
				"$(visit 127.0.0.$i $port | cut -c1)" "${first::1}"
		done
		echo "${first::1}"
	done | sort | uniq -c | awk '{ print $1, $2 }' >with
	same "and clients spread ($port)" "$(cat with)" $'2 a\n2 b'
done
same "an entry for each client and port" "$(entries l4-sticky)" 8
answer=$(cli "show sticky-table l4-sticky ipaddress 127.0.0.31 255.255.255.255")
has "they are found by client" "$answer" '^Total number of entries found is 2\.$'
has "with address and port" "$answer" '127\.0\.0\.31:4433 '

# ---- a hello with the key of a post-quantum group -------------------------------------
cat >large.py <<'END'
"""large.py serve ADDR PORT | ask ADDR PORT: hellos as TLS 1.3 has them, the
server's with a key share of 1,124 bytes in front of the version."""
import os, socket, struct, sys

def record(kind, body):
    hs = bytes([kind]) + struct.pack(">I", len(body))[1:] + body
    return b"\x16\x03\x03" + struct.pack(">H", len(hs)) + hs

def hello(kind, suites, extensions):
    return record(kind, b"\x03\x03" + os.urandom(32) + b"\x20" + os.urandom(32) +
                  suites + struct.pack(">H", len(extensions)) + extensions)

what, at = sys.argv[1], (sys.argv[2], int(sys.argv[3]))
if what == "ask":
    s = socket.create_connection(at, 5)
    s.sendall(hello(1, b"\x00\x02\x13\x01\x01\x00", b""))
    n = 0
    while part := s.recv(4096):
        n += len(part)
    print(n)
    sys.exit()
listening = socket.create_server(at)
while True:
    s, _ = listening.accept()
    try:
        s.recv(4096)
        s.sendall(hello(2, b"\x13\x01\x00", b"\x00\x33\x04\x64" + bytes(1124) +
                        b"\x00\x2b\x00\x02\x03\x04"))
    except OSError:
        pass # a keepalive
    s.close()
END
for n in 1 2; do
	background large$n "$PYTHON" large.py serve 127.10.5.$n 4434
	within 10 listens 127.10.5.$n 4434 || fail "large.py"
done
mapfile -t lines < <(services 4434)
cli_ok configure "${lines[@]}" >/dev/null
wait_service a4434 Alive
wait_service b4434 Alive
before=$(entries all-sticky)
ok "a large hello comes whole" test "$("$PYTHON" large.py ask $VIP 4434)" -gt 1200
same "its id is an echo, too: the client sticks by its address" \
	"$(entries ssl-sticky) $(entries all-sticky)" "0 $((before + 1))"

# ---- two modules ----------------------------------------------------------------------
switch_stop
background web $PYTHON "$ROOT/tests/e2e/web.py" one=127.10.5.3:80
within 10 listens 127.10.5.3 80 || fail "web.py"
list() { # NAME ADDR: its clear text goes to ADDR
	cat <<-LIST
		ssl-proxy-list $1
		ssl-server 1
		ssl-server 1 vip address 10.10.5.50
		ssl-server 1 port 443
		ssl-server 1 rsacert c
		ssl-server 1 rsakey k
		ssl-server 1 cipher rsa-with-aes-128-cbc-sha $2 80
		active
	LIST
}
module() { # NAME SLOT LIST
	printf '%s\n' "service $1" "type ssl-accel" "slot $2" \
		"keepalive type none" "add ssl-proxy-list $3" active
}
cat >startup <<END
ssl associate cert c a.pem
ssl associate rsakey k a.key
$(list l2 10.10.5.52)
$(list l3 10.10.5.53)
$(module m2 2 l2)
$(module m3 3 l3)
service one
ip address 10.10.5.3
protocol tcp
port 80
keepalive type none
active
owner o
content tls
vip address 10.10.5.50
protocol tcp
port 443
application ssl
advanced-balance ssl
add service m2
add service m3
active
content clear2
vip address 10.10.5.52
protocol tcp
port 80
add service one
active
content clear3
vip address 10.10.5.53
protocol tcp
port 80
add service one
active
END
rm -rf "$DISK"
switch_start --startup startup --import-ssl a.pem --import-ssl a.key \
	--chassis 11506 --slot 2=CSS5-SSL-K9 --slot 3=CSS5-SSL-K9
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service m2 Alive
wait_service m3 Alive
cli_ok configure "ssl-l4-fallback disable" >/dev/null
hits() { # SERVICE: connections so far
	cli "show service $1" | sed -n 's/^  Total Connections: *\([0-9]*\).*/\1/p'
}
for i in 1 2 3 4; do
	visit 127.0.0.1 443 -tls1_2 -no_ticket -sess_out m$i >/dev/null
done
same "new clients go to both modules" "$(hits m2) $(hits m3)" "2 2"
same "their ids are learned" "$(entries ssl-sticky)" 4
for i in 1 2 3 4; do
	same "a session finds its module ($i)" \
		"$(visit 127.0.0.$i 443 -tls1_2 -no_ticket -sess_in m$i | cut -c3-)" \
		Reused
done
same "which is half of them each" "$(hits m2) $(hits m3)" "4 4"
switch_stop

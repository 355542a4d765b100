#!/bin/bash
# Layer 3/4 rules on packets: what the switch passes on is translated both ways, and
# the ends are the kernel's own TCP and UDP, which talk to each other.
# labels: traffic
# timeout: 300
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/wire.sh"

wire_possible
command -v iperf3 >/dev/null && command -v tshark >/dev/null || {
	echo "skipped: no iperf3 or no tshark"
	exit 77
}
host client 1/1 192.168.10.9/24 192.168.10.1
host servers 1/2 10.1.1.11/24 10.1.1.1
on servers ip addr add 10.1.1.12/24 dev eth0

# Full checksums from the ends, so that captures can be judged: 0 off, else on.
offload() { # HOST 0|1
	on "$1" $PYTHON - "$2" <<'END'
import array, fcntl, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for command in (0x17, 0x1f, 0x24, 0x2c):  # checksums; TSO, GSO, GRO
    value = array.array("B", struct.pack("II", command, int(sys.argv[1])))
    try:
        fcntl.ioctl(s, 0x8946, struct.pack("16sP", b"eth0",
                                           value.buffer_info()[0]))
    except OSError:
        pass
END
}
server() {
	on_background "$1" servers "${@:2}"
}
server web1 $PYTHON "$ROOT/tests/e2e/who.py" web1=10.1.1.11:80
server web2 $PYTHON "$ROOT/tests/e2e/who.py" web2=10.1.1.12:80
server iperf iperf3 -s -B 10.1.1.11
mkdir files && head -c 300000 /dev/urandom >files/blob
server ftp $PYTHON "$ROOT/tests/e2e/ftpserver.py" 10.1.1.12:21 u p "$T/files"

two_arms >startup <<'END'
service web1
  ip address 10.1.1.11
  keepalive type none
  active
service web2
  ip address 10.1.1.12
  keepalive type none
  active
service closed
  ip address 10.1.1.11
  port 9
  keepalive type none
  active
service gone
  ip address 10.1.1.99
  keepalive type none
  active
service hidden
  ip address 10.1.1.12
  keepalive type none
  active
service files
  ip address 10.1.1.12
  keepalive type none
  active
group one-armed
  vip address 10.1.1.77
  add destination service hidden
  active
group out
  vip address 192.168.10.78
  add service web2
  active
owner acme
  content web
    vip address 192.168.10.20
    protocol tcp
    port 80
    add service web1
    add service web2
    active
  content closed
    vip address 192.168.10.20
    protocol tcp
    port 81
    add service closed
    active
  content gone
    vip address 192.168.10.20
    protocol tcp
    port 82
    add service gone
    active
  content hidden
    vip address 192.168.10.21
    protocol tcp
    port 80
    add service hidden
    active
  content measure
    vip address 192.168.10.30
    add service web1
    active
  content ftp
    vip address 192.168.10.40
    protocol tcp
    port 21
    application ftp-control
    add service files
    active
END
wire_start --startup startup
# the spanning tree listens and learns first
within 30 on client ping -q -c 1 -W 1 192.168.10.1 >/dev/null &&
	within 30 on servers ping -q -c 1 -W 1 10.1.1.1 >/dev/null ||
	fail "the switch does not answer"

ask() { # URL [OPTION...]: what the server says
	on client curl -sS -m 10 "${@:2}" "http://$1/x" 2>&1
}

# ---- the client's own address, and a fair share -----------------------------------
offload client 0
offload servers 0
background dump1 tcpdump -U -i css1-1 -w client.pcap ip
background dump2 tcpdump -U -i css1-2 -w server.pcap ip
within 5 test -s client.pcap -a -s server.pcap
for _ in 1 2 3 4; do ask 192.168.10.20; done >answers
same "four requests are shared by two servers" \
	"$(cut -d' ' -f1 answers | sort | uniq -c | xargs)" "2 web1 2 web2"
same "the servers see the client's own address" \
	"$(grep -c '^web. 192\.168\.10\.9:' answers)" 4
has "a source group hides it" "$(ask 192.168.10.21)" '^web2 10\.1\.1\.77:'
sleep 1
kill "${pid[dump1]}" "${pid[dump2]}"
wait "${pid[dump1]}" "${pid[dump2]}" 2>/dev/null
same "no frame to the client has a wrong checksum" "$(wrong_sums client.pcap)" 0
same "no frame to the servers has one" "$(wrong_sums server.pcap)" 0
addresses() { # FILE
	tshark -r "$1" -Y tcp -T fields -e ip.src -e ip.dst 2>/dev/null |
		tr '\t' '\n' | sort -u | tr '\n' ' '
}
same "the client's side knows VIPs only" "$(addresses client.pcap)" \
	"192.168.10.20 192.168.10.21 192.168.10.9 "
same "the servers' side knows no VIP" "$(addresses server.pcap)" \
	"10.1.1.11 10.1.1.12 10.1.1.77 192.168.10.9 "
offload client 1
offload servers 1

# ---- refused, vanished, no rule ------------------------------------------------------
has "a refused connection is refused by the server" \
	"$(ask 192.168.10.20:81)" 'after [0-9]{1,3} ms'
has "a server that is not there" "$(ask 192.168.10.20:82 -m 3)" 'timed out|connect to server'
has "no rule: silence" "$(ask 192.168.10.20:83 -m 2)" 'timed out'

# ---- bulk, both ways, both protocols -----------------------------------------------
bulk() { # OPTION...
	on client iperf3 -c 192.168.10.30 -t 2 -J "$@" >bulk.json 2>&1
	$PYTHON -c '
import json
end = json.load(open("bulk.json"))["end"]
s = end.get("sum_received") or end["sum"]
print(int(s["bytes"]), int(s.get("lost_percent", 0)))'
}
for how in "" "-R" "-u -b 8M" "-u -b 8M -R"; do
	# a receiver that gets no core loses datagrams by itself: three tries
	for _ in 1 2 3; do
		# shellcheck disable=SC2086
		got=$(bulk $how)
		[ "${got##* }" -ge 5 ] || break
	done
	ok "iperf3 $how moves its data ($got)" [ "${got%% *}" -gt 1000000 ]
	ok "and loses little of it" [ "${got##* }" -lt 5 ]
done
offload client 0
offload servers 0
got=$(bulk)
ok "and without segmentation offload ($got)" [ "${got%% *}" -gt 1000000 ]
offload client 1
offload servers 1

# ---- flows of servers ----------------------------------------------------------------
on_background peer client $PYTHON "$ROOT/tests/e2e/who.py" peer=192.168.10.9:80
within 5 grep -q ready peer.log
has "a server of a source group has its address" \
	"$(on servers curl -sS -m 5 --interface 10.1.1.12 http://192.168.10.9/x)" \
	'^peer 192\.168\.10\.78:'
has "another one its own" \
	"$(on servers curl -sS -m 5 --interface 10.1.1.11 http://192.168.10.9/x)" \
	'^peer 10\.1\.1\.11:'
ok "its ping is answered, too" \
	on servers ping -c 1 -W 2 -I 10.1.1.12 192.168.10.9

# ---- FTP -------------------------------------------------------------------------------
fetch() { # OPTION...
	on client curl -sS -m 10 -o got "$@" ftp://u:p@192.168.10.40/blob 2>&1 &&
		cmp got files/blob
}
ok "FTP, extended passive" fetch
ok "FTP, passive" fetch --disable-epsv
ok "FTP, active" fetch --ftp-port - --disable-eprt
ok "FTP, extended active" fetch --ftp-port -
# Nagle's algorithm keeps the rest of the line until its beginning is acknowledged.
cat >torn.py <<'END'
import socket
s = socket.create_connection(("192.168.10.40", 21), 5)
replies = s.makefile("r")
def say(*parts):
    for part in parts:
        s.sendall(part.encode())
    return replies.readline()
replies.readline()
say("USER u\r\n"), say("PASS p\r\n"), say("TYPE I\r\n")
data = socket.socket()
data.bind(("192.168.10.9", 0))
data.listen()
data.settimeout(5)
port = data.getsockname()[1]
print(say("PO", "RT 192,168,10,", "9,%d,%d\r" % divmod(port, 256), "\n"))
say("RETR blob\r\n")
peer, where = data.accept()
with open("got", "wb") as f:
    while part := peer.recv(65536):
        f.write(part)
print(where[0], replies.readline(), say("QU", "IT\r\n"))
END
rm -f got
torn=$(on client timeout 20 $PYTHON torn.py 2>&1)
has "FTP, its PORT line in pieces" "$torn" '^192\.168\.10\.40 226'
has "and what it says afterwards" "$torn" '221'
ok "and the file is whole" cmp got files/blob

# ---- what the operator sees ------------------------------------------------------------
on_background hold client $PYTHON -c '
import socket, time
s = socket.create_connection(("192.168.10.20", 80))
time.sleep(30)'
within 5 eval 'cli "show flows" | grep -q "192.168.10.20 *80 .*TCP 1/1 *1/2"'
flows=$(cli "show flows")
has "show flows has both directions and their ports" "$flows" \
	'192\.168\.10\.9 +[0-9]+ +192\.168\.10\.20 +80 +10\.1\.1\.1[12] +TCP 1/1 +1/2'
has "" "$flows" \
	'10\.1\.1\.1[12] +80 +192\.168\.10\.9 +[0-9]+ +192\.168\.10\.9 +TCP 1/2 +1/1'
has "and the rule its hits" "$(cli "show rule-summary")" 'web'

# ---- many, while services come and go --------------------------------------------------
cat >many.py <<'END'
import socket, sys
good = bad = 0
for i in range(int(sys.argv[1])):
    try:
        with socket.create_connection(("192.168.10.20", 80), 5) as s:
            s.sendall(b"GET /x HTTP/1.0\r\n\r\n")
            text = b""
            while True:
                more = s.recv(4096)
                if not more:
                    break
                text += more
            good += b"192.168.10.9" in text
    except OSError:
        bad += 1
print(good, bad)
END
n=10000
is_sanitized && n=1000
on client $PYTHON many.py $n >many.out &
many=$!
while kill -0 $many 2>/dev/null; do
	cli "configure" "service web2" "suspend" "exit" "exit" >/dev/null
	sleep 0.5
	cli "configure" "service web2" "active" "exit" "exit" >/dev/null
	sleep 0.5
done
same "$n connections, none failed" "$(cat many.out)" "$n 0"
switch_stop

#!/bin/bash
# replay-capture: captures through a switch without a clock.  What comes out is
# right as tshark sees it, and the same every time.
# labels: quick
. "$(dirname "$0")/lib.sh"

cat >switch.cfg <<'END'
configure
bridge spanning-tree disabled
arp 192.168.10.5 02-00-00-00-01-05 1/1
arp 10.1.1.11 02-00-00-00-02-11 1/2
interface 1/1
  bridge vlan 10
interface 1/2
  bridge vlan 20
circuit VLAN10
  ip address 192.168.10.1 255.255.255.0
circuit VLAN20
  ip address 10.1.1.1 255.255.255.0
service web1
  ip address 10.1.1.11
  active
owner acme
  content web
    vip address 192.168.10.20
    protocol tcp
    port 80
    add service web1
    active
  content img
    vip address 192.168.10.20
    protocol tcp
    port 8080
    url "/*"
    add service web1
    active
group out
  vip address 192.168.10.30
  add service web1
  active
END

# A capture is written here, byte by byte: nobody's code for packets is trusted.
"$PYTHON" - <<'END'
import struct

SWITCH, CLIENT, SERVER = (bytes.fromhex(m) for m in (
    "000b5f000001", "020000000105", "020000000211"))


def addr(text):
    return bytes(int(x) for x in text.split("."))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def frame(mac, src, dst, proto, body, frag=0, ident=1):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), ident, frag,
                       64, proto, 0, addr(src), addr(dst))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return SWITCH + mac + b"\x08\0" + head + body


def tcp(mac, src, sport, dst, dport, seq, ack, flags, data=b""):
    body = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags,
                       8192, 0, 0) + data
    pseudo = addr(src) + addr(dst) + struct.pack("!HH", 6, len(body))
    body = body[:16] + struct.pack("!H", checksum(pseudo + body)) + body[18:]
    return frame(mac, src, dst, 6, body)


def write(name, frames):
    with open(name, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for when, data in frames:
            f.write(struct.pack("<IIII", int(when), int(when % 1 * 1e6 + .5),
                                len(data), len(data)) + data)


C, V, W = "192.168.10.5", "192.168.10.20", "10.1.1.11"
T = 1155988800
write("client.pcap", [
    (T + 0.0, tcp(CLIENT, C, 4000, V, 80, 1, 0, 2)),
    (T + 0.2, tcp(CLIENT, C, 4000, V, 80, 2, 101, 16)),
    (T + 0.3, tcp(CLIENT, C, 4000, V, 80, 2, 101, 24, b"GET / HTTP/1.0\r\n\r\n")),
    (T + 0.6, tcp(CLIENT, C, 25, "192.168.10.30", 2016, 7, 2, 18)),
    (T + 1.0, tcp(CLIENT, C, 4001, V, 8080, 1, 0, 2)),
])
write("server.pcap", [
    (T + 0.1, tcp(SERVER, W, 80, C, 4000, 100, 2, 18)),
    (T + 0.4, tcp(SERVER, W, 80, C, 4000, 101, 20, 24, b"x" * 1001)),
    (T + 0.5, tcp(SERVER, W, 5000, C, 25, 1, 0, 2)),
])
attacks = [
    tcp(CLIENT, V, 80, V, 80, 1, 0, 2),                     # land
    tcp(CLIENT, "127.0.0.1", 4000, V, 80, 1, 0, 2),         # illegal source
    tcp(CLIENT, C, 0, V, 80, 1, 0, 2),                      # port zero
    frame(CLIENT, C, "10.1.1.255", 1,                       # smurf
          b"\x08\0\xf7\xff\0\0\0\0"),
    frame(CLIENT, C, V, 1, b"x" * 1400, 0x3fff),            # ping of death
    frame(CLIENT, C, V, 17, b"x" * 1200, 0x2000, 9),        # overlap
    frame(CLIENT, C, V, 17, b"x" * 1200, 0x2001, 9),
    tcp(CLIENT, C, 4000, V, 80, 1, 0, 2)[:40],              # cut off
    SWITCH + CLIENT + b"\x08\0" + b"\x4f" + b"\0" * 19,     # options, none there
    b"\xff" * 14,
]
write("attack.pcap", [(T + i / 10, a) for i, a in enumerate(attacks)])
END

replay() {
	"$CSS" replay-capture --config switch.cfg --mac 00-0b-5f-00-00-01 "$@"
}
twice() { # FOLDER
	mkdir -p "$1"
	replay --in 1/1=client.pcap --in 1/2=server.pcap \
		--out 1/1="$1/client" --out 1/2="$1/server" \
		--then "show flows" >"$1/said" 2>"$1/told"
}
twice first
same "the captures are played" $? 0
twice second
for f in client server said told; do
	ok "the same files give the same files: $f" cmp "first/$f" "second/$f"
done

fields() { # FILE FILTER FIELD...
	local args=() f

	for f in "${@:3}"; do args+=(-e "$f"); done
	tshark -n -r "$1" -Y "$2" -T fields "${args[@]}" \
		-o tcp.relative_sequence_numbers:FALSE 2>tshark.err | tr '\t' ' '
}
same "the server gets what the client sent, from the client" \
	"$(fields first/server "tcp.dstport == 80" ip.src ip.dst tcp.srcport tcp.flags.str tcp.len | tr -d '·')" \
	"192.168.10.5 10.1.1.11 4000 S 0
192.168.10.5 10.1.1.11 4000 A 0
192.168.10.5 10.1.1.11 4000 AP 18"
same "at the times that the client sent it" \
	"$(fields first/server "tcp.dstport == 80" frame.time_epoch)" \
	"1155988800.000000000
1155988800.200000000
1155988800.300000000"
same "the client gets what the server sent, from the VIP" \
	"$(fields first/client "tcp.srcport == 80" ip.src ip.dst tcp.seq_raw tcp.len)" \
	"192.168.10.20 192.168.10.5 100 0
192.168.10.20 192.168.10.5 101 1001"
same "the server's own connection comes from the group" \
	"$(fields first/client "tcp.dstport == 25" ip.src tcp.flags.str | tr -d '·')" \
	"192.168.10.30 S"
for f in client server; do
	same "every checksum is right: $f" "$(tshark -n -r first/$f \
		-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
		-Y "ip.checksum.status == Bad || tcp.checksum.status == Bad" \
		2>tshark.err)" ""
done
has "commands are answered at the end" "$(<first/said)" \
	"192.168.10.5 +4000 +192.168.10.20 +80 +10.1.1.11"
has "what ends at the switch is told" "$(<first/told)" \
	"1 packets belong to connections that the switch ends"

replay --in 1/1=attack.pcap --out 1/2=through --out 1/1=back \
	--then "show dos summary" --then "show ip-fragment-stats" >said 2>told
same "hostile captures are played" $? 0
has "land counts" "$(<said)" "LAND Attacks: +1 "
has "a source that nobody has counts" "$(<said)" "Illegal Src Attacks: +1 "
has "port zero counts" "$(<said)" "Zero Port Attacks: +1 "
has "smurf counts" "$(<said)" "Smurf Attacks: +1 "
same "none of it goes through" "$(fields through "ip.src == 192.168.10.5" ip.dst)" ""

# services without a keepalive: alive, or as told
replay --in 1/1=client.pcap --out 1/2=down --down web1 >said 2>told
same "a service that is down gets nothing" \
	"$(fields down "tcp.dstport == 80" ip.dst)" ""

# what is wrong is told
replay --in 1/1=none.pcap >said 2>told
same "no such capture: status 2" $? 2
has "and its name" "$(<told)" "none.pcap"
replay --in 9/9=client.pcap >said 2>told
same "no such port: status 2" $? 2
has "and the port" "$(<told)" "9/9"
replay --in 1/1=switch.cfg >said 2>told
same "no capture: status 2" $? 2
printf 'nonsense\n' >>switch.cfg
replay --in 1/1=client.pcap >said 2>told
same "a rejected line: status 1" $? 1
has "with file and line" "$(<told)" "switch.cfg:[0-9]+:1: "
"$CSS" replay-capture --config switch.cfg >said 2>told
same "no capture at all: status 2" $? 2

#!/usr/bin/python3
"""Datagrams that the kernel would not make, in frames written to an interface.

frames.py INTERFACE MAC FROM:PORT TO:PORT KIND
	sends one to MAC and prints what comes of it: the answer, "icmp TYPE CODE
	from ADDRESS", or "-" when nothing does in a second.  KIND: see kinds()
"""
import select
import socket
import struct
import sys



def place(text):
    host, _, port = text.partition(":")
    return socket.inet_aton(host), int(port)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


class Datagram:
    def __init__(self, src, dst, text):
        self.src, self.dst, self.text = src, dst, text
        self.ttl, self.frag, self.options, self.tag = 64, 0, b"", b""
        self.behind, self.sum_ip, self.sum_udp = b"", 0, True
        self.source = None

    def udp(self):
        ports = struct.pack("!HHH", self.src[1], self.dst[1], 8 + len(self.text))
        pseudo = self.src[0] + self.dst[0] + struct.pack(
            "!HH", socket.IPPROTO_UDP, 8 + len(self.text))
        total = checksum(pseudo + ports + b"\0\0" + self.text) or 0xffff
        return ports + struct.pack("!H", self.sum_udp and total) + self.text

    def packet(self, data, frag):
        options = self.options + b"\0" * (-len(self.options) % 4)
        words = 5 + len(options) // 4
        head = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0,
                           4 * words + len(data), 77, frag, self.ttl,
                           socket.IPPROTO_UDP, 0, self.src[0], self.dst[0])
        total = checksum(head + options) ^ self.sum_ip
        return (head[:10] + struct.pack("!H", total) + head[12:] + options +
                data + self.behind)


def kinds(d):
    """Every kind, and how it is made of an ordinary datagram."""
    def whole(**what):
        vars(d).update(what)
        return [d.packet(d.udp(), d.frag)]

    def pieces():
        d.text = b"pieces " + b"x" * 1100
        data = d.udp()
        return [d.packet(data[:1024], 0x2000), d.packet(data[1024:], 128)]

    def zero():
        """Its checksum is 0 once it goes to 10.1.1.11."""
        to = Datagram(d.src, (socket.inet_aton("10.1.1.11"), d.dst[1]),
                      b"zero\0\0")
        rest = struct.unpack("!H", to.udp()[6:8])[0]
        return whole(text=b"zero" + struct.pack("!H", rest))

    many = b"large " + b"x" * 1300
    return {
        "plain": lambda: whole(),
        "padded": lambda: whole(text=b"p", behind=b"\xaa" * 17),
        "trailed": lambda: whole(text=many[:90], behind=b"\xaa" * 17),
        "options": lambda: whole(options=b"\x94\x04\0\0"),
        "pieces": pieces,
        "last": lambda: whole(ttl=1),
        "wrong-ip-sum": lambda: whole(sum_ip=0x0101),
        "no-sum": lambda: whole(sum_udp=False),
        "zero": zero,
        "large": lambda: whole(text=many),
        "unbroken": lambda: whole(text=many, frag=0x4000),
        "stranger": lambda: whole(source=b"\x02\0\0\0\0\x99"),
        "priority": lambda: whole(tag=b"\x81\0\xe0\0"),
        "own-vlan": lambda: whole(tag=b"\x81\0\xa0\x01"),
        "other-vlan": lambda: whole(tag=b"\x81\0\xa0\x09"),
        "service-tag": lambda: whole(tag=b"\x88\xa8\0\0"),
        "two-tags": lambda: whole(tag=b"\x88\xa8\0\0\x81\0\0\0"),
    }


def outcome(udp, icmp):
    ready = select.select([udp, icmp], [], [], 1)[0]
    if udp in ready:
        return udp.recv(65536)[:60].decode()
    if icmp in ready:
        packet, peer = icmp.recvfrom(65536)
        return "icmp %d %d from %s" % (packet[20], packet[21], peer[0])
    return "-"


def main():
    interface, mac, src, dst, kind = sys.argv[1:]
    d = Datagram(place(src), place(dst), kind.encode())
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((socket.inet_ntoa(d.src[0]), d.src[1]))
    icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    port.bind((interface, 0))
    for packet in kinds(d)[kind]():
        own = d.source or port.getsockname()[4]
        port.send(bytes.fromhex(mac.replace(":", "")) + own + d.tag + b"\x08\0"
                  + packet)
    print(outcome(udp, icmp))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""syns.py SOURCE ADDRESS:PORT NUMBER [PORT FLAGS]

So many SYNs, each from another port of the source, or so many segments with those flags
from one port, by a raw socket: nobody waits for the answers."""
import socket
import struct
import sys

from frames import checksum


def main():
    source, target, number = sys.argv[1:4]
    fixed = [int(word) for word in sys.argv[4:]]
    address, port = target.split(":")
    ends = socket.inet_aton(source) + socket.inet_aton(address)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP) as s:
        for i in range(int(number)):
            own, flags = fixed or (10000 + i, 2)
            tcp = struct.pack(
                "!HHIIBBHHH", own, int(port), 7, 0, 5 << 4, flags, 1000, 0, 0
            )
            sum_ = checksum(ends + struct.pack("!BBH", 0, 6, len(tcp)) + tcp)
            tcp = tcp[:16] + struct.pack("!H", sum_) + tcp[18:]
            s.sendto(tcp, (address, 0))


main()

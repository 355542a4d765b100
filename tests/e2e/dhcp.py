#!/usr/bin/env python3
"""One message of DHCP, right or not.

usage: dhcp.py INTERFACE [FIELD=VALUE...]	a client's broadcast, without an address
       dhcp.py udp ADDRESS [FIELD=VALUE...]	a datagram to port 67

FIELD: op, hops (numbers), xid, cookie, option82 (hexadecimal), giaddr (an address),
cut (bytes of the message that are sent).
"""
import socket
import struct
import sys


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def message(fields, mac):
    xid = int(fields.get("xid", "1"), 16)
    out = struct.pack("!BBBBIHH", int(fields.get("op", 1)), 1, 6,
                      int(fields.get("hops", 0)), xid, 0, 0)
    out += bytes(12) + socket.inet_aton(fields.get("giaddr", "0.0.0.0"))
    out += mac + bytes(10 + 64 + 128)
    out += bytes.fromhex(fields.get("cookie", "63825363"))
    out += b"\x35\x01\x01"  # discover
    if "option82" in fields:
        inside = bytes.fromhex(fields["option82"])
        out += struct.pack("!BBBB", 82, len(inside) + 2, 1, len(inside)) + inside
    out = (out + b"\xff").ljust(300, b"\0")
    return out[:int(fields.get("cut", len(out)))]


def broadcast(interface, fields):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((interface, 0))
    mac = s.getsockname()[4]
    body = message(fields, mac)
    udp = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                     bytes(4), b"\xff" * 4)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    s.send(b"\xff" * 6 + mac + b"\x08\x00" + ip + udp)


def datagram(to, fields):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.sendto(message(fields, b"\x02\0\0\0\0\x01"), (to, 67))


def main():
    words = sys.argv[1:]
    if words[0] == "udp":
        datagram(words[1], dict(w.split("=", 1) for w in words[2:]))
    else:
        broadcast(words[0], dict(w.split("=", 1) for w in words[1:]))


main()

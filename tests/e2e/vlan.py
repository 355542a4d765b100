#!/usr/bin/python3
"""An interface of a VLAN where the kernel has none: vlan.py INTERFACE VLAN TAP

Makes the device TAP; what is sent on it goes out by INTERFACE with an 802.1Q tag,
and what comes in there with that tag comes out of it.  Runs until it is ended.
"""
import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454ca
IFF_TAP_NO_PI = 0x1002
SOL_PACKET, PACKET_AUXDATA = 263, 8
TAG_VALID = 0x10
OUTGOING = 4


def tap_open(name):
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(),
                                           IFF_TAP_NO_PI))
    return fd


def port_open(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind((name, 0))
    s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    return s


def tag_of(ancillary):
    """The VLAN of a tag that the kernel has taken off."""
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data[:20])
            if status & TAG_VALID:
                return tci & 0xfff
    return 0


def main():
    interface, vlan, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    tap, port = tap_open(name), port_open(interface)
    tag = struct.pack("!HH", 0x8100, vlan)
    while True:
        for ready in select.select([tap, port], [], [])[0]:
            if ready is tap:
                frame = os.read(tap, 65536)
                port.send(frame[:12] + tag + frame[12:])
                continue
            frame, ancillary, _, address = port.recvmsg(65536, 128)
            if address[2] == OUTGOING:
                continue
            if tag_of(ancillary) == vlan:
                os.write(tap, frame)
            elif frame[12:16] == tag:
                os.write(tap, frame[:12] + frame[16:])


main()

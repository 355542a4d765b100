#!/usr/bin/python3
"""badserver.py KIND=ADDR:PORT...: servers that do not do what they should.

mute accepts and says nothing; reset resets at once; late resets behind the
first bytes; text speaks no TLS; cut begins a handshake and closes.
"""
import socket
import struct
import sys
import threading
import time


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def treat(kind, s):
    if kind == "reset":
        reset(s)
        return
    if kind == "mute":
        time.sleep(60)
        return
    s.recv(10)
    if kind == "late":
        reset(s)
        return
    s.sendall(b"220 hello, this is mail\r\n" * 10 if kind == "text"
              else b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
    s.shutdown(socket.SHUT_WR)
    while s.recv(65536):
        pass
    s.close()


def serve(kind, s):
    while True:
        c, _ = s.accept()
        threading.Thread(target=treat, args=(kind, c), daemon=True).start()


for arg in sys.argv[1:]:
    kind, where = arg.split("=")
    host, port = where.rsplit(":", 1)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(128)
    threading.Thread(target=serve, args=(kind, listener), daemon=True).start()
while True:
    time.sleep(60)

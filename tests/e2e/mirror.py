#!/usr/bin/python3
"""mirror.py ADDR:PORT: an HTTP/1.1 server that answers what it was sent.

The body is the request's head.  /to/URL redirects to URL; /N answers N bytes;
/slow/N sends N lines, one every 20 ms; /talk/N sends N kilobytes in pieces of
one, every 2 ms.  Connections
persist with HTTP/1.1.  A body is read to its end before it is answered.  Each
path is printed.
"""
import re
import socket
import sys
import threading
import time


def answer(path, head):
    if path.startswith("/to/"):
        return ("HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0"
                "\r\n\r\n" % path[4:]).encode()
    body = b"x" * int(path[1:]) if path[1:].isdigit() else head
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def slow(client, path):
    n = int(path.rsplit("/", 1)[1])
    piece = b"y" * 1024 if path.startswith("/talk/") else b"a line\n"
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
                   % (n * len(piece)))
    for _ in range(n):
        client.sendall(piece)
        time.sleep(0.02 if path.startswith("/slow/") else 0.002)


def body_length(head):
    m = re.search(rb"\r\ncontent-length: *(\d+)\r\n", head, re.I)
    return int(m.group(1)) if m else 0


def serve(client):
    data = b""
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            while b"\r\n\r\n" not in data:
                more = client.recv(65536)
                if not more:
                    return
                data += more
            head, data = data.split(b"\r\n\r\n", 1)
            head += b"\r\n\r\n"
            rest = body_length(head)
            while len(data) < rest:
                more = client.recv(65536)
                if not more:
                    return
                data += more
            data = data[rest:]
            path = head.split(b" ")[1].decode("latin-1")
            print(path, flush=True)
            if path.startswith(("/slow/", "/talk/")):
                slow(client, path)
            else:
                client.sendall(answer(path, head))
            if b" HTTP/1.0\r\n" in head:
                return


def one(client):
    try:
        serve(client)
    except OSError:
        pass  # the test's client or the switch went away


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, int(port)))
    s.listen(512)
    while True:
        client, _ = s.accept()
        threading.Thread(target=one, args=(client,), daemon=True).start()


main()

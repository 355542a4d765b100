#!/usr/bin/python3
"""Small web servers for the tests: web.py NAME=ADDR:PORT...

Each answers "NAME client-address\\n".  /hold answers a first byte and then keeps
the connection until the client leaves; /N answers N bytes.
"""
import socket
import sys
import threading


def body(name, peer, path):
    if path[1:].isdigit():
        return b"x" * int(path[1:])
    return ("%s %s\n" % (name, peer)).encode()


def serve(name, client, peer):
    with client:
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(65536)
            if not more:
                return
            data += more
        path = data.split(b" ")[1].decode("latin-1")
        if path == "/hold":
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
                           + name.encode() + b"\n")
            while client.recv(4096):
                pass
            return
        answer = body(name, peer, path)
        client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(answer) + answer)


def one(name, client, peer):
    try:
        serve(name, client, peer)
    except OSError:
        pass  # the test's client or the switch went away


def accept(name, listener):
    while True:
        client, peer = listener.accept()
        threading.Thread(target=one, args=(name, client, peer[0]),
                         daemon=True).start()


def main():
    for arg in sys.argv[1:]:
        name, where = arg.split("=")
        host, port = where.rsplit(":", 1)
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((host, int(port)))
        s.listen(128)
        threading.Thread(target=accept, args=(name, s), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Datagrams for the tests.

udp.py serve NAME=ADDR:PORT...
	each answers "NAME client-address client-port text"; to "burst N" with N
	datagrams "NAME 1", "NAME 2" ...; to "size N" with N bytes
udp.py ask FROM[:PORT] TO:PORT [-w SECONDS] TEXT...
	sends each text from one socket and prints what comes back, "-" when
	nothing does in time (default 1); "wait N" only waits, "flood N" sends N
	numbered datagrams and counts the answers that fit
"""
import socket
import sys
import threading
import time


def place(text, port=0):
    host, _, given = text.partition(":")
    return host, int(given or port)


def serve(name, s):
    while True:
        try:
            data, peer = s.recvfrom(65536)
        except ConnectionRefusedError:
            continue
        word = data.split(b" ")
        if word[0] == b"burst":
            for i in range(int(word[1])):
                s.sendto(b"%s %d" % (name, i + 1), peer)
        elif word[0] == b"size":
            s.sendto(b"x" * int(word[1]), peer)
        else:
            s.sendto(b"%s %s %d %s" % (name, peer[0].encode(), peer[1], data),
                     peer)


def servers(args):
    for arg in args:
        name, where = arg.split("=")
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        s.bind(place(where))
        threading.Thread(target=serve, args=(name.encode(), s),
                         daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


def flood(s, n):
    good = 0
    for i in range(n):
        text = b"number %d" % i
        s.send(text)
        try:
            good += s.recv(65536).endswith(b" " + text)
        except OSError:
            pass
    return str(good)


def answer(s, text):
    word = text.split(" ")
    if word[0] == "wait":
        time.sleep(float(word[1]))
        return None
    if word[0] == "flood":
        return flood(s, int(word[1]))
    try:
        s.send(text.encode())
        got = [s.recv(65536)]
        for _ in range(int(word[1]) - 1 if word[0] == "burst" else 0):
            got.append(s.recv(65536))
    except OSError:
        return "-"
    if word[0] == "size":
        return str(sum(map(len, got)))
    return "\n".join(g.decode() for g in got)


def ask(args):
    wait = 1.0
    source, to, texts = args[0], args[1], args[2:]
    if texts[:1] == ["-w"]:
        wait, texts = float(texts[1]), texts[2:]
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(place(source))
    s.connect(place(to))
    s.settimeout(wait)
    for text in texts:
        got = answer(s, text)
        if got is not None:
            print(got, flush=True)


if __name__ == "__main__":
    {"serve": servers, "ask": ask}[sys.argv[1]](sys.argv[2:])

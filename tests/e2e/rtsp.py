#!/usr/bin/python3
"""RTSP for the tests (RFC 2326), as much as ports need.

rtsp.py serve ADDR:PORT		a server: SETUP, PLAY, TEARDOWN; PLAY sends "media N"
				from each port, and whatever comes to the second
				port is answered by "report PORT"
rtsp.py play TO:PORT FROM [LONG]	a client; prints what it sees; LONG: seconds of
				media, one datagram a second
"""
import re
import socket
import sys
import threading
import time


def head(f):
    lines = []
    while True:
        line = f.readline(1)
        if line == b"$": # a frame
            f.read(int.from_bytes(f.read(3)[1:], "big"))
            continue
        if line and line != b"\n":
            line += f.readline()
        if not line:
            return None
        line = line.decode().strip()
        if not line and lines:
            return lines
        if line:
            lines.append(line)


def field(lines, name):
    for line in lines[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return ""


def pair(host, both=True):
    while True:
        a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        a.bind((host, 0))
        port = a.getsockname()[1]
        if not both:
            return [a]
        b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if port % 2 == 0:
                b.bind((host, port + 1))
                return [a, b]
        except OSError:
            pass
        a.close()
        b.close()


# ---- the server -------------------------------------------------------------

def reports(s):
    while True:
        data, peer = s.recvfrom(2000)
        s.sendto(b"report %s" % data, peer)


class Session:
    def __init__(self, c):
        self.c, self.streams, self.seconds = c, [], 1
        self.host = c.getsockname()[0]
        self.peer = c.getpeername()[0]

    def answer(self, lines, extra="", body=b""):
        text = "RTSP/1.0 200 OK\r\nCSeq: %s\r\n%s" % (field(lines, "CSeq"),
                                                       extra)
        if body:
            text += "Content-Length: %d\r\n" % len(body)
        self.c.sendall(text.encode() + b"\r\n" + body)

    def setup(self, lines):
        transport = field(lines, "Transport")
        print("transport", transport, flush=True)
        ports = re.search(r"client_port=(\d+)(?:-(\d+))?", transport)
        if not ports:
            return self.answer(lines, "Transport: %s\r\n" % transport)
        first, last = int(ports[1]), ports[2]
        socks = pair(self.host, bool(last))
        own = socks[0].getsockname()[1]
        self.streams.append((socks, first))
        if last:
            threading.Thread(target=reports, args=(socks[1],),
                             daemon=True).start()
        kind = transport.split(";")[0]
        if kind.startswith("x-real"):
            return self.answer(lines, "Transport: %s;client_port=%d\r\n" % (
                kind, first))
        return self.answer(
            lines, "Transport: %s;unicast;client_port=%d-%d;"
            "server_port=%d-%d;source=%s\r\n" % (
                kind, first, first + 1, own, own + 1, self.host))

    def play(self, lines):
        self.answer(lines)
        for i in range(self.seconds):
            for socks, first in self.streams:
                for n, s in enumerate(socks):
                    s.sendto(b"media %d" % n, (self.peer, first + n))
            if i + 1 < self.seconds:
                time.sleep(1)

    def run(self):
        f = self.c.makefile("rb")
        while True:
            lines = head(f)
            if lines is None:
                self.c.shutdown(socket.SHUT_RDWR)
                return
            verb = lines[0].split(" ")[0]
            print("from", self.peer, verb, flush=True)
            if verb == "SETUP":
                self.setup(lines)
            elif verb == "PLAY":
                self.seconds = int(field(lines, "Scale") or 1)
                threading.Thread(target=self.play, args=(lines,),
                                 daemon=True).start()
            elif verb == "DESCRIBE": # bytes without an end of line, and more
                self.answer(lines, body=b"v=0 Transport: client_port=1-2")
            elif verb == "OPTIONS": # a frame between two answers
                self.c.sendall(b"$\x01\x00\x0aabc\ndefghi")
                self.answer(lines)
            else:
                self.answer(lines)


def serve(where):
    host, port = where.split(":")
    s = socket.create_server((host, int(port)))
    while True:
        c, _ = s.accept()
        threading.Thread(target=Session(c).run, daemon=True).start()


# ---- the client -------------------------------------------------------------

class Client:
    def __init__(self, where, source):
        host, port = where.split(":")
        self.source, self.n, self.vip = source, 0, host
        self.c = socket.create_connection((host, int(port)), 5, (source, 0))
        self.f = self.c.makefile("rb")

    def ask(self, verb, extra=""):
        self.n += 1
        self.c.sendall(("%s rtsp://x/clip RTSP/1.0\r\nCSeq: %d\r\n%s\r\n" % (
            verb, self.n, extra)).encode())
        return self.response()

    def response(self):
        lines = head(self.f)
        assert field(lines, "CSeq") == str(self.n), lines
        length = field(lines, "Content-Length")
        return lines, self.f.read(int(length)) if length else b""

    def setup(self, text):
        lines, _ = self.ask("SETUP", "Transport: %s\r\n" % text)
        return field(lines, "Transport")


def got(s):
    s.settimeout(3)
    try:
        data, peer = s.recvfrom(2000)
        return "%s from %s %d" % (data.decode(), peer[0], peer[1])
    except OSError:
        return "nothing"


def play(where, source, seconds="1"):
    c = Client(where, source)
    print("body", c.ask("DESCRIBE")[1].decode())
    socks = pair(source)
    first = socks[0].getsockname()[1]
    told = c.setup("RTP/AVP;unicast;client_port=%d-%d" % (first, first + 1))
    print("told", told)
    print("own ports", "client_port=%d-%d;" % (first, first + 1) in told)
    port = int(re.search(r"server_port=(\d+)", told)[1])
    # somebody else gets nothing through
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind((source.rsplit(".", 1)[0] + ".77", 0))
    other.sendto(b"spoof", (c.vip, port + 1))
    c.ask("PLAY", "Scale: %s\r\n" % seconds)
    for i in range(int(seconds)):
        first_got, second_got = got(socks[0]), got(socks[1])
        if i == 0:
            print("rtp", first_got, first_got.endswith(" %d" % port))
            print("rtcp", second_got, second_got.endswith(" %d" % (port + 1)))
    socks[1].sendto(b"mine", (c.vip, port + 1))
    print("back", got(socks[1]))
    # RealNetworks offers the same port for several transports
    one = pair(source, False)
    p = one[0].getsockname()[1]
    told = c.setup("x-real-rdt/mcast;client_port=%d;mode=play,"
                   "x-real-rdt/udp;client_port=%d;mode=play" % (p, p))
    print("real", told, "client_port=%d" % p in told)
    c.ask("PLAY")
    print("rdt", got(one[0]))
    # frames between the messages
    c.c.sendall(b"$\x00\x00\x05\n\n\n\n\nOPTIONS * RTSP/1.0\r\nCSeq: 99\r\n\r\n")
    c.n = 99
    print("frame", c.f.read(14) == b"$\x01\x00\x0aabc\ndefghi")
    print("then", c.response()[0][0])
    if len(sys.argv) > 5: # stay until told
        sys.stdout.flush()
        time.sleep(60)
    print("bye", c.ask("TEARDOWN")[0][0])


if __name__ == "__main__":
    {"serve": serve, "play": play}[sys.argv[1]](*sys.argv[2:5])

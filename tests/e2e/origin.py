#!/usr/bin/python3
"""HTTP servers that write down what they get: origin.py LOG NAME=ADDR:PORT...

Persistent connections, lengths and chunks, one thread a connection.  Each line
of LOG is a JSON object, written before the answer goes out:

    {"server": NAME, "conn": N, "head": TEXT, "body": LENGTH, "sum": MD5}
    {"server": NAME, "conn": N, "end": how the connection ended, "raw": TEXT}

with "raw" all bytes of the connection, when they were no more than RAW_MAX.
Answers are "NAME PATH CLIENT\\n", or by path:

    /N              N bytes with a length
    /chunked/N      N bytes in chunks
    /until-end/N    N bytes of HTTP/1.0, until the connection ends
    /slow/MS        after a while
    /hold           a first byte, then nothing
    /early          before the request's body was read
    /bye            with "Connection: close"
    /cookie/TEXT    with Set-Cookie: TEXT
    /go             101 when Upgrade is asked for, then an echo
    /no             403
CONNECT is answered with 200 and an echo, for "no:443" with 403.
"""
import hashlib
import json
import socket
import sys
import threading
import time

RAW_MAX = 65536
HEAD_MAX = 65536
lock = threading.Lock()
count = 0


class Gone(Exception):
    """The other side went away, or its bytes are no HTTP."""


class Connection:
    def __init__(self, log, name, sock, peer):
        global count
        self.log, self.name, self.sock, self.peer = log, name, sock, peer
        self.buf = b""
        self.raw = b""
        with lock:
            count += 1
            self.number = count

    def note(self, **what):
        with lock:
            self.log.write(json.dumps(
                dict(server=self.name, conn=self.number, **what)) + "\n")
            self.log.flush()

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise Gone("end")
        if len(self.raw) <= RAW_MAX:
            self.raw += data
        self.buf += data

    def until(self, mark):
        while mark not in self.buf:
            if len(self.buf) > HEAD_MAX:
                raise Gone("no end of a line")
            self.more()
        text, self.buf = self.buf.split(mark, 1)
        return text

    def take(self, n, sum_):
        left = n
        while left:
            if not self.buf:
                self.more()
            piece, self.buf = self.buf[:left], self.buf[left:]
            sum_.update(piece)
            left -= len(piece)

    def body(self, fields, sum_):
        if fields.get("transfer-encoding", "").lower() == "chunked":
            total = 0
            while True:
                size = int(self.until(b"\r\n").split(b";")[0], 16)
                if not size:
                    break
                self.take(size, sum_)
                total += size
                if self.until(b"\r\n"):
                    raise Gone("a chunk that does not end")
            while self.until(b"\r\n"):
                pass
            return total
        n = int(fields.get("content-length", "0"))
        self.take(n, sum_)
        return n

    def echo(self):
        data = self.buf
        self.buf = b""
        while True:
            if data:
                self.sock.sendall(data)
            data = self.sock.recv(65536)
            if not data:
                raise Gone("end of the tunnel")

    def send(self, status, body, fields=()):
        self.sock.sendall(
            ("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n" % (
                status, "".join("%s\r\n" % f for f in fields),
                len(body))).encode("latin-1")
            + (b"" if self.method == "HEAD" else body))

    def answer(self, path, keep):
        what, _, arg = path[1:].partition("/")
        arg = arg.split("?")[0]
        fields = [] if keep else ["Connection: close"]
        if what.isdigit():
            self.send("200 OK", b"x" * int(what), fields)
        elif what == "chunked":
            out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            left = int(arg)
            self.sock.sendall(out.encode())
            while left:
                n = min(left, 7000)
                self.sock.sendall(b"%x\r\n" % n + b"x" * n + b"\r\n")
                left -= n
            self.sock.sendall(b"0\r\n\r\n")
        elif what == "until-end":
            self.sock.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * int(arg))
            raise Gone("answered")
        elif what == "hold":
            self.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n"
                              b"\r\n" + self.name.encode() + b"\n")
            while True:
                self.more()
        elif what == "cookie":
            self.send("200 OK", self.text(path),
                      fields + ["Set-Cookie: " + arg])
        elif what == "no":
            self.send("403 No", self.text(path), fields)
        else:
            if what == "slow":
                time.sleep(int(arg) / 1000)
            self.send("200 OK", self.text(path), fields)

    def text(self, path):
        return ("%s %s %s\n" % (self.name, path, self.peer)).encode("latin-1")

    def upgrade(self, path):
        if self.method == "CONNECT" and not path.startswith("no:"):
            self.sock.sendall(b"HTTP/1.1 200 Go\r\n\r\n")
            self.echo()
        if path == "/go" and "upgrade" in self.fields:
            self.sock.sendall(b"HTTP/1.1 101 Go\r\nConnection: Upgrade\r\n"
                              b"Upgrade: echo\r\n\r\n")
            self.echo()

    def request(self):
        head = self.until(b"\r\n\r\n").decode("latin-1")
        lines = head.lstrip("\r\n").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3:
            raise Gone("no request line: %r" % lines[0])
        self.method, path, version = words
        self.fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.fields[name.lower()] = value.strip(" \t")
        if path == "/early":
            self.send("413 No", self.text(path))
        if self.fields.get("expect", "").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        sum_ = hashlib.md5()
        n = self.body(self.fields, sum_)
        self.note(head=head, body=n, sum=sum_.hexdigest())
        if path == "/early":
            return
        self.upgrade(path)
        said = self.fields.get("connection", "").lower()
        keep = (said != "close" if version == "HTTP/1.1" else
                said == "keep-alive") and path != "/bye"
        if self.method == "CONNECT":
            path = "/no"
        self.answer(path, keep)
        if not keep:
            raise Gone("answered")

    def run(self):
        end = "?"
        try:
            with self.sock:
                while True:
                    self.request()
        except Gone as e:
            end = str(e)
        except (OSError, ValueError) as e:
            end = "broken: %s" % e
        self.note(end=end, raw=self.raw[:RAW_MAX].decode("latin-1"))


def accept(log, name, listener):
    while True:
        client, peer = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        c = Connection(log, name, client, peer[0])
        threading.Thread(target=c.run, daemon=True).start()


def main():
    log = open(sys.argv[1], "a")
    for arg in sys.argv[2:]:
        name, where = arg.split("=")
        host, port = where.rsplit(":", 1)
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((host, int(port)))
        s.listen(128)
        threading.Thread(target=accept, args=(log, name, s),
                         daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()

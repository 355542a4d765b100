"""A client of HTTP/1 on a bare socket, for tests that look at every byte."""
import socket


class Answer:
    def __init__(self, head, body):
        lines = head.split("\r\n")
        self.line = lines[0]
        self.status = int(lines[0].split(" ")[1])
        self.fields = [tuple(x.split(": ", 1)) for x in lines[1:]]
        self.body = body

    def all(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def get(self, name):
        return (self.all(name) + [None])[0]

    @property
    def server(self):
        return self.body.split(b" ")[0].decode("latin-1")


class Talk:
    def __init__(self, vip, port=80, source=None, receive=None):
        self.s = socket.socket()
        if receive:
            self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.s.settimeout(20)
        if source:
            self.s.bind((source, 0))
        self.s.connect((vip, port))
        self.buf = bytearray()

    def send(self, data):
        self.s.sendall(data if isinstance(data, bytes) else data.encode())

    def request(self, path, *fields, method="GET", body=None, version="1.1"):
        text = "%s %s HTTP/%s\r\nHost: www.a.example\r\n" % (
            method, path, version)
        for f in fields:
            text += f + "\r\n"
        if body is not None:
            text += "Content-Length: %d\r\n" % len(body)
        return text.encode("latin-1") + b"\r\n" + (body or b"")

    def more(self):
        data = self.s.recv(65536)
        self.buf += data
        return data

    def until(self, mark):
        while mark not in self.buf:
            if not self.more():
                raise EOFError("the connection ended in %r" % self.buf[:200])
        at = self.buf.index(mark)
        text = bytes(self.buf[:at])
        del self.buf[:at + len(mark)]
        return text

    def take(self, n):
        while len(self.buf) < n:
            if not self.more():
                raise EOFError("the connection ended in a body")
        data = bytes(self.buf[:n])
        del self.buf[:n]
        return data

    def rest(self):
        while self.more():
            pass
        data, self.buf = bytes(self.buf), bytearray()
        return data

    def chunks(self):
        out = b""
        while True:
            n = int(self.until(b"\r\n").split(b";")[0], 16)
            out += self.take(n)
            self.until(b"\r\n")
            if not n:
                return out

    def answer(self, method="GET", skip=True):
        while True:
            a = Answer(self.until(b"\r\n\r\n").decode("latin-1"), b"")
            if not (skip and a.status == 100):
                break
        if method == "HEAD" or a.status in (101, 204, 304) or (
                method == "CONNECT" and a.status == 200):
            return a
        if a.get("Transfer-Encoding") == "chunked":
            a.body = self.chunks()
        elif a.get("Content-Length") is not None:
            a.body = self.take(int(a.get("Content-Length")))
        elif a.status >= 200:
            a.body = self.rest()
        return a

    def ask(self, path, *fields, **more):
        self.send(self.request(path, *fields, **more))
        return self.answer(more.get("method", "GET"))

    def ended(self):
        """"end", "reset", or what came instead."""
        try:
            data = self.s.recv(65536)
        except ConnectionResetError:
            return "reset"
        return data or "end"

    def half_close(self):
        self.s.shutdown(socket.SHUT_WR)

    def close(self):
        self.s.close()

"""An HTTP server whose answers end in every way that HTTP/1.1 knows.

usage: odd.py ADDR PORT
"""
import http.server
import sys
import time

PAGE = b"".join(b"%d\n" % i for i in range(1, 60001))


class Odd(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def head(self, *fields):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=us-ascii")
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x;name=value\r\n%s\r\n" % (len(data), data))

    def chunks(self, size, pause=0.0):
        self.head(("Transfer-Encoding", "chunked"))
        for at in range(0, len(PAGE), size):
            self.chunk(PAGE[at:at + size])
            time.sleep(pause)

    def do_GET(self):
        if self.path == "/chunked":
            self.chunks(10007)
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/chunked-trailers":
            self.chunks(333)
            self.wfile.write(b"0\r\nX-Sum: 12\r\n\r\n")
        elif self.path == "/trickle":
            self.chunks(40000, 0.05)
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/close":
            self.head(("Connection", "close"))
            self.wfile.write(PAGE)
            self.close_connection = True
        elif self.path == "/cut":
            self.head(("Content-Length", str(len(PAGE))))
            self.wfile.write(PAGE[:-1000])
            self.close_connection = True
        elif self.path == "/clock":
            self.head(("Transfer-Encoding", "chunked"))
            self.chunk(b"tick\n" * 100)
            time.sleep(5)
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_error(404)


http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Odd).serve_forever()

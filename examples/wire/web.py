#!/usr/bin/python3
"""web.py NAME ADDR PORT: a web server that tells its name and who asked.

GET /bytes/N is answered by N bytes; anything else by one line.
"""
import socketserver
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer(b"")

    def do_GET(self):
        part = self.path.split("/")
        body = ("%s sees %s ask for %s\n" % (
            sys.argv[1], self.client_address[0], self.path)).encode()
        if len(part) == 3 and part[1] == "bytes" and part[2].isdigit():
            body = b"x" * min(int(part[2]), 1 << 26)
        self.answer(body)

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, HTTPServer):
    allow_reuse_address = True
    daemon_threads = True


Server((sys.argv[2], int(sys.argv[3])), Handler).serve_forever()

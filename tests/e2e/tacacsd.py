#!/usr/bin/python3
"""A small TACACS+ server after RFC 8907, for the tests.

    tacacsd.py ADDR PORT KEY LOG [MODE]

Users and what they may do stand in the table below.  Every packet that comes in
is a line of LOG.  MODE changes what it does:
    ask-user   asks for the name again, as servers may
    error      answers with the protocol's error status
    silent     takes connections and says nothing
    garbage    answers with bytes at random
"""

import hashlib
import os
import re
import socketserver
import struct
import sys

AUTHEN, AUTHOR, ACCT = 1, 2, 3
UNENCRYPTED = 1

USERS = {
    "chief": {"password": "chief-pass", "level": 15, "deny": []},
    "plain": {"password": "plain-pass", "level": 1, "deny": []},
    "junior": {"password": "junior-pass", "level": 15,
               "deny": [r"^(no )?service ", r"^show version$", r"^sh ver$"]},
    "none": {"password": "none-pass", "level": None, "deny": []},
}


def pad(session, key, version, seq, length):
    head = session + key + bytes([version, seq])
    out = last = b""
    while len(out) < length:
        last = hashlib.md5(head + last).digest()
        out += last
    return out[:length]


def hide(session, key, version, seq, body):
    return bytes(a ^ b for a, b in
                 zip(body, pad(session, key, version, seq, len(body))))


class Bad(Exception):
    pass


def take(body, at, lengths):
    """Fields of the given lengths from `at` on, which must end with the body."""
    out = []
    for n in lengths:
        out.append(body[at:at + n].decode())
        at += n
    if at != len(body):
        raise Bad("the lengths do not fit: another key?")
    return out


class Session(socketserver.BaseRequestHandler):
    def exactly(self, n):
        data = b""
        while len(data) < n:
            piece = self.request.recv(n - len(data))
            if not piece:
                return None
            data += piece
        return data

    def receive(self):
        """Type and body of the next packet; None when the client is gone."""
        head = self.exactly(12)
        if not head:
            return None
        self.version, kind, seq, flags = head[:4]
        self.session, length = head[4:8], struct.unpack("!I", head[8:])[0]
        body = self.exactly(length)
        if body is None:
            return None
        if self.version >> 4 != 12 or not seq & 1:
            raise Bad("version %#x, sequence number %d" % (self.version, seq))
        self.seq = seq
        self.clear = bool(flags & UNENCRYPTED)
        if self.clear == bool(self.server.key):
            raise Bad("the packet is%s clear" % ("" if self.clear else " not"))
        if not self.clear:
            body = hide(self.session, self.server.key, self.version, seq, body)
        return kind, body

    def reply(self, kind, body):
        seq = self.seq + 1
        if self.server.mode == "garbage":
            body = os.urandom(len(body))
        elif not self.clear:
            body = hide(self.session, self.server.key, self.version, seq, body)
        self.request.sendall(bytes([self.version, kind, seq,
                                    UNENCRYPTED if self.clear else 0]) +
                             self.session + struct.pack("!I", len(body)) +
                             body)

    def log(self, fmt, *args):
        with open(self.server.log, "a") as f:
            f.write(fmt % args + "\n")

    # ---- authentication -----------------------------------------------------

    def authen_reply(self, status, text=b"", noecho=0):
        self.reply(AUTHEN, struct.pack("!BBHH", status, noecho, len(text), 0) +
                   text)

    def ask(self, status, text, noecho=0):
        self.authen_reply(status, text, noecho)
        got = self.receive()
        if got is None or got[0] != AUTHEN:
            return None
        user_len, data_len, flags = struct.unpack("!HHB", got[1][:5])
        text, _ = take(got[1], 5, [user_len, data_len])
        return None if flags & 1 else text

    def authen(self, body):
        action, level, kind, service = body[:4]
        user, port, caller, data = take(body, 8, body[4:8])
        self.log("authen user=%s port=%s caller=%s action=%d type=%d service=%d "
                 "level=%d", user, port, caller, action, kind, service, level)
        if action != 1:
            raise Bad("action %d" % action)
        if self.server.mode == "error":
            self.authen_reply(7, b"no data base")
            return
        password = data
        if kind == 1:
            if not user or self.server.mode == "ask-user":
                user = self.ask(4, b"User: ")
            if user is not None:
                password = self.ask(5, b"Password: ", 1)
            if user is None or password is None:
                return
        known = USERS.get(user)
        right = known is not None and known["password"] == password
        self.log("authen user=%s %s", user, "pass" if right else "fail")
        self.authen_reply(1 if right else 2)

    # ---- authorization and accounting -----------------------------------------

    def request_fields(self, body, at):
        method, level, kind, service, u, p, c, n = body[at:at + 8]
        lengths = list(body[at + 8:at + 8 + n])
        fields = take(body, at + 8 + n, [u, p, c] + lengths)
        return method, level, fields[:3], fields[3:]

    def author_reply(self, status, args=()):
        raw = [a.encode() for a in args]
        self.reply(AUTHOR, struct.pack("!BBHH", status, len(raw), 0, 0) +
                   bytes(len(a) for a in raw) + b"".join(raw))

    def author(self, body):
        method, level, (user, port, caller), args = self.request_fields(body, 0)
        self.log("author user=%s port=%s caller=%s method=%d level=%d %s", user,
                 port, caller, method, level, " ".join(args))
        if self.server.mode == "error":
            self.author_reply(0x11)
            return
        known = USERS.get(user)
        if known is None or "service=shell" not in args:
            self.author_reply(0x10)
        elif "cmd=" in args:
            self.author_reply(1, [] if known["level"] is None else
                              ["priv-lvl=%d" % known["level"], "timeout*0"])
        else:
            words = [re.sub(r"^cmd(-arg)?=", "", a) for a in args
                     if a.startswith("cmd") and a != "cmd-arg=<cr>"]
            line = " ".join(words)
            denied = any(re.search(d, line) for d in known["deny"])
            self.author_reply(0x10 if denied else 1)

    def acct(self, body):
        flags = body[0]
        method, level, (user, port, caller), args = self.request_fields(body, 1)
        self.log("acct flags=%d user=%s port=%s caller=%s method=%d level=%d %s",
                 flags, user, port, caller, method, level, " ".join(args))
        status = 2 if self.server.mode == "error" else 1
        self.reply(ACCT, struct.pack("!HHB", 0, 0, status))

    def handle(self):
        try:
            got = self.receive()
            if got is None:
                return
            if self.server.mode == "silent":
                self.exactly(1)
                return
            {AUTHEN: self.authen, AUTHOR: self.author,
             ACCT: self.acct}[got[0]](got[1])
        except (Bad, KeyError, UnicodeDecodeError, IndexError,
                struct.error) as e:
            self.log("bad %s", e)
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main():
    addr, port, key, log = sys.argv[1:5]
    server = Server((addr, int(port)), Session)
    server.key = key.encode()
    server.log = log
    server.mode = sys.argv[5] if len(sys.argv) > 5 else ""
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

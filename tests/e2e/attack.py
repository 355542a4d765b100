#!/usr/bin/python3
"""attack.py WHAT HOST PORT [N]: peers that misbehave, one kind a call.

Exits with status 0 when the switch did what it had to do with them.
"""
import os
import random
import resource
import socket
import ssl
import struct
import subprocess
import sys
import time

WHAT, HOST, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
N = int(sys.argv[4]) if len(sys.argv) > 4 else 1
random.seed(7)


def context():
    c = ssl.create_default_context()
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    return c


def hello():
    """The bytes of a ClientHello."""
    wire, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    s = context().wrap_bio(wire, out, server_hostname="x.example")
    try:
        s.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def connect():
    return socket.create_connection((HOST, PORT), timeout=20)


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def ends(s, seconds):
    """True when the switch closes or resets within so many seconds."""
    s.settimeout(seconds)
    try:
        while s.recv(65536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def must(what, true):
    if not true:
        sys.exit("%s: %s" % (WHAT, what))


def garbage():
    for i in range(N):
        s = connect()
        try:
            s.sendall(random.randbytes(random.randrange(1, 3000)) + b"\0" * 6)
            s.sendall(b"\0" * 20000)
        except ConnectionError:
            pass
        must("garbage is not refused", ends(s, 10))
        s.close()


def truncated():
    h = hello()
    for i in range(N):
        s = connect()
        s.sendall(h[:random.randrange(1, len(h))])
        s.shutdown(socket.SHUT_WR)
        must("a cut hello is not noticed", ends(s, 10))
        s.close()


def resets():
    h = hello()
    for i in range(N):
        s = connect()
        s.sendall(h[:random.randrange(0, len(h))] if i % 2 else h)
        if i % 4 == 2:
            s.recv(100)
        reset(s)


def flipped():
    h = hello()
    for i in range(N):
        b = bytearray(h)
        for _ in range(random.randrange(1, 6)):
            b[random.randrange(5, len(b))] = random.randrange(256)
        s = connect()
        try:
            s.sendall(b)
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        must("a spoilt hello hangs", ends(s, 10))
        s.close()


def giant():
    """A hello of 16 MB by its own account, and records without an end."""
    for i in range(N):
        s = connect()
        body = b"\x01\xff\xff\xff" + b"\x03\x03" + random.randbytes(16378)
        sent = 0
        try:
            for _ in range(1000):
                s.sendall(b"\x16\x03\x01" + struct.pack(">H", len(body)) +
                          body)
                sent += len(body)
                body = random.randbytes(16384)
        except ConnectionError:
            pass
        must("a giant hello is taken (%d bytes)" % sent, sent < 8 << 20)
        must("a giant hello is not refused", ends(s, 10))
        s.close()


def half():
    """N half-open handshakes, held until this is killed."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    must("%d descriptors are not allowed here" % N, hard > N + 64)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    h = hello()
    held = []
    for i in range(N):
        s = connect()
        s.sendall(h[:1 + i % (len(h) - 1)] if i % 3 else h)
        held.append(s)
    print("held", flush=True)
    time.sleep(60)


def slow():
    """A hello of a byte every now and then: it ends before its last byte."""
    h = hello()
    held = [connect() for _ in range(N)]
    began = time.time()
    left = set(held)
    at = 0
    while left and time.time() - began < 20 and at < len(h):
        for s in list(left):
            try:
                s.send(h[at:at + 1])
            except ConnectionError:
                left.discard(s)
        at += 1
        time.sleep(0.3)
    for s in left:
        must("a slow hello is waited for", ends(s, 1))
    print("ended after %.1f s" % (time.time() - began))


def renegotiate():
    """TLS 1.2: asks for another handshake inside the session."""
    for i in range(N):
        p = subprocess.Popen(
            ["openssl", "s_client", "-connect", "%s:%d" % (HOST, PORT),
             "-tls1_2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        time.sleep(0.5)
        try:
            p.stdin.write(b"R\n")
            p.stdin.flush()
            p.wait(3)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            pass
        p.kill()
        text = p.stdout.read()
        must("it is renegotiated: %s" % text[-300:].decode(),
             b"RENEGOTIATING" in text and b"no renegotiation" in text)


def closes():
    """Ends in every order: the request, then a half close or a close_notify,
    or a close with an answer on its way."""
    for i in range(N):
        s = connect()
        t = context().wrap_socket(s)
        t.sendall(b"GET /200000 HTTP/1.0\r\n\r\n")
        if i % 3 == 0:
            t.recv(100)
            reset(t)
        elif i % 3 == 1:
            t.close()
        else:
            s2 = socket.socket(fileno=os.dup(t.fileno()))
            s2.shutdown(socket.SHUT_WR)
            must("a half-closed connection stays", ends(s2, 10))
            s2.close()
            t.close()


def broken():
    """A record that does not decrypt, in the middle of a session."""
    for i in range(N):
        t = context().wrap_socket(connect())
        raw = socket.socket(fileno=os.dup(t.fileno()))
        raw.sendall(b"\x17\x03\x03\x00\x40" + random.randbytes(64))
        must("a broken record is taken", ends(raw, 10))
        raw.close()
        t.close()


def writes():
    """A client without a certificate that goes on writing: it reads why."""
    for i in range(N):
        t = context().wrap_socket(connect())
        for _ in range(5):
            t.sendall(b"GET / HTTP/1.0\r\n")
            time.sleep(0.05)
        try:
            t.recv(100)
        except ssl.SSLError as e:
            must("another alert: %s" % e, "certificate required" in
                 str(e).lower().replace("_", " "))
        else:
            must("it is served", False)
        t.close()


KINDS = {f.__name__: f for f in (garbage, truncated, resets, flipped, giant,
                                 half, slow, renegotiate, closes,
                                 broken, writes)}
if WHAT not in KINDS:
    sys.exit("attack.py: no such kind: " + WHAT)
KINDS[WHAT]()

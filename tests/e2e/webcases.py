#!/usr/bin/python3
"""How the switch treats HTTP on a connection, case by case: webcases.py CASE...

The switch and the servers are those of 201-http-connections.sh, which also says
what a case is about.  A case is a function; it fails by an assertion.
"""
import hashlib
import json
import os
import socket
import sys
import threading
import time

from webtalk import Talk

NET = os.environ.get("NET", "127.10.21")
VIP = NET + ".50"  # /images/* to two, everything else to one
EACH = NET + ".51"  # no persistent: one and two in turn
TURNS = NET + ".52"  # one and two in turn
COOKIE = NET + ".53"  # arrowpoint-cookie
LOG = os.environ.get("LOG", "origin.jsonl")


def same(got, want):
    assert got == want, "got %r, not %r" % (got, want)


def events(mark):
    with open(LOG) as f:
        whole = [x for x in f if x.endswith("\n")]  # not one half written
    return [e for e in map(json.loads, whole) if mark in e.get("head", "")]


# ---- requests in pieces ------------------------------------------------------

def byte_by_byte():
    c = Talk(VIP)
    for b in c.request("/images/a.gif", "A: b"):
        c.send(bytes([b]))
    same(c.answer().server, "two")


def big_head(length):
    c = Talk(VIP)
    bare = len(c.request("/", "X-Filler: "))
    head = c.request("/", "X-Filler: " + "x" * (length - bare))
    for at in range(0, length, 1000):
        try:
            c.send(head[at:at + 1000])
        except ConnectionError:
            return "reset"
        time.sleep(0.005)
    try:
        return c.answer().server
    except ConnectionResetError:
        return "reset"


def head_of_six_packets():
    same(big_head(6 * 1460), "one")


def head_of_more():
    same(big_head(6 * 1460 + 1), "reset")


def head_of_twenty_packets():
    same(big_head(20 * 1460), "one")


# ---- many requests on a connection -----------------------------------------------

def pipelined():
    c = Talk(VIP)
    paths = ["/images/%d.gif" % i if i % 3 else "/%d.html" % i
             for i in range(60)]
    c.send(b"".join(c.request(p) for p in paths))
    for i, p in enumerate(paths):
        a = c.answer()
        same(a.body.split(b" ")[:2],
             [b"two" if i % 3 else b"one", p.encode()])


def moves_with_bodies():
    c = Talk(VIP)
    data = os.urandom(300000)
    for i in range(6):
        p = ("/images/up%d" if i % 2 else "/up%d") % i
        a = c.ask(p, method="POST", body=data)
        same(a.server, "two" if i % 2 else "one")
        same(events(" %s " % p)[-1]["sum"], hashlib.md5(data).hexdigest())


def moves_with_chunks():
    c = Talk(VIP)
    for i in range(4):
        p = ("/images/c%d" if i % 2 else "/c%d") % i
        c.send("POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked"
               "\r\n\r\n" % p)
        for _ in range(50):
            c.send(b"%x;ext=1\r\n" % 1000 + b"y" * 1000 + b"\r\n")
        c.send("0\r\nTrail: er\r\n\r\n")
        same(c.answer().server, "two" if i % 2 else "one")
        same(events(" %s " % p)[-1]["body"], 50000)


def answers_of_all_kinds():
    c = Talk(VIP)
    same(len(c.ask("/chunked/100000").body), 100000)
    same(len(c.ask("/3000000").body), 3000000)
    same(c.ask("/images/x", method="HEAD").get("Content-Length"),
         str(len("two /images/x 127.0.0.1\n")))
    same(c.ask("/y").server, "one")
    same(len(c.ask("/until-end/200000").body), 200000)


def old_version():
    c = Talk(VIP)
    a = c.ask("/a", version="1.0")
    same((a.server, c.ended()), ("one", "end"))
    c = Talk(VIP)
    for p, server in ("/a", "one"), ("/images/b", "two"), ("/c", "one"):
        same(c.ask(p, "Connection: keep-alive", version="1.0").server, server)


def stays_by_default():
    """Same rule, or one that has the service: no move (content.md 7.2)."""
    c = Talk(TURNS)
    first = c.ask("/a").server
    for i in range(5):
        same(c.ask("/a%d" % i).server, first)
    other = Talk(TURNS)
    same({first, other.ask("/").server}, {"one", "two"})


def each_request_anew():
    c = Talk(EACH)
    seen = [c.ask("/a%d" % i).server for i in range(8)]
    same((seen.count("one"), seen.count("two")), (4, 4))
    same(seen[::2], [seen[0]] * 4)


def no_rule_later():
    """A later request that no rule takes stays where the first one was."""
    c = Talk(NET + ".54")
    same(c.ask("/only/a").server, "two")
    same(c.ask("/elsewhere").server, "two")
    c = Talk(NET + ".54")
    c.send(c.request("/elsewhere"))
    same(c.ended(), "reset")


# ---- moves by redirect -----------------------------------------------------------

def sent_round():
    c = Talk(VIP)
    same(c.ask("/index.html").server, "one")
    a = c.ask("/images/a.gif?x=1")
    same(a.line, "HTTP/1.1 302 Object Moved")
    same(a.get("Location"), "http://www.a.example/images/a.gif?x=1")
    same(a.get("Connection"), "close")
    same(c.ended(), "end")
    same(Talk(VIP).ask("/images/a.gif?x=1").server, "two")


def post_is_not_sent_round():
    c = Talk(VIP)
    same(c.ask("/index.html").server, "one")
    c.send(c.request("/images/lost", method="POST", body=b"abc"))
    same(c.ended(), "reset")
    same(events("/images/lost "), [])


def redirected(vip=NET + ".55"):
    c = Talk(vip)
    a = c.ask("/x")
    same((a.status, a.get("Location")), (302, "https://www.a.example"))
    return c


def fin_then_reset():
    c = redirected()
    same(c.ended(), "end")
    c.send("x")
    time.sleep(0.1)
    try:
        c.send("x")
        got = c.ended()
    except ConnectionError:
        got = "reset"
    same(got, "reset")


def fin_then_fin():
    c = redirected()
    same(c.ended(), "end")
    c.send("still taken")
    time.sleep(0.1)
    c.send("and this")
    time.sleep(0.1)
    c.half_close()
    same(c.ended(), "end")


def reset_at_once():
    c = Talk(NET + ".55")
    c.send(c.request("/x"))
    time.sleep(0.3)
    data = c.s.recv(65536)
    assert data.startswith(b"HTTP/1.1 302 "), data
    same(c.ended(), "reset")


# ---- ends -------------------------------------------------------------------------

def slow_reader_that_is_done():
    """The answer is larger than all buffers and the client has said its end."""
    c = Talk(VIP, receive=32768)
    c.send(c.request("/8000000"))
    c.half_close()
    time.sleep(1)
    same(len(c.answer().body), 8000000)
    same(c.ended(), "end")


def slow_reader_that_asks_more():
    c = Talk(VIP, receive=32768)
    for _ in range(3):
        c.send(c.request("/2000000"))
    c.send(c.request("/images/b", "Connection: close"))
    time.sleep(0.5)
    for _ in range(3):
        same(len(c.answer().body), 2000000)
    same(c.answer().server, "two")
    same(c.ended(), "end")


def behind_close():
    c = Talk(VIP)
    c.send(c.request("/a", "Connection: close") + c.request("/behind-close"))
    same(c.answer().server, "one")
    same(c.ended(), "end")
    same(events("/behind-close "), [])


def server_says_close():
    c = Talk(VIP)
    a = c.ask("/bye")
    same((a.server, a.get("Connection"), c.ended()), ("one", "close", "end"))


def answered_early():
    """The server answers before it has the body, and the connection goes on."""
    c = Talk(VIP)
    body = b"z" * 400000
    c.send(c.request("/early", method="POST", body=body)[:-200000])
    same(c.answer().status, 413)
    c.send(body[:200000])
    same(c.ask("/after").server, "one")
    same(c.ask("/images/after").server, "two")


def continues():
    c = Talk(VIP)
    c.send("POST /hundred HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
           "Content-Length: 4\r\n\r\n")
    same(c.answer(skip=False).status, 100)
    c.send("body")
    same(c.answer().status, 200)
    same(events("/hundred ")[-1]["body"], 4)


def slow_but_not_idle():
    """It takes far longer than the idle time, but never pauses so long."""
    c = Talk(VIP, receive=8192)
    c.send(c.request("/6000000"))
    got = 0
    for _ in range(14):
        time.sleep(1)
        got += len(c.s.recv(16384))
    end = time.time() + 60
    while got < 6000000 and time.time() < end:
        got += len(c.s.recv(1 << 20))
    assert got > 6000000, got


# ---- leaving HTTP ---------------------------------------------------------------------

def echo(c):
    data = os.urandom(200000)
    got = b""
    t = threading.Thread(target=c.send, args=(data,))
    t.start()
    while len(got) < len(data):
        got += c.buf or c.s.recv(65536)
        c.buf.clear()
    t.join()
    same(got, data)


def upgrade():
    c = Talk(VIP)
    same(c.ask("/a").server, "one")
    a = c.ask("/go", "Connection: Upgrade", "Upgrade: echo")
    same(a.status, 101)
    echo(c)
    c.close()


def upgrade_with_first_bytes():
    c = Talk(VIP)
    c.send(c.request("/go", "Connection: Upgrade", "Upgrade: echo") + b"early")
    same(c.answer().status, 101)
    same(c.take(5), b"early")
    echo(c)


def upgrade_declined():
    c = Talk(VIP)
    a = c.ask("/a", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
              "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
    same((a.status, a.server), (200, "one"))
    same(c.ask("/images/b").server, "two")
    same(c.ask("/c").server, "one")


def connect():
    c = Talk(NET + ".56")
    c.send("CONNECT far.example:443 HTTP/1.1\r\nHost: far.example:443\r\n\r\n")
    same(c.answer("CONNECT").status, 200)
    echo(c)


def connect_declined():
    c = Talk(NET + ".56")
    c.send("CONNECT no:443 HTTP/1.1\r\nHost: no:443\r\n\r\n")
    same(c.answer("CONNECT").status, 403)
    same(c.ask("/b").server, "one")


# ---- the switch's own cookie -----------------------------------------------------------

def cookie_once():
    c = Talk(COOKIE)
    a = c.ask("/a")
    set_ = a.all("Set-Cookie")
    same(len(set_), 1)
    value = set_[0].split(";")[0]
    same(value.split("=")[0], "SHOP")
    own = {"one": "srvA", "two": "srvB"}[a.server]
    assert own in value, value
    assert "; path=/shop" in set_[0] and "; expires=" in set_[0], set_
    for i in range(3):
        same(c.ask("/a%d" % i).get("Set-Cookie"), None)
    for _ in range(6):
        b = Talk(COOKIE).ask("/", "Cookie: x=y; " + value)
        same((b.server, b.get("Set-Cookie")), (a.server, None))


def cookie_beside_others():
    a = Talk(COOKIE).ask("/cookie/own=1")
    same(len(a.all("Set-Cookie")), 2)
    a = Talk(COOKIE).ask("/", method="HEAD")
    same(len(a.all("Set-Cookie")), 1)
    c = Talk(COOKIE)
    c.send("POST /h HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
           "Content-Length: 1\r\n\r\n")
    a = c.answer(skip=False)
    same((a.status, a.get("Set-Cookie")), (100, None))
    c.send("x")
    same(len(c.answer().all("Set-Cookie")), 1)


def cookie_of_nobody():
    for text in ("SHOP=", "SHOP=FOOOBsrvXCKAAAAAA", "SHOP=garbage",
                 "SHOPPER=FOOOBsrvACKAAAAAA"):
        same(len(Talk(COOKIE).ask("/", "Cookie: " + text).all("Set-Cookie")),
             1)


CASES = {n: f for n, f in globals().items()
         if callable(f) and getattr(f, "__module__", "") == "__main__"
         and not n.startswith("_")}


def main():
    failed = 0
    for name in sys.argv[1:]:
        try:
            CASES[name]()
        except (AssertionError, OSError, EOFError, IndexError) as e:
            failed += 1
            print("%s: %s: %s" % (name, type(e).__name__, e))
    sys.exit(failed > 0)


if __name__ == "__main__":
    socket.setdefaulttimeout(20)
    main()

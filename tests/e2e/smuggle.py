#!/usr/bin/python3
"""Requests that two readers could read in two ways: smuggle.py VIP PORT LOG

Each row is sent to the switch on a connection of its own, at once and byte by
byte.  LOG is origin.py's: what a server behind the switch got.  A row is

    refused   the server completes no request of that connection, and the client
              gets no answer
    first     of two requests the first one is answered, the other one refused
    taken     the server gets the very bytes, and so many requests

Every request names its row in its target, and a hidden one says "evil": a
server that ever sees that as a request of its own was talked to in two ways.
"""
import json
import socket
import sys
import time

G = b"GET /%ROW HTTP/1.1\r\nHost: x\r\n"
P = b"POST /%ROW HTTP/1.1\r\nHost: x\r\n"
EVIL = b"GET /evil HTTP/1.1\r\nHost: x\r\n\r\n"
C = P + b"Transfer-Encoding: chunked\r\n\r\n"
LEN = b"Content-Length: %d\r\n" % len(EVIL)


def refused(name, *data):
    return name, "refused", 0, b"".join(data)


def first(name, *data):
    return name, "first", 1, b"".join(data)


def taken(name, count, *data):
    return name, "taken", count, b"".join(data)


ROWS = [
    # lengths
    refused("two lengths", P, b"Content-Length: 0\r\n", LEN, b"\r\n", EVIL),
    refused("two lengths, turned", P, LEN, b"Content-Length: 0\r\n\r\n", EVIL),
    refused("one length twice", P, LEN, LEN, b"\r\n", EVIL),
    refused("a list of lengths", P, b"Content-Length: 0, 31\r\n\r\n", EVIL),
    refused("a length with a sign", P, b"Content-Length: +0\r\n\r\n", EVIL),
    refused("a negative length", P, b"Content-Length: -1\r\n\r\n", EVIL),
    refused("a length in hex", P, b"Content-Length: 0x0\r\n\r\n", EVIL),
    refused("a length with a blank", P, b"Content-Length: 0 31\r\n\r\n", EVIL),
    refused("no length", P, b"Content-Length:\r\n\r\n", EVIL),
    refused("a length beyond all bounds", P,
            b"Content-Length: 18446744073709551616\r\n\r\n", EVIL),
    refused("a length with a NUL", P, b"Content-Length: 0\x00\r\n\r\n", EVIL),
    # both framings
    refused("length and chunks", P, b"Content-Length: 0\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", EVIL),
    refused("chunks and length", P, b"Transfer-Encoding: chunked\r\n",
            b"Content-Length: 4\r\n\r\n0\r\n\r\n", EVIL),
    refused("length and a coding", P, b"Content-Length: 0\r\n",
            b"Transfer-Encoding: identity\r\n\r\n", EVIL),
    # codings
    refused("an unknown coding", P, b"Transfer-Encoding: xchunked\r\n\r\n",
            EVIL),
    refused("identity", P, b"Transfer-Encoding: identity\r\n\r\n", EVIL),
    refused("chunked is not last", P,
            b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", EVIL),
    refused("chunked is not first", P,
            b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n", EVIL),
    refused("an empty coding", P,
            b"Transfer-Encoding: , chunked\r\n\r\n0\r\n\r\n", EVIL),
    refused("chunked twice", P, b"Transfer-Encoding: chunked\r\n" * 2,
            b"\r\n0\r\n\r\n", EVIL),
    refused("two codings", P, b"Transfer-Encoding: identity\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", EVIL),
    refused("a quoted coding", P,
            b"Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", EVIL),
    refused("a coding with a parameter", P,
            b"Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n", EVIL),
    refused("a coding behind a control", P,
            b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", EVIL),
    refused("a coding on a line of its own", P,
            b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", EVIL),
    refused("a coding in HTTP/1.0", b"POST /%ROW HTTP/1.0\r\nHost: x\r\n",
            b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"0\r\n\r\n", EVIL),
    # lines
    refused("a folded field", G, b"A: b\r\n c\r\n\r\n"),
    refused("a folded length", P, b"Content-Length:\r\n 0\r\n\r\n", EVIL),
    refused("a field that begins with a blank", G,
            b" Content-Length: 31\r\n\r\n", EVIL),
    refused("a blank behind the request line",
            b"GET /%ROW HTTP/1.1\r\n A: b\r\nHost: x\r\n\r\n"),
    refused("a bare CR in a value", G, b"A: b\rContent-Length: 31\r\n\r\n",
            EVIL),
    refused("a bare CR ends the head", G, b"A: b\r\n\rB: c\r\n\r\n"),
    refused("a bare CR ends the request line",
            b"GET /%ROW HTTP/1.1\rHost: x\r\n\r\n"),
    refused("a bare CR in front", b"\r" + G, b"\r\n"),
    refused("a bare LF ends a field", G, b"A: b\nC: d\r\n\r\n"),
    refused("bare LFs", G.replace(b"\r", b""), b"\n"),
    refused("a bare LF ends the head", G, b"A: b\r\n\n", EVIL),
    refused("NUL in a value", G, b"A: b\x00c\r\n\r\n"),
    refused("NUL in a name", G, b"A\x00: b\r\n\r\n"),
    refused("NUL in the target", b"GET /%ROW\x00 HTTP/1.1\r\nHost: x\r\n\r\n"),
    refused("a control in a value", G, b"A: b\x01c\r\n\r\n"),
    refused("DEL in a value", G, b"A: b\x7fc\r\n\r\n"),
    refused("a space before the colon", P, b"Content-Length : 31\r\n\r\n",
            EVIL),
    refused("a tab before the colon", P,
            b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", EVIL),
    refused("a space in a name", P, b"Content Length: 31\r\n\r\n", EVIL),
    refused("a field without a name", G, b": b\r\n\r\n"),
    refused("a line without a colon", G, b"abc\r\n\r\n"),
    refused("a separator in a name", G, b"A(b: c\r\n\r\n"),
    # request lines
    refused("two blanks in front of the target",
            b"GET  /%ROW HTTP/1.1\r\nHost: x\r\n\r\n"),
    refused("a blank in the target",
            b"GET /%ROW /evil HTTP/1.1\r\nHost: x\r\n\r\n"),
    refused("a tab in the request line",
            b"GET\t/%ROW\tHTTP/1.1\r\nHost: x\r\n\r\n"),
    refused("a blank behind the version",
            b"GET /%ROW HTTP/1.1 \r\nHost: x\r\n\r\n"),
    refused("HTTP/0.9", b"GET /%ROW\r\n\r\n"),
    refused("HTTP/2.0", b"GET /%ROW HTTP/2.0\r\nHost: x\r\n\r\n"),
    refused("HTTP/1.11", b"GET /%ROW HTTP/1.11\r\nHost: x\r\n\r\n"),
    refused("a version in small letters",
            b"GET /%ROW http/1.1\r\nHost: x\r\n\r\n"),
    # hosts
    refused("two Hosts", G, b"Host: y\r\n\r\n"),
    refused("a list of Hosts", b"GET /%ROW HTTP/1.1\r\nHost: x, y\r\n\r\n"),
    refused("a Host with a user", b"GET /%ROW HTTP/1.1\r\nHost: y@x\r\n\r\n"),
    refused("a Host with a path", b"GET /%ROW HTTP/1.1\r\nHost: x/y\r\n\r\n"),
    refused("a Host with a blank", b"GET /%ROW HTTP/1.1\r\nHost: x y\r\n\r\n"),
    refused("a Host other than the target's",
            b"GET http://y/%ROW HTTP/1.1\r\nHost: x\r\n\r\n"),
    refused("a target with a user",
            b"GET http://u@x/%ROW HTTP/1.1\r\nHost: x\r\n\r\n"),
    # chunks
    refused("data longer than its chunk", C, b"3\r\nabcXX0\r\n\r\n", EVIL),
    refused("a chunk's data ends with LF", C, b"3\r\nabc\n0\r\n\r\n", EVIL),
    refused("a chunk's data ends with CR", C, b"3\r\nabc\r0\r\n\r\n", EVIL),
    refused("a chunk size ends with LF", C, b"3\nabc\r\n0\r\n\r\n", EVIL),
    refused("a chunk size with a blank", C, b"3 \r\nabc\r\n0\r\n\r\n", EVIL),
    refused("a blank and a chunk size", C, b" 3\r\nabc\r\n0\r\n\r\n", EVIL),
    refused("a chunk size with a sign", C, b"+3\r\nabc\r\n0\r\n\r\n", EVIL),
    refused("a chunk size with 0x", C, b"0x3\r\nabc\r\n0\r\n\r\n", EVIL),
    refused("a chunk size that wraps", C, b"10000000000000003\r\nabc\r\n",
            b"0\r\n\r\n", EVIL),
    refused("an empty line for a chunk size", C, b"\r\n0\r\n\r\n", EVIL),
    refused("a LF in a chunk extension", C, b"3;a\nabc\r\n0\r\n\r\n", EVIL),
    refused("a CR in a chunk extension", C, b"3;a\rb\r\nabc\r\n0\r\n\r\n",
            EVIL),
    refused("a NUL in a chunk extension", C, b"3;\x00\r\nabc\r\n0\r\n\r\n",
            EVIL),
    refused("a quote that stays open", C, b"3;a=\"\r\nabc\r\n0\r\n\r\n", EVIL),
    refused("an extension without a name", C, b"3;\r\nabc\r\n0\r\n\r\n", EVIL),
    refused("a chunk extension without end", C, b"3;", b"a" * 5000, b"\r\n",
            b"abc\r\n0\r\n\r\n", EVIL),
    refused("the last chunk ends with LF", C, b"0\r\n\n", EVIL),
    refused("the last chunk ends with CR", C, b"0\r\n\rX", EVIL),
    refused("a folded trailer", C, b"0\r\nA: b\r\n c\r\n\r\n", EVIL),
    refused("a trailer with a blank name", C, b"0\r\nA : b\r\n\r\n", EVIL),
    refused("a length in a trailer", C, b"0\r\n", LEN, b"\r\n", EVIL),
    refused("CONNECT with a length", b"CONNECT x:443 HTTP/1.1\r\nHost: x:443"
            b"\r\n", LEN, b"\r\n", EVIL),
    # the second request of a connection
    first("a bad second request", G, b"\r\n", P, b"Content-Length: 0\r\n",
          LEN, b"\r\n", EVIL),
    first("bytes that are no request", G, b"\r\n", b"\x00\x01\x02\r\n\r\n"),
    first("behind close", G, b"Connection: close\r\n\r\n", EVIL),
    # what is legal and must come through as it is
    taken("one", 1, G, b"\r\n"),
    taken("two at once", 2, G, b"\r\n", G, b"\r\n"),
    taken("an empty line in front", 1, b"\r\n" + G, b"\r\n"),
    taken("a length", 1, P, b"Content-Length: 4\r\n\r\nbody"),
    taken("a length with zeros", 1, P, b"Content-Length: 0004\r\n\r\nbody"),
    taken("a request inside of a body", 1, P, LEN, b"\r\n", EVIL),
    taken("chunks", 1, C, b"3\r\nabc\r\n0\r\n\r\n"),
    taken("chunks in any letters", 1, P,
          b"transfer-ENCODING: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
    taken("chunks and a second request", 2, C, b"003\r\nabc\r\n00\r\n\r\n", G,
          b"\r\n"),
    taken("extensions and trailers", 1, C,
          b"3;a;b=c;d=\"e f\"\r\nabc\r\n0\r\nTrail: er\r\n\r\n"),
    taken("a name like a framing one", 1, P,
          b"Content_Length: 31\r\nX-Transfer-Encoding: chunked\r\n\r\n"),
    taken("an absolute target", 1,
          b"GET http://x/%ROW HTTP/1.1\r\nHost: X:80\r\n\r\n"),
    taken("no Host", 1, b"GET /%ROW HTTP/1.1\r\n\r\n"),
    taken("an empty value", 1, G, b"A:\r\n\r\n"),
    taken("values of other alphabets", 1, G, b"A: \xe4\xf6\r\n\r\n"),
]


def put(s, data, slowly):
    """False: a reset came meanwhile."""
    try:
        for at in range(0, len(data), 1 if slowly else len(data)):
            s.sendall(data[at:at + 1] if slowly else data)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        return False
    return True


def talk(vip, port, data, slowly):
    """Everything that comes back, and whether it ended with a reset."""
    got = b""
    s = socket.create_connection((vip, port), timeout=10)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    reset = not put(s, data, slowly)
    try:
        while True:  # what came before a reset can still be read
            more = s.recv(65536)
            if not more:
                return got, reset
            got += more
    except OSError:
        return got, True
    finally:
        s.close()


def events(log):
    with open(log) as f:
        return [json.loads(line) for line in f if line.endswith("\n")]


def requests_of(log, row):
    """Requests of a row that the server completed, and its connections' bytes."""
    mark = "/%s " % row
    done = [e for e in events(log) if "head" in e and mark in e["head"]]
    raw = [e["raw"] for e in events(log) if "raw" in e and mark in e["raw"]]
    return done, raw


def main():
    vip, port, log = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    bad = sent = 0

    for slowly in False, True:
        for n, (name, want, count, data) in enumerate(ROWS):
            row = "row%d%s" % (n, "s" if slowly else "")
            data = data.replace(b"%ROW", row.encode())
            if slowly and len(data) > 2000:
                continue
            got, reset = talk(vip, port, data, slowly)
            sent += 1
            answers = got.count(b"HTTP/1.1 200")
            deadline = time.time() + 5
            while True:
                done, raw = requests_of(log, row)
                whole = "".join(raw).encode("latin-1") == data
                if want != "taken" or (len(done) == count and whole) or \
                        time.time() > deadline:
                    break
                time.sleep(0.01)
            fine = {
                "refused": not done and not answers and reset,
                "first": len(done) == 1 and answers == 1,
                "taken": len(done) == count == answers and whole,
            }[want]
            if not fine:
                bad += 1
                print("%s (%s, %s): %d requests at the server, %d answers%s"
                      % (name, want, "slowly" if slowly else "at once",
                         len(done), answers, ", reset" if reset else ""))
                print("  sent %r\n  server got %r" % (data, raw))
    evil = [e for e in events(log)
            if "head" in e and " /evil " in e["head"].split("\r\n")[0]]
    for e in evil:
        print("a hidden request reached the server: %r" % e)
    print("%d of %d as they should be, %d hidden ones" % (
        sent - bad, sent, len(evil)))
    sys.exit(bad > 0 or len(evil) > 0)


if __name__ == "__main__":
    main()

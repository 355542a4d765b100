#!/usr/bin/python3
"""resume.py HOST:PORT MODE COUNT [WAIT]: how many of COUNT sessions resume.

MODE is 1.3, 1.2 (tickets) or id (TLS 1.2, session ids only).  Prints the number
of connections that resumed the session of the first one (1.3: of the one before,
since a session serves once).  WAIT seconds pass before the first attempt.
"""
import socket
import ssl
import sys
import time

host, port = sys.argv[1].split(":")
mode, count = sys.argv[2], int(sys.argv[3])
wait = float(sys.argv[4]) if len(sys.argv) > 4 else 0

c = ssl.create_default_context()
c.check_hostname = False
c.verify_mode = ssl.CERT_NONE
if mode == "1.3":
    c.minimum_version = ssl.TLSVersion.TLSv1_3
else:
    c.maximum_version = ssl.TLSVersion.TLSv1_2
if mode == "id":
    c.options |= ssl.OP_NO_TICKET


def once(session):
    """(did it resume, the session to go on with)"""
    with socket.create_connection((host, int(port)), timeout=10) as s:
        with c.wrap_socket(s, session=session) as t:
            t.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = t.recv(4096)
            if not answer.startswith(b"HTTP/1.1 200"):
                sys.exit("no answer: %r" % answer)
            return t.session_reused, t.session


_, session = once(None)
time.sleep(wait)
resumed = 0
for _ in range(count):
    reused, new = once(session)
    resumed += reused
    if mode == "1.3":
        session = new
print(resumed)

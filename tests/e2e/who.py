#!/usr/bin/python3
"""Servers that say who asks: who.py NAME=ADDR:PORT[,CERTIFICATE,KEY]...

HTTP, one answer a connection: "NAME CLIENT-ADDRESS:PORT OWN-ADDRESS PATH\\n".
With a certificate, over TLS.
"""
import socket
import ssl
import sys
import threading


def answer(name, sock, peer, context):
    try:
        if context:
            sock = context.wrap_socket(sock, server_side=True)
        with sock:
            head = b""
            while b"\r\n\r\n" not in head:
                more = sock.recv(65536)
                if not more:
                    return
                head += more
            text = "%s %s:%d %s %s\n" % (
                name, peer[0], peer[1], sock.getsockname()[0],
                head.split(b" ")[1].decode("latin-1"))
            sock.sendall(("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                          "Content-Length: %d\r\n\r\n%s"
                          % (len(text), text)).encode("latin-1"))
    except OSError:
        pass


def serve(name, listener, context):
    while True:
        sock, peer = listener.accept()
        threading.Thread(target=answer, args=(name, sock, peer, context),
                         daemon=True).start()


def main():
    for arg in sys.argv[1:]:
        name, where = arg.split("=", 1)
        where, *files = where.split(",")
        addr, port = where.rsplit(":", 1)
        context = None
        if files:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*files)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((addr, int(port)))
        listener.listen(128)
        threading.Thread(target=serve, args=(name, listener, context),
                         daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()

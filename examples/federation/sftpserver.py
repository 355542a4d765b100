#!/usr/bin/python3
"""The host that the switch fetches its certificates from.

An SFTP server for one folder, one user and one password, which touches no
account of this machine.  Prints "ready" when it listens; ends by a signal.
"""
import argparse
import os
import socket
import sys
import threading

import paramiko


class Login(paramiko.ServerInterface):
    def __init__(self, user, password):
        self.user, self.password = user, password

    def check_auth_password(self, username, password):
        good = (username, password) == (self.user, self.password)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username):
        return "password"

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED if kind == "session" else \
            paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class Handle(paramiko.SFTPHandle):
    def stat(self):
        return paramiko.SFTPAttributes.from_stat(
            os.fstat(self.readfile.fileno()))


class Folder(paramiko.SFTPServerInterface):
    root = "."

    def _path(self, path):
        inside = os.path.normpath("/" + path)  # ".." ends at the top
        return self.root + inside

    def _attributes(self, path, function):
        try:
            return paramiko.SFTPAttributes.from_stat(function(path))
        except OSError as e:
            return paramiko.SFTPServer.convert_errno(e.errno)

    def stat(self, path):
        return self._attributes(self._path(path), os.stat)

    def lstat(self, path):
        return self._attributes(self._path(path), os.lstat)

    def list_folder(self, path):
        try:
            names = os.listdir(self._path(path))
        except OSError as e:
            return paramiko.SFTPServer.convert_errno(e.errno)
        found = []
        for name in names:
            a = self.stat(path + "/" + name)
            if isinstance(a, paramiko.SFTPAttributes):
                a.filename = name
                found.append(a)
        return found

    def open(self, path, flags, attr):
        writing = flags & (os.O_WRONLY | os.O_RDWR)
        try:
            fd = os.open(self._path(path), flags, 0o600)
        except OSError as e:
            return paramiko.SFTPServer.convert_errno(e.errno)
        handle = Handle(flags)
        handle.readfile = handle.writefile = \
            os.fdopen(fd, "r+b" if flags & os.O_RDWR else
                      "wb" if writing else "rb")
        return handle

    def remove(self, path):
        try:
            os.remove(self._path(path))
        except OSError as e:
            return paramiko.SFTPServer.convert_errno(e.errno)
        return paramiko.SFTP_OK


def serve(client, key, a):
    transport = paramiko.Transport(client)
    try:
        transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Folder)
        transport.start_server(server=Login(a.user, a.password))
        transport.join()
    except (paramiko.SSHException, EOFError, OSError) as e:
        print("sftp session: %s" % e, file=sys.stderr)
    finally:
        transport.close()


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--listen", default="127.0.0.1:2222")
    p.add_argument("--user", required=True)
    p.add_argument("--password", required=True)
    p.add_argument("--root", required=True)
    a = p.parse_args()
    Folder.root = os.path.realpath(a.root)
    key = paramiko.ECDSAKey.generate()
    host, port = a.listen.rsplit(":", 1)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, int(port)))
    except OSError as e:
        print("sftpserver: %s: %s" % (a.listen, e.strerror), file=sys.stderr)
        return 1
    listener.listen(8)
    print("ready", flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, key, a),
                         daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())

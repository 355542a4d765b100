#!/usr/bin/python3
"""ftpserver.py ADDR:PORT USER PASSWORD FOLDER: an FTP server for one user."""
import logging
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer


def main():
    where, user, password, folder = sys.argv[1:5]
    host, port = where.rsplit(":", 1)
    users = DummyAuthorizer()
    users.add_user(user, password, folder, perm="elradfmw")
    FTPHandler.authorizer = users
    logging.basicConfig(level=logging.WARNING)
    FTPServer((host, int(port)), FTPHandler).serve_forever()


if __name__ == "__main__":
    main()

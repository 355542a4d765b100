#!/usr/bin/python3
"""An operator at the switch's command line.

Types the lines of the given files at `css11500 attach`, waits for each prompt
as a person does, and shows the session as it would look on a terminal.  Lines
that begin with # are printed as remarks, @WORD@ stands for --set WORD=VALUE.
Status 1 when the switch refuses a line (its answer begins with %%).
"""
import argparse
import os
import re
import select
import subprocess
import sys
import time

PROMPT = re.compile(r"(?:^|\n)[A-Za-z0-9._-]*(?:\([^\n]*\))?[#>] ?$"
                    r"|(?:User Name|Password): ?$")
QUESTION = re.compile(r"(?:^|\n)[^\n]*[:\])] ?$")
PATIENCE = 60.0  # seconds for one line; a key takes its time


class Refused(Exception):
    pass


class Switch:
    def __init__(self, program, disk):
        self.child = subprocess.Popen(
            [program, "attach", "--disk", disk],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.shown = ""  # the prompt that waits for a line

    def _more(self, seconds):
        ready, _, _ = select.select([self.child.stdout], [], [], seconds)
        if not ready:
            return None
        return os.read(self.child.stdout.fileno(), 65536)

    def read(self):
        """Everything up to the next prompt or question."""
        text, end = "", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            quiet = 0.02 if PROMPT.search(text) else \
                0.3 if QUESTION.search(text) else 1.0
            data = self._more(quiet)
            if data == b"":
                return text, True
            if data is not None:
                text += data.decode("utf-8", "replace").replace("\r", "")
            elif quiet < 1.0:
                return text, False
        raise Refused("no prompt for %d seconds; last: %r"
                      % (PATIENCE, text[-80:]))

    def type(self, line):
        try:
            self.child.stdin.write(line.encode() + b"\n")
        except BrokenPipeError:
            raise Refused("the session is over, but there is more to type")

    def login(self, user, password):
        text, over = self.read()
        if not over and "User" not in text:  # "Press any key to log in."
            self.type("")
            text, over = self.read()
        self.type(user)
        self.read()
        self.type(password)
        text, over = self.read()
        if over or "User" in text or not PROMPT.search(text):
            raise Refused("login: " + (text.strip() or "closed"))
        self.shown = text.rsplit("\n", 1)[-1]

    def say(self, line, secret=False):
        """One line as an operator types it; shows and checks the answer."""
        print(self.shown + line)
        self.type(line)
        text, over = self.read()
        # The end of the typed line is the switch's to print.
        answer, _, self.shown = text.lstrip("\n").rpartition("\n")
        if answer:
            print(answer)
        sys.stdout.flush()
        refused = [l for l in answer.split("\n") if l.startswith("%%")]
        if refused:
            raise Refused("%s: %s" % (line, refused[0]))
        if over:
            raise Refused("%s: the session ended" % line)

    def leave(self):
        self.child.stdin.close()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()


def lines(path, values):
    with open(path) as f:
        for line in f:
            for word, value in values.items():
                line = line.replace("@%s@" % word, value)
            yield line.rstrip("\n")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--css", required=True, help="the program css11500")
    p.add_argument("--disk", required=True)
    p.add_argument("--user", default="admin")
    p.add_argument("--password", default="system")
    p.add_argument("--set", action="append", default=[], metavar="WORD=VALUE")
    p.add_argument("file", nargs="+")
    a = p.parse_args()
    switch = Switch(a.css, a.disk)
    try:
        switch.login(a.user, a.password)
        values = dict(s.split("=", 1) for s in a.set)
        for path in a.file:
            for line in lines(path, values):
                if line.startswith("#"):
                    print(line)
                else:
                    switch.say(line)
        print()
        return 0
    except Refused as e:
        print("typist: %s" % e, file=sys.stderr)
        return 1
    finally:
        switch.leave()


if __name__ == "__main__":
    sys.exit(main())

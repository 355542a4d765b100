"""Talks to the program `table` (tests/cli/table.c): a question, an answer."""
import os
import subprocess


class Switch:
    def __init__(self, program):
        self.p = subprocess.Popen([program], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)

    def ask(self, *parts):
        line = "\t".join(parts)
        assert "\n" not in line, line
        self.p.stdin.write(line.encode("utf-8", "surrogateescape") + b"\n")
        self.p.stdin.flush()
        head = self.p.stdout.readline()
        if not head:
            raise SystemExit(f"the switch died at: {line}")
        data = self.p.stdout.read(int(head))
        return data.decode("utf-8", "surrogateescape")

    def match(self, mode, line):
        """None when it is accepted, else (column, message)."""
        got = self.ask("match", mode, line)
        if got == "ok":
            return None
        col, _, message = got.partition(" ")
        return int(col), message

    def new(self):
        self.ask("new")

    def run(self, line):
        return self.ask("run", line)

    def config(self):
        return self.ask("config")

    def load(self, text, path):
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write(text)
        return self.ask("load", path).splitlines()

    def rows(self):
        keys = ("mode", "syntax", "no", "renders", "inert")
        return [dict(zip(keys, line.split("\t")))
                for line in self.ask("rows").splitlines()]


def program():
    return os.environ.get("CSS_TABLE", "build/tests/table")

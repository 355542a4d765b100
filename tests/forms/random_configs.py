#!/usr/bin/env python3
"""Configurations made at random from the command table come back as they are.

usage: random_configs.py [--count N] [--seed N] [--lines N]

Lines are typed that the table's own syntax allows, most of them accepted.  What
running-config then shows must load into an empty switch without a rejected line
and show again as the same text, byte for byte.  A configuration that does not is
made as small as it can be before it is printed.
"""
import argparse
import os
import random
import sys

from switch import Switch, program

WORDS = ["alpha", "b-2", "c.d", "Delta_4", "e:5", "9lives"]
TEXTS = ["some text", "", "x", "a;b", "don't", "!no remark", "/a/b?c=*", "50%"]
ADDRS = ["10.1.1.1", "10.1.1.2", "192.168.3.6", "172.16.6.58", "0.0.0.0",
         "255.255.255.255", "127.0.0.5"]
MASKS = ["255.255.255.0", "/24", "/8", "255.0.0.0", "/32", "0.0.0.0"]
NAMES = {
    "service": ["s1", "s2", "s3"], "owner": ["o1", "o2"],
    "content": ["r1", "r2"], "group": ["g1", "g2"],
    "keepalive": ["k1", "k2"], "ssllist": ["l1", "l2"],
    "ftprecord": ["f1", "f2"], "user": ["u1", "u2"], "cert": ["c1"],
    "rsakey": ["rk1"], "dsakey": ["dk1"], "dhparam": ["dh1"],
    "sslfile": ["x.pem"], "nql": ["n1"], "eql": ["e1"], "dql": ["d1"],
    "urql": ["q1"], "hfgroup": ["h1"], "reporter": ["p1"],
    "mac": ["00-60-97-d5-26-ab", "00:1B:2C:3d:4e:5F"],
    "vlan": ["VLAN1", "VLAN2"], "port": ["2/1", "2/2", "3/1"],
    "proto": ["any", "tcp", "udp", "icmp", "1", "50", "255"],
    "portop": ["eq", "gt", "lt", "neq"],
    "ipport": ["80", "https", "0", "65535", "telnet"],
    "hostnet": ["10.1.1.1", "10.0.0.0/8", "192.168.3.6", "10.1.2.3/32"],
    "ownerrule": ["o1/r1", "o2/r2"], "services": ["s1", "s1,s2", "s3"],
    "circuitref": ["circuit-(VLAN1)", "circuit-(vlan2)", "circuit-(VLAN9)"],
    "mibobject": ["tcpCurrEstab", "apSvcConnections.s1", "ifInOctets.3"],
    "mibname": ["apNoSuchObject", "1.3.6.1.2.1"],
    "ifindex": ["ifIndex.3", "ifindex.65535", "7"],
    "subsystem": ["acl", "netman", "bufman", "ssl-accel", "ripe", "wcc"],
    "subsystems": ["all", "rip", "NETMAN", "syss", "buffer"],
    "level": ["fatal", "error-3", "warn", "info-6", "debug"],
    "maillevel": ["fatal-0", "crit", "info"],
    "ttyline": ["console", "vty1", "vty4", "VTY2"],
    "name": WORDS, "word": WORDS, "line": ["one two", "x"],
    "balance": ["roundrobin", "leastconn", "weightedrr", "srcip", "aca",
                "urlhash", "domain"],
}
# What every configuration begins with: something of each kind to speak of.
BASE = """interface 2/1
bridge vlan 2
interface 3/1
trunk
ftp-record f1 10.0.0.1 joe "secret"
ssl associate cert c1 c1.pem
ssl associate rsakey rk1 rk1.pem
service s1
ip address 10.1.1.11
service s2
ip address 10.1.1.12
keepalive k1
ssl-proxy-list l1
ssl-server 1
backend-server 2
eql e1
dql d1
nql n1
urql q1
header-field-group h1
reporter p1
owner o1
content r1
group g1""".split("\n")
OPENERS = ["service s1", "service s2", "service s3", "owner o1", "owner o2",
           "content r1", "content r2", "group g1", "group g2", "keepalive k1",
           "keepalive k2", "ssl-proxy-list l1", "ssl-proxy-list l2", "eql e1",
           "dql d1", "nql n1", "urql q1", "header-field-group h1",
           "reporter p1", "acl 7", "rmon-alarm 1", "rmon-event 1",
           "rmon-history 1", "interface 2/1", "interface 3/1",
           "vlan 2", "vlan 3",
           "circuit VLAN1", "circuit VLAN2", "ip address 10.9.1.1 /24"]
MODE_OF = {"service": "service", "owner": "owner", "content": "content",
           "group": "group", "keepalive": "keepalive",
           "ssl-proxy-list": "ssl-proxy-list", "eql": "eql", "dql": "dql",
           "nql": "nql", "urql": "urql", "reporter": "reporter", "acl": "acl",
           "header-field-group": "header-field-group",
           "rmon-alarm": "rmon-alarm", "rmon-event": "rmon-event",
           "rmon-history": "rmon-history", "interface": "interface",
           "circuit": "circuit", "ip": "circuit-ip",
           "vlan": "interface-vlan"}
# Rows that act at once, ask, or need a file: not lines of a configuration.
LEFT_OUT = ("show", "zero", "clear", "copy", "archive", "restore", "script",
            "ssl gen", "ssl verify", "ping", "traceroute", "telnet", "exit",
            "end", "lab", "reboot", "shutdown", "logout", "socket", "write",
            "clock", "boot", "save", "setup", "license", "llama", "rcmd",
            "pause", "while", "function", "if", "loop", "goto", "echo",
            "terminal", "prompt", "expert", "history", "help", "cls")


def tokens(syntax):
    out, i = [], 0
    while i < len(syntax):
        c = syntax[i]
        if c == " ":
            i += 1
        elif c in "[]{}|":
            out.append(c)
            i += 1
        elif c == "<":
            end = syntax.index(">", i)
            out.append(syntax[i:end + 1])
            i = end + 1
        else:
            end = i
            while end < len(syntax) and syntax[end] not in " []{}|<":
                end += 1
            out.append(syntax[i:end])
            i = end
    return out


class Maker:
    def __init__(self, rows, rnd):
        self.rnd = rnd
        self.rows = {}
        of = {}
        for r in rows:
            of.setdefault(r["mode"], set()).add(r["syntax"])
        # What every mode has is no line of an object.
        common = of["superuser"] | of["service"] & of["circuit"]
        for r in rows:
            if r["syntax"] not in common and \
                    not r["syntax"].startswith(LEFT_OUT):
                self.rows.setdefault(r["mode"], []).append(r)

    def number(self, limits):
        lo, _, hi = limits.rpartition("-")
        lo, hi = int(lo or 0), int(hi or 0xffffffff)
        return str(self.rnd.choice([lo, hi, self.rnd.randint(lo, hi),
                                    self.rnd.randint(lo, min(hi, lo + 9))]))

    def text(self, limits):
        lo, _, hi = limits.rpartition("-")
        lo, hi = int(lo or 0), int(hi or 60)
        text = self.rnd.choice(TEXTS + WORDS + ["z" * hi])
        return text if lo <= len(text) <= hi else "z" * max(lo, min(hi, 5))

    def value(self, spec):
        _, kind, limits = (spec.strip("<>") + "::").split(":")[:3]
        if kind == "uint":
            return self.number(limits)
        if kind in ("addr", "host"):
            return self.rnd.choice(ADDRS)
        if kind == "mask":
            return self.rnd.choice(MASKS)
        if kind == "cidr":
            return self.rnd.choice(ADDRS) + "/" + str(self.rnd.randint(8, 32))
        if kind == "hex":
            return "0123456789abcdef0123456789abcdef"
        if kind in ("text", "quoted"):
            return '"%s"' % self.text(limits)
        if kind in NAMES:
            return self.rnd.choice(NAMES[kind])
        return self.rnd.choice(WORDS + ["5", "10"])

    def sentence(self, toks):
        """One of the sentences that a row allows."""
        def group(i):
            alts, cur = [], []
            while toks[i] not in ("]", "}"):
                if toks[i] == "|":
                    alts.append(cur)
                    cur = []
                    i += 1
                elif toks[i] in ("[", "{"):
                    opened = toks[i]
                    inner, i = group(i + 1)
                    cur.append((opened, inner))
                else:
                    cur.append(toks[i])
                    i += 1
            alts.append(cur)
            return alts, i + 1

        def say(seq):
            out = []
            for t in seq:
                if isinstance(t, tuple):
                    if t[0] == "{" or self.rnd.random() < 0.6:
                        out += say(self.rnd.choice(t[1]))
                elif t.startswith("<"):
                    out.append(self.value(t))
                else:
                    out.append(t)
            return out
        toks = toks + ["]"]
        alts, _ = group(0)
        return " ".join(say(alts[0]))

    def line(self, mode):
        row = self.rnd.choice(self.rows[mode])
        if row["no"] and self.rnd.random() < 0.08:
            return self.sentence(tokens(row["no"]))
        return self.sentence(tokens(row["syntax"]))

    def config(self, n):
        lines, mode = list(BASE), "global"
        lines += [self.line("global") for _ in range(self.rnd.randint(0, n))]
        for _ in range(self.rnd.randint(1, 6)):
            opener = self.rnd.choice(OPENERS)
            if opener.startswith("ip "):
                lines.append("circuit VLAN1")
            if opener.startswith("content"):
                lines.append("owner o1")
            if opener.startswith("vlan"):
                lines.append("interface 3/1")
            lines.append(opener)
            mode = MODE_OF[opener.split()[0]]
            if mode in self.rows:
                lines += [self.line(mode)
                          for _ in range(self.rnd.randint(1, n))]
        return lines


class Property:
    def __init__(self, sw):
        self.sw = sw
        self.path = os.path.join(os.environ.get("TMPDIR", "/tmp"),
                                 f"random-config.{os.getpid()}")

    def type(self, lines):
        self.sw.new()
        self.sw.load("\n".join(lines) + "\n", self.path)
        return self.sw.config()

    def broken(self, lines):
        """What is wrong with it, or None."""
        first = self.type(lines)
        self.sw.new()
        rejected = self.sw.load(first, self.path)
        if rejected:
            at = int(rejected[0].split(":")[0])
            return (f"rejected: {rejected[0]}: "
                    f"{first.split(chr(10))[at - 1]}")
        second = self.sw.config()
        if second != first:
            a, b = first.split("\n"), second.split("\n")
            at = next((i for i in range(min(len(a), len(b)))
                       if a[i] != b[i]), min(len(a), len(b)))
            return "comes back as: %r, was: %r" % (b[at:at + 1], a[at:at + 1])
        return None

    def shrink(self, lines):
        size = len(lines) // 2
        while size:
            at = 0
            while at < len(lines):
                less = lines[:at] + lines[at + size:]
                if self.broken(less):
                    lines = less
                else:
                    at += size
            size //= 2
        return lines


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--count", type=int, default=10000)
    ap.add_argument("--seed", type=int, default=11500)
    ap.add_argument("--lines", type=int, default=8)
    opt = ap.parse_args()
    sw = Switch(program())
    maker = Maker(sw.rows(), random.Random(opt.seed))
    prop = Property(sw)
    for i in range(opt.count):
        lines = maker.config(opt.lines)
        if prop.broken(lines):
            small = prop.shrink(lines)
            print(f"configuration {i} of seed {opt.seed}: "
                  f"{prop.broken(small)}")
            print("\n".join("    " + line for line in small))
            return 1
    os.unlink(prop.path)
    print(f"{opt.count} configurations come back as they are")
    return 0


if __name__ == "__main__":
    sys.exit(main())

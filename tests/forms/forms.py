#!/usr/bin/env python3
"""Every form of tests/data/commands.tsv against the command tables.

usage: forms.py [--mode MODE] [--grep TEXT]

A form passes when
  - its example is a sentence of its mode;
  - each bound of each range in it is accepted, and the value beyond is refused
    with the caret under it;
  - its `no` sentence undoes: on a switch that has what the examples speak of
    (tests/forms/fixture.cfg) the example changes running-config, and the `no`
    sentence brings back what was there before.  Lines that must be typed first
    stand in tests/forms/setup.tsv: mode, example, lines (";" between them).  An
    example that sets a default needs another value first, and its `no` sentence
    then brings back what was there before those lines.
What cannot hold for a form stands in tests/forms/exceptions.tsv, with the reason:
check (example, bounds, undo), mode, example, reason.  One that is not needed any
more is a failure, too.
"""
import argparse
import csv
import os
import sys

from pattern import fit, join, limits, parse, split_words
from switch import Switch, program

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data", "commands.tsv")

# Forms of mode `any` are tried here, in every mode that has them.
ANY_MODES = ["superuser", "global", "service", "content", "circuit"]
# Forms that are no sentences: session syntax, tested by transcripts.
SESSION_FORMS = ("!", "@", "?", "<command>", "<show-command>", "no <command>")

# The object whose mode an example is typed in.
OBJECTS = {
    "global": ("", ""), "interface": ("2/1", ""),
    "interface-vlan": ("2/1", "VLAN3"), "circuit": ("VLAN7", ""),
    "circuit-ip": ("VLAN7", "172.16.6.58"), "service": ("plain", ""),
    "owner": ("arrowpoint", ""), "content": ("arrowpoint", "plain"),
    "group": ("plaingroup", ""), "acl": ("9", ""), "nql": ("plain", ""),
    "eql": ("plain", ""), "dql": ("plain", ""), "urql": ("plain", ""),
    "header-field-group": ("plain", ""), "keepalive": ("plain", ""),
    "ssl-proxy-list": ("plain", ""), "reporter": ("plain", ""),
    "rmon-alarm": ("9", ""), "rmon-event": ("9", ""),
    "rmon-history": ("9", ""), "boot": ("", ""),
}


FIXTURE_BAD = set()


def forms():
    """Variables are put in before a line is matched: any number will do."""
    with open(DATA, newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            row["example"] = row["example"].replace("${SOCKET}", "1")
            yield row


def exceptions():
    path = os.path.join(HERE, "exceptions.tsv")
    out = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                check, mode, example, reason = line.rstrip("\n").split("\t")
                out[(check, mode, example)] = reason
    return out


def setups():
    out = {}
    with open(os.path.join(HERE, "setup.tsv"), encoding="utf-8") as f:
        for line in f:
            if line.strip() and not line.startswith("#"):
                mode, example, lines = line.rstrip("\n").split("\t")
                out[(mode, example)] = [s.strip() for s in lines.split(";")]
    return out


SETUP = setups()


def is_no(row):
    """Is the example the form's `no` sentence?"""
    return row["example"].startswith("no ") and \
        not row["command"].startswith("no ")


def modes_of(row):
    return ANY_MODES if row["mode"] == "any" else [row["mode"]]


def aliases(sw):
    """The names that every session has: (mode, name) to the first command."""
    out = {}
    for line in sw.run("show aliases").splitlines():
        mode, name, text = line.split(None, 2)
        out[(mode, name)] = text.strip('"').lstrip("@").split(";")[0]
    return out


def check_example(sw, row):
    for mode in modes_of(row):
        bad = sw.match(mode, row["example"])
        name, _, rest = row["example"].partition(" ")
        known = aliases(sw) if bad else {}
        text = known.get(("super" if mode == "superuser" else mode, name),
                         known.get(("all", name)))
        if bad and text:
            bad = sw.match(mode, f"{text} {rest}".strip())
        if bad:
            return f"{mode}: column {bad[0]}: {bad[1]}"
    return None


def values_at(kind, lo, hi):
    """Accepted texts, refused texts."""
    if kind == "n":
        return ([str(lo), str(hi)],
                ([str(lo - 1)] if lo > 0 else []) + [str(hi + 1)])
    return (["a" * max(lo, 1), "a" * hi], ["a" * (hi + 1)])


def check_bounds(sw, row):
    mode = modes_of(row)[0]
    words = split_words(row["example"])
    got = fit(parse(row["command"]), words[1:] if is_no(row) else words)
    if got is None:
        return "the example is no sentence of the form"
    for at, node in got:
        lim = limits(node[1]) if node[0] == "value" else None
        if not lim or not lim[0]:
            continue
        good, bad = values_at(*lim)
        for text in good:
            line = join(words[:at] + [(text, words[at][1], 0)] + words[at + 1:])
            if sw.match(mode, line):
                return f"<{node[1]}>: refused: {line[:200]}"
        for text in bad:
            line = join(words[:at] + [(text, words[at][1], 0)] + words[at + 1:])
            col = len(join(words[:at])) + (1 if at else 0)
            got_bad = sw.match(mode, line)
            if not got_bad:
                return f"<{node[1]}>: accepted: {line[:200]}"
            if got_bad[0] != col:
                return f"<{node[1]}>: caret at {got_bad[0]}, not {col}: {line[:200]}"
    return None


def undo_sentence(row):
    """What undoes the example, or None."""
    no = row["no_form"]
    if no in ("no", ""):
        return None
    if is_no(row):
        return row["example"][3:]
    if no == "yes":
        return "no " + row["example"]
    words = split_words(row["example"])
    got = fit(parse(row["command"]), words) or []
    values = {}
    for at, node in got:
        values.setdefault(node[1].split(":")[0].split("|")[0], []).append(at)
    out = []
    for text, quoted, _ in split_words(no):
        if text.startswith("<") or text.startswith("{"):
            name = text.strip("<>{}").split(":")[0].split("|")[0]
            if name == "ip" and "ip" not in values:
                name = "ip/prefix"  # address and mask in one word
            at = values.get(name, [None]).pop(0) if values.get(name) else None
            if at is None:
                at = next((i for i, w in enumerate(words)
                           if w[0] in text.strip("{}").split("|")), None)
            if at is None:
                continue
            out.append((words[at][0], words[at][1], 0))
        elif "<" in text:
            at = next((a for a, n in got if n[0] == "glued"), None)
            out.append((words[at][0] if at is not None else text, False, 0))
        else:
            out.append((text, quoted, 0))
    return join(out)


def enter(sw, mode):
    outer, inner = OBJECTS[mode]
    sw.ask("enter", mode, outer, inner)


def check_undo(sw, row, fixture):
    if row["mode"] not in OBJECTS or row["mode"] == "boot":
        return None
    undo = undo_sentence(row)
    if not undo:
        return None
    sw.new()
    bad = sw.load(fixture, os.path.join(os.environ.get("TMPDIR", "/tmp"),
                                        f"fixture.{os.getpid()}"))
    for line in bad:
        FIXTURE_BAD.add(line)
    enter(sw, row["mode"])
    at_first = sw.config()
    said = ""
    for line in SETUP.get((row["mode"], row["example"]), []):
        said += sw.run(line)
        enter(sw, row["mode"])
    if said:
        return f"setup.tsv: {said.strip()}"
    before = sw.config()
    said = sw.run(row["example"])
    enter(sw, row["mode"])
    changed = sw.config()
    if changed == before:  # it is there already: from where it is not
        sw.run(undo)
        enter(sw, row["mode"])
        before = at_first = sw.config()
        said = sw.run(row["example"])
        enter(sw, row["mode"])
        changed = sw.config()
    if changed == before:
        return f"changes nothing: {said.strip()}"
    said = sw.run(undo)
    after = sw.config()
    if after not in (before, at_first):  # it was there, with another value
        sw.run(row["example"])
        enter(sw, row["mode"])
        sw.run(undo)
        before = after
        after = sw.config()
    if after not in (before, at_first):
        return f"not undone by \"{undo}\": {said.strip()}"
    return None


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--mode")
    ap.add_argument("--grep", default="")
    opt = ap.parse_args()
    sw = Switch(program())
    with open(os.path.join(HERE, "fixture.cfg"), encoding="utf-8") as f:
        fixture = f.read()
    allowed, used = exceptions(), set()
    count = failed = 0
    for row in forms():
        if opt.mode and row["mode"] != opt.mode or \
                opt.grep not in row["command"] or \
                row["command"].startswith(SESSION_FORMS):
            continue
        count += 1
        why = check_example(sw, row)
        checks = [("example", why)]
        if not why or ("example", row["mode"], row["example"]) in allowed:
            checks.append(("bounds", check_bounds(sw, row)))
        if not why:
            checks.append(("undo", check_undo(sw, row, fixture)))
        for check, why in checks:
            key = (check, row["mode"], row["example"])
            if why and key in allowed:
                used.add(key)
            elif why:
                failed += 1
                print(f"{check}: {row['mode']}: {row['example']}: {why}")
    for line in sorted(FIXTURE_BAD):
        failed += 1
        print("fixture.cfg:", line)
    if not opt.mode and not opt.grep:
        for key in sorted(set(allowed) - used):
            failed += 1
            print("not needed in exceptions.tsv:", *key)
    print(f"{count} forms, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

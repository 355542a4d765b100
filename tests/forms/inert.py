#!/usr/bin/env python3
"""tests/data/inert.tsv: the commands that are kept but change no behaviour.

usage: inert.py [--write]

The file says what the command tables say (struct cmd .inert): mode, command with
the types of its values left out, reason.  A row that several modes share stands
under the first of them.  --write writes it anew; without, a difference is a
failure.
"""
import difflib
import os
import re
import sys

from switch import Switch, program

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data",
                    "inert.tsv")
COMMAND = "ninja -C build table && python3 tests/forms/inert.py --write"


def lines():
    out = [f"# Written by: {COMMAND}", "mode\tcommand\treason"]
    seen = set()
    for row in Switch(program()).rows():
        key = (row["syntax"], row["inert"])
        if not row["inert"] or key in seen:
            continue
        seen.add(key)
        command = re.sub(r"<([^:>]*):[^>]*>", r"<\1>", row["syntax"])
        out.append(f"{row['mode']}\t{command}\t{row['inert']}")
    return out


def main():
    want = [line + "\n" for line in lines()]
    if sys.argv[1:] == ["--write"]:
        with open(PATH, "w", encoding="utf-8") as f:
            f.writelines(want)
        return 0
    with open(PATH, encoding="utf-8") as f:
        have = f.readlines()
    if have == want:
        return 0
    sys.stdout.writelines(difflib.unified_diff(
        have, want, "tests/data/inert.tsv", "the command tables"))
    print(f"{COMMAND} writes it anew")
    return 1


if __name__ == "__main__":
    sys.exit(main())

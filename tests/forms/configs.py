#!/usr/bin/env python3
"""Every configuration in tests/forms/configs: loads, prints, loads again.

usage: configs.py [FILE...]

Each file is loaded without a rejected line by `css11500 replay --show`, twice in a
row, too, as when a saved configuration is merged into the one that runs.  What it
prints loads to the same text, byte for byte, and has the product's form: every
line ends in one blank, blocks are indented by two, `active` is an object's last
line.  A file with the line "! exact" is printed as it stands from `configure` on;
"! options: ..." are options of replay.
"""
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("CSS11500", "build/css11500")
TMP = os.environ.get("TMPDIR", "/tmp")


def replay(options, files):
    """(exit status, standard output, what it complains about)"""
    p = subprocess.run([PROGRAM, "replay", *options, *files], check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = [line for line in p.stderr.decode().splitlines()
            if not line.startswith("warning: ")]
    return p.returncode, p.stdout.decode(), "\n".join(said)


def body(text):
    """From `configure` on: what stands before changes with time.  A password
    that is sealed anew looks another."""
    return re.sub(r"(des-password) \S+", r"\1 SEALED",
                  text[text.index("configure\n"):])


def check_form(text):
    bad = []
    lines = body(text).splitlines()[1:]
    for at, line in enumerate(lines):
        if not line or line.startswith("!"):
            continue
        if not re.fullmatch(r"(  )*\S.*\S? ", line) or line.endswith("  "):
            bad.append(f"form: {line!r}")
        if line.strip() == "active" and at + 1 < len(lines) and \
                lines[at + 1].strip():
            bad.append(f"active is not the last line: {lines[at + 1]!r}")
    return bad


def check(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    found = re.search(r"^! options: (.*)$", text, re.M)
    options = found.group(1).split() if found else []
    status, shown, said = replay(options + ["--show"], [path])
    if status:
        return [f"rejected:\n{said}"]
    bad = check_form(shown)
    again = os.path.join(TMP, f"configs.{os.getpid()}.cfg")
    with open(again, "w", encoding="utf-8") as f:
        f.write(shown)
    status, reshown, said = replay(options + ["--show"], [again])
    os.remove(again)
    if status:
        bad.append(f"what is printed is rejected:\n{said}")
    if body(shown) != body(reshown):
        bad.append("what is printed loads to another text")
    status, twice, said = replay(options + ["--show"], [path, path])
    if status:
        bad.append(f"cannot be loaded twice:\n{said}")
    if body(twice) != body(shown):
        bad.append("loaded twice it is another text")
    if re.search(r"^! exact$", text, re.M) and body(text) != body(shown):
        bad.append(f"is not printed as it stands:\n{shown}")
    return bad


def main():
    paths = sys.argv[1:] or sorted(glob.glob(os.path.join(HERE, "configs",
                                                          "*.cfg")))
    failed = 0
    for path in paths:
        for why in check(path):
            failed += 1
            print(f"{os.path.basename(path)}: {why}")
    print(f"{len(paths)} configurations, {failed} failures")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())

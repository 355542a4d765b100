#!/usr/bin/python3
"""memscan.py PID KEY.pem... -- TEXT...: secrets that a core dump would hold.

ALL=1 in the environment: looks at memory that no core dump has, too.

Reads all memory of the process that is not excluded from core dumps, and looks
for the primes and exponents of the keys, in either byte order, and for texts.
Prints what it finds.  Exit status: 0 nothing, 1 something, 2 cannot look.
"""
import os
import re
import subprocess
import sys


def regions(pid):
    """(start, end) of what is dumped: private, written to, without "dd"."""
    at = None
    with open("/proc/%s/smaps" % pid) as f:
        for line in f:
            m = re.match(r"([0-9a-f]+)-([0-9a-f]+) (....) ", line)
            if m:
                at = (int(m[1], 16), int(m[2], 16), m[3])
            elif line.startswith("VmFlags:") and at[2].startswith("rw"):
                if os.environ.get("ALL") or " dd" not in line:
                    yield at[:2]


def memory(pid):
    whole = []
    with open("/proc/%s/mem" % pid, "rb", 0) as f:
        for start, end in regions(pid):
            try:
                f.seek(start)
                whole.append(f.read(end - start))
            except OSError:
                pass
    return b"\0".join(whole)


def numbers(pem):
    """The secret numbers of an RSA or EC key."""
    text = subprocess.run(["openssl", "pkey", "-in", pem, "-noout", "-text"],
                          capture_output=True, text=True, check=True).stdout
    for name, digits in re.findall(
            r"^(privateExponent|prime\d|exponent\d|coefficient|priv):\n"
            r"((?: +[0-9a-f:]+\n)+)", text, re.M):
        number = bytes.fromhex(re.sub(r"[\s:]", "", digits)).lstrip(b"\0")
        yield "%s of %s" % (name, pem), number
        yield "%s of %s, as computed with" % (name, pem), number[::-1]


def lines(pem):
    with open(pem) as f:
        text = f.read().split("\n")
    yield "a line of " + pem, text[min(5, len(text) // 2)].encode()


def main():
    split = sys.argv.index("--")
    pid, keys, texts = sys.argv[1], sys.argv[2:split], sys.argv[split + 1:]
    try:
        held = memory(pid)
    except PermissionError as e:
        print(e)
        sys.exit(2)
    print("%d bytes looked through" % len(held))
    wanted = [(t, t.encode()) for t in texts]
    for key in keys:
        wanted += [*numbers(key), *lines(key)]
    found = [what for what, secret in wanted if secret in held]
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

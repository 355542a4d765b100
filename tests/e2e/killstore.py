#!/usr/bin/python3
"""killstore.py CSS DISK COUNT SEED: kills a switch that fills its SSL store.

COUNT times: boots the switch on DISK, lets an operator make and clear keys as
fast as it goes, kills it at a random moment.  At every boot all files of the
store must open; a file that is there is whole, and none is half there.
"""
import os
import random
import signal
import sys
import time

from killer import boot, operator, typed

SWAP = "".join('ssl genrsa key%d 512 "swap"\nclear ssl file key%d "swap"\n'
               % (i, i) for i in range(1, 9))
LINES = ("admin\nsystem\nexpert\nconfigure\n" + SWAP * 60).encode()
ASK = b"admin\nsystem\nexpert\nshow ssl files\nexit\n"


def files(disk):
    return sorted(os.listdir(disk + "/ssl"))


def check(css, disk, n):
    """Every file of the folder is one that the switch can read."""
    p, o = boot(css, disk), operator(css, disk, True)
    shown = o.communicate(ASK, 60)[0].decode()
    p.terminate()
    p.communicate(timeout=20)
    for name in files(disk):
        if ".bad" in name or not (name.startswith("key") or name == "stays"):
            sys.exit("kill %d leaves %s" % (n, name))
        if name + " " not in shown:
            sys.exit("kill %d: %s is not in show ssl files" % (n, name))
    if "stays " not in shown:
        sys.exit("kill %d: a file that nobody touched is gone" % n)


def main():
    css, disk, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    random.seed(int(sys.argv[4]))
    p, o = boot(css, disk), operator(css, disk)
    o.communicate(b'admin\nsystem\nexpert\nconfigure\n'
                  b'ssl genrsa stays 512 "stays"\nexit\nexit\n', 60)
    p.terminate()
    p.communicate(timeout=20)
    hit = 0
    # Sanitizers are slow: there the first kill waits for a file and tells how
    # long the others may take.
    longest = 0.2
    for i in range(count):
        p, o = boot(css, disk), operator(css, disk)
        typed(o, LINES)
        if i == 0:
            began = time.monotonic()
            while len(files(disk)) < 2 and time.monotonic() < began + 20:
                time.sleep(0.005)
            longest = max(longest, 1.5 * (time.monotonic() - began))
        else:
            time.sleep(random.uniform(0.02, longest))
        p.send_signal(signal.SIGKILL)
        p.communicate()
        o.kill()
        try:
            o.communicate()
        except BrokenPipeError:
            pass
        hit += len(files(disk)) > 1
        if i % 10 == 9 or i == count - 1:
            check(css, disk, i + 1)
    print("%d kills, %d of them with a file on its way" % (count, hit))
    if not hit:
        sys.exit("the kills never hit a moment with a file there")


if __name__ == "__main__":
    main()

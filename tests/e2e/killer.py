#!/usr/bin/python3
"""killer.py CSS DISK COUNT SEED: kills a switch that saves its configuration.

COUNT times: boots the switch on DISK, lets an operator change and save the
configuration as fast as it goes, kills it at a random moment, and checks that
startup-config is one of the whole files that saving can leave.
"""
import hashlib
import os
import random
import signal
import subprocess
import sys
import time

CHANGE = ("admin\nsystem\nexpert\n" +
          ("configure\nhost other 10.9.9.9\nend\n"
           "copy running-config startup-config\n"
           "configure\nno host other\nend\n"
           "copy running-config startup-config\n") * 200).encode()


def boot(css, disk):
    r, w = os.pipe()
    p = subprocess.Popen([css, "run", "--disk", disk, "--telnet", "off",
                          "--workers", "1", "--ready-fd", str(w)],
                         pass_fds=[w], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    os.close(w)
    ready = os.read(r, 16)
    os.close(r)
    if ready != b"ready\n":
        sys.exit("the switch does not boot: %s" % p.stderr.read().decode())
    return p


def operator(css, disk, heard=False):
    out = subprocess.PIPE if heard else subprocess.DEVNULL
    return subprocess.Popen([css, "attach", "--disk", disk],
                            stdin=subprocess.PIPE, stdout=out,
                            stderr=subprocess.DEVNULL)


def digest(path):
    with open(path, "rb") as f:
        rows = [l for l in f if not l.startswith(b"!Generated on")]
    return hashlib.sha256(b"".join(rows)).hexdigest()


def typed(p, text):
    try:
        p.stdin.write(text)
        p.stdin.flush()
    except BrokenPipeError:
        pass


def save(css, disk, lines):
    """The digest of the file that these lines leave."""
    p = boot(css, disk)
    o = operator(css, disk)
    o.communicate(b"admin\nsystem\nexpert\n" + lines +
                  b"copy running-config startup-config\nexit\n", 60)
    p.terminate()
    p.communicate(timeout=20)
    return digest(disk + "/startup-config")


def main():
    css, disk, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    random.seed(int(sys.argv[4]))
    path = disk + "/startup-config"
    whole = {save(css, disk, b"configure\nhost other 10.9.9.9\nend\n"): 0,
             save(css, disk, b"configure\nno host other\nend\n"): 0}
    if len(whole) != 2:
        sys.exit("the two configurations do not differ")
    # how long until the operator's first save, so that kills fall behind it
    before, start = os.stat(path).st_mtime_ns, time.monotonic()
    p, o = boot(css, disk), operator(css, disk)
    typed(o, CHANGE)
    while os.stat(path).st_mtime_ns == before:
        if time.monotonic() - start > 20:
            sys.exit("the operator's lines save nothing")
        time.sleep(0.0002)
    first = min(time.monotonic() - start, 1.0)
    p.kill(), o.kill(), p.communicate(), o.communicate()
    for i in range(count):
        before, start = os.stat(path).st_mtime_ns, time.monotonic()
        p, o = boot(css, disk), operator(css, disk)
        typed(o, CHANGE)
        moment = start + first * random.uniform(0.6, 1.4)
        time.sleep(max(0.0, moment - time.monotonic()))
        p.send_signal(signal.SIGKILL)
        p.communicate()
        o.kill()
        try:
            o.communicate()
        except BrokenPipeError:
            pass
        found = digest(path)
        if found not in whole:
            sys.exit("kill %d leaves %s: neither of the whole files"
                     % (i + 1, path))
        whole[found] += 1
        # stay around the first save, however fast the machine is just now
        saved = os.stat(path).st_mtime_ns != before
        first *= 0.93 if saved else 1.1
    print("%d kills; %s" % (count, " and ".join(
        "%d times %s" % (n, what) for n, what in
        zip(whole.values(), ("with the change", "without")))))


if __name__ == "__main__":
    main()

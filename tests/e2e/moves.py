#!/usr/bin/python3
"""10,000 requests over 100 connections that move between servers: moves.py ORIGIN

Every request has a number of its own and goes to one of three rules, of which no
two have the same pair of servers; a quarter of the connections pipelines.  While
they run, the second server is killed and comes back.  Afterwards every number
must stand in one server's log exactly once, the one that its answer names, or
its client must have seen an error, and then the number stands there once at
most.  ORIGIN is origin.py.
"""
import collections
import json
import signal
import subprocess
import sys
import threading
import time

from webtalk import Talk

NET = "127.10.22"
VIP = NET + ".50"
CONNECTIONS, EACH, DEPTH = 100, 100, 4
TOTAL = CONNECTIONS * EACH
NOTICED_S = 3  # a keepalive of 2 s has seen that a server is dead
SERVERS = {"one": NET + ".1:80", "two": NET + ".2:80", "three": NET + ".3:80"}

lock = threading.Lock()
answered = {}  # number: server
errors = {}  # number: what the client saw
moves = collections.Counter()
done = 0


def origin(name):
    p = subprocess.Popen([sys.executable, sys.argv[1], name + ".jsonl",
                          "%s=%s" % (name, SERVERS[name])],
                         stdout=subprocess.PIPE)
    p.stdout.readline()
    return p


def text(talk, number):
    body = b"%d" % number
    return talk.request("/%s/%d" % ("abc"[number % 3], number), method="POST",
                        body=body)


def turn(talk, numbers, last):
    """One pipeline; the numbers that were not answered, and the last server."""
    left = collections.deque(numbers)
    try:
        talk.send(b"".join(text(talk, n) for n in numbers))
        while left:
            a = talk.answer("POST")
            if a.status != 200:
                raise EOFError(a.line)
            n = left.popleft()
            if ("/%d " % n).encode() not in a.body:
                print("number %d was answered with %r" % (n, a.body))
                sys.exit(1)
            with lock:
                answered[n] = a.server
                moves["moved" if last not in (None, a.server)
                      else "stayed"] += 1
            last = a.server
        return left, None, last
    except (OSError, EOFError) as e:
        return left, "%s: %s" % (type(e).__name__, e), last


def client(first):
    global done
    depth = DEPTH if first % 4 == 0 else 1
    talk = last = None
    numbers = range(first * EACH, (first + 1) * EACH)
    for at in range(0, EACH, depth):
        mine = list(numbers[at:at + depth])
        try:
            talk = talk or Talk(VIP, source="127.22.%d.1" % first)
            left, why, last = turn(talk, mine, last)
        except OSError as e:
            left, why = mine, "no connection: %s" % e
        with lock:
            done += len(mine)
            errors.update({n: why for n in left})
        if why:
            if talk:
                talk.close()
            talk = last = None
            time.sleep(0.2)
        time.sleep(0.012)


def wait_for(n):
    end = time.time() + 60
    while done < n and time.time() < end:
        time.sleep(0.01)


def logged():
    seen = collections.defaultdict(list)
    for name in SERVERS:
        with open(name + ".jsonl") as f:
            for line in f:
                if not line.endswith("\n"):
                    continue  # of the server that was killed
                e = json.loads(line)
                if "head" in e:
                    target = e["head"].split(" ")[1]
                    seen[int(target.split("/")[2])].append(e["server"])
    return seen


def check(seen):
    wrong = []
    for n in range(TOTAL):
        if n in answered and seen[n] != [answered[n]]:
            wrong.append("%d: answered by %s, logged by %s" % (
                n, answered[n], seen[n]))
        elif n not in answered and n not in errors:
            wrong.append("%d: neither answer nor error" % n)
        elif n in errors and len(seen[n]) > 1:
            wrong.append("%d: %s, and logged by %s" % (n, errors[n], seen[n]))
    return wrong


def main():
    servers = {name: origin(name) for name in SERVERS}
    threads = [threading.Thread(target=client, args=(i,))
               for i in range(CONNECTIONS)]
    for t in threads:
        t.start()
    wait_for(TOTAL * 3 // 10)
    servers["two"].send_signal(signal.SIGKILL)
    servers["two"].wait()
    print("killed after %d" % done)
    noticed = time.time() + NOTICED_S
    wait_for(TOTAL * 6 // 10)
    time.sleep(max(0, noticed - time.time()))
    servers["two"] = origin("two")
    back = done
    print("back after %d" % back)
    for t in threads:
        t.join()
    for p in servers.values():
        p.kill()
    wrong = check(logged())
    for line in wrong[:20]:
        print(line)
    by = collections.Counter(answered.values())
    print("%d answered (%s), %d errors, %d moves" % (
        len(answered), ", ".join("%s %d" % x for x in sorted(by.items())),
        len(errors), moves["moved"]))
    for why, n in collections.Counter(errors.values()).most_common(5):
        print("  %d x %s" % (n, why))
    sys.exit(bool(wrong) or len(answered) + len(errors) != TOTAL
             or len(answered) < TOTAL * 3 // 4 or moves["moved"] < TOTAL // 5
             or len(by) != 3)


if __name__ == "__main__":
    main()

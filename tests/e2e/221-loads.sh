#!/bin/bash
# Measured loads (content.md 1.5): a slow server gets a higher load number than a
# fast one, balance aca follows it, a threshold takes the slow one out, an old load
# is forgotten.  Then slow start, and the limits of services: E11, E31, E33, E34.
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
V=10.9.1.1

cat >server.py <<'END'
"""A name and a delay for each address: answers each line with its name."""
import socket, sys, threading, time
def serve(c, name, delay):
    try:
        while c.recv(100):
            time.sleep(delay)
            c.sendall(name.encode() + b"\n")
    except OSError:
        pass
    c.close()
def listen(name, addr, port, delay):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((addr, port))
    s.listen(200)
    while True:
        c = s.accept()[0]
        threading.Thread(target=serve, args=(c, name, delay), daemon=True).start()
for word in sys.argv[1:]:
    name, addr, port, delay = word.split(",")
    threading.Thread(target=listen, args=(name, addr, int(port), float(delay))).start()
END
background servers $PYTHON server.py fast,127.9.1.11,7001,0 \
	slow,127.9.1.12,7001,0.4 a,127.9.1.21,7002,0 b,127.9.1.22,7002,0 \
	p0,127.9.1.40,7003,0 p1,127.9.1.41,7003,0 p2,127.9.1.42,7003,0 \
	p3,127.9.1.43,7003,0
within 10 listens 127.9.1.43 7003 || fail "no servers"

cat >ask.py <<'END'
"""ask.py ADDR PORT N [hold]: N connections, one after the other; who answered how
often.  hold: all at once, kept until a line comes on stdin."""
import collections, socket, sys
addr, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
hold = len(sys.argv) > 4
seen, held = collections.Counter(), []
for i in range(n):
    try:
        c = socket.create_connection((addr, port), 5)
        c.sendall(b"who\n")
        seen[c.recv(100).decode().strip() or "reset"] += 1
        held.append(c)
    except OSError:
        seen["reset"] += 1
    if not hold:
        held.pop().close() if held else None
print(*(f"{k}={v}" for k, v in sorted(seen.items())), flush=True)
if hold:
    sys.stdin.readline()
END
ask() {
	$PYTHON ask.py "$@"
}

switch_start
cli_ok configure "load step 10 static" "load ageout-timer 20" \
	"service fast" "ip address 10.9.1.11" "port 7001" "protocol tcp" \
	"keepalive type none" active \
	"service slow" "ip address 10.9.1.12" "port 7001" "protocol tcp" \
	"keepalive type none" active \
	"owner o" "content aca" "vip address $V" "protocol tcp" "port 81" \
	"balance roundrobin" "add service fast" "add service slow" active \
	>/dev/null

# ---- loads are measured ---------------------------------------------------------------
same "an idle service has load 2" "$(cli "show load" | awk '$1 == "slow" { print $4 }')" 2
same "round robin asks both" "$(ask 127.9.1.1 81 10)" "fast=5 slow=5"
load_of() { # SERVICE
	cli "show load" | awk -v s="$1" '$1 == s { print $4 }'
}
is_slow() {
	[ "$(load_of slow)" -gt 20 ]
}
ok "the slow one's load is its response time in steps" within 5 is_slow
load=$(load_of slow)
ok "400 ms are 40 steps of 10 ms ($load)" test "$load" -ge 38 -a "$load" -le 60
same "the fastest has 2" "$(load_of fast)" 2
has "show service has it" "$(cli "show service slow")" \
	"Weight: +1 +Load: +$load$"
has "the table has short and long flows" "$(cli "show load")" \
	"^slow +$load +2 +$load$"
cli_ok configure "owner o" "content aca" suspend "balance aca" active >/dev/null
counts=$(ask 127.9.1.1 81 60)
fast=$(sed -n 's/.*fast=\([0-9]*\).*/\1/p' <<<"$counts")
ok "aca prefers the fast one by far ($counts)" test "${fast:-0}" -ge 55

# ---- thresholds -----------------------------------------------------------------------
ask 127.9.1.1 81 1 >/dev/null
cli_ok configure "service slow" "load 200" "owner o" "content aca" suspend \
	"balance roundrobin" "load-threshold 150" active >/dev/null
same "a load that is told is the load" "$(load_of slow)" 200
same "beyond the rule's threshold it gets nothing" "$(ask 127.9.1.1 81 4)" \
	"fast=4"
cli_ok configure "load threshold 199" "owner o" "content aca" suspend \
	"no load-threshold" active >/dev/null
same "nor beyond the switch's" "$(ask 127.9.1.1 81 4)" "fast=4"
cli_ok configure "no load threshold" "service slow" "no load" >/dev/null
same "below it does" "$(ask 127.9.1.1 81 2)" "fast=1 slow=1"
forgotten() {
	[ "$(load_of slow)" = 2 ]
}
ok "an old load is forgotten" within 40 forgotten
cli_ok configure "no load reporting" >/dev/null
ask 127.9.1.1 81 4 >/dev/null
sleep 2
same "without reporting nothing is measured" "$(load_of slow)" 2
has "which is shown" "$(cli "show load")" '^Load Reporting: +Disabled$'
cli_ok configure "load reporting" "load calculation absolute" \
	"load absolute-sensitivity 10" >/dev/null
ask 127.9.1.1 81 4 >/dev/null
absolute() {
	local load
	load=$(load_of slow)
	[ "$load" -ge 85 ] && [ "$load" -le 95 ]
}
ok "absolute loads count without others" within 5 absolute
has "with their sensitivity" "$(cli "show load")" '^Absolute Sensitivity: +10$'

# ---- slow start, connections, weight 0, ranges ----------------------------------------
cli_ok configure "service a" "ip address 10.9.1.21" "port 7002" "protocol tcp" \
	"keepalive type none" active \
	"service b" "ip address 10.9.1.22" "port 7002" "protocol tcp" \
	"keepalive type none" \
	"owner o" "content lc" "vip address $V" "protocol tcp" "port 82" \
	"balance leastconn" "slowstart-timer 30" "add service a" \
	"add service b" active >/dev/null
cli_ok configure "leastconn slowstart-rate 1" >/dev/null
mkfifo go
exec 8<>go
background held $PYTHON ask.py 127.9.1.1 82 40 hold
pid[gone]=${pid[held]}
sleep 2
cli_ok configure "service b" active >/dev/null
counts=$(ask 127.9.1.1 82 20 hold <<<"")
b=$(sed -n 's/.*b=\([0-9]*\).*/\1/p' <<<"$counts")
ok "one that came up gets no burst ($counts)" test "${b:-0}" -ge 1 -a "${b:-0}" -le 8
end held
unset "pid[gone]"
cli_ok configure "owner o" "content lc" "no slowstart-timer" >/dev/null

cli_ok configure "service a" "max connections 6" "service b" \
	"max connections 6" >/dev/null
sleep 1
same "13 connections on 2 x 6 places (E31)" \
	"$(ask 127.9.1.1 82 13 hold <<<"")" "a=6 b=6 reset=1"
has "the one too many is an overload" "$(cli "show rule o lc")" \
	'Overload Rejects: +1'
cli_ok configure "service a" "no max connections" "service b" \
	"no max connections" "weight 0" >/dev/null
sleep 1
same "weight 0 takes no new connections (E33)" "$(ask 127.9.1.1 82 6)" "a=6"

cli_ok configure "service pool" "ip address 10.9.1.40 range 4" "protocol tcp" \
	"keepalive type none" active "owner o" "content range" \
	"vip address 10.9.1.60 range 4" "protocol tcp" "port 7003" \
	"add service pool" active >/dev/null
for i in 0 1 2 3; do
	same "VIP + $i goes to the service's address + $i (E34)" \
		"$(ask 127.9.1.$((60 + i)) 7003 2)" "p$i=2"
done
switch_stop

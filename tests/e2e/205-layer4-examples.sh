#!/bin/bash
# The layer 4 examples of the product's manuals: turns (E1), port translation
# (E2), and a layer 4 rule beside a layer 3 rule of the same VIP (E35), as far as
# the host's own sockets go.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"

for n in 1 2 3; do
	for port in 80 8080; do
		background web$n-$port $PYTHON "$ROOT/tests/e2e/web.py" \
			"web$n:$port=127.1.1.1$n:$port"
		within 10 listens 127.1.1.1$n $port || fail "no server web$n"
	done
done
cat >startup <<'END'
service web1
  ip address 10.1.1.11
  active
service web2
  ip address 10.1.1.12
  active
service web3
  ip address 10.1.1.13
  active
owner acme
  content l4
    vip address 192.168.10.20
    protocol tcp
    port 80
    add service web1
    add service web2
    active
END
switch_start --startup startup --map auto
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
for n in 1 2 3; do wait_service web$n Alive; done
V=127.168.10.20
who() { # [PORT]
	curl -s --max-time 10 "http://$V:${1:-80}/" | cut -d' ' -f1
}
turns() { # COUNT
	for _ in $(seq "$1"); do who; done | tr '\n' ' '
}

# ---- E1: turns ---------------------------------------------------------------------
same "connections take turns" "$(turns 4)" "web1:80 web2:80 web1:80 web2:80 "
ok "a port without a rule is closed" not curl -s --max-time 5 "http://$V:81/"
has "the client's port stays in the flow" "$(cli "show lab why")" \
	'tcp 127[.0-9]+:[0-9]+ to 192.168.10.20:80'
cli_ok configure "service web1" suspend >/dev/null
same "what is suspended has no turn" "$(turns 3)" "web2:80 web2:80 web2:80 "
cli_ok configure "service web1" active >/dev/null
wait_service web1 Alive

# ---- E2: ports ---------------------------------------------------------------------
for n in 1 2; do
	cli_ok configure "service web$n" suspend "port 8080" "protocol tcp" \
		active >/dev/null
	wait_service web$n Alive
done
same "servers get their own port" "$(turns 2 | tr ' ' '\n' | sort | xargs)" \
	"web1:8080 web2:8080"
has "lab trace says so" "$(cli "lab trace tcp 10.0.0.9 4000 192.168.10.20 80")" \
	'10\.1\.1\.1[12]:8080'

# ---- E35: the more specific rule ----------------------------------------------------
out=$(cli configure "owner acme" "content l3" "vip address 192.168.10.20" \
	"add service web3" active)
has "a rule without a port says that it opens none" "$out" 'opens no listener'
for _ in 1 2 3 4; do
	has "port 80 is the layer 4 rule's" "$(who)" '^web[12]:8080$'
done
has "any other port is the layer 3 rule's" \
	"$(cli "lab trace tcp 10.0.0.9 4000 192.168.10.20 25")" 'web3'
cli_ok configure "owner acme" "content l4" suspend >/dev/null
has "so is 80, when the other is suspended" \
	"$(cli "lab trace tcp 10.0.0.9 4000 192.168.10.20 80")" 'web3'
switch_stop

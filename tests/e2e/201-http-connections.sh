#!/bin/bash
# HTTP on a connection: heads in many packets, pipelined and persistent requests
# that move between servers, redirects and how they end, early answers, Upgrade
# and CONNECT, HTTP/1.0, chunks, the cookie of the switch.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"

export NET=127.10.21 LOG=$T/origin.jsonl
background origin "$PYTHON" "$ROOT/tests/e2e/origin.py" "$LOG" \
	one=127.10.21.1:80 two=127.10.21.2:80
within 10 listens 127.10.21.2 80 || fail "origin.py"

cat >startup <<'END'
persistence reset remap
service one
  ip address 10.10.21.1
  protocol tcp
  port 80
  string srvA
  keepalive type none
  active
service two
  ip address 10.10.21.2
  protocol tcp
  port 80
  string srvB
  keepalive type none
  active
owner web
  content images
    vip address 10.10.21.50
    protocol tcp
    port 80
    url "/images/*"
    add service two
    active
  content rest
    vip address 10.10.21.50
    protocol tcp
    port 80
    url "/*"
    add service one
    active
  content each
    vip address 10.10.21.51
    protocol tcp
    port 80
    url "/*"
    no persistent
    add service one
    add service two
    active
  content turns
    vip address 10.10.21.52
    protocol tcp
    port 80
    url "/*"
    add service one
    add service two
    active
  content cookie
    vip address 10.10.21.53
    protocol tcp
    port 80
    url "/*"
    advanced-balance arrowpoint-cookie
    arrowpoint-cookie name SHOP
    arrowpoint-cookie path "/shop"
    arrowpoint-cookie expiration 00:01:00:00
    add service one
    add service two
    active
  content only
    vip address 10.10.21.54
    protocol tcp
    port 80
    url "/only/*"
    add service two
    active
  content away
    vip address 10.10.21.55
    protocol tcp
    port 80
    url "/*"
    redirect "https://www.a.example"
    active
  content proxy
    vip address 10.10.21.56
    protocol tcp
    port 80
    url "/*"
    add service one
    active
  content tunnel
    vip address 10.10.21.56
    protocol tcp
    port 80
    add service one
    active
END
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service two Alive

cases() {
	for name in "$@"; do
		ok "$name" "$PYTHON" "$ROOT/tests/e2e/webcases.py" "$name"
	done
}

cases byte_by_byte head_of_six_packets head_of_more
cli_ok configure "spanning-packets 20" end
cases head_of_twenty_packets
cases pipelined moves_with_bodies moves_with_chunks answers_of_all_kinds \
	old_version stays_by_default each_request_anew no_rule_later \
	slow_reader_that_is_done slow_reader_that_asks_more \
	slow_but_not_idle behind_close \
	server_says_close answered_early continues upgrade \
	upgrade_with_first_bytes upgrade_declined connect connect_declined \
	cookie_once cookie_beside_others cookie_of_nobody

# Without remapping the client is sent round.
cli_ok configure "no persistence reset" end
cases sent_round post_is_not_sent_round fin_then_reset
cli_ok configure "http-redirect-option fin-fin" end
cases fin_then_fin
cli_ok configure "http-redirect-option rst-rst" end
cases reset_at_once
has "redirects are counted" "$(cli 'show rule web away statistics')" \
	'Redirects: +3$'

# curl does the same with its own head: one connection, two servers.
cli_ok configure "persistence reset remap" end
curl -s --max-time 10 http://127.10.21.50/a http://127.10.21.50/images/b \
	http://127.10.21.50/c -w '%{num_connects}\n' >got
same "curl keeps one connection" "$(grep -cx 0 got)" 2
same "and reaches both servers" "$(grep -o '^[a-z]* ' got | tr -d '\n')" \
	"one two one "
switch_stop

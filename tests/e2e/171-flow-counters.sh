#!/bin/bash
# What traffic does to the counters that are not of a rule or a service: flows,
# methods, the flow-state table, source ports, TCP and ICMP; and clearing them.
# labels: traffic
# timeout: 60
. "$(dirname "$0")/lib.sh"

background web "$PYTHON" "$ROOT/tests/e2e/web.py" one=127.10.3.1:80
within 10 listens 127.10.3.1 80 || fail "web.py"

cat >startup <<'END'
configure
flow-state 8080 tcp flow-enable
service one
  ip address 10.10.3.1
  protocol tcp
  port 80
  keepalive type icmp
  keepalive frequency 2
  active
owner web
  content seven
    vip address 10.10.3.50
    protocol tcp
    port 80
    url "/*"
    add service one
    active
  content four
    vip address 10.10.3.50
    protocol tcp
    port 8080
    add service one
    active
END
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
wait_service one Alive

row() { # COMMAND FIRST-WORDS: the line of a table that begins so
	cli "$1" | grep -E "^$2 " || echo "no row $2"
}
get() { # URL [CURL-OPTION...]
	curl -s --max-time 5 -o page "$@" || fail "curl $*"
}

for _ in 1 2 3; do get http://127.10.3.50/; done
get http://127.10.3.50/ -X POST -d x
get http://127.10.3.50/ -X PROPFIND
for m in MKCOL GREETING; do
	ok "$m is not parsed" not curl -s --max-time 5 http://127.10.3.50/ -X $m
done
for _ in 1 2; do get http://127.10.3.50:8080/; done

has "each method is counted" "$(row "show http-methods" GET)" ' 3$'
has "so is POST" "$(row "show http-methods" POST)" ' 1$'
has "and one of WebDAV, which is not parsed" \
	"$(row "show http-methods" MKCOL)" ' No .* 1$'
has "PROPFIND always is" "$(row "show http-methods" PROPFIND)" ' Yes .* 1$'
has "and others together" "$(cli "show http-methods")" \
	'^Requests with other methods: 1$'
has "a layer 4 rule parses nothing" "$(row "show http-methods" GET)" ' 3$'
cli_ok configure "http-method parse RFC2518-methods" \
	"http-method statistics clear" end
has "methods are cleared" "$(row "show http-methods" GET)" ' 0$'
has "and WebDAV is parsed" "$(row "show http-methods" MKCOL)" ' Yes .* 0$'
get http://127.10.3.50/ -X MKCOL
has "as the server finds" "$(row "show http-methods" MKCOL)" ' Yes .* 1$'

has "the flow-state table counts its ports" \
	"$(row "show flow-state-table" "8080 +TCP")" ' 2 +Configured$'
has "a port that is built in had none" \
	"$(row "show flow-state-table" "8089 +TCP")" ' 0 +Default$'
cli_ok "zero flow-state-counters"
has "its hits are cleared" \
	"$(row "show flow-state-table" "8080 +TCP")" ' 0 +Configured$'

# Ten connections, two of them refused.
stats=$(cli "show ip statistics")
has "connections from clients are counted" "$stats" 'Passive Opens: +10$'
has "and those to servers" "$stats" 'Active Opens: +8 '
has "what is refused is reset" "$stats" 'Output Resets: +2$'
has "none is open any more" "$stats" 'Current Establish: +0 '
has "pings of the keepalive are counted" "$stats" 'Echo Requests Out: +[1-9]'
has "and their answers" "$stats" 'Echo Replies In: +[1-9]'

curl -sN --max-time 30 http://127.10.3.50:8080/hold >held.log 2>&1 &
pid[hold]=$!
open_now() {
	cli "show ip statistics" | grep -Eq 'Current Establish: +2 '
}
ok "an open flow is two connections" within 5 open_now
has "one of them with a source port of ours" \
	"$(row "show global-portmap all-sps" " 1/1")" '^ 1/1 +2016 +[0-9]+ +1 +0$'
out=$(cli "flow statistics")
has "the flow is active, one each way" "$out" '^Host +2 +22 +22 +0$'
has "no port of the switch saw it" "$out" '^1/1 +0 +0 +0 +0$'
end hold
gone() {
	cli "flow statistics" | grep -Eq '^Host +0 +22 '
}
ok "until it is over" within 5 gone
sleep 2 # a second in which nothing begins
has "rates were higher than they are" "$(cli "flow statistics")" \
	'^TCP Flows per second +0 +[1-9][0-9]* +'
has "hits have a rate, too" "$(cli "flow statistics")" \
	'^Hits per second +0 +[1-9][0-9]* +'
switch_stop

#!/bin/bash
# Why: css11500 trace and `lab trace` say beforehand what becomes of a request,
# `show lab why` says afterwards; real requests go where they say.
# labels: traffic
# timeout: 60
. "$(dirname "$0")/lib.sh"

cat >startup <<'END'
persistence reset remap
service one
  ip address 10.10.23.1
  protocol tcp
  port 80
  string srvA
  keepalive type none
  active
service two
  ip address 10.10.23.2
  protocol tcp
  port 80
  string srvB
  keepalive type none
  active
service drained
  ip address 10.10.23.3
  protocol tcp
  port 80
  weight 0
  keepalive type none
  active
service away
  type redirect
  domain away.example
  keepalive type none
  active
service sorry
  ip address 10.10.23.2
  protocol tcp
  port 80
  keepalive type none
  active
service dead
  ip address 10.10.23.4
  protocol tcp
  port 80
  keepalive type tcp
  keepalive frequency 2
  active
eql pics
  extension gif
dql tenants
  domain one.example index 1
header-field-group mobile
  header-field ua user-agent contain "Nokia"
owner web
  content images
    vip address 10.10.23.50
    protocol tcp
    port 80
    url "/*" eql pics
    add service two
    active
  content tenants
    vip address 10.10.23.50
    protocol tcp
    port 80
    url "/*" dql tenants
    add service two
    add service drained
    active
  content phones
    vip address 10.10.23.50
    protocol tcp
    port 80
    url "/*"
    header-field-rule mobile
    add service two
    active
  content named
    vip address 10.10.23.50
    protocol tcp
    port 80
    url "/shop/*"
    advanced-balance cookies
    string prefix "id="
    add service one
    add service two
    active
  content elsewhere
    vip address 10.10.23.50
    protocol tcp
    port 80
    url "/elsewhere/*"
    add service away
    active
  content rest
    vip address 10.10.23.50
    protocol tcp
    port 80
    url "/*"
    add service one
    active
  content plain
    vip address 10.10.23.51
    protocol tcp
    port 80
    add service one
    add service dead
    active
  content calls
    vip address 10.10.23.52
    protocol udp
    port 5060
    application sip
    advanced-balance sip-call-id
    add service one
    active
  content secure
    vip address 10.10.23.52
    protocol tcp
    port 443
    application ssl
    advanced-balance ssl
    add service one
    active
group nat
  vip address 10.10.23.99
  add destination service two
  active
END
cat >requests <<'END'
! a file of requests, as `lab trace` takes them
tcp 127.0.0.1 4000 10.10.23.50 80 get "/a.html"
tcp 127.0.0.1 4000 10.10.23.50 80 get "/a/b.GIF?x=1"
tcp 127.0.0.1 4000 10.10.23.50 80 get "/a.html" header "Host: ONE.example:80"
tcp 127.0.0.1 4000 10.10.23.50 80 get "/a.html" header "User-Agent: Nokia7110"

tcp 127.0.0.1 4000 10.10.23.50 80 get "/shop/x" header "Cookie: a=b; id=srvB"
tcp 127.0.0.1 4000 10.10.23.50 80 head "/shop/x" header "Cookie: id=srvA"
tcp 127.0.0.1 4000 10.10.23.50 80 post "/elsewhere/x"
tcp 127.0.0.1 4000 10.10.23.51 80
tcp 127.0.0.1 4000 10.10.23.51 81
tcp 127.0.0.1 4000 10.10.23.50 80 PUT "/a.html" header "A: 1" header "B: 2" header "C: 3" header "Host: one.example"
tcp 127.0.0.1 4000 10.10.23.50 80 frob "/a.html"
tcp 127.0.0.1 4000 10.10.23.50 80 CONNECT far.example:443
tcp 127.0.0.1 4000 10.10.23.50 80 options * header "User-Agent: Nokia"
tcp 127.0.0.1 4000 10.10.23.50 80 post "/a.html" header "Content-Length: 4" header "Transfer-Encoding: chunked"
udp 127.0.0.1 4000 10.10.23.52 5060 sip INVITE sip:a@b header "From: c" header "Call-ID: 7"
tcp 127.0.0.1 4000 10.10.23.52 443 tls session 0102030405060708
tcp 127.0.0.1 4000 10.10.23.52 443 tls
END

"$CSS" trace --startup startup requests >traced 2>trace.err
same "every line is understood" $? 0
same "nothing to complain of" "$(cat trace.err)" ""
same "an object a request" "$(wc -l <traced)" 17

# What the lines say: "LINE RULE SERVICE REASON", by a reader of JSON.
read_trace() {
	"$PYTHON" -c '
import json, sys
for x in map(json.loads, sys.stdin):
    print(x["line"], x.get("rule", "-"), x.get("service", "-"), x["reason"])'
}
same "rules, services and reasons" "$(read_trace <traced)" \
	"2 rest one balanced
3 images two balanced
4 tenants two balanced
5 phones two balanced
7 named two named by the request
8 named one named by the request
9 elsewhere away redirect service
10 plain one balanced
11 - - no rule
12 tenants two balanced
13 - - the method is not parsed
14 rest one balanced
15 phones two balanced
16 - - request needed
17 calls one balanced
18 secure one balanced
19 secure one balanced"
has "a rule that lost says why" "$(sed -n 1p traced)" \
	'"rule":"tenants","why":"the domain does not fit"'
has "so does a group of header fields" "$(sed -n 1p traced)" \
	'"rule":"phones","why":"the header-field-group does not fit"'
has "one that fits, but less well" "$(sed -n 2p traced)" \
	'"rule":"rest","why":"a more specific rule fits"'
has "a service that may not be chosen says why" "$(sed -n 3p traced)" \
	'"service":"drained",.*"weight":0,.*"why":"weight 0'
has "translation" "$(sed -n 3p traced)" \
	'"server":"10.10.23.2:80","server_source":"10.10.23.99","group":"nat"'
has "what no rule is asked about" "$(sed -n 14p traced)" '"refused":"Content-Length'
has "a SIP request" "$(sed -n 15p traced)" '"request":"INVITE sip:a@b SIP/2.0"'
has "the place of a redirect" "$(sed -n 7p traced)" \
	'"location":"http://away.example/elsewhere/x"'
mkdir -p "$DISK"
cp startup "$DISK/startup-config"
same "the disk's configuration, requests from a pipe" \
	"$("$CSS" trace --disk "$DISK" - <requests | sed 's/"file":"-"/"file":"requests"/')" \
	"$(cat traced)"
printf '%s\n' 'tcp 10.0.0.9 4000 nowhere 80' 'tcp 1.2.3.4 1 5.6.7.8 80' >wrong
"$CSS" trace --startup startup wrong >traced.wrong 2>trace.err
same "a line that is not understood gives status 1" $? 1
has "its place and why" "$(sed -n 1p traced.wrong)" \
	'^\{"file":"wrong","line":1,"column":19,"error":"'
has "on standard error, too" "$(cat trace.err)" '^wrong:1:19: '
has "the next line is answered" "$(sed -n 2p traced.wrong)" '"reason":"no rule"'
"$CSS" trace --startup nothere requests >/dev/null 2>&1
same "without a configuration nothing runs" $? 2
"$CSS" trace >/dev/null 2>&1
same "without a file, neither" $? 2

# ---- the same by real requests ----------------------------------------------------

background origin "$PYTHON" "$ROOT/tests/e2e/origin.py" "$T/origin.jsonl" \
	one=127.10.23.1:80 two=127.10.23.2:80
within 10 listens 127.10.23.2 80 || fail "origin.py"
rm -rf "$DISK"
ip address add 127.10.23.99/8 dev lo 2>/dev/null || true
switch_start --startup startup
wait_service two Alive
get() { # PATH [CURL-OPTION...]
	curl -s --max-time 5 "http://127.10.23.50$1" "${@:2}" | cut -d' ' -f1
}
same "curl goes where the trace says" \
	"$(get /a.html; get '/a/b.GIF?x=1'; get /a.html -H 'Host: ONE.example:80'
	get /a.html -A Nokia7110; get /shop/x -b 'a=b; id=srvB'
	get /shop/x -b id=srvA)" \
	"$(printf '%s\n' one two two two two one)"
why=$(cli "show lab why last 3")
has "the request and its verdict" "$why" 'Request: GET /shop/x HTTP/1.1'
has "the rules that lost" "$why" 'web/tenants +the domain does not fit'
has "stickiness" "$why" 'Sticky: seen before'
has "the service and its address" "$why" 'Server side: .* to 10\.10\.23\.1:80'
why=$(cli "show lab why rule web tenants")
has "of one rule: candidates with weights and loads" "$why" \
	'drained +Alive +weight 0, load 2, connections 0; not eligible: weight 0'
has "and the address chosen" "$why" 'Server side: 10\.10\.23\.99 to 10\.10\.23\.2:80'
lacks "no other rule" "$why" 'Sticky: seen before'
has "of one client" "$(cli "show lab why client 127.0.0.77")" 'No decision fits'
has "of one VIP" "$(cli "show lab why vip 10.10.23.51")" 'No decision fits'
get /a.html -X FROB >/dev/null
has "a method that is not parsed" "$(cli "show lab why last 1")" \
	'web/rest +the method is not parsed'
curl -s --max-time 5 -o /dev/null http://127.10.23.50/elsewhere/y
has "a redirect's place" "$(cli "show lab why last 1")" \
	'Location: http://away\.example/elsewhere/y'
for i in $(seq 1 220); do
	printf 'url = "http://127.10.23.50/%s"\noutput = /dev/null\n' "$i-"{1..5}
done >many
curl -s --max-time 30 -K many
same "a thousand decisions are kept" \
	"$(cli "show lab why last 1000" | grep -c '^  Verdict: ')" 1000

# The running switch answers `lab trace` with what it knows: states and counts.
wait_service dead Down
has "a service that is down" "$(cli 'lab trace tcp 127.0.0.1 1 10.10.23.51 80')" \
	'dead +Down +weight 1, load 255, connections 0; not eligible: it is not up'
cli_ok configure "service two" suspend end
has "as JSON" "$(cli \
	'lab trace json tcp 127.0.0.1 4000 10.10.23.50 80 get "/a.gif"')" \
	'^\{"protocol":"tcp",.*"reason":"no service alive","owner":"web","rule":"images"\}$'
switch_stop

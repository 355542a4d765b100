#!/bin/bash
# Balance methods and stickiness with real clients and servers: the examples E9,
# E10, E12, E13 and E15 to E18 of the product's manuals, WAP numbers, and what
# happens when the service that a client sticks to is down.
# labels: traffic
# timeout: 240
. "$(dirname "$0")/lib.sh"
V=10.9.1.1 VIP=127.9.1.1

servers_start() {
	background "web$1" $PYTHON "$ROOT/tests/e2e/web.py" "web$1=127.9.1.1$1:8000"
	within 10 listens "127.9.1.1$1" 8000 || fail "no server web$1"
}
for n in 1 2 3; do
	servers_start $n
done

# who answers: get PORT [CURL-OPTION...]
get() {
	curl -sS --max-time 10 "${@:2}" "http://$VIP:$1${path:-/}" 2>&1
}
who() {
	get "$@" | cut -d' ' -f1
}
many() { # N PORT [CURL-OPTION...]: who answers, in a row
	local i

	for i in $(seq "$1"); do
		who "${@:2}"
	done | tr '\n' ' '
}
rule() { # NAME PORT LINE...: with web1 and web2
	printf '%s\n' "owner o" "content $1" "vip address $V" "protocol tcp" \
		"port $2" "add service web1" "add service web2" "${@:3}" active
}
rule_add() {
	local lines

	mapfile -t lines < <(rule "$@")
	cli_ok configure "${lines[@]}" >/dev/null
}
switch_start
for n in 1 2 3; do
	cli_ok configure "service web$n" "ip address 10.9.1.1$n" "protocol tcp" \
		"port 8000" "string n$n" "keepalive type tcp" \
		"keepalive frequency 2" "keepalive retryperiod 2" \
		"keepalive maxfailure 1" active >/dev/null
done
for n in 1 2 3; do
	wait_service web$n Alive
done

# ---- weights, connections -------------------------------------------------------------
cli_ok configure "owner o" "content wrr" "vip address $V" "protocol tcp" \
	"port 81" "balance weightedrr" "add service web1 weight 3" \
	"add service web2 weight 1" active >/dev/null
same "weightedrr uses one weight times in sequence (E9)" "$(many 8 81)" \
	"web1 web1 web1 web2 web1 web1 web1 web2 "
answer=$(cli "show rule o wrr services")
has "the rule's weights are shown" "$answer" '^ web1 .* R-3 +Alive'
has "of both" "$answer" '^ web2 .* R-1 +Alive'

hold() { # PORT N: connections that stay
	local i

	for i in $(seq "$2"); do
		background "hold$1-$i" curl -sS --no-buffer --max-time 60 \
			"http://$VIP:$1/hold"
	done
}
held() { # PORT N: so many of them got their first byte
	[ "$(cat "$T/hold$1"-*.log | grep -c web)" = "$2" ]
}
for n in 1 2; do
	cli_ok configure "owner o" "content hold$n" "vip address $V" \
		"protocol tcp" "port 810$n" "add service web$n" active >/dev/null
done
rule_add lc 82 "balance leastconn"
hold 8101 5
hold 8102 2
ok "seven connections are held" within 10 held 8101 5
ok "by both" within 10 held 8102 2
for i in 1 2 3; do
	background "hold82-$i" curl -sS --no-buffer --max-time 60 \
		"http://$VIP:82/hold"
	within 10 held 82 "$i" || fail "connection $i is not held"
done
same "leastconn fills up the emptier one (E10)" \
	"$(cat hold82-*.log | sort | uniq -c | awk '{ print $1, $2 }')" "3 web2"
for i in 4 5 6 7; do
	background "hold82-$i" curl -sS --no-buffer --max-time 60 \
		"http://$VIP:82/hold"
	within 10 held 82 "$i" || fail "connection $i is not held"
done
same "then they take turns" \
	"$(cat hold82-[4567].log | sort | uniq -c | awk '{ print $1, $2 }')" \
	$'2 web1\n2 web2'
for i in "${!pid[@]}"; do
	case $i in hold*) end "$i" ;; esac
done

# ---- by address -------------------------------------------------------------------------
rule_add srcip 83 "advanced-balance sticky-srcip" "sticky-mask 255.255.255.0" \
	"sticky-inact-timeout 30"
first=$(who 83 --interface 127.0.5.7)
second=$(who 83 --interface 127.0.6.7)
ok "two networks get both services" test "$first" != "$second"
same "addresses of one network stick together (E12)" \
	"$(many 4 83 --interface 127.0.5.200)" "$first $first $first $first "
answer=$(cli "show sticky-table l3-sticky")
has "the table has the network" "$answer" ' 127\.0\.5\.0 .* L3 '
has "two of them" "$answer" 'found is 2\.$'
n=${first#web}
end "web$n"
wait_service "web$n" Down
moved=$(who 83 --interface 127.0.5.7)
ok "a client whose service is down gets another ($moved)" test "$moved" = "$second"
servers_start "$n"
wait_service "web$n" Alive
same "and stays there" "$(many 3 83 --interface 127.0.5.9)" \
	"$second $second $second "

rule_add port84 84 "advanced-balance sticky-srcip-dstport"
rule_add port85 85 "advanced-balance sticky-srcip-dstport"
for port in 84 85; do
	for host in 1 2 3 4; do
		one=$(who $port --interface 127.0.7.$host)
		same "127.0.7.$host sticks at port $port (E13)" \
			"$(many 2 $port --interface 127.0.7.$host)" "$one $one "
	done
done
has "each port has its entries" "$(cli "show sticky-table l4-sticky")" \
	'found is 8\.$'
has "a port's are found" \
	"$(cli "show sticky-table l4-sticky ipaddress 127.0.7.1 255.255.255.255 85")" \
	'found is 1\.$'
has "clients can be forgotten" "$(cli llama "sticky-purge all-sticky")" \
	'Total number of entries purged is 10\.$'
has "all of them" "$(cli "show sticky-table all-sticky")" 'found is 0\.$'

# ---- by the switch's own cookie -----------------------------------------------------------
rule_add arpt 86 'url "/*"' "advanced-balance arrowpoint-cookie" \
	'arrowpoint-cookie path "/"' "arrowpoint-cookie expiration 00:01:00:00"
cookie() { # PORT [CURL-OPTION...]
	get "$1" -D - -o /dev/null "${@:2}" | tr -d '\r' |
		sed -n 's/^Set-Cookie: //p'
}
set=$(cookie 86)
has "the first answer has a cookie (E15)" "$set" \
	'^ARPT=[A-Z]+n[12]CK[A-Z]+; path=/; expires='
cookie=${set%%;*}
n=$(sed 's/.*n\([12]\)CK.*/\1/' <<<"$cookie")
same "who brings it stays" "$(many 4 86 -H "Cookie: a=b; $cookie")" \
	"web$n web$n web$n web$n "
same "and gets no other" "$(cookie 86 -H "Cookie: $cookie")" ""
cli_ok configure "service web$n" suspend >/dev/null
other=web$((3 - n))
same "a suspended one hands over" "$(who 86 -H "Cookie: $cookie")" "$other"
has "with a new cookie" "$(cookie 86 -H "Cookie: $cookie")" "n$((3 - n))CK"
cli_ok configure "owner o" "content arpt" "sticky-serverdown-failover reject" \
	>/dev/null
has "or rejects" "$(get 86 -H "Cookie: $cookie")" 'reset|Empty reply'
cli_ok configure "owner o" "content arpt" \
	"sticky-serverdown-failover sticky-srcip" >/dev/null
same "or goes by the address" "$(many 3 86 -H "Cookie: $cookie")" \
	"$other $other $other "
has "which is in the table then" "$(cli "show sticky-table l3-sticky")" \
	'found is 1\.$'
cli_ok configure "service web$n" active >/dev/null
wait_service "web$n" Alive

# ---- by the cookie of a site ------------------------------------------------------------------
rule_add site 92 'url "/*"' "location-cookie name site value east" \
	"add location-service web3"
has "the first answer has a location cookie" "$(cookie 92)" '^site=east; path=/$'
same "who brings it gets no other" "$(cookie 92 -b 'a=b; site=east')" ""
same "and is balanced as ever" \
	"$(many 2 92 -b site=east | xargs -n 1 | sort | xargs)" "web1 web2"
same "another site's goes to the service that stands for it" \
	"$(many 2 92 -b site=n3) $(cookie 92 -b site=n3)" "web3 web3  "
has "which show lab why tells" "$(cli "show lab why last 1")" \
	'Verdict: forward, named by a location cookie'
has "one of nowhere is replaced" "$(cookie 92 -b site=mars)" '^site=east'
cli_ok configure "service away" "type redirect" "string west" \
	"domain west.example" "keepalive type none" active "owner o" \
	"content site" "add location service away" 'cookie-domain ".example"' \
	suspend "location-cookie name site value east expiration 00:01:00:00" \
	active >/dev/null
has "it may redirect" "$(get 92 -b site=west -D - -o /dev/null)" \
	'^Location: http://west\.example/'
has "a domain and a life" "$(cookie 92)" \
	'^site=east; path=/; domain=\.example; expires=[A-Z][a-z]{2}, '
has "shown with their services" "$(cli "show location-cookie")" \
	'^  Location Service: away$'
cli_ok configure "service web3" suspend >/dev/null
has "a service that is down is none" "$(who 92 -b site=n3)" 'web[12]'
cli_ok configure "service web3" active >/dev/null
wait_service web3 Alive
rule_add both-cookies 93 'url "/*"' "advanced-balance arrowpoint-cookie" \
	"location-cookie name site value east"
same "beside the switch's own" \
	"$(cookie 93 | sed 's/=.*//' | tr '\n' ' ')" "ARPT site "

# ---- by servers' cookies and URLs -----------------------------------------------------------
rule_add cookies 87 'url "/*"' "advanced-balance cookies" \
	'string prefix "ServerId="' \
	'sticky-no-cookie-found-action redirect "/login.html"'
for n in 1 2; do
	same "a cookie names its service (E16)" \
		"$(many 2 87 -H "Cookie: x=1; ServerId=n$n")" "web$n web$n "
done
has "without one the client logs in" "$(get 87 -D - -o /dev/null)" \
	'^Location: /login.html'
cli_ok configure "owner o" "content cookies" \
	"sticky-no-cookie-found-action service web3" >/dev/null
same "or goes to a service of its own" "$(many 2 87)" "web3 web3 "
cli_ok configure "owner o" "content cookies" \
	"sticky-no-cookie-found-action reject" >/dev/null
has "or is rejected" "$(get 87)" 'reset|Empty reply'
cli_ok configure "owner o" "content cookies" \
	"no sticky-no-cookie-found-action" >/dev/null
same "or is balanced" "$(many 2 87 | xargs -n 1 | sort | xargs)" "web1 web2"

rule_add hash 88 'url "/*"' "advanced-balance cookies" \
	'string prefix "JSESSIONID="' "string skip-length 2" \
	"string process-length 16" "string operation hash-crc32"
for id in one two three four five six seven eight; do
	text="Cookie: JSESSIONID=xx${id}0123456789abcdef"
	first=$(who 88 -H "$text")
	same "session $id stays (E17)" "$(many 2 88 -H "$text")" "$first $first "
	same "what is skipped does not count" \
		"$(who 88 -H "${text/xx/yy}")" "$first"
	echo "$first"
done | sort | uniq -c | awk '{ print $2 }' >spread || exit 1
same "sessions go to both" "$(tr '\n' ' ' <spread)" "web1 web2 "

rule_add url 89 'url "/*"' "advanced-balance url" 'string prefix "sid="' \
	'string eos-char "&"'
for n in 1 2; do
	path="/a?sid=n$n&z=2"
	same "a URL names its service (E18)" "$(many 2 89)" "web$n web$n "
done
path=/
rule_add both 90 'url "/*"' "advanced-balance cookieurl" 'string prefix "sid="'
path="/a?sid=n1"
same "the URL counts without a cookie" "$(many 2 90)" "web1 web1 "
same "and the cookie before it" "$(many 2 90 -H "Cookie: sid=n2")" "web2 web2 "
path=/

# ---- by number ------------------------------------------------------------------------------
cli llama "sticky-purge all-sticky" >/dev/null
rule_add wap 91 'url "/*"' "advanced-balance wap-msisdn"
for number in 491701 491702 491703 491704; do
	first=$(who 91 -H "X-MSISDN: $number")
	same "number $number stays" "$(many 3 91 -H "X-MSISDN: $number")" \
		"$first $first $first "
done
has "numbers are in the table" "$(cli "show sticky-table wap-sticky")" \
	'found is 4\.$'
has "and counted" "$(cli "show sticky-stats")" '^WAP Sticky Entries In Use: +4$'

# ---- a service that goes and comes under load ---------------------------------------------
cli_ok configure "owner o" "content srcip" "no sticky-mask" >/dev/null
round() { # FILE: one request of each of 30 clients
	local i

	for i in $(seq 30); do
		echo "$i $(who 83 --interface 127.0.8.$i)"
	done >"$1"
}
round before
same "clients have both services" "$(cut -d' ' -f2 before | sort | uniq -c |
	awk '{ print $1, $2 }')" $'15 web1\n15 web2'
end web1
wait_service web1 Down
round during
same "all are served by the one that is left" \
	"$(cut -d' ' -f2 during | sort | uniq -c | awk '{ print $1, $2 }')" "30 web2"
servers_start 1
wait_service web1 Alive
round after
same "nobody moves back" "$(cat after)" "$(cat during)"
cli_ok configure "service web2" suspend >/dev/null
round last
same "whose service is suspended is forgotten and balanced" \
	"$(cut -d' ' -f2 last | sort | uniq -c | awk '{ print $1, $2 }')" "30 web1"
switch_stop

#!/bin/bash
# Configurations for HTTP as they stand in manuals, with nginx behind and curl in
# front: by path, extension, domain, list, header field, cookie and URL, redirects,
# sorry servers.  Each has a VIP of its own, numbered as the example is (E4 to E8, E15 to E21, E29).
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"

command -v nginx >/dev/null || fail "nginx is not installed"

# ---- servers -------------------------------------------------------------------

mkdir -p "$T/nginx"
{
	cat <<END
worker_processes 1;
daemon off;
pid $T/nginx/pid;
error_log $T/nginx/error.log;
events { worker_connections 512; }
http {
	access_log off;
$(nginx_temp "$T/nginx")
END
	for n in 1 2 3; do
		cat <<END
	server {
		listen 127.10.24.1$n:80;
		location / { return 200 "web$n \$request_uri\n"; }
	}
END
	done
	for n in 1 2; do
		cat <<END
	server {
		listen 127.10.24.2$n:80;
		location / { return 200 "sorry$n \$request_uri\n"; }
	}
END
	done
	echo "}"
} >"$T/nginx/conf"
background nginx nginx -p "$T/nginx" -c "$T/nginx/conf" -e "$T/nginx/error.log"
within 10 listens 127.10.24.22 80 || fail "nginx"

# ---- the switch ------------------------------------------------------------------

service() { # NAME ADDR [LINE...]
	printf '%s\n' "service $1" "ip address $2" "protocol tcp" "port 80" \
		"keepalive type tcp" "keepalive frequency 2" \
		"keepalive retryperiod 2" "keepalive maxfailure 1" "${@:3}" active
}

# Lines of a rule, services among them; the VIP's last byte is 100 + number.
rule() { # NAME NUMBER LINE...
	printf '%s\n' "content $1" "vip address 10.10.24.$((100 + $2))" \
		"protocol tcp" "port 80" "${@:3}" active
}

{
	service web1 10.10.24.11
	service web2 10.10.24.12
	service web3 10.10.24.13
	service srvA 10.10.24.11 "string srvA"
	service srvB 10.10.24.12 "string srvB"
	service n1 10.10.24.11 "string n1"
	service n2 10.10.24.12 "string n2"
	service sorry1 10.10.24.21
	service sorry2 10.10.24.22
	printf '%s\n' "service dr" "type redirect" "domain dr.a.example" \
		"keepalive type none" active
	printf '%s\n' "service busy" "type redirect" \
		'redirect-string "dr.a.example/busy.html"' "keepalive type none" \
		active
	printf '%s\n' "eql pics" 'extension gif "image"' "extension jpg"
	printf '%s\n' "dql tenants" "domain one.example index 1" \
		"domain two.example index 2"
	printf '%s\n' "urql hot" "url 10" 'url 10 url "/promo/a.html"' "url 20" \
		'url 20 url "/promo/b.html"' 'domain "www.a.example"' active
	printf '%s\n' "header-field-group mobile" \
		'header-field ua user-agent contain "Nokia" 128'
	echo "owner acme"
	rule e4img 4 'url "/images/*"' "add service web2"
	rule e4rest 4 'url "/*"' "add service web1"
	rule e5pics 5 'url "/*" eql pics' "add service web2"
	rule e5rest 5 'url "/*"' hotlist "hotlist size 2" "hotlist interval 60" \
		"add service web1"
	rule e6a 6 'url "//www.a.example/*"' "add service web1"
	rule e6b 6 'url "//*.b.example/*"' "add service web2"
	rule e7 7 'url "/*" dql tenants' "add service web3"
	rule e8 8 "url urql hot" "add service web2"
	rule e15 15 'url "/*"' "advanced-balance arrowpoint-cookie" \
		'arrowpoint-cookie path "/"' \
		"arrowpoint-cookie expiration 00:01:00:00" \
		"add service srvA" "add service srvB"
	rule e16 16 'url "/*"' "advanced-balance cookies" \
		'string prefix "ServerId="' \
		'sticky-no-cookie-found-action redirect "/login.html"' \
		"add service n1" "add service n2"
	rule e17 17 'url "/*"' "advanced-balance cookies" \
		'string prefix "JSESSIONID="' "string skip-length 2" \
		"string process-length 16" "string operation hash-crc32" \
		"add service web1" "add service web2" "add service web3"
	rule e18 18 'url "/*"' "advanced-balance url" 'string prefix "sid="' \
		'string eos-char "&"' "add service n1" "add service n2"
	rule e19 19 'url "/*"' "primarySorryServer sorry1" \
		"secondarySorryServer sorry2" "add service web3"
	rule e20 20 'redirect "https://www.a.example"'
	rule e21 21 'url "/*"' "add service web3" "add service dr"
	rule e21busy 22 'url "/*"' "add service web3" "add service busy"
	rule e29wap 29 'url "/*"' "header-field-rule mobile weight 10" \
		"add service web3"
	rule e29rest 29 'url "/*"' "add service web1"
} >startup
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
for s in web1 web2 web3 sorry1 sorry2 srvA srvB n1 n2; do
	wait_service $s Alive
done

get() { # NUMBER PATH [CURL-OPTION...]: who answered
	curl -s --max-time 5 "http://127.10.24.$((100 + $1))$2" "${@:3}" |
		cut -d' ' -f1
}
location() { # NUMBER PATH [CURL-OPTION...]: status and Location
	curl -s --max-time 5 -o /dev/null -w '%{http_code} %{redirect_url}' \
		"http://127.10.24.$((100 + $1))$2" "${@:3}"
}
is_reset() { # NUMBER PATH [CURL-OPTION...]
	curl -s --max-time 5 -o /dev/null \
		"http://127.10.24.$((100 + $1))$2" "${@:3}"
	[ $? = 56 ]
}
rejects() { # RULE
	cli "show rule acme $1 statistics" | awk '/^Rejects, No/ { print $NF }'
}

# ---- by path (4), extension (5), domain (6), lists (7, 8), header field (29) ------

same "E4: images go elsewhere" "$(get 4 /images/a.gif) $(get 4 /index.html)" \
	"web2 web1"
got=$(curl -s --max-time 5 -H 'Host: www.a.example' \
	-w '%{http_code} %{redirect_url}\n' \
	http://127.10.24.104/index.html http://127.10.24.104/images/a.gif)
same "E4: on one connection the client is sent round" "$(tail -n 1 <<<"$got")" \
	"302 http://www.a.example/images/a.gif"
same "E4: and follows" "$(curl -sL --max-time 5 \
	--connect-to www.a.example:80:127.10.24.104:80 \
	http://www.a.example/index.html http://www.a.example/images/a.gif |
	cut -d' ' -f1 | tr '\n' ' ')" "web1 web2 "
cli_ok configure "persistence reset remap" end
got=$(curl -s --max-time 5 -w '%{num_connects}\n' \
	http://127.10.24.104/index.html http://127.10.24.104/images/a.gif)
same "E4: with remap the connection moves" "$(tr '\n' ' ' <<<"$got")" \
	"web1 /index.html 1 web2 /images/a.gif 0 "

same "E5: extensions" "$(get 5 /a/b.GIF) $(get 5 '/a/b.gif?x=1') $(get 5 /a/b) \
$(get 5 /a.gif/b) $(get 5 /x.jpg)" "web2 web2 web1 web1 web2"
cli_ok configure "owner acme" "case sensitive" end
same "E5: an owner that cares for case" \
	"$(get 5 /a/b.GIF) $(get 4 /IMAGES/a) $(get 4 /images/a)" \
	"web1 web1 web2"
cli_ok configure "owner acme" "case insensitive" end
same "E4: and one that does not" "$(get 4 /IMAGES/a)" web2

same "E6: domains" "$(get 6 / -H 'Host: www.a.example') \
$(get 6 / -H 'Host: shop.b.example') $(get 6 / -H 'Host: WWW.A.example.:80')" \
	"web1 web2 web1"
ok "E6: a domain of no rule is reset" is_reset 6 / -H 'Host: c.example'
ok "E6: so is the bare domain behind a star" is_reset 6 / -H 'Host: b.example'
cli_ok configure "owner acme" "content e6all" "vip address 10.10.24.106" \
	"protocol tcp" "port 80" "add service web3" active end
same "E6: a layer 4 rule takes the rest" "$(get 6 / -H 'Host: c.example') \
$(get 6 / -H 'Host: www.a.example')" "web3 web1"

same "E7: a list of domains" "$(get 7 / -H 'Host: one.example') \
$(get 7 /x -H 'Host: TWO.example')" "web3 web3"
ok "E7: and no other" is_reset 7 / -H 'Host: three.example'

same "E8: a list of URLs" "$(get 8 /promo/a.html -H 'Host: www.a.example') \
$(get 8 /promo/b.html -H 'Host: www.a.example')" "web2 web2"
ok "E8: no other path" is_reset 8 /promo/c.html -H 'Host: www.a.example'
ok "E8: no other host" is_reset 8 /promo/a.html -H 'Host: www.b.example'

same "E29: a header field" "$(get 29 / -A Nokia7110) $(get 29 / -A Mozilla)" \
	"web3 web1"
same "E29: within the bytes that are looked at" \
	"$(get 29 / -A "$(printf 'x%.0s' $(seq 124))Nokia") \
$(get 29 / -A "$(printf 'x%.0s' $(seq 123))Nokia")" "web1 web3"

# ---- cookies (15, 16, 17) and URLs (18) ---------------------------------------------

first=$(get 15 / -c jar -D head)
has "E15: the switch sets its cookie" "$(cat head)" \
	'^Set-Cookie: ARPT=[A-Z]+srv[AB]CK[A-Z]+; path=/; expires='
for _ in 1 2 3 4; do
	same "E15: and knows it again" "$(get 15 / -b jar -c jar)" "$first"
done
id=$(grep -o 'srv[AB]' jar)
cli_ok configure "service $id" suspend end
other=$(get 15 / -b jar -c jar.new)
ok "E15: its service is suspended, another one serves" [ "$other" != "$first" ]
has "E15: with a cookie of its own" "$(cat jar.new)" "$(
	[ "$id" = srvA ] && echo srvB || echo srvA)"
cli_ok configure "owner acme" "content e15" suspend \
	"sticky-serverdown-failover reject" active end
ok "E15: or the client is turned away" is_reset 15 / -b jar
cli_ok configure "service $id" active end
wait_service "$id" Alive
same "E15: it is back" "$(get 15 / -b jar)" "$first"

same "E16: the server's own cookie" \
	"$(get 16 / -b 'x=1; ServerId=n2') $(get 16 / -b 'ServerId=n1; y')" \
	"web2 web1"
same "E16: without one to the log-in" "$(location 16 /shop)" \
	"302 http://127.10.24.116/login.html"
has "E16: as it is configured" "$(curl -sI --max-time 5 http://127.10.24.116/)" \
	'^Location: /login\.html'

hashed() {
	get 17 / -b "JSESSIONID=$1"
}
one=$(hashed xx0123456789abcdef)
for _ in 1 2 3; do
	same "E17: a session stays" "$(hashed xx0123456789abcdef)" "$one"
done
same "E17: what is skipped does not count" "$(hashed yy0123456789abcdef)" "$one"
same "E17: nor what is behind" "$(hashed xx0123456789abcdefREST)" "$one"
seen=$(for i in $(seq 20); do hashed "xx$i-session-number-$i"; done | sort -u |
	wc -l)
same "E17: sessions are spread" "$seen" 3

same "E18: the URL names the service" \
	"$(get 18 '/a?sid=n1&z=2') $(get 18 '/a?y=n1&sid=n2')" "web1 web2"

# ---- redirects (20, 21) and sorry servers (19) ----------------------------------------

same "E20: the whole rule redirects" "$(location 20 /x/y)" \
	"302 https://www.a.example/"
has "E20: to the letter" "$(curl -sI --max-time 5 http://127.10.24.120/x)" \
	'^Location: https://www\.a\.example.?$'

same "E19: servers first" "$(get 19 /)" web3
same "E21: a redirect service waits" "$(get 21 /)" web3
cli_ok configure "service web3" suspend end
wait_service web3 Suspended
same "E19: then the first sorry server" "$(get 19 /)" sorry1
cli_ok configure "service sorry1" suspend end
wait_service sorry1 Suspended
same "E19: then the second" "$(get 19 /)" sorry2
same "E21: then it answers, and keeps the path" "$(location 21 '/x/y?z=1')" \
	"302 http://dr.a.example/x/y?z=1"
same "E21: a string of its own keeps none" "$(location 22 /x/y)" \
	"302 http://dr.a.example/busy.html"
cli_ok configure "service sorry2" suspend end
wait_service sorry2 Suspended
was=$(rejects e19)
ok "E19: with nobody left the client is reset" is_reset 19 /
ok "E19: and the rule counts it" [ "$(rejects e19)" -gt "$was" ]
cli_ok configure "service sorry1" active end
wait_service sorry1 Alive
same "E19: the first is back" "$(get 19 /)" sorry1
cli_ok configure "service web3" active end
wait_service web3 Alive
same "E19: and the servers" "$(get 19 /) $(get 21 /)" "web3 web3"
sorry=$(cli 'show rule acme e19 statistics')
has "hits of sorry servers are counted" "$sorry" '^Primary Sorry Hits: +2$'
has "of both" "$sorry" '^Secondary Sorry Hits: +1$'

# ---- shows -----------------------------------------------------------------------------

has "redirects" "$(cli 'show rule acme e20 statistics')" 'Redirects: +[1-9]'
get 5 '/hot?x=1' >/dev/null
for _ in 1 2 3; do get 5 /hot; done >/dev/null
for i in 1 2; do get 5 /warm; done >/dev/null
get 5 /cold >/dev/null
hot=$(cli 'show rule acme e5rest hot-list')
has "the URL that is asked for most" "$hot" '^4 +0 +/hot$'
has "the next one" "$hot" '^2 +0 +/warm$'
lacks "and no more than the list takes" "$hot" '/cold'
moved=$(cli 'show remap')
has "requests that moved" "$moved" 'Requests Remapped: +1$'
has "and those that were sent round" "$moved" 'Requests Redirected: +[12]$'
has "a rule and its URL" "$(cli 'show rule-summary acme')" \
	'^10\.10\.24\.104 +80 +TCP +/images/\* +e4img +acme +Active$'
has "lists" "$(cli 'show urql hot')" 'promo'
pieces=$(cli 'show content')
same "each URL of a list is a piece of content, each domain, too" \
	"$(grep -E '^(Url|Domain|Rule):' <<<"$pieces" |
		sed -E 's/^[A-Za-z]+: *//' | paste -d' ' - - - |
		grep -E 'e[78]$')" "/* one.example acme/e7
/* two.example acme/e7
/promo/a.html www.a.example acme/e8
/promo/b.html www.a.example acme/e8"
same "and counts" "$(sed -n '1s/.*: *//p' <<<"$pieces")" \
	"$(grep -c '^Index:' <<<"$pieces")"
has "domains" "$(cli 'show dql tenants')" 'one\.example'
has "header fields" "$(cli 'show rule acme e29wap header-field')" 'mobile'
has "methods that came" "$(cli 'show http-methods')" '^GET +Yes +url +[1-9]'
switch_stop

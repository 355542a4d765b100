#!/bin/bash
# ssl-queue-delay, and what entries ask of TCP: the product's own defaults in
# faithful, only what differs from them in modern (ssl.md 2.2, 2.4).
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com || fail "openssl"
mirror
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl-proxy-list l
$(ssl_entry 1 4001)
$(ssl_entry 2 4002 "ssl-queue-delay 700" "tcp virtual window-size 8192")
$(ssl_entry 3 4003 "ssl-queue-delay 0" "tcp virtual nagle disable")
$(ssl_entry 4 4004 "ssl-queue-delay 10000" "tcp buffer-share rx 20000" \
	"tcp buffer-share tx 30000" "urlrewrite 1 *")
$(ssl_config 4001 4002 4003 4004)
END
import=(--import-ssl web.pem --import-ssl web.key)
old=(--tls-max 1.0 --ciphers ALL:@SECLEVEL=0)

took() { # PORT PATH CURL-OPTION...: milliseconds to the last byte
	curl -sSk -o out --max-time 20 -w '%{time_total}' "${@:3}" \
		"https://$vip:$1$2" | awk '{ print int($1 * 1000) }'
}
records() { # PORT PATH S_CLIENT-OPTION...: application data the client got
	printf 'GET %s HTTP/1.0\r\n\r\n' "$2" | timeout 20 openssl s_client \
		-connect $vip:$1 -ign_eof -msg "${@:3}" 2>/dev/null |
		grep -a -c '<<< .*ApplicationData\|<<< .*RecordHeader'
}
between() { # LOW N HIGH
	[ "$2" -ge "$1" ] && [ "$2" -le "$3" ] || {
		echo "$2 is not between $1 and $3" >&2
		return 1
	}
}
keeps() { # a persistent connection: nothing but time ends the wait
	took "$1" /x "${@:2}"
}
size() { # FILE
	stat -c %s "$1"
}

ssl_start
ok "modern: the default does not wait" between 0 "$(keeps 4001)" 190
n=$(keeps 4002)
ok "modern: what is configured does" between 650 "$n" 1800
ok "modern: 0 does not" between 0 "$(keeps 4003)" 400
n=$(took 4004 /x -0)
ok "a server that closes ends the wait" between 0 "$n" 5000
n=$(took 4004 /1000000 -0)
ok "so does a full record" between 0 "$n" 5000
same "and nothing is lost" "$(size out)" 1000000
n=$(took 4002 /5000000 -0)
same "nor of much more" "$(size out)" 5000000
same "a Location is rewritten in what waits" "$(curl -sSk -0 -i \
	"https://$vip:4004/to/http://a.example/" | tr -d '\r' |
	sed -n 's/^Location: //p')" https://a.example/
a=$(records 4003 /slow/40 -tls1_2) b=$(records 4002 /slow/40 -tls1_2)
ok "small pieces go in fewer records ($b, not $a)" [ "$b" -lt $((a / 2)) ]
# A slow reader, with the last bytes waiting when the server closes.
same "a slow reader gets all" "$(curl -sSk -0 --limit-rate 1M \
	"https://$vip:4004/3000000" | wc -c)" 3000000

holding() { # PORT
	background hold curl -sSkN --max-time 30 "https://$vip:$1/slow/1000"
	within 5 [ -s hold.log ] || sleep 1
}
socket() { # PORT: what ss says of the switch's end
	ss -Htnmi state established "( sport = :$1 )" | tr '\n' ' '
}
holding 4004
has "buffer-share: the socket's buffers" "$(socket 4004)" \
	'skmem:\(r[0-9]+,rb40000,t[0-9]+,tb60000,'
end hold
switch_stop

ssl_start --tls faithful
n=$(keeps 4001 "${old[@]}")
ok "faithful: the default waits 200 ms" between 190 "$n" 1200
ok "faithful: 0 does not" between 0 "$(keeps 4003 "${old[@]}")" 190
holding() {
	background hold curl -sSkN --max-time 30 "${old[@]}" \
		"https://$vip:$1/slow/1000"
	within 5 [ -s hold.log ] || sleep 1
}
holding 4001
has "faithful: the default buffers" "$(socket 4001)" 'rb65536,.*tb131072,'
end hold
switch_stop

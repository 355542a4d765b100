#!/bin/bash
# ssl-queue-delay, behind layer 5 rules, too, and what entries ask of TCP: the
# product's own defaults in faithful, only what differs from them in modern
# (ssl.md 2.2, 2.4).
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com || fail "openssl"
mirror
layer5="cipher rsa-with-aes-128-cbc-sha 10.10.5.52 80"
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl-proxy-list l
$(ssl_entry 1 4001)
$(ssl_entry 2 4002 "ssl-queue-delay 700" "tcp virtual window-size 8192")
$(ssl_entry 3 4003 "ssl-queue-delay 0" "tcp virtual nagle disable")
$(ssl_entry 4 4004 "ssl-queue-delay 10000" "tcp buffer-share rx 20000" \
	"tcp buffer-share tx 30000" "urlrewrite 1 *")
$(ssl_entry 5 4005 "ssl-queue-delay 700" "$layer5")
$(ssl_entry 6 4006 "ssl-queue-delay 10000" "$layer5")
$(ssl_entry 7 4007 "ssl-queue-delay 0" "tcp virtual ack-delay 0" \
	"tcp virtual retrans 50")
$(ssl_entry 8 4008 "ssl-queue-delay 0" "tcp virtual ack-delay 12" \
	"tcp server retrans 60")
$(ssl_config 4001 4002 4003 4004 4005 4006 4007 4008)
content layer5
vip address 10.10.5.52
protocol tcp
port 80
url "/*"
add service one
active
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

# Where a layer 5 rule follows the messages, they gather in the same way.
n=$(keeps 4005)
ok "layer 5: an answer waits ($n)" between 650 "$n" 1800
n=$(took 4006 /x -0)
ok "layer 5: a server that closes ends the wait ($n)" between 0 "$n" 5000
n=$(took 4006 /1000000 -0)
ok "layer 5: so does a full record ($n)" between 0 "$n" 5000
same "layer 5: and nothing is lost" "$(size out)" 1000000
same "layer 5: a slow reader gets all" "$(curl -sSk -0 --limit-rate 1M \
	"https://$vip:4006/3000000" | wc -c)" 3000000
began=$SECONDS
n=$(printf 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.0\r\n\r\n' |
	timeout 20 openssl s_client -quiet -ign_eof -connect $vip:4006 2>&1 |
	grep -a -o 'HTTP/1.1 200' | wc -l)
ok "layer 5: two requests at once are not waited for" [ $((SECONDS - began)) -lt 6 ]
same "layer 5: the next request calls for the answer before it" "$n" 2

socket() { # PORT: what ss says of the switch's end
	ss -Htnmi state established "( sport = :$1 )" | tr '\n' ' '
}
holding() { # PORT CURL-OPTION...: a connection that lasts
	background hold curl -sSkN --max-time 30 "${@:2}" \
		"https://$vip:$1/slow/1000"
	within 10 serving "$1" || fail "no connection to port $1"
}
serving() { # PORT: the request has come
	[[ $(socket "$1") =~ bytes_received:[0-9]{3} ]]
}
holding 4004
has "buffer-share: the socket's buffers" "$(socket 4004)" \
	'skmem:\(r[0-9]+,rb40000,t[0-9]+,tb60000,'
end hold

# Before Linux 6.15, a socket's acknowledgements and retransmissions have times of
# the system's own; ack-delay 0 acts everywhere.
options() {
	"$PYTHON" -c 'import socket
s = socket.socket()
for option in 45, 46: s.getsockopt(socket.IPPROTO_TCP, option)' 2>/dev/null
}
acked() { # PORT: the least milliseconds to the acknowledgement of a few bytes
	"$PYTHON" "$ROOT/tests/e2e/acked.py" $vip "$1"
}
n=$(acked 4003)
ok "acknowledgements wait for an answer by default ($n ms)" between 25 "$n" 250
n=$(acked 4007)
ok "ack-delay 0: they do not ($n ms)" between 0 "$n" 9
timer() { # PORT: the client side's retransmission time, in ms
	socket "$1" | sed -n 's/.* rto:\([0-9]*\).*/\1/p'
}
timer_is() { # PORT LOW HIGH
	between "$2" "$(timer "$1")" "$3" 2>/dev/null
}
if options; then
	n=$(acked 4008)
	ok "ack-delay 12: they wait that long ($n ms)" between 8 "$n" 24
	holding 4003
	ok "retransmissions: the system's own time" within 5 timer_is 4003 190 2000
	end hold
	holding 4007
	ok "retrans 50: a shorter one" within 5 timer_is 4007 50 189
	end hold
else
	echo "ack-delay and retrans: skipped, this kernel lacks the options"
fi
switch_stop

ssl_start --tls faithful
n=$(keeps 4001 "${old[@]}")
ok "faithful: the default waits 200 ms" between 190 "$n" 1200
ok "faithful: 0 does not" between 0 "$(keeps 4003 "${old[@]}")" 190
holding 4001 "${old[@]}"
has "faithful: the default buffers" "$(socket 4001)" 'rb65536,.*tb131072,'
end hold
switch_stop

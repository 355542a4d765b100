#!/bin/bash
# Several SSL modules in one chassis: the same list on each, sessions of the module
# they were made on, counters and flows apart, and one card pulled under load, with
# advanced-balance ssl, too: sessions come back to their card, and die with it.
# labels: traffic
# timeout: 180
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_issue web x www.example.com || fail "openssl"
mirror
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl-proxy-list l
$(ssl_entry 1 443)
$(ssl_entry 2 8443)
active
$(for s in 2 3 4 5; do ssl_service m$s $s; done)
$(ssl_clear)
$(ssl_rule 443 m2 m3 m4 m5)
$(ssl_rule 8443 m2 m3 m4 m5 | sed 's/^active$/application ssl\nadvanced-balance ssl\nactive/')
END
import=(--import-ssl web.pem --import-ssl web.key)
cards=(--chassis 11506)
for s in 2 3 4 5; do cards+=(--slot "$s=CSS5-SSL-K9"); done

one() {
	curl -sSk --max-time 10 -o out "https://$vip/20000" && [ "$(stat -c %s out)" = 20000 ]
}
done_in() { # SLOT: handshakes of one module
	cli "show ssl statistics ssl-proxy-server slot $1" |
		awk '/completed for incoming/ { print $1 }'
}
ssl_start "${cards[@]}" --workers 2
for s in 2 3 4 5; do wait_service m$s Alive; done
for _ in $(seq 1 16); do one || fail "a request"; done
for s in 2 3 4 5; do
	ok "module $s has its share" [ "$(done_in $s)" -ge 2 ]
done
cli_ok "clear ssl statistics slot 3"
same "clear of one module" "$(done_in 3)" 0
ok "leaves the others" [ "$(done_in 2)" -ge 2 ]
cli_ok "clear ssl statistics"
same "clear of all" "$(done_in 2) $(done_in 4) $(done_in 5)" "0 0 0"
has "a slot without a module is refused" \
	"$(cli "show ssl statistics slot 6")" '^%%'

# Sessions and their cards.
session() { # OPTION...: how the handshake went
	printf 'GET /1 HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -ign_eof \
		-connect $vip:8443 -tls1_2 -no_ticket "$@" 2>&1 |
		grep -a -o '^New, TLS\|^Reused, TLS' | head -n 1
}
all_done() {
	for s in 2 3 4 5; do done_in $s; done | tr '\n' ' '
}
slot_of() { # BEFORE AFTER: the one whose number went up by one
	paste <(tr ' ' '\n' <<<"$1") <(tr ' ' '\n' <<<"$2") | awk '
		$2 == $1 + 1 { print NR + 1; next }
		$2 != $1 { print "another" }'
}
declare -A card=()
for i in $(seq 1 8); do
	before=$(all_done)
	same "session $i is new" "$(session -sess_out session$i)" "New, TLS"
	card[$i]=$(slot_of "$before" "$(all_done)")
done
same "sessions spread over all cards" \
	"$(printf '%s\n' "${card[@]}" | sort | uniq -c | awk '{ print $1, $2 }')" \
	$'2 2\n2 3\n2 4\n2 5'
for i in $(seq 8 -1 1); do
	before=$(all_done)
	same "session $i resumes" "$(session -sess_in session$i)" "Reused, TLS"
	same "on its own card" "$(slot_of "$before" "$(all_done)")" "${card[$i]}"
done

# One card fails under load.
load() { # requests one after the other; what they came to, a line each
	while [ ! -e stop ]; do
		if one2; then echo good; else echo bad; fi
	done
}
one2() {
	curl -sSk --max-time 10 "https://$vip/20000" 2>/dev/null | wc -c |
		grep -q '^20000$'
}
export -f load one2
export vip
for i in 1 2 3 4; do background load$i bash -c load; done
sleep 1.5
cli_ok "lab remove slot 3"
wait_service m3 Down 10
for i in $(seq 1 8); do
	want="Reused, TLS"
	[ "${card[$i]}" != 3 ] || want="New, TLS"
	same "a card is gone: session $i of card ${card[$i]}" \
		"$(session -sess_in session$i)" "$want"
done
b=$(cat load?.log | grep -c bad)
sleep 2
cat load?.log >now
ok "requests go on on the other modules" [ "$(grep -c good now)" -ge 10 ]
same "what was lost was lost at once: later requests all succeed" \
	"$(grep -c bad now)" "$b"
ok "at most those under way were lost ($b)" [ "$b" -le 4 ]
lacks "the flows of the card are gone" "$(cli "show ssl flows")" 'slot 3'
cli_ok "lab insert slot 3 CSS5-SSL-K9"
wait_service m3 Alive 10
again() {
	[ "$(done_in 3)" -ge 1 ]
}
ok "the card is back and works" within 10 again
for i in $(seq 1 8); do
	[ "${card[$i]}" = 3 ] || continue
	same "sessions of before went with it" \
		"$(session -sess_in session$i)" "New, TLS"
done
touch stop
for i in 1 2 3 4; do wait "${pid[load$i]}"; unset "pid[load$i]"; done
same "no request failed since" "$(cat load?.log | grep -c bad)" "$b"
idle() {
	cli "show ssl flows" | awk '$2 == 443 { n += $3 } END { exit n != 0 }'
}
ok "no flow is left" within 10 idle
switch_stop

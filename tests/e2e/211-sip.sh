#!/bin/bash
# SIP with SIPp: every call stays with one server by its Call-ID, over UDP where all
# calls share one pair of ports, and over TCP.
# labels: traffic
# timeout: 120
. "$(dirname "$0")/lib.sh"

for i in 1 2; do
	background "udp$i" sipp -max_socket 500 -sn uas -i 127.10.22.$i -p 5060 -nostdin \
		-trace_msg -message_file "$T/udp$i.msg"
	background "tcp$i" sipp -max_socket 500 -sn uas -t tn -i 127.10.22.$i -p 5060 -nostdin \
		-trace_msg -message_file "$T/tcp$i.msg"
done

{
	for i in 1 2; do
		printf '%s\n' "service phone$i" "ip address 10.10.22.$i" \
			"port 5060" "keepalive type none" active
	done
	echo "owner voip"
	rule() { # NAME LAST-BYTE PROTOCOL LINE...
		printf '%s\n' "content $1" "vip address 10.10.22.$2" \
			"protocol $3" "port 5060" "add service phone1" \
			"add service phone2" "${@:4}" active
	}
	rule calls 50 udp "application sip" "advanced-balance sip-call-id"
	rule plain 51 udp "application sip"
	rule conns 52 tcp "application sip" "advanced-balance sip-call-id"
} >startup
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'
within 10 listens 127.10.22.1 5060 || fail "sipp"

call() { # VIP COUNT OPTION...: one caller, that many calls at once
	timeout 60 sipp -max_socket 500 -sn uac -i 127.0.0.9 -p 5080 "127.10.22.$1:5060" \
		-m "$2" -l "$2" -r 100 -d 200 -nostdin -timeout 20 "${@:3}" \
		>"$T/uac.log" 2>&1
}
calls() { # SERVER: Call-IDs that it has seen
	sed -n 's/^Call-ID: *//p' "$T/$1.msg" | tr -d '\r' | sort -u
}

# ---- over UDP ------------------------------------------------------------------
ok "twenty calls from one port succeed" call 50 20 -t u1
first=$(calls udp1) second=$(calls udp2)
same "they are spread over the servers" \
	"$(wc -l <<<"$first") $(wc -l <<<"$second")" "10 10"
same "no call is on both" "$(comm -12 <(echo "$first") <(echo "$second"))" ""
has "the sticky table has them" "$(cli "show sticky-table sip-callid-sticky")" \
	'[Ss][Ii][Pp]'
has "the decisions say so" "$(cli "show lab why")" 'sticky'
same "SIP gets no flows" "$(cli "show flows" | grep -c ' UDP ')" 0
has "its rule counts every message" "$(cli "show rule voip calls services")" \
	'phone1 +30 '

# A server that is suspended loses its calls to the other, new and old.
cli_ok configure "service phone1" suspend end
wait_service phone1 Suspended
ok "calls go to the other server" call 50 10 -t u1
same "to it only" "$(calls udp1 | wc -l) $(calls udp2 | wc -l)" "10 20"
cli_ok configure "service phone1" active end
wait_service phone1 Alive

# Without stickiness every message is balanced: a call does not hold together.
call 51 3 -t u1 -timeout 5 || true
calls udp1 >"$T/a"
calls udp2 >"$T/b"
ok "without sip-call-id a call is on both" [ -n "$(comm -12 "$T/a" "$T/b")" ]

# With flows the port stays, whatever the call.
cli_ok configure "flow-state 5060 udp flow-enable" end
ok "with flows calls succeed, too" call 51 10 -t u1
new() { # SERVER: calls since the file was written
	calls "$1" | comm -13 "$T/$1.calls" - | wc -l
}
for u in udp1 udp2; do calls $u >"$T/$u.calls"; done
ok "once more" call 51 10 -t u1
has "all on one server" "$(new udp1) $(new udp2)" '^(10 0|0 10)$'
has "and are flows" "$(cli "show flows")" '10\.10\.22\.51 +5060 .*UDP'
cli_ok configure "no flow-state 5060 udp" end

# ---- a source group: the servers see its address ---------------------------------
cli_ok configure "group sip" "vip address 10.10.22.99" \
	"add destination service phone1" "add destination service phone2" \
	active end
ok "calls succeed through a source group" call 50 10 -t u1
has "which counts the ways back" "$(cli "show group sip")" 'Hits/.*: +2/'
cli_ok configure "group sip" suspend end

# ---- over TCP ------------------------------------------------------------------------
ok "calls over TCP succeed, a connection each" call 52 10 -t tn
same "and are spread" "$(calls tcp1 | wc -l) $(calls tcp2 | wc -l)" "5 5"
ok "all calls of one connection succeed" call 52 10 -t t1
switch_stop

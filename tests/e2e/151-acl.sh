#!/bin/bash
# Access lists at work: what a circuit without a list does, what clauses decide
# and count, what waits for the next apply, what is logged.
# labels: traffic
# timeout: 90
. "$(dirname "$0")/lib.sh"

background web "$PYTHON" "$ROOT/tests/e2e/web.py" \
	one=127.10.16.1:80 two=127.10.16.2:80
within 10 listens 127.10.16.2 80 || fail "web.py"

cat >startup <<'END'
logging subsystem acl level debug-7
logging subsystem nql level debug-7
circuit VLAN1
  ip address 10.10.16.250/24
service one
  ip address 10.10.16.1
  protocol tcp
  port 80
  keepalive type none
  active
service two
  ip address 10.10.16.2
  protocol tcp
  port 80
  keepalive type none
  active
nql guests
  ip address 127.10.17.0/24 "visitors" log
  ip address 127.10.18.0/24
owner web
  content rule
    vip address 10.10.16.50
    protocol tcp
    port 80
    add service one weight 10
    add service two weight 1
    balance weightedrr
    active
acl 5
  clause 10 deny tcp 127.10.19.0/24 destination any log
  clause 20 permit tcp nql guests destination content web/rule eq 80 prefer two
  clause 30 permit any 127.10.20.1 destination any
END
switch_start --startup startup
lacks "the startup-config has no errors" "$(cli "show startup-errors")" '%%'

get() { # CLIENT: who answers, or nothing
	curl -s --max-time 3 --interface "127.10.$1" http://127.10.16.50/ |
		awk '{ print $1 }'
}
hits() { # CLAUSE
	cli "show acl 5" | awk -v n="$1" '$1 == "Clause:" { at = $2 }
		/Content Hits/ && at == n { print $3 }'
}
acl() { cli configure "acl 5" "$@"; }

same "lists that are disabled stop nobody" "$(get 19.1)" one
cli configure "acl enable" >/dev/null
same "a circuit without a list denies everything" "$(get 20.1)" ""
acl "apply circuit-(VLAN1)" >/dev/null
same "what is permitted passes" "$(get 20.1)" one
same "what is denied does not" "$(get 19.1)" ""
same "nor what no clause speaks of" "$(get 21.1)" ""
same "a preferred service is asked first" "$(get 18.1) $(get 17.1)" "two two"
same "clauses count" "$(hits 10) $(hits 20) $(hits 30)" "1 2 1"
logged() { cli "show log sys.log" | grep -q "$1"; }
ok "a clause logs what it decides" logged \
	'ACL-7: ACL 5 clause 10 deny TCP 127\.10\.19\.1:[0-9]* -> 10\.10\.16\.50:80'
ok "so does an entry of a network list" logged \
	'NQL-7: 127\.10\.17\.0 255\.255\.255\.0: 127\.10\.17\.1:'
ok "but not one without log" not logged 'NQL-7: 127\.10\.18\.0'

acl "clause 40 permit any 127.10.21.0/24 destination any" >/dev/null
same "a new clause waits" "$(get 21.1)" ""
acl "apply circuit-(VLAN1)" >/dev/null
same "for the next apply" "$(get 21.1)" one
has "a clause in use stays" "$(acl "no clause 40")" 'must be removed'
acl "zero counts" >/dev/null
same "zero counts" "$(hits 10) $(hits 20) $(hits 40)" "0 0 0"
acl "remove circuit-(VLAN1)" >/dev/null
same "without its list the circuit denies again" "$(get 20.1)" ""
cli configure "acl disable" >/dev/null
same "until lists are disabled" "$(get 19.1)" one

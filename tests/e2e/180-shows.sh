#!/bin/bash
# Shows of services, rules, owners, groups, stickiness and flows with real traffic:
# what curl did is what the switch tells, and zero clears it.
# labels: traffic
# timeout: 100
. "$(dirname "$0")/lib.sh"

background web "$PYTHON" "$ROOT/tests/e2e/web.py" \
	one=127.10.18.1:80 two=127.10.18.2:80
within 10 listens 127.10.18.2 80 || fail "web.py"

cat >startup <<'END'
service one
  ip address 10.10.18.1
  protocol tcp
  port 80
  keepalive type tcp
  keepalive frequency 2
  active
service two
  ip address 10.10.18.2
  protocol tcp
  port 80
  keepalive type tcp
  keepalive frequency 2
  active
service three
  ip address 10.10.18.3
owner shop
  email-address shop@example.com
  content plain
    vip address 10.10.18.50
    protocol tcp
    port 80
    add service one
    add service two
    active
  content stuck
    vip address 10.10.18.51
    protocol tcp
    port 80
    advanced-balance sticky-srcip
    sticky-mask 255.255.255.0
    add service one
    add service two
    active
  content ports
    vip address 10.10.18.52
    protocol tcp
    port 80
    advanced-balance sticky-srcip-dstport
    add service one
    add service two
    active
owner empty
group out
  vip address 10.10.18.60
  add destination service two
  active
END
switch_start --startup startup
for s in one two; do wait_service $s Alive; done

get() { # VIP [CURL-OPTION...]
	curl -s --max-time 5 "http://127.10.18.$1/" "${@:2}" >/dev/null
}

# ---- stickiness ----------------------------------------------------------------

has "the table is empty at first" "$(cli 'show sticky-table all-sticky')" \
	'entries found is 0\.'
for i in 1 2 3; do get 51 --interface "127.18.1.$i"; done
get 51 --interface 127.18.2.9
get 52 --interface 127.18.3.3
table=$(cli 'show sticky-table all-sticky')
has "clients of one network share an entry" "$table" '127\.18\.1\.0 .*L3'
has "another network has its own" "$table" '127\.18\.2\.0 .*L3'
has "a port is part of the other kind" "$table" '127\.18\.3\.3:80 .*L4'
has "these are all" "$table" 'entries found is 3\.'
has "one kind alone" "$(cli 'show sticky-table l4-sticky')" 'found is 1\.'
has "one network alone" "$(cli \
	'show sticky-table l3-sticky ipaddress 127.18.2.0 255.255.255.0')" \
	'found is 1\.'
stats=$(cli 'show sticky-stats')
has "entries that were made" "$stats" 'New Sticky Entries: +3$'
has "clients that came back" "$stats" 'Sticky Table Hits: +2$'
has "the purge counts" "$(cli llama 'sticky-purge all-sticky' exit)" \
	'entries purged is 3\.'
has "and nothing is left" "$(cli 'show sticky-table all-sticky')" \
	'entries found is 0\.'

# ---- rules, services, groups ------------------------------------------------------

for i in 1 2 3 4 5 6; do get 50; done
rule=$(cli 'show rule shop plain services')
has "half of the hits went to one" "$rule" '^ one +3 +S-1 +Alive'
has "and half to the other" "$rule" '^ two +3 +S-1 +Alive'
has "the rule counts all" "$(cli 'show rule shop plain statistics')" \
	'Total Hits: +6$'
has "the owner adds up its rules" "$(cli 'show owner shop statistics')" \
	'Total Hits: +11$'
has "a rule tells what it is set to" "$(cli 'show rule shop stuck sticky')" \
	'Sticky Mask: +255\.255\.255\.0$'
summary=$(cli 'show summary shop')
has "the summary has rule, state and hits" "$summary" 'plain +Active +one +3$'
has "flows are counted" "$(cli 'show flow statistics')" '^Host +[0-9]+ +[1-9]'
has "later services stand below" "$summary" '^ +two +3$'
has "a rule's line" "$(cli 'show rule-summary shop')" \
	'^10\.10\.18\.50 +80 +TCP .*plain +shop +Active$'
has "pieces of content" "$(cli 'show content start-index 1')" \
	'Total Content: 3'
has "the group counts what it translated" "$(cli 'show group out')" \
	'Connections Total/Current: +[1-9]'
has "and lists itself" "$(cli 'show group usage')" '^out +Active +10\.10\.18\.60'
has "its ports by module" "$(cli 'show group out portmap slot 1')" \
	'Base Port: +2016'
has "a load is idle or offline" "$(cli 'show load')" '^three +255 +255 +255$'
has "a keepalive is named after its service" \
	"$(cli 'show keepalive AUTO_two')" 'Type: +TCP'
total=$(cli 'show service one' | sed -n 's/.*Total Connections: *\([0-9]*\).*/\1/p')
ok "the service counted its connections ($total)" [ "$total" -ge 3 ]
cli_ok "zero service total-connections one"
has "zero clears one counter" "$(cli 'show service one')" \
	'Total Connections: +0 '
has "and leaves the other service" "$(cli 'show service two')" \
	'Total Connections: +[1-9]'
cli_ok configure "owner shop" "zero total-connections all" end
has "an owner clears its services" "$(cli 'show service two')" \
	'Total Connections: +0 '

# ---- flows ------------------------------------------------------------------------

curl -sN --max-time 30 --interface 127.18.9.9 "http://127.10.18.50/hold" \
	>held.log 2>&1 &
pid[holder]=$!
within 10 test -s held.log || fail "no held connection"
flows=$(cli 'show flows 127.18.9.9')
has "a flow has two lines" "$flows" '^127\.18\.9\.9 +[0-9]+ 10\.10\.18\.50 +80 '
lacks "only those from that address" "$flows" '^10\.10\.18\.[12] '
has "flows between two addresses" \
	"$(cli 'show flows 0.0.0.0 10.10.18.50')" '^127\.18\.9\.9 '
lacks "and not to others" "$(cli 'show flows 0.0.0.0 10.10.18.51')" \
	'^127\.18\.9\.9 '
end holder
switch_stop

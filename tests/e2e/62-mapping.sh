#!/bin/bash
# --map and --port-base: where addresses and ports of the configuration are
# found on this host.
# labels: traffic
# timeout: 60
. "$(dirname "$0")/lib.sh"

background web "$PYTHON" "$ROOT/tests/e2e/web.py" \
	one=127.10.7.1:80 far=127.99.7.1:80
within 10 listens 127.99.7.1 80 || fail "web.py"
config() { # SERVER VIP
	printf '%s\n' "service s" "ip address $1" "protocol tcp" "port 80" \
		"keepalive type tcp" "active" "owner o" "content c" \
		"vip address $2" "protocol tcp" "port 80" "add service s" \
		"active"
}
get() { # URL
	curl -s --max-time 5 "$1"
}

config 10.10.7.1 10.10.7.50 >startup
switch_start --startup startup
wait_service s Alive
has "auto: 10.a.b.c is 127.a.b.c" "$(get http://127.10.7.50/)" '^one '
has "show lab map tells it" "$(cli "show lab map")" '127\.'
# 11.10.7.50 would be found at the same place.
answer=$(cli configure "owner o" "content d" "vip address 11.10.7.50" \
	"protocol tcp" "port 80" "add service s" active end)
has "two addresses for one: the later is named" "$answer" '11\.10\.7\.50'
has "and the earlier" "$answer" '(^|[^1])10\.10\.7\.50'
has "in the log too" "$(cli "show log sys.log")" '11\.10\.7\.50'
has "and by show lab map" "$(cli "show lab map")" '11\.10\.7\.50'
has "the earlier goes on" "$(get http://127.10.7.50/)" '^one '
switch_stop

config 10.1.7.1 10.1.7.50 >startup
switch_start --startup startup --map 10.0.0.0/8=127.0.0.0/8 \
	--map 10.1.7.0/24=127.99.7.0/24
wait_service s Alive
has "the longest prefix wins" "$(get http://127.99.7.50/)" '^far '
switch_stop

config 127.10.7.1 127.10.7.50 >startup
switch_start --startup startup --map none --port-base 8000
wait_service s Alive
has "none and a port base" "$(get http://127.10.7.50:8080/)" '^one '
ok "nothing at the port itself" not listens 127.10.7.50 80
switch_stop

same "--version is one line" "$("$CSS" --version | wc -l)" 1
has "--help tells the commands" "$("$CSS" --help)" 'replay'

#!/bin/bash
# The first session of README.md is what the program really prints.  With
# --print it is printed instead of compared, for the README.
. "$(dirname "$0")/lib.sh"

# What differs from one switch to the next.
settle() {
	sed -E 's/JAB[0-9A-Z]{8}/JAB0637A1B2/; s/ +$//
		# loads are measured
		s/^((module2|web[12]) +Alive +0 +1 {4})[ 0-9][0-9]( +)/\1 2\3/'
}

typed() {
	"$PYTHON" "$ROOT/examples/federation/typist.py" --css "$CSS" \
		--disk "$DISK" "$ROOT/examples/first-session/$1" ||
		fail "the switch refuses a line of examples/first-session/$1"
}

visit() {
	echo "\$ curl -sk https://127.9.9.9:8443/"
	curl -sk --max-time 10 https://127.9.9.9:8443/
}

session() {
	typed 1-configure.txt
	wait_service web1 Alive >&2
	wait_service web2 Alive >&2
	visit
	visit
	echo
	typed 2-watch.txt
}

for n in 1 2; do
	mkdir "$T/www$n"
	echo "page from web$n" >"$T/www$n/index.html"
	background web$n "$PYTHON" -m http.server -d "$T/www$n" \
		--bind 127.1.1.1$n 8000
	within 10 listens 127.1.1.1$n 8000 || fail "no web server $n"
done
switch_start
session | settle >"$T/session" || exit 1
if [ "${1:-}" = --print ]; then
	cat "$T/session"
else
	sed -n '/<!-- session -->/,/<!-- end -->/p' "$ROOT/README.md" |
		sed '1,2d; $d' | sed '$d' | settle >"$T/readme"
	ok "README.md shows what the program prints" \
		diff -u "$T/readme" "$T/session"
fi
switch_stop

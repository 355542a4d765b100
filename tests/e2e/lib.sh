# shellcheck shell=bash
# What the end-to-end tests share.  Sourced first:
#
#	. "$(dirname "$0")/lib.sh"
#
# CSS11500 names the program, CSS_BUILD the folder with everything built.  A
# test works in a scratch folder that is gone afterwards, ends every process it
# started, and when it fails prints what the switch said.
#
#	switch_start [OPTION...]	boots on $DISK, waits for its ready line
#	switch_stop			by SIGTERM; fails when it does not obey
#	cli LINE...			the answers, without the prompts
#	cli_ok LINE...			and fails when one begins with %%
#	background NAME COMMAND...	$! goes to pid[NAME]; ended at the end
#	within SECONDS COMMAND...	repeats it until it succeeds
#	ok "SENTENCE" COMMAND...	one thing that must be true
#	has "SENTENCE" TEXT REGEX	the same of a text
#	same "SENTENCE" GOT WANTED
#	nginx_temp FOLDER		lines for its configuration
#	is_sanitized			is this a build with a sanitizer?

set -u -o pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${CSS_BUILD:-$ROOT/build}
CSS=${CSS11500:-$BUILD/css11500}
PEERS=$BUILD/examples/federation
PYTHON=/usr/bin/python3
export SEE_EXP=$ROOT/tests/e2e/see.exp

[ -x "$CSS" ] || {
	echo "no program: $CSS" >&2
	exit 1
}
T=$(mktemp -d "${TMPDIR:-/tmp}/e2e.XXXXXX") || exit 1
cd "$T" || exit 1
DISK=$T/disk
declare -A pid=()
proven=0

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

print_logs() {
	local f

	for f in "$T"/*.log "$T"/*.err "$DISK"/log/*; do
		[ -s "$f" ] || continue
		echo "--- ${f#"$T"/}" >&2
		if grep -Eq 'ERROR: |WARNING: Thread|runtime error' "$f"; then
			head -n 80 "$f" >&2 # a sanitizer's report
		else
			tail -n 25 "$f" >&2
		fi
	done
}

finish() {
	local rc=$?

	trap - EXIT
	[ $rc = 0 ] || print_logs
	[ ${#pid[@]} = 0 ] || kill "${pid[@]}" 2>/dev/null
	wait 2>/dev/null
	cd / && rm -rf "$T"
	[ $rc != 0 ] || echo "$proven things proven"
	exit $rc
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- what is proven ----------------------------------------------------------

ok() {
	local what=$1

	shift
	"$@" || fail "$what"
	proven=$((proven + 1))
}

not() {
	! "$@"
}

has() {
	grep -Eq -- "$3" <<<"$2" || {
		printf '%s\n' "$2" | tail -n 30 >&2
		fail "$1 (nothing fits: $3)"
	}
	proven=$((proven + 1))
}

lacks() {
	if grep -Eq -- "$3" <<<"$2"; then
		printf '%s\n' "$2" | tail -n 30 >&2
		fail "$1 (fits: $3)"
	fi
	proven=$((proven + 1))
}

same() {
	[ "$2" = "$3" ] || {
		printf 'got:\n%s\nwanted:\n%s\n' "$2" "$3" >&2
		fail "$1"
	}
	proven=$((proven + 1))
}

within() {
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# Not by a pipe into grep -q: with pipefail, who writes to it may fail.
is_sanitized() {
	[[ $(ldd "$CSS") =~ lib(a|t|ub)san ]]
}

listens() { # ADDR PORT
	(exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# ---- processes -----------------------------------------------------------------

background() {
	local name=$1

	shift
	"$@" >"$T/$name.log" 2>&1 </dev/null &
	pid[$name]=$!
}

end() { # NAME [SIGNAL]
	kill -"${2:-TERM}" "${pid[$1]}" 2>/dev/null
	wait "${pid[$1]}" 2>/dev/null
	unset "pid[$1]"
}

# ---- the switch ----------------------------------------------------------------

# Starts it and reads its ready line; the exit status goes to $switch_rc when it
# ends instead.
switch_try() {
	local line= fifo=$T/ready.$RANDOM

	mkfifo "$fifo"
	"$CSS" run --disk "$DISK" --telnet off --ready-fd 9 "$@" 9>"$fifo" \
		</dev/null >"$T/switch.log" 2>&1 &
	pid[switch]=$!
	read -r -t 60 line <"$fifo"
	rm -f "$fifo"
	[ "$line" = ready ] && return 0
	wait "${pid[switch]}"
	switch_rc=$?
	unset "pid[switch]"
	return 1
}

switch_start() {
	switch_try "$@" || fail "the switch does not boot (status $switch_rc)"
}

switch_gone() {
	! kill -0 "${pid[switch]}" 2>/dev/null
}

switch_stop() {
	local p=${pid[switch]}

	kill -TERM "$p"
	within 20 switch_gone || {
		kill -ABRT "$p"
		fail "the switch ignores SIGTERM"
	}
	wait "$p"
	switch_rc=$?
	unset "pid[switch]"
	same "the switch stops with status 0" $switch_rc 0
}

# The session without its prompts and log-in.  Questions are off by `expert`;
# a line that is no command but an answer comes through as it is.
cli() {
	printf '%s\n' admin system expert "$@" exit |
		timeout 60 "$CSS" attach --disk "$DISK" 2>&1 | tr -d '\r' |
		sed -E '/^(User Name:|Password:) *$/d
			/^[A-Za-z0-9._-]+(\([^)]*\))?[#>] *$/d'
}

cli_ok() {
	local answer

	answer=$(cli "$@")
	lacks "the lines are accepted: $1 ..." "$answer" '^%%'
	[ -z "$answer" ] || printf '%s\n' "$answer"
}

service_is() { # NAME STATE
	cli "show service summary" | grep -E "^$1 +$2( |\$)" >/dev/null
}

wait_service() { # NAME STATE [SECONDS]
	within "${3:-20}" service_is "$1" "$2" || {
		cli "show service summary" >&2
		fail "service $1 does not become $2"
	}
	proven=$((proven + 1))
}

# ---- nginx -----------------------------------------------------------------------

# For its http block: where it may write, as it insists on.
nginx_temp() { # FOLDER
	printf '\t%s_temp_path %s;\n' client_body "$1" proxy "$1" \
		fastcgi "$1" uwsgi "$1" scgi "$1"
}

# ---- TLS material ----------------------------------------------------------------

# shellcheck source=examples/federation/ca.sh
. "$ROOT/examples/federation/ca.sh"

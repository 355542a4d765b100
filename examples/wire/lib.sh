# shellcheck shell=bash
# What the topologies share: hosts in network namespaces, cables to the ports of a
# switch, and traffic that either comes back or fails.  Sourced:
#
#	topology NAME "$@"	takes the options, builds, cleans up at the end
#	host, segment, host_on, on	the laboratory: see net.sh
#	background NAME COMMAND...	runs there until the end; $! goes to pid
#	web NAME ADDR PORT	a server that tells its name and who asked
#	switch_start FILE	boots the switch, wired as above, with this
#				configuration
#	cli LINE...		types lines, prints what they answer
#	step "SENTENCE"		a headline
#	good "SENTENCE" COMMAND...	must succeed; what it prints is shown
#	bad "SENTENCE" COMMAND...	must not
#	says "SENTENCE" TEXT COMMAND...	must print TEXT (grep -E)
#	slow NAME URL		begins a slow download
#	topology_end		what happened; the console; status

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
python=/usr/bin/python3
declare -A pid=()
failed='' once='' keep='' install=1 build='' verbose=''
# shellcheck source=examples/wire/net.sh
. "$here/net.sh"

usage() {
	cat <<-END
		usage: examples/wire/$topology [options]
		  --once        leave when done; status 0 only if all traffic came back
		  --keep        leave everything running until Ctrl-C, without a console
		  --verbose     also show what each host's own tools print
		  --no-install  install nothing
		  --build DIR   use the program built in DIR instead of building
	END
}

die() {
	printf '%s: %s\n' "$topology" "$*" >&2
	exit 1
}

step() {
	printf '\n== %s\n' "$*"
}

within() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

cleanup() {
	local rc=$?

	trap - EXIT
	[ $rc = 0 ] || tail -n 40 "$work/switch.log" 2>/dev/null >&2
	[ ${#pid[@]} = 0 ] || kill "${pid[@]}" 2>/dev/null
	spaces_end
	rm -rf "$work"
	exit $rc
}

build_program() {
	[ -z "$install" ] || {
		# shellcheck source=tests/lib/packages.sh
		. "$root/tests/lib/packages.sh"
		need_wire || exit 1
	}
	if [ -z "$build" ]; then
		step "Building"
		build=$root/build
		{ cmake -S "$root" -B "$build" -G Ninja &&
			cmake --build "$build" --target css11500; } \
			>"$work/build.log" 2>&1 ||
			die "the build failed: $(tail -n 20 "$work/build.log")"
	fi
	css=$(cd "$build" 2>/dev/null && pwd)/css11500
	[ -x "$css" ] || die "$css is not there; build first"
}

topology() { # NAME OPTION...
	topology=$1
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--once) once=1 ;;
		--keep) keep=1 ;;
		--verbose) verbose=1 ;;
		--no-install) install= ;;
		--build) build=${2-} && shift ;;
		-h | --help) usage && exit 0 ;;
		*) usage >&2 && exit 2 ;;
		esac
		shift
	done
	[ "$(id -u)" = 0 ] || die "it makes network namespaces: run it as root"
	work=$(mktemp -d "${TMPDIR:-/tmp}/$topology.XXXXXX") || exit 1
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	build_program
	space switch
}

background() { # NAME COMMAND...
	ip netns exec "css-$topology-$1" "${@:2}" </dev/null \
		>>"$work/$1.log" 2>&1 &
	pid[$1-$!]=$!
}

listens() { # NAME ADDR PORT
	on "$1" bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null
}

web() { # NAME ADDR PORT
	background "$1" "$python" "$here/web.py" "$1" "$2" "$3"
	within 10 listens "$1" "$2" "$3" || die "no web server at $1"
}

# ---- the switch -----------------------------------------------------------------

switch_start() { # FILE
	local line=

	step "A CSS 11503 with these ports: ${ports[*]/--port/}"
	mkfifo "$work/ready"
	ip netns exec "css-$topology-switch" "$css" run --disk "$work/disk" \
		--chassis 11503 --attach wire "${ports[@]}" --telnet off \
		--startup "$1" --ready-fd 9 9>"$work/ready" </dev/null \
		>"$work/switch.log" 2>&1 &
	pid[switch]=$!
	read -r -t 60 line <"$work/ready"
	[ "$line" = ready ] || die "the switch does not boot"
	cli "show startup-errors" | grep -E '%%' && die "a line of $1 is refused"
	within 30 all_alive ||
		die "not every service is alive: $(cli "show service summary")"
}

# The answers, without prompts.
cli() {
	printf '%s\n' admin system "terminal length 65535" "$@" exit |
		timeout 60 "$css" attach --disk "$work/disk" 2>&1 |
		tr -d '\r' | sed -E '/^(User Name:|Password:) *$/d
			/^[A-Za-z0-9._-]+(\([^)]*\))?[#>] *$/d'
}

all_alive() {
	! cli "show service summary" | grep -qE ' (Down|Dying|Suspended) '
}

# ---- the traffic ----------------------------------------------------------------

result() { # STATUS SENTENCE FILE
	if [ "$1" = 0 ]; then
		printf '   ok: %s\n' "$2"
		[ -z "$verbose" ] || sed 's/^/       /' "$3"
	else
		printf '** FAILED: %s\n' "$2"
		tail -n 12 "$3" | sed 's/^/       /'
		failed=1
	fi
}

good() {
	local rc=0

	"${@:2}" >"$work/said" 2>&1 || rc=$?
	result $rc "$1" "$work/said"
}

bad() {
	local rc=0

	! "${@:2}" >"$work/said" 2>&1 || rc=1
	result $rc "$1" "$work/said"
}

says() {
	local rc=0

	"${@:3}" >"$work/said" 2>&1
	grep -Eq -- "$2" "$work/said" || rc=1
	result $rc "$1" "$work/said"
}

# A download that is still under way at the end.
slow() { # NAME URL
	background "$1" curl -sS --limit-rate 20k -o /dev/null "$2"
	sleep 1
}

topology_end() {
	local line

	step "What the switch says"
	for line in "show service summary" "show rule-summary" "show flows" \
		"show arp"; do
		printf '\n$ %s\n' "$line"
		cli "$line"
	done
	if [ -n "$failed" ]; then
		step "Not everything went well; the end of the switch's log:"
		cli "show log" | tail -n 20
	else
		step "All traffic came back"
	fi
	if [ -z "$once" ]; then
		printf '\nHosts:'
		printf ' %s' "${namespaces[@]}"
		printf '\nJoin one from another terminal: ip netns exec %s bash\n' \
			"${namespaces[1]}"
		if [ -n "$keep" ]; then
			printf 'The console: %s attach --disk %s/disk\n' "$css" \
				"$work"
			printf 'Ctrl-C ends everything.\n'
			wait "${pid[switch]}"
		else
			printf 'The console of the switch (user admin, password'
			printf ' system); exit ends everything.\n'
			"$css" attach --disk "$work/disk"
		fi
	fi
	[ -z "$failed" ]
}

#!/bin/bash
# SIGKILL while keys come into the SSL store and go: every file that is there is
# whole and opens.
# labels: slow
# timeout: 120
. "$(dirname "$0")/lib.sh"

kills=200
! is_sanitized || kills=25
ok "the store is always readable ($kills kills)" \
	"$PYTHON" -B "$ROOT/tests/e2e/killstore.py" "$CSS" "$DISK" $kills 42
lacks "nothing of it was found damaged" \
	"$(cat "$DISK"/log/* 2>/dev/null)" 'cannot be read|\.bad'
ok "no temporary file is left" \
	[ -z "$(find "$DISK" -name '*.tmp*' -o -name '.*tmp*')" ]

#!/bin/bash
# A node dies under load; messages go on to the other, and back after it returns.
# labels: traffic slow
# timeout: 150
. "$(dirname "$0")/lib.sh"

ok "no message is lost" \
	"$ROOT/examples/federation/run" --once --no-install --build "$BUILD" \
	--kill-node

#!/bin/bash
# SIP over TLS between firewall and nodes (kamailio), --tls modern.
# labels: traffic slow
# timeout: 120
. "$(dirname "$0")/lib.sh"

ok "every message comes back, unchanged" \
	"$ROOT/examples/federation/run" --once --no-install --build "$BUILD" \
	--tls modern --kamailio --no-firewall

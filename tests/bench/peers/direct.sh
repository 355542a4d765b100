# shellcheck shell=bash disable=SC2034
# No proxy: lg's client side talks to lg's back end.  The figure is lg's own, per
# CPU second of lg: what two ends of a connection cost without anyone between.
PEER_DIRECT=1 PEER_SKIP="bulkterm term13 mem"
peer_version() { echo "no proxy; $(openssl version)"; }
peer_start() { :; }

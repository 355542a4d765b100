# shellcheck shell=bash disable=SC2034
# stunnel: one service either ends TLS or begins it, so there are two processes
# with clear loopback between them, as with hitch.
PEER_SKIP="tcpcps tcpbulk tcpmsg httpcps httpmsg insert many"
STUNNEL_MID_RSA=7101 STUNNEL_MID_EC=7102
peer_version() {
	stunnel -version 2>&1 | sed -n 's/^\(stunnel [0-9.]*\).*/\1/p'
}

stunnel_common() {
	cat <<-CFG
	foreground = yes
	pid =
	debug = 0
	socket = l:TCP_NODELAY=1
	socket = r:TCP_NODELAY=1
	sessionCacheSize = 10000
	TIMEOUTclose = 0
	CFG
}

stunnel_service() { # NAME ACCEPT CONNECT LINE
	printf '[%s]\naccept = %s\nconnect = %s\n%s\n' "$1" \
		"$FRONT_HOST:$2" "$BACK_HOST:$3" "$4"
}

peer_start() {
	{
		stunnel_common
		stunnel_service rsa "$F_RSA" $STUNNEL_MID_RSA "cert = $CERT_RSA"
		stunnel_service ec "$F_EC" $STUNNEL_MID_EC "cert = $CERT_EC"
		stunnel_service term "$F_TERM" "$B_CLEAR" "cert = $CERT_EC"
	} >"$W/server.conf"
	{
		stunnel_common
		stunnel_service rsa $STUNNEL_MID_RSA "$B_RSA" "client = yes"
		stunnel_service ec $STUNNEL_MID_EC "$B_EC" "client = yes"
	} >"$W/client.conf"
	spawn stunnel "$W/server.conf"
	spawn stunnel "$W/client.conf"
	wait_port $STUNNEL_MID_RSA && wait_port $STUNNEL_MID_EC
}

# shellcheck shell=bash disable=SC2034
# hitch ends TLS and no more.  To encrypt again takes a second hitch in client
# mode: a connection crosses two processes and, between them, clear loopback.
PEER_SKIP="tcpcps tcpbulk tcpmsg httpcps httpmsg insert many"
HITCH_MID_RSA=7001 HITCH_MID_EC=7002
peer_version() { hitch --version; }

hitch_spawn() { # NAME FRONT-PORT BACK-PORT PEM [OPTION]
	cat >"$W/$1.conf" <<-CFG
	frontend = "[$FRONT_HOST]:$2"
	backend = "[$BACK_HOST]:$3"
	workers = 1
	user = "nobody"
	backlog = 4096
	log-level = 0
	ocsp-dir = ""
	tls-protos = TLSv1.2 TLSv1.3
	ciphers = "ECDHE+AESGCM"
	pem-file = "$4"
	CFG
	spawn hitch ${5:+"$5"} --config="$W/$1.conf"
}

peer_start() {
	hitch_spawn s1 "$F_RSA" $HITCH_MID_RSA "$CERT_RSA"
	hitch_spawn s2 "$F_EC" $HITCH_MID_EC "$CERT_EC"
	hitch_spawn s3 "$F_TERM" "$B_CLEAR" "$CERT_EC"
	hitch_spawn c1 $HITCH_MID_RSA "$B_RSA" "$CERT_RSA" --client
	hitch_spawn c2 $HITCH_MID_EC "$B_EC" "$CERT_EC" --client
	wait_port $HITCH_MID_RSA && wait_port $HITCH_MID_EC
}

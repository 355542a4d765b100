# shellcheck shell=bash
# Sourced after lib.sh: TLS to a VIP, TLS to two SIP nodes behind it.
#
#	sip_material		CAs and certificates in $T
#	sip_config [SLOT]	prints the configuration
#	sip_node N		starts node impN

SIP_VIP=127.10.10.50

sip_material() {
	ca_new lb && ca_issue lb lb imp-lb.example.com && ca_new imp &&
		ca_issue imp1 imp imp1.im.example.com &&
		ca_issue imp2 imp imp2.im.example.com || fail "openssl"
	mv lb.key lb-key.pem
	mv lb.pem lb-cert.pem
}

sip_import=(--import-ssl lb-cert.pem --import-ssl lb-key.pem)

sip_node() {
	background "imp$1" "$PEERS/sipnode" --name "imp$1" \
		--listen "127.10.20.1$1:5061" --cert "$T/imp$1.pem" \
		--key "$T/imp$1.key" --log "$T/imp$1.seen"
	within 10 listens "127.10.20.1$1" 5061 || fail "node $1 does not start"
}

sip_backend() { # NUMBER
	cat <<-END
		backend-server 1$1
		backend-server 1$1 ip address 10.10.20.1$1
		backend-server 1$1 port 5060
		backend-server 1$1 server-ip 10.10.20.1$1
		backend-server 1$1 server-port 5061
		backend-server 1$1 cipher rsa-with-aes-256-cbc-sha
	END
}

sip_service() { # NUMBER
	cat <<-END
		service imp$1
		ip address 10.10.20.1$1
		protocol tcp
		port 5060
		type ssl-accel-backend
		add ssl-proxy-list sip_tls
		keepalive type tcp
		keepalive port 5061
		keepalive frequency 2
		keepalive retryperiod 2
		active
	END
}

sip_config() {
	cat <<-END
		ssl associate cert lbcert lb-cert.pem
		ssl associate rsakey lbkey lb-key.pem
		ssl-proxy-list sip_tls
		ssl-server 61
		ssl-server 61 vip address 10.10.10.50
		ssl-server 61 port 5061
		ssl-server 61 rsacert lbcert
		ssl-server 61 rsakey lbkey
		ssl-server 61 cipher rsa-with-aes-128-cbc-sha 10.10.10.51 5060
		ssl-server 61 ssl-queue-delay 0
		$(sip_backend 1)
		$(sip_backend 2)
		active
		service ssl_module
		type ssl-accel
		slot ${1:-2}
		keepalive type none
		add ssl-proxy-list sip_tls
		active
		$(sip_service 1)
		$(sip_service 2)
		owner sip
		content clear
		vip address 10.10.10.51
		protocol tcp
		port 5060
		add service imp1
		add service imp2
		active
		content tls
		vip address 10.10.10.50
		protocol tcp
		port 5061
		add service ssl_module
		active
	END
}

sip_client() {
	"$PEERS/sipclient" --to $SIP_VIP:5061 --name imp-lb.example.com \
		--ca "$T/lb-ca.pem" "$@"
}

# shellcheck shell=bash
# HAProxy, one thread: TCP mode, and HTTP mode for the work that needs it.
peer_version() { haproxy -v | head -n 1; }

haproxy_listen() { # NAME FRONT-OPTIONS SERVER-OPTIONS [LINE]
	printf 'listen %s\n  bind %s\n  server s %s\n  %s\n' "$1" \
		"$FRONT_HOST:$2" "$BACK_HOST:$3" "${4:-}"
}

haproxy_insert() {
	cat <<-CFG
	listen insert
	  mode http
	  http-reuse never
	  bind $FRONT_HOST:$F_INSERT ssl crt $CERT_EC
	  http-request set-header Session-ID %[ssl_fc_session_id,hex]
	  http-request set-header Session-Cipher-Name %[ssl_fc_cipher]
	  http-request set-header Session-Cipher-Key-Size %[ssl_fc_alg_keysize]
	  http-request set-header Session-Cipher-Use-Size %[ssl_fc_use_keysize]
	  http-request set-header Session-Protocol-Version %[ssl_fc_protocol]
	  http-request set-header Session-Step-Up NO
	  http-request set-header Session-Verify-Result %[ssl_c_verify]
	  server s $BACK_HOST:$B_CLEAR
	CFG
}

haproxy_many() {
	local n
	for n in $(seq 0 $((MANY - 1))); do
		haproxy_listen "m$n" "$((F_MANY + n)) ssl crt $CERT_EC" "$B_CLEAR"
	done
}

haproxy_http() {
	cat <<-CFG
	frontend http
	  mode http
	  bind $FRONT_HOST:$F_HTTP
	  use_backend web if { path_beg / }
	backend web
	  mode http
	  http-reuse never
	  cookie srv
	CFG
	for n in 1 2 3 4; do
		echo "  server web$n $BACK_HOST:$B_CLEAR cookie s$n"
	done
}

peer_start() {
	local buffers='' splice=''
	case $WORKLOAD in
	bulk | bulkterm) buffers="tune.bufsize 65536" ;;
	tcpbulk) splice="option splice-response" ;;
	esac
	{
		cat <<-CFG
		global
		  nbthread 1
		  maxconn $([ "$WORKLOAD" = many ] && echo 4000 || echo 9500)
		  maxpipes 100
		  no-memory-trimming
		  ssl-server-verify none
		  ssl-default-bind-options ssl-min-ver TLSv1.2
		  ssl-default-server-options ssl-min-ver TLSv1.2
		  $buffers
		defaults
		  mode tcp
		  timeout connect 5s
		  timeout client 120s
		  timeout server 120s
		CFG
		haproxy_listen rsa "$F_RSA ssl crt $CERT_RSA" "$B_RSA ssl"
		haproxy_listen ec "$F_EC ssl crt $CERT_EC" "$B_EC ssl"
		haproxy_listen term "$F_TERM ssl crt $CERT_EC" "$B_CLEAR"
		haproxy_listen tcp "$F_TCP" "$B_CLEAR" "$splice"
		haproxy_http
		haproxy_insert
		[ "$WORKLOAD" != many ] || haproxy_many
	} >"$W/haproxy.cfg"
	spawn haproxy -db -q -f "$W/haproxy.cfg"
}

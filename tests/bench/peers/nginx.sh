# shellcheck shell=bash
# nginx, one worker: its stream module, and its http module for the work that
# needs it.  Connections to servers are kept where clients keep theirs.
peer_version() { nginx -v 2>&1; }

nginx_server() { # PORT BACK-END-PORT on|off(TLS to the back end) [CERTIFICATE]
	printf '  server {\n    listen %s;\n' \
		"$FRONT_HOST:$1 ${4:+ssl} backlog=4096"
	printf '    %s;\n' "proxy_pass $BACK_HOST:$2" "proxy_ssl $3" \
		${4:+"ssl_certificate $4" "ssl_certificate_key $4"}
	printf '  }\n'
}

nginx_many() {
	local n
	for n in $(seq 0 $((MANY - 1))); do
		nginx_server $((F_MANY + n)) "$B_CLEAR" off "$CERT_EC"
	done
}

nginx_http() {
	local keep='' close='proxy_set_header Connection close;'
	case $WORKLOAD in
	*msg | insert) keep='keepalive 400; keepalive_requests 100000000;'
		close='proxy_set_header Connection "";' ;;
	esac
	cat <<-CFG
	http {
	  access_log off;
	  server_tokens off;
	  keepalive_requests 100000000;
	  tcp_nodelay on;
	  proxy_http_version 1.1;
	  proxy_set_header Host \$http_host;
	  $close
	CFG
	for n in 1 2 3 4; do
		echo "  upstream s$n { server $BACK_HOST:$B_CLEAR; $keep }"
	done
	cat <<-CFG
	  map \$cookie_srv \$web { s1 s1; s2 s2; s3 s3; s4 s4; }
	  server {
	    listen $FRONT_HOST:$F_HTTP backlog=4096;
	    location / { proxy_pass http://\$web; }
	  }
	  upstream clear { server $BACK_HOST:$B_CLEAR; $keep }
	  server {
	    listen $FRONT_HOST:$F_INSERT ssl backlog=4096;
	    ssl_certificate $CERT_EC;
	    ssl_certificate_key $CERT_EC;
	    ssl_protocols TLSv1.2 TLSv1.3;
	    proxy_set_header Session-ID \$ssl_session_id;
	    proxy_set_header Session-Cipher-Name \$ssl_cipher;
	    proxy_set_header Session-Cipher-Key-Size 128;
	    proxy_set_header Session-Cipher-Use-Size 128;
	    proxy_set_header Session-Protocol-Version \$ssl_protocol;
	    proxy_set_header Session-Step-Up NO;
	    proxy_set_header Session-Verify-Result \$ssl_client_verify;
	    proxy_set_header Host \$http_host;
	    $close
	    location / { proxy_pass http://clear; }
	  }
	}
	CFG
}

peer_start() {
	local buffer=16k
	case $WORKLOAD in *bulk*) buffer=64k ;; esac
	{
		cat <<-CFG
		load_module /usr/lib/nginx/modules/ngx_stream_module.so;
		daemon off;
		worker_processes 1;
		user root;
		error_log stderr crit;
		pid $W/nginx.pid;
		events { worker_connections 19000; multi_accept on; }
		stream {
		  ssl_protocols TLSv1.2 TLSv1.3;
		  ssl_session_cache shared:c:50m;
		  ssl_session_tickets on;
		  proxy_ssl_protocols TLSv1.2 TLSv1.3;
		  proxy_ssl_session_reuse on;
		  proxy_buffer_size $buffer;
		  tcp_nodelay on;
		CFG
		nginx_server "$F_RSA" "$B_RSA" on "$CERT_RSA"
		nginx_server "$F_EC" "$B_EC" on "$CERT_EC"
		nginx_server "$F_TERM" "$B_CLEAR" off "$CERT_EC"
		nginx_server "$F_TCP" "$B_CLEAR" off
		[ "$WORKLOAD" != many ] || nginx_many
		echo "}"
		nginx_http
	} >"$W/nginx.conf"
	spawn nginx -p "$W" -c "$W/nginx.conf"
}

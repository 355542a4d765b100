# shellcheck shell=bash
# nginx with its stream module, one worker.
peer_version() { nginx -v 2>&1; }

nginx_server() { # PORT BACK-END-PORT on|off(TLS to the back end) [CERTIFICATE]
	cat <<-CFG
	  server {
	    listen $FRONT_HOST:$1 ${4:+ssl} backlog=4096;
	    proxy_pass $BACK_HOST:$2;
	    proxy_ssl $3;
	    ${4:+ssl_certificate $4; ssl_certificate_key $4;}
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
		echo "}"
	} >"$W/nginx.conf"
	spawn nginx -p "$W" -c "$W/nginx.conf"
}

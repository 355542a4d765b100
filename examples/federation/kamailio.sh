# shellcheck shell=bash
# Kamailio in an IM and Presence node's place.  Sourced.
#
#   kamailio_config FILE NAME ADDRESS PROFILE FOLDER
#
# Writes FILE and FILE.tls: TLS on ADDRESS:5061, and on ADDRESS:5062 with a
# demanded client certificate; certificate NAME.pem, NAME.key and the trusted
# lb-root-ca.pem are found in FOLDER.  Each request is answered without state;
# the answer tells the MD5 of the request's bytes as they came in.

kamailio_config() {
	local file=$1 name=$2 addr=$3 method=TLSv1.2+ suites= folder=$5
	local options="certificate = $folder/$name.pem
private_key = $folder/$name.key"

	if [ "$4" = faithful ]; then
		method=TLSv1
		suites="cipher_list = AES256-SHA:AES128-SHA:@SECLEVEL=0"
	fi
	cat >"$file.tls" <<-END
		[server:default]
		method = $method
		verify_certificate = no
		require_certificate = no
		$options
		$suites

		[server:$addr:5062]
		method = $method
		verify_certificate = yes
		require_certificate = yes
		verify_depth = 4
		ca_list = $folder/lb-root-ca.pem
		$options
		$suites

		[client:default]
		verify_certificate = no
		require_certificate = no
	END
	cat >"$file" <<-END
		#!KAMAILIO
		debug=2
		log_stderror=yes
		children=1
		tcp_children=2
		auto_aliases=no
		dns=no
		rev_dns=no
		enable_tls=yes
		tcp_connection_lifetime=3600
		tcp_rd_buf_size=65536
		tcp_async=yes
		tcp_wq_max=33554432
		server_signature=yes
		server_header="Server: $name"
		listen=tls:$addr:5061
		listen=tls:$addr:5062
		loadmodule "sl.so"
		loadmodule "pv.so"
		loadmodule "xlog.so"
		loadmodule "textops.so"
		loadmodule "tls.so"
		modparam("tls", "config", "$file.tls")
		request_route {
			xlog("L_WARN", "seen \$ci \$(mb{s.md5}) on \$Rp by \$tls_version with \$tls_peer_subject_cn\n");
			append_to_reply("X-Request-MD5: \$(mb{s.md5})\r\n");
			sl_send_reply("200", "OK");
		}
	END
}

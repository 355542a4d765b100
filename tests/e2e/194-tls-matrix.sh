#!/bin/bash
# Clients that nobody here wrote, versions, suites, kinds of key, resumption and
# client certificates: each row of tls-matrix.tsv is one handshake (front), and
# servers that nobody here wrote for the other side (back).
# labels: traffic slow
# timeout: 600
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/ssl.sh"

ca_new x && ca_new y && ca_issue web x www.example.com &&
	ca_issue good x good.example && ca_issue stranger y stranger.example ||
	fail "openssl"
ca_key expired.key
openssl req -new -key expired.key -subj /CN=expired -out expired.csr
openssl x509 -req -in expired.csr -CA x-ca.pem -CAkey x-ca.key -days -1 \
	-out expired.pem 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
openssl req -new -key ec.key -subj "/O=Example/CN=www.example.com" -out ec.csr
ca_sign ec x ec.csr www.example.com
mkdir nss && certutil -N -d nss --empty-password
certutil -A -d nss -n x -t C,, -i x-ca.pem || fail "certutil"
mirror

ec=("vip address 10.10.5.49" "rsacert ec" "rsakey ec")
cat >startup <<END
ssl associate cert c web.pem
ssl associate rsakey k web.key
ssl associate cert ec ec.pem
ssl associate rsakey ec ec.key
ssl associate cert ca x-ca.pem
ssl associate cert other y-ca.pem
ssl associate cert goodc good.pem
ssl associate rsakey goodk good.key
ssl-proxy-list l
$(ssl_entry 1 443)
$(ssl_entry 2 443 "${ec[@]}")
$(ssl_entry 3 8443 "cacert ca" "authentication enable")
$(ssl_entry 4 9443 "session-cache 0")
$(while IFS=$'\t' read -r n lines _; do
	[ "${n#\#}" = "$n" ] || continue
	printf 'backend-server %s\n' "$n"
	printf "backend-server $n %s\n" "ip address 10.10.6.$n" \
		"server-ip 10.10.7.1" "server-port $((7000 + n))" \
		"type initiation"
	printf '%s\n' "$lines" | tr ';' '\n' | sed "s/^ */backend-server $n /"
done <"$ROOT/tests/e2e/tls-servers.tsv")
$(ssl_config 443 8443 9443)
content ec
vip address 10.10.5.49
protocol tcp
port 443
add service module
active
exit
$(while IFS=$'\t' read -r n _; do
	[ "${n#\#}" = "$n" ] || continue
	printf '%s\n' "service out$n" "type ssl-init" "slot 2" \
		"ip address 10.10.6.$n" "protocol tcp" "port 80" \
		"keepalive type none" "add ssl-proxy-list l" active
done <"$ROOT/tests/e2e/tls-servers.tsv")
owner outward
$(while IFS=$'\t' read -r n _; do
	[ "${n#\#}" = "$n" ] || continue
	printf '%s\n' "content out$n" "vip address 10.10.8.$n" "protocol tcp" \
		"port 80" "add service out$n" active
done <"$ROOT/tests/e2e/tls-servers.tsv")
END
for f in {web,ec,good}.{pem,key} {x,y}-ca.pem; do
	import+=(--import-ssl $f)
done
ssl_start --workers 2

ask='GET /20000 HTTP/1.0\r\n\r\n'
with() { # CERTIFICATE CERT-OPTION KEY-OPTION
	[ "$1" = - ] || printf '%s\n' "$2" "$1.pem" "$3" "$1.key"
}
run_openssl() { # HOST PORT CERTIFICATE OPTION...
	printf "$ask" | timeout 15 openssl s_client -connect "$1:$2" -ign_eof \
		-CAfile x-ca.pem $(with "$3" -cert -key) "${@:4}" 2>&1
}
run_gnutls() {
	printf "$ask" | timeout 15 gnutls-cli --x509cafile x-ca.pem -p "$2" \
		--verify-hostname www.example.com "$1" --priority "$4" \
		$(with "$3" --x509certfile --x509keyfile) "${@:5}" 2>&1
}
run_curl() {
	curl -sSv -0 --max-time 15 --cacert x-ca.pem \
		--resolve "www.example.com:$2:$1" $(with "$3" --cert --key) \
		"${@:4}" "https://www.example.com:$2/20000" 2>&1
}
run_nss() {
	printf "$ask" | timeout 15 tstclnt -h "$1" -a www.example.com -p "$2" \
		-d nss -o -v "${@:4}" 2>&1
}
body() { # TEXT: how many bytes of body are in it
	grep -a -o 'x\{200,\}' <<<"$1" | tr -d '\n' | wc -c
}
declare -A nssversion=([tls1.3]='version 3.4' [tls1.2]='version 3.3')
resumes_openssl() {
	run_openssl "$@" -sess_out session >/dev/null
	run_openssl "$@" -sess_in session | grep -a -c '^Reused, '
}
resumes_gnutls() {
	run_gnutls "$@" -r | grep -a -c 'This is a resumed session'
}

handshake() { # CLIENT KEY PORT OPTIONS VERSION SUITE RESUMES CERTIFICATE WANTED
	local o host=$vip name="$1, $2 key, $4, certificate $8" opts n

	[ "$2" = rsa ] || host=127.10.5.49
	read -ra opts <<<"$4"
	o=$("run_$1" "$host" "$3" "$8" "${opts[@]}" | tr -d '\0')
	case $9 in
	*[!0-9]*)
		same "$name: no byte" "$(body "$o")" 0
		has "$name: refused" "$o" "$9"
		return ;;
	esac
	same "$name: the bytes" "$(body "$o")" "$9"
	has "$name: the version" "$o" "${nssversion[$5]:-$5}"
	has "$name: the suite" "$o" "$6"
	case $7 in
	yes | no)
		n=$("resumes_$1" "$host" "$3" "$8" "${opts[@]}")
		same "$name: resumption" "$n" "$([ "$7" = no ] && echo 0 || echo 1)"
		;;
	esac
}
rows=0
while IFS=$'\t' read -r -u 4 -a row; do
	case ${row[0]} in \#*) continue ;; esac
	handshake "${row[@]}"
	rows=$((rows + 1))
done 4<"$ROOT/tests/e2e/tls-matrix.tsv"
ok "all rows were there" [ $rows -ge 40 ]
same "nothing is left open" "$(cli "show ssl flows" | awk '$2 ~ /443/ { n += $3 }
	END { print n }')" 0

# ---- towards servers -------------------------------------------------------------

page() { # NUMBER: what the server says about the connection
	curl -sS --max-time 15 "http://127.10.8.$1/" 2>&1
}
reused() {
	grep -q '^Reused, ' <<<"$(page "$1")"
}
while IFS=$'\t' read -r -u 4 n lines opts version suite resumes wanted; do
	case $n in \#*) continue ;; esac
	name="server $n, $lines, $opts"
	read -ra opts <<<"$opts"
	background "s$n" openssl s_server -accept 127.10.7.1:$((7000 + n)) \
		-cert web.pem -key web.key -www "${opts[@]}"
	within 10 listens 127.10.7.1 $((7000 + n)) || fail "server $n"
	before=$(count "Server certificates refused")
	o=$(page "$n")
	case $wanted in
	served)
		has "$name: an answer" "$o" '^</pre></BODY></HTML>'
		has "$name: a new session, and the suite" "$o" \
			"^New, .*Cipher is ($suite)\$"
		has "$name: the version" "$o" "^ *Protocol *: $version\$"
		# each worker has its own sessions
		[ "$resumes" != yes ] ||
			ok "$name: it resumes" within 10 reused "$n"
		[ "$resumes" != no ] || for _ in 1 2 3 4; do
			has "$name: it does not resume" "$(page "$n")" '^New, '
		done
		;;
	*)
		lacks "$name: no answer" "$o" 'Cipher is'
		same "$name: server certificates refused" \
			"$(count "Server certificates refused")" \
			$((before + $([ "$wanted" = distrusted ] && echo 1 || echo 0)))
		;;
	esac
	[ "$n" != 10 ] || has "$name: the server sees our certificate" "$o" \
		'CN *= *good.example'
	end "s$n"
done 4<"$ROOT/tests/e2e/tls-servers.tsv"

# Bytes, both ways, of a server of another library.
background big gnutls-serv --echo -q -p 7001 --x509certfile web.pem \
	--x509keyfile web.key
within 10 listens 127.10.7.1 7001 || fail "gnutls-serv"
seq 1 60000 >lines
same "what GnuTLS' server echoes comes back whole" \
	"$({ cat lines; sleep 3; } | timeout 20 curl -sN telnet://127.10.8.1:80 |
		sha256sum)" "$(sha256sum <lines)"
switch_stop

#!/bin/bash
# Clients that nobody here wrote, versions, suites, kinds of key, resumption and
# client certificates: each row of tls-matrix.tsv is one handshake (front), and
# servers that nobody here wrote for the other side (back).  Java's rows are for
# machines that have a JDK, which the tests do not install.
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

# Java: its own key and request, our certificate, and a store of all of it, which
# the switch reads as it is.
java=no
java_entry=()
if command -v javac >/dev/null && command -v keytool >/dev/null; then
	java=yes
	# what it may do is up to the switch here, not to its own policy
	printf '%s\n' jdk.tls.disabledAlgorithms= >java.policy
	javac -d java "$ROOT/tests/e2e/TlsPeer.java" 2>javac.log || fail "javac"
	tool() {
		keytool -storetype PKCS12 -storepass javapass -noprompt "$@" \
			>>keytool.log 2>&1 || fail "keytool $1"
	}
	tool -genkeypair -keystore java.p12 -alias java -keyalg RSA \
		-keysize 3072 -dname "CN=www.example.com, O=Example"
	tool -certreq -keystore java.p12 -alias java -file java.csr
	ca_sign java x java.csr www.example.com
	tool -importcert -keystore java.p12 -alias x -file x-ca.pem
	cat java.pem x-ca.pem >java-chain.pem
	tool -importcert -keystore java.p12 -alias java -file java-chain.pem
	tool -importcert -keystore trust.p12 -alias x -file x-ca.pem
	for c in good web; do
		openssl pkcs12 -export -in $c.pem -inkey $c.key -certfile x-ca.pem \
			-passout pass:javapass -out $c.p12
	done
	echo javapass >javapass
	java_entry=("ssl associate cert javac java.p12"
		"ssl associate rsakey javak java.p12")
else
	echo "Java: skipped, no javac and keytool here"
fi

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
$(printf '%s\n' "${java_entry[@]}")
ssl-proxy-list l
$(ssl_entry 1 443)
$(ssl_entry 2 443 "${ec[@]}")
$(ssl_entry 3 8443 "cacert ca" "authentication enable")
$(ssl_entry 4 9443 "session-cache 0")
$([ $java = no ] || ssl_entry 5 5443 "rsacert javac" "rsakey javak")
$(while IFS=$'\t' read -r n lines _; do
	[ "${n#\#}" = "$n" ] || continue
	printf 'backend-server %s\n' "$n"
	printf "backend-server $n %s\n" "ip address 10.10.6.$n" \
		"server-ip 10.10.7.1" "server-port $((7000 + n))" \
		"type initiation"
	printf '%s\n' "$lines" | tr ';' '\n' | sed "s/^ */backend-server $n /"
done <"$ROOT/tests/e2e/tls-servers.tsv")
$(ssl_config 443 8443 9443 5443)
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
[ $java = no ] || import+=(--import-ssl java.p12:javapass)
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
peer() { # ARGUMENT...
	timeout 30 java -XX:TieredStopAtLevel=1 -Djava.security.properties=java.policy -cp java TlsPeer \
		"$@" 2>&1
}
run_java() { # ... VERSION [SUITE [COUNT]]
	local own=-

	[ "$3" = - ] || own=$3.p12
	peer client "$1" "$2" www.example.com /20000 $own trust.p12 "${@:4}"
}
resumes_java() {
	run_java "$1" "$2" "$3" "$4" "${5:--}" 2 | grep -c '^resumed$'
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
	[ "${row[0]}" != java ] || [ $java = yes ] || continue
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

# Java's server, by the entries of rows 1, 10 and 2 above.
if [ $java = yes ]; then
	java_server() { # PORT ARGUMENT...
		background java timeout 60 java -XX:TieredStopAtLevel=1 -cp java TlsPeer server 127.10.7.1 \
			"$@"
		within 20 listens 127.10.7.1 "$1" || fail "Java's server"
	}
	java_server 7001 web.p12 - TLSv1.3
	has "Java's server, TLS 1.3" "$(page 1)" \
		'^agreed on TLSv1.3, TLS_AES_(128|256)_GCM_SHA'
	again() { grep -q '^reused$' <<<"$(page 1)"; }
	ok "Java's server: sessions resume" within 10 again
	end java
	java_server 7010 web.p12 trust.p12 TLSv1.2
	o=$(page 10)
	has "Java's server, TLS 1.2" "$o" \
		'^agreed on TLSv1.2, TLS_ECDHE_RSA_WITH_AES_(128|256)_GCM_SHA'
	has "Java's server: it sees our certificate" "$o" '^client CN=good.example'
	end java
	java_server 7002 web.p12 trust.p12 TLSv1.2
	lacks "Java's server: without one we are refused" "$(page 2)" agreed
	end java
fi

# Bytes, both ways, of a server of another library.
background big gnutls-serv --echo -q -p 7001 --x509certfile web.pem \
	--x509keyfile web.key
within 10 listens 127.10.7.1 7001 || fail "gnutls-serv"
seq 1 60000 >lines
same "what GnuTLS' server echoes comes back whole" \
	"$({ cat lines; sleep 3; } | timeout 20 curl -sN telnet://127.10.8.1:80 |
		sha256sum)" "$(sha256sum <lines)"
switch_stop

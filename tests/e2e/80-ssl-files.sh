#!/bin/bash
# Keys, requests and certificates: made here, fetched and sent over real FTP and
# SFTP, in PEM, DER and PKCS#12, with right and with wrong passwords.
# timeout: 180
. "$(dirname "$0")/lib.sh"

ca_new x && ca_issue web x www.example.com || fail "openssl"
mkdir ftp ftp/deep
cp web.pem ftp/cert.pem
cp web.key ftp/key.pem
cat web.pem x-ca.pem >ftp/chain.pem
openssl x509 -in web.pem -outform DER -out ftp/cert.der
openssl rsa -in web.key -outform DER -out ftp/key.der 2>/dev/null
openssl rsa -in web.key -aes128 -passout pass:phrase1 -out ftp/locked.pem \
	2>/dev/null
openssl pkcs12 -export -in web.pem -inkey web.key -certfile x-ca.pem \
	-passout pass:phrase2 -out ftp/both.p12
openssl ecparam -name prime256v1 -genkey -noout -out ftp/ec.pem
cp web.pem ftp/deep/below.pem
echo "not a certificate" >ftp/noise.pem

sftp_server=$ROOT/examples/federation/sftpserver.py
background ftp "$PYTHON" "$ROOT/tests/e2e/ftpserver.py" 127.10.4.98:21 \
	operator secret "$T/ftp"
background sftp "$PYTHON" "$sftp_server" --listen 127.10.4.99:22 \
	--user operator --password secret --root "$T/ftp"
within 10 listens 127.10.4.98 21 || fail "the FTP server does not start"
within 10 listens 127.10.4.99 22 || fail "the SFTP server does not start"

switch_start
cli_ok configure \
	'ftp-record f 10.10.4.98 operator "secret" /' \
	'ftp-record s 10.10.4.99 operator "secret" /' \
	'ftp-record wrong 10.10.4.99 operator "guess" /' \
	'ftp-record wrongf 10.10.4.98 operator "guess" /' \
	'ftp-record nobody 10.10.4.97 operator "secret" /' end
lacks "no password in the running-config" "$(cli "show running-config")" \
	'"secret"'

good() { # LINE...
	has "$1" "$(cli "$1")" 'Completed successfully'
}
bad() { # LINE TEXT
	local answer

	answer=$(cli "$1")
	has "$1" "$answer" "^%% $2"
	lacks "$1: does not claim success" "$answer" 'Completed successfully'
}

for way in ftp\ f sftp\ s; do
	kind=${way% *}
	good "copy ssl $way import cert.pem PEM \"pw1\""
	good "copy ssl $way import key.pem PEM \"pw1\""
	good "copy ssl $way import cert.der DER \"pw1\""
	good "copy ssl $way import key.der DER \"pw1\""
	good "copy ssl $way import chain.pem PEM \"pw1\""
	good "copy ssl $way import locked.pem PEM \"pw1\" \"phrase1\""
	good "copy ssl $way import both.p12 PKCS12 \"pw1\" \"phrase2\""
	good "copy ssl $way import deep/below.pem PEM \"pw1\""
	files=$(cli "show ssl files")
	has "$kind: stored under its last name" "$files" '^below\.pem '
	has "$kind: PEM is told" "$files" '^chain\.pem +PEM '
	has "$kind: DER is told" "$files" '^cert\.der +DER '
	has "$kind: PKCS12 is told" "$files" '^both\.p12 +PKCS12 '
	bad "copy ssl $way import cert.pem PEM \"pw1\"" 'File already exists'
	bad "copy ssl $way import absent.pem PEM \"pw1\"" 'File not found'
	bad "copy ssl $way import noise.pem PEM \"pw1\"" 'Invalid file format'
	lacks "$kind: what failed is not stored" "$(cli "show ssl files")" \
		'^(noise|absent)\.pem'

	cli_ok configure "ssl associate cert c1 cert.pem" \
		"ssl associate rsakey k1 key.pem" \
		"ssl associate cert c2 cert.der" \
		"ssl associate rsakey k2 key.der" \
		"ssl associate cert c3 both.p12" \
		"ssl associate rsakey k3 both.p12" \
		"ssl associate rsakey k4 locked.pem" \
		"ssl associate cert c5 chain.pem" end
	for pair in "c1 k1" "c2 k2" "c3 k3" "c1 k4" "c5 k3"; do
		has "$kind: $pair belong together" \
			"$(cli configure "ssl verify $pair")" \
			"^Certificate ${pair% *} matches key ${pair#* }"
	done
	has "$kind: a certificate is no key" \
		"$(cli configure "ssl associate rsakey k9 cert.pem")" '^%%'
	has "$kind: a key is no certificate" \
		"$(cli configure "ssl associate cert c9 key.pem")" '^%%'
	has "$kind: the certificate is shown" \
		"$(cli "show ssl associate cert c1")" 'CN ?= ?www\.example\.com'
	has "$kind: the key's size is shown" \
		"$(cli "show ssl associate rsakey k1")" '2048'

	mv ftp/cert.pem ftp/chain.pem ftp/deep/
	bad "copy ssl $way export chain.pem \"no\"" 'Invalid password'
	good "copy ssl $way export cert.pem \"pw1\""
	good "copy ssl $way export chain.pem \"pw1\""
	ok "$kind: what goes out is what came in" \
		cmp -s ftp/chain.pem ftp/deep/chain.pem
	mv ftp/deep/cert.pem ftp/deep/chain.pem ftp/

	bad 'clear ssl file cert.pem "pw1"' '.'
	cli_ok configure "no ssl associate cert c1" \
		"no ssl associate rsakey k1" "no ssl associate cert c2" \
		"no ssl associate rsakey k2" "no ssl associate cert c3" \
		"no ssl associate rsakey k3" "no ssl associate rsakey k4" \
		"no ssl associate cert c5" end
	bad 'clear ssl file cert.pem "no"' 'Invalid password'
	for f in cert.pem key.pem cert.der key.der chain.pem locked.pem \
		both.p12 below.pem; do
		cli_ok "clear ssl file $f \"pw1\""
	done
	bad "copy ssl $way import locked.pem PEM \"pw1\"" 'Invalid passphrase'
	bad "copy ssl $way import locked.pem PEM \"pw1\" \"no\"" \
		'Invalid passphrase'
	bad "copy ssl $way import both.p12 PKCS12 \"pw1\" \"no\"" \
		'Invalid passphrase'
	bad "copy ssl $way import cert.der PEM \"pw1\"" 'Invalid file format'
done
bad 'copy ssl sftp absent import cert.pem PEM "pw1"' 'FTP record not found'
bad 'copy ssl sftp wrong import cert.pem PEM "pw1"' 'Login failed'
bad 'copy ssl ftp wrongf import cert.pem PEM "pw1"' 'Login failed'
bad 'copy ssl sftp nobody import cert.pem PEM "pw1"' \
	'Unable to connect to remote host'
same "the store is empty again" \
	"$(cli "show ssl files" | grep -Ec 'PEM|DER|PKCS')" 0

# Forms that tools write: keys of PKCS#1, PKCS#8, old and new encryption, EC with its
# parameters, large ones; parameters of X9.42.
openssl rsa -in web.key -traditional -out ftp/pkcs1.pem 2>/dev/null
openssl pkcs8 -topk8 -nocrypt -in web.key -out ftp/pkcs8.pem
openssl rsa -in web.key -traditional -des3 -passout pass:phrase1 \
	-out ftp/des3.pem 2>/dev/null
openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in web.key -passout pass:phrase1 \
	-out ftp/pbe.pem
openssl pkcs8 -topk8 -v2 aes-256-cbc -in web.key -passout pass:phrase1 \
	-out ftp/pbes2.pem
openssl pkcs8 -topk8 -v1 PBE-MD5-DES -provider legacy -provider default \
	-in web.key -passout pass:phrase1 -out ftp/pbemd5.pem 2>/dev/null
openssl pkcs12 -export -legacy -in web.pem -inkey web.key -passout pass:phrase1 \
	-out ftp/old.p12 2>/dev/null
openssl ecparam -name secp384r1 -genkey -out ftp/withparams.pem
openssl genrsa -out ftp/large.pem 4096 2>/dev/null
openssl dhparam -dsaparam -out ftp/x942.pem 1024 2>/dev/null
openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out ftp/dh.pem
good 'copy ssl ftp f import cert.pem PEM "pw1"'
cli_ok configure "ssl associate cert forms cert.pem" end
for f in pkcs1.pem pkcs8.pem des3.pem pbe.pem pbes2.pem pbemd5.pem old.p12; do
	[ -s ftp/$f ] || fail "openssl does not make $f"
	kind=PEM
	[ "${f#*.}" = pem ] || kind=PKCS12
	good "copy ssl ftp f import $f $kind \"pw1\" \"phrase1\""
	cli_ok configure "ssl associate rsakey form $f" end
	has "$f: the key is taken" "$(cli configure "ssl verify forms form")" \
		'matches key'
	cli_ok configure "no ssl associate rsakey form" end
done
for f in withparams.pem large.pem; do
	good "copy ssl ftp f import $f PEM \"pw1\""
	cli_ok configure "ssl associate rsakey form $f" end
	has "$f: its size" "$(cli "show ssl associate rsakey form")" '384|4096'
	cli_ok configure "no ssl associate rsakey form" end
done
for f in x942.pem dh.pem; do
	good "copy ssl ftp f import $f PEM \"pw1\""
	cli_ok configure "ssl associate dhparam form $f" end
	has "$f: its size" "$(cli "show ssl associate dhparam form")" '1024|2048'
	cli_ok configure "no ssl associate dhparam form" end
done

# Keys and requests made here.
for bits in 1024 2048; do
	cli_ok configure "ssl genrsa made$bits $bits \"keypw\"" \
		"ssl associate rsakey m$bits made$bits" end
	cli configure "ssl gencsr m$bits" US MA Boxborough "Example, Inc." . \
		"csr$bits.example.com" admin@example.com end >request
	sed -n '/-----BEGIN/,/-----END/p' request |
		sed 's/^.*-----BEGIN/-----BEGIN/' >csr.pem
	has "openssl accepts the $bits bit request" \
		"$(openssl req -verify -noout -in csr.pem 2>&1)" 'verify OK'
	subject=$(openssl req -noout -subject -nameopt RFC2253 -in csr.pem)
	same "its subject" "$subject" \
		"subject=emailAddress=admin@example.com,CN=csr$bits.example.com,O=Example\\, Inc.,L=Boxborough,ST=MA,C=US"
	has "its key" "$(openssl req -noout -text -in csr.pem)" "$bits bit"
done
has "gencsr without a key" "$(cli configure "ssl gencsr nokey")" '^%%'
has "a size that is not offered" \
	"$(cli configure 'ssl genrsa odd 1000 "keypw"')" '^%%'
cli configure "ssl gencert certkey m2048 signkey m2048 own \"keypw\"" \
	US MA Boxborough Example IT own.example.com a@example.com end >out
cli_ok configure "ssl associate cert own own" end
has "gencert makes a certificate for its key" \
	"$(cli configure "ssl verify own m2048")" 'matches key'
has "for another it does not fit" \
	"$(cli configure "ssl verify own m1024")" '^%%'

# A large key does not hold up other sessions.
cli configure 'ssl genrsa slow 2048 "keypw"' 'ssl genrsa slow2 2048 "keypw"' \
	>out &
pid[maker]=$!
before=$(date +%s%N)
cli_ok "show version"
ok "another session answers meanwhile" \
	[ $((($(date +%s%N) - before) / 1000000)) -lt 1500 ]
wait "${pid[maker]}"
unset "pid[maker]"
cli_ok "copy running-config startup-config"
switch_stop
ok "no key is on the disk in clear" \
	not grep -rql 'PRIVATE KEY' "$DISK"
switch_start
has "the store is there after a boot" "$(cli "show ssl files")" '^made2048 '
has "and the associations" "$(cli configure "ssl verify own m2048")" \
	'matches key'
switch_stop

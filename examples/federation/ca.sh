# shellcheck shell=bash
# A small certificate authority of openssl, for the example and the tests.
# Sourced; every function works in the current folder.
#
#   ca_new NAME [SIGNER]      NAME-ca.key, NAME-ca.pem; self-signed without one
#   ca_issue NAME SIGNER CN   NAME.key, NAME.pem, signed by SIGNER-ca
#   ca_sign NAME SIGNER CSR CN  NAME.pem out of a request

ca_ext() { # KIND CN
	case $1 in
	ca) printf '%s\n' 'basicConstraints=critical,CA:TRUE' \
		'keyUsage=critical,keyCertSign,cRLSign' \
		'subjectKeyIdentifier=hash' ;;
	end) printf '%s\n' 'basicConstraints=critical,CA:FALSE' \
		'keyUsage=critical,digitalSignature,keyEncipherment' \
		'extendedKeyUsage=serverAuth,clientAuth' \
		"subjectAltName=DNS:$2" ;;
	esac
}

ca_key() { # FILE
	openssl genrsa -out "$1" 2048 2>/dev/null
}

ca_new() {
	local subject="/O=Example/CN=$1 CA"

	ca_key "$1-ca.key"
	if [ $# -lt 2 ]; then
		openssl req -x509 -new -key "$1-ca.key" -subj "$subject" \
			-days 30 -out "$1-ca.pem"
		return
	fi
	openssl req -new -key "$1-ca.key" -subj "$subject" -out "$1-ca.csr"
	openssl x509 -req -in "$1-ca.csr" -CA "$2-ca.pem" -CAkey "$2-ca.key" \
		-CAcreateserial -days 30 -extfile <(ca_ext ca) \
		-out "$1-ca.pem" 2>/dev/null
}

ca_sign() {
	openssl x509 -req -in "$3" -CA "$2-ca.pem" -CAkey "$2-ca.key" \
		-CAcreateserial -days 30 -extfile <(ca_ext end "$4") \
		-out "$1.pem" 2>/dev/null
}

ca_issue() {
	ca_key "$1.key"
	openssl req -new -key "$1.key" -subj "/O=Example/CN=$3" -out "$1.csr"
	ca_sign "$1" "$2" "$1.csr" "$3"
}

/* Header lines about certificates and sessions. */
#include "sslmod/fields.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "sslmod/pki.h"
#include "sslmod/verify.h"

#define VALUE_MAX 4096

struct lines {
	struct out out;
	const char *prefix; /* of the operator, may be "" */
	const char *group;  /* "ClientCert-" */
};

static void add_text(struct lines *l, const char *name, const char *value,
		     size_t len)
{
	struct out *o = &l->out;

	if (*l->prefix)
		out_printf(o, "%s-", l->prefix);
	out_printf(o, "%s%s: ", l->group, name);
	for (size_t i = 0; i < len && i < VALUE_MAX; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c < 0x20 || c == 0x7f)
			c = ' ';
		out_write(o, &c, 1);
	}
	out_puts(o, "\r\n");
}

static void add(struct lines *l, const char *name, const char *value)
{
	add_text(l, name, value, strlen(value));
}

static void add_hex(struct lines *l, const char *name, const unsigned char *p,
		    size_t len)
{
	struct out hex = { 0 };

	for (size_t i = 0; i < len && i < VALUE_MAX / 3; i++)
		out_printf(&hex, "%s%02X", i ? ":" : "", p[i]);
	add(l, name, out_text(&hex));
	out_fini(&hex);
}

static void add_bio(struct lines *l, const char *name, BIO *b)
{
	char *text = NULL;
	long n = BIO_get_mem_data(b, &text);

	if (n > 0)
		add_text(l, name, text, (size_t)n);
}

/* ---- parts of a certificate ----------------------------------------------- */

static void add_cn(struct lines *l, const char *name, const X509_NAME *n)
{
	int i = X509_NAME_get_index_by_NID(n, NID_commonName, -1);
	unsigned char *text = NULL;
	int len;

	if (i < 0)
		return;
	len = ASN1_STRING_to_UTF8(
		&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(n, i)));
	if (len > 0)
		add_text(l, name, (const char *)text, (size_t)len);
	OPENSSL_free(text);
}

static void add_name(struct lines *l, const char *name, const X509_NAME *n)
{
	BIO *b = BIO_new(BIO_s_mem());

	if (b &&
	    X509_NAME_print_ex(b, n, 0,
			       XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_DN_REV |
				       XN_FLAG_FN_SN | ASN1_STRFLGS_ESC_CTRL |
				       ASN1_STRFLGS_ESC_MSB) >= 0)
		add_bio(l, name, b);
	BIO_free(b);
}

static void add_time(struct lines *l, const char *name, const ASN1_TIME *t)
{
	BIO *b = BIO_new(BIO_s_mem());

	if (b && ASN1_TIME_print(b, t))
		add_bio(l, name, b);
	BIO_free(b);
}

static void add_serial(struct lines *l, const X509 *x)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	BIGNUM *n = ASN1_INTEGER_to_BN(serial, NULL);
	char *text = n ? BN_bn2dec(n) : NULL;

	if (text)
		add(l, "Serial-Number", text);
	OPENSSL_free(text);
	BN_free(n);
}

static void add_algorithm(struct lines *l, const char *name, int nid)
{
	const char *text = OBJ_nid2ln(nid);

	if (text)
		add(l, name, text);
}

static void add_number(struct lines *l, const char *name, EVP_PKEY *key,
		       const char *param, bool hex)
{
	BIGNUM *n = NULL;
	unsigned char *bytes;
	int len;
	char *dec;

	if (!EVP_PKEY_get_bn_param(key, param, &n))
		return;
	if (!hex) {
		dec = BN_bn2dec(n);
		if (dec)
			add(l, name, dec);
		OPENSSL_free(dec);
	} else {
		len = BN_num_bytes(n);
		bytes = xcalloc(1, (size_t)len + 1);
		BN_bn2bin(n, bytes);
		add_hex(l, name, bytes, (size_t)len);
		free(bytes);
	}
	BN_free(n);
}

static void add_key(struct lines *l, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char bits[64];

	if (!key)
		return;
	add_algorithm(l, "Public-Key-Algorithm", EVP_PKEY_get_base_id(key));
	if (!pki_key_is(key, "RSA"))
		return;
	(void)snprintf(bits, sizeof(bits), "RSA Public Key: (%d bit)",
		       EVP_PKEY_get_bits(key));
	add(l, "RSA-Public-Key-Size", bits);
	(void)snprintf(bits, sizeof(bits), "%d", EVP_PKEY_get_bits(key));
	add(l, "RSA-Modulus-Size", bits);
	add_number(l, "RSA-Modulus", key, OSSL_PKEY_PARAM_RSA_N, true);
	add_number(l, "RSA-Exponent", key, OSSL_PKEY_PARAM_RSA_E, false);
}

static void add_extensions(struct lines *l, X509 *x)
{
	const ASN1_OCTET_STRING *id = X509_get0_authority_key_id(x);
	int i = X509_get_ext_by_NID(x, NID_basic_constraints, -1);

	if (id)
		add_hex(l, "X509v3-Authority-Key-Identifier",
			ASN1_STRING_get0_data(id),
			(size_t)ASN1_STRING_length(id));
	if (i >= 0)
		add(l, "X509v3-Basic-Constraints",
		    X509_check_ca(x) == 1 ? "CA:TRUE" : "CA:FALSE");
	id = X509_get0_subject_key_id(x);
	if (id)
		add_hex(l, "X509v3-Subject-Key-Identifier",
			ASN1_STRING_get0_data(id),
			(size_t)ASN1_STRING_length(id));
}

static void add_signature(struct lines *l, const X509 *x)
{
	const ASN1_BIT_STRING *sig = NULL;

	X509_get0_signature(&sig, NULL, x);
	add_algorithm(l, "Signature-Algorithm", X509_get_signature_nid(x));
	if (sig)
		add_hex(l, "Signature", ASN1_STRING_get0_data(sig),
			(size_t)ASN1_STRING_length(sig));
}

static void add_cert(struct lines *l, X509 *x)
{
	unsigned char print[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char version[32];

	if (X509_digest(x, EVP_md5(), print, &n))
		add_hex(l, "Fingerprint", print, n);
	add_cn(l, "Subject-CN", X509_get_subject_name(x));
	add_cn(l, "Issuer-CN", X509_get_issuer_name(x));
	(void)snprintf(version, sizeof(version), "%ld (0x%lx)",
		       X509_get_version(x) + 1, X509_get_version(x));
	add(l, "Certificate-Version", version);
	add_serial(l, x);
	add_algorithm(l, "Data-Signature-Algorithm", X509_get_signature_nid(x));
	add_name(l, "Subject", X509_get_subject_name(x));
	add_name(l, "Issuer", X509_get_issuer_name(x));
	add_time(l, "Not-Before", X509_get0_notBefore(x));
	add_time(l, "Not-After", X509_get0_notAfter(x));
	add_key(l, x);
	add_extensions(l, x);
	add_signature(l, x);
	ERR_clear_error();
}

char *fields_server_cert(const struct context_in *in,
			 const struct ssl_server *e)
{
	struct lines l = { .prefix = e->header_prefix, .group = "ServerCert-" };
	const char *name = *e->c.rsacert ? e->c.rsacert : e->c.dsacert;
	struct err err;
	struct pki p;
	char *text;

	pki_init(&p);
	if (!context_load(in, "cert", name, &p, &err) &&
	    sk_X509_num(p.certs) > 0)
		add_cert(&l, sk_X509_value(p.certs, 0));
	pki_fini(&p);
	text = xstrdup(out_text(&l.out));
	out_fini(&l.out);
	return text;
}

/* ---- one connection ------------------------------------------------------- */

static void add_session(struct lines *l, const struct ssl_front *f, SSL *ssl)
{
	const SSL_CIPHER *c = SSL_get_current_cipher(ssl);
	const SSL_SESSION *s = SSL_get0_session(ssl);
	unsigned id_len = 0;
	const unsigned char *id = s ? SSL_SESSION_get_id(s, &id_len) : NULL;
	int bits = 0, use = SSL_CIPHER_get_bits(c, &bits);
	char text[16];

	if (id_len)
		add_hex(l, "Session-ID", id, id_len);
	add(l, "Session-Cipher-Name", SSL_CIPHER_get_name(c));
	(void)snprintf(text, sizeof(text), "%d", bits);
	add(l, "Session-Cipher-Key-Size", text);
	(void)snprintf(text, sizeof(text), "%d", use);
	add(l, "Session-Cipher-Use-Size", text);
	add(l, "Session-Protocol-Version", SSL_get_version(ssl));
	add(l, "Session-Step-Up", "NO");
	add(l, "Session-Verify-Result", verify_text(f, ssl));
}

/* The operator's lines; `\r\n` as typed separates them. */
static void add_static(struct lines *l, const char *text)
{
	while (*text) {
		const char *end = strstr(text, "\\r\\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		while (len > 0 && (*text == '\r' || *text == '\n'))
			text++, len--;
		if (len > 0)
			out_printf(&l->out, "%s%s%.*s\r\n", l->prefix,
				   *l->prefix ? "-" : "", (int)len, text);
		text += len;
		text += end ? 4 : 0;
	}
}

char *fields_insert(const struct ssl_front *f, SSL *ssl)
{
	const struct ssl_server *e = f->conf;
	struct lines l = { .prefix = e->header_prefix };
	X509 *peer =
		e->header_client_cert ? SSL_get0_peer_certificate(ssl) : NULL;
	char *text;

	l.group = "ClientCert-";
	if (peer)
		add_cert(&l, peer);
	l.group = "";
	if (f->server_fields)
		out_puts(&l.out, f->server_fields);
	if (e->header_session)
		add_session(&l, f, ssl);
	add_static(&l, e->header_static);
	text = xstrdup(out_text(&l.out));
	out_fini(&l.out);
	return text;
}

#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

/*
 * The firewall of the guide is told
 *   ssl encryption aes128-sha1 aes256-sha1 3des-sha1 null-sha1
 * and these are the library's names for that.
 */
static const char *const GUIDE[] = { "AES128-SHA", "AES256-SHA", "DES-CBC3-SHA",
				     "NULL-SHA" };
#define NGUIDE (sizeof(GUIDE) / sizeof(*GUIDE))

static bool have(const char *suite)
{
	SSL_CTX *c = SSL_CTX_new(TLS_method());
	STACK_OF(SSL_CIPHER) * all;
	char list[64];
	bool found = false;
	int i;

	snprintf(list, sizeof(list), "%s:@SECLEVEL=0", suite);
	if (c && SSL_CTX_set_cipher_list(c, list)) {
		all = SSL_CTX_get_ciphers(c);
		for (i = 0; i < sk_SSL_CIPHER_num(all); i++)
			found |= !strcmp(SSL_CIPHER_get_name(
						 sk_SSL_CIPHER_value(all, i)),
					 suite);
	}
	ERR_clear_error();
	SSL_CTX_free(c);
	return found;
}

static void guide_list(char *out, size_t cap, bool wanted, const char *sep)
{
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; i < NGUIDE; i++) {
		if (have(GUIDE[i]) != wanted || n >= cap)
			continue;
		n += (size_t)snprintf(out + n, cap - n, "%s%s", n ? sep : "",
				      GUIDE[i]);
	}
}

void tls_missing(char *out, size_t cap)
{
	guide_list(out, cap, false, " ");
}

static bool set_suites(SSL_CTX *c, const struct tls_side *s)
{
	char list[128], all[160];

	if (!s->faithful) {
		int v = !s->version		     ? 0
			: !strcmp(s->version, "1.3") ? TLS1_3_VERSION
						     : TLS1_2_VERSION;

		return SSL_CTX_set_min_proto_version(c,
						     v ? v : TLS1_2_VERSION) &&
		       SSL_CTX_set_max_proto_version(c, v);
	}
	guide_list(list, sizeof(list), true, ":");
	snprintf(all, sizeof(all), "%s:@SECLEVEL=0", list);
	return SSL_CTX_set_min_proto_version(c, TLS1_VERSION) &&
	       SSL_CTX_set_max_proto_version(c, TLS1_VERSION) &&
	       SSL_CTX_set_cipher_list(c, all);
}

static bool set_trust(SSL_CTX *c, const struct tls_side *s, bool server)
{
	int mode = SSL_VERIFY_PEER;

	if (server)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	if (server && !s->demand)
		return true;
	if (!s->ca)
		return true;
	if (server)
		SSL_CTX_set_client_CA_list(c, SSL_load_client_CA_file(s->ca));
	SSL_CTX_set_verify(c, mode, NULL);
	if (s->name &&
	    !X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(c), s->name, 0))
		return false;
	return SSL_CTX_load_verify_locations(c, s->ca, NULL);
}

static bool set_identity(SSL_CTX *c, const struct tls_side *s)
{
	if (!s->cert)
		return true;
	return SSL_CTX_use_certificate_chain_file(c, s->cert) == 1 &&
	       SSL_CTX_use_PrivateKey_file(c, s->key ? s->key : s->cert,
					   SSL_FILETYPE_PEM) == 1 &&
	       SSL_CTX_check_private_key(c);
}

SSL_CTX *tls_context(const struct tls_side *s, bool server)
{
	SSL_CTX *c =
		SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());

	if (c && set_suites(c, s) && set_identity(c, s) &&
	    set_trust(c, s, server)) {
		SSL_CTX_set_mode(c,
				 SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
		SSL_CTX_set_session_id_context(
			c, (const unsigned char *)"federation", 10);
		return c;
	}
	fprintf(stderr, "TLS set-up: %s (certificate %s, CA %s)\n",
		tls_why(NULL, 0), s->cert ? s->cert : "none",
		s->ca ? s->ca : "none");
	SSL_CTX_free(c);
	return NULL;
}

const char *tls_why(const SSL *ssl, int ret)
{
	static char text[256];
	int kind = ssl ? SSL_get_error(ssl, ret) : SSL_ERROR_SSL;
	unsigned long e = ERR_get_error();
	long v = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;

	if (v != X509_V_OK)
		snprintf(text, sizeof(text), "certificate: %s",
			 X509_verify_cert_error_string(v));
	else if (kind == SSL_ERROR_ZERO_RETURN)
		snprintf(text, sizeof(text), "closed by the other end");
	else if (kind == SSL_ERROR_SYSCALL && !e)
		snprintf(text, sizeof(text), "%s",
			 errno ? strerror(errno) : "connection closed");
	else if (e && ERR_reason_error_string(e))
		snprintf(text, sizeof(text), "%s", ERR_reason_error_string(e));
	else
		snprintf(text, sizeof(text), "error %#lx", e);
	ERR_clear_error();
	return text;
}

void tls_peer_name(const SSL *ssl, char *out, size_t cap)
{
	X509 *x = SSL_get0_peer_certificate(ssl);

	snprintf(out, cap, "none");
	if (x)
		X509_NAME_get_text_by_NID(X509_get_subject_name(x),
					  NID_commonName, out, (int)cap);
}

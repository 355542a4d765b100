/*
 * What connections do, for the counters of their module (ssl.md 1.9).
 *
 * The private-key work of a handshake is read off its messages while they pass:
 * a signed ServerKeyExchange or CertificateVerify is a signature here or a
 * verification, a ClientKeyExchange under an RSA suite a decryption.  The library
 * calls for each message only until the handshake is over.
 */
#include <openssl/err.h>

#include "sslmod/conn.h"
#include "sslmod/pki.h"

/* ---- keys at work ---------------------------------------------------------- */

enum work { WORK_SIGN, WORK_VERIFY, WORK_DECRYPT, WORK_ENCRYPT };

static void both(struct tls *t, enum ssl_count crypto, enum ssl_count ssl)
{
	ssl_count(t->count, crypto, 1);
	ssl_count(t->count, ssl, 1);
}

/* An RSA private key signs and decrypts by the same operation. */
static void count_work(struct tls *t, enum work work, const EVP_PKEY *key)
{
	bool own = work == WORK_SIGN || work == WORK_DECRYPT;

	if (!key)
		return;
	if (pki_key_is(key, "RSA"))
		both(t, own ? SSL_COUNT_RSA_PRIVATE : SSL_COUNT_RSA_PUBLIC,
		     own ? SSL_COUNT_RSA_PRIVATE_CALLS
			 : SSL_COUNT_RSA_PUBLIC_CALLS);
	else if (pki_key_is(key, "DSA"))
		both(t, own ? SSL_COUNT_DSA_SIGN : SSL_COUNT_DSA_VERIFY,
		     own ? SSL_COUNT_DSA_SIGN_CALLS
			 : SSL_COUNT_DSA_VERIFY_CALLS);
}

static void count_signature(struct tls *t, bool ours)
{
	X509 *x = ours ? SSL_get_certificate(t->ssl)
		       : SSL_get0_peer_certificate(t->ssl);

	if (x)
		count_work(t, ours ? WORK_SIGN : WORK_VERIFY,
			   X509_get0_pubkey(x));
}

static void count_key_exchange(struct tls *t, bool ours)
{
	const SSL_CIPHER *c = SSL_get_pending_cipher(t->ssl);
	X509 *x = ours ? SSL_get0_peer_certificate(t->ssl)
		       : SSL_get_certificate(t->ssl);

	if (x && c && SSL_CIPHER_get_kx_nid(c) == NID_kx_rsa)
		count_work(t, ours ? WORK_ENCRYPT : WORK_DECRYPT,
			   X509_get0_pubkey(x));
}

static bool is_anonymous(const struct tls *t)
{
	const SSL_CIPHER *c = SSL_get_pending_cipher(t->ssl);

	return c && SSL_CIPHER_get_auth_nid(c) == NID_auth_null;
}

static void on_message(int ours, int version, int type, const void *data,
		       size_t len, SSL *ssl, void *arg)
{
	const unsigned char *m = data;
	struct tls *t = arg;

	(void)version;
	(void)ssl;
	if (type != SSL3_RT_HANDSHAKE || len < 1 ||
	    m[0] == SSL3_MT_HELLO_REQUEST)
		return;
	t->messages++;
	if (m[0] == SSL3_MT_CERTIFICATE_VERIFY ||
	    (m[0] == SSL3_MT_SERVER_KEY_EXCHANGE && !is_anonymous(t)))
		count_signature(t, ours);
	else if (m[0] == SSL3_MT_CLIENT_KEY_EXCHANGE)
		count_key_exchange(t, ours);
}

void counting_begin(struct tls *t)
{
	t->messages = 0;
	SSL_set_msg_callback(t->ssl, on_message);
	SSL_set_msg_callback_arg(t->ssl, t);
}

/* Up to TLS 1.1 each message goes through both hashes. */
static void count_hashes(struct tls *t)
{
	unsigned n = t->messages;

	if (SSL_version(t->ssl) > TLS1_1_VERSION) {
		ssl_count(t->count, SSL_COUNT_HASH, n);
		return;
	}
	ssl_count(t->count, SSL_COUNT_HASH, 2 * (uint64_t)n);
	ssl_count(t->count, SSL_COUNT_MD5_CALLS, n);
	ssl_count(t->count, SSL_COUNT_SHA1_CALLS, n);
}

static void count_agreement(struct tls *t, const SSL_CIPHER *c)
{
	int kx = SSL_CIPHER_get_kx_nid(c);

	/* TLS 1.3 agrees on a key also when it resumes */
	if (SSL_session_reused(t->ssl) && kx != NID_kx_any)
		return;
	if (kx != NID_kx_dhe && kx != NID_kx_ecdhe && kx != NID_kx_any)
		return;
	both(t, SSL_COUNT_DH_SHARED, SSL_COUNT_DH_COMPUTE_CALLS);
	both(t, SSL_COUNT_DH_PUBLIC, SSL_COUNT_DH_GENERATE_CALLS);
}

/* ---- records --------------------------------------------------------------- */

static void note_cipher(struct tls *t, const SSL_CIPHER *c)
{
	int digest = SSL_CIPHER_get_digest_nid(c);
	int cipher = SSL_CIPHER_get_cipher_nid(c);

	t->mac = SSL_CIPHER_is_aead(c) ? MAC_AEAD
		 : digest == NID_md5   ? MAC_MD5
		 : digest == NID_sha1  ? MAC_SHA1
				       : MAC_OTHER;
	t->des3 = cipher == NID_des_ede3_cbc || cipher == NID_des_cbc;
	t->rc4 = cipher == NID_rc4;
}

void counting_record(struct tls *t)
{
	bool ssl3 = t->mac != MAC_AEAD && SSL_version(t->ssl) == SSL3_VERSION;

	if (t->mac != MAC_AEAD)
		ssl_count(t->count,
			  ssl3 ? SSL_COUNT_SSL_MAC : SSL_COUNT_TLS_HMAC, 1);
	if (t->mac == MAC_MD5)
		ssl_count(t->count,
			  ssl3 ? SSL_COUNT_SSL_MAC_MD5 : SSL_COUNT_TLS_MAC_MD5,
			  1);
	if (t->mac == MAC_SHA1)
		ssl_count(t->count,
			  ssl3 ? SSL_COUNT_SSL_MAC_SHA1
			       : SSL_COUNT_TLS_MAC_SHA1,
			  1);
	if (t->des3) {
		ssl_count(t->count, SSL_COUNT_DES3, 1);
		ssl_count(t->count, SSL_COUNT_DES3_CALLS, 1);
	}
	if (t->rc4) {
		ssl_count(t->count, SSL_COUNT_ARC4, 1);
		ssl_count(t->count, SSL_COUNT_RC4_CALLS, 1);
	}
}

static void count_authentication(struct tls *t)
{
	if (!t->front || !t->front->conf->authentication)
		return;
	if (SSL_get0_peer_certificate(t->ssl) &&
	    SSL_get_verify_result(t->ssl) == X509_V_OK)
		ssl_count(t->count, SSL_COUNT_CLIENT_GOOD, 1);
	else
		ssl_count(t->count, SSL_COUNT_CLIENT_BAD, 1);
}

void counting_done(struct tls *t)
{
	const SSL_CIPHER *c = SSL_get_current_cipher(t->ssl);

	SSL_set_msg_callback(t->ssl, NULL);
	ssl_count(t->count, t->front ? SSL_COUNT_IN_DONE : SSL_COUNT_OUT_DONE,
		  1);
	if (SSL_session_reused(t->ssl))
		ssl_count(t->count, SSL_COUNT_RESUMED, 1);
	count_agreement(t, c);
	count_hashes(t);
	count_authentication(t);
	note_cipher(t, c);
}

/* ---- what the library tells ------------------------------------------------ */

/* A handshake on a connection that had one already; TLS 1.3 has none. */
static void on_renewal(struct tls *t, int where)
{
	if (!t->done || SSL_version(t->ssl) >= TLS1_3_VERSION)
		return;
	if (where == SSL_CB_HANDSHAKE_DONE && t->messages) {
		ssl_count(t->count,
			  t->front ? SSL_COUNT_IN_STARTED
				   : SSL_COUNT_OUT_STARTED,
			  1);
		counting_done(t);
		renew_over(t);
	} else if (where == SSL_CB_HANDSHAKE_START) {
		counting_begin(t); /* asking for it begins one, too */
	}
}

static void on_alert(struct tls *t, bool in, bool fatal)
{
	if (in)
		ssl_count(t->count,
			  fatal ? SSL_COUNT_ALERT2_IN : SSL_COUNT_ALERT1_IN, 1);
	else
		ssl_count(t->count,
			  fatal ? SSL_COUNT_ALERT2_OUT : SSL_COUNT_ALERT1_OUT,
			  1);
}

static void on_info(const SSL *ssl, int where, int value)
{
	struct tls *t = SSL_get_app_data(ssl);

	if (where & SSL_CB_ALERT)
		on_alert(t, where & SSL_CB_READ, value >> 8 == SSL3_AL_FATAL);
	else if (where == SSL_CB_HANDSHAKE_START ||
		 where == SSL_CB_HANDSHAKE_DONE)
		on_renewal(t, where);
}

void counting_callbacks(SSL_CTX *ctx)
{
	SSL_CTX_set_info_callback(ctx, on_info);
}

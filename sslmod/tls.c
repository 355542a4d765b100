/*
 * TLS connections.
 *
 * The library does its reading and writing through a BIO of ours: it never
 * raises SIGPIPE and counts the wire's bytes.  Read-ahead is on, so one
 * read of the socket serves several records; that is why tls_pending() exists.
 * All results are classified in one function, which alone looks into the
 * library's error queue.
 *
 * Everything here belongs to one worker.  The exception are sessions of clients
 * without tickets, which go into their entry's shared cache in serialised form:
 * library objects never cross from one worker's library context to another's.
 */
#include "sslmod/tls.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "emu/base/out.h"
#include "emu/base/xalloc.h"
#include "sslmod/cache.h"
#include "sslmod/entry.h"
#include "sslmod/fields.h"
#include "sslmod/inject.h"
#include "sslmod/stats.h"
#include "sslmod/suites.h"

#define PIECE 16384 /* clear bytes looked at together by the HTTP changes */

enum mac_use { MAC_AEAD, MAC_MD5, MAC_SHA1, MAC_OTHER };

struct tls {
	SSL *ssl;
	const struct ssl_front *front; /* borrowed: one of the two */
	const struct ssl_back *back;
	struct ssl_counts *count; /* this worker's */
	const char *reason;
	int fd, worker;
	bool started, done, failed, spoilt, shut;
	bool drained;	      /* the library said that it has nothing more */
	bool told, last, dry; /* see tls_ready; dry: not to be asked again */
	bool more; /* the caller has another record behind this one */
	uint8_t mac;
	bool des3, rc4;
	struct inject *http; /* owned, NULL: bytes pass as they are */
	struct out in, out;  /* changed bytes: to the caller, to the peer */
	size_t in_at, out_at;
	size_t absorbed; /* bytes of the caller's that out was made from */
};

/* ---- the socket as the library sees it ------------------------------------ */

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static bool is_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static int sock_read(BIO *b, char *buf, int len)
{
	struct tls *t = BIO_get_data(b);
	ssize_t n;

	BIO_clear_retry_flags(b);
	if (t->dry) {
		BIO_set_retry_read(b);
		return -1;
	}
	n = recv(t->fd, buf, (size_t)len, 0);
	t->dry = t->told && !t->last && n != 0 && n < len;
	if (n > 0)
		ssl_count(t->count, SSL_COUNT_WIRE_IN, (uint64_t)n);
	else if (n == 0)
		BIO_set_flags(b, BIO_FLAGS_IN_EOF);
	else if (is_later())
		BIO_set_retry_read(b);
	return (int)n;
}

static int sock_write(BIO *b, const char *buf, int len)
{
	struct tls *t = BIO_get_data(b);
	ssize_t n = send(t->fd, buf, (size_t)len,
			 MSG_NOSIGNAL | (t->more ? MSG_MORE : 0));

	BIO_clear_retry_flags(b);
	if (n >= 0)
		ssl_count(t->count, SSL_COUNT_WIRE_OUT, (uint64_t)n);
	else if (is_later())
		BIO_set_retry_write(b);
	return (int)n;
}

static long sock_ctrl(BIO *b, int cmd, long num, void *ptr)
{
	(void)num;
	(void)ptr;
	if (cmd == BIO_CTRL_EOF)
		return BIO_test_flags(b, BIO_FLAGS_IN_EOF) != 0;
	return cmd == BIO_CTRL_FLUSH;
}

static void make_method(void)
{
	method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
			      "connection");
	if (!method)
		abort();
	BIO_meth_set_read(method, sock_read);
	BIO_meth_set_write(method, sock_write);
	BIO_meth_set_ctrl(method, sock_ctrl);
}

static BIO *sock_bio(struct tls *t)
{
	BIO *b;

	pthread_once(&method_once, make_method);
	b = BIO_new(method);
	if (!b)
		abort();
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	return b;
}

/* ---- sessions ------------------------------------------------------------- */

static uint64_t now_s(void)
{
	return (uint64_t)time(NULL);
}

/* A client that takes no ticket resumes by session id. */
static int front_session(SSL *ssl, SSL_SESSION *s)
{
	const struct ssl_front *f = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	unsigned id_len = 0;
	const unsigned char *id = SSL_SESSION_get_id(s, &id_len);
	unsigned char *der = NULL;
	int len;

	if (!f->cache || SSL_version(ssl) >= TLS1_3_VERSION || id_len == 0)
		return 0;
	len = i2d_SSL_SESSION(s, &der);
	if (len <= 0)
		return 0;
	cache_put(f->cache, id, id_len, der, (size_t)len,
		  now_s() + f->conf->c.session_cache_s);
	OPENSSL_clear_free(der, (size_t)len);
	return 0;
}

static SSL_SESSION *front_lookup(SSL *ssl, const unsigned char *id, int id_len,
				 int *copy)
{
	const struct ssl_front *f = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	size_t len = 0;
	void *der = f->cache ? cache_get(f->cache, id, (size_t)id_len, &len,
					 now_s())
			     : NULL;
	const unsigned char *at = der;
	SSL_SESSION *s = der ? d2i_SSL_SESSION(NULL, &at, (long)len) : NULL;

	*copy = 0;
	if (der)
		wipe(der, len);
	free(der);
	return s;
}

/* The latest session of a server serves the worker's next connection to it. */
static int back_session(SSL *ssl, SSL_SESSION *s)
{
	const struct tls *t = SSL_get_app_data(ssl);
	struct back_worker *w = &t->back->worker[t->worker];

	SSL_SESSION_free(w->latest);
	w->latest = s;
	return 1; /* ours now */
}

static void forget(struct back_worker *w)
{
	SSL_SESSION_free(w->latest);
	w->latest = NULL;
}

static void offer_session(struct tls *t)
{
	struct back_worker *w = &t->back->worker[t->worker];
	uint32_t limit = t->back->conf->c.session_cache_s;
	uint64_t since;

	if (!w->latest)
		return;
	since = (uint64_t)SSL_SESSION_get_time(w->latest);
	if (since + limit <= now_s() || !SSL_SESSION_is_resumable(w->latest))
		forget(w);
	else
		SSL_set_session(t->ssl, w->latest);
}

/* ---- events --------------------------------------------------------------- */

static void on_info(const SSL *ssl, int where, int value)
{
	const struct tls *t = SSL_get_app_data(ssl);
	bool fatal = value >> 8 == SSL3_AL_FATAL;

	if (!(where & SSL_CB_ALERT))
		return;
	if (where & SSL_CB_READ)
		ssl_count(t->count,
			  fatal ? SSL_COUNT_ALERT2_IN : SSL_COUNT_ALERT1_IN, 1);
	else
		ssl_count(t->count,
			  fatal ? SSL_COUNT_ALERT2_OUT : SSL_COUNT_ALERT1_OUT,
			  1);
}

void tls_front_callbacks(SSL_CTX *ctx, struct ssl_front *f)
{
	SSL_CTX_set_app_data(ctx, f);
	SSL_CTX_set_info_callback(ctx, on_info);
	if (!f->cache)
		return;
	SSL_CTX_sess_set_new_cb(ctx, front_session);
	SSL_CTX_sess_set_get_cb(ctx, front_lookup);
}

void tls_back_callbacks(SSL_CTX *ctx, struct ssl_back *b)
{
	SSL_CTX_set_app_data(ctx, b);
	SSL_CTX_set_info_callback(ctx, on_info);
	if (b->conf->c.session_cache_s)
		SSL_CTX_sess_set_new_cb(ctx, back_session);
}

/* ---- results -------------------------------------------------------------- */

static const char *library_reason(void)
{
	unsigned long e = ERR_peek_last_error();
	const char *why = e ? ERR_reason_error_string(e) : NULL;

	return why ? why : "protocol error";
}

static bool is_mac_failure(unsigned long e)
{
	return ERR_GET_LIB(e) == ERR_LIB_SSL &&
	       ERR_GET_REASON(e) == SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC;
}

static int over(struct tls *t, const char *reason, bool failed)
{
	t->failed = t->failed || failed;
	if (!t->reason)
		t->reason = reason;
	if (t->back && !t->done)
		forget(&t->back->worker[t->worker]);
	ERR_clear_error();
	return 0;
}

static int classify(struct tls *t, int rc)
{
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		t->drained = true;
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return over(t, "peer closed", !t->done);
	case SSL_ERROR_SYSCALL:
		return over(t, "connection lost", true);
	default:
		if (is_mac_failure(ERR_peek_last_error()))
			ssl_count(t->count, SSL_COUNT_MAC_FAIL, 1);
		t->spoilt = true;
		return over(t, library_reason(), true);
	}
}

/* ---- new connections ------------------------------------------------------ */

static struct tls *tls_new(SSL_CTX *ctx, int worker, int fd,
			   struct ssl_stats *stats)
{
	struct tls *t = OPENSSL_zalloc(sizeof(*t));
	BIO *b;

	if (!t)
		return NULL;
	t->ssl = SSL_new(ctx);
	if (!t->ssl) {
		OPENSSL_free(t);
		ERR_clear_error();
		return NULL;
	}
	t->fd = fd;
	t->worker = worker;
	t->count = ssl_stats_worker(stats, worker);
	SSL_set_app_data(t->ssl, t);
	b = sock_bio(t);
	SSL_set_bio(t->ssl, b, b);
	ssl_stats_flow(stats, 1);
	return t;
}

struct tls *tls_accept(const struct ssl_front *f, int worker, int fd)
{
	struct front_worker *w = &f->worker[worker];
	struct tls *t = tls_new(w->ctx, worker, fd, f->image->stats);

	if (!t)
		return NULL;
	t->front = f;
	SSL_set_accept_state(t->ssl);
	atomic_fetch_add_explicit(&w->flows, 1, memory_order_relaxed);
	return t;
}

struct tls *tls_connect(const struct ssl_back *b, int worker, int fd)
{
	struct tls *t =
		tls_new(b->worker[worker].ctx, worker, fd, b->image->stats);

	if (!t)
		return NULL;
	t->back = b;
	SSL_set_connect_state(t->ssl);
	offer_session(t);
	return t;
}

/* ---- handshake ------------------------------------------------------------ */

static void note_start(struct tls *t)
{
	t->started = true;
	if (t->back) {
		ssl_count(t->count, SSL_COUNT_OUT_STARTED, 1);
		return;
	}
	ssl_count(t->count, SSL_COUNT_IN_STARTED, 1);
	atomic_fetch_add_explicit(&t->front->worker[t->worker].handshaking, 1,
				  memory_order_relaxed);
}

/* What a full handshake has asked of the crypto hardware's successor. */
static void count_exchange(struct tls *t, const SSL_CIPHER *c)
{
	int kx = SSL_CIPHER_get_kx_nid(c), auth = SSL_CIPHER_get_auth_nid(c);
	bool rsa = kx == NID_kx_rsa || auth == NID_auth_rsa;
	bool dh = kx == NID_kx_dhe || kx == NID_kx_ecdhe || kx == NID_kx_any;

	if (rsa) {
		ssl_count(t->count,
			  t->front ? SSL_COUNT_RSA_PRIVATE
				   : SSL_COUNT_RSA_PUBLIC,
			  1);
		ssl_count(t->count,
			  t->front ? SSL_COUNT_RSA_PRIVATE_CALLS
				   : SSL_COUNT_RSA_PUBLIC_CALLS,
			  1);
	}
	if (dh) {
		ssl_count(t->count, SSL_COUNT_DH_SHARED, 1);
		ssl_count(t->count, SSL_COUNT_DH_PUBLIC, 1);
		ssl_count(t->count, SSL_COUNT_DH_COMPUTE_CALLS, 1);
		ssl_count(t->count, SSL_COUNT_DH_GENERATE_CALLS, 1);
	}
	if (auth == NID_auth_dss && t->front) {
		ssl_count(t->count, SSL_COUNT_DSA_SIGN, 1);
		ssl_count(t->count, SSL_COUNT_DSA_SIGN_CALLS, 1);
	} else if (auth == NID_auth_dss) {
		ssl_count(t->count, SSL_COUNT_DSA_VERIFY, 1);
		ssl_count(t->count, SSL_COUNT_DSA_VERIFY_CALLS, 1);
	}
}

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

static void count_record(struct tls *t)
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

static void begin_http(struct tls *t)
{
	const struct ssl_front *f = t->front;
	char *insert;

	if (!f || (!f->inserts && !f->rewrites))
		return;
	insert = f->inserts ? fields_insert(f, t->ssl) : NULL;
	t->http = inject_new(insert, f->rewrites ? f->conf->rewrite : NULL);
	free(insert);
}

static void note_done(struct tls *t)
{
	const SSL_CIPHER *c = SSL_get_current_cipher(t->ssl);
	struct front_worker *w;

	t->done = true;
	t->drained = false;
	ssl_count(t->count, t->front ? SSL_COUNT_IN_DONE : SSL_COUNT_OUT_DONE,
		  1);
	if (SSL_session_reused(t->ssl))
		ssl_count(t->count, SSL_COUNT_RESUMED, 1);
	else
		count_exchange(t, c);
	note_cipher(t, c);
	begin_http(t);
	if (!t->front)
		return;
	w = &t->front->worker[t->worker];
	atomic_fetch_sub_explicit(&w->handshaking, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&w->active, 1, memory_order_relaxed);
}

int tls_handshake(struct tls *t)
{
	int rc;

	if (t->done)
		return 1;
	if (t->failed)
		return 0;
	if (!t->started)
		note_start(t);
	ERR_clear_error();
	rc = SSL_do_handshake(t->ssl);
	if (rc != 1)
		return classify(t, rc);
	note_done(t);
	return 1;
}

/* ---- data ----------------------------------------------------------------- */

static int clamp(size_t n)
{
	return n > (1u << 30) ? 1 << 30 : (int)n;
}

static int raw_read(struct tls *t, void *buf, size_t cap)
{
	int rc;

	if (t->failed)
		return 0;
	ERR_clear_error();
	rc = SSL_read(t->ssl, buf, clamp(cap));
	if (rc <= 0)
		return classify(t, rc);
	t->drained = false;
	ssl_count(t->count, SSL_COUNT_APP_IN, (uint64_t)rc);
	count_record(t);
	return rc;
}

static int raw_write(struct tls *t, const void *buf, size_t len)
{
	int rc;

	if (t->failed)
		return 0;
	ERR_clear_error();
	/* one record a call: let the kernel join it to the next one's bytes */
	t->more = len > SSL3_RT_MAX_PLAIN_LENGTH;
	rc = SSL_write(t->ssl, buf, clamp(len));
	t->more = false;
	if (rc <= 0)
		return classify(t, rc);
	ssl_count(t->count, SSL_COUNT_APP_OUT, (uint64_t)rc);
	count_record(t);
	return rc;
}

static bool has_in(const struct tls *t)
{
	return t->in_at < t->in.len;
}

static int take_in(struct tls *t, void *buf, size_t cap)
{
	size_t n = t->in.len - t->in_at;

	n = n < cap ? n : cap;
	memcpy(buf, t->in.buf + t->in_at, n);
	t->in_at += n;
	if (t->in_at == t->in.len) {
		out_fini(&t->in);
		t->in_at = 0;
	}
	return clamp(n);
}

static int read_http(struct tls *t, void *buf, size_t cap)
{
	char piece[PIECE];
	int n;

	while (!has_in(t)) {
		n = raw_read(t, piece, sizeof(piece));
		if (n > 0)
			inject_request(t->http, piece, (size_t)n, &t->in);
		else if (n == 0)
			inject_finish(&t->http->request, &t->in);
		if (n < 0 || (n == 0 && !has_in(t)))
			return n;
	}
	return take_in(t, buf, cap);
}

int tls_read(struct tls *t, void *buf, size_t cap)
{
	if (cap == 0 || !t->done)
		return 0;
	if (!t->http || (!has_in(t) && t->http->request.state == INJECT_PASS))
		return raw_read(t, buf, cap);
	return read_http(t, buf, cap);
}

/* Sends what was changed; 1: all of it. */
static int flush_out(struct tls *t)
{
	while (t->out_at < t->out.len) {
		int n = raw_write(t, t->out.buf + t->out_at,
				  t->out.len - t->out_at);

		if (n <= 0)
			return n;
		t->out_at += (size_t)n;
	}
	out_fini(&t->out);
	t->out_at = 0;
	return 1;
}

static void add_rewrites(struct tls *t)
{
	struct front_worker *w = &t->front->worker[t->worker];
	struct inject_counts *c = &t->http->count;

	w->searched += c->searched;
	w->found += c->found;
	w->fallout += c->fallout;
	w->missed += c->missed;
	memset(c, 0, sizeof(*c));
}

/* The caller's bytes are taken over once and reported once, when the last byte
 * made from them has gone; until then the caller comes back with them. */
static int write_http(struct tls *t, const void *buf, size_t len)
{
	size_t n = len < PIECE ? len : PIECE;
	int rc;

	if (t->absorbed == 0) {
		inject_answer(t->http, buf, n, &t->out);
		add_rewrites(t);
		t->absorbed = n;
	}
	rc = flush_out(t);
	if (rc <= 0)
		return rc;
	n = t->absorbed;
	t->absorbed = 0;
	return clamp(n);
}

int tls_write(struct tls *t, const void *buf, size_t len)
{
	if (len == 0 || !t->done)
		return 0;
	if (!t->http ||
	    (t->absorbed == 0 && t->http->answer.state == INJECT_PASS))
		return raw_write(t, buf, len);
	return write_http(t, buf, len);
}

void tls_ready(struct tls *t, bool last)
{
	t->told = true;
	t->last = last;
	t->dry = false;
}

bool tls_pending(const struct tls *t)
{
	if (has_in(t))
		return true;
	return t->done && !t->failed && !t->drained && SSL_has_pending(t->ssl);
}

/* ---- the end -------------------------------------------------------------- */

void tls_shutdown(struct tls *t)
{
	if (!t->done || t->failed || t->shut)
		return;
	t->shut = true;
	if (t->http) {
		inject_finish(&t->http->answer, &t->out);
		(void)flush_out(t);
	}
	if (t->failed || (t->front && t->front->conf->unclean_shutdown))
		return;
	ERR_clear_error();
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}

static void leave_front(struct tls *t)
{
	struct front_worker *w = &t->front->worker[t->worker];

	atomic_fetch_sub_explicit(&w->flows, 1, memory_order_relaxed);
	if (t->done)
		atomic_fetch_sub_explicit(&w->active, 1, memory_order_relaxed);
	else if (t->started)
		atomic_fetch_sub_explicit(&w->handshaking, 1,
					  memory_order_relaxed);
	ssl_stats_flow(t->front->image->stats, -1);
}

bool tls_closed(const struct tls *t)
{
	return t->done && !t->failed;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	if (t->front)
		leave_front(t);
	else
		ssl_stats_flow(t->back->image->stats, -1);
	/* a connection cut short does not spoil its session */
	if (t->done && !t->failed)
		SSL_set_shutdown(t->ssl,
				 SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(t->ssl);
	inject_free(t->http);
	out_fini(&t->in);
	out_fini(&t->out);
	OPENSSL_free(t);
}

/* ---- questions ------------------------------------------------------------ */

const struct ssl_cipher *tls_cipher_line(const struct ssl_front *f,
					 uint16_t suite)
{
	const struct ssl_common *e = &f->conf->c;

	for (int i = 0; i < e->ncipher; i++) {
		const struct suite *s = suite_find(e->cipher[i].suite);

		if (s && s->value == suite)
			return &e->cipher[i];
	}
	return f->dflt;
}

void tls_clear_target(const struct tls *t, struct in_addr *addr, uint16_t *port)
{
	const SSL_CIPHER *c = SSL_get_current_cipher(t->ssl);
	uint16_t value = c ? SSL_CIPHER_get_protocol_id(c) : 0;
	const struct ssl_cipher *line = tls_cipher_line(t->front, value);

	*addr = line->addr;
	*port = line->port;
}

size_t tls_session_id(const struct tls *t, const uint8_t **id)
{
	const SSL_SESSION *s = SSL_get0_session(t->ssl);
	unsigned len = 0;

	if (!s || !t->done || SSL_version(t->ssl) >= TLS1_3_VERSION)
		return 0;
	*id = SSL_SESSION_get_id(s, &len);
	return len;
}

bool tls_spoilt(const struct tls *t)
{
	return t->spoilt;
}

const char *tls_reason(const struct tls *t)
{
	return t->reason ? t->reason : "";
}

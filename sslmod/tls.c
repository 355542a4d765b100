/*
 * TLS connections.
 *
 * The library does its reading and writing through a BIO of ours: it never
 * raises SIGPIPE and counts the wire's bytes.  Read-ahead is on, so one
 * read of the socket serves several records; that is why tls_pending() exists.
 * All results are classified in one function, which alone looks into the
 * library's error queue.
 *
 * Everything here belongs to one worker.
 */
#include "sslmod/tls.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "emu/base/out.h"
#include "emu/base/xalloc.h"
#include "sslmod/conn.h"
#include "sslmod/entry.h"
#include "sslmod/fields.h"
#include "sslmod/inject.h"
#include "sslmod/names.h"
#include "sslmod/suites.h"
#include "sslmod/verify.h"

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

static ssize_t sock_send(struct tls *t, const void *buf, size_t len)
{
	ssize_t n =
		send(t->fd, buf, len, MSG_NOSIGNAL | (t->more ? MSG_MORE : 0));

	if (n > 0)
		ssl_count(t->count, SSL_COUNT_WIRE_OUT, (uint64_t)n);
	return n;
}

/* > 0: all of it has gone; < 0: as send(). */
static ssize_t send_rest(struct tls *t)
{
	while (t->rest_at < t->rest.len) {
		ssize_t n = sock_send(t, t->rest.buf + t->rest_at,
				      t->rest.len - t->rest_at);

		if (n < 0)
			return n;
		t->rest_at += (size_t)n;
	}
	out_fini(&t->rest);
	t->rest_at = 0;
	return 1;
}

/*
 * Records that go together: the kernel makes super-frames of what it gets in one
 * piece, and each call costs about the same.  A worker's thread makes them one
 * connection after the other.
 */
#define TOGETHER 4 /* records */
static _Thread_local struct {
	size_t len;
	char buf[TOGETHER *
		 (SSL3_RT_MAX_ENCRYPTED_LENGTH + SSL3_RT_HEADER_LENGTH)];
} room;

/* There is room for the records; with messages of a handshake between them there
 * may be none. */
static void room_add(struct tls *t, const char *buf, size_t len)
{
	if (len > sizeof(room.buf) - room.len) {
		out_write(&t->rest, room.buf, room.len);
		room.len = 0;
	}
	if (len > sizeof(room.buf)) {
		out_write(&t->rest, buf, len);
		return;
	}
	memcpy(room.buf + room.len, buf, len);
	room.len += len;
}

static int sock_write(BIO *b, const char *buf, int len)
{
	struct tls *t = BIO_get_data(b);
	ssize_t n;

	BIO_clear_retry_flags(b);
	if (t->together) {
		room_add(t, buf, (size_t)len);
		return len;
	}
	n = send_rest(t); /* nothing overtakes it */
	if (n > 0)
		n = sock_send(t, buf, (size_t)len);
	if (n < 0 && is_later())
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

void tls_front_callbacks(SSL_CTX *ctx, struct ssl_front *f)
{
	SSL_CTX_set_app_data(ctx, f);
	counting_callbacks(ctx);
	resume_front(ctx, f);
	names_callbacks(ctx, f);
}

void tls_back_callbacks(SSL_CTX *ctx, struct ssl_back *b)
{
	SSL_CTX_set_app_data(ctx, b);
	counting_callbacks(ctx);
	resume_back(ctx, b);
}

/* ---- results -------------------------------------------------------------- */

/* Of a certificate, the reason that matters is the verification's own. */
static const char *library_reason(const struct tls *t)
{
	unsigned long e = ERR_peek_last_error();
	const char *why = e ? ERR_reason_error_string(e) : NULL;
	long result = SSL_get_verify_result(t->ssl);

	if (result != X509_V_OK && ERR_GET_LIB(e) == ERR_LIB_SSL &&
	    ERR_GET_REASON(e) == SSL_R_CERTIFICATE_VERIFY_FAILED)
		return X509_verify_cert_error_string(result);
	return why ? why : "protocol error";
}

static void count_failure(struct tls *t, unsigned long e)
{
	if (ERR_GET_LIB(e) != ERR_LIB_SSL)
		return;
	switch (ERR_GET_REASON(e)) {
	case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
		ssl_count(t->count, SSL_COUNT_MAC_FAIL, 1);
		return;
	case SSL_R_CERTIFICATE_VERIFY_FAILED:
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
		ssl_count(t->count,
			  t->front ? SSL_COUNT_CLIENT_BAD
				   : SSL_COUNT_SERVER_BAD,
			  1);
		return;
	default:
		return;
	}
}

int tls_over(struct tls *t, const char *reason, bool failed)
{
	t->failed = t->failed || failed;
	if (!t->reason)
		t->reason = reason;
	if (t->back && !t->done)
		resume_forget(&t->back->worker[t->worker]);
	ERR_clear_error();
	return 0;
}

int tls_classify(struct tls *t, int rc)
{
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		t->drained = true;
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return tls_over(t, "peer closed", !t->done);
	case SSL_ERROR_SYSCALL:
		return tls_over(t, "connection lost", true);
	default:
		count_failure(t, ERR_peek_last_error());
		t->spoilt = true;
		return tls_over(t, library_reason(t), true);
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

/* An addition: the server sees whom it is asked for, and with a cacert its
 * certificate must have that name (RFC 6125). */
static void ask_by_name(struct tls *t)
{
	const struct ssl_backend *e = t->back->conf;

	if (!*e->server_name || t->back->image->profile != TLS_MODERN)
		return;
	/* what the macro does, whose cast drops a const */
	(void)SSL_ctrl(t->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
		       TLSEXT_NAMETYPE_host_name,
		       (void *)(uintptr_t)e->server_name);
	if (e->c.ncacert)
		(void)SSL_set1_host(t->ssl, e->server_name);
}

struct tls *tls_connect(const struct ssl_back *b, int worker, int fd)
{
	struct tls *t =
		tls_new(b->worker[worker].ctx, worker, fd, b->image->stats);

	if (!t)
		return NULL;
	t->back = b;
	SSL_set_connect_state(t->ssl);
	ask_by_name(t);
	resume_offer(t);
	return t;
}

/* ---- handshake ------------------------------------------------------------ */

static void note_start(struct tls *t)
{
	t->started = true;
	counting_begin(t);
	if (t->back) {
		ssl_count(t->count, SSL_COUNT_OUT_STARTED, 1);
		return;
	}
	ssl_count(t->count, SSL_COUNT_IN_STARTED, 1);
	atomic_fetch_add_explicit(&t->front->worker[t->worker].handshaking, 1,
				  memory_order_relaxed);
}

static void begin_http(struct tls *t)
{
	const struct ssl_front *f = t->front;
	char *insert;

	if (!f || (!f->inserts && !f->rewrites))
		return;
	insert = f->inserts ? fields_insert(f, t->ssl) : NULL;
	t->http = inject_new(insert, f->rewrites ? f->conf->rewrite : NULL);
	t->http->once = !f->conf->header_per_request;
	if (f->conf->header_filter)
		t->http->guard = f->conf;
	free(insert);
}

static void note_done(struct tls *t)
{
	struct front_worker *w;

	t->done = true;
	t->drained = false;
	counting_done(t);
	if (!t->front) {
		begin_http(t);
		return;
	}
	t->refused = t->front->conf->failure == SSL_FAILURE_REDIRECT &&
		     verify_failed(t->front, t->ssl);
	if (!t->refused)
		begin_http(t);
	w = &t->front->worker[t->worker];
	atomic_fetch_sub_explicit(&w->handshaking, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&w->active, 1, memory_order_relaxed);
}

int tls_handshake(struct tls *t)
{
	int rc;

	if (t->failed)
		return 0;
	if (t->done)
		return t->refused ? refuse_run(t) : 1;
	if (!t->started)
		note_start(t);
	ERR_clear_error();
	rc = SSL_do_handshake(t->ssl);
	if (rc != 1)
		return tls_classify(t, rc);
	note_done(t);
	return t->refused ? refuse_run(t) : 1;
}

bool tls_redirected(const struct tls *t)
{
	return t->refused;
}

/* ---- data ----------------------------------------------------------------- */

static int clamp(size_t n)
{
	return n > (1u << 30) ? 1 << 30 : (int)n;
}

int tls_raw_read(struct tls *t, void *buf, size_t cap)
{
	int rc;

	if (t->failed)
		return 0;
	ERR_clear_error();
	rc = SSL_read(t->ssl, buf, clamp(cap));
	if (rc <= 0)
		return tls_classify(t, rc);
	t->drained = false;
	ssl_count(t->count, SSL_COUNT_APP_IN, (uint64_t)rc);
	counting_record(t);
	renew_moved(t, (size_t)rc);
	return rc;
}

static void wrote(struct tls *t, size_t n)
{
	ssl_count(t->count, SSL_COUNT_APP_OUT, n);
	counting_record(t);
	renew_moved(t, n);
}

/* What the socket does not take is kept. */
static void send_room(struct tls *t)
{
	ssize_t n = t->rest.len ? 0 : sock_send(t, room.buf, room.len);

	if (n < 0)
		n = 0; /* if it is broken, the rest will tell */
	out_write(&t->rest, room.buf + n, room.len - (size_t)n);
	room.len = 0;
}

/* The caller comes back with its bytes until all has gone that was made from them,
 * and is told of them then. */
static int keep_promise(struct tls *t)
{
	size_t n = t->promised;
	ssize_t rc = send_rest(t);

	if (rc < 0 && !is_later())
		return tls_over(t, "connection lost", true);
	t->owes = rc < 0;
	if (rc < 0)
		return TLS_WANT_WRITE;
	t->promised = 0;
	wrote(t, n);
	return (int)n;
}

/* No record was made: what the library said instead, a message of a handshake or an
 * alert, goes out first. */
static int made_nothing(struct tls *t, int rc)
{
	t->owes = true;
	rc = tls_classify(t, rc);
	send_room(t);
	return send_rest(t) < 0 && rc != 0 ? TLS_WANT_WRITE : rc;
}

static int write_together(struct tls *t, const char *buf, size_t len)
{
	size_t n = 0;
	int rc = 1;

	room.len = 0;
	t->together = true;
	ERR_clear_error();
	for (int i = 0; i < TOGETHER && n < len && rc > 0; i++) {
		rc = SSL_write(t->ssl, buf + n, clamp(len - n));
		n += rc > 0 ? (size_t)rc : 0;
	}
	t->together = false;
	if (n == 0)
		return made_nothing(t, rc);
	t->promised = n;
	t->more = n < len && rc > 0;
	send_room(t);
	rc = keep_promise(t);
	t->more = false;
	return rc;
}

static int raw_write(struct tls *t, const void *buf, size_t len)
{
	int rc;

	if (t->failed)
		return 0;
	if (t->promised)
		return keep_promise(t);
	if (len > SSL3_RT_MAX_PLAIN_LENGTH && !t->owes)
		return write_together(t, buf, len);
	ERR_clear_error();
	/* one record a call: let the kernel join it to the next one's bytes */
	t->more = len > SSL3_RT_MAX_PLAIN_LENGTH;
	rc = SSL_write(t->ssl, buf, clamp(len));
	t->more = false;
	t->owes = rc <= 0;
	if (rc <= 0)
		return tls_classify(t, rc);
	wrote(t, (size_t)rc);
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
	char piece[TLS_PIECE];
	int n;

	while (!has_in(t)) {
		n = tls_raw_read(t, piece, sizeof(piece));
		if (n > 0)
			inject_request(t->http, piece, (size_t)n, &t->in);
		else if (n == 0)
			inject_finish(&t->http->request, &t->in);
		if (t->http->untrusted) {
			t->spoilt = true;
			return tls_over(t, "requests are not to be trusted",
					true);
		}
		if (n < 0 || (n == 0 && !has_in(t)))
			return n;
	}
	return take_in(t, buf, cap);
}

int tls_read(struct tls *t, void *buf, size_t cap)
{
	if (cap == 0 || !t->done)
		return 0;
	if (!t->http || (!has_in(t) && t->http->request.state == INJECT_PASS &&
			 !t->http->untrusted))
		return tls_raw_read(t, buf, cap);
	return read_http(t, buf, cap);
}

int tls_send_out(struct tls *t)
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
	size_t n = len < TLS_PIECE ? len : TLS_PIECE;
	int rc;

	if (t->absorbed == 0) {
		inject_answer(t->http, buf, n, &t->out);
		add_rewrites(t);
		t->absorbed = n;
	}
	rc = tls_send_out(t);
	if (rc <= 0)
		return rc;
	n = t->absorbed;
	t->absorbed = 0;
	return clamp(n);
}

/* ---- ssl-queue-delay (ssl.md 2.4) ---------------------------------------- */

#define GATHER_MAX 16400 /* bytes that are not waited for any more */

void tls_gather(struct tls *t)
{
	t->gather = true;
}

bool tls_gathers(const struct tls *t)
{
	return t->gather && t->out_at < t->out.len;
}

int tls_flush(struct tls *t)
{
	return t->failed ? 0 : tls_send_out(t);
}

/* All that is taken is ours; when it is enough for a record, it goes. */
static int write_gathered(struct tls *t, const void *buf, size_t len)
{
	size_t n = len < TLS_PIECE ? len : TLS_PIECE;
	int rc = 1;

	if (t->out.len - t->out_at >= GATHER_MAX)
		rc = tls_flush(t);
	if (rc <= 0)
		return rc;
	if (t->http) {
		inject_answer(t->http, buf, n, &t->out);
		add_rewrites(t);
	} else {
		out_write(&t->out, buf, n);
	}
	if (t->out.len - t->out_at >= GATHER_MAX && tls_flush(t) == 0)
		return 0;
	return clamp(n);
}

int tls_write(struct tls *t, const void *buf, size_t len)
{
	if (len == 0 || !t->done)
		return 0;
	if (t->gather)
		return write_gathered(t, buf, len);
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
	if (t->http)
		inject_finish(&t->http->answer, &t->out);
	(void)tls_send_out(t);
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
	out_fini(&t->rest);
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

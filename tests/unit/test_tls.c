/*
 * TLS of the SSL module: both ends over a socket pair, from images built out of
 * a configuration; and the HTTP changes, split at every byte.
 */
#include <check.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chassis/card.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "emu/io/disk.h"
#include "sslmod/card_ssl.h"
#include "sslmod/entry.h"
#include "sslmod/image.h"
#include "sslmod/inject.h"
#include "sslmod/outside.h"
#include "sslmod/stats.h"
#include "sslmod/store.h"
#include "sslmod/suites.h"

#define WORKERS 2
#define VIP	"10.1.1.1"
#define SERVER	"10.2.2.2"

/* ---- a switch with one module --------------------------------------------- */

static struct disk *disk;
static struct store *store;
static struct outside *outside;
static struct conf *conf;
static struct ssllist *list;
static struct ssl_server *front;
static struct ssl_backend *back;
static struct service *svc;
static struct card card;
static struct err err;

static struct in_addr addr(const char *text)
{
	struct in_addr a = { 0 };

	ck_assert(str_to_addr(text, &a));
	return a;
}

static void put(const char *name, const void *pem, size_t len)
{
	ck_assert_msg(!store_import(store, name, STORE_PEM, pem, len, "pw",
				    NULL, &err),
		      "%s: %s", name, err.msg);
}

static void associate(const char *kind, const char *name, const char *file)
{
	ck_assert_msg(!association_set(conf, kind, name, file, &err), "%s",
		      err.msg);
}

static void make_rsa(const char *key, const char *cert, const char *cn,
		     unsigned bits)
{
	struct dn dn = { .country = "US" };
	void *pem;
	size_t len;
	char *text;

	ck_assert_msg(!make_key(STORE_RSAKEY, bits, &pem, &len, &err), "%s",
		      err.msg);
	put(key, pem, len);
	wipe(pem, len);
	free(pem);
	str_copy(dn.common, sizeof(dn.common), cn);
	ck_assert_msg(
		!store_make_cert(store, key, key, &dn, time(NULL), &text, &err),
		"%s", err.msg);
	put(cert, text, strlen(text));
	free(text);
	associate("rsakey", key, key);
	associate("cert", cert, cert);
}

static void make_ec(const char *file)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct dn dn = { .common = "ec" };
	BIO *b = BIO_new(BIO_s_mem());
	char *data, *cert;
	long n;

	PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL);
	n = BIO_get_mem_data(b, &data);
	put("ec.key", data, (size_t)n);
	ck_assert(!store_make_cert(store, "ec.key", "ec.key", &dn, time(NULL),
				   &cert, &err));
	BIO_puts(b, cert);
	n = BIO_get_mem_data(b, &data);
	put(file, data, (size_t)n);
	free(cert);
	BIO_free(b);
	EVP_PKEY_free(key);
	associate("rsakey", "eckey", file);
	associate("cert", "eccert", file);
}

static struct ssl_cipher *add_cipher(struct ssl_common *c, const char *suite,
				     const char *target, uint16_t port,
				     unsigned weight)
{
	struct ssl_cipher *line = &c->cipher[c->ncipher++];

	str_copy(line->suite, sizeof(line->suite), suite);
	line->addr = addr(target);
	line->port = port;
	line->weight = (uint8_t)weight;
	return line;
}

static void setup(void)
{
	sslmod_start();
	disk = disk_open(NULL, &err);
	ck_assert_ptr_nonnull(disk);
	store = store_open(disk);
	outside = outside_new();
	conf = conf_new();
	make_rsa("key1", "cert1", "one", 1024);
	list = ssllist_add(conf, "l1", &err);
	ck_assert(!ssllist_add_server(conf, list, 1, &err));
	ck_assert(!ssllist_add_backend(conf, list, 2, &err));
	front = ssllist_server(list, 1);
	back = ssllist_backend(list, 2);
	front->vip = addr(VIP);
	str_copy(front->c.rsacert, sizeof(front->c.rsacert), "cert1");
	str_copy(front->c.rsakey, sizeof(front->c.rsakey), "key1");
	add_cipher(&front->c, "rsa-with-rc4-128-md5", "10.1.1.8", 88, 1);
	add_cipher(&front->c, "rsa-with-3des-ede-cbc-sha", "10.1.1.9", 89, 5);
	back->addr = addr(SERVER);
	back->server_addr = addr("10.3.3.3");
	svc = service_add(conf, "s1", &err);
	svc->type = SERVICE_SSL_ACCEL;
	svc->slot = 2;
	svc->activations = 7;
	svc->active = true;
	str_copy(svc->ssllist[0], sizeof(svc->ssllist[0]), "l1");
	svc->nssllist = 1;
	memset(&card, 0, sizeof(card));
	card.ops = &card_ssl_k9;
	card.slot = 2;
	ck_assert(!card.ops->insert(&card, &err));
}

static void teardown(void)
{
	card.ops->remove(&card);
	outside_free(outside);
	conf_free(conf);
	store_free(store);
	disk_close(disk);
}

static void download(enum tls_profile profile)
{
	struct ssl_source from = { .conf = conf,
				   .store = store,
				   .outside = outside,
				   .profile = profile };

	list->active = true;
	ck_assert_msg(!card_ssl_download(&card, &from, svc, WORKERS, &err),
		      "%s", err.msg);
}

static const struct ssl_front *the_front(void)
{
	const struct ssl_front *f = ssl_image_front(
		card_ssl_image(&card, svc->index), addr(VIP), 443);

	ck_assert_ptr_nonnull(f);
	return f;
}

static const struct ssl_back *the_back(void)
{
	const struct ssl_back *b = ssl_image_back(
		card_ssl_image(&card, svc->index), addr(SERVER), 80);

	ck_assert_ptr_nonnull(b);
	return b;
}

static uint64_t count(enum ssl_count id)
{
	return ssl_stats_get(the_front()->image->stats, id);
}

/* ---- two ends ------------------------------------------------------------- */

struct ends {
	int fd[2];
	struct tls *a, *c; /* accepting, connecting */
	int ra, rc;
};

static void ends_open(struct ends *e, int worker_a, int worker_c)
{
	ck_assert(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, e->fd));
	e->a = tls_accept(the_front(), worker_a, e->fd[0]);
	e->c = tls_connect(the_back(), worker_c, e->fd[1]);
	ck_assert_ptr_nonnull(e->a);
	ck_assert_ptr_nonnull(e->c);
}

/* true when both are done */
static bool ends_shake(struct ends *e)
{
	for (int i = 0; i < 20; i++) {
		e->rc = tls_handshake(e->c);
		e->ra = tls_handshake(e->a);
		if (e->ra == 0 || e->rc == 0)
			return false;
		if (e->ra == 1 && e->rc == 1)
			return true;
	}
	return false;
}

static void ends_close(struct ends *e)
{
	tls_shutdown(e->c);
	tls_shutdown(e->a);
	tls_free(e->a);
	tls_free(e->c);
	close(e->fd[0]);
	close(e->fd[1]);
}

static void say(struct tls *from, struct tls *to, const char *text)
{
	char buf[256];
	int n = tls_write(from, text, strlen(text));

	ck_assert_int_eq(n, (int)strlen(text));
	n = tls_read(to, buf, sizeof(buf));
	ck_assert_int_eq(n, (int)strlen(text));
	ck_assert_mem_eq(buf, text, (size_t)n);
}

static void talk(struct ends *e)
{
	say(e->c, e->a, "question");
	say(e->a, e->c, "answer");
}

START_TEST(modern_speaks_todays_tls_whatever_is_named)
{
	struct in_addr to;
	struct ends e;
	uint16_t port;

	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert_msg(ends_shake(&e), "%s / %s", tls_reason(e.a),
		      tls_reason(e.c));
	talk(&e);
	tls_clear_target(e.a, &to, &port);
	ck_assert_str_eq(str_addr(to), "10.1.1.9"); /* the heaviest line */
	ck_assert_int_eq(port, 89);
	ends_close(&e);
	ck_assert_int_eq(count(SSL_COUNT_IN_DONE), 1);
	ck_assert_int_eq(count(SSL_COUNT_OUT_DONE), 1);
	ck_assert_int_eq(count(SSL_COUNT_APP_IN), 14);
	ck_assert_int_gt(count(SSL_COUNT_WIRE_IN), 14);
}
END_TEST

START_TEST(sessions_resume_and_at_another_worker_too)
{
	struct ends e;

	download(TLS_MODERN);
	for (int i = 0; i < 4; i++) {
		/* same client store, other server worker */
		ends_open(&e, i % 2, 0);
		ck_assert(ends_shake(&e));
		talk(&e); /* TLS 1.3 sends its ticket behind the handshake */
		ends_close(&e);
	}
	/* counted at both ends */
	ck_assert_int_eq(count(SSL_COUNT_RESUMED), 6);
}
END_TEST

START_TEST(session_cache_zero_never_resumes)
{
	struct ends e;

	if (_i == 0)
		front->c.session_cache_s = 0;
	else
		back->c.session_cache_s = 0;
	download(TLS_MODERN);
	for (int i = 0; i < 3; i++) {
		ends_open(&e, 0, 0);
		ck_assert(ends_shake(&e));
		talk(&e);
		ends_close(&e);
	}
	ck_assert_int_eq(count(SSL_COUNT_RESUMED), 0);
}
END_TEST

START_TEST(faithful_speaks_tls_1_0_with_the_named_suite)
{
	struct in_addr to;
	struct ends e;
	uint16_t port;
	const uint8_t *id;

	front->c.ncipher = 0;
	add_cipher(&front->c, "rsa-with-aes-128-cbc-sha", "10.1.1.8", 88, 1);
	add_cipher(&front->c, "rsa-with-aes-256-cbc-sha", "10.1.1.9", 89, 1);
	add_cipher(&back->c, "rsa-with-aes-256-cbc-sha", "0.0.0.0", 0, 1);
	ck_assert_msg(!ssl_list_check(conf, list, store, TLS_FAITHFUL, &err),
		      "%s", err.msg);
	download(TLS_FAITHFUL);
	for (int i = 0; i < 2; i++) { /* by session id, at the other worker */
		ends_open(&e, i, 0);
		ck_assert_msg(ends_shake(&e), "%s / %s", tls_reason(e.a),
			      tls_reason(e.c));
		talk(&e);
		tls_clear_target(e.a, &to, &port);
		ck_assert_int_eq(port, 89);
		ck_assert_int_eq(tls_session_id(e.a, &id), 32);
		ends_close(&e);
	}
	ck_assert_int_eq(count(SSL_COUNT_RESUMED), 2);
	ck_assert_int_gt(count(SSL_COUNT_TLS_HMAC), 0);
}
END_TEST

START_TEST(the_heavier_suite_wins)
{
	struct in_addr to;
	struct ends e;
	uint16_t port;

	front->c.ncipher = 0;
	add_cipher(&front->c, "rsa-with-aes-128-cbc-sha", "10.1.1.8", 88, 2);
	add_cipher(&front->c, "rsa-with-aes-256-cbc-sha", "10.1.1.9", 89, 7);
	add_cipher(&back->c, "rsa-with-aes-128-cbc-sha", "0.0.0.0", 0, 9);
	add_cipher(&back->c, "rsa-with-aes-256-cbc-sha", "0.0.0.0", 0, 1);
	download(TLS_FAITHFUL);
	ends_open(&e, 0, 0);
	ck_assert(ends_shake(&e));
	tls_clear_target(e.a, &to, &port);
	ck_assert_int_eq(port, 89);
	ends_close(&e);
}
END_TEST

START_TEST(no_shared_suite_ends_the_handshake)
{
	struct ends e;

	front->c.ncipher = 0;
	add_cipher(&front->c, "rsa-with-aes-128-cbc-sha", "10.1.1.8", 88, 1);
	add_cipher(&back->c, "rsa-with-aes-256-cbc-sha", "0.0.0.0", 0, 1);
	download(TLS_FAITHFUL);
	ends_open(&e, 0, 0);
	ck_assert(!ends_shake(&e));
	ck_assert_str_eq(tls_reason(e.a), "no shared cipher");
	ends_close(&e);
	ck_assert_int_eq(count(SSL_COUNT_ALERT2_OUT), 1);
	ck_assert_int_eq(count(SSL_COUNT_IN_DONE), 0);
}
END_TEST

START_TEST(faithful_refuses_by_name_what_the_library_lacks)
{
	const struct suite *s = suite_find("rsa-with-3des-ede-cbc-sha");
	int rc;

	front->c.ncipher = 0;
	add_cipher(&front->c, s->name, "10.1.1.9", 89, 5);
	rc = ssl_list_check(conf, list, store, TLS_FAITHFUL, &err);
	ck_assert_int_eq(rc == 0, suite_available(s, false));
	if (rc)
		ck_assert_ptr_nonnull(strstr(err.msg, s->name));
	ck_assert(!ssl_list_check(conf, list, store, TLS_MODERN, &err));
}
END_TEST

START_TEST(an_ec_pair_in_one_file_serves_modern_clients_only)
{
	struct ends e;

	make_ec("both.pem");
	str_copy(front->c.rsacert, sizeof(front->c.rsacert), "eccert");
	str_copy(front->c.rsakey, sizeof(front->c.rsakey), "eckey");
	ck_assert_msg(!ssl_list_check(conf, list, store, TLS_MODERN, &err),
		      "%s", err.msg);
	download(TLS_MODERN);
	ends_open(&e, 0, 1);
	ck_assert(ends_shake(&e));
	talk(&e);
	ends_close(&e);
	front->c.ncipher = 0;
	add_cipher(&front->c, "rsa-with-aes-128-cbc-sha", "10.1.1.8", 88, 1);
	ck_assert(ssl_list_check(conf, list, store, TLS_FAITHFUL, &err));
}
END_TEST

START_TEST(a_key_of_another_certificate_is_named_as_the_product_does)
{
	make_rsa("key2", "cert2", "two", 1024);
	str_copy(front->c.rsakey, sizeof(front->c.rsakey), "key2");
	ck_assert(ssl_list_check(conf, list, store, TLS_MODERN, &err));
	ck_assert_str_eq(err.msg, T_PAIR_MISMATCH);
	list->active = true;
	ck_assert(card_ssl_download(&card,
				    &(struct ssl_source){ .conf = conf,
							  .store = store },
				    svc, WORKERS, &err));
	ck_assert_uint_eq(card_ssl_loaded(&card, svc->index), 0);
}
END_TEST

/* What must be there before a list is activated (ssl.md 2.6). */
static void no_vip(void)
{
	front->vip.s_addr = 0;
}
static void no_cipher(void)
{
	front->c.ncipher = 0;
}
static void no_key(void)
{
	front->c.rsakey[0] = '\0';
}
static void no_cert_association(void)
{
	str_copy(front->c.rsacert, sizeof(front->c.rsacert), "nowhere");
}
static void no_cacert(void)
{
	front->authentication = true;
}
static void no_url(void)
{
	front->failure = SSL_FAILURE_REDIRECT;
}
static void no_server_ip(void)
{
	back->server_addr.s_addr = 0;
}
static void same_port(void)
{
	back->server_addr = back->addr;
	back->server_port = back->port;
}
static void loop(void)
{
	front->c.cipher[0].addr = front->vip;
	front->c.cipher[0].port = 443;
}
static void twice(void)
{
	struct ssl_server *other;

	ck_assert(!ssllist_add_server(conf, list, 5, &err));
	other = ssllist_server(list, 5);
	*other = *front;
	other->c.number = 5;
}

static const struct {
	void (*spoil)(void);
	const char *says;
} spoilt[] = {
	{ no_vip, "vip address" },     { no_cipher, "cipher" },
	{ no_key, "rsakey" },	       { no_cert_association, "nowhere" },
	{ no_cacert, "cacert" },       { no_url, "failure-url" },
	{ no_server_ip, "server-ip" }, { same_port, "must differ" },
	{ loop, "own address" },       { twice, "same address" },
};

START_TEST(an_incomplete_list_is_refused_with_the_reason)
{
	ck_assert(!ssl_list_check(conf, list, store, TLS_MODERN, &err));
	spoilt[_i].spoil();
	ck_assert(ssl_list_check(conf, list, store, TLS_MODERN, &err));
	ck_assert_msg(strstr(err.msg, spoilt[_i].says) != NULL, "%s", err.msg);
}
END_TEST

START_TEST(replay_accepts_missing_files_but_not_missing_associations)
{
	str_copy(front->c.rsacert, sizeof(front->c.rsacert), "later");
	conf->hooks.replaying = true;
	ck_assert(ssl_list_check(conf, list, store, TLS_MODERN, &err));
	associate("cert", "later", "later.pem");
	ck_assert(!ssl_list_check(conf, list, store, TLS_MODERN, &err));
	conf->hooks.replaying = false;
	ck_assert(ssl_list_check(conf, list, store, TLS_MODERN, &err));
}
END_TEST

/* ---- client authentication ------------------------------------------------ */

static void demand(const char *ca)
{
	front->authentication = true;
	str_copy(front->c.cacert[0], sizeof(front->c.cacert[0]), ca);
	front->c.ncacert = 1;
}

static void present(const char *cert, const char *key)
{
	back->initiation = true;
	str_copy(back->c.rsacert, sizeof(back->c.rsacert), cert);
	str_copy(back->c.rsakey, sizeof(back->c.rsakey), key);
}

/* TLS 1.3 clients learn of a refusal only when they read. */
static bool accepted(struct ends *e)
{
	char buf[16];

	if (!ends_shake(e))
		return false;
	return tls_read(e->c, buf, sizeof(buf)) != 0;
}

START_TEST(a_client_certificate_is_demanded_and_checked)
{
	static const struct {
		const char *cert, *key;
		enum ssl_failure failure;
		bool ok;
	} t[] = {
		{ "cert2", "key2", SSL_FAILURE_REJECT, true },
		{ "cert1", "key1", SSL_FAILURE_REJECT, false },
		{ "", "", SSL_FAILURE_REJECT, false },
		{ "cert1", "key1", SSL_FAILURE_IGNORE, true },
		{ "", "", SSL_FAILURE_IGNORE, true },
		{ "cert1", "key1", SSL_FAILURE_REDIRECT, false },
	};
	struct ends e;

	make_rsa("key2", "cert2", "two", 1024);
	demand("cert2");
	present(t[_i].cert, t[_i].key);
	front->failure = t[_i].failure;
	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert_int_eq(accepted(&e), t[_i].ok);
	ends_close(&e);
}
END_TEST

START_TEST(initiation_checks_the_server_by_its_cacert)
{
	struct ends e;

	make_rsa("key2", "cert2", "two", 1024);
	back->initiation = true;
	str_copy(back->c.cacert[0], sizeof(back->c.cacert[0]),
		 _i ? "cert1" : "cert2");
	back->c.ncacert = 1;
	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert_int_eq(ends_shake(&e), _i);
	if (!_i)
		ck_assert_str_eq(tls_reason(e.c), "self-signed certificate");
	ends_close(&e);
}
END_TEST

/* ---- data ----------------------------------------------------------------- */

#define BULK (3u << 20)

/* Sockets that are full now and then, and new keys in between, too. */
START_TEST(large_transfers_arrive_whole_both_ways)
{
	unsigned char *sent = xcalloc(1, BULK), *got = xcalloc(1, BULK);
	const bool small = _i;
	const int room = 6000;
	unsigned blocked = 0;
	struct ends e;

	for (size_t i = 0; i < BULK; i++)
		sent[i] = (unsigned char)(i * 2654435761u >> 13);
	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert(ends_shake(&e));
	for (int i = 0; i < 2 && small; i++)
		ck_assert(!setsockopt(e.fd[i], SOL_SOCKET, SO_SNDBUF, &room,
				      sizeof(room)));
	for (int way = 0; way < 2; way++) {
		struct tls *from = way ? e.a : e.c, *to = way ? e.c : e.a;
		size_t out = 0, in = 0;

		for (int idle = 0; in < BULK && idle < 1000; idle++) {
			int n = out < BULK ? tls_write(from, sent + out,
						       BULK - out)
					   : 0;

			ck_assert(n > 0 || n == TLS_WANT_WRITE || out == BULK);
			blocked += n == TLS_WANT_WRITE;
			if (n > 0)
				out += (size_t)n;
			if (small && blocked % 16 == 7)
				tls_renew(from);
			n = tls_read(to, got + in, BULK - in);
			while (n > 0) {
				in += (size_t)n;
				idle = 0;
				n = in < BULK
					    ? tls_read(to, got + in, BULK - in)
					    : 0;
			}
		}
		ck_assert_uint_eq(in, BULK);
		ck_assert_mem_eq(sent, got, BULK);
	}
	ck_assert(!small || blocked > 100);
	ends_close(&e);
	free(sent);
	free(got);
}
END_TEST

START_TEST(pending_tells_of_bytes_that_the_socket_no_longer_has)
{
	struct ends e;
	char c[4];

	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert(ends_shake(&e));
	ck_assert_int_eq(tls_write(e.c, "one", 3), 3);
	ck_assert_int_eq(tls_write(e.c, "two", 3), 3);
	ck_assert_int_eq(tls_read(e.a, c, 2), 2);
	ck_assert(tls_pending(e.a)); /* rest of a record */
	ck_assert_int_eq(tls_read(e.a, c, 4), 1);
	ck_assert(tls_pending(e.a)); /* a record read ahead */
	ck_assert_int_eq(tls_read(e.a, c, 4), 3);
	ck_assert_int_eq(tls_read(e.a, c, 4), TLS_WANT_READ);
	ck_assert(!tls_pending(e.a));
	ends_close(&e);
}
END_TEST

START_TEST(a_truncated_handshake_is_over_and_counted_as_no_flow)
{
	struct ends e;
	struct out o = { 0 };

	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert_int_eq(tls_handshake(e.c), TLS_WANT_READ);
	ck_assert_int_eq(tls_handshake(e.a), TLS_WANT_READ);
	card_ssl_show_flows(&card, &o);
	ck_assert_ptr_nonnull(
		strstr(out_text(&o), "1                 0                 1"));
	ck_assert(!shutdown(e.fd[1], SHUT_WR));
	ck_assert_int_eq(tls_handshake(e.a), 0);
	ck_assert_str_ne(tls_reason(e.a), "");
	ends_close(&e);
	out_clear(&o);
	card_ssl_show_flows(&card, &o);
	ck_assert_ptr_nonnull(
		strstr(out_text(&o), "0                 0                 0"));
	out_fini(&o);
}
END_TEST

START_TEST(garbage_is_answered_by_an_alert)
{
	struct ends e;
	char c;

	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert_int_eq(write(e.fd[1], "\x16\x03\x01\0\5junk!", 10), 10);
	ck_assert_int_eq(tls_handshake(e.a), 0);
	ck_assert_str_ne(tls_reason(e.a), "");
	ck_assert_int_eq(read(e.fd[1], &c, 1), 1);
	ck_assert_int_eq(c, 21); /* alert */
	ends_close(&e);
}
END_TEST

START_TEST(close_notify_is_sent_unless_unclean)
{
	struct ends e;
	char c;

	front->unclean_shutdown = _i;
	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert(ends_shake(&e));
	talk(&e);
	tls_shutdown(e.a);
	ck_assert_int_eq(tls_read(e.c, &c, 1), _i ? TLS_WANT_READ : 0);
	if (!_i)
		ck_assert_str_eq(tls_reason(e.c), "peer closed");
	ends_close(&e);
}
END_TEST

START_TEST(an_image_outlives_its_card_while_connections_use_it)
{
	struct ssl_image *im;
	struct ends e;

	download(TLS_MODERN);
	im = ssl_image_ref(card_ssl_image(&card, svc->index));
	ends_open(&e, 0, 0);
	card.ops->remove(&card);
	ck_assert(ends_shake(&e));
	talk(&e);
	ends_close(&e);
	ssl_image_unref(im);
	ck_assert(!card.ops->insert(&card, &err));
}
END_TEST

/* One worker: both ends of connections of its own. */
static void *work(void *arg)
{
	int worker = *(int *)arg, bad = 0;

	for (int i = 0; i < 25; i++) {
		struct ends e;

		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, e.fd))
			abort();
		e.a = tls_accept(the_front(), worker, e.fd[0]);
		e.c = tls_connect(the_back(), worker, e.fd[1]);
		bad += !ends_shake(&e);
		bad += tls_write(e.c, "x", 1) != 1;
		bad += tls_read(e.a, (char[1]){ 0 }, 1) != 1;
		bad += tls_write(e.a, "y", 1) != 1;
		bad += tls_read(e.c, (char[1]){ 0 }, 1) != 1;
		ends_close(&e);
	}
	*(int *)arg = bad;
	return NULL;
}

START_TEST(workers_share_what_they_may_and_nothing_else)
{
	int result[WORKERS];
	pthread_t t[WORKERS];
	struct out o = { 0 };

	if (_i) {
		add_cipher(&front->c, "rsa-with-aes-128-cbc-sha", "10.1.1.8",
			   88, 9);
		add_cipher(&back->c, "rsa-with-aes-128-cbc-sha", "0.0.0.0", 0,
			   1);
	}
	download(_i ? TLS_FAITHFUL : TLS_MODERN);
	for (int i = 0; i < WORKERS; i++) {
		result[i] = i;
		ck_assert(!pthread_create(&t[i], NULL, work, &result[i]));
	}
	for (int i = 0; i < 50; i++) { /* the control thread looks on */
		card_ssl_show_flows(&card, &o);
		card_ssl_show_statistics(&card, 7, &o);
		out_clear(&o);
	}
	for (int i = 0; i < WORKERS; i++) {
		ck_assert(!pthread_join(t[i], NULL));
		ck_assert_int_eq(result[i], 0);
	}
	ck_assert_int_eq(count(SSL_COUNT_IN_DONE), 25 * WORKERS);
	ck_assert_int_gt(count(SSL_COUNT_RESUMED), 0);
	out_fini(&o);
}
END_TEST

START_TEST(a_new_activation_replaces_the_old_image)
{
	download(TLS_MODERN);
	ck_assert_uint_eq(card_ssl_loaded(&card, svc->index), 7);
	svc->activations = 8;
	ck_assert_uint_eq(card_ssl_loaded(&card, svc->index), 7);
	download(TLS_MODERN);
	ck_assert_uint_eq(card_ssl_loaded(&card, svc->index), 8);
	card_ssl_unload(&card, svc->index);
	ck_assert_uint_eq(card_ssl_loaded(&card, svc->index), 0);
	ck_assert_ptr_null(card_ssl_image(&card, svc->index));
}
END_TEST

START_TEST(clearing_statistics_zeroes_what_is_shown)
{
	struct out o = { 0 };
	struct ends e;

	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert(ends_shake(&e));
	ends_close(&e);
	card_ssl_show_statistics(&card, SSL_STAT_PROXY, &o);
	ck_assert_ptr_nonnull(strstr(out_text(&o),
				     "1           Handshake completed for "
				     "incoming"));
	card_ssl_clear_statistics(&card);
	out_clear(&o);
	card_ssl_show_statistics(&card, SSL_STAT_PROXY, &o);
	ck_assert_ptr_nonnull(strstr(out_text(&o),
				     "0           Handshake completed for "
				     "incoming"));
	out_fini(&o);
}
END_TEST

/* ---- HTTP changes --------------------------------------------------------- */

static const struct ssl_rewrite rules[SSL_REWRITE_MAX] = {
	{ .number = 1, .host = "www.a.com", .sslport = 443, .clearport = 80 },
	{ .number = 3, .host = "*.b.com", .sslport = 8443, .clearport = 81 },
};

static const struct {
	const char *in, *out;
} requests[] = {
	{ "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
	  "GET / HTTP/1.1\r\nX: 1\r\nHost: h\r\n\r\n" },
	{ "GET / HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
	  "GET / HTTP/1.0\r\nX: 1\r\n\r\nGET /2 HTTP/1.0\r\nX: 1\r\n\r\n" },
	{ "POST / HTTP/1.1\r\nContent-Length: 16\r\n\r\n"
	  "GET / HTTP/1.1\r\nGET /x HTTP/1.1\r\n\r\n",
	  "POST / HTTP/1.1\r\nX: 1\r\nContent-Length: 16\r\n\r\n"
	  "GET / HTTP/1.1\r\nGET /x HTTP/1.1\r\nX: 1\r\n\r\n" },
	{ "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "1a;e=f\r\nGET / HTTP/1.1\r\nA: b\r\n\r\nzz\r\n0\r\nT: r\r\n\r\n"
	  "GET /2 HTTP/1.1\r\n\r\n",
	  "POST / HTTP/1.1\r\nX: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "1a;e=f\r\nGET / HTTP/1.1\r\nA: b\r\n\r\nzz\r\n0\r\nT: r\r\n\r\n"
	  "GET /2 HTTP/1.1\r\nX: 1\r\n\r\n" },
	/* from here on it is another protocol */
	{ "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\nGET / HTTP/1.1\r\n\r\n",
	  "GET / HTTP/1.1\r\nX: 1\r\nUpgrade: websocket\r\n\r\n"
	  "GET / HTTP/1.1\r\n\r\n" },
	{ "INVITE sip:a@b SIP/2.0\r\nGET / HTTP/1.1\r\n\r\n",
	  "INVITE sip:a@b SIP/2.0\r\nGET / HTTP/1.1\r\n\r\n" },
	/* two lengths: hands off */
	{ "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n"
	  "GET / HTTP/1.1\r\n\r\n",
	  "POST / HTTP/1.1\r\nX: 1\r\nContent-Length: 3\r\n"
	  "Content-Length: 4\r\n\r\nGET / HTTP/1.1\r\n\r\n" },
	{ "\r\nGET / HTTP/1.1\r\n\r\npartial",
	  "\r\nGET / HTTP/1.1\r\nX: 1\r\n\r\npartial" },
	{ "GET / HTTP/1.1\nHost: h\n\nGET / HTTP/1.1\n\n",
	  "GET / HTTP/1.1\nX: 1\r\nHost: h\n\nGET / HTTP/1.1\nX: 1\r\n\n" },
};

static void check_split(const char *in, const char *want, bool answer,
			size_t first, size_t step)
{
	struct inject *j = inject_new(answer ? NULL : "X: 1\r\n", rules);
	struct out o = { 0 };
	size_t len = strlen(in), at = 0;

	if (answer) { /* three questions: the second is HEAD */
		static const char ask[] = "GET / HTTP/1.1\r\n\r\n"
					  "HEAD / HTTP/1.1\r\n\r\n"
					  "GET / HTTP/1.1\r\n\r\n";

		inject_request(j, ask, sizeof(ask) - 1, &o);
		out_clear(&o);
	}
	while (at < len) {
		size_t n = at == 0 && first ? first : step;

		n = n < len - at ? n : len - at;
		if (answer)
			inject_answer(j, in + at, n, &o);
		else
			inject_request(j, in + at, n, &o);
		at += n;
	}
	inject_finish(answer ? &j->answer : &j->request, &o);
	ck_assert_str_eq(out_text(&o), want);
	out_fini(&o);
	inject_free(j);
}

START_TEST(lines_are_inserted_into_every_request_however_it_is_split)
{
	size_t len = strlen(requests[_i].in);

	for (size_t first = 1; first < len; first++)
		check_split(requests[_i].in, requests[_i].out, false, first,
			    len);
	check_split(requests[_i].in, requests[_i].out, false, 0, 1);
}
END_TEST

static const struct {
	const char *in, *out;
} answers[] = {
	{ "HTTP/1.1 302 Found\r\nLocation: http://www.a.com/x?y#z\r\n"
	  "Content-Length: 2\r\n\r\nhi",
	  "HTTP/1.1 302 Found\r\nLocation: https://www.a.com/x?y#z\r\n"
	  "Content-Length: 2\r\n\r\nhi" },
	{ "HTTP/1.1 301 M\r\nlocation:http://q.b.com:81/\r\n"
	  "Content-Length: 0\r\n\r\n",
	  "HTTP/1.1 301 M\r\nlocation:https://q.b.com:8443/\r\n"
	  "Content-Length: 0\r\n\r\n" },
	/* not the rule's port; not 3xx; https already */
	{ "HTTP/1.1 302 F\r\nLocation: http://www.a.com:81/\r\n\r\n",
	  "HTTP/1.1 302 F\r\nLocation: http://www.a.com:81/\r\n\r\n" },
	{ "HTTP/1.1 200 OK\r\nLocation: http://www.a.com/\r\n\r\n",
	  "HTTP/1.1 200 OK\r\nLocation: http://www.a.com/\r\n\r\n" },
	{ "HTTP/1.1 302 F\r\nLocation: https://www.a.com/\r\n\r\n",
	  "HTTP/1.1 302 F\r\nLocation: https://www.a.com/\r\n\r\n" },
	/* a body that looks like a head stays; the answer to HEAD has none */
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "2F\r\nHTTP/1.1 302 F\r\nLocation: http://www.a.com/\r\n\r\n"
	  "\r\n0\r\n\r\n"
	  "HTTP/1.1 302 F\r\nContent-Length: 9\r\n\r\n"
	  "HTTP/1.1 302 F\r\nLocation: http://www.a.com/\r\n\r\n",
	  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "2F\r\nHTTP/1.1 302 F\r\nLocation: http://www.a.com/\r\n\r\n"
	  "\r\n0\r\n\r\n"
	  "HTTP/1.1 302 F\r\nContent-Length: 9\r\n\r\n"
	  "HTTP/1.1 302 F\r\nLocation: https://www.a.com/\r\n\r\n" },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 F\r\n"
	  "Location: http://www.a.com\r\n\r\nrest to the end",
	  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 F\r\n"
	  "Location: https://www.a.com\r\n\r\nrest to the end" },
	{ "220 smtp\r\nHTTP/1.1 302 F\r\nLocation: http://www.a.com/\r\n\r\n",
	  "220 smtp\r\nHTTP/1.1 302 F\r\nLocation: http://www.a.com/\r\n\r\n" },
};

START_TEST(locations_turn_to_https_however_the_answer_is_split)
{
	size_t len = strlen(answers[_i].in);

	for (size_t first = 1; first < len; first++)
		check_split(answers[_i].in, answers[_i].out, true, first, len);
	check_split(answers[_i].in, answers[_i].out, true, 0, 1);
}
END_TEST

START_TEST(a_line_too_long_passes_as_it_is)
{
	struct inject *j = inject_new("X: 1\r\n", rules);
	struct out o = { 0 }, in = { 0 };

	out_puts(&in, "GET / HTTP/1.1\r\nCookie: ");
	for (int i = 0; i < 2 * INJECT_LINE; i++)
		out_puts(&in, "c");
	out_puts(&in, "\r\nHost: h\r\n\r\n");
	for (size_t i = 0; i < in.len; i += 7)
		inject_request(j, in.buf + i, in.len - i < 7 ? in.len - i : 7,
			       &o);
	ck_assert_uint_eq(o.len, in.len + 6);
	ck_assert_int_eq(j->request.state, INJECT_FIRST);
	ck_assert_mem_eq(o.buf, "GET / HTTP/1.1\r\nX: 1\r\nCookie: ", 30);
	out_fini(&o);
	out_fini(&in);
	inject_free(j);
}
END_TEST

START_TEST(a_front_leg_inserts_and_rewrites)
{
	struct ends e;
	char buf[4096];
	int n;

	str_copy(front->header_static, sizeof(front->header_static),
		 "FRONT-END-HTTPS: on\\r\\nA: b");
	str_copy(front->header_prefix, sizeof(front->header_prefix), "Acme");
	front->header_session = true;
	front->header_server_cert = true;
	front->rewrite[0] = rules[0];
	download(TLS_MODERN);
	ends_open(&e, 0, 0);
	ck_assert(ends_shake(&e));
	ck_assert_int_eq(tls_write(e.c, "GET / HTTP/1.1\r\n\r\n", 18), 18);
	n = tls_read(e.a, buf, sizeof(buf) - 1);
	ck_assert_int_gt(n, 18);
	buf[n] = '\0';
	ck_assert_ptr_nonnull(strstr(buf, "\r\nAcme-FRONT-END-HTTPS: on\r\n"
					  "Acme-A: b\r\n"));
	ck_assert_ptr_nonnull(strstr(buf, "\r\nAcme-Session-Protocol-Version: "
					  "TLSv1.3\r\n"));
	ck_assert_ptr_nonnull(
		strstr(buf, "\r\nAcme-ServerCert-Subject-CN: one\r\n"));
	ck_assert_str_eq(buf + n - 4, "\r\n\r\n");
	n = tls_write(e.a,
		      "HTTP/1.1 302 F\r\nLocation: http://www.a.com/\r\n\r\n",
		      47);
	ck_assert_int_eq(n, 47);
	for (n = 0; n < 48;) {
		int k = tls_read(e.c, buf + n, sizeof(buf) - (size_t)n - 1);

		ck_assert_int_gt(k, 0);
		n += k;
	}
	buf[n] = '\0';
	ck_assert_str_eq(
		buf, "HTTP/1.1 302 F\r\nLocation: https://www.a.com/\r\n\r\n");
	ends_close(&e);
}
END_TEST

#define N(table) (int)(sizeof(table) / sizeof(*(table)))

int main(void)
{
	Suite *s = suite_create("tls");
	TCase *tc = tcase_create("tls"), *http = tcase_create("http");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, modern_speaks_todays_tls_whatever_is_named);
	tcase_add_test(tc, sessions_resume_and_at_another_worker_too);
	tcase_add_loop_test(tc, session_cache_zero_never_resumes, 0, 2);
	tcase_add_test(tc, faithful_speaks_tls_1_0_with_the_named_suite);
	tcase_add_test(tc, the_heavier_suite_wins);
	tcase_add_test(tc, no_shared_suite_ends_the_handshake);
	tcase_add_test(tc, faithful_refuses_by_name_what_the_library_lacks);
	tcase_add_test(tc, an_ec_pair_in_one_file_serves_modern_clients_only);
	tcase_add_test(
		tc, a_key_of_another_certificate_is_named_as_the_product_does);
	tcase_add_loop_test(tc, an_incomplete_list_is_refused_with_the_reason,
			    0, N(spoilt));
	tcase_add_test(
		tc, replay_accepts_missing_files_but_not_missing_associations);
	tcase_add_loop_test(tc, a_client_certificate_is_demanded_and_checked, 0,
			    6);
	tcase_add_loop_test(tc, initiation_checks_the_server_by_its_cacert, 0,
			    2);
	tcase_add_loop_test(tc, large_transfers_arrive_whole_both_ways, 0, 2);
	tcase_add_test(tc,
		       pending_tells_of_bytes_that_the_socket_no_longer_has);
	tcase_add_test(tc,
		       a_truncated_handshake_is_over_and_counted_as_no_flow);
	tcase_add_test(tc, garbage_is_answered_by_an_alert);
	tcase_add_loop_test(tc, close_notify_is_sent_unless_unclean, 0, 2);
	tcase_add_test(tc, an_image_outlives_its_card_while_connections_use_it);
	tcase_add_loop_test(tc, workers_share_what_they_may_and_nothing_else, 0,
			    2);
	tcase_add_test(tc, a_new_activation_replaces_the_old_image);
	tcase_add_test(tc, clearing_statistics_zeroes_what_is_shown);
	tcase_add_loop_test(
		http, lines_are_inserted_into_every_request_however_it_is_split,
		0, N(requests));
	tcase_add_loop_test(http,
			    locations_turn_to_https_however_the_answer_is_split,
			    0, N(answers));
	tcase_add_test(http, a_line_too_long_passes_as_it_is);
	tcase_add_test(tc, a_front_leg_inserts_and_rewrites);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, http);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

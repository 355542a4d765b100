/*
 * What decides whom a module believes, and what it says about itself: revocation
 * lists, OCSP responses, names, fields of clients, times of fetching.
 */
#include <check.h>
#include <openssl/ec.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/ssllist.h"
#include "sslmod/crl.h"
#include "sslmod/guard.h"
#include "sslmod/names.h"
#include "sslmod/outside.h"
#include "sslmod/staple.h"

#define DAY 86400

static struct err err;
static EVP_PKEY *key_a, *key_b;
static X509 *ca_a, *ca_b, *leaf;
static time_t now;

static X509 *certificate(const char *cn, EVP_PKEY *key, X509 *issuer,
			 EVP_PKEY *signer, long serial)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
				   (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(x, issuer ? X509_get_subject_name(issuer) : n);
	X509_gmtime_adj(X509_getm_notBefore(x), -DAY);
	X509_gmtime_adj(X509_getm_notAfter(x), DAY);
	X509_set_pubkey(x, key);
	ck_assert_int_gt(X509_sign(x, signer, EVP_sha256()), 0);
	return x;
}

static void setup(void)
{
	now = time(NULL);
	key_a = EVP_EC_gen("P-256");
	key_b = EVP_EC_gen("P-256");
	ca_a = certificate("a", key_a, NULL, key_a, 1);
	ca_b = certificate("b", key_b, NULL, key_b, 1);
	leaf = certificate("leaf", key_b, ca_a, key_a, 0x123456789aL);
}

static void teardown(void)
{
	X509_free(ca_a);
	X509_free(ca_b);
	X509_free(leaf);
	EVP_PKEY_free(key_a);
	EVP_PKEY_free(key_b);
}

/* ---- revocation lists ------------------------------------------------------ */

struct list {
	X509 *issuer;
	EVP_PKEY *signer;
	long from, next; /* from now */
	int n;		 /* serials 10, 20, 30 ... */
	X509 *also;
	bool pem;
};

static void revoke(X509_CRL *c, const ASN1_INTEGER *serial)
{
	X509_REVOKED *r = X509_REVOKED_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, now);

	X509_REVOKED_set_serialNumber(r, (ASN1_INTEGER *)(uintptr_t)serial);
	X509_REVOKED_set_revocationDate(r, t);
	X509_CRL_add0_revoked(c, r);
	ASN1_TIME_free(t);
}

static char *make_list(const struct list *l, size_t *len)
{
	X509_CRL *c = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, now + l->from);
	BIO *b = BIO_new(BIO_s_mem());
	char *text, *copy;

	X509_CRL_set_version(c, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(c, X509_get_subject_name(l->issuer));
	X509_CRL_set1_lastUpdate(c, t);
	ASN1_TIME_set(t, now + l->next);
	if (l->next)
		X509_CRL_set1_nextUpdate(c, t);
	for (int i = l->n; i > 0; i--) {
		ASN1_INTEGER *s = ASN1_INTEGER_new();

		ASN1_INTEGER_set(s, i * 10L);
		revoke(c, s);
		ASN1_INTEGER_free(s);
	}
	if (l->also)
		revoke(c, X509_get0_serialNumber(l->also));
	ck_assert_int_gt(X509_CRL_sign(c, l->signer, EVP_sha256()), 0);
	if (l->pem)
		PEM_write_bio_X509_CRL(b, c);
	else
		i2d_X509_CRL_bio(b, c);
	*len = (size_t)BIO_get_mem_data(b, &text);
	copy = malloc(*len);
	memcpy(copy, text, *len);
	BIO_free(b);
	ASN1_TIME_free(t);
	X509_CRL_free(c);
	return copy;
}

static struct crl *read_list(const struct list *l, X509 *ca)
{
	size_t len;
	char *data = make_list(l, &len);
	struct crl *c = crl_read(data, len, ca, now, &err);

	free(data);
	return c;
}

static enum crl_answer ask_serial(const struct crl *c, long serial)
{
	X509 *x = certificate("x", key_b, ca_a, key_a, serial);
	enum crl_answer a = crl_ask(c, x, now);

	X509_free(x);
	return a;
}

START_TEST(a_list_knows_its_serials_and_no_others)
{
	struct list l = { ca_a, key_a, -60, DAY, 1000, leaf, _i };
	struct crl *c = read_list(&l, ca_a);
	X509 *same = certificate("y", key_b, ca_b, key_b, 10);

	ck_assert_ptr_nonnull(c);
	ck_assert_uint_eq(crl_count(c), 1001);
	for (long n = 1; n <= 10100; n += 1010)
		ck_assert_int_eq(ask_serial(c, n), CRL_GOOD);
	for (long n = 10; n <= 10000; n += 990)
		ck_assert_int_eq(ask_serial(c, n), CRL_REVOKED);
	ck_assert_int_eq(ask_serial(c, -10), CRL_GOOD);
	ck_assert_int_eq(crl_ask(c, leaf, now), CRL_REVOKED);
	/* of another authority: not its business */
	ck_assert_int_eq(crl_ask(c, same, now), CRL_GOOD);
	X509_free(same);
	crl_unref(c);
}
END_TEST

START_TEST(a_list_that_runs_out_is_good_for_nobody)
{
	struct list l = { ca_a, key_a, -60, DAY, 1, NULL, false };
	struct crl *c = read_list(&l, ca_a);

	ck_assert_int_eq(crl_ask(c, leaf, now + DAY - 1), CRL_GOOD);
	ck_assert_int_eq(crl_ask(c, leaf, now + DAY), CRL_EXPIRED);
	crl_unref(c);
	l.next = 0; /* it does not say */
	c = read_list(&l, ca_a);
	ck_assert_int_eq(crl_ask(c, leaf, now + 1000L * DAY), CRL_GOOD);
	crl_unref(c);
}
END_TEST

START_TEST(what_is_no_good_list_is_refused_with_the_reason)
{
	struct list forged = { ca_a, key_b, -60, DAY, 1, NULL, false };
	struct list other = { ca_b, key_b, -60, DAY, 1, NULL, false };
	struct list old = { ca_a, key_a, -2L * DAY, -60, 1, NULL, false };
	struct list early = { ca_a, key_a, 600, DAY, 1, NULL, false };
	char *data;
	size_t len;

	ck_assert_ptr_null(read_list(&forged, ca_a));
	ck_assert_str_eq(err.msg, "its signature is not the authority's");
	ck_assert_ptr_null(read_list(&other, ca_a));
	ck_assert_str_eq(err.msg, "it is another authority's list");
	ck_assert_ptr_null(read_list(&old, ca_a));
	ck_assert_str_eq(err.msg, "it has expired");
	ck_assert_ptr_null(read_list(&early, ca_a));
	ck_assert_str_eq(err.msg, "it is not in force yet; see the clock");
	forged.signer = key_a;
	data = make_list(&forged, &len);
	for (size_t n = 0; n < len; n++)
		ck_assert_ptr_null(crl_read(data, n, ca_a, now, &err));
	for (size_t n = 0; n < len; n++) { /* nor with any byte changed */
		data[n] ^= 1;
		ck_assert_ptr_null(crl_read(data, len, ca_a, now, &err));
		data[n] ^= 1;
	}
	free(data);
}
END_TEST

START_TEST(what_is_kept_lives_as_long_as_somebody_looks_at_it)
{
	struct list l = { ca_a, key_a, -60, DAY, 3, NULL, false };
	struct latest *place = latest_new();
	struct crl *seen;

	ck_assert_ptr_null(latest_get(place));
	latest_put(place, &read_list(&l, ca_a)->item);
	seen = (struct crl *)(void *)latest_get(place);
	l.n = 5;
	latest_put(place, &read_list(&l, ca_a)->item);
	ck_assert_uint_eq(crl_count(seen), 3);
	crl_unref(seen);
	seen = (struct crl *)(void *)latest_get(place);
	latest_put(place, NULL);
	latest_unref(place);
	ck_assert_uint_eq(crl_count(seen), 5);
	crl_unref(seen);
}
END_TEST

/* ---- OCSP ------------------------------------------------------------------ */

static struct staple *respond(X509 *about, int status, X509 *signer,
			      EVP_PKEY *key, long from, long next)
{
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), about, ca_a);
	ASN1_TIME *t = ASN1_TIME_set(NULL, now + from);
	ASN1_TIME *to = ASN1_TIME_set(NULL, now + next);
	unsigned char *der = NULL;
	OCSP_RESPONSE *r;
	struct staple *s;
	int len;

	OCSP_basic_add1_status(b, id, status, 0, t, t, next ? to : NULL);
	OCSP_basic_sign(b, signer, key, EVP_sha256(), NULL, 0);
	r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
	len = i2d_OCSP_RESPONSE(r, &der);
	s = staple_read(der, (size_t)len, leaf, ca_a, now, &err);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(r);
	OCSP_CERTID_free(id);
	OCSP_BASICRESP_free(b);
	ASN1_TIME_free(t);
	ASN1_TIME_free(to);
	return s;
}

START_TEST(only_a_good_response_of_the_issuer_is_handed_out)
{
	const int good = V_OCSP_CERTSTATUS_GOOD;
	struct staple *s = respond(leaf, good, ca_a, key_a, -60, DAY);

	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(s->next, now + DAY);
	latest_item_unref(&s->item);
	s = respond(leaf, good, ca_a, key_a, -60, 0);
	ck_assert_int_gt(s->next, now);
	latest_item_unref(&s->item);
	ck_assert_ptr_null(respond(leaf, good, ca_b, key_b, -60, DAY));
	ck_assert_str_eq(err.msg, "the response is not signed by the issuer");
	ck_assert_ptr_null(respond(ca_b, good, ca_a, key_a, -60, 0));
	ck_assert_str_eq(err.msg, "the response is about another certificate");
	ck_assert_ptr_null(respond(leaf, V_OCSP_CERTSTATUS_REVOKED, ca_a, key_a,
				   -60, DAY));
	ck_assert_str_eq(err.msg, "the status is revoked");
	ck_assert_ptr_null(respond(leaf, good, ca_a, key_a, -DAY, -60));
	ck_assert_ptr_null(respond(leaf, good, ca_a, key_a, DAY, 2L * DAY));
	ck_assert_ptr_null(staple_read("no", 2, leaf, ca_a, now, &err));
}
END_TEST

START_TEST(a_certificate_without_a_responder_says_so)
{
	char url[STAPLE_URL_MAX];
	unsigned char *q;
	size_t len;

	ck_assert_int_eq(staple_url(leaf, url, &err), -1);
	q = staple_question(leaf, ca_a, &len);
	ck_assert_ptr_nonnull(q);
	ck_assert_uint_gt(len, 40);
	OPENSSL_free(q);
}
END_TEST

/* ---- names ----------------------------------------------------------------- */

static const struct {
	const char *pattern, *name;
	bool fits;
} fit[] = {
	{ "www.a.com", "www.a.com", true },
	{ "www.a.com", "WWW.A.com", true },
	{ "www.a.com", "www.a.com.", false },
	{ "*.a.com", "x.a.com", true },
	{ "*.a.com", "x.A.com", true },
	{ "*.a.com", "a.com", false },
	{ "*.a.com", ".a.com", false },
	{ "*.a.com", "x.y.a.com", false },
	{ "*.a.com", "xa.com", false },
	{ "*.a.com", "", false },
};

START_TEST(a_star_is_one_label)
{
	ck_assert_msg(name_fits(fit[_i].pattern, fit[_i].name) == fit[_i].fits,
		      "%s, %s", fit[_i].pattern, fit[_i].name);
}
END_TEST

START_TEST(an_exact_name_goes_before_a_star)
{
	struct ssl_server e = { .sni = { { .host = "*.a.com" },
					 { .host = "x.a.com" },
					 { .host = "*.a.com" } },
				.nsni = 3 };

	ck_assert_int_eq(name_find(&e, "x.a.com"), 1);
	ck_assert_int_eq(name_find(&e, "y.a.com"), 0);
	ck_assert_int_eq(name_find(&e, "a.com"), -1);
}
END_TEST

START_TEST(a_name_is_taken_from_a_hello_whole_or_not_at_all)
{
	static const unsigned char good[] = { 0, 6, 0, 0, 3, 'a', '.', 'b' };
	unsigned char bad[sizeof(good)];
	char name[8];

	ck_assert(name_of_hello(good, sizeof(good), name, sizeof(name)));
	ck_assert_str_eq(name, "a.b");
	for (size_t n = 0; n < sizeof(good); n++)
		ck_assert(!name_of_hello(good, n, name, sizeof(name)));
	ck_assert(!name_of_hello(good, sizeof(good), name, 3));
	memcpy(bad, good, sizeof(bad));
	bad[6] = 0;
	ck_assert(!name_of_hello(bad, sizeof(bad), name, sizeof(name)));
	memcpy(bad, good, sizeof(bad));
	bad[3] = 0xff;
	ck_assert(!name_of_hello(bad, sizeof(bad), name, sizeof(name)));
	memcpy(bad, good, sizeof(bad));
	bad[2] = 1;
	ck_assert(!name_of_hello(bad, sizeof(bad), name, sizeof(name)));
}
END_TEST

/* ---- fields of clients ----------------------------------------------------- */

static const struct {
	const char *line;
	bool hidden;
} lines[] = {
	{ "P-ClientCert-Subject: x\r\n", true },
	{ "p-clientcert-anything: x\r\n", true },
	{ "P_CLIENTCERT_SUBJECT: x\r\n", true },
	{ "P-Session-ID: 1\r\n", true },
	{ "P-Session-ID : 1\r\n", true },
	{ "P-Session-ID\t: 1\r\n", true },
	{ "P-Session-IDs: 1\r\n", false },
	{ "P-ONE: 1\r\n", true },
	{ "P-two: 1\r\n", true },
	{ "P-1: x\r\n", false },
	{ "ClientCert-Subject: x\r\n", false },	  /* without the prefix */
	{ "P-ServerCert-Subject: x\r\n", false }, /* not inserted */
	{ "Host: P-ONE\r\n", false },
	{ "P-", false },
	{ "P", false },
	{ "", false },
	{ ":\r\n", false },
};

START_TEST(fields_that_look_like_ours_are_hidden)
{
	struct ssl_server e = { .header_prefix = "P",
				.header_client_cert = true,
				.header_session = true,
				.header_static = "ONE: 1\\r\\nTWO: 2" };

	ck_assert_msg(guard_hides(&e, lines[_i].line, strlen(lines[_i].line)) ==
			      lines[_i].hidden,
		      "%s", lines[_i].line);
}
END_TEST

/* ---- times of fetching ----------------------------------------------------- */

START_TEST(fetching_goes_by_the_record)
{
	struct outside_item it = { .kind = OUTSIDE_CRL };

	ck_assert_int_eq(outside_due(&it, 24), 0);
	it.tried = it.fetched = 1000;
	it.loaded = true;
	ck_assert_int_eq(outside_due(&it, 24), 1000 + 24 * 3600);
	ck_assert_int_eq(outside_due(&it, 0), OUTSIDE_NEVER);
	it.tried = 5000;
	str_copy(it.why, sizeof(it.why), "no answer");
	ck_assert_int_eq(outside_due(&it, 24), 5000 + OUTSIDE_AGAIN_S);
	ck_assert_int_eq(outside_due(&it, 0), 5000 + OUTSIDE_AGAIN_S);
}
END_TEST

START_TEST(only_active_lists_use_anything)
{
	struct conf *c = conf_new();
	struct ssllist *l = ssllist_add(c, "l", &err);
	struct ssl_server *e;

	ssllist_add_server(c, l, 1, &err);
	e = l->server[0];
	str_copy(e->crl, sizeof(e->crl), "list");
	str_copy(e->c.rsacert, sizeof(e->c.rsacert), "own");
	str_copy(e->sni[0].cert, sizeof(e->sni[0].cert), "second");
	e->nsni = 1;
	e->authentication = e->ocsp_stapling = true;
	ck_assert(!outside_is_used(c, OUTSIDE_CRL, "list"));
	l->active = true;
	ck_assert(outside_is_used(c, OUTSIDE_CRL, "list"));
	ck_assert(!outside_is_used(c, OUTSIDE_CRL, "other"));
	ck_assert(outside_is_used(c, OUTSIDE_OCSP, "own"));
	ck_assert(outside_is_used(c, OUTSIDE_OCSP, "second"));
	e->authentication = e->ocsp_stapling = false;
	ck_assert(!outside_is_used(c, OUTSIDE_CRL, "list"));
	ck_assert(!outside_is_used(c, OUTSIDE_OCSP, "own"));
	l->active = false;
	conf_free(c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trust");
	TCase *t = tcase_create("trust");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_list_knows_its_serials_and_no_others, 0, 2);
	tcase_add_test(t, a_list_that_runs_out_is_good_for_nobody);
	tcase_add_test(t, what_is_no_good_list_is_refused_with_the_reason);
	tcase_add_test(t, what_is_kept_lives_as_long_as_somebody_looks_at_it);
	tcase_add_test(t, only_a_good_response_of_the_issuer_is_handed_out);
	tcase_add_test(t, a_certificate_without_a_responder_says_so);
	tcase_add_loop_test(t, a_star_is_one_label, 0,
			    sizeof(fit) / sizeof(*fit));
	tcase_add_test(t, an_exact_name_goes_before_a_star);
	tcase_add_test(t, a_name_is_taken_from_a_hello_whole_or_not_at_all);
	tcase_add_loop_test(t, fields_that_look_like_ours_are_hidden, 0,
			    sizeof(lines) / sizeof(*lines));
	tcase_add_test(t, fetching_goes_by_the_record);
	tcase_add_test(t, only_active_lists_use_anything);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

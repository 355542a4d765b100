/* RADIUS: packets against the RFC's own bytes, and the client against a server
 * that this test plays. */
#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/aaa/radius_client.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/aaa.h"
#include "emu/conf/conf.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"
#include "emu/net/md5.h"
#include "emu/net/radius.h"

#define SECRET "xyzzy5461"

/* RFC 2865 section 7.1: User Telnet to Specified Host */
static const uint8_t rfc_request[] = {
	0x01, 0x00, 0x00, 0x38, 0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57,
	0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a, 0x01, 0x06, 0x6e, 0x65,
	0x6d, 0x6f, 0x02, 0x12, 0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce,
	0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a, 0x0a, 0xee, 0x04, 0x06, 0xc0, 0xa8,
	0x01, 0x10, 0x05, 0x06, 0x00, 0x00, 0x00, 0x03,
};
static const uint8_t rfc_reply[] = {
	0x02, 0x00, 0x00, 0x26, 0x86, 0xfe, 0x22, 0x0e, 0x76, 0x24,
	0xba, 0x2a, 0x10, 0x05, 0xf6, 0xbf, 0x9b, 0x55, 0xe0, 0xb2,
	0x06, 0x06, 0x00, 0x00, 0x00, 0x01, 0x0f, 0x06, 0x00, 0x00,
	0x00, 0x00, 0x0e, 0x06, 0xc0, 0xa8, 0x01, 0x03,
};

/* ---- packets -------------------------------------------------------------- */

static const uint8_t *attr_find(const uint8_t *p, size_t len, uint8_t type)
{
	for (size_t at = 20; at + 2 <= len; at += p[at + 1])
		if (p[at] == type)
			return p + at;
	return NULL;
}

static void same_attr(const uint8_t *p, size_t len, uint8_t type)
{
	const uint8_t *want = attr_find(rfc_request, sizeof(rfc_request), type);
	const uint8_t *got = attr_find(p, len, type);

	ck_assert_ptr_nonnull(got);
	ck_assert_mem_eq(got, want, want[1]);
}

START_TEST(a_request_has_the_attributes_of_the_rfc)
{
	const struct radius_login l = { .user = "nemo",
					.password = "arctangent",
					.nas = { inet_addr("192.168.1.16") },
					.nas_name = "",
					.caller = "",
					.port = 3 };
	uint8_t p[256];
	size_t len =
		radius_encode(p, sizeof(p), 0, rfc_request + 4, SECRET, &l);

	ck_assert_uint_gt(len, 20);
	ck_assert_uint_eq((size_t)p[2] << 8 | p[3], len);
	ck_assert_mem_eq(p + 4, rfc_request + 4, 16);
	for (uint8_t type = 1; type <= 5; type++)
		if (type != 3)
			same_attr(p, len, type);
	ck_assert_uint_eq(p[20], 80); /* Message-Authenticator comes first */
}
END_TEST

/* RFC 2202, cases 1, 2 and 6 */
START_TEST(hmac_is_the_rfc_one)
{
	static const uint8_t want[][16] = {
		{ 0x92, 0x94, 0x72, 0x7a, 0x36, 0x38, 0xbb, 0x1c, 0x13, 0xf4,
		  0x8e, 0xf8, 0x15, 0x8b, 0xfc, 0x9d },
		{ 0x75, 0x0c, 0x78, 0x3e, 0x6a, 0xb0, 0xb5, 0x03, 0xea, 0xa8,
		  0x6e, 0x31, 0x0a, 0x5d, 0xb7, 0x38 },
		{ 0x6b, 0x1a, 0xb7, 0xfe, 0x4b, 0xd7, 0xbf, 0x8f, 0x0b, 0x62,
		  0xe6, 0xce, 0x61, 0xb9, 0xd0, 0xcd },
	};
	static const char big[] = "Test Using Larger Than Block-Size Key - "
				  "Hash Key First";
	const struct md5_part text[] = { { "Hi There", 8 },
					 { "what do ya want for nothing?", 28 },
					 { big, sizeof(big) - 1 } };
	uint8_t key[80], got[16];

	memset(key, 0x0b, 16);
	ck_assert(md5_hmac(key, 16, &text[0], 1, got));
	ck_assert_mem_eq(got, want[0], 16);
	ck_assert(md5_hmac("Jefe", 4, &text[1], 1, got));
	ck_assert_mem_eq(got, want[1], 16);
	memset(key, 0xaa, sizeof(key));
	ck_assert(md5_hmac(key, sizeof(key), &text[2], 1, got));
	ck_assert_mem_eq(got, want[2], 16);
}
END_TEST

START_TEST(long_names_and_passwords_do_not_fit)
{
	char text[300];
	struct radius_login l = {
		.user = text, .password = "", .nas_name = "", .caller = ""
	};
	uint8_t p[1024];

	memset(text, 'x', sizeof(text));
	text[253] = '\0';
	ck_assert_uint_gt(
		radius_encode(p, sizeof(p), 1, rfc_request + 4, SECRET, &l), 0);
	ck_assert_uint_eq(radius_encode(p, 64, 1, rfc_request + 4, SECRET, &l),
			  0);
	text[253] = 'x';
	text[254] = '\0';
	ck_assert_uint_eq(
		radius_encode(p, sizeof(p), 1, rfc_request + 4, SECRET, &l), 0);
	l.user = "u";
	l.password = text;
	ck_assert_uint_eq(
		radius_encode(p, sizeof(p), 1, rfc_request + 4, SECRET, &l), 0);
	text[RADIUS_PASSWORD_MAX] = '\0';
	ck_assert_uint_gt(
		radius_encode(p, sizeof(p), 1, rfc_request + 4, SECRET, &l), 0);
}
END_TEST

static enum radius_kind kind_of(const uint8_t *p, size_t len)
{
	struct radius_reply r;

	ck_assert(radius_decode(p, len, rfc_request + 4, SECRET, &r));
	return r.kind;
}

START_TEST(the_reply_of_the_rfc_is_believed)
{
	uint8_t p[sizeof(rfc_reply) + 4];
	struct radius_reply r;

	memcpy(p, rfc_reply, sizeof(rfc_reply));
	ck_assert(radius_decode(p, sizeof(rfc_reply), rfc_request + 4, SECRET,
				&r));
	ck_assert_int_eq(r.kind, RADIUS_ACCEPT);
	ck_assert(!r.superuser && !r.has_signature);
	ck_assert_int_eq(kind_of(p, sizeof(p)), RADIUS_ACCEPT); /* padding */
	ck_assert_int_eq(kind_of(p, sizeof(rfc_reply) - 1), RADIUS_MALFORMED);
	ck_assert_int_eq(kind_of(p, 19), RADIUS_MALFORMED);
	ck_assert(!radius_decode(p, 1, rfc_request + 4, SECRET, &r));
	p[25] ^= 1;
	ck_assert_int_eq(kind_of(p, sizeof(rfc_reply)), RADIUS_FORGED);
	p[0] = 4;
	ck_assert_int_eq(kind_of(p, sizeof(rfc_reply)), RADIUS_UNKNOWN);
}
END_TEST

/* ---- replies of our own --------------------------------------------------- */

/* Finishes a reply to the request: length, signature when asked, authenticator */
static size_t reply_make(uint8_t *p, uint8_t code, const uint8_t *request,
			 const uint8_t *attrs, size_t len, bool sign)
{
	const size_t whole = 20 + (sign ? 18 : 0) + len;
	const struct md5_part all = { p, whole };
	const struct md5_part part[] = { { p, whole },
					 { SECRET, strlen(SECRET) } };
	uint8_t sum[16];

	p[0] = code;
	p[1] = request[1];
	p[2] = 0;
	p[3] = (uint8_t)whole;
	memcpy(p + 4, request + 4, 16);
	if (len)
		memcpy(p + whole - len, attrs, len);
	if (sign) {
		p[20] = 80;
		p[21] = 18;
		memset(p + 22, 0, 16);
		ck_assert(md5_hmac(SECRET, strlen(SECRET), &all, 1, sum));
		memcpy(p + 22, sum, 16);
	}
	ck_assert(md5_digest(part, 2, sum));
	memcpy(p + 4, sum, 16);
	return whole;
}

static const struct {
	const char *attrs;
	size_t len;
	enum radius_kind kind;
	bool superuser;
} replies[] = {
	{ "\x06\x06\0\0\0\x06", 6, RADIUS_ACCEPT, true },
	{ "\x06\x06\0\0\0\x07", 6, RADIUS_ACCEPT, false },
	{ "\x1a\x19\0\0\0\x09\x01\x13shell:priv-lvl=15", 25, RADIUS_ACCEPT,
	  true },
	{ "\x1a\x18\0\0\0\x09\x01\x12shell:priv-lvl=1", 24, RADIUS_ACCEPT,
	  false },
	{ "\x1a\x19\0\0\0\x0a\x01\x13shell:priv-lvl=15", 25, RADIUS_ACCEPT,
	  false },
	{ "\x06\x05\0\0\0", 5, RADIUS_MALFORMED, false },
	{ "\x06\x00", 2, RADIUS_MALFORMED, false },
	{ "\x12\x01", 2, RADIUS_MALFORMED, false },
	{ "\x12\xff-", 3, RADIUS_MALFORMED, false },
	{ "\x12", 1, RADIUS_MALFORMED, false },
	{ "\x50\x03-", 3, RADIUS_MALFORMED, false },
};

START_TEST(attributes_are_read)
{
	uint8_t p[128];
	struct radius_reply r;

	for (int sign = 0; sign < 2; sign++) {
		size_t len = reply_make(p, 2, rfc_request,
					(const uint8_t *)replies[_i].attrs,
					replies[_i].len, sign);

		ck_assert(radius_decode(p, len, rfc_request + 4, SECRET, &r));
		ck_assert_int_eq(r.kind, replies[_i].kind);
		if (r.kind == RADIUS_ACCEPT) {
			ck_assert_int_eq(r.superuser, replies[_i].superuser);
			ck_assert_int_eq(r.has_signature, sign);
		}
	}
}
END_TEST

/* ---- the client ----------------------------------------------------------- */

static struct loop *loop;
static struct hostmap *map;
static struct conf *conf;
static struct radius_client *client;
static int server[2];

static bool secret_open(void *arg, const char *sealed, char *clear, size_t cap)
{
	(void)arg;
	return strcmp(sealed, "foreign") != 0 && str_copy(clear, cap, sealed);
}

static int server_bind(const char *addr, uint16_t *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_addr = { inet_addr(addr) } };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sin, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	*port = ntohs(sin.sin_port);
	return fd;
}

static void server_add(unsigned at, const char *addr, const char *host)
{
	struct radius_server s = { .addr = { inet_addr(addr) } };
	struct err err;

	server[at] = server_bind(host, &s.port);
	(void)str_copy(s.secret, sizeof(s.secret), SECRET);
	ck_assert_int_eq(radius_set(conf, at, &s, &err), 0);
}

static void setup(void)
{
	const struct aaa_secrets secrets = { NULL, secret_open };
	struct err err;

	loop = loop_new();
	map = hostmap_new();
	ck_assert_int_eq(hostmap_add(map, "auto", &err), 0);
	conf = conf_new();
	conf->aaa->radius.timeout_s = 1;
	conf->aaa->radius.retransmit = 1;
	conf->aaa->radius.dead_time_s = 1;
	client = radius_client_new(loop, map, conf, &secrets);
	server_add(0, "10.9.8.7", "127.9.8.7");
	server_add(1, "10.9.8.6", "127.9.8.6");
	radius_client_sync(client);
}

static void teardown(void)
{
	radius_client_free(client);
	conf_free(conf);
	hostmap_free(map);
	loop_free(loop);
	for (int i = 0; i < 2; i++)
		if (server[i] >= 0)
			(void)close(server[i]);
}

struct answer {
	bool came, superuser;
	enum aaa_verdict verdict;
};

static void answered(void *arg, enum aaa_verdict v, bool superuser)
{
	*(struct answer *)arg = (struct answer){ true, superuser, v };
}

static struct radius_ask *put_question(struct answer *a)
{
	const struct aaa_user u = { .name = "nemo",
				    .password = "arctangent",
				    .caller = "192.0.2.1",
				    .port = 1,
				    .is_remote = true };

	*a = (struct answer){ 0 };
	return radius_client_ask(client, &u, answered, a);
}

/* One datagram, and who sent it; 0: none within the time. */
static size_t heard(unsigned at, uint8_t *p, size_t cap,
		    struct sockaddr_in *from, int ms)
{
	socklen_t len = sizeof(*from);

	for (; ms >= 0; ms -= 10) {
		ssize_t n = recvfrom(server[at], p, cap, 0,
				     (struct sockaddr *)from, &len);

		if (n > 0)
			return (size_t)n;
		loop_turn(loop, 10);
	}
	return 0;
}

static void turns(const struct answer *a, int ms)
{
	for (; ms >= 0 && !a->came; ms -= 10)
		loop_turn(loop, 10);
}

static void say(unsigned at, const uint8_t *p, size_t len,
		const struct sockaddr_in *to)
{
	ck_assert_int_eq(sendto(server[at], p, len, 0,
				(const struct sockaddr *)to, sizeof(*to)),
			 (int)len);
}

static struct radius_stats stats(unsigned at)
{
	struct radius_stats s;

	radius_client_stats(client, at, &s);
	return s;
}

START_TEST(an_accept_lets_in)
{
	uint8_t q[1024], p[128];
	struct sockaddr_in from;
	struct answer a;

	ck_assert_ptr_nonnull(put_question(&a));
	ck_assert(!a.came);
	ck_assert_uint_eq(stats(0).pending, 1);
	ck_assert_uint_gt(heard(0, q, sizeof(q), &from, 500), 20);
	say(0, p,
	    reply_make(p, 2, q, (const uint8_t *)"\x06\x06\0\0\0\x06", 6, true),
	    &from);
	turns(&a, 500);
	ck_assert(a.came && a.superuser);
	ck_assert_int_eq(a.verdict, AAA_GRANTED);
	ck_assert_uint_eq(stats(0).accepts, 1);
	ck_assert_uint_eq(stats(0).requests, 1);
	ck_assert_uint_eq(stats(0).pending, 0);
	ck_assert_int_eq(stats(0).state, AAA_ALIVE);
}
END_TEST

START_TEST(a_reject_is_an_answer)
{
	uint8_t q[1024], p[128];
	struct sockaddr_in from;
	struct answer a;

	ck_assert_ptr_nonnull(put_question(&a));
	ck_assert_uint_gt(heard(0, q, sizeof(q), &from, 500), 20);
	say(0, p, reply_make(p, 3, q, NULL, 0, false), &from);
	turns(&a, 500);
	ck_assert(a.came);
	ck_assert_int_eq(a.verdict, AAA_REFUSED);
	ck_assert_uint_eq(heard(1, q, sizeof(q), &from, 50), 0);
	ck_assert_uint_eq(stats(0).rejects, 1);
}
END_TEST

START_TEST(what_cannot_be_believed_is_counted_and_waited_on)
{
	uint8_t q[1024], p[128];
	struct sockaddr_in from;
	struct answer a;
	size_t len = 0;

	ck_assert_ptr_nonnull(put_question(&a));
	ck_assert_uint_gt(heard(0, q, sizeof(q), &from, 500), 20);
	len = reply_make(p, 2, q, NULL, 0, false);
	p[4] ^= 1; /* a wrong authenticator */
	say(0, p, len, &from);
	p[4] ^= 1;
	p[0] = 5; /* an accounting reply */
	say(0, p, len, &from);
	p[0] = 2;
	say(0, p, 10, &from); /* cut off */
	p[1] ^= 1;	      /* nobody asked */
	say(0, p, len, &from);
	turns(&a, 200);
	ck_assert(!a.came);
	ck_assert_uint_eq(stats(0).bad_authenticators, 1);
	ck_assert_uint_eq(stats(0).unknown_types, 1);
	ck_assert_uint_eq(stats(0).malformed, 1);
	ck_assert_uint_eq(stats(0).dropped, 1);
	p[1] ^= 1;
	say(0, p, len, &from);
	turns(&a, 200);
	ck_assert(a.came);
}
END_TEST

START_TEST(a_server_that_signs_must_always_sign)
{
	uint8_t q[1024], p[128];
	struct sockaddr_in from;
	struct answer a;

	ck_assert_ptr_nonnull(put_question(&a));
	ck_assert_uint_gt(heard(0, q, sizeof(q), &from, 500), 20);
	say(0, p, reply_make(p, 2, q, NULL, 0, true), &from);
	turns(&a, 200);
	ck_assert(a.came);
	ck_assert_ptr_nonnull(put_question(&a));
	ck_assert_uint_gt(heard(0, q, sizeof(q), &from, 500), 20);
	say(0, p, reply_make(p, 2, q, NULL, 0, false), &from);
	turns(&a, 200);
	ck_assert(!a.came);
	ck_assert_uint_eq(stats(0).bad_authenticators, 1);
}
END_TEST

/* One retransmission, then the secondary; the primary is probed until it
 * answers. */
START_TEST(a_silent_server_is_dead_and_comes_back)
{
	uint8_t q[1024], again[1024], p[128];
	struct sockaddr_in from;
	struct answer a;
	size_t len = 0;

	ck_assert_ptr_nonnull(put_question(&a));
	len = heard(0, q, sizeof(q), &from, 500);
	ck_assert_uint_gt(len, 20);
	ck_assert_uint_eq(heard(0, again, sizeof(again), &from, 1500), len);
	ck_assert_mem_eq(q, again, len); /* the same packet */
	ck_assert_uint_gt(heard(1, q, sizeof(q), &from, 1500), 20);
	ck_assert_int_eq(stats(0).state, AAA_DEAD);
	ck_assert_uint_eq(stats(0).requests, 1);
	ck_assert_uint_eq(stats(0).retransmissions, 1);
	ck_assert_uint_eq(stats(0).timeouts, 2);
	say(1, p, reply_make(p, 2, q, NULL, 0, true), &from);
	turns(&a, 500);
	ck_assert(a.came && a.verdict == AAA_GRANTED && !a.superuser);

	/* passed over at once */
	ck_assert_ptr_nonnull(put_question(&a));
	ck_assert_uint_gt(heard(1, q, sizeof(q), &from, 200), 20);
	say(1, p, reply_make(p, 3, q, NULL, 0, true), &from);
	turns(&a, 500);
	ck_assert(a.came && a.verdict == AAA_REFUSED);

	/* any answer to the probe will do */
	ck_assert_uint_gt(heard(0, q, sizeof(q), &from, 1500), 20);
	say(0, p, reply_make(p, 3, q, NULL, 0, true), &from);
	for (int i = 0; i < 50 && stats(0).state != AAA_ALIVE; i++)
		loop_turn(loop, 10);
	ck_assert_int_eq(stats(0).state, AAA_ALIVE);
}
END_TEST

START_TEST(nobody_listening_is_no_answer)
{
	struct answer a;

	(void)close(server[0]);
	(void)close(server[1]);
	server[0] = server[1] = -1;
	ck_assert_ptr_nonnull(put_question(&a));
	turns(&a, 500); /* well before the time-out */
	ck_assert(a.came);
	ck_assert_int_eq(a.verdict, AAA_NO_ANSWER);
	ck_assert_ptr_null(put_question(&a)); /* both are dead */
}
END_TEST

START_TEST(a_question_may_be_taken_back)
{
	struct radius_ask *ask = NULL;
	uint8_t q[1024], p[128];
	struct sockaddr_in from;
	struct answer a;

	ask = put_question(&a);
	ck_assert_uint_gt(heard(0, q, sizeof(q), &from, 500), 20);
	radius_client_cancel(ask);
	ck_assert_uint_eq(stats(0).pending, 0);
	say(0, p, reply_make(p, 2, q, NULL, 0, true), &from);
	turns(&a, 100);
	ck_assert(!a.came);
	ck_assert_uint_eq(stats(0).dropped, 1);
	ask = put_question(&a); /* the client frees it */
	ck_assert_ptr_nonnull(ask);
}
END_TEST

START_TEST(a_changed_server_is_another_one)
{
	struct radius_server none = { .port = RADIUS_PORT };
	uint8_t q[1024];
	struct sockaddr_in from;
	struct answer a;
	struct err err;

	ck_assert_ptr_nonnull(put_question(&a));
	ck_assert_uint_gt(heard(0, q, sizeof(q), &from, 500), 20);
	ck_assert_int_eq(radius_set(conf, 0, &none, &err), 0);
	radius_client_sync(client);
	ck_assert_uint_eq(stats(0).requests, 0);
	ck_assert_uint_gt(heard(1, q, sizeof(q), &from, 500), 20);
	none.addr.s_addr = inet_addr("10.9.8.7");
	(void)str_copy(none.secret, sizeof(none.secret), "foreign");
	ck_assert_int_eq(radius_set(conf, 0, &none, &err), 0);
	ck_assert_int_eq(radius_set(conf, 1, &none, &err), 0);
	radius_client_sync(client);
	ck_assert(a.came && a.verdict == AAA_NO_ANSWER);
	ck_assert_ptr_null(put_question(&a)); /* no secret can be read */
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("aaa");
	TCase *packets = tcase_create("packets"), *asks = tcase_create("asks");

	tcase_add_test(packets, a_request_has_the_attributes_of_the_rfc);
	tcase_add_test(packets, hmac_is_the_rfc_one);
	tcase_add_test(packets, long_names_and_passwords_do_not_fit);
	tcase_add_test(packets, the_reply_of_the_rfc_is_believed);
	tcase_add_loop_test(packets, attributes_are_read, 0,
			    sizeof(replies) / sizeof(*replies));
	suite_add_tcase(s, packets);
	tcase_add_checked_fixture(asks, setup, teardown);
	tcase_set_timeout(asks, 20);
	tcase_add_test(asks, an_accept_lets_in);
	tcase_add_test(asks, a_reject_is_an_answer);
	tcase_add_test(asks, what_cannot_be_believed_is_counted_and_waited_on);
	tcase_add_test(asks, a_server_that_signs_must_always_sign);
	tcase_add_test(asks, a_silent_server_is_dead_and_comes_back);
	tcase_add_test(asks, nobody_listening_is_no_answer);
	tcase_add_test(asks, a_question_may_be_taken_back);
	tcase_add_test(asks, a_changed_server_is_another_one);
	suite_add_tcase(s, asks);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int failed = 0;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

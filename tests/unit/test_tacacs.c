/* TACACS+ packets; the exchanges themselves are tested end to end. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "emu/net/tacacs.h"

#define KEY "market"

static struct tacacs_session session(enum tacacs_type type, const char *key)
{
	return (struct tacacs_session){ .type = type,
					.id = 0x01020304,
					.key = key };
}

static const struct tacacs_who who = { .user = "nemo",
				       .port = "vty1",
				       .caller = "192.0.2.1",
				       .level = 1,
				       .method = TACACS_BY_TACACS };

/* RFC 8907 section 5.1, byte by byte */
START_TEST(start_is_the_rfc_one)
{
	static const uint8_t want[] = "\xc0\x01\x01\x01\x01\x02\x03\x04"
				      "\x00\x00\x00\x19"
				      "\x01\x01\x01\x01\x04\x04\x09\x00"
				      "nemovty1192.0.2.1";
	struct tacacs_session s = session(TACACS_AUTHEN, "");
	uint8_t p[256];
	size_t len = tacacs_start(p, sizeof(p), &s, &who);

	ck_assert_uint_eq(len, sizeof(want) - 1);
	ck_assert_mem_eq(p, want, len);
	ck_assert_uint_eq(s.seq, 1);
}
END_TEST

START_TEST(authorization_is_the_rfc_one)
{
	static const uint8_t want[] = "\xc0\x02\x01\x01\x01\x02\x03\x04"
				      "\x00\x00\x00\x2d"
				      "\x06\x01\x01\x01\x04\x04\x09\x02\x0d\x05"
				      "nemovty1192.0.2.1"
				      "service=shellcmd=x";
	static const char *const args[] = { "service=shell", "cmd=x" };
	struct tacacs_session s = session(TACACS_AUTHOR, "");
	uint8_t p[256];
	size_t len = tacacs_authorize(p, sizeof(p), &s, &who, args, 2);

	ck_assert_uint_eq(len, sizeof(want) - 1);
	ck_assert_mem_eq(p, want, len);
}
END_TEST

START_TEST(a_key_hides_the_body_and_gives_it_back)
{
	struct tacacs_session clear = session(TACACS_AUTHEN, ""),
			      s = session(TACACS_AUTHEN, KEY);
	uint8_t plain[256], p[256];
	size_t len = tacacs_start(plain, sizeof(plain), &clear, &who);

	ck_assert_uint_eq(tacacs_start(p, sizeof(p), &s, &who), len);
	ck_assert_uint_eq(p[3], 0);
	ck_assert(memcmp(p + 12, plain + 12, len - 12) != 0);
	ck_assert(tacacs_crypt(p, len, KEY));
	ck_assert_mem_eq(p + 12, plain + 12, len - 12);
}
END_TEST

START_TEST(what_does_not_fit_is_not_sent)
{
	char text[300];
	const char *args[TACACS_ARGS_MAX + 1];
	struct tacacs_session s = session(TACACS_AUTHOR, KEY);
	uint8_t p[TACACS_REQUEST_MAX];

	memset(text, 'x', sizeof(text));
	text[256] = '\0';
	for (size_t i = 0; i <= TACACS_ARGS_MAX; i++)
		args[i] = "a";
	ck_assert_uint_gt(
		tacacs_authorize(p, sizeof(p), &s, &who, args, TACACS_ARGS_MAX),
		0);
	ck_assert_uint_eq(tacacs_authorize(p, sizeof(p), &s, &who, args,
					   TACACS_ARGS_MAX + 1),
			  0);
	ck_assert_uint_eq(tacacs_authorize(p, 40, &s, &who, args, 8), 0);
	args[0] = text;
	ck_assert_uint_eq(tacacs_authorize(p, sizeof(p), &s, &who, args, 1), 0);
	ck_assert_uint_eq(tacacs_continue(p, sizeof(p), &s, text), 0);
	text[255] = '\0';
	ck_assert_uint_gt(tacacs_authorize(p, sizeof(p), &s, &who, args, 1), 0);
	ck_assert_uint_gt(tacacs_continue(p, sizeof(p), &s, text), 0);
}
END_TEST

/* ---- replies -------------------------------------------------------------- */

static size_t reply(uint8_t *p, const struct tacacs_session *s, uint8_t seq,
		    const char *body, size_t len)
{
	memcpy(p, "\xc0\0\0\0\x01\x02\x03\x04\0\0\0", 12);
	p[1] = (uint8_t)s->type;
	p[2] = seq;
	p[3] = *s->key ? 0 : 1;
	p[11] = (uint8_t)len;
	memcpy(p + 12, body, len);
	if (*s->key)
		ck_assert(tacacs_crypt(p, 12 + len, s->key));
	return 12 + len;
}

#define BODY(text) text, sizeof(text) - 1

static const struct {
	const char *body;
	size_t len;
	enum tacacs_type type;
	enum tacacs_status status;
	unsigned level;
	bool replaces;
} replies[] = {
	{ BODY("\x01\0\0\0\0\0"), TACACS_AUTHEN, TACACS_PASS, 0, false },
	{ BODY("\x02\0\0\x02\0\x01nod"), TACACS_AUTHEN, TACACS_FAIL, 0, false },
	{ BODY("\x03\0\0\0\0\0"), TACACS_AUTHEN, TACACS_FAIL, 0, false },
	{ BODY("\x04\0\0\0\0\0"), TACACS_AUTHEN, TACACS_ASKS_USER, 0, false },
	{ BODY("\x05\x01\0\x03\0\0PW:"), TACACS_AUTHEN, TACACS_ASKS_PASSWORD, 0,
	  false },
	{ BODY("\x06\0\0\0\0\0"), TACACS_AUTHEN, TACACS_FAIL, 0, false },
	{ BODY("\x07\0\0\0\0\0"), TACACS_AUTHEN, TACACS_ERROR, 0, false },
	{ BODY("\x21\0\0\0\0\0"), TACACS_AUTHEN, TACACS_FAIL, 0, false },
	{ BODY("\x01\0\0\0\0\0x"), TACACS_AUTHEN, TACACS_MALFORMED, 0, false },
	{ BODY("\x01\0\0\x01\0\0"), TACACS_AUTHEN, TACACS_MALFORMED, 0, false },
	{ BODY("\x01\0\0\0\0"), TACACS_AUTHEN, TACACS_MALFORMED, 0, false },
	{ BODY(""), TACACS_AUTHEN, TACACS_MALFORMED, 0, false },
	{ BODY("\x01\0\0\0\0\0"), TACACS_AUTHOR, TACACS_PASS, 0, false },
	{ BODY("\x01\x01\0\0\0\0\x0bpriv-lvl=15"), TACACS_AUTHOR, TACACS_PASS,
	  15, false },
	{ BODY("\x01\x02\0\x01\0\x01\x03\x0amdx=1priv-lvl*7"), TACACS_AUTHOR,
	  TACACS_PASS, 7, false },
	{ BODY("\x01\x01\0\0\0\0\x0cpriv-lvl=150"), TACACS_AUTHOR, TACACS_PASS,
	  0, false },
	{ BODY("\x01\x01\0\0\0\0\x0apriv-lvl=x"), TACACS_AUTHOR, TACACS_PASS, 0,
	  false },
	{ BODY("\x02\0\0\0\0\0"), TACACS_AUTHOR, TACACS_PASS, 0, true },
	{ BODY("\x10\0\0\0\0\0"), TACACS_AUTHOR, TACACS_FAIL, 0, false },
	{ BODY("\x11\0\0\0\0\0"), TACACS_AUTHOR, TACACS_ERROR, 0, false },
	{ BODY("\x21\0\0\0\0\0"), TACACS_AUTHOR, TACACS_FAIL, 0, false },
	{ BODY("\x01\xff\0\0\0\0"), TACACS_AUTHOR, TACACS_MALFORMED, 0, false },
	{ BODY("\x01\x01\0\0\0\0\x05two"), TACACS_AUTHOR, TACACS_MALFORMED, 0,
	  false },
	{ BODY("\0\0\0\0\x01"), TACACS_ACCT, TACACS_PASS, 0, false },
	{ BODY("\0\0\0\0\x02"), TACACS_ACCT, TACACS_ERROR, 0, false },
	{ BODY("\0\x02\0\0\x01x"), TACACS_ACCT, TACACS_MALFORMED, 0, false },
};

START_TEST(replies_are_read)
{
	static const char *const keys[] = { "", KEY };

	for (int k = 0; k < 2; k++) {
		struct tacacs_session s = session(replies[_i].type, keys[k]);
		struct tacacs_reply r;
		uint8_t p[128];
		size_t len = 0;

		s.seq = 3;
		len = reply(p, &s, 4, replies[_i].body, replies[_i].len);
		ck_assert_uint_eq(tacacs_reply_len(p, len), len);
		tacacs_read(p, len, &s, &r);
		ck_assert_int_eq(r.status, replies[_i].status);
		if (r.status == TACACS_MALFORMED)
			continue;
		ck_assert_uint_eq(r.level, replies[_i].level);
		ck_assert_int_eq(r.replaces, replies[_i].replaces);
		ck_assert_uint_eq(s.seq, 4);
	}
}
END_TEST

static enum tacacs_status altered(size_t at, uint8_t bits, const char *key)
{
	struct tacacs_session s = session(TACACS_AUTHEN, key);
	struct tacacs_reply r;
	uint8_t p[128];
	size_t len = 0;

	s.seq = 1;
	len = reply(p, &s, 2, BODY("\x01\0\0\0\0\0"));
	p[at] ^= bits;
	tacacs_read(p, len, &s, &r);
	return r.status;
}

START_TEST(what_does_not_belong_to_the_session_is_malformed)
{
	static const size_t head[] = { 1, 2, 4, 7, 11 };

	ck_assert_int_eq(altered(0, 0, KEY), TACACS_PASS);
	ck_assert_int_eq(altered(0, 0x01, KEY), TACACS_MALFORMED); /* the pad */
	ck_assert_int_eq(altered(0, 0x01, ""), TACACS_PASS); /* minor version */
	ck_assert_int_eq(altered(0, 0x10, ""), TACACS_MALFORMED);
	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		ck_assert_int_eq(altered(head[i], 1, KEY), TACACS_MALFORMED);
	/* clear where a key was agreed on, and the other way round */
	ck_assert_int_eq(altered(3, 1, KEY), TACACS_MALFORMED);
	ck_assert_int_eq(altered(3, 1, ""), TACACS_MALFORMED);
}
END_TEST

START_TEST(lengths_are_bounded)
{
	uint8_t p[12] = { 0xc0, 1, 2 };

	ck_assert_uint_eq(tacacs_reply_len(p, 11), 0);
	ck_assert_uint_eq(tacacs_reply_len(p, 12), 12);
	memset(p + 8, 0xff, 4);
	ck_assert_uint_gt(tacacs_reply_len(p, 12), TACACS_REPLY_MAX);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("tacacs");
	TCase *tc = tcase_create("packets");

	tcase_add_test(tc, start_is_the_rfc_one);
	tcase_add_test(tc, authorization_is_the_rfc_one);
	tcase_add_test(tc, a_key_hides_the_body_and_gives_it_back);
	tcase_add_test(tc, what_does_not_fit_is_not_sent);
	tcase_add_loop_test(tc, replies_are_read, 0,
			    sizeof(replies) / sizeof(*replies));
	tcase_add_test(tc, what_does_not_belong_to_the_session_is_malformed);
	tcase_add_test(tc, lengths_are_bounded);
	suite_add_tcase(s, tc);
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

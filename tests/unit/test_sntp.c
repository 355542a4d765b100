/* The packets of SNTP: what is asked, and which answers are believed. */
#include "emu/io/sntp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

#define SENT  INT64_C(1155996165250) /* 19 August 2006 14:02:45.250 */
#define STAMP UINT64_C(0x1234567890abcdef)

static uint8_t p[SNTP_LEN];
static struct sntp_exchange x;

static void put(size_t at, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[at + (size_t)i] = (uint8_t)v;
}

/* A good answer of a server that is `ahead` ms, half a second away each way. */
static void answer(int64_t ahead)
{
	memset(p, 0, sizeof(p));
	p[0] = 2 << 3 | 4;
	p[1] = 3;
	put(24, STAMP);
	put(32, sntp_stamp(SENT + 500 + ahead));
	put(40, sntp_stamp(SENT + 510 + ahead));
}

static enum sntp_answer read_it(size_t len)
{
	x = (struct sntp_exchange){ .stamp = STAMP,
				    .sent = SENT,
				    .back = SENT + 1010 };
	return sntp_read(p, len, &x);
}

START_TEST(a_request_has_version_mode_and_stamp)
{
	sntp_request(p, 3, STAMP);
	ck_assert_uint_eq(p[0], 3 << 3 | 3);
	for (int i = 1; i < 40; i++)
		ck_assert_uint_eq(p[i], 0);
	ck_assert_uint_eq(p[40], 0x12);
	ck_assert_uint_eq(p[47], 0xef);
}
END_TEST

static const int64_t times[] = {
	INT64_C(0),
	INT64_C(1),
	INT64_C(999),
	SENT,
	INT64_C(2085978495999), /* the last ms of the first era */
	INT64_C(2085978496000), /* 7 February 2036: seconds begin anew */
	INT64_C(4102444800123), /* 2100 */
};

START_TEST(times_go_to_stamps_and_back)
{
	ck_assert_int_eq(sntp_ms(sntp_stamp(times[_i])), times[_i]);
}
END_TEST

static const int64_t aheads[] = { 0,	    1,	       -1,
				  86400000, -86400000, INT64_C(473385600000) };

START_TEST(the_way_is_taken_out_of_the_offset)
{
	answer(aheads[_i]);
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_OK);
	ck_assert_int_ge(x.offset_ms, aheads[_i] - 1);
	ck_assert_int_le(x.offset_ms, aheads[_i] + 1);
	ck_assert_uint_eq(x.stratum, 3);
}
END_TEST

START_TEST(strangers_are_not_believed)
{
	answer(0);
	ck_assert_int_eq(read_it(sizeof(p) - 1), SNTP_BAD);
	ck_assert_int_eq(read_it(0), SNTP_BAD);
	put(24, STAMP + 1);
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_BAD);
	answer(0);
	p[0] = 2 << 3 | 3; /* a client's */
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_BAD);
	p[0] = 2 << 3 | 5; /* a broadcast */
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_BAD);
}
END_TEST

START_TEST(servers_without_time_are_not_followed)
{
	answer(0);
	p[0] |= 3 << 6;
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_LATE);
	answer(0);
	p[1] = 16;
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_LATE);
	answer(0);
	put(40, 0);
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_LATE);
	answer(0);
	p[1] = 0;
	memcpy(p + 12, "INIT", 4);
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_LATE);
}
END_TEST

static const char *const kisses[] = { "DENY", "RSTR", "RATE" };

START_TEST(a_kiss_is_heard)
{
	answer(0);
	p[0] |= 3 << 6;
	p[1] = 0;
	memcpy(p + 12, kisses[_i], 4);
	ck_assert_int_eq(read_it(sizeof(p)), SNTP_KISS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sntp");
	TCase *t = tcase_create("sntp");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, a_request_has_version_mode_and_stamp);
	tcase_add_loop_test(t, times_go_to_stamps_and_back, 0, LEN(times));
	tcase_add_loop_test(t, the_way_is_taken_out_of_the_offset, 0,
			    LEN(aheads));
	tcase_add_test(t, strangers_are_not_believed);
	tcase_add_test(t, servers_without_time_are_not_followed);
	tcase_add_loop_test(t, a_kiss_is_heard, 0, LEN(kisses));
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

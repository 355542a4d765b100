#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/map.h"
#include "emu/base/out.h"
#include "emu/base/pool.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

/* ---- err ---------------------------------------------------------------- */

START_TEST(error_keeps_code_column_and_text)
{
	struct err err;

	ck_assert_int_eq(err_set(&err, ERR_RANGE, 7, "%d is %s", 9, "big"), -1);
	ck_assert_int_eq(err.code, ERR_RANGE);
	ck_assert_int_eq(err.col, 7);
	ck_assert_str_eq(err.msg, "9 is big");
}
END_TEST

START_TEST(error_can_be_wrapped_in_context)
{
	struct err err;

	(void)err_set(&err, ERR_IO, -1, "disk full");
	(void)err_set(&err, err.code, -1, "startup-config: %s", err.msg);
	ck_assert_str_eq(err.msg, "startup-config: disk full");
}
END_TEST

START_TEST(error_text_is_cut_at_its_limit)
{
	char big[1000];
	struct err err;

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	(void)err_set(&err, ERR_IO, -1, "%s", big);
	ck_assert_uint_eq(strlen(err.msg), sizeof(err.msg) - 1);
	ck_assert_int_eq(err_set(NULL, ERR_IO, -1, "%s", big), -1);
}
END_TEST

/* ---- out ---------------------------------------------------------------- */

START_TEST(out_grows_with_what_is_written)
{
	struct out o = { 0 };
	char line[301];

	ck_assert_str_eq(out_text(&o), "");
	memset(line, 'a', 300);
	line[300] = '\0';
	for (int i = 0; i < 50; i++)
		out_printf(&o, "%s\n", line);
	ck_assert_uint_eq(o.len, 50 * 301);
	ck_assert_uint_eq(strlen(out_text(&o)), o.len);
	out_clear(&o);
	ck_assert_str_eq(out_text(&o), "");
	out_write(&o, "a\0b", 3);
	ck_assert_uint_eq(o.len, 3);
	out_fini(&o);
	ck_assert_ptr_null(o.buf);
}
END_TEST

static const struct {
	int width;
	const char *text, *shown;
} columns[] = {
	{ 6, "abc", "abc   |" },      { -6, "abc", "   abc|" },
	{ 3, "abc", "abc |" },	      { 2, "abcdef", "abcdef |" },
	{ -2, "abcdef", "abcdef |" }, { -3, "abc", "abc|" },
	{ 4, "", "    |" },
};

START_TEST(column_is_padded_to_its_width)
{
	struct out o = { 0 };

	out_col(&o, columns[_i].width, "%s", columns[_i].text);
	out_puts(&o, "|");
	ck_assert_str_eq(out_text(&o), columns[_i].shown);
	out_fini(&o);
}
END_TEST

/* ---- str ---------------------------------------------------------------- */

START_TEST(copy_reports_what_does_not_fit)
{
	char dst[4];

	ck_assert(str_copy(dst, sizeof(dst), "abc"));
	ck_assert_str_eq(dst, "abc");
	ck_assert(!str_copy(dst, sizeof(dst), "wxyz"));
	ck_assert_str_eq(dst, "wxy");
	ck_assert(!str_copy(dst, 0, ""));
}
END_TEST

START_TEST(comparison_ignores_ascii_case)
{
	ck_assert(str_ieq("Web-1", "wEB-1"));
	ck_assert(!str_ieq("web", "web1"));
	ck_assert(!str_ieq("@", "`")); /* 0x20 apart, no letters */
	ck_assert(str_has_prefix("archive", "arch"));
	ck_assert(!str_has_prefix("arch", "archive"));
}
END_TEST

static const struct {
	const char *pattern, *s;
	bool icase, match;
} wild[] = {
	{ "", "", false, true },
	{ "*", "", false, true },
	{ "a*c", "abc", false, true },
	{ "a*c", "abcd", false, false },
	{ "*.example.com", "www.example.com", false, true },
	{ "*.Example.com", "www.example.COM", true, true },
	{ "*.Example.com", "www.example.com", false, false },
	{ "*ab*ab", "aabxab", false, true },
	{ "*ab*ab", "abx", false, false },
	{ "a**b", "ab", false, true },
	{ "abc", "abcd", false, false },
	{ "a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, false },
};

START_TEST(star_matches_any_run)
{
	ck_assert_int_eq(
		str_wild_match(wild[_i].pattern, wild[_i].s, wild[_i].icase),
		wild[_i].match);
}
END_TEST

static const struct {
	const char *s;
	size_t max;
	bool ok;
} names[] = {
	{ "web1-rw", 31, true },   { "a.b_c-d:e", 31, true },
	{ "", 31, false },	   { "a b", 31, false },
	{ "a\"b", 31, false },	   { "abcd", 4, true },
	{ "abcde", 4, false },	   { "a/b", 31, false },
	{ "..", 31, true },	   { "a\nb", 31, false },
	{ "\xc3\xa4", 31, false }, { "a;b", 31, false },
};

START_TEST(name_has_the_products_characters)
{
	ck_assert_int_eq(str_is_name(names[_i].s, names[_i].max), names[_i].ok);
}
END_TEST

static const struct {
	const char *s;
	uint32_t lo, hi;
	bool ok;
	uint32_t v;
} numbers[] = {
	{ "0", 0, 10, true, 0 },
	{ "10", 0, 10, true, 10 },
	{ "11", 0, 10, false, 0 },
	{ "1", 2, 10, false, 0 },
	{ "", 0, 10, false, 0 },
	{ "-1", 0, 10, false, 0 },
	{ "+1", 0, 10, false, 0 },
	{ " 1", 0, 10, false, 0 },
	{ "1x", 0, 10, false, 0 },
	{ "0x1", 0, 10, false, 0 },
	{ "007", 0, 10, true, 7 },
	{ "4294967295", 0, UINT32_MAX, true, UINT32_MAX },
	{ "4294967296", 0, UINT32_MAX, false, 0 },
	{ "99999999999999999999999999", 0, UINT32_MAX, false, 0 },
};

START_TEST(number_is_read_within_its_limits)
{
	uint32_t v = 12345;

	ck_assert_int_eq(
		str_to_u32(numbers[_i].s, numbers[_i].lo, numbers[_i].hi, &v),
		numbers[_i].ok);
	ck_assert_uint_eq(v, numbers[_i].ok ? numbers[_i].v : 12345);
}
END_TEST

static const struct {
	const char *s;
	bool ok;
	uint32_t host;
} addresses[] = {
	{ "10.1.2.3", true, 0x0a010203 }, { "255.255.255.255", true, ~0u },
	{ "0.0.0.0", true, 0 },		  { "10.1.2", false, 0 },
	{ "10.1.2.256", false, 0 },	  { "10.1.2.3.4", false, 0 },
	{ "10.1.2.3 ", false, 0 },	  { "10..2.3", false, 0 },
	{ "1000.1.2.3", false, 0 },	  { "010.1.2.3", true, 0x0a010203 },
	{ "a.b.c.d", false, 0 },	  { "10.1.2.-3", false, 0 },
};

START_TEST(address_is_four_octets)
{
	struct in_addr a = { 7 };

	ck_assert_int_eq(str_to_addr(addresses[_i].s, &a), addresses[_i].ok);
	ck_assert_uint_eq(a.s_addr,
			  addresses[_i].ok ? htonl(addresses[_i].host) : 7);
}
END_TEST

static const struct {
	const char *s;
	bool ok;
	uint8_t len;
} masks[] = {
	{ "255.255.255.0", true, 24 },
	{ "0.0.0.0", true, 0 },
	{ "255.255.255.255", true, 32 },
	{ "/8", true, 8 },
	{ "/32", true, 32 },
	{ "/33", false, 0 },
	{ "/", false, 0 },
	{ "255.0.255.0", false, 0 },
	{ "8", false, 0 },
	{ "255.255.255.1", false, 0 },
};

START_TEST(mask_is_contiguous)
{
	uint8_t len = 99;

	ck_assert_int_eq(str_to_mask(masks[_i].s, &len), masks[_i].ok);
	ck_assert_uint_eq(len, masks[_i].ok ? masks[_i].len : 99);
}
END_TEST

START_TEST(eight_addresses_can_be_held_at_once)
{
	const char *text[8];
	char want[32];

	for (uint32_t i = 0; i < 8; i++)
		text[i] = str_addr((struct in_addr){ htonl(0x0a000000 + i) });
	for (unsigned i = 0; i < 8; i++) {
		(void)snprintf(want, sizeof(want), "10.0.0.%u", i);
		ck_assert_str_eq(text[i], want);
	}
}
END_TEST

START_TEST(thousands_are_separated)
{
	ck_assert_str_eq(str_thousands(0), "0");
	ck_assert_str_eq(str_thousands(999), "999");
	ck_assert_str_eq(str_thousands(1000), "1,000");
	ck_assert_str_eq(str_thousands(134217728), "134,217,728");
	ck_assert_str_eq(str_thousands(UINT64_MAX),
			 "18,446,744,073,709,551,615");
}
END_TEST

START_TEST(arrays_grow_and_shrink_in_the_middle)
{
	int *a = NULL;
	size_t n = 0;

	a = xarray_insert(a, &n, sizeof(*a), 0);
	a[0] = 1;
	a = xarray_insert(a, &n, sizeof(*a), 1);
	a[1] = 3;
	a = xarray_insert(a, &n, sizeof(*a), 1);
	ck_assert_int_eq(a[1], 0);
	a[1] = 2;
	ck_assert_uint_eq(n, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(a[i], i + 1);
	xarray_remove(a, &n, sizeof(*a), 0);
	xarray_remove(a, &n, sizeof(*a), 1);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(a[0], 2);
	free(a);
}
END_TEST

static bool is_all(const unsigned char *p, size_t len, unsigned char value)
{
	while (len && *p == value)
		p++, len--;
	return !len;
}

START_TEST(pool_gives_zeroed_memory_of_its_own)
{
	static const size_t sizes[] = { 1, 7, 8, 100, 40000, 32768, 3 };
	unsigned char *got[200];
	struct pool p = { 0 };

	for (int i = 0; i < LEN(got); i++) {
		size_t size = sizes[i % LEN(sizes)];

		got[i] = pool_zero(&p, size);
		ck_assert_uint_eq((uintptr_t)got[i] % sizeof(void *), 0);
		ck_assert(is_all(got[i], size, 0));
		memset(got[i], i, size);
	}
	for (int i = 0; i < LEN(got); i++)
		ck_assert(is_all(got[i], sizes[i % LEN(sizes)],
				 (unsigned char)i));
	ck_assert_str_eq(pool_strndup(&p, "service", 4), "serv");
	pool_free(&p);
	ck_assert_ptr_null(p.blocks);
}
END_TEST

START_TEST(wiped_memory_is_zero)
{
	char secret[] = "secret", zero[sizeof(secret)] = { 0 };

	wipe(secret, sizeof(secret));
	ck_assert_mem_eq(secret, zero, sizeof(zero));
}
END_TEST

/* ---- map ---------------------------------------------------------------- */

START_TEST(map_finds_every_key_and_no_other)
{
	static int value[5000];
	struct map *m = map_new(_i ? 0x1234567890abcdef : 0);
	char key[40];

	for (int i = 0; i < LEN(value); i++) {
		int len = snprintf(key, sizeof(key), "%*d", i % 30, i);

		ck_assert_ptr_null(map_put(m, key, (size_t)len, &value[i]));
	}
	ck_assert_uint_eq(map_count(m), LEN(value));
	for (int i = 0; i < LEN(value); i++) {
		int len = snprintf(key, sizeof(key), "%*d", i % 30, i);

		ck_assert_ptr_eq(map_get(m, key, (size_t)len), &value[i]);
		key[len] = 'x';
		ck_assert_ptr_null(map_get(m, key, (size_t)len + 1));
	}
	map_free(m);
}
END_TEST

START_TEST(map_put_replaces_and_tells_what_was_there)
{
	struct map *m = map_new(1);
	int a, b;

	ck_assert_ptr_null(map_get(m, "k", 1));
	ck_assert_ptr_null(map_put(m, "k", 1, &a));
	ck_assert_ptr_eq(map_put(m, "k", 1, &b), &a);
	ck_assert_ptr_eq(map_get(m, "k", 1), &b);
	ck_assert_uint_eq(map_count(m), 1);
	ck_assert_ptr_null(map_put(m, "", 0, &a));
	ck_assert_ptr_eq(map_get(m, "", 0), &a);
	map_free(m);
	map_free(NULL);
}
END_TEST

START_TEST(zero_bytes_in_a_key_count)
{
	struct map *m = map_new(1);
	char zeros[24] = { 0 };
	int value[24];

	for (size_t i = 0; i < 24; i++)
		ck_assert_ptr_null(map_put(m, zeros, i, &value[i]));
	for (size_t i = 0; i < 24; i++)
		ck_assert_ptr_eq(map_get(m, zeros, i), &value[i]);
	map_free(m);
}
END_TEST

/* Neighbouring addresses and ports are what the tables hold: their hashes must
 * spread over the low bits, which choose the slot. */
START_TEST(hashes_of_neighbours_spread)
{
	unsigned used[256] = { 0 };

	for (uint32_t i = 0; i < 65536; i++) {
		uint32_t key[2] = { htonl(0x0a000000 + i), 443 };

		used[map_hash((uint64_t)_i, key, sizeof(key)) & 255]++;
	}
	for (int i = 0; i < 256; i++) {
		ck_assert_uint_gt(used[i], 128);
		ck_assert_uint_lt(used[i], 384);
	}
}
END_TEST

/* ---- log ---------------------------------------------------------------- */

static char last_line[1024];
static int nline;

static void sink(void *arg, enum log_level l, const char *line)
{
	(void)arg;
	(void)l;
	nline++;
	(void)str_copy(last_line, sizeof(last_line), line);
}

START_TEST(line_has_the_products_form)
{
	char month[4], subsys[32];
	int day, h, m, s, slot, sub, level, at = 0;
	unsigned seq;
	int id = log_sink_add(sink, NULL);

	log_write_slot(2, LOG_SSLACCEL, LOG_ERROR_3, "card %s", "gone");
	log_sink_del(id);
	ck_assert_int_eq(sscanf(last_line,
				"%3[A-Z] %2d %2d:%2d:%2d %d/%d %u %31[A-Z]-%d: "
				"%n",
				month, &day, &h, &m, &s, &slot, &sub, &seq,
				subsys, &level, &at),
			 10);
	ck_assert_int_eq(last_line[3], ' ');
	ck_assert(last_line[4] == ' ' || day > 9); /* day padded with blank */
	ck_assert_int_eq(last_line[6], ' ');
	ck_assert_int_eq(slot, 2);
	ck_assert_int_eq(sub, 1);
	ck_assert_uint_ge(seq, 1);
	ck_assert_str_eq(subsys, "SSLACCEL");
	ck_assert_int_eq(level, 3);
	ck_assert_str_eq(last_line + at, "card gone");
}
END_TEST

START_TEST(level_decides_what_is_logged)
{
	int id = log_sink_add(sink, NULL);

	nline = 0;
	ck_assert_int_eq(log_level_get(LOG_ACL), LOG_WARNING_4);
	log_write(LOG_ACL, LOG_NOTICE_5, "no");
	ck_assert_int_eq(nline, 0);
	log_write(LOG_ACL, LOG_WARNING_4, "yes");
	ck_assert_int_eq(nline, 1);
	log_level_set(LOG_ACL, LOG_DEBUG_7);
	log_write(LOG_ACL, LOG_DEBUG_7, "yes");
	ck_assert_int_eq(nline, 2);
	log_write(LOG_APP, LOG_DEBUG_7, "another subsystem: no");
	ck_assert_int_eq(nline, 2);
	log_level_set(LOG_ACL, LOG_FATAL_0);
	log_write(LOG_ACL, LOG_ALERT_1, "no");
	ck_assert_int_eq(nline, 2);
	log_sink_del(id);
	log_write(LOG_ACL, LOG_FATAL_0, "nobody listens");
	ck_assert_int_eq(nline, 2);
}
END_TEST

START_TEST(control_characters_do_not_make_a_second_line)
{
	int id = log_sink_add(sink, NULL);
	const char *text;

	log_write(LOG_APP, LOG_FATAL_0, "a\nb\x1b[2Jc%s", "\r\t\xff");
	log_sink_del(id);
	text = strstr(last_line, "APP-0: ");
	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, "APP-0: a.b.[2Jc...");
}
END_TEST

START_TEST(names_of_levels_and_subsystems_are_found)
{
	for (int i = 0; i < LOG_LEVEL_NUM; i++)
		ck_assert_int_eq(log_level_find(log_level_name(i)), i);
	for (int i = 0; i < LOG_SUBSYS_NUM; i++)
		ck_assert_int_eq(log_subsys_find(log_subsys_name(i)), i);
	ck_assert_int_eq(log_level_find("warning"), LOG_WARNING_4);
	ck_assert_int_eq(log_level_find("warning-5"), -1);
	ck_assert_int_eq(log_level_find("w"), LOG_WARNING_4);
	ck_assert_int_eq(log_level_find("INFO"), LOG_INFO_6);
	ck_assert_int_eq(log_level_find(""), -1);
	ck_assert_int_eq(log_subsys_find("nothing"), -1);
	ck_assert_int_eq(log_subsys_find("r"), -1);
	ck_assert_int_eq(log_subsys_find("rep"), -1);
	ck_assert_int_eq(log_subsys_find("repo"), LOG_REPORTER);
	ck_assert_int_eq(log_subsys_find("bufman"), LOG_BUFFER);
	ck_assert_int_eq(log_subsys_find(""), -1);
}
END_TEST

START_TEST(ninth_sink_is_refused)
{
	int id[8];

	for (int i = 0; i < 8; i++) {
		id[i] = log_sink_add(sink, NULL);
		ck_assert_int_ge(id[i], 0);
	}
	ck_assert_int_eq(log_sink_add(sink, NULL), -1);
	log_sink_del(id[3]);
	ck_assert_int_eq(log_sink_add(sink, NULL), id[3]);
	for (int i = 0; i < 8; i++)
		log_sink_del(id[i]);
}
END_TEST

START_TEST(repeated_lines_are_limited_and_counted)
{
	struct log_rate r = { 0 };
	unsigned passed = 0, skipped = 0;

	for (int i = 0; i < 100; i++)
		passed += log_rate_ok(&r, 5000 + (uint64_t)i, &skipped);
	ck_assert_uint_eq(passed, LOG_RATE_BURST);
	ck_assert(log_rate_ok(&r, 6000, &skipped));
	ck_assert_uint_eq(skipped, 100 - LOG_RATE_BURST);
	ck_assert(log_rate_ok(&r, 6001, &skipped));
	ck_assert_uint_eq(skipped, 0);
}
END_TEST

static void *log_much(void *arg)
{
	static struct log_rate rate;
	unsigned skipped;

	(void)arg;

	for (uint64_t i = 0; i < 500; i++) {
		log_write(LOG_FLOWMGR, LOG_WARNING_4, "line %u", (unsigned)i);
		(void)log_rate_ok(&rate, i * 20, &skipped);
	}
	log_level_set(LOG_FLOWMGR, LOG_DEBUG_7);
	return NULL;
}

START_TEST(threads_log_together)
{
	pthread_t t[4];
	int id = log_sink_add(sink, NULL);

	nline = 0;
	for (int i = 0; i < LEN(t); i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, log_much, NULL),
				 0);
	for (int i = 0; i < LEN(t); i++)
		ck_assert_int_eq(pthread_join(t[i], NULL), 0);
	log_sink_del(id);
	ck_assert_int_eq(nline, 4 * 500);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("base");
	TCase *tc = tcase_create("base");

	tcase_add_test(tc, error_keeps_code_column_and_text);
	tcase_add_test(tc, error_can_be_wrapped_in_context);
	tcase_add_test(tc, error_text_is_cut_at_its_limit);
	tcase_add_test(tc, out_grows_with_what_is_written);
	tcase_add_loop_test(tc, column_is_padded_to_its_width, 0, LEN(columns));
	tcase_add_test(tc, copy_reports_what_does_not_fit);
	tcase_add_test(tc, comparison_ignores_ascii_case);
	tcase_add_loop_test(tc, star_matches_any_run, 0, LEN(wild));
	tcase_add_loop_test(tc, name_has_the_products_characters, 0,
			    LEN(names));
	tcase_add_loop_test(tc, number_is_read_within_its_limits, 0,
			    LEN(numbers));
	tcase_add_loop_test(tc, address_is_four_octets, 0, LEN(addresses));
	tcase_add_loop_test(tc, mask_is_contiguous, 0, LEN(masks));
	tcase_add_test(tc, eight_addresses_can_be_held_at_once);
	tcase_add_test(tc, thousands_are_separated);
	tcase_add_test(tc, arrays_grow_and_shrink_in_the_middle);
	tcase_add_test(tc, pool_gives_zeroed_memory_of_its_own);
	tcase_add_test(tc, wiped_memory_is_zero);
	tcase_add_loop_test(tc, map_finds_every_key_and_no_other, 0, 2);
	tcase_add_test(tc, map_put_replaces_and_tells_what_was_there);
	tcase_add_test(tc, zero_bytes_in_a_key_count);
	tcase_add_loop_test(tc, hashes_of_neighbours_spread, 0, 4);
	tcase_add_test(tc, line_has_the_products_form);
	tcase_add_test(tc, level_decides_what_is_logged);
	tcase_add_test(tc, control_characters_do_not_make_a_second_line);
	tcase_add_test(tc, names_of_levels_and_subsystems_are_found);
	tcase_add_test(tc, ninth_sink_is_refused);
	tcase_add_test(tc, repeated_lines_are_limited_and_counted);
	tcase_add_test(tc, threads_log_together);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

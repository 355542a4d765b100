/*
 * Frames as text, as the scenarios of tests/replay have them: what is written is
 * what is made, and what is wrong is seen.
 */
#include "tests/replay/frametext.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/out.h"

static struct names names;
static uint8_t frame[FRAME_MAX];
static size_t len;
static struct err err;

static void setup(void)
{
	names = (struct names){ 0 };
	ck_assert_int_eq(
		names_add(&names, "a 02:00:00:00:00:0a 10.0.0.1", &err), 0);
	ck_assert_int_eq(
		names_add(&names, "b 02:00:00:00:00:0b 10.0.0.2", &err), 0);
	ck_assert_int_eq(names_add(&names, "vip b 10.0.0.9", &err), 0);
}

static void make(const char *text)
{
	err = (struct err){ 0 };
	ck_assert_msg(!frame_make(&names, text, frame, &len, &err), "%s: %s",
		      text, err.msg);
}

static bool same(const char *text)
{
	return frame_compare(&names, text, frame, len, &err) == 0;
}

static void is_bytes(size_t at, const char *bytes, size_t n)
{
	ck_assert_mem_eq(frame + at, bytes, n);
}

START_TEST(headers_stand_where_the_standards_put_them)
{
	make("eth a > b | ip a > b ttl=9 id=0x1234 | udp 53 > 1024 | "
	     "\"hello\"");
	is_bytes(0, "\x02\0\0\0\0\x0b\x02\0\0\0\0\x0a\x08\x00", 14);
	is_bytes(14,
		 "\x45\0\0\x21\x12\x34\0\0\x09\x11\x8b\x96\x0a\0\0\1\x0a\0\0\2",
		 20);
	is_bytes(34, "\0\x35\x04\x00\0\x0d", 6);
	is_bytes(42, "hello", 5);
	ck_assert_uint_eq(len, 60);
	make("eth a > all vlan=5 | arp request a > vip");
	is_bytes(12, "\x81\x00\0\x05\x08\x06\0\1\x08\0\6\4\0\1", 14);
	is_bytes(26, "\x02\0\0\0\0\x0a\x0a\0\0\1\0\0\0\0\0\0\x0a\0\0\x09", 20);
}
END_TEST

START_TEST(what_was_made_compares_equal)
{
	static const char *const text[] = {
		"eth a > all | arp request a > vip",
		"eth b > a | arp reply vip > a tha=a",
		"eth a > b vlan=7 | ip a > b df=1 | icmp echo id=5 seq=1 | "
		"56 bytes",
		"eth a > b | ip a > b | tcp 4000 > 80 SA seq=7 ack=8 win=99 "
		"opts=mss:1460,nop,ws:7,sackok,ts:1:2 | \"GET |\\r\\n\"",
		"eth a > b | ip a > b | icmp need-frag mtu=600 | ip b > a | "
		"tcp 80 > 4000 . seq=1",
		"eth a > stp | bpdu root=32768/a cost=19 bridge=4096/b "
		"port=0x8002",
		"eth a > b | ip a > b frag=1480 mf=1 proto=17 | 64 bytes",
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		make(text[i]);
		ck_assert_msg(same(text[i]), "%s: %s", text[i], err.msg);
		ck_assert_msg(!frame_sound(frame, len, &err), "%s: %s", text[i],
			      err.msg);
	}
}
END_TEST

START_TEST(what_is_printed_can_be_read_again)
{
	uint8_t first[256];
	struct out o = { 0 };
	size_t n;

	make("eth a > b vlan=7 | ip a > b df=1 ttl=3 | tcp 4000 > 80 SA seq=7 "
	     "ack=8 opts=mss:1460 | \"x\\r\\n\\x00\"");
	n = len;
	memcpy(first, frame, n);
	frame_tell(&names, frame, len, &o);
	make(out_text(&o));
	ck_assert_uint_eq(len, n);
	ck_assert_mem_eq(frame, first, n);
	out_fini(&o);
}
END_TEST

START_TEST(differences_are_told)
{
	make("eth a > b | ip a > b | tcp 4000 > 80 S seq=7 opts=mss:1460 | "
	     "\"abc\"");
	ck_assert(!same("eth b > b"));
	ck_assert(!same("eth a > b vlan=1"));
	ck_assert(!same("eth a > b | ip a > a"));
	ck_assert_str_eq(err.msg, "dst of ip is b, not a");
	ck_assert(!same("eth a > b | ip ttl=63"));
	ck_assert(!same("eth a > b | ip a > b | udp 4000 > 80"));
	ck_assert(!same("eth a > b | ip a > b | tcp 4000 > 80 SA"));
	ck_assert(!same("eth a > b | ip a > b | tcp opts=none"));
	ck_assert(!same("eth a > b | ip a > b | tcp opts=mss:1400"));
	ck_assert(!same("eth a > b | ip a > b | tcp | \"abcd\""));
	ck_assert(!same("eth a > b | ip a > b | tcp | \"abd\""));
	ck_assert(same("eth a > b | ip * > b | tcp * > 80 S"));
	make("eth a > all | arp request a > vip");
	ck_assert(!same("eth a > all | arp request a > vip sha=b"));
	ck_assert(!same("eth a > all | arp reply a > vip"));
	make("eth a > all | arp request a > vip sha=b");
	ck_assert(!same("eth a > all | arp request a > vip"));
}
END_TEST

START_TEST(values_are_kept)
{
	make("eth a > b | ip a > b | tcp 4000 > 80 S seq=0xffffffff");
	ck_assert(same("eth a > b | ip | tcp seq=?isn"));
	make("eth b > a | ip b > a | tcp 80 > 4000 SA seq=5 ack=$isn+1");
	ck_assert(same("eth b > a | ip | tcp ack=0"));
	ck_assert(!same("eth b > a | ip | tcp ack=$isn"));
	ck_assert(!same("eth b > a | ip | tcp ack=$other"));
}
END_TEST

START_TEST(wrong_sums_and_lengths_are_seen)
{
	static const char *const wrong[] = {
		"eth a > b | ip a > b sum=1 | udp 1 > 2 | 9 bytes",
		"eth a > b | ip a > b | udp 1 > 2 sum=1 | 9 bytes",
		"eth a > b | ip a > b | udp 1 > 2 len=9 sum=0 | 9 bytes",
		"eth a > b | ip a > b | tcp 1 > 2 sum=1 | 9 bytes",
		"eth a > b | ip a > b | icmp echo sum=1 | 9 bytes",
		"eth a > b | ip a > b len=900 | tcp 1 > 2",
		"eth a > b | ip a > b | icmp ttl-exceeded | ip b > a sum=1",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		make(wrong[i]);
		ck_assert_msg(frame_sound(frame, len, &err), "%s", wrong[i]);
	}
	make("eth a > b | ip a > b | udp 1 > 2 sum=0 | 9 bytes");
	ck_assert(!frame_sound(frame, len, &err));
}
END_TEST

START_TEST(fragments_come_together_again)
{
	static uint8_t part[FRAME_MAX], whole[FRAME_MAX];
	static const unsigned order[] = { 2, 0, 1 };
	size_t have = 0;
	int missing = -1;

	make("eth a > b | ip a > b | udp 1 > 2 | 1400 bytes");
	for (int i = 0; i < 3; i++) {
		size_t n = frame_fragment(frame, len, 600, order[i], part);

		ck_assert_uint_ne(n, 0);
		ck_assert(!frame_sound(part, n, &err));
		ck_assert_int_ne(missing, 0);
		ck_assert(!frame_gather(whole, &have, &missing, part, n, &err));
	}
	ck_assert_int_eq(missing, 0);
	ck_assert_uint_eq(have, len);
	ck_assert_mem_eq(whole, frame, len);
	ck_assert_uint_eq(frame_fragment(frame, len, 600, 3, part), 0);
}
END_TEST

START_TEST(nonsense_is_refused)
{
	static const char *const text[] = {
		"ip a > b",
		"eth a > nobody",
		"eth a > b | ip a > b | tcp 1 > 2 XY",
		"eth a > b | ip a > b | tcp 1 > 2 opts=cheese",
		"eth a > b | ip a > b cheese=1",
		"eth a > b | \"open",
		"eth a > b | many bytes",
		"eth a > b | hex 0g",
		"eth a > b | ip a > b id=$never",
		/* more headers than there may be */
		("eth a > b | ip a > b | ip a > b | ip a > b | ip a > b | "
		 "ip a > b | ip a > b | ip a > b | ip a > b"),
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		ck_assert_msg(frame_make(&names, text[i], frame, &len, &err),
			      "%s", text[i]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("frametext");
	TCase *tc = tcase_create("frametext");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, headers_stand_where_the_standards_put_them);
	tcase_add_test(tc, what_was_made_compares_equal);
	tcase_add_test(tc, what_is_printed_can_be_read_again);
	tcase_add_test(tc, differences_are_told);
	tcase_add_test(tc, values_are_kept);
	tcase_add_test(tc, wrong_sums_and_lengths_are_seen);
	tcase_add_test(tc, fragments_come_together_again);
	tcase_add_test(tc, nonsense_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

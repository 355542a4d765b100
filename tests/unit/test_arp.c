#include "emu/wire/arp.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/str.h"
#include "emu/net/packet.h"

/* Neighbours under a clock of the test's own. */

static struct arp_table *arp;
static struct sender out;
static const uint8_t ours[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t theirs[6] = { 2, 0, 0, 0, 0, 9 };

static struct { /* what the table sent, and gave back */
	unsigned requests, ready, lost;
	struct arp_packet last;
	unsigned vlan;
	int port;
	uint8_t frame[64];
	size_t len;
} seen;

static void sent(void *arg, unsigned vlan, int port, const uint8_t *frame,
		 size_t len)
{
	(void)arg;
	ck_assert_int_eq(port, PORT_FLOOD);
	ck_assert_uint_eq(len, ARP_FRAME_LEN);
	ck_assert(arp_read(frame, len, &seen.last));
	ck_assert_mem_eq(frame, "\xff\xff\xff\xff\xff\xff", 6);
	seen.vlan = vlan;
	seen.requests++;
}

static void ready(void *arg, unsigned vlan, int port, uint8_t *frame,
		  size_t len)
{
	(void)arg;
	seen.vlan = vlan;
	seen.port = port;
	seen.ready++;
	seen.len = len;
	memcpy(seen.frame, frame, len < 64 ? len : 64);
}

static void lost(void *arg, unsigned vlan, uint8_t *frame, size_t len)
{
	(void)arg;
	(void)frame;
	(void)len;
	seen.vlan = vlan;
	seen.lost++;
}

static struct in_addr addr(const char *text)
{
	struct in_addr a = { INADDR_ANY };

	ck_assert(str_to_addr(text, &a));
	return a;
}

static void setup(void)
{
	memset(&seen, 0, sizeof(seen));
	out.send = sent;
	arp = arp_new(&out, ready, NULL);
	arp_set_lost(arp, lost);
	arp_configure(arp, &(struct arp_conf){ 100, 5, 4 });
}

static void teardown(void)
{
	arp_free(arp);
}

static void ask(const char *who, uint8_t mark, uint64_t now_ms)
{
	uint8_t frame[60] = { [14] = mark };

	arp_ask(arp, 7, addr(who), addr("10.0.0.254"), ours, frame,
		sizeof(frame), now_ms);
}

static enum arp_answer find(const char *who, uint64_t now_ms)
{
	const struct arp_entry *e = NULL;
	enum arp_answer a = arp_find(arp, 7, addr(who), now_ms, &e);

	ck_assert((a == ARP_FOUND) == (e != NULL));
	return a;
}

/* Every step that is due until then. */
static void run(uint64_t until_ms)
{
	while (arp_due_ms(arp) <= until_ms)
		arp_tick(arp, arp_due_ms(arp));
	arp_tick(arp, until_ms);
}

START_TEST(packet_waits_for_the_answer)
{
	const struct arp_entry *e = NULL;

	ck_assert_int_eq(find("10.0.0.9", 0), ARP_ASKED);
	ask("10.0.0.9", 1, 0);
	ck_assert_uint_eq(seen.requests, 1);
	ck_assert_uint_eq(seen.last.op, 1);
	ck_assert_uint_eq(seen.last.target.s_addr, addr("10.0.0.9").s_addr);
	ck_assert_uint_eq(seen.last.sender.s_addr, addr("10.0.0.254").s_addr);
	ck_assert_mem_eq(seen.last.sender_mac, ours, 6);
	ck_assert_uint_eq(seen.vlan, 7);
	ask("10.0.0.9", 2, 10);
	ck_assert_uint_eq(seen.requests, 1);
	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, false, 20);
	ck_assert_uint_eq(seen.ready, 2);
	ck_assert_uint_eq(seen.frame[14], 2);
	ck_assert_mem_eq(seen.frame, theirs, 6);
	ck_assert_int_eq(seen.port, 3);
	ck_assert_int_eq(arp_find(arp, 7, addr("10.0.0.9"), 30, &e), ARP_FOUND);
	ck_assert_mem_eq(e->mac, theirs, 6);
	ck_assert_int_eq(e->type, ARP_DYNAMIC);
	/* the same address on another circuit is somebody else */
	ck_assert_int_eq(arp_find(arp, 8, addr("10.0.0.9"), 30, &e), ARP_ASKED);
}
END_TEST

START_TEST(silence_is_remembered_for_a_while)
{
	ask("10.0.0.9", 1, 1000);
	run(5999);
	ck_assert_uint_eq(seen.requests, 5);
	ck_assert_uint_eq(seen.lost, 0);
	run(6000);
	ck_assert_uint_eq(seen.requests, 5);
	ck_assert_uint_eq(seen.lost, 1);
	ck_assert_int_eq(find("10.0.0.9", 6001), ARP_LOST);
	ck_assert_int_eq(find("10.0.0.9", 9000), ARP_ASKED);
	run(20000);
	ask("10.0.0.9", 1, 20000);
	ck_assert_uint_eq(seen.requests, 6);
	/* and who speaks is there again */
	run(25000);
	ck_assert_int_eq(find("10.0.0.9", 25001), ARP_LOST);
	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, true, 25002);
	ck_assert_int_eq(find("10.0.0.9", 25003), ARP_FOUND);
}
END_TEST

START_TEST(few_packets_wait)
{
	for (uint8_t i = 1; i <= 12; i++)
		ask("10.0.0.9", i, 0);
	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, false, 1);
	ck_assert_uint_eq(seen.ready, 8);
	ck_assert_uint_eq(seen.frame[14], 12); /* the latest are kept */
}
END_TEST

START_TEST(few_are_asked_for_at_a_time)
{
	char who[20];

	for (int i = 1; i <= 6; i++) {
		(void)snprintf(who, sizeof(who), "10.0.0.%d", i);
		ck_assert_int_eq(find(who, 0), i <= 4 ? ARP_ASKED : ARP_LOST);
		ask(who, 1, 0);
	}
	ck_assert_uint_eq(seen.requests, 4);
	run(5000);
	ck_assert_int_eq(find("10.0.0.6", 5001), ARP_ASKED);
}
END_TEST

START_TEST(entries_grow_old)
{
	size_t n = 0;

	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, true, 1000);
	ck_assert_int_eq(find("10.0.0.9", 100999), ARP_FOUND);
	ck_assert_int_eq(find("10.0.0.9", 101000), ARP_ASKED);
	run(200000);
	free(arp_copy(arp, &n));
	ck_assert_uint_eq(n, 0);
	arp_configure(arp, &(struct arp_conf){ 86401, 5, 4 }); /* never */
	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, true, 200000);
	arp_tick(arp, 900000000);
	ck_assert_int_eq(find("10.0.0.9", 900000000), ARP_FOUND);
}
END_TEST

START_TEST(an_old_entry_is_asked_for_anew)
{
	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, true, 1000);
	ask("10.0.0.9", 1, 102000);
	ck_assert_uint_eq(seen.requests, 1);
	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, false, 102001);
	ck_assert_uint_eq(seen.ready, 1);
}
END_TEST

START_TEST(only_who_is_there_is_updated)
{
	static const uint8_t other[6] = { 2, 0, 0, 0, 0, 8 };
	const struct arp_entry *e = NULL;

	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, false, 0);
	ck_assert_int_eq(find("10.0.0.9", 0), ARP_ASKED);
	arp_learn(arp, 7, 3, addr("10.0.0.9"), theirs, true, 0);
	arp_learn(arp, 7, 4, addr("10.0.0.9"), other, false, 1);
	ck_assert_int_eq(arp_find(arp, 7, addr("10.0.0.9"), 1, &e), ARP_FOUND);
	ck_assert_mem_eq(e->mac, other, 6);
	ck_assert_int_eq(e->port, 4);
}
END_TEST

START_TEST(static_ones_stay)
{
	struct arp_entry fixed = { .addr = addr("10.0.0.5"),
				   .mac = { 2, 0, 0, 0, 0, 5 },
				   .vlan = 7,
				   .port = 1 };
	struct arp_entry *e = NULL;
	size_t n = 0;

	arp_learn(arp, 7, 3, addr("10.0.0.5"), theirs, true, 0);
	arp_learn(arp, 7, 3, addr("10.0.0.4"), theirs, true, 0);
	arp_set_static(arp, &fixed, 1);
	arp_learn(arp, 7, 3, addr("10.0.0.5"), theirs, true, 0);
	arp_forget_port(arp, 1);
	run(500000);
	arp_learn(arp, 7, 3, addr("10.0.0.4"), theirs, true, 500000);
	e = arp_copy(arp, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(e[0].addr.s_addr, addr("10.0.0.4").s_addr);
	ck_assert_int_eq(e[0].type, ARP_DYNAMIC);
	ck_assert_uint_eq(e[1].addr.s_addr, addr("10.0.0.5").s_addr);
	ck_assert_int_eq(e[1].type, ARP_STATIC);
	ck_assert_mem_eq(e[1].mac, fixed.mac, 6);
	free(e);
	arp_clear(arp, (struct in_addr){ INADDR_ANY });
	free(arp_copy(arp, &n));
	ck_assert_uint_eq(n, 1);
	arp_set_static(arp, NULL, 0);
	free(arp_copy(arp, &n));
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(one_or_a_port_is_forgotten)
{
	arp_learn(arp, 7, 3, addr("10.0.0.4"), theirs, true, 0);
	arp_learn(arp, 7, 3, addr("10.0.0.5"), theirs, true, 0);
	arp_learn(arp, 7, 4, addr("10.0.0.6"), theirs, true, 0);
	arp_clear(arp, addr("10.0.0.4"));
	ck_assert_int_eq(find("10.0.0.4", 1), ARP_ASKED);
	ck_assert_int_eq(find("10.0.0.5", 1), ARP_FOUND);
	arp_forget_port(arp, 3);
	ck_assert_int_eq(find("10.0.0.5", 1), ARP_ASKED);
	ck_assert_int_eq(find("10.0.0.6", 1), ARP_FOUND);
}
END_TEST

START_TEST(the_table_is_bounded)
{
	size_t n = 0;

	for (uint32_t i = 0; i < 30000; i++)
		arp_learn(arp, 7, 3, (struct in_addr){ htonl(0x0a000000 + i) },
			  theirs, true, 0);
	free(arp_copy(arp, &n));
	ck_assert_uint_eq(n, 8192);
	ck_assert_int_eq(find("10.0.117.47", 1), ARP_FOUND); /* the last */
}
END_TEST

START_TEST(nothing_to_do_is_nothing_due)
{
	ck_assert_uint_eq(arp_due_ms(arp), UINT64_MAX);
	ask("10.0.0.9", 1, 0);
	ck_assert_uint_eq(arp_due_ms(arp), 1000);
	arp_clear(arp, addr("10.0.0.9"));
	run(60000);
	ck_assert_uint_eq(arp_due_ms(arp), UINT64_MAX);
	ck_assert_uint_eq(seen.requests, 1);
}
END_TEST

START_TEST(what_is_no_arp_is_not_read)
{
	struct arp_packet a = { .op = 2,
				.sender = addr("10.0.0.1"),
				.target = addr("10.0.0.2") };
	struct arp_packet b;
	uint8_t f[ARP_FRAME_LEN], bad[ARP_FRAME_LEN];
	static const unsigned at[] = { 12, 14, 16, 18, 19, 20 };

	memcpy(a.sender_mac, ours, 6);
	memcpy(a.target_mac, theirs, 6);
	arp_make(&a, theirs, f);
	ck_assert(arp_read(f, sizeof(f), &b));
	ck_assert_uint_eq(b.op, 2);
	ck_assert_mem_eq(b.sender_mac, ours, 6);
	ck_assert_mem_eq(b.target_mac, theirs, 6);
	ck_assert_uint_eq(b.sender.s_addr, a.sender.s_addr);
	ck_assert_uint_eq(b.target.s_addr, a.target.s_addr);
	ck_assert(!arp_read(f, sizeof(f) - 1, &b));
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		memcpy(bad, f, sizeof(f));
		bad[at[i]] ^= 0x40;
		ck_assert(!arp_read(bad, sizeof(bad), &b));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("arp");
	TCase *t = tcase_create("neighbours");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, packet_waits_for_the_answer);
	tcase_add_test(t, silence_is_remembered_for_a_while);
	tcase_add_test(t, few_packets_wait);
	tcase_add_test(t, few_are_asked_for_at_a_time);
	tcase_add_test(t, entries_grow_old);
	tcase_add_test(t, an_old_entry_is_asked_for_anew);
	tcase_add_test(t, only_who_is_there_is_updated);
	tcase_add_test(t, static_ones_stay);
	tcase_add_test(t, one_or_a_port_is_forgotten);
	tcase_add_test(t, the_table_is_bounded);
	tcase_add_test(t, nothing_to_do_is_nothing_due);
	tcase_add_test(t, what_is_no_arp_is_not_read);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

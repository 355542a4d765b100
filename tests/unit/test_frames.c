/*
 * What attachments count below the flows, and how commands show and clear it: a
 * scratch switch with a data plane, of which this test counts as the threads of
 * ports would.
 */
#include "emu/plane/frames.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/tally.h"
#include "emu/io/hostmap.h"
#include "emu/plane/plane.h"
#include "tests/fuzz/scratch_env.h"

static struct env *env;
static struct hostmap *map;
static struct session *session;
static struct out out;

static void setup(void)
{
	struct err err = { 0 };

	env = scratch_env();
	map = hostmap_new();
	env->plane = plane_new(env->loop, map, 1, &err);
	ck_assert_msg(env->plane != NULL, "%s", err.msg);
	env->tallies = tallies_new();
	session = session_new(env, SESSION_VTY, "192.0.2.1");
	session_line(session, "admin", &out);
	session_line(session, "system", &out);
}

static void teardown(void)
{
	session_free(session);
	plane_free(env->plane);
	env->plane = NULL;
	tallies_free(env->tallies);
	env->tallies = NULL;
	hostmap_free(map);
	out_fini(&out);
}

static const char *shown(const char *line)
{
	out_clear(&out);
	session_line(session, line, &out);
	return out_text(&out);
}

static void has(const char *line, const char *text)
{
	const char *got = shown(line);

	ck_assert_msg(strstr(got, text), "%s\nlacks: %s\n%s", line, text, got);
}

static void lacks(const char *line, const char *text)
{
	const char *got = shown(line);

	ck_assert_msg(!strstr(got, text), "%s\nhas: %s\n%s", line, text, got);
}

static void count_port(unsigned slot, unsigned port, enum port_counter c,
		       uint64_t n)
{
	atomic_fetch_add(&plane_port(env->plane, slot, port)[c], n);
}

START_TEST(ports_show_what_they_counted)
{
	count_port(3, 1, PORT_FCS, 7);
	count_port(3, 1, PORT_IN_OCTETS, 123456);
	count_port(3, 2, PORT_LATE_COLLISION, 9);
	has("show ether-errors 3/1",
	    "FCS Errors:                              7\n");
	has("show ether-errors 3/2",
	    "Late Collisions:                         9 ");
	has("show mibii 3/1", "In Octets:          123456 ");
	has("show mibii cvt", "3/1                   123456 ");
}
END_TEST

START_TEST(zero_prints_then_clears_one_group)
{
	count_port(3, 1, PORT_FCS, 7);
	count_port(3, 1, PORT_IN_OCTETS, 5);
	count_port(3, 1, PORT_RMON_64, 6);
	has("show ether-errors zero 3/1",
	    "FCS Errors:                              7\n");
	has("show ether-errors 3/1",
	    "FCS Errors:                              0\n");
	has("show mibii 3/1", "In Octets:          5 ");
	count_port(3, 1, PORT_FCS, 1);
	has("show ether-errors 3/1",
	    "FCS Errors:                              1\n");
}
END_TEST

START_TEST(clear_statistics_is_about_rmon)
{
	struct port_counters c;

	count_port(3, 1, PORT_FCS, 7);
	count_port(3, 1, PORT_RMON_64, 6);
	ck_assert_str_eq(shown("clear statistics 3/1"), "");
	plane_port_counters(env->plane, 3, 1, &c);
	ck_assert_uint_eq(c.n[PORT_RMON_64], 0);
	ck_assert_uint_eq(c.n[PORT_FCS], 7);
}
END_TEST

START_TEST(protocols_show_what_was_counted)
{
	plane_count_net(env->plane, NET_UDP_IN);
	plane_count_net(env->plane, NET_FRAGMENT_OVERLAPS);
	plane_count_net(env->plane, NET_TCP_PASSIVE_OPENS);
	has("show ip statistics", "Input Datagrams:                   1 ");
	has("show ip statistics", "Passive Opens:                     1\n");
	has("show ip-fragment-stats",
	    "Overlapping Fragments:                           1\n");
	ck_assert_str_eq(shown("zero ip-fragment-stats"), "");
	has("show ip-fragment-stats",
	    "Overlapping Fragments:                           0\n");
	has("show ip statistics", "Input Datagrams:                   1 ");
}
END_TEST

/* ---- attacks -------------------------------------------------------------- */

static struct in_addr addr(uint32_t host)
{
	return (struct in_addr){ .s_addr = htonl(host) };
}

static void attack(enum attack kind, uint32_t src, time_t now)
{
	plane_attack_seen(env->plane, kind, addr(src), addr(0x0a000001), now);
}

START_TEST(attacks_are_counted_by_kind_and_pair)
{
	struct attacks a;

	attack(ATTACK_LAND, 1, 100);
	attack(ATTACK_LAND, 1, 100);
	attack(ATTACK_LAND, 2, 101);
	attack(ATTACK_SYN, 1, 102);
	plane_attacks(env->plane, &a);
	ck_assert_uint_eq(a.count[ATTACK_LAND], 3);
	ck_assert_uint_eq(a.second[ATTACK_LAND], 2);
	ck_assert_uint_eq(a.second[ATTACK_SYN], 1);
	ck_assert_int_eq(a.first, 100);
	ck_assert_int_eq(a.last, 102);
	ck_assert_int_eq(a.nevent, 3);
	ck_assert_uint_eq(a.event[0].count, 2);
	plane_zero_attacks(env->plane);
	plane_attacks(env->plane, &a);
	ck_assert_int_eq(a.nevent, 0);
	ck_assert_uint_eq(a.count[ATTACK_LAND], 0);
}
END_TEST

START_TEST(the_oldest_event_makes_room)
{
	struct attacks a;

	for (uint32_t i = 0; i < ATTACK_EVENTS; i++)
		attack(ATTACK_SYN, i + 1, 100 + (time_t)i);
	attack(ATTACK_SYN, 1, 500); /* the first one goes on */
	attack(ATTACK_SYN, 9999, 501);
	plane_attacks(env->plane, &a);
	ck_assert_int_eq(a.nevent, ATTACK_EVENTS);
	ck_assert_uint_eq(a.event[0].count, 2);
	ck_assert_uint_eq(ntohl(a.event[1].src.s_addr), 9999);
	ck_assert_uint_eq(a.count[ATTACK_SYN], ATTACK_EVENTS + 2);
}
END_TEST

START_TEST(attacks_are_shown_and_cleared)
{
	attack(ATTACK_LAND, 0x0a000002, 1000000000);
	attack(ATTACK_LAND, 0x0a000002, 1000000000);
	attack(ATTACK_SMURF, 0x0a000003, 1000000060);
	has("show dos summary", "Total Attacks:         3\n");
	has("show dos summary",
	    "LAND Attacks:          2   Maximum per second: 2\n");
	lacks("show dos summary", "DOS Attack Event");
	has("show dos", "\nDOS Attack Event 2:\n");
	has("show dos", "Source Address:        10.0.0.2\n"
			"Destination Address:   10.0.0.1\n"
			"Event Count:           2\n"
			"Attack Type:           LAND\n");
	ck_assert_str_eq(shown("zero dos statistics"), "");
	has("show dos", "Total Attacks:         0\n");
	lacks("show dos", "DOS Attack Event");
}
END_TEST

/* ---- flows of ports, source ports, what is slow --------------------------- */

START_TEST(flows_of_ports_have_rows)
{
	count_port(3, 2, PORT_FLOWS, 2);
	count_port(3, 2, PORT_FLOWS_TCP, 5);
	count_port(3, 2, PORT_FLOWS_UDP, 3);
	has("flow statistics",
	    "3/2                 2          8          5          3\n");
}
END_TEST

START_TEST(source_ports_are_the_first_processors)
{
	plane_count_net(env->plane, NET_TCP_MAPPED);
	plane_count_net(env->plane, NET_TCP_NO_PORT);
	has("show global-portmap all-sps",
	    " 1/1          2016       31744        1                 1\n"
	    " 3/1          33760      31744        0                 0\n");
	has("show noflow-portmap slot 1",
	    " 1/1          2016       31744        0                 0\n");
}
END_TEST

START_TEST(tallies_are_shown_by_topic_and_thing)
{
	ck_assert_str_eq(shown("configure"), "");
	(void)shown("dns-record a www.a.com 10.1.1.1");
	(void)shown("dns-record a www.b.com 10.1.1.2");
	tally_add(env->tallies, "dns-record a", "www.a.com", "Hits", 3);
	tally_add(env->tallies, "dns-server", "", "Requests Accepted", 4);
	tally_add(env->tallies, "dns-server", "", "Requests Accepted", 1);
	has("show dns-record statistics",
	    "www.a.com                        A      3\n"
	    "www.b.com                        A      0\n");
	has("show dns-server",
	    "Requests Accepted:                                 5\n");
	ck_assert_str_eq(shown("dns-record zero a www.b.com"), "");
	ck_assert_uint_eq(
		tally_get(env->tallies, "dns-record a", "www.a.com", "Hits"),
		3);
	ck_assert_str_eq(shown("dns-record zero a"), "");
	has("show dns-record statistics",
	    "www.a.com                        A      0\n");
	has("show dns-server",
	    "Requests Accepted:                                 5\n");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("frames");
	TCase *tc = tcase_create("frames");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, ports_show_what_they_counted);
	tcase_add_test(tc, zero_prints_then_clears_one_group);
	tcase_add_test(tc, clear_statistics_is_about_rmon);
	tcase_add_test(tc, protocols_show_what_was_counted);
	tcase_add_test(tc, attacks_are_counted_by_kind_and_pair);
	tcase_add_test(tc, the_oldest_event_makes_room);
	tcase_add_test(tc, attacks_are_shown_and_cleared);
	tcase_add_test(tc, flows_of_ports_have_rows);
	tcase_add_test(tc, source_ports_are_the_first_processors);
	tcase_add_test(tc, tallies_are_shown_by_topic_and_thing);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

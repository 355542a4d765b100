#include "emu/net/dhcp.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "emu/net/packet.h"

/* Messages of DHCP as a relay agent takes, changes and directs them. */

#define OPTIONS 60 /* bytes behind the cookie */

static uint8_t msg[DHCP_MIN + OPTIONS], was[sizeof(msg)];
static const uint8_t client[6] = { 2, 0, 0, 0, 0, 5 };
static const uint8_t agent82[] = { 82, 4, 1, 2, 'p', '1', 255 };

static struct in_addr addr(const char *text)
{
	struct in_addr a = { INADDR_ANY };

	ck_assert_int_eq(inet_pton(AF_INET, text, &a), 1);
	return a;
}

/* From an Ethernet client, with an option 82 that another agent has put in. */
static void message(uint8_t op)
{
	static const uint8_t cookie[] = { 99, 130, 83, 99 };

	for (size_t i = 0; i < sizeof(msg); i++)
		msg[i] = (uint8_t)i;
	msg[DHCP_OP] = op;
	msg[DHCP_HTYPE] = 1;
	msg[DHCP_HLEN] = 6;
	msg[DHCP_HOPS] = 0;
	put16(msg + DHCP_FLAGS, 0);
	put_addr(msg + DHCP_YIADDR, addr("10.1.0.5"));
	memset(msg + DHCP_GIADDR, 0, 4);
	memcpy(msg + DHCP_CHADDR, client, 6);
	memcpy(msg + DHCP_COOKIE, cookie, sizeof(cookie));
	memcpy(msg + DHCP_MIN, agent82, sizeof(agent82));
	memcpy(was, msg, sizeof(msg));
}

/* ---- what it is ------------------------------------------------------------------- */

START_TEST(kinds_are_told_apart)
{
	message(1);
	ck_assert_int_eq(dhcp_kind(msg, sizeof(msg)), DHCP_REQUEST);
	ck_assert_int_eq(dhcp_kind(msg, DHCP_MIN), DHCP_REQUEST);
	message(2);
	ck_assert_int_eq(dhcp_kind(msg, sizeof(msg)), DHCP_REPLY);
	for (unsigned op = 0; op < 256; op++) {
		message((uint8_t)op);
		ck_assert_int_eq(dhcp_kind(msg, sizeof(msg)) == DHCP_BAD,
				 op != 1 && op != 2);
	}
}
END_TEST

/* Each in memory of its own length, so that reading on is seen. */
START_TEST(what_is_cut_off_is_none)
{
	message(1);
	for (size_t len = 0; len <= DHCP_MIN; len++) {
		uint8_t *cut = malloc(len ? len : 1);

		ck_assert_ptr_nonnull(cut);
		memcpy(cut, msg, len);
		ck_assert_int_eq(dhcp_kind(cut, len),
				 len < DHCP_MIN ? DHCP_BAD : DHCP_REQUEST);
		free(cut);
	}
}
END_TEST

START_TEST(what_is_no_message)
{
	for (int i = 0; i < 4; i++) {
		message(1);
		msg[DHCP_COOKIE + i] ^= 1;
		ck_assert_int_eq(dhcp_kind(msg, sizeof(msg)), DHCP_BAD);
	}
	message(1);
	msg[DHCP_HLEN] = 17;
	ck_assert_int_eq(dhcp_kind(msg, sizeof(msg)), DHCP_BAD);
	msg[DHCP_HLEN] = 16;
	ck_assert_int_eq(dhcp_kind(msg, sizeof(msg)), DHCP_REQUEST);
}
END_TEST

/* ---- requests ----------------------------------------------------------------------- */

/* Everything else is as it came, options too. */
static void check_rest(void)
{
	was[DHCP_HOPS] = msg[DHCP_HOPS];
	memcpy(was + DHCP_GIADDR, msg + DHCP_GIADDR, 4);
	ck_assert_mem_eq(msg, was, sizeof(msg));
}

START_TEST(the_first_agent_signs)
{
	message(1);
	ck_assert_uint_eq(dhcp_agent(msg).s_addr, INADDR_ANY);
	ck_assert(dhcp_relay(msg, 4, addr("10.1.0.254")));
	ck_assert_uint_eq(msg[DHCP_HOPS], 1);
	ck_assert_uint_eq(dhcp_agent(msg).s_addr, addr("10.1.0.254").s_addr);
	check_rest();
	ck_assert(dhcp_relay(msg, 4, addr("10.2.0.254")));
	ck_assert_uint_eq(msg[DHCP_HOPS], 2);
	ck_assert_uint_eq(dhcp_agent(msg).s_addr, addr("10.1.0.254").s_addr);
	check_rest();
}
END_TEST

START_TEST(hops_have_an_end)
{
	for (unsigned max = 1; max < 16; max++)
		for (unsigned hops = 0; hops < 256; hops++) {
			message(1);
			msg[DHCP_HOPS] = (uint8_t)hops;
			ck_assert_int_eq(
				dhcp_relay(msg, max, addr("10.1.0.254")),
				hops <= max);
			ck_assert_uint_eq(msg[DHCP_HOPS], hops + (hops <= max));
			if (hops > max)
				ck_assert_uint_eq(dhcp_agent(msg).s_addr,
						  INADDR_ANY);
			check_rest();
		}
	message(1);
	msg[DHCP_HOPS] = 255;
	ck_assert(!dhcp_relay(msg, 255, addr("10.1.0.254")));
}
END_TEST

/* ---- replies ------------------------------------------------------------------------ */

static bool to_client(void)
{
	struct in_addr a;
	uint8_t mac[6];

	if (!dhcp_client(msg, &a, mac))
		return false;
	ck_assert_uint_eq(a.s_addr, addr("10.1.0.5").s_addr);
	ck_assert_mem_eq(mac, client, 6);
	return true;
}

START_TEST(a_client_is_sent_to)
{
	message(2);
	ck_assert(to_client());
	put16(msg + DHCP_FLAGS, 0x7fff); /* must be zero, but say nothing */
	ck_assert(to_client());
}
END_TEST

START_TEST(everybody_is_sent_to)
{
	static const char *const none[] = { "0.0.0.0",	 "0.1.2.3",
					    "127.0.0.1", "224.0.0.1",
					    "240.0.0.1", "255.255.255.255" };

	message(2);
	put16(msg + DHCP_FLAGS, DHCP_BROADCAST);
	ck_assert(!to_client());
	message(2);
	msg[DHCP_HTYPE] = 6;
	ck_assert(!to_client());
	message(2);
	msg[DHCP_HLEN] = 8;
	ck_assert(!to_client());
	message(2);
	msg[DHCP_CHADDR] |= 1; /* a group */
	ck_assert(!to_client());
	message(2);
	memset(msg + DHCP_CHADDR, 0, 6);
	ck_assert(!to_client());
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		message(2);
		put_addr(msg + DHCP_YIADDR, addr(none[i]));
		ck_assert(!to_client());
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dhcp");
	TCase *t = tcase_create("dhcp");
	SRunner *r;
	int failed;

	tcase_add_test(t, kinds_are_told_apart);
	tcase_add_test(t, what_is_cut_off_is_none);
	tcase_add_test(t, what_is_no_message);
	tcase_add_test(t, the_first_agent_signs);
	tcase_add_test(t, hops_have_an_end);
	tcase_add_test(t, a_client_is_sent_to);
	tcase_add_test(t, everybody_is_sent_to);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

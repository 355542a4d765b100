#include "emu/wire/bridge.h"
#include "emu/wire/cdp.h"
#include "emu/wire/stp.h"
#include "emu/wire/trees.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/net/packet.h"

/*
 * Layer 2 under a clock of the test's own: what a bridge learns, spanning trees
 * of several switches with cables between them, and the fields of CDP.
 */

/* ---- the bridge ------------------------------------------------------------- */

static const uint8_t mac_a[6] = { 0, 1, 2, 3, 4, 5 };
static const uint8_t mac_b[6] = { 0, 1, 2, 3, 4, 6 };
static struct bridge *b;

static void bridge_begin(void)
{
	b = bridge_new();
}

static void bridge_end(void)
{
	bridge_free(b);
}

START_TEST(an_address_is_learnt_in_its_vlan)
{
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 0), PORT_FLOOD);
	ck_assert(!bridge_learn(b, 1, mac_a, 3, 0));
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 1), 3);
	ck_assert_int_eq(bridge_find(b, 2, mac_a, 1), PORT_FLOOD);
	ck_assert_int_eq(bridge_find(b, 1, mac_b, 1), PORT_FLOOD);
	ck_assert(!bridge_learn(b, 2, mac_a, 5, 2));
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 3), 3);
	ck_assert_int_eq(bridge_find(b, 2, mac_a, 3), 5);
}
END_TEST

START_TEST(a_move_is_told)
{
	ck_assert(!bridge_learn(b, 1, mac_a, 0, 0));
	ck_assert(!bridge_learn(b, 1, mac_a, 0, 1));
	ck_assert(bridge_learn(b, 1, mac_a, 1, 2));
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 3), 1);
	/* who comes back after it was forgotten has not moved */
	ck_assert(!bridge_learn(b, 1, mac_a, 2, 2 + 300000));
}
END_TEST

START_TEST(group_addresses_are_not_learnt)
{
	static const uint8_t group[6] = { 1, 0, 0x5e, 0, 0, 1 };
	size_t n = 0;

	ck_assert(!bridge_learn(b, 1, group, 3, 0));
	ck_assert_int_eq(bridge_find(b, 1, group, 0), PORT_FLOOD);
	free(bridge_copy(b, 0, 0, &n));
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(silence_is_forgotten)
{
	size_t n = 0;

	bridge_set_ageing(b, 10);
	bridge_learn(b, 1, mac_a, 3, 1000);
	bridge_learn(b, 1, mac_b, 4, 2000);
	bridge_learn(b, 1, mac_a, 3, 5000);
	ck_assert_int_eq(bridge_find(b, 1, mac_b, 11999), 4);
	ck_assert_int_eq(bridge_find(b, 1, mac_b, 12000), PORT_FLOOD);
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 14999), 3);
	bridge_age(b, 12000);
	free(bridge_copy(b, 0, 12000, &n));
	ck_assert_uint_eq(n, 1);
	bridge_age(b, 15000);
	free(bridge_copy(b, 0, 0, &n)); /* gone, whatever the time */
	ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(a_change_of_topology_hurries)
{
	bridge_learn(b, 1, mac_a, 3, 0);
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 20000), 3);
	bridge_hurry(b, 15, true);
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 14999), 3);
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 15000), PORT_FLOOD);
	bridge_hurry(b, 15, false);
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 20000), 3);
	bridge_set_ageing(b, 10); /* shorter than the hurry: stays */
	bridge_hurry(b, 15, true);
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 10000), PORT_FLOOD);
}
END_TEST

START_TEST(a_port_is_forgotten)
{
	bridge_learn(b, 1, mac_a, 3, 0);
	bridge_learn(b, 1, mac_b, 4, 0);
	bridge_learn(b, 2, mac_a, 3, 0);
	bridge_forget_port(b, 3);
	ck_assert_int_eq(bridge_find(b, 1, mac_a, 0), PORT_FLOOD);
	ck_assert_int_eq(bridge_find(b, 2, mac_a, 0), PORT_FLOOD);
	ck_assert_int_eq(bridge_find(b, 1, mac_b, 0), 4);
}
END_TEST

static void mac_of(uint8_t mac[6], unsigned i)
{
	memcpy(mac, mac_a, 6);
	put32(mac + 2, i);
}

START_TEST(when_full_the_oldest_makes_room)
{
	enum { MANY = 20000 };
	uint8_t mac[6];
	unsigned kept = 0;
	size_t n = 0;

	mac_of(mac, 0);
	for (unsigned i = 0; i < MANY; i++) {
		mac_of(mac, i);
		bridge_learn(b, 1, mac, 1, i);
		mac_of(mac, 0); /* is used all the time */
		bridge_learn(b, 1, mac, 2, i);
	}
	free(bridge_copy(b, 0, MANY, &n));
	ck_assert_uint_eq(n, 8192);
	ck_assert_int_eq(bridge_find(b, 1, mac, MANY), 2);
	for (unsigned i = 1; i < MANY; i++) {
		mac_of(mac, i);
		if (bridge_find(b, 1, mac, MANY) == 1) {
			ck_assert_uint_ge(i, MANY - 8191);
			kept++;
		}
	}
	ck_assert_uint_eq(kept, 8191);
	bridge_forget_port(b, 1);
	free(bridge_copy(b, 0, MANY, &n));
	ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(a_copy_is_in_order)
{
	static const struct {
		unsigned vlan;
		uint8_t last;
	} order[] = { { 1, 1 }, { 1, 9 }, { 2, 0 }, { 2, 1 }, { 4094, 3 } };
	static const int put_in[] = { 3, 1, 4, 0, 2 };
	struct bridge_entry *e = NULL;
	uint8_t mac[6];
	size_t n = 0;

	for (int i = 0; i < 5; i++) {
		mac_of(mac, order[put_in[i]].last);
		bridge_learn(b, order[put_in[i]].vlan, mac, put_in[i], 7);
	}
	e = bridge_copy(b, 0, 8, &n);
	ck_assert_uint_eq(n, 5);
	for (int i = 0; i < 5; i++) {
		mac_of(mac, order[i].last);
		ck_assert_uint_eq(e[i].vlan, order[i].vlan);
		ck_assert_mem_eq(e[i].mac, mac, 6);
		ck_assert_int_eq(e[i].port, i);
		ck_assert_uint_eq(e[i].seen_ms, 7);
	}
	free(e);
	e = bridge_copy(b, 2, 8, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(e[0].vlan, 2);
	free(e);
}
END_TEST

/* ---- spanning trees ------------------------------------------------------------ */

enum { SWITCHES = 4, PORTS = 4, CABLES = 8, WAITING = 256 };

struct frame {
	int to, port;
	size_t len;
	uint8_t data[64];
};
struct cable {
	int sw[2], port[2];
	bool up, deaf; /* deaf: has link, and carries nothing */
};
static struct lab {
	struct stp *stp[SWITCHES];
	struct stp_conf conf[SWITCHES];
	struct stp_port_conf port[SWITCHES][PORTS];
	struct sender sender[SWITCHES];
	int who[SWITCHES]; /* what a sender's argument points to */
	struct cable cable[CABLES];
	int ncable, nswitch;
	struct frame wait[WAITING];
	unsigned put, taken;
	unsigned sent[SWITCHES], tcn[SWITCHES];
	uint64_t now;
} lab;

static bool cable_end(const struct cable *c, int end, int sw, int port)
{
	return c->sw[end] == sw && c->port[end] == port;
}

/* Whatever is sent waits: nobody hears it while he still speaks. */
static void lab_send(void *arg, unsigned vlan, int port, const uint8_t *data,
		     size_t len)
{
	int sw = *(int *)arg;

	ck_assert_uint_eq(vlan, 0);
	ck_assert_uint_eq(len, 60);
	lab.sent[sw]++;
	lab.tcn[sw] += data[20] == 0x80;
	for (int i = 0; i < lab.ncable; i++)
		for (int end = 0; end < 2; end++) {
			const struct cable *c = &lab.cable[i];
			struct frame *f = &lab.wait[lab.put % WAITING];

			if (!c->up || c->deaf || !cable_end(c, end, sw, port))
				continue;
			*f = (struct frame){ .to = c->sw[!end],
					     .port = c->port[!end],
					     .len = len };
			memcpy(f->data, data, len);
			ck_assert_uint_lt(lab.put++ - lab.taken, WAITING);
		}
}

static void configure(int sw)
{
	stp_configure(lab.stp[sw], &lab.conf[sw], lab.port[sw], PORTS, lab.now);
}

/* Ports have link while a cable is in. */
static void follow(void)
{
	for (int s = 0; s < lab.nswitch; s++)
		for (int p = 0; p < PORTS; p++) {
			lab.port[s][p].up = false;
			for (int i = 0; i < lab.ncable; i++)
				for (int end = 0; end < 2; end++)
					if (cable_end(&lab.cable[i], end, s, p))
						lab.port[s][p].up |=
							lab.cable[i].up;
		}
	for (int s = 0; s < lab.nswitch; s++)
		configure(s);
}

static void plug(int sw, int port, int sw2, int port2)
{
	lab.cable[lab.ncable++] =
		(struct cable){ { sw, sw2 }, { port, port2 }, .up = true };
}

/* Switches 0 to n - 1: the first has the lowest address. */
static void switches(int n)
{
	lab = (struct lab){ .nswitch = n, .now = 5000 };
	for (int s = 0; s < n; s++) {
		lab.who[s] = s;
		lab.sender[s] = (struct sender){ &lab.who[s], lab_send };
		lab.stp[s] = stp_new(&lab.sender[s]);
		lab.conf[s] = (struct stp_conf){ .enabled = true,
						 .mac = { 2, 0, 0, 0, 0,
							  (uint8_t)(s + 1) },
						 .priority = 32768,
						 .hello_s = 1,
						 .max_age_s = 6,
						 .forward_s = 4 };
		for (int p = 0; p < PORTS; p++)
			lab.port[s][p] =
				(struct stp_port_conf){ .present = true,
							.enabled = true,
							.priority = 128,
							.cost = 19 };
	}
}

static void stp_end(void)
{
	for (int s = 0; s < lab.nswitch; s++)
		stp_free(lab.stp[s]);
	lab.nswitch = 0;
}

static void deliver(void)
{
	while (lab.taken != lab.put) {
		struct frame f = lab.wait[lab.taken++ % WAITING];

		stp_receive(lab.stp[f.to], f.port, f.data, f.len, lab.now);
	}
}

static enum stp_state state(int sw, int port)
{
	return stp_state(lab.stp[sw], port);
}

/* Cables that frames pass in both directions. */
static int open_cables(void)
{
	int open = 0;

	for (int i = 0; i < lab.ncable; i++) {
		const struct cable *c = &lab.cable[i];

		open += c->up && state(c->sw[0], c->port[0]) == STP_FORWARD &&
			state(c->sw[1], c->port[1]) == STP_FORWARD;
	}
	return open;
}

/* Time passes from one timer to the next; a switch does not wake for nothing. */
static void pass(uint64_t ms)
{
	uint64_t end = lab.now + ms;

	deliver();
	for (;;) {
		uint64_t due = end;

		for (int s = 0; s < lab.nswitch; s++)
			if (stp_due_ms(lab.stp[s]) < due)
				due = stp_due_ms(lab.stp[s]);
		ck_assert_uint_ge(due, lab.now);
		lab.now = due;
		for (int s = 0; s < lab.nswitch; s++)
			stp_tick(lab.stp[s], lab.now);
		deliver();
		if (lab.now == end)
			return;
	}
}

/* Never more cables open than a tree has. */
static void pass_as_tree(uint64_t ms, int tree)
{
	for (uint64_t t = 0; t < ms; t += 250) {
		pass(250);
		ck_assert_int_le(open_cables(), tree);
	}
}

static struct stp_info info(int sw)
{
	struct stp_info i;

	stp_info(lab.stp[sw], &i);
	return i;
}

static void expect_root(int sw, int root, int root_port, unsigned cost)
{
	struct stp_info i = info(sw);

	ck_assert_uint_eq(i.root.mac[5], lab.conf[root].mac[5]);
	ck_assert_int_eq(i.root_port, root_port);
	ck_assert_uint_eq(i.root_cost, cost);
}

START_TEST(a_switch_alone_is_root)
{
	switches(1);
	plug(0, 0, 0, 9); /* to a host */
	follow();
	ck_assert_int_eq(state(0, 0), STP_LISTEN);
	ck_assert_int_eq(state(0, 1), STP_DISABLED);
	pass(3999);
	ck_assert_int_eq(state(0, 0), STP_LISTEN);
	pass(1);
	ck_assert_int_eq(state(0, 0), STP_LEARN);
	pass(3999);
	ck_assert_int_eq(state(0, 0), STP_LEARN);
	pass(1);
	ck_assert_int_eq(state(0, 0), STP_FORWARD);
	expect_root(0, 0, -1, 0);
	ck_assert_uint_eq(info(0).changes, 1);
	ck_assert_uint_eq(info(0).changed_ms, lab.now);
	ck_assert_uint_ge(lab.sent[0], 8); /* a hello a second */
	ck_assert_uint_le(lab.sent[0], 10);
}
END_TEST

START_TEST(of_two_cables_one_is_blocked)
{
	struct stp_port_info p;

	switches(2);
	plug(0, 0, 1, 0);
	plug(0, 1, 1, 1);
	follow();
	pass_as_tree(20000, 1);
	expect_root(0, 0, -1, 0);
	expect_root(1, 0, 0, 19);
	ck_assert_int_eq(state(0, 0), STP_FORWARD);
	ck_assert_int_eq(state(0, 1), STP_FORWARD);
	ck_assert_int_eq(state(1, 0), STP_FORWARD);
	ck_assert_int_eq(state(1, 1), STP_BLOCK);
	stp_port_info(lab.stp[1], 1, &p);
	ck_assert_uint_eq(p.designated_bridge.mac[5], 1);
	ck_assert_uint_eq(p.designated_port, 0x8002);
	ck_assert_uint_eq(p.root_cost, 0);
	ck_assert_uint_eq(p.cost, 19);
}
END_TEST

START_TEST(a_cut_cable_opens_the_other)
{
	switches(2);
	plug(0, 0, 1, 0);
	plug(0, 1, 1, 1);
	follow();
	pass(20000);
	lab.cable[0].up = false;
	follow();
	ck_assert_int_eq(state(1, 0), STP_DISABLED);
	pass_as_tree(7000, 0);
	pass(1250);
	ck_assert_int_eq(open_cables(), 1);
	expect_root(1, 0, 1, 19);
	lab.cable[0].up = true; /* and back */
	follow();
	pass_as_tree(20000, 1);
	ck_assert_int_eq(state(1, 0), STP_FORWARD);
	ck_assert_int_eq(state(1, 1), STP_BLOCK);
}
END_TEST

START_TEST(silence_opens_after_max_age)
{
	switches(2);
	plug(0, 0, 1, 0);
	plug(0, 1, 1, 1);
	follow();
	pass(20000);
	lab.cable[0].deaf = true; /* link stays */
	pass(5000);
	expect_root(1, 0, 0, 19);
	pass(2000);
	expect_root(1, 0, 1, 19);
	pass(8000);
	ck_assert_int_eq(state(1, 1), STP_FORWARD);
}
END_TEST

static void ring(void)
{
	switches(3);
	plug(0, 0, 1, 0);
	plug(1, 1, 2, 0);
	plug(2, 1, 0, 1);
	follow();
}

START_TEST(a_ring_is_cut_once)
{
	ring();
	pass_as_tree(30000, 2);
	ck_assert_int_eq(open_cables(), 2);
	expect_root(1, 0, 0, 19);
	expect_root(2, 0, 1, 19);
	/* equal ways: the lower bridge is designated between the two */
	ck_assert_int_eq(state(1, 1), STP_FORWARD);
	ck_assert_int_eq(state(2, 0), STP_BLOCK);
	ck_assert(!stp_in_change(lab.stp[0]));
	ck_assert(!stp_in_change(lab.stp[2]));
}
END_TEST

START_TEST(the_far_side_of_a_ring_opens)
{
	ring();
	pass(30000);
	lab.cable[0].up = false;
	follow();
	pass_as_tree(6000, 2);
	pass_as_tree(14000, 2);
	ck_assert_int_eq(open_cables(), 2);
	expect_root(1, 0, 1, 38);
	expect_root(2, 0, 1, 19);
}
END_TEST

START_TEST(when_the_root_dies_another_is_elected)
{
	ring();
	pass(30000);
	lab.cable[0].deaf = lab.cable[2].deaf = true;
	pass(20000);
	expect_root(1, 1, -1, 0);
	expect_root(2, 1, 0, 19);
	ck_assert_int_eq(state(2, 0), STP_FORWARD);
	ck_assert_uint_eq(info(2).max_age_s, 6);
	lab.cable[0].deaf = lab.cable[2].deaf = false;
	pass(30000);
	expect_root(1, 0, 0, 19);
	ck_assert_int_eq(open_cables(), 2);
}
END_TEST

START_TEST(a_port_s_number_is_in_its_identifier)
{
	struct stp_port_info p;

	switches(2);
	plug(0, 0, 1, 0);
	plug(0, 1, 1, 1);
	lab.port[0][0].number = 9; /* behind the other's */
	follow();
	pass_as_tree(20000, 1);
	ck_assert_int_eq(state(1, 0), STP_BLOCK);
	stp_port_info(lab.stp[1], 0, &p);
	ck_assert_uint_eq(p.designated_port, 0x8009);
}
END_TEST

START_TEST(priority_and_cost_choose)
{
	ring();
	lab.conf[2].priority = 4096;
	follow();
	pass_as_tree(30000, 2);
	expect_root(0, 2, 1, 19);
	expect_root(2, 2, -1, 0);
	ck_assert_int_eq(state(1, 0), STP_BLOCK);
	lab.port[0][1].cost = 100; /* now by way of the other: 38 */
	follow();
	pass_as_tree(30000, 2);
	expect_root(0, 2, 0, 38);
	ck_assert_int_eq(state(0, 1), STP_BLOCK);
	lab.conf[2].priority = 32768;
	follow();
	pass_as_tree(30000, 2);
	expect_root(2, 0, 1, 19);
}
END_TEST

START_TEST(port_priority_chooses_between_cables)
{
	switches(2);
	plug(0, 0, 1, 0);
	plug(0, 1, 1, 1);
	follow();
	pass(20000);
	lab.port[0][1].priority = 16; /* of the designated port */
	follow();
	pass_as_tree(20000, 1);
	ck_assert_int_eq(state(1, 0), STP_BLOCK);
	ck_assert_int_eq(state(1, 1), STP_FORWARD);
}
END_TEST

START_TEST(the_root_says_the_times)
{
	switches(2);
	lab.conf[0].hello_s = 2;
	lab.conf[0].max_age_s = 20;
	lab.conf[0].forward_s = 15;
	plug(0, 0, 1, 0);
	follow();
	pass(10000);
	ck_assert_int_eq(state(1, 0), STP_LISTEN);
	pass(25000);
	ck_assert_int_eq(state(1, 0), STP_FORWARD);
	ck_assert_uint_eq(info(1).hello_s, 2);
	ck_assert_uint_eq(info(1).max_age_s, 20);
	ck_assert_uint_eq(info(1).forward_s, 15);
	lab.conf[0].forward_s = 10; /* takes effect at once */
	follow();
	pass(3000);
	ck_assert_uint_eq(info(1).forward_s, 10);
}
END_TEST

START_TEST(a_leaf_s_change_reaches_all_and_ends)
{
	unsigned told = 0;

	switches(3);
	plug(0, 0, 1, 0);
	plug(1, 1, 2, 0);
	plug(2, 1, 2, 9); /* a host at the far end */
	follow();
	pass(30000);
	for (int s = 0; s < 3; s++)
		ck_assert(!stp_in_change(lab.stp[s]));
	memset(lab.tcn, 0, sizeof(lab.tcn));
	lab.port[2][2].up = true;
	configure(2);
	pass(8000); /* listened and learnt: now it forwards */
	ck_assert_int_eq(state(2, 2), STP_FORWARD);
	pass(2500); /* told up, and down again, once a second at most */
	for (int s = 0; s < 3; s++)
		ck_assert(stp_in_change(lab.stp[s]));
	pass(5000);
	ck_assert_uint_ge(lab.tcn[2], 1);
	ck_assert_uint_ge(lab.tcn[1], 1); /* passed on */
	ck_assert_uint_eq(lab.tcn[0], 0);
	told = lab.tcn[1] + lab.tcn[2];
	pass(10000); /* max age and forward delay, and told down */
	ck_assert_uint_eq(lab.tcn[1] + lab.tcn[2], told); /* acknowledged */
	for (int s = 0; s < 3; s++)
		ck_assert(!stp_in_change(lab.stp[s]));
}
END_TEST

START_TEST(a_fast_port_forwards_at_once)
{
	switches(2);
	lab.port[0][0].fast = true;
	plug(0, 0, 0, 9);
	follow();
	ck_assert_int_eq(state(0, 0), STP_FORWARD);
	pass(20000);
	ck_assert_uint_eq(info(0).changes, 0); /* hosts are no topology */
}
END_TEST

START_TEST(a_fast_loop_is_cut_when_heard)
{
	switches(2);
	lab.port[1][0].fast = lab.port[1][1].fast = true;
	plug(0, 0, 1, 0);
	plug(0, 1, 1, 1);
	follow();
	pass(1000);
	ck_assert_int_eq(state(1, 1), STP_BLOCK);
	lab.cable[0].up = false;
	follow();
	/* it has heard a bridge: the slow way from now on */
	ck_assert_int_eq(state(1, 1), STP_LISTEN);
}
END_TEST

START_TEST(a_guarded_port_is_shut)
{
	switches(2);
	lab.port[1][0].fast = true;
	lab.conf[1].bpdu_guard = true;
	plug(0, 0, 1, 0);
	plug(0, 1, 1, 1);
	follow();
	pass(12000);
	ck_assert_int_eq(state(1, 0), STP_DISABLED);
	ck_assert_int_eq(state(1, 1), STP_FORWARD); /* not fast: not guarded */
	configure(1);				    /* does not open it */
	ck_assert_int_eq(state(1, 0), STP_DISABLED);
	lab.conf[1].bpdu_guard = false;
	configure(1);
	ck_assert_int_ne(state(1, 0), STP_DISABLED);
	pass(1500);
	lab.conf[1].bpdu_guard = true;
	configure(1);
	pass(1500);
	ck_assert_int_eq(state(1, 0), STP_DISABLED);
	lab.cable[0].up = false;
	follow();
	lab.cable[0].up = lab.cable[0].deaf = true;
	follow();
	ck_assert_int_eq(state(1, 0), STP_FORWARD);
}
END_TEST

START_TEST(a_cable_between_own_ports_is_cut)
{
	switches(1);
	plug(0, 0, 0, 1);
	follow();
	pass_as_tree(20000, 0);
	ck_assert_int_eq(state(0, 0), STP_FORWARD);
	ck_assert_int_eq(state(0, 1), STP_BLOCK);
}
END_TEST

START_TEST(without_spanning_tree_all_forward)
{
	switches(2);
	lab.conf[0].enabled = lab.conf[1].enabled = false;
	lab.port[0][1].enabled = false; /* bridge state disabled */
	plug(0, 0, 1, 0);
	plug(0, 1, 1, 1);
	follow();
	ck_assert_int_eq(state(1, 0), STP_FORWARD);
	ck_assert_int_eq(state(1, 1), STP_FORWARD);
	ck_assert_int_eq(state(0, 1), STP_DISABLED);
	pass(10000);
	ck_assert_uint_eq(lab.sent[0] + lab.sent[1], 0);
	ck_assert(stp_due_ms(lab.stp[0]) == UINT64_MAX);
	lab.port[0][1].enabled = true;
	lab.conf[0].enabled = lab.conf[1].enabled = true;
	follow();
	pass_as_tree(20000, 1);
	ck_assert_int_eq(open_cables(), 1);
}
END_TEST

/* A message better than all, then each field of it broken. */
static const uint8_t best[60] = {
	0x01, 0x80, 0xc2, 0, 0, 0, 2, 0, 0,    0, 0, 9, 0, 38, /* Ethernet */
	0x42, 0x42, 3,	  0, 0, 0, 0, 0,		       /* flags */
	0,    0,    2,	  0, 0, 0, 0, 9,		       /* root */
	0,    0,    0,	  0,				       /* cost */
	0,    0,    2,	  0, 0, 0, 0, 9, 0x80, 1, /* bridge, port */
	1,    0,    6,	  0, 1, 0, 4, 0		  /* times */
};

static bool is_taken(const uint8_t *frame, size_t len)
{
	bool taken = false;

	switches(1);
	plug(0, 0, 0, 9);
	follow();
	stp_receive(lab.stp[0], 0, frame, len, lab.now);
	taken = info(0).root_port == 0;
	stp_end();
	return taken;
}

static const struct {
	size_t at;
	uint8_t value;
	bool taken;
} broken[] = {
	{ 59, 0, true },     { 5, 1, false },  { 13, 37, false },
	{ 13, 3, false },    { 12, 1, false }, { 14, 0x43, false },
	{ 17, 1, false },    { 18, 1, false }, { 20, 2, false },
	{ 19, 3, true }, /* a later version's configuration message */
	{ 20, 0x80, false }, { 44, 6, false }, /* as old as it may become */
	{ 44, 5, true },
};

START_TEST(what_is_no_message_is_ignored)
{
	uint8_t frame[60];

	memcpy(frame, best, sizeof(frame));
	frame[broken[_i].at] = broken[_i].value;
	ck_assert_int_eq(is_taken(frame, sizeof(frame)), broken[_i].taken);
}
END_TEST

START_TEST(a_cut_message_is_ignored)
{
	for (size_t len = 0; len <= sizeof(best); len++) {
		uint8_t *copy = malloc(len + 1); /* for the sanitizer */

		memcpy(copy, best, len);
		ck_assert_int_eq(is_taken(copy, len), len >= 52);
		free(copy);
	}
}
END_TEST

/* ---- a tree for every VLAN ----------------------------------------------------- */

/* What trees send, by port; the switches have ports 0 (VLAN 1) and 1 (VLAN 2), and
 * port 2 is a trunk with both, VLAN 1 without a tag. */
struct told {
	unsigned n;
	uint8_t last[64];
	size_t len;
};

static void told_send(void *arg, unsigned vlan, int port, const uint8_t *data,
		      size_t len)
{
	struct told *t = (struct told *)arg + port;

	ck_assert_uint_eq(vlan, 0);
	ck_assert_uint_le(len, sizeof(t->last));
	t->n++;
	t->len = len;
	memcpy(t->last, data, len);
}

static void two_trees(struct tree_conf conf[2])
{
	memset(conf, 0, 2 * sizeof(*conf));
	for (int v = 0; v < 2; v++) {
		conf[v].vlan = (uint16_t)(v + 1);
		for (int p = 0; p < 3; p++)
			conf[v].port[p] =
				(struct stp_port_conf){ .present = p == v ||
								   p == 2,
							.up = true,
							.enabled = true,
							.priority = 128,
							.cost = 19 };
	}
	conf[1].tagged[2] = true;
}

START_TEST(vlans_have_trees_of_their_own)
{
	const struct stp_conf c = { .enabled = true,
				    .mac = { 2, 0, 0, 0, 0, 10 },
				    .priority = 32768,
				    .hello_s = 1,
				    .max_age_s = 6,
				    .forward_s = 4 };
	struct told told[3] = { { 0 } };
	const struct sender out = { told, told_send };
	struct trees *t = trees_new(&out);
	struct tree_conf conf[2];
	struct stp_info i;

	ck_assert_int_eq(trees_state(t, 1, 0), STP_DISABLED);
	ck_assert(trees_due_ms(t) == UINT64_MAX);
	two_trees(conf);
	trees_configure(t, &c, conf, 2, 3, 1000);
	ck_assert_int_eq(trees_state(t, 1, 0), STP_LISTEN);
	ck_assert_int_eq(trees_state(t, 1, 1), STP_DISABLED);
	ck_assert_int_eq(trees_state(t, 2, 1), STP_LISTEN);
	ck_assert_int_eq(trees_state(t, 3, 0), STP_DISABLED);
	ck_assert_uint_eq(told[0].n, 1);
	ck_assert_uint_eq(told[1].n, 1);
	ck_assert_uint_eq(told[2].n, 2); /* of each VLAN one */
	ck_assert_uint_eq(told[2].len, 64);
	ck_assert_mem_eq(told[2].last + 12, "\x81\x00\x00\x02\x00\x26\x42", 7);
	ck_assert_uint_eq(told[1].len, 60);
	/* a better bridge in VLAN 2 is none of VLAN 1's */
	ck_assert(!trees_receive(t, 2, 1, best, sizeof(best), 1500));
	ck_assert(!trees_receive(t, 7, 1, best, sizeof(best), 1500));
	stp_info(trees_find(t, 1), &i);
	ck_assert_int_eq(i.root_port, -1);
	stp_info(trees_find(t, 2), &i);
	ck_assert_int_eq(i.root_port, 1);
	/* heard on the other way there, too: that one is blocked in VLAN 2 only */
	trees_receive(t, 2, 2, best, sizeof(best), 1600);
	ck_assert_int_eq(trees_state(t, 2, 2), STP_BLOCK);
	ck_assert_int_eq(trees_state(t, 1, 2), STP_LISTEN);
	for (uint64_t now = 1600; now <= 9200; now = trees_due_ms(t)) {
		trees_tick(t, now);
		ck_assert_uint_gt(trees_due_ms(t), now);
	}
	ck_assert_int_eq(trees_state(t, 1, 2), STP_FORWARD);
	ck_assert(trees_in_change(t));
	trees_configure(t, &c, conf, 1, 3, 9300);
	ck_assert_ptr_null(trees_find(t, 2));
	ck_assert_int_eq(trees_state(t, 2, 1), STP_DISABLED);
	ck_assert_int_eq(trees_state(t, 1, 2), STP_FORWARD); /* as it was */
	trees_free(t);
}
END_TEST

/* ---- CDP ------------------------------------------------------------------------- */

static const struct in_addr addr[2] = { { 0x0100000a }, { 0x0200000a } };

static struct cdp_hello hello(bool v2, const char *device)
{
	return (struct cdp_hello){ .mac = { 2, 0, 0, 0, 0, 1 },
				   .device = device,
				   .port = "1/1",
				   .version = "WebNS 8.20",
				   .platform = "CSS11503",
				   .addr = addr,
				   .naddr = 2,
				   .native_vlan = 7,
				   .holdtime_s = 180,
				   .v2 = v2,
				   .full_duplex = true };
}

/* The value of a field; NULL: it is not there. */
static const uint8_t *field(const uint8_t *frame, size_t len, unsigned type,
			    size_t *n)
{
	for (const uint8_t *at = frame + 26; at + 4 <= frame + len;) {
		*n = get16(at + 2);
		ck_assert_uint_ge(*n, 4);
		ck_assert_uint_le(*n, (size_t)(frame + len - at));
		*n -= 4;
		if (get16(at) == type)
			return at + 4;
		at += *n + 4;
	}
	return NULL;
}

static void expect_text(const uint8_t *frame, size_t len, unsigned type,
			const char *text)
{
	size_t n = 0;
	const uint8_t *at = field(frame, len, type, &n);

	ck_assert_ptr_nonnull(at);
	ck_assert_uint_eq(n, strlen(text));
	ck_assert_mem_eq(at, text, n);
}

START_TEST(cdp_says_who_it_is)
{
	struct cdp_hello h = hello(true, "css1");
	uint8_t frame[1514];
	size_t len = cdp_make(&h, frame, sizeof(frame)), n = 0;
	const uint8_t *at = NULL;

	ck_assert_uint_gt(len, 60);
	ck_assert_mem_eq(frame, "\x01\x00\x0c\xcc\xcc\xcc\x02\0\0\0\0\x01", 12);
	ck_assert_uint_eq(get16(frame + 12), len - 14);
	ck_assert_mem_eq(frame + 14, "\xaa\xaa\x03\0\0\x0c\x20\0\x02\xb4", 10);
	expect_text(frame, len, 1, "css1");
	expect_text(frame, len, 3, "1/1");
	expect_text(frame, len, 5, "WebNS 8.20");
	expect_text(frame, len, 6, "CSS11503");
	at = field(frame, len, 2, &n);
	ck_assert_uint_eq(n, 22);
	ck_assert_mem_eq(at,
			 "\0\0\0\x02\x01\x01\xcc\0\x04\x0a\0\0\x01"
			 "\x01\x01\xcc\0\x04\x0a\0\0\x02",
			 n);
	at = field(frame, len, 10, &n);
	ck_assert_uint_eq(get16(at), 7);
	at = field(frame, len, 11, &n);
	ck_assert_uint_eq(*at, 1);
}
END_TEST

START_TEST(version_1_has_less)
{
	struct cdp_hello h = hello(false, "css1");
	uint8_t frame[1514];
	size_t n = 0, len = 0;

	h.naddr = 0;
	len = cdp_make(&h, frame, sizeof(frame));
	ck_assert_uint_eq(frame[22], 1);
	ck_assert_ptr_null(field(frame, len, 2, &n));
	ck_assert_ptr_null(field(frame, len, 10, &n));
	ck_assert_ptr_null(field(frame, len, 11, &n));
	expect_text(frame, len, 6, "CSS11503");
}
END_TEST

START_TEST(what_does_not_fit_is_not_sent)
{
	struct cdp_hello h = hello(true, "css1");
	uint8_t frame[1514];
	size_t len = cdp_make(&h, frame, sizeof(frame));

	for (size_t cap = 0; cap < len; cap++) {
		uint8_t *small = malloc(cap + 1);

		ck_assert_uint_eq(cdp_make(&h, small, cap), 0);
		free(small);
	}
	ck_assert_uint_eq(cdp_make(&h, frame, len), len);
}
END_TEST

/* ---- as a stranger reads them ------------------------------------------------------ */

static void capture_frame(FILE *f, const uint8_t *data, size_t len)
{
	const uint32_t head[4] = { 1, 0, (uint32_t)len, (uint32_t)len };

	ck_assert_uint_eq(fwrite(head, sizeof(head), 1, f), 1);
	ck_assert_uint_eq(fwrite(data, len, 1, f), 1);
}

static FILE *capture_open(char *path)
{
	const uint32_t head[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1 };
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(head, sizeof(head), 1, f), 1);
	return f;
}

static FILE *capture;
static void capture_send(void *arg, unsigned vlan, int port,
			 const uint8_t *data, size_t len)
{
	(void)arg;
	(void)vlan;
	(void)port;
	capture_frame(capture, data, len);
}

/* One as root, one that tells of a change, and CDP with checksums of all kinds. */
static void capture_write(void)
{
	static const char *const names[] = { "css1", "css12", "css-abc" };
	const struct sender out = { NULL, capture_send };
	uint8_t frame[1514];

	switches(1);
	lab.stp[1] = lab.stp[0];
	lab.stp[0] = stp_new(&out);
	lab.port[0][0].up = lab.port[0][1].up = true;
	configure(0);
	stp_receive(lab.stp[0], 0, best, sizeof(best), lab.now);
	stp_tick(lab.stp[0], lab.now + 4000);
	stp_receive(lab.stp[0], 0, best, sizeof(best), lab.now + 5000);
	stp_tick(lab.stp[0], lab.now + 8000);
	stp_free(lab.stp[1]);
	for (size_t i = 0; i < 6; i++) {
		struct cdp_hello h = hello(i % 2, names[i / 2]);
		size_t len = 0;

		/* the last byte, negative where it is text */
		h.platform = i < 4 ? "CSS11503" : "CSS1150\xb3";
		len = cdp_make(&h, frame, sizeof(frame));
		ck_assert_uint_gt(len, 0);
		capture_frame(capture, frame, len);
	}
}

static void tshark(const char *path, const char *options, char *text,
		   size_t cap)
{
	char command[512];
	FILE *p = NULL;
	size_t n = 0;

	(void)snprintf(command, sizeof(command),
		       "tshark -n -r %s %s 2>/dev/null", path, options);
	p = popen(command, "r"); /* NOLINT: the command is the test's own */
	ck_assert_ptr_nonnull(p);
	n = fread(text, 1, cap - 1, p);
	text[n] = '\0';
	ck_assert_int_eq(pclose(p), 0);
}

START_TEST(tshark_reads_them)
{
	char path[] = "/tmp/l2.XXXXXX", text[8192];

	if (system("command -v tshark >/dev/null") != 0) /* NOLINT */
		return;
	capture = capture_open(path);
	capture_write();
	ck_assert_int_eq(fclose(capture), 0);
	tshark(path, "-Y _ws.expert -T fields -e _ws.expert.message", text,
	       sizeof(text));
	ck_assert_str_eq(text, "");
	tshark(path,
	       "-Y cdp -T fields"
	       " -e cdp.checksum.status -e cdp.deviceid",
	       text, sizeof(text));
	ck_assert_str_eq(text, "1\tcss1\n1\tcss1\n1\tcss12\n1\tcss12\n"
			       "1\tcss-abc\n1\tcss-abc\n");
	tshark(path, "-Y 'stp.type == 0x80' -T fields -e stp.version", text,
	       sizeof(text));
	ck_assert_str_eq(text, "0\n");
	tshark(path, "-Y 'stp.type == 0' -T fields -e stp.root.hw -e stp.hello",
	       text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "02:00:00:00:00:09\t1\n"));
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

static TCase *bridge_case(void)
{
	TCase *t = tcase_create("bridge");

	tcase_add_checked_fixture(t, bridge_begin, bridge_end);
	tcase_add_test(t, an_address_is_learnt_in_its_vlan);
	tcase_add_test(t, a_move_is_told);
	tcase_add_test(t, group_addresses_are_not_learnt);
	tcase_add_test(t, silence_is_forgotten);
	tcase_add_test(t, a_change_of_topology_hurries);
	tcase_add_test(t, a_port_is_forgotten);
	tcase_add_test(t, when_full_the_oldest_makes_room);
	tcase_add_test(t, a_copy_is_in_order);
	return t;
}

static TCase *stp_case(void)
{
	TCase *t = tcase_create("spanning tree");

	tcase_add_checked_fixture(t, NULL, stp_end);
	tcase_add_test(t, a_switch_alone_is_root);
	tcase_add_test(t, of_two_cables_one_is_blocked);
	tcase_add_test(t, a_cut_cable_opens_the_other);
	tcase_add_test(t, silence_opens_after_max_age);
	tcase_add_test(t, a_ring_is_cut_once);
	tcase_add_test(t, the_far_side_of_a_ring_opens);
	tcase_add_test(t, when_the_root_dies_another_is_elected);
	tcase_add_test(t, a_port_s_number_is_in_its_identifier);
	tcase_add_test(t, priority_and_cost_choose);
	tcase_add_test(t, port_priority_chooses_between_cables);
	tcase_add_test(t, the_root_says_the_times);
	tcase_add_test(t, a_leaf_s_change_reaches_all_and_ends);
	tcase_add_test(t, a_fast_port_forwards_at_once);
	tcase_add_test(t, a_fast_loop_is_cut_when_heard);
	tcase_add_test(t, a_guarded_port_is_shut);
	tcase_add_test(t, a_cable_between_own_ports_is_cut);
	tcase_add_test(t, without_spanning_tree_all_forward);
	tcase_add_loop_test(t, what_is_no_message_is_ignored, 0,
			    sizeof(broken) / sizeof(*broken));
	tcase_add_test(t, a_cut_message_is_ignored);
	tcase_add_test(t, vlans_have_trees_of_their_own);
	return t;
}

static TCase *cdp_case(void)
{
	TCase *t = tcase_create("frames");

	tcase_add_checked_fixture(t, NULL, stp_end);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, cdp_says_who_it_is);
	tcase_add_test(t, version_1_has_less);
	tcase_add_test(t, what_does_not_fit_is_not_sent);
	tcase_add_test(t, tshark_reads_them);
	return t;
}

int main(void)
{
	Suite *s = suite_create("layer 2");
	SRunner *r;
	int failed;

	suite_add_tcase(s, bridge_case());
	suite_add_tcase(s, stp_case());
	suite_add_tcase(s, cdp_case());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

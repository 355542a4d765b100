/* Virtual routers and two boxes as one: what they are decided by, and what is
 * kept of it. */
#include "emu/redundancy/reporters.h"
#include "emu/redundancy/vrouter.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"
#include "emu/redundancy/box.h"
#include "tests/fuzz/scratch_env.h"

static struct env *env;
static struct circuit *ci;
static struct circuit_ip *ip;
static struct vrouters *routers;
static struct err err;

static struct in_addr addr(const char *text)
{
	struct in_addr a = { INADDR_ANY };

	ck_assert(str_to_addr(text, &a));
	return a;
}

/* ---- the living switch ---------------------------------------------------- */

static const char *down; /* a service; every other is up */

static enum service_state state_of(void *arg, const struct service *s)
{
	(void)arg;
	return down && !strcmp(down, s->name) ? SERVICE_DOWN : SERVICE_ALIVE;
}

static struct vr_view view(void)
{
	return (struct vr_view){ .chassis = env->chassis,
				 .conf = env->conf,
				 .service_state = state_of };
}

static enum vr_state decided(uint8_t vrid, enum vr_fail *why)
{
	struct vr_view v = view();

	return vr_decide(&v, ci, ip, vrid, why);
}

/* ---- the configuration ---------------------------------------------------- */

static void line(struct vr_line l)
{
	ck_assert_int_eq(circuit_ip_set_vr(env->conf, ip, &l, &err), 0);
}

static void critical(uint8_t vrid, const char *name)
{
	struct vr_line l = { .kind = VR_SERVICE, .vrid = vrid };

	ck_assert(str_copy(l.name, sizeof(l.name), name));
	line(l);
}

static struct service *service(const char *name)
{
	struct service *s = service_add(env->conf, name, &err);

	ck_assert_ptr_nonnull(s);
	return s;
}

static void setup(void)
{
	struct iface *port = NULL;

	env = scratch_env();
	down = NULL;
	port = iface_get(env->conf, "3/1", &err);
	ck_assert_ptr_nonnull(port);
	ck_assert_int_eq(iface_set_vlan(env->conf, port, 20, &err), 0);
	ci = circuit_find(env->conf, "VLAN20");
	ip = circuit_ip_add(env->conf, ci, addr("10.1.20.1"), 24, &err);
	ck_assert_ptr_nonnull(ip);
	line((struct vr_line){ .kind = VR_ROUTER, .vrid = 1, .priority = 100 });
	routers = vrouters_new();
}

static void teardown(void)
{
	vrouters_free(routers);
}

/* ---- deciding ------------------------------------------------------------- */

START_TEST(a_router_alone_is_master)
{
	enum vr_fail why = VR_FAIL_SERVICE;

	ck_assert_int_eq(decided(1, &why), VR_MASTER);
	ck_assert_int_eq(why, VR_NO_FAIL);
}
END_TEST

START_TEST(a_router_needs_its_circuit)
{
	enum vr_fail why;

	iface_find(env->conf, "3/1")->admin_shutdown = true;
	ck_assert_int_eq(decided(1, &why), VR_IF_DOWN);
	ck_assert_int_eq(why, VR_FAIL_INTERFACE);
	iface_find(env->conf, "3/1")->admin_shutdown = false;
	ip->disabled = true;
	ck_assert_int_eq(decided(1, &why), VR_IF_DOWN);
}
END_TEST

/* Of local services the last one matters, and so of uplinks; of scripts each. */
START_TEST(kinds_of_critical_services_differ)
{
	enum vr_fail why;

	(void)service("local1");
	(void)service("local2");
	service("uplink")->type = SERVICE_REDUNDANCY_UP;
	service("script1")->keepalive.type = PROBE_SCRIPT;
	service("script2")->keepalive.type = PROBE_SCRIPT;
	critical(1, "local1");
	critical(1, "local2");
	critical(1, "script1");
	critical(1, "script2");
	critical(1, "uplink");
	critical(2, "local1");
	ck_assert_int_eq(decided(1, &why), VR_MASTER);
	down = "local1";
	ck_assert_int_eq(decided(1, &why), VR_MASTER);
	ck_assert_int_eq(decided(2, &why), VR_NO_SERVICE);
	down = "script2";
	ck_assert_int_eq(decided(1, &why), VR_NO_SERVICE);
	down = "uplink";
	ck_assert_int_eq(decided(1, &why), VR_NO_SERVICE);
	ck_assert_int_eq(why, VR_FAIL_SERVICE);
}
END_TEST

START_TEST(a_service_that_is_gone_is_down)
{
	enum vr_fail why;

	critical(1, "nobody");
	ck_assert_int_eq(decided(1, &why), VR_NO_SERVICE);
}
END_TEST

static struct reporter *reporter(const char *name, enum reporter_type t)
{
	struct reporter *r = reporter_add(env->conf, name, &err);

	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(reporter_set_type(env->conf, r, t, &err), 0);
	return r;
}

static void watch(struct reporter *r, const char *port)
{
	ck_assert_int_eq(reporter_add_phy(env->conf, r, port, &err), 0);
}

static void activate(struct reporter *r)
{
	ck_assert_msg(reporter_activate(env->conf, r, &err) == 0, "%s",
		      err.msg);
}

static void shut(const char *port, bool v)
{
	iface_get(env->conf, port, &err)->admin_shutdown = v;
}

START_TEST(a_reporter_takes_it_down)
{
	struct vr_line l = { .kind = VR_REPORTER, .vrid = 1, .name = "r1" };
	enum vr_fail why;
	struct reporter *r = NULL;

	line(l);
	ck_assert_int_eq(decided(1, &why), VR_MASTER); /* there is none */
	r = reporter("r1", REPORTER_PHY_ALL);
	watch(r, "3/2");
	shut("3/2", true);
	ck_assert_int_eq(decided(1, &why), VR_MASTER); /* it is suspended */
	activate(r);
	ck_assert_int_eq(decided(1, &why), VR_NO_SERVICE);
	ck_assert_int_eq(why, VR_FAIL_REPORTER);
	shut("3/2", false);
	ck_assert_int_eq(decided(1, &why), VR_MASTER);
}
END_TEST

START_TEST(reporters_of_ports)
{
	struct reporter *all = reporter("all", REPORTER_PHY_ALL);
	struct reporter *any = reporter("any", REPORTER_PHY_ANY);
	struct vr_view v = view();

	ck_assert_int_eq(reporter_decide(&v, all), REPORTER_SUSPENDED);
	watch(all, "3/2");
	watch(all, "3/3");
	watch(any, "3/2");
	watch(any, "3/3");
	activate(all);
	activate(any);
	ck_assert_int_eq(reporter_decide(&v, all), REPORTER_UP);
	shut("3/2", true);
	ck_assert_int_eq(reporter_decide(&v, all), REPORTER_DOWN);
	ck_assert_int_eq(reporter_decide(&v, any), REPORTER_UP);
	shut("3/3", true);
	ck_assert_int_eq(reporter_decide(&v, any), REPORTER_DOWN);
	shut("3/3", false);
	ck_assert_int_eq(chassis_remove(env->chassis, 3, &err), 0);
	ck_assert_int_eq(reporter_decide(&v, any), REPORTER_DOWN);
}
END_TEST

/* A second router on VLAN1, with a service of its own. */
static struct circuit_ip *second_router(void)
{
	struct circuit *one = circuit_find(env->conf, "VLAN1");
	struct circuit_ip *other =
		circuit_ip_add(env->conf, one, addr("10.2.0.1"), 24, &err);
	struct vr_line r = { .kind = VR_ROUTER, .vrid = 2, .priority = 100 };
	struct vr_line s = { .kind = VR_SERVICE, .vrid = 2, .name = "s" };

	ck_assert_ptr_nonnull(other);
	ck_assert_int_eq(circuit_ip_set_vr(env->conf, other, &r, &err), 0);
	ck_assert_int_eq(circuit_ip_set_vr(env->conf, other, &s, &err), 0);
	(void)service("s");
	return other;
}

START_TEST(peers_change_state_together)
{
	struct circuit_ip *other = second_router();
	struct reporter *r = reporter("peers", REPORTER_VRID_PEERING);
	struct conf *c = env->conf;
	struct vr_view v = view();
	enum vr_fail why;

	ck_assert_int_eq(reporter_add_vrid(c, r, ip->addr, 1, &err), 0);
	ck_assert_int_eq(reporter_add_vrid(c, r, other->addr, 2, &err), 0);
	down = "s";
	ck_assert_int_eq(decided(1, &why), VR_MASTER); /* suspended */
	activate(r);
	ck_assert_int_eq(reporter_decide(&v, r), REPORTER_DOWN);
	ck_assert_int_eq(decided(1, &why), VR_NO_SERVICE);
	ck_assert_int_eq(why, VR_FAIL_REPORTER);
	down = NULL;
	ck_assert_int_eq(reporter_decide(&v, r), REPORTER_UP);
	ck_assert_int_eq(decided(1, &why), VR_MASTER);
}
END_TEST

START_TEST(a_peer_that_is_nowhere_is_down)
{
	struct reporter *r = reporter("peers", REPORTER_VRID_PEERING);
	struct vr_view v = view();

	ck_assert_int_eq(
		reporter_add_vrid(env->conf, r, addr("10.9.9.9"), 1, &err), 0);
	activate(r);
	ck_assert_int_eq(reporter_decide(&v, r), REPORTER_DOWN);
}
END_TEST

START_TEST(transitions_of_reporters_are_counted)
{
	struct reporters *all = reporters_new();
	struct reporter *r = reporter("r1", REPORTER_PHY_ALL);
	const struct reporter_status *s = NULL;
	struct vr_view v = view();

	watch(r, "3/2");
	reporters_follow(all, &v);
	ck_assert_ptr_nonnull(reporters_find(all, "r1"));
	ck_assert_uint_eq(reporters_find(all, "r1")->transitions, 0);
	activate(r);
	reporters_follow(all, &v);
	shut("3/2", true);
	reporters_follow(all, &v);
	reporters_follow(all, &v);
	s = reporters_find(all, "r1");
	ck_assert_int_eq(s->state, REPORTER_DOWN);
	ck_assert_uint_eq(s->transitions, 2);
	ck_assert(s->since != 0);
	reporters_zero(all);
	ck_assert_uint_eq(reporters_find(all, "r1")->transitions, 0);
	ck_assert_int_eq(reporter_suspend(env->conf, r, &err), 0);
	ck_assert_int_eq(reporter_del(env->conf, "r1", &err), 0);
	reporters_follow(all, &v);
	ck_assert_ptr_null(reporters_find(all, "r1"));
	reporters_free(all);
}
END_TEST

/* ---- following ------------------------------------------------------------ */

START_TEST(changes_are_counted_and_timed)
{
	const struct vr_status *s = NULL;
	struct vr_view v = view();

	(void)service("one");
	critical(1, "one");
	ck_assert(vrouters_follow(routers, &v));
	ck_assert(!vrouters_follow(routers, &v));
	s = vrouters_find(routers, addr("10.1.20.1"), 1);
	ck_assert_ptr_nonnull(s);
	ck_assert_uint_eq(s->changes, 1);
	ck_assert_int_ne(s->since, 0);
	down = "one";
	ck_assert(vrouters_follow(routers, &v));
	down = NULL;
	ck_assert(vrouters_follow(routers, &v));
	s = vrouters_find(routers, addr("10.1.20.1"), 1);
	ck_assert_uint_eq(s->changes, 3);
	ck_assert_int_eq(s->last_fail, VR_FAIL_SERVICE);
	vrouters_zero(routers, addr("10.1.20.2"), 0);
	ck_assert_uint_eq(s->changes, 3);
	vrouters_zero(routers, addr("10.1.20.1"), 2);
	ck_assert_uint_eq(s->changes, 3);
	vrouters_zero(routers, addr("10.1.20.1"), 1);
	ck_assert_uint_eq(s->changes, 0);
}
END_TEST

START_TEST(a_router_that_is_gone_is_forgotten)
{
	struct vr_line l = { .kind = VR_ROUTER, .vrid = 1 };
	struct vr_view v = view();

	ck_assert(vrouters_follow(routers, &v));
	ck_assert_int_eq(circuit_ip_del_vr(env->conf, ip, &l, &err), 0);
	ck_assert(vrouters_follow(routers, &v));
	ck_assert_ptr_null(vrouters_find(routers, addr("10.1.20.1"), 1));
}
END_TEST

START_TEST(only_a_master_serves_its_addresses)
{
	struct vr_line l = { .kind = VR_VIP, .vrid = 1, .range = 3 };
	struct vr_view v = view();

	l.addr = addr("10.1.20.80");
	line(l);
	l = (struct vr_line){ .kind = VR_INTERFACE, .vrid = 1 };
	l.addr = addr("10.1.20.99");
	line(l);
	(void)vrouters_follow(routers, &v);
	ck_assert(vrouters_serve(routers, env->conf, addr("10.1.20.80")));
	ck_assert(vrouters_serve(routers, env->conf, addr("10.1.20.99")));
	ip->disabled = true;
	(void)vrouters_follow(routers, &v);
	ck_assert(!vrouters_serve(routers, env->conf, addr("10.1.20.80")));
	ck_assert(!vrouters_serve(routers, env->conf, addr("10.1.20.82")));
	ck_assert(!vrouters_serve(routers, env->conf, addr("10.1.20.99")));
	ck_assert(vrouters_serve(routers, env->conf, addr("10.1.20.83")));
	ck_assert(vrouters_serve(routers, env->conf, addr("10.1.20.79")));
}
END_TEST

/* ---- box to box ----------------------------------------------------------- */

static enum box_state box_decided(enum box_fail *why)
{
	struct vr_view v = view();

	return box_decide(&v, why);
}

static void box_setup(void)
{
	env->conf->global->redundancy = true;
	ip->redundancy_protocol = true;
}

START_TEST(a_box_alone_is_master)
{
	enum box_fail why;

	ck_assert_int_eq(box_decided(&why), BOX_INIT);
	box_setup();
	ck_assert_int_eq(box_decided(&why), BOX_MASTER);
	ck_assert_ptr_eq(box_interface(env->conf), ip);
	ip->redundancy_protocol = false;
	ck_assert_int_eq(box_decided(&why), BOX_INIT);
	ip->redundancy_protocol = true;
	ip->disabled = true;
	ck_assert_int_eq(box_decided(&why), BOX_INIT);
}
END_TEST

START_TEST(a_box_watches_ports_and_uplinks)
{
	struct iface *watched = iface_get(env->conf, "3/2", &err);
	enum box_fail why;

	box_setup();
	watched->redundancy_phy = true;
	ck_assert_int_eq(box_decided(&why), BOX_MASTER);
	watched->admin_shutdown = true;
	ck_assert_int_eq(box_decided(&why), BOX_BACKUP);
	ck_assert_int_eq(why, BOX_FAIL_PHY);
	watched->admin_shutdown = false;
	service("up1")->type = SERVICE_REDUNDANCY_UP;
	down = "up1";
	ck_assert_int_eq(box_decided(&why), BOX_BACKUP);
	ck_assert_int_eq(why, BOX_FAIL_UPLINK);
	service("up2")->type = SERVICE_REDUNDANCY_UP;
	ck_assert_int_eq(box_decided(&why), BOX_MASTER);
}
END_TEST

START_TEST(a_backup_serves_what_takes_no_part)
{
	struct box *box = box_new();
	struct vr_view v = view();

	box_setup();
	ck_assert(box_follow(box, &v));
	ck_assert(!box_follow(box, &v));
	ck_assert_uint_eq(box_status(box)->to_master, 1);
	service("up1")->type = SERVICE_REDUNDANCY_UP;
	down = "up1";
	ck_assert(box_serves(box, env->conf, addr("10.1.20.80")));
	ck_assert(box_follow(box, &v));
	ck_assert_uint_eq(box_status(box)->to_backup, 1);
	ck_assert_int_eq(box_status(box)->last_fail, BOX_FAIL_UPLINK);
	ck_assert(box_serves(box, env->conf, addr("10.1.20.80")));
	ci->redundancy = true;
	ck_assert(!box_serves(box, env->conf, addr("10.1.20.80")));
	ck_assert(!box_serves(box, env->conf, addr("192.0.2.1")));
	box_free(box);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("redundancy");
	TCase *tc = tcase_create("routers and boxes");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_router_alone_is_master);
	tcase_add_test(tc, a_router_needs_its_circuit);
	tcase_add_test(tc, kinds_of_critical_services_differ);
	tcase_add_test(tc, a_service_that_is_gone_is_down);
	tcase_add_test(tc, a_reporter_takes_it_down);
	tcase_add_test(tc, reporters_of_ports);
	tcase_add_test(tc, peers_change_state_together);
	tcase_add_test(tc, a_peer_that_is_nowhere_is_down);
	tcase_add_test(tc, transitions_of_reporters_are_counted);
	tcase_add_test(tc, changes_are_counted_and_timed);
	tcase_add_test(tc, a_router_that_is_gone_is_forgotten);
	tcase_add_test(tc, only_a_master_serves_its_addresses);
	tcase_add_test(tc, a_box_alone_is_master);
	tcase_add_test(tc, a_box_watches_ports_and_uplinks);
	tcase_add_test(tc, a_backup_serves_what_takes_no_part);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

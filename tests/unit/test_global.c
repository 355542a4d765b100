/* Settings of the whole switch: limits, order, what tells one from another. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "tests/unit/conf_support.h"

#define g (c->global)

/* ---- flows ---------------------------------------------------------------- */

static struct flow_port state(unsigned port, uint8_t proto)
{
	return (struct flow_port){ .port = (uint16_t)port, .proto = proto };
}

START_TEST(test_flow_states_have_an_order_and_an_end)
{
	struct flow_port s = state(5060, PROTO_UDP);
	uint64_t first = 0;

	ok(flow_port_set(c, &s, &err));
	s = state(5060, PROTO_TCP);
	ok(flow_port_set(c, &s, &err));
	s = state(161, PROTO_UDP);
	ok(flow_port_set(c, &s, &err));
	ck_assert_int_eq(g->flow.nport, 3);
	ck_assert_uint_eq(g->flow.port[0].port, 161);
	ck_assert_uint_eq(g->flow.port[1].proto, PROTO_TCP);
	first = c->generation;
	ok(flow_port_set(c, &s, &err));
	ck_assert_uint_eq(c->generation, first);
	s.flow = true;
	ok(flow_port_set(c, &s, &err));
	ck_assert_int_eq(g->flow.nport, 3);
	ck_assert(flow_port_find(&g->flow, 161, PROTO_UDP)->flow);
	ck_assert_ptr_null(flow_port_find(&g->flow, 161, PROTO_TCP));
	for (unsigned port = 1000; g->flow.nport < FLOW_PORT_MAX; port++) {
		s = state(port, PROTO_TCP);
		ok(flow_port_set(c, &s, &err));
	}
	s = state(2, PROTO_TCP);
	not_ok(flow_port_set(c, &s, &err), ERR_RANGE);
	not_ok(flow_port_del(c, 161, PROTO_TCP, &err), ERR_NOT_FOUND);
	ok(flow_port_del(c, 161, PROTO_UDP, &err));
	ok(flow_port_set(c, &s, &err));
	ck_assert_uint_eq(g->flow.port[0].port, 2);
}
END_TEST

START_TEST(test_portmaps_end_at_the_last_port)
{
	struct portmap *p = &g->flow.noflow_portmap;

	ok(portmap_set(c, p, 63456, 2048, &err));
	not_ok(portmap_set(c, p, 2017, 63488, &err), ERR_RANGE);
	ck_assert_uint_eq(p->base, 63456);
	p->off = true;
	ok(portmap_set(c, p, 63456, 2048, &err));
	ck_assert(!p->off);
	ok(portmap_set(c, p, PORTMAP_BASE, PORTMAP_RANGE, &err));
}
END_TEST

START_TEST(test_methods_are_few)
{
	char name[32];

	for (int i = HTTP_METHOD_MAX; i > 0; i--) {
		(void)snprintf(name, sizeof(name), "METHOD%02d", i);
		ok(http_method_set(c, name, URI_URL, &err));
	}
	not_ok(http_method_set(c, "ANOTHER", URI_URL, &err), ERR_RANGE);
	ck_assert_str_eq(g->flow.method[0].name, "METHOD01");
	ok(http_method_set(c, "METHOD03", URI_WILDCARD, &err));
	ck_assert_int_eq(http_method_find(&g->flow, "METHOD03")->form,
			 URI_WILDCARD);
	ck_assert_ptr_null(http_method_find(&g->flow, "method03"));
	ok(http_method_del(c, "METHOD01", &err));
	not_ok(http_method_del(c, "METHOD01", &err), ERR_NOT_FOUND);
	ok(http_method_set(c, "ANOTHER", URI_URL, &err));
	ck_assert_str_eq(g->flow.method[0].name, "ANOTHER");
}
END_TEST

/* ---- SNMP ----------------------------------------------------------------- */

START_TEST(test_snmp_has_five_of_each)
{
	char text[32];
	struct snmp_trap_host h = { .community = "public" };

	for (int i = 5; i > 0; i--) {
		(void)snprintf(text, sizeof(text), "name%d", i);
		ok(snmp_community_set(c, text, false, &err));
		(void)snprintf(text, sizeof(text), "10.0.0.%d", i);
		h.addr = ip(text);
		ok(snmp_trap_host_set(c, &h, &err));
	}
	not_ok(snmp_community_set(c, "name6", false, &err), ERR_RANGE);
	ck_assert_str_eq(g->snmp.community[0].name, "name1");
	ok(snmp_community_set(c, "name1", true, &err));
	ck_assert(g->snmp.community[0].read_write);
	not_ok(snmp_community_del(c, "name6", &err), ERR_NOT_FOUND);
	ok(snmp_community_del(c, "name1", &err));
	ck_assert_str_eq(g->snmp.community[0].name, "name2");

	ck_assert_uint_eq(g->snmp.trap_host[0].addr.s_addr,
			  ip("10.0.0.5").s_addr);
	h.v2 = true;
	ok(snmp_trap_host_set(c, &h, &err)); /* 10.0.0.1 is there */
	ck_assert(g->snmp.trap_host[4].v2);
	h.addr = ip("10.0.0.6");
	not_ok(snmp_trap_host_set(c, &h, &err), ERR_RANGE);
	not_ok(snmp_trap_host_del(c, h.addr, &err), ERR_NOT_FOUND);
	ok(snmp_trap_host_del(c, ip("10.0.0.5"), &err));
	ok(snmp_trap_host_set(c, &h, &err));
	ck_assert_int_eq(g->snmp.ntrap_host, 5);
}
END_TEST

START_TEST(test_traps_forget_their_threshold)
{
	const uint16_t *syn = &g->snmp.threshold[TRAP_DOS_SYN];

	ck_assert_uint_eq(*syn, 10);
	snmp_trap_set(c, TRAP_DOS_SYN, true, 30);
	ck_assert(g->snmp.trap[TRAP_DOS_SYN]);
	ck_assert_uint_eq(*syn, 30);
	snmp_trap_set(c, TRAP_DOS_SYN, false, 0);
	ck_assert(!g->snmp.trap[TRAP_DOS_SYN]);
	ck_assert_uint_eq(*syn, 10);
	ck_assert_uint_eq(snmp_trap_threshold_default(TRAP_RELOAD), 0);
}
END_TEST

/* ---- CRL records ---------------------------------------------------------- */

START_TEST(test_crl_records_stay_while_a_list_counts_on_them)
{
	struct crl_record r = { .name = "m",
				.url = "http://h/x",
				.cert = "ca" };
	struct ssllist *l = ssllist_add(c, "list", &err);

	ok(crl_set(c, &r, &err));
	ok(ssllist_add_server(c, l, 1, &err));
	(void)str_copy(l->server[0]->crl, sizeof(l->server[0]->crl), "m");
	r.hours = 1;
	ok(crl_set(c, &r, &err));
	l->active = true;
	ok(crl_set(c, &r, &err)); /* nothing changes */
	r.hours = 2;
	not_ok(crl_set(c, &r, &err), ERR_REFUSED);
	not_ok(crl_del(c, "m", &err), ERR_REFUSED);
	ck_assert_uint_eq(crl_find(c, "m")->hours, 1);
	l->active = false;
	for (int i = 1; i < CRL_MAX; i++) {
		(void)snprintf(r.name, sizeof(r.name), "r%d", i);
		ok(crl_set(c, &r, &err));
	}
	(void)str_copy(r.name, sizeof(r.name), "z");
	not_ok(crl_set(c, &r, &err), ERR_RANGE);
	ok(crl_del(c, "m", &err));
	not_ok(crl_del(c, "m", &err), ERR_NOT_FOUND);
	(void)str_copy(r.url, sizeof(r.url), "ftp://h/x");
	not_ok(crl_set(c, &r, &err), ERR_RANGE);
}
END_TEST

/* ---- routes --------------------------------------------------------------- */

START_TEST(test_routes_differ_in_all_but_the_distance)
{
	struct route r = { .net = ip("10.1.2.3"),
			   .gateway = ip("10.9.9.9"),
			   .prefix_len = 8,
			   .distance = 1 };
	struct route other = r;

	ok(route_add(c, &r, &err));
	ck_assert_uint_eq(TAILQ_FIRST(&g->routes)->net.s_addr,
			  ip("10.0.0.0").s_addr);
	other.originated = true;
	ok(route_add(c, &other, &err));
	r.distance = 7;
	ok(route_add(c, &r, &err));
	ck_assert_uint_eq(TAILQ_FIRST(&g->routes)->distance, 7);
	ok(route_del(c, &other, &err));
	not_ok(route_del(c, &other, &err), ERR_NOT_FOUND);
	other = (struct route){
		.net = r.net, .prefix_len = 8, .firewall = 1, .distance = 1
	};
	ok(route_add(c, &other, &err));
	other.firewall = 2;
	not_ok(route_del(c, &other, &err), ERR_NOT_FOUND);
	other.firewall = 0;
	other.blackhole = true;
	not_ok(route_del(c, &other, &err), ERR_NOT_FOUND);
}
END_TEST

/* The weekday of tm_wday 0 is 1; hour 24 is hour 0. */
START_TEST(test_records_are_due_by_all_five_fields)
{
	static const struct {
		const char *field[SCHED_FIELD_NUM];
		bool due; /* on Sunday, July 7, at 00:30 */
	} row[] = {
		{ { "*", "*", "*", "*", "*" }, true },
		{ { "30", "0", "7", "7", "1" }, true },
		{ { "30", "24", "7", "7", "1" }, true },
		{ { "31", "*", "*", "*", "*" }, false },
		{ { "*", "1", "*", "*", "*" }, false },
		{ { "*", "*", "8", "*", "*" }, false },
		{ { "*", "*", "*", "6", "*" }, false },
		{ { "*", "*", "*", "*", "2" }, false },
		{ { "0-29,31-59", "*", "*", "*", "*" }, false },
		{ { "1,2,30", "*", "1-7", "*", "*" }, true },
		{ { "*/15", "*", "*", "*", "*" }, true },
		{ { "*/20", "*", "*", "*", "*" }, false },
		{ { "10-40/10", "*", "1/2", "*", "*" }, true },
	};
	const struct tm at = { .tm_min = 30, .tm_mday = 7, .tm_mon = 6 };

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct sched_record r = { .name = "r", .line = "show clock" };

		for (int f = 0; f < SCHED_FIELD_NUM; f++)
			(void)str_copy(r.field[f], sizeof(r.field[f]),
				       row[i].field[f]);
		ok(sched_set(c, &r, &err));
		ck_assert_msg(sched_due(sched_find(c, "r"), &at) == row[i].due,
			      "row %zu", i);
	}
	ck_assert_int_eq(c->global->sched.n, 1);
	ok(sched_del(c, "r", &err));
	not_ok(sched_del(c, "r", &err), ERR_NOT_FOUND);
}
END_TEST

int main(void)
{
	SRunner *r = NULL;
	Suite *s = suite_create("global");
	TCase *t = tcase_create("global");
	int failed = 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_flow_states_have_an_order_and_an_end);
	tcase_add_test(t, test_portmaps_end_at_the_last_port);
	tcase_add_test(t, test_methods_are_few);
	tcase_add_test(t, test_snmp_has_five_of_each);
	tcase_add_test(t, test_traps_forget_their_threshold);
	tcase_add_test(t, test_crl_records_stay_while_a_list_counts_on_them);
	tcase_add_test(t, test_routes_differ_in_all_but_the_distance);
	tcase_add_test(t, test_records_are_due_by_all_five_fields);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

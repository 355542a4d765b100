/*
 * Show commands of content switching: the handlers of the tables, run on a real
 * configuration, with figures from a data plane and a monitor of our own.
 */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "cli/show_rule.h"
#include "tests/unit/show_fake.h"

#define SHOW_SERVICE "show service [<name:service>]"
#define SHOW_RULE1                                                             \
	"show rule <owner:owner> <rule:content> "                              \
	"[" RULE_ASPECTS "]"
#define SHOW_CONTENT                                                           \
	"show content [slot <slot:uint:1-6>] [start-index "                    \
	"<index:uint:1-5000>]"
#define SHOW_OWNER1 "show owner <owner:owner> [{statistics|content}]"
#define SHOW_FLOWS  "show flows [<src:addr> [<dst:addr>]]"
#define SHOW_KAL    "show keepalive [<name:keepalive:36>]"

/* ---- services ----------------------------------------------------------------------- */

START_TEST(a_service_is_shown_with_its_figures)
{
	const char *text = NULL;

	args.words[0] = "name=web1";
	text = shown(show_service_cmds, SHOW_SERVICE);
	has(text, "\nName: web1              Index: 1     \n"
		  "  Type: Local            State: Alive\n"
		  "  Rule ( 10.1.1.11  TCP  80 )\n");
	has(text, "  Keepalive: (TCP-80   5   3   5 )\n");
	has(text, "  Mtu:                1500         "
		  "State Transitions:           11\n"
		  "  Total Local Connections:  1000   "
		  "Total Backup Connections:     0\n"
		  "  Current Local Connections:  21   "
		  "Current Backup Connections:   0\n");
	has(text, "  Weight:             1            "
		  "Load:               2\n");
	lacks(text, "web2");
	lacks(text, "Last Probe Failure");
}
END_TEST

START_TEST(a_service_that_is_down_says_why)
{
	const char *text = NULL;

	args.words[0] = "name=web2";
	text = shown(show_service_cmds, SHOW_SERVICE);
	has(text, "State: Down\n");
	has(text, "Load:               255\n");
	has(text, "Last Probe Failure: connection refused\n");
}
END_TEST

START_TEST(all_services_are_shown_unless_the_mode_has_one)
{
	const char *text = shown(show_service_cmds, SHOW_SERVICE);

	has(text, "Services (3 entries):\n");
	has(text, "Name: web3 ");
	cli.object = web[1];
	cli.outer = "web2";
	text = shown(show_service_cmds, SHOW_SERVICE);
	has(text, "Name: web2 ");
	lacks(text, "Name: web1 ");
}
END_TEST

START_TEST(another_object_of_the_same_name_is_no_service)
{
	struct err err = { 0 };

	cli.object = group_add(cli.env.conf, "web2", &err);
	cli.outer = "web2";
	has(shown(show_service_cmds, SHOW_SERVICE), "Services (3 entries):\n");
}
END_TEST

START_TEST(the_summary_has_the_columns_of_the_product)
{
	const char *text = shown(show_service_cmds, "show service summary");

	has(text, "Service Name                     "
		  "State     Conn  Weight  Avg   State\n"
		  "                                 "
		  "                        Load  Transitions\n\n");
	has(text, "web1                             "
		  "Alive       21      1     2           11\n");
	has(text, "web3                             "
		  "Suspended   23      1   255           13\n");
}
END_TEST

START_TEST(without_plane_and_monitor_all_is_zero_and_down)
{
	const char *text = NULL;

	cli.env.plane = NULL;
	cli.env.monitor = NULL;
	text = shown(show_service_cmds, "show service summary");
	has(text, "web1                             "
		  "Down         0      1   255            0\n");
	has(text, "web3                             "
		  "Suspended    0      1   255            0\n");
	has(shown(show_flow_cmds, SHOW_FLOWS), "Src Address");
}
END_TEST

/* ---- rules and owners ------------------------------------------------------------------ */

START_TEST(a_rule_is_shown_with_services_and_weights)
{
	const char *text = NULL;

	args.words[0] = "owner=acme";
	args.words[1] = "rule=http-rule";
	text = shown(show_rule_cmds, SHOW_RULE1);
	has(text, "Content Rules:\n\n"
		  "Name:              http-rule      "
		  "Owner:                    acme\n"
		  "Author:                Local      "
		  "Index:                       1\n"
		  "State:                Active      "
		  "Type:                     HTTP\n"
		  "L3:        192.168.10.20\n"
		  "L4:        TCP/80\n");
	has(text, "Total Bytes:            4000      "
		  "Total Frames:                8\n");
	has(text, "Advanced Balance:       None");
	has(text, "1: web1-Alive, S-1\n2: web2-Down, R-4\n");
	lacks(text, "ssl-rule");
}
END_TEST

START_TEST(services_of_a_rule_have_hits_of_that_rule)
{
	const char *text = NULL;

	args.words[0] = "owner=acme";
	args.words[1] = "rule=http-rule";
	args.words[2] = "services";
	text = shown(show_rule_cmds, SHOW_RULE1);
	has(text, " Name:                            "
		  "Hits:  Wgt:  State:  Ld:  KAlive:  Conn:  DNS:\n"
		  " web1                               101"
		  "  S-1   Alive     2  ICMP        21     0\n"
		  " web2                               102"
		  "  R-4   Down    255  TCP         22     0\n");
	lacks(text, "Sticky Mask");
	lacks(text, "Content Rules:");
}
END_TEST

START_TEST(the_mode_decides_which_rules_are_meant)
{
	const char *text = shown(show_rule_cmds, "show rule");

	has(text, "http-rule");
	has(text, "ssl-rule");
	cli.object = ssl;
	cli.outer = "acme";
	cli.inner = "ssl-rule";
	text = shown(show_rule_cmds, "show rule");
	has(text, "ssl-rule");
	lacks(text, "http-rule");
	has(shown(show_owner_cmds, "show owner [{statistics|content}]"),
	    "Name:                 acme\n");
}
END_TEST

START_TEST(the_rule_summary_has_one_line_a_rule)
{
	const char *text =
		shown(show_rule_cmds, "show rule-summary [<owner:owner>]");

	has(text, "192.168.10.20   80    TCP   "
		  "                                  "
		  "http-rule        acme             Active\n");
	has(text, "ANY             ANY   ANY   "
		  "                                  "
		  "ssl-rule         acme             Suspend\n");
}
END_TEST

START_TEST(only_active_rules_are_content)
{
	const char *text = shown(show_rule_cmds, SHOW_CONTENT);

	has(text, "Total Content: 1\n");
	has(text, "acme/http-rule");
	lacks(text, "ssl-rule");
	args.words[0] = "index=2";
	lacks(shown(show_rule_cmds, SHOW_CONTENT), "http-rule");
}
END_TEST

START_TEST(owner_statistics_add_up_the_rules)
{
	const char *text = NULL;

	args.words[0] = "owner=acme";
	args.words[1] = "statistics";
	text = shown(show_owner_cmds, SHOW_OWNER1);
	has(text, "Total Hits:                         30\n");
	has(text, "Total Bytes:                      8000\n");
	has(text, "Rejects, No Services:                3\n");
}
END_TEST

START_TEST(the_summary_hangs_services_below_their_rule)
{
	const char *text =
		shown(show_owner_cmds, "show summary [<owner:owner>]");

	has(text, "No Rule Bypass Count:    77\n");
	has(text, "Acl Bypass Count:        5\n");
	has(text, "URL Params Bypass Count: 6\n");
	has(text, "acme             http-rule            Active    "
		  "web1             101\n"
		  "                                                "
		  "web2             102\n"
		  "                 ssl-rule             Suspend   \n");
}
END_TEST

/* ---- groups, flows, keepalives ------------------------------------------------------------ */

START_TEST(a_group_is_shown_with_services_and_totals)
{
	struct err err = { 0 };
	struct group *g = group_add(cli.env.conf, "out", &err);
	const char *text = NULL;

	g->vip = ip("192.168.3.6");
	ck_assert_int_eq(group_add_dest(cli.env.conf, g, "web1", &err), 0);
	text = shown(show_group_cmds, "show group [<name:group>]");
	has(text, "\nGroup: out - Suspended ( 192.168.3.6 )\n");
	has(text, "  Source Services:\n     NONE\n  Destination Services:\n"
		  "     Name:                            Hits:\n"
		  "     web1                                 7\n");
	has(text, "     Hits/Frames/Bytes:          41/12/4096\n");
	has(text, "     FTP Control Total/Current:  5/2\n");
	has(text, "Connections Total/Current:  41/3\n");
}
END_TEST

static void flows_make(void)
{
	flow_lines[0] = (struct flow_line){ .src = ip("10.6.3.152"),
					    .dst = ip("10.6.3.20"),
					    .nat_dst = ip("10.10.10.3"),
					    .sport = 4077,
					    .dport = 80,
					    .proto = IPPROTO_TCP };
	flow_lines[1] = (struct flow_line){ .src = ip("10.10.10.3"),
					    .dst = ip("10.6.3.152"),
					    .nat_dst = ip("10.6.3.152"),
					    .sport = 80,
					    .dport = 4077,
					    .proto = IPPROTO_TCP };
	nflows = 2;
}

START_TEST(flows_have_the_columns_and_the_ports_of_the_product)
{
	struct conf *c = cli.env.conf;
	struct err err = { 0 };
	struct circuit *one = circuit_find(c, "VLAN1");
	struct circuit *two = circuit_add(c, 2, &err);
	const char *text = NULL;

	flows_make();
	ck_assert_ptr_nonnull(circuit_ip_add(c, one, ip("10.6.3.1"), 24, &err));
	ck_assert_ptr_nonnull(
		circuit_ip_add(c, two, ip("10.10.10.1"), 24, &err));
	iface_get(c, "2/1", &err);
	iface_get(c, "1/1", &err)->vlan = 2;
	text = shown(show_flow_cmds, SHOW_FLOWS);
	has(text, "10.6.3.152      4077  10.6.3.20       80    "
		  "10.10.10.3      TCP 2/1      1/1\n"
		  "10.10.10.3      80    10.6.3.152      4077  "
		  "10.6.3.152      TCP 1/1      2/1\n");
	ck_assert_int_eq(flow_max, 4096);
}
END_TEST

START_TEST(flows_are_chosen_by_source_and_destination)
{
	const char *text = NULL;

	flows_make();
	args.words[0] = "src=10.10.10.3";
	text = shown(show_flow_cmds, SHOW_FLOWS);
	has(text, "\n10.10.10.3      80 ");
	lacks(text, "\n10.6.3.152 ");
	args.words[0] = "src=0.0.0.0";
	args.words[1] = "dst=10.6.3.20";
	text = shown(show_flow_cmds, SHOW_FLOWS);
	has(text, "\n10.6.3.152      4077 ");
	lacks(text, "\n10.10.10.3 ");
}
END_TEST

START_TEST(keepalives_are_automatic_or_shared)
{
	struct err err = { 0 };
	struct probe *p = probe_add(cli.env.conf, "ka_mail", &err);
	const char *text = NULL;

	p->active = true;
	p->addr = ip("10.1.1.40");
	for (int i = 1; i < 3; i++) {
		web[i]->keepalive.type = PROBE_NAMED;
		(void)str_copy(web[i]->keepalive.arg, NAME_LEN + 1, "ka_mail");
	}
	states[web[2]->index] = SERVICE_DYING;
	text = shown(show_keepalive_cmds, "show keepalive-summary");
	has(text, "AUTO_web1                        Alive       10.1.1.11\n");
	has(text, "ka_mail                          Dying       ");
	lacks(text, "AUTO_web2");
	args.words[0] = "name=ka_mail";
	text = shown(show_keepalive_cmds, SHOW_KAL);
	has(text, "State: DYING\n");
	has(text, "    Dependent Services:\n        web2\n        web3\n");
	has(text, "    Probes:          500\n");
	lacks(text, "AUTO_web1");
}
END_TEST

START_TEST(a_suspended_keepalive_is_suspended_whatever_its_services_are)
{
	struct err err = { 0 };

	(void)probe_add(cli.env.conf, "ka_mail", &err);
	web[0]->keepalive.type = PROBE_NAMED;
	(void)str_copy(web[0]->keepalive.arg, NAME_LEN + 1, "ka_mail");
	has(shown(show_keepalive_cmds, "show keepalive-summary"),
	    "ka_mail                          Suspended   ");
}
END_TEST

/* ---- what is not there ----------------------------------------------------------------------- */

static const struct {
	const struct cmd *table;
	const char *syntax;
	struct args args;
	const char *named;
} absent[] = {
	{ show_service_cmds, SHOW_SERVICE, { { "name=nope" } }, "nope" },
	{ show_rule_cmds,
	  "show rule <owner:owner>",
	  { { "owner=none" } },
	  "none" },
	{ show_rule_cmds, SHOW_RULE1, { { "owner=acme", "rule=x" } }, "x" },
	{ show_rule_cmds,
	  "show rule-summary [<owner:owner>]",
	  { { "owner=none" } },
	  "none" },
	{ show_owner_cmds, SHOW_OWNER1, { { "owner=none" } }, "none" },
	{ show_owner_cmds,
	  "show summary [<owner:owner>]",
	  { { "owner=none" } },
	  "none" },
	{ show_group_cmds,
	  "show group [<name:group>]",
	  { { "name=none" } },
	  "none" },
	{ show_keepalive_cmds, SHOW_KAL, { { "name=none" } }, "none" },
};

START_TEST(an_absent_object_is_an_error_that_names_it)
{
	struct err err = { 0 };

	args = absent[_i].args;
	ck_assert_int_eq(show_run(absent[_i].table, absent[_i].syntax, &err),
			 -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	has(err.msg, absent[_i].named);
	ck_assert_str_eq(out_text(&cli.out), "");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("show");
	TCase *tc = tcase_create("content switching");

	tcase_add_checked_fixture(tc, show_setup, show_teardown);
	tcase_add_test(tc, a_service_is_shown_with_its_figures);
	tcase_add_test(tc, a_service_that_is_down_says_why);
	tcase_add_test(tc, all_services_are_shown_unless_the_mode_has_one);
	tcase_add_test(tc, another_object_of_the_same_name_is_no_service);
	tcase_add_test(tc, the_summary_has_the_columns_of_the_product);
	tcase_add_test(tc, without_plane_and_monitor_all_is_zero_and_down);
	tcase_add_test(tc, a_rule_is_shown_with_services_and_weights);
	tcase_add_test(tc, services_of_a_rule_have_hits_of_that_rule);
	tcase_add_test(tc, the_mode_decides_which_rules_are_meant);
	tcase_add_test(tc, the_rule_summary_has_one_line_a_rule);
	tcase_add_test(tc, only_active_rules_are_content);
	tcase_add_test(tc, owner_statistics_add_up_the_rules);
	tcase_add_test(tc, the_summary_hangs_services_below_their_rule);
	tcase_add_test(tc, a_group_is_shown_with_services_and_totals);
	tcase_add_test(tc, flows_have_the_columns_and_the_ports_of_the_product);
	tcase_add_test(tc, flows_are_chosen_by_source_and_destination);
	tcase_add_test(tc, keepalives_are_automatic_or_shared);
	tcase_add_test(
		tc,
		a_suspended_keepalive_is_suspended_whatever_its_services_are);
	tcase_add_loop_test(tc, an_absent_object_is_an_error_that_names_it, 0,
			    sizeof(absent) / sizeof(*absent));
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int failed = 0;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

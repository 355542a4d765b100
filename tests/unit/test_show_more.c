/*
 * Show commands of content switching, continued: aspects of a rule, the sticky
 * table, port maps of groups, loads.
 */
#include <check.h>
#include <string.h>

#include "cli/show_rule.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/acl.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/hfgroup.h"
#include "tests/unit/show_fake.h"

#define SHOW_RULE1 "show rule <owner:owner> <rule:content> [" RULE_ASPECTS "]"
#define STICKY                                                                 \
	"show sticky-table {all-sticky|l3-sticky|l4-sticky|sip-callid-sticky|" \
	"ssl-sticky|wap-sticky}"

static const char *aspect(const char *word)
{
	args = (struct args){ { "owner=acme", "rule=http-rule", word } };
	return shown(show_rule_cmds, SHOW_RULE1);
}

/* ---- rules ------------------------------------------------------------------ */

START_TEST(a_rule_shows_what_it_is_set_to)
{
	struct conf *c = cli.env.conf;
	const char *text = NULL;

	(void)str_copy(http->balance, sizeof(http->balance), "urlhash");
	http->more.failover = 2;
	http->more.serverdown = 2;
	http->more.string_skip = 5;
	http->more.string_operation = 3;
	http->more.string_no_ascii = true;
	http->more.param_bypass = true;
	http->more.ping_local_remote = true;
	http->flow_timeout_multiplier = 7;
	(void)str_copy(http->more.arpt_path, 8, "/cgi/");
	(void)str_copy(http->more.string_prefix, 8, "UID=");
	settings_put(c, &http->kept, "string range", "", "35 to 55");
	settings_put(c, &http->kept, "sticky-no-cookie-found-action", "",
		     "reject");
	text = aspect("");
	has(text, "Balance:            URL Hash      "
		  "Failover:               Bypass\n");
	has(text, "Sticky No Cookie Found Action: reject\n"
		  "Sticky Server Down Failover: Reject\n"
		  "ArrowPoint Cookie Path: \"/cgi/\"   "
		  "ArrowPoint Cookie Expiration:\n");
	has(text, "   String Range:  35 to 55        "
		  "String Prefix:  \"UID=\"\n"
		  "   String Eos-Char: \"\"            "
		  "String Ascii-Conversion: Disable\n"
		  "   String Skip-Len:       5       "
		  "String Process-Len:           0\n"
		  "   String Operation: Hash-XOR\n");
	has(text, "Persistence:         Enabled      "
		  "Param-Bypass:          Enabled\n");
	has(text, "Flow Timeout Multiplier: 7\nVIP Ping Response: "
		  "Local-Remote\n");
}
END_TEST

START_TEST(a_plain_rule_shows_the_defaults)
{
	const char *text = aspect("");

	has(text, "Failover:                  N/A\n");
	has(text, "Sticky No Cookie Found Action: loadbalance\n");
	has(text, "ArrowPoint Cookie Path: \"/\"       "
		  "ArrowPoint Cookie Expiration:\n");
	has(text, "   String Range:  1 to 100        "
		  "String Prefix:  \"\"\n");
	has(text, "Flow Timeout Multiplier: 0\n");
	lacks(text, "Location");
}
END_TEST

START_TEST(each_aspect_of_a_rule_is_shown_alone)
{
	struct conf *c = cli.env.conf;

	settings_put(c, &http->kept, "add dns", "www.a.example", "120");
	settings_put(c, &http->kept, "add dns", "a.example", "");
	http->more.dnsbalance = 3;
	http->more.hotlist_size = 50;
	http->more.header_weight = 9;
	http->more.load_threshold = 100;
	(void)str_copy(http->more.header_field, 8, "palm");
	has(aspect("dns"),
	    "\nRule: http-rule  Owner: acme\nDNS Balance: Prefer Local\n");
	has(aspect("dns"), " www.a.example                       120\n"
			   " a.example                             0\n");
	lacks(aspect("dns"), "Balance: Round");
	has(aspect("header-field"), "Header Field Group:  palm\n"
				    "Weight:              9\n");
	has(aspect("hot-list"), "Hotlist:   Disabled\nType:      Hit Count\n"
				"Size:      50\n");
	has(aspect("services"), "Local Load Threshold: 100\n");
	has(aspect("sticky"), "String Match Criteria:\n");
	has(aspect("all"), "Content Rules:\n");
	has(aspect("all"), "Hotlist:   Disabled\n");
}
END_TEST

START_TEST(a_rule_shows_the_clauses_and_the_fields_that_it_is_named_with)
{
	struct conf *c = cli.env.conf;
	struct err err = { 0 };
	struct acl *l = acl_add(c, 7, &err);
	struct hfgroup *g = hfgroup_add(c, "palm", &err);
	struct acl_clause k = { .number = 10,
				.action = ACL_PERMIT,
				.proto = ACL_ANY,
				.icmp_type = ACL_ANY };
	const struct hfgroup_field f = { .name = "ua",
					 .field = FIELD_USER_AGENT,
					 .op = HEADER_CONTAIN,
					 .text = "Nokia" };
	const char *text = NULL;

	k.dst.kind = ACL_HOST_RULE;
	(void)str_copy(k.dst.name, sizeof(k.dst.name), "acme/http-rule");
	ck_assert_int_eq(acl_clause_add(c, l, &k, &err), 0);
	k.number = 20;
	(void)str_copy(k.dst.name, sizeof(k.dst.name), "acme/ssl-rule");
	ck_assert_int_eq(acl_clause_add(c, l, &k, &err), 0);
	text = aspect("acl");
	has(text, "\nRule: http-rule  Owner: acme\nAcl: 7\n"
		  "Clause: 10 Permit ANY      Log: Disabled\n");
	lacks(text, "Clause: 20");
	ck_assert_int_eq(hfgroup_set_field(c, g, &f, &err), 0);
	(void)str_copy(http->more.header_field, 8, "palm");
	has(aspect("header-field"), "\"Nokia\"\n");
}
END_TEST

START_TEST(content_is_shown_by_module)
{
	struct err err = { 0 };

	(void)str_copy(http->url, sizeof(http->url), "//www.a.example/*");
	args.words[0] = "slot=2";
	has(shown(show_rule_cmds, "show content [slot <slot:uint:1-6>] "
				  "[start-index <index:uint:1-5000>]"),
	    "Pieces of Content for Slot: 2  Subslot: 1  Total Content: 1\n");
	has(out_text(&cli.out), "Domain:      www.a.example\n");
	args.words[0] = "slot=3";
	ck_assert_int_eq(show_run(show_rule_cmds,
				  "show content [slot <slot:uint:1-6>] "
				  "[start-index <index:uint:1-5000>]",
				  &err),
			 -1);
}
END_TEST

/* ---- stickiness -------------------------------------------------------------- */

static void clients(void)
{
	static const struct {
		const char *addr;
		uint16_t port;
		uint64_t age_ms;
	} c[] = { { "10.0.0.9", 0, 5000 },
		  { "10.0.0.1", 443, 61000 },
		  { "10.0.1.1", 80, 1000 },
		  { "10.0.0.2", 0, 9000 } };

	for (int i = 0; i < 4; i++)
		stickies[i] = (struct sticky_entry){
			.key = { .rule = 1,
				 .src = ip(c[i].addr),
				 .type = c[i].port ? STICKY_L4
						   : STICKY_L3,
				 .dport = htons(c[i].port) },
			.service = 2,
			.age_ms = c[i].age_ms,
		};
	nstickies = 4;
}

START_TEST(sticky_entries_are_sorted_by_client)
{
	const char *text = NULL;

	clients();
	args.words[0] = "all-sticky";
	text = shown(show_sticky_cmds, STICKY);
	has(text,
	    "Sticky table on slot 1, subslot 1:\n\n"
	    "Entry Number  Hash Value/Sticky Key(IP)  Rule Index  Srv Index  "
	    "Time(elapsed sec)  Sticky Type  Collision\n"
	    "1             10.0.0.1:443               1           2          "
	    "61                 L4           No\n"
	    "2             10.0.0.2                   1           2          "
	    "9                  L3           No\n");
	has(text, "\nTotal number of entries found is 4.\n");
}
END_TEST

START_TEST(sticky_entries_are_chosen)
{
	const char *text = NULL;

	clients();
	args.words[0] = "l3-sticky";
	text = shown(show_sticky_cmds, STICKY);
	has(text, "found is 2.");
	lacks(text, "L4");
	args.words[0] = "ssl-sticky";
	has(shown(show_sticky_cmds, STICKY), "found is 0.");
	args = (struct args){ { "all-sticky", "page=2", "entries=3" } };
	text = shown(show_sticky_cmds,
		     STICKY " page <page:uint:1-32768> "
			    "[entries <entries:uint:1-32768>] [time]");
	has(text, "\n4             10.0.1.1:80 ");
	lacks(text, "10.0.0.9");
	args = (struct args){ { "all-sticky", "from=5", "to=10" } };
	text = shown(show_sticky_cmds, STICKY " time <from:uint> <to:uint>");
	has(text, "\n1             10.0.0.9 ");
	has(text, "found is 2.");
	args = (struct args){ { "all-sticky", "ip=10.0.0.0",
				"mask=255.255.255.0", "port=443" } };
	has(shown(show_sticky_cmds,
		  "show sticky-table {all-sticky|l3-sticky|l4-sticky} "
		  "ipaddress <ip:addr> <mask:mask> [<port:uint:1-65535>]"),
	    "found is 1.");
}
END_TEST

START_TEST(sticky_figures_are_the_table_s)
{
	const char *text = NULL;

	clients();
	text = shown(show_sticky_cmds, "show sticky-stats");
	has(text, "L3 Sticky Entries In Use:                 2\n"
		  "L4 Sticky Entries In Use:                 2\n");
	has(text, "Total Number Of New Sticky Entries:       50\n"
		  "Total Number Of Sticky Table Hits:        60\n"
		  "Number Of Rejected Sticky Entries:        1\n"
		  "Used Sticky Entries:                      4\n"
		  "Unused Sticky Entries:                    131068\n");
	has(shown(debug_sticky_cmds, "sticky-purge all-sticky"),
	    "Total number of entries purged is 4.\n");
}
END_TEST

/* ---- groups and loads ---------------------------------------------------------- */

START_TEST(a_group_s_ports_are_shown_by_module)
{
	struct err err = { 0 };
	struct group *g = group_add(cli.env.conf, "ftpgroup", &err);
	const char *text = NULL;
	const char *syntax = "show group <name:group> portmap [{all-sps|slot "
			     "<slot:uint:1-6>}]";

	g->base_port = 3354;
	g->flow_timeout_multiplier = 6;
	args.words[0] = "name=ftpgroup";
	text = shown(show_group_cmds, syntax);
	has(text, "Portmap of group ftpgroup - Slot 1, Subslot 1:\n"
		  "  Base Port:            3354\n"
		  "  Total Ports:          63488\n");
	has(text, "  Current Mappings:     3\n");
	has(text, "Slot 2, Subslot 1:\n");
	has(text, "  Current Mappings:     0\n");
	args.words[1] = "slot=1";
	lacks(shown(show_group_cmds, syntax), "Slot 2");
	args.words[1] = "slot=5";
	ck_assert_int_eq(show_run(show_group_cmds, syntax, &err), -1);
	args = (struct args){ { NULL } };
	has(shown(show_group_cmds, "show group usage"),
	    "ftpgroup                         Suspended  0.0.0.0        "
	    "         6        0        0        3       41\n");
}
END_TEST

START_TEST(loads_are_shown_by_length_of_flows)
{
	struct conf *c = cli.env.conf;
	const char *text = NULL;

	c->global->flow.load.step_ms = 100;
	c->global->flow.load.step_static = true;
	c->global->flow.load.threshold = 200;
	text = shown(show_load_cmds, "show load");
	has(text, "Load Step Configured: 100 ms  Static, Actual: 120 ms\n"
		  "Load Threshold:       200\n");
	has(text, "web1                                10    90        2\n"
		  "web2                               255   255      255\n");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("show more");
	TCase *tc = tcase_create("content switching");

	tcase_add_checked_fixture(tc, show_setup, show_teardown);
	tcase_add_test(tc, a_rule_shows_what_it_is_set_to);
	tcase_add_test(tc, a_plain_rule_shows_the_defaults);
	tcase_add_test(tc, each_aspect_of_a_rule_is_shown_alone);
	tcase_add_test(
		tc,
		a_rule_shows_the_clauses_and_the_fields_that_it_is_named_with);
	tcase_add_test(tc, content_is_shown_by_module);
	tcase_add_test(tc, sticky_entries_are_sorted_by_client);
	tcase_add_test(tc, sticky_entries_are_chosen);
	tcase_add_test(tc, sticky_figures_are_the_table_s);
	tcase_add_test(tc, a_group_s_ports_are_shown_by_module);
	tcase_add_test(tc, loads_are_shown_by_length_of_flows);
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

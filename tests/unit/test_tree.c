/* Command trees: matching, errors, help, completion; every mode's table. */
#include "cli/tree.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"
#include "emu/conf/service.h"

static char ran[256];

static int vip_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)err;
	(void)snprintf(ran, sizeof(ran), "vip %08x %lu",
		       ntohl(arg_addr(a, "ip").s_addr),
		       arg_uint(a, "count", 1));
	return 0;
}

static int vip_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)a;
	(void)err;
	(void)snprintf(ran, sizeof(ran), "no vip");
	return 0;
}

static int proto_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)err;
	(void)snprintf(ran, sizeof(ran), "proto %d%d%d", arg_key(a, "tcp"),
		       arg_key(a, "udp"), arg_key(a, "any"));
	return 0;
}

static int url_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)err;
	(void)snprintf(ran, sizeof(ran), "url %s", arg_word(a, "url"));
	return 0;
}

static int show_run(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)err;
	(void)snprintf(ran, sizeof(ran), "show %s %d",
		       arg_has(a, "name") ? arg_word(a, "name") : "-",
		       arg_key(a, "summary"));
	return 0;
}

static int rest_run(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)err;
	(void)snprintf(ran, sizeof(ran), "rest <%s>", arg_word(a, "rest"));
	return 0;
}

static int refuse(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)a;
	return err_set(err, ERR_REFUSED, -1, "no");
}

static const struct cmd rows[] = {
	{ .syntax = "vip", .help = "Virtual address" },
	{ .syntax = "vip address <ip:addr> [range <count:uint:1-65535>]",
	  .help = "Set it\nFirst address\nSeveral\nHow many",
	  .run = vip_set,
	  .no = "no vip address",
	  .clear = vip_clear },
	{ .syntax = "protocol {tcp|udp|any}",
	  .help = "Protocol\nTCP\nUDP\nBoth",
	  .run = proto_set },
	{ .syntax = "port <n:uint:1-65535>",
	  .help = "Port\nNumber",
	  .run = refuse },
	{ .syntax = "url <url:text:252>",
	  .help = "URL\nIn quotes",
	  .run = url_set },
	{ .syntax = "show {summary|service [<name:service>]}",
	  .help = "Show\nAll\nServices\nName",
	  .run = show_run },
	{ .syntax = "note <rest:line:80>",
	  .help = "Note\nText",
	  .run = rest_run },
	{ 0 },
};

static const struct cmd shared_rows[] = {
	{ .syntax = "show summary", .help = "Show\nAll of it", .run = refuse },
	{ .syntax = "sleep", .help = "Sleep", .run = refuse },
	{ 0 },
};

static struct tree *tree;
static struct env env;

static void setup(void)
{
	ran[0] = '\0';
	tree = tree_new();
	tree_add(tree, rows);
	tree_add(tree, shared_rows);
	tree_finish(tree);
	env = (struct env){ .conf = conf_new() };
}

static void teardown(void)
{
	tree_free(tree);
	conf_free(env.conf);
}

static struct err last;

static int run(const char *line)
{
	struct words w;
	struct args a;

	ran[0] = '\0';
	last = (struct err){ .col = -1 };
	if (!words_split(&w, line, &last) ||
	    tree_match(tree, &w, &a, &last) < 0)
		return -1;
	return tree_run(&a, NULL, &last);
}

static void fails(const char *line, enum err_code code, int col)
{
	ck_assert_msg(run(line) == -1, "accepted: %s", line);
	ck_assert_msg(last.code == code && last.col == col,
		      "%s: code %d column %d", line, last.code, last.col);
}

static void runs(const char *line, const char *what)
{
	ck_assert_msg(!run(line), "refused: %s: %s", line, last.msg);
	ck_assert_str_eq(ran, what);
}

START_TEST(sentences)
{
	runs("vip address 10.1.2.3", "vip 0a010203 1");
	runs("  vip\taddress 10.1.2.3 range 7  ", "vip 0a010203 7");
	runs("v a 10.1.2.3 r 65535", "vip 0a010203 65535");
	runs("no vip address", "no vip");
	runs("VIP Addr 10.1.2.3", "vip 0a010203 1");
	runs("protocol udp", "proto 010");
	runs("prot a", "proto 001");
	runs("show service", "show - 0");
	runs("show serv x1", "show x1 0");
	runs("note a  \"b\" c ", "rest <a  \"b\" c >");
	runs("note word", "rest <word>");
}
END_TEST

START_TEST(own_row_wins)
{
	runs("show summary", "show - 1");
	ck_assert_int_eq(run("sleep"), -1);
	ck_assert_int_eq(last.code, ERR_REFUSED);
}
END_TEST

START_TEST(quotes)
{
	char line[400] = "url \"";

	runs("url \"/a b;c?\"", "url /a b;c?");
	runs("url /plain", "url /plain");
	runs("url \"\"", "url ");
	fails("url \"open", ERR_SYNTAX, 4);
	fails("\"vip\" address 10.1.1.1", ERR_SYNTAX, 0);
	memset(line + 5, 'x', 252);
	memcpy(line + 5 + 252, "\"", 2);
	ck_assert_int_eq(run(line), 0);
	memcpy(line + 5 + 252, "x\"", 3);
	fails(line, ERR_SYNTAX, 4);
}
END_TEST

START_TEST(errors)
{
	fails("nonsense", ERR_SYNTAX, 0);
	fails("vip address 10.1.1", ERR_SYNTAX, 12);
	fails("vip address 10.1.1.1 rang 0", ERR_SYNTAX, 26);
	fails("vip address 10.1.1.1 range 65536", ERR_SYNTAX, 27);
	fails("vip address 10.1.1.1 10.1.1.2", ERR_SYNTAX, 21);
	fails("vip", ERR_INCOMPLETE, 3);
	fails("vip address", ERR_INCOMPLETE, 11);
	fails("p 80", ERR_AMBIGUOUS, 0);
	fails("show s", ERR_AMBIGUOUS, 5);
	fails("protocol tcp tcp", ERR_SYNTAX, 13);
	fails("port -1", ERR_SYNTAX, 5);
	fails("port 99999999999999999999", ERR_SYNTAX, 5);
	fails("port 80", ERR_REFUSED, -1);
	ck_assert_str_eq(last.msg, "no");
}
END_TEST

START_TEST(limits)
{
	char *line = malloc(5000);

	memset(line, 'x', 4999);
	line[4999] = '\0';
	ck_assert_int_eq(run(line), -1);
	for (int i = 0; i < 4999; i += 2)
		line[i] = ' ';
	line[LINE_LEN] = '\0';
	ck_assert_int_eq(run(line), -1);
	free(line);
}
END_TEST

static void helps(const char *before, const char *text)
{
	struct scope s = { .env = &env, .owner = "" };
	struct out o = { 0 };

	ck_assert_msg(!tree_help(tree, before, &s, &o, &last), "%s: %s", before,
		      last.msg);
	ck_assert_str_eq(out_text(&o), text);
	out_fini(&o);
}

START_TEST(help)
{
	struct scope s = { .env = &env, .owner = "" };
	struct out o = { 0 };

	helps("p", "  port                Port\n"
		   "  protocol            Protocol\n");
	helps("port ", "  <1-65535>           Number\n");
	helps("vip address 10.1.1.1 ", "  range               Several\n"
				       "  <cr>\n");
	helps("no vip ", "  address             Set it\n");
	helps("no ", "  vip                 Virtual address\n");
	ck_assert_ptr_nonnull(service_add(env.conf, "web2", &last));
	ck_assert_ptr_nonnull(service_add(env.conf, "web1", &last));
	helps("show service ", "  <name>              Name\n"
			       "  web1                Name\n"
			       "  web2                Name\n"
			       "  <cr>\n");
	ck_assert_int_eq(tree_help(tree, "vip bad ", &s, &o, &last), -1);
	ck_assert_int_eq(last.col, 4);
	ck_assert_int_eq(tree_help(tree, "x", &s, &o, &last), -1);
	out_fini(&o);
}
END_TEST

static void completes(const char *before, const char *add)
{
	struct scope s = { .env = &env, .owner = "" };
	char text[64] = "?";

	tree_complete(tree, before, &s, text, sizeof(text));
	ck_assert_msg(!strcmp(text, add), "%s: <%s>", before, text);
}

START_TEST(completion)
{
	completes("v", "ip ");
	completes("vip", " ");
	completes("vip a", "ddress ");
	completes("po", "rt ");
	completes("pro", "tocol ");
	completes("p", "");
	completes("port ", "");
	completes("protocol ", "");
	completes("nonsense ", "");
	completes("url \"/a", "");
	ck_assert_ptr_nonnull(service_add(env.conf, "web20", &last));
	completes("show service w", "eb20 ");
	ck_assert_ptr_nonnull(service_add(env.conf, "web1", &last));
	completes("show service w", "eb");
	completes("show service web1", " ");
}
END_TEST

START_TEST(a_value_may_be_anything)
{
	static const struct cmd t[] = {
		{ .syntax = "a <x:addr>", .help = "A\nX", .run = refuse },
		{ .syntax = "m <x:mask>", .help = "A\nX", .run = refuse },
		{ .syntax = "c <x:cidr>", .help = "A\nX", .run = refuse },
		{ .syntax = "h <x:hex:8>", .help = "A\nX", .run = refuse },
		{ .syntax = "n <x:name>", .help = "A\nX", .run = refuse },
		{ .syntax = "p <x:port>", .help = "A\nX", .run = refuse },
		{ .syntax = "v <x:vlan>", .help = "A\nX", .run = refuse },
		{ .syntax = "b <x:balance>", .help = "A\nX", .run = refuse },
		{ .syntax = "s <x:suite>", .help = "A\nX", .run = refuse },
		{ 0 },
	};
	static const char *const good[] = {
		"a 1.2.3.4",  "a 255.255.255.255", "m 255.255.255.0",
		"m /24",      "c 10.1.1.1/24",	   "h 0xfF",
		"h 12345678", "n a.b_c-d:e",	   "p 2/1",
		"p e12",      "p ethernet-mgmt",   "v VLAN1",
		"v vlan4094", "b roundrobin",	   "s rsa-with-rc4-128-md5",
	};
	static const char *const bad[] = {
		"a 1.2.3",     "a 1.2.3.4.5",
		"a 1.2.3.256", "m 255.0.255.0",
		"m /33",       "c 10.1.1.1",
		"c 10.1.1/24", "c 10.1.1.1/",
		"h xyz",       "h 123456789",
		"n a\"b",      "n 12345678901234567890123456789012",
		"p 2/",	       "p x1",
		"p e",	       "v VLAN0",
		"v VLAN4095",  "v VLAN",
		"b nonsense",  "s nonsense",
	};

	tree_add(tree, t);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		(void)run(good[i]);
		ck_assert_msg(last.code == ERR_REFUSED, "%s", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		fails(bad[i], ERR_SYNTAX, 2);
}
END_TEST

/* ---- mistakes in a table -------------------------------------------------- */

static const struct cmd broken[][3] = {
	{ { .syntax = "a [b", .help = "A\nB", .run = refuse }, { 0 } },
	{ { .syntax = "a b]", .help = "A\nB", .run = refuse }, { 0 } },
	{ { .syntax = "a <x:nonsense>", .help = "A\nX", .run = refuse },
	  { 0 } },
	{ { .syntax = "a <x>", .help = "A\nX", .run = refuse }, { 0 } },
	{ { .syntax = "a", .help = "A\nB", .run = refuse }, { 0 } },
	{ { .syntax = "a", .help = "A", .run = refuse },
	  { .syntax = "a [b]", .help = "B", .run = refuse },
	  { 0 } },
};

START_TEST(broken_tables_abort)
{
	if (!freopen("/dev/null", "w", stderr))
		ck_abort_msg("no /dev/null");
	tree_add(tree, broken[_i]);
}
END_TEST

/* ---- the real tables ------------------------------------------------------ */

static unsigned bare;

static void bare_word(void *arg, const char *sentence)
{
	(void)fprintf(stderr, "%s: no help for \"%s\"\n", (const char *)arg,
		      sentence);
	bare++;
}

START_TEST(every_mode_is_whole)
{
	char name[64];

	bare = 0;
	for (int m = 0; m < MODE_NUM; m++) {
		(void)snprintf(name, sizeof(name), "%s", modes[m].name);
		tree_check(mode_tree((enum mode_id)m), bare_word, name);
		ck_assert_ptr_nonnull(modes[m].prompt);
		ck_assert_int_lt(modes[m].parent, MODE_NUM);
	}
	ck_assert_uint_eq(bare, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tree");
	TCase *tc = tcase_create("tree");
	SRunner *r = NULL;
	int failed = 0;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, sentences);
	tcase_add_test(tc, own_row_wins);
	tcase_add_test(tc, quotes);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, help);
	tcase_add_test(tc, completion);
	tcase_add_test(tc, a_value_may_be_anything);
	tcase_add_loop_test_raise_signal(
		tc, broken_tables_abort, SIGABRT, 0,
		(int)(sizeof(broken) / sizeof(*broken)));
	tcase_add_test(tc, every_mode_is_whole);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

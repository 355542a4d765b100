/* Sessions without terminals: login, modes, questions, errors, scripts. */
#include "cli/session_priv.h"

#include <check.h>
#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/mask.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/access.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/logging.h"
#include "emu/conf/probe.h"
#include "emu/conf/qualifier.h"
#include "emu/conf/reporter.h"
#include "emu/conf/rmon.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "emu/io/job.h"
#include "emu/io/loop.h"
#include "tests/unit/logtap.h"

static struct env env;
static struct session *s;
static struct out out;
static unsigned applied;
static int stopped;

static void apply(void *arg, struct out *warn)
{
	(void)arg;
	if (applied++ == 1000)
		out_puts(warn, "one\ntwo\n");
}

static void stop(void *arg, bool reboot)
{
	(void)arg;
	stopped = reboot ? 2 : 1;
}

static void setup(void)
{
	env = (struct env){ .conf = conf_new(), .apply = apply, .stop = stop };
	s = session_new(&env, SESSION_VTY, "10.1.1.1");
	out = (struct out){ 0 };
	applied = 0;
	stopped = 0;
}

static void teardown(void)
{
	session_free(s);
	conf_free(env.conf);
	out_fini(&out);
}

static const char *type(const char *line)
{
	out_clear(&out);
	session_line(s, line, &out);
	return out_text(&out);
}

static void prints(const char *line, const char *text)
{
	ck_assert_str_eq(type(line), text);
}

static void prompts(const char *prompt)
{
	ck_assert_str_eq(session_prompt(s), prompt);
}

static void login(void)
{
	(void)type("admin");
	(void)type("system");
	ck_assert(session_logged_in(s));
}

static void user_add(const char *name, const char *hash, bool superuser)
{
	struct user u = { .superuser = superuser };
	struct err err;

	(void)str_copy(u.name, sizeof(u.name), name);
	(void)str_copy(u.hash, sizeof(u.hash), hash);
	ck_assert_int_eq(user_set(env.conf, &u, &err), 0);
}

/* ---- coming in ------------------------------------------------------------ */

START_TEST(login_asks_and_lets_in)
{
	prompts("User Name: ");
	ck_assert(session_echo(s));
	prints("", "");
	prompts("User Name: ");
	prints("admin", "");
	prompts("Password:");
	ck_assert(!session_echo(s));
	prints("system", "");
	ck_assert(session_echo(s) && session_logged_in(s));
	prompts("CSS11503# ");
}
END_TEST

START_TEST(three_failures_close)
{
	for (int i = 0; i < 3; i++) {
		ck_assert(!session_over(s));
		(void)type(i == 1 ? "nobody" : "admin");
		prints(i == 2 ? "systen" : "x", "%% " T_LOGIN_BAD "\n");
	}
	ck_assert(session_over(s));
	ck_assert(!session_logged_in(s));
	prints("admin", "");
}
END_TEST

START_TEST(hashes_are_checked)
{
	struct crypt_data d = { 0 };
	char salt[] = "$6$saltsalt$";

	user_add("op", crypt_r("secret", salt, &d), false);
	user_add("des", "abJnggxhB/yWI", true); /* a DES crypt of "secret" */
	(void)type("des");
	prints("secret", "%% " T_LOGIN_BAD "\n");
	(void)type("op");
	prints("secret", "");
	prompts("CSS11503> ");
}
END_TEST

START_TEST(a_configured_admin_replaces_the_default)
{
	struct crypt_data d = { 0 };
	char salt[] = "$5$saltsalt$";

	user_add("admin", crypt_r("secret", salt, &d), true);
	(void)type("admin");
	prints("system", "%% " T_LOGIN_BAD "\n");
	(void)type("admin");
	prints("secret", "");
}
END_TEST

/* A configuration of real hardware must not lock everybody out. */
START_TEST(an_admin_that_cannot_be_checked_keeps_the_boot_password)
{
	user_add("admin", "4f2bxansrcehjgka", true);
	(void)type("admin");
	prints("4f2bxansrcehjgka", "%% " T_LOGIN_BAD "\n");
	(void)type("admin");
	prints("system", "");
	prompts("CSS11503# ");
}
END_TEST

START_TEST(enable_asks_for_a_superuser)
{
	struct crypt_data d = { 0 };
	char salt[] = "$5$saltsalt$";

	user_add("op", crypt_r("secret", salt, &d), false);
	(void)type("op");
	(void)type("secret");
	prompts("CSS11503> ");
	(void)type("configure");
	prompts("CSS11503> ");
	(void)type("enable");
	prompts("User Name: ");
	(void)type("op");
	prompts("Password:");
	ck_assert(!session_echo(s));
	prints("secret", "%% " T_NOT_SUPER "\n");
	(void)type("enable");
	(void)type("admin");
	prints("wrong", "%% " T_LOGIN_BAD "\n");
	prompts("CSS11503> ");
	(void)type("enable");
	(void)type("admin");
	prints("system", "");
	prompts("CSS11503# ");
	(void)type("disable");
	prompts("CSS11503> ");
}
END_TEST

/* With jobs, the check runs elsewhere and the session waits. */
static void on_ready(void *arg)
{
	*(bool *)arg = true;
}

START_TEST(a_job_makes_the_session_wait)
{
	bool ready = false;

	env.loop = loop_new();
	env.jobs = jobs_new(env.loop);
	session_on_ready(s, on_ready, &ready);
	(void)type("admin");
	(void)type("system;show clock");
	ck_assert(session_busy(s));
	prints("ignored", "");
	for (int i = 0; i < 500 && !ready; i++)
		loop_turn(env.loop, 10);
	ck_assert(ready && !session_busy(s));
	out_clear(&out);
	session_take_output(s, &out);
	ck_assert_str_eq(out_text(&out), "%% " T_LOGIN_BAD "\n");
	(void)type("admin");
	(void)type("system");
	session_free(s); /* while the job runs */
	s = session_new(&env, SESSION_VTY, "");
	jobs_free(env.jobs);
	loop_turn(env.loop, 0);
	env.jobs = NULL;
	loop_free(env.loop);
}
END_TEST

/* ---- modes ---------------------------------------------------------------- */

static const struct {
	enum mode_id mode;
	const char *outer, *inner, *prompt;
} places[] = {
	{ MODE_DEBUG, NULL, NULL, "CSS11503(debug)# " },
	{ MODE_GLOBAL, NULL, NULL, "CSS11503(config)# " },
	{ MODE_INTERFACE_VLAN, "2/1", "VLAN3",
	  "CSS11503(config-if-vlan[2/1-VLAN3])# " },
	{ MODE_CIRCUIT, "VLAN7", NULL, "CSS11503(config-circuit[VLAN7])# " },
	{ MODE_CIRCUIT_IP, "VLAN7", "172.16.6.58",
	  "CSS11503(config-circuit-ip[VLAN7-172.16.6.58])# " },
	{ MODE_SERVICE, "server1", NULL,
	  "CSS11503(config-service[server1])# " },
	{ MODE_OWNER, "arrowpoint", NULL,
	  "CSS11503(config-owner[arrowpoint])# " },
	{ MODE_CONTENT, "arrowpoint", "rule1",
	  "CSS11503(config-owner-content[arrowpoint-rule1])# " },
	{ MODE_GROUP, "ftpgroup", NULL, "CSS11503(config-group[ftpgroup])# " },
	{ MODE_ACL, "7", NULL, "CSS11503(config-acl[7])# " },
	{ MODE_NQL, "bypass_nql", NULL, "CSS11503(config-nql[bypass_nql])# " },
	{ MODE_EQL, "graphics", NULL, "CSS11503(config-eql[graphics])# " },
	{ MODE_DQL, "pet_domains", NULL,
	  "CSS11503(config-dql[pet_domains])# " },
	{ MODE_URQL, "videos", NULL, "CSS11503(config-urql[videos])# " },
	{ MODE_HEADER_FIELD_GROUP, "palm", NULL,
	  "CSS11503(config-header-field-group[palm])# " },
	{ MODE_KEEPALIVE, "keepimages", NULL,
	  "CSS11503(config-keepalive[keepimages])# " },
	{ MODE_SSLLIST, "ssl_list1", NULL,
	  "CSS11503(config-ssl-proxy-list[ssl_list1])# " },
	{ MODE_BOOT, NULL, NULL, "CSS11503(config-boot)# " },
	{ MODE_REPORTER, "r1", NULL, "CSS11503(config-reporter[r1])# " },
	{ MODE_RMON_ALARM, "1", NULL, "CSS11503(config-rmonalarm[1])# " },
	{ MODE_RMON_EVENT, "1", NULL, "CSS11503(config-rmonevent[1])# " },
	{ MODE_RMON_HISTORY, "5", NULL, "CSS11503(config-rmonhistory[5])# " },
};

static void objects_make(void)
{
	struct conf *c = env.conf;
	struct err err;
	struct circuit *ci = circuit_add(c, 7, &err);
	struct in_addr a;
	struct iface *trunk = iface_get(c, "2/1", &err);

	ck_assert(str_to_addr("172.16.6.58", &a));
	ck_assert_ptr_nonnull(trunk);
	iface_set_trunk(c, trunk, true);
	ck_assert_ptr_nonnull(iface_vlan_add(c, trunk, 3, &err));
	ck_assert_ptr_nonnull(ci);
	ck_assert_ptr_nonnull(circuit_ip_add(c, ci, a, 24, &err));
	ck_assert_ptr_nonnull(service_add(c, "server1", &err));
	ck_assert_ptr_nonnull(owner_add(c, "arrowpoint", &err));
	ck_assert_ptr_nonnull(
		content_add(c, owner_find(c, "arrowpoint"), "rule1", &err));
	ck_assert_ptr_nonnull(group_add(c, "ftpgroup", &err));
	ck_assert_ptr_nonnull(probe_add(c, "keepimages", &err));
	ck_assert_ptr_nonnull(ssllist_add(c, "ssl_list1", &err));
}

static void lists_make(void)
{
	static const char *const names[] = {
		[QUALIFIER_NQL] = "bypass_nql",
		[QUALIFIER_EQL] = "graphics",
		[QUALIFIER_DQL] = "pet_domains",
		[QUALIFIER_URQL] = "videos",
	};
	struct conf *c = env.conf;
	struct err err;

	for (int k = 0; k < QUALIFIER_KIND_NUM; k++)
		ck_assert_ptr_nonnull(qualifier_add(
			c, (enum qualifier_kind)k, names[k], &err));
	ck_assert_ptr_nonnull(hfgroup_add(c, "palm", &err));
	ck_assert_ptr_nonnull(acl_add(c, 7, &err));
	ck_assert_ptr_nonnull(reporter_add(c, "r1", &err));
	ck_assert_ptr_nonnull(rmon_add(c, RMON_ALARM, 1, &err));
	ck_assert_ptr_nonnull(rmon_add(c, RMON_EVENT, 1, &err));
	ck_assert_ptr_nonnull(rmon_add(c, RMON_HISTORY, 5, &err));
}

START_TEST(prompts_of_all_modes)
{
	login();
	objects_make();
	lists_make();
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		cli_enter(&s->cli, places[i].mode, places[i].outer,
			  places[i].inner);
		prints("", "");
		prompts(places[i].prompt);
		(void)type("end");
		prompts("CSS11503# ");
	}
}
END_TEST

START_TEST(exit_goes_up)
{
	login();
	objects_make();
	cli_enter(&s->cli, MODE_CONTENT, "arrowpoint", "rule1");
	(void)type("exit");
	prompts("CSS11503(config-owner[arrowpoint])# ");
	(void)type("exit;exit");
	prompts("CSS11503# ");
	cli_enter(&s->cli, MODE_CIRCUIT_IP, "VLAN7", "172.16.6.58");
	(void)type("exit");
	prompts("CSS11503(config-circuit[VLAN7])# ");
}
END_TEST

START_TEST(a_deleted_object_sends_back_to_its_parent)
{
	struct err err;

	login();
	objects_make();
	cli_enter(&s->cli, MODE_CONTENT, "arrowpoint", "rule1");
	ck_assert_int_eq(owner_del(env.conf, "arrowpoint", &err), 0);
	ck_assert_str_eq(type("echo \"x\""),
			 "%% content rule1 does not exist any more\n"
			 "%% owner arrowpoint does not exist any more\nx\n");
	prompts("CSS11503(config)# ");
}
END_TEST

START_TEST(prompt_and_alias_are_the_sessions_own)
{
	login();
	(void)type("prompt \"lab-1\"");
	prompts("lab-1# ");
	(void)type("no prompt");
	prompts("CSS11503# ");
	(void)type("alias super zz \"echo a;echo b\"");
	prints("zz;echo c", "a\nb\nc\n");
	(void)type("configure");
	ck_assert_ptr_nonnull(strstr(type("zz"), T_INVALID));
	(void)type("alias all again \"again\"");
	ck_assert_ptr_nonnull(strstr(type("again"), T_INVALID));
	(void)type("no alias all again");
	(void)type("end;no alias super zz");
	ck_assert_ptr_nonnull(strstr(type("zz"), T_INVALID));
}
END_TEST

/* ---- lines ---------------------------------------------------------------- */

START_TEST(the_caret_stands_under_the_word)
{
	login();
	prints("show nonsense", "               ^\n%% " T_INVALID "\n");
	prints("  bad", "            ^\n%% " T_INVALID "\n");
	prints("echo \"a;b\"; bad ;echo \"c\"",
	       "a;b\n                      ^\n%% " T_INVALID "\n");
	prints("terminal", "%% " T_INCOMPLETE "\n");
	prints("terminal length", "%% " T_INCOMPLETE "\n");
	prints("e", "          ^\n%% " T_AMBIGUOUS "\n");
	session_free(s);
	s = session_new(&env, SESSION_PIPE, "");
	login();
	prints("show nonsense", "     ^\n%% " T_INVALID "\n");
}
END_TEST

START_TEST(comments_and_at_signs)
{
	login();
	prints("! anything; bad", "");
	prints("!****** GLOBAL ******", "");
	prints("   ! x", "");
	prints("@echo \"x\"", "x\n");
	prints(" ;; ", "");
	prints("echo \"a\" ; ! echo \"b\"", "a\n");
}
END_TEST

START_TEST(history_is_kept)
{
	login();
	(void)type("clear history");
	(void)type("echo \"a\"");
	(void)type("bad line");
	prints("show history", "echo \"a\"\nbad line\nshow history\n");
	(void)type("history length 2");
	prints("show history", "history length 2\nshow history\n");
	(void)type("history length 0");
	prints("show history", "");
	(void)type("no history length");
	ck_assert_uint_eq(s->cli.term.history, HISTORY_DFLT);
}
END_TEST

START_TEST(terminal_settings)
{
	struct session_term t;

	login();
	session_term(s, &t);
	ck_assert_uint_eq(t.length, 25);
	ck_assert_uint_eq(t.idle_min, 5);
	ck_assert(t.more);
	(void)type("term length 65535;no terminal more;terminal idle 0");
	(void)type("terminal timeout 3");
	session_term(s, &t);
	ck_assert_uint_eq(t.length, 65535);
	ck_assert_uint_eq(t.idle_min, 0);
	ck_assert_uint_eq(t.timeout_min, 3);
	ck_assert(!t.more);
	ck_assert_ptr_nonnull(strstr(type("terminal length 0"), T_INVALID));
	ck_assert_ptr_nonnull(strstr(type("terminal width 132"), T_INVALID));
	(void)type("no terminal length;no terminal idle");
	session_term(s, &t);
	ck_assert_uint_eq(t.length, 25);
	ck_assert_uint_eq(t.idle_min, 5);
}
END_TEST

START_TEST(masks_follow_the_terminal)
{
	char text[32];

	login();
	cli_out_mask(&s->cli, 20, text, sizeof(text));
	ck_assert_str_eq(text, "255.255.240.0");
	(void)type("terminal netmask-format bitcount");
	cli_out_mask(&s->cli, 20, text, sizeof(text));
	ck_assert_str_eq(text, "/20");
	(void)type("terminal netmask-format hexadecimal");
	cli_out_mask(&s->cli, 20, text, sizeof(text));
	ck_assert_str_eq(text, "0xfffff000");
}
END_TEST

START_TEST(any_line_is_survived)
{
	char *line = malloc(20001);

	login();
	memset(line, 'x', 20000);
	line[20000] = '\0';
	ck_assert_ptr_nonnull(strstr(type(line), "longer than"));
	memset(line, '"', 20000);
	ck_assert_ptr_nonnull(strstr(type(line), "%%"));
	for (int i = 0; i < 20000; i++)
		line[i] = (char)(i % 255 + 1);
	(void)type(line);
	ck_assert(session_logged_in(s));
	free(line);
}
END_TEST

START_TEST(traffic_follows_each_line)
{
	login();
	applied = 0;
	(void)type("echo \"a\"; echo \"b\"");
	ck_assert_uint_eq(applied, 1);
	applied = 1000;
	prints("echo \"a\"", "a\n%% one\n%% two\n");
}
END_TEST

/* ---- questions ------------------------------------------------------------ */

START_TEST(leaving_with_changes_asks)
{
	login();
	conf_changed(env.conf);
	(void)type("exit");
	ck_assert_ptr_nonnull(strstr(session_prompt(s),
				     "Configuration changes have occurred"));
	(void)type("perhaps");
	ck_assert_ptr_nonnull(strstr(session_prompt(s), "[y/n]"));
	session_interrupt(s, &out);
	ck_assert(!session_over(s));
	prompts("CSS11503# ");
	(void)type("exit");
	(void)type("n");
	ck_assert(session_over(s));
}
END_TEST

START_TEST(leaving_without_changes_does_not)
{
	login();
	env.conf->saved = env.conf->generation;
	(void)type("exit");
	ck_assert(session_over(s));
}
END_TEST

static char answered[64];

static int confirmed(struct cli *c, void *arg, struct err *err)
{
	(void)c;
	(void)err;
	(void)str_copy(answered, sizeof(answered), arg);
	return 0;
}

START_TEST(yes_and_no)
{
	struct cli *c = &s->cli;
	struct err err;

	login();
	answered[0] = '\0';
	c->out = &c->late;
	(void)cli_confirm(c, &err, confirmed, xstrdup("first"), T_Q_CREATE,
			  "service", "s1");
	prompts("Create service <s1>, [y/n]: ");
	(void)type("n");
	ck_assert_str_eq(answered, "");
	(void)cli_confirm(c, &err, confirmed, xstrdup("second"), "Q");
	(void)type("maybe");
	prompts("Q");
	(void)type("Y");
	ck_assert_str_eq(answered, "second");
	(void)cli_confirm(c, &err, confirmed, xstrdup("third"), "Q");
	session_interrupt(s, &out);
	ck_assert_str_eq(answered, "second");
	(void)type("expert");
	(void)cli_confirm(c, &err, confirmed, xstrdup("fourth"), "Q");
	ck_assert_str_eq(answered, "fourth");
	prompts("CSS11503# ");
	(void)type("no expert");
	(void)cli_confirm(c, &err, confirmed, xstrdup("left open"), "Q");
}
END_TEST

START_TEST(a_line_goes_on_behind_its_question)
{
	login();
	cli_enter(&s->cli, MODE_BOOT, NULL, NULL);
	prints("shutdown; echo \"behind\"", "");
	prompts(T_Q_SURE);
	prints("n", "behind\n");
	ck_assert_int_eq(stopped, 0);
	(void)type("shutdown; echo \"behind\"");
	out_clear(&out);
	session_interrupt(s, &out);
	ck_assert_str_eq(out_text(&out), "");
	(void)type("reboot");
	(void)type("y");
	ck_assert_int_eq(stopped, 2);
	ck_assert(session_over(s));
}
END_TEST

/* ---- tasks ---------------------------------------------------------------- */

static struct cli_task *task;
static struct out live;

static void task_stop(void *arg)
{
	struct err err = { .col = -1 };

	(void)err_set(&err, ERR_REFUSED, -1, "stopped %s", (const char *)arg);
	cli_task_end(task, &err);
	task = NULL;
}

static int task_start(struct cli *c, void *arg, struct err *err)
{
	static char what[] = "half way";

	(void)arg;
	task = cli_task_begin(c, task_stop, what, err);
	return task ? 0 : -1;
}

/* A session with one under way; what stands behind it on the line waits. */
static void task_run(void)
{
	struct err err;

	login();
	s->cli.out = &s->cli.late;
	(void)cli_confirm(&s->cli, &err, task_start, NULL, "Q");
	(void)type("y");
	ck_assert(session_busy(s));
	s->cli.line = xstrdup("echo \"behind\"");
	s->cli.next = 0;
}

static void on_text(void *arg, const char *text)
{
	(void)arg;
	out_puts(&live, text);
}

START_TEST(a_task_shows_how_far_it_is)
{
	bool ready = false;

	session_on_ready(s, on_ready, &ready);
	session_on_text(s, on_text, NULL);
	task_run();
	prints("ignored", "");
	cli_task_print(task, "%d%%\n", 50);
	ck_assert_str_eq(out_text(&live), "50%\n");
	ck_assert(!ready);
	cli_task_end(task, NULL);
	ck_assert(ready && !session_busy(s));
	out_clear(&out);
	session_take_output(s, &out);
	ck_assert_str_eq(out_text(&out), "behind\n");
	out_fini(&live);
}
END_TEST

START_TEST(a_task_is_interrupted)
{
	task_run();
	out_clear(&out);
	session_interrupt(s, &out);
	ck_assert_str_eq(out_text(&out), "");
	ck_assert(!task && !session_busy(s));
	session_take_output(s, &out);
	ck_assert_str_eq(out_text(&out), "%% stopped half way\n");
	prompts("CSS11503# ");
}
END_TEST

START_TEST(a_task_ends_with_its_session)
{
	task_run();
	session_free(s);
	ck_assert_ptr_null(task);
	s = session_new(&env, SESSION_SCRIPT, "");
	ck_assert_int_eq(task_start(&s->cli, NULL, &(struct err){ 0 }), -1);
}
END_TEST

/* ---- help ----------------------------------------------------------------- */

static void helps(const char *before, const char *needle)
{
	out_clear(&out);
	session_help(s, before, &out);
	ck_assert_msg(strstr(out_text(&out), needle), "%s: %s", before,
		      out_text(&out));
}

START_TEST(help_in_the_line)
{
	char add[64];

	helps("", "");
	ck_assert_str_eq(out_text(&out), ""); /* not before login */
	login();
	helps("", "terminal");
	helps("echo \"a;b\";terminal ", "length");
	helps("@terminal le", "length");
	helps("nonsense ", "          ^\n%% " T_INVALID);
	helps("show ;nonsense ", "                ^\n%% " T_INVALID);
	session_complete(s, "configure;termi", add, sizeof(add));
	ck_assert_str_eq(add, "nal ");
	session_complete(s, "echo \"termi", add, sizeof(add));
	ck_assert_str_eq(add, "");
}
END_TEST

/* ---- logging -------------------------------------------------------------- */

static void logged(const char *needle, bool there)
{
	ck_assert_msg((strstr(out_text(&logtap), needle) != NULL) == there,
		      "%s", needle);
}

START_TEST(commands_are_logged)
{
	log_level_set(LOG_NETMAN, LOG_INFO_6);
	logtap_start();
	login();
	logged("NETMAN-6: CLM: Login admin@10.1.1.1", true);
	(void)type("echo \"a\" ");
	logged("CLMcmd:", false);
	env.conf->logging->commands = true;
	(void)type("echo \"a\" ");
	logged("NETMAN-6: CLMcmd: echo \"a\" ,admin@10.1.1.1", true);
	(void)type("echo \"a\nAUG 1\"");
	logged("CLMcmd: echo \"a?AUG 1\",admin", true);
}
END_TEST

static const struct {
	const char *typed, *kept;
} secrets[] = {
	{ "show log", "show log" },
	{ "description \"ssl genrsa\"", "description \"ssl genrsa\"" },
	{ "url \"/*\"", "url \"/*\"" },
	{ "ssl genrsa k 1024 \"pw\"", "ssl genrsa k 1024 \"****\"" },
	{ "ss genr k 1024 pw", "ss genr k 1024 \"****\"" },
	{ "ssl gendh k 512 \"p w\" ", "ssl gendh k 512 \"****\" " },
	{ "ssl gencert certkey a signkey a f \"pw\"",
	  "ssl gencert certkey a signkey a f \"****\"" },
	{ "ssl genrsax k 1024 \"pw\"", "ssl genrsax k 1024 \"****\"" },
	{ "ssl genrsa k \"pw", "ssl genrsa k \"****\"" },
	{ "username u password \"pw\" superuser",
	  "username u password \"****\" superuser" },
	{ "username u password pw", "username u password \"****\"" },
	{ "username u des-password 1a2b", "username u des-password \"****\"" },
	{ "ftp-record r 10.1.1.1 u \"pw\" /dir",
	  "ftp-record r 10.1.1.1 u \"****\" \"****\"" },
	{ "ftp r 10.1.1.1 u des-password 12",
	  "ftp r 10.1.1.1 u des-password \"****\"" },
	{ "copy ssl sftp r import f PKCS12 \"pw\" \"phrase\"",
	  "copy ssl sftp r import f PKCS12 \"****\" \"****\"" },
	{ "copy ssl r export f \"pw\"", "copy ssl r export f \"****\"" },
	{ "clear ssl file f \"pw\"", "clear ssl file f \"****\"" },
	{ "echo \"a;b\";ssl genrsa k 512 \"a;b\"; show log",
	  "echo \"a;b\";ssl genrsa k 512 \"****\"; show log" },
	{ " ; ;", " ; ;" },
	{ "", "" },
};

START_TEST(passwords_are_not_kept)
{
	struct out o = { 0 };

	mask_line(secrets[_i].typed, &o);
	ck_assert_str_eq(out_text(&o), secrets[_i].kept);
	out_fini(&o);
}
END_TEST

START_TEST(the_log_leaves_a_line_with_its_user)
{
	struct err err;

	(void)str_copy(s->cli.line_name, sizeof(s->cli.line_name), "vty2");
	login();
	ck_assert_int_eq(logging_line_add(env.conf, "vty2", &err), 0);
	ck_assert_int_eq(logging_line_add(env.conf, "console", &err), 0);
	(void)type("exit");
	ck_assert(!logging_has_line(env.conf->logging, "vty2"));
	ck_assert(logging_has_line(env.conf->logging, "console"));
}
END_TEST

START_TEST(passwords_are_in_no_log_and_no_history)
{
	log_level_set(LOG_NETMAN, LOG_INFO_6);
	logtap_start();
	login();
	env.conf->logging->commands = true;
	(void)type("clear history");
	(void)type("ssl genrsa k \"pw34\"");
	logged("CLMcmd: ssl genrsa k \"****\",admin", true);
	logged("pw34", false);
	prints("show history", "ssl genrsa k \"****\"\nshow history\n");
}
END_TEST

/* ---- scripts -------------------------------------------------------------- */

static struct out rejected, warned;

static void on_rejected(void *arg, unsigned line, unsigned column,
			const char *text, const char *message)
{
	(void)arg;
	out_printf(&rejected, "%u:%u:%s:%s\n", line, column, text, message);
}

static void on_warned(void *arg, unsigned line, const char *text,
		      const char *message)
{
	(void)arg;
	(void)text;
	out_printf(&warned, "%u:%s\n", line, message);
}

static int script(const char *text, size_t len)
{
	struct script_result r = { .rejected = on_rejected,
				   .warned = on_warned };

	out_clear(&rejected);
	out_clear(&warned);
	return script_run(&env, text, len, &r);
}

START_TEST(a_script_tells_line_and_column)
{
	static const char text[] =
		"!Generated on 08/19/2006 14:22:10\r\n"
		"\r\n"
		"configure\r\n"
		"!*************************** GLOBAL ************\r\n"
		"  nonsense here\r\n"
		"echo \"a\";  wrong\n"
		"terminal length\n"
		"exit\nexit\nend\n"
		"  last";

	ck_assert_int_eq(script(text, sizeof(text) - 1), 4);
	ck_assert_str_eq(out_text(&rejected),
			 "5:3:  nonsense here:" T_INVALID "\n"
			 "6:12:echo \"a\";  wrong:" T_INVALID "\n"
			 "7:16:terminal length:" T_INCOMPLETE "\n"
			 "11:3:  last:" T_INVALID "\n");
	ck_assert_int_eq(script("a\0b\n", 4), 1);
	ck_assert_int_eq(script("", 0), 0);
	ck_assert_uint_eq(applied, 3);
	applied = 1000;
	ck_assert_int_eq(script("echo \"x\"\n", 9), 0);
	ck_assert_str_eq(out_text(&warned), "1:one\n1:two\n");
}
END_TEST

START_TEST(lines_of_a_refused_object_are_not_run)
{
	static const char text[] = "service ok\n"
				   "  ip address 10.1.1.1\n"
				   "service bad\"name\n"
				   "  ip address 10.1.1.2\n"
				   "  port 81\n"
				   "service ok2\n"
				   "  ip address 10.1.1.3\n";
	const struct service *v = NULL;

	ck_assert_int_eq(script(text, sizeof(text) - 1), 3);
	v = service_find(env.conf, "ok");
	ck_assert_ptr_nonnull(v);
	ck_assert_str_eq(str_addr(v->addr), "10.1.1.1");
	ck_assert_uint_eq(v->port, 0);
	v = service_find(env.conf, "ok2");
	ck_assert_ptr_nonnull(v);
	ck_assert_str_eq(str_addr(v->addr), "10.1.1.3");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *tc = tcase_create("session");
	SRunner *r = NULL;
	int failed = 0;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, login_asks_and_lets_in);
	tcase_add_test(tc, three_failures_close);
	tcase_add_test(tc, hashes_are_checked);
	tcase_add_test(tc, a_configured_admin_replaces_the_default);
	tcase_add_test(tc,
		       an_admin_that_cannot_be_checked_keeps_the_boot_password);
	tcase_add_test(tc, enable_asks_for_a_superuser);
	tcase_add_test(tc, a_job_makes_the_session_wait);
	tcase_add_test(tc, prompts_of_all_modes);
	tcase_add_test(tc, exit_goes_up);
	tcase_add_test(tc, a_deleted_object_sends_back_to_its_parent);
	tcase_add_test(tc, prompt_and_alias_are_the_sessions_own);
	tcase_add_test(tc, the_caret_stands_under_the_word);
	tcase_add_test(tc, comments_and_at_signs);
	tcase_add_test(tc, history_is_kept);
	tcase_add_test(tc, terminal_settings);
	tcase_add_test(tc, masks_follow_the_terminal);
	tcase_add_test(tc, any_line_is_survived);
	tcase_add_test(tc, traffic_follows_each_line);
	tcase_add_test(tc, leaving_with_changes_asks);
	tcase_add_test(tc, leaving_without_changes_does_not);
	tcase_add_test(tc, yes_and_no);
	tcase_add_test(tc, a_line_goes_on_behind_its_question);
	tcase_add_test(tc, a_task_shows_how_far_it_is);
	tcase_add_test(tc, a_task_is_interrupted);
	tcase_add_test(tc, a_task_ends_with_its_session);
	tcase_add_test(tc, help_in_the_line);
	tcase_add_test(tc, commands_are_logged);
	tcase_add_test(tc, the_log_leaves_a_line_with_its_user);
	tcase_add_loop_test(tc, passwords_are_not_kept, 0,
			    sizeof(secrets) / sizeof(*secrets));
	tcase_add_test(tc, passwords_are_in_no_log_and_no_history);
	tcase_add_test(tc, a_script_tells_line_and_column);
	tcase_add_test(tc, lines_of_a_refused_object_are_not_run);
	suite_add_tcase(suite, tc);
	r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

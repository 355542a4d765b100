/* Scripts that are played: blocks, jumps, functions, errors, slices, Ctrl-C. */
#include "cli/session_priv.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/script_sock.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

static struct env env;
static struct session *s;
static struct out out;
static char folder[32];

static void setup(void)
{
	struct err err = { 0 };

	(void)str_copy(folder, sizeof(folder), "/tmp/play-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	env = (struct env){ .conf = conf_new(), .loop = loop_new() };
	env.map = hostmap_new();
	env.sockets = sockets_new(env.loop, env.map);
	env.disk = disk_open(folder, &err);
	ck_assert_msg(env.disk != NULL, "%s", err.msg);
	s = session_new(&env, SESSION_BATCH, "test");
	out = (struct out){ 0 };
}

static void teardown(void)
{
	char line[64];

	session_free(s);
	sockets_free(env.sockets);
	hostmap_free(env.map);
	disk_close(env.disk);
	loop_free(env.loop);
	conf_free(env.conf);
	out_fini(&out);
	(void)snprintf(line, sizeof(line), "rm -r %s", folder);
	ck_assert_int_eq(system(line), 0);
}

static void script(const char *name, const char *text)
{
	char path[64];
	struct err err = { 0 };

	(void)snprintf(path, sizeof(path), "script/%s", name);
	ck_assert_msg(
		!disk_write(env.disk, path, text, strlen(text), 0600, &err),
		"%s", err.msg);
}

static void turn(void)
{
	loop_turn(env.loop, 10);
	session_take_output(s, &out);
	if (session_held(s))
		session_go_on(s, &out);
}

static const char *type(const char *line)
{
	out_clear(&out);
	session_line(s, line, &out);
	for (int i = 0; i < 1000 && session_busy(s); i++)
		turn();
	ck_assert(!session_busy(s));
	return out_text(&out);
}

/* ---- what scripts print --------------------------------------------------------- */

static const struct {
	const char *text, *output;
	int status;
} scripts[] = {
	/* blocks */
	{ "set A \"1\"\nif A \"==\" \"1\"\necho yes\nendbranch\necho end\n",
	  "yes\nend\n", 0 },
	{ "if A\nnonsense here\nif B\nendbranch\nendbranch\necho end\n",
	  "end\n", 0 },
	{ "loop 3\necho a\nendbranch\necho b\n", "a\na\na\nb\n", 0 },
	{ "set N \"3\"\nwhile N \"GT\" \"0\"\nloop 2\necho ${N}\nendbranch\n"
	  "modify N --\nendbranch\n",
	  "3\n3\n2\n2\n1\n1\n", 0 },
	{ "if ${ARGS}[#] \"==\" \"2\"\necho ${ARGS}[2]\nendbranch\n", "b\n",
	  0 },
	{ "while ${ARGS}[#] \"GT\" \"0\"\necho ${ARGS}[1]\nvar-shift ARGS\n"
	  "endbranch\n",
	  "a\nb\n", 0 },
	/* jumps: out of blocks and back, not into one */
	{ "set N \"0\"\nlabel top\nmodify N ++\nloop\nif N \"LT\" \"3\"\n"
	  "goto top\nendbranch\ngoto out\nendbranch\nlabel out\necho ${N}\n",
	  "3\n", 0 },
	{ "goto in\nif A\nlabel in\nendbranch\n",
	  "%% Label in is in a block that is not entered\n"
	  "Error in script playback "
	  "line:1\n>>>goto in\nCSS11503#\nScript Playback cancelled.\n",
	  1 },
	{ "goto away\n",
	  "%% Label not found: away\nError in script playback line:1\n"
	  ">>>goto away\nCSS11503#\nScript Playback cancelled.\n",
	  1 },
	/* functions: before they are defined, in each other, ARGS of their own */
	{ "function f call \"x y\"\necho ${ARGS}[1]\nfunction f begin\n"
	  "function g call ${ARGS}[2]\necho ${ARGS}[1]\nfunction f end\n"
	  "function g begin\necho g${ARGS}\nfunction g end\n",
	  "gy\nx\na\n", 0 },
	{ "function f call\nfunction f begin\nlabel x\nset V \"1\"\n"
	  "function f end\necho ${V}\n",
	  "1\n", 0 },
	{ "function f call\nfunction f begin\ngoto x\nfunction f end\n"
	  "label x\n",
	  "%% Label not found: x\nError in script playback line:3\n"
	  ">>>goto x\nCSS11503#\nScript Playback cancelled.\n",
	  1 },
	{ "function f call\nfunction f begin\nfunction f call\n"
	  "function f end\n",
	  "%% Scripts and functions in each other: 32 at most\n"
	  "Error in script playback line:3\n>>>function f call\nCSS11503#\n"
	  "Script Playback cancelled.\n",
	  1 },
	/* ends */
	{ "exit script 4\necho never\n", "", 4 },
	{ "set EXIT_MSG \"so it is\"\nexit script 4\n", "so it is\n", 4 },
	{ "set EXIT_MSG \"so it is\"\nexit script\n", "", 0 },
	{ "function f call\necho never\nfunction f begin\nloop\nexit script 2\n"
	  "endbranch\nfunction f end\n",
	  "", 2 },
	{ "script play other \"0\"\necho ${STATUS}${V}\n", "in 0\n0v\n", 0 },
	{ "script play other \"5\"\necho never\n",
	  "in 5\n%% The script ended with status 5\n"
	  "Error in script playback line:1\n>>>script play other \"5\"\n"
	  "CSS11503#\nScript Playback cancelled.\n",
	  1 },
	{ "set CONTINUE_ON_ERROR \"1\"\nscript play other \"5\"\n"
	  "echo ${STATUS}\n",
	  "in 5\n5\n", 0 },
	{ "function SCRIPT_PLAY call \"other 0\"\necho never\n", "in 0\n", 0 },
	/* errors */
	{ "set CONTINUE_ON_ERROR \"1\"\nif A \"GT\" \"x\"\necho inside\n"
	  "endbranch\necho ${STATUS}\n",
	  "%% \"\" is no integer\n1\n", 0 },
	{ "set CONTINUE_ON_ERROR \"1\"\nwhile A \"GT\" \"x\"\necho inside\n"
	  "endbranch\nnonsense\necho end\n",
	  "%% \"\" is no integer\nnonsense\n^\n%% " T_INVALID "\nend\n", 0 },
	{ "echo ok;  echo \"${ARGS}\" too\n",
	  "ok\nError in script playback in line: 1\n>>>echo \"a b\" too\n"
	  "              ^\n%% " T_INVALID "\nScript Playback cancelled.\n",
	  1 },
	{ "echo ok;  eco\n",
	  "ok\nError in script playback in line: 1\n>>>echo ok;  eco\n"
	  "             ^\n%% " T_INVALID "\nScript Playback cancelled.\n",
	  1 },
	{ "set A\n",
	  "Error in script playback in line: 1\n>>>set A\n"
	  "%% Incomplete command.\nScript Playback cancelled.\n",
	  1 },
	{ "alias super bad \"if A\"\nbad\n",
	  "%% A block cannot begin in an alias\n"
	  "Error in script playback line:2\n>>>bad\nCSS11503#\n"
	  "Script Playback cancelled.\n",
	  1 },
	{ "read A \"Name?\"\n",
	  "%% There is nobody to ask\nError in script playback line:1\n"
	  ">>>read A \"Name?\"\nCSS11503#\nScript Playback cancelled.\n",
	  1 },
	/* pipes and STATUS */
	{ "show aliases | grep -u \"play s\"\necho ${STATUS}\n"
	  "if STATUS \"==\" \"0\"\necho reset\nendbranch\n",
	  "4\nreset\n", 0 },
};

START_TEST(a_script_prints)
{
	script("other", "!no echo\necho \"in ${ARGS}\"\nset V \"v\"\n"
			"exit script ${ARGS}\n");
	script("mine", scripts[_i].text);
	(void)type("no echo");
	ck_assert_str_eq(type("script play mine \"a b\""), scripts[_i].output);
	ck_assert_int_eq(session_status(s), scripts[_i].status);
	ck_assert_str_eq(type("echo ${V}${N}${ARGS}."), ".\n");
}
END_TEST

START_TEST(commands_are_shown)
{
	script("mine", "echo a; echo b\n@echo c\n!no echo\necho d\n!echo\n"
		       "  configure\nend\n");
	ck_assert_str_eq(type("script play mine"),
			 "CSS11503# echo a; echo b\na\nb\nc\nd\n"
			 "CSS11503# configure\nCSS11503(config)# end\n");
}
END_TEST

/* ---- slices ---------------------------------------------------------------------- */

START_TEST(a_long_script_lets_others_run)
{
	unsigned turns = 0;

	script("mine", "!no echo\nset N \"0\"\nwhile N \"LT\" \"1000\"\n"
		       "modify N ++\nendbranch\necho ${N}\n");
	session_line(s, "script play mine; echo behind", &out);
	while (session_busy(s)) {
		turn();
		turns++;
	}
	ck_assert_str_eq(out_text(&out), "1000\nbehind\n");
	ck_assert_uint_ge(turns, 2000 / 64);
}
END_TEST

static void count(void *arg)
{
	++*(int *)arg;
}

START_TEST(nothing_is_printed_before_it_was_taken)
{
	int told = 0, before = 0;

	session_on_ready(s, count, &told);
	script("mine", "!no echo\nloop\necho 0123456789012345678901234567890\n"
		       "endbranch\n");
	session_line(s, "script play mine", &out);
	/* a slow machine's first slice may be over before it prints */
	for (int i = 0; i < 1000 && !session_held(s); i++)
		loop_turn(env.loop, 1);
	ck_assert(session_busy(s) && session_held(s));
	ck_assert_uint_le(out.len, 16384);
	before = told;
	for (int i = 0; i < 20; i++)
		loop_turn(env.loop, 1);
	ck_assert_int_eq(told, before);
	out_clear(&out);
	session_go_on(s, &out);
	for (int i = 0; i < 20; i++)
		loop_turn(env.loop, 1);
	ck_assert_int_le(told, before + 1);
	session_interrupt(s, &out);
	session_go_on(s, &out);
	for (int i = 0; i < 20 && session_busy(s); i++)
		turn();
	ck_assert(!session_busy(s));
	ck_assert_ptr_nonnull(strstr(out_text(&out), T_SCRIPT_CANCELLED "\n"));
	ck_assert_int_eq(session_status(s), 1);
}
END_TEST

START_TEST(output_that_nobody_takes_is_bounded)
{
	script("mine", "!no echo\nloop\nshow aliases\nendbranch\n");
	session_line(s, "script play mine", &out);
	for (int i = 0; i < 10000 && session_busy(s); i++)
		loop_turn(env.loop, 1);
	ck_assert(!session_busy(s));
	session_take_output(s, &out);
	ck_assert_ptr_nonnull(strstr(
		out_text(&out),
		"%% More than 1048576 bytes of output\n" T_SCRIPT_CANCELLED
		"\n"));
}
END_TEST

static void run_until_busy(const char *line)
{
	out_clear(&out);
	session_line(s, line, &out);
	ck_assert(session_busy(s));
}

START_TEST(what_waits_is_interrupted)
{
	script("mine", "!no echo\necho a\npause 60\necho never\n");
	run_until_busy("script play mine; echo never");
	for (int i = 0; i < 1000 && !strstr(out_text(&out), "a\n"); i++)
		turn();
	turn(); /* and on to the pause, however slow the machine is */
	turn();
	session_interrupt(s, &out);
	ck_assert(!session_busy(s));
	session_take_output(s, &out);
	ck_assert_str_eq(out_text(&out), "a\n" T_SCRIPT_CANCELLED "\n");
	run_until_busy("pause 60");
	session_interrupt(s, &out);
	ck_assert(!session_busy(s));
	run_until_busy("script play mine"); /* and ends with its session */
}
END_TEST

START_TEST(a_file_of_configuration_cannot_hang)
{
	static const char endless[] = "loop\nset A \"1\"\nendbranch\n"
				      "set B \"2\"\nif A\nset C \"3\"\n";
	struct script_result r = { .arg = NULL };

	ck_assert_int_eq(script_run(&env, endless, strlen(endless), &r), 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("play");
	TCase *t = tcase_create("play");
	SRunner *r = srunner_create(suite);
	int failed = 0;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, a_script_prints, 0, LEN(scripts));
	tcase_add_test(t, commands_are_shown);
	tcase_add_test(t, a_long_script_lets_others_run);
	tcase_add_test(t, nothing_is_printed_before_it_was_taken);
	tcase_add_test(t, output_that_nobody_takes_is_bounded);
	tcase_add_test(t, what_waits_is_interrupted);
	tcase_add_test(t, a_file_of_configuration_cannot_hang);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

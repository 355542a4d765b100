/* The scripting language without a session: variables, operators, blocks,
 * pipes, forms of text. */
#include "cli/script_code.h"
#include "cli/script_expr.h"
#include "cli/script_pipe.h"
#include "cli/script_text.h"
#include "cli/script_var.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"

/* ---- variables -------------------------------------------------------------- */

START_TEST(variables_are_kept_in_order)
{
	struct vars *v = vars_new();
	const char *name = NULL, *value = NULL;
	struct err err;

	ck_assert_ptr_null(vars_get(v, "A"));
	ck_assert_int_eq(vars_set(v, "b", "2", &err), 0);
	ck_assert_int_eq(vars_set(v, "A", "1", &err), 0);
	ck_assert_int_eq(vars_set(v, "a", "3", &err), 0);
	ck_assert_int_eq(vars_set(v, "b", vars_get(v, "b"), &err), 0);
	ck_assert_str_eq(vars_get(v, "b"), "2");
	ck_assert(vars_at(v, 1, &name, &value));
	ck_assert_str_eq(name, "a");
	ck_assert(vars_unset(v, "A") && !vars_unset(v, "A"));
	ck_assert(!vars_at(v, 2, &name, &value));
	vars_free(v);
}
END_TEST

START_TEST(variables_have_bounds)
{
	struct vars *v = vars_new();
	char name[16], value[VAR_VALUE_LEN + 2];
	struct err err;

	memset(value, 'x', sizeof(value));
	value[VAR_VALUE_LEN + 1] = '\0';
	ck_assert_int_eq(vars_set(v, "long", value, &err), -1);
	ck_assert_int_eq(err.code, ERR_RANGE);
	ck_assert_int_eq(vars_set(v, "two words", "", &err), -1);
	ck_assert_int_eq(vars_set(v, "", "", &err), -1);
	for (int i = 0; i < VARS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "v%d", i);
		ck_assert_int_eq(vars_set(v, name, "", &err), 0);
	}
	ck_assert_int_eq(vars_set(v, "more", "", &err), -1);
	ck_assert_int_eq(vars_set(v, "v7", "again", &err), 0);
	vars_free(v);
}
END_TEST

static const char *lookup(void *arg, const char *name)
{
	static const char *const values[][2] = {
		{ "A", "one two three" },  { "N", "42" },    { "I", "2" },
		{ "Q", "a\"b" },	   { "E", "" },	     { "NEG", "-7" },
		{ "ARGS", "10.1.1.1 80" }, { "PI", "3.14" },
	};

	(void)arg;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(values[i][0], name))
			return values[i][1];
	return NULL;
}

static const struct {
	const char *text, *plain, *quoted;
} expansions[] = {
	{ "echo \"${N}\"", "echo \"42\"", "echo \"42\"" },
	{ "if ${A}[#] \"GT\" \"1\"", "if 3 \"GT\" \"1\"",
	  "if \"3\" \"GT\" \"1\"" },
	{ "if N \"GT\" \"1\"", "if N \"GT\" \"1\"", "if N \"GT\" \"1\"" },
	{ "x ${A}[1]-${A}[3]", "x one-three", "x \"one-three\"" },
	{ "x ${A}[${I}]y", "x twoy", "x \"twoy\"" },
	{ "x ${A}[4]|${A}[0]|", "x ||", "x \"||\"" },
	{ "x ${N}[*] ${A}[*] ${PI}[*] ${NEG}[*]", "x int char char int",
	  "x \"int\" \"char\" \"char\" \"int\"" },
	{ "x ${A}[b] ${A}[", "x one two three[b] one two three[",
	  "x \"one two three[b]\" \"one two three[\"" },
	{ "x ${none} ${E} y", "x   y", "x \"\" \"\" y" },
	{ "x \"${Q}\" ${Q}", "x \"a\001b\" a\"b", "x \"a\001b\" \"a\001b\"" },
	{ "x $A ${A ${} $ ${A b}", "x $A ${A ${} $ ${A b}",
	  "x $A ${A ${} $ ${A b}" },
	{ "x \"open ${N}", "x \"open 42", "x \"open 42" },
	{ "${ARGS}[1]:${ARGS}[2]", "10.1.1.1:80", "\"10.1.1.1:80\"" },
	{ "", "", "" },
};

START_TEST(values_are_put_in)
{
	struct out o = { 0 };
	struct err err;

	ck_assert_int_eq(
		vars_expand(expansions[_i].text, false, lookup, NULL, &o, &err),
		0);
	ck_assert_str_eq(out_text(&o), expansions[_i].plain);
	out_clear(&o);
	ck_assert_int_eq(
		vars_expand(expansions[_i].text, true, lookup, NULL, &o, &err),
		0);
	ck_assert_str_eq(out_text(&o), expansions[_i].quoted);
	out_fini(&o);
}
END_TEST

START_TEST(a_line_may_not_grow_for_ever)
{
	char text[LINE_LEN + 1] = "";
	struct out o = { 0 };
	struct err err;

	while (strlen(text) + 5 < sizeof(text))
		strncat(text, "${A}", sizeof(text) - strlen(text) - 1);
	ck_assert_int_eq(vars_expand(text, false, lookup, NULL, &o, &err), -1);
	ck_assert_int_eq(err.code, ERR_SYNTAX);
	out_fini(&o);
}
END_TEST

START_TEST(quotes_of_values_come_back)
{
	struct words w;
	struct err err;

	ck_assert(words_split_values(&w, "x \"a\001b\" c", &err));
	ck_assert_int_eq(w.n, 3);
	ck_assert_str_eq(w.w[1].text, "a\"b");
	ck_assert_str_eq(w.line, "x \"a\"b\" c");
}
END_TEST

/* ---- operators -------------------------------------------------------------- */

static const struct {
	const char *left, *op, *right, *result; /* NULL: refused */
} sums[] = {
	{ "3", "+", "4", "7" },
	{ "3", "-", "4", "-1" },
	{ "-3", "*", "4", "-12" },
	{ "7", "/", "2", "3" },
	{ "7", "MOD", "4", "3" },
	{ "13", "BAND", "10", "8" },
	{ "12", "BOR", "3", "15" },
	{ "7", "++", "", "8" },
	{ "7", "--", "", "6" },
	{ "0", "AND", "1", "0" },
	{ "x", "AND", "1", "1" },
	{ "0", "OR", "00", "0" },
	{ "2", "GT", "10", "0" },
	{ "2", "LT", "10", "1" },
	{ "2", "LTEQ", "2", "1" },
	{ "3", "GTEQ", "4", "0" },
	{ "07", "==", "7", "1" },
	{ "a", "==", "a", "1" },
	{ "a", "==", "A", "0" },
	{ "a", "neq", "b", "1" },
	{ "", "==", "", "1" },
	{ "1", "==", "one", "0" },
	{ "a", "GT", "b", NULL },
	{ "", "+", "1", NULL },
	{ "7", "/", "0", NULL },
	{ "7", "MOD", "0", NULL },
	{ "2147483647", "++", "", NULL },
	{ "-2147483648", "--", "", NULL },
	{ "99999", "*", "99999", NULL },
	{ "99999999999", "+", "1", NULL },
	{ "1", "**", "1", NULL },
	{ "3.5", "+", "1", NULL },
	{ "-2147483648", "MOD", "-1", "0" },
	{ "-2147483648", "/", "-1", NULL },
};

START_TEST(operators_calculate)
{
	char result[EXPR_LEN] = "";
	struct err err;
	int rc = expr_eval(sums[_i].left, sums[_i].op, sums[_i].right, result,
			   &err);

	ck_assert_int_eq(rc, sums[_i].result ? 0 : -1);
	if (!rc)
		ck_assert_str_eq(result, sums[_i].result);
}
END_TEST

START_TEST(only_comparisons_compare)
{
	ck_assert(expr_is_comparison("and") && expr_is_comparison("=="));
	ck_assert(!expr_is_comparison("+") && !expr_is_comparison("BAND"));
	ck_assert(expr_is_operator("mod") && !expr_is_operator("mode"));
	ck_assert(expr_truth("x") && expr_truth("-1") && expr_truth("10"));
	ck_assert(!expr_truth("") && !expr_truth("0") && !expr_truth("-00"));
}
END_TEST

/* ---- blocks ----------------------------------------------------------------- */

static const struct {
	const char *text, *why; /* NULL: can be played */
	unsigned line;
	int col;
} scripts[] = {
	{ "if A\n  wh A \"==\" \"1\"\nendb\nendbranch\n", NULL, 0, 0 },
	{ "if A;echo \"a;b\";endbranch", NULL, 0, 0 },
	{ "function f begin\r\necho\r\nfunction f end\r\n", NULL, 0, 0 },
	{ "! if A\n!no echo\n; ;\n", NULL, 0, 0 },
	{ "interface e1\nifconfig\nloopback\n", NULL, 0, 0 },
	{ "", NULL, 0, 0 },
	{ "echo \"x\"\n  if A\necho\n", T_NO_ENDBRANCH, 2, 2 },
	{ "echo; endbranch\n", T_NO_BRANCH, 1, 6 },
	{ "function f begin\nif A\nfunction f end\n", T_NO_BEGIN, 3, 0 },
	{ "function f begin\nendbranch\n", T_NO_BRANCH, 2, 0 },
	{ "function f begin\nfunction g end\n", T_NO_BEGIN, 2, 0 },
	{ "function f begin\necho\n", T_NO_FUNCTION_END, 1, 0 },
	{ "if A\nfunction f begin\n", T_FUNCTION_INSIDE, 2, 0 },
	{ "label a\nlabel a\n", T_TWICE, 2, 0 },
	{ "label\n", T_INCOMPLETE, 1, 0 },
	{ "echo\nec\002ho\n", T_NOT_TEXT, 2, 2 },
};

START_TEST(mistakes_are_found_before)
{
	struct err err = { 0 };
	const char *text = scripts[_i].text;
	int rc = 0;
	struct code *c = code_new("x", text, strlen(text), &rc, &err);

	ck_assert_int_eq(rc, scripts[_i].why ? -1 : 0);
	if (rc) {
		ck_assert_str_eq(err.msg, scripts[_i].why);
		ck_assert_uint_eq(c->line, scripts[_i].line);
		ck_assert_int_eq(c->col, scripts[_i].col);
	}
	code_unref(c);
}
END_TEST

static int blocks(int depth)
{
	struct out o = { 0 };
	struct err err;
	int rc = 0;

	for (int i = 0; i < depth; i++)
		out_puts(&o, "if A\n");
	for (int i = 0; i < depth; i++)
		out_puts(&o, "endbranch\n");
	code_unref(code_new("x", out_text(&o), o.len, &rc, &err));
	out_fini(&o);
	return rc;
}

START_TEST(blocks_nest_so_deep)
{
	ck_assert_int_eq(blocks(CODE_DEPTH_MAX), 0);
	ck_assert_int_eq(blocks(CODE_DEPTH_MAX + 1), -1);
}
END_TEST

START_TEST(a_script_is_bounded)
{
	char *text = calloc(1, CODE_LEN_MAX + 1);
	struct err err;
	int rc = 0;

	memset(text, '\n', CODE_LEN_MAX + 1);
	code_unref(code_new("x", text, CODE_LEN_MAX, &rc, &err));
	ck_assert_int_eq(rc, 0);
	code_unref(code_new("x", text, CODE_LEN_MAX + 1, &rc, &err));
	ck_assert_int_eq(rc, -1);
	code_unref(code_new("x", "echo\0x", 6, &rc, &err));
	ck_assert_int_eq(rc, -1);
	free(text);
}
END_TEST

START_TEST(commands_are_cut)
{
	static const char text[] = "echo \"a;b\" ; if A\n\n endbranch";
	struct err err;
	int rc = 0;
	struct code *c = code_new("x", text, strlen(text), &rc, &err);

	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(c->n, 3);
	ck_assert_str_eq(c->item[0].text, "echo \"a;b\" ");
	ck_assert_str_eq(c->item[1].text, "if A");
	ck_assert_int_eq(c->item[1].col, 13);
	ck_assert_int_eq(c->item[1].partner, 2);
	ck_assert_uint_eq(c->item[2].line, 3);
	ck_assert_str_eq(c->item[2].whole, " endbranch");
	code_unref(c);
}
END_TEST

/* ---- pipes ------------------------------------------------------------------- */

static const struct {
	const char *pipe, *out, *ugrep;
	int lines; /* -1: no grep; -2: refused */
} pipes[] = {
	{ "| grep two", "Two\n", NULL, 1 },
	{ "| grep -v two", "one\nthree \"3\"\n", NULL, 2 },
	{ "| grep -u \"e\"", "", "three \"3\"", 2 },
	{ "| grep -u -v \"e\"", "", "Two", 1 },
	{ "| gr nothing", "", NULL, 0 },
	{ "| more", "one\nTwo\nthree \"3\"\n", NULL, -1 },
	{ "| grep e | grep -i ONE|more", "one\n", NULL, 1 },
	{ "| grep \"|\"", "", NULL, 0 },
	{ "| grep", NULL, NULL, -2 },
	{ "| grep -u", NULL, NULL, -2 },
	{ "| grep a b", NULL, NULL, -2 },
	{ "| more x", NULL, NULL, -2 },
	{ "| sort", NULL, NULL, -2 },
	{ "|", NULL, NULL, -2 },
	{ "|m|m|m|m|m|m|m|m|m", NULL, NULL, -2 },
};

START_TEST(pipes_filter)
{
	struct err err;
	struct pipe *p = pipe_new(pipes[_i].pipe, &err);
	struct pipe_result r;

	ck_assert_int_eq(!p, pipes[_i].lines == -2);
	if (!p)
		return;
	out_puts(&p->buf, "one\nTwo\nthree \"3\"\n");
	pipe_run(p, &r);
	ck_assert_str_eq(out_text(&r.out), pipes[_i].out);
	ck_assert_int_eq(r.counted, pipes[_i].lines >= 0);
	ck_assert_int_eq(r.captured, pipes[_i].ugrep != NULL);
	if (r.counted)
		ck_assert_int_eq((int)r.lines, pipes[_i].lines);
	if (r.captured)
		ck_assert_str_eq(out_text(&r.ugrep), pipes[_i].ugrep);
	pipe_result_fini(&r);
	pipe_free(p);
}
END_TEST

START_TEST(a_bar_may_belong_to_the_command)
{
	ck_assert_uint_eq(pipe_find("show x | grep y"), 7);
	ck_assert_uint_eq(pipe_find("string a|grep"), 13);
	ck_assert_uint_eq(pipe_find("string a | b"), 12);
	ck_assert_uint_eq(pipe_find("echo \"a | grep\""), 15);
	ck_assert_uint_eq(pipe_find("| grep"), 6);
}
END_TEST

/* ---- forms of text ------------------------------------------------------------ */

static void text_is(struct out *o, const char *want, size_t len)
{
	ck_assert_uint_eq(o->len, len);
	ck_assert_mem_eq(out_text(o), want, len);
	out_clear(o);
}

START_TEST(texts_change_their_form)
{
	struct out o = { 0 };

	text_unescape("a\\r\\nb\\t\\\\n\\x00\\x4g\\q\\'\\", &o);
	text_is(&o, "a\r\nb\t\\n\0\\x4g\\q'\\", 16);
	ck_assert(text_from_hex("00 0x41fF  0d", &o));
	text_is(&o, "\0A\377\r", 4);
	ck_assert(!text_from_hex("0", &o) && !text_from_hex("0g", &o));
	out_clear(&o);
	text_to_base64("user:pass", 9, &o);
	text_is(&o, "dXNlcjpwYXNz", 12);
	text_to_base64("a", 1, &o);
	text_is(&o, "YQ==", 4);
	text_to_base64("", 0, &o);
	text_is(&o, "", 0);
	out_fini(&o);
}
END_TEST

START_TEST(names_become_queries)
{
	char label[70] = "";
	struct out o = { 0 };

	ck_assert(text_to_qname("a.bc", &o));
	ck_assert_str_eq(out_text(&o), "016102626300");
	out_clear(&o);
	ck_assert(text_to_qname("a.", &o));
	ck_assert_str_eq(out_text(&o), "016100");
	memset(label, 'x', 64);
	ck_assert(!text_to_qname("", &o) && !text_to_qname("a..b", &o));
	ck_assert(!text_to_qname(".", &o) && !text_to_qname(label, &o));
	out_fini(&o);
}
END_TEST

START_TEST(dumps_have_three_forms)
{
	struct out o = { 0 };

	text_dump("ABCD\020\005", 6, TEXT_PLAIN, &o);
	text_is(&o, "ABCD..\n", 7);
	text_dump("AB\020", 3, TEXT_HEX, &o);
	text_is(&o, "414210\n", 7);
	text_dump("AB\020", 3, TEXT_PRETTY_HEX, &o);
	text_is(&o, "0x41 0x42 0x10\n", 15);
	text_dump("0123456789abcdefX", 17, TEXT_PRETTY, &o);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "0x66 0123456789abcdef\n"));
	ck_assert_ptr_nonnull(strstr(out_text(&o), "0x58 "));
	out_clear(&o);
	text_dump("", 0, TEXT_PLAIN, &o);
	text_is(&o, "", 0);
	out_fini(&o);
}
END_TEST

START_TEST(texts_are_found)
{
	ck_assert_uint_eq(text_find("200 OK", 6, 0, "ok", 2, true), 4);
	ck_assert_uint_eq(text_find("200 OK", 6, 0, "ok", 2, false), 6);
	ck_assert_uint_eq(text_find("aXaX", 4, 1, "a", 1, false), 2);
	ck_assert_uint_eq(text_find("ab", 2, 5, "a", 1, false), 2);
	ck_assert_uint_eq(text_find("a", 1, 0, "ab", 2, false), 1);
}
END_TEST

#define N(a) ((int)(sizeof(a) / sizeof(*(a))))

int main(void)
{
	Suite *s = suite_create("script");
	TCase *t = tcase_create("language");
	SRunner *r = srunner_create(s);
	int failed = 0;

	suite_add_tcase(s, t);
	tcase_add_test(t, variables_are_kept_in_order);
	tcase_add_test(t, variables_have_bounds);
	tcase_add_loop_test(t, values_are_put_in, 0, N(expansions));
	tcase_add_test(t, a_line_may_not_grow_for_ever);
	tcase_add_test(t, quotes_of_values_come_back);
	tcase_add_loop_test(t, operators_calculate, 0, N(sums));
	tcase_add_test(t, only_comparisons_compare);
	tcase_add_loop_test(t, mistakes_are_found_before, 0, N(scripts));
	tcase_add_test(t, blocks_nest_so_deep);
	tcase_add_test(t, a_script_is_bounded);
	tcase_add_test(t, commands_are_cut);
	tcase_add_loop_test(t, pipes_filter, 0, N(pipes));
	tcase_add_test(t, a_bar_may_belong_to_the_command);
	tcase_add_test(t, texts_change_their_form);
	tcase_add_test(t, names_become_queries);
	tcase_add_test(t, dumps_have_three_forms);
	tcase_add_test(t, texts_are_found);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

/* Commands of the scripting language (content.md 5). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/env.h"
#include "cli/script_code.h"
#include "cli/script_expr.h"
#include "cli/script_files.h"
#include "cli/script_play.h"
#include "cli/script_text.h"
#include "cli/script_typed.h"
#include "cli/script_var.h"
#include "cli/session_priv.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"

/* ---- printing, waiting ------------------------------------------------------ */

static int echo_run(struct cli *c, const struct args *a, struct err *err)
{
	const char *text = arg_word(a, "text");
	struct out o = { 0 };

	(void)err;
	if (!text) {
		play_echo(c, true);
		return 0;
	}
	text_unescape(text, &o);
	out_printf(cli_out(c), "%s\n", out_text(&o));
	out_fini(&o);
	return 0;
}

static int echo_clear(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	play_echo(c, false);
	return 0;
}

struct pause {
	struct loop *loop;
	struct timer timer;
	struct cli_task *task;
};

static void pause_end(void *arg)
{
	struct pause *p = arg;
	struct cli_task *task = p->task;

	loop_timer_stop(p->loop, &p->timer);
	free(p);
	cli_task_end(task, NULL);
}

static void pause_over(void *arg, uint64_t now_ms)
{
	(void)now_ms;
	pause_end(arg);
}

static int pause_run(struct cli *c, const struct args *a, struct err *err)
{
	unsigned long s = arg_uint(a, "seconds", 0);
	struct pause *p = NULL;

	if (!s)
		return 0;
	p = xcalloc(1, sizeof(*p));
	p->loop = c->env->loop;
	p->timer = (struct timer){ .fn = pause_over, .arg = p };
	p->task = cli_task_begin(c, pause_end, p, err);
	if (!p->task) {
		free(p);
		return -1;
	}
	loop_timer(p->loop, &p->timer, clock_ms() + s * 1000);
	return 0;
}

/* ---- variables -------------------------------------------------------------- */

static int set_run(struct cli *c, const struct args *a, struct err *err)
{
	return play_var_set(c, arg_word(a, "variable"), arg_word(a, "value"),
			    arg_key(a, "session"), err);
}

static int set_clear(struct cli *c, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "variable");

	if (play_var_unset(c, name))
		return 0;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "variable", name);
}

static int modify_run(struct cli *c, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "variable");
	const char *op = arg_word(a, "operator");
	const char *value = arg_word(a, "value"), *old = play_var(c, name);
	char result[EXPR_LEN];

	if (!old)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "variable",
			       name);
	if (expr_takes_value(op) != (value != NULL))
		return err_set(err, ERR_REFUSED, -1,
			       value ? T_OP_ALONE : T_OP_VALUE, op);
	if (expr_eval(old, op, value ? value : "", result, err) < 0)
		return -1;
	return play_var_modify(c, name, result, err);
}

static int qname_run(struct cli *c, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "variable"), *old = play_var(c, name);
	struct out o = { 0 };
	int rc = 0;

	if (!old)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "variable",
			       name);
	if (text_to_qname(old, &o))
		rc = play_var_modify(c, name, out_text(&o), err);
	else
		rc = err_set(err, ERR_RANGE, -1, T_NO_QNAME, old);
	out_fini(&o);
	return rc;
}

static int shift_run(struct cli *c, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "variable"), *old = play_var(c, name);
	const char *first = NULL;
	size_t len = 0;

	if (!old)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "variable",
			       name);
	(void)array_word(old, 1, &first, &len);
	first += len;
	return play_var_modify(c, name, first + strspn(first, " \t"), err);
}

static void variable_print(void *arg, const char *name, const char *value)
{
	out_col(arg, VAR_NAME_LEN + 2, "%s", name);
	out_printf(arg, "%s\n", value);
}

static int variable_show(struct cli *c, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");
	const char *value = name ? play_var(c, name) : NULL;

	if (name && !value)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "variable",
			       name);
	out_col(cli_out(c), VAR_NAME_LEN + 2, "Variable Name");
	out_puts(cli_out(c), "Value\n");
	if (name)
		variable_print(cli_out(c), name, value);
	else
		play_vars(c, variable_print, cli_out(c));
	return 0;
}

struct reading {
	char name[VAR_NAME_LEN + 1];
};

static int read_answer(struct cli *c, const char *line, void *arg,
		       struct err *err)
{
	struct reading *r = arg;
	int rc = line ? play_var_set(c, r->name, line, false, err) : 0;

	free(r);
	return rc;
}

static int read_run(struct cli *c, const struct args *a, struct err *err)
{
	struct reading *r = NULL;
	char question[VAR_VALUE_LEN + 3];

	if (!session_has_user(c))
		return err_set(err, ERR_REFUSED, -1, T_NO_USER);
	r = xcalloc(1, sizeof(*r));
	(void)str_copy(r->name, sizeof(r->name), arg_word(a, "variable"));
	(void)snprintf(question, sizeof(question), "%s ",
		       arg_word(a, "question"));
	cli_ask(c, question, true, read_answer, r);
	return 0;
}

/* ---- blocks ----------------------------------------------------------------- */

/* The first operand: a text in quotes or with a variable put in is meant as it
 * is, a bare word is the name of a variable. */
static const char *operand(struct cli *c, const struct args *a)
{
	char raw[VAR_VALUE_LEN + 2];
	const char *word = arg_word(a, "variable"), *value = NULL;

	if (!code_word(c->cmd.raw, 1, raw, sizeof(raw)) || *raw == '"' ||
	    vars_in(raw))
		return word;
	value = play_var(c, word);
	if (value)
		return value;
	return var_is_int(word) ? word : "";
}

static int condition(struct cli *c, const struct args *a, bool *truth,
		     struct err *err)
{
	const char *op = arg_word(a, "operator"), *left = operand(c, a);
	char result[EXPR_LEN];

	*truth = expr_truth(left);
	if (!op)
		return 0;
	if (expr_eval(left, op, arg_word(a, "value"), result, err) < 0)
		return -1;
	*truth = expr_truth(result);
	return 0;
}

/* Outside of a script a block is typed, and played when it is closed. */
static bool is_typed(struct cli *c, int *rc, struct err *err)
{
	c->cmd.keeps_status = true;
	if (play_at_head(c))
		return false;
	if (c->play)
		*rc = err_set(err, ERR_REFUSED, -1, T_BLOCK_ALIAS);
	else
		*rc = typed_begin(c, c->cmd.raw, err);
	return true;
}

static int branch_run(struct cli *c, const struct args *a, struct err *err)
{
	bool truth = false;
	int rc = 0;

	if (is_typed(c, &rc, err))
		return rc;
	if (condition(c, a, &truth, err) < 0)
		return -1;
	play_branch(c, truth, 0);
	return 0;
}

static int loop_run_block(struct cli *c, const struct args *a, struct err *err)
{
	int rc = 0;

	if (is_typed(c, &rc, err))
		return rc;
	play_branch(c, true, (uint32_t)arg_uint(a, "times", UINT32_MAX));
	return 0;
}

static int end_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)c;
	(void)a;
	return err_set(err, ERR_REFUSED, -1, T_NO_BRANCH);
}

static int goto_run(struct cli *c, const struct args *a, struct err *err)
{
	c->cmd.keeps_status = true;
	return play_goto(c, arg_word(a, "label"), err);
}

static int label_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)c;
	(void)a;
	return err_set(err, ERR_REFUSED, -1, T_ONLY_SCRIPT);
}

/* ---- functions -------------------------------------------------------------- */

static int function_begin(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	if (c->play)
		return err_set(err, ERR_REFUSED, -1, T_BLOCK_ALIAS);
	return typed_begin(c, c->cmd.raw, err);
}

static int function_end(struct cli *c, const struct args *a, struct err *err)
{
	(void)c;
	(void)a;
	return err_set(err, ERR_REFUSED, -1, T_NO_BEGIN);
}

/* SCRIPT_PLAY: the first word of the arguments is the script. */
static int script_call(struct cli *c, const char *args, struct err *err)
{
	char name[SCRIPT_NAME_LEN + 2];
	const char *at = NULL;
	size_t len = 0;

	if (!array_word(args, 1, &at, &len))
		return err_set(err, ERR_INCOMPLETE, -1, T_INCOMPLETE);
	(void)snprintf(name, sizeof(name), "%.*s",
		       (int)(len < sizeof(name) ? len : sizeof(name)), at);
	at += len;
	return play_script(c, name, at + strspn(at, " \t"), true, err);
}

static int function_call(struct cli *c, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name"),
		   *args = arg_word(a, "arguments");

	args = args ? args : "";
	if (str_ieq(name, "SCRIPT_PLAY"))
		return script_call(c, args, err);
	return play_function(c, name, args, err);
}

/* ---- scripts ---------------------------------------------------------------- */

static int play_run(struct cli *c, const struct args *a, struct err *err)
{
	const char *args = arg_word(a, "arguments");

	return play_script(c, arg_word(a, "script"), args ? args : "", false,
			   err);
}

static int exit_script_run(struct cli *c, const struct args *a, struct err *err)
{
	if (!play_in_script(c))
		return err_set(err, ERR_REFUSED, -1, T_ONLY_SCRIPT);
	play_exit(c, (int)arg_uint(a, "status", 0));
	return 0;
}

struct recording {
	char name[SCRIPT_NAME_LEN + 1];
	struct out text;
};

static void recording_free(struct recording *r)
{
	out_fini(&r->text);
	free(r);
}

static int recording_save(struct cli *c, struct recording *r, struct err *err)
{
	char path[sizeof("script/") + SCRIPT_NAME_LEN];
	int rc = 0;

	(void)snprintf(path, sizeof(path), "script/%s", r->name);
	rc = disk_write(c->env->disk, path, out_text(&r->text), r->text.len,
			0644, err);
	recording_free(r);
	return rc;
}

static bool ends_recording(const char *line)
{
	char word[3][8];
	int n = 0;

	while (n < 3 && code_word(line, n, word[n], sizeof(word[n])))
		n++;
	return (n == 1 && !strcmp(word[0], ".")) ||
	       (n == 3 && str_ieq(word[0], "script") &&
		str_ieq(word[1], "record") && str_ieq(word[2], "end"));
}

static int record_line(struct cli *c, const char *line, void *arg,
		       struct err *err)
{
	struct recording *r = arg;

	if (!line) {
		recording_free(r);
		return 0;
	}
	if (ends_recording(line))
		return recording_save(c, r, err);
	if (r->text.len + strlen(line) > CODE_LEN_MAX) {
		recording_free(r);
		return err_set(err, ERR_REFUSED, -1, T_SCRIPT_LONG,
			       CODE_LEN_MAX);
	}
	out_printf(&r->text, "%s\n", line);
	cli_ask(c, T_PROMPT_BLOCK, true, record_line, r);
	return 0;
}

static int record_begin(struct cli *c, void *arg, struct err *err)
{
	struct recording *r = xcalloc(1, sizeof(*r));

	(void)err;
	(void)str_copy(r->name, sizeof(r->name), arg);
	out_printf(cli_out(c), "%s\n", T_RECORD);
	cli_ask(c, T_PROMPT_BLOCK, true, record_line, r);
	return 0;
}

static int record_run(struct cli *c, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "script");
	char path[sizeof("script/") + SCRIPT_NAME_LEN];
	char *copy = NULL;

	if (!session_has_user(c) || c->play)
		return err_set(err, ERR_REFUSED, -1, T_NO_USER);
	if (access_may(c, DIR_SCRIPT, true, err) < 0)
		return -1;
	if (!script_name_ok(name))
		return err_set(err, ERR_RANGE, -1, T_BAD_NAME, name,
			       SCRIPT_NAME_LEN);
	(void)snprintf(path, sizeof(path), "script/%s", name);
	copy = xstrdup(name);
	if (c->env->disk && disk_exists(c->env->disk, path))
		return cli_confirm(c, err, record_begin, copy, T_Q_OVERWRITE,
				   name);
	(void)record_begin(c, copy, err);
	free(copy);
	return 0;
}

static int record_end(struct cli *c, const struct args *a, struct err *err)
{
	(void)c;
	(void)a;
	return err_set(err, ERR_REFUSED, -1, T_NO_RECORD_OPEN);
}

/* ---- the tables -------------------------------------------------------------- */

#define ARGUMENTS "<arguments:text:0-1023>"
#define CONDITION                                                              \
	"<variable:operand> [<operator:comparison> <value:text:0-1023>]"
#define CONDITION_HELP                                                         \
	"Variable, or a value with ${NAME}\n"                                  \
	"Operator in quotes: == NEQ GT LT GTEQ LTEQ AND OR\n"                  \
	"Value to compare with"

/* In every mode. */
const struct cmd script_any_cmds[] = {
	{ .syntax = "echo [<text:text:0-1023>]",
	  .help = "Print a text; without one, show the commands of scripts\n"
		  "Text in quotes",
	  .run = echo_run,
	  .no = "no echo",
	  .clear = echo_clear },
	{ .syntax = "pause <seconds:uint:0-65535>",
	  .help = "Wait\nSeconds",
	  .run = pause_run },
	{ .syntax = "set <variable:variable> <value:text:0-1023> [session]",
	  .help = "Set a variable\n"
		  "Name\n"
		  "Value in quotes\n"
		  "Keep it when the script ends",
	  .run = set_run,
	  .no = "no set <variable:variable>",
	  .clear = set_clear },
	{ .syntax = "modify <variable:variable> <operator:operator> "
		    "[<value:text:0-1023>]",
	  .help = "Calculate with a variable\n"
		  "Name\n"
		  "Operator in quotes: + - * / MOD BAND BOR ++ -- or that of "
		  "a comparison\n"
		  "Value",
	  .run = modify_run },
	{ .syntax = "modify <variable:variable> <qname:fixed:QNAME>",
	  .help = "A domain name as bytes of a DNS query",
	  .run = qname_run },
	{ .syntax = "var-shift <variable:variable>",
	  .help = "Drop the first word of an array\nName of the variable",
	  .run = shift_run },
	{ .syntax = "<shift:fixed:shift> <variable:variable>",
	  .help = "The same as var-shift\nName of the variable",
	  .run = shift_run },
	{ .syntax = "<read:fixed:read> <variable:variable> "
		    "<question:text:1-255>",
	  .help = "Ask the user\nVariable for the answer\nQuestion in quotes",
	  .run = read_run },
	{ .syntax = "if " CONDITION,
	  .help = "Run the commands up to endbranch if it is "
		  "true\n" CONDITION_HELP,
	  .run = branch_run },
	{ .syntax = "while " CONDITION,
	  .help = "Run the commands up to endbranch as long as it is "
		  "true\n" CONDITION_HELP,
	  .run = branch_run },
	{ .syntax = "<loop:fixed:loop> [<times:uint:1-4294967294>]",
	  .help = "Run the commands up to endbranch again and again\n"
		  "How many times",
	  .run = loop_run_block },
	{ .syntax = "endbranch",
	  .help = "End of what begins with if, while or loop",
	  .run = end_run },
	{ .syntax = "<goto:fixed:goto> <label:variable>",
	  .help = "Go on at a label of the script\nName of the label",
	  .run = goto_run },
	{ .syntax = "<label:fixed:label> <name:variable>",
	  .help = "Name a place in a script\nName",
	  .run = label_run },
	{ .syntax = "function <name:variable> begin",
	  .help = "Commands with a name\n"
		  "Name\n"
		  "The commands up to end are the function",
	  .run = function_begin },
	{ .syntax = "function <name:variable> end",
	  .help = "The function ends here",
	  .run = function_end },
	{ .syntax = "function <name:variable> call [" ARGUMENTS "]",
	  .help = "Run it; SCRIPT_PLAY plays a script\n"
		  "Its arguments in quotes: they are in the variable ARGS",
	  .run = function_call },
	{ .syntax = "exit script [<status:uint:0-255>]",
	  .help = "Leave this mode; at the top: log out\n"
		  "End the script\n"
		  "Its status; 0: all went well",
	  .run = exit_script_run },
	{ .syntax = "show variable [<name:variable>]",
	  .help = "Print what is known about ...\nVariables\nName",
	  .run = variable_show },
	{ 0 },
};

/* With SuperUser rights. */
const struct cmd script_super_cmds[] = {
	{ .syntax = "clear screen",
	  .help = "Reset or delete ...\nThe screen",
	  .run = screen_clear },
	{ .syntax = "script", .help = "Files of commands" },
	{ .syntax = "script play <script:script> [" ARGUMENTS "]",
	  .help = "Run one\n"
		  "Name\n"
		  "Its arguments in quotes: they are in the variable ARGS",
	  .run = play_run },
	{ .syntax = "script record <script:script>",
	  .help = "Write one: the lines up to a dot\nName",
	  .run = record_run },
	{ .syntax = "script record end",
	  .help = "End the recording, as a dot does",
	  .run = record_end },
	{ 0 },
};

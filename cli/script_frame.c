/*
 * What is printed when a script fails (content.md 5.6, platform.md 2.7)
 *
 * A line that is no command:
 *	Error in script playback in line: 1
 *	>>>eco "Hello"
 *	   ^
 *	%% Invalid input detected at '^' marker.
 *	Script Playback cancelled.
 * A command that fails has its own message in front of the frame:
 *	%% Failed to connect to remote host
 *	Error in script playback line:2
 *	>>>socket connect host 192.168.1.1 port 84 tcp
 *	CSS11506#
 *	Script Playback cancelled.
 */
#include "cli/script_priv.h"

#include <stdlib.h>
#include <string.h>

#include "cli/mask.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

static bool is_syntax(const struct err *err)
{
	return err->code == ERR_SYNTAX || err->code == ERR_AMBIGUOUS ||
	       err->code == ERR_INCOMPLETE;
}

static void line_print(const char *text, struct out *o)
{
	out_puts(o, ">>>");
	mask_line(text, o);
	out_puts(o, "\n");
}

static void syntax_frame(unsigned line, const char *text, int col,
			 const char *message, struct out *o)
{
	out_printf(o, T_SCRIPT_BAD_LINE "\n", line);
	line_print(text, o);
	if (col >= 0)
		out_printf(o, "   %*s^\n", col, "");
	out_printf(o, "%%%% %s\n", message);
}

static void failure_frame(struct cli *c, unsigned line, const char *text,
			  const char *message, struct out *o)
{
	size_t len = strlen(c->prompt);

	while (len && c->prompt[len - 1] == ' ')
		len--;
	out_printf(o, "%%%% %s\n", message);
	out_printf(o, T_SCRIPT_BAD_COMMAND "\n", line);
	line_print(text, o);
	out_printf(o, "%.*s\n", (int)len, c->prompt);
}

/* The line that the columns of the error count in. */
static const char *shown_line(const struct cli *c, const struct code_item *x,
			      int *col)
{
	const struct cli_command *k = &c->cmd;

	if (k->text) /* with values put in */
		return k->text;
	*col += k->col;
	if (c->expanded && c->line)
		return c->line;
	*col += x->col;
	return x->whole;
}

void frame_print(struct cli *c)
{
	const struct level *l = play_top(c->play);
	const struct code_item *x = &l->code->item[l->at];
	const struct err *err = &c->cmd.err;
	int col = err->col;
	const char *text = shown_line(c, x, &col);

	if (err->col < 0 || err->code == ERR_INCOMPLETE)
		col = -1;
	if (is_syntax(err))
		syntax_frame(x->line, text, col, err->msg, c->out);
	else
		failure_frame(c, x->line, x->whole, err->msg, c->out);
}

void frame_unplayable(struct cli *c, const struct code *code,
		      const struct err *err)
{
	if (code->line)
		syntax_frame(code->line, code->where, code->col, err->msg,
			     c->out);
	else
		out_printf(c->out, "%%%% %s\n", err->msg);
	out_printf(c->out, "%s\n", T_SCRIPT_CANCELLED);
}

void frame_exit_msg(struct cli *c, const char *otherwise)
{
	struct play *p = c->play;
	const char *text = play_var(c, "EXIT_MSG");

	if (text && *text)
		out_printf(c->out, "%s\n", text);
	free(p->exit_msg);
	p->exit_msg = xstrdup(text && *text ? text : otherwise);
}

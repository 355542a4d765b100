#include "cli/script_pipe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/script_code.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

/* ---- finding and reading --------------------------------------------------- */

static bool abbreviates(const char *word, const char *full)
{
	size_t len = strlen(word);

	return len && len <= strlen(full) && !strncasecmp(word, full, len);
}

static bool begins_stage(const char *bar)
{
	char word[8];

	return code_word(bar + 1, 0, word, sizeof(word)) &&
	       (abbreviates(word, "grep") || abbreviates(word, "more"));
}

size_t pipe_find(const char *command)
{
	bool quoted = false;
	size_t n = 0;

	for (; command[n]; n++) {
		quoted ^= command[n] == '"';
		if (!quoted && command[n] == '|' && n &&
		    strchr(" \t", command[n - 1]) && begins_stage(command + n))
			break;
	}
	return n;
}

static bool option_read(struct pipe_stage *s, const char *word)
{
	if (word[0] != '-' || !word[1] || word[2])
		return false;
	s->capture |= word[1] == 'u';
	s->invert |= word[1] == 'v';
	return strchr("uiv", word[1]) != NULL; /* case never matters */
}

static int grep_read(struct pipe_stage *s, const struct words *w,
		     struct err *err)
{
	int i = 1;

	while (i < w->n && !w->w[i].quoted && option_read(s, w->w[i].text))
		i++;
	if (i == w->n)
		return err_set(err, ERR_INCOMPLETE, -1, T_INCOMPLETE);
	if (i < w->n - 1)
		return err_set(err, ERR_SYNTAX, w->w[i + 1].col, T_INVALID);
	s->text = xstrdup(w->w[i].text);
	return 0;
}

static int stage_read(struct pipe *p, const char *text, struct err *err)
{
	struct pipe_stage *s = &p->stage[p->n];
	struct words w;

	if (!words_split_values(&w, text, err))
		return -1;
	if (!w.n)
		return err_set(err, ERR_INCOMPLETE, -1, T_INCOMPLETE);
	if (p->n == PIPE_STAGES)
		return err_set(err, ERR_SYNTAX, w.w[0].col, T_INVALID);
	p->n++;
	if (abbreviates(w.w[0].text, "grep"))
		return grep_read(s, &w, err);
	s->more = true;
	if (!abbreviates(w.w[0].text, "more"))
		return err_set(err, ERR_SYNTAX, w.w[0].col, T_INVALID);
	if (w.n > 1)
		return err_set(err, ERR_SYNTAX, w.w[1].col, T_INVALID);
	return 0;
}

/* To the next bar outside of quotes. */
static size_t stage_len(const char *text)
{
	bool quoted = false;
	size_t n = 0;

	for (; text[n] && (quoted || text[n] != '|'); n++)
		quoted ^= text[n] == '"';
	return n;
}

struct pipe *pipe_new(const char *text, struct err *err)
{
	struct pipe *p = xcalloc(1, sizeof(*p));
	const char *at = text;
	int rc = 0;

	while (!rc && *at) {
		size_t len = stage_len(at + 1);
		char *one = xstrndup(at + 1, len);

		rc = stage_read(p, one, err);
		if (rc && err->col >= 0)
			err->col += (int)(at + 1 - text);
		free(one);
		at += 1 + len;
	}
	if (!rc)
		return p;
	pipe_free(p);
	return NULL;
}

void pipe_free(struct pipe *p)
{
	if (!p)
		return;
	for (int i = 0; i < p->n; i++)
		free(p->stage[i].text);
	out_fini(&p->buf);
	free(p);
}

/* ---- running --------------------------------------------------------------- */

static bool has(const char *line, size_t len, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i + n <= len; i++)
		if (!strncasecmp(line + i, text, n))
			return true;
	return false;
}

static void stage_run(const struct pipe_stage *s, const char *in, struct out *o,
		      struct pipe_result *r)
{
	r->counted = true;
	r->captured |= s->capture;
	r->lines = 0;
	if (s->capture)
		out_clear(&r->ugrep);
	while (*in) {
		size_t len = strcspn(in, "\n");
		size_t all = len + (in[len] == '\n');

		if (has(in, len, s->text) != s->invert) {
			r->lines++;
			if (s->capture)
				out_clear(&r->ugrep);
			out_write(s->capture ? &r->ugrep : o, in,
				  s->capture ? len : all);
		}
		in += all;
	}
}

void pipe_run(const struct pipe *p, struct pipe_result *r)
{
	*r = (struct pipe_result){ 0 };
	out_write(&r->out, p->buf.buf, p->buf.len);
	for (int i = 0; i < p->n; i++) {
		struct out in = r->out;

		if (p->stage[i].more)
			continue;
		r->out = (struct out){ 0 };
		stage_run(&p->stage[i], out_text(&in), &r->out, r);
		out_fini(&in);
	}
}

void pipe_result_fini(struct pipe_result *r)
{
	out_fini(&r->out);
	out_fini(&r->ugrep);
}

/* ---- help ------------------------------------------------------------------ */

static int no_run(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	(void)a;
	(void)err;
	return 0;
}

static const struct cmd pipe_cmds[] = {
	{ .syntax = "grep [-u|-i|-v] <text:text>",
	  .help = "Only the lines that have a text in them\n"
		  "Put the last one into the variable UGREP, print none\n"
		  "Capital or not; so it is anyway\n"
		  "The lines that do not have it\n"
		  "Text",
	  .run = no_run },
	{ .syntax = "more", .help = "Stop after each page", .run = no_run },
	{ 0 },
};

const struct tree *pipe_tree(void)
{
	static struct tree *tree; /* control thread only */

	if (!tree) {
		tree = tree_new();
		tree_add(tree, pipe_cmds);
		tree_finish(tree);
	}
	return tree;
}

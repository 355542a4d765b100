/*
 * From the text of a script to its commands
 *
 * A line may hold several commands, as at the prompt; `!` at the beginning of a
 * line makes it a comment, of which two are heard: !echo and !no echo.  Blocks
 * are found by the first word alone, so that what is skipped need not be a
 * command that is understood.
 */
#include "cli/script_code.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

/* ---- one command ---------------------------------------------------------- */

size_t code_command_len(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n] && (quoted || s[n] != ';'); n++)
		quoted ^= s[n] == '"';
	return n;
}

bool code_word(const char *command, int n, char *buf, size_t cap)
{
	size_t len = 0;

	for (int i = 0; i <= n; i++) {
		bool quoted = false;

		command += len + strspn(command + len, " \t");
		for (len = 0; command[len]; len++) {
			if (!quoted && strchr(" \t", command[len]))
				break;
			quoted ^= command[len] == '"';
		}
	}
	if (len >= cap)
		len = cap - 1;
	memcpy(buf, command, len);
	buf[len] = '\0';
	return len > 0;
}

/* Keywords of blocks, and how short they may be typed. */
static const struct {
	const char *word;
	size_t least;
	enum code_kind kind;
} heads[] = {
	{ "if", 2, CODE_IF },	    { "while", 2, CODE_WHILE },
	{ "loop", 4, CODE_LOOP },   { "endbranch", 4, CODE_END },
	{ "label", 5, CODE_LABEL }, { "function", 2, CODE_FUNCTION },
};

static bool abbreviates(const char *word, const char *full, size_t least)
{
	size_t len = strlen(word);

	return len >= least && len <= strlen(full) &&
	       !strncasecmp(word, full, len);
}

static enum code_kind function_kind(const char *command)
{
	char word[8];

	if (!code_word(command, 2, word, sizeof(word)))
		return CODE_PLAIN;
	if (abbreviates(word, "begin", 1))
		return CODE_FUNCTION;
	return abbreviates(word, "end", 1) ? CODE_FUNCTION_END : CODE_PLAIN;
}

enum code_kind code_kind_of(const char *command)
{
	char word[12];

	command += strspn(command, " \t");
	command += *command == '@';
	if (!code_word(command, 0, word, sizeof(word)))
		return CODE_NOTHING;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (abbreviates(word, heads[i].word, heads[i].least))
			return heads[i].kind == CODE_FUNCTION
				       ? function_kind(command)
				       : heads[i].kind;
	return CODE_PLAIN;
}

/* ---- lines ---------------------------------------------------------------- */

static struct code_item *item_add(struct code *c, enum code_kind kind,
				  unsigned line, const char *whole)
{
	struct code_item *x = NULL;

	if (!(c->n & (c->n - 1))) /* room for the next power of two */
		c->item = xrealloc(c->item, (size_t)(c->n ? 2 * c->n : 1) *
						    sizeof(*c->item));
	x = &c->item[c->n++];
	*x = (struct code_item){ .kind = kind,
				 .line = line,
				 .whole = whole,
				 .partner = -1,
				 .outer = -1 };
	return x;
}

static void comment_add(struct code *c, unsigned line, const char *whole)
{
	char word[3][8];
	const char *text = whole + strspn(whole, " \t") + 1;
	bool have[3];

	for (int i = 0; i < 3; i++)
		have[i] = code_word(text, i, word[i], sizeof(word[i]));
	if (have[0] && !have[1] && str_ieq(word[0], "echo"))
		(void)item_add(c, CODE_ECHO_ON, line, whole);
	else if (have[1] && !have[2] && str_ieq(word[0], "no") &&
		 str_ieq(word[1], "echo"))
		(void)item_add(c, CODE_ECHO_OFF, line, whole);
}

static void commands_add(struct code *c, unsigned line, const char *whole)
{
	const char *at = whole;

	while (*at) {
		size_t len = code_command_len(at), skip = strspn(at, " \t");

		if (skip < len && at[skip] == '!')
			return;
		if (skip < len) {
			struct code_item *x =
				item_add(c, CODE_PLAIN, line, whole);

			x->text = xstrndup(at + skip, len - skip);
			x->col = (int)(at + skip - whole);
			x->kind = code_kind_of(x->text);
		}
		at += len + (at[len] == ';');
	}
}

/* Where and why it cannot be played. */
static int wrong(struct code *c, unsigned line, const char *text, int col,
		 struct err *err, const char *message)
{
	c->line = line;
	c->where = text;
	c->col = col;
	return err_set(err, ERR_SYNTAX, col, "%s", message);
}

/* Of the first byte that is no text; len: there is none. */
static size_t find_binary(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && ((unsigned char)line[n] >= ' ' || line[n] == '\t'))
		n++;
	return n;
}

static int line_read(struct code *c, unsigned line, char *text, size_t len,
		     struct err *err)
{
	size_t binary = 0;

	if (len && text[len - 1] == '\r')
		len--;
	text[len] = '\0';
	binary = find_binary(text, len);
	if (binary < len) {
		text[binary] = '\0'; /* that much of it can be shown */
		return wrong(c, line, text, (int)binary, err, T_NOT_TEXT);
	}
	if (text[strspn(text, " \t")] == '!')
		comment_add(c, line, text);
	else
		commands_add(c, line, text);
	return 0;
}

static int lines_read(struct code *c, size_t len, struct err *err)
{
	char *at = c->text, *end = c->text + len;

	for (unsigned line = 1; at < end; line++) {
		char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((nl ? nl : end) - at);

		if (line_read(c, line, at, n, err) < 0)
			return -1;
		at += n + 1;
	}
	return 0;
}

/* ---- blocks --------------------------------------------------------------- */

static bool is_head(enum code_kind k)
{
	return k == CODE_IF || k == CODE_WHILE || k == CODE_LOOP ||
	       k == CODE_FUNCTION;
}

static int wrong_item(struct code *c, const struct code_item *x,
		      struct err *err, const char *message)
{
	return wrong(c, x->line, x->whole, x->col, err, message);
}

static bool same_function(const struct code_item *a, const struct code_item *b)
{
	char x[64], y[64];

	return code_word(a->text, 1, x, sizeof(x)) &&
	       code_word(b->text, 1, y, sizeof(y)) && !strcmp(x, y);
}

/* Closes the block at the top, whose head is *top. */
static int block_close(struct code *c, int at, int *top, struct err *err)
{
	struct code_item *x = &c->item[at];
	struct code_item *head = *top < 0 ? NULL : &c->item[*top];
	bool is_function = x->kind == CODE_FUNCTION_END;

	if (!head || (head->kind == CODE_FUNCTION) != is_function ||
	    (is_function && !same_function(head, x)))
		return wrong_item(c, x, err,
				  is_function ? T_NO_BEGIN : T_NO_BRANCH);
	head->partner = at;
	x->partner = *top;
	*top = head->outer;
	return 0;
}

static int blocks_find(struct code *c, struct err *err)
{
	int top = -1, depth = 0;

	for (int i = 0; i < c->n; i++) {
		struct code_item *x = &c->item[i];

		if (x->kind == CODE_END || x->kind == CODE_FUNCTION_END) {
			if (block_close(c, i, &top, err) < 0)
				return -1;
			x->outer = top;
			depth--;
			continue;
		}
		x->outer = top;
		if (!is_head(x->kind))
			continue;
		if (x->kind == CODE_FUNCTION && top >= 0)
			return wrong_item(c, x, err, T_FUNCTION_INSIDE);
		if (++depth > CODE_DEPTH_MAX)
			return wrong_item(c, x, err, T_TOO_DEEP);
		top = i;
	}
	if (top < 0)
		return 0;
	return wrong_item(c, &c->item[top], err,
			  c->item[top].kind == CODE_FUNCTION ? T_NO_FUNCTION_END
							     : T_NO_ENDBRANCH);
}

static int named(const struct code *c, enum code_kind kind, const char *name,
		 int from)
{
	char word[64];

	for (int i = from; i < c->n; i++)
		if (c->item[i].kind == kind &&
		    code_word(c->item[i].text, 1, word, sizeof(word)) &&
		    !strcmp(word, name))
			return i;
	return -1;
}

static int names_check(struct code *c, struct err *err)
{
	char word[64];
	int n = 0;

	for (int i = 0; i < c->n; i++) {
		const struct code_item *x = &c->item[i];
		int twin = -1;

		if (x->kind != CODE_FUNCTION && x->kind != CODE_LABEL)
			continue;
		if (++n > CODE_NAMES_MAX)
			return wrong_item(c, x, err, T_MANY_NAMES);
		if (!code_word(x->text, 1, word, sizeof(word)))
			return wrong_item(c, x, err, T_INCOMPLETE);
		twin = named(c, x->kind, word, i + 1);
		if (twin >= 0)
			return wrong_item(c, &c->item[twin], err, T_TWICE);
	}
	return 0;
}

int code_function(const struct code *c, const char *name)
{
	return named(c, CODE_FUNCTION, name, 0);
}

int code_label(const struct code *c, const char *name)
{
	return named(c, CODE_LABEL, name, 0);
}

/* ---- life ----------------------------------------------------------------- */

struct code *code_new(const char *name, const char *text, size_t len, int *rc,
		      struct err *err)
{
	struct code *c = xcalloc(1, sizeof(*c));

	c->refs = 1;
	(void)str_copy(c->name, sizeof(c->name), name);
	*rc = -1;
	if (len > CODE_LEN_MAX) {
		c->where = c->text = xstrdup("");
		(void)err_set(err, ERR_RANGE, -1, T_SCRIPT_LONG, CODE_LEN_MAX);
		return c;
	}
	c->text = xcalloc(1, len + 1);
	memcpy(c->text, text, len);
	if (!lines_read(c, len, err) && !blocks_find(c, err) &&
	    !names_check(c, err))
		*rc = 0;
	return c;
}

struct code *code_ref(struct code *c)
{
	c->refs++;
	return c;
}

void code_unref(struct code *c)
{
	if (!c || --c->refs)
		return;
	for (int i = 0; i < c->n; i++)
		free(c->item[i].text);
	free(c->item);
	free(c->text);
	free(c);
}

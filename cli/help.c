/*
 * Help and completion
 *
 * An unfinished line may stand at several places of its tree, where a word fits
 * a value as well as a keyword.  What may follow is what any of them allows.
 */
#include "cli/tree_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define REACH_MAX 32 /* places one unfinished line may stand at */

/* Everywhere a line may stand after its finished words. */
struct reach {
	const struct node *at[REACH_MAX];
	int n;
	bool ambiguous; /* the last step found too many */
};

static void reach_step(struct reach *r, const struct words *ws, int at)
{
	struct reach next = { .n = 0 };

	for (int i = 0; i < r->n; i++) {
		const struct node *n = r->at[i];
		bool ambiguous = false, exact = false;
		const struct node *k =
			keyword_select(n, &ws->w[at], &ambiguous, &exact);

		next.ambiguous |= ambiguous;
		if (k && next.n < REACH_MAX)
			next.at[next.n++] = k;
		for (int j = 0; !exact && j < n->nchild; j++)
			if (next.n < REACH_MAX &&
			    value_fits(n->child[j], ws, at))
				next.at[next.n++] = n->child[j];
	}
	*r = next;
}

/*
 * Splits what stands before the cursor into finished words, which are walked,
 * and the unfinished one, which is returned ("" behind a blank).  NULL: the
 * line cannot go on like this; *bad is the word at fault.
 */
static const char *reach_line(struct reach *r, const struct tree *t,
			      struct words *ws, const char *before, int *bad)
{
	size_t len = strlen(before);
	bool fresh = !len || before[len - 1] == ' ' || before[len - 1] == '\t';
	int done = ws->n - !fresh;

	*r = (struct reach){ .at = { &t->root }, .n = 1 };
	for (int i = 0; i < done; i++) {
		*bad = i;
		reach_step(r, ws, i);
		if (!r->n)
			return NULL;
	}
	*bad = done;
	return fresh ? "" : ws->w[done].text;
}

struct entry {
	char name[64];
	const char *help;
	size_t seq;
	bool plain; /* may be put into the line as it stands */
};

struct entries {
	struct entry *e; /* owned */
	size_t n, cap;
	const char *prefix;
	const char *help; /* of the names being emitted */
	bool icase;
};

static void entry_add(struct entries *es, const char *name, const char *help,
		      bool plain)
{
	struct entry *e = NULL;

	if (es->n == es->cap) {
		es->cap = es->cap ? 2 * es->cap : 32;
		es->e = xrealloc(es->e, es->cap * sizeof(*es->e));
	}
	e = &es->e[es->n];
	e->seq = es->n++;
	(void)str_copy(e->name, sizeof(e->name), name);
	e->help = help ? help : "";
	e->plain = plain;
}

static void name_emit(void *arg, const char *text)
{
	struct entries *es = arg;

	if (str_has_prefix(text, es->prefix))
		entry_add(es, text, es->help, true);
}

static void value_describe(const struct node *c, char *buf, size_t cap)
{
	if (c->type->describe)
		c->type->describe(c->limits, buf, cap);
	else
		(void)snprintf(buf, cap, "<%.*s>", (int)strcspn(c->text, ":"),
			       c->text);
}

static void node_entries(struct entries *es, const struct node *c,
			 const struct scope *s)
{
	char buf[64];

	if (!c->type) {
		if (!strncasecmp(c->text, es->prefix, strlen(es->prefix)))
			entry_add(es, c->text, c->help, true);
		return;
	}
	es->help = c->help;
	if (c->type->complete)
		c->type->complete(s, name_emit, es);
	value_describe(c, buf, sizeof(buf));
	if (!*es->prefix || c->type->parse(es->prefix, c->limits))
		entry_add(es, buf, c->help, false);
}

static int entry_cmp(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->seq < y->seq ? -1 : 1;
}

/* In order of name; of two with one name the first stays. */
static void entries_sort(struct entries *es)
{
	size_t n = 0;

	if (!es->n)
		return;
	qsort(es->e, es->n, sizeof(*es->e), entry_cmp);
	for (size_t i = 1; i < es->n; i++)
		if (strcmp(es->e[n].name, es->e[i].name) != 0)
			es->e[++n] = es->e[i];
	es->n = n + 1;
}

static void entries_print(const struct entries *es, struct out *o)
{
	int width = 18;

	for (size_t i = 0; i < es->n; i++)
		if ((int)strlen(es->e[i].name) > width)
			width = (int)strlen(es->e[i].name);
	for (size_t i = 0; i < es->n; i++) {
		out_puts(o, "  ");
		if (*es->e[i].help)
			out_col(o, width + 2, "%s", es->e[i].name);
		else
			out_puts(o, es->e[i].name);
		out_printf(o, "%s\n", es->e[i].help);
	}
}

static void entries_collect(struct entries *es, const struct reach *r,
			    const struct scope *s)
{
	for (int i = 0; i < r->n; i++)
		for (int j = 0; j < r->at[i]->nchild; j++)
			node_entries(es, r->at[i]->child[j], s);
}

static bool is_first_word(const struct reach *r, const struct tree *t)
{
	return r->n == 1 && r->at[0] == &t->root;
}

static void aliases_collect(struct entries *es, const struct scope *s)
{
	es->help = T_ALIAS_HELP;
	if (s->aliases)
		s->aliases(s->cli, name_emit, es);
}

/* An open quote is no mistake yet; what is inside has no help of its own. */
static bool before_split(struct words *ws, const char *before, struct err *err)
{
	*err = (struct err){ .col = -1 };
	return words_split(ws, before, err);
}

int tree_help(const struct tree *t, const char *before, const struct scope *s,
	      struct out *o, struct err *err)
{
	struct words ws;
	struct reach r;
	struct entries es = { 0 };
	bool may_end = false;
	int bad = 0;

	if (!before_split(&ws, before, err))
		return -1;
	es.prefix = reach_line(&r, t, &ws, before, &bad);
	if (es.prefix)
		entries_collect(&es, &r, s);
	if (es.prefix && is_first_word(&r, t))
		aliases_collect(&es, s);
	for (int i = 0; es.prefix && !*es.prefix && i < r.n; i++)
		may_end |= r.at[i]->cmd != NULL;
	if (!es.prefix && r.ambiguous)
		return err_set(err, ERR_AMBIGUOUS, ws.w[bad].col, T_AMBIGUOUS);
	if (!es.n && !may_end)
		return err_set(err, ERR_SYNTAX, ws.w[bad].col, T_INVALID);
	entries_sort(&es);
	entries_print(&es, o);
	if (may_end)
		out_puts(o, "  <cr>\n");
	free(es.e);
	return 0;
}

static size_t common_len(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/* What all words that may stand here begin with; one: it is the only word. */
static size_t common_start(const struct entries *es, const char **first,
			   bool *one)
{
	size_t len = 0;

	*first = NULL;
	*one = true;
	for (size_t i = 0; i < es->n; i++) {
		const char *name = es->e[i].name;

		if (!es->e[i].plain)
			continue;
		if (!*first) {
			*first = name;
			len = strlen(name);
		} else if (strcmp(*first, name) != 0) {
			size_t n = common_len(*first, name);

			*one = false;
			len = n < len ? n : len;
		}
	}
	return len;
}

void tree_complete(const struct tree *t, const char *before,
		   const struct scope *s, char *add, size_t cap)
{
	struct words ws;
	struct reach r;
	struct err err;
	struct entries es = { 0 };
	const char *first = NULL;
	size_t len = 0, typed = 0;
	bool one = false;
	int bad = 0;

	*add = '\0';
	if (!before_split(&ws, before, &err))
		return;
	es.prefix = reach_line(&r, t, &ws, before, &bad);
	if (!es.prefix || ws.w[bad].quoted)
		return;
	typed = strlen(es.prefix);
	entries_collect(&es, &r, s);
	if (!es.n && is_first_word(&r, t)) /* keywords go first */
		aliases_collect(&es, s);
	len = common_start(&es, &first, &one);
	if (first && len >= typed)
		(void)snprintf(add, cap, "%.*s%s", (int)(len - typed),
			       first + typed, one ? " " : "");
	free(es.e);
}

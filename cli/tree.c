/*
 * Command trees
 *
 * A mode has one tree.  tree_add() expands every row's syntax into the plain
 * sentences it allows ("a [b] c" gives "a b c" and "a c") and inserts them.
 * Matching walks down: an exact keyword, else a unique prefix, else each value
 * that fits, in row order; an exact keyword is final, from anything else the
 * walk steps back.  The error that is told is the one furthest to the right.
 *
 * Keywords match in any case; names never do.  A quoted word is never a
 * keyword.  Mistakes in a table abort when the tree is built, which a unit
 * test does for every mode, so that no user ever meets one.
 */
#include "cli/tree.h"

#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define TOKENS_MAX 96
#define REACH_MAX  32 /* places one unfinished line may stand at */

struct node {
	char *text; /* owned: keyword, or "name:type:limits" of a value */
	const struct value_type *type; /* NULL: a keyword */
	const char *limits;	       /* into text */
	char *help;		       /* owned; NULL: none yet */
	const struct cmd *cmd;	       /* set where a sentence may end */
	const struct cmd *table;       /* that cmd is a row of */
	bool undo;
	struct node **child; /* owned */
	int nchild;
};

struct tree {
	struct node root;
};

static void __attribute__((noreturn))
broken(const char *syntax, const char *what)
{
	(void)fprintf(stderr, "command table: \"%s\": %s\n", syntax, what);
	abort();
}

/* ---- reading a row -------------------------------------------------------- */

enum token_kind { TOK_WORD, TOK_VALUE, TOK_OPEN, TOK_BAR, TOK_CLOSE };

struct token {
	enum token_kind kind;
	const char *text; /* into the row's syntax */
	size_t len;
	const char *help; /* into the row's help; NULL: told elsewhere */
	size_t help_len;
};

/* A row's syntax in pieces, and views of it that end in NULL. */
struct sentence {
	const char *syntax;
	struct token tok[TOKENS_MAX];
	int n;
};

typedef const struct token *view[TOKENS_MAX + 1];

/* What a complete sentence does. */
struct leaf {
	const struct cmd *cmd;
	const struct cmd *table;
	bool undo;
};

static const char *token_read(struct token *t, const char *s)
{
	bool is_value = *s == '<';

	if (strchr("[]{|}", *s)) {
		t->kind = *s == '[' || *s == '{' ? TOK_OPEN
			  : *s == '|'		 ? TOK_BAR
						 : TOK_CLOSE;
		t->text = s;
		t->len = 1;
		return s + 1;
	}
	s += is_value;
	t->kind = is_value ? TOK_VALUE : TOK_WORD;
	t->text = s;
	t->len = strcspn(s, is_value ? ">" : " []{}|");
	return s + t->len + is_value;
}

static void sentence_read(struct sentence *st, const char *syntax)
{
	*st = (struct sentence){ .syntax = syntax };
	for (const char *s = syntax; *(s += strspn(s, " "));) {
		if (st->n == TOKENS_MAX)
			broken(syntax, "too long");
		s = token_read(&st->tok[st->n++], s);
	}
}

static bool is_text(const struct token *t)
{
	return t->kind == TOK_WORD || t->kind == TOK_VALUE;
}

static int lines_of(const char *text)
{
	int n = text && *text;

	for (; n && *text; text++)
		n += *text == '\n';
	return n;
}

/*
 * Deal out the help lines from the right: what is left over at the left are
 * the leading words that earlier rows have described.
 */
static void sentence_document(struct sentence *st, const char *help)
{
	int told_before = -lines_of(help);

	for (int i = 0; i < st->n; i++)
		told_before += is_text(&st->tok[i]);
	if (told_before < 0)
		broken(st->syntax, "more help lines than words");
	for (int i = 0; i < st->n && help; i++) {
		struct token *t = &st->tok[i];

		if (!is_text(t) || told_before-- > 0)
			continue;
		t->help = help;
		t->help_len = strcspn(help, "\n");
		help += t->help_len + (help[t->help_len] == '\n');
	}
}

/* ---- building ------------------------------------------------------------- */

static struct node *node_find(const struct node *n, const struct token *t)
{
	for (int i = 0; i < n->nchild; i++) {
		struct node *c = n->child[i];

		if ((c->type != NULL) == (t->kind == TOK_VALUE) &&
		    strlen(c->text) == t->len &&
		    !memcmp(c->text, t->text, t->len))
			return c;
	}
	return NULL;
}

static void node_set_type(struct node *n, const char *syntax)
{
	const char *type = strchr(n->text, ':');
	size_t len = 0;

	if (!type)
		broken(syntax, "a value without a type");
	len = strcspn(++type, ":");
	n->type = type_find(type, len);
	if (!n->type)
		broken(syntax, "a value of an unknown type");
	n->limits = type[len] ? type + len + 1 : "";
}

static struct node *node_add(struct node *n, const struct token *t,
			     const char *syntax)
{
	struct node *c = node_find(n, t);

	if (!c) {
		c = xcalloc(1, sizeof(*c));
		c->text = xstrndup(t->text, t->len);
		if (t->kind == TOK_VALUE)
			node_set_type(c, syntax);
		n->child = xrealloc(n->child, (size_t)(n->nchild + 1) *
						      sizeof(struct node *));
		n->child[n->nchild++] = c;
	}
	if (!c->help && t->help)
		c->help = xstrndup(t->help, t->help_len);
	return c;
}

static void tree_insert(struct node *n, const struct token *const *t,
			struct leaf leaf);

static const char *leaf_syntax(struct leaf leaf)
{
	return leaf.undo ? leaf.cmd->no : leaf.cmd->syntax;
}

static void node_end(struct node *n, struct leaf leaf)
{
	if (!(leaf.undo ? leaf.cmd->clear : leaf.cmd->run))
		return;
	if (n->cmd && (n->cmd != leaf.cmd || n->undo != leaf.undo)) {
		if (n->table == leaf.table)
			broken(leaf_syntax(leaf), "one line, two rows");
		return; /* the mode's own row wins over a shared one */
	}
	n->cmd = leaf.cmd;
	n->table = leaf.table;
	n->undo = leaf.undo;
}

/* Inserts one choice of a group, followed by what comes after the group. */
static void insert_choice(struct node *n, const struct token *const *choice,
			  const struct token *const *end,
			  const struct token *const *after, struct leaf leaf)
{
	view v = { 0 };
	int i = 0;

	while (choice < end)
		v[i++] = *choice++;
	while (*after)
		v[i++] = *after++;
	tree_insert(n, v, leaf);
}

/* The view's next bar or close of the group that t is inside of. */
static const struct token *const *group_next(const struct token *const *t,
					     struct leaf leaf)
{
	for (int depth = 0;; t++) {
		if (!*t)
			broken(leaf_syntax(leaf), "unbalanced bracket");
		if (!depth && (*t)->kind >= TOK_BAR)
			return t;
		depth += (*t)->kind == TOK_OPEN;
		depth -= (*t)->kind == TOK_CLOSE;
	}
}

static void insert_group(struct node *n, const struct token *const *t,
			 struct leaf leaf)
{
	const struct token *const *end = t;

	do
		end = group_next(end + 1, leaf);
	while ((*end)->kind == TOK_BAR);
	if (*(*t)->text == '[')
		tree_insert(n, end + 1, leaf);
	for (const struct token *const *bar = t; bar < end; t = bar) {
		bar = group_next(t + 1, leaf);
		insert_choice(n, t + 1, bar, end + 1, leaf);
	}
}

/* Inserts every sentence the view allows below node n. */
static void tree_insert(struct node *n, const struct token *const *t,
			struct leaf leaf)
{
	while (*t && is_text(*t))
		n = node_add(n, *t++, leaf_syntax(leaf));
	if (*t && (*t)->kind != TOK_OPEN)
		broken(leaf_syntax(leaf), "unbalanced bracket");
	if (*t)
		insert_group(n, t, leaf);
	else
		node_end(n, leaf);
}

static void tree_add_sentence(struct tree *t, const char *syntax,
			      const char *help, struct leaf leaf)
{
	struct sentence st;
	view v = { 0 };

	sentence_read(&st, syntax);
	sentence_document(&st, help);
	for (int i = 0; i < st.n; i++)
		v[i] = &st.tok[i];
	tree_insert(&t->root, v, leaf);
}

struct tree *tree_new(void)
{
	return xcalloc(1, sizeof(struct tree));
}

void tree_add(struct tree *t, const struct cmd *rows)
{
	for (const struct cmd *c = rows; c->syntax; c++) {
		tree_add_sentence(t, c->syntax, c->help,
				  (struct leaf){ c, rows, false });
		if (c->no)
			tree_add_sentence(t, c->no, NULL,
					  (struct leaf){ c, rows, true });
	}
}

static void node_fini(struct node *n)
{
	for (int i = 0; i < n->nchild; i++) {
		node_fini(n->child[i]);
		free(n->child[i]);
	}
	free(n->child);
	free(n->text);
	free(n->help);
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	node_fini(&t->root);
	free(t);
}

/* ---- help for undo sentences ---------------------------------------------- */

static const struct node *child_named(const struct node *n, const char *text)
{
	for (int i = 0; n && i < n->nchild; i++)
		if (!strcmp(n->child[i]->text, text))
			return n->child[i];
	return NULL;
}

/* The words of "no vip address" mean what they mean in "vip address". */
static void help_copy(struct node *to, const struct node *from)
{
	for (int i = 0; i < to->nchild; i++) {
		struct node *c = to->child[i];
		const struct node *twin = child_named(from, c->text);

		if (!c->help && twin && twin->help)
			c->help = xstrdup(twin->help);
		help_copy(c, twin);
	}
}

/* What is still bare below an undo sentence says what it undoes. */
static const char *help_fill(struct node *n, bool bare)
{
	const char *below = n->cmd && n->undo ? n->cmd->help : NULL;

	for (int i = 0; i < n->nchild; i++) {
		struct node *c = n->child[i];
		const char *row = help_fill(c, bare || !n->help);

		if (!c->help && row)
			c->help = xstrndup(row, strcspn(row, "\n"));
		if (!below)
			below = row;
	}
	return below;
}

void tree_finish(struct tree *t)
{
	struct token no = { .kind = TOK_WORD, .text = "no", .len = 2 };
	struct node *n = node_find(&t->root, &no);

	if (n) {
		free(n->help);
		n->help = xstrdup("Undo a command or set its default");
		help_copy(n, &t->root);
	}
	(void)help_fill(&t->root, false);
}

struct check {
	void (*bad)(void *arg, const char *sentence);
	void *arg;
};

static void check_node(const struct node *n, const char *before,
		       const struct check *k)
{
	char sentence[512];

	for (int i = 0; i < n->nchild; i++) {
		const struct node *c = n->child[i];

		(void)snprintf(sentence, sizeof(sentence), "%s%s%s", before,
			       *before ? " " : "", c->text);
		if (!c->help || !*c->help)
			k->bad(k->arg, sentence);
		check_node(c, sentence, k);
	}
}

void tree_check(const struct tree *t,
		void (*bad)(void *arg, const char *sentence), void *arg)
{
	struct check k = { bad, arg };

	check_node(&t->root, "", &k);
}

/* ---- splitting ------------------------------------------------------------ */

static size_t word_len(const char *s, bool quoted)
{
	return strcspn(s, quoted ? "\"" : " \t");
}

bool words_split(struct words *w, const char *line, struct err *err)
{
	char *to = w->buf;
	const char *s = w->line;

	w->n = 0;
	if (!str_copy(w->line, sizeof(w->line), line)) {
		(void)err_set(err, ERR_SYNTAX, LINE_LEN,
			      "Line is longer than %d characters", LINE_LEN);
		return false;
	}
	for (; *(s += strspn(s, " \t")); w->n++) {
		struct word *x = &w->w[w->n];
		size_t len = 0;

		*x = (struct word){ to, (int)(s - w->line), *s == '"' };
		s += x->quoted;
		len = word_len(s, x->quoted);
		if (w->n == WORDS_MAX || (x->quoted && s[len] != '"')) {
			(void)err_set(err, ERR_SYNTAX, x->col, T_INVALID);
			return false;
		}
		memcpy(to, s, len);
		to[len] = '\0';
		to += len + 1;
		s += len + x->quoted;
	}
	*to = '\0';
	w->w[w->n] = (struct word){ to, (int)(s - w->line), false };
	return true;
}

/* ---- matching ------------------------------------------------------------- */

enum { FIT_NONE, FIT_PREFIX, FIT_EXACT };

static int keyword_fit(const struct node *c, const struct word *w)
{
	size_t len = strlen(w->text);

	if (c->type || w->quoted || strncasecmp(c->text, w->text, len) != 0)
		return FIT_NONE;
	return c->text[len] ? FIT_PREFIX : FIT_EXACT;
}

/* The keyword a word names: exact, or the only one it begins. */
static const struct node *keyword_select(const struct node *n,
					 const struct word *w, bool *ambiguous,
					 bool *exact)
{
	const struct node *prefix = NULL;

	*ambiguous = *exact = false;
	for (int i = 0; i < n->nchild; i++) {
		int fit = keyword_fit(n->child[i], w);

		if (fit == FIT_EXACT) {
			*ambiguous = false;
			*exact = true;
			return n->child[i];
		}
		*ambiguous |= fit && prefix;
		if (fit)
			prefix = n->child[i];
	}
	return *ambiguous ? NULL : prefix;
}

static bool value_fits(const struct node *c, const struct words *ws, int at)
{
	const struct word *w = &ws->w[at];

	if (!c->type)
		return false;
	if (c->type->takes_rest && at < ws->n - 1)
		return c->type->parse(ws->line + w->col, c->limits);
	return c->type->parse(w->text, c->limits);
}

struct match {
	const struct words *ws;
	struct args *args;
	struct err *err;
};

/* Keeps the complaint about the word that is furthest right. */
static bool match_fail(struct match *m, int at, enum err_code code)
{
	int col = m->ws->w[at].col;

	if (m->err->code && col <= m->err->col)
		return false;
	if (code == ERR_INCOMPLETE)
		(void)err_set(m->err, code, col, T_INCOMPLETE);
	else if (code == ERR_AMBIGUOUS)
		(void)err_set(m->err, code, col, T_AMBIGUOUS);
	else
		(void)err_set(m->err, code, col, T_INVALID);
	return false;
}

static bool match_from(struct match *m, const struct node *n, int at);

static bool match_keyword(struct match *m, const struct node *c, int at)
{
	int n = m->args->n, nkey = m->args->nkey;

	assert(nkey < KEYS_MAX);
	m->args->key[m->args->nkey++] = c->text;
	if (match_from(m, c, at + 1))
		return true;
	m->args->n = n;
	m->args->nkey = nkey;
	return false;
}

static bool match_value(struct match *m, const struct node *c, int at)
{
	int n = m->args->n, nkey = m->args->nkey;
	const struct words *ws = m->ws;
	bool rest = c->type->takes_rest && at < ws->n - 1;

	assert(n < ARGS_MAX);
	m->args->v[n].spec = c->text;
	m->args->v[n].word = rest ? ws->line + ws->w[at].col : ws->w[at].text;
	m->args->n++;
	if (match_from(m, c, rest ? ws->n : at + 1))
		return true;
	m->args->n = n;
	m->args->nkey = nkey;
	return false;
}

static bool match_end(struct match *m, const struct node *n, int at)
{
	if (!n->cmd)
		return match_fail(m, at, ERR_INCOMPLETE);
	m->args->row = n->cmd;
	m->args->undo = n->undo;
	return true;
}

static bool match_from(struct match *m, const struct node *n, int at)
{
	bool ambiguous = false, exact = false;
	const struct node *k = NULL;

	if (at == m->ws->n)
		return match_end(m, n, at);
	k = keyword_select(n, &m->ws->w[at], &ambiguous, &exact);
	if (k && match_keyword(m, k, at))
		return true;
	if (exact)
		return false;
	for (int i = 0; i < n->nchild; i++)
		if (value_fits(n->child[i], m->ws, at) &&
		    match_value(m, n->child[i], at))
			return true;
	return k ? false
		 : match_fail(m, at, ambiguous ? ERR_AMBIGUOUS : ERR_SYNTAX);
}

int tree_match(const struct tree *t, const struct words *w, struct args *a,
	       struct err *err)
{
	struct match m = { .ws = w, .args = a, .err = err };

	*err = (struct err){ .col = -1 };
	a->row = NULL;
	a->undo = false;
	a->n = a->nkey = 0;
	return match_from(&m, &t->root, 0) ? 0 : -1;
}

int tree_run(const struct args *a, struct cli *cli, struct err *err)
{
	*err = (struct err){ .col = -1 };
	return (a->undo ? a->row->clear : a->row->run)(cli, a, err);
}

const char *tree_verb(const struct tree *t, const struct words *w)
{
	bool ambiguous = false, exact = false;
	const struct node *k = NULL;

	if (w->n)
		k = keyword_select(&t->root, &w->w[0], &ambiguous, &exact);
	return k ? k->text : NULL;
}

/* ---- help and completion -------------------------------------------------- */

/* Everywhere a line may stand after its finished words. */
struct reach {
	const struct node *at[REACH_MAX];
	int n;
};

static void reach_step(struct reach *r, const struct words *ws, int at)
{
	struct reach next = { .n = 0 };

	for (int i = 0; i < r->n; i++) {
		const struct node *n = r->at[i];
		bool ambiguous = false, exact = false;
		const struct node *k =
			keyword_select(n, &ws->w[at], &ambiguous, &exact);

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
	bool plain; /* may be put into the line as it stands */
};

struct entries {
	struct entry *e; /* owned */
	size_t n;
	const char *prefix;
	const char *help; /* of the names being emitted */
	bool icase;
};

static void entry_add(struct entries *es, const char *name, const char *help,
		      bool plain)
{
	struct entry *e = NULL;

	for (size_t i = 0; i < es->n; i++)
		if (!strcmp(es->e[i].name, name))
			return;
	es->e = xrealloc(es->e, (es->n + 1) * sizeof(*es->e));
	e = &es->e[es->n++];
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
	return strcmp(((const struct entry *)a)->name,
		      ((const struct entry *)b)->name);
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
	if (es->n)
		qsort(es->e, es->n, sizeof(*es->e), entry_cmp);
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
	for (int i = 0; es.prefix && !*es.prefix && i < r.n; i++)
		may_end |= r.at[i]->cmd != NULL;
	if (!es.n && !may_end)
		return err_set(err, ERR_SYNTAX, ws.w[bad].col, T_INVALID);
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

void tree_complete(const struct tree *t, const char *before,
		   const struct scope *s, char *add, size_t cap)
{
	struct words ws;
	struct reach r;
	struct err err;
	struct entries es = { 0 };
	const char *first = NULL;
	size_t len = 0, typed = 0;
	int bad = 0, fits = 0;

	*add = '\0';
	if (!before_split(&ws, before, &err))
		return;
	es.prefix = reach_line(&r, t, &ws, before, &bad);
	if (!es.prefix || ws.w[bad].quoted)
		return;
	typed = strlen(es.prefix);
	entries_collect(&es, &r, s);
	for (size_t i = 0; i < es.n; i++) {
		if (!es.e[i].plain)
			continue;
		len = fits++ ? common_len(first, es.e[i].name) < len
				       ? common_len(first, es.e[i].name)
				       : len
			     : strlen(es.e[i].name);
		first = first ? first : es.e[i].name;
	}
	if (first && len >= typed)
		(void)snprintf(add, cap, "%.*s%s", (int)(len - typed),
			       first + typed, fits == 1 ? " " : "");
	free(es.e);
}

/* ---- arguments ------------------------------------------------------------ */

static bool sentence_has(const char *syntax, const char *text, bool is_value)
{
	struct sentence st;
	size_t len = strlen(text);

	if (!syntax)
		return false;
	sentence_read(&st, syntax);
	for (int i = 0; i < st.n; i++) {
		const struct token *t = &st.tok[i];

		if (t->kind != (is_value ? TOK_VALUE : TOK_WORD) ||
		    t->len < len || memcmp(t->text, text, len) != 0)
			continue;
		if (is_value ? t->text[len] == ':' : t->len == len)
			return true;
	}
	return false;
}

static const char *arg_find(const struct args *a, const char *name)
{
	size_t len = strlen(name);

	assert(sentence_has(a->row->syntax, name, true) ||
	       sentence_has(a->row->no, name, true));
	for (int i = 0; i < a->n; i++)
		if (!strncmp(a->v[i].spec, name, len) &&
		    a->v[i].spec[len] == ':')
			return a->v[i].word;
	return NULL;
}

bool arg_has(const struct args *a, const char *name)
{
	return arg_find(a, name) != NULL;
}

/* Also the address part of a.b.c.d/n. */
struct in_addr arg_addr(const struct args *a, const char *name)
{
	struct in_addr ip = { INADDR_ANY };
	const char *w = arg_find(a, name);
	char text[INET_ADDRSTRLEN];

	if (!w)
		return ip;
	(void)snprintf(text, sizeof(text), "%.*s", (int)strcspn(w, "/"), w);
	(void)str_to_addr(text, &ip);
	return ip;
}

unsigned long arg_uint(const struct args *a, const char *name,
		       unsigned long dflt)
{
	const char *w = arg_find(a, name);

	return w ? strtoul(w, NULL, 10) : dflt;
}

const char *arg_word(const struct args *a, const char *name)
{
	return arg_find(a, name);
}

bool arg_key(const struct args *a, const char *keyword)
{
	assert(sentence_has(a->row->syntax, keyword, false) ||
	       sentence_has(a->row->no, keyword, false));
	for (int i = 0; i < a->nkey; i++)
		if (!strcmp(a->key[i], keyword))
			return true;
	return false;
}

/*
 * Command trees
 *
 * A mode has one tree.  tree_add() expands every row's syntax into the plain
 * sentences it allows ("a [b] c" gives "a b c" and "a c") and inserts them.
 * Mistakes in a table abort when the tree is built, which a unit test does for
 * every mode, so that no user ever meets one.
 */
#include "cli/tree_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"

#define TOKENS_MAX 96

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

/* What a complete sentence does, and where its nodes come from. */
struct leaf {
	const struct cmd *cmd;
	const struct cmd *table;
	bool undo;
	struct pool *pool;
};

static const char *leaf_syntax(const struct leaf *leaf)
{
	return leaf->undo ? leaf->cmd->no : leaf->cmd->syntax;
}

static const char *token_read(struct token *t, const char *s)
{
	bool is_value = *s == '<';

	t->help = NULL;
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
	st->syntax = syntax;
	st->n = 0;
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

		if (c->len == t->len && !memcmp(c->text, t->text, t->len) &&
		    (c->type != NULL) == (t->kind == TOK_VALUE))
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

static void child_append(struct pool *p, struct node *n, struct node *c)
{
	size_t size = sizeof(struct node *), have = (size_t)n->nchild;

	if (!(have & (have - 1))) {
		struct node **child =
			pool_zero(p, (have ? 2 * have : 1) * size);

		if (have)
			memcpy(child, n->child, have * size);
		n->child = child;
	}
	n->child[n->nchild++] = c;
}

static struct node *node_add(struct node *n, const struct token *t,
			     const struct leaf *leaf)
{
	struct node *c = node_find(n, t);

	if (!c) {
		c = pool_zero(leaf->pool, sizeof(*c));
		c->text = pool_strndup(leaf->pool, t->text, t->len);
		c->len = t->len;
		if (t->kind == TOK_VALUE)
			node_set_type(c, leaf_syntax(leaf));
		child_append(leaf->pool, n, c);
	}
	if (!c->help && t->help) {
		c->help = pool_strndup(leaf->pool, t->help, t->help_len);
		c->told = true;
	}
	return c;
}

static void tree_insert(struct node *n, const struct token *const *t,
			const struct leaf *leaf);

static void node_end(struct node *n, const struct leaf *leaf)
{
	if (!leaf->cmd->set &&
	    !(leaf->undo ? leaf->cmd->clear : leaf->cmd->run))
		return;
	if (n->cmd && (n->cmd != leaf->cmd || n->undo != leaf->undo)) {
		if (n->table == leaf->table)
			broken(leaf_syntax(leaf), "one line, two rows");
		return; /* the mode's own row wins over a shared one */
	}
	n->cmd = leaf->cmd;
	n->table = leaf->table;
	n->undo = leaf->undo;
}

/* Inserts one choice of a group, followed by what comes after the group. */
static void insert_choice(struct node *n, const struct token *const *choice,
			  const struct token *const *end,
			  const struct token *const *after,
			  const struct leaf *leaf)
{
	view v;
	int i = 0;

	while (choice < end)
		v[i++] = *choice++;
	while (*after)
		v[i++] = *after++;
	v[i] = NULL;
	tree_insert(n, v, leaf);
}

/* The view's next bar or close of the group that t is inside of. */
static const struct token *const *group_next(const struct token *const *t,
					     const struct leaf *leaf)
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
			 const struct leaf *leaf)
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
			const struct leaf *leaf)
{
	while (*t && is_text(*t))
		n = node_add(n, *t++, leaf);
	if (*t && (*t)->kind != TOK_OPEN)
		broken(leaf_syntax(leaf), "unbalanced bracket");
	if (*t)
		insert_group(n, t, leaf);
	else
		node_end(n, leaf);
}

static void tree_add_sentence(struct tree *t, const char *syntax,
			      const char *help, const struct leaf *leaf)
{
	struct sentence st;
	view v;

	sentence_read(&st, syntax);
	sentence_document(&st, help);
	for (int i = 0; i < st.n; i++)
		v[i] = &st.tok[i];
	v[st.n] = NULL;
	tree_insert(&t->root, v, leaf);
}

struct tree *tree_new(void)
{
	return xcalloc(1, sizeof(struct tree));
}

void tree_add(struct tree *t, const struct cmd *rows)
{
	for (const struct cmd *c = rows; c->syntax; c++) {
		struct leaf leaf = { c, rows, false, &t->pool };

		tree_add_sentence(t, c->syntax, c->help, &leaf);
		leaf.undo = true;
		if (c->no)
			tree_add_sentence(t, c->no, NULL, &leaf);
	}
}

static struct node *node_twin(const struct node *n, const struct node *of)
{
	struct token t = { .kind = of->type ? TOK_VALUE : TOK_WORD,
			   .text = of->text,
			   .len = of->len };

	return node_find(n, &t);
}

static void node_share(struct pool *p, struct node *n, const struct node *from)
{
	for (int i = 0; i < from->nchild; i++) {
		struct node *theirs = from->child[i];
		struct node *c = node_twin(n, theirs);

		if (!c) {
			theirs->shared = true;
			child_append(p, n, theirs);
			continue;
		}
		if (!c->help && theirs->told) {
			c->help = theirs->help;
			c->told = true;
		}
		if (!c->cmd) {
			c->cmd = theirs->cmd;
			c->table = theirs->table;
			c->undo = theirs->undo;
		}
		node_share(p, c, theirs);
	}
}

void tree_share(struct tree *t, struct tree *other)
{
	node_share(&t->pool, &t->root, &other->root);
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	pool_free(&t->pool);
	free(t);
}

/* ---- help for undo sentences ---------------------------------------------- */

/* The words of "no vip address" mean what they mean in "vip address". */
static void help_copy(struct node *to, const struct node *from)
{
	for (int i = 0; i < to->nchild; i++) {
		struct node *c = to->child[i];
		const struct node *twin = NULL;

		if (c->shared)
			continue;
		twin = from ? node_twin(from, c) : NULL;
		if (!c->help && twin && twin->help)
			c->help = twin->help;
		help_copy(c, twin);
	}
}

/* What is still bare below an undo sentence says what it undoes. */
static const char *help_fill(struct pool *p, struct node *n)
{
	const char *below = n->cmd && n->undo ? n->cmd->help : NULL;

	for (int i = 0; i < n->nchild; i++) {
		struct node *c = n->child[i];
		const char *row = c->shared ? c->help : help_fill(p, c);

		if (!c->help && row)
			c->help = pool_strndup(p, row, strcspn(row, "\n"));
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
		n->help = "Undo a command or set its default";
		help_copy(n, &t->root);
	}
	(void)help_fill(&t->pool, &t->root);
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

/* ---- questions about a syntax --------------------------------------------- */

bool syntax_has(const char *syntax, const char *text, bool is_value)
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

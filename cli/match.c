/*
 * Matching a line
 *
 * Matching walks down a tree: an exact keyword, else a unique prefix, else each
 * value that fits, in row order; an exact keyword is final, from anything else
 * the walk steps back.  The error that is told is the one furthest to the right.
 * Keywords match in any case; names never do.  A quoted word is never a keyword.
 */
#include "cli/script_var.h"
#include "cli/setting.h"
#include "cli/tree_priv.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"

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
			      T_LINE_LONG, LINE_LEN);
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

/* What the values of variables have inside of quotes. */
static void quotes_back(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == VAR_QUOTE)
			text[i] = '"';
}

bool words_split_values(struct words *w, const char *line, struct err *err)
{
	if (!words_split(w, line, err))
		return false;
	for (int i = 0; i < w->n; i++)
		quotes_back(w->w[i].text, strlen(w->w[i].text));
	quotes_back(w->line, strlen(w->line));
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

const struct node *keyword_select(const struct node *n, const struct word *w,
				  bool *ambiguous, bool *exact)
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

static const char *known_word(const struct node *c, const struct word *w)
{
	return w->quoted ? NULL : type_known(c->type, w->text);
}

bool value_fits(const struct node *c, const struct words *ws, int at)
{
	const struct word *w = &ws->w[at];

	if (!c->type || (c->type->quotes == QUOTES_MUST && !w->quoted) ||
	    (c->type->quotes == QUOTES_NEVER && w->quoted))
		return false;
	if (c->type->takes_rest && at < ws->n - 1)
		return c->type->parse(ws->line + w->col, c->limits);
	return known_word(c, w) || c->type->parse(w->text, c->limits);
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

static void seq_push(struct args *a, const char *spec, const char *text)
{
	a->seq[a->nseq].spec = spec;
	a->seq[a->nseq++].text = text;
}

static bool match_keyword(struct match *m, const struct node *c, int at)
{
	int n = m->args->n, nkey = m->args->nkey, nseq = m->args->nseq;

	assert(nkey < KEYS_MAX);
	m->args->key[m->args->nkey++] = c->text;
	seq_push(m->args, NULL, c->text);
	if (match_from(m, c, at + 1))
		return true;
	m->args->n = n;
	m->args->nkey = nkey;
	m->args->nseq = nseq;
	return false;
}

static bool match_value(struct match *m, const struct node *c, int at)
{
	int n = m->args->n, nkey = m->args->nkey, nseq = m->args->nseq;
	const struct words *ws = m->ws;
	bool rest = c->type->takes_rest && at < ws->n - 1;
	const char *known = rest ? NULL : known_word(c, &ws->w[at]);

	assert(n < ARGS_MAX);
	m->args->v[n].spec = c->text;
	m->args->v[n].word = rest    ? ws->line + ws->w[at].col
			     : known ? known
				     : ws->w[at].text;
	m->args->n++;
	seq_push(m->args, c->text, m->args->v[n].word);
	if (match_from(m, c, rest ? ws->n : at + 1))
		return true;
	m->args->n = n;
	m->args->nkey = nkey;
	m->args->nseq = nseq;
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
	a->n = a->nkey = a->nseq = 0;
	return match_from(&m, &t->root, 0) ? 0 : -1;
}

int tree_run(const struct args *a, struct cli *cli, struct err *err)
{
	*err = (struct err){ .col = -1 };
	if (a->row->set)
		return setting_run(cli, a, err);
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

/* ---- arguments ------------------------------------------------------------ */

static const char *arg_find(const struct args *a, const char *name)
{
	size_t len = strlen(name);

	assert(syntax_has(a->row->syntax, name, true) ||
	       syntax_has(a->row->no, name, true));
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
	assert(syntax_has(a->row->syntax, keyword, false) ||
	       syntax_has(a->row->no, keyword, false));
	for (int i = 0; i < a->nkey; i++)
		if (!strcmp(a->key[i], keyword))
			return true;
	return false;
}

const char *arg_choice(const struct args *a)
{
	assert(a->nkey);
	return a->key[a->nkey - 1];
}

bool arg_undo(const struct args *a)
{
	return a->undo;
}

#ifndef CSS_CLI_TREE_H
#define CSS_CLI_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cmd.h"
#include "cli/types.h"

struct tree;

#define LINE_LEN  1023 /* longest command line, own bound */
#define WORDS_MAX 128
#define ARGS_MAX  24
#define KEYS_MAX  48

/* One word of a line. */
struct word {
	char *text; /* quotes taken off, in words.buf */
	int col;    /* byte column of its first character, the quote included */
	bool quoted;
};

struct words {
	char buf[LINE_LEN + WORDS_MAX + 2];
	char line[LINE_LEN + 1];
	struct word w[WORDS_MAX + 1]; /* the one behind the last: end of line */
	int n;
};

/* A matched line: the row, its values and the keywords on the way.  Everything
 * points into words, which must outlive it. */
struct args {
	const struct cmd *row;
	bool undo; /* run row->clear, not row->run */
	struct {
		const char *spec; /* "name:type:limits" */
		const char *word;
	} v[ARGS_MAX];
	int n;
	const char *key[KEYS_MAX];
	int nkey;
	/* all words in the order of the sentence; spec NULL: a keyword */
	struct {
		const char *spec, *text;
	} seq[ARGS_MAX + KEYS_MAX];
	int nseq;
};

struct tree *tree_new(void);
void tree_free(struct tree *t);
/* Adds the rows of a table.  Of two tables with one sentence the first wins; a
 * mistake in a table (one sentence twice, surplus help, an unknown type, an
 * unbalanced bracket) names the row on standard error and aborts. */
void tree_add(struct tree *t, const struct cmd *rows);
/*
 * Offers what another tree, a finished one that lives longer, offers: as if its
 * tables were added behind those that were added so far.
 */
void tree_share(struct tree *t, struct tree *other);
/* After the last table: gives the words of undo sentences their help. */
void tree_finish(struct tree *t);
/* Calls bad() for each word of the tree that has no help; for the tests. */
void tree_check(const struct tree *t,
		void (*bad)(void *arg, const char *sentence), void *arg);

/* Splits at blanks; false and err: too long, too many words, open quote. */
bool words_split(struct words *w, const char *line, struct err *err);
/* The same of a line with the values of variables (cli/script_var.h). */
bool words_split_values(struct words *w, const char *line, struct err *err);
/* Which sentence is it?  -1 and err with the column of the word at fault. */
int tree_match(const struct tree *t, const struct words *w, struct args *a,
	       struct err *err);
int tree_run(const struct args *a, struct cli *cli, struct err *err);
/* The keyword that a line begins with, in full; NULL when there is none. */
const char *tree_verb(const struct tree *t, const struct words *w);

/* What may follow `before`: two sorted columns.  -1 and err when nothing can. */
int tree_help(const struct tree *t, const char *before, const struct scope *s,
	      struct out *o, struct err *err);
/* What Tab puts behind `before`. */
void tree_complete(const struct tree *t, const char *before,
		   const struct scope *s, char *add, size_t cap);

#endif

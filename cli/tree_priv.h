#ifndef CSS_CLI_TREE_PRIV_H
#define CSS_CLI_TREE_PRIV_H

#include "cli/tree.h"

/* Inside of a command tree: tree.c builds it, match.c and help.c walk it. */
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

/* Does a row's syntax have this keyword, or a value of this name? */
bool syntax_has(const char *syntax, const char *text, bool is_value);

/* The keyword a word names: exact, or the only one it begins. */
const struct node *keyword_select(const struct node *n, const struct word *w,
				  bool *ambiguous, bool *exact);
bool value_fits(const struct node *c, const struct words *ws, int at);

#endif

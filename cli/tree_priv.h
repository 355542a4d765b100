#ifndef CSS_CLI_TREE_PRIV_H
#define CSS_CLI_TREE_PRIV_H

#include "cli/tree.h"
#include "emu/base/pool.h"

/* Inside of a command tree: tree.c builds it, match.c and help.c walk it. */
struct node {
	const char *text; /* keyword, or "name:type:limits" of a value */
	size_t len;	  /* of text */
	const struct value_type *type; /* NULL: a keyword */
	const char *limits;	       /* into text */
	const char *help;	       /* NULL: none yet */
	const struct cmd *cmd;	       /* set where a sentence may end */
	const struct cmd *table;       /* that cmd is a row of */
	bool undo;
	bool told;   /* help is a row's own, not taken from another node */
	bool shared; /* with everything below: belongs to another tree too */
	struct node **child;
	int nchild; /* room for the next power of two */
};

struct tree {
	struct node root;
	struct pool pool; /* its nodes and their texts */
};

/* Does a row's syntax have this keyword, or a value of this name? */
bool syntax_has(const char *syntax, const char *text, bool is_value);

/* The keyword a word names: exact, or the only one it begins. */
const struct node *keyword_select(const struct node *n, const struct word *w,
				  bool *ambiguous, bool *exact);
bool value_fits(const struct node *c, const struct words *ws, int at);

#endif

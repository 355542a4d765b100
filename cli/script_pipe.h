#ifndef CSS_CLI_SCRIPT_PIPE_H
#define CSS_CLI_SCRIPT_PIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "emu/base/out.h"

struct err;
struct tree;

/* What stands behind a command: `| grep [-u|-i|-v] TEXT` and `| more`. */
#define PIPE_STAGES 8 /* own bound */

struct pipe_stage {
	bool more;
	bool capture; /* -u: the last line goes into UGREP, nothing is printed */
	bool invert;  /* -v */
	char *text;   /* owned */
};

struct pipe {
	struct out buf; /* what the command prints */
	struct pipe_stage stage[PIPE_STAGES];
	int n;
};

/* Where a command's pipe begins, its bar included; its length when there is
 * none.  A bar in front of another word belongs to the command. */
size_t pipe_find(const char *command);
/* text begins with the bar; NULL and err, with the column in text. */
struct pipe *pipe_new(const char *text, struct err *err);
void pipe_free(struct pipe *p); /* NULL is fine */

struct pipe_result {
	struct out out;	  /* what is left to print */
	struct out ugrep; /* the line for UGREP */
	bool captured;	  /* there was a -u */
	bool counted;	  /* there was a grep: lines is STATUS */
	unsigned lines;
};
void pipe_run(const struct pipe *p, struct pipe_result *r);
void pipe_result_fini(struct pipe_result *r);

/* What may stand behind the bar, for help and completion. */
const struct tree *pipe_tree(void);

#endif

#ifndef CSS_CLI_SCRIPT_TYPED_H
#define CSS_CLI_SCRIPT_TYPED_H

#include <stdbool.h>

struct cli;
struct code;
struct err;

/*
 * Blocks and functions typed at the prompt: commands are gathered until the
 * block is closed, then it is played, or the function kept for the session.
 */
int typed_begin(struct cli *c, const char *command, struct err *err);
int typed_add(struct cli *c, const char *command, struct err *err);
void typed_drop(struct cli *c); /* Ctrl-C, or the session ends */

/* A function of the session; NULL: no such; *at is its begin. */
struct code *functions_find(const struct cli *c, const char *name, int *at);
void functions_drop(struct cli *c);

#endif

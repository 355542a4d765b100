#ifndef CSS_CLI_AUTHORIZE_H
#define CSS_CLI_AUTHORIZE_H

#include <stdbool.h>

struct args;
struct cli;
struct words;

/*
 * Commands that TACACS+ servers are asked about, or told of (`tacacs-server
 * authorize` and `account`).
 *
 * Users whom such a server let in may run what it allows, and nothing when no
 * server answers; leaving is always allowed.  Others are not known to it: they
 * came in because no server answered, or by the console's own rules.
 */

/* May any command of this session have to be asked about? */
bool authorize_is_on(const struct cli *c);
/* Is the matched command to be asked about?  Then the session waits, and
 * run(c, w) is called when it is allowed; else the refusal is printed. */
bool authorize_holds(struct cli *c, const struct words *w, const struct args *a,
		     void (*run)(struct cli *c, const struct words *w));

/* The beginning and the end of a command that runs, for accounting. */
struct accounting {
	struct tacacs_told *told; /* owned; NULL: nobody is told */
};
void account_begin(struct cli *c, const struct words *w, const struct args *a,
		   struct accounting *x);
void account_end(struct cli *c, struct accounting *x);

#endif

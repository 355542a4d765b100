#ifndef CSS_CLI_LOOKUP_H
#define CSS_CLI_LOOKUP_H

#include <netinet/in.h>

struct cli;
struct conf;
struct env;
struct err;
struct names;

/* The name servers of the configuration. */
void lookup_servers(const struct env *env, struct names *n);

/*
 * What a user typed for a host: an address and the name of a `host` line are
 * found at once, any other name is asked of the name servers, while the session
 * waits and Ctrl-C gives up.  A file of commands asks nobody.
 *
 * found() gets the address and arg, one block of the heap or NULL, which is
 * freed behind it or when there is no address.
 */
typedef int (*lookup_fn)(struct cli *cli, struct in_addr addr, void *arg,
			 struct err *err);
int lookup(struct cli *cli, const char *text, lookup_fn found, void *arg,
	   struct err *err);

#endif

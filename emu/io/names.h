#ifndef CSS_EMU_IO_NAMES_H
#define CSS_EMU_IO_NAMES_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>

struct err;
struct hostmap;

/*
 * Names of hosts, asked of the name servers of the configuration (`dns
 * primary`, `dns secondary`) and of nothing else: not of this host's files or
 * resolver.  Servers are appliance addresses and go through the host mapping.
 */
#define NAMES_SERVER_MAX 3

struct names {
	const struct hostmap *map; /* borrowed */
	struct in_addr server[NAMES_SERVER_MAX];
	int nserver;
	char suffix[65]; /* added to names without a dot; "": none */
};

/*
 * The first IPv4 address of a name; on a helper thread, for it may take as long
 * as all servers are waited for (some 15 s).  stop (may be NULL) is looked at
 * meanwhile: when it is set the look-up is given up.  -1 and err: no server, no
 * such name, no answer.
 */
int names_lookup(const struct names *n, const char *name,
		 const atomic_bool *stop, struct in_addr *addr,
		 struct err *err);

#endif

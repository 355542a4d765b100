#ifndef CSS_CLI_ZERO_H
#define CSS_CLI_ZERO_H

#include <stddef.h>

struct args;
struct cli;
struct content;
struct err;
struct service;

/*
 * Clearing the counters of services, alone, of a rule or of an owner.
 * Connections to servers are never used again here, so there is no count of
 * those to clear.
 */
enum zero_what {
	ZERO_CONNECTIONS = 1,
	ZERO_TRANSITIONS = 2,
	ZERO_ALL = 3,
};

#define ZERO_COUNTERS                                                          \
	"{total-connections|total-reused-connections|state-transitions}"
#define ZERO_COUNTERS_HELP                                                     \
	"Connections\n"                                                        \
	"Connections that were used again\n"                                   \
	"State transitions"

/* What a sentence with ZERO_COUNTERS names. */
unsigned zero_counters(const struct args *a);
void zero_service(struct cli *cli, const struct service *s, unsigned what);
/* Of the services that a rule adds, or the one of that name; how many. */
int zero_rule_services(struct cli *cli, const struct content *r, unsigned what,
		       const char *only);

#endif

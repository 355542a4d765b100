#ifndef CSS_TESTS_UNIT_SHOW_FAKE_H
#define CSS_TESTS_UNIT_SHOW_FAKE_H

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/out.h"
#include "emu/conf/content.h"
#include "emu/sticky/sticky.h"

/*
 * For the tests of show commands: the handlers of the tables run on a real
 * configuration, with a session, a data plane, a monitor and a chassis of our
 * own.
 */
struct cli {
	struct env env;
	void *object;
	const char *outer, *inner;
	struct out out;
};

/* name=value pairs and keywords, as the tree would hand them over */
struct args {
	const char *words[8];
};

extern struct cli cli;
extern struct args args;

/* What the fakes answer. */
extern enum service_state states[8];
extern struct flow_line flow_lines[4];
extern int nflows, flow_max;
extern struct sticky_entry stickies[4];
extern int nstickies;

/* Services web1 to web3, owner acme with http-rule and ssl-rule. */
extern struct owner *acme;
extern struct content *http, *ssl;
extern struct service *web[3];

void show_setup(void);
void show_teardown(void);

/* Runs the row of that syntax. */
int show_run(const struct cmd *table, const char *syntax, struct err *err);
/* The same; what it prints. */
const char *shown(const struct cmd *table, const char *syntax);
void has(const char *text, const char *part);
void lacks(const char *text, const char *part);
struct in_addr ip(const char *text);

#endif

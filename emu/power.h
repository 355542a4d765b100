#ifndef CSS_EMU_POWER_H
#define CSS_EMU_POWER_H

#include <stdbool.h>

#include "cli/bootrec.h"
#include "cli/software.h"

struct env;
struct options;

/*
 * From power-on to the startup-config: the boot text, the Offline Diagnostic
 * Monitor behind its question, and which version of the software runs
 * (platform.md 2.1 to 2.3).  Lives as long as the switch.
 */
struct power {
	bool console; /* standard input and output are a terminal */
	struct bootrec rec;
	struct software software;
	struct env *env;
	bool (*stopped)(void); /* a signal wants the switch to end */
};

/* The disk, the log, the address map and the administrator's account are there
 * already.  Sets env->bootrec and env->software. */
void power_on(struct power *p, struct env *env, const struct options *o,
	      bool (*stopped)(void));
/* To the console, if there is one, and to boot.log. */
void power_say(struct power *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A line to boot.log. */
void power_note(struct power *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif

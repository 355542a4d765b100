#ifndef CSS_EMU_STARTUP_H
#define CSS_EMU_STARTUP_H

#include <stdbool.h>

struct env;
struct err;
struct options;
struct power;

/*
 * Runs the startup-config, of the disk or of --startup.  On a console the
 * operator may abort it with Ctrl-C: the switch is up without a configuration
 * then.  Rejected lines go to env->startup_errors; a file that is spoilt is kept
 * beside, and the switch boots without.  -1 and err: --startup cannot be read.
 */
int startup_run(struct env *env, const struct options *o, struct power *p,
		struct err *err);
/* From a signal handler: Ctrl-C.  false: it is not running on a console, and
 * the signal means something else. */
bool startup_interrupt(void);

#endif

#ifndef CSS_TESTS_UNIT_LOGTAP_H
#define CSS_TESTS_UNIT_LOGTAP_H

#include "emu/base/log.h"
#include "emu/base/out.h"

/* Everything that is logged from now on, a line each: logtap_start() again
 * begins anew. */
static struct out logtap;

static void logtap_line(void *arg, enum log_level l, const char *line)
{
	(void)arg;
	(void)l;
	out_printf(&logtap, "%s\n", line);
}

static void logtap_start(void)
{
	static int id = -1;

	if (id < 0)
		id = log_sink_add(logtap_line, NULL);
	out_fini(&logtap);
	logtap = (struct out){ 0 };
}

#endif

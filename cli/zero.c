#include "cli/zero.h"

#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/conf/content.h"
#include "emu/keepalive/keepalive.h"
#include "emu/plane/plane.h"

unsigned zero_counters(const struct args *a)
{
	return arg_key(a, "total-connections")	 ? ZERO_CONNECTIONS
	       : arg_key(a, "state-transitions") ? ZERO_TRANSITIONS
						 : 0;
}

void zero_service(struct cli *cli, const struct service *s, unsigned what)
{
	const struct env *env = cli_env(cli);

	if (env->plane && (what & ZERO_CONNECTIONS))
		plane_zero_service(env->plane, s->index);
	if (env->monitor && (what & ZERO_TRANSITIONS))
		monitor_zero_transitions(env->monitor, s->index);
}

int zero_rule_services(struct cli *cli, const struct content *r, unsigned what,
		       const char *only)
{
	int n = 0;

	for (int i = 0; i < r->nservice; i++) {
		const struct service *s =
			service_find(cli_conf(cli), r->service[i].name);

		if (!s || (only && strcmp(only, s->name) != 0))
			continue;
		zero_service(cli, s, what);
		n++;
	}
	return n;
}

static int zero_all(struct cli *cli, const struct args *a, struct err *err)
{
	const struct service *s = NULL;

	(void)err;
	TAILQ_FOREACH(s, &cli_conf(cli)->services, link)
		zero_service(cli, s, zero_counters(a));
	return 0;
}

static int zero_named(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "service");
	const struct service *s = service_find(cli_conf(cli), name);

	if (!s)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "service",
			       name);
	zero_service(cli, s, zero_counters(a));
	return 0;
}

const struct cmd zero_cmds[] = {
	{ .syntax = "zero", .help = "Clear counters" },
	{ .syntax = "zero service " ZERO_COUNTERS " all",
	  .help = "Of services\n" ZERO_COUNTERS_HELP "\n"
		  "Of every service",
	  .run = zero_all },
	{ .syntax = "zero service " ZERO_COUNTERS " <service:service>",
	  .help = "Of one service",
	  .run = zero_named },
	{ 0 },
};

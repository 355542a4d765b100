#include "cli/ports.h"

#include <string.h>

#include "chassis/chassis.h"
#include "chassis/links.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"

/* ---- ports ---------------------------------------------------------------- */

int port_check(const struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "port");
	const struct env *env = cli_env(cli);
	struct port p;

	if (name && !port_find(env->chassis, env->conf, name, &p))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_PORT, name);
	return 0;
}

bool port_next_of(const struct cli *cli, const struct args *a, struct port *p)
{
	const char *name = arg_word(a, "port");
	const struct env *env = cli_env(cli);

	while (port_next(env->chassis, env->conf, p))
		if (!name || str_ieq(name, p->name))
			return true;
	return false;
}

time_t port_changed(const struct env *env, const struct port *p)
{
	uint64_t in_ms = chassis_card(env->chassis, p->slot)->inserted_ms;
	uint64_t late_s =
		in_ms > env->boot_ms ? (in_ms - env->boot_ms) / 1000 : 0;
	time_t since =
		env->links ? links_since(env->links, p->slot, p->number) : 0;

	return since ? since : env->boot_time + (time_t)late_s;
}

void port_counters(const struct env *env, const struct port *p,
		   struct port_counters *c)
{
	memset(c, 0, sizeof(*c));
	if (env->plane)
		plane_port_counters(env->plane, p->slot, p->number, c);
}

void net_counters(const struct env *env, struct net_counters *c)
{
	memset(c, 0, sizeof(*c));
	if (env->plane)
		plane_net_counters(env->plane, c);
}

/* ---- circuits ------------------------------------------------------------- */

unsigned circuit_ifindex(const struct env *env, const struct circuit *ci)
{
	const struct circuit *x = NULL;
	unsigned ifindex = IFINDEX_CIRCUIT;

	TAILQ_FOREACH(x, &env->conf->circuits, link) {
		if (x == ci)
			break;
		ifindex++;
	}
	return ifindex;
}

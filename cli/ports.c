#include "cli/ports.h"

#include <string.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"

/* ---- ports ---------------------------------------------------------------- */

bool port_next(const struct env *env, struct port *p)
{
	const struct chassis *c = env->chassis;

	p->number++;
	while (!chassis_port_name(c, p->slot, p->number, p->name)) {
		if (++p->slot > chassis_model(c)->nslots)
			return false;
		p->number = 1;
	}
	p->ifindex++;
	p->type = card_port_type(chassis_card(c, p->slot)->ops, p->number);
	p->iface = iface_find(env->conf, p->name);
	return true;
}

int port_check(const struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "port");
	unsigned slot, port;

	if (name &&
	    !chassis_port_find(cli_env(cli)->chassis, name, &slot, &port))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_PORT, name);
	return 0;
}

bool port_next_of(const struct cli *cli, const struct args *a, struct port *p)
{
	const char *name = arg_word(a, "port");

	while (port_next(cli_env(cli), p))
		if (!name || str_ieq(name, p->name))
			return true;
	return false;
}

bool port_is_up(const struct port *p)
{
	return !p->iface || !p->iface->admin_shutdown;
}

unsigned port_vlan(const struct port *p)
{
	return p->iface && p->iface->vlan > 0 ? p->iface->vlan : 1;
}

time_t port_changed(const struct env *env, const struct port *p)
{
	uint64_t in_ms = chassis_card(env->chassis, p->slot)->inserted_ms;
	uint64_t late_s =
		in_ms > env->boot_ms ? (in_ms - env->boot_ms) / 1000 : 0;

	return env->boot_time + (time_t)late_s;
}

void port_counters(const struct env *env, const struct port *p,
		   struct port_counters *c)
{
	memset(c, 0, sizeof(*c));
	if (env->plane)
		plane_port_counters(env->plane, p->slot, p->number, c);
}

/* ---- circuits ------------------------------------------------------------- */

bool circuit_next_port(const struct env *env, const struct circuit *ci,
		       struct port *p)
{
	while (port_next(env, p))
		if (port_vlan(p) == ci->vlan)
			return true;
	return false;
}

bool circuit_is_active(const struct env *env, const struct circuit *ci)
{
	struct port p = { 0 };

	while (circuit_next_port(env, ci, &p))
		if (port_is_up(&p))
			return true;
	return false;
}

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

#include "chassis/links.h"

#include <stdlib.h>
#include <string.h>

#include "chassis/ports.h"
#include "emu/base/log.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define SLOTS 7	 /* 1 to 6 */
#define PORTS 17 /* 1 to 16 */

struct link {
	char name[16];
	bool up;
	time_t since;
};

struct links {
	struct link port[SLOTS][PORTS];
	bool powered_on; /* what comes up before is no change */
};

struct links *links_new(void)
{
	return xcalloc(1, sizeof(struct links));
}

void links_free(struct links *l)
{
	free(l);
}

static bool link_change(struct links *l, struct link *k, bool up, time_t now)
{
	if (up == k->up)
		return false;
	k->up = up;
	k->since = now;
	if (l->powered_on)
		log_write(LOG_NETMAN, LOG_CRITICAL_2,
			  up ? T_TRAP_LINK_UP : T_TRAP_LINK_DOWN, k->name);
	return true;
}

/* A port of a module that is gone keeps its name for what is said of it. */
bool links_follow(struct links *l, const struct chassis *ch,
		  const struct conf *c, time_t now)
{
	bool up[SLOTS][PORTS] = { { false } };
	struct port p = { 0 };
	bool changed = false;

	while (port_next(ch, c, &p)) {
		if (p.slot >= SLOTS || p.number >= PORTS)
			continue;
		up[p.slot][p.number] = port_is_up(&p);
		memcpy(l->port[p.slot][p.number].name, p.name, sizeof(p.name));
	}
	for (int s = 1; s < SLOTS; s++)
		for (int n = 1; n < PORTS; n++)
			changed |=
				link_change(l, &l->port[s][n], up[s][n], now);
	l->powered_on = true;
	return changed;
}

time_t links_since(const struct links *l, unsigned slot, unsigned port)
{
	return slot < SLOTS && port < PORTS ? l->port[slot][port].since : 0;
}

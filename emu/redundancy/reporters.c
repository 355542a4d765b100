#include "emu/redundancy/reporters.h"

#include <stdlib.h>
#include <string.h>

#include "chassis/ports.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/redundancy/vrouter.h"

const char *reporter_state_name(enum reporter_state s)
{
	static const char *const names[] = {
		[REPORTER_SUSPENDED] = "Suspended",
		[REPORTER_DOWN] = "Down",
		[REPORTER_UP] = "Up",
	};

	return names[s];
}

/* ---- deciding ------------------------------------------------------------- */

/* A port whose module has left is down. */
bool reporter_phy_up(const struct vr_view *v, const struct reporter_phy *p)
{
	struct port port;

	return port_find(v->chassis, v->conf, p->name, &port) &&
	       port_is_up(&port);
}

static bool has_router(const struct circuit_ip *ip, uint8_t vrid)
{
	for (int i = 0; i < ip->nvr; i++)
		if (ip->vr[i].kind == VR_ROUTER && ip->vr[i].vrid == vrid)
			return true;
	return false;
}

bool reporter_vrid_up(const struct vr_view *v, const struct reporter_vrid *r)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	enum vr_fail why = VR_NO_FAIL;

	TAILQ_FOREACH(ci, &v->conf->circuits, link) {
		ip = circuit_ip_find(ci, r->addr);
		if (ip && has_router(ip, r->vrid))
			return vr_decide_alone(v, ci, ip, r->vrid, &why) ==
			       VR_MASTER;
	}
	return false;
}

enum reporter_state reporter_decide(const struct vr_view *v,
				    const struct reporter *r)
{
	size_t n = r->type == REPORTER_VRID_PEERING ? r->nvrid : r->nphy;
	size_t up = 0;

	if (!r->active)
		return REPORTER_SUSPENDED;
	for (size_t i = 0; i < n; i++)
		up += r->type == REPORTER_VRID_PEERING
			      ? reporter_vrid_up(v, &r->vrid[i])
			      : reporter_phy_up(v, &r->phy[i]);
	return up == n || (r->type == REPORTER_PHY_ANY && up) ? REPORTER_UP
							      : REPORTER_DOWN;
}

/* ---- following ------------------------------------------------------------ */

struct reporters {
	struct reporter_status *status; /* owned */
	size_t n;
};

struct reporters *reporters_new(void)
{
	return xcalloc(1, sizeof(struct reporters));
}

void reporters_free(struct reporters *r)
{
	if (!r)
		return;
	free(r->status);
	free(r);
}

const struct reporter_status *reporters_find(const struct reporters *r,
					     const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->status[i].name, name))
			return &r->status[i];
	return NULL;
}

static void note(struct reporter_status *s, enum reporter_state to)
{
	static const char *const words[] = {
		[REPORTER_SUSPENDED] = "suspended",
		[REPORTER_DOWN] = "down",
		[REPORTER_UP] = "up",
	};

	log_write(LOG_NETMAN, LOG_CRITICAL_2, T_REPORTER_LOG, s->name,
		  words[to]);
	s->state = to;
	s->transitions++;
	s->since = wall_now();
}

void reporters_follow(struct reporters *r, const struct vr_view *v)
{
	struct reporters after = { 0 };
	const struct reporter *x = NULL;

	TAILQ_FOREACH(x, &v->conf->reporters, link) {
		const struct reporter_status *old = reporters_find(r, x->name);
		struct reporter_status s = { .state = REPORTER_SUSPENDED };
		enum reporter_state to = reporter_decide(v, x);

		if (old)
			s = *old;
		(void)str_copy(s.name, sizeof(s.name), x->name);
		if (s.state != to)
			note(&s, to);
		after.status = xarray_insert(after.status, &after.n, sizeof(s),
					     after.n);
		after.status[after.n - 1] = s;
	}
	free(r->status);
	*r = after;
}

void reporters_zero(struct reporters *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->status[i].transitions = 0;
}

#include "emu/redundancy/vrouter.h"

#include <stdlib.h>

#include "chassis/ports.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/conf/service.h"
#include "emu/redundancy/reporters.h"

/* ---- names ---------------------------------------------------------------- */

const char *vr_state_name(enum vr_state s)
{
	static const char *const names[] = {
		[VR_IF_DOWN] = "Down",	[VR_NO_SERVICE] = "No Service",
		[VR_BACKUP] = "Backup", [VR_MASTER] = "Master",
		[VR_IDLE] = "Idle",
	};

	return names[s];
}

const char *vr_fail_name(enum vr_fail f)
{
	static const char *const names[] = {
		[VR_NO_FAIL] = "No Fail",
		[VR_FAIL_INTERFACE] = "Interface Down",
		[VR_FAIL_SERVICE] = "Critical Service Down",
		[VR_FAIL_REPORTER] = "Critical Reporter Down",
	};

	return names[f];
}

enum critical_kind critical_kind(const struct service *s)
{
	if (s->type == SERVICE_REDUNDANCY_UP)
		return CRITICAL_UPLINK;
	return s->keepalive.type == PROBE_SCRIPT ? CRITICAL_SCRIPT
						 : CRITICAL_LOCAL;
}

const char *critical_kind_name(enum critical_kind k)
{
	static const char *const names[] = {
		[CRITICAL_LOCAL] = "Local",
		[CRITICAL_UPLINK] = "RedundancyUp",
		[CRITICAL_SCRIPT] = "Scripted",
	};

	return names[k];
}

/* ---- deciding ------------------------------------------------------------- */

static bool is_usable(const struct vr_view *v, const struct service *s)
{
	enum service_state state =
		s ? v->service_state(v->arg, s) : SERVICE_DOWN;

	return state == SERVICE_ALIVE || state == SERVICE_DYING;
}

static bool services_hold(const struct vr_view *v, const struct circuit_ip *ip,
			  uint8_t vrid)
{
	unsigned all[CRITICAL_SCRIPT + 1] = { 0 };
	unsigned usable[CRITICAL_SCRIPT + 1] = { 0 };

	for (int i = 0; i < ip->nvr; i++) {
		const struct vr_line *line = &ip->vr[i];
		const struct service *s = NULL;
		enum critical_kind k = CRITICAL_LOCAL;

		if (line->kind != VR_SERVICE || line->vrid != vrid)
			continue;
		s = service_find(v->conf, line->name);
		k = s ? critical_kind(s) : CRITICAL_LOCAL;
		all[k]++;
		usable[k] += is_usable(v, s);
	}
	return usable[CRITICAL_SCRIPT] == all[CRITICAL_SCRIPT] &&
	       (usable[CRITICAL_UPLINK] || !all[CRITICAL_UPLINK]) &&
	       (usable[CRITICAL_LOCAL] || !all[CRITICAL_LOCAL]);
}

/* Does the reporter that a line names hold?  Of routers: told apart below. */
static bool reporter_holds(const struct vr_view *v, const char *name,
			   bool of_routers)
{
	const struct reporter *r = reporter_find(v->conf, name);

	return !r || (r->type == REPORTER_VRID_PEERING) != of_routers ||
	       reporter_decide(v, r) != REPORTER_DOWN;
}

static bool reporters_hold(const struct vr_view *v, const struct circuit_ip *ip,
			   uint8_t vrid, bool of_routers)
{
	for (int i = 0; i < ip->nvr; i++)
		if (ip->vr[i].kind == VR_REPORTER && ip->vr[i].vrid == vrid &&
		    !reporter_holds(v, ip->vr[i].name, of_routers))
			return false;
	return true;
}

enum vr_state vr_decide_alone(const struct vr_view *v, const struct circuit *ci,
			      const struct circuit_ip *ip, uint8_t vrid,
			      enum vr_fail *why)
{
	*why = VR_NO_FAIL;
	if (ip->disabled || !circuit_is_active(v->chassis, v->conf, ci)) {
		*why = VR_FAIL_INTERFACE;
		return VR_IF_DOWN;
	}
	if (!services_hold(v, ip, vrid)) {
		*why = VR_FAIL_SERVICE;
		return VR_NO_SERVICE;
	}
	if (!reporters_hold(v, ip, vrid, false)) {
		*why = VR_FAIL_REPORTER;
		return VR_NO_SERVICE;
	}
	return VR_MASTER;
}

static bool watches(const struct reporter *r, struct in_addr addr, uint8_t vrid)
{
	for (size_t i = 0; i < r->nvrid; i++)
		if (r->vrid[i].addr.s_addr == addr.s_addr &&
		    r->vrid[i].vrid == vrid)
			return true;
	return false;
}

/* Could all routers that this one changes state with be master? */
static bool peers_hold(const struct vr_view *v, const struct circuit_ip *ip,
		       uint8_t vrid)
{
	const struct reporter *r = NULL;

	TAILQ_FOREACH(r, &v->conf->reporters, link)
		if (r->type == REPORTER_VRID_PEERING &&
		    watches(r, ip->addr, vrid) &&
		    reporter_decide(v, r) == REPORTER_DOWN)
			return false;
	return true;
}

enum vr_state vr_decide(const struct vr_view *v, const struct circuit *ci,
			const struct circuit_ip *ip, uint8_t vrid,
			enum vr_fail *why)
{
	enum vr_state state = vr_decide_alone(v, ci, ip, vrid, why);

	if (state != VR_MASTER || (reporters_hold(v, ip, vrid, true) &&
				   peers_hold(v, ip, vrid)))
		return state;
	*why = VR_FAIL_REPORTER;
	return VR_NO_SERVICE;
}

/* ---- following ------------------------------------------------------------ */

struct vrouters {
	struct vr_status *status; /* owned */
	size_t n;
};

struct vrouters *vrouters_new(void)
{
	return xcalloc(1, sizeof(struct vrouters));
}

void vrouters_free(struct vrouters *r)
{
	if (!r)
		return;
	free(r->status);
	free(r);
}

static struct vr_status *find(const struct vrouters *r, struct in_addr addr,
			      uint8_t vrid)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->status[i].addr.s_addr == addr.s_addr &&
		    r->status[i].vrid == vrid)
			return &r->status[i];
	return NULL;
}

const struct vr_status *vrouters_find(const struct vrouters *r,
				      struct in_addr addr, uint8_t vrid)
{
	return find(r, addr, vrid);
}

static void note(struct vr_status *s, enum vr_state to, enum vr_fail why)
{
	log_write(LOG_REDUNDANCY, LOG_NOTICE_5,
		  "Virtual router %u on %s: %s -> %s", s->vrid,
		  str_addr(s->addr), vr_state_name(s->state),
		  vr_state_name(to));
	s->state = to;
	if (why != VR_NO_FAIL)
		s->last_fail = why;
	s->changes++;
	s->since = wall_now();
}

/* Appends the router's status, taken over from before or new; true: changed. */
static bool follow_one(const struct vrouters *before, struct vrouters *after,
		       const struct vr_view *v, const struct circuit *ci,
		       const struct circuit_ip *ip, uint8_t vrid)
{
	const struct vr_status *old = find(before, ip->addr, vrid);
	struct vr_status s = { .addr = ip->addr, .vrid = vrid };
	enum vr_fail why = VR_NO_FAIL;
	enum vr_state to = vr_decide(v, ci, ip, vrid, &why);
	bool changed = false;

	if (old)
		s = *old;
	changed = s.state != to;
	if (changed)
		note(&s, to, why);
	after->status = xrealloc(after->status,
				 (after->n + 1) * sizeof(*after->status));
	after->status[after->n++] = s;
	return changed;
}

bool vrouters_follow(struct vrouters *r, const struct vr_view *v)
{
	struct vrouters after = { 0 };
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	bool changed = false;

	TAILQ_FOREACH(ci, &v->conf->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			for (int i = 0; i < ip->nvr; i++)
				if (ip->vr[i].kind == VR_ROUTER)
					changed |=
						follow_one(r, &after, v, ci, ip,
							   ip->vr[i].vrid);
	changed |= after.n != r->n;
	free(r->status);
	*r = after;
	return changed;
}

static bool is_shared(const struct vr_line *line, struct in_addr a)
{
	uint32_t from = ntohl(line->addr.s_addr), at = ntohl(a.s_addr);

	return (line->kind == VR_VIP || line->kind == VR_INTERFACE) &&
	       at >= from && at - from < (line->range ? line->range : 1u);
}

bool vrouters_share(const struct vrouters *r, const struct conf *c,
		    struct in_addr addr, enum vr_state *state)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	const struct vr_status *s = NULL;
	bool any = false;

	*state = VR_MASTER;
	TAILQ_FOREACH(ci, &c->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			for (int i = 0; i < ip->nvr; i++) {
				if (!is_shared(&ip->vr[i], addr))
					continue;
				any = true;
				s = find(r, ip->addr, ip->vr[i].vrid);
				if (s && s->state != VR_MASTER)
					*state = s->state;
			}
	return any;
}

bool vrouters_serve(const struct vrouters *r, const struct conf *c,
		    struct in_addr addr)
{
	enum vr_state state;

	return !vrouters_share(r, c, addr, &state) || state == VR_MASTER;
}

void vrouters_zero(struct vrouters *r, struct in_addr addr, uint8_t vrid)
{
	for (size_t i = 0; i < r->n; i++)
		if ((addr.s_addr == INADDR_ANY ||
		     addr.s_addr == r->status[i].addr.s_addr) &&
		    (!vrid || vrid == r->status[i].vrid))
			r->status[i].changes = 0;
}

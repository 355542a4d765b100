#include "emu/redundancy/box.h"

#include <stdlib.h>

#include "chassis/ports.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"
#include "emu/redundancy/vrouter.h"

const char *box_state_name(enum box_state s)
{
	static const char *const names[] = { "Init", "Backup", "Master" };

	return names[s];
}

const char *box_fail_name(enum box_fail f)
{
	static const char *const names[] = {
		"No Fail", "Phy Link Fail", "Uplink Fail",
		"Other Switch Asserted Mastership"
	};

	return names[f];
}

/* ---- deciding ------------------------------------------------------------- */

bool box_is_enabled(const struct conf *c)
{
	return c->global->redundancy || c->global->redundancy_master;
}

static const struct circuit_ip *interface_of(const struct conf *c,
					     const struct circuit **on)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &c->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			if (ip->redundancy_protocol) {
				*on = ci;
				return ip;
			}
	return NULL;
}

const struct circuit_ip *box_interface(const struct conf *c)
{
	const struct circuit *ci = NULL;

	return interface_of(c, &ci);
}

bool box_is_usable(enum service_state s)
{
	return s == SERVICE_ALIVE || s == SERVICE_DYING;
}

static bool ports_hold(const struct vr_view *v)
{
	struct port p = { 0 };

	while (port_next(v->chassis, v->conf, &p))
		if (p.iface && p.iface->redundancy_phy && !port_is_up(&p))
			return false;
	return true;
}

/* One of them is enough. */
static bool uplinks_hold(const struct vr_view *v)
{
	const struct service *s = NULL;
	bool any = false;

	TAILQ_FOREACH(s, &v->conf->services, link) {
		if (s->type != SERVICE_REDUNDANCY_UP)
			continue;
		any = true;
		if (box_is_usable(v->service_state(v->arg, s)))
			return true;
	}
	return !any;
}

enum box_state box_decide(const struct vr_view *v, enum box_fail *why)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = interface_of(v->conf, &ci);

	*why = BOX_NO_FAIL;
	if (!box_is_enabled(v->conf) || !ip || ip->disabled ||
	    !circuit_is_active(v->chassis, v->conf, ci))
		return BOX_INIT;
	if (!ports_hold(v))
		*why = BOX_FAIL_PHY;
	else if (!uplinks_hold(v))
		*why = BOX_FAIL_UPLINK;
	return *why == BOX_NO_FAIL ? BOX_MASTER : BOX_BACKUP;
}

/* ---- following ------------------------------------------------------------ */

struct box {
	struct box_status status;
};

struct box *box_new(void)
{
	return xcalloc(1, sizeof(struct box));
}

void box_free(struct box *b)
{
	free(b);
}

bool box_follow(struct box *b, const struct vr_view *v)
{
	enum box_fail why = BOX_NO_FAIL;
	enum box_state to = box_decide(v, &why);
	struct box_status *s = &b->status;

	if (to == s->state)
		return false;
	log_write(LOG_REDUNDANCY, LOG_NOTICE_5, "Redundancy state: %s -> %s",
		  box_state_name(s->state), box_state_name(to));
	s->state = to;
	s->since = conf_clock();
	s->to_master += to == BOX_MASTER;
	s->to_backup += to == BOX_BACKUP;
	if (why != BOX_NO_FAIL)
		s->last_fail = why;
	return true;
}

const struct box_status *box_status(const struct box *b)
{
	return &b->status;
}

bool box_serves(const struct box *b, const struct conf *c, struct in_addr vip)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	if (b->status.state != BOX_BACKUP)
		return true;
	TAILQ_FOREACH(ci, &c->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			if (!((ip->addr.s_addr ^ vip.s_addr) &
			      str_mask_of(ip->prefix_len).s_addr))
				return !ci->redundancy;
	return false;
}

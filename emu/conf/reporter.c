#include "emu/conf/reporter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"

static const char *const type_names[] = {
	[REPORTER_NO_TYPE] = "",
	[REPORTER_PHY_ALL] = "critical-phy-all-up",
	[REPORTER_PHY_ANY] = "critical-phy-any-up",
	[REPORTER_VRID_PEERING] = "vrid-peering",
};
static_assert(sizeof(type_names) / sizeof(*type_names) == REPORTER_TYPE_NUM,
	      "a name per type");

const char *reporter_type_name(enum reporter_type t)
{
	return type_names[t];
}

/* ---- reporters ------------------------------------------------------------ */

struct reporter *reporter_find(const struct conf *c, const char *name)
{
	struct reporter *r = NULL;

	TAILQ_FOREACH(r, &c->reporters, link)
		if (!strcmp(r->name, name))
			return r;
	return NULL;
}

/* Into its place by name; the number of reporters there were. */
static int list_insert(struct conf *c, struct reporter *r)
{
	struct reporter *other = NULL, *behind = NULL;
	int n = 0;

	TAILQ_FOREACH(other, &c->reporters, link) {
		n++;
		if (!behind && strcmp(other->name, r->name) > 0)
			behind = other;
	}
	if (behind)
		TAILQ_INSERT_BEFORE(behind, r, link);
	else
		TAILQ_INSERT_TAIL(&c->reporters, r, link);
	return n;
}

static void drop(struct conf *c, struct reporter *r)
{
	TAILQ_REMOVE(&c->reporters, r, link);
	free(r->phy);
	free(r->vrid);
	free(r);
}

struct reporter *reporter_add(struct conf *c, const char *name, struct err *err)
{
	struct reporter *r = reporter_find(c, name);

	if (r)
		return r;
	if (conf_check_name(name, err) < 0)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	(void)str_copy(r->name, sizeof(r->name), name);
	if (list_insert(c, r) >= REPORTER_MAX) {
		drop(c, r);
		(void)err_set(err, ERR_RANGE, -1, T_FULL, "reporter",
			      REPORTER_MAX);
		return NULL;
	}
	conf_changed(c);
	return r;
}

int reporter_del(struct conf *c, const char *name, struct err *err)
{
	struct reporter *r = reporter_find(c, name);

	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "reporter",
			       name);
	if (circuit_check_unused(c, VR_REPORTER, name, err) < 0)
		return -1;
	drop(c, r);
	conf_changed(c);
	return 0;
}

/* ---- what is watched ------------------------------------------------------ */

static int may_edit(const struct reporter *r, struct err *err)
{
	return r->active ? err_set(err, ERR_REFUSED, -1, T_REPORTER_ACTIVE) : 0;
}

static bool watches_ports(enum reporter_type t)
{
	return t == REPORTER_PHY_ALL || t == REPORTER_PHY_ANY;
}

/* Ports and routers are for different types. */
static int check_type(enum reporter_type t, bool ports, struct err *err)
{
	if (t == REPORTER_NO_TYPE || watches_ports(t) == ports)
		return 0;
	return err_set(err, ERR_REFUSED, -1,
		       ports ? T_REPORTER_NO_PHY : T_REPORTER_NO_VRID,
		       type_names[t]);
}

int reporter_set_type(struct conf *c, struct reporter *r, enum reporter_type t,
		      struct err *err)
{
	if (r->type == t)
		return 0;
	if (may_edit(r, err) < 0 || (r->nphy && check_type(t, true, err) < 0) ||
	    (r->nvrid && check_type(t, false, err) < 0))
		return -1;
	r->type = t;
	conf_changed(c);
	return 0;
}

/* Where the port is, or belongs. */
static size_t phy_place(const struct reporter *r, unsigned slot, unsigned port,
			bool *found)
{
	size_t at = 0;

	while (at < r->nphy &&
	       (r->phy[at].slot < slot ||
		(r->phy[at].slot == slot && r->phy[at].port < port)))
		at++;
	*found = at < r->nphy && r->phy[at].slot == slot &&
		 r->phy[at].port == port;
	return at;
}

static int phy_read(const struct conf *c, const char *text,
		    struct reporter_phy *p, struct err *err)
{
	*p = (struct reporter_phy){ 0 };
	if (!iface_parse(text, &p->slot, &p->port, p->name, sizeof(p->name)) ||
	    !p->slot ||
	    (c->hooks.port_exists &&
	     !c->hooks.port_exists(c->hooks.arg, p->slot, p->port)))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_PORT, text);
	return 0;
}

int reporter_add_phy(struct conf *c, struct reporter *r, const char *port,
		     struct err *err)
{
	struct reporter_phy p;
	bool found = false;
	size_t at = 0;

	if (phy_read(c, port, &p, err) < 0)
		return -1;
	at = phy_place(r, p.slot, p.port, &found);
	if (found)
		return 0;
	if (may_edit(r, err) < 0 || check_type(r->type, true, err) < 0)
		return -1;
	if (r->nphy == REPORTER_WATCH_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "phy",
			       REPORTER_WATCH_MAX);
	r->phy = xarray_insert(r->phy, &r->nphy, sizeof(p), at);
	r->phy[at] = p;
	conf_changed(c);
	return 0;
}

/* Also a port whose module has left. */
int reporter_del_phy(struct conf *c, struct reporter *r, const char *port,
		     struct err *err)
{
	struct reporter_phy p = { 0 };
	bool found = false;
	size_t at = 0;

	if (iface_parse(port, &p.slot, &p.port, p.name, sizeof(p.name)))
		at = phy_place(r, p.slot, p.port, &found);
	if (!found)
		return err_set(err, ERR_NOT_FOUND, -1, T_NOT_WATCHED, port);
	if (may_edit(r, err) < 0)
		return -1;
	xarray_remove(r->phy, &r->nphy, sizeof(p), at);
	conf_changed(c);
	return 0;
}

static size_t vrid_place(const struct reporter *r, struct in_addr addr,
			 uint8_t vrid)
{
	size_t at = 0;

	while (at < r->nvrid && (r->vrid[at].addr.s_addr != addr.s_addr ||
				 r->vrid[at].vrid != vrid))
		at++;
	return at;
}

int reporter_add_vrid(struct conf *c, struct reporter *r, struct in_addr addr,
		      uint8_t vrid, struct err *err)
{
	size_t at = vrid_place(r, addr, vrid);

	if (at < r->nvrid)
		return 0;
	if (may_edit(r, err) < 0 || check_type(r->type, false, err) < 0)
		return -1;
	if (r->nvrid == REPORTER_WATCH_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "vrid",
			       REPORTER_WATCH_MAX);
	r->vrid = xarray_insert(r->vrid, &r->nvrid, sizeof(*r->vrid), at);
	r->vrid[at] = (struct reporter_vrid){ addr, vrid };
	conf_changed(c);
	return 0;
}

int reporter_del_vrid(struct conf *c, struct reporter *r, struct in_addr addr,
		      uint8_t vrid, struct err *err)
{
	size_t at = vrid_place(r, addr, vrid);

	if (at == r->nvrid)
		return err_set(err, ERR_NOT_FOUND, -1, T_NOT_WATCHED,
			       str_addr(addr));
	if (may_edit(r, err) < 0)
		return -1;
	xarray_remove(r->vrid, &r->nvrid, sizeof(*r->vrid), at);
	conf_changed(c);
	return 0;
}

int reporter_activate(struct conf *c, struct reporter *r, struct err *err)
{
	if (r->active)
		return 0;
	if (r->type == REPORTER_NO_TYPE)
		return err_set(err, ERR_REFUSED, -1, T_RULE_NEEDS, "Reporter",
			       "a type");
	if (watches_ports(r->type) ? !r->nphy : !r->nvrid)
		return err_set(err, ERR_REFUSED, -1, T_RULE_NEEDS,
			       type_names[r->type],
			       watches_ports(r->type) ? "a phy" : "a vrid");
	conf_put_flag(c, &r->active, true);
	return 0;
}

int reporter_suspend(struct conf *c, struct reporter *r, struct err *err)
{
	(void)err;
	conf_put_flag(c, &r->active, false);
	return 0;
}

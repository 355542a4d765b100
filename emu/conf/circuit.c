/*
 * Circuits, their IP interfaces, and ports with settings of their own
 *
 * A VLAN is a circuit named after it.  VLAN1 always exists; `bridge vlan N` on
 * a port makes VLANN, and a circuit that no port is in and that says nothing
 * goes away with the last port.  A port appears here when its settings are
 * first touched.
 */
#include "emu/conf/circuit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define VLAN_MAX	4094
#define IP_MAX		256 /* own bound: interfaces in all */
#define DISCOVERY_MAX_S 600
#define BRIDGE_PRIORITY 128

unsigned circuit_vlan_of(const char *name)
{
	uint32_t vlan = 0;
	char head[5] = "";

	(void)str_copy(head, sizeof(head), name);
	if (strlen(name) < 5 || !str_ieq(head, "VLAN") ||
	    !str_to_u32(name + 4, 1, VLAN_MAX, &vlan))
		return 0;
	return vlan;
}

static struct circuit *by_vlan(const struct conf *c, unsigned vlan)
{
	struct circuit *ci = NULL;

	TAILQ_FOREACH(ci, &c->circuits, link)
		if (ci->vlan == vlan)
			return ci;
	return NULL;
}

struct circuit *circuit_find(const struct conf *c, const char *name)
{
	return by_vlan(c, circuit_vlan_of(name));
}

static void circuit_insert(struct conf *c, struct circuit *ci)
{
	struct circuit *other = NULL;

	TAILQ_FOREACH(other, &c->circuits, link)
		if (other->vlan > ci->vlan) {
			TAILQ_INSERT_BEFORE(other, ci, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->circuits, ci, link);
}

struct circuit *circuit_add(struct conf *c, unsigned vlan, struct err *err)
{
	struct circuit *ci = by_vlan(c, vlan);

	if (ci)
		return ci;
	if (vlan < 1 || vlan > VLAN_MAX) {
		(void)err_set(err, ERR_RANGE, -1, "VLAN is 1 to %d", VLAN_MAX);
		return NULL;
	}
	ci = xcalloc(1, sizeof(*ci));
	(void)snprintf(ci->name, sizeof(ci->name), "VLAN%u", vlan);
	ci->vlan = vlan;
	ci->discovery_max_s = DISCOVERY_MAX_S;
	TAILQ_INIT(&ci->ips);
	circuit_insert(c, ci);
	conf_changed(c);
	return ci;
}

static void ip_free(struct circuit_ip *ip)
{
	settings_fini(&ip->kept);
	free(ip);
}

void circuit_free(struct circuit *ci)
{
	struct circuit_ip *ip = NULL;

	while ((ip = TAILQ_FIRST(&ci->ips))) {
		TAILQ_REMOVE(&ci->ips, ip, link);
		ip_free(ip);
	}
	settings_fini(&ci->kept);
	free(ci);
}

/* ---- IP interfaces -------------------------------------------------------- */

struct circuit_ip *circuit_ip_find(const struct circuit *ci, struct in_addr a)
{
	struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ip, &ci->ips, link)
		if (ip->addr.s_addr == a.s_addr)
			return ip;
	return NULL;
}

static bool same_net(struct in_addr a, struct in_addr b, uint8_t prefix_len)
{
	return ((a.s_addr ^ b.s_addr) & str_mask_of(prefix_len).s_addr) == 0;
}

/* An address once, a subnet on one circuit only. */
static int check_overlap(const struct conf *c, const struct circuit *mine,
			 struct in_addr a, uint8_t prefix_len, struct err *err)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	int n = 0;

	TAILQ_FOREACH(ci, &c->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link) {
			uint8_t shorter = ip->prefix_len < prefix_len
						  ? ip->prefix_len
						  : prefix_len;

			if (++n >= IP_MAX)
				return err_set(err, ERR_RANGE, -1, T_FULL,
					       "ip interface", IP_MAX);
			if (ci != mine && same_net(ip->addr, a, shorter))
				return err_set(err, ERR_EXISTS, -1,
					       T_IP_OVERLAP, str_addr(a),
					       str_addr(ip->addr), ci->name);
		}
	return 0;
}

static int check_host(struct in_addr a, uint8_t prefix_len, struct err *err)
{
	uint32_t host =
		ntohl(a.s_addr) & ~ntohl(str_mask_of(prefix_len).s_addr);
	uint32_t all = ~ntohl(str_mask_of(prefix_len).s_addr);
	uint32_t top = ntohl(a.s_addr) >> 24;

	if (prefix_len < 8 || prefix_len > 31)
		return err_set(err, ERR_RANGE, -1, T_IP_PREFIX);
	if (top == 0 || top >= 224 ||
	    (prefix_len < 31 && (host == 0 || host == all)))
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST, str_addr(a));
	return 0;
}

struct circuit_ip *circuit_ip_add(struct conf *c, struct circuit *ci,
				  struct in_addr a, uint8_t prefix_len,
				  struct err *err)
{
	struct circuit_ip *ip = circuit_ip_find(ci, a);

	if (ip && ip->prefix_len == prefix_len)
		return ip;
	if (ip) {
		(void)err_set(err, ERR_EXISTS, -1, T_EXISTS, "ip interface",
			      str_addr(a));
		return NULL;
	}
	if (check_host(a, prefix_len, err) < 0 ||
	    check_overlap(c, ci, a, prefix_len, err) < 0)
		return NULL;
	ip = xcalloc(1, sizeof(*ip));
	ip->addr = a;
	ip->prefix_len = prefix_len;
	ip->since = conf_clock();
	ip->redirects = true;
	ip->unreachables = true;
	ip->broadcast.s_addr = INADDR_BROADCAST;
	TAILQ_INSERT_TAIL(&ci->ips, ip, link);
	conf_changed(c);
	return ip;
}

int circuit_ip_del(struct conf *c, struct circuit *ci, struct in_addr a,
		   struct err *err)
{
	struct circuit_ip *ip = circuit_ip_find(ci, a);

	if (!ip)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "ip interface", str_addr(a));
	TAILQ_REMOVE(&ci->ips, ip, link);
	ip_free(ip);
	conf_changed(c);
	return 0;
}

/* ---- virtual routers ----------------------------------------------------- */

static int vr_at(const struct circuit_ip *ip, const struct vr_line *v)
{
	for (int i = 0; i < ip->nvr; i++)
		if (ip->vr[i].kind == v->kind && ip->vr[i].vrid == v->vrid &&
		    ip->vr[i].addr.s_addr == v->addr.s_addr &&
		    !strcmp(ip->vr[i].name, v->name))
			return i;
	return -1;
}

/* What is shared is an address of a host. */
static int check_shared(const struct vr_line *v, struct err *err)
{
	if (v->kind != VR_VIP && v->kind != VR_INTERFACE)
		return 0;
	if (v->addr.s_addr == INADDR_ANY)
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST,
			       str_addr(v->addr));
	return conf_check_hosts(v->addr, v->range, err);
}

int circuit_ip_set_vr(struct conf *c, struct circuit_ip *ip,
		      const struct vr_line *v, struct err *err)
{
	int at = vr_at(ip, v);

	if (check_shared(v, err) < 0)
		return -1;
	if (at < 0 && ip->nvr == VR_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL,
			       "virtual router line", VR_MAX);
	if (at < 0)
		at = ip->nvr++;
	ip->vr[at] = *v;
	conf_changed(c);
	return 0;
}

int circuit_ip_del_vr(struct conf *c, struct circuit_ip *ip,
		      const struct vr_line *v, struct err *err)
{
	int at = vr_at(ip, v);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "Virtual router %u has no such line", v->vrid);
	ip->nvr--;
	memmove(&ip->vr[at], &ip->vr[at + 1],
		(size_t)(ip->nvr - at) * sizeof(ip->vr[0]));
	conf_changed(c);
	return 0;
}

static bool ip_names(const struct circuit_ip *ip, enum vr_kind kind,
		     const char *name)
{
	for (int i = 0; i < ip->nvr; i++)
		if (ip->vr[i].kind == kind && !strcmp(ip->vr[i].name, name))
			return true;
	return false;
}

int circuit_check_unused(const struct conf *c, enum vr_kind kind,
			 const char *name, struct err *err)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &c->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			if (ip_names(ip, kind, name))
				return err_set(err, ERR_REFUSED, -1, T_IN_USE,
					       name, "circuit", ci->name);
	return 0;
}

/* ---- ports ---------------------------------------------------------------- */

bool iface_parse(const char *text, unsigned *slot, unsigned *port, char *canon,
		 size_t cap)
{
	char head[8] = "";
	size_t len = strcspn(text, "/");
	uint32_t s = 0, p = 0;

	if (str_ieq(text, "Ethernet-Mgmt")) {
		*slot = 0;
		*port = 0;
		return str_copy(canon, cap, "Ethernet-Mgmt");
	}
	if ((text[0] == 'e' || text[0] == 'E') &&
	    str_to_u32(text + 1, 1, 255, &p)) {
		*slot = 1;
		*port = p;
		(void)snprintf(canon, cap, "e%u", p);
		return true;
	}
	if (!text[len] || len >= sizeof(head))
		return false;
	memcpy(head, text, len);
	if (!str_to_u32(head, 1, 255, &s) ||
	    !str_to_u32(text + len + 1, 1, 255, &p))
		return false;
	*slot = s;
	*port = p;
	(void)snprintf(canon, cap, "%u/%u", s, p);
	return true;
}

static struct iface *by_port(const struct conf *c, unsigned slot, unsigned port)
{
	struct iface *i = NULL;

	TAILQ_FOREACH(i, &c->ifaces, link)
		if (i->slot == slot && i->port == port)
			return i;
	return NULL;
}

struct iface *iface_find(const struct conf *c, const char *name)
{
	char canon[NAME_LEN + 1] = "";
	unsigned slot = 0, port = 0;

	if (!iface_parse(name, &slot, &port, canon, sizeof(canon)))
		return NULL;
	return by_port(c, slot, port);
}

static void iface_insert(struct conf *c, struct iface *i)
{
	struct iface *other = NULL;

	TAILQ_FOREACH(other, &c->ifaces, link)
		if (other->slot > i->slot ||
		    (other->slot == i->slot && other->port > i->port)) {
			TAILQ_INSERT_BEFORE(other, i, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->ifaces, i, link);
}

struct iface *iface_get(struct conf *c, const char *name, struct err *err)
{
	char canon[NAME_LEN + 1] = "";
	unsigned slot = 0, port = 0;
	struct iface *i = NULL;

	if (!iface_parse(name, &slot, &port, canon, sizeof(canon))) {
		(void)err_set(err, ERR_RANGE, -1, T_NO_OBJECT, "interface",
			      name);
		return NULL;
	}
	i = by_port(c, slot, port);
	if (i)
		return i;
	if (slot && c->hooks.port_exists &&
	    !c->hooks.port_exists(c->hooks.arg, slot, port)) {
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "interface",
			      canon);
		return NULL;
	}
	i = xcalloc(1, sizeof(*i));
	(void)str_copy(i->name, sizeof(i->name), canon);
	i->slot = slot;
	i->port = port;
	i->vlan = 1;
	i->bridge_priority = BRIDGE_PRIORITY;
	i->bridge_state = true;
	i->negotiation = true;
	TAILQ_INIT(&i->vlans);
	iface_insert(c, i);
	return i;
}

static bool vlan_in_use(const struct conf *c, unsigned vlan)
{
	const struct iface *i = NULL;

	TAILQ_FOREACH(i, &c->ifaces, link)
		if (i->vlan == vlan || iface_vlan_find(i, vlan))
			return true;
	return false;
}

/* An access list that is applied to it goes with it. */
static bool says_nothing(const struct circuit *ci)
{
	return TAILQ_EMPTY(&ci->ips) && !ci->description[0] &&
	       !ci->redundancy && !ci->dhcp_agent &&
	       ci->dhcp_relay[0].s_addr == INADDR_ANY &&
	       !ci->discovery_lifetime_s && !ci->discovery_broadcast &&
	       ci->discovery_max_s == DISCOVERY_MAX_S && !ci->discovery_min_s &&
	       !ci->kept.n;
}

static void circuit_drop(struct conf *c, struct circuit *ci)
{
	TAILQ_REMOVE(&c->circuits, ci, link);
	circuit_free(ci);
	conf_changed(c);
}

static void vlan_forget(struct conf *c, unsigned vlan)
{
	struct circuit *ci = by_vlan(c, vlan);

	if (vlan != 1 && ci && !vlan_in_use(c, vlan) && says_nothing(ci))
		circuit_drop(c, ci);
}

int circuit_del(struct conf *c, const char *name, struct err *err)
{
	struct circuit *ci = circuit_find(c, name);

	if (!ci)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "circuit",
			       name);
	if (ci->vlan == 1 || vlan_in_use(c, ci->vlan))
		return err_set(err, ERR_REFUSED, -1, T_CIRCUIT_PORTS, ci->name);
	if (ci->acl.index)
		return err_set(err, ERR_REFUSED, -1, T_ACL_APPLIED,
			       ci->acl.index, ci->name);
	circuit_drop(c, ci);
	return 0;
}

int iface_set_vlan(struct conf *c, struct iface *i, unsigned vlan,
		   struct err *err)
{
	unsigned before = i->vlan;

	if (before == vlan)
		return 0;
	if (!circuit_add(c, vlan, err))
		return -1;
	i->vlan = vlan;
	vlan_forget(c, before);
	conf_changed(c);
	return 0;
}

/* ---- VLANs of a trunk ----------------------------------------------------- */

bool iface_in_vlan(const struct iface *i, unsigned vlan)
{
	return i->trunk ? iface_vlan_find(i, vlan) != NULL : i->vlan == vlan;
}

struct iface_vlan *iface_vlan_find(const struct iface *i, unsigned vlan)
{
	struct iface_vlan *v = NULL;

	TAILQ_FOREACH(v, &i->vlans, link)
		if (v->vlan == vlan)
			return v;
	return NULL;
}

static void vlan_insert(struct iface *i, struct iface_vlan *v)
{
	struct iface_vlan *other = NULL;

	TAILQ_FOREACH(other, &i->vlans, link)
		if (other->vlan > v->vlan) {
			TAILQ_INSERT_BEFORE(other, v, link);
			return;
		}
	TAILQ_INSERT_TAIL(&i->vlans, v, link);
}

struct iface_vlan *iface_vlan_add(struct conf *c, struct iface *i,
				  unsigned vlan, struct err *err)
{
	struct iface_vlan *v = iface_vlan_find(i, vlan);

	if (v)
		return v;
	if (!i->trunk) {
		(void)err_set(err, ERR_REFUSED, -1, T_NO_TRUNK, i->name);
		return NULL;
	}
	if (!circuit_add(c, vlan, err))
		return NULL;
	v = xcalloc(1, sizeof(*v));
	v->vlan = vlan;
	v->bridge_priority = BRIDGE_PRIORITY;
	v->bridge_state = true;
	vlan_insert(i, v);
	conf_changed(c);
	return v;
}

static void vlan_drop(struct conf *c, struct iface *i, struct iface_vlan *v)
{
	unsigned vlan = v->vlan;

	TAILQ_REMOVE(&i->vlans, v, link);
	free(v);
	vlan_forget(c, vlan);
	conf_changed(c);
}

int iface_vlan_del(struct conf *c, struct iface *i, unsigned vlan,
		   struct err *err)
{
	struct iface_vlan *v = iface_vlan_find(i, vlan);

	if (!v)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_VLAN, vlan,
			       i->name);
	vlan_drop(c, i, v);
	return 0;
}

void iface_set_trunk(struct conf *c, struct iface *i, bool trunk)
{
	struct iface_vlan *v = NULL;

	while (!trunk && (v = TAILQ_FIRST(&i->vlans)))
		vlan_drop(c, i, v);
	conf_put_flag(c, &i->trunk, trunk);
}

void iface_set_default_vlan(struct conf *c, struct iface *i,
			    const struct iface_vlan *v)
{
	struct iface_vlan *other = NULL;

	TAILQ_FOREACH(other, &i->vlans, link)
		conf_put_flag(c, &other->is_default, other == v);
}

void iface_free(struct iface *i)
{
	struct iface_vlan *v = NULL;

	while ((v = TAILQ_FIRST(&i->vlans))) {
		TAILQ_REMOVE(&i->vlans, v, link);
		free(v);
	}
	settings_fini(&i->kept);
	free(i);
}

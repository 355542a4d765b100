/*
 * Access control lists (content.md 6.1)
 *
 * Clauses are kept by number, whatever the order of entry.  A clause names
 * network lists, rules, groups and services by name, and what is named stays:
 * acl_check_unused() is asked before such an object goes.
 */
#include "emu/conf/acl.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/qualifier.h"
#include "emu/conf/service.h"

/* ---- words ---------------------------------------------------------------- */

static const char *const action_names[] = {
	[ACL_BYPASS] = "bypass",
	[ACL_DENY] = "deny",
	[ACL_PERMIT] = "permit",
};
static_assert(sizeof(action_names) / sizeof(*action_names) == ACL_ACTION_NUM,
	      "a name per action");

static const char *const port_op_names[] = {
	[ACL_PORT_ANY] = "",	[ACL_PORT_EQ] = "eq",
	[ACL_PORT_GT] = "gt",	[ACL_PORT_LT] = "lt",
	[ACL_PORT_NEQ] = "neq", [ACL_PORT_RANGE] = "range",
};
static_assert(sizeof(port_op_names) / sizeof(*port_op_names) == ACL_PORT_OP_NUM,
	      "a name per operator");

const char *const acl_proto_names[] = { "any",	"icmp", "igmp", "igp",
					"ospf", "tcp",	"udp",	NULL };
static const int16_t protos[] = { ACL_ANY, 1, 2, 9, 89, 6, 17 };

const char *const acl_port_names[] = { "bgp",	 "domain", "ftp",   "ftp-data",
				       "gopher", "http",   "https", "ldap",
				       "nntp",	 "ntp",	   "pop",   "smtp",
				       "telnet", NULL };
static const uint16_t ports[] = { 179, 53,  21,	 20,  70, 80, 443,
				  389, 119, 123, 110, 25, 23 };

const char *acl_action_name(enum acl_action a)
{
	return action_names[a];
}

const char *acl_port_op_name(enum acl_port_op op)
{
	return port_op_names[op];
}

static int name_at(const char *const *names, const char *text)
{
	for (int i = 0; names[i]; i++)
		if (str_ieq(names[i], text))
			return i;
	return -1;
}

const char *acl_proto_name(int proto, char *buf, size_t cap)
{
	for (int i = 0; acl_proto_names[i]; i++)
		if (protos[i] == proto)
			return acl_proto_names[i];
	(void)snprintf(buf, cap, "%d", proto);
	return buf;
}

bool acl_proto_parse(const char *text, int16_t *proto)
{
	int at = name_at(acl_proto_names, text);
	uint32_t v = 0;

	if (at < 0 && !str_to_u32(text, 0, UINT8_MAX, &v))
		return false;
	*proto = at < 0 ? (int16_t)v : protos[at];
	return true;
}

bool acl_port_parse(const char *text, uint16_t *port)
{
	int at = name_at(acl_port_names, text);
	uint32_t v = 0;

	if (at < 0 && !str_to_u32(text, 0, UINT16_MAX, &v))
		return false;
	*port = at < 0 ? (uint16_t)v : ports[at];
	return true;
}

/* ---- lists ---------------------------------------------------------------- */

struct acl *acl_find(const struct conf *c, unsigned index)
{
	struct acl *l = NULL;

	TAILQ_FOREACH(l, &c->acls, link)
		if (l->index == index)
			return l;
	return NULL;
}

static void list_insert(struct conf *c, struct acl *l)
{
	struct acl *other = NULL;

	TAILQ_FOREACH(other, &c->acls, link)
		if (other->index > l->index) {
			TAILQ_INSERT_BEFORE(other, l, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->acls, l, link);
}

struct acl *acl_add(struct conf *c, unsigned index, struct err *err)
{
	struct acl *l = acl_find(c, index);

	if (l)
		return l;
	if (index < 1 || index > ACL_MAX) {
		(void)err_set(err, ERR_RANGE, -1, "An ACL is 1 to %d", ACL_MAX);
		return NULL;
	}
	l = xcalloc(1, sizeof(*l));
	l->index = (uint8_t)index;
	l->conf = c;
	list_insert(c, l);
	conf_changed(c);
	return l;
}

/* Where the list is applied, for messages; NULL: nowhere. */
static const char *place_of(const struct conf *c, const struct acl *l)
{
	const struct circuit *ci = NULL;

	TAILQ_FOREACH(ci, &c->circuits, link)
		if (ci->acl.index == l->index)
			return ci->name;
	return c->acl_dns.index == l->index ? "dns" : NULL;
}

bool acl_is_applied(const struct conf *c, const struct acl *l)
{
	return place_of(c, l) != NULL;
}

int acl_del(struct conf *c, unsigned index, struct err *err)
{
	struct acl *l = acl_find(c, index);

	if (!l)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_ACL, index);
	if (acl_is_applied(c, l))
		return err_set(err, ERR_REFUSED, -1, T_ACL_APPLIED, index,
			       place_of(c, l));
	TAILQ_REMOVE(&c->acls, l, link);
	free(l->clause);
	free(l);
	conf_changed(c);
	return 0;
}

/* ---- clauses -------------------------------------------------------------- */

struct acl_clause *acl_clause_find(const struct acl *l, unsigned number)
{
	for (size_t i = 0; i < l->nclause; i++)
		if (l->clause[i].number == number)
			return &l->clause[i];
	return NULL;
}

static bool same_ports(const struct acl_ports *a, const struct acl_ports *b)
{
	return a->op == b->op && a->lo == b->lo && a->hi == b->hi;
}

static bool same_host(const struct acl_host *a, const struct acl_host *b)
{
	return a->kind == b->kind && a->addr.s_addr == b->addr.s_addr &&
	       a->prefix_len == b->prefix_len && !strcmp(a->name, b->name) &&
	       same_ports(&a->ports, &b->ports);
}

static bool same_clause(const struct acl_clause *a, const struct acl_clause *b)
{
	return a->action == b->action && a->proto == b->proto &&
	       a->icmp_type == b->icmp_type && same_host(&a->src, &b->src) &&
	       same_host(&a->dst, &b->dst) && !strcmp(a->group, b->group) &&
	       a->nprefer == b->nprefer &&
	       !strcmp(a->prefer[0], b->prefer[0]) &&
	       !strcmp(a->prefer[1], b->prefer[1]) && a->log == b->log;
}

static bool rule_exists(const struct conf *c, const char *path)
{
	size_t len = strcspn(path, "/");
	char owner[NAME_LEN + 1];

	if (!path[len] || len > NAME_LEN)
		return false;
	memcpy(owner, path, len);
	owner[len] = '\0';
	return content_find(c, owner, path + len + 1);
}

static int check_host(const struct conf *c, const struct acl_host *h,
		      struct err *err)
{
	if (h->ports.op == ACL_PORT_RANGE && h->ports.hi < h->ports.lo)
		return err_set(err, ERR_RANGE, -1, T_ACL_RANGE);
	if (h->kind == ACL_HOST_NQL && !nql_find(c, h->name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "nql",
			       h->name);
	if (h->kind == ACL_HOST_RULE && !rule_exists(c, h->name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "content",
			       h->name);
	return 0;
}

static int check_options(const struct conf *c, const struct acl_clause *k,
			 struct err *err)
{
	if (k->group[0] && k->action == ACL_BYPASS)
		return err_set(err, ERR_REFUSED, -1, T_ACL_BYPASS);
	if (k->group[0] && !group_find(c, k->group))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "group",
			       k->group);
	for (int i = 0; i < k->nprefer; i++)
		if (!service_find(c, k->prefer[i]))
			return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
				       "service", k->prefer[i]);
	if (k->icmp_type != ACL_ANY && k->proto != IPPROTO_ICMP)
		return err_set(err, ERR_RANGE, -1, T_ACL_ICMP_TYPE);
	return 0;
}

int acl_clause_add(struct conf *c, struct acl *l, const struct acl_clause *k,
		   struct err *err)
{
	const struct acl_clause *other = acl_clause_find(l, k->number);
	size_t at = 0;

	if (other && same_clause(other, k))
		return 0;
	if (other)
		return err_set(err, ERR_EXISTS, -1, T_ACL_HAS_CLAUSE, k->number,
			       k->number);
	if (check_host(c, &k->src, err) < 0 ||
	    check_host(c, &k->dst, err) < 0 || check_options(c, k, err) < 0)
		return -1;
	while (at < l->nclause && l->clause[at].number < k->number)
		at++;
	l->clause = xarray_insert(l->clause, &l->nclause, sizeof(*k), at);
	l->clause[at] = *k;
	l->clause[at].made = ++l->nmade;
	conf_changed(c);
	return 0;
}

static int clause_missing(unsigned number, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, -1, T_ACL_NO_CLAUSE, number);
}

int acl_clause_del(struct conf *c, struct acl *l, unsigned number,
		   struct err *err)
{
	const struct acl_clause *k = acl_clause_find(l, number);

	if (!k)
		return clause_missing(number, err);
	if (acl_is_applied(c, l) && (c->global->acl_enabled || l->nclause == 1))
		return err_set(err, ERR_REFUSED, -1, T_ACL_APPLIED, l->index,
			       place_of(c, l));
	xarray_remove(l->clause, &l->nclause, sizeof(*k),
		      (size_t)(k - l->clause));
	conf_changed(c);
	return 0;
}

int acl_clause_log(struct conf *c, struct acl *l, unsigned number, bool log,
		   struct err *err)
{
	struct acl_clause *k = acl_clause_find(l, number);

	if (!k)
		return clause_missing(number, err);
	conf_put_flag(c, &k->log, log);
	return 0;
}

/* ---- where lists are ------------------------------------------------------ */

static const char *place_name(const struct conf *c, const struct acl_place *p)
{
	const struct circuit *ci = NULL;

	TAILQ_FOREACH(ci, &c->circuits, link)
		if (&ci->acl == p)
			return ci->name;
	return "dns";
}

static void put(struct conf *c, const struct acl *l, struct acl_place *p)
{
	if (p->index == l->index && p->made == l->nmade)
		return;
	p->index = l->index;
	p->made = l->nmade;
	conf_changed(c);
}

int acl_apply(struct conf *c, const struct acl *l, struct acl_place *p,
	      struct err *err)
{
	if (!l->nclause)
		return err_set(err, ERR_REFUSED, -1, T_ACL_EMPTY);
	if (p->index && p->index != l->index)
		return err_set(err, ERR_EXISTS, -1, T_ACL_TAKEN,
			       place_name(c, p), p->index);
	put(c, l, p);
	return 0;
}

int acl_apply_all(struct conf *c, const struct acl *l, struct err *err)
{
	struct circuit *ci = NULL;

	if (!l->nclause)
		return err_set(err, ERR_REFUSED, -1, T_ACL_EMPTY);
	TAILQ_FOREACH(ci, &c->circuits, link)
		if (!ci->acl.index || ci->acl.index == l->index)
			put(c, l, &ci->acl);
	return 0;
}

int acl_remove(struct conf *c, const struct acl *l, struct acl_place *p,
	       struct err *err)
{
	if (p->index != l->index)
		return err_set(err, ERR_NOT_FOUND, -1, T_ACL_NOT_THERE,
			       l->index, place_name(c, p));
	*p = (struct acl_place){ 0 };
	conf_changed(c);
	return 0;
}

void acl_remove_all(struct conf *c, const struct acl *l)
{
	struct circuit *ci = NULL;
	struct err err;

	TAILQ_FOREACH(ci, &c->circuits, link)
		(void)acl_remove(c, l, &ci->acl, &err);
}

bool acl_clause_in_force(const struct acl_place *p, const struct acl_clause *k)
{
	return p->index && k->made <= p->made;
}

void acl_enforce(struct conf *c)
{
	struct circuit *ci = NULL;
	const struct acl *l = NULL;

	TAILQ_FOREACH(l, &c->acls, link) {
		TAILQ_FOREACH(ci, &c->circuits, link)
			if (ci->acl.index == l->index)
				put(c, l, &ci->acl);
		if (c->acl_dns.index == l->index)
			put(c, l, &c->acl_dns);
	}
}

/* ---- what clauses name ---------------------------------------------------- */

/* name may be "OWNER/": every rule of that owner. */
static bool host_names(const struct acl_host *h, enum acl_host_kind kind,
		       const char *name)
{
	size_t len = strlen(name);

	if (h->kind != kind)
		return false;
	return len && name[len - 1] == '/' ? str_has_prefix(h->name, name)
					   : !strcmp(h->name, name);
}

static bool clause_names(const struct acl_clause *k, enum acl_ref kind,
			 const char *name)
{
	switch (kind) {
	case ACL_REF_NQL:
		return host_names(&k->src, ACL_HOST_NQL, name) ||
		       host_names(&k->dst, ACL_HOST_NQL, name);
	case ACL_REF_RULE:
		return host_names(&k->dst, ACL_HOST_RULE, name);
	case ACL_REF_GROUP:
		return !strcmp(k->group, name);
	case ACL_REF_SERVICE:
		for (int i = 0; i < k->nprefer; i++)
			if (!strcmp(k->prefer[i], name))
				return true;
		return false;
	}
	return false;
}

int acl_check_unused(const struct conf *c, enum acl_ref kind, const char *name,
		     struct err *err)
{
	const struct acl *l = NULL;
	char where[32];

	TAILQ_FOREACH(l, &c->acls, link)
		for (size_t i = 0; i < l->nclause; i++) {
			if (!clause_names(&l->clause[i], kind, name))
				continue;
			(void)snprintf(where, sizeof(where), "%u clause %u",
				       l->index, l->clause[i].number);
			return err_set(err, ERR_REFUSED, -1, T_IN_USE,
				       kind == ACL_REF_RULE
					       ? l->clause[i].dst.name
					       : name,
				       "acl", where);
		}
	return 0;
}

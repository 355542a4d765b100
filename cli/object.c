/*
 * Objects by name
 *
 * A question and its answer are two command lines, and the object may have
 * come or gone in between, so nothing but names is remembered while a question
 * is open.
 */
#include "cli/object.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/probe.h"
#include "emu/conf/qualifier.h"
#include "emu/conf/reporter.h"
#include "emu/conf/rmon.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"

/* Which object is meant; what an open question carries. */
struct note {
	enum object_kind kind;
	char outer[NAME_LEN + 1], name[HFGROUP_NAME_LEN + 1];
};

static struct note *note_new(enum object_kind k, const char *outer,
			     const char *name)
{
	struct note *n = xcalloc(1, sizeof(*n));

	n->kind = k;
	(void)str_copy(n->outer, sizeof(n->outer), outer ? outer : "");
	(void)str_copy(n->name, sizeof(n->name), name);
	return n;
}

/* ---- the kinds ------------------------------------------------------------ */

static bool net_of(const char *text, struct in_addr *a, uint8_t *prefix_len)
{
	char addr[INET_ADDRSTRLEN] = "";
	size_t len = strcspn(text, "/");

	if (len >= sizeof(addr))
		return false;
	memcpy(addr, text, len);
	if (!str_to_addr(addr, a))
		return false;
	return !text[len] || str_to_mask(text + len, prefix_len);
}

/* Kinds that are found, made and dropped by their name alone. */
#define BY_NAME(kind)                                                          \
	static bool kind##_there(const struct conf *c, const struct note *n)   \
	{                                                                      \
		return kind##_find(c, n->name);                                \
	}                                                                      \
	static int kind##_make(struct conf *c, const struct note *n,           \
			       struct err *err)                                \
	{                                                                      \
		return kind##_add(c, n->name, err) ? 0 : -1;                   \
	}                                                                      \
	static int kind##_drop(struct conf *c, const struct note *n,           \
			       struct err *err)                                \
	{                                                                      \
		return kind##_del(c, n->name, err);                            \
	}

BY_NAME(service)
BY_NAME(owner)
BY_NAME(group)
BY_NAME(probe)
BY_NAME(ssllist)
BY_NAME(hfgroup)
BY_NAME(reporter)

#define BY_KIND(word, kind)                                                    \
	static bool word##_there(const struct conf *c, const struct note *n)   \
	{                                                                      \
		return qualifier_find(c, kind, n->name);                       \
	}                                                                      \
	static int word##_make(struct conf *c, const struct note *n,           \
			       struct err *err)                                \
	{                                                                      \
		return qualifier_add(c, kind, n->name, err) ? 0 : -1;          \
	}                                                                      \
	static int word##_drop(struct conf *c, const struct note *n,           \
			       struct err *err)                                \
	{                                                                      \
		return qualifier_del(c, kind, n->name, err);                   \
	}

BY_KIND(nql, QUALIFIER_NQL)
BY_KIND(eql, QUALIFIER_EQL)
BY_KIND(dql, QUALIFIER_DQL)
BY_KIND(urql, QUALIFIER_URQL)

static unsigned index_of(const struct note *n)
{
	return (unsigned)strtoul(n->name, NULL, 10);
}

static bool acl_there(const struct conf *c, const struct note *n)
{
	return acl_find(c, index_of(n));
}

static int acl_make(struct conf *c, const struct note *n, struct err *err)
{
	return acl_add(c, index_of(n), err) ? 0 : -1;
}

static int acl_drop(struct conf *c, const struct note *n, struct err *err)
{
	return acl_del(c, index_of(n), err);
}

static enum rmon_kind rmon_kind_of(const struct note *n)
{
	return n->kind == OBJECT_RMON_ALARM   ? RMON_ALARM
	       : n->kind == OBJECT_RMON_EVENT ? RMON_EVENT
					      : RMON_HISTORY;
}

static bool rmon_there(const struct conf *c, const struct note *n)
{
	return rmon_find(c, rmon_kind_of(n), index_of(n));
}

static int rmon_make(struct conf *c, const struct note *n, struct err *err)
{
	return rmon_add(c, rmon_kind_of(n), index_of(n), err) ? 0 : -1;
}

static int rmon_drop(struct conf *c, const struct note *n, struct err *err)
{
	return rmon_del(c, rmon_kind_of(n), index_of(n), err);
}

static bool content_there(const struct conf *c, const struct note *n)
{
	return content_find(c, n->outer, n->name);
}

static struct owner *owner_of(struct conf *c, const struct note *n,
			      struct err *err)
{
	struct owner *o = owner_find(c, n->outer);

	if (!o)
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "owner",
			      n->outer);
	return o;
}

static int content_make(struct conf *c, const struct note *n, struct err *err)
{
	struct owner *o = owner_of(c, n, err);

	return o && content_add(c, o, n->name, err) ? 0 : -1;
}

static int content_drop(struct conf *c, const struct note *n, struct err *err)
{
	struct owner *o = owner_of(c, n, err);

	return o ? content_del(c, o, n->name, err) : -1;
}

static bool ip_there(const struct conf *c, const struct note *n)
{
	const struct circuit *ci = circuit_find(c, n->outer);
	const struct circuit_ip *ip = NULL;
	struct in_addr a = { INADDR_ANY };
	uint8_t prefix_len = 0;

	if (!ci || !net_of(n->name, &a, &prefix_len))
		return false;
	ip = circuit_ip_find(ci, a);
	return ip && (!prefix_len || ip->prefix_len == prefix_len);
}

static struct circuit *circuit_of(struct conf *c, const struct note *n,
				  struct err *err)
{
	struct circuit *ci = circuit_find(c, n->outer);

	if (!ci)
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "circuit",
			      n->outer);
	return ci;
}

static int ip_make(struct conf *c, const struct note *n, struct err *err)
{
	struct circuit *ci = circuit_of(c, n, err);
	struct in_addr a = { INADDR_ANY };
	uint8_t prefix_len = 0;

	if (!ci)
		return -1;
	if (!net_of(n->name, &a, &prefix_len))
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST, n->name);
	return circuit_ip_add(c, ci, a, prefix_len, err) ? 0 : -1;
}

static int ip_drop(struct conf *c, const struct note *n, struct err *err)
{
	struct circuit *ci = circuit_of(c, n, err);
	struct in_addr a = { INADDR_ANY };
	uint8_t prefix_len = 0;

	if (!ci)
		return -1;
	if (!net_of(n->name, &a, &prefix_len))
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST, n->name);
	return circuit_ip_del(c, ci, a, err);
}

static bool circuit_there(const struct conf *c, const struct note *n)
{
	return circuit_find(c, n->name);
}

static int circuit_make(struct conf *c, const struct note *n, struct err *err)
{
	(void)c;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_CIRCUIT, n->name,
		       circuit_vlan_of(n->name));
}

static int circuit_drop(struct conf *c, const struct note *n, struct err *err)
{
	return circuit_del(c, n->name, err);
}

static bool vlan_there(const struct conf *c, const struct note *n)
{
	const struct iface *i = iface_find(c, n->outer);

	return i && iface_vlan_find(i, circuit_vlan_of(n->name));
}

static int vlan_make(struct conf *c, const struct note *n, struct err *err)
{
	struct iface *i = iface_get(c, n->outer, err);

	return i && iface_vlan_add(c, i, circuit_vlan_of(n->name), err) ? 0
									: -1;
}

static int vlan_drop(struct conf *c, const struct note *n, struct err *err)
{
	struct iface *i = iface_get(c, n->outer, err);

	return i ? iface_vlan_del(c, i, circuit_vlan_of(n->name), err) : -1;
}

static const struct kind {
	const char *word; /* in questions */
	enum mode_id mode;
	bool (*there)(const struct conf *c, const struct note *n);
	int (*make)(struct conf *c, const struct note *n, struct err *err);
	int (*drop)(struct conf *c, const struct note *n, struct err *err);
} kinds[] = {
	[OBJECT_SERVICE] = { "service", MODE_SERVICE, service_there,
			     service_make, service_drop },
	[OBJECT_OWNER] = { "owner", MODE_OWNER, owner_there, owner_make,
			   owner_drop },
	[OBJECT_CONTENT] = { "content", MODE_CONTENT, content_there,
			     content_make, content_drop },
	[OBJECT_GROUP] = { "group", MODE_GROUP, group_there, group_make,
			   group_drop },
	[OBJECT_KEEPALIVE] = { "keepalive", MODE_KEEPALIVE, probe_there,
			       probe_make, probe_drop },
	[OBJECT_SSLLIST] = { "ssl-list", MODE_SSLLIST, ssllist_there,
			     ssllist_make, ssllist_drop },
	[OBJECT_ACL] = { "ACL", MODE_ACL, acl_there, acl_make, acl_drop },
	[OBJECT_NQL] = { "nql", MODE_NQL, nql_there, nql_make, nql_drop },
	[OBJECT_EQL] = { "eql", MODE_EQL, eql_there, eql_make, eql_drop },
	[OBJECT_DQL] = { "dql", MODE_DQL, dql_there, dql_make, dql_drop },
	[OBJECT_URQL] = { "urql", MODE_URQL, urql_there, urql_make, urql_drop },
	[OBJECT_HFGROUP] = { "header-field-group", MODE_HEADER_FIELD_GROUP,
			     hfgroup_there, hfgroup_make, hfgroup_drop },
	[OBJECT_REPORTER] = { "reporter", MODE_REPORTER, reporter_there,
			      reporter_make, reporter_drop },
	[OBJECT_RMON_ALARM] = { "index", MODE_RMON_ALARM, rmon_there, rmon_make,
				rmon_drop },
	[OBJECT_RMON_EVENT] = { "index", MODE_RMON_EVENT, rmon_there, rmon_make,
				rmon_drop },
	[OBJECT_RMON_HISTORY] = { "index", MODE_RMON_HISTORY, rmon_there,
				  rmon_make, rmon_drop },
	[OBJECT_CIRCUIT] = { "circuit", MODE_CIRCUIT, circuit_there,
			     circuit_make, circuit_drop },
	[OBJECT_VLAN] = { "VLAN", MODE_INTERFACE_VLAN, vlan_there, vlan_make,
			  vlan_drop },
	[OBJECT_CIRCUIT_IP] = { "ip interface", MODE_CIRCUIT_IP, ip_there,
				ip_make, ip_drop },
};
static_assert(sizeof(kinds) / sizeof(*kinds) == OBJECT_KIND_NUM,
	      "a row per kind");

/* ---- opening and deleting ------------------------------------------------- */

/* The name as modes and questions show it: an interface without its mask. */
static void shown_name(const struct note *n, char *buf, size_t cap)
{
	(void)str_copy(buf, cap, n->name);
	if (n->kind == OBJECT_CIRCUIT_IP)
		buf[strcspn(buf, "/")] = '\0';
}

static void enter(struct cli *cli, const struct note *n)
{
	char name[HFGROUP_NAME_LEN + 1];

	shown_name(n, name, sizeof(name));
	if (n->outer[0])
		cli_enter(cli, kinds[n->kind].mode, n->outer, name);
	else
		cli_enter(cli, kinds[n->kind].mode, name, NULL);
}

static int make_and_enter(struct cli *cli, void *arg, struct err *err)
{
	const struct note *n = arg;

	if (!kinds[n->kind].there(cli_conf(cli), n) &&
	    kinds[n->kind].make(cli_conf(cli), n, err) < 0)
		return -1;
	enter(cli, n);
	return 0;
}

int object_open(struct cli *cli, enum object_kind k, const char *outer,
		const char *name, struct err *err)
{
	struct note *n = note_new(k, outer, name);
	char shown[HFGROUP_NAME_LEN + 1];

	shown_name(n, shown, sizeof(shown));
	if (kinds[k].there(cli_conf(cli), n)) {
		enter(cli, n);
		free(n);
		return 0;
	}
	if (k == OBJECT_VLAN)
		return cli_confirm(cli, err, make_and_enter, n, T_Q_CREATE_VLAN,
				   shown + strlen("VLAN"));
	return cli_confirm(cli, err, make_and_enter, n, T_Q_CREATE,
			   kinds[k].word, shown);
}

static int drop(struct cli *cli, void *arg, struct err *err)
{
	const struct note *n = arg;

	return kinds[n->kind].drop(cli_conf(cli), n, err);
}

int object_delete(struct cli *cli, enum object_kind k, const char *outer,
		  const char *name, struct err *err)
{
	struct note *n = note_new(k, outer, name);

	if (!kinds[k].there(cli_conf(cli), n)) {
		free(n);
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       kinds[k].word, name);
	}
	if (k == OBJECT_VLAN)
		return cli_confirm(cli, err, drop, n, T_Q_DELETE_VLAN,
				   name + strlen("VLAN"));
	return cli_confirm(cli, err, drop, n, T_Q_DELETE, kinds[k].word, name);
}

/* ---- arguments ------------------------------------------------------------ */

int object_addr(const struct cli *cli, const struct args *a, const char *name,
		struct in_addr *addr, struct err *err)
{
	return host_resolve(cli_conf(cli), arg_word(a, name), addr, err);
}

int object_net(const struct args *a, struct in_addr *addr, uint8_t *prefix_len,
	       struct err *err)
{
	const char *mask = arg_word(a, "mask");
	const char *ip = arg_word(a, "ip");

	if (!net_of(ip, addr, prefix_len))
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST, ip);
	if (mask && !str_to_mask(mask, prefix_len))
		return err_set(err, ERR_RANGE, -1, "Not a mask: %s", mask);
	return 0;
}

unsigned object_choice(const struct args *a, const char *const *names)
{
	for (unsigned i = 0; names[i]; i++)
		if (arg_key(a, names[i]))
			return i;
	return 0;
}

enum ip_proto object_proto(const struct args *a)
{
	return arg_key(a, "tcp")   ? PROTO_TCP
	       : arg_key(a, "udp") ? PROTO_UDP
				   : PROTO_ANY;
}

void object_proto_render(const char *sentence, enum ip_proto p, struct out *o)
{
	if (p != PROTO_ANY)
		out_printf(o, "%s %s \n", sentence,
			   p == PROTO_TCP ? "tcp" : "udp");
}

void object_addr_render(const char *sentence, struct in_addr a, unsigned range,
			struct out *o)
{
	if (a.s_addr == INADDR_ANY)
		return;
	out_printf(o, "%s %s ", sentence, str_addr(a));
	if (range > 1)
		out_printf(o, "range %u ", range);
	out_puts(o, "\n");
}

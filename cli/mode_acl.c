/* Commands of the ACL mode: access lists (content.md 6.1). */
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/setting.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"
#include "emu/plane/plane.h"


/* ---- reading a clause ----------------------------------------------------- */

/* The parameters of one end of a clause. */
struct end_args {
	const char *host, *mask, *nql, *op, *port, *low, *high;
};

static int net_read(struct cli *cli, const struct args *a,
		    const struct end_args *names, struct acl_host *h,
		    struct err *err)
{
	const char *mask = arg_word(a, names->mask);
	const char *slash = strchr(arg_word(a, names->host), '/');

	h->kind = ACL_HOST_NET;
	h->prefix_len = 32;
	if (slash || mask)
		(void)str_to_mask(slash ? slash : mask, &h->prefix_len);
	if (!slash)
		return object_addr(cli, a, names->host, &h->addr, err);
	if (mask)
		return err_set(err, ERR_SYNTAX, -1,
			       "One of /n and mask is enough");
	h->addr = arg_addr(a, names->host);
	return 0;
}

static void ports_read(const struct args *a, const struct end_args *names,
		       struct acl_ports *p)
{
	const char *op = arg_word(a, names->op);

	if (op) {
		for (int i = 0; i < ACL_PORT_OP_NUM; i++)
			if (str_ieq(op, acl_port_op_name((enum acl_port_op)i)))
				p->op = (enum acl_port_op)i;
		(void)acl_port_parse(arg_word(a, names->port), &p->lo);
	} else if (arg_has(a, names->low)) {
		p->op = ACL_PORT_RANGE;
		(void)acl_port_parse(arg_word(a, names->low), &p->lo);
		(void)acl_port_parse(arg_word(a, names->high), &p->hi);
	}
}

static int end_read(struct cli *cli, const struct args *a,
		    const struct end_args *names, struct acl_host *h,
		    struct err *err)
{
	ports_read(a, names, &h->ports);
	if (arg_has(a, names->nql)) {
		h->kind = ACL_HOST_NQL;
		(void)str_copy(h->name, sizeof(h->name),
			       arg_word(a, names->nql));
	}
	if (arg_has(a, names->host))
		return net_read(cli, a, names, h, err);
	return 0;
}

/* "web1" or "web1,web2" */
static void prefer_read(const struct args *a, struct acl_clause *k)
{
	const char *text = arg_word(a, "services");
	const char *second = text ? strchr(text, ',') : NULL;

	if (!text)
		return;
	k->nprefer = second ? 2 : 1;
	(void)str_copy(k->prefer[0], sizeof(k->prefer[0]), text);
	k->prefer[0][strcspn(k->prefer[0], ",")] = '\0';
	if (second)
		(void)str_copy(k->prefer[1], sizeof(k->prefer[1]), second + 1);
}

static enum acl_action action_read(const struct args *a)
{
	for (int i = 0; i < ACL_ACTION_NUM; i++)
		if (arg_key(a, acl_action_name((enum acl_action)i)))
			return (enum acl_action)i;
	return ACL_DENY;
}

static int clause_set(struct cli *cli, const struct args *a, struct err *err)
{
	static const struct end_args src = { "source",	 "mask",	"nql",
					     "operator", "source-port", "low",
					     "high" };
	static const struct end_args dst = { "to",	    "to-mask", "to-nql",
					     "to-operator", "to-port", "to-low",
					     "to-high" };
	struct acl_clause k = {
		.number = (uint8_t)arg_uint(a, "n", 0),
		.action = action_read(a),
		.icmp_type = (int16_t)arg_uint(a, "icmp-type",
					       (unsigned long)ACL_ANY),
		.log = arg_key(a, "log"),
	};

	(void)acl_proto_parse(arg_word(a, "protocol"), &k.proto);
	prefer_read(a, &k);
	if (arg_has(a, "group"))
		(void)str_copy(k.group, sizeof(k.group), arg_word(a, "group"));
	if (arg_has(a, "rule")) {
		k.dst.kind = ACL_HOST_RULE;
		(void)str_copy(k.dst.name, sizeof(k.dst.name),
			       arg_word(a, "rule"));
	}
	if (end_read(cli, a, &src, &k.src, err) < 0 ||
	    end_read(cli, a, &dst, &k.dst, err) < 0)
		return -1;
	return acl_clause_add(cli_conf(cli), cli_object(cli), &k, err);
}

/* Another clause of that number begins to count at 0. */
static int clause_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct acl *l = cli_object(cli);
	unsigned n = (unsigned)arg_uint(a, "n", 0);

	if (acl_clause_del(cli_conf(cli), l, n, err) < 0)
		return -1;
	if (cli_env(cli)->plane)
		plane_zero_clause(cli_env(cli)->plane, l->index, n);
	return 0;
}

static int log_set(struct cli *cli, const struct args *a, struct err *err)
{
	return acl_clause_log(cli_conf(cli), cli_object(cli),
			      (unsigned)arg_uint(a, "n", 0),
			      arg_key(a, "enable"), err);
}

/* ---- printing a clause ---------------------------------------------------- */

static void ports_render(const struct acl_ports *p, struct out *o)
{
	if (p->op != ACL_PORT_ANY)
		out_printf(o, "%s %u ", acl_port_op_name(p->op), p->lo);
	if (p->op == ACL_PORT_RANGE)
		out_printf(o, "%u ", p->hi);
}

static void host_render(const struct acl_host *h, struct out *o)
{
	switch (h->kind) {
	case ACL_HOST_NET:
		out_printf(o, "%s ", str_addr(h->addr));
		if (h->prefix_len < 32)
			out_printf(o, "%s ",
				   str_addr(str_mask_of(h->prefix_len)));
		break;
	case ACL_HOST_NQL:
		out_printf(o, "nql %s ", h->name);
		break;
	case ACL_HOST_RULE:
		out_printf(o, "content %s ", h->name);
		break;
	case ACL_HOST_ANY:
	case ACL_HOST_NUM:
		out_puts(o, "any ");
		break;
	}
}

static void options_render(const struct acl_clause *k, struct out *o)
{
	if (k->group[0])
		out_printf(o, "sourcegroup %s ", k->group);
	for (int i = 0; i < k->nprefer; i++)
		out_printf(o, "%s%s%s", i ? "," : "prefer ", k->prefer[i],
			   i == k->nprefer - 1 ? " " : "");
	if (k->log)
		out_puts(o, "log ");
}

static void clause_render(const struct acl_clause *k, struct out *o)
{
	char proto[8];

	out_printf(o, "  clause %u %s %s ", k->number,
		   acl_action_name(k->action),
		   acl_proto_name(k->proto, proto, sizeof(proto)));
	host_render(&k->src, o);
	ports_render(&k->src.ports, o);
	if (k->icmp_type != ACL_ANY)
		out_printf(o, "%d ", k->icmp_type);
	out_puts(o, "destination ");
	host_render(&k->dst, o);
	ports_render(&k->dst.ports, o);
	options_render(k, o);
	out_puts(o, "\n");
}

static void clauses_render(const void *obj, struct out *o)
{
	const struct acl *l = obj;

	for (size_t i = 0; i < l->nclause; i++)
		clause_render(&l->clause[i], o);
}

/* ---- where the list is ---------------------------------------------------- */

static struct circuit *circuit_named(struct cli *cli, const struct args *a,
				     struct err *err)
{
	char name[NAME_LEN + 1];
	struct circuit *ci = NULL;

	(void)str_copy(name, sizeof(name),
		       strchr(arg_word(a, "circuit"), '(') + 1);
	name[strcspn(name, ")")] = '\0';
	ci = circuit_find(cli_conf(cli), name);
	if (!ci)
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_CIRCUIT, name,
			      circuit_vlan_of(name));
	return ci;
}

static int circuit_apply(struct cli *cli, const struct args *a, struct err *err)
{
	struct circuit *ci = circuit_named(cli, a, err);

	return ci ? acl_apply(cli_conf(cli), cli_object(cli), &ci->acl, err)
		  : -1;
}

static int circuit_remove(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct circuit *ci = circuit_named(cli, a, err);

	return ci ? acl_remove(cli_conf(cli), cli_object(cli), &ci->acl, err)
		  : -1;
}

static int all_apply(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return acl_apply_all(cli_conf(cli), cli_object(cli), err);
}

static int all_remove(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	acl_remove_all(cli_conf(cli), cli_object(cli));
	return 0;
}

static int dns_apply(struct cli *cli, const struct args *a, struct err *err)
{
	struct conf *c = cli_conf(cli);

	(void)a;
	return acl_apply(c, cli_object(cli), &c->acl_dns, err);
}

static int dns_remove(struct cli *cli, const struct args *a, struct err *err)
{
	struct conf *c = cli_conf(cli);

	(void)a;
	return acl_remove(c, cli_object(cli), &c->acl_dns, err);
}

static void circuits_render(const void *obj, struct out *o)
{
	const struct acl *l = obj;
	const struct circuit *ci = NULL;

	TAILQ_FOREACH(ci, &l->conf->circuits, link)
		if (ci->acl.index == l->index)
			out_printf(o, "  apply circuit-(%s) \n", ci->name);
}

static void dns_render(const void *obj, struct out *o)
{
	const struct acl *l = obj;

	if (l->conf->acl_dns.index == l->index)
		out_puts(o, "  apply dns \n");
}

static int zero(struct cli *cli, const struct args *a, struct err *err)
{
	const struct acl *l = cli_object(cli);
	struct plane *p = cli_env(cli)->plane;

	(void)a;
	(void)err;
	for (size_t i = 0; p && i < l->nclause; i++)
		plane_zero_clause(p, l->index, l->clause[i].number);
	return 0;
}

/* Row order is running-config order. */
const struct cmd acl_cmds[] = {
	{ .syntax = "clause <n:uint:1-254> {bypass|deny|permit} "
		    "<protocol:proto> "
		    "{any|<source:hostnet> [<mask:mask>]|nql <nql:nql>} "
		    "[{<operator:portop> <source-port:ipport>|"
		    "range <low:ipport> <high:ipport>|"
		    "<icmp-type:uint:0-255>}] "
		    "destination {any|<to:hostnet> [<to-mask:mask>]|"
		    "nql <to-nql:nql>|content <rule:ownerrule>} "
		    "[{<to-operator:portop> <to-port:ipport>|"
		    "range <to-low:ipport> <to-high:ipport>}] "
		    "[sourcegroup <group:group>] [prefer <services:services>] "
		    "[log]",
	  .help = "Clause of this list\n"
		  "Number, the lowest that fits decides\n"
		  "Permit, and use no content rule\n"
		  "Drop\n"
		  "Permit\n"
		  "Protocol\n"
		  "Any source\n"
		  "Address of the source\n"
		  "Mask\n"
		  "Sources of a list\n"
		  "List name\n"
		  "Compare the source port\n"
		  "Port\n"
		  "Source ports from ... to ...\n"
		  "First port\n"
		  "Last port\n"
		  "Type of ICMP\n"
		  "Where to\n"
		  "Any destination\n"
		  "Address of the destination\n"
		  "Mask\n"
		  "Destinations of a list\n"
		  "List name\n"
		  "What a content rule takes\n"
		  "Owner and rule\n"
		  "Compare the destination port\n"
		  "Port\n"
		  "Destination ports from ... to ...\n"
		  "First port\n"
		  "Last port\n"
		  "Translate the source address\n"
		  "Source group\n"
		  "Send content requests there first\n"
		  "One service, or two with a comma\n"
		  "Log each packet that fits",
	  .run = clause_set,
	  .render = clauses_render,
	  .no = "no clause <n:uint:1-254>",
	  .clear = clause_clear },
	{ .syntax = "clause <n:uint:1-254> log {enable|disable}",
	  .help = "Log each packet that fits\n"
		  "Log it\n"
		  "Do not log it",
	  .run = log_set },
	{ .syntax = "apply all",
	  .help = "Put the list in use\n"
		  "On every circuit without another list",
	  .run = all_apply,
	  .no = "remove all",
	  .clear = all_remove },
	{ .syntax = "apply <circuit:circuitref>",
	  .help = "On a circuit",
	  .run = circuit_apply,
	  .render = circuits_render,
	  .no = "remove <circuit:circuitref>",
	  .clear = circuit_remove },
	{ .syntax = "apply dns",
	  .help = "On DNS queries to this switch",
	  .run = dns_apply,
	  .render = dns_render,
	  .no = "remove dns",
	  .clear = dns_remove,
	  .inert = "the switch answers no DNS queries yet" },
	{ .syntax = "remove", .help = "Take the list away" },
	{ .syntax = "remove all", .help = "From every circuit" },
	{ .syntax = "zero counts",
	  .help = "Reset counters\n"
		  "Hits of this list's clauses",
	  .run = zero },
	{ 0 },
};

/* ---- global: all lists ---------------------------------------------------- */

static void switched(struct cli *cli)
{
	acl_enforce(cli_conf(cli));
}

const struct cmd acl_global_cmds[] = {
	{ .syntax = "acl {enable|disable}",
	  .help = "Access control lists\n"
		  "Drop what no list permits\n"
		  "Look at no list",
	  .set = &(
		  const struct setting){ .global = true,
					 SETTING_AT(struct global, acl_enabled),
					 .store = SET_FLAG,
					 .yes = "enable",
					 .no = "disable",
					 .changed = switched } },
	{ 0 },
};

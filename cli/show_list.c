/*
 * show acl, nql, eql, dql, urql, header-field-group, rule-header-field: lists
 * as they were written, and what the clauses of access lists have met
 * (content.md 6).
 */
#include "cli/show_list.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/qualifier.h"
#include "emu/plane/plane.h"

/* Column widths. */
enum {
	W_CLAUSE = 27,
	W_END = 16,
	W_HOST = 34,
	W_LABEL = 16,
	W_CIRCUIT = 16,
	W_ADDR = 18,
	W_EXT = 12,
	W_DOMAIN = 40,
	W_INDEX = 8,
	W_OWNER = 33,
	W_FIELD = 20,
};

static const char *on_off(bool on)
{
	return on ? "Enabled" : "Disabled";
}

/* ---- show acl ------------------------------------------------------------- */

static void put_upper(struct out *o, int width, const char *text)
{
	char upper[2 * NAME_LEN + 16];
	size_t i = 0;

	(void)str_copy(upper, sizeof(upper), text);
	for (; upper[i]; i++)
		upper[i] = (char)toupper((unsigned char)upper[i]);
	out_col(o, width, "%s", upper);
}

static void host_show(const struct acl_host *h, struct out *o)
{
	char text[sizeof(h->name) + 40] = "ANY";

	if (h->kind == ACL_HOST_NET)
		(void)snprintf(text, sizeof(text), "%s %s", str_addr(h->addr),
			       str_addr(str_mask_of(h->prefix_len)));
	else if (h->kind == ACL_HOST_NQL)
		(void)snprintf(text, sizeof(text), "nql %s", h->name);
	else if (h->kind == ACL_HOST_RULE)
		(void)snprintf(text, sizeof(text), "content %s", h->name);
	out_col(o, W_HOST, "%s", text);
}

static void ports_show(const struct acl_ports *p, struct out *o)
{
	if (p->op == ACL_PORT_ANY) {
		out_puts(o, "ANY\n");
		return;
	}
	put_upper(o, 1, acl_port_op_name(p->op)); /* and a blank */
	out_printf(o, "%u", p->lo);
	if (p->op == ACL_PORT_RANGE)
		out_printf(o, " %u", p->hi);
	out_puts(o, "\n");
}

static void options_show(const struct acl_clause *k, struct out *o)
{
	if (k->icmp_type != ACL_ANY)
		out_printf(o, "   ICMP Type: %d\n", k->icmp_type);
	if (k->group[0])
		out_printf(o, "   Source Group: %s\n", k->group);
	for (int i = 0; i < k->nprefer; i++)
		out_printf(o, "%s%s%s", i ? ", " : "   Prefer: ", k->prefer[i],
			   i == k->nprefer - 1 ? "\n" : "");
}

/*
 * Content hits are decisions about connections.  The host attachment routes no
 * packets of others and gets no DNS queries, so nothing counts the other two.
 */
void acl_clause_show(const struct env *env, const struct acl *l,
		     const struct acl_clause *k, struct out *o)
{
	uint64_t hits =
		env->plane ? plane_clause_hits(env->plane, l->index, k->number)
			   : 0;
	char what[48], number[8], proto[16];
	const char *action = acl_action_name(k->action);

	(void)str_copy(proto, sizeof(proto),
		       acl_proto_name(k->proto, number, sizeof(number)));
	for (char *s = proto; *s; s++)
		*s = (char)toupper((unsigned char)*s);
	(void)snprintf(what, sizeof(what), "Clause: %u %c%s %s", k->number,
		       toupper((unsigned char)*action), action + 1, proto);
	out_col(o, W_CLAUSE, "%s", what);
	out_printf(o, "Log: %s\n", on_off(k->log));
	out_col(o, W_END, "   Source:");
	host_show(&k->src, o);
	ports_show(&k->src.ports, o);
	out_col(o, W_END, "   Destination:");
	host_show(&k->dst, o);
	ports_show(&k->dst.ports, o);
	options_show(k, o);
	out_printf(o, "   Content Hits: %llu   Router Hits: 0   DNS Hits: 0\n",
		   (unsigned long long)hits);
}

static void acl_one(const struct env *env, const struct acl *l, struct out *o)
{
	const struct circuit *ci = NULL;
	bool applied = acl_is_applied(l->conf, l);

	out_printf(o, "\nAcl: %u\n", l->index);
	for (size_t i = 0; i < l->nclause; i++)
		acl_clause_show(env, l, &l->clause[i], o);
	out_puts(o, applied ? "Applied to:" : "Applied to: NONE");
	TAILQ_FOREACH(ci, &l->conf->circuits, link)
		if (ci->acl.index == l->index)
			out_printf(o, " %s", ci->name);
	if (l->conf->acl_dns.index == l->index)
		out_puts(o, " DNS");
	out_puts(o, "\n");
}

/* The list whose mode this is. */
static const struct acl *scope_acl(const struct cli *cli)
{
	const void *object = cli_object(cli);
	const struct acl *l = NULL;

	TAILQ_FOREACH(l, &cli_conf(cli)->acls, link)
		if ((const void *)l == object)
			return l;
	return NULL;
}

static int acl_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct acl *l = scope_acl(cli);
	unsigned index = (unsigned)arg_uint(a, "index", 0);

	if (index) {
		l = acl_find(cli_conf(cli), index);
		if (!l)
			return err_set(err, ERR_NOT_FOUND, -1, T_NO_ACL, index);
	}
	if (l) {
		acl_one(cli_env(cli), l, cli_out(cli));
		return 0;
	}
	TAILQ_FOREACH(l, &cli_conf(cli)->acls, link)
		acl_one(cli_env(cli), l, cli_out(cli));
	return 0;
}

static void place_show(const char *name, const struct acl_place *p,
		       struct out *o)
{
	out_col(o, W_CIRCUIT, "%s", name);
	if (p->index)
		out_printf(o, "%u\n", p->index);
	else
		out_puts(o, "NONE\n");
}

static int acl_config(struct cli *cli, const struct args *a, struct err *err)
{
	const struct conf *c = cli_conf(cli);
	const struct circuit *ci = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_printf(o, "ACL Global State: %s\n\n",
		   on_off(c->global->acl_enabled));
	out_col(o, W_CIRCUIT, "Circuit");
	out_puts(o, "ACL\n");
	TAILQ_FOREACH(ci, &c->circuits, link)
		place_show(ci->name, &ci->acl, o);
	place_show("DNS", &c->acl_dns, o);
	return 0;
}

/* ---- qualifier lists ------------------------------------------------------ */

static void label(struct out *o, const char *name, const char *value)
{
	out_col(o, W_LABEL, "%s", name);
	out_printf(o, "%s\n", value);
}

static void head_show(const struct qualifier *q, struct out *o)
{
	out_puts(o, "\n");
	label(o, "Name:", q->name);
	label(o, "Description:", q->description);
}

static void nql_one(const struct qualifier *q, struct out *o)
{
	const struct nql *l = (const struct nql *)q;

	head_show(q, o);
	if (!l->nnet)
		return;
	out_col(o, W_ADDR, "IP Address");
	out_col(o, W_ADDR, "Network Mask");
	out_puts(o, "Log       Description\n");
	for (size_t i = 0; i < l->nnet; i++) {
		const struct nql_net *n = &l->net[i];

		out_col(o, W_ADDR, "%s", str_addr(n->addr));
		out_col(o, W_ADDR, "%s", str_addr(str_mask_of(n->prefix_len)));
		out_printf(o, "%-9s %s\n", on_off(n->log), n->description);
	}
}

static void eql_one(const struct qualifier *q, struct out *o)
{
	const struct eql *l = (const struct eql *)q;

	head_show(q, o);
	if (!l->next)
		return;
	out_col(o, W_EXT, "Extension");
	out_puts(o, "Description\n");
	for (size_t i = 0; i < l->next; i++) {
		out_col(o, W_EXT, "%s", l->ext[i].ext);
		out_printf(o, "%s\n", l->ext[i].description);
	}
}

static void dql_one(const struct qualifier *q, struct out *o)
{
	const struct dql *l = (const struct dql *)q;

	head_show(q, o);
	if (!l->ndomain)
		return;
	out_col(o, W_INDEX, "Index");
	out_col(o, W_DOMAIN, "Domain");
	out_puts(o, "Description\n");
	for (size_t i = 0; i < l->ndomain; i++) {
		out_col(o, W_INDEX, "%u", l->domain[i].index);
		out_col(o, W_DOMAIN, "%s", l->domain[i].domain);
		out_printf(o, "%s\n", l->domain[i].description);
	}
}

static void url_one(const struct urql_url *u, struct out *o)
{
	out_col(o, W_INDEX, "%u", u->number);
	out_col(o, W_DOMAIN, "%s", u->url);
	out_printf(o, "%s\n", u->description);
}

static void urls_head(struct out *o)
{
	out_col(o, W_INDEX, "URL");
	out_col(o, W_DOMAIN, "Path");
	out_puts(o, "Description\n");
}

static void urql_head(const struct urql *l, struct out *o)
{
	bool has_addr = l->addr.s_addr != INADDR_ANY;

	head_show(&l->q, o);
	label(o, "State:", l->active ? "Active" : "Suspended");
	label(o, "Address:", has_addr ? str_addr(l->addr) : "");
	label(o, "Domain:", l->domain);
}

static void urql_one(const struct qualifier *q, struct out *o)
{
	const struct urql *l = (const struct urql *)q;

	urql_head(l, o);
	if (l->nurl)
		urls_head(o);
	for (size_t i = 0; i < l->nurl; i++)
		url_one(&l->url[i], o);
}

static void (*const one[])(const struct qualifier *q, struct out *o) = {
	[QUALIFIER_EQL] = eql_one,
	[QUALIFIER_DQL] = dql_one,
	[QUALIFIER_NQL] = nql_one,
	[QUALIFIER_URQL] = urql_one,
};

static int lists_show(struct cli *cli, enum qualifier_kind k, const char *name,
		      struct err *err)
{
	const struct qualifier *q = NULL;

	if (name && !qualifier_find(cli_conf(cli), k, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       qualifier_word(k), name);
	TAILQ_FOREACH(q, &cli_conf(cli)->qualifiers[k], link)
		if (!name || !strcmp(q->name, name))
			one[k](q, cli_out(cli));
	return 0;
}

static int list_show(struct cli *cli, const struct args *a, struct err *err)
{
	for (int k = 0; k < QUALIFIER_KIND_NUM; k++) {
		const char *word = qualifier_word((enum qualifier_kind)k);

		if (arg_key(a, word))
			return lists_show(cli, (enum qualifier_kind)k,
					  arg_word(a, word), err);
	}
	return 0;
}

static int urql_show(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "urql");
	const struct urql *l = urql_find(cli_conf(cli), name);

	if (!l)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "urql",
			       name);
	if (arg_key(a, "verbose"))
		urql_one(&l->q, cli_out(cli));
	else
		urql_head(l, cli_out(cli));
	return 0;
}

static int url_show(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "urql");
	unsigned number = (unsigned)arg_uint(a, "number", 0);
	const struct urql *l = urql_find(cli_conf(cli), name);
	const struct urql_url *u = l ? urql_url_find(l, number) : NULL;

	if (!l)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "urql",
			       name);
	if (!u)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_URL, number);
	urls_head(cli_out(cli));
	url_one(u, cli_out(cli));
	return 0;
}

/* ---- header fields -------------------------------------------------------- */

static void field_show(const struct hfgroup_field *f, struct out *o)
{
	char name[48];

	out_puts(o, "  ");
	out_col(o, W_OWNER, "%s", f->name);
	(void)snprintf(name, sizeof(name), "%s%s%s",
		       header_field_name(f->field), f->custom[0] ? " " : "",
		       f->custom);
	out_col(o, W_FIELD, "%s", name);
	out_col(o, W_LABEL, "%s", header_op_name(f->op));
	if (f->text[0])
		out_printf(o, "\"%s\"", f->text);
	if (f->search_len)
		out_printf(o, " %u", f->search_len);
	out_puts(o, "\n");
}

void hfgroup_fields_show(const struct hfgroup *g, struct out *o)
{
	for (size_t i = 0; i < g->nfield; i++)
		field_show(&g->field[i], o);
}

static void hfgroup_one(const struct hfgroup *g, struct out *o)
{
	out_puts(o, "\n");
	label(o, "Name:", g->name);
	label(o, "Description:", g->description);
	hfgroup_fields_show(g, o);
}

static int hfgroup_names(struct cli *cli, const struct args *a, struct err *err)
{
	const struct hfgroup *g = NULL;

	(void)a;
	(void)err;
	TAILQ_FOREACH(g, &cli_conf(cli)->hfgroups, link)
		out_printf(cli_out(cli), "%s\n", g->name);
	return 0;
}

static int hfgroup_all(struct cli *cli, const struct args *a, struct err *err)
{
	const struct hfgroup *g = NULL;

	(void)a;
	(void)err;
	TAILQ_FOREACH(g, &cli_conf(cli)->hfgroups, link)
		hfgroup_one(g, cli_out(cli));
	return 0;
}

static int hfgroup_show(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "group");
	const struct hfgroup *g = hfgroup_find(cli_conf(cli), name);

	if (!g)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "header-field-group", name);
	hfgroup_one(g, cli_out(cli));
	return 0;
}

static void rule_header(const struct content *r, struct out *o)
{
	if (!r->more.header_field[0])
		return;
	out_col(o, W_OWNER, "%s", r->owner->name);
	out_col(o, W_OWNER, "%s", r->name);
	out_col(o, W_OWNER, "%s", r->more.header_field);
	out_printf(o, "%u\n", r->more.header_weight);
}

/* In the mode of a rule: only that one. */
static int rule_headers(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content *only = scope_content(cli), *r = NULL;
	const struct owner *w = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_OWNER, "Owner");
	out_col(o, W_OWNER, "Content");
	out_col(o, W_OWNER, "Header Field Group");
	out_puts(o, "Weight\n");
	TAILQ_FOREACH(w, &cli_conf(cli)->owners, link)
		TAILQ_FOREACH(r, &w->contents, link)
			if (!only || r == only)
				rule_header(r, o);
	return 0;
}

const struct cmd show_list_cmds[] = {
	{ .syntax = "show acl [<index:uint:1-99>]",
	  .help = "Access control lists\n"
		  "Number of a list",
	  .run = acl_show },
	{ .syntax = "show acl config",
	  .help = "Which list is on which circuit",
	  .run = acl_config },
	{ .syntax = "show {nql [<nql:nql>]|eql [<eql:eql>]|dql [<dql:dql>]|"
		    "urql [<urql:urql>]}",
	  .help = "Lists of networks\n"
		  "List name\n"
		  "Lists of file extensions\n"
		  "List name\n"
		  "Lists of domains\n"
		  "List name\n"
		  "Lists of URLs\n"
		  "List name",
	  .run = list_show },
	{ .syntax = "show urql <urql:urql> {domain|verbose}",
	  .help = "Without its URLs\n"
		  "With its URLs",
	  .run = urql_show },
	{ .syntax = "show urql <urql:urql> url <number:uint:1-1000>",
	  .help = "One URL\n"
		  "Number",
	  .run = url_show },
	{ .syntax = "show header-field-group",
	  .help = "Groups of HTTP header fields",
	  .run = hfgroup_names },
	{ .syntax = "show header-field-group all",
	  .help = "Each with its lines",
	  .run = hfgroup_all },
	{ .syntax = "show header-field-group <group:hfgroup:32>",
	  .help = "Group name",
	  .run = hfgroup_show },
	{ .syntax = "show rule-header-field",
	  .help = "Header field groups of the rules",
	  .run = rule_headers },
	{ 0 },
};

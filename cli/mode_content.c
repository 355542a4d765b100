/* Commands of the content mode: rules (content.md 2.2). */
#include <stddef.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/content.h"
#include "emu/plane/plane.h"

/* ---- which traffic -------------------------------------------------------- */

static int vip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	return content_set_vip(cli_conf(cli), cli_object(cli), ip,
			       (uint16_t)arg_uint(a, "range", 1), err);
}

static int vip_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return content_set_vip(cli_conf(cli), cli_object(cli),
			       (struct in_addr){ INADDR_ANY }, 1, err);
}

static void vip_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	object_addr_render("    vip address", r->vip, r->vip_range, o);
}

static int protocol_set(struct cli *cli, const struct args *a, struct err *err)
{
	return content_set_proto(cli_conf(cli), cli_object(cli),
				 object_proto(a), err);
}

static void protocol_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	object_proto_render("    protocol", r->proto, o);
}

static int port_set(struct cli *cli, const struct args *a, struct err *err)
{
	return content_set_port(cli_conf(cli), cli_object(cli),
				(uint16_t)arg_uint(a, "port", 0), err);
}

static void port_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->port)
		out_printf(o, "    port %u \n", r->port);
}

static int application_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	enum application app = APP_HTTP;

	for (int i = 0; i < APP_NUM; i++)
		if (arg_key(a, application_name((enum application)i)))
			app = (enum application)i;
	if (content_set_application(cli_conf(cli), cli_object(cli), app, err) <
	    0)
		return -1;
	if (app == APP_HTTP || app == APP_SSL)
		return 0;
	return object_kept(cli, "application");
}

static void application_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->application != APP_HTTP)
		out_printf(o, "    application %s \n",
			   application_name(r->application));
}

/* Lists of extensions, domains and URLs are not kept yet, but a rule may name
 * them. */
static int url_set(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content_url u = { arg_word(a, "url"), "", "", "", 0 };

	return content_set_url(cli_conf(cli), cli_object(cli), &u, err);
}

static int url_eql(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content_url u = { arg_word(a, "url"), arg_word(a, "eql"),
				       "", "", 0 };

	if (content_set_url(cli_conf(cli), cli_object(cli), &u, err) < 0)
		return -1;
	return object_kept(cli, "eql");
}

static int url_dql(struct cli *cli, const struct args *a, struct err *err)
{
	const char *eql = arg_word(a, "eql");
	const struct content_url u = { arg_word(a, "url"), eql ? eql : "",
				       arg_word(a, "dql"), "",
				       (uint16_t)arg_uint(a, "port", 0) };

	if (content_set_url(cli_conf(cli), cli_object(cli), &u, err) < 0)
		return -1;
	return object_kept(cli, "dql");
}

static int url_urql(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content_url u = { "", "", "", arg_word(a, "urql"), 0 };

	if (content_set_url(cli_conf(cli), cli_object(cli), &u, err) < 0)
		return -1;
	return object_kept(cli, "urql");
}

static int url_clear(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content_url u = { "", "", "", "", 0 };

	(void)a;
	return content_set_url(cli_conf(cli), cli_object(cli), &u, err);
}

static void url_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->url_urql[0])
		out_printf(o, "    url urql %s \n", r->url_urql);
	if (!r->url[0])
		return;
	out_printf(o, "    url \"%s\" ", r->url);
	if (r->url_dql[0])
		out_printf(o, "dql %s ", r->url_dql);
	if (r->url_dql_port)
		out_printf(o, "%u ", r->url_dql_port);
	if (r->url_eql[0])
		out_printf(o, "eql %s ", r->url_eql);
	out_puts(o, "\n");
}

static int header_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	if (content_may_edit(r, err) < 0 ||
	    conf_put_text(cli_conf(cli), r->more.header_field,
			  sizeof(r->more.header_field), arg_word(a, "group"),
			  err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &r->more.header_weight,
		     arg_uint(a, "weight", 0));
	return object_kept(cli, "header-field-rule");
}

static int header_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)a;
	if (content_may_edit(r, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &r->more.header_weight, 0);
	return conf_put_text(cli_conf(cli), r->more.header_field,
			     sizeof(r->more.header_field), "", err);
}

static void header_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (!r->more.header_field[0])
		return;
	out_printf(o, "    header-field-rule %s ", r->more.header_field);
	if (r->more.header_weight)
		out_printf(o, "weight %u ", r->more.header_weight);
	out_puts(o, "\n");
}

/* ---- how it is spread ----------------------------------------------------- */

static int balance_set(struct cli *cli, const struct args *a, struct err *err)
{
	return content_set_balance(cli_conf(cli), cli_object(cli),
				   arg_word(a, "method"), err);
}

static const char *const later_names[] = { "aca",	 "destip", "domain",
					   "domainhash", "url",	   "urlhash",
					   NULL };

static int balance_later(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = later_names[object_choice(a, later_names)];

	if (content_set_balance(cli_conf(cli), cli_object(cli), name, err) < 0)
		return -1;
	cli_warn(cli,
		 "balance %s is kept but not acted on yet, roundrobin is used",
		 name);
	return 0;
}

static int balance_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return content_set_balance(cli_conf(cli), cli_object(cli), "roundrobin",
				   err);
}

static void balance_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (strcmp(r->balance, "roundrobin") != 0)
		out_printf(o, "    balance %s \n", r->balance);
}

static bool advanced_acts(enum advanced_balance m)
{
	return m == ADVBAL_NONE || m == ADVBAL_STICKY_SRCIP ||
	       m == ADVBAL_STICKY_SRCIP_DSTPORT;
}

static int advanced_set(struct cli *cli, const struct args *a, struct err *err)
{
	enum advanced_balance m = ADVBAL_NONE;

	for (int i = 0; i < ADVBAL_NUM; i++)
		if (arg_key(a, advanced_balance_name((enum advanced_balance)i)))
			m = (enum advanced_balance)i;
	if (content_set_advanced(cli_conf(cli), cli_object(cli), m, err) < 0)
		return -1;
	if (m == ADVBAL_SSL)
		cli_warn(cli, "advanced-balance ssl is kept but not acted on "
			      "yet, source address and port are used");
	else if (!advanced_acts(m))
		cli_warn(cli,
			 "advanced-balance %s is kept but not acted on yet",
			 advanced_balance_name(m));
	return 0;
}

static void advanced_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->advanced != ADVBAL_NONE)
		out_printf(o, "    advanced-balance %s \n",
			   advanced_balance_name(r->advanced));
}

static int mask_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);
	const char *mask = arg_word(a, "mask");
	uint8_t prefix_len = 32;

	if (mask && !str_to_mask(mask, &prefix_len))
		return err_set(err, ERR_RANGE, -1, "Not a mask: %s", mask);
	r->sticky_mask = str_mask_of(prefix_len);
	conf_changed(cli_conf(cli));
	return 0;
}

static int inact_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	r->sticky_inact_min = (unsigned)arg_uint(a, "minutes", 0);
	conf_changed(cli_conf(cli));
	return 0;
}

static void sticky_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->sticky_mask.s_addr != INADDR_BROADCAST)
		out_printf(o, "    sticky-mask %s \n",
			   str_addr(r->sticky_mask));
	if (r->sticky_inact_min)
		out_printf(o, "    sticky-inact-timeout %u \n",
			   r->sticky_inact_min);
}

/* ---- services ------------------------------------------------------------- */

static int service_add_line(struct cli *cli, const struct args *a,
			    struct err *err)
{
	int weight = arg_has(a, "weight") ? (int)arg_uint(a, "weight", 0) : -1;

	return content_add_service(cli_conf(cli), cli_object(cli),
				   arg_word(a, "service"), weight, err);
}

static int service_remove_line(struct cli *cli, const struct args *a,
			       struct err *err)
{
	return content_del_service(cli_conf(cli), cli_object(cli),
				   arg_word(a, "service"), err);
}

static void services_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	for (int i = 0; i < r->nservice; i++) {
		out_printf(o, "    add service %s ", r->service[i].name);
		if (r->service[i].weight >= 0)
			out_printf(o, "weight %d ", r->service[i].weight);
		out_puts(o, "\n");
	}
}

static int service_change(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return content_change_weight(cli_conf(cli), cli_object(cli),
				     arg_word(a, "service"),
				     (int)arg_uint(a, "weight", 0), err);
}

static int sorry_set(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "service");

	return content_set_sorry(cli_conf(cli), cli_object(cli),
				 arg_key(a, "primarySorryServer") ? 1 : 2,
				 name ? name : "", err);
}

static void sorry_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->primary_sorry[0])
		out_printf(o, "    primarySorryServer %s \n", r->primary_sorry);
	if (r->secondary_sorry[0])
		out_printf(o, "    secondarySorryServer %s \n",
			   r->secondary_sorry);
}

/* ---- plain settings ------------------------------------------------------- */

static int redirect_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);
	const char *url = arg_word(a, "url");

	if (content_may_edit(r, err) < 0 ||
	    conf_put_text(cli_conf(cli), r->redirect, sizeof(r->redirect),
			  url ? url : "", err) < 0)
		return -1;
	return url ? object_kept(cli, "redirect") : 0;
}

static void redirect_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->redirect[0])
		out_printf(o, "    redirect \"%s\" \n", r->redirect);
}

static int persistent_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct content *r = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &r->no_persistent, false);
	return 0;
}

static int persistent_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct content *r = cli_object(cli);

	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &r->no_persistent, true);
	return object_kept(cli, "no persistent");
}

static void persistent_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->no_persistent)
		out_puts(o, "    no persistent \n");
}

static int multiplier_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct content *r = cli_object(cli);

	(void)err;
	r->flow_timeout_multiplier = (unsigned)arg_uint(a, "multiplier", 0);
	r->flow_timeout_set = true;
	conf_changed(cli_conf(cli));
	return 0;
}

static int multiplier_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct content *r = cli_object(cli);

	(void)a;
	(void)err;
	r->flow_timeout_multiplier = 0;
	conf_put_flag(cli_conf(cli), &r->flow_timeout_set, false);
	return 0;
}

static void multiplier_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->flow_timeout_set)
		out_printf(o, "    flow-timeout-multiplier %u \n",
			   r->flow_timeout_multiplier);
}

static int index_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	if (content_may_edit(r, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &r->redundant_index,
		     arg_uint(a, "index", 0));
	return r->redundant_index ? object_kept(cli, "redundant-index") : 0;
}

static void index_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->redundant_index)
		out_printf(o, "    redundant-index %u \n", r->redundant_index);
	if (r->more.l4_stateless)
		out_puts(o, "    redundancy-l4-stateless \n");
}

/* ---- in and out of use ---------------------------------------------------- */

static int zero(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content *r = cli_object(cli);
	struct plane *p = cli_env(cli)->plane;

	(void)err;
	if (!p)
		return 0;
	plane_zero_rule(p, r->index);
	for (int i = 0; arg_key(a, "all") && i < r->nservice; i++) {
		const struct service *s =
			service_find(cli_conf(cli), r->service[i].name);

		if (s)
			plane_zero_service(p, s->index);
	}
	return 0;
}

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return content_activate(cli_conf(cli), cli_object(cli), err);
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return content_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->active)
		out_puts(o, "    active \n");
}

/* Another rule of the same owner. */
static int rule_open(struct cli *cli, const struct args *a, struct err *err)
{
	return object_open(cli, OBJECT_CONTENT, cli_object_name(cli, 0),
			   arg_word(a, "name"), err);
}

static int rule_delete(struct cli *cli, const struct args *a, struct err *err)
{
	return object_delete(cli, OBJECT_CONTENT, cli_object_name(cli, 0),
			     arg_word(a, "name"), err);
}

/* Row order is running-config order. */
const struct cmd content_cmds[] = {
	{ .syntax = "vip address <ip:host> [range <range:uint:1-65535>]",
	  .help = "Virtual address of the rule\n"
		  "Set the address\n"
		  "First address\n"
		  "Several addresses\n"
		  "Number of addresses",
	  .run = vip_set,
	  .render = vip_render,
	  .no = "no vip address",
	  .clear = vip_clear },
	{ .syntax = "protocol {any|tcp|udp}",
	  .help = "IP protocol of the rule\n"
		  "Any protocol\n"
		  "TCP\n"
		  "UDP",
	  .run = protocol_set,
	  .render = protocol_render,
	  .no = "no protocol",
	  .clear = protocol_set },
	{ .syntax = "port <port:uint:0-65535>",
	  .help = "Port of the rule\n"
		  "Port number, 0 any",
	  .run = port_set,
	  .render = port_render,
	  .no = "no port",
	  .clear = port_set },
	{ .syntax = "application {bypass|ftp-control|http|realaudio-control|"
		    "sip|ssl}",
	  .help = "What the connections carry\n"
		  "Send matching requests past the rule\n"
		  "FTP control connections\n"
		  "HTTP\n"
		  "RealAudio control connections\n"
		  "SIP over UDP\n"
		  "SSL sessions",
	  .run = application_set,
	  .render = application_render,
	  .no = "no application",
	  .clear = application_set },
	{ .syntax = "balance <method:balance>",
	  .help = "How services are chosen\n"
		  "Method",
	  .run = balance_set,
	  .render = balance_render,
	  .no = "no balance",
	  .clear = balance_clear },
	{ .syntax = "balance {aca|destip|domain|domainhash|url|urlhash}",
	  .help = "By load\n"
		  "Hash of the destination address\n"
		  "By domain name, for caches\n"
		  "Hash of the domain name\n"
		  "By URL, for caches\n"
		  "Hash of the URL",
	  .run = balance_later },
	{ .syntax = "advanced-balance {none|sticky-srcip|sticky-srcip-dstport|"
		    "ssl|cookies|url|cookieurl|arrowpoint-cookie|wap-msisdn|"
		    "sip-call-id}",
	  .help = "Stickiness of clients\n"
		  "None\n"
		  "By source address\n"
		  "By source address and destination port\n"
		  "By SSL session ID\n"
		  "By a string in the Cookie header\n"
		  "By a string in the URL\n"
		  "By Cookie header, else URL\n"
		  "By a cookie that the switch makes\n"
		  "By X-MSISDN header\n"
		  "By SIP Call-ID",
	  .run = advanced_set,
	  .render = advanced_render,
	  .no = "no advanced-balance",
	  .clear = advanced_set },
	{ .syntax = "sticky-mask <mask:mask>",
	  .help = "Group client addresses\n"
		  "Mask",
	  .run = mask_set,
	  .render = sticky_render,
	  .no = "no sticky-mask",
	  .clear = mask_set },
	{ .syntax = "sticky-inact-timeout <minutes:uint:0-65535>",
	  .help = "Life of idle sticky entries\n"
		  "Minutes, 0 until space is needed",
	  .run = inact_set,
	  .no = "no sticky-inact-timeout",
	  .clear = inact_set },
	{ .syntax = "add service <service:service> "
		    "[weight <weight:uint:0-10>]",
	  .help = "Add something to the rule\n"
		  "Service\n"
		  "Service name\n"
		  "Set its weight in this rule\n"
		  "Weight",
	  .run = service_add_line,
	  .render = services_render,
	  .no = "remove service <service:service>",
	  .clear = service_remove_line },
	{ .syntax = "change service <service:service> "
		    "weight <weight:uint:0-10>",
	  .help = "Change something in the rule\n"
		  "Service\n"
		  "Service name\n"
		  "Set its weight in this rule\n"
		  "Weight",
	  .run = service_change },
	{ .syntax = "{primarySorryServer|secondarySorryServer} "
		    "<service:service>",
	  .help = "Service when no other is available\n"
		  "Service when the first sorry server is down too\n"
		  "Service name",
	  .run = sorry_set,
	  .render = sorry_render,
	  .no = "no {primarySorryServer|secondarySorryServer}",
	  .clear = sorry_set },
	{ .syntax = "url <url:text:1-252>",
	  .help = "Which requests the rule takes\n"
		  "Path, or //domain/path, in quotes",
	  .run = url_set,
	  .render = url_render,
	  .no = "no url",
	  .clear = url_clear },
	{ .syntax = "url <url:text:1-252> eql <eql:name>",
	  .help = "With the extensions of a list\n"
		  "List name",
	  .run = url_eql },
	{ .syntax = "url <url:text:1-252> dql <dql:name> "
		    "[<port:uint:1-65535>] [eql <eql:name>]",
	  .help = "With the domains of a list\n"
		  "List name\n"
		  "Port of the domains\n"
		  "With the extensions of a list\n"
		  "List name",
	  .run = url_dql },
	{ .syntax = "url urql <urql:name>",
	  .help = "URLs of a list\n"
		  "List name",
	  .run = url_urql },
	{ .syntax = "header-field-rule <group:name> "
		    "[weight <weight:uint:0-1024>]",
	  .help = "Header fields that requests must have\n"
		  "Header field group\n"
		  "Order among such rules\n"
		  "Weight",
	  .run = header_set,
	  .render = header_render,
	  .no = "no header-field-rule",
	  .clear = header_clear },
	{ .syntax = "redirect <url:text:1-252>",
	  .help = "Answer requests with a redirect\n"
		  "URL in quotes",
	  .run = redirect_set,
	  .render = redirect_render,
	  .no = "no redirect",
	  .clear = redirect_set },
	{ .syntax = "persistent",
	  .help = "Keep a connection on its service",
	  .run = persistent_set,
	  .render = persistent_render,
	  .no = "no persistent",
	  .clear = persistent_clear },
	{ .syntax = "remove", .help = "Take something away from the rule" },
	{ .syntax = "remove service", .help = "Service" },
	{ .syntax = "remove dns", .help = "DNS name of the VIP" },
	{ .syntax = "flow-timeout-multiplier <multiplier:uint:0-65533>",
	  .help = "Idle time of flows in units of 16 seconds\n"
		  "Number, 0 never",
	  .run = multiplier_set,
	  .render = multiplier_render,
	  .no = "no flow-timeout-multiplier",
	  .clear = multiplier_clear },
	{ .syntax = "redundant-index <index:uint:1-32767>",
	  .help = "Index for adaptive session redundancy\n"
		  "Index",
	  .run = index_set,
	  .render = index_render,
	  .no = "no redundant-index",
	  .clear = index_set },
	{ 0 },
};

/* Behind the rows of mode_content_l5.c: `active` is the last line of a rule. */
const struct cmd content_state_cmds[] = {
	{ .syntax = "zero [all]",
	  .help = "Clear the rule's counters\n"
		  "Those of its services too",
	  .run = zero },
	{ .syntax = "active",
	  .help = "Put the rule in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the rule out of use",
	  .run = deactivate },
	{ .syntax = "content <name:content>",
	  .help = "Another rule of the owner\n"
		  "Rule name",
	  .run = rule_open,
	  .no = "no content <name:content>",
	  .clear = rule_delete },
	{ 0 },
};

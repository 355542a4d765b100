/* Commands of the content mode: rules (content.md 2.2). */
#include <stddef.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/inert.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/setting.h"
#include "cli/zero.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
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

static int suspended(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return content_may_edit(cli_object(cli), err);
}

/* ---- which requests -------------------------------------------------------- */

static int url_put(struct cli *cli, const struct content_url *u,
		   struct err *err)
{
	return content_set_url(cli_conf(cli), cli_object(cli), u, err);
}

static int url_set(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content_url u = { arg_word(a, "url"), "", "", "", 0 };

	return url_put(cli, &u, err);
}

static int url_eql(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content_url u = { arg_word(a, "url"), arg_word(a, "eql"),
				       "", "", 0 };

	return url_put(cli, &u, err);
}

static int url_dql(struct cli *cli, const struct args *a, struct err *err)
{
	const char *eql = arg_word(a, "eql");
	const struct content_url u = { arg_word(a, "url"), eql ? eql : "",
				       arg_word(a, "dql"), "",
				       (uint16_t)arg_uint(a, "port", 0) };

	return url_put(cli, &u, err);
}

static int url_urql(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content_url u = { "", "", "", arg_word(a, "urql"), 0 };

	return url_put(cli, &u, err);
}

static int url_clear(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content_url u = { "", "", "", "", 0 };

	(void)a;
	return url_put(cli, &u, err);
}

static void url_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->url[0] && !r->url_dql[0] && !r->url_eql[0])
		out_printf(o, "    url \"%s\" \n", r->url);
}

static void url_eql_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->url_eql[0] && !r->url_dql[0])
		out_printf(o, "    url \"%s\" eql %s \n", r->url, r->url_eql);
}

static void url_dql_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (!r->url_dql[0])
		return;
	out_printf(o, "    url \"%s\" dql %s ", r->url, r->url_dql);
	if (r->url_dql_port)
		out_printf(o, "%u ", r->url_dql_port);
	if (r->url_eql[0])
		out_printf(o, "eql %s ", r->url_eql);
	out_puts(o, "\n");
}

static void url_urql_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->url_urql[0])
		out_printf(o, "    url urql %s \n", r->url_urql);
}

static int header_set(struct cli *cli, const struct args *a, struct err *err)
{
	return content_set_header(cli_conf(cli), cli_object(cli),
				  arg_word(a, "group"),
				  (uint16_t)arg_uint(a, "weight", 0), err);
}

static int header_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return content_set_header(cli_conf(cli), cli_object(cli), "", 0, err);
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

static int primary_set(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "service");

	return content_set_sorry(cli_conf(cli), cli_object(cli), 1,
				 name ? name : "", err);
}

static int secondary_set(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "service");

	return content_set_sorry(cli_conf(cli), cli_object(cli), 2,
				 name ? name : "", err);
}

static void primary_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->primary_sorry[0])
		out_printf(o, "    primarySorryServer %s \n", r->primary_sorry);
}

static void secondary_render(const void *obj, struct out *o)
{
	const struct content *r = obj;

	if (r->secondary_sorry[0])
		out_printf(o, "    secondarySorryServer %s \n",
			   r->secondary_sorry);
}

/* ---- in and out of use ---------------------------------------------------- */

static int zero(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content *r = cli_object(cli);

	(void)err;
	if (cli_env(cli)->plane)
		plane_zero_rule(cli_env(cli)->plane, r->index);
	if (arg_key(a, "all"))
		zero_rule_services(cli, r, ZERO_ALL, NULL);
	return 0;
}

static int zero_one(struct cli *cli, const struct args *a, struct err *err)
{
	const struct content *r = cli_object(cli);
	const char *name = arg_word(a, "service");

	if (!zero_rule_services(cli, r, zero_counters(a), name) && name)
		return err_set(err, ERR_NOT_FOUND, -1, T_NOT_IN, name,
			       "content", r->name);
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

#define FIELD(...)                                                             \
	&(const struct setting)                                                \
	{                                                                      \
		.indent = "    ", __VA_ARGS__                                  \
	}
#define APPLICATION                                                            \
	FIELD(.family = "application", .store = SET_WORD,                      \
	      SETTING_AT(struct content, application),                         \
	      .words = application_names, .check = suspended)
#define BALANCE                                                                \
	FIELD(SETTING_TEXT_AT(struct content, balance), .dflt = "roundrobin",  \
	      .check = suspended)

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
	{ .syntax = "application {http|ssl}",
	  .help = "What the connections carry\n"
		  "HTTP\n"
		  "SSL sessions",
	  .no = "no application",
	  .set = APPLICATION },
	{ .syntax = "application bypass",
	  .help = "Send matching requests past the rule",
	  .set = APPLICATION,
	  .host_inert = INERT_NO_CACHES },
	{ .syntax = "application {ftp-control|realaudio-control|sip}",
	  .help = "FTP control connections\n"
		  "RealAudio control connections\n"
		  "SIP over UDP",
	  .set = APPLICATION },
	{ .syntax = "balance <method:balance>",
	  .help = "How services are chosen\n"
		  "Method",
	  .no = "no balance",
	  .set = BALANCE },
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
	{ .syntax = "primarySorryServer <service:service>",
	  .help = "Service when no other is available\n"
		  "Service name",
	  .run = primary_set,
	  .render = primary_render,
	  .no = "no primarySorryServer",
	  .clear = primary_set },
	{ .syntax = "secondarySorryServer <service:service>",
	  .help = "Service when the first sorry server is down too\n"
		  "Service name",
	  .run = secondary_set,
	  .render = secondary_render,
	  .no = "no secondarySorryServer",
	  .clear = secondary_set },
	{ .syntax = "url <url:text:1-252>",
	  .help = "Which requests the rule takes\n"
		  "Path, or //domain/path, in quotes",
	  .run = url_set,
	  .render = url_render,
	  .no = "no url",
	  .clear = url_clear },
	{ .syntax = "url <url:text:1-252> eql <eql:eql>",
	  .help = "With the extensions of a list\n"
		  "List name",
	  .run = url_eql,
	  .render = url_eql_render },
	{ .syntax = "url <url:text:1-252> dql <dql:dql> "
		    "[<port:uint:1-65535>] [eql <eql:eql>]",
	  .help = "With the domains of a list\n"
		  "List name\n"
		  "Port of the domains\n"
		  "With the extensions of a list\n"
		  "List name",
	  .run = url_dql,
	  .render = url_dql_render },
	{ .syntax = "url urql <urql:urql>",
	  .help = "URLs of a list\n"
		  "List name",
	  .run = url_urql,
	  .render = url_urql_render },
	{ .syntax = "header-field-rule <group:hfgroup:32> "
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
	  .no = "no redirect",
	  .set = FIELD(SETTING_TEXT_AT(struct content, redirect),
		       .check = suspended) },
	{ .syntax = "persistent",
	  .help = "Keep a connection on its service",
	  .no = "no persistent",
	  .set = FIELD(SETTING_AT(struct content, persistent),
		       .store = SET_FLAG, .on = true) },
	{ .syntax = "remove", .help = "Take something away from the rule" },
	{ .syntax = "remove service", .help = "Service" },
	{ .syntax = "remove dns", .help = "DNS name of the VIP" },
	{ .syntax = "flow-timeout-multiplier <multiplier:uint:0-65533>",
	  .help = "Idle time of flows in units of 16 seconds\n"
		  "Number, 0 never",
	  .no = "no flow-timeout-multiplier",
	  .set = FIELD(SETTING_AT(struct content, flow_timeout_multiplier),
		       .store = SET_U32, .dflt = FLOW_TIMEOUT_UNSET_TEXT) },
	{ .syntax = "redundant-index <index:uint:1-32767>",
	  .help = "Index for adaptive session redundancy\n"
		  "Index",
	  .no = "no redundant-index",
	  .set = FIELD(SETTING_AT(struct content, redundant_index),
		       .store = SET_U16, .check = suspended),
	  .inert = INERT_NO_PEER },
	{ 0 },
};

/* Behind the rows of the other files: `active` is the last line of a rule. */
const struct cmd content_state_cmds[] = {
	{ .syntax = "zero [all]",
	  .help = "Clear the rule's counters\n"
		  "Those of its services too",
	  .run = zero },
	{ .syntax = "zero " ZERO_COUNTERS " [<service:service>]",
	  .help = ZERO_COUNTERS_HELP "\nOf one service of the rule",
	  .run = zero_one },
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

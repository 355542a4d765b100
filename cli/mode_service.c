/* Commands of the service mode (content.md 1.2, ssl.md 4.1). */
#include <assert.h>
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
#include "emu/conf/probe.h"
#include "emu/conf/content.h"
#include "emu/conf/service.h"

static int address_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	return service_set_addr(cli_conf(cli), cli_object(cli), ip,
				(uint16_t)arg_uint(a, "range", 1), err);
}

static int address_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return service_set_addr(cli_conf(cli), cli_object(cli),
				(struct in_addr){ INADDR_ANY }, 1, err);
}

static void address_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	object_addr_render("  ip address", s->addr, s->addr_range, o);
}

/* ---- protocol and port ---------------------------------------------------- */

static int protocol_set(struct cli *cli, const struct args *a, struct err *err)
{
	return service_set_proto(cli_conf(cli), cli_object(cli),
				 object_proto(a), err);
}

static void protocol_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	object_proto_render("  protocol", s->proto, o);
}

static int port_set(struct cli *cli, const struct args *a, struct err *err)
{
	return service_set_port(cli_conf(cli), cli_object(cli),
				(uint16_t)arg_uint(a, "port", 0), 1, err);
}

static int ports_set(struct cli *cli, const struct args *a, struct err *err)
{
	return service_set_port(cli_conf(cli), cli_object(cli),
				(uint16_t)arg_uint(a, "port", 0),
				(uint16_t)arg_uint(a, "range", 1), err);
}

static void port_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->port && s->port_range == 1)
		out_printf(o, "  port %u \n", s->port);
}

static void ports_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->port_range > 1)
		out_printf(o, "  port %u range %u \n", s->port, s->port_range);
}

/* ---- what a setting may ask ----------------------------------------------- */

static int suspended(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return service_may_edit(cli_object(cli), err);
}

static int type_check(struct cli *cli, const struct args *a, struct err *err)
{
	const struct service *s = cli_object(cli);
	enum service_type t = SERVICE_LOCAL;

	for (int i = 0; !arg_undo(a) && service_type_names[i]; i++)
		if (!strcmp(service_type_names[i], arg_choice(a)))
			t = (enum service_type)i;
	if (t == SERVICE_REDUNDANCY_UP &&
	    content_check_service_unused(cli_conf(cli), s->name, err) < 0)
		return -1;
	return service_may_become(s, t, err);
}

/* ---- SSL proxy lists ------------------------------------------------------ */

static int ssllist_add_line(struct cli *cli, const struct args *a,
			    struct err *err)
{
	return service_add_ssllist(cli_conf(cli), cli_object(cli),
				   arg_word(a, "list"), err);
}

static int ssllist_remove_line(struct cli *cli, const struct args *a,
			       struct err *err)
{
	return service_del_ssllist(cli_conf(cli), cli_object(cli),
				   arg_word(a, "list"), err);
}

static void ssllist_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	for (int i = 0; i < s->nssllist; i++)
		out_printf(o, "  add ssl-proxy-list %s \n", s->ssllist[i]);
}

static int zero(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	zero_service(cli, cli_object(cli),
		     arg_key(a, "all") ? (unsigned)ZERO_ALL : zero_counters(a));
	return 0;
}

/* ---- in and out of use ---------------------------------------------------- */

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);
	struct conf *c = cli_conf(cli);

	(void)a;
	if (service_activate(c, s, err) < 0)
		return -1;
	if (s->type == SERVICE_SSL_ACCEL && s->keepalive.type != PROBE_NONE)
		cli_warn(cli,
			 "Service %s stays down without keepalive type "
			 "none",
			 s->name);
	if ((s->type == SERVICE_SSL_ACCEL_BACKEND ||
	     s->type == SERVICE_SSL_INIT) &&
	    !service_has_backend(c, s))
		cli_warn(cli,
			 "No backend-server in the lists of service %s has its "
			 "address and port: no SSL",
			 s->name);
	return 0;
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return service_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->active)
		out_puts(o, "  active \n");
}

#define TYPE                                                                   \
	&(const struct setting)                                                \
	{                                                                      \
		.family = "type", .at = offsetof(struct service, type),        \
		.store = SET_WORD, .words = service_type_names,                \
		.check = type_check                                            \
	}
#define NUMBER(bits, field, ...)                                               \
	&(const struct setting)                                                \
	{                                                                      \
		.store = SET_U##bits, .at = offsetof(struct service, field),   \
		__VA_ARGS__                                                    \
	}

const struct cmd service_cmds[] = {
	{ .syntax = "ip address <ip:host> [range <range:uint:1-65535>]",
	  .help = "IP settings\n"
		  "Set the address of the server\n"
		  "First address\n"
		  "The service stands for several hosts\n"
		  "Number of addresses",
	  .run = address_set,
	  .render = address_render,
	  .no = "no ip address",
	  .clear = address_clear },
	{ .syntax = "protocol {any|tcp|udp}",
	  .help = "IP protocol of the service\n"
		  "Any protocol\n"
		  "TCP\n"
		  "UDP",
	  .run = protocol_set,
	  .render = protocol_render,
	  .no = "no protocol",
	  .clear = protocol_set },
	{ .syntax = "port <port:uint:0-65535>",
	  .help = "Port of the service\n"
		  "Port number, 0 any",
	  .run = port_set,
	  .render = port_render,
	  .no = "no port",
	  .clear = port_set },
	{ .syntax = "port <port:uint:0-65535> range <range:uint:1-65535>",
	  .help = "Several ports\n"
		  "Number of ports",
	  .run = ports_set,
	  .render = ports_render,
	  .inert = "connections go to the first port of the range" },
	{ .syntax = "type {local|ssl-accel|ssl-accel-backend|ssl-init}",
	  .help = "What kind of service this is\n"
		  "Ordinary server\n"
		  "SSL termination on an SSL module\n"
		  "Back-end SSL service\n"
		  "SSL initiation service",
	  .no = "no type",
	  .set = TYPE },
	{ .syntax = "type redirect",
	  .help = "Answered with redirects only",
	  .set = TYPE },
	{ .syntax = "type proxy-cache",
	  .help = "Cache that is addressed directly",
	  .set = TYPE,
	  .inert = "it gets connections like a local service; what the cache "
		   "itself asks for is not told apart" },
	{ .syntax = "type transparent-cache",
	  .help = "Cache that gets packets unchanged",
	  .set = TYPE,
	  .host_inert = "no packets are passed on unchanged; the service gets "
			"no connections" },
	{ .syntax = "type {rep-store|rep-store-redir|rep-cache-redir}",
	  .help = "Replication store for hot content\n"
		  "Replication store with redirect\n"
		  "Replication cache with redirect",
	  .set = TYPE,
	  .inert = INERT_NO_REPLICATION "; the service gets no connections" },
	{ .syntax = "type redundancy-up",
	  .help = "Router watched by box-to-box redundancy",
	  .set = TYPE },
	{ .syntax = "type {nci-direct-return|nci-info-only}",
	  .help = "NAT channel identification, reply goes direct\n"
		  "NAT channel identification, information only",
	  .set = TYPE,
	  .inert = "there is no NAT peering with another switch; the service "
		   "gets no connections" },
	{ .syntax = "slot <slot:uint:1-6>",
	  .help = "SSL module of the service\n"
		  "Slot number",
	  .no = "no slot",
	  .set = NUMBER(32, slot, .check = suspended) },
	{ .syntax = "add ssl-proxy-list <list:ssllist>",
	  .help = "Add something to the service\n"
		  "SSL proxy list of an SSL service\n"
		  "List name",
	  .run = ssllist_add_line,
	  .render = ssllist_render,
	  .no = "remove ssl-proxy-list <list:ssllist>",
	  .clear = ssllist_remove_line },
	{ .syntax = "remove", .help = "Take something away from the service" },
	{ .syntax = "session-cache-size <entries:uint:0-100000>",
	  .help = "Set the SSL session cache\n"
		  "Number of entries",
	  .no = "no session-cache-size",
	  .set = NUMBER(32, session_cache_size, .dflt = "10000",
			.check = suspended) },
	{ .syntax = "weight <weight:uint:0-10>",
	  .help = "Share in weighted balancing\n"
		  "Weight; 0 takes no new connections",
	  .no = "no weight",
	  .set = NUMBER(8, weight, .dflt = "1") },
	{ .syntax = "max connections <connections:uint:6-65534>",
	  .help = "Set a limit\n"
		  "Most TCP connections\n"
		  "Number of connections",
	  .no = "no max connections",
	  .set = NUMBER(16, max_connections, .dflt = "65534") },
	{ .syntax = "load <load:uint:0-254>",
	  .help = "Set a fixed load number\n"
		  "Load",
	  .no = "no load",
	  .set = NUMBER(8, load, .dflt = "0") },
	{ .syntax = "redundant-index <index:uint:1-32767>",
	  .help = "Index for adaptive session redundancy\n"
		  "Index",
	  .no = "no redundant-index",
	  .set = NUMBER(16, redundant_index, .check = suspended),
	  .inert = INERT_NO_PEER },
	{ 0 },
};

/* Behind the rows of the other files: `active` is the last line. */
const struct cmd service_state_cmds[] = {
	{ .syntax = "zero {all|" ZERO_COUNTERS "}",
	  .help = "Clear counters\n"
		  "All of the service\n" ZERO_COUNTERS_HELP,
	  .run = zero },
	{ .syntax = "active",
	  .help = "Put the service in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the service out of use",
	  .run = deactivate },
	{ 0 },
};

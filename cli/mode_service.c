/* Commands of the service mode (content.md 1.2, ssl.md 4.1). */
#include <assert.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/keepalive/keepalive.h"
#include "emu/plane/plane.h"

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
	if (service_set_port(cli_conf(cli), cli_object(cli),
			     (uint16_t)arg_uint(a, "port", 0),
			     (uint16_t)arg_uint(a, "range", 1), err) < 0)
		return -1;
	return arg_has(a, "range") ? object_kept(cli, "port range") : 0;
}

static void port_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (!s->port && s->port_range == 1)
		return;
	out_printf(o, "  port %u ", s->port);
	if (s->port_range > 1)
		out_printf(o, "range %u ", s->port_range);
	out_puts(o, "\n");
}

/* ---- type ----------------------------------------------------------------- */

/* What traffic is not treated after yet. */
static bool type_acts(enum service_type t)
{
	return t == SERVICE_LOCAL || t == SERVICE_SSL_ACCEL ||
	       t == SERVICE_SSL_ACCEL_BACKEND || t == SERVICE_SSL_INIT;
}

static int type_set(struct cli *cli, const struct args *a, struct err *err)
{
	enum service_type t = SERVICE_LOCAL;

	for (int i = 0; i < SERVICE_TYPE_NUM; i++)
		if (arg_key(a, service_type_name((enum service_type)i)))
			t = (enum service_type)i;
	if (service_set_type(cli_conf(cli), cli_object(cli), t, err) < 0)
		return -1;
	return type_acts(t) ? 0 : object_kept(cli, service_type_name(t));
}

static int type_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return service_set_type(cli_conf(cli), cli_object(cli), SERVICE_LOCAL,
				err);
}

static void type_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->type != SERVICE_LOCAL)
		out_printf(o, "  type %s \n", service_type_name(s->type));
}

static int slot_set(struct cli *cli, const struct args *a, struct err *err)
{
	return service_set_slot(cli_conf(cli), cli_object(cli),
				(unsigned)arg_uint(a, "slot", 0), err);
}

static void slot_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->slot)
		out_printf(o, "  slot %u \n", s->slot);
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

static int cache_size_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return service_set_session_cache_size(
		cli_conf(cli), cli_object(cli),
		(uint32_t)arg_uint(a, "entries", 10000), err);
}

static void cache_size_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->session_cache_size != 10000)
		out_printf(o, "  session-cache-size %u \n",
			   s->session_cache_size);
}

/* ---- load ----------------------------------------------------------------- */

static int weight_set(struct cli *cli, const struct args *a, struct err *err)
{
	return service_set_weight(cli_conf(cli), cli_object(cli),
				  (unsigned)arg_uint(a, "weight", 1), err);
}

static void weight_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->weight != 1)
		out_printf(o, "  weight %u \n", s->weight);
}

static int connections_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	return service_set_max_connections(
		cli_conf(cli), cli_object(cli),
		(unsigned)arg_uint(a, "connections", 65534), err);
}

static void connections_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->max_connections != 65534)
		out_printf(o, "  max connections %u \n", s->max_connections);
}

static int load_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);

	(void)err;
	conf_put_u8(cli_conf(cli), &s->load, arg_uint(a, "load", 0));
	return s->load ? object_kept(cli, "load") : 0;
}

static void load_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->load)
		out_printf(o, "  load %u \n", s->load);
}

/* ---- redundancy ----------------------------------------------------------- */

static int index_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct service *s = cli_object(cli);
	unsigned long v = arg_uint(a, "index", 0);

	if (s->redundant_index != v && service_may_edit(s, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &s->redundant_index, v);
	return v ? object_kept(cli, "redundant-index") : 0;
}

static void index_render(const void *obj, struct out *o)
{
	const struct service *s = obj;

	if (s->redundant_index)
		out_printf(o, "  redundant-index %u \n", s->redundant_index);
}

/* Connections are never reused here, so there is no count of them to clear. */
static int zero(struct cli *cli, const struct args *a, struct err *err)
{
	const struct service *s = cli_object(cli);
	const struct env *env = cli_env(cli);

	(void)err;
	if (env->plane && !arg_key(a, "state-transitions"))
		plane_zero_service(env->plane, s->index);
	if (env->monitor && !arg_key(a, "total-connections"))
		monitor_zero_transitions(env->monitor, s->index);
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

#define TYPES                                                                  \
	"{local|redirect|proxy-cache|transparent-cache|rep-store|"             \
	"rep-store-redir|rep-cache-redir|redundancy-up|"                       \
	"nci-direct-return|nci-info-only|ssl-accel|ssl-accel-backend|"         \
	"ssl-init}"

/* Row order is running-config order. */
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
	{ .syntax = "port <port:uint:0-65535> [range <range:uint:1-65535>]",
	  .help = "Port of the service\n"
		  "Port number, 0 any\n"
		  "Several ports\n"
		  "Number of ports",
	  .run = port_set,
	  .render = port_render,
	  .no = "no port",
	  .clear = port_set },
	{ .syntax = "type " TYPES,
	  .help = "What kind of service this is\n"
		  "Ordinary server\n"
		  "Answered with redirects only\n"
		  "Cache that is addressed directly\n"
		  "Cache that gets packets unchanged\n"
		  "Replication store for hot content\n"
		  "Replication store with redirect\n"
		  "Replication cache with redirect\n"
		  "Router watched by box-to-box redundancy\n"
		  "NAT channel identification, reply goes direct\n"
		  "NAT channel identification, information only\n"
		  "SSL termination on an SSL module\n"
		  "Back-end SSL service\n"
		  "SSL initiation service",
	  .run = type_set,
	  .render = type_render,
	  .no = "no type",
	  .clear = type_clear },
	{ .syntax = "slot <slot:uint:1-6>",
	  .help = "SSL module of the service\n"
		  "Slot number",
	  .run = slot_set,
	  .render = slot_render,
	  .no = "no slot",
	  .clear = slot_set },
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
	  .run = cache_size_set,
	  .render = cache_size_render,
	  .no = "no session-cache-size",
	  .clear = cache_size_set },
	{ .syntax = "weight <weight:uint:0-10>",
	  .help = "Share in weighted balancing\n"
		  "Weight; 0 takes no new connections",
	  .run = weight_set,
	  .render = weight_render,
	  .no = "no weight",
	  .clear = weight_set },
	{ .syntax = "max connections <connections:uint:6-65534>",
	  .help = "Set a limit\n"
		  "Most TCP connections\n"
		  "Number of connections",
	  .run = connections_set,
	  .render = connections_render,
	  .no = "no max connections",
	  .clear = connections_set },
	{ .syntax = "load <load:uint:0-254>",
	  .help = "Set a fixed load number\n"
		  "Load",
	  .run = load_set,
	  .render = load_render,
	  .no = "no load",
	  .clear = load_set },
	{ .syntax = "redundant-index <index:uint:1-32767>",
	  .help = "Index for adaptive session redundancy\n"
		  "Index",
	  .run = index_set,
	  .render = index_render,
	  .no = "no redundant-index",
	  .clear = index_set },
	{ 0 },
};

/* Behind the rows of the other files: `active` is the last line. */
const struct cmd service_state_cmds[] = {
	{ .syntax = "zero {all|total-connections|state-transitions}",
	  .help = "Clear counters\n"
		  "All of the service\n"
		  "Connections\n"
		  "State transitions",
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

/* Commands of global configuration: flows, HTTP, load (content.md 1.5, 3, 7). */
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/inert.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/conf/conf.h"
#include "emu/conf/service.h"
#include "emu/plane/plane.h"

static struct flow_conf *flow_of(struct cli *cli)
{
	return &cli_conf(cli)->global->flow;
}

static const struct flow_conf *flow_in(const void *obj)
{
	return &((const struct conf *)obj)->global->flow;
}

/* ---- flows ---------------------------------------------------------------- */

#define PERMANENT                                                              \
	"{port1|port2|port3|port4|port5|port6|port7|port8|port9|port10|port11" \
	"|port12|port13|port14|port15|port16|port17|port18|port19|port20}"
#define PLACES                                                                 \
	"Place 1 of 20\nPlace 2 of 20\nPlace 3 of 20\n"                        \
	"Place 4 of 20\nPlace 5 of 20\nPlace 6 of 20\n"                        \
	"Place 7 of 20\nPlace 8 of 20\nPlace 9 of 20\n"                        \
	"Place 10 of 20\nPlace 11 of 20\nPlace 12 of 20\n"                     \
	"Place 13 of 20\nPlace 14 of 20\nPlace 15 of 20\n"                     \
	"Place 16 of 20\nPlace 17 of 20\nPlace 18 of 20\n"                     \
	"Place 19 of 20\nPlace 20 of 20\n"

static unsigned permanent_which(const struct args *a)
{
	char word[8];

	for (unsigned i = 0; i < FLOW_PERMANENT_MAX; i++) {
		(void)snprintf(word, sizeof(word), "port%u", i + 1);
		if (arg_key(a, word))
			return i;
	}
	return 0;
}

static int permanent_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u16(cli_conf(cli),
		     &flow_of(cli)->permanent[permanent_which(a)],
		     arg_uint(a, "port", 0));
	return 0;
}

static void permanent_render(const void *obj, struct out *o)
{
	const struct flow_conf *f = flow_in(obj);

	for (unsigned i = 0; i < FLOW_PERMANENT_MAX; i++)
		if (f->permanent[i])
			out_printf(o, "  flow permanent port%u %u \n", i + 1,
				   f->permanent[i]);
}

static int state_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct flow_port s = {
		.port = (uint16_t)arg_uint(a, "port", 0),
		.proto = (uint8_t)object_proto(a),
		.flow = arg_key(a, "flow-enable"),
		.nat = !arg_key(a, "nat-disable"),
	};

	return flow_port_set(cli_conf(cli), &s, err);
}

static int state_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return flow_port_del(cli_conf(cli), (uint16_t)arg_uint(a, "port", 0),
			     (uint8_t)object_proto(a), err);
}

static void state_render(const void *obj, struct out *o)
{
	const struct flow_conf *f = flow_in(obj);

	for (int i = 0; i < f->nport; i++)
		out_printf(o, "  flow-state %u %s %s \n", f->port[i].port,
			   f->port[i].proto == PROTO_TCP ? "tcp" : "udp",
			   f->port[i].flow  ? "flow-enable"
			   : f->port[i].nat ? "flow-disable"
					    : "flow-disable nat-disable");
}

/* ---- ports of translated connections -------------------------------------- */

static int ports_set(struct cli *cli, const struct args *a, struct err *err)
{
	return portmap_set(cli_conf(cli), &flow_of(cli)->portmap,
			   (uint16_t)arg_uint(a, "base", PORTMAP_BASE),
			   (uint16_t)arg_uint(a, "range", PORTMAP_RANGE), err);
}

static int noflow_ports_set(struct cli *cli, const struct args *a,
			    struct err *err)
{
	return portmap_set(cli_conf(cli), &flow_of(cli)->noflow_portmap,
			   (uint16_t)arg_uint(a, "base", PORTMAP_BASE),
			   (uint16_t)arg_uint(a, "range", PORTMAP_RANGE), err);
}

static int noflow_ports_off(struct cli *cli, const struct args *a,
			    struct err *err)
{
	(void)a;
	(void)err;
	conf_put_flag(cli_conf(cli), &flow_of(cli)->noflow_portmap.off, true);
	return 0;
}

static void portmap_print(const char *sentence, const struct portmap *p,
			  struct out *o)
{
	if (p->off)
		out_printf(o, "  %s disable \n", sentence);
	else if (p->base != PORTMAP_BASE || p->range != PORTMAP_RANGE)
		out_printf(o, "  %s base-port %u range %u \n", sentence,
			   p->base, p->range);
}

static void ports_render(const void *obj, struct out *o)
{
	portmap_print("global-portmap", &flow_in(obj)->portmap, o);
}

static void noflow_ports_render(const void *obj, struct out *o)
{
	portmap_print("noflow-portmap", &flow_in(obj)->noflow_portmap, o);
}

/* ---- HTTP ----------------------------------------------------------------- */

static const char *const forms[] = { "url", "authority", "wildcard-uri", NULL };
static const char *const closes[] = { "fin-rst", "fin-fin", "rst-rst", NULL };

static int method_set(struct cli *cli, const struct args *a, struct err *err)
{
	return http_method_set(cli_conf(cli), arg_word(a, "method"),
			       (enum uri_form)object_choice(a, forms), err);
}

static int method_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return http_method_del(cli_conf(cli), arg_word(a, "method"), err);
}

static void method_render(const void *obj, struct out *o)
{
	const struct flow_conf *f = flow_in(obj);

	for (int i = 0; i < f->nmethod; i++)
		out_printf(o, "  http-method parse user-defined-method %s %s\n",
			   f->method[i].name,
			   f->method[i].form == URI_AUTHORITY  ? "authority "
			   : f->method[i].form == URI_WILDCARD ? "wildcard-uri "
							       : "");
}

static int methods_zero(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	if (cli_env(cli)->plane)
		plane_zero_methods(cli_env(cli)->plane);
	return 0;
}

/* ---- load ----------------------------------------------------------------- */

static const char *const calculations[] = { "relative", "absolute", NULL };

static int step_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct load_conf *load = &flow_of(cli)->load;

	(void)err;
	conf_put_u32(cli_conf(cli), &load->step_ms,
		     arg_uint(a, "ms", LOAD_STEP_MS));
	conf_put_flag(cli_conf(cli), &load->step_static, arg_key(a, "static"));
	return 0;
}

static void step_render(const void *obj, struct out *o)
{
	const struct load_conf *load = &flow_in(obj)->load;

	if (load->step_ms != LOAD_STEP_MS || load->step_static)
		out_printf(o, "  load step %u %s \n", load->step_ms,
			   load->step_static ? "static" : "dynamic");
}

/* ---- the table ------------------------------------------------------------ */

static const char no_pool[] = "flows are never reclaimed to make room";
static const char no_map[] = "source ports are the operating system's choice";
static const char no_fragments[] = "the operating system assembles fragments";
static const char always_reset[] =
	"a connection to a VIP without a service is always reset";

/* Row order is running-config order. */
const struct cmd flow_cmds[] = {
	{ .syntax = "flow permanent " PERMANENT " <port:uint:0-65535>",
	  .help = "How flows are treated\n"
		  "Ports whose idle flows are never closed\n" PLACES
		  "Port; 0: none",
	  .run = permanent_set,
	  .render = permanent_render,
	  .no = "no flow permanent " PERMANENT,
	  .clear = permanent_set },
	{ .syntax = "flow reserve-clean <seconds:uint:0-100>",
	  .help = "Time between reclaims of Telnet and FTP control flows\n"
		  "Seconds, default 10; 0: never",
	  .no = "no flow reserve-clean",
	  .set = FIELD(flow.reserve_clean_s, .store = SET_U8, .dflt = "10"),
	  .inert = no_pool },
	{ .syntax = "flow tcp-mss <bytes:uint:1-1460>",
	  .help = "Largest segment taken from clients\n"
		  "Bytes, default 1460",
	  .no = "no flow tcp-mss",
	  .set = FIELD(flow.tcp_mss, .store = SET_U16, .dflt = "1460") },
	{ .syntax = "flow tcp-reset-on-vip-unavailable",
	  .help = "Reset connections to a VIP without a service",
	  .no = "no flow tcp-reset-on-vip-unavailable",
	  .set = FIELD(flow.reset_on_vip_unavailable, .store = SET_FLAG),
	  .inert = always_reset },
	{ .syntax = "flow-state <port:uint:1-65535> {tcp|udp} {flow-enable|"
		    "flow-disable [{nat-enable|nat-disable}]}",
	  .help = "Ports with or without flows\n"
		  "Port\n"
		  "TCP\n"
		  "UDP\n"
		  "Packets of the port get a flow\n"
		  "They get none\n"
		  "They are translated, too\n"
		  "They are not translated",
	  .run = state_set,
	  .render = state_render,
	  .no = "no flow-state <port:uint:1-65535> {tcp|udp}",
	  .clear = state_clear },
	{ .syntax = "dnsflow {enable|disable}",
	  .help = "Flows of DNS packets\n"
		  "They get flows\n"
		  "They get none",
	  .set = FIELD(flow.dns_flows, .store = SET_FLAG, .on = true,
		       .yes = "enable", .no = "disable") },
	{ .syntax = "global-portmap base-port <base:uint:2016-63456> "
		    "range <range:uint:2048-63488>",
	  .help = "Source ports of translated connections\n"
		  "First port\n"
		  "Port, default 2016\n"
		  "How many\n"
		  "Number of ports, default 63488",
	  .run = ports_set,
	  .render = ports_render,
	  .no = "no global-portmap",
	  .clear = ports_set,
	  .host_inert = no_map },
	{ .syntax = "noflow-portmap base-port <base:uint:2016-63456> "
		    "range <range:uint:2048-63488>",
	  .help = "Source ports of packets without a flow\n"
		  "First port\n"
		  "Port, default 2016\n"
		  "How many\n"
		  "Number of ports, default 63488",
	  .run = noflow_ports_set,
	  .render = noflow_ports_render,
	  .no = "no noflow-portmap",
	  .clear = noflow_ports_set },
	{ .syntax = "noflow-portmap disable",
	  .help = "Keep their source ports",
	  .run = noflow_ports_off },
	{ .syntax = "tcp-ip-fragment-enabled",
	  .help = "Flows of fragmented TCP packets",
	  .no = "no tcp-ip-fragment-enabled",
	  .set = FIELD(flow.tcp_fragments, .store = SET_FLAG),
	  .host_inert = no_fragments },
	{ .syntax = "udp-ip-fragment-enabled",
	  .help = "Flows of fragmented UDP packets",
	  .no = "no udp-ip-fragment-enabled",
	  .set = FIELD(flow.udp_fragments, .store = SET_FLAG),
	  .host_inert = no_fragments },
	{ .syntax = "ip-fragment max-assembled-size <bytes:uint:2048-65535>",
	  .help = "Fragments of IP packets\n"
		  "Largest packet that is assembled\n"
		  "Bytes, default 5120",
	  .no = "no ip-fragment max-assembled-size",
	  .set = FIELD(flow.assembled_max, .store = SET_U16, .dflt = "5120"),
	  .host_inert = no_fragments },
	{ .syntax = "ip-fragment min-fragment-size <bytes:uint:64-1024>",
	  .help = "Smallest fragment that is accepted\n"
		  "Bytes, default 1024",
	  .no = "no ip-fragment min-fragment-size",
	  .set = FIELD(flow.fragment_min, .store = SET_U16, .dflt = "1024"),
	  .host_inert = no_fragments },
	{ .syntax = "spanning-packets <packets:uint:1-20>",
	  .help = "Packets that the head of a request may span\n"
		  "Packets, default 6",
	  .no = "no spanning-packets",
	  .set = FIELD(flow.spanning_packets, .store = SET_U8, .dflt = "6") },
	{ .syntax = "http-method parse RFC2518-methods",
	  .help = "Methods of HTTP requests\n"
		  "Methods that content rules may see\n"
		  "Those of WebDAV",
	  .no = "no http-method parse RFC2518-methods",
	  .set = FIELD(flow.rfc2518_methods, .store = SET_FLAG) },
	{ .syntax = "http-method parse user-defined-method "
		    "<method:name:3-15> [{url|authority|wildcard-uri}]",
	  .help = "One of your own\n"
		  "Method, as in the request\n"
		  "It is followed by a URL\n"
		  "It is followed by host:port\n"
		  "It is followed by a URL or *",
	  .run = method_set,
	  .render = method_render,
	  .no = "no http-method parse user-defined-method <method:name:3-15>",
	  .clear = method_clear },
	{ .syntax = "http-method statistics clear",
	  .help = "How often each was seen\n"
		  "Zero the counters",
	  .run = methods_zero },
	{ .syntax = "http-redirect-option {fin-rst|fin-fin|rst-rst}",
	  .help = "How the connection of a redirect ends\n"
		  "With FIN; reset when the client answers\n"
		  "With FIN from both\n"
		  "With a reset at once",
	  .no = "no http-redirect-option",
	  .set = FIELD(flow.redirect_close, .store = SET_WORD,
		       .words = closes) },
	{ .syntax = "persistence reset {redirect|remap}",
	  .help = "Persistent connections\n"
		  "When another service is needed\n"
		  "Redirect the client\n"
		  "Change the server side",
	  .no = "no persistence reset",
	  .set = FIELD(flow.persistence_remap, .store = SET_FLAG,
		       .yes = "remap", .no = "redirect") },
	{ .syntax = "bypass persistence {enable|disable}",
	  .help = "Requests that go past the caches\n"
		  "Later requests of their connection\n"
		  "They go past the caches, too\n"
		  "They may go to a cache again",
	  .set = FIELD(flow.bypass_persistence, .store = SET_FLAG, .on = true,
		       .yes = "enable", .no = "disable"),
	  .host_inert = INERT_NO_CACHES },
	{ .syntax = "ssl-l4-fallback {enable|disable}",
	  .help = "Sticky SSL without a session ID\n"
		  "Go by the source address\n"
		  "Balance",
	  .no = "no ssl-l4-fallback",
	  .set = FIELD(flow.l4_fallback, .store = SET_FLAG, .on = true,
		       .yes = "enable", .no = "disable") },
	{ .syntax = "leastconn slowstart-rate <rate:uint:1-65535>",
	  .help = "Balance by least connections\n"
		  "How fast services that came up get their share\n"
		  "Rate",
	  .no = "no leastconn slowstart-rate",
	  .set = FIELD(flow.load.slowstart, .store = SET_U16) },
	{ .syntax = "load step <ms:uint:1-1000000000> [{dynamic|static}]",
	  .help = "Load numbers of services\n"
		  "Response time of one load number\n"
		  "Milliseconds, default 10\n"
		  "Adapt it\n"
		  "Leave it",
	  .run = step_set,
	  .render = step_render,
	  .no = "no load step",
	  .clear = step_set },
	{ .syntax = "load threshold <load:uint:2-254>",
	  .help = "Load beyond which a service is not used\n"
		  "Load, default 254",
	  .no = "no load threshold",
	  .set = FIELD(flow.load.threshold, .store = SET_U8, .dflt = "254") },
	{ .syntax = "load teardown-timer <seconds:uint:0-1000000000>",
	  .help = "Longest time between reports of a flow\n"
		  "Seconds, default 20",
	  .no = "no load teardown-timer",
	  .set = FIELD(flow.load.teardown_s, .store = SET_U32, .dflt = "20") },
	{ .syntax = "load ageout-timer <seconds:uint:0-1000000000>",
	  .help = "Time after which an old load is forgotten\n"
		  "Seconds, default 60; 0: never",
	  .no = "no load ageout-timer",
	  .set = FIELD(flow.load.ageout_s, .store = SET_U32, .dflt = "60") },
	{ .syntax = "load calculation {relative|absolute}",
	  .help = "What loads are measured by\n"
		  "By the fastest service\n"
		  "By fixed response times",
	  .no = "no load calculation",
	  .set = FIELD(flow.load.calculation, .store = SET_WORD,
		       .words = calculations) },
	{ .syntax = "load absolute-sensitivity <n:uint:1-25>",
	  .help = "Width of the ranges of absolute loads\n"
		  "Number, default 21",
	  .no = "no load absolute-sensitivity",
	  .set = FIELD(flow.load.sensitivity, .store = SET_U8, .dflt = "21") },
	{ .syntax = "load reporting",
	  .help = "Report response times at the end of flows",
	  .no = "no load reporting",
	  .set = FIELD(flow.load.reporting, .store = SET_FLAG, .on = true) },
	{ 0 },
};

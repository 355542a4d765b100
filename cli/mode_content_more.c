/*
 * Commands of the content mode beside matching, balancing and stickiness:
 * caches, hot lists, DNS names, redundancy (content.md 2.2, 7.8)
 */
#include "cli/cmd.h"
#include "cli/inert.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/conf/content.h"

static const char *const failover_names[] = { "linear", "next", "bypass",
					      NULL };
static const char *const dnsbalance_names[] = { "useownerdnsbalance",
						"roundrobin", "leastloaded",
						"preferlocal", NULL };

#define FIELD(field, ...)                                                      \
	&(const struct setting)                                                \
	{                                                                      \
		.indent = "    ", SETTING_AT(struct content, field),           \
		__VA_ARGS__                                                    \
	}
#define FLAG(field) FIELD(field, .store = SET_FLAG)


const struct cmd content_more_cmds[] = {
	{ .syntax = "failover {bypass|linear|next}",
	  .help = "What happens to requests of a failed cache\n"
		  "They go to the origin\n"
		  "The other services share them\n"
		  "The next service takes them",
	  .no = "no failover",
	  .set = FIELD(more.failover, .store = SET_WORD,
		       .words = failover_names) },
	{ .syntax = "param-bypass {enable|disable}",
	  .help = "Requests with parameters pass by caches\n"
		  "They do\n"
		  "They do not",
	  .no = "no param-bypass",
	  .set = FIELD(more.param_bypass, .store = SET_FLAG, .yes = "enable",
		       .no = "disable"),
	  .host_inert = INERT_NO_CACHES },
	{ .syntax = "load-threshold <load:uint:2-254>",
	  .help = "Load above which services are not eligible\n"
		  "Load",
	  .no = "no load-threshold",
	  .set = FIELD(more.load_threshold, .store = SET_U8, .dflt = "254") },
	{ .syntax = "vip-ping-response {local|local-remote}",
	  .help = "Which services make the VIP answer pings\n"
		  "Local ones\n"
		  "Local and remote ones",
	  .no = "no vip-ping-response",
	  .set = FIELD(more.ping_local_remote, .store = SET_FLAG,
		       .yes = "local-remote", .no = "local"),
	  .host_inert = "this host answers pings of its addresses" },
	{ .syntax = "hotlist",
	  .help = "Hot list of the rule",
	  .no = "no hotlist",
	  .set = FLAG(more.hotlist) },
	{ .syntax = "hotlist interval <minutes:uint:1-60>",
	  .help = "Time between refreshes\n"
		  "Minutes",
	  .no = "no hotlist interval",
	  .set = FIELD(more.hotlist_interval_min, .store = SET_U8, .dflt = "1") },
	{ .syntax = "hotlist size <entries:uint:1-100>",
	  .help = "Length of the list\n"
		  "Entries",
	  .no = "no hotlist size",
	  .set = FIELD(more.hotlist_size, .store = SET_U8, .dflt = "10") },
	{ .syntax = "hotlist threshold <hits:uint:0-65535>",
	  .help = "Hits below which content is not hot\n"
		  "Hits",
	  .no = "no hotlist threshold",
	  .set = FIELD(more.hotlist_threshold, .store = SET_U16) },
	{ .syntax = "hotlist type hitCount",
	  .help = "What makes content hot\n"
		  "The number of hits",
	  .no = "no hotlist type",
	  .set = FIELD(kept, .family = "hotlist type", .dflt = "hitCount") },
	{ .syntax = "add dns <dns_name:name:31> [<ttl:uint:0-255>]",
	  .help = "DNS name of the VIP\n"
		  "Name\n"
		  "Seconds in replies",
	  .no = "remove dns <dns_name:name:31>",
	  .set = FIELD(kept, .keys = 1, .noun = "DNS name", .max = 4),
	  .inert = INERT_NO_DNS },
	{ .syntax = "dns-disable-local",
	  .help = "Do not answer DNS names of the rule here",
	  .no = "no dns-disable-local",
	  .set = FLAG(more.dns_disable_local),
	  .inert = INERT_NO_DNS },
	{ .syntax = "dnsbalance {useownerdnsbalance|roundrobin|leastloaded|"
		    "preferlocal}",
	  .help = "How DNS replies are chosen\n"
		  "As the owner says\n"
		  "In turn\n"
		  "Least loaded site\n"
		  "Local VIP as long as it is up",
	  .no = "no dnsbalance",
	  .set = FIELD(more.dnsbalance, .store = SET_WORD,
		       .words = dnsbalance_names),
	  .inert = INERT_NO_DNS },
	{ .syntax = "sasp agent <label:name:31>",
	  .help = "Workload manager protocol\n"
		  "Manager that sets the weights\n"
		  "Label",
	  .no = "no sasp agent",
	  .set = FIELD(more.sasp_agent, .store = SET_TEXT, .cap = NAME_LEN + 1),
	  .inert = "no workload manager is asked for weights" },
	{ .syntax = "slowstart-timer <seconds:uint:0-65535>",
	  .help = "Ramp-up of a service that came up\n"
		  "Seconds",
	  .no = "no slowstart-timer",
	  .set = FIELD(more.slowstart_s, .store = SET_U16) },
	{ .syntax = "flow-reset-reject",
	  .help = "Reset clients whose service is gone",
	  .no = "no flow-reset-reject",
	  .set = FLAG(flow_reset_reject),
	  .inert = "a connection without a service is always reset here" },
	{ .syntax = "redundancy-l4-stateless",
	  .help = "Stateless failover between switches",
	  .no = "no redundancy-l4-stateless",
	  .set = FLAG(more.l4_stateless),
	  .inert = INERT_NO_PEER },
	{ 0 },
};

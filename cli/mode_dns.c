/* Commands of global configuration: the DNS server (platform.md 6). */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/tally.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"

/* ---- counters and caches -------------------------------------------------- */

/* Their counters are tallies under the families of their settings. */

static int part_zero(struct cli *cli, const char *family, const char *what,
		     struct err *err)
{
	if (global_needs(cli, family, what, err) < 0)
		return -1;
	tally_zero(cli_env(cli)->tallies, family, NULL);
	return 0;
}

static int server_zero(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return part_zero(cli, "dns-server", "DNS server", err);
}

static int forwarder_zero(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	return part_zero(cli, "dns-server forwarder", "DNS forwarder", err);
}

static int agent_zero(struct cli *cli, const struct args *a, struct err *err)
{
	struct tallies *t = cli_env(cli)->tallies;

	(void)a;
	if (global_needs(cli, "dns-boomerang client enable",
			 "Content routing agent", err) < 0)
		return -1;
	tally_zero(t, "dns-boomerang client", NULL);
	tally_zero(t, "dns-boomerang client domain", NULL);
	return 0;
}

static int cache_reset(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");

	if (global_needs(cli, "dns-server domain-cache", "Domain cache", err) <
	    0)
		return -1;
	if (name)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "domain-cache entry", name);
	tally_zero(cli_env(cli)->tallies, "dns-server domain-cache", NULL);
	return 0;
}

static const char *const record_families[] = { "dns-record a", "dns-record ns",
					       "dns-record accel" };
static const char *const record_words[] = { "a", "ns", "accel", NULL };

static int record_zero(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = &cli_conf(cli)->global->kept;
	const char *name = arg_word(a, "name");
	const char *family = record_families[object_choice(a, record_words)];

	if (!settings_get(kept, family, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, family,
			       name);
	tally_zero(cli_env(cli)->tallies, family, name);
	return 0;
}

static int records_zero(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	for (int i = 0; record_words[i]; i++)
		if (arg_key(a, "all") || arg_key(a, record_words[i]))
			tally_zero(cli_env(cli)->tallies, record_families[i],
				   NULL);
	return 0;
}

/* ---- the table ------------------------------------------------------------ */

#define NAME "<name:name:63>"
#define METHODS                                                                \
	"{usedefault|weightedrr|srcip|leastloaded|preferlocal|roundrobin|"     \
	"proximity}"
#define METHODS_HELP                                                           \
	"As the zone does\n"                                                   \
	"By weight\n"                                                          \
	"By the client's address\n"                                            \
	"The least loaded\n"                                                   \
	"This switch's own addresses first\n"                                  \
	"In turn\n"                                                            \
	"The nearest"
#define ZONE_METHODS "{weightedrr|srcip|leastloaded|preferlocal|roundrobin}"
#define ZONE_METHODS_HELP                                                      \
	"By weight\n"                                                          \
	"By the client's address\n"                                            \
	"The least loaded zone\n"                                              \
	"This zone first\n"                                                    \
	"In turn"

static const char no_server[] = "no DNS queries are answered";
static const char no_agent[] = "no content router is answered";
static const char no_peers[] = "no APP sessions are opened";

/* Row order is running-config order. */
const struct cmd dns_cmds[] = {
	{ .syntax = "dns-server",
	  .help = "DNS server of the switch",
	  .no = "no dns-server",
	  .set = KEPT(),
	  .inert = no_server },
	{ .syntax = "dns-server zone <zone:uint:0-15> [{tier1|tier2} "
		    "[<description:text:1-20> [{" ZONE_METHODS
		    " [<weight:uint:0-10>]|<pdb:addr> [" ZONE_METHODS
		    "] [<weight:uint:0-10>]}]]]",
	  .help = "Take part in zones of names\n"
		  "Zone of this switch\n"
		  "At most 6 zones: 0 to 5\n"
		  "At most 16 zones\n"
		  "Description in quotes, up to 20 "
		  "characters\n" ZONE_METHODS_HELP "\n"
		  "Weight, default 1\n"
		  "Address of a proximity database\n" ZONE_METHODS_HELP "\n"
		  "Weight, default 1",
	  .no = "no dns-server zone",
	  .set = KEPT(.omit = "roundrobin 1|roundrobin|tier1",
		      .check = zone_check),
	  .inert = no_server },
	{ .syntax = "dns-server accelerate domains [<threshold:uint:0-65535> "
		    "<interval:uint:0-525600> <names:uint:0-4096> "
		    "{single-location|multi-location|single-A|multi-A}]",
	  .help = "Serve names of caches here\n"
		  "Names that are asked for often\n"
		  "Queries in an interval, default 0\n"
		  "Minutes, default 5\n"
		  "Names at most, default 1024\n"
		  "Answer with one address\n"
		  "Answer with several\n"
		  "Older word for single-location\n"
		  "Older word for multi-location",
	  .no = "no dns-server accelerate domains",
	  .set = KEPT(.omit = "0 5 1024 single-location|"
			      "0 5 1024 single-A"),
	  .inert = no_server },
	{ .syntax = "dns-server bufferCount <buffers:uint:2-1000>",
	  .help = "Buffers for queries\n"
		  "Buffers, default 50",
	  .no = "no dns-server bufferCount",
	  .set = KEPT(.dflt = "50"),
	  .inert = no_server },
	{ .syntax = "dns-server respTasks <tasks:uint:1-250>",
	  .help = "Tasks that answer\n"
		  "Tasks, default 2",
	  .no = "no dns-server respTasks",
	  .set = KEPT(.dflt = "2"),
	  .inert = no_server },
	{ .syntax = "dns-server domain-cache "
		    "[<entries:uint:1-4096> <seconds:uint:0-60>]",
	  .help = "Count the names that are asked for\n"
		  "Entries, default 1024\n"
		  "Seconds that an entry lives, default 10",
	  .no = "no dns-server domain-cache",
	  .set = KEPT(.omit = "1024 10"),
	  .inert = no_server },
	{ .syntax = "dns-server domain-cache {purge|zero} [" NAME "]",
	  .help = "Remove entries\n"
		  "Zero counters\n"
		  "Domain name",
	  .run = cache_reset },
	{ .syntax = "dns-server forwarder {primary|secondary} <ip:addr>",
	  .help = "Server for names that the switch does not know\n"
		  "First one\n"
		  "When the first does not answer\n"
		  "Address",
	  .no = "no dns-server forwarder {primary|secondary}",
	  .set = KEPT(.keys = 1),
	  .inert = no_server },
	{ .syntax = "dns-server forwarder zero",
	  .help = "Zero the counters",
	  .run = forwarder_zero },
	{ .syntax = "dns-server zero",
	  .help = "Zero the counters",
	  .run = server_zero },
	{ .syntax = "dns-record a " NAME " <ip:addr> [<ttl:uint:0-65535> "
		    "{single|multiple} [{kal-icmp|kal-none|{kal-ap|kal-ap-vip} "
		    "<kal:addr> [<threshold:uint:2-254>]} "
		    "[{sticky-disabled|sticky-enabled}] "
		    "[" METHODS " [<weight:uint:0-10>]]]]",
	  .help = "Names that the switch serves\n"
		  "Name with an address\n"
		  "Domain name\n"
		  "Address\n"
		  "Seconds that an answer lives, default 0\n"
		  "One address in an answer\n"
		  "All addresses in an answer\n"
		  "Keepalive by ICMP\n"
		  "No keepalive\n"
		  "Keepalive by APP-UDP\n"
		  "Keepalive of a VIP by APP-UDP\n"
		  "Switch that is asked\n"
		  "Load beyond which the address is not used, default 254\n"
		  "Choose for each query\n"
		  "Clients get what they got before\n" METHODS_HELP "\n"
		  "Weight, default 1",
	  .no = "no dns-record a " NAME,
	  .set = KEPT(.keys = 1, .omit = "1|usedefault|sticky-disabled|254|"
					 "kal-icmp|0 single"),
	  .inert = no_server },
	{ .syntax = "dns-record ns " NAME " <ip:addr> [<ttl:uint:0-65535> "
		    "{single|multiple} [{kal-icmp|kal-none|kal-ap <kal:addr> "
		    "[<threshold:uint:2-254>]} [default] [forwarder]]]",
	  .help = "Name with a name server\n"
		  "Domain name\n"
		  "Address of the server\n"
		  "Seconds that an answer lives, default 0\n"
		  "One address in an answer\n"
		  "All addresses in an answer\n"
		  "Keepalive by ICMP\n"
		  "No keepalive\n"
		  "Keepalive by APP-UDP\n"
		  "Switch that is asked\n"
		  "Load beyond which the server is not used, default 254\n"
		  "For all other names\n"
		  "It forwards queries, too",
	  .no = "no dns-record ns " NAME,
	  .set = KEPT(.keys = 1, .omit = "254|kal-icmp|0 single"),
	  .inert = no_server },
	{ .syntax = "dns-record accel " NAME
		    " <ip:addr> [<minutes:uint:0-525600>]",
	  .help = "Name of a cache's content\n"
		  "Domain name\n"
		  "Address of a local rule\n"
		  "Minutes that it is served here, default 180; 0: for ever",
	  .no = "no dns-record accel " NAME,
	  .set = KEPT(.keys = 1, .omit = "180"),
	  .inert = no_server },
	{ .syntax = "dns-record zero {all|a|ns|accel}",
	  .help = "Zero the counters\n"
		  "Of all names\n"
		  "Of names with an address\n"
		  "Of names with a name server\n"
		  "Of names of caches",
	  .run = records_zero },
	{ .syntax = "dns-record zero {a|ns|accel} " NAME,
	  .help = "Domain name",
	  .run = record_zero },
	{ .syntax = "dns-peer interval <seconds:uint:5-120>",
	  .help = "Names exchanged with other switches\n"
		  "Time between reports of load\n"
		  "Seconds, default 5",
	  .no = "no dns-peer interval",
	  .set = KEPT(.dflt = "5"),
	  .inert = no_peers },
	{ .syntax = "dns-peer load-variance <n:uint:0-254>",
	  .help = "Loads that differ less are the same\n"
		  "Difference, default 50",
	  .no = "no dns-peer load-variance",
	  .set = KEPT(.dflt = "50"),
	  .inert = no_peers },
	{ .syntax = "dns-peer receive-slots <names:uint:128-1024>",
	  .help = "Names taken from each peer\n"
		  "Names, default 128",
	  .no = "no dns-peer receive-slots",
	  .set = KEPT(.dflt = "128"),
	  .inert = no_peers },
	{ .syntax = "dns-peer send-slots <names:uint:128-1024>",
	  .help = "Names sent to each peer\n"
		  "Names, default 128",
	  .no = "no dns-peer send-slots",
	  .set = KEPT(.dflt = "128"),
	  .inert = no_peers },
	{ .syntax = "dns-boomerang client enable",
	  .help = "Content routing\n"
		  "Agent of a content router\n"
		  "Answer it",
	  .no = "no dns-boomerang client enable",
	  .set = KEPT(),
	  .inert = no_agent },
	{ .syntax = "dns-boomerang client cpu-threshold <percent:uint:1-99>",
	  .help = "Load of the switch beyond which it is silent\n"
		  "Percent, default 99",
	  .no = "no dns-boomerang client cpu-threshold",
	  .set = KEPT(.dflt = "99"),
	  .inert = no_agent },
	{ .syntax = "dns-boomerang client domain " NAME
		    " <ip:host> [<uri:text:1-255>] "
		    "[key {<key:text:1-64>|des-encrypted <sealed:word:512>}] "
		    "[dns-ttl <dns-ttl:uint:1-2147483647>] "
		    "[ip-ttl <ip-ttl:uint:1-255>] "
		    "[threshold <threshold:uint:2-254>]",
	  .help = "Name that it answers for\n"
		  "Domain name\n"
		  "Address of a server\n"
		  "Path that is asked for to see if it lives, in quotes\n"
		  "Secret that it shares with the router\n"
		  "Secret in quotes, up to 64 characters\n"
		  "Secret as running-config has it\n"
		  "Sealed secret\n"
		  "Life of answers\n"
		  "Seconds, default as the router says\n"
		  "Time to live of packets\n"
		  "Hops, default as the router says\n"
		  "Load beyond which it does not answer\n"
		  "Load, default 254",
	  .no = "no dns-boomerang client domain " NAME,
	  .set = KEPT(.keys = 1, .omit = "threshold 254", .secret = "key",
		      .sealed = "des-encrypted"),
	  .inert = no_agent },
	{ .syntax =
		  "dns-boomerang client domain " NAME " alias <alias:name:63>",
	  .help = "Another name for it\n"
		  "Domain name",
	  .no = "no dns-boomerang client domain " NAME
		" alias [<alias:name:63>]",
	  .set = KEPT(.keys = 3, .listed = true),
	  .inert = no_agent },
	{ .syntax = "dns-boomerang client zero",
	  .help = "Zero the counters",
	  .run = agent_zero },
	{ .syntax = "domain hotlist",
	  .help = "Domain names of requests\n"
		  "List the names that are asked for most",
	  .no = "no domain hotlist",
	  .set = KEPT() },
	{ .syntax = "domain hotlist interval <minutes:uint:1-60>",
	  .help = "Time that is counted\n"
		  "Minutes, default 1",
	  .no = "no domain hotlist interval",
	  .set = KEPT(.dflt = "1") },
	{ .syntax = "domain hotlist size <names:uint:1-100>",
	  .help = "Names in the list\n"
		  "Names, default 10",
	  .no = "no domain hotlist size",
	  .set = KEPT(.dflt = "10") },
	{ .syntax = "domain hotlist threshold <hits:uint:0-65535>",
	  .help = "Hits that a name needs\n"
		  "Hits, default 0",
	  .no = "no domain hotlist threshold",
	  .set = KEPT(.dflt = "0") },
	{ 0 },
};

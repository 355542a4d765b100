/*
 * Commands of global configuration: the proximity database (platform.md 6)
 *
 * Of it only what is configured exists, assigned blocks among it; no addresses
 * are probed, so that the database itself is empty.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"

#define ASSIGN	  "proximity assign"
#define ZONES_MAX 16

/* ---- checks --------------------------------------------------------------- */

int zone_check(struct cli *cli, const struct args *a, struct err *err)
{
	unsigned long zone = 0;

	(void)cli;
	if (a->undo)
		return 0;
	zone = arg_uint(a, "zone", 0);
	if (zone > 5 && !arg_key(a, "tier2"))
		return err_set(err, ERR_RANGE, -1, T_ZONE_TIER, zone);
	return 0;
}

/* Round-trip times of the zones, in order: "200 50" */
static int times_check(struct cli *cli, const struct args *a, struct err *err)
{
	const char *text = a->undo ? "" : arg_word(a, "times");
	char word[8];
	uint32_t ms = 0;
	int n = 0;

	(void)cli;
	for (; *text; text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");

		if (len >= sizeof(word))
			return err_set(err, ERR_RANGE, -1, T_BAD_RTT, text);
		memcpy(word, text, len);
		word[len] = '\0';
		if (!str_to_u32(word, 0, UINT16_MAX, &ms) || n++ == ZONES_MAX)
			return err_set(err, ERR_RANGE, -1, T_BAD_RTT, word);
		text += len;
	}
	return 0;
}

/* ---- the database --------------------------------------------------------- */

static int needs_database(struct cli *cli, struct err *err)
{
	return global_needs(cli, "proximity db", "Proximity database", err);
}

static int assign_flush(struct cli *cli, const struct args *a, struct err *err)
{
	struct conf *c = cli_conf(cli);
	struct settings *kept = &c->global->kept;
	const struct setting_item *it = NULL;
	char block[2 * INET_ADDRSTRLEN];

	if (!arg_has(a, "ip")) {
		while ((it = settings_at(kept, ASSIGN, 0)))
			(void)settings_del(c, kept, ASSIGN, it->key);
		return 0;
	}
	if (global_net(a, block, sizeof(block), err) < 0)
		return -1;
	if (!settings_del(c, kept, ASSIGN, block))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, ASSIGN,
			       block);
	return 0;
}

/* Empties the database, of all or of one block. */
static int database_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	char block[2 * INET_ADDRSTRLEN];

	if (needs_database(cli, err) < 0)
		return -1;
	if (!arg_has(a, "ip"))
		return 0; /* nothing is in it */
	if (global_net(a, block, sizeof(block), err) < 0)
		return -1;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "proximity block",
		       block);
}

static int cache_remove(struct cli *cli, const struct args *a, struct err *err)
{
	char block[2 * INET_ADDRSTRLEN];

	if (global_needs(cli, "proximity cache", "Proximity cache", err) < 0)
		return -1;
	if (arg_key(a, "all"))
		return 0; /* nothing is in it */
	if (global_net(a, block, sizeof(block), err) < 0)
		return -1;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
		       "proximity cache entry", block);
}

static int record_check(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "record");

	if (name && !ftp_record_find(cli_conf(cli), name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_RECORD ": %s",
			       name);
	return 0;
}

static int database_commit(struct cli *cli, const struct args *a,
			   struct err *err)
{
	if (needs_database(cli, err) < 0 || record_check(cli, a, err) < 0)
		return -1;
	return err_set(err, ERR_REFUSED, -1, T_NO_BLOCKS);
}

static int database_retrieve(struct cli *cli, const struct args *a,
			     struct err *err)
{
	if (needs_database(cli, err) < 0 || record_check(cli, a, err) < 0)
		return -1;
	return err_set(err, ERR_REFUSED, -1, T_NO_PROBES);
}

static int probe_again(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	if (needs_database(cli, err) < 0)
		return -1;
	return err_set(err, ERR_REFUSED, -1, T_NO_PROBES);
}

/* ---- the table ------------------------------------------------------------ */

#define NET "{<ip:addr> <mask:mask>|<ip:cidr>}"
#define NET_HELP                                                               \
	"Network\n"                                                            \
	"Mask\n"                                                               \
	"Network and prefix length"
#define FTP	 "[ftp <record:ftprecord> <file:word:1-64>]"
#define FTP_HELP "An FTP server\nName of an ftp-record\nFile name"

static const char no_probes[] = "no addresses are probed";
static const char no_lookups[] = "no proximity database is asked";

/* Row order is running-config order. */
const struct cmd proximity_cmds[] = {
	{ .syntax = "proximity db <zone:uint:0-15> "
		    "[{tier1|tier2} [<description:text:1-20>]]",
	  .help = "Proximity database: which zone is near to whom\n"
		  "Keep the database of a zone\n"
		  "Zone\n"
		  "At most 6 zones: 0 to 5\n"
		  "At most 16 zones\n"
		  "Description in quotes, up to 20 characters",
	  .no = "no proximity db",
	  .set = KEPT(.omit = "tier1", .check = zone_check),
	  .inert = no_probes },
	{ .syntax = "proximity assign " NET " <times:text:1-95>",
	  .help = "Fixed round-trip times of a network\n" NET_HELP "\n"
		  "Milliseconds of each zone, in quotes: \"200 50\"",
	  .no = "no proximity assign " NET,
	  .set = KEPT(.keys = 2, .check = times_check),
	  .inert = no_probes },
	{ .syntax = "proximity assign flush [" NET "]",
	  .help = "Forget fixed times\n" NET_HELP,
	  .run = assign_flush },
	{ .syntax = "proximity cache",
	  .help = "Remember answers of the database",
	  .no = "no proximity cache",
	  .set = KEPT(),
	  .inert = no_lookups },
	{ .syntax = "proximity cache-size <entries:uint:0-48000>",
	  .help = "Entries of the cache\n"
		  "Entries, default 16000; 0: none",
	  .no = "no proximity cache-size",
	  .set = KEPT(.dflt = "16000"),
	  .inert = no_lookups },
	{ .syntax = "proximity cache-remove {all|" NET "}",
	  .help = "Forget entries of the cache\n"
		  "All of them\n" NET_HELP,
	  .run = cache_remove },
	{ .syntax = "proximity probe rtt interval <seconds:uint:10-60>",
	  .help = "How addresses are probed\n"
		  "Round-trip times\n"
		  "Time between samples\n"
		  "Seconds, default 10",
	  .no = "no proximity probe rtt interval",
	  .set = KEPT(.dflt = "10"),
	  .inert = no_probes },
	{ .syntax = "proximity probe rtt method {icmp [tcp]|tcp [icmp]}",
	  .help = "What is sent\n"
		  "ICMP echo\n"
		  "TCP when that is not answered\n"
		  "TCP\n"
		  "ICMP when that is not answered",
	  .no = "no proximity probe rtt method",
	  .set = KEPT(.dflt = "icmp"),
	  .inert = no_probes },
	{ .syntax = "proximity probe rtt metric-weighting <percent:uint:0-99>",
	  .help = "Weight of what was measured before\n"
		  "Percent, default 0",
	  .no = "no proximity probe rtt metric-weighting",
	  .set = KEPT(.dflt = "0"),
	  .inert = no_probes },
	{ .syntax = "proximity probe rtt samples <n:uint:1-30>",
	  .help = "Samples whose average counts\n"
		  "Samples, default 2",
	  .no = "no proximity probe rtt samples",
	  .set = KEPT(.dflt = "2"),
	  .inert = no_probes },
	{ .syntax = "proximity probe rtt tcp-ports <p1:uint:1-65535> "
		    "[<p2:uint:1-65535> [<p3:uint:1-65535> "
		    "[<p4:uint:1-65535>]]]",
	  .help = "Ports of TCP probes\n"
		  "First port, default 23\n"
		  "Second port, default 21\n"
		  "Third port, default 80\n"
		  "Fourth port, default 21",
	  .no = "no proximity probe rtt tcp-ports",
	  .set = KEPT(.dflt = "23 21 80 21"),
	  .inert = no_probes },
	{ .syntax = "proximity refine",
	  .help = "Probe again, the busiest networks first",
	  .no = "no proximity refine",
	  .set = KEPT(.on = true),
	  .inert = no_probes },
	{ .syntax = "proximity refine once",
	  .help = "Now, and each once",
	  .run = probe_again },
	{ .syntax = "proximity ttl assigned <minutes:uint:0-255>",
	  .help = "How long others may keep answers\n"
		  "Of networks with fixed times\n"
		  "Minutes, default 60",
	  .no = "no proximity ttl assigned",
	  .set = KEPT(.dflt = "60"),
	  .inert = no_probes },
	{ .syntax = "proximity ttl probe <minutes:uint:0-255>",
	  .help = "Of networks that were probed\n"
		  "Minutes, default 0",
	  .no = "no proximity ttl probe",
	  .set = KEPT(.dflt = "0"),
	  .inert = no_probes },
	{ .syntax = "proximity clear [" NET "]",
	  .help = "Empty the database\n" NET_HELP,
	  .run = database_clear },
	{ .syntax = "proximity commit " FTP,
	  .help = "Write the database to disk, or to ...\n" FTP_HELP,
	  .run = database_commit },
	{ .syntax = "proximity retrieve " FTP,
	  .help = "Read the database from disk, or from ...\n" FTP_HELP,
	  .run = database_retrieve },
	{ .syntax = "proximity reprobe {<ip:addr> [<mask:mask>]|<ip:cidr>}",
	  .help = "Probe a network again\n"
		  "Address\n"
		  "Mask\n"
		  "Network and prefix length",
	  .run = probe_again },
	{ 0 },
};

/*
 * show sticky-table, show sticky-stats and the debug mode's sticky-purge
 * (content.md 2.7, 2.9).  The product has a table in each session processor;
 * here it is one, that of the module that runs the switch.
 *
 * Entries are kept by source address (layer 3) or by source address and port
 * (layer 4).  The other kinds have commands of their own, and no entries.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/plane/plane.h"
#include "emu/sticky/sticky.h"

#define PLACE	  "slot 1, subslot 1"
#define PAGE_SIZE 100 /* entries of a page, unless told otherwise */

/* Column widths. */
enum {
	W_NUMBER = 14,
	W_KEY = 27,
	W_RULE = 12,
	W_SERVICE = 11,
	W_TIME = 19,
	W_TYPE = 13,
	W_STAT = 42,
};

/* ---- which entries ---------------------------------------------------------- */

static const struct {
	const char *word, *shown, *in_use;
} types[STICKY_TYPE_NUM] = {
	[STICKY_L3] = { "l3-sticky", "L3", "L3 Sticky Entries In Use:" },
	[STICKY_L4] = { "l4-sticky", "L4", "L4 Sticky Entries In Use:" },
	[STICKY_SSL] = { "ssl-sticky", "SSL", "SSL Sticky Entries In Use:" },
	[STICKY_SIP] = { "sip-callid-sticky", "SIP",
			 "SIP Call-ID Sticky Entries In Use:" },
	[STICKY_WAP] = { "wap-sticky", "WAP", "WAP Sticky Entries In Use:" },
};

/* Bits 1 << type. */
static unsigned kinds_of(const struct args *a)
{
	if (arg_key(a, "all-sticky"))
		return ~0u;
	for (int i = 0; i < STICKY_TYPE_NUM; i++)
		if (arg_key(a, types[i].word))
			return 1u << i;
	return 0;
}

/* What was asked for; everything fits while it is all zero. */
struct filter {
	unsigned kinds;
	struct in_addr addr, mask;
	uint16_t port; /* host order, 0: any */
	uint64_t from_s, to_s;
	unsigned first, count; /* of those that fit; count 0: all */
};

static bool fits(const struct filter *f, const struct sticky_entry *e)
{
	uint64_t age_s = e->age_ms / 1000;

	if (!(f->kinds & 1u << e->key.type))
		return false;
	if ((e->key.src.s_addr ^ f->addr.s_addr) & f->mask.s_addr)
		return false;
	if (f->port && f->port != ntohs(e->key.dport))
		return false;
	return !f->to_s || (age_s >= f->from_s && age_s <= f->to_s);
}

/* ---- the table --------------------------------------------------------------- */

static void head_show(struct out *o)
{
	out_puts(o, "Sticky table on " PLACE ":\n\n");
	out_col(o, W_NUMBER, "Entry Number");
	out_col(o, W_KEY, "Hash Value/Sticky Key(IP)");
	out_col(o, W_RULE, "Rule Index");
	out_col(o, W_SERVICE, "Srv Index");
	out_col(o, W_TIME, "Time(elapsed sec)");
	out_col(o, W_TYPE, "Sticky Type");
	out_puts(o, "Collision\n");
}

static void entry_show(unsigned number, const struct sticky_entry *e,
		       struct out *o)
{
	char key[32];

	if (e->key.type > STICKY_L4)
		(void)snprintf(key, sizeof(key), "%016llx",
			       (unsigned long long)e->key.hash);
	else if (e->key.dport)
		(void)snprintf(key, sizeof(key), "%s:%u", str_addr(e->key.src),
			       ntohs(e->key.dport));
	else
		(void)str_copy(key, sizeof(key), str_addr(e->key.src));
	out_col(o, W_NUMBER, "%u", number);
	out_col(o, W_KEY, "%s", key);
	out_col(o, W_RULE, "%u", e->key.rule);
	out_col(o, W_SERVICE, "%u", e->service);
	out_col(o, W_TIME, "%llu", (unsigned long long)e->age_ms / 1000);
	out_col(o, W_TYPE, "%s", types[e->key.type].shown);
	out_printf(o, "%s\n", e->collides ? "Yes" : "No");
}

static int by_key(const void *a, const void *b)
{
	const struct sticky_entry *x = a, *y = b;
	uint32_t s = ntohl(x->key.src.s_addr), t = ntohl(y->key.src.s_addr);

	if (s != t)
		return s < t ? -1 : 1;
	if (x->key.dport != y->key.dport)
		return ntohs(x->key.dport) < ntohs(y->key.dport) ? -1 : 1;
	if (x->key.hash != y->key.hash)
		return x->key.hash < y->key.hash ? -1 : 1;
	return x->key.rule < y->key.rule ? -1 : x->key.rule > y->key.rule;
}

static int by_age(const void *a, const void *b)
{
	const struct sticky_entry *x = a, *y = b;

	if (x->age_ms != y->age_ms)
		return x->age_ms < y->age_ms ? -1 : 1;
	return by_key(a, b);
}

static void table_show(struct cli *cli, const struct filter *f, bool in_time)
{
	struct plane *p = cli_env(cli)->plane;
	struct sticky_entry *e = NULL; /* owned */
	struct out *o = cli_out(cli);
	unsigned found = 0;
	int n = 0;

	if (p)
		e = plane_sticky(p, &n);
	if (n)
		qsort(e, (size_t)n, sizeof(*e), in_time ? by_age : by_key);
	head_show(o);
	for (int i = 0; i < n; i++) {
		if (!fits(f, &e[i]))
			continue;
		found++;
		if (!f->count || (found > f->first &&
				  found <= (uint64_t)f->first + f->count))
			entry_show(found, &e[i], o);
	}
	out_printf(o, "\nTotal number of entries found is %u.\n", found);
	free(e);
}

static int table(struct cli *cli, const struct args *a, struct err *err)
{
	const struct filter f = { .kinds = kinds_of(a) };

	(void)err;
	table_show(cli, &f, false);
	return 0;
}

static int table_page(struct cli *cli, const struct args *a, struct err *err)
{
	struct filter f = { .kinds = kinds_of(a) };

	(void)err;
	f.count = (unsigned)arg_uint(a, "entries", PAGE_SIZE);
	f.first = ((unsigned)arg_uint(a, "page", 1) - 1) * f.count;
	table_show(cli, &f, arg_key(a, "time"));
	return 0;
}

static int table_time(struct cli *cli, const struct args *a, struct err *err)
{
	struct filter f = { .kinds = kinds_of(a) };

	f.from_s = arg_uint(a, "from", 0);
	f.to_s = arg_uint(a, "to", 0);
	if (f.to_s < f.from_s || !f.to_s)
		return err_set(err, ERR_RANGE, -1,
			       "The second time is not behind the first");
	table_show(cli, &f, true);
	return 0;
}

static int table_address(struct cli *cli, const struct args *a, struct err *err)
{
	struct filter f = { .kinds = kinds_of(a), .addr = arg_addr(a, "ip") };
	uint8_t len = 0;

	if (!str_to_mask(arg_word(a, "mask"), &len))
		return err_set(err, ERR_RANGE, -1, "Not a mask: %s",
			       arg_word(a, "mask"));
	f.mask = str_mask_of(len);
	f.port = (uint16_t)arg_uint(a, "port", 0);
	table_show(cli, &f, false);
	return 0;
}

/* ---- statistics ---------------------------------------------------------------- */

static void stat(struct out *o, const char *label, uint64_t v)
{
	out_col(o, W_STAT, "%s", label);
	out_printf(o, "%llu\n", (unsigned long long)v);
}

static int stats(struct cli *cli, const struct args *a, struct err *err)
{
	struct plane *p = cli_env(cli)->plane;
	struct sticky_stats st = { 0 };
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	if (p)
		plane_sticky_stats(p, &st);
	out_puts(o, "Sticky Statistics on " PLACE ":\n\n");
	for (int i = 0; i < STICKY_TYPE_NUM; i++)
		stat(o, types[i].in_use, st.used_by[i]);
	stat(o, "Total Number Of New Sticky Entries:", st.added);
	stat(o, "Total Number Of Sticky Table Hits:", st.hits);
	stat(o, "Number Of Rejected Sticky Entries:", st.rejected);
	stat(o, "Used Sticky Entries:", st.used);
	stat(o, "Unused Sticky Entries:", STICKY_MAX - st.used);
	return 0;
}

static int purge(struct cli *cli, const struct args *a, struct err *err)
{
	struct plane *p = cli_env(cli)->plane;

	(void)a;
	(void)err;
	out_printf(cli_out(cli),
		   "ALL Sticky Purge on Slot 1, subslot 1:\n"
		   "Total number of entries purged is %u.\n",
		   p ? plane_sticky_purge(p) : 0);
	return 0;
}

#define KINDS                                                                  \
	"{all-sticky|l3-sticky|l4-sticky|sip-callid-sticky|ssl-sticky|"        \
	"wap-sticky}"

const struct cmd show_sticky_cmds[] = {
	{ .syntax = "show sticky-table " KINDS,
	  .help = "Clients and the services they stick to\n"
		  "All entries\n"
		  "By source address\n"
		  "By source address and port\n"
		  "By SIP Call-ID\n"
		  "By SSL session ID\n"
		  "By MSISDN",
	  .run = table },
	{ .syntax = "show sticky-table " KINDS " page <page:uint:1-32768> "
		    "[entries <entries:uint:1-32768>] [time]",
	  .help = "One page\n"
		  "Page\n"
		  "Length of a page\n"
		  "Entries\n"
		  "The last used first",
	  .run = table_page },
	{ .syntax = "show sticky-table " KINDS " time <from:uint> <to:uint>",
	  .help = "By time since the last use\n"
		  "At least so many seconds\n"
		  "At most so many seconds",
	  .run = table_time },
	{ .syntax = "show sticky-table {all-sticky|l3-sticky|l4-sticky} "
		    "ipaddress <ip:addr> <mask:mask> [<port:uint:1-65535>]",
	  .help = "By client\n"
		  "Address\n"
		  "Mask\n"
		  "Destination port",
	  .run = table_address },
	{ .syntax = "show sticky-stats",
	  .help = "Counters of stickiness",
	  .run = stats },
	{ 0 },
};

const struct cmd debug_sticky_cmds[] = {
	{ .syntax = "sticky-purge all-sticky",
	  .help = "Forget which clients stick to which services\n"
		  "All of them",
	  .run = purge },
	{ 0 },
};

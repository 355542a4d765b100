/*
 * show dns-server, dns-peer, dns-record and dns-boomerang (platform.md 6): what is
 * configured, from the kept settings, and what was counted, from env->tallies.
 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/counted.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"

enum {
	W_NAME = 33,
	W_TYPE = 7,
	W_ADDR = 17,
	W_COUNT = 12,
	W_WORD = 14,
};

/* ---- show dns-server ------------------------------------------------------ */

static const char *const server_counters[] = {
	"Requests Accepted",
	"Responses Sent",
	"No Error",
	"Format Error",
	"Server Failure",
	"Name Error",
	"Not Implemented",
	"Operation Refused",
	"Internal Resolver Requests Sent",
	"Internal Resolver Responses Received",
	NULL,
};

static int show_server(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_puts(o, "DNS Server Configuration:\n");
	col_line(o, COL_MIDDLE, "DNS Server", "%s",
		 enabled(kept_on(kept, "dns-server")));
	col_line(o, COL_MIDDLE, "Responder Task Count", "%s",
		 kept_value(kept, "dns-server respTasks", "2"));
	col_line(o, COL_MIDDLE, "Buffer Count", "%s",
		 kept_value(kept, "dns-server bufferCount", "50"));
	col_line(o, COL_MIDDLE, "Zone", "%s",
		 kept_value(kept, "dns-server zone", "None"));
	out_puts(o, "\nDNS Server Statistics:\n");
	counted_show(cli, "dns-server", server_counters);
	return 0;
}

static int show_accelerate(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const char *family = "dns-server accelerate domains";
	struct out *o = cli_out(cli);
	struct kept_line l;
	bool on = kept_one(global_kept(cli), family, &l);

	(void)a;
	(void)err;
	col_line(o, COL_MIDDLE, "Domain Acceleration", "%s", enabled(on));
	col_line(o, COL_MIDDLE, "Threshold", "%s", kept_word(&l, 0, "0"));
	col_line(o, COL_MIDDLE, "Interval", "%s", kept_word(&l, 1, "5"));
	col_line(o, COL_MIDDLE, "Max Number", "%s", kept_word(&l, 2, "1024"));
	col_line(o, COL_MIDDLE, "Location", "%s",
		 kept_word(&l, 3, "single-location"));
	out_puts(o, "\n");
	out_col(o, W_NAME, "Domain");
	out_col(o, W_COUNT, "Hits");
	out_puts(o, "State\n");
	return 0;
}

static int cache_settings(struct cli *cli)
{
	struct out *o = cli_out(cli);
	struct kept_line l;
	bool on = kept_one(global_kept(cli), "dns-server domain-cache", &l);

	col_line(o, COL_MIDDLE, "Domain Cache", "%s", enabled(on));
	col_line(o, COL_MIDDLE, "Max Entries", "%s", kept_word(&l, 0, "1024"));
	col_line(o, COL_MIDDLE, "Ageout Seconds", "%s", kept_word(&l, 1, "10"));
	return 0;
}

static int show_cache(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	(void)cache_settings(cli);
	out_puts(o, "\n");
	out_col(o, W_NAME, "Domain");
	out_col(o, W_COUNT, "Counter");
	out_puts(o, "TTL\n");
	return 0;
}

static int show_cache_summary(struct cli *cli, const struct args *a,
			      struct err *err)
{
	static const char *const names[] = { "Entries In Use", "Queries",
					     "Entries Aged Out", NULL };

	(void)a;
	(void)err;
	(void)cache_settings(cli);
	counted_show(cli, "dns-server domain-cache", names);
	return 0;
}

static int show_forwarder(struct cli *cli, const struct args *a,
			  struct err *err)
{
	static const char *const places[] = { "primary", "secondary", NULL };
	static const char *const labels[] = { "Primary", "Secondary" };
	static const char *const names[] = { "Requests Sent",
					     "Responses Received",
					     "Responses Dropped", "Timeouts",
					     NULL };
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	for (int i = 0; places[i]; i++) {
		bool there = kept_find(global_kept(cli), "dns-server forwarder",
				       places[i], &l);

		out_printf(o, "DNS Server Forwarder %s:\n", labels[i]);
		col_line(o, COL_MIDDLE, "  State", "%s",
			 there ? "Configured" : "Not Configured");
		if (there)
			col_line(o, COL_MIDDLE, "  IP Address", "%s",
				 l.word[1]);
	}
	counted_show(cli, "dns-server forwarder", names);
	return 0;
}

/* The names of rules and of records, with what the server would answer. */
/* Prints one name; with what the server would answer. */
typedef void (*name_fn)(struct cli *cli, const char *name, const char *type,
			const char *addr);

static void rule_names(struct cli *cli, name_fn show)
{
	const struct owner *ow = NULL;
	const struct content *r = NULL;
	struct kept_line l;

	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link)
		TAILQ_FOREACH(r, &ow->contents, link)
			for (size_t i = 0;
			     kept_line(&r->kept, "add dns", i, &l); i++)
				show(cli, l.word[0], "A", str_addr(r->vip));
}

static void record_names(struct cli *cli, name_fn show)
{
	struct kept_line l;

	for (size_t i = 0; kept_line(global_kept(cli), "dns-record a", i, &l);
	     i++)
		show(cli, l.word[0], "A", l.word[1]);
	for (size_t i = 0; kept_line(global_kept(cli), "dns-record ns", i, &l);
	     i++)
		show(cli, l.word[0], "NS", l.word[1]);
}

static void dbase_row(struct cli *cli, const char *name, const char *type,
		      const char *addr)
{
	out_col(cli_out(cli), W_NAME, "%s", name);
	out_col(cli_out(cli), W_TYPE, "%s", type);
	out_printf(cli_out(cli), "%s\n", addr);
}

static int show_dbase(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	dbase_row(cli, "DNS Name", "Type", "IP Address");
	rule_names(cli, dbase_row);
	record_names(cli, dbase_row);
	return 0;
}

static void stats_row(struct cli *cli, const char *name, const char *type,
		      const char *addr)
{
	struct out *o = cli_out(cli);

	out_col(o, W_NAME, "%s", name);
	out_col(o, W_TYPE, "%s", type);
	out_col(o, W_ADDR, "%s", addr);
	out_printf(o, "%llu\n", counted(cli, "dns-server", name, "Hits"));
}

static int show_stats(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_NAME, "DNS Name");
	out_col(o, W_TYPE, "Type");
	out_col(o, W_ADDR, "IP Address");
	out_puts(o, "Total Hits\n");
	rule_names(cli, stats_row);
	record_names(cli, stats_row);
	return 0;
}

/* ---- show dns-peer -------------------------------------------------------- */

static int show_peer(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = global_kept(cli);
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)a;
	(void)err;
	col_line(o, COL_MIDDLE, "CSD Peer Report Interval", "%s",
		 kept_value(kept, "dns-peer interval", "5"));
	col_line(o, COL_MIDDLE, "CSD Peer Rcv Slots", "%s",
		 kept_value(kept, "dns-peer receive-slots", "128"));
	col_line(o, COL_MIDDLE, "CSD Peer Snd Slots", "%s",
		 kept_value(kept, "dns-peer send-slots", "128"));
	col_line(o, COL_MIDDLE, "Load Variance", "%s",
		 kept_value(kept, "dns-peer load-variance", "50"));
	out_puts(o, "\n");
	out_col(o, W_ADDR, "Peer");
	out_puts(o, "State\n");
	for (size_t i = 0; kept_line(kept, "app session", i, &l); i++) {
		out_col(o, W_ADDR, "%s", l.word[0]);
		out_puts(o, "Down\n");
	}
	return 0;
}

/* ---- show dns-record ------------------------------------------------------ */

static const char *const methods[] = {
	"usedefault",  "weightedrr", "srcip",	  "leastloaded",
	"preferlocal", "roundrobin", "proximity", NULL,
};
static const char *const keepalives[] = { "kal-icmp", "kal-none", "kal-ap-vip",
					  "kal-ap", NULL };

/* "www.a.com 10.1.1.1 15 single kal-ap 10.1.1.2 100 sticky-enabled
 * leastloaded 5" */
struct record {
	const char *family, *type;
	struct kept_line l;
};

static const char *record_weight(const struct record *r)
{
	const char *method = kept_choice(&r->l, methods, NULL);

	return method ? kept_after(&r->l, method, "1") : "1";
}

static bool is_sticky(const struct record *r)
{
	return kept_has(&r->l, "sticky-enabled");
}

static void statistics_row(struct cli *cli, const struct record *r)
{
	struct out *o = cli_out(cli);

	out_col(o, W_TYPE, "%s", r->type);
	out_printf(o, "%llu\n", counted(cli, r->family, r->l.word[0], "Hits"));
}

/* The word that is so many behind the keepalive's. */
static const char *behind_keepalive(const struct record *r, int n,
				    const char *dflt)
{
	const char *kal = kept_choice(&r->l, keepalives, NULL);

	return kal ? kept_word(&r->l, kept_index(&r->l, kal) + n, dflt) : dflt;
}

/* No record is probed: only one without a keepalive is alive. */
static enum service_state record_state(const struct record *r)
{
	return kept_has(&r->l, "kal-none") ? SERVICE_ALIVE : SERVICE_DOWN;
}

static void keepalive_row(struct cli *cli, const struct record *r)
{
	const char *asked = behind_keepalive(r, 1, "");
	struct out *o = cli_out(cli);
	struct in_addr ip;

	out_col(o, W_WORD, "%s", kept_choice(&r->l, keepalives, "kal-icmp"));
	out_col(o, W_ADDR, "%s",
		str_to_addr(asked, &ip) ? asked : r->l.word[1]);
	out_printf(o, "%s\n", service_state_name(record_state(r)));
}

static void load_row(struct cli *cli, const struct record *r)
{
	struct out *o = cli_out(cli);
	uint32_t threshold = 254;

	(void)str_to_u32(behind_keepalive(r, 2, ""), 2, 254, &threshold);
	out_col(o, W_WORD, "%u", threshold);
	out_printf(o, "%u\n", record_state(r) == SERVICE_ALIVE ? 2 : 255);
}

static void weight_row(struct cli *cli, const struct record *r)
{
	out_col(cli_out(cli), W_WORD, "%s",
		kept_choice(&r->l, methods, "usedefault"));
	out_printf(cli_out(cli), "%s\n", record_weight(r));
}

static void proximity_row(struct cli *cli, const struct record *r)
{
	struct out *o = cli_out(cli);

	out_col(o, W_TYPE, "%s", r->type);
	out_col(o, W_ADDR, "%s", r->l.word[1]);
	out_printf(o, "%s\n", kept_word(&r->l, 2, "0"));
}

static void sticky_row(struct cli *cli, const struct record *r)
{
	out_col(cli_out(cli), W_ADDR, "%s", r->l.word[1]);
	out_printf(cli_out(cli), "%llu\n",
		   counted(cli, r->family, r->l.word[0], "Sticky Hits"));
}

static void accel_row(struct cli *cli, const struct record *r)
{
	struct out *o = cli_out(cli);

	out_col(o, W_ADDR, "%s", r->l.word[1]);
	out_col(o, W_WORD, "%s", kept_word(&r->l, 2, "180"));
	out_printf(o, "%llu\n", counted(cli, r->family, r->l.word[0], "Hits"));
}

/* What is said of records: a table each. */
static const struct view {
	const char *word, *head;
	bool a, ns, accel;
	bool (*fits)(const struct record *r);
	void (*row)(struct cli *cli, const struct record *r);
} views[] = {
	{ "statistics", "Type   Hits", true, true, true, NULL, statistics_row },
	{ "keepalive", "Keepalive     IP Address       State", true, true,
	  false, NULL, keepalive_row },
	{ "load", "Threshold     Load", true, true, false, NULL, load_row },
	{ "weight", "Balance       Weight", true, false, false, NULL,
	  weight_row },
	{ "proximity", "Type   IP Address       TTL", true, true, false, NULL,
	  proximity_row },
	{ "sticky", "IP Address       Sticky Hits", true, false, false,
	  is_sticky, sticky_row },
	{ "accel", "IP Address       Ageout        Hits", false, false, true,
	  NULL, accel_row },
};
#define NVIEWS (sizeof(views) / sizeof(*views))

static const struct view *view_of(const struct args *a)
{
	const struct view *v = views;

	while (v < views + NVIEWS - 1 && !arg_key(a, v->word))
		v++;
	return v;
}

/* How many records of the family there are; rows when show is set. */
static unsigned family_show(struct cli *cli, const struct view *v,
			    struct record *r, const char *only, bool show)
{
	unsigned n = 0;

	for (size_t i = 0; kept_line(global_kept(cli), r->family, i, &r->l);
	     i++) {
		if (only && !str_ieq(only, r->l.word[0]))
			continue;
		n++;
		if (!show || (v->fits && !v->fits(r)))
			continue;
		out_col(cli_out(cli), W_NAME, "%s", r->l.word[0]);
		v->row(cli, r);
	}
	return n;
}

static unsigned view_show(struct cli *cli, const struct view *v,
			  const char *only, bool show)
{
	struct record a = { .family = "dns-record a", .type = "A" };
	struct record ns = { .family = "dns-record ns", .type = "NS" };
	struct record accel = { .family = "dns-record accel", .type = "Accel" };
	unsigned n = 0;

	if (v->a)
		n += family_show(cli, v, &a, only, show);
	if (v->ns)
		n += family_show(cli, v, &ns, only, show);
	if (v->accel)
		n += family_show(cli, v, &accel, only, show);
	return n;
}

static int records_show(struct cli *cli, const struct args *a, const char *only,
			struct err *err)
{
	const struct view *v = view_of(a);
	struct out *o = cli_out(cli);

	if (only && !view_show(cli, v, only, false))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "dns-record", only);
	out_col(o, W_NAME, "DNS Name");
	out_printf(o, "%s\n", v->head);
	(void)view_show(cli, v, only, true);
	return 0;
}

static int show_records(struct cli *cli, const struct args *a, struct err *err)
{
	return records_show(cli, a, NULL, err);
}

static int show_record(struct cli *cli, const struct args *a, struct err *err)
{
	return records_show(cli, a, arg_word(a, "name"), err);
}

/* ---- show dns-boomerang client -------------------------------------------- */

static void agent_global(struct cli *cli)
{
	const struct settings *kept = global_kept(cli);
	static const char *const names[] = { "Total DNS A-record Requests",
					     "Total Packets Dropped",
					     "Security Drops",
					     "CPU Threshold Drops", NULL };

	col_line(cli_out(cli), COL_MIDDLE, "Content Routing Agent", "%s",
		 enabled(kept_on(kept, "dns-boomerang client enable")));
	col_line(cli_out(cli), COL_MIDDLE, "CPU Threshold", "%s",
		 kept_value(kept, "dns-boomerang client cpu-threshold", "99"));
	counted_show(cli, "dns-boomerang client", names);
}

/* "www.a.com 10.1.1.1 "/uri" key ... dns-ttl 240 ip-ttl 5 threshold 100", or
 * "www.a.com alias ftp.a.com" */
static void domain_show(struct cli *cli, const struct kept_line *l)
{
	struct out *o = cli_out(cli);
	const char *name = l->word[0];

	out_puts(o, "\n");
	col_line(o, COL_MIDDLE, "Domain", "%s", name);
	if (!strcmp(l->word[1], "alias")) {
		col_line(o, COL_MIDDLE, "  Alias", "%s", l->word[2]);
		return;
	}
	col_line(o, COL_MIDDLE, "  Content Server", "%s", l->word[1]);
	col_line(o, COL_MIDDLE, "  URI", "%s",
		 *l->word[2] == '/' ? l->word[2] : "None");
	col_line(o, COL_MIDDLE, "  Key", "%s",
		 kept_has(l, "key") ? "Configured" : "None");
	col_line(o, COL_MIDDLE, "  DNS TTL", "%s",
		 kept_after(l, "dns-ttl", "As requested"));
	col_line(o, COL_MIDDLE, "  IP TTL", "%s",
		 kept_after(l, "ip-ttl", "As requested"));
	col_line(o, COL_MIDDLE, "  Threshold", "%s",
		 kept_after(l, "threshold", "254"));
	col_line(o, COL_MIDDLE, "  Requests", "%llu",
		 counted(cli, "dns-boomerang client domain", name, "Requests"));
}

static const char domain_family[] = "dns-boomerang client domain";

static unsigned domains_show(struct cli *cli, const char *only)
{
	struct kept_line l;
	unsigned n = 0;

	for (size_t i = 0; kept_line(global_kept(cli), domain_family, i, &l);
	     i++) {
		if (only && !str_ieq(only, l.word[0]))
			continue;
		n++;
		domain_show(cli, &l);
	}
	return n;
}

static int show_agent(struct cli *cli, const struct args *a, struct err *err)
{
	struct kept_line l;
	unsigned n = 0;

	(void)a;
	(void)err;
	agent_global(cli);
	for (size_t i = 0; kept_line(global_kept(cli), domain_family, i, &l);
	     i++)
		n += strcmp(l.word[1], "alias") != 0;
	col_line(cli_out(cli), COL_MIDDLE, "Domains", "%u", n);
	return 0;
}

static int show_agent_global(struct cli *cli, const struct args *a,
			     struct err *err)
{
	(void)a;
	(void)err;
	agent_global(cli);
	return 0;
}

static int show_agent_all(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	(void)err;
	agent_global(cli);
	(void)domains_show(cli, NULL);
	return 0;
}

static int show_agent_domain(struct cli *cli, const struct args *a,
			     struct err *err)
{
	const char *name = arg_word(a, "name");

	if (!domains_show(cli, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "dns-boomerang domain", name);
	return 0;
}

#define NAME "<name:name:63>"

const struct cmd show_dns_cmds[] = {
	{ .syntax = "show dns-server",
	  .help = "DNS server of the switch",
	  .run = show_server },
	{ .syntax = "show dns-server accelerate domains",
	  .help = "Names of caches\n"
		  "Candidates for acceleration",
	  .run = show_accelerate },
	{ .syntax = "show dns-server dbase",
	  .help = "Names that it answers for",
	  .run = show_dbase },
	{ .syntax = "show dns-server domain-cache",
	  .help = "Names that are asked for most",
	  .run = show_cache },
	{ .syntax = "show dns-server domain-cache summary",
	  .help = "Totals of the cache",
	  .run = show_cache_summary },
	{ .syntax = "show dns-server forwarder",
	  .help = "Servers for other names",
	  .run = show_forwarder },
	{ .syntax = "show dns-server stats",
	  .help = "Queries for each name",
	  .run = show_stats },
	{ .syntax = "show dns-peer",
	  .help = "Names exchanged with other switches",
	  .run = show_peer },
	{ .syntax =
		  "show dns-record {accel|keepalive|load|proximity|statistics|"
		  "sticky|weight}",
	  .help = "Names that the switch serves\n"
		  "Names of caches\n"
		  "Keepalives of names\n"
		  "Loads of names\n"
		  "Proximity of names\n"
		  "Hits of names\n"
		  "Names whose clients get what they got before\n"
		  "Weights of names",
	  .run = show_records },
	{ .syntax =
		  "show dns-record {accel|keepalive|load|proximity|statistics|"
		  "sticky|weight} " NAME,
	  .help = "Domain name",
	  .run = show_record },
	{ .syntax = "show dns-boomerang client",
	  .help = "Content routing\n"
		  "Agent of a content router",
	  .run = show_agent },
	{ .syntax = "show dns-boomerang client all",
	  .help = "Settings and every domain",
	  .run = show_agent_all },
	{ .syntax = "show dns-boomerang client global",
	  .help = "Settings",
	  .run = show_agent_global },
	{ .syntax = "show dns-boomerang client domain " NAME,
	  .help = "One domain\n"
		  "Domain name",
	  .run = show_agent_domain },
	{ 0 },
};

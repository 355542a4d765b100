/*
 * show arp, clear arp, update arp: neighbours (platform.md 5.3, 5.4).
 *
 * The table holds what is known without asking, the switch's own addresses and the
 * `arp` lines, and what the wire has learnt; on the host attachment the operating
 * system resolves addresses.  The ARP file lists hosts.
 */
#include <stdlib.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/ports.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"
#include "emu/io/disk.h"
#include "emu/wire/wire.h"

#define ARP_FILE "arp"

enum {
	W_ADDR = 16,
	W_MAC = 19,
	W_TYPE = 9,
	W_LABEL = 20,
};

/* ---- the table ------------------------------------------------------------ */

static void arp_head(struct out *o)
{
	out_puts(o, "IP Address      MAC Address        Type     Port\n");
}

static void arp_row(struct out *o, const char *addr, const char *mac,
		    const char *type, const char *port)
{
	out_col(o, W_ADDR, "%s", addr);
	out_col(o, W_MAC, "%s", mac);
	out_col(o, W_TYPE, "%s", type);
	out_printf(o, "%s\n", port);
}

static bool is_wanted(const struct in_addr *only, struct in_addr a)
{
	return !only || only->s_addr == a.s_addr;
}

/* How many rows there are; they are printed to o unless it is NULL. */
static unsigned own_rows(const struct env *env, const struct in_addr *only,
			 struct out *o)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;
	unsigned n = 0;
	char mac[MAC_TEXT_LEN + 1];

	(void)chassis_mac_text(env->chassis, mac);
	TAILQ_FOREACH(ci, &env->conf->circuits, link) {
		struct port p = { 0 };

		if (!circuit_is_active(env->chassis, env->conf, ci) ||
		    !circuit_next_port(env->chassis, env->conf, ci, &p))
			continue;
		TAILQ_FOREACH(ip, &ci->ips, link) {
			if (ip->disabled || !is_wanted(only, ip->addr))
				continue;
			n++;
			if (o)
				arp_row(o, str_addr(ip->addr), mac, "local",
					p.name);
		}
	}
	return n;
}

/* arp ADDRESS MAC PORT [VLAN] */
static unsigned static_rows(const struct env *env, const struct in_addr *only,
			    struct out *o)
{
	struct in_addr a;
	struct kept_line l;
	unsigned n = 0;

	for (size_t i = 0; kept_line(&env->conf->global->kept, "arp", i, &l);
	     i++) {
		if (!str_to_addr(l.word[0], &a) || !is_wanted(only, a))
			continue;
		n++;
		if (o)
			arp_row(o, l.word[0], l.word[1], "static", l.word[2]);
	}
	return n;
}

/* Of the caller; none on the host attachment. */
static struct arp_entry *learnt(const struct env *env, size_t *n)
{
	struct arp_entry *e = NULL;
	size_t keep = 0;

	*n = 0;
	if (env->wire)
		e = wire_arp(env->wire, n);
	for (size_t i = 0; i < *n; i++)
		if (e[i].type == ARP_DYNAMIC)
			e[keep++] = e[i];
	*n = keep;
	return e;
}

static void learnt_row(const struct env *env, const struct arp_entry *e,
		       struct out *o)
{
	char mac[MAC_TEXT_LEN + 1];

	arp_row(o, str_addr(e->addr), str_mac(e->mac, mac), "dynamic",
		wire_port_name(env->wire, e->port));
}

static unsigned learnt_rows(const struct env *env, const struct in_addr *only,
			    struct out *o)
{
	size_t n = 0;
	struct arp_entry *e = learnt(env, &n);
	unsigned rows = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_wanted(only, e[i].addr))
			continue;
		rows++;
		if (o)
			learnt_row(env, &e[i], o);
	}
	free(e);
	return rows;
}

static unsigned all_rows(const struct env *env, const struct in_addr *only,
			 struct out *o)
{
	unsigned n = own_rows(env, only, o);

	n += static_rows(env, only, o);
	return n + learnt_rows(env, only, o);
}

static int show_arp(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	arp_head(cli_out(cli));
	(void)all_rows(cli_env(cli), NULL, cli_out(cli));
	return 0;
}

static int show_one(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct in_addr only;

	if (object_addr(cli, a, "ip", &only, err) < 0)
		return -1;
	if (all_rows(env, &only, NULL) == 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_ARP,
			       str_addr(only));
	arp_head(cli_out(cli));
	(void)all_rows(env, &only, cli_out(cli));
	return 0;
}

/* Nothing is attached to the management port. */
static int show_management(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)a;
	(void)err;
	arp_head(cli_out(cli));
	return 0;
}

static int show_summary(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	unsigned own = own_rows(env, NULL, NULL);
	unsigned fixed = static_rows(env, NULL, NULL);
	unsigned dynamic = learnt_rows(env, NULL, NULL);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_LABEL, "Total Entries:");
	out_printf(o, "%u\n", own + fixed + dynamic);
	out_col(o, W_LABEL, "Local Entries:");
	out_printf(o, "%u\n", own);
	out_col(o, W_LABEL, "Static Entries:");
	out_printf(o, "%u\n", fixed);
	out_col(o, W_LABEL, "Dynamic Entries:");
	out_printf(o, "%u\n", dynamic);
	return 0;
}

static int show_config(struct cli *cli, const struct args *a, struct err *err)
{
	const struct settings *kept = &cli_conf(cli)->global->kept;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_puts(o, "Parameter           Value\n");
	out_col(o, W_LABEL, "Response Timeout");
	out_printf(o, "%lu\n", settings_uint(kept, "arp wait", 5));
	out_col(o, W_LABEL, "Flush Timeout");
	out_printf(o, "%lu\n", settings_uint(kept, "arp timeout", 14400));
	return 0;
}

/* ---- the ARP file --------------------------------------------------------- */

static int show_file(struct cli *cli, const struct args *a, struct err *err)
{
	char *text = NULL;
	size_t len = 0;
	struct err missing = { 0 };

	(void)a;
	out_puts(cli_out(cli), "IP Address\n");
	if (disk_read(cli_env(cli)->disk, ARP_FILE, &text, &len, &missing) <
	    0) {
		if (missing.code == ERR_NOT_FOUND)
			return 0;
		*err = missing;
		return -1;
	}
	out_puts(cli_out(cli), text);
	free(text);
	return 0;
}

static int update_file(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct out hosts = { 0 };
	struct kept_line l;
	struct arp_entry *e = NULL;
	size_t n = 0;
	int result;

	(void)a;
	for (size_t i = 0; kept_line(&env->conf->global->kept, "arp", i, &l);
	     i++)
		out_printf(&hosts, "%s\n", l.word[0]);
	e = learnt(env, &n);
	for (size_t i = 0; i < n; i++)
		out_printf(&hosts, "%s\n", str_addr(e[i].addr));
	free(e);
	result = disk_write(env->disk, ARP_FILE, out_text(&hosts), hosts.len,
			    0644, err);
	out_fini(&hosts);
	return result;
}

static int clear_file(struct cli *cli, const struct args *a, struct err *err)
{
	struct disk *d = cli_env(cli)->disk;

	(void)a;
	return disk_exists(d, ARP_FILE) ? disk_remove(d, ARP_FILE, err) : 0;
}

/* ---- the cache ------------------------------------------------------------ */

/* Only learnt entries are flushed. */
static int clear_cache(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct in_addr only = { INADDR_ANY };

	if (arg_word(a, "ip")) {
		if (object_addr(cli, a, "ip", &only, err) < 0)
			return -1;
		if (learnt_rows(env, &only, NULL) == 0)
			return err_set(err, ERR_NOT_FOUND, -1, T_NO_ARP,
				       str_addr(only));
	}
	if (env->wire)
		wire_arp_clear(env->wire, only);
	return 0;
}

const struct cmd clear_arp_cmds[] = {
	{ .syntax = "clear arp cache [<ip:host>]",
	  .help = "Neighbours\n"
		  "Forget what was learnt\n"
		  "Address of one neighbour",
	  .run = clear_cache },
	{ .syntax = "clear arp file",
	  .help = "Empty the stored list of hosts",
	  .run = clear_file },
	{ .syntax = "update arp file",
	  .help = "Store what is known\n"
		  "Neighbours\n"
		  "In the file that is read at boot",
	  .run = update_file },
	{ 0 },
};

const struct cmd show_arp_cmds[] = {
	{ .syntax = "show arp", .help = "ARP table", .run = show_arp },
	{ .syntax = "show arp <ip:host>",
	  .help = "Address of one neighbour",
	  .run = show_one },
	{ .syntax = "show arp config", .help = "Timeouts", .run = show_config },
	{ .syntax = "show arp file",
	  .help = "Stored list of hosts",
	  .run = show_file },
	{ .syntax = "show arp management-port",
	  .help = "Neighbours at the management port",
	  .run = show_management },
	{ .syntax = "show arp summary",
	  .help = "Counts of entries",
	  .run = show_summary },
	{ 0 },
};

/*
 * show chassis and its variants, show inventory: what is in the slots.
 *
 * Labels are the product's (platform.md 1.8); the field notes print one port a
 * line, so ports are never folded.  A slot that has never had a module is not
 * listed; one whose module was pulled is, as powered-off, with its ports
 * offline-bad.  Hardware versions belong to no hardware here and are the first.
 */
#include <stdio.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/software.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"

enum {
	W_LABEL = 20,
	W_SLOT = 7,
	W_MODULE = 19,
	W_STATUS = 14,
	W_PORT = 7,
	W_PORT_NAME = 12,
	W_PART = 18,
	W_VERSION = 16,
	W_WEIGHT = 10,
};

#define HW_MAJOR    "01"
#define HW_MINOR    "0"
#define WEIGHT_AUTO 11 /* of a session processor; no command sets another */

/* ---- what is in a slot ---------------------------------------------------- */

/* The kind of the module that is or was in a slot; NULL: never one. */
static const struct card_ops *slot_ops(const struct chassis *c, unsigned slot)
{
	const struct card *card = chassis_card(c, slot);

	return card ? card->ops : chassis_pulled(c, slot);
}

static const char *slot_status(const struct chassis *c, unsigned slot)
{
	const struct card *card = chassis_card(c, slot);

	return card_status_name(card ? card->status : CARD_POWERED_OFF);
}

/* Of a port that is there, or that went with its module. */
static void port_name(const struct chassis *c, unsigned slot, unsigned port,
		      char name[static 16])
{
	if (!chassis_port_name(c, slot, port, name))
		(void)snprintf(name, 16, "%u/%u", slot, port);
}

static const char *port_status(const struct env *env, unsigned slot,
			       const char *name)
{
	const struct iface *i = iface_find(env->conf, name);

	if (!chassis_card(env->chassis, slot))
		return "offline-bad";
	return i && i->admin_shutdown ? "offline-ok" : "online";
}

static void label(struct out *o, const char *name, const char *value)
{
	out_col(o, W_LABEL, "%s:", name);
	out_printf(o, "%s\n", value);
}

/* ---- show chassis --------------------------------------------------------- */

static void head_show(const struct env *env, struct out *o)
{
	const struct chassis *c = env->chassis;
	char mac[MAC_TEXT_LEN + 1];

	label(o, "Product Name", chassis_model(c)->product);
	label(o, "SW Version", software_running(env)->dots);
	label(o, "Serial Number", chassis_serial(c));
	label(o, "Base MAC Address", chassis_mac_text(c, mac));
}

static void port_row(const struct env *env, unsigned slot, unsigned port,
		     struct out *o)
{
	char name[16];

	port_name(env->chassis, slot, port, name);
	out_col(o, W_PORT, "%u", port);
	out_col(o, W_PORT_NAME, "%s", name);
	out_printf(o, "%s\n", port_status(env, slot, name));
}

static void slot_rows(const struct env *env, unsigned slot, struct out *o)
{
	const struct card_ops *ops = slot_ops(env->chassis, slot);

	if (!ops)
		return;
	out_col(o, W_SLOT, " %u", slot);
	out_col(o, W_MODULE, "%s", ops->part);
	if (ops->nports == 0) {
		out_printf(o, "%s\n", slot_status(env->chassis, slot));
		return;
	}
	out_col(o, W_STATUS, "%s", slot_status(env->chassis, slot));
	for (unsigned p = 1; p <= (unsigned)ops->nports; p++) {
		if (p > 1)
			out_col(o, W_SLOT + W_MODULE + W_STATUS, "%s", "");
		port_row(env, slot, p, o);
	}
}

static int show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	head_show(env, o);
	out_puts(o, "\n");
	out_col(o, W_SLOT, "Slot");
	out_col(o, W_MODULE, "Module Name");
	out_col(o, W_STATUS, "Status");
	out_col(o, W_PORT, "Port");
	out_col(o, W_PORT_NAME, "Name");
	out_puts(o, "Status\n");
	for (unsigned s = 1; s <= chassis_model(env->chassis)->nslots; s++)
		slot_rows(env, s, o);
	return 0;
}

/* ---- show chassis slot, verbose ------------------------------------------- */

static void port_block(const struct env *env, unsigned slot, unsigned port,
		       struct out *o)
{
	char name[16];

	port_name(env->chassis, slot, port, name);
	out_printf(o, "  Port Number: %-3u Port Name: ", port);
	out_col(o, W_PORT_NAME, "%s", name);
	out_printf(o, "Status: %s\n", port_status(env, slot, name));
}

/* A pulled module's serial number went with it. */
static void slot_block(const struct env *env, unsigned slot, struct out *o)
{
	const struct card_ops *ops = slot_ops(env->chassis, slot);
	const struct card *card = chassis_card(env->chassis, slot);

	out_col(o, W_LABEL, "Slot Number:");
	out_printf(o, "%u\n", slot);
	label(o, "Type", ops->part);
	if (card)
		label(o, "Serial Number", card->serial);
	label(o, "HW Major Version", HW_MAJOR);
	label(o, "HW Minor Version", HW_MINOR);
	label(o, "Status", slot_status(env->chassis, slot));
	if (card && ops->show)
		ops->show(card, o);
	for (unsigned p = 1; p <= (unsigned)ops->nports; p++)
		port_block(env, slot, p, o);
}

static int show_slot(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	unsigned slot = (unsigned)arg_uint(a, "slot", 0);

	if (slot > chassis_model(env->chassis)->nslots)
		return err_set(err, ERR_RANGE, -1, T_CH_NO_SLOT, slot,
			       chassis_model(env->chassis)->product,
			       chassis_model(env->chassis)->nslots);
	if (!slot_ops(env->chassis, slot))
		return err_set(err, ERR_NOT_FOUND, -1, T_CH_SLOT_EMPTY, slot);
	slot_block(env, slot, cli_out(cli));
	return 0;
}

static int show_verbose(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	head_show(env, o);
	for (unsigned s = 1; s <= chassis_model(env->chassis)->nslots; s++) {
		if (!slot_ops(env->chassis, s))
			continue;
		out_puts(o, "\n");
		slot_block(env, s, o);
		if (!chassis_card(env->chassis, s))
			continue;
		label(o, "Flash Operational", software_running(env)->dots);
		label(o, "Flash Locked", CSS_VERSION_DOTS);
	}
	return 0;
}

/* ---- tables of modules ---------------------------------------------------- */

/* The locked flash holds what the unit was made with; the operational one is in
 * use. */
static int show_flash(struct cli *cli, const struct args *a, struct err *err)
{
	const struct chassis *c = cli_env(cli)->chassis;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_SLOT, "Slot");
	out_col(o, W_MODULE, "Module Name");
	out_col(o, W_VERSION, "Operational");
	out_puts(o, "Locked\n");
	for (unsigned s = 1; s <= chassis_model(c)->nslots; s++) {
		if (!chassis_card(c, s))
			continue;
		out_col(o, W_SLOT, " %u", s);
		out_col(o, W_MODULE, "%s", chassis_card(c, s)->ops->part);
		out_col(o, W_VERSION, "%s*",
			software_running(cli_env(cli))->dots);
		out_printf(o, "%s\n", CSS_VERSION_DOTS);
	}
	return 0;
}

static void inventory_row(struct out *o, const char *slot, const char *part,
			  const char *serial)
{
	out_col(o, W_SLOT, "%s", slot);
	out_col(o, W_PART, "%s", part);
	out_printf(o, "%s\n", serial);
}

static int show_parts(struct cli *cli, const struct args *a, struct err *err)
{
	const struct chassis *c = cli_env(cli)->chassis;
	struct out *o = cli_out(cli);
	char slot[8];

	(void)a;
	(void)err;
	inventory_row(o, "Slot", "Product ID", "Serial Number");
	inventory_row(o, " -", chassis_model(c)->product, chassis_serial(c));
	for (unsigned s = 1; s <= chassis_model(c)->nslots; s++) {
		const struct card *card = chassis_card(c, s);

		if (!card)
			continue;
		(void)snprintf(slot, sizeof(slot), " %u", s);
		inventory_row(o, slot, card->ops->part, card->serial);
	}
	return 0;
}

static void udi_show(struct out *o, const char *name, const char *descr,
		     const char *part, const char *serial)
{
	out_printf(o, "NAME: \"%s\", DESCR: \"%s\"\n", name, descr);
	out_printf(o, "PID: %s , VID: V%s, SN: %s\n", part, HW_MAJOR, serial);
}

static int show_inventory(struct cli *cli, const struct args *a,
			  struct err *err)
{
	const struct chassis *c = cli_env(cli)->chassis;
	const struct chassis_model *m = chassis_model(c);
	struct out *o = cli_out(cli);
	char text[64];

	(void)a;
	(void)err;
	(void)snprintf(text, sizeof(text),
		       "CSS %s Content Services Switch chassis", m->name);
	udi_show(o, "Chassis", text, m->product, chassis_serial(c));
	for (unsigned s = 1; s <= m->nslots; s++) {
		const struct card *card = chassis_card(c, s);

		if (!card)
			continue;
		(void)snprintf(text, sizeof(text), "Slot %u", s);
		out_puts(o, "\n");
		udi_show(o, text, card->ops->descr, card->ops->part,
			 card->serial);
	}
	return 0;
}

/* ---- session processors --------------------------------------------------- */

static bool has_session_processor(const struct card *card)
{
	return card && card->ops->kind != CARD_SSL;
}

static unsigned count_active(const struct chassis *c)
{
	unsigned n = 0;

	for (unsigned s = 1; s <= chassis_model(c)->nslots; s++) {
		const struct card *card = chassis_card(c, s);

		n += has_session_processor(card) && card->status != CARD_BACKUP;
	}
	return n;
}

static unsigned power_of(const struct card *card, unsigned active)
{
	return card->status == CARD_BACKUP || active == 0 ? 0 : 100 / active;
}

/* Weights are all automatic, so the active ones share alike; a backup SCM has
 * a processor that takes no share. */
static int show_processors(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const struct chassis *c = cli_env(cli)->chassis;
	unsigned active = count_active(c), count = 0;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_STATUS, "Slot/Subslot");
	out_col(o, W_MODULE, "Module Name");
	out_col(o, W_WEIGHT, "Weight");
	out_puts(o, "Power %\n");
	for (unsigned s = 1; s <= chassis_model(c)->nslots; s++) {
		const struct card *card = chassis_card(c, s);

		if (!has_session_processor(card))
			continue;
		count++;
		out_col(o, W_STATUS, " %u/1", s);
		out_col(o, W_MODULE, "%s", card->ops->part);
		out_col(o, W_WEIGHT, "%u", WEIGHT_AUTO);
		out_printf(o, "%u\n", power_of(card, active));
	}
	out_printf(o,
		   "\nSession Processor Count:        %u\n"
		   "Active Session Processor Count: %u\n"
		   "Total Weight:                   %u\n",
		   count, active, active * WEIGHT_AUTO);
	return 0;
}

const struct cmd show_chassis_cmds[] = {
	{ .syntax = "show chassis",
	  .help = "Modules, ports and their states",
	  .run = show },
	{ .syntax = "show chassis slot <slot:uint:1-6>",
	  .help = "One slot\n"
		  "Slot number",
	  .run = show_slot },
	{ .syntax = "show chassis verbose",
	  .help = "Everything about all modules",
	  .run = show_verbose },
	{ .syntax = "show chassis flash",
	  .help = "Software versions in flash",
	  .run = show_flash },
	{ .syntax = "show chassis inventory",
	  .help = "Product and serial numbers",
	  .run = show_parts },
	{ .syntax = "show chassis session-processors",
	  .help = "Session processors and their shares",
	  .run = show_processors },
	{ .syntax = "show inventory",
	  .help = "Unique device identifiers",
	  .run = show_inventory },
	{ 0 },
};

/*
 * The commands that open objects
 *
 * They are valid in the modes of objects too: a running-config never leaves a
 * mode, it moves sideways.
 */
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"

/* ---- objects -------------------------------------------------------------- */

static int service_open(struct cli *cli, const struct args *a, struct err *err)
{
	return object_open(cli, OBJECT_SERVICE, NULL, arg_word(a, "name"), err);
}

static int service_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return object_delete(cli, OBJECT_SERVICE, NULL, arg_word(a, "name"),
			     err);
}

static int owner_open(struct cli *cli, const struct args *a, struct err *err)
{
	return object_open(cli, OBJECT_OWNER, NULL, arg_word(a, "name"), err);
}

static int owner_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return object_delete(cli, OBJECT_OWNER, NULL, arg_word(a, "name"), err);
}

static int group_open(struct cli *cli, const struct args *a, struct err *err)
{
	return object_open(cli, OBJECT_GROUP, NULL, arg_word(a, "name"), err);
}

static int group_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return object_delete(cli, OBJECT_GROUP, NULL, arg_word(a, "name"), err);
}

static int probe_open(struct cli *cli, const struct args *a, struct err *err)
{
	return object_open(cli, OBJECT_KEEPALIVE, NULL, arg_word(a, "name"),
			   err);
}

static int probe_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return object_delete(cli, OBJECT_KEEPALIVE, NULL, arg_word(a, "name"),
			     err);
}

static int list_open(struct cli *cli, const struct args *a, struct err *err)
{
	return object_open(cli, OBJECT_SSLLIST, NULL, arg_word(a, "name"), err);
}

static int list_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return object_delete(cli, OBJECT_SSLLIST, NULL, arg_word(a, "name"),
			     err);
}

static int iface_open(struct cli *cli, const struct args *a, struct err *err)
{
	const struct iface *i =
		iface_get(cli_conf(cli), arg_word(a, "port"), err);

	if (!i)
		return -1;
	cli_enter(cli, MODE_INTERFACE, i->name, NULL);
	return 0;
}

static int circuit_open(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");
	const struct circuit *ci = circuit_find(cli_conf(cli), name);

	if (!ci)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_CIRCUIT, name,
			       circuit_vlan_of(name));
	cli_enter(cli, MODE_CIRCUIT, ci->name, NULL);
	return 0;
}

/* ---- objects that later releases of the emulator keep --------------------- */

static const struct unkept {
	const char *word;     /* the command */
	const char *question; /* the kind in "Create ... <7>" */
	enum mode_id mode;
} unkept[] = {
	{ "acl", "ACL", MODE_ACL },
	{ "nql", "nql", MODE_NQL },
	{ "eql", "eql", MODE_EQL },
	{ "dql", "dql", MODE_DQL },
	{ "urql", "urql", MODE_URQL },
	{ "header-field-group", "header-field-group", MODE_HEADER_FIELD_GROUP },
	{ "reporter", "reporter", MODE_REPORTER },
	{ "rmon-alarm", "index", MODE_RMON_ALARM },
	{ "rmon-event", "index", MODE_RMON_EVENT },
	{ "rmon-history", "index", MODE_RMON_HISTORY },
};

struct unkept_note {
	const struct unkept *kind;
	char name[NAME_LEN + 2];
};

static int unkept_enter(struct cli *cli, void *arg, struct err *err)
{
	const struct unkept_note *n = arg;

	(void)err;
	cli_warn(cli, "%s %s is not acted on yet and is not saved",
		 n->kind->word, n->name);
	cli_enter(cli, n->kind->mode, n->name, NULL);
	return 0;
}

static int unkept_open(struct cli *cli, const struct unkept *kind,
		       const char *name, struct err *err)
{
	struct unkept_note *n = xcalloc(1, sizeof(*n));

	n->kind = kind;
	(void)str_copy(n->name, sizeof(n->name), name);
	return cli_confirm(cli, err, unkept_enter, n, T_Q_CREATE,
			   kind->question, n->name);
}

static int unkept_missing(const char *kind, const char *name, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, kind, name);
}

static int acl_open(struct cli *cli, const struct args *a, struct err *err)
{
	return unkept_open(cli, &unkept[0], arg_word(a, "index"), err);
}

static int named_open(struct cli *cli, const struct args *a, struct err *err)
{
	size_t i = 1;

	while (i < 6 && !arg_key(a, unkept[i].word))
		i++;
	return unkept_open(cli, &unkept[i], arg_word(a, "name"), err);
}

static int rmon_open(struct cli *cli, const struct args *a, struct err *err)
{
	size_t i = 7;

	while (i < 9 && !arg_key(a, unkept[i].word))
		i++;
	return unkept_open(cli, &unkept[i], arg_word(a, "index"), err);
}

static int acl_drop(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	return unkept_missing("acl", arg_word(a, "index"), err);
}

static int named_drop(struct cli *cli, const struct args *a, struct err *err)
{
	size_t i = 1;

	(void)cli;
	while (i < 6 && !arg_key(a, unkept[i].word))
		i++;
	return unkept_missing(unkept[i].word, arg_word(a, "name"), err);
}

static int rmon_drop(struct cli *cli, const struct args *a, struct err *err)
{
	size_t i = 7;

	(void)cli;
	while (i < 9 && !arg_key(a, unkept[i].word))
		i++;
	return unkept_missing(unkept[i].word, arg_word(a, "index"), err);
}

const struct cmd sideways_cmds[] = {
	{ .syntax = "interface <port:port>",
	  .help = "Port of the switch\n"
		  "Port",
	  .run = iface_open },
	{ .syntax = "circuit <name:vlan>",
	  .help = "Circuit of a VLAN\n"
		  "Circuit name",
	  .run = circuit_open },
	{ .syntax = "ssl-proxy-list <name:ssllist>",
	  .help = "List of SSL servers\n"
		  "List name",
	  .run = list_open,
	  .no = "no ssl-proxy-list <name:ssllist>",
	  .clear = list_drop },
	{ .syntax = "keepalive <name:keepalive>",
	  .help = "Named keepalive\n"
		  "Keepalive name",
	  .run = probe_open,
	  .no = "no keepalive <name:keepalive>",
	  .clear = probe_drop },
	{ .syntax = "service <name:service>",
	  .help = "Service\n"
		  "Service name",
	  .run = service_open,
	  .no = "no service <name:service>",
	  .clear = service_drop },
	{ .syntax = "owner <name:owner>",
	  .help = "Owner of content rules\n"
		  "Owner name",
	  .run = owner_open,
	  .no = "no owner <name:owner>",
	  .clear = owner_drop },
	{ .syntax = "group <name:group>",
	  .help = "Source group\n"
		  "Group name",
	  .run = group_open,
	  .no = "no group <name:group>",
	  .clear = group_drop },
	{ .syntax = "acl <index:uint:1-99>",
	  .help = "Access control list\n"
		  "Number of the list",
	  .run = acl_open,
	  .no = "no acl <index:uint:1-99>",
	  .clear = acl_drop },
	{ .syntax = "{nql|eql|dql|urql|header-field-group|reporter} "
		    "<name:name:32>",
	  .help = "Network list\n"
		  "Extension list\n"
		  "Domain list\n"
		  "URL list\n"
		  "List of HTTP header fields\n"
		  "Reporter\n"
		  "Name",
	  .run = named_open,
	  .no = "no {nql|eql|dql|urql|header-field-group|reporter} "
		"<name:name:32>",
	  .clear = named_drop },
	{ .syntax = "{rmon-alarm|rmon-event|rmon-history} "
		    "<index:uint:1-65535>",
	  .help = "RMON alarm\n"
		  "RMON event\n"
		  "RMON history\n"
		  "Number",
	  .run = rmon_open,
	  .no = "no {rmon-alarm|rmon-event|rmon-history} "
		"<index:uint:1-65535>",
	  .clear = rmon_drop },
	{ 0 },
};

/*
 * The commands that open objects
 *
 * They are valid in the modes of objects too: a running-config never leaves a
 * mode, it moves sideways.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"

/* ---- objects -------------------------------------------------------------- */

static const struct opener {
	const char *word;
	enum object_kind kind;
} openers[] = {
	{ "ssl-proxy-list", OBJECT_SSLLIST },
	{ "keepalive", OBJECT_KEEPALIVE },
	{ "service", OBJECT_SERVICE },
	{ "eql", OBJECT_EQL },
	{ "dql", OBJECT_DQL },
	{ "nql", OBJECT_NQL },
	{ "urql", OBJECT_URQL },
	{ "header-field-group", OBJECT_HFGROUP },
	{ "owner", OBJECT_OWNER },
	{ "group", OBJECT_GROUP },
	{ "acl", OBJECT_ACL },
	{ "reporter", OBJECT_REPORTER },
	{ "rmon-alarm", OBJECT_RMON_ALARM },
	{ "rmon-event", OBJECT_RMON_EVENT },
	{ "rmon-history", OBJECT_RMON_HISTORY },
};

/* The kind that the sentence, "service NAME" or "no service NAME", is about. */
static enum object_kind kind_of(const struct args *a)
{
	const char *word = a->seq[a->undo].text;
	size_t i = 0;

	while (strcmp(openers[i].word, word) != 0)
		assert(++i < sizeof(openers) / sizeof(*openers));
	return openers[i].kind;
}

static int named_open(struct cli *cli, const struct args *a, struct err *err)
{
	return object_open(cli, kind_of(a), NULL, arg_word(a, "name"), err);
}

static int named_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return object_delete(cli, kind_of(a), NULL, arg_word(a, "name"), err);
}

/* "007" is number 7. */
static const char *index_text(const struct args *a, char *buf, size_t cap)
{
	(void)snprintf(buf, cap, "%lu", arg_uint(a, "index", 0));
	return buf;
}

static int numbered_open(struct cli *cli, const struct args *a, struct err *err)
{
	char index[16];

	return object_open(cli, kind_of(a), NULL,
			   index_text(a, index, sizeof(index)), err);
}

static int numbered_drop(struct cli *cli, const struct args *a, struct err *err)
{
	char index[16];

	return object_delete(cli, kind_of(a), NULL,
			     index_text(a, index, sizeof(index)), err);
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

	/* A saved one may have outlived its ports. */
	if (!ci && !cli_is_interactive(cli))
		ci = circuit_add(cli_conf(cli), circuit_vlan_of(name), err);
	if (!ci)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_CIRCUIT, name,
			       circuit_vlan_of(name));
	cli_enter(cli, MODE_CIRCUIT, ci->name, NULL);
	return 0;
}

static int circuit_drop(struct cli *cli, const struct args *a, struct err *err)
{
	return object_delete(cli, OBJECT_CIRCUIT, NULL, arg_word(a, "name"),
			     err);
}

const struct cmd sideways_cmds[] = {
	{ .syntax = "interface <port:port>",
	  .help = "Port of the switch\n"
		  "Port",
	  .run = iface_open },
	{ .syntax = "circuit <name:vlan>",
	  .help = "Circuit of a VLAN\n"
		  "Circuit name",
	  .run = circuit_open,
	  .no = "no circuit <name:vlan>",
	  .clear = circuit_drop },
	{ .syntax = "ssl-proxy-list <name:ssllist>",
	  .help = "List of SSL servers\n"
		  "List name",
	  .run = named_open,
	  .no = "no ssl-proxy-list <name:ssllist>",
	  .clear = named_drop },
	{ .syntax = "keepalive <name:keepalive>",
	  .help = "Named keepalive\n"
		  "Keepalive name",
	  .run = named_open,
	  .no = "no keepalive <name:keepalive>",
	  .clear = named_drop },
	{ .syntax = "service <name:service>",
	  .help = "Service\n"
		  "Service name",
	  .run = named_open,
	  .no = "no service <name:service>",
	  .clear = named_drop },
	{ .syntax = "owner <name:owner>",
	  .help = "Owner of content rules\n"
		  "Owner name",
	  .run = named_open,
	  .no = "no owner <name:owner>",
	  .clear = named_drop },
	{ .syntax = "group <name:group>",
	  .help = "Source group\n"
		  "Group name",
	  .run = named_open,
	  .no = "no group <name:group>",
	  .clear = named_drop },
	{ .syntax = "acl <index:uint:1-99>",
	  .help = "Access control list\n"
		  "Number of the list",
	  .run = numbered_open,
	  .no = "no acl <index:uint:1-99>",
	  .clear = numbered_drop },
	{ .syntax = "eql <name:eql>",
	  .help = "List of file extensions\n"
		  "List name",
	  .run = named_open,
	  .no = "no eql <name:eql>",
	  .clear = named_drop },
	{ .syntax = "dql <name:dql>",
	  .help = "List of domains\n"
		  "List name",
	  .run = named_open,
	  .no = "no dql <name:dql>",
	  .clear = named_drop },
	{ .syntax = "nql <name:nql>",
	  .help = "List of networks\n"
		  "List name",
	  .run = named_open,
	  .no = "no nql <name:nql>",
	  .clear = named_drop },
	{ .syntax = "urql <name:urql>",
	  .help = "List of URLs\n"
		  "List name",
	  .run = named_open,
	  .no = "no urql <name:urql>",
	  .clear = named_drop },
	{ .syntax = "header-field-group <name:hfgroup:32>",
	  .help = "Group of HTTP header fields\n"
		  "Group name",
	  .run = named_open,
	  .no = "no header-field-group <name:hfgroup:32>",
	  .clear = named_drop },
	{ .syntax = "reporter <name:reporter>",
	  .help = "Reporter\n"
		  "Name",
	  .run = named_open,
	  .no = "no reporter <name:reporter>",
	  .clear = named_drop },
	{ .syntax = "rmon-alarm <index:uint:1-65534>",
	  .help = "RMON alarm\n"
		  "Number",
	  .run = numbered_open,
	  .no = "no rmon-alarm <index:uint:1-65534>",
	  .clear = numbered_drop },
	{ .syntax = "rmon-event <index:uint:1-65534>",
	  .help = "RMON event\n"
		  "Number",
	  .run = numbered_open,
	  .no = "no rmon-event <index:uint:1-65534>",
	  .clear = numbered_drop },
	{ .syntax = "rmon-history <index:uint:1-65535>",
	  .help = "RMON history\n"
		  "Number",
	  .run = numbered_open,
	  .no = "no rmon-history <index:uint:1-65535>",
	  .clear = numbered_drop },
	{ 0 },
};

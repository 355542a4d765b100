/*
 * Commands of global configuration: other switches and managers that this one
 * talks to (platform.md 6), and what SuperUsers ask of them.
 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/tally.h"
#include "emu/base/texts.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/service.h"

/* ---- remote commands ------------------------------------------------------ */

static int rcmd_run(struct cli *cli, const struct args *a, struct err *err)
{
	struct in_addr peer = { INADDR_ANY };

	if (global_needs(cli, "app", "APP", err) < 0 ||
	    object_addr(cli, a, "ip", &peer, err) < 0)
		return -1;
	if (!settings_get(&cli_conf(cli)->global->kept, "app session",
			  str_addr(peer)))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "app session", str_addr(peer));
	return err_set(err, ERR_IO, -1, T_APP_DOWN, str_addr(peer));
}

/* ---- replication ---------------------------------------------------------- */

static const struct service *
subscriber_of(const struct conf *c, const char *publisher, const char *name)
{
	const struct service *s = NULL;

	TAILQ_FOREACH(s, &c->services, link)
		if (!strcmp(s->subscriber, publisher) &&
		    (!name || !strcmp(s->name, name)))
			return s;
	return NULL;
}

static int replicate_run(struct cli *cli, const struct args *a, struct err *err)
{
	const struct conf *c = cli_conf(cli);
	const char *name = arg_word(a, "publisher");
	const char *to = arg_word(a, "subscriber");
	const struct service *s = service_find(c, name);

	if (!s)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "service",
			       name);
	if (!settings_count(&s->kept, "publisher"))
		return err_set(err, ERR_REFUSED, -1, T_NO_PUBLISHER, name);
	if (!subscriber_of(c, name, to))
		return err_set(err, ERR_REFUSED, -1, T_NO_SUBSCRIBER,
			       to ? to : "No service", name);
	return err_set(err, ERR_IO, -1, T_NO_REPLICATION);
}

/* ---- redundancy ----------------------------------------------------------- */

static bool protocol_runs(const struct conf *c)
{
	const struct circuit *ci = NULL;
	const struct circuit_ip *ip = NULL;

	TAILQ_FOREACH(ci, &c->circuits, link)
		TAILQ_FOREACH(ip, &ci->ips, link)
			if (ip->redundancy_protocol)
				return true;
	return false;
}

static int force_master(struct cli *cli, const struct args *a, struct err *err)
{
	const struct conf *c = cli_conf(cli);

	(void)a;
	if (!c->global->redundancy && !c->global->redundancy_master)
		return err_set(err, ERR_REFUSED, -1, T_OFF, "Redundancy");
	if (!protocol_runs(c))
		return err_set(err, ERR_REFUSED, -1, T_NO_VRRP);
	return err_set(err, ERR_REFUSED, -1, T_NO_PEER);
}

/* ---- counters ------------------------------------------------------------- */

/* The database and its clients count under the families of their settings. */

static int gsdb_zero(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	if (global_needs(cli, "gsdb", "Global sticky database", err) < 0)
		return -1;
	tally_zero(cli_env(cli)->tallies, "gsdb", NULL);
	return 0;
}

static int gsdb_interface_zero(struct cli *cli, const struct args *a,
			       struct err *err)
{
	(void)a;
	if (global_needs(cli, "gsdb-interface", "Interface of a database",
			 err) < 0)
		return -1;
	tally_zero(cli_env(cli)->tallies, "gsdb-interface", NULL);
	return 0;
}

/* ---- the tables ----------------------------------------------------------- */

#define SEALED(name, limits)                                                   \
	"{<" name ":text:" limits ">|des-encrypted <sealed:word:512>}"

static const char no_app[] = "no APP sessions are opened";
static const char no_dfp[] = "no DFP agents are asked";
static const char no_sasp[] = "no workload manager is asked";
static const char no_gsdb[] = "no sticky entries are shared between switches";
static const char no_copies[] = "no content is replicated";
static const char no_vrrp[] = "no virtual router has a peer";

/* Row order is running-config order. */
const struct cmd peer_cmds[] = {
	{ .syntax = "app",
	  .help = "Application Peering Protocol between switches",
	  .no = "no app",
	  .set = KEPT(),
	  .inert = no_app },
	{ .syntax = "app framesz <bytes:uint:10240-65535>",
	  .help = "Largest frame\n"
		  "Bytes, default 10240",
	  .no = "no app framesz",
	  .set = KEPT(.dflt = "10240"),
	  .inert = no_app },
	{ .syntax = "app port <port:uint:1025-65535>",
	  .help = "TCP port\n"
		  "Port, default 5001",
	  .no = "no app port",
	  .set = KEPT(.dflt = "5001"),
	  .inert = no_app },
	{ .syntax = "app session <ip:host> [<seconds:uint:14-900> "
		    "[{authChallenge|authNone} " SEALED(
			    "secret", "1-32") " {encryptMd5hash|encryptNone} "
					      "[{rcmdEnable|rcmdDisable}]]]",
	  .help = "Peer\n"
		  "Address\n"
		  "Seconds between keepalives, default 14\n"
		  "Both prove that they know a secret\n"
		  "They need not\n"
		  "Secret in quotes, up to 32 characters\n"
		  "Secret as running-config has it\n"
		  "Sealed secret\n"
		  "Encrypt messages\n"
		  "Send them in clear\n"
		  "The peer may run commands here\n"
		  "It may not",
	  .no = "no app session <ip:host>",
	  .set = KEPT(.keys = 1, .omit = "rcmdEnable|14", .secret = "secret",
		      .sealed = "des-encrypted"),
	  .inert = no_app },
	{ .syntax = "app-udp",
	  .help = "Application Peering Protocol in datagrams",
	  .no = "no app-udp",
	  .set = KEPT(),
	  .inert = no_app },
	{ .syntax = "app-udp options <ip:addr> encrypt-md5hash " SEALED(
		  "secret", "1-31"),
	  .help = "Settings for a peer\n"
		  "Address; 0.0.0.0: every other\n"
		  "Encrypt messages\n"
		  "Secret in quotes, up to 31 characters\n"
		  "Secret as running-config has it\n"
		  "Sealed secret",
	  .no = "no app-udp options <ip:addr>",
	  .set = KEPT(.keys = 1, .secret = "secret", .sealed = "des-encrypted"),
	  .inert = no_app },
	{ .syntax = "app-udp port <port:uint:1025-65535>",
	  .help = "UDP port\n"
		  "Port, default 5002",
	  .no = "no app-udp port",
	  .set = KEPT(.dflt = "5002"),
	  .inert = no_app },
	{ .syntax = "app-udp secure",
	  .help = "Take nothing from peers without settings",
	  .no = "no app-udp secure",
	  .set = KEPT(),
	  .inert = no_app },
	{ .syntax =
		  "dfp <ip:host> [port <port:uint:1-65535>] "
		  "[key " SEALED("key",
				 "1-64") "] "
					 "[timeout <timeout:uint:0-65535>] "
					 "[retry <retries:uint:0-65535> "
					 "[delay <delay:uint:1-65535>]] "
					 "[max-agent-wt <weight:uint:1-65535>]",
	  .help = "Agents that tell weights of servers (DFP)\n"
		  "Address\n"
		  "TCP port\n"
		  "Port, default 14001\n"
		  "Sign messages\n"
		  "Key in quotes, up to 64 characters\n"
		  "Key as running-config has it\n"
		  "Sealed key\n"
		  "Longest silence of the agent\n"
		  "Seconds, default 3600; 0: for ever\n"
		  "How often to connect again\n"
		  "Times, default 0: for ever\n"
		  "Time in between\n"
		  "Seconds, default 1\n"
		  "Largest weight that the agent tells\n"
		  "Weight, default 255",
	  .no = "no dfp <ip:host>",
	  .set = KEPT(.keys = 1,
		      .omit = "max-agent-wt 255|delay 1|retry 0|"
			      "timeout 3600|port 14001",
		      .secret = "key", .sealed = "des-encrypted"),
	  .inert = no_dfp },
	{ .syntax = "sasp agent <ip:host> [<port:uint:1-65535>]",
	  .help = "Workload managers (SASP)\n"
		  "Manager that tells weights of servers\n"
		  "Address\n"
		  "TCP port, default 3860",
	  .no = "no sasp agent <ip:host>",
	  .set = KEPT(.keys = 1, .omit = "3860"),
	  .inert = no_sasp },
	{ .syntax = "gsdb",
	  .help = "Keep sticky entries for other switches",
	  .no = "no gsdb",
	  .set = KEPT(),
	  .inert = no_gsdb },
	{ .syntax = "gsdb ttl <seconds:uint:300-1000000>",
	  .help = "Life of entries\n"
		  "Seconds, default 7200",
	  .no = "no gsdb ttl",
	  .set = KEPT(.dflt = "7200"),
	  .inert = no_gsdb },
	{ .syntax = "gsdb-interface {primary|secondary} <ip:addr>",
	  .help = "Switch that keeps sticky entries\n"
		  "First one\n"
		  "When the first does not answer\n"
		  "Address",
	  .no = "no gsdb-interface {primary|secondary}",
	  .set = KEPT(.keys = 1),
	  .inert = no_gsdb },
	{ .syntax = "gsdb zero",
	  .help = "Zero the counters",
	  .run = gsdb_zero },
	{ .syntax = "gsdb-interface zero",
	  .help = "Zero the counters",
	  .run = gsdb_interface_zero },
	{ .syntax = "replication file-error {retry|skip}",
	  .help = "Copies of content on other servers\n"
		  "When a file cannot be copied\n"
		  "Try again\n"
		  "Go on with the next",
	  .no = "no replication file-error",
	  .set = KEPT(),
	  .inert = no_copies },
	{ .syntax = "vrrp-backup-timer <seconds:uint:3-120>",
	  .help = "Silence after which a backup becomes the master\n"
		  "Seconds, default 3",
	  .no = "no vrrp-backup-timer",
	  .set = KEPT(.dflt = "3"),
	  .inert = no_vrrp },
	{ 0 },
};

const struct cmd superuser_peer_cmds[] = {
	{ .syntax = "rcmd <ip:host> <commands:text:1-255> "
		    "[<seconds:uint:3-300>]",
	  .help = "Run commands on an APP peer\n"
		  "Address\n"
		  "Commands in quotes, separated by semicolons\n"
		  "Seconds to wait for the answer, default 3",
	  .run = rcmd_run },
	{ .syntax = "replicate <publisher:service> "
		    "[{force|<subscriber:service> [force]}]",
	  .help = "Copy content to other servers\n"
		  "Service that publishes it\n"
		  "Files that are there already, too\n"
		  "Service that subscribes to it\n"
		  "Files that are there already, too",
	  .run = replicate_run },
	{ .syntax = "redundancy force-master",
	  .help = "Redundancy of two switches\n"
		  "Become the master for the time being",
	  .run = force_master },
	{ 0 },
};

/* Commands of global configuration: SNMP, web management (platform.md 4.5, 4.7). */
#include "cli/cmd.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/types.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"

static struct snmp_conf *snmp_of(struct cli *cli)
{
	return &cli_conf(cli)->global->snmp;
}

static const struct snmp_conf *snmp_in(const void *obj)
{
	return &((const struct conf *)obj)->global->snmp;
}

/* ---- who may ask ---------------------------------------------------------- */

static int community_set(struct cli *cli, const struct args *a, struct err *err)
{
	return snmp_community_set(cli_conf(cli), arg_word(a, "name"),
				  arg_key(a, "read-write"), err);
}

static int community_clear(struct cli *cli, const struct args *a,
			   struct err *err)
{
	return snmp_community_del(cli_conf(cli), arg_word(a, "name"), err);
}

/* A community, in quotes when it needs them. */
static void community_print(const char *name, struct out *o)
{
	(void)type_print("name:word", name, NULL, o, NULL);
}

static void community_render(const void *obj, struct out *o)
{
	const struct snmp_conf *s = snmp_in(obj);

	for (int i = 0; i < s->ncommunity; i++) {
		out_puts(o, "  snmp community ");
		community_print(s->community[i].name, o);
		out_printf(o, " %s \n",
			   s->community[i].read_write ? "read-write"
						      : "read-only");
	}
}

/* ---- traps ---------------------------------------------------------------- */

static int receiver_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct snmp_trap_host h = { .v2 = arg_key(a, "snmpv2") };

	(void)str_copy(h.community, sizeof(h.community),
		       arg_word(a, "community"));
	if (object_addr(cli, a, "ip", &h.addr, err) < 0)
		return -1;
	return snmp_trap_host_set(cli_conf(cli), &h, err);
}

static int receiver_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct in_addr addr = { INADDR_ANY };

	if (object_addr(cli, a, "ip", &addr, err) < 0)
		return -1;
	return snmp_trap_host_del(cli_conf(cli), addr, err);
}

static void receiver_render(const void *obj, struct out *o)
{
	const struct snmp_conf *s = snmp_in(obj);

	for (int i = 0; i < s->ntrap_host; i++) {
		const struct snmp_trap_host *h = &s->trap_host[i];

		out_printf(o, "  snmp trap-host %s ", str_addr(h->addr));
		community_print(h->community, o);
		out_puts(o, h->v2 ? " snmpv2 \n" : " \n");
	}
}

/* The spellings of earlier releases, and what they are now. */
static const struct older {
	const char *word;
	enum snmp_trap trap;
} older[] = {
	{ "dos_illegal_attack", TRAP_DOS_ILLEGAL },
	{ "dos_land_attack", TRAP_DOS_LAND },
	{ "dos_smurf_attack", TRAP_DOS_SMURF },
	{ "dos_syn_attack", TRAP_DOS_SYN },
	{ "module-transition", TRAP_MODULE },
	{ "power-supply-transition", TRAP_POWER },
};

/*
 * Rows of attacks and of the other types have different words: only those of
 * the row may be asked for.
 */
static enum snmp_trap trap_which(const struct args *a, enum snmp_trap first,
				 enum snmp_trap last)
{
	for (enum snmp_trap t = first; t <= last; t++)
		if (arg_key(a, snmp_trap_name(t)))
			return t;
	for (size_t i = 0; i < sizeof(older) / sizeof(*older); i++)
		if (older[i].trap >= first && older[i].trap <= last &&
		    arg_key(a, older[i].word))
			return older[i].trap;
	return first;
}

static int attack_set(struct cli *cli, const struct args *a, struct err *err)
{
	enum snmp_trap t = trap_which(a, TRAP_DOS_ILLEGAL, TRAP_DOS_SYN);

	(void)err;
	snmp_trap_set(cli_conf(cli), t, true,
		      (unsigned)arg_uint(a, "events",
					 snmp_trap_threshold_default(t)));
	return 0;
}

static int attack_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	snmp_trap_set(cli_conf(cli),
		      trap_which(a, TRAP_DOS_ILLEGAL, TRAP_DOS_SYN), false, 0);
	return 0;
}

static int trap_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	snmp_trap_set(cli_conf(cli), trap_which(a, TRAP_MODULE, TRAP_SERVICE),
		      true, 0);
	return 0;
}

static int trap_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	snmp_trap_set(cli_conf(cli), trap_which(a, TRAP_MODULE, TRAP_SERVICE),
		      false, 0);
	return 0;
}

static void traps_render(const void *obj, struct out *o)
{
	const struct snmp_conf *s = snmp_in(obj);

	for (enum snmp_trap t = 0; t < TRAP_NUM; t++) {
		if (!s->trap[t])
			continue;
		out_printf(o, "  snmp trap-type enterprise %s ",
			   snmp_trap_name(t));
		if (s->threshold[t] != snmp_trap_threshold_default(t))
			out_printf(o, "trap-threshold %u ", s->threshold[t]);
		out_puts(o, "\n");
	}
}

/* ---- addresses ------------------------------------------------------------ */

static int address_set(struct cli *cli, const struct args *a,
		       struct snmp_address *field)
{
	enum snmp_source from = SNMP_MANAGEMENT;

	if (arg_key(a, "specified"))
		from = SNMP_SPECIFIED;
	else if (field == &snmp_of(cli)->trap_source &&
		 arg_key(a, "egress-port"))
		from = SNMP_EGRESS;
	snmp_address_set(cli_conf(cli), field, from, arg_addr(a, "ip"));
	return 0;
}

static void address_print(const char *sentence, const struct snmp_address *x,
			  struct out *o)
{
	static const char *const words[] = {
		[SNMP_MANAGEMENT] = "management",
		[SNMP_EGRESS] = "egress-port",
		[SNMP_SPECIFIED] = "specified",
	};

	out_printf(o, "  %s %s ", sentence, words[x->from]);
	if (x->from == SNMP_SPECIFIED)
		out_printf(o, "%s ", str_addr(x->addr));
	out_puts(o, "\n");
}

static int trap_source_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)err;
	return address_set(cli, a, &snmp_of(cli)->trap_source);
}

static void trap_source_render(const void *obj, struct out *o)
{
	const struct snmp_conf *s = snmp_in(obj);

	if (s->trap_source.from != SNMP_MANAGEMENT)
		address_print("snmp trap-source", &s->trap_source, o);
}

static int reply_source_set(struct cli *cli, const struct args *a,
			    struct err *err)
{
	(void)err;
	return address_set(cli, a, &snmp_of(cli)->reply_source);
}

static int reply_source_clear(struct cli *cli, const struct args *a,
			      struct err *err)
{
	(void)a;
	(void)err;
	snmp_address_set(cli_conf(cli), &snmp_of(cli)->reply_source,
			 SNMP_EGRESS, (struct in_addr){ INADDR_ANY });
	return 0;
}

static void reply_source_render(const void *obj, struct out *o)
{
	const struct snmp_conf *s = snmp_in(obj);

	if (s->reply_source.from != SNMP_EGRESS)
		address_print("snmp source-ip", &s->reply_source, o);
}

/* ---- reboots -------------------------------------------------------------- */

static int reload_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	conf_put_u32(cli_conf(cli), &snmp_of(cli)->reload,
		     arg_uint(a, "value", SNMP_RELOAD_ANY));
	return 0;
}

static int reload_clear(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	conf_put_u32(cli_conf(cli), &snmp_of(cli)->reload, SNMP_RELOAD_OFF);
	return 0;
}

static void reload_render(const void *obj, struct out *o)
{
	const struct snmp_conf *s = snmp_in(obj);

	if (s->reload == SNMP_RELOAD_ANY)
		out_puts(o, "  snmp reload-enable \n");
	else if (s->reload != SNMP_RELOAD_OFF)
		out_printf(o, "  snmp reload-enable %u \n", s->reload);
}

/* ---- the table ------------------------------------------------------------ */

#define ATTACKS                                                                \
	"{dos-illegal-attack|dos-land-attack|dos-smurf-attack|dos-syn-attack|" \
	"dos_illegal_attack|dos_land_attack|dos_smurf_attack|dos_syn_attack}"
#define TRAPS                                                                  \
	"{chmgr-module-transition|chmgr-ps-transition|isc-lifetick-failure|"   \
	"login-failure|redundancy-transition|reload|reporter-transition|"      \
	"service-transition|module-transition|power-supply-transition}"
#define TEXT(word, what, text)                                                 \
	{                                                                      \
		.syntax = "snmp " #word " <text:text:1-255>",                  \
		.help = what "\n"                                              \
			     "Text in quotes, up to 255 characters",           \
		.no = "no snmp " #word,                                        \
		.set = FIELD(snmp.word, .store = SET_TEXT, .cap = 256,         \
			     .dflt = (text)),                                  \
		.inert = no_agent                                              \
	}

static const char no_agent[] = "no SNMP agent answers";
static const char no_traps[] = "no traps are sent";

/* Row order is running-config order. */
const struct cmd snmp_cmds[] = {
	{ .syntax = "snmp", .help = "Management by SNMP" },
	TEXT(name, "Name of the switch", SNMP_NAME),
	TEXT(contact, "Who answers for it", SNMP_CONTACT),
	TEXT(location, "Where it stands", SNMP_LOCATION),
	{ .syntax = "snmp community <name:word:1-12> {read-only|read-write}",
	  .help = "Who may ask, five at most\n"
		  "Community\n"
		  "Reads\n"
		  "Reads and writes",
	  .run = community_set,
	  .render = community_render,
	  .no = "no snmp community <name:word:1-12>",
	  .clear = community_clear,
	  .inert = no_agent },
	{ .syntax = "snmp trap-host <ip:host> <community:word:1-12> [snmpv2]",
	  .help = "Who gets traps, five at most\n"
		  "Address\n"
		  "Community\n"
		  "In the form of SNMPv2c",
	  .run = receiver_set,
	  .render = receiver_render,
	  .no = "no snmp trap-host <ip:host>",
	  .clear = receiver_clear,
	  .inert = no_traps },
	{ .syntax = "snmp trap-source {egress-port|management|"
		    "specified <ip:addr>}",
	  .help = "Source address of traps\n"
		  "Of the port that they leave by\n"
		  "Of the management port\n"
		  "One that is given\n"
		  "Address",
	  .run = trap_source_set,
	  .render = trap_source_render,
	  .no = "no snmp trap-source",
	  .clear = trap_source_set,
	  .inert = no_traps },
	{ .syntax = "snmp source-ip {management|specified <ip:addr>}",
	  .help = "Source address of answers\n"
		  "Of the management port\n"
		  "One that is given\n"
		  "Address",
	  .run = reply_source_set,
	  .render = reply_source_render,
	  .no = "no snmp source-ip",
	  .clear = reply_source_clear,
	  .inert = no_agent },
	{ .syntax = "snmp auth-traps",
	  .help = "Traps when a community is wrong",
	  .no = "no snmp auth-traps",
	  .set = FIELD(snmp.auth_traps, .store = SET_FLAG),
	  .inert = no_traps },
	{ .syntax = "snmp trap-type generic",
	  .help = "Which traps are sent\n"
		  "Starts of the switch, links that go up and down",
	  .no = "no snmp trap-type generic",
	  .set = FIELD(snmp.generic_traps, .store = SET_FLAG),
	  .inert = no_traps },
	{ .syntax = "snmp trap-type enterprise",
	  .help = "Traps of the product, by type",
	  .no = "no snmp trap-type enterprise",
	  .set = FIELD(snmp.enterprise_traps, .store = SET_FLAG),
	  .inert = no_traps },
	{ .syntax = "snmp trap-type enterprise " ATTACKS
		    " [trap-threshold <events:uint:1-65535>]",
	  .help = "Packets from or to impossible addresses\n"
		  "Packets from an address to itself\n"
		  "Echo requests to broadcast addresses\n"
		  "Handshakes that are not finished\n"
		  "Older word for dos-illegal-attack\n"
		  "Older word for dos-land-attack\n"
		  "Older word for dos-smurf-attack\n"
		  "Older word for dos-syn-attack\n"
		  "How many there must be\n"
		  "Events in a second, default 1; dos-syn-attack: 10",
	  .run = attack_set,
	  .render = traps_render,
	  .no = "no snmp trap-type enterprise " ATTACKS,
	  .clear = attack_clear,
	  .inert = no_traps },
	{ .syntax = "snmp trap-type enterprise " TRAPS,
	  .help = "Modules that come and go\n"
		  "Power supplies that come and go\n"
		  "Silence of the peer on inter-switch ports\n"
		  "Failed logins\n"
		  "Master and backup\n"
		  "Reboots by SNMP\n"
		  "States of reporters\n"
		  "States of services\n"
		  "Older word for chmgr-module-transition\n"
		  "Older word for chmgr-ps-transition",
	  .run = trap_set,
	  .no = "no snmp trap-type enterprise " TRAPS,
	  .clear = trap_clear },
	{ .syntax = "snmp reload-enable [<value:uint:0-4294967295>]",
	  .help = "Let a manager reboot the switch\n"
		  "What it must write; 0: it may not, 4294967295: anything",
	  .run = reload_set,
	  .render = reload_render,
	  .no = "no snmp reload-enable",
	  .clear = reload_clear,
	  .inert = no_agent },
	{ .syntax = "web-mgmt state {enable|disable}",
	  .help = "Management by a browser\n"
		  "Older form of restrict web-mgmt\n"
		  "Let browsers in\n"
		  "Keep them out",
	  .set = KEPT(.dflt = "disable"),
	  .inert = "there is no web management" },
	{ 0 },
};

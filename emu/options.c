/*
 * The command line (contract.md).  An option is a row: which commands take it,
 * what follows it, what the usage text says, and the function that checks and
 * keeps its value.
 */
#include "emu/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chassis/chassis.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/io/hostmap.h"

#define BIT(command) (1u << (command))

struct option {
	const char *name;
	const char *value; /* NULL: a flag */
	unsigned commands; /* who takes it */
	int (*set)(struct options *o, const char *value, struct err *err);
	const char *help;
};

static int disk_set(struct options *o, const char *value, struct err *err)
{
	if (!*value || !str_copy(o->disk, sizeof(o->disk), value))
		return err_set(err, ERR_RANGE, -1,
			       "--disk: a folder name of 1 to %zu bytes is "
			       "needed",
			       sizeof(o->disk) - 1);
	return 0;
}

static int chassis_set(struct options *o, const char *value, struct err *err)
{
	if (!chassis_model_find(value))
		return err_set(err, ERR_NOT_FOUND, -1,
			       "--chassis %s: no such model; one of %s", value,
			       chassis_model_names());
	o->chassis = value;
	return 0;
}

/* N=PART; whether the part exists and fits is the chassis' business. */
static int slot_set(struct options *o, const char *value, struct err *err)
{
	unsigned n = (unsigned)(*value - '0');

	if (*value < '1' || n > OPT_SLOT_MAX || value[1] != '=' || !value[2])
		return err_set(err, ERR_SYNTAX, -1,
			       "--slot %s: use N=PART or N=empty with N from 1 "
			       "to %d, e.g. 2=CSS5-SSL-K9",
			       value, OPT_SLOT_MAX);
	o->slot[n] = value + 2;
	return 0;
}

static int startup_set(struct options *o, const char *value, struct err *err)
{
	(void)err;
	o->startup = value;
	return 0;
}

static int import_set(struct options *o, const char *value, struct err *err)
{
	if (o->nimport == OPT_IMPORT_MAX)
		return err_set(err, ERR_RANGE, -1,
			       "--import-ssl: at most %d files",
			       OPT_IMPORT_MAX);
	o->import_ssl[o->nimport++] = value;
	return 0;
}

static int listen_check(const char *option, const char *value, struct err *err)
{
	const char *colon = strrchr(value, ':');
	uint32_t port = 0;
	struct in_addr addr;
	char host[16];

	if (!strcmp(value, "off"))
		return 0;
	if (!colon || (size_t)(colon - value) >= sizeof(host) ||
	    !str_to_u32(colon + 1, 1, 65535, &port))
		return err_set(err, ERR_SYNTAX, -1,
			       "%s %s: use ADDR:PORT or off", option, value);
	memcpy(host, value, (size_t)(colon - value));
	host[colon - value] = '\0';
	if (!str_to_addr(host, &addr))
		return err_set(err, ERR_SYNTAX, -1,
			       "%s %s: '%s' is not an IPv4 address; use "
			       "ADDR:PORT or off",
			       option, value, host);
	return 0;
}

static int telnet_set(struct options *o, const char *value, struct err *err)
{
	o->telnet = value;
	return listen_check("--telnet", value, err);
}

static int ssh_set(struct options *o, const char *value, struct err *err)
{
	o->ssh = value;
	return listen_check("--ssh", value, err);
}

static int attach_set(struct options *o, const char *value, struct err *err)
{
	if (strcmp(value, "host") != 0 && strcmp(value, "wire") != 0)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "--attach %s: use host (this host's sockets) or "
			       "wire (packets of interfaces, with --port)",
			       value);
	o->wire = !strcmp(value, "wire");
	return 0;
}

/* PORT=INTERFACE; whether the chassis has the port is its own business. */
static int port_set(struct options *o, const char *value, struct err *err)
{
	const char *is = strchr(value, '=');

	if (!is || is == value || !is[1] || is - value > OPT_PORT_NAME)
		return err_set(err, ERR_SYNTAX, -1,
			       "--port %s: use PORT=INTERFACE, e.g. 1/1=veth0 "
			       "or e1=tap:css0",
			       value);
	if (o->nport == OPT_PORT_MAX)
		return err_set(err, ERR_RANGE, -1, "--port: at most %d ports",
			       OPT_PORT_MAX);
	o->port[o->nport++] = value;
	return 0;
}

static int map_set(struct options *o, const char *value, struct err *err)
{
	o->mapped = true;
	return hostmap_add(o->map, value, err);
}

static int port_base_set(struct options *o, const char *value, struct err *err)
{
	uint32_t n = 0;

	if (!str_to_u32(value, 0, 64511, &n))
		return err_set(err, ERR_RANGE, -1,
			       "--port-base %s: a number from 0 to 64511",
			       value);
	o->mapped = true;
	hostmap_set_port_base(o->map, (uint16_t)n);
	return 0;
}

static int tls_set(struct options *o, const char *value, struct err *err)
{
	if (!strcmp(value, "modern"))
		o->tls = TLS_MODERN;
	else if (!strcmp(value, "faithful"))
		o->tls = TLS_FAITHFUL;
	else
		return err_set(err, ERR_NOT_FOUND, -1,
			       "--tls %s: use modern or faithful", value);
	return 0;
}

static int keylog_set(struct options *o, const char *value, struct err *err)
{
	if (!*value)
		return err_set(err, ERR_RANGE, -1,
			       "--keylog: the name of a file is needed");
	o->keylog = value;
	return 0;
}

static int fast_path_set(struct options *o, const char *value, struct err *err)
{
	o->no_fast_path = !strcmp(value, "off");
	if (o->no_fast_path || !strcmp(value, "auto"))
		return 0;
	return err_set(err, ERR_SYNTAX, -1,
		       "--fast-path %s: auto (where the kernel has it) or off",
		       value);
}

static int workers_set(struct options *o, const char *value, struct err *err)
{
	uint32_t n = 0;

	if (!str_to_u32(value, 1, 64, &n))
		return err_set(err, ERR_RANGE, -1,
			       "--workers %s: a number from 1 to 64", value);
	o->workers = (int)n;
	return 0;
}

static int ready_set(struct options *o, const char *value, struct err *err)
{
	uint32_t n = 0;

	if (!str_to_u32(value, 0, 1 << 20, &n))
		return err_set(
			err, ERR_RANGE, -1,
			"--ready-fd %s: the number of an open descriptor",
			value);
	o->ready_fd = (int)n;
	return 0;
}

static int show_set(struct options *o, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	o->show = true;
	return 0;
}

static int json_set(struct options *o, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	o->json = true;
	return 0;
}

static int boot_menu_set(struct options *o, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	o->boot_menu = true;
	return 0;
}

static int config_set(struct options *o, const char *value, struct err *err)
{
	(void)err;
	o->config = value;
	return 0;
}

static int port_file_add(struct port_file *list, int *n, const char *option,
			 const char *value, struct err *err)
{
	const char *is = strchr(value, '=');
	struct port_file *f = &list[*n];

	if (!is || is == value || !is[1] || is - value > OPT_PORT_NAME)
		return err_set(err, ERR_SYNTAX, -1,
			       "%s %.80s: use PORT=FILE, e.g. 1/1=client.pcap",
			       option, value);
	if (*n == OPT_PORT_MAX)
		return err_set(err, ERR_RANGE, -1, "%s: at most %d ports",
			       option, OPT_PORT_MAX);
	memcpy(f->port, value, (size_t)(is - value));
	f->port[is - value] = '\0';
	f->file = is + 1;
	for (int i = 0; i < *n; i++)
		if (!strcmp(list[i].port, f->port))
			return err_set(err, ERR_EXISTS, -1,
				       "%s %.80s: the port has a capture "
				       "already; give one for each",
				       option, value);
	(*n)++;
	return 0;
}

static int in_set(struct options *o, const char *value, struct err *err)
{
	return port_file_add(o->in, &o->nin, "--in", value, err);
}

static int out_set(struct options *o, const char *value, struct err *err)
{
	return port_file_add(o->out, &o->nout, "--out", value, err);
}

/* 00-0b-5f-00-00-01 as the product prints it, or with colons. */
static int mac_set(struct options *o, const char *value, struct err *err)
{
	uint8_t mac[6];

	if (!str_to_mac(value, mac) || (mac[0] & 1))
		return err_set(err, ERR_SYNTAX, -1,
			       "--mac %.40s: use the MAC address of one "
			       "interface, e.g. 00-0b-5f-00-00-01",
			       value);
	memcpy(o->mac, mac, sizeof(mac));
	return 0;
}

static int text_add(const char **list, int *n, const char *option,
		    const char *value, struct err *err)
{
	if (*n == OPT_THEN_MAX)
		return err_set(err, ERR_RANGE, -1, "%s: at most %d times",
			       option, OPT_THEN_MAX);
	list[(*n)++] = value;
	return 0;
}

static int down_set(struct options *o, const char *value, struct err *err)
{
	return text_add(o->down, &o->ndown, "--down", value, err);
}

static int then_set(struct options *o, const char *value, struct err *err)
{
	return text_add(o->then, &o->nthen, "--then", value, err);
}

static int help_set(struct options *o, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	o->command = CMD_HELP;
	return 0;
}

static int version_set(struct options *o, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	o->command = CMD_VERSION;
	return 0;
}

#define RUN    BIT(CMD_RUN)
#define REPLAY BIT(CMD_REPLAY)
#define TRACE  BIT(CMD_TRACE)
#define ATTACH BIT(CMD_ATTACH)
#define CAPTURE BIT(CMD_REPLAY_CAPTURE)
#define ALL    (BIT(CMD_NONE) | RUN | REPLAY | TRACE | ATTACH | CAPTURE)

static const struct option table[] = {
	{ "--disk", "DIR", RUN | TRACE | ATTACH, disk_set,
	  "the switch's disk; ~/.local/state/css11500 if not given" },
	{ "--chassis", "MODEL", RUN | REPLAY | TRACE | CAPTURE, chassis_set,
	  "11501, 11501S, 11503 (default) or 11506" },
	{ "--slot", "N=PART", RUN | REPLAY | TRACE | CAPTURE, slot_set,
	  "card in a slot, e.g. 2=CSS5-SSL-K9, or N=empty; repeatable" },
	{ "--startup", "FILE", RUN | TRACE, startup_set,
	  "run this file and not the disk's startup-config" },
	{ "--import-ssl", "FILE[:PASSPHRASE-FILE]", RUN, import_set,
	  "put a PEM, DER or PKCS#12 file into the SSL store; repeatable" },
	{ "--telnet", "ADDR:PORT", RUN, telnet_set,
	  "where Telnet listens; 127.0.0.1:2323 if not given, or off" },
	{ "--ssh", "ADDR:PORT", RUN, ssh_set,
	  "where SSH listens; off if not given" },
	{ "--attach", "WHERE", RUN, attach_set,
	  "host (default): data plane on the host's own sockets; wire: on "
	  "packets" },
	{ "--port", "PORT=INTERFACE", RUN, port_set,
	  "with wire: what a port is wired to, e.g. 1/1=veth0; repeatable" },
	{ "--fast-path", "WHEN", RUN, fast_path_set,
	  "with wire: auto (default), flows go on in the kernel where it can; "
	  "or off" },
	{ "--map", "MAP", RUN, map_set,
	  "auto (a.b.c.d is 127.b.c.d), none, or NET=HOST-NET; repeatable" },
	{ "--port-base", "N", RUN, port_base_set,
	  "add N to every port that the switch listens on" },
	{ "--tls", "PROFILE", RUN | REPLAY, tls_set,
	  "modern (default) or faithful" },
	{ "--keylog", "FILE", RUN, keylog_set,
	  "append the secrets of TLS connections, for a protocol analyzer" },
	{ "--workers", "N", RUN, workers_set,
	  "data-plane threads; one a core if not given" },
	{ "--ready-fd", "N", RUN, ready_set,
	  "write \"ready\" to descriptor N when all listeners are open" },
	{ "--boot-menu", NULL, RUN, boot_menu_set,
	  "offer the Offline Diagnostic Monitor on the console first" },
	{ "--show", NULL, REPLAY, show_set,
	  "print the resulting running-config" },
	{ "--json", NULL, REPLAY, json_set,
	  "print rejected lines as JSON, one object a line" },
	{ "--config", "FILE", CAPTURE, config_set,
	  "the configuration of the switch" },
	{ "--in", "PORT=FILE", CAPTURE, in_set,
	  "capture of what comes in by a port, e.g. 1/1=in.pcap; repeatable" },
	{ "--out", "PORT=FILE", CAPTURE, out_set,
	  "where what the port sends is written; repeatable" },
	{ "--mac", "MAC", CAPTURE, mac_set,
	  "the switch's MAC address, as in the captures" },
	{ "--down", "SERVICE", CAPTURE, down_set,
	  "a service that is down; the others are alive; repeatable" },
	{ "--then", "COMMAND", CAPTURE, then_set,
	  "print what this command says at the end; repeatable" },
	{ "--help", NULL, ALL, help_set, "this text" },
	{ "--version", NULL, ALL, version_set, "one line" },
};

static const struct option *option_find(const char *arg, size_t len)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strlen(table[i].name) == len &&
		    !strncmp(table[i].name, arg, len))
			return &table[i];
	return NULL;
}

static enum command command_find(const char *word)
{
	static const struct {
		const char *word;
		enum command command;
	} words[] = {
		{ "run", CMD_RUN },
		{ "replay", CMD_REPLAY },
		{ "trace", CMD_TRACE },
		{ "replay-capture", CMD_REPLAY_CAPTURE },
		{ "attach", CMD_ATTACH },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].word, word))
			return words[i].command;
	return CMD_NONE;
}

/* One option, "--x VALUE" or "--x=VALUE"; *used gets the words it took. */
static int option_take(struct options *o, char **argv, int left, int *used,
		       struct err *err)
{
	size_t len = strcspn(argv[0], "=");
	const struct option *opt = option_find(argv[0], len);
	const char *value = argv[0][len] ? argv[0] + len + 1 : NULL;

	*used = 1;
	if (!opt || !(opt->commands & BIT(o->command)))
		return err_set(err, ERR_SYNTAX, -1,
			       "%.*s: no such option here; css11500 --help "
			       "lists them",
			       (int)(len < 60 ? len : 60), argv[0]);
	if (!opt->value && value)
		return err_set(err, ERR_SYNTAX, -1, "%s takes no value",
			       opt->name);
	if (opt->value && !value) {
		if (left < 2)
			return err_set(err, ERR_INCOMPLETE, -1,
				       "%s needs a value: %s %s", opt->name,
				       opt->name, opt->value);
		value = argv[1];
		*used = 2;
	}
	return opt->set(o, value, err);
}

static void disk_default(struct options *o)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	struct out text = { 0 };

	if (state && *state)
		out_printf(&text, "%s/css11500", state);
	else
		out_printf(&text, "%s/.local/state/css11500",
			   home && *home ? home : "");
	(void)str_copy(o->disk, sizeof(o->disk), out_text(&text));
	out_fini(&text);
}

static int file_take(struct options *o, const char *arg, struct err *err)
{
	if (o->command != CMD_REPLAY && o->command != CMD_TRACE)
		return err_set(err, ERR_SYNTAX, -1,
			       "%.100s: not expected here; css11500 --help "
			       "tells the usage",
			       arg);
	if (o->nfile == OPT_FILE_MAX)
		return err_set(err, ERR_RANGE, -1, "at most %d files at a time",
			       OPT_FILE_MAX);
	o->file[o->nfile++] = arg;
	return 0;
}

/* On packets, addresses are what they are. */
static int attachment_check(const struct options *o, struct err *err)
{
	if (o->wire && !o->nport)
		return err_set(err, ERR_INCOMPLETE, -1,
			       "--attach wire needs a port: --port "
			       "1/1=INTERFACE");
	if (!o->wire && o->nport)
		return err_set(err, ERR_SYNTAX, -1,
			       "--port goes with --attach wire");
	if (o->wire && o->mapped)
		return err_set(
			err, ERR_SYNTAX, -1,
			"--map and --port-base go with --attach host: on "
			"the wire every address is itself");
	return 0;
}

static int finish(const struct options *o, struct err *err)
{
	if (o->command == CMD_NONE)
		return err_set(err, ERR_INCOMPLETE, -1,
			       "say what to do: css11500 run, replay, trace, "
			       "replay-capture or attach; "
			       "css11500 --help tells more");
	if (o->command == CMD_REPLAY && !o->nfile)
		return err_set(err, ERR_INCOMPLETE, -1,
			       "replay needs a file: css11500 replay FILE...");
	if (o->command == CMD_TRACE && !o->nfile)
		return err_set(err, ERR_INCOMPLETE, -1,
			       "trace needs a file of requests: css11500 trace "
			       "FILE...");
	if (o->command == CMD_REPLAY_CAPTURE && (!o->config || !o->nin))
		return err_set(err, ERR_INCOMPLETE, -1,
			       "replay-capture needs a configuration and a "
			       "capture: css11500 replay-capture --config FILE "
			       "--in 1/1=in.pcap --out 1/2=out.pcap");
	return attachment_check(o, err);
}

int options_parse(struct options *o, int argc, char **argv, struct err *err)
{
	int i = 1;

	*o = (struct options){ .chassis = "11503",
			       .telnet = "127.0.0.1:2323",
			       .ssh = "off",
			       .tls = TLS_MODERN,
			       .ready_fd = -1,
			       .map = hostmap_new() };
	disk_default(o);
	if (argc > 1 && argv[1][0] != '-') {
		o->command = command_find(argv[1]);
		if (o->command == CMD_NONE)
			return err_set(err, ERR_SYNTAX, -1,
				       "%.60s: no such command; one of run, "
				       "replay, trace, replay-capture, attach",
				       argv[1]);
		i = 2;
	}
	while (i < argc) {
		int used = 1;
		int rc =
			argv[i][0] == '-' && argv[i][1]
				? option_take(o, argv + i, argc - i, &used, err)
				: file_take(o, argv[i], err);

		if (rc)
			return -1;
		if (o->command == CMD_HELP || o->command == CMD_VERSION)
			return 0;
		i += used;
	}
	return finish(o, err);
}

void options_again(char **argv)
{
	static const char name[] = "--ready-fd";
	char **to = argv;

	for (; *argv; argv++) {
		size_t len = strcspn(*argv, "=");

		if (len != strlen(name) || strncmp(*argv, name, len) != 0)
			*to++ = *argv;
		else if (!(*argv)[len] && argv[1])
			argv++; /* its value is a word of its own */
	}
	*to = NULL;
}

void options_fini(struct options *o)
{
	hostmap_free(o->map);
	o->map = NULL;
}

static void usage_of(struct out *o, enum command c)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct option *opt = &table[i];
		struct out left = { 0 };

		if (opt->commands == ALL || !(opt->commands & BIT(c)))
			continue;
		out_printf(&left, "%s%s%s", opt->name, opt->value ? " " : "",
			   opt->value ? opt->value : "");
		out_printf(o, "  %-36s %s\n", out_text(&left), opt->help);
		out_fini(&left);
	}
}

void options_usage(struct out *o)
{
	out_puts(o, "usage: css11500 run [options]\n"
		    "       css11500 replay [options] FILE...\n"
		    "       css11500 trace [options] FILE...\n"
		    "       css11500 replay-capture [options]\n"
		    "       css11500 attach [--disk DIR]\n"
		    "       css11500 --version | --help\n"
		    "\nrun: boots the switch and runs it until SIGTERM\n");
	usage_of(o, CMD_RUN);
	out_puts(o, "\nreplay: feeds files to a scratch switch, reports "
		    "rejected lines\n");
	usage_of(o, CMD_REPLAY);
	out_puts(o,
		 "\ntrace: says what the switch would do with the requests of "
		 "files (- for standard input),\nwithout sending any; JSON, "
		 "one object a request\n");
	usage_of(o, CMD_TRACE);
	out_puts(o, "\nreplay-capture: feeds captures to the ports of a switch, "
		    "at the times of their frames,\nand writes what it would "
		    "have sent\n");
	usage_of(o, CMD_REPLAY_CAPTURE);
	out_puts(o,
		 "\nattach: this terminal becomes a console of the switch on "
		 "that disk\n");
	usage_of(o, CMD_ATTACH);
}

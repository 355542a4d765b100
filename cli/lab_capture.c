/*
 * Captures on the switch's own wires: what passes a port, an address or a flow,
 * into a file of its disk
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chassis/ports.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/ports.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/io/disk.h"
#include "emu/wire/capture.h"
#include "emu/wire/wire.h"

#define FOLDER	  "capture"
#define SIZE_DFLT 64 /* Mbytes */

static int check_wire(const struct cli *cli, struct err *err)
{
	if (cli_env(cli)->wire)
		return 0;
	return err_set(err, ERR_REFUSED, -1,
		       "There are no frames without --attach wire");
}

/* A plain name: the folder is the captures' own. */
static int check_name(const char *name, struct err *err)
{
	if (str_is_name(name, CAPTURE_NAME - 1) && *name != '.' &&
	    !strchr(name, '/'))
		return 0;
	return err_set(err, ERR_RANGE, -1,
		       "%s is no name for a capture: 1 to %d letters, digits "
		       "and . _ -, not beginning with a dot",
		       name, CAPTURE_NAME - 1);
}

static int file_open(struct cli *cli, const char *name, struct err *err)
{
	struct disk *disk = cli_env(cli)->disk;
	char path[sizeof(FOLDER) + CAPTURE_NAME];

	if (!disk_dir(disk))
		return err_set(err, ERR_REFUSED, -1,
			       "This switch has no disk to write to");
	(void)snprintf(path, sizeof(path), FOLDER "/%s", name);
	if (disk_mkdir(disk, FOLDER, 0700, err))
		return -1;
	/* frames, and perhaps secrets: the owner's only */
	return disk_open_new(disk, path, 0600, err);
}

static int want_port(struct cli *cli, const struct args *a,
		     struct capture_want *w, struct err *err)
{
	const struct env *env = cli_env(cli);
	struct port p = { 0 };

	if (port_check(cli, a, err))
		return -1;
	(void)port_find(env->chassis, env->conf, arg_word(a, "port"), &p);
	w->slot = p.slot;
	w->number = p.number;
	(void)snprintf(w->what, sizeof(w->what), "port %s", p.name);
	return 0;
}

static void want_address(const struct args *a, struct capture_want *w)
{
	w->kind = CAPTURE_ADDRESS;
	w->addr[0] = arg_addr(a, "vip");
	(void)snprintf(w->what, sizeof(w->what), "vip %s",
		       str_addr(w->addr[0]));
}

static void want_flow(const struct args *a, struct capture_want *w)
{
	w->kind = CAPTURE_FLOW;
	w->addr[0] = arg_addr(a, "one");
	w->addr[1] = arg_addr(a, "other");
	w->l4port[0] = (uint16_t)arg_uint(a, "port-one", 0);
	w->l4port[1] = (uint16_t)arg_uint(a, "port-other", 0);
	(void)snprintf(w->what, sizeof(w->what), "flow %s %u %s %u",
		       str_addr(w->addr[0]), w->l4port[0], str_addr(w->addr[1]),
		       w->l4port[1]);
}

/* What all forms have behind it. */
static int start(struct cli *cli, const struct args *a, struct capture_want *w,
		 struct err *err)
{
	const struct env *env = cli_env(cli);
	int fd;

	if (check_wire(cli, err) || check_name(arg_word(a, "file"), err))
		return -1;
	(void)str_copy(w->file, sizeof(w->file), arg_word(a, "file"));
	w->limit = (uint64_t)arg_uint(a, "size", SIZE_DFLT) << 20;
	w->secrets = arg_key(a, "secrets");
	if (wire_capture_check(env->wire, w, err))
		return -1;
	fd = file_open(cli, w->file, err);
	if (fd < 0)
		return -1;
	return wire_capture_start(env->wire, w, env->secrets, fd, err);
}

static int start_port(struct cli *cli, const struct args *a, struct err *err)
{
	struct capture_want w = { .kind = CAPTURE_PORT };

	return want_port(cli, a, &w, err) ? -1 : start(cli, a, &w, err);
}

static int start_address(struct cli *cli, const struct args *a, struct err *err)
{
	struct capture_want w = { 0 };

	want_address(a, &w);
	return start(cli, a, &w, err);
}

static int start_flow(struct cli *cli, const struct args *a, struct err *err)
{
	struct capture_want w = { 0 };

	want_flow(a, &w);
	return start(cli, a, &w, err);
}

static int stop(struct cli *cli, const struct args *a, struct err *err)
{
	if (check_wire(cli, err))
		return -1;
	return wire_capture_stop(cli_env(cli)->wire, arg_word(a, "file"), err);
}

static int show(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	if (check_wire(cli, err))
		return -1;
	wire_capture_show(cli_env(cli)->wire, cli_out(cli));
	return 0;
}

#define TAIL "<file:word> [size <size:uint:1-4000>] [secrets]"
#define TAIL_HELP                                                              \
	"Name of the file, in the folder capture of the switch's disk\n"       \
	"Largest size of the file\n"                                           \
	"Mbytes (default 64)\n"                                                \
	"With the secrets of TLS connections that the switch ends"

const struct cmd lab_capture_cmds[] = {
	{ .syntax = "lab capture start <port:port> " TAIL,
	  .help = "Frames into a file that protocol analyzers read\n"
		  "Begin\n"
		  "All that passes a port\n" TAIL_HELP,
	  .run = start_port },
	{ .syntax = "lab capture start vip <vip:addr> " TAIL,
	  .help = "All that an address sends or gets\n"
		  "Address\n" TAIL_HELP,
	  .run = start_address },
	{ .syntax = "lab capture start flow <one:addr> <port-one:uint:0-65535> "
		    "<other:addr> <port-other:uint:0-65535> " TAIL,
	  .help = "What two ends say to each other\n"
		  "Address of one end\n"
		  "Its port, 0: any\n"
		  "Address of the other\n"
		  "Its port, 0: any\n" TAIL_HELP,
	  .run = start_flow },
	{ .syntax = "lab capture stop [<file:word>]",
	  .help = "End\n"
		  "One of several",
	  .run = stop },
	{ .syntax = "show lab captures",
	  .help = "Captures of frames: running, and the latest that ended",
	  .run = show },
	{ 0 },
};

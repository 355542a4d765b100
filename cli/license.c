/* license: asks for a key and keeps it on the disk (platform.md 4.9). */
#include "cli/license.h"

#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/io/disk.h"

#define LICENSE_FILE "license"
#define KEY_DIGITS   12

bool license_secure(const struct disk *d)
{
	return disk_stat(d, LICENSE_FILE).kind == DISK_FILE;
}

static int key_keep(struct cli *cli, const char *key, struct err *err)
{
	char text[KEY_DIGITS + 2];

	(void)snprintf(text, sizeof(text), "%s\n", key);
	if (disk_write(cli_env(cli)->disk, LICENSE_FILE, text, strlen(text),
		       0600, err) < 0)
		return -1;
	out_puts(cli_out(cli), T_LICENSE_DONE "\n");
	return 0;
}

static int key_answer(struct cli *cli, const char *line, void *arg,
		      struct err *err)
{
	(void)arg;
	if (!line)
		return 0;
	line += strspn(line, " \t");
	if (str_ieq(line, "q"))
		return 0;
	if (strlen(line) == KEY_DIGITS &&
	    strspn(line, "0123456789") == KEY_DIGITS)
		return key_keep(cli, line, err);
	cli_warn(cli, T_LICENSE_BAD, KEY_DIGITS);
	cli_ask(cli, T_Q_LICENSE, true, key_answer, NULL);
	return 0;
}

static int license_run(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	cli_ask(cli, T_Q_LICENSE, true, key_answer, NULL);
	return 0;
}

const struct cmd license_cmds[] = {
	{ .syntax = "license",
	  .help = "Enter a software licence key",
	  .run = license_run },
	{ 0 },
};

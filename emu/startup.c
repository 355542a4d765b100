/* The startup-config at boot: reading, running, aborting it. */
#include "emu/startup.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/filedir.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"
#include "emu/options.h"
#include "emu/power.h"
#include "emu/scratch.h"

#define STARTUP_CONFIG "startup-config"
#define ABORT_MS       3000 /* with --boot-menu: time for Ctrl-C */
#define TICK_MS	       50

static volatile sig_atomic_t abortable, aborted;

bool startup_interrupt(void)
{
	if (!abortable)
		return false;
	aborted = 1;
	return true;
}

/* ---- what the file said --------------------------------------------------- */

static void line_rejected(void *arg, unsigned line, unsigned column,
			  const char *text, const char *message)
{
	struct env *env = arg;

	script_frame(line, column, text, message, env->startup_errors);
	log_write(LOG_NETMAN, LOG_WARNING_4,
		  "startup-config line %u rejected: %s", line, message);
}

static void line_warned(void *arg, unsigned line, const char *text,
			const char *message)
{
	(void)arg;
	(void)text;
	log_write(LOG_NETMAN, LOG_NOTICE_5, "startup-config line %u: %s", line,
		  message);
}

static bool is_aborted(void *arg)
{
	(void)arg;
	return aborted != 0;
}

/* ---- reading -------------------------------------------------------------- */

/* Never stops the boot, never overwrites: kept beside as NAME.bad, logged. */
static void spoilt(struct env *env, const char *why)
{
	char kept[64] = "";
	struct err err = { 0 };

	if (disk_keep_bad(env->disk, STARTUP_CONFIG, kept, sizeof(kept), &err))
		(void)str_copy(kept, sizeof(kept), "its place");
	log_write(LOG_SYSSOFT, LOG_ERROR_3,
		  "startup-config is spoilt (%s): kept as %s, booting without "
		  "it",
		  why, kept);
	out_printf(env->startup_errors,
		   "startup-config is spoilt (%s): kept as %s\n", why, kept);
}

static int startup_read(struct env *env, const struct options *o, char **text,
			size_t *len, struct err *err)
{
	struct err why = { 0 };

	if (o->startup)
		return scratch_read_file(o->startup, text, len, err);
	if (disk_read(env->disk, STARTUP_CONFIG, text, len, &why) == 0) {
		if (file_is_text(*text, *len))
			return 0;
		spoilt(env, "not a text file");
		wipe(*text, *len);
		free(*text);
	} else if (why.code != ERR_NOT_FOUND) {
		spoilt(env, why.msg);
	}
	*text = NULL;
	*len = 0;
	return 0;
}

/* ---- running -------------------------------------------------------------- */

static void wait_for_abort(void)
{
	for (int ms = 0; ms < ABORT_MS && !aborted; ms += TICK_MS)
		(void)usleep(TICK_MS * 1000);
}

static void run(struct env *env, const struct options *o, struct power *p,
		const char *text, size_t len)
{
	struct script_result result = { .arg = env,
					.rejected = line_rejected,
					.warned = line_warned,
					.stop = is_aborted };
	int rejected;

	aborted = 0;
	abortable = p->console;
	if (p->console)
		power_say(p, T_BOOT_ABORT "\n");
	if (p->console && o->boot_menu)
		wait_for_abort();
	rejected = script_run(env, text, len, &result);
	abortable = 0;
	if (rejected)
		power_note(p, "startup-config: %d lines rejected", rejected);
}

/* Nothing of it stays in force. */
static void forget(struct env *env, struct power *p)
{
	struct out warn = { 0 };

	conf_clear(env->conf);
	env->apply(env->arg, &warn);
	out_fini(&warn);
	power_say(p, "\n" T_BOOT_ABORTED "\n");
	log_write(LOG_SYSSOFT, LOG_WARNING_4, T_BOOT_ABORTED);
}

int startup_run(struct env *env, const struct options *o, struct power *p,
		struct err *err)
{
	char *text = NULL;
	size_t len = 0;

	if (startup_read(env, o, &text, &len, err))
		return -1;
	if (text)
		run(env, o, p, text, len);
	if (text && aborted)
		forget(env, p);
	env->conf->saved = env->conf->generation;
	if (text)
		wipe(text, len);
	free(text);
	return 0;
}

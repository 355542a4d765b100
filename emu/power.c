/*
 * Power-on
 *
 * Real units read the boot record, look whether they were stopped in order and
 * load the software of the primary boot record, else of the secondary one.  Here
 * there is one program; choosing a version chooses the name that it goes by.
 */
#include "emu/power.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/logsink.h"
#include "cli/offdm.h"
#include "cli/transfer.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/io/disk.h"
#include "emu/options.h"

#define MENU_S	 5 /* the question stands so long */
#define PATH_CAP 128

/* ---- saying --------------------------------------------------------------- */

void power_say(struct power *p, const char *fmt, ...)
{
	struct out text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	out_vprintf(&text, fmt, ap);
	va_end(ap);
	if (p->console) {
		(void)fputs(out_text(&text), stdout);
		(void)fflush(stdout);
	}
	logsink_boot_text(p->env->log, out_text(&text));
	out_fini(&text);
}

void power_note(struct power *p, const char *fmt, ...)
{
	struct out text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	out_vprintf(&text, fmt, ap);
	va_end(ap);
	out_puts(&text, "\n");
	logsink_boot_text(p->env->log, out_text(&text));
	out_fini(&text);
}

/* ---- the software --------------------------------------------------------- */

/* "path/sg0820501.adi" -> "sg0820501" */
static void version_of(const char *file, char *name, size_t cap)
{
	(void)str_copy(name, cap, transfer_base(file));
	name[strcspn(name, ".")] = '\0';
}

static int fetch_image(const struct env *env, const struct boot_source *s,
		       const char *path, struct err *err)
{
	struct disk_draft *draft = NULL;
	struct transfer *t = transfer_by(env, &s->ftp, false, s->file,
					 SOFTWARE_BYTES_MAX, err);
	int rc;

	if (!t)
		return -1;
	draft = disk_draft(env->disk, path, 0644, err);
	if (!draft) {
		transfer_free(t);
		return -1;
	}
	transfer_receive(t, draft);
	transfer_run(t);
	rc = t->rc ? err_set(err, t->err.code, -1, "%s", t->err.msg) : 0;
	transfer_free(t);
	return rc;
}

/* An image that is installed already is not fetched again. */
static int boot_from_ftp(const struct env *env, const struct boot_source *s,
			 struct software *out, struct err *err)
{
	char name[BOOT_FILE_LEN + 1], path[PATH_CAP];
	struct unpack *u = NULL;

	version_of(s->file, name, sizeof(name));
	if (!software_installed(env->disk, name)) {
		(void)snprintf(path, sizeof(path), "root/%s",
			       transfer_base(s->file));
		if (fetch_image(env, s, path, err) < 0)
			return -1;
		u = unpack_begin(env->disk, transfer_base(s->file), err);
		if (!u)
			return -1;
		unpack_work(u);
		if (unpack_end(u, name, err) < 0)
			return -1;
	}
	(void)software_parse(name, out);
	return 0;
}

static int boot_from(const struct env *env, const struct boot_source *s,
		     struct software *out, struct err *err)
{
	if (!*s->file)
		return err_set(err, ERR_NOT_FOUND, -1, T_BOOT_EMPTY);
	if (s->type == BOOT_FTP)
		return boot_from_ftp(env, s, out, err);
	if (s->type == BOOT_NETWORK)
		return err_set(err, ERR_REFUSED, -1, T_BOOT_TYPE,
			       boot_type_name(s->type));
	if (!software_installed(env->disk, s->file))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_VERSION, s->file);
	(void)software_parse(s->file, out);
	return 0;
}

static bool boot_source(struct power *p, int which)
{
	static const char *const name[] = { "primary", "secondary" };
	const struct boot_source *s = &p->rec.active.source[which];
	struct err err = { 0 };

	if (which == BOOT_SECONDARY && s->type == BOOT_UNSET && !*s->file)
		return false;
	if (boot_from(p->env, s, &p->software, &err) == 0) {
		p->software.secondary = which == BOOT_SECONDARY;
		return true;
	}
	power_say(p, T_BOOT_NEXT "\n", name[which], err.msg);
	log_write(LOG_SYSSOFT, LOG_ERROR_3, T_BOOT_NEXT, name[which], err.msg);
	return false;
}

/* The built-in version is always there to fall back to. */
static void choose_software(struct power *p)
{
	struct disk *d = p->env->disk;
	struct err err = { 0 };

	software_sweep(d);
	if (!software_count(d) &&
	    software_install(d, software_builtin(), &err) < 0)
		log_write(LOG_SYSSOFT, LOG_ERROR_3, "%s", err.msg);
	if (boot_source(p, BOOT_PRIMARY) || boot_source(p, BOOT_SECONDARY))
		return;
	(void)software_parse(software_builtin(), &p->software);
	if (!software_installed(d, software_builtin()))
		(void)software_install(d, software_builtin(), &err);
}

/* ---- the menu ------------------------------------------------------------- */

static void menu(struct power *p)
{
	struct offdm m = {
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.disk = p->env->disk,
		.rec = &p->rec,
		.conf = p->env->conf,
		.stopped = p->stopped,
	};

	while (offdm_wanted(&m, MENU_S) && !p->stopped()) {
		offdm_run(&m);
		m.ended = false; /* that was the reboot */
	}
}

/* ---- the whole ------------------------------------------------------------ */

static void previous_shutdown(struct power *p)
{
	struct disk_usage u;

	if (!disk_was_dirty(p->env->disk)) {
		power_say(p, T_BOOT_PREVIOUS "OK\n");
		return;
	}
	disk_usage(p->env->disk, &u); /* the quick check */
	power_say(p, T_BOOT_PREVIOUS "DIRTY\n" T_CHECK_DONE "\n");
	log_write(LOG_SYSSOFT, LOG_WARNING_4,
		  "The switch was not stopped in order; %u files on the disk",
		  u.files);
}

void power_on(struct power *p, struct env *env, const struct options *o,
	      bool (*stopped)(void))
{
	char when[WALL_TEXT_LEN + 1];

	p->env = env;
	p->stopped = stopped;
	p->console = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	power_note(p, "Power-on %s", wall_text(wall_now(), when));
	bootrec_load(env->disk, &p->rec);
	env->bootrec = &p->rec;
	if (p->console && o->boot_menu)
		menu(p);
	power_say(p, T_BOOT_RECORDS "OK\n");
	previous_shutdown(p);
	power_say(p, T_BOOT_DISK "OK\n");
	choose_software(p);
	env->software = &p->software;
	power_note(p, "Booting %s (%s)", p->software.image, p->software.dots);
	power_say(p, "\n");
}

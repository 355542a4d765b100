/*
 * Boot mode: the boot record, versions of the software, reboot and shutdown
 * (platform.md 3.4).  The record is no part of the configuration: each command
 * writes it to the disk, and it counts from the next start on.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/access.h"
#include "cli/bootrec.h"
#include "cli/env.h"
#include "cli/filedir.h"
#include "cli/inert.h"
#include "cli/render.h"
#include "cli/session_priv.h"
#include "cli/software.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

#define PASSIVE_DIR    "passive" /* the standby SCM's disk */
#define PASSIVE_SLOT   2
#define STARTUP_CONFIG "startup-config"

/* ---- stopping ------------------------------------------------------------- */

static int stop(struct cli *c, bool reboot, struct err *err)
{
	if (!c->env->stop)
		return err_set(err, ERR_REFUSED, -1,
			       "This switch does not run: nothing to stop");
	c->env->stop(c->env->arg, reboot);
	cli_logout(c);
	return 0;
}

static int reboot_yes(struct cli *c, void *arg, struct err *err)
{
	(void)arg;
	return stop(c, true, err);
}

static int shutdown_yes(struct cli *c, void *arg, struct err *err)
{
	(void)arg;
	return stop(c, false, err);
}

static int reboot_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	return cli_confirm(c, err, reboot_yes, NULL, "%s", T_Q_SURE);
}

static int shutdown_run(struct cli *c, const struct args *a, struct err *err)
{
	(void)a;
	return cli_confirm(c, err, shutdown_yes, NULL, "%s", T_Q_SURE);
}

/* ---- the record ----------------------------------------------------------- */

int boot_config_show(struct cli *c, const struct args *a, struct err *err)
{
	const struct bootrec *b = c->env->bootrec;

	(void)a;
	(void)err;
	render_banner("BOOT CONFIG", cli_out(c));
	bootrec_render(&b->active, "", cli_out(c));
	bootrec_render(&b->passive, "passive ", cli_out(c));
	return 0;
}

static int put_in_force(struct cli *c, const struct bootrec *b, struct err *err)
{
	if (bootrec_store(c->env->disk, b, err) < 0)
		return -1;
	*c->env->bootrec = *b;
	return 0;
}

/* Each change works on a copy, which is written before it counts. */
typedef int (*change_fn)(struct cli *c, const struct args *a,
			 struct boot_unit *u, struct err *err);

static int change(struct cli *c, const struct args *a, bool passive,
		  change_fn fn, struct err *err)
{
	struct bootrec b = *c->env->bootrec;

	if (fn(c, a, passive ? &b.passive : &b.active, err) < 0)
		return -1;
	return put_in_force(c, &b, err);
}

#define CHANGE_OF(unit, is_passive, name, fn)                                  \
	static int unit##_##name(struct cli *c, const struct args *a,          \
				 struct err *err)                              \
	{                                                                      \
		return change(c, a, is_passive, fn, err);                      \
	}
#define CHANGE(name)                                                           \
	CHANGE_OF(active, false, name, name)                                   \
	CHANGE_OF(passive, true, name, name)

static struct boot_source *source_of(const struct args *a, struct boot_unit *u)
{
	return &u->source[arg_key(a, "secondary") ? BOOT_SECONDARY
						  : BOOT_PRIMARY];
}

static int addr_set(struct cli *c, const struct args *a, struct boot_unit *u,
		    struct err *err)
{
	(void)c;
	(void)err;
	u->addr = arg_addr(a, "ip");
	return 0;
}

static int addr_clear(struct cli *c, const struct args *a, struct boot_unit *u,
		      struct err *err)
{
	(void)c;
	(void)a;
	(void)err;
	u->addr.s_addr = INADDR_ANY;
	return 0;
}

static int mask_set(struct cli *c, const struct args *a, struct boot_unit *u,
		    struct err *err)
{
	(void)c;
	if (str_to_mask(arg_word(a, "mask"), &u->prefix_len) && u->prefix_len)
		return 0;
	return err_set(err, ERR_RANGE, -1, T_BAD_MASK, arg_word(a, "mask"));
}

static int mask_clear(struct cli *c, const struct args *a, struct boot_unit *u,
		      struct err *err)
{
	(void)c;
	(void)a;
	(void)err;
	u->prefix_len = 0;
	return 0;
}

static int gateway_set(struct cli *c, const struct args *a, struct boot_unit *u,
		       struct err *err)
{
	(void)c;
	(void)err;
	u->gateway = arg_addr(a, "ip");
	return 0;
}

static int gateway_clear(struct cli *c, const struct args *a,
			 struct boot_unit *u, struct err *err)
{
	(void)c;
	(void)a;
	(void)err;
	u->gateway.s_addr = INADDR_ANY;
	return 0;
}

static int file_set(struct cli *c, const struct args *a, struct boot_unit *u,
		    struct err *err)
{
	struct boot_source *s = source_of(a, u);

	(void)c;
	(void)err;
	(void)str_copy(s->file, sizeof(s->file), arg_word(a, "file"));
	return 0;
}

/* What is to come from this disk must be there. */
static int installed_file_set(struct cli *c, const struct args *a,
			      struct boot_unit *u, struct err *err)
{
	const struct boot_source *s = source_of(a, u);
	const char *file = arg_word(a, "file");

	if (s->type != BOOT_FTP && s->type != BOOT_NETWORK &&
	    disk_dir(c->env->disk) && !software_installed(c->env->disk, file))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_VERSION, file);
	return file_set(c, a, u, err);
}

static int file_clear(struct cli *c, const struct args *a, struct boot_unit *u,
		      struct err *err)
{
	(void)c;
	(void)err;
	source_of(a, u)->file[0] = '\0';
	return 0;
}

/* The login comes along: at the next start no configuration is read yet. */
static int source_type_set(struct cli *c, const struct args *a,
			   struct boot_unit *u, enum boot_type type,
			   struct err *err)
{
	struct boot_source *s = source_of(a, u);
	const struct ftp_record *r = NULL;

	s->type = type;
	s->ftp = (struct ftp_record){ 0 };
	if (type == BOOT_DISK)
		return 0;
	r = ftp_record_find(cli_conf(c), arg_word(a, "record"));
	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_RECORD);
	s->ftp = *r;
	return 0;
}

static int type_set(struct cli *c, const struct args *a, struct boot_unit *u,
		    struct err *err)
{
	return source_type_set(
		c, a, u, arg_key(a, "boot-via-ftp") ? BOOT_FTP : BOOT_DISK,
		err);
}

static int network_set(struct cli *c, const struct args *a, struct boot_unit *u,
		       struct err *err)
{
	return source_type_set(c, a, u, BOOT_NETWORK, err);
}

static int type_clear(struct cli *c, const struct args *a, struct boot_unit *u,
		      struct err *err)
{
	struct boot_source *s = source_of(a, u);

	(void)c;
	(void)err;
	s->type = BOOT_UNSET;
	s->ftp = (struct ftp_record){ 0 };
	return 0;
}

static int path_set(struct cli *c, const struct args *a, struct boot_unit *u,
		    struct err *err)
{
	struct boot_source *s = source_of(a, u);

	(void)c;
	(void)err;
	(void)str_copy(s->path, sizeof(s->path), arg_word(a, "path"));
	return 0;
}

static int path_clear(struct cli *c, const struct args *a, struct boot_unit *u,
		      struct err *err)
{
	(void)c;
	(void)err;
	source_of(a, u)->path[0] = '\0';
	return 0;
}

CHANGE(addr_set)
CHANGE(addr_clear)
CHANGE(mask_set)
CHANGE(mask_clear)
CHANGE(gateway_set)
CHANGE(gateway_clear)
CHANGE_OF(active, false, file_set, installed_file_set)
CHANGE_OF(passive, true, file_set, file_set)
CHANGE(file_clear)
CHANGE(type_set)
CHANGE(type_clear)
CHANGE(network_set)
CHANGE(path_set)
CHANGE(path_clear)

/* clear {primary|secondary} {boot-file|boot-type|config-path} */
static int source_clear(struct cli *c, const struct args *a,
			struct boot_unit *u, struct err *err)
{
	if (arg_key(a, "boot-file"))
		return file_clear(c, a, u, err);
	if (arg_key(a, "boot-type"))
		return type_clear(c, a, u, err);
	return path_clear(c, a, u, err);
}

CHANGE_OF(active, false, source_clear, source_clear)

/* ---- the standby SCM ------------------------------------------------------ */

static int sync_record(struct cli *c, struct err *err)
{
	struct bootrec b = *c->env->bootrec;

	for (int i = 0; i < BOOT_SOURCES; i++)
		b.passive.source[i] = b.active.source[i];
	return put_in_force(c, &b, err);
}

static int sync_startup(struct cli *c, struct err *err)
{
	if (!disk_exists(c->env->disk, STARTUP_CONFIG))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_STARTUP);
	return file_duplicate(c, STARTUP_CONFIG, PASSIVE_DIR "/" STARTUP_CONFIG,
			      err);
}

/* It becomes what the standby would start with. */
static int sync_running(struct cli *c, struct err *err)
{
	struct out text = { 0 };
	int rc;

	render_config(c->env, wall_now(), &text);
	rc = disk_write(c->env->disk, PASSIVE_DIR "/" STARTUP_CONFIG,
			out_text(&text), text.len, 0600, err);
	out_fini(&text);
	return rc;
}

static int sync_image(struct cli *c, struct err *err)
{
	const char *name = software_running(c->env)->image;
	char from[FILE_PATH_LEN], to[FILE_PATH_LEN];
	struct disk *d = c->env->disk;

	(void)snprintf(to, sizeof(to), PASSIVE_DIR "/%s", name);
	if (disk_mkdir(d, to, 0755, err) < 0)
		return -1;
	(void)snprintf(from, sizeof(from), "root/%s/" SOFTWARE_IMAGE, name);
	(void)snprintf(to, sizeof(to), PASSIVE_DIR "/%s/" SOFTWARE_IMAGE, name);
	if (disk_exists(d, from) && file_duplicate(c, from, to, err) < 0)
		return -1;
	(void)snprintf(to, sizeof(to), PASSIVE_DIR "/%s/" SOFTWARE_MANIFEST,
		       name);
	return disk_write(d, to, name, strlen(name), 0644, err);
}

static int sync_run(struct cli *c, const struct args *a, struct err *err)
{
	const struct card *card = chassis_card(c->env->chassis, PASSIVE_SLOT);

	if (!arg_key(a, "image") && !arg_key(a, "running-config") &&
	    !arg_key(a, "startup-config"))
		return sync_record(c, err);
	if (!card || card->ops->kind != CARD_SCM)
		return err_set(err, ERR_REFUSED, -1, T_NO_PASSIVE);
	if (arg_key(a, "image"))
		return sync_image(c, err);
	return arg_key(a, "startup-config") ? sync_startup(c, err)
					    : sync_running(c, err);
}

/* ---- versions ------------------------------------------------------------- */

static int unpack_done(struct cli *c, void *arg, struct err *err)
{
	(void)c;
	return unpack_end(arg, NULL, err);
}

static int unpack_run(struct cli *c, const struct args *a, struct err *err)
{
	const struct progress *p = NULL;
	struct unpack *u = NULL;
	int rc;

	if (access_may(c, DIR_ROOT, true, err) < 0)
		return -1;
	u = unpack_begin(c->env->disk, arg_word(a, "file"), err);
	if (!u)
		return -1;
	p = unpack_progress(u);
	rc = cli_job(c, unpack_work, unpack_done, u);
	cli_job_stop(c, unpack_stop);
	cli_progress(c, p);
	return rc;
}

static bool is_recorded(const struct boot_unit *u, const char *version)
{
	for (int i = 0; i < BOOT_SOURCES; i++)
		if (!strcmp(u->source[i].file, version))
			return true;
	return false;
}

static int remove_yes(struct cli *c, void *arg, struct err *err)
{
	return software_remove(c->env->disk, arg, err);
}

static int remove_run(struct cli *c, const struct args *a, struct err *err)
{
	const char *version = arg_word(a, "version");

	if (access_may(c, DIR_ROOT, true, err) < 0)
		return -1;
	if (!software_installed(c->env->disk, version))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_VERSION, version);
	if (!strcmp(version, software_running(c->env)->image))
		return err_set(err, ERR_REFUSED, -1, T_VERSION_RUNS, version);
	if (is_recorded(&c->env->bootrec->active, version))
		return err_set(err, ERR_REFUSED, -1, T_VERSION_NAMED, version);
	return cli_confirm(c, err, remove_yes, xstrdup(version), "%s",
			   T_Q_SURE);
}

/* ---- the table ------------------------------------------------------------ */

#define SOURCE	"{primary|secondary} "
#define TYPES	"boot-type {boot-via-disk|boot-via-ftp <record:ftprecord>}"
#define NETWORK "boot-type boot-via-network <record:ftprecord>"
#define SOURCE_HELP                                                            \
	"What is booted first\n"                                               \
	"What is booted when that fails\n"
#define TYPE_HELP                                                              \
	"Where it comes from\n"                                                \
	"From the disk\n"                                                      \
	"An image from an FTP server\n"                                        \
	"Name of an ftp-record"
#define NETWORK_HELP                                                           \
	"From a disk on the network\n"                                         \
	"Name of an ftp-record"

const struct cmd boot_cmds[] = {
	{ .syntax = "reboot",
	  .help = "Stop traffic and boot again",
	  .run = reboot_run },
	{ .syntax = "shutdown",
	  .help = "Stop the switch so that its power may be cut",
	  .run = shutdown_run },
	{ .syntax = "ip address <ip:addr>",
	  .help = "Management port\nIts address\nAddress",
	  .run = active_addr_set,
	  .no = "no ip address",
	  .clear = active_addr_clear,
	  .inert = INERT_NO_MGMT },
	{ .syntax = "subnet mask <mask:mask>",
	  .help = "Management port\nIts network mask\nMask",
	  .run = active_mask_set,
	  .no = "no subnet mask",
	  .clear = active_mask_clear,
	  .inert = INERT_NO_MGMT },
	{ .syntax = "gateway address <ip:addr>",
	  .help = "Management port\nIts gateway\nAddress",
	  .run = active_gateway_set,
	  .no = "no gateway address",
	  .clear = active_gateway_clear,
	  .inert = INERT_NO_MGMT },
	{ .syntax = SOURCE "boot-file <file:version:1-64>",
	  .help = SOURCE_HELP "Name of the software\n"
			      "Installed version, or path of an image",
	  .run = active_file_set,
	  .no = "no " SOURCE "boot-file",
	  .clear = active_file_clear },
	{ .syntax = SOURCE TYPES,
	  .help = TYPE_HELP,
	  .run = active_type_set,
	  .no = "no " SOURCE "boot-type",
	  .clear = active_type_clear },
	{ .syntax = SOURCE NETWORK,
	  .help = NETWORK_HELP,
	  .run = active_network_set,
	  .inert = INERT_NO_NETWORK_BOOT },
	{ .syntax = SOURCE "config-path <path:word:1-64>",
	  .help = "Folder of the configuration on the network\nPath",
	  .run = active_path_set,
	  .no = "no " SOURCE "config-path",
	  .clear = active_path_clear,
	  .inert = INERT_NO_NETWORK_BOOT },
	{ .syntax = "clear " SOURCE "{boot-file|boot-type|config-path}",
	  .help = "Reset or delete ...\n" SOURCE_HELP "Name of the software\n"
		  "Where it comes from\n"
		  "Folder of the configuration on the network",
	  .run = active_source_clear },
	{ .syntax = "passive", .help = "Settings of the standby SCM" },
	{ .syntax = "passive ip address <ip:addr>",
	  .help = "Management port\nIts address\nAddress",
	  .run = passive_addr_set,
	  .no = "no passive ip address",
	  .clear = passive_addr_clear,
	  .inert = INERT_NO_STANDBY },
	{ .syntax = "passive subnet mask <mask:mask>",
	  .help = "Management port\nIts network mask\nMask",
	  .run = passive_mask_set,
	  .no = "no passive subnet mask",
	  .clear = passive_mask_clear,
	  .inert = INERT_NO_STANDBY },
	{ .syntax = "passive gateway address <ip:addr>",
	  .help = "Management port\nIts gateway\nAddress",
	  .run = passive_gateway_set,
	  .no = "no passive gateway address",
	  .clear = passive_gateway_clear,
	  .inert = INERT_NO_STANDBY },
	{ .syntax = "passive " SOURCE "boot-file <file:version:1-64>",
	  .help = SOURCE_HELP "Name of the software\n"
			      "Installed version, or path of an image",
	  .run = passive_file_set,
	  .no = "no passive " SOURCE "boot-file",
	  .clear = passive_file_clear,
	  .inert = INERT_NO_STANDBY },
	{ .syntax = "passive " SOURCE TYPES,
	  .help = TYPE_HELP,
	  .run = passive_type_set,
	  .no = "no passive " SOURCE "boot-type",
	  .clear = passive_type_clear,
	  .inert = INERT_NO_STANDBY },
	{ .syntax = "passive " SOURCE NETWORK,
	  .help = NETWORK_HELP,
	  .run = passive_network_set,
	  .inert = INERT_NO_STANDBY },
	{ .syntax = "passive " SOURCE "config-path <path:word:1-64>",
	  .help = "Folder of the configuration on the network\nPath",
	  .run = passive_path_set,
	  .no = "no passive " SOURCE "config-path",
	  .clear = passive_path_clear,
	  .inert = INERT_NO_STANDBY },
	{ .syntax = "passive sync "
		    "[{boot-config|image|running-config|startup-config}]",
	  .help = "Copy to the standby SCM; its boot record if not told\n"
		  "The boot record\n"
		  "The software that runs\n"
		  "The configuration in force\n"
		  "The configuration at start-up",
	  .run = sync_run },
	{ .syntax = "unpack <file:adi:1-64>",
	  .help = "Install software from an image\n"
		  "File that copy ... boot-image has fetched",
	  .run = unpack_run },
	{ .syntax = "remove <version:version:1-64>",
	  .help = "Delete installed software\nIts version",
	  .run = remove_run },
	{ .syntax = "show boot-config",
	  .help = "Print what is known about ...\nBoot settings",
	  .run = boot_config_show },
	{ 0 },
};

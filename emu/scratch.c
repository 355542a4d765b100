#include "emu/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "chassis/chassis.h"
#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"
#include "emu/options.h"
#include "emu/redundancy/box.h"
#include "emu/redundancy/vrouter.h"
#include "sslmod/card_ssl.h"
#include "sslmod/store.h"

/* Every kind of card there is: a new one is its file and a line here. */
static const struct card_ops *const kinds[] = {
	&card_scm_2ge,	&card_iom_2ge,	&card_iom_8fe,
	&card_iom_16fe, &card_sam,	&card_board_11501,
	&card_ssl_k9,	&card_ssl_c_k9, &card_ssl_11501,
	NULL,
};

static int slot_fill(const struct options *o, struct env *env, unsigned n,
		     struct err *err)
{
	const struct chassis_model *m = chassis_model(env->chassis);
	const char *part = o->slot[n]	    ? o->slot[n]
			   : n <= m->nslots ? m->slot_default[n]
					    : NULL;

	if (!part)
		return 0;
	if (str_ieq(part, "empty") && n > 1)
		return 0;
	if (str_ieq(part, "empty"))
		return err_set(err, ERR_RANGE, -1,
			       "--slot 1=empty: slot 1 holds the SCM that runs "
			       "the switch; leave it in");
	return chassis_insert(env->chassis, n, part, env->boot_ms, err);
}

int scratch_chassis(const struct options *o, struct env *env, struct err *err)
{
	env->chassis = chassis_new(chassis_model_find(o->chassis), kinds,
				   disk_identity(env->disk));
	for (unsigned n = 1; n <= OPT_SLOT_MAX; n++)
		if (slot_fill(o, env, n, err))
			return -1;
	return 0;
}

static enum tls_profile hook_profile; /* one switch per process */

static int list_check(void *arg, const struct ssllist *l, struct err *err)
{
	const struct env *env = arg;

	return ssl_list_check(env->conf, l, env->store, hook_profile, err);
}

static int associate_check(void *arg, const char *kind, const char *name,
			   const char *file, struct err *err)
{
	const struct env *env = arg;

	(void)name;
	if (env->conf->hooks.replaying && !store_has(env->store, file)) {
		(void)fprintf(stderr,
			      "warning: %s file '%s' is not in the SSL store; "
			      "taken as given\n",
			      kind, file);
		return 0;
	}
	return store_check_kind(env->store, file, kind, err);
}

static bool slot_has_ssl(void *arg, unsigned slot)
{
	const struct env *env = arg;
	const struct card *card = chassis_card(env->chassis, slot);

	return card && card->ops->kind == CARD_SSL;
}

static bool port_exists(void *arg, unsigned slot, unsigned port)
{
	const struct env *env = arg;
	char name[16];

	return chassis_port_name(env->chassis, slot, port, name);
}

static bool serves(void *arg, struct in_addr vip)
{
	const struct env *env = arg;

	return (!env->vrouters ||
		vrouters_serve(env->vrouters, env->conf, vip)) &&
	       (!env->box || box_serves(env->box, env->conf, vip));
}

void scratch_hooks(struct env *env, enum tls_profile profile, bool replaying)
{
	hook_profile = profile;
	env->conf->hooks = (struct conf_hooks){
		.arg = env,
		.ssllist_check = list_check,
		.associate_check = associate_check,
		.slot_has_ssl = slot_has_ssl,
		.port_exists = port_exists,
		.serves = serves,
		.replaying = replaying,
	};
}

static bool is_device(mode_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode);
}

/* What stands against reading it, NULL for nothing.  Pipes are fine: they are
 * how a shell hands over what another program prints. */
static const char *no_file(const struct stat *st)
{
	return S_ISDIR(st->st_mode)	? "is a folder"
	       : is_device(st->st_mode) ? "is a device"
					: NULL;
}

int scratch_read_file(const char *path, char **text, size_t *len,
		      struct err *err)
{
	struct stat st;
	FILE *f = NULL;

	if (!stat(path, &st) && no_file(&st))
		return err_set(err, ERR_IO, -1, "%.150s %s; name a file", path,
			       no_file(&st));
	f = fopen(path, "re");
	if (!f)
		return err_set(err, ERR_IO, -1,
			       "%.150s: %s; name a file that can be read", path,
			       strerror(errno));
	*text = xcalloc(1, DISK_FILE_MAX + 2);
	*len = fread(*text, 1, DISK_FILE_MAX + 1, f);
	(void)fclose(f);
	if (*len > DISK_FILE_MAX) {
		free(*text);
		*text = NULL;
		return err_set(err, ERR_IO, -1,
			       "%.150s is longer than %u bytes; name a smaller "
			       "file",
			       path, DISK_FILE_MAX);
	}
	*text = xrealloc(*text, *len + 1);
	(*text)[*len] = '\0';
	return 0;
}

/* ---- a scratch switch ------------------------------------------------------ */

static void no_apply(void *arg, struct out *warn)
{
	(void)arg;
	(void)warn;
}

int scratch_open(struct scratch *s, const struct options *o, struct err *err)
{
	struct env *e = &s->env;

	*s = (struct scratch){ 0 };
	e->disk = disk_open(NULL, err);
	if (!e->disk)
		return -1;
	e->boot_ms = clock_ms();
	e->boot_time = wall_now();
	e->map = o->map;
	e->arg = s;
	e->apply = no_apply;
	e->conf = conf_new();
	e->loop = loop_new();
	e->store = store_open(e->disk);
	bootrec_load(e->disk, &s->bootrec);
	e->bootrec = &s->bootrec;
	scratch_hooks(e, o->tls, true);
	return scratch_chassis(o, e, err);
}

void scratch_close(struct scratch *s)
{
	struct env *e = &s->env;

	if (e->chassis)
		chassis_free(e->chassis);
	if (e->store)
		store_free(e->store);
	if (e->conf)
		conf_free(e->conf);
	if (e->loop)
		loop_free(e->loop);
	if (e->disk)
		disk_close(e->disk);
}

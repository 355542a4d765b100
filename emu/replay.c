/*
 * css11500 replay: a scratch switch without ports, traffic or disk is fed
 * files as configuration, and says which lines it would not take.  It is the
 * same session code and the same configuration as the running switch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chassis/chassis.h"
#include "cli/bootrec.h"
#include "cli/env.h"
#include "cli/render.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/wall.h"
#include "emu/boot.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"
#include "emu/options.h"
#include "emu/scratch.h"
#include "sslmod/card_ssl.h"
#include "sslmod/store.h"

enum { REPLAY_OK = 0, REPLAY_REJECTED = 1, REPLAY_FAILED = 2 };

struct replay {
	const struct options *opt;
	struct env env;
	struct bootrec bootrec;
	const char *file; /* being fed */
	unsigned rejected;
};

static void json_string(const char *s)
{
	(void)putchar('"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			printf("\\u%04x", c);
		else
			(void)putchar(c);
	}
	(void)putchar('"');
}

static void json_line(const struct replay *r, unsigned line, unsigned column,
		      const char *text, const char *message)
{
	printf("{\"file\":");
	json_string(r->file);
	printf(",\"line\":%u,\"column\":%u,\"text\":", line, column);
	json_string(text);
	printf(",\"message\":");
	json_string(message);
	printf("}\n");
}

static void rejected(void *arg, unsigned line, unsigned column,
		     const char *text, const char *message)
{
	struct replay *r = arg;

	r->rejected++;
	(void)fprintf(stderr, "%s:%u:%u: %s\n%s\n%*s^\n", r->file, line, column,
		      message, text, column ? (int)column - 1 : 0, "");
	if (r->opt->json)
		json_line(r, line, column, text, message);
}

static void warned(void *arg, unsigned line, const char *text,
		   const char *message)
{
	struct replay *r = arg;

	(void)text;
	(void)fprintf(stderr, "%s:%u: warning: %s\n", r->file, line, message);
}

static int feed(struct replay *r, struct err *err)
{
	struct script_result result = { .arg = r,
					.rejected = rejected,
					.warned = warned };

	for (int i = 0; i < r->opt->nfile; i++) {
		char *text = NULL;
		size_t len = 0;

		r->file = r->opt->file[i];
		if (scratch_read_file(r->file, &text, &len, err))
			return -1;
		(void)script_run(&r->env, text, len, &result);
		free(text);
	}
	return 0;
}

static void no_apply(void *arg, struct out *warn)
{
	(void)arg;
	(void)warn;
}

static void show(const struct env *env)
{
	struct out o = { 0 };

	render_config(env, wall_now(), &o);
	(void)fputs(out_text(&o), stdout);
	out_fini(&o);
}

static int build(struct replay *r, struct err *err)
{
	r->env.disk = disk_open(NULL, err);
	if (!r->env.disk)
		return -1;
	r->env.boot_ms = clock_ms();
	r->env.boot_time = wall_now();
	r->env.map = r->opt->map;
	r->env.arg = r;
	r->env.apply = no_apply;
	r->env.conf = conf_new();
	r->env.loop = loop_new();
	r->env.store = store_open(r->env.disk);
	bootrec_load(r->env.disk, &r->bootrec);
	r->env.bootrec = &r->bootrec;
	scratch_hooks(&r->env, r->opt->tls, true);
	return scratch_chassis(r->opt, &r->env, err);
}

static void tear_down(struct replay *r)
{
	if (r->env.chassis)
		chassis_free(r->env.chassis);
	if (r->env.store)
		store_free(r->env.store);
	if (r->env.conf)
		conf_free(r->env.conf);
	if (r->env.loop)
		loop_free(r->env.loop);
	if (r->env.disk)
		disk_close(r->env.disk);
}

int replay_main(const struct options *o)
{
	struct replay r = { .opt = o };
	struct err err = { 0 };
	int status = REPLAY_OK;

	sslmod_start();
	if (build(&r, &err) || feed(&r, &err)) {
		(void)fprintf(stderr, "css11500: %s\n", err.msg);
		status = REPLAY_FAILED;
	} else {
		if (o->show)
			show(&r.env);
		status = r.rejected ? REPLAY_REJECTED : REPLAY_OK;
	}
	tear_down(&r);
	return status;
}

/*
 * css11500 replay: a scratch switch without ports, traffic or disk is fed
 * files as configuration, and says which lines it would not take.  It is the
 * same session code and the same configuration as the running switch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/render.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/wall.h"
#include "emu/boot.h"
#include "emu/options.h"
#include "emu/scratch.h"
#include "sslmod/card_ssl.h"

enum { REPLAY_OK = 0, REPLAY_REJECTED = 1, REPLAY_FAILED = 2 };

struct replay {
	const struct options *opt;
	struct scratch scratch;
	const char *file; /* being fed */
	unsigned rejected;
};

static void json_line(const struct replay *r, unsigned line, unsigned column,
		      const char *text, const char *message)
{
	struct out o = { 0 };

	out_puts(&o, "{\"file\":");
	out_json(&o, r->file);
	out_printf(&o, ",\"line\":%u,\"column\":%u,\"text\":", line, column);
	out_json(&o, text);
	out_puts(&o, ",\"message\":");
	out_json(&o, message);
	out_puts(&o, "}\n");
	(void)fputs(out_text(&o), stdout);
	out_fini(&o);
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
		(void)script_run(&r->scratch.env, text, len, &result);
		free(text);
	}
	return 0;
}

static void show(const struct env *env)
{
	struct out o = { 0 };

	render_config(env, wall_now(), &o);
	(void)fputs(out_text(&o), stdout);
	out_fini(&o);
}

int replay_main(const struct options *o)
{
	struct replay r = { .opt = o };
	struct err err = { 0 };
	int status = REPLAY_OK;

	sslmod_start();
	if (scratch_open(&r.scratch, o, &err) || feed(&r, &err)) {
		(void)fprintf(stderr, "css11500: %s\n", err.msg);
		status = REPLAY_FAILED;
	} else {
		if (o->show)
			show(&r.scratch.env);
		status = r.rejected ? REPLAY_REJECTED : REPLAY_OK;
	}
	scratch_close(&r.scratch);
	return status;
}

#include "cli/sched.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "cli/env.h"
#include "cli/logfile.h"
#include "cli/unwatched.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "emu/conf/sched.h"
#include "emu/io/loop.h"

#define LOOK_MS 10000 /* the clock may be set at any time */

struct run {
	TAILQ_ENTRY(run) link;
	struct sched *all;
	struct unwatched *session;  /* owned */
	struct sched_record record; /* as it was when it began */
};

struct sched {
	const struct env *env;
	struct logfile *files;
	struct timer look;
	time_t minute; /* the last that was looked at */
	TAILQ_HEAD(, run) runs;
};

static void run_free(struct run *r)
{
	TAILQ_REMOVE(&r->all->runs, r, link);
	unwatched_free(r->session);
	free(r);
}

static void to_log(void *arg, const char *text, size_t len)
{
	struct run *r = arg;

	logfile_write(r->all->files, r->record.log, 0, text, len);
}

static void run_over(void *arg, uint64_t now_ms)
{
	struct run *r = arg;

	(void)now_ms;
	if (r->record.log[0])
		logfile_flush(r->all->files);
	run_free(r);
}

static bool runs_already(const struct sched *s, const char *name)
{
	const struct run *r = NULL;

	TAILQ_FOREACH(r, &s->runs, link)
		if (!strcmp(r->record.name, name))
			return true;
	return false;
}

static void run_begin(struct sched *s, const struct sched_record *record)
{
	struct run *r = NULL;
	struct unwatched_hooks hooks = { .over = run_over };
	struct out o = { 0 };
	char when[WALL_TEXT_LEN + 1];

	if (runs_already(s, record->name)) {
		log_write(LOG_NETMAN, LOG_WARNING_4, T_SCHED_BUSY,
			  record->name);
		return;
	}
	log_write(LOG_NETMAN, LOG_INFO_6, T_SCHED_RUN, record->name);
	r = xcalloc(1, sizeof(*r));
	*r = (struct run){ .all = s, .record = *record };
	hooks.arg = r;
	hooks.text = record->log[0] ? to_log : NULL;
	r->session = unwatched_new(s->env, SESSION_BATCH, record->name, &hooks);
	TAILQ_INSERT_TAIL(&s->runs, r, link);
	out_printf(&o, "! %s %s\n", record->name, wall_text(wall_now(), when));
	session_line(unwatched_session(r->session), record->line, &o);
	unwatched_go(r->session, &o);
}

static void look(void *arg, uint64_t now_ms)
{
	struct sched *s = arg;
	const struct sched_conf *conf = &s->env->conf->global->sched;
	time_t now = wall_now();
	uint64_t rest_ms = (uint64_t)(60 - now % 60) * 1000;
	struct sched_record due[SCHED_MAX];
	struct tm local;
	int n = 0;

	loop_timer(s->env->loop, &s->look,
		   now_ms + (rest_ms < LOOK_MS ? rest_ms : LOOK_MS));
	if (now / 60 == s->minute)
		return;
	s->minute = now / 60;
	wall_local(now, &local);
	/* What runs may change the records. */
	for (int i = 0; conf->on && i < conf->n; i++)
		if (sched_due(&conf->record[i], &local))
			due[n++] = conf->record[i];
	for (int i = 0; i < n; i++)
		run_begin(s, &due[i]);
}

struct sched *sched_start(const struct env *env)
{
	struct sched *s = xcalloc(1, sizeof(*s));

	s->env = env;
	s->files = logfile_new(env->disk);
	s->look = (struct timer){ .fn = look, .arg = s };
	s->minute = wall_now() / 60;
	TAILQ_INIT(&s->runs);
	loop_timer(env->loop, &s->look, loop_now(env->loop));
	return s;
}

void sched_stop(struct sched *s)
{
	if (!s)
		return;
	while (!TAILQ_EMPTY(&s->runs))
		run_free(TAILQ_FIRST(&s->runs));
	loop_timer_stop(s->env->loop, &s->look);
	logfile_free(s->files);
	free(s);
}

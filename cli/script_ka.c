#include "cli/script_ka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/script_play.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

struct run {
	struct loop *loop;	 /* borrowed */
	struct session *session; /* owned */
	script_done_fn done;
	void *owner;
	bool use_output;
	char last[96]; /* line that it printed */
	/* The end is told from the loop: the session is still at it when it
	 * becomes ready. */
	struct timer end;
};

static void run_free(struct run *r)
{
	loop_timer_stop(r->loop, &r->end);
	session_free(r->session);
	free(r);
}

static void last_line(struct run *r, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len && len < sizeof(r->last)) {
			memcpy(r->last, text, len);
			r->last[len] = '\0';
		}
		text += len + (text[len] == '\n');
	}
}

/* Takes what it has printed, and lets it go on. */
static void attend(struct run *r, struct out *o)
{
	for (;;) {
		if (r->use_output)
			last_line(r, out_text(o));
		out_clear(o);
		if (!session_held(r->session))
			break;
		session_go_on(r->session, o);
	}
	out_fini(o);
	if (!session_busy(r->session))
		loop_timer(r->loop, &r->end, loop_now(r->loop));
}

static void run_over(void *arg, uint64_t now_ms)
{
	struct run *r = arg;
	int status = session_status(r->session);
	const char *text = session_exit_msg(r->session);
	char why[96];

	if (!*text)
		text = r->last;
	if (*text)
		(void)str_copy(why, sizeof(why), text);
	else
		(void)snprintf(why, sizeof(why), T_SCRIPT_STATUS, status);
	r->done(r->owner, status, why, now_ms);
	run_free(r);
}

static void ready(void *arg)
{
	struct run *r = arg;
	struct out o = { 0 };

	session_take_output(r->session, &o);
	attend(r, &o);
}

void *script_ka_start(const struct env *env, const struct script_probe *what,
		      script_done_fn done, void *owner, struct err *err)
{
	struct run *r = xcalloc(1, sizeof(*r));
	struct out o = { 0 };

	*r = (struct run){ .loop = env->loop,
			   .session = session_new(env, SESSION_KEEPALIVE,
						  what->name),
			   .done = done,
			   .owner = owner,
			   .use_output = what->use_output };
	r->end = (struct timer){ .fn = run_over, .arg = r };
	session_on_ready(r->session, ready, r);
	if (session_play(r->session, what->name, what->args, what->use_output,
			 &o, err) < 0) {
		out_fini(&o);
		run_free(r);
		return NULL;
	}
	attend(r, &o);
	return r;
}

void script_ka_stop(void *run)
{
	run_free(run);
}

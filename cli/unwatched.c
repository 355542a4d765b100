#include "cli/unwatched.h"

#include <stdlib.h>

#include "cli/env.h"
#include "emu/base/out.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

struct unwatched {
	struct loop *loop;	 /* borrowed */
	struct session *session; /* owned */
	struct unwatched_hooks hooks;
	/* The end is told from the loop: the session is still at it when it
	 * becomes ready. */
	struct timer end;
};

void unwatched_go(struct unwatched *u, struct out *o)
{
	for (;;) {
		if (u->hooks.text && o->len)
			u->hooks.text(u->hooks.arg, out_text(o), o->len);
		out_clear(o);
		if (!session_held(u->session))
			break;
		session_go_on(u->session, o);
	}
	out_fini(o);
	if (!session_busy(u->session))
		loop_timer(u->loop, &u->end, loop_now(u->loop));
}

static void ready(void *arg)
{
	struct unwatched *u = arg;
	struct out o = { 0 };

	session_take_output(u->session, &o);
	unwatched_go(u, &o);
}

struct unwatched *unwatched_new(const struct env *env, enum session_kind kind,
				const char *name,
				const struct unwatched_hooks *hooks)
{
	struct unwatched *u = xcalloc(1, sizeof(*u));

	u->loop = env->loop;
	u->session = session_new(env, kind, name);
	u->hooks = *hooks;
	u->end = (struct timer){ .fn = hooks->over, .arg = hooks->arg };
	session_on_ready(u->session, ready, u);
	return u;
}

struct session *unwatched_session(struct unwatched *u)
{
	return u->session;
}

void unwatched_free(struct unwatched *u)
{
	loop_timer_stop(u->loop, &u->end);
	session_free(u->session);
	free(u);
}

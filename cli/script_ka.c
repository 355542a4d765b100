#include "cli/script_ka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/unwatched.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

struct run {
	struct unwatched *session; /* owned */
	script_done_fn done;
	void *owner;
	char last[96]; /* line that it printed */
};

static void run_free(struct run *r)
{
	unwatched_free(r->session);
	free(r);
}

static void last_line(void *arg, const char *text, size_t n)
{
	struct run *r = arg;

	(void)n;
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len && len < sizeof(r->last)) {
			memcpy(r->last, text, len);
			r->last[len] = '\0';
		}
		text += len + (text[len] == '\n');
	}
}

static void run_over(void *arg, uint64_t now_ms)
{
	struct run *r = arg;
	const struct session *s = unwatched_session(r->session);
	int status = session_status(s);
	const char *text = session_exit_msg(s);
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

void *script_ka_start(const struct env *env, const struct script_probe *what,
		      script_done_fn done, void *owner, struct err *err)
{
	struct run *r = xcalloc(1, sizeof(*r));
	const struct unwatched_hooks hooks = {
		.arg = r,
		.text = what->use_output ? last_line : NULL,
		.over = run_over,
	};
	struct out o = { 0 };

	*r = (struct run){ .done = done, .owner = owner };
	r->session = unwatched_new(env, SESSION_KEEPALIVE, what->name, &hooks);
	if (session_play(unwatched_session(r->session), what->name, what->args,
			 what->use_output, &o, err) < 0) {
		out_fini(&o);
		run_free(r);
		return NULL;
	}
	unwatched_go(r->session, &o);
	return r;
}

void script_ka_stop(void *run)
{
	run_free(run);
}

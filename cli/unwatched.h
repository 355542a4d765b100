#ifndef CSS_CLI_UNWATCHED_H
#define CSS_CLI_UNWATCHED_H

#include <stdint.h>

#include "cli/session.h"

struct env;
struct out;
struct unwatched;

/*
 * A session without a front end: script keepalives and the command scheduler.
 * text() gets what it prints, as it comes; NULL: nobody wants it.  over() is
 * called once, from the loop, when the session has no more to do; the owner then
 * frees it.  Control thread only.
 */
struct unwatched_hooks {
	void *arg;
	void (*text)(void *arg, const char *text, size_t len);
	void (*over)(void *arg, uint64_t now_ms);
};

/* env is borrowed; name: where the session says that it is. */
struct unwatched *unwatched_new(const struct env *env, enum session_kind kind,
				const char *name,
				const struct unwatched_hooks *hooks);
struct session *unwatched_session(struct unwatched *u); /* borrowed */
/* After the session was given its work, which left this text: takes it, and lets
 * the session go on.  Empties o. */
void unwatched_go(struct unwatched *u, struct out *o);
/* Also before it is over: what runs is given up. */
void unwatched_free(struct unwatched *u);

#endif

#ifndef CSS_EMU_WIRED_H
#define CSS_EMU_WIRED_H

#include <stddef.h>

struct env;
struct err;
struct options;

/*
 * --attach wire: what boot.c does more for it.  Interfaces are opened where the
 * process was started, then its sockets move behind the TUN device (inside.h), so
 * this is done before there is any other thread.
 */
struct wired;

/* NULL and err: which port, why, and the cure. */
struct wired *wired_open(const struct options *o, struct err *err);
/* The chassis and the plane are there: ports go into their places, packets flow.
 * env->wire is set. */
int wired_start(struct wired *w, struct env *env, struct err *err);
void wired_follow(struct wired *w, const struct env *env); /* new configuration */
void wired_stop(struct wired *w, struct env *env); /* before the plane is freed */
void wired_close(struct wired *w);

#endif

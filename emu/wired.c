#include "emu/wired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/chassis.h"
#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/fastpath.h"
#include "emu/io/hostmap.h"
#include "emu/io/inside.h"
#include "emu/io/loop.h"
#include "emu/io/port.h"
#include "emu/options.h"
#include "emu/wire/inside_follow.h"
#include "emu/wire/wire.h"

#define INSIDE_MTU 1500

struct wired {
	const struct options *opt;
	struct inside *inside;		  /* owned */
	struct fastpath *fast;		  /* owned; NULL: there is none */
	bool is_fast[OPT_PORT_MAX];
	char no_fast[320]; /* what of it there is not, and why */
	struct port_io *io[OPT_PORT_MAX]; /* owned until wired_start() */
	struct wire *wire;		  /* owned */
};

static const char *interface_of(const char *port)
{
	return strchr(port, '=') + 1;
}

static int ports_open(struct wired *w, struct err *err)
{
	for (int i = 0; i < w->opt->nport; i++) {
		w->io[i] = port_open(interface_of(w->opt->port[i]), err);
		if (!w->io[i])
			return -1;
	}
	return 0;
}

/* What cannot go by the fast path goes by the packet thread, as everything would. */
static void no_fast_path(struct wired *w, const char *what,
			 const struct err *err)
{
	(void)snprintf(w->no_fast, sizeof(w->no_fast), "%s%s%s", what,
		       *what ? ": " : "", err->msg);
}

static void fast_ports(struct wired *w)
{
	struct err err;

	if (w->opt->no_fast_path)
		return;
	w->fast = fastpath_new(&err);
	if (!w->fast)
		no_fast_path(w, "", &err);
	for (int i = 0; w->fast && i < w->opt->nport; i++) {
		const struct port_io *io = w->io[i];

		if (!io->index)
			continue;
		w->is_fast[i] =
			!fastpath_port(w->fast, io->index, io->fd, &err);
		if (!w->is_fast[i])
			no_fast_path(w, io->name, &err);
	}
}

static void fast_inside(struct wired *w)
{
	struct err err = { 0 };

	if (w->fast && fastpath_inside(w->fast, w->inside, &err))
		no_fast_path(w, "own connections", &err);
}

struct wired *wired_open(const struct options *o, struct err *err)
{
	struct wired *w = xcalloc(1, sizeof(*w));

	w->opt = o;
	if (ports_open(w, err)) {
		wired_close(w);
		return NULL;
	}
	fast_ports(w);
	w->inside = inside_new(INSIDE_MTU, err);
	if (!w->inside) {
		wired_close(w);
		return NULL;
	}
	fast_inside(w);
	hostmap_set_transparent(o->map);
	return w;
}

/* "1/1" of "1/1=veth0" */
static void name_of(const char *port, char name[OPT_PORT_NAME + 1])
{
	size_t len = (size_t)(interface_of(port) - 1 - port);

	memcpy(name, port, len);
	name[len] = '\0';
}

/* By one of the first n. */
static bool is_wired(const struct wired *w, int n, unsigned slot,
		     unsigned number, const struct chassis *ch)
{
	char name[OPT_PORT_NAME + 1];
	unsigned s = 0, p = 0;

	for (int i = 0; i < n; i++) {
		name_of(w->opt->port[i], name);
		if (chassis_port_find(ch, name, &s, &p) && s == slot &&
		    p == number)
			return true;
	}
	return false;
}

/* The place that --port number i names. */
static int place(const struct wired *w, int i, const struct chassis *ch,
		 unsigned *slot, unsigned *number, struct err *err)
{
	const char *text = w->opt->port[i];
	char name[OPT_PORT_NAME + 1];

	name_of(text, name);
	if (!chassis_port_find(ch, name, slot, number))
		return err_set(err, ERR_NOT_FOUND, -1,
			       "--port %s: the chassis has no port %s; its "
			       "ports are in show phy of the switch",
			       text, name);
	if (is_wired(w, i, *slot, *number, ch))
		return err_set(err, ERR_EXISTS, -1,
			       "--port %s: port %s is wired already", text,
			       name);
	return 0;
}

static bool has_link(void *arg, unsigned slot, unsigned port)
{
	return wire_has_link(arg, slot, port);
}

int wired_start(struct wired *w, struct env *env, struct err *err)
{
	w->wire = wire_new(env->plane, env->chassis,
			   "CSS 11500 " CSS_VERSION_DOTS, clock_ms());
	for (int i = 0; i < w->opt->nport; i++) {
		unsigned slot = 0, number = 0;

		if (place(w, i, env->chassis, &slot, &number, err))
			return -1;
		(void)wire_wire(w->wire, slot, number, w->io[i]);
		w->io[i] = NULL;
	}
	if (w->fast)
		wire_set_fast(w->wire, w->fast, w->is_fast);
	wire_set_no_fast(w->wire, w->no_fast);
	if (wire_start(w->wire, inside_tun(w->inside), err))
		return -1;
	env->wire = w->wire;
	chassis_set_cables(env->chassis, &(struct cables){ w->wire, has_link });
	return 0;
}

void wired_follow(struct wired *w, const struct env *env)
{
	if (!w || !w->wire)
		return;
	inside_follow(w->inside, env->conf, env->chassis);
	wire_publish(w->wire, env->conf, env->chassis, clock_ms());
}

void wired_stop(struct wired *w, struct env *env)
{
	if (!w)
		return;
	env->wire = NULL;
	if (w->wire)
		chassis_set_cables(env->chassis,
				   &(struct cables){ NULL, NULL });
	wire_free(w->wire);
	w->wire = NULL;
}

void wired_close(struct wired *w)
{
	if (!w)
		return;
	for (int i = 0; i < w->opt->nport; i++)
		if (w->io[i])
			w->io[i]->ops->close(w->io[i]);
	inside_free(w->inside);
	fastpath_free(w->fast); /* in the namespace that its ports are in */
	free(w);
}

#include "emu/driven.h"

#include <stdlib.h>

#include "chassis/chassis.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/service.h"
#include "emu/io/hostmap.h"
#include "emu/io/port.h"
#include "emu/net/packet.h"
#include "emu/plane/plane.h"
#include "emu/redundancy/vrouter.h"
#include "emu/wire/fast.h"
#include "emu/wire/wire.h"

/* Nobody answers behind a driven switch: what it would end is only counted. */
static bool no_inside(void *arg, struct packet *p)
{
	struct driven *d = arg;

	(void)p;
	d->ended++;
	return true;
}

static void told(struct driven *d)
{
	wire_flush(d->wire);
	fast_turn_over(d->wire, 0);
	if (d->sent)
		d->sent(d->arg);
}

static enum service_state state_of(void *arg, const struct service *s)
{
	const struct driven *d = arg;

	return s->active ? d->state[s->index] : SERVICE_SUSPENDED;
}

/* true: traffic must follow */
static bool follow_routers(struct driven *d)
{
	struct env *e = &d->scratch.env;
	const struct vr_view v = { .chassis = e->chassis,
				   .conf = e->conf,
				   .arg = d,
				   .service_state = state_of };

	if (!vrouters_follow(e->vrouters, &v))
		return false;
	plane_served_changed(d->plane);
	return true;
}

void driven_follow(struct driven *d)
{
	struct env *e = &d->scratch.env;
	struct out warn = { 0 };

	for (unsigned i = 1; i <= SERVICE_MAX; i++) {
		const struct service *s = e->conf->service_at[i];

		if (s)
			plane_service_state(d->plane, i, state_of(d, s));
	}
	(void)follow_routers(d);
	plane_publish(d->plane, e->conf, e->chassis, &warn);
	wire_publish(d->wire, e->conf, e->chassis, d->now_ms);
	out_fini(&warn); /* of listeners, which it has none */
	told(d);
}

int driven_open(struct driven *d, const struct options *o, uint64_t now_ms,
		struct err *err)
{
	const struct wire_inside inside = { d, no_inside };
	struct env *e = &d->scratch.env;

	*d = (struct driven){ .now_ms = now_ms };
	if (scratch_open(&d->scratch, o, err))
		return -1;
	d->state = xcalloc(SERVICE_MAX + 1, sizeof(*d->state));
	for (unsigned i = 0; i <= SERVICE_MAX; i++)
		d->state[i] = SERVICE_ALIVE;
	d->port = xcalloc(WIRE_PORT_MAX, sizeof(struct port_io *));
	d->map = hostmap_new();
	if (hostmap_add(d->map, "none", err))
		return -1;
	d->plane = plane_new(e->loop, d->map, 1, err);
	if (!d->plane)
		return -1;
	d->wire = wire_new(d->plane, e->chassis, CSS_VERSION_DOTS, now_ms);
	wire_set_inside(d->wire, &inside);
	e->plane = d->plane;
	e->wire = d->wire;
	e->vrouters = vrouters_new();
	return 0;
}

void driven_close(struct driven *d)
{
	if (d->wire)
		wire_free(d->wire);
	if (d->plane)
		plane_free(d->plane);
	if (d->map)
		hostmap_free(d->map);
	vrouters_free(d->scratch.env.vrouters);
	d->scratch.env.vrouters = NULL;
	free(d->state);
	free(d->port);
	scratch_close(&d->scratch);
}

int driven_wire(struct driven *d, const char *port, struct port_io *io,
		struct err *err)
{
	unsigned slot = 0, number = 0;

	if (!chassis_port_find(d->scratch.env.chassis, port, &slot, &number) ||
	    d->nport == WIRE_PORT_MAX) {
		io->ops->close(io);
		return err_set(err, ERR_NOT_FOUND, -1,
			       "%.20s: the chassis has no such port", port);
	}
	d->port[d->nport++] = io;
	return wire_wire(d->wire, slot, number, io);
}

void driven_configure(struct driven *d, const char *text, size_t len,
		      const struct script_result *result)
{
	(void)script_run(&d->scratch.env, text, len, result);
	driven_follow(d);
}

int driven_service(struct driven *d, const char *name, enum service_state s)
{
	const struct conf *conf = d->scratch.env.conf;
	const struct service *found = service_find(conf, name);

	if (!found)
		return -1;
	d->state[found->index] = s;
	plane_service_state(d->plane, found->index, s);
	if (follow_routers(d))
		driven_follow(d);
	return 0;
}

void driven_receive(struct driven *d, int port, struct packet *p)
{
	wire_receive(d->wire, port, p, d->now_ms);
	told(d);
}

void driven_from_inside(struct driven *d, struct packet *p)
{
	wire_from_inside(d->wire, p, d->now_ms);
	told(d);
}

uint64_t driven_due_ms(const struct driven *d)
{
	uint64_t due = wire_due_ms(d->wire);

	return due > d->now_ms ? due : d->now_ms + 1;
}

void driven_advance(struct driven *d, uint64_t to_ms)
{
	while (d->now_ms < to_ms) {
		uint64_t due = driven_due_ms(d);

		d->now_ms = due < to_ms ? due : to_ms;
		wire_advance(d->wire, d->now_ms);
		told(d);
	}
}

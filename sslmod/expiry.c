/*
 * Certificates that end soon
 *
 * Reading certificates costs something, so they are looked at when the day or the
 * configuration has changed since the last look.
 */
#include "sslmod/expiry.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/log.h"
#include "emu/base/map.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "emu/io/loop.h"
#include "sslmod/store.h"

#define DAY_S	 86400
#define FIRST_MS 1000 /* the startup-config has been run */
#define EVERY_MS 60000

struct expiry {
	struct loop *loop;
	const struct conf *conf;
	const struct store *store;
	struct timer timer;
	time_t day; /* of the last look, since 1970 */
	uint64_t generation;
	struct map *told; /* owned; associations that were told of that day */
};

static void tick(void *arg, uint64_t now_ms)
{
	struct expiry *e = arg;

	expiry_look(e, wall_now());
	loop_timer(e->loop, &e->timer, now_ms + EVERY_MS);
}

struct expiry *expiry_new(struct loop *l, const struct conf *c,
			  const struct store *s)
{
	struct expiry *e = xcalloc(1, sizeof(*e));

	e->loop = l;
	e->conf = c;
	e->store = s;
	e->told = map_new(0);
	e->timer = (struct timer){ .fn = tick, .arg = e };
	loop_timer(l, &e->timer, loop_now(l) + FIRST_MS);
	return e;
}

void expiry_free(struct expiry *e)
{
	if (!e)
		return;
	loop_timer_stop(e->loop, &e->timer);
	map_free(e->told);
	free(e);
}

static void tell(const char *name, time_t end, time_t now)
{
	if (end <= now)
		log_write(LOG_SSLACCEL, LOG_WARNING_4, T_CERT_OVER, name);
	else
		log_write(LOG_SSLACCEL, LOG_WARNING_4, T_CERT_SOON, name,
			  (long)((end - now + DAY_S - 1) / DAY_S));
}

static void look_at(struct expiry *e, const struct association *a, time_t now)
{
	time_t days = e->conf->global->cert_warning_days, end = 0;

	if (map_get(e->told, a->name, strlen(a->name)) ||
	    !store_cert_end(e->store, a->file, &end) ||
	    end - now >= days * DAY_S)
		return;
	(void)map_put(e->told, a->name, strlen(a->name), e);
	tell(a->name, end, now);
}

void expiry_look(struct expiry *e, time_t now)
{
	const struct association *a = NULL;
	bool new_day = now / DAY_S != e->day;

	if (!new_day && e->generation == e->conf->generation)
		return;
	if (new_day) {
		map_free(e->told);
		e->told = map_new(0);
	}
	e->day = now / DAY_S;
	e->generation = e->conf->generation;
	if (!e->conf->global->cert_warning_days)
		return;
	TAILQ_FOREACH(a, &e->conf->global->associations, link)
		if (!strcmp(a->kind, "cert"))
			look_at(e, a, now);
}

#include "emu/wire/inside_follow.h"

#include <stdlib.h>

#include "chassis/ports.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/route.h"
#include "emu/io/inside.h"

struct ways {		      /* under construction */
	struct in_addr *addr; /* owned */
	struct inside_way
		*way; /* owned; the first naddr: networks of circuits */
	size_t naddr, nway;
};

static void add_way(struct ways *w, const struct inside_way *way)
{
	w->way = xrealloc(w->way, (w->nway + 1) * sizeof(*w->way));
	w->way[w->nway++] = *way;
}

static void add_circuit(struct ways *w, const struct circuit_ip *ip)
{
	struct in_addr mask = str_mask_of(ip->prefix_len);

	w->addr = xrealloc(w->addr, (w->naddr + 1) * sizeof(*w->addr));
	w->addr[w->naddr++] = ip->addr;
	add_way(w,
		&(struct inside_way){ .net = { ip->addr.s_addr & mask.s_addr },
				      .src = ip->addr,
				      .prefix_len = ip->prefix_len });
}

static void add_circuits(struct ways *w, const struct conf *conf,
			 const struct chassis *ch)
{
	const struct circuit *ci;
	const struct circuit_ip *ip;

	TAILQ_FOREACH(ci, &conf->circuits, link) {
		if (!circuit_is_active(ch, conf, ci))
			continue;
		TAILQ_FOREACH(ip, &ci->ips, link)
			if (!ip->disabled)
				add_circuit(w, ip);
	}
}

/* NULL: the address is on no circuit. */
static const struct inside_way *circuit_of(const struct ways *w,
					   struct in_addr a)
{
	for (size_t i = 0; i < w->naddr; i++) {
		struct in_addr mask = str_mask_of(w->way[i].prefix_len);

		if ((a.s_addr & mask.s_addr) == w->way[i].net.s_addr)
			return &w->way[i];
	}
	return NULL;
}

static int by_distance(const void *a, const void *b)
{
	const struct route *const *x = a, *const *y = b;

	return (*x)->distance - (*y)->distance;
}

/* The nearest of several to one network first, as the first counts. */
static void add_static(struct ways *w, const struct conf *conf)
{
	const struct route **line = NULL, *r;
	size_t n = 0;

	TAILQ_FOREACH(r, &conf->global->routes, link) {
		line = xrealloc(line, (n + 1) * sizeof(*line));
		line[n++] = r;
	}
	if (n)
		qsort(line, n, sizeof(*line), by_distance);
	for (size_t i = 0; i < n; i++) {
		const struct inside_way *on =
			circuit_of(w, route_hop(conf, line[i]));

		if (on)
			add_way(w, &(struct inside_way){
					   .net = line[i]->net,
					   .src = on->src,
					   .prefix_len = line[i]->prefix_len });
	}
	free(line);
}

void inside_follow(struct inside *in, const struct conf *conf,
		   const struct chassis *ch)
{
	struct ways w = { 0 };

	add_circuits(&w, conf, ch);
	add_static(&w, conf);
	if (w.naddr) /* all else */
		add_way(&w, &(struct inside_way){ .src = w.addr[0] });
	inside_set_ways(in, w.addr, w.naddr, w.way, w.nway);
	free(w.addr);
	free(w.way);
}

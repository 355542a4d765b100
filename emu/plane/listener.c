#include "emu/plane/control.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/flow/policy.h"
#include "emu/io/hostmap.h"
#include "emu/io/sock.h"

/*
 * A listener is wanted for every address and TCP port of the rules in force.
 * Wanted and open ones are both kept sorted, so that a change is one walk over
 * the two.
 */

#define VIP_RANGE_MAX 256 /* addresses of one rule that are opened */

static int listener_order(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	if (x->addr.s_addr != y->addr.s_addr)
		return ntohl(x->addr.s_addr) < ntohl(y->addr.s_addr) ? -1 : 1;
	return ntohs(x->port) - ntohs(y->port);
}

static bool opens_ports(const struct policy_rule *r, struct out *warn)
{
	const char *why = NULL;

	if (r->vip.s_addr == INADDR_ANY)
		why = "it has no VIP; give it a vip address";
	else if (!r->port)
		why = "it stands for every port; give it a port";
	if (why)
		out_printf(warn,
			   "Rule %s/%s opens no listener with --attach host: "
			   "%s\n",
			   r->owner, r->name, why);
	return !why;
}

static unsigned addresses_of(const struct policy_rule *r, struct out *warn)
{
	if (r->vip_range <= VIP_RANGE_MAX)
		return r->vip_range;
	out_printf(warn,
		   "Rule %s/%s: only %d of its %u addresses are opened with "
		   "--attach host; make the range smaller\n",
		   r->owner, r->name, VIP_RANGE_MAX, r->vip_range);
	return VIP_RANGE_MAX;
}

/* Sorted, without doubles; owned by the caller. */
static struct listener *wanted(const struct policy *pol, int *n,
			       struct out *warn)
{
	struct listener *l = NULL;
	int len = 0, cap = 0, keep = 0;

	for (int i = 0; i < pol->nrule; i++) {
		const struct policy_rule *r = &pol->rule[i];
		unsigned range =
			opens_ports(r, warn) ? addresses_of(r, warn) : 0;

		for (unsigned a = 0; a < range; a++) {
			uint32_t vip = ntohl(r->vip.s_addr) + a;

			if (len == cap) {
				cap = cap ? 2 * cap : 64;
				l = xrealloc(l, (size_t)cap * sizeof(*l));
			}
			l[len++] = (struct listener){
				.addr.s_addr = htonl(vip),
				.port = htons(r->port),
			};
		}
	}
	if (len)
		qsort(l, (size_t)len, sizeof(*l), listener_order);
	for (int i = 0; i < len; i++)
		if (!i || listener_order(&l[i], &l[keep - 1]))
			l[keep++] = l[i];
	*n = keep;
	return l;
}

static void listener_close(struct plane *p, struct listener *l)
{
	for (int i = 0; l->point && i < p->nworkers; i++)
		worker_mail(p->worker[i],
			    &(struct mail){ .kind = MAIL_UNLISTEN,
					    .point = l->point[i] });
	free(l->point);
	l->point = NULL;
}

static void points_drop(struct point **point, int n)
{
	while (n--) {
		(void)close(point[n]->fd);
		free(point[n]);
	}
	free(point);
}

/* Accepted sockets inherit it, which saves a call for each. */
static void no_delay(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int listener_open(struct plane *p, struct listener *l, struct err *err)
{
	struct point **point = xcalloc((size_t)p->nworkers, sizeof(*point));

	for (int i = 0; i < p->nworkers; i++) {
		int fd = sock_listen(p->map, l->addr, l->port, p->nworkers > 1,
				     err);

		if (fd < 0) {
			points_drop(point, i);
			return -1;
		}
		no_delay(fd);
		if (p->tcp_mss)
			sock_limit_segments(fd, p->tcp_mss);
		point[i] = xcalloc(1, sizeof(**point));
		*point[i] = (struct point){ .source = SOURCE_POINT,
					    .fd = fd,
					    .addr = l->addr,
					    .port = l->port };
	}
	for (int i = 0; i < p->nworkers; i++)
		worker_mail(p->worker[i], &(struct mail){ .kind = MAIL_LISTEN,
							  .point = point[i] });
	l->point = point;
	return 0;
}

static void open_missing(struct plane *p, struct listener *l, int n,
			 struct out *warn)
{
	for (int i = 0; i < n; i++) {
		struct err err;

		if (l[i].point || !listener_open(p, &l[i], &err))
			continue;
		out_printf(warn, "VIP %s:%u is not open: %s\n",
			   str_addr(l[i].addr), ntohs(l[i].port), err.msg);
	}
}

/* Those that are open follow at once, connections that are there do not. */
static void limit_segments(struct plane *p, uint16_t bytes)
{
	if (p->tcp_mss == bytes)
		return;
	p->tcp_mss = bytes;
	for (int i = 0; i < p->nlistener; i++)
		for (int w = 0; p->listener[i].point && w < p->nworkers; w++)
			sock_limit_segments(p->listener[i].point[w]->fd, bytes);
}

void listeners_sync(struct plane *p, struct out *warn)
{
	int n, old = 0;
	struct listener *l = wanted(p->policy, &n, warn);

	limit_segments(p, p->policy->tcp_mss);
	for (int i = 0; i < n; i++) {
		int order = -1;

		while (old < p->nlistener &&
		       (order = listener_order(&p->listener[old], &l[i])) < 0)
			listener_close(p, &p->listener[old++]);
		if (old < p->nlistener && !order)
			l[i] = p->listener[old++];
	}
	while (old < p->nlistener)
		listener_close(p, &p->listener[old++]);
	free(p->listener);
	p->listener = l;
	p->nlistener = n;
	open_missing(p, l, n, warn);
}

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
 * A listener is wanted for every address, protocol and port of the rules in force.
 * Wanted and open ones are both kept sorted, so that a change is one walk over
 * the two.
 */

#define VIP_RANGE_MAX 256 /* addresses of one rule that are opened */

static int listener_order(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;

	if (x->addr.s_addr != y->addr.s_addr)
		return ntohl(x->addr.s_addr) < ntohl(y->addr.s_addr) ? -1 : 1;
	if (x->port != y->port)
		return ntohs(x->port) - ntohs(y->port);
	return x->proto - y->proto;
}

/* Who opens what depends on the attachment: on the wire most rules are for packets
 * only (the wire's forward.c), and a listener may stand for every address. */
static bool on_wire(const struct plane *p)
{
	return hostmap_is_transparent(p->map);
}

static bool opens_ports(const struct plane *p, const struct policy_rule *r,
			struct out *warn)
{
	const char *why = NULL;

	if (on_wire(p)) /* those for every port have a door together */
		return r->port;
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

/* The addresses that get a listener each; *vip: the first of them. */
static unsigned addresses_of(const struct plane *p, const struct policy_rule *r,
			     struct in_addr *vip, struct out *warn)
{
	*vip = r->vip;
	if (r->vip_range <= VIP_RANGE_MAX)
		return r->vip_range;
	if (on_wire(p)) {
		vip->s_addr = htonl(INADDR_ANY);
		return 1;
	}
	out_printf(warn,
		   "Rule %s/%s: only %d of its %u addresses are opened with "
		   "--attach host; make the range smaller\n",
		   r->owner, r->name, VIP_RANGE_MAX, r->vip_range);
	return VIP_RANGE_MAX;
}

/* The flow-state table keeps content rules off a port. */
static bool is_routed(const struct policy *pol, const struct policy_rule *r,
		      uint8_t proto, struct out *warn)
{
	if (policy_port_mode(pol, proto, r->port) != PORT_ROUTED)
		return false;
	out_printf(warn,
		   "Rule %s/%s: its %s port %u gets no flows, so it takes no "
		   "traffic; change that with flow-state\n",
		   r->owner, r->name, proto == IPPROTO_TCP ? "TCP" : "UDP",
		   r->port);
	return true;
}

struct listeners {	    /* under construction */
	struct listener *l; /* owned */
	int n, cap;
};

static void add(struct listeners *ls, struct in_addr vip, uint16_t port,
		uint8_t proto)
{
	if (ls->n == ls->cap) {
		ls->cap = ls->cap ? 2 * ls->cap : 64;
		ls->l = xrealloc(ls->l, (size_t)ls->cap * sizeof(*ls->l));
	}
	ls->l[ls->n++] = (struct listener){ .addr = vip,
					    .port = htons(port),
					    .proto = proto };
}

static void add_rule(struct listeners *ls, const struct plane *p,
		     const struct policy_rule *r, struct out *warn)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	int nproto = on_wire(p) ? 1 : 2; /* datagrams are packets there */
	struct in_addr vip;
	unsigned range =
		opens_ports(p, r, warn) ? addresses_of(p, r, &vip, warn) : 0;

	for (int i = 0; range && i < nproto; i++) {
		if (r->proto && r->proto != protos[i])
			continue;
		if (is_routed(p->policy, r, protos[i], warn))
			continue;
		for (unsigned a = 0; a < range; a++)
			add(ls,
			    (struct in_addr){ htonl(ntohl(vip.s_addr) + a) },
			    r->port, protos[i]);
	}
}

/* Sorted, without doubles; owned by the caller. */
static struct listener *wanted(const struct plane *p, int *n, struct out *warn)
{
	struct listeners ls = { 0 };
	int keep = 0;

	for (int i = 0; i < p->policy->nrule; i++)
		add_rule(&ls, p, &p->policy->rule[i], warn);
	if (on_wire(p) && p->policy->door) {
		add(&ls, (struct in_addr){ htonl(INADDR_ANY) }, p->policy->door,
		    IPPROTO_TCP);
		ls.l[ls.n - 1].door = true;
	}
	if (ls.n)
		qsort(ls.l, (size_t)ls.n, sizeof(*ls.l), listener_order);
	for (int i = 0; i < ls.n; i++)
		if (!i || listener_order(&ls.l[i], &ls.l[keep - 1]))
			ls.l[keep++] = ls.l[i];
	*n = keep;
	return ls.l;
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

static int socket_open(const struct plane *p, const struct listener *l,
		       struct err *err)
{
	int fd;

	if (l->proto == IPPROTO_UDP)
		return sock_listen_udp(p->map, l->addr, l->port,
				       p->nworkers > 1, err);
	fd = sock_listen(p->map, l->addr, l->port, p->nworkers > 1, err);
	if (fd < 0)
		return -1;
	no_delay(fd);
	if (p->tcp_mss)
		sock_limit_segments(fd, p->tcp_mss);
	return fd;
}

static int listener_open(struct plane *p, struct listener *l, struct err *err)
{
	struct point **point = xcalloc((size_t)p->nworkers, sizeof(*point));

	for (int i = 0; i < p->nworkers; i++) {
		int fd = socket_open(p, l, err);

		if (fd < 0) {
			points_drop(point, i);
			return -1;
		}
		point[i] = xcalloc(1, sizeof(**point));
		*point[i] = (struct point){ .source = SOURCE_POINT,
					    .fd = fd,
					    .addr = l->addr,
					    .port = l->port,
					    .proto = l->proto,
					    .door = l->door };
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
		out_printf(warn, "VIP %s:%u%s is not open: %s\n",
			   str_addr(l[i].addr), ntohs(l[i].port),
			   l[i].proto == IPPROTO_UDP ? " (UDP)" : "", err.msg);
	}
}

/* Those that are open follow at once, connections that are there do not. */
static void limit_segments(struct plane *p, uint16_t bytes)
{
	if (p->tcp_mss == bytes)
		return;
	p->tcp_mss = bytes;
	for (int i = 0; i < p->nlistener; i++)
		for (int w = 0; p->listener[i].proto == IPPROTO_TCP &&
				p->listener[i].point && w < p->nworkers;
		     w++)
			sock_limit_segments(p->listener[i].point[w]->fd, bytes);
}

void listeners_sync(struct plane *p, struct out *warn)
{
	int n, old = 0;
	struct listener *l = wanted(p, &n, warn);

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

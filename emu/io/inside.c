#include "emu/io/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/rights.h"
#include "emu/io/rnd.h"
#include "emu/io/rtnl.h"
#include "emu/io/sock.h"
#include "emu/io/tun.h"

#define DEVICE	"css"
#define CABLE	"cable"
#define FAR_MTU 65535 /* takes whatever is put in */
/* The next hop of all that goes by the cable, so that one neighbour does for all:
 * 240.0.0.1, which no circuit can have. */
#define FAR_END	    0xf0000001
#define QUEUE	    4096 /* packets that wait for the packet thread */
#define LOCAL_TABLE 100
#define OWN_NET	    "/proc/thread-self/ns/net"

struct inside {
	int outer, inner; /* owned: descriptors of namespaces */
	struct tun *tun;  /* owned */
	struct rtnl *rtnl;
	unsigned link, cable; /* indices: TUN device, inner end; 0: none */
	unsigned mtu;
	bool by_cable;	      /* is how the ways lead out */
	struct in_addr *addr; /* owned; as they are now */
	size_t naddr;
	struct inside_way *way; /* owned */
	size_t nway;
};

/* ---- the namespace -------------------------------------------------------------- */

static int net_open(struct err *err)
{
	int fd = open(OWN_NET, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_set(err, ERR_IO, -1, OWN_NET ": %s",
				strerror(errno))
		      : fd;
}

static int net_make(struct err *err)
{
	if (!unshare(CLONE_NEWNET))
		return 0;
	if (errno == EPERM)
		return err_set(err, ERR_DENIED, -1,
			       "no network namespace of its own: "
			       "CAP_SYS_ADMIN is missing: " RIGHTS_CURE);
	return err_set(err, ERR_IO, -1, "no network namespace of its own: %s",
		       strerror(errno));
}

/*
 * What the namespace takes over from this host, or from the kernel's defaults,
 * and is not good here.  Where /proc/sys may not be written, the link's own
 * values (rtnl.h) do, and the rest is for many connections only.
 */
static const struct {
	const char *file, *value;
} wishes[] = {
	{ "conf/all/rp_filter", "0" },
	{ "ip_forward", "0" },
	{ "icmp_echo_ignore_broadcasts", "1" },
	/* A client's port comes again long before TIME-WAIT is over. */
	{ "tcp_tw_reuse", "1" },
	{ "ip_local_port_range", "1024 65535" },
	/* No port of a VIP is a privileged one. */
	{ "ip_unprivileged_port_start", "0" },
	{ "tcp_no_metrics_save", "1" },
};

static void wish(const char *file, const char *value)
{
	char path[128] = "/proc/sys/net/ipv4/";
	int fd;

	strncat(path, file, sizeof(path) - strlen(path) - 1);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)!write(fd, value, strlen(value));
	(void)close(fd);
}

/* IPv6 has nothing to say there. */
static void wish_all(void)
{
	for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++)
		wish(wishes[i].file, wishes[i].value);
	wish("../ipv6/conf/all/disable_ipv6", "1");
	wish("../ipv6/conf/default/disable_ipv6", "1");
}

static int links_up(struct inside *in, struct err *err)
{
	const struct rtnl_route all = { .local = true,
					.link = if_nametoindex("lo"),
					.table = LOCAL_TABLE };

	in->link = if_nametoindex(DEVICE);
	if (rtnl_link_up(in->rtnl, all.link, 0, 0, err) ||
	    rtnl_link_up(in->rtnl, in->link, 0, QUEUE, err) ||
	    rtnl_route(in->rtnl, true, &all, err))
		return -1;
	return rtnl_rule(in->rtnl, DEVICE, LOCAL_TABLE, err);
}

static int furnish(struct inside *in, unsigned mtu, struct err *err)
{
	wish_all();
	in->inner = net_open(err);
	if (in->inner < 0)
		return -1;
	in->tun = tun_open(DEVICE, mtu, err);
	if (!in->tun)
		return -1;
	in->rtnl = rtnl_open(err);
	return in->rtnl ? links_up(in, err) : -1;
}

struct inside *inside_new(unsigned mtu, struct err *err)
{
	struct inside *in = xcalloc(1, sizeof(*in));

	in->inner = -1;
	in->mtu = mtu;
	in->outer = net_open(err);
	if (in->outer < 0 || net_make(err)) {
		if (in->outer >= 0)
			(void)close(in->outer);
		free(in);
		return NULL;
	}
	if (furnish(in, mtu, err)) {
		inside_free(in);
		return NULL;
	}
	sock_set_outside(in->outer, in->inner);
	return in;
}

/* Whoever cannot go back would open everything in the wrong place. */
void inside_free(struct inside *in)
{
	if (!in)
		return;
	sock_set_outside(-1, -1);
	if (setns(in->outer, CLONE_NEWNET))
		abort();
	tun_close(in->tun);
	rtnl_close(in->rtnl);
	if (in->inner >= 0)
		(void)close(in->inner);
	(void)close(in->outer);
	free(in->addr);
	free(in->way);
	free(in);
}

struct tun *inside_tun(const struct inside *in)
{
	return in->tun;
}

int inside_outer(const struct inside *in)
{
	return in->outer;
}

/* ---- the cable --------------------------------------------------------------------- */

struct far_end {
	char name[IF_NAMESIZE];
	unsigned index;
	struct err *err;
};

static int far_end_up(void *arg)
{
	struct far_end *e = arg;
	struct rtnl *r = rtnl_open(e->err);
	int rc = -1;

	e->index = if_nametoindex(e->name);
	if (r) {
		rtnl_link_quiet(r, e->index);
		rc = rtnl_link_up(r, e->index, FAR_MTU, 0, e->err);
	}
	rtnl_close(r);
	return rc;
}

/* Names on this host must not meet those of other switches. */
int inside_make_cable(struct inside *in, struct inside_cable *c,
		      struct err *err)
{
	struct far_end far = { .err = err };
	uint32_t id = 0;

	rnd_bytes(&id, sizeof(id));
	(void)snprintf(far.name, sizeof(far.name), "css%08x", id);
	if (rtnl_cable(in->rtnl, CABLE, far.name, in->outer, err))
		return -1;
	c->tun = in->link;
	c->inner = in->cable = if_nametoindex(CABLE);
	rtnl_link_quiet(in->rtnl, c->inner);
	if (rtnl_link_up(in->rtnl, c->inner, in->mtu, 0, err) ||
	    rtnl_rule(in->rtnl, CABLE, LOCAL_TABLE, err) ||
	    sock_call_outside(far_end_up, &far))
		return -1;
	c->outer = far.index;
	return 0;
}

void inside_use_cable(struct inside *in)
{
	in->by_cable = true;
}

/* ---- addresses and ways ----------------------------------------------------------- */

static bool has_address(const struct in_addr *a, size_t n, struct in_addr addr)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].s_addr == addr.s_addr)
			return true;
	return false;
}

static bool is_same_net(const struct inside_way *a, const struct inside_way *b)
{
	return a->net.s_addr == b->net.s_addr && a->prefix_len == b->prefix_len;
}

/* The way to the same network; NULL: there is none. */
static const struct inside_way *find_way(const struct inside_way *w, size_t n,
					 const struct inside_way *to)
{
	for (size_t i = 0; i < n; i++)
		if (is_same_net(&w[i], to))
			return &w[i];
	return NULL;
}

static void tell(const struct err *err)
{
	log_write(LOG_IPV4, LOG_ERROR_3, "inside: %s", err->msg);
}

static void change_address(struct inside *in, bool add, struct in_addr a)
{
	struct err err;

	if (rtnl_address(in->rtnl, add, in->link, a, &err))
		tell(&err);
}

static void change_way(struct inside *in, bool add, const struct inside_way *w)
{
	struct err err;
	const struct rtnl_route r = {
		.net = w->net,
		.prefix_len = w->prefix_len,
		.link = in->by_cable ? in->cable : in->link,
		.hop = { in->by_cable ? htonl(FAR_END) : INADDR_ANY },
		.src = w->src
	};

	if (rtnl_route(in->rtnl, add, &r, &err))
		tell(&err);
}

/* The kernel takes ways away whose source address goes: they go first. */
static void take_away(struct inside *in, const struct in_addr *addr,
		      size_t naddr, const struct inside_way *way, size_t nway)
{
	for (size_t i = 0; i < in->nway; i++) {
		const struct inside_way *w = &in->way[i];
		const struct inside_way *to = find_way(way, nway, w);

		if (!to || to->src.s_addr != w->src.s_addr)
			change_way(in, false, w);
	}
	for (size_t i = 0; i < in->naddr; i++)
		if (!has_address(addr, naddr, in->addr[i]))
			change_address(in, false, in->addr[i]);
}

static void put_there(struct inside *in, const struct in_addr *addr,
		      size_t naddr, const struct inside_way *way, size_t nway)
{
	for (size_t i = 0; i < naddr; i++)
		if (!has_address(in->addr, in->naddr, addr[i]))
			change_address(in, true, addr[i]);
	for (size_t i = 0; i < nway; i++) {
		const struct inside_way *was =
			find_way(in->way, in->nway, &way[i]);

		if (!was || was->src.s_addr != way[i].src.s_addr)
			change_way(in, true, &way[i]);
	}
}

/* The first to each network; owned by the caller. */
static struct inside_way *first_ways(const struct inside_way *way, size_t *n)
{
	struct inside_way *to = xcalloc(*n + 1, sizeof(*to));
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (!find_way(to, kept, &way[i]))
			to[kept++] = way[i];
	*n = kept;
	return to;
}

void inside_set_ways(struct inside *in, const struct in_addr *addr,
		     size_t naddr, const struct inside_way *way, size_t nway)
{
	struct inside_way *ways = first_ways(way, &nway);

	take_away(in, addr, naddr, ways, nway);
	put_there(in, addr, naddr, ways, nway);
	free(in->addr);
	free(in->way);
	in->addr = naddr ? xmemdup(addr, naddr * sizeof(*addr)) : NULL;
	in->naddr = naddr;
	in->way = ways;
	in->nway = nway;
}

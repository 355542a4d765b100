#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/io/hostmap.h"
#include "emu/io/icmp.h"
#include "emu/io/rnd.h"
#include "emu/io/sock.h"
#include "emu/keepalive/ka.h"

#include <errno.h>
#include <linux/icmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Echo requests of all services leave by one socket.  The sequence number is
 * the service's index, so that a reply finds its probe without a search; the
 * cookie behind the header tells this probe from an earlier one of the same
 * service.  A ping socket (not raw) chooses the identifier itself, therefore it
 * is compared on a raw socket only.
 */
#define REPLIES_MAX 256	      /* read in one go */
#define RCVBUF	    (1 << 20) /* replies to all services may come at once */

struct ka_icmp_port {
	struct loop *loop;	   /* borrowed */
	const struct hostmap *map; /* borrowed */
	struct watch watch;
	bool open, is_dgram;
	bool told; /* that there is no socket */
	uint16_t ident;
	struct ka_probe *waiting[SERVICE_MAX + 1]; /* by index, borrowed */
};

struct state {
	uint64_t cookie;
	struct in_addr host;
};

struct ka_icmp_port *ka_icmp_new(struct loop *l, const struct hostmap *map)
{
	struct ka_icmp_port *port = xcalloc(1, sizeof(*port));

	port->loop = l;
	port->map = map;
	port->ident = (uint16_t)rnd_u32();
	return port;
}

static void close_port(struct ka_icmp_port *port)
{
	if (!port->open)
		return;
	loop_unwatch(port->loop, &port->watch);
	(void)close(port->watch.fd);
	port->open = false;
}

void ka_icmp_free(struct ka_icmp_port *port)
{
	if (!port)
		return;
	close_port(port);
	free(port);
}

static struct ka_probe *whose(const struct ka_icmp_port *port,
			      const struct icmp_echo *echo, struct in_addr from)
{
	unsigned index = echo->sequence;
	struct ka_probe *p;
	const struct state *s;

	if (index > SERVICE_MAX || !port->waiting[index] ||
	    (!port->is_dgram && echo->ident != port->ident))
		return NULL;
	p = port->waiting[index];
	s = p->state;
	if (s->cookie != echo->cookie || s->host.s_addr != from.s_addr)
		return NULL;
	return p;
}

static void on_ready(void *arg, uint32_t events, uint64_t now_ms)
{
	struct ka_icmp_port *port = arg;
	uint8_t buf[256];

	(void)events;
	for (int i = 0; i < REPLIES_MAX && port->open; i++) {
		struct sockaddr_in from = { 0 };
		socklen_t from_len = sizeof(from);
		struct ka_probe *p = NULL;
		struct icmp_echo echo;
		ssize_t n = recvfrom(port->watch.fd, buf, sizeof(buf), 0,
				     (struct sockaddr *)&from, &from_len);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n > 0 &&
		    icmp_echo_read(port->is_dgram, buf, (size_t)n, &echo))
			p = whose(port, &echo, from.sin_addr);
		if (p)
			p->finish(p, KA_UP, now_ms);
	}
}

static void tune(int fd, bool is_dgram)
{
	struct icmp_filter only_replies = { ~(1u << ICMP_ECHOREPLY) };
	int size = RCVBUF;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
	if (!is_dgram)
		(void)setsockopt(fd, SOL_RAW, ICMP_FILTER, &only_replies,
				 sizeof(only_replies));
}

static bool open_port(struct ka_icmp_port *port, struct err *err)
{
	int fd;

	if (port->open)
		return true;
	fd = sock_icmp(&port->is_dgram, err);
	if (fd < 0)
		return false;
	tune(fd, port->is_dgram);
	port->watch = (struct watch){ .fd = fd, .fn = on_ready, .arg = port };
	port->open = !loop_watch(port->loop, &port->watch, EPOLLIN);
	if (!port->open) {
		(void)err_set(err, ERR_IO, -1, "cannot wait for ICMP: %s",
			      strerror(errno));
		(void)close(fd);
	}
	port->told = false;
	return port->open;
}

static enum ka_result send_echo(struct ka_probe *p, const struct state *s)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = s->host };
	struct icmp_echo echo = { .ident = p->icmp->ident,
				  .sequence = (uint16_t)p->index,
				  .cookie = s->cookie };
	uint8_t buf[ICMP_ECHO_MIN];

	icmp_echo_make(&echo, buf, sizeof(buf));
	if (sendto(p->icmp->watch.fd, buf, sizeof(buf), 0,
		   (struct sockaddr *)&to, sizeof(to)) == sizeof(buf))
		return KA_PENDING;
	return ka_fail(p, "cannot send an echo request to %s: %s",
		       str_addr(p->addr), strerror(errno));
}

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	struct ka_icmp_port *port = p->icmp;
	struct state *s = p->state;
	struct err err = { 0 };

	(void)now_ms;
	if (!open_port(port, &err)) {
		if (!port->told)
			log_write(LOG_KEEPALIVE, LOG_WARNING_4,
				  "ICMP keepalives fail: %s", err.msg);
		port->told = true;
		return ka_fail(p, "%s", err.msg);
	}
	s->cookie = (uint64_t)rnd_u32() << 32 | rnd_u32();
	s->host = hostmap_addr(p->map, p->addr);
	port->waiting[p->index] = p;
	return send_echo(p, s);
}

static enum ka_result ready(struct ka_probe *p, uint32_t events,
			    uint64_t now_ms)
{
	(void)p; /* answers come by the shared socket */
	(void)events;
	(void)now_ms;
	return KA_PENDING;
}

static void stop(struct ka_probe *p)
{
	if (p->icmp->waiting[p->index] == p)
		p->icmp->waiting[p->index] = NULL;
}

const struct ka_ops ka_icmp = {
	.name = "icmp",
	.state_size = sizeof(struct state),
	.start = start,
	.ready = ready,
	.stop = stop,
};

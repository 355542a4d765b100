#include "emu/plane/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/io/sock.h"
#include "emu/plane/announced.h"
#include "emu/plane/channel.h"
#include "emu/plane/inner.h"
#include "emu/plane/plane.h"

#define PAIR_TRIES 64
#define READ_BATCH 16

struct stream_end {	    /* a socket of the switch and who is behind it */
	enum source source; /* SOURCE_STREAM */
	int fd;		    /* owned; -1: none */
	uint8_t side;	    /* LEG_CLIENT, LEG_SERVER */
	uint8_t which;	    /* 1: the second of a pair */
	struct sockaddr_in at, peer; /* host's; peer's port 0: not known yet */
	struct stream *s;
};

struct stream {
	struct stream_end end[2][2]; /* side, which */
	struct flow *by;	     /* borrowed: it closes this first */
	unsigned n;		     /* of a side: 1 or 2 */
	uint64_t bytes[2], used_ms;
	LIST_ENTRY(stream) link; /* channel's; next of over */
};

/* ---- sockets --------------------------------------------------------------- */

static int end_open(const struct worker *w, struct stream_end *e,
		    struct in_addr addr, uint16_t port)
{
	e->at = (struct sockaddr_in){ .sin_family = AF_INET,
				      .sin_addr = addr,
				      .sin_port = htons(port) };
	e->fd = sock_udp_at(w->map, &e->at);
	if (e->fd >= 0)
		inner_await(w->inner, IPPROTO_UDP, &e->at);
	return e->fd;
}

static void end_close(const struct worker *w, struct stream_end *e)
{
	if (e->fd < 0)
		return;
	inner_await_over(w->inner, IPPROTO_UDP, &e->at);
	(void)close(e->fd);
	e->fd = -1;
}

/* An even port and the next one (RFC 3550 11), or any single one. */
static bool side_open(struct stream *s, unsigned side, struct in_addr addr)
{
	const struct worker *w = s->by->w;
	struct stream_end *e = s->end[side];

	for (int i = 0; i < PAIR_TRIES; i++) {
		uint16_t port = 0;

		if (end_open(w, &e[0], addr, 0) < 0)
			return false;
		port = ntohs(e[0].at.sin_port);
		if (s->n == 1)
			return true;
		if (port % 2 == 0 &&
		    end_open(w, &e[1], addr, (uint16_t)(port + 1)) >= 0)
			return true;
		end_close(w, &e[0]);
	}
	return false;
}

static bool side_watch(struct stream *s, unsigned side)
{
	for (unsigned i = 0; i < s->n; i++) {
		struct epoll_event ev = { .events = EPOLLIN,
					  .data.ptr = &s->end[side][i] };

		if (epoll_ctl(s->by->w->ep, EPOLL_CTL_ADD, s->end[side][i].fd,
			      &ev))
			return false;
	}
	return true;
}

static void sockets_close(struct stream *s)
{
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < 2; i++)
			end_close(s->by->w, &s->end[side][i]);
}

/* ---- life ------------------------------------------------------------------ */

static void set_peers(struct stream *s, unsigned side, struct sockaddr_in who,
		      uint16_t port)
{
	for (unsigned i = 0; i < s->n; i++) {
		s->end[side][i].peer = who;
		s->end[side][i].peer.sin_port =
			port ? htons((uint16_t)(port + i)) : 0;
	}
}

struct stream *stream_new(struct flow *by, struct stream_list *all,
			  struct rtsp_ports client)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct worker *w = by->w;

	if (!s)
		return NULL;
	s->by = by;
	s->n = client.pair ? 2 : 1;
	s->used_ms = w->now_ms;
	for (uint8_t side = 0; side < 2; side++)
		for (uint8_t i = 0; i < 2; i++)
			s->end[side][i] = (struct stream_end){
				.source = SOURCE_STREAM,
				.fd = -1,
				.side = side,
				.which = i,
				.s = s,
			};
	set_peers(s, LEG_CLIENT, sock_peer(by->leg[LEG_CLIENT].fd),
		  client.first);
	set_peers(s, LEG_SERVER, sock_peer(by->leg[LEG_SERVER].fd), 0);
	if (!side_open(s, LEG_CLIENT,
		       sock_name(by->leg[LEG_CLIENT].fd).sin_addr) ||
	    !side_open(s, LEG_SERVER, announced_server_side(by).sin_addr) ||
	    !side_watch(s, LEG_CLIENT) || !side_watch(s, LEG_SERVER)) {
		sockets_close(s);
		free(s);
		return NULL;
	}
	LIST_INSERT_HEAD(all, s, link);
	count(&w->c->flows_total, 2 * s->n);
	count(&w->c->udp_total, 2 * s->n);
	return s;
}

void stream_close(struct stream *s)
{
	struct worker *w = s->by->w;

	sockets_close(s);
	LIST_REMOVE(s, link);
	count(&w->c->flows_over, 2 * s->n);
	/* epoll may have reported it in this turn */
	s->link.le_next = w->stream_over;
	w->stream_over = s;
}

void stream_bury(struct worker *w)
{
	struct stream *s;

	while ((s = w->stream_over)) {
		w->stream_over = s->link.le_next;
		free(s);
	}
}

void stream_set_server(struct stream *s, struct rtsp_ports server)
{
	if (server.first)
		set_peers(s, LEG_SERVER, s->end[LEG_SERVER][0].peer,
			  server.first);
}

uint16_t stream_port_for_server(const struct stream *s)
{
	return ntohs(s->end[LEG_SERVER][0].at.sin_port);
}

uint16_t stream_port_for_client(const struct stream *s, struct in_addr *addr)
{
	*addr = s->end[LEG_CLIENT][0].at.sin_addr;
	return ntohs(s->end[LEG_CLIENT][0].at.sin_port);
}

/* ---- datagrams ------------------------------------------------------------- */

/* From the end's peer?  Its port may be what this tells. */
static bool is_from_peer(struct stream_end *e, const struct sockaddr_in *from)
{
	if (from->sin_addr.s_addr != e->peer.sin_addr.s_addr)
		return false;
	if (!e->peer.sin_port)
		e->peer.sin_port = from->sin_port;
	return e->side == LEG_CLIENT || e->peer.sin_port == from->sin_port;
}

static void pass(struct stream_end *e, const char *buf, size_t len)
{
	struct stream *s = e->s;
	struct worker *w = s->by->w;
	struct stream_end *to = &s->end[!e->side][e->which];

	if (!to->peer.sin_port ||
	    sendto(to->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (struct sockaddr *)&to->peer, sizeof(to->peer)) < 0) {
		count(&w->c->udp_lost, 1);
		return;
	}
	count(&w->c->udp_out, 1);
	s->bytes[e->side] += len;
	s->used_ms = s->by->used_ms = w->now_ms;
	use_account(w, &s->by->use[0], e->side == LEG_SERVER, len);
}

void stream_event(struct worker *w, void *source)
{
	struct stream_end *e = source;

	for (int n = 0; n < READ_BATCH && e->fd >= 0; n++) {
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		ssize_t len =
			recvfrom(e->fd, w->scratch, sizeof(w->scratch),
				 MSG_DONTWAIT, (struct sockaddr *)&from, &size);

		if (len < 0)
			return;
		count(&w->c->udp_in, 1);
		if (is_from_peer(e, &from))
			pass(e, w->scratch, (size_t)len);
	}
}

/* ---- show flows ------------------------------------------------------------ */

static int lines_of(const struct stream *s, struct flow_line *line, int max)
{
	const struct flow_use *c = &s->by->use[0];
	int n = 0;

	for (unsigned i = 0; i < s->n && n + 2 <= max; i++, n += 2) {
		const struct stream_end *client = &s->end[LEG_CLIENT][i];
		const struct stream_end *server = &s->end[LEG_SERVER][i];
		struct flow_use u = *c;

		u.key.sport = client->peer.sin_port;
		u.key.dport = client->at.sin_port;
		u.key.proto = IPPROTO_UDP;
		u.dport = server->peer.sin_port;
		u.sport = server->at.sin_port;
		use_lines(&u, s->by->w->now_ms - s->used_ms, s->bytes,
			  &line[n]);
	}
	return n;
}

int stream_lines(const struct stream_list *all, struct flow_line *line, int max)
{
	const struct stream *s;
	int n = 0;

	LIST_FOREACH(s, all, link)
		n += lines_of(s, line + n, max - n);
	return n;
}

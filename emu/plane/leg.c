#include "emu/plane/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/plane/farewell.h"
#include "sslmod/image.h"

/*
 * Bytes in and out of one leg.  Sockets are registered once, edge-triggered for
 * both directions, so readable and writable are remembered here and only
 * cleared when the kernel says "not now", or when it took or gave less than was
 * asked for, which is the same answer without the price of another call.
 * Workers take no signals, so no call is interrupted.
 */

#define PIPE_LEN (1u << 20)

static int plain_read(struct leg *g, void *buf, size_t cap)
{
	ssize_t n = recv(g->fd, buf, cap, 0);

	if (n > 0) {
		if ((size_t)n < cap && !g->hup)
			g->readable = false;
		return (int)n;
	}
	if (n == 0)
		return LEG_EOF;
	if (errno == EAGAIN) {
		g->readable = false;
		return LEG_BLOCKED;
	}
	return LEG_BROKEN;
}

/* A TLS call that waits may wait for the other direction, too. */
static int tls_waits(struct leg *g, int want)
{
	if (want == TLS_WANT_READ)
		g->readable = false;
	else if (want == TLS_WANT_WRITE)
		g->writable = false;
	else
		return LEG_EOF;
	return LEG_BLOCKED;
}

int leg_read(struct leg *g, void *buf, size_t cap)
{
	int n = g->tls ? tls_read(g->tls, buf, cap) : plain_read(g, buf, cap);

	if (n > 0 && g->ack_now)
		tune_acknowledge(g);
	if (!g->tls)
		return n;
	if (n == 0)
		return tls_closed(g->tls) ? LEG_EOF : LEG_BROKEN;
	return n > 0 ? n : tls_waits(g, n);
}

static int plain_write(struct leg *g, const void *buf, size_t len)
{
	ssize_t n = send(g->fd, buf, len, MSG_NOSIGNAL);

	if (n >= 0) {
		if ((size_t)n < len)
			g->writable = false;
		return n ? (int)n : LEG_BLOCKED;
	}
	if (errno == EAGAIN) {
		g->writable = false;
		return LEG_BLOCKED;
	}
	return LEG_BROKEN;
}

int leg_write(struct leg *g, const void *buf, size_t len)
{
	int n;

	if (!g->tls)
		return plain_write(g, buf, len);
	n = tls_write(g->tls, buf, len);
	if (n > 0) {
		if (tls_gathers(g->tls))
			delay_hold(flow_of(g));
		return n;
	}
	return tls_waits(g, n) == LEG_BLOCKED ? LEG_BLOCKED : LEG_BROKEN;
}

int leg_handshake(struct leg *g)
{
	int r;

	if (!g->tls) {
		g->open = true;
		return 1;
	}
	r = tls_handshake(g->tls);
	if (r != 1)
		return tls_waits(g, r);
	/* what came with the last flight waits inside the library */
	g->open = g->readable = g->writable = true;
	return 1;
}

static bool flush_rest(struct worker *w, struct leg *g)
{
	while (g->rest_len && g->writable) {
		int n = leg_write(g, g->rest + g->rest_at, g->rest_len);

		if (n == LEG_BLOCKED)
			return true;
		if (n < 0)
			return false;
		g->rest_at += (uint32_t)n;
		g->rest_len -= (uint32_t)n;
	}
	if (g->rest && !g->rest_len) {
		worker_block_put(w, g->rest);
		g->rest = NULL;
		g->rest_at = 0;
	}
	return true;
}

static bool flush_pipe(struct leg *g)
{
	while (g->piped && g->writable) {
		ssize_t n = splice(g->pipe.out, NULL, g->fd, NULL, g->piped,
				   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

		if (n > 0)
			g->piped -= (uint32_t)n;
		else if (n < 0 && errno == EAGAIN)
			g->writable = false;
		else
			return false;
	}
	return true;
}

bool leg_drain(struct leg *g)
{
	int n;

	g->stuck = false;
	if (!g->tls || !tls_gathers(g->tls))
		return true;
	n = tls_flush(g->tls);
	if (n < 0)
		g->stuck = tls_waits(g, n) == LEG_BLOCKED;
	return n != 0;
}

bool leg_flush(struct worker *w, struct leg *g)
{
	if (g->stuck && (!leg_drain(g) || g->stuck))
		return g->stuck;
	if (g->rest && !flush_rest(w, g))
		return false;
	if (g->rest_len || !g->has_pipe)
		return true;
	if (!flush_pipe(g))
		return false;
	if (!g->piped) { /* an idle connection keeps no pipe */
		worker_pipe_put(w, g->pipe);
		g->has_pipe = false;
	}
	return true;
}

bool leg_keep(struct worker *w, struct leg *g, const char *data, size_t len)
{
	if (!g->rest)
		g->rest = worker_block(w);
	if (!g->rest)
		return false;
	memcpy(g->rest, data, len);
	g->rest_at = 0;
	g->rest_len = (uint32_t)len;
	return true;
}

bool leg_append(struct worker *w, struct leg *g, const char *data, size_t len)
{
	if (!g->rest_len)
		return leg_keep(w, g, data, len);
	if (g->rest_at + g->rest_len + len > BLOCK_LEN) {
		memmove(g->rest, g->rest + g->rest_at, g->rest_len);
		g->rest_at = 0;
	}
	if (g->rest_len + len > BLOCK_LEN)
		return false;
	memcpy(g->rest + g->rest_at + g->rest_len, data, len);
	g->rest_len += (uint32_t)len;
	return true;
}

/* Bytes moved into to's pipe, or enum leg_io. */
int leg_splice(struct worker *w, struct leg *from, struct leg *to)
{
	ssize_t n;

	if (!to->has_pipe && !(to->has_pipe = worker_pipe(w, &to->pipe)))
		return LEG_BROKEN;
	n = splice(from->fd, NULL, to->pipe.in, NULL, PIPE_LEN,
		   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (n > 0) {
		if (from->ack_now)
			tune_acknowledge(from);
		to->piped += (uint32_t)n;
		return (int)n;
	}
	if (n == 0)
		return LEG_EOF;
	if (errno == EAGAIN) {
		from->readable = false;
		return LEG_BLOCKED;
	}
	return LEG_BROKEN;
}

static bool register_for(struct worker *w, struct leg *g, int op,
			 uint32_t events)
{
	struct epoll_event ev = { .events = events | EPOLLOUT | EPOLLET,
				  .data.ptr = g };

	return !epoll_ctl(w->ep, op, g->fd, &ev);
}

bool leg_watch(struct worker *w, struct leg *g)
{
	return register_for(w, g, EPOLL_CTL_ADD, EPOLLIN | EPOLLRDHUP);
}

void leg_mute(struct worker *w, struct leg *g, bool muted)
{
	g->muted = muted;
	(void)register_for(w, g, EPOLL_CTL_MOD,
			   muted ? 0 : EPOLLIN | EPOLLRDHUP);
}

static void pipe_drop(struct worker *w, struct leg *g)
{
	if (!g->has_pipe)
		return;
	if (g->piped) { /* foreign bytes in it: not to be used again */
		(void)close(g->pipe.in);
		(void)close(g->pipe.out);
	} else {
		worker_pipe_put(w, g->pipe);
	}
	g->has_pipe = false;
	g->piped = 0;
}

/* A socket that is closed with bytes unread says goodbye with a reset. */
void leg_discard(struct worker *w, struct leg *g)
{
	for (int i = 0; i < 4 && g->fd >= 0; i++)
		if (recv(g->fd, w->scratch, sizeof(w->scratch), 0) <= 0)
			return;
}

void leg_close(struct worker *w, struct leg *g, bool reset)
{
	static const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (g->tls) {
		if (!reset && g->open)
			tls_shutdown(g->tls);
		tls_free(g->tls);
		g->tls = NULL;
	}
	if (g->fd >= 0) {
		if (reset)
			(void)setsockopt(g->fd, SOL_SOCKET, SO_LINGER, &now,
					 sizeof(now));
		count(&w->c->resets_sent, reset);
		count(&w->c->legs_over[g->side], 1);
		(void)close(g->fd);
		g->fd = -1;
	}
	if (g->rest)
		worker_block_put(w, g->rest);
	g->rest = NULL;
	g->rest_len = 0;
	pipe_drop(w, g);
}

void leg_leave(struct worker *w, struct leg *g)
{
	int fd = g->fd;

	g->fd = -1;
	leg_close(w, g, false);
	count(&w->c->legs_over[g->side], 1);
	farewell(w, fd);
}

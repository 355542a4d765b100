#include "emu/base/str.h"
#include "emu/io/sock.h"
#include "emu/keepalive/ka.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The connection of the probes that speak TCP: opened, used for one small
 * question and one small answer, closed. */

enum ka_result ka_fail(struct ka_probe *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(p->detail, sizeof(p->detail), fmt, ap);
	va_end(ap);
	return KA_DOWN;
}

static enum ka_result connect_failed(struct ka_probe *p, int error)
{
	return ka_fail(p, "cannot connect to %s:%u: %s", str_addr(p->addr),
		       p->port, strerror(error));
}

enum ka_result ka_connect(struct ka_probe *p)
{
	const struct in_addr any = { htonl(INADDR_ANY) };

	p->watch.fd = sock_connect(p->map, p->addr, htons(p->port), any);
	if (p->watch.fd < 0)
		return connect_failed(p, errno);
	if (loop_watch(p->loop, &p->watch, EPOLLOUT)) {
		enum ka_result result = connect_failed(p, errno);

		(void)close(p->watch.fd);
		return result;
	}
	p->watching = true;
	return KA_PENDING;
}

/* Nobody listens, and the kernel picked as our own port the one that we ask
 * for: TCP then connects the socket to itself. */
static bool is_own_end(int fd)
{
	struct sockaddr_in us = { 0 }, them = { 0 };
	socklen_t us_len = sizeof(us), them_len = sizeof(them);

	return !getsockname(fd, (struct sockaddr *)&us, &us_len) &&
	       !getpeername(fd, (struct sockaddr *)&them, &them_len) &&
	       us.sin_port == them.sin_port &&
	       us.sin_addr.s_addr == them.sin_addr.s_addr;
}

enum ka_result ka_connected(struct ka_probe *p)
{
	int error = sock_error(p->watch.fd);

	if (!error && is_own_end(p->watch.fd))
		error = ECONNREFUSED;
	return error ? connect_failed(p, error) : KA_UP;
}

enum ka_result ka_wait(struct ka_probe *p, uint32_t events)
{
	if (loop_rewatch(p->loop, &p->watch, events))
		return ka_fail(p, "cannot wait for an answer: %s",
			       strerror(errno));
	return KA_PENDING;
}

/* A fresh connection takes some hundred bytes at once, or never will. */
enum ka_result ka_send(struct ka_probe *p, const void *data, size_t len)
{
	ssize_t n = p->tls ? ka_tls_send(p->tls, data, len)
			   : send(p->watch.fd, data, len, MSG_NOSIGNAL);

	if (n == (ssize_t)len)
		return KA_UP;
	return ka_fail(p, "%s:%u does not take the request: %s",
		       str_addr(p->addr), p->port,
		       n < 0 ? strerror(errno) : "only part of it went out");
}

enum ka_result ka_recv(struct ka_probe *p, void *buf, size_t cap, size_t *len)
{
	char *at = (char *)buf + *len;
	ssize_t n = p->tls ? ka_tls_recv(p->tls, at, cap - *len)
			   : recv(p->watch.fd, at, cap - *len, 0);

	if (n > 0) {
		*len += (size_t)n;
		return KA_UP;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return KA_PENDING;
	return ka_fail(p, "%s:%u closed without an answer: %s",
		       str_addr(p->addr), p->port,
		       n < 0 ? strerror(errno) : "end of connection");
}

void ka_close(struct ka_probe *p, bool fin)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	if (!p->watching)
		return;
	ka_tls_end(p);
	loop_unwatch(p->loop, &p->watch);
	p->watching = false;
	if (!fin)
		(void)setsockopt(p->watch.fd, SOL_SOCKET, SO_LINGER, &reset,
				 sizeof(reset));
	(void)close(p->watch.fd);
}

void ka_drop(struct ka_probe *p)
{
	ka_close(p, false);
}

enum ka_result ka_ask(struct ka_probe *p, bool *asked,
		      enum ka_result (*ask)(struct ka_probe *p), void *buf,
		      size_t cap, size_t *len)
{
	enum ka_result result;

	if (!*asked) {
		*asked = true;
		return ka_connected(p) == KA_DOWN ? KA_DOWN : ask(p);
	}
	result = ka_recv(p, buf, cap, len);
	if (result != KA_UP)
		return result;
	return *len < cap ? KA_PENDING : KA_UP;
}

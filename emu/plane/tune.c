#include "emu/plane/relay.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/plane/plane.h"
#include "sslmod/image.h"

/*
 * `tcp virtual`, `tcp server` and `tcp buffer-share` of an entry, as far as this
 * host's TCP can be told (tcp(7)).  What is not asked for costs no call.
 */

/* Since Linux 6.15, in microseconds (linux/tcp.h). */
#ifndef TCP_RTO_MIN_US
#define TCP_RTO_MIN_US 45
#endif
#ifndef TCP_DELACK_MAX_US
#define TCP_DELACK_MAX_US 46
#endif

static void set(int fd, int level, int option, uint32_t value)
{
	int n = (int)value;

	/* a system that does not know the option does without */
	(void)setsockopt(fd, level, option, &n, sizeof(n));
}

bool plane_tells_tcp_times(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), n = 0;
	socklen_t size = sizeof(n);
	bool told = fd >= 0 &&
		    !getsockopt(fd, IPPROTO_TCP, TCP_DELACK_MAX_US, &n, &size);

	if (fd >= 0)
		(void)close(fd);
	return told;
}

void tune_acknowledge(const struct leg *g)
{
	set(g->fd, IPPROTO_TCP, TCP_QUICKACK, 1);
}

void tune_side(struct leg *g, const struct ssl_side_opts *side,
	       const struct ssl_leg_opts *all)
{
	int fd = g->fd;

	g->ack_now = side->ack_now;
	if (side->nagle)
		set(fd, IPPROTO_TCP, TCP_NODELAY, 0);
	if (side->ack_now)
		tune_acknowledge(g);
	if (side->ack_us)
		set(fd, IPPROTO_TCP, TCP_DELACK_MAX_US, side->ack_us);
	if (side->retrans_us)
		set(fd, IPPROTO_TCP, TCP_RTO_MIN_US, side->retrans_us);
	if (side->window)
		set(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, side->window);
	/* the kernel takes twice as much, for its own book-keeping */
	if (all->buf_rx)
		set(fd, SOL_SOCKET, SO_RCVBUF, all->buf_rx);
	if (all->buf_tx)
		set(fd, SOL_SOCKET, SO_SNDBUF, all->buf_tx);
}

#include "emu/plane/relay.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "sslmod/image.h"

/*
 * `tcp virtual`, `tcp server` and `tcp buffer-share` of an entry, as far as this
 * host's TCP can be told (tcp(7)).  What is not asked for costs no call.
 */

static void set(int fd, int level, int option, uint32_t value)
{
	int n = (int)value;

	/* a system that does not know the option does without */
	(void)setsockopt(fd, level, option, &n, sizeof(n));
}

void tune_side(int fd, const struct ssl_side_opts *side,
	       const struct ssl_leg_opts *all)
{
	if (side->nagle)
		set(fd, IPPROTO_TCP, TCP_NODELAY, 0);
	if (side->ack_now)
		set(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
	if (side->window)
		set(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, side->window);
	/* the kernel takes twice as much, for its own book-keeping */
	if (all->buf_rx)
		set(fd, SOL_SOCKET, SO_RCVBUF, all->buf_rx);
	if (all->buf_tx)
		set(fd, SOL_SOCKET, SO_SNDBUF, all->buf_tx);
}

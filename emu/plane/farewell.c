#include "emu/plane/farewell.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/plane/worker.h"

#define CLOSE_MS    1000
#define WAITING_MAX 64	  /* of a worker */
#define UNREAD	    16384 /* bytes that the kernel takes from it meanwhile */

struct farewell {
	int fd; /* owned */
	struct worker *w;
	uint64_t due_ms;
	struct timed timed;
	LIST_ENTRY(farewell) link; /* worker's leaving */
};

#define FAREWELL_OF(t) TIMED_IN(t, struct farewell)

static struct farewell *wait_for(struct worker *w, int fd)
{
	struct farewell *b = NULL;

	if (w->nleaving >= WAITING_MAX ||
	    w->nflows + WAITING_MAX >= w->max_flows)
		return NULL;
	b = malloc(sizeof(*b));
	if (b)
		*b = (struct farewell){ .fd = fd,
					.w = w,
					.due_ms = w->now_ms + CLOSE_MS,
					.timed.kind = TIMED_FAREWELL };
	return b;
}

void farewell(struct worker *w, int fd)
{
	struct farewell *b = wait_for(w, fd);
	int unread = UNREAD;

	if (!b) {
		(void)close(fd);
		return;
	}
	/* its events are nobody's now */
	(void)epoll_ctl(w->ep, EPOLL_CTL_DEL, fd, NULL);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &unread, sizeof(unread));
	(void)shutdown(fd, SHUT_WR);
	LIST_INSERT_HEAD(&w->leaving, b, link);
	w->nleaving++;
	wheel_set(w, &b->timed);
}

static void end(struct farewell *b)
{
	(void)close(b->fd);
	wheel_unset(b->w, &b->timed);
	LIST_REMOVE(b, link);
	b->w->nleaving--;
	free(b);
}

void farewell_all(struct worker *w)
{
	/* the analyzer does not see that ending takes them off the list */
	while (!LIST_EMPTY(&w->leaving)) /* NOLINTNEXTLINE */
		end(LIST_FIRST(&w->leaving));
}

uint64_t farewell_due(const struct timed *t)
{
	return FAREWELL_OF(t)->due_ms;
}

void farewell_expire(struct timed *t)
{
	end(FAREWELL_OF(t));
}

/*
 * The packet thread: waits for frames of any port or of the inside, takes them in
 * batches under the lock, does what is due, and hands out what was queued.
 */
#include "emu/wire/wire_priv.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"
#include "emu/io/tun.h"
#include "emu/plane/worker.h"
#include "emu/wire/fast.h"

#define BATCH	   256 /* frames of one port, until others have their turn */
#define EVENTS	   (WIRE_PORT_MAX + 2)
#define LONGEST_MS 1000

enum { TAG_BELL = -1, TAG_INSIDE = -2 };

struct wire_thread {
	pthread_t thread;
	int ep, bell;	    /* owned */
	struct tun *inside; /* borrowed */
	_Atomic bool stop;
};

void wire_lock(struct wire *w)
{
	(void)pthread_mutex_lock(&w->lock);
}

void wire_unlock(struct wire *w)
{
	(void)pthread_mutex_unlock(&w->lock);
}

void wire_wake(struct wire *w)
{
	uint64_t one = 1;

	if (w->thread)
		(void)!write(w->thread->bell, &one, sizeof(one));
}

/* ---- one turn -------------------------------------------------------------------- */

static void port_batch(struct wire *w, int port, uint64_t now_ms)
{
	struct port_io *io = w->port[port].io;
	struct packet p;
	uint64_t when;

	/* what the port holds already, no descriptor would tell of */
	for (int n = 0;
	     (n < BATCH || io->waits) && io->ops->receive(io, &p, &when); n++)
		wire_receive(w, port, &p, now_ms);
}

static void inside_batch(struct wire *w, struct tun *inside, uint64_t now_ms)
{
	struct packet p;

	for (int n = 0; n < BATCH && tun_receive(inside, &p); n++)
		wire_from_inside(w, &p, now_ms);
}

static void ready(struct wire *w, int tag, uint64_t now_ms)
{
	struct wire_thread *t = w->thread;
	uint64_t rings;

	if (tag == TAG_BELL)
		(void)!read(t->bell, &rings, sizeof(rings));
	else if (tag == TAG_INSIDE)
		inside_batch(w, t->inside, now_ms);
	else
		port_batch(w, tag, now_ms);
}

static int wait_ms(struct wire *w)
{
	uint64_t now = clock_ms(), due = 0;

	wire_lock(w);
	due = wire_due_ms(w);
	wire_unlock(w);
	if (due <= now)
		return 0;
	return due - now > LONGEST_MS ? LONGEST_MS : (int)(due - now);
}

/* Whose packets are waiting already. */
static uint64_t busy_ports(struct wire_thread *t)
{
	struct epoll_event ev[EVENTS];
	int n = epoll_wait(t->ep, ev, EVENTS, 0);
	uint64_t busy = 0;

	for (int i = 0; i < n; i++)
		if (ev[i].data.fd >= 0)
			busy |= 1ull << ev[i].data.fd;
	return busy;
}

static void turn(struct wire *w)
{
	struct wire_thread *t = w->thread;
	struct epoll_event ev[EVENTS];
	int n = epoll_wait(t->ep, ev, EVENTS, wait_ms(w));
	uint64_t now_ms = clock_ms();

	wire_lock(w);
	worker_packet_turn(w->worker, now_ms, (uint64_t)time(NULL));
	for (int i = 0; i < n; i++)
		ready(w, ev[i].data.fd, now_ms);
	wire_advance(w, now_ms);
	wire_flush(w);
	tun_flush(t->inside);
	if (fast_waits(w))
		fast_turn_over(w, busy_ports(t));
	wire_unlock(w);
}

static void *thread_main(void *arg)
{
	struct wire *w = arg;

	while (!atomic_load_explicit(&w->thread->stop, memory_order_relaxed))
		turn(w);
	return NULL;
}

/* ---- life ------------------------------------------------------------------------- */

static int add(struct wire_thread *t, int fd, int tag)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = tag };

	return epoll_ctl(t->ep, EPOLL_CTL_ADD, fd, &ev);
}

static int watch_all(struct wire *w, struct wire_thread *t)
{
	if (add(t, t->bell, TAG_BELL) || add(t, tun_fd(t->inside), TAG_INSIDE))
		return -1;
	for (int i = 0; i < w->nport; i++)
		if (w->port[i].io->fd >= 0 && add(t, w->port[i].io->fd, i))
			return -1;
	return 0;
}

/* Signals belong to the control thread. */
static int thread_begin(struct wire *w)
{
	sigset_t all, old;
	int error;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&w->thread->thread, NULL, thread_main, w);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!error)
		(void)pthread_setname_np(w->thread->thread, "packets");
	return error;
}

static void dispose(struct wire_thread *t)
{
	if (t->ep >= 0)
		(void)close(t->ep);
	if (t->bell >= 0)
		(void)close(t->bell);
	free(t);
}

static bool to_tun(void *arg, struct packet *p)
{
	return tun_send(arg, p);
}

int wire_start(struct wire *w, struct tun *inside, struct err *err)
{
	struct wire_thread *t = xcalloc(1, sizeof(*t));
	int error = 0;

	t->inside = inside;
	t->ep = epoll_create1(EPOLL_CLOEXEC);
	t->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	wire_set_inside(w, &(struct wire_inside){ inside, to_tun });
	w->thread = t;
	if (t->ep < 0 || t->bell < 0 || watch_all(w, t))
		error = errno;
	else
		error = thread_begin(w);
	if (!error)
		return 0;
	w->thread = NULL;
	dispose(t);
	return err_set(err, ERR_IO, -1, "the packet thread does not start: %s",
		       strerror(error));
}

void wire_stop(struct wire *w)
{
	struct wire_thread *t = w->thread;

	if (!t)
		return;
	atomic_store_explicit(&t->stop, true, memory_order_relaxed);
	wire_wake(w);
	(void)pthread_join(t->thread, NULL);
	w->thread = NULL;
	dispose(t);
}

/*
 * A port that is memory: tests put frames in and take out what was sent.
 */
#include <assert.h>
#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/io/port_priv.h"

struct frame {
	struct frame *next;
	struct packet_offload off;
	uint32_t len;
	uint8_t data[];
};

struct queue {
	struct frame *first, **last;
};

struct queue_port {
	struct port_io io;
	struct queue in, out;
	uint8_t room[PORT_FRAME];
};

static void queue_init(struct queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void queue_add(struct queue *q, const void *data, uint32_t len,
		      const struct packet_offload *off)
{
	struct frame *f = xcalloc(1, sizeof(*f) + len);

	f->off = *off;
	f->len = len;
	memcpy(f->data, data, len);
	*q->last = f;
	q->last = &f->next;
}

/* NULL: it is empty. */
static struct frame *queue_get(struct queue *q)
{
	struct frame *f = q->first;

	if (f)
		q->first = f->next;
	if (!q->first)
		q->last = &q->first;
	return f;
}

static bool queue_receive(struct port_io *io, struct packet *p,
			  uint64_t *when_us)
{
	struct queue_port *q = (struct queue_port *)io;
	struct frame *f = queue_get(&q->in);

	*when_us = 0;
	if (!f)
		return false;
	*p = port_frame(q->room);
	p->off = f->off;
	p->len = f->len;
	memcpy(p->data, f->data, f->len);
	free(f);
	return true;
}

static bool queue_send(struct port_io *io, struct packet *p)
{
	struct queue_port *q = (struct queue_port *)io;

	queue_add(&q->out, p->data, p->len, &p->off);
	return true;
}

static void queue_flush(struct port_io *io)
{
	(void)io; /* nothing waits */
}

static void queue_close(struct port_io *io)
{
	struct queue_port *q = (struct queue_port *)io;
	struct frame *f;

	while ((f = queue_get(&q->in)))
		free(f);
	while ((f = queue_get(&q->out)))
		free(f);
	free(q);
}

struct port_io *port_queue_new(unsigned mtu)
{
	struct queue_port *q = xcalloc(1, sizeof(*q));

	port_init(&q->io, &port_queue, "queue");
	q->io.mtu = mtu;
	queue_init(&q->in);
	queue_init(&q->out);
	return &q->io;
}

void port_queue_link(struct port_io *io, bool up)
{
	assert(io->ops == &port_queue);
	io->unplugged = !up;
}

void port_queue_put_open(struct port_io *io, const void *frame, uint32_t len,
			 const struct packet_offload *off)
{
	assert(io->ops == &port_queue && len <= PACKET_MAX);
	queue_add(&((struct queue_port *)io)->in, frame, len, off);
}

void port_queue_put(struct port_io *io, const void *frame, uint32_t len)
{
	const struct packet_offload done = { 0 };

	port_queue_put_open(io, frame, len, &done);
}

uint8_t *port_queue_take(struct port_io *io, uint32_t *len,
			 struct packet_offload *off)
{
	struct frame *f = queue_get(&((struct queue_port *)io)->out);
	uint8_t *data = NULL;

	assert(io->ops == &port_queue);
	if (!f)
		return NULL;
	*len = f->len;
	if (off)
		*off = f->off;
	data = xmemdup(f->data, f->len);
	free(f);
	return data;
}

const struct port_ops port_queue = {
	.kind = "queue:",
	.help = "",
	.receive = queue_receive,
	.send = queue_send,
	.flush = queue_flush,
	.close = queue_close,
};

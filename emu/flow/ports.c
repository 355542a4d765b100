#include "emu/flow/ports.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "emu/base/xalloc.h"
#include "emu/conf/global.h"

#define LEN(a) (sizeof(a) / sizeof(*(a)))

/* ---- idle times ----------------------------------------------------------- */

/* The first row that fits. */
static const struct port_timeout timeouts[] = {
	{ IPPROTO_TCP, 21, 600 },
	{ IPPROTO_TCP, 22, 600 },
	{ IPPROTO_TCP, 23, 600 },
	{ IPPROTO_TCP, 80, 8 },
	{ IPPROTO_TCP, 119, 600 },
	{ IPPROTO_TCP, 179, 600 },
	{ IPPROTO_TCP, 1080, 600 },
	{ IPPROTO_UDP, 53, 5 },
	{ 0, 0, 16 },
};

const struct port_timeout *port_timeout_at(size_t i)
{
	return i < LEN(timeouts) ? &timeouts[i] : NULL;
}

uint32_t port_idle_ms(uint8_t proto, uint16_t port)
{
	const struct port_timeout *t = timeouts;

	while ((t->proto && t->proto != proto) || (t->port && t->port != port))
		t++;
	return t->seconds * 1000u;
}

/* ---- flow states ---------------------------------------------------------- */

/* Routed as they are; a SIP datagram is still translated. */
static const struct flow_state_row builtin[] = {
	{ .port = 67, .proto = IPPROTO_UDP },
	{ .port = 68, .proto = IPPROTO_UDP },
	{ .port = 137, .proto = IPPROTO_UDP },
	{ .port = 138, .proto = IPPROTO_UDP },
	{ .port = 161, .proto = IPPROTO_UDP },
	{ .port = 162, .proto = IPPROTO_UDP },
	{ .port = 520, .proto = IPPROTO_UDP },
	{ .port = 5060, .proto = IPPROTO_UDP, .nat = true },
	{ .port = 8089, .proto = IPPROTO_TCP },
};

static struct flow_state_row *row_of(struct flow_state_row *row, size_t n,
				     uint16_t port, uint8_t proto)
{
	for (size_t i = 0; i < n; i++)
		if (row[i].port == port && row[i].proto == proto)
			return &row[i];
	return NULL;
}

static struct flow_state_row configured(const struct flow_port *s)
{
	return (struct flow_state_row){
		.port = s->port,
		.proto = s->proto,
		.flow = s->flow,
		.nat = s->nat,
		.configured = true,
	};
}

static int by_port(const void *x, const void *y)
{
	const struct flow_state_row *a = x, *b = y;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return (int)a->proto - (int)b->proto;
}

struct flow_state_row *flow_state_table(const struct conf *c, size_t *n)
{
	const struct flow_conf *f = &c->global->flow;
	size_t max = LEN(builtin) + (size_t)f->nport;
	struct flow_state_row *row = xcalloc(max, sizeof(*row));

	for (*n = 0; *n < LEN(builtin); ++*n)
		row[*n] = builtin[*n];
	for (int i = 0; i < f->nport; i++) {
		struct flow_state_row new = configured(&f->port[i]);
		struct flow_state_row *old =
			row_of(row, *n, new.port, new.proto);

		*(old ? old : &row[(*n)++]) = new;
	}
	qsort(row, *n, sizeof(*row), by_port);
	return row;
}

#include "emu/flow/ports.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"

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

/* "5060 tcp flow-disable nat-disable"; with flows, there is nothing to say of
 * translation, and without, it is the default. */
static struct flow_state_row line_read(const struct kept_line *l)
{
	uint32_t port = 0;

	(void)str_to_u32(l->word[0], 1, UINT16_MAX, &port);
	return (struct flow_state_row){
		.port = (uint16_t)port,
		.proto = str_ieq(l->word[1], "tcp") ? IPPROTO_TCP : IPPROTO_UDP,
		.flow = kept_has(l, "flow-enable"),
		.nat = !kept_has(l, "nat-disable"),
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
	const struct settings *kept = &c->global->kept;
	size_t max = LEN(builtin) + settings_count(kept, "flow-state");
	struct flow_state_row *row = xcalloc(max, sizeof(*row));
	struct kept_line l;

	for (*n = 0; *n < LEN(builtin); ++*n)
		row[*n] = builtin[*n];
	for (size_t i = 0; kept_line(kept, "flow-state", i, &l); i++) {
		struct flow_state_row new = line_read(&l);
		struct flow_state_row *old =
			row_of(row, *n, new.port, new.proto);

		*(old ? old : &row[(*n)++]) = new;
	}
	qsort(row, *n, sizeof(*row), by_port);
	return row;
}

#ifndef CSS_EMU_FLOW_PORTS_H
#define CSS_EMU_FLOW_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;

/*
 * What the product has built in about TCP and UDP ports: how long an idle flow
 * lives (content.md 3.7), and which ports get no flows at all (3.8).  Ports are
 * in host order.
 */
struct port_timeout {
	uint8_t proto; /* 0: both */
	uint16_t port; /* 0: every other one */
	uint16_t seconds;
};

/* The i-th row; NULL behind the last. */
const struct port_timeout *port_timeout_at(size_t i);
/* When neither rule nor group has a flow-timeout-multiplier. */
uint32_t port_idle_ms(uint8_t proto, uint16_t port);

struct flow_state_row {
	uint16_t port;
	uint8_t proto;	 /* IPPROTO_TCP, IPPROTO_UDP */
	bool flow, nat;	 /* enabled? */
	bool configured; /* by a flow-state line, which wins over a built-in */
};

/* Built-in rows and those of the configuration, by port and protocol; owned by
 * the caller (free). */
struct flow_state_row *flow_state_table(const struct conf *c, size_t *n);

#endif

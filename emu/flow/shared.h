#ifndef CSS_EMU_FLOW_SHARED_H
#define CSS_EMU_FLOW_SHARED_H

#include <stdatomic.h>
#include <stdint.h>

#include "emu/conf/conf.h"
#include "emu/keepalive/keepalive.h"

struct sticky;

/*
 * Everything that workers share on purpose.  It outlives policies, so that a
 * configuration change forgets no connection, cursor or sticky client.
 * Relaxed atomics throughout: each value stands alone.
 */
struct shared_service {
	_Atomic uint32_t state; /* enum service_state */
	_Atomic uint32_t conns; /* connections now */
	char apart[56];		/* a cache line each: workers count here */
};

struct shared {
	struct shared_service service[SERVICE_MAX + 1]; /* by index */
	_Atomic uint32_t cursor[CONTENT_MAX + 1];	/* by rule */
	struct sticky *sticky;				/* owned */
	struct hit_table *hits;				/* owned */
};

struct shared *shared_new(void); /* every service suspended */
void shared_free(struct shared *s);

void shared_set_state(struct shared *s, unsigned service,
		      enum service_state state);
enum service_state shared_state(const struct shared *s, unsigned service);
uint32_t shared_conns(const struct shared *s, unsigned service);
void shared_enter(struct shared *s, unsigned service);
void shared_leave(struct shared *s, unsigned service);

/*
 * Hits of a service inside a rule.  The counter is made when first asked for
 * (control thread only) and stays where it is until shared_free.
 */
_Atomic uint64_t *shared_hits(struct shared *s, unsigned rule,
			      unsigned service);
/* The same of a row of the flow-state table; port in host order. */
_Atomic uint64_t *shared_port_hits(struct shared *s, uint8_t proto,
				   uint16_t port);

#endif

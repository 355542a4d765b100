#ifndef CSS_EMU_FLOW_SHARED_H
#define CSS_EMU_FLOW_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/conf/conf.h"
#include "emu/keepalive/keepalive.h"

struct portmap_pool;
struct sticky;

#define ACL_SHARED_MAX	  99 /* ACLs, and clauses of one (content.md 6.1) */
#define CLAUSE_SHARED_MAX 254

/*
 * Everything that workers share on purpose.  It outlives policies, so that a
 * configuration change forgets no connection, cursor or sticky client.
 * Relaxed atomics throughout: each value stands alone.
 */
struct shared_service {
	_Atomic uint32_t state; /* enum service_state */
	_Atomic uint32_t conns; /* connections now */
	_Atomic uint32_t load;	/* 2 to 254; control thread */
	_Atomic uint64_t up_ms; /* when it came alive, monotonic; 0: long ago */
	char apart[40];		/* a cache line each: workers count here */
};

struct shared {
	struct shared_service service[SERVICE_MAX + 1]; /* by index */
	_Atomic uint32_t cursor[CONTENT_MAX + 1];	/* by rule */
	struct sticky *sticky;				/* owned */
	_Atomic uint64_t *clause[ACL_SHARED_MAX + 1]; /* owned; by ACL, then
							 clause number */
	struct hit_table *hits;				/* owned */
	struct portmap_pool *ports[GROUP_MAX + 1]; /* owned; by source group,
						     NULL: never in use */
};

struct shared *shared_new(void); /* every service suspended */
void shared_free(struct shared *s);

void shared_set_state(struct shared *s, unsigned service,
		      enum service_state state);
enum service_state shared_state(const struct shared *s, unsigned service);
/* How long a service has been up; UINT64_MAX: since before this was asked. */
uint64_t shared_up_ms(const struct shared *s, unsigned service,
		      uint64_t now_ms);
void shared_set_up(struct shared *s, unsigned service, uint64_t now_ms);
unsigned shared_load(const struct shared *s, unsigned service);
void shared_set_load(struct shared *s, unsigned service, unsigned load);
/* Hits of a clause; made when first asked for, control thread only. */
_Atomic uint64_t *shared_clause(struct shared *s, unsigned acl,
				unsigned clause);
/* The same of source ports; addresses: as many as the group has. */
struct portmap_pool *shared_ports(struct shared *s, unsigned group,
				  unsigned addresses);
uint32_t shared_conns(const struct shared *s, unsigned service);
/* A connection more unless the service has that many; false: it has. */
bool shared_enter_below(struct shared *s, unsigned service, uint32_t max);
void shared_enter(struct shared *s, unsigned service);
void shared_leave(struct shared *s, unsigned service);

/*
 * Hits of a service inside a rule.  The counter is made when first asked for
 * (control thread only) and stays where it is until shared_free.
 */
_Atomic uint64_t *shared_hits(struct shared *s, unsigned rule,
			      unsigned service);
/* Of a service in a source group: of its sources, or of its destinations. */
_Atomic uint64_t *shared_group_hits(struct shared *s, unsigned group,
				    bool destination, unsigned service);
/* The same of a row of the flow-state table; port in host order. */
_Atomic uint64_t *shared_port_hits(struct shared *s, uint8_t proto,
				   uint16_t port);

#endif

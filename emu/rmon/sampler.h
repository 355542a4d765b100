#ifndef CSS_EMU_RMON_SAMPLER_H
#define CSS_EMU_RMON_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "emu/conf/rmon.h"

struct loop;

/*
 * RMON at work (RFC 1757): active alarms sample their objects and raise events,
 * active histories keep what the counters of a port grew by, interval by
 * interval.  Control thread only.
 */

/* ---- an alarm's decision -------------------------------------------------- */
enum alarm_crossing { ALARM_NO_CROSSING, ALARM_RISING, ALARM_FALLING };

struct alarm_state { /* zeroed: nothing has been sampled */
	bool has_sample, has_value;
	uint64_t sample; /* the last, for delta */
	int64_t value;	 /* what was compared last */
	enum alarm_crossing last;
};
/*
 * Takes a sample: does it cross a threshold?  A rising alarm comes once, until a
 * falling one has come, and the other way round.
 */
enum alarm_crossing alarm_step(struct alarm_state *s,
			       const struct rmon_alarm *a, uint64_t sample);

/* ---- all of them ---------------------------------------------------------- */
enum rmon_stat { /* etherHistoryTable */
		 RMON_DROPS,
		 RMON_OCTETS,
		 RMON_PACKETS,
		 RMON_BROADCAST,
		 RMON_MULTICAST,
		 RMON_CRC_ALIGN,
		 RMON_UNDERSIZE,
		 RMON_OVERSIZE,
		 RMON_FRAGMENTS,
		 RMON_JABBERS,
		 RMON_COLLISIONS,
		 RMON_STAT_NUM,
};

#define RMON_GRANTED_MAX 100 /* own bound: buckets of a history */

struct rmon_bucket {
	time_t start;		   /* wall_now() */
	uint64_t n[RMON_STAT_NUM]; /* what was counted in it */
};

struct sampler_hooks {
	void *arg;
	/* The value of a MIB object; false: it is not known. */
	bool (*object)(void *arg, const char *name, uint64_t *value);
	/* The counters of a port; false: there is no such port. */
	bool (*port)(void *arg, uint32_t ifindex, uint64_t n[RMON_STAT_NUM]);
};

struct sampler;
struct sampler *sampler_new(struct loop *l, const struct conf *c,
			    const struct sampler_hooks *hooks);
void sampler_free(struct sampler *s);
/* After every change of the configuration: starts what became active, forgets
 * what is so no more. */
void sampler_sync(struct sampler *s);
unsigned sampler_granted(const struct rmon_history *h); /* buckets at most */
/* The i-th bucket of a history, the oldest first; NULL: there are not so many. */
const struct rmon_bucket *sampler_bucket(const struct sampler *s,
					 const struct rmon_history *h,
					 unsigned i);

#endif

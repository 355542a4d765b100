#ifndef CSS_EMU_FLOW_LOAD_H
#define CSS_EMU_FLOW_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/conf/conf.h"
#include "emu/conf/flowconf.h"

/*
 * Load numbers of services from the response times of their flows (content.md
 * 1.5): 2 is the fastest service, each `load step` of response time beyond it is
 * one more, 254 is the most.  Short flows and long ones are reckoned apart; the
 * average of both is what counts.  Pure: samples, settings and the time come in.
 */
#define LOAD_LEAST 2
#define LOAD_MOST  254
#define LOAD_DOWN  255 /* not eligible */

enum load_class { LOAD_SHORT, LOAD_LONG, LOAD_CLASSES };
#define LOAD_SHORT_BYTES 15360 /* longer flows are long ones (TN: about 15 KB) */

struct load_sample { /* flows that have reported since the last look */
	uint64_t ms, n;
};

struct load_of { /* a service */
	struct {
		double ms, weight; /* average and what it rests on */
		uint64_t at_ms;	   /* last report; weight 0: none */
		uint8_t load;
	} class[LOAD_CLASSES];
	uint8_t average;
	uint8_t fixed; /* `load N` of the service; 0: measured */
};

struct loads {
	struct load_of of[SERVICE_MAX + 1]; /* by index */
	uint64_t decayed_ms;
	uint32_t step_ms; /* in force; dynamic ones adapt */
};

void loads_init(struct loads *l);
void load_forget(struct load_of *s); /* as good as an idle one */
void load_report(struct load_of *s, enum load_class c,
		 const struct load_sample *sample, uint64_t now_ms);
/* Ages, then reckons the load of each of the n services. */
void loads_reckon(struct loads *l, const struct load_conf *conf,
		  const unsigned *index, int n, uint64_t now_ms);

/*
 * The response time of a flow as its class counts it: a long one's is scaled to
 * LOAD_SHORT_BYTES, so that flows of different length can be compared.
 */
enum load_class load_class_of(uint64_t bytes);
uint64_t load_normalized(uint64_t ms, uint64_t bytes);

#endif

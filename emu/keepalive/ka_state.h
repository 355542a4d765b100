#ifndef CSS_EMU_KEEPALIVE_KA_STATE_H
#define CSS_EMU_KEEPALIVE_KA_STATE_H

#include "emu/keepalive/keepalive.h"

/*
 * The state machine of content.md 1.3 as a function.  A service that becomes
 * active starts as { SERVICE_DOWN }: not settled, it is Down because nobody has
 * asked yet.  The first Alive, or maxfailure failures, settle it.  Only "none"
 * goes from Suspended to Alive at once.
 */
struct ka_status {
	enum service_state state;
	unsigned failures; /* in a row; stops growing at maxfailure */
	bool settled;
};

struct ka_step {
	struct ka_status next;
	unsigned delay_s; /* from the start of this probe to the next one's */
	bool counted;	  /* a state transition of `show service` */
};

/* result: KA_UP or KA_DOWN */
struct ka_step ka_step(struct ka_status now, const struct probe_spec *spec,
		       enum ka_result result);

#endif

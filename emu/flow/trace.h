#ifndef CSS_EMU_FLOW_TRACE_H
#define CSS_EMU_FLOW_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/net/key.h"

struct conf;
struct out;
struct policy;
struct shared;

/*
 * What the switch would do with a request, without sending anything: the
 * decisions of flow_decide(), dry, one behind another as traffic would meet
 * them, through an SSL module to its clear text, too.
 */
struct trace_in {
	const struct conf *conf; /* whose SSL lists a module has */
	const struct policy *policy;
	struct shared *shared;
	struct flow_key key;
	const char *head; /* of a request; NULL: none is given */
	size_t head_len;
	uint64_t now_ms, wall_s;
};

/* A switch without traffic: every service that is active counts as alive. */
struct shared *trace_all_alive(const struct conf *c);
/* In words, a block a decision; json: one object, the decision about the clear
 * text of a module inside of it. */
void trace(const struct trace_in *t, bool json, struct out *o);

#endif

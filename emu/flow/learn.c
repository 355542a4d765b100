#include "emu/flow/learn.h"

#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/sticky/sticky.h"

bool learn_wants_hello(const struct policy_rule *r)
{
	return r && r->sticky == STICK_TABLE && r->sticky_type == STICKY_SSL;
}

void learn_hello(struct shared *s, const struct learnt *what, uint64_t now_ms)
{
	const struct policy_rule *r = what->rule;
	struct sticky_key k = { .rule = r->index };

	if (what->len) {
		k.type = STICKY_SSL;
		k.hash = sticky_hash(s->sticky, what->id, what->len);
	} else if (what->policy->flow.l4_fallback) {
		k.type = STICKY_L4;
		k.src.s_addr = what->key->src.s_addr & r->sticky_mask.s_addr;
		k.dport = what->key->dport;
	} else {
		return;
	}
	(void)sticky_set(s->sticky, &k, what->service, r->sticky_ms, now_ms);
}

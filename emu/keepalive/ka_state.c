#include "emu/keepalive/ka_state.h"
#include "emu/conf/probe.h"

#include <assert.h>

static struct ka_step up(struct ka_status now, const struct probe_spec *spec)
{
	return (struct ka_step){
		.next = { .state = SERVICE_ALIVE, .settled = true },
		.delay_s = spec->frequency_s,
		.counted = now.state == SERVICE_DOWN ||
			   now.state == SERVICE_SUSPENDED,
	};
}

static struct ka_step down(struct ka_status now, const struct probe_spec *spec)
{
	bool out = now.failures + 1 >= spec->maxfailure;
	struct ka_step step = { .next = now, .delay_s = spec->retryperiod_s };

	if (!out)
		step.next.failures++;
	else
		step.next.failures = spec->maxfailure;
	if (now.state != SERVICE_DOWN)
		step.next.state = out ? SERVICE_DOWN : SERVICE_DYING;
	step.next.settled = now.settled || out;
	step.counted = out && (now.state != SERVICE_DOWN || !now.settled);
	return step;
}

struct ka_step ka_step(struct ka_status now, const struct probe_spec *spec,
		       enum ka_result result)
{
	assert(result != KA_PENDING);
	assert(result == KA_UP || now.state != SERVICE_SUSPENDED);
	return result == KA_UP ? up(now, spec) : down(now, spec);
}

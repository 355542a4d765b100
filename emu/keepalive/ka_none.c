#include "emu/keepalive/ka.h"

/* "keepalive type none": nobody is asked, the service counts as there. */

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	(void)p;
	(void)now_ms;
	return KA_UP;
}

static void stop(struct ka_probe *p)
{
	(void)p;
}

const struct ka_ops ka_none = { .name = "none", .start = start, .stop = stop };

#include "emu/keepalive/ka.h"

/* A handshake and nothing more; then RST, or FIN with "tcp-close fin". */

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	(void)now_ms;
	return ka_connect(p);
}

static enum ka_result ready(struct ka_probe *p, uint32_t events,
			    uint64_t now_ms)
{
	(void)events;
	(void)now_ms;
	return ka_connected(p);
}

static void stop(struct ka_probe *p)
{
	ka_close(p, p->spec.close_fin);
}

const struct ka_ops ka_tcp = {
	.name = "tcp",
	.start = start,
	.ready = ready,
	.stop = stop,
};

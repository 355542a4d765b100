#include "emu/base/err.h"
#include "emu/keepalive/ka.h"

/* "keepalive type script": the server is there when a script says so (content.md
 * 5.8). */
struct state {
	void *run; /* NULL: it is over */
};

static void done(void *owner, int status, const char *text, uint64_t now_ms)
{
	struct ka_probe *p = owner;
	struct state *s = p->state;
	enum ka_result result = KA_UP;

	s->run = NULL;
	if (status)
		result = ka_fail(p, "%s", text);
	p->finish(p, result, now_ms);
}

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	struct state *s = p->state;
	struct script_probe what = { p->spec.arg, p->spec.script_args,
				     p->spec.use_output };
	struct err err = { 0 };

	(void)now_ms;
	s->run = p->hooks->script_start(p->hooks->arg, &what, done, p, &err);
	return s->run ? KA_PENDING : ka_fail(p, "%s", err.msg);
}

static enum ka_result ready(struct ka_probe *p, uint32_t events,
			    uint64_t now_ms)
{
	(void)p; /* the script tells its end itself */
	(void)events;
	(void)now_ms;
	return KA_PENDING;
}

static void stop(struct ka_probe *p)
{
	struct state *s = p->state;

	if (s->run)
		p->hooks->script_stop(p->hooks->arg, s->run);
	s->run = NULL;
}

const struct ka_ops ka_script = {
	.name = "script",
	.state_size = sizeof(struct state),
	.start = start,
	.ready = ready,
	.stop = stop,
};

/* The control thread's side of captures: wire.h. */
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/wire/capture.h"
#include "emu/wire/fast.h"
#include "emu/wire/wire_priv.h"

/* The place of the port; -1: it is wired to nothing. */
static int place_of(const struct wire *w, const struct capture_want *want)
{
	for (int i = 0; i < w->nport; i++)
		if (w->port[i].slot == want->slot &&
		    w->port[i].number == want->number)
			return i;
	return -1;
}

int wire_capture_check(struct wire *w, const struct capture_want *want,
		       struct err *err)
{
	int rc = 0;

	if (want->kind == CAPTURE_PORT && place_of(w, want) < 0)
		return err_set(err, ERR_REFUSED, -1,
			       "The port is wired to no interface: show lab "
			       "wire");
	wire_lock(w);
	if (w->captures)
		rc = capture_check(w->captures, want, err);
	wire_unlock(w);
	return rc;
}

int wire_capture_start(struct wire *w, const struct capture_want *want,
		       struct secrets *s, int fd, struct err *err)
{
	struct capture_ports ports = { .n = w->nport };
	int rc;

	wire_lock(w);
	for (int i = 0; i < w->nport; i++) {
		ports.name[i] = w->setup->port[i].name;
		ports.mtu[i] = w->port[i].io->mtu;
	}
	if (!w->captures)
		w->captures = captures_new(s, NULL);
	rc = capture_start(w->captures, want, place_of(w, want), &ports, fd,
			   err);
	fast_follow(w);
	wire_unlock(w);
	return rc;
}

int wire_capture_stop(struct wire *w, const char *file, struct err *err)
{
	int rc;

	wire_lock(w);
	rc = w->captures ? capture_stop(w->captures, file, err)
			 : err_set(err, ERR_NOT_FOUND, -1,
				   "No capture was started");
	wire_unlock(w);
	return rc;
}

void wire_capture_show(struct wire *w, struct out *o)
{
	wire_lock(w);
	if (w->captures)
		capture_show(w->captures, o);
	wire_unlock(w);
}

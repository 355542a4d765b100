#include "emu/keepalive/ka.h"

#include <assert.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/net/reply.h"

/*
 * "keepalive type ftp RECORD" (content.md 4.3): logs in with the record's user and
 * password (RFC 959 5.4) and takes leave.  The record's host is not looked at:
 * what is probed is the service.
 */
enum step { GREETING, USER, PASS, LEFT };

static const struct {
	const char *what; /* for the reason of a failure */
	unsigned wanted, in_advance; /* codes; in_advance: no password needed */
} steps[] = {
	[GREETING] = { "the connection", 220, 0 },
	[USER] = { "the user", 331, 230 },
	[PASS] = { "the password", 230, 202 },
};
static_assert(sizeof(steps) / sizeof(*steps) == LEFT,
	      "steps[] does not match enum step");

struct state {
	bool open;
	enum step step;
	struct reply reply;
};

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	(void)now_ms;
	return ka_connect(p);
}

static enum ka_result say(struct ka_probe *p, enum step step, const char *verb,
			  const char *value)
{
	struct state *s = p->state;
	char line[256];
	int n = snprintf(line, sizeof(line), "%s%s%s\r\n", verb,
			 *value ? " " : "", value);
	enum ka_result result = KA_DOWN;

	s->step = step;
	if (n > 0 && (size_t)n < sizeof(line))
		result = ka_send(p, line, (size_t)n);
	wipe(line, sizeof(line));
	return result == KA_UP ? KA_PENDING : KA_DOWN;
}

/* RFC 1635: an anonymous user names itself as the password. */
static enum ka_result say_password(struct ka_probe *p)
{
	char clear[64] = "anonymous@";
	enum ka_result result = KA_DOWN;

	if (p->login.despw[0] &&
	    (!p->hooks->secret_open ||
	     !p->hooks->secret_open(p->hooks->arg, p->login.despw, clear,
				    sizeof(clear))))
		return ka_fail(p, T_KAL_PASSWORD, p->spec.arg);
	result = say(p, PASS, "PASS", clear);
	wipe(clear, sizeof(clear));
	return result;
}

/* The server is there as soon as it has let us in. */
static enum ka_result let_in(struct ka_probe *p)
{
	(void)say(p, LEFT, "QUIT", "");
	return KA_UP;
}

static enum ka_result answered(struct ka_probe *p, unsigned code)
{
	struct state *s = p->state;

	if (s->step == GREETING && code == 120) /* ready in some minutes */
		return KA_PENDING;
	if (code != steps[s->step].wanted && code != steps[s->step].in_advance)
		return ka_fail(p, "%s:%u refuses %s: %u", str_addr(p->addr),
			       p->port, steps[s->step].what, code);
	switch (s->step) {
	case GREETING:
		return say(p, USER, "USER", p->login.user);
	case USER:
		return code == 230 ? let_in(p) : say_password(p);
	default:
		return let_in(p);
	}
}

static enum ka_result gather(struct ka_probe *p)
{
	struct state *s = p->state;
	char buf[1024];
	size_t len = 0, at = 0, used = 0;
	enum ka_result result = ka_recv(p, buf, sizeof(buf), &len);

	while (result == KA_UP && at < len) {
		enum reply_event e =
			reply_feed(&s->reply, buf + at, len - at, &used);
		unsigned code = s->reply.code;

		at += used;
		if (e == REPLY_BAD)
			return ka_fail(p, "%s:%u does not answer as FTP does",
				       str_addr(p->addr), p->port);
		if (e == REPLY_MORE)
			break;
		s->reply = (struct reply){ 0 };
		result = answered(p, code);
		if (result != KA_PENDING)
			return result;
		result = KA_UP; /* and there may be more */
	}
	return result == KA_DOWN ? KA_DOWN : KA_PENDING;
}

static enum ka_result ready(struct ka_probe *p, uint32_t events,
			    uint64_t now_ms)
{
	struct state *s = p->state;

	(void)events;
	(void)now_ms;
	if (s->open)
		return gather(p);
	s->open = true;
	return ka_connected(p) == KA_DOWN ? KA_DOWN : ka_wait(p, EPOLLIN);
}

/* In good order, so that the QUIT arrives. */
static void stop(struct ka_probe *p)
{
	const struct state *s = p->state;

	ka_close(p, s->step == LEFT);
}

const struct ka_ops ka_ftp = {
	.name = "ftp",
	.state_size = sizeof(struct state),
	.start = start,
	.ready = ready,
	.stop = stop,
};

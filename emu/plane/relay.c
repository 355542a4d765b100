#include "emu/plane/relay.h"

#include <sys/socket.h>

#include "emu/flow/policy.h"
#include "emu/plane/channel.h"
#include "emu/plane/hello.h"
#include "sslmod/image.h"

/*
 * Moving bytes between two open legs.  What is read from one leg is written to
 * the other at once; what that leg does not take is kept in its rest, and as
 * long as it has a rest, nothing more is read for it.  So back-pressure travels
 * to the sender, and a connection that is idle owns no buffer.
 *
 * Plain to plain, reads that fill the buffer switch the direction to splice,
 * which moves pages instead of copying; small pieces switch it back, because
 * for them two calls through a pipe cost more than a copy.
 */

#define COPY_BUDGET   (1u << 20) /* bytes a direction a turn: others wait */
#define SPLICE_BUDGET (8u << 20)
#define SPLICE_SMALL  16384

enum moved { MOVED_OK, MOVED_MORE, MOVED_OVER };

void flow_account(struct flow *f, unsigned side, uint64_t n)
{
	f->bytes[side] += n;
	f->used_ms = f->w->now_ms;
	for (unsigned i = 0; i < f->nuse; i++)
		use_account(f->w, &f->use[i],
			    (side == LEG_SERVER) != f->reversed, n);
}

static enum moved over(struct flow *f, enum flow_end why)
{
	flow_close(f, why);
	return MOVED_OVER;
}

static enum moved reset_by(struct flow *f, const struct leg *g)
{
	bool client = g->side == LEG_CLIENT;

	if (!g->tls || !tls_spoilt(g->tls))
		return over(f, client ? END_CLIENT_RESET : END_SERVER_RESET);
	flow_fail(f, client ? END_CLIENT_TLS : END_SERVER_TLS,
		  tls_reason(g->tls));
	return MOVED_OVER;
}

/* TLS gives a record at a time; gather them, so that one write takes all. */
static int fill(struct leg *g, char *buf, size_t cap)
{
	size_t len = 0;
	int n;

	do {
		n = leg_read(g, buf + len, cap - len);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 && g->tls && len < cap);
	if (n == LEG_EOF)
		g->eof = true;
	return len ? (int)len : n;
}

/* Bytes read, or enum leg_io of the reading side; *broken: of the writing. */
static int copy(struct flow *f, struct leg *from, struct leg *to, bool *broken)
{
	char *buf = f->w->scratch;
	int len = fill(from, buf, sizeof(f->w->scratch)), done = 0, n = 0;

	if (len <= 0)
		return len;
	flow_account(f, from->side, (uint64_t)len);
	if (f->hello && from->side == LEG_SERVER)
		hello_said(f, buf, (size_t)len);
	while (done < len && to->writable) {
		n = leg_write(to, buf + done, (size_t)(len - done));
		if (n <= 0)
			break;
		done += n;
	}
	*broken = n == LEG_BROKEN ||
		  (done < len &&
		   !leg_keep(f->w, to, buf + done, (size_t)(len - done)));
	if (!from->tls && !to->tls && len == (int)sizeof(f->w->scratch))
		from->bulk = true;
	return len;
}

static int bulk(struct flow *f, struct leg *from, struct leg *to, bool *broken)
{
	int n = leg_splice(f->w, from, to);

	if (n > 0) {
		flow_account(f, from->side, (uint64_t)n);
		*broken = !leg_flush(f->w, to);
		from->bulk = n >= SPLICE_SMALL;
	}
	if (n == LEG_EOF)
		from->eof = true;
	return n;
}

/*
 * from has ended and to has all its bytes.  Plain legs end one direction at a
 * time, and so does a TLS client that says close_notify but keeps its socket
 * open: it waits for its answer.  A server that ends, or a TLS client that is
 * gone altogether, ends both directions.
 */
static bool ends_both(const struct leg *from, const struct leg *to)
{
	if (to->eof)
		return true;
	if (!from->tls && !to->tls)
		return false;
	return from->side == LEG_SERVER || (from->tls && from->hup);
}

static enum moved pass_end(struct flow *f, struct leg *from, struct leg *to)
{
	if (ends_both(from, to))
		return over(f, END_CLOSED);
	if (to->shut)
		return MOVED_OK;
	to->shut = true;
	if (to->tls)
		tls_shutdown(to->tls);
	else
		(void)shutdown(to->fd, SHUT_WR);
	return MOVED_OK;
}

static enum moved move(struct flow *f, struct leg *from, struct leg *to)
{
	uint32_t left = from->bulk ? SPLICE_BUDGET : COPY_BUDGET;

	for (;;) {
		bool broken = false;
		int n;

		if (leg_is_full(to) && !leg_flush(f->w, to))
			return reset_by(f, to);
		if (leg_is_full(to))
			return MOVED_OK;
		if (from->eof || !from->readable)
			break;
		if (!left)
			return MOVED_MORE;
		n = f->channel	 ? channel_copy(f, from, to, &broken)
		    : from->bulk ? bulk(f, from, to, &broken)
				 : copy(f, from, to, &broken);
		if (broken)
			return reset_by(f, to);
		if (n == LEG_BROKEN)
			return reset_by(f, from);
		if (n == LEG_BLOCKED)
			break;
		if (n > 0)
			left -= (uint32_t)n < left ? (uint32_t)n : left;
	}
	if (from->muted)
		leg_mute(f->w, from, false);
	if (to->has_pipe && !leg_flush(f->w, to)) /* gives the pipe back */
		return reset_by(f, to);
	if (!from->eof)
		return MOVED_OK;
	if (!leg_drain(to))
		return reset_by(f, to);
	return to->stuck ? MOVED_OK : pass_end(f, from, to);
}

bool flow_relay(struct flow *f)
{
	struct leg *c = &f->leg[LEG_CLIENT], *s = &f->leg[LEG_SERVER];
	enum moved a = move(f, c, s), b;

	if (a == MOVED_OVER)
		return false;
	b = move(f, s, c);
	if (b == MOVED_OVER)
		return false;
	if ((a == MOVED_MORE || b == MOVED_MORE) && !f->queued) {
		f->queued = true;
		TAILQ_INSERT_TAIL(&f->w->again, f, more);
	}
	return true;
}

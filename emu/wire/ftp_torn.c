#include "emu/wire/ftp_torn.h"

#include <string.h>

#include "emu/base/out.h"

/* ---- putting together ------------------------------------------------------------- */

/* Is the line's beginning wanted in front of it?  What begins right behind the
 * line only wants it when the sender will not send it again. */
static bool begins_inside(const struct torn *t, uint32_t from)
{
	if (!seq_before(t->seq, from) || seq_before(torn_end(t), from))
		return false;
	return from != torn_end(t) || !t->whole || t->promised == t->len;
}

static bool ends_inside(const struct torn *t, uint32_t from, uint32_t to)
{
	return !seq_before(t->seq, from) && seq_before(t->seq, to) &&
	       seq_before(to, torn_end(t));
}

void torn_join(const struct torn *t, struct stretch *s, struct out *o)
{
	uint32_t to = s->seq + (uint32_t)s->len;

	if (!t->len ||
	    (!begins_inside(t, s->seq) && !ends_inside(t, s->seq, to)))
		return;
	if (seq_before(s->seq, t->seq))
		out_write(o, s->text, t->seq - s->seq);
	else
		s->seq = t->seq;
	out_write(o, t->text, t->len);
	if (seq_before(torn_end(t), to))
		out_write(o, s->text + s->len - (to - torn_end(t)),
			  to - torn_end(t));
	s->text = o->buf;
	s->len = o->len;
}

/* ---- keeping ------------------------------------------------------------------------ */

static bool is_other(const struct torn *t, uint32_t seq)
{
	return t->len && t->seq != seq;
}

static void keep(struct torn *t, uint32_t seq, const char *text, size_t len)
{
	if (!t->len)
		t->promised = 0;
	t->seq = seq;
	t->len = (uint16_t)len;
	memcpy(t->text, text, len);
}

bool torn_hold(struct torn *t, uint32_t seq, const char *text, size_t len)
{
	if (len > TORN_MAX || is_other(t, seq))
		return false;
	keep(t, seq, text, len);
	t->whole = false;
	return true;
}

bool torn_tell(struct torn *t, uint32_t seq, const char *line, size_t len,
	       const char *told, size_t ntold)
{
	bool same = len == ntold && !memcmp(line, told, len);

	if (is_other(t, seq))
		return same;
	if (same && !t->len)
		return true;
	if (len > TORN_MAX || ntold > sizeof(t->told)) {
		torn_release(t); /* the rest of it is not kept */
		return same;
	}
	keep(t, seq, line, len);
	memcpy(t->told, told, ntold);
	t->ntold = (uint16_t)ntold;
	t->whole = true;
	return true;
}

void torn_release(struct torn *t)
{
	if (!torn_is_held(t))
		return;
	memcpy(t->told, t->text, t->len);
	t->ntold = t->len;
	t->whole = true;
}

/* ---- acknowledging ------------------------------------------------------------------- */

void torn_heard(struct torn *t, uint32_t acked)
{
	if (t->whole && !seq_before(acked, torn_end(t)))
		t->len = 0;
}

uint32_t torn_promise(struct torn *t, uint32_t ack)
{
	if (torn_is_held(t) && ack == t->seq)
		t->promised = t->len;
	if (t->len && !seq_before(ack, t->seq) &&
	    seq_before(ack, t->seq + t->promised))
		return t->seq + t->promised;
	return ack;
}

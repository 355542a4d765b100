#include "emu/wire/ftp_torn.h"

#include <string.h>

#include "emu/base/out.h"

/* Sequence numbers go round (RFC 9293 3.4). */
static bool is_before(uint32_t seq, uint32_t at)
{
	return (int32_t)(seq - at) < 0;
}

static uint32_t end_of(const struct torn *t)
{
	return t->seq + t->len;
}

static bool is_held(const struct torn *t)
{
	return t->len && !t->whole;
}

/* Is the line's beginning wanted in front of it?  What begins right behind the
 * line only wants it when the sender will not send it again. */
static bool begins_inside(const struct torn *t, uint32_t from)
{
	if (!is_before(t->seq, from) || is_before(end_of(t), from))
		return false;
	return from != end_of(t) || !t->whole || t->promised == t->len;
}

static bool ends_inside(const struct torn *t, uint32_t from, uint32_t to)
{
	return !is_before(t->seq, from) && is_before(t->seq, to) &&
	       is_before(to, end_of(t));
}

static void join(const struct torn *t, struct stretch *s, struct out *o)
{
	uint32_t to = s->seq + (uint32_t)s->len;

	if (is_before(s->seq, t->seq))
		out_write(o, s->text, t->seq - s->seq);
	else
		s->seq = t->seq;
	out_write(o, t->text, t->len);
	if (is_before(end_of(t), to))
		out_write(o, s->text + s->len - (to - end_of(t)),
			  to - end_of(t));
	s->text = o->buf;
	s->len = o->len;
}

static enum torn_fit empty(const struct torn *t, struct stretch *s)
{
	bool asks = is_before(t->seq, s->seq) && is_before(s->seq, end_of(t));

	s->seq = torn_seq(t, s->seq);
	if (!is_held(t) || !asks)
		return TORN_APART;
	s->seq = t->seq;
	return TORN_ASKED;
}

enum torn_fit torn_join(const struct torn *t, struct stretch *s, struct out *o)
{
	if (!t->len)
		return TORN_APART;
	if (!s->len && !s->fin)
		return empty(t, s);
	if (is_held(t) && is_before(end_of(t), s->seq)) {
		s->seq = t->seq;
		s->len = 0;
		s->fin = false;
		return TORN_AHEAD;
	}
	if (!begins_inside(t, s->seq) &&
	    !ends_inside(t, s->seq, s->seq + (uint32_t)s->len))
		return TORN_APART;
	join(t, s, o);
	return TORN_JOINED;
}

bool torn_hold(struct torn *t, uint32_t seq, const char *text, size_t len)
{
	if (len > TORN_MAX || (t->len && t->seq != seq))
		return false;
	if (!t->len)
		t->promised = 0;
	t->seq = seq;
	t->whole = false;
	t->len = (uint16_t)len;
	memcpy(t->text, text, len);
	return true;
}

void torn_end(struct torn *t, uint32_t seq, const char *line, size_t len)
{
	if (!is_held(t) || t->seq != seq)
		return;
	t->whole = true;
	if (len > TORN_MAX)
		return;
	t->len = (uint16_t)len;
	memcpy(t->text, line, len);
}

void torn_heard(struct torn *t, uint32_t acked)
{
	if (t->whole && !is_before(acked, end_of(t)))
		t->len = 0;
}

uint32_t torn_promise(struct torn *t, uint32_t ack)
{
	if (is_held(t) && ack == t->seq)
		t->promised = t->len;
	if (t->len && !is_before(ack, t->seq) &&
	    is_before(ack, t->seq + t->promised))
		return t->seq + t->promised;
	return ack;
}

uint32_t torn_seq(const struct torn *t, uint32_t seq)
{
	return is_held(t) && seq == end_of(t) ? t->seq : seq;
}

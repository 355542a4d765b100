#include "emu/wire/ftp_track.h"

#include <stdlib.h>

#include "emu/base/out.h"
#include "emu/base/xalloc.h"
#include "emu/net/checksum.h"
#include "emu/net/ftp.h"
#include "emu/wire/forward_priv.h"
#include "emu/wire/ftp_torn.h"

#define CONTROL_PORT 21
#define TEXT_SAFE    536 /* bytes that every path takes: RFC 9293 3.7.1 */

/* One sender's stream, whose bytes are numbered otherwise for its receiver. */
struct stream_side {
	uint32_t turn;	       /* from this number on */
	int32_t before, after; /* this is added */
	uint32_t next;	/* what lies in front of it was read, and has gone on */
	uint32_t acked; /* its receiver has everything in front of it */
	uint16_t window;  /* that it told last, as it stands in segments */
	bool known;	  /* are next and acked? */
	bool inside_line; /* next is; RFC 959: all end in CR LF */
	bool turned;	  /* turn is a number of this stream */
	struct torn torn;
};

struct announced { /* what was told last, for those who have not heard it */
	struct in_addr addr, told;
	uint16_t port, told_port; /* told_port 0: nothing is told */
};

struct ftp_track {
	struct stream_side side[2];
	struct announced last;
	const struct policy_group *group; /* counted there; NULL: none */
	bool passive; /* the client has asked the server to wait */
	bool secure;  /* nothing can be read any more */
};

/* ---- life ------------------------------------------------------------------------- */

static bool is_control(const struct wflow *f)
{
	if (f->kind != WFLOW_PLAIN || f->use.key.proto != IPPROTO_TCP ||
	    f->half[0].same)
		return false;
	return (f->use.rule && f->use.rule->application == APP_FTP_CONTROL) ||
	       (f->use.group && ntohs(f->use.key.dport) == CONTROL_PORT);
}

struct ftp_track *ftp_track_new(struct wire *w, const struct wflow *f)
{
	struct ftp_track *t = NULL;

	if (!is_control(f))
		return NULL;
	t = xcalloc(1, sizeof(*t));
	t->group = f->use.group;
	if (!t->group && f->use.member)
		t->group = f->use.member->svc->source_group;
	if (t->group)
		count(&w->worker->c->group[t->group->index].ftp_total, 1);
	return t;
}

void ftp_track_free(struct wire *w, struct ftp_track *t)
{
	if (t && t->group)
		count(&w->worker->c->group[t->group->index].ftp_left, 1);
	free(t);
}

/* ---- sequence numbers -------------------------------------------------------------- */

static uint32_t shifted(const struct stream_side *s, uint32_t seq)
{
	return seq +
	       (uint32_t)(seq_before(seq, s->turn) ? s->before : s->after);
}

/* Back to the sender's numbers, of what its receiver has acknowledged.  A line of
 * another length is not acknowledged in parts. */
static uint32_t unshifted(const struct stream_side *s, uint32_t ack)
{
	uint32_t was = ack - (uint32_t)s->after;

	if (!seq_before(was, s->turn))
		return was;
	was = ack - (uint32_t)s->before;
	return s->turned && !seq_before(was, s->turn) ? s->turn - 1 : was;
}

/* What is held back, its receiver knows nothing of. */
static uint32_t known_seq(const struct ftp_track *t,
			  const struct stream_side *s, uint32_t seq)
{
	return s->known && !t->secure && seq_before(s->next, seq) ? s->next
								  : seq;
}

uint32_t ftp_track_seq(const struct ftp_track *t, const struct half *h,
		       uint32_t seq)
{
	const struct stream_side *s = &t->side[h->side];

	return shifted(s, known_seq(t, s, seq));
}

/* The line that ends there has grown by so much. */
static void turn_here(struct stream_side *s, uint32_t end, int32_t more)
{
	if (!more)
		return;
	s->before = s->after;
	s->after += more;
	s->turn = end;
	s->turned = true;
}

/* ---- what is announced --------------------------------------------------------------- */

/*
 * The opener of the channel waits for a connection: from the other end to where
 * that sees the opener.  Where its address is hidden, its port is another one, if
 * one is left.
 */
static void opener_waits(struct wire *w, struct wflow *f, struct announced *a)
{
	const struct half *h = &f->half[0];
	struct tuple from = { .src = h->to_dst,
			      .dst = h->to_src,
			      .dport = htons(a->port),
			      .proto = IPPROTO_TCP },
		     to = { .src = h->dst,
			    .dst = h->src,
			    .dport = htons(a->port),
			    .proto = IPPROTO_TCP };
	struct flow_use u = { .key = f->use.key };
	struct expected *e = NULL;

	if (h->to_src != h->src) {
		if (!f->use.group ||
		    !use_map(f->policy->p, &u, f->use.group, false))
			return;
		from.dst = u.src.s_addr;
		from.dport = u.sport;
	}
	e = expected_add(w, f, &from, &to);
	e->use.mapping = u.mapping;
	a->told.s_addr = from.dst;
	a->told_port = ntohs(from.dport);
}

/* The other end waits: at the address that the opener knows it by. */
static void other_waits(struct wire *w, struct wflow *f, struct announced *a)
{
	const struct half *h = &f->half[0];
	struct tuple from = { .src = h->src,
			      .dst = h->dst,
			      .dport = htons(a->port),
			      .proto = IPPROTO_TCP },
		     to = { .src = h->to_src,
			    .dst = h->to_dst,
			    .dport = htons(a->port),
			    .proto = IPPROTO_TCP };

	expected_add(w, f, &from, &to)->maps = f->use.group != NULL;
	a->told.s_addr = h->dst;
	a->told_port = a->port;
}

/* Nobody may send the switch, or others through it, to a third host. */
static bool is_own(const struct half *h, const struct ftp_line *l)
{
	return l->addr.s_addr == INADDR_ANY || l->addr.s_addr == h->src;
}

static void announce(struct wire *w, struct half *h, const struct ftp_line *l,
		     const char *line, size_t len, struct out *o)
{
	struct wflow *f = wflow_of(h);
	struct announced *a = &f->ftp->last;
	bool again = a->told_port && a->port == l->port &&
		     a->addr.s_addr == l->addr.s_addr;

	if (!is_own(h, l)) {
		out_write(o, line, len);
		return;
	}
	if (!again) {
		*a = (struct announced){ .addr = l->addr, .port = l->port };
		(h->side ? other_waits : opener_waits)(w, f, a);
	}
	if (a->told_port)
		ftp_write(line, len, l, a->told, a->told_port, o);
	else
		out_write(o, line, len);
}

/* As in the host attachment (channel.c): an answer is only taken for what the
 * client asked for. */
static void one_line(struct wire *w, struct half *h, const char *line,
		     size_t len, struct out *o)
{
	struct ftp_track *t = wflow_of(h)->ftp;
	struct ftp_line l;

	if (!h->side)
		ftp_command(line, len, &l);
	else
		ftp_reply(line, len, &l);
	if (l.kind == FTP_PORT || (l.kind == FTP_ENTERING && t->passive)) {
		announce(w, h, &l, line, len, o);
		return;
	}
	if (l.kind == FTP_PASSIVE) {
		t->passive = true;
		t->last.told_port = 0;
	}
	if (l.kind == FTP_SECURE)
		t->secure = true;
	out_write(o, line, len);
}

/* ---- segments ------------------------------------------------------------------------ */

struct segment {
	uint8_t *tcp, *text;
	uint32_t head, len; /* of the text */
	uint32_t seq;
};

static struct segment segment_of(const struct packet *p)
{
	struct segment s = { .tcp = p->data + p->l4 };

	s.head = (s.tcp[TCP_OFF] >> 4) * 4u;
	s.text = s.tcp + s.head;
	s.len = p->len > p->l4 + s.head ? p->len - p->l4 - s.head : 0;
	s.seq = get32(s.tcp + TCP_SEQ);
	return s;
}

/* ---- what is said -------------------------------------------------------------------- */

enum rest {		/* what became of the end of a stretch */
	    REST_GONE,	/* it goes on with the others */
	    REST_HELD,	/* it is a beginning, and held */
	    REST_LATER, /* another line is under way: its sender has to wait */
};

static void pass(struct stream_side *side, const struct stretch *x, size_t at,
		 size_t len, struct out *o)
{
	if (!len)
		return;
	out_write(o, x->text + at, len);
	side->next = x->seq + (uint32_t)(at + len);
	side->inside_line = x->text[at + len - 1] != '\n';
}

/* What was read before goes on as it did then; returns its length. */
static size_t again(const struct stream_side *side, const struct stretch *x,
		    struct out *o)
{
	const struct torn *t = &side->torn;
	size_t at = 0, len = 0;

	if (seq_before(x->seq, side->next))
		len = side->next - x->seq;
	if (len > x->len)
		len = x->len;
	if (t->whole && torn_is_in(t, x->seq, x->seq + (uint32_t)len)) {
		at = t->seq - x->seq;
		out_write(o, x->text, at);
		out_write(o, t->told, t->ntold);
		at += t->len;
	}
	out_write(o, x->text + at, len - at);
	return len;
}

/* false: it has to wait. */
static bool whole_line(struct wire *w, struct half *h, const struct stretch *x,
		       size_t at, size_t len, struct out *o)
{
	struct stream_side *side = &wflow_of(h)->ftp->side[h->side];
	uint32_t seq = x->seq + (uint32_t)at, end = seq + (uint32_t)len;
	struct out told = { 0 };
	bool goes = false;

	if (len <= TORN_MAX)
		one_line(w, h, x->text + at, len, &told);
	else
		out_write(&told, x->text + at, len);
	goes = torn_tell(&side->torn, seq, x->text + at, len, told.buf,
			 told.len);
	if (goes) {
		out_write(o, told.buf, told.len);
		side->next = end;
		side->inside_line = false;
		turn_here(side, end, (int32_t)told.len - (int32_t)len);
	}
	out_fini(&told);
	return goes;
}

/* A line without its end waits for that. */
static enum rest begun_line(struct half *h, const struct stretch *x, size_t at,
			    struct out *o)
{
	struct stream_side *side = &wflow_of(h)->ftp->side[h->side];
	const char *text = x->text + at;
	size_t len = x->len - at;

	if (!x->fin && len <= TORN_MAX && ftp_may_begin(text, len, h->side))
		return torn_hold(&side->torn, x->seq + (uint32_t)at, text, len)
			       ? REST_HELD
			       : REST_LATER;
	torn_release(&side->torn);
	pass(side, x, at, len, o);
	return REST_GONE;
}

static enum rest lines(struct wire *w, struct half *h, const struct stretch *x,
		       struct out *o)
{
	struct ftp_track *t = wflow_of(h)->ftp;
	struct stream_side *side = &t->side[h->side];
	size_t at = again(side, x, o);
	const char *nl = NULL;

	while (at < x->len && !t->secure) {
		size_t len = x->len - at;

		nl = memchr(x->text + at, '\n', len);
		if (nl)
			len = (size_t)(nl + 1 - x->text) - at;
		if (side->inside_line)
			pass(side, x, at, len, o);
		else if (!nl)
			return begun_line(h, x, at, o);
		else if (!whole_line(w, h, x, at, len, o))
			return REST_LATER;
		at += len;
	}
	if (t->secure)
		torn_release(&side->torn);
	pass(side, x, at, x->len - at, o);
	return REST_GONE;
}

/* ---- what came before, or too early ------------------------------------------------ */

/*
 * What its receiver has acknowledged need not go on, and may not: it could be a
 * line that is another one there.  true: nothing is left of it; its receiver is to
 * say again what it has, as it does when a number lies in front of that
 * (RFC 9293 3.10.7.4).
 */
static bool is_old(const struct stream_side *side, struct stretch *x)
{
	uint32_t old = side->acked - x->seq;

	if (!side->turned || !seq_before(x->seq, side->acked))
		return false;
	if (old > x->len + x->fin || (old >= x->len && !x->fin)) {
		x->seq = side->acked;
		x->len = 0;
		x->fin = false;
		return true;
	}
	if (old > x->len)
		old = (uint32_t)x->len;
	x->seq += old;
	x->text += old;
	x->len -= old;
	return false;
}

/* Something in front of it is missing, which may get another length: it must be
 * sent again. */
static void too_early(const struct ftp_track *t, const struct stream_side *side,
		      struct stretch *x)
{
	uint32_t next = side->next;

	if (torn_is_held(&side->torn) && (x->len || x->fin))
		next = torn_end(&side->torn);
	if (t->secure || !seq_before(next, x->seq))
		return;
	x->seq = side->next;
	x->len = 0;
	x->fin = false;
}

/* An empty segment in what is held: is it heard (RFC 9293 3.8.4)? */
static bool asks(const struct stream_side *side, const struct stretch *x)
{
	const struct torn *t = &side->torn;

	return torn_is_held(t) && !x->len && !x->fin &&
	       seq_before(t->seq, x->seq) && seq_before(x->seq, torn_end(t));
}

/* ---- what goes on -------------------------------------------------------------------- */

/* More than came in may be more than a frame: then it is cut again. */
static void may_be_cut(struct packet *p, const struct segment *s, size_t len)
{
	size_t most = s->len > TEXT_SAFE ? s->len : TEXT_SAFE;

	if (len <= p->off.gso_size)
		p->off.gso = GSO_NONE; /* it is one frame, now */
	if (len <= most || p->off.gso)
		return;
	p->off = (struct packet_offload){ .checksum = true,
					  .gso = GSO_TCP4,
					  .gso_size = (uint16_t)most,
					  .csum_start = p->l4,
					  .csum_offset = TCP_SUM };
}

static void set_len(struct packet *p, uint32_t len)
{
	uint8_t *ip = p->data + p->l3;

	p->len = len;
	sum_change16(ip + IP4_SUM, get16(ip + IP4_LEN),
		     (uint16_t)(len - p->l3));
	put16(ip + IP4_LEN, (uint16_t)(len - p->l3));
}

/* What finds no room is lost, and sent again. */
static void replace(struct packet *p, const struct segment *s,
		    const struct out *o, bool fin)
{
	uint32_t at = p->l4 + s->head;
	bool fits = at + o->len <= p->cap && at + o->len - p->l3 <= UINT16_MAX;
	size_t len = fits ? o->len : 0;

	if (len)
		memcpy(s->text, o->buf, len);
	if (!fin || !fits)
		s->tcp[TCP_FLAGS] &= (uint8_t)~TCP_F_FIN;
	set_len(p, at + (uint32_t)len);
	may_be_cut(p, s, len);
}

/* ---- what is heard ------------------------------------------------------------------- */

enum { OPT_END = 0, OPT_NOP = 1, OPT_SACK = 5, OPT_STAMPS = 8 };

/* RFC 2018: blocks of two numbers each. */
static bool selective(const struct stream_side *other, const struct segment *s)
{
	uint32_t at = TCP_MIN;
	bool changed = false;

	while (at + 2 <= s->head && s->tcp[at] != OPT_END) {
		uint8_t len = s->tcp[at] == OPT_NOP ? 1 : s->tcp[at + 1];

		if (!len || (len < 2 && s->tcp[at] != OPT_NOP) ||
		    at + len > s->head)
			break;
		for (uint32_t n = at + 2;
		     s->tcp[at] == OPT_SACK && n + 4 <= at + len; n += 4) {
			uint32_t was = get32(s->tcp + n),
				 is = unshifted(other, was);

			put32(s->tcp + n, is);
			changed |= was != is;
		}
		at += len;
	}
	return changed;
}

/* What the segment says of the other side's stream. */
static bool acknowledged(struct ftp_track *t, const struct half *h,
			 const struct segment *s)
{
	struct stream_side *other = &t->side[!h->side];
	uint32_t ack = get32(s->tcp + TCP_ACK), to = unshifted(other, ack);

	if (!(s->tcp[TCP_FLAGS] & TCP_F_ACK))
		return false;
	if (!(s->tcp[TCP_FLAGS] & TCP_F_SYN))
		other->window = get16(s->tcp + TCP_WIN);
	if (seq_before(other->acked, to) && !seq_before(other->next, to))
		other->acked = to;
	torn_heard(&other->torn, other->acked);
	to = torn_promise(&other->torn, to);
	put32(s->tcp + TCP_ACK, to);
	return selective(other, s) || to != ack;
}

static uint16_t sum_of(const struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;

	return sum_l4(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
		      IPPROTO_TCP, p->data + p->l4, p->len - p->l4);
}

static void sum_anew(struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;
	uint8_t *sum = p->data + p->l4 + TCP_SUM;

	put16(sum, 0);
	if (p->off.checksum)
		put16(sum,
		      sum_pseudo(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
				 IPPROTO_TCP, p->len - p->l4));
	else
		put16(sum, sum_of(p));
}

/* ---- the sender of a torn line is told that it was heard ---------------------------- */

/* RFC 7323 3.2: in every segment, once both have it; its own comes back. */
static void echo_stamps(const struct segment *s, struct bare *b)
{
	for (uint32_t at = TCP_MIN; at + 10 <= s->head;) {
		const uint8_t *opt = s->tcp + at;

		if (opt[0] == OPT_END || (opt[0] != OPT_NOP && opt[1] < 2))
			return;
		if (opt[0] == OPT_STAMPS && opt[1] == 10) {
			b->options[0] = b->options[1] = OPT_NOP;
			b->options[2] = OPT_STAMPS;
			b->options[3] = 10;
			memcpy(b->options + 4, opt + 6, 4);
			memcpy(b->options + 8, opt + 2, 4);
			b->noptions = BARE_OPTIONS;
		}
		at += opt[0] == OPT_NOP ? 1 : opt[1];
	}
}

/* Only when all in front of it was heard: else its receiver tells, later. */
static void tell_heard(struct wire *w, struct half *h, const struct segment *s,
		       uint32_t heard)
{
	struct stream_side *own = &wflow_of(h)->ftp->side[h->side];
	struct tuple k = half_tuple(h);
	struct bare b = { .to = tuple_reverse(&k),
			  .seq = heard,
			  .flags = TCP_F_ACK,
			  .window = own->window };

	b.ack = torn_promise(&own->torn, own->acked);
	if (b.ack == own->acked)
		return;
	echo_stamps(s, &b);
	over_send(w, &b);
}

/* ---- a segment ------------------------------------------------------------------------ */

/* Urgent data end where they did (RFC 9293 3.8.5), in a text that begins with
 * another number now, or is another one.  What is further away than can be told is
 * told again by segments that are nearer.  true: the pointer is another one. */
static bool urgent(const struct stream_side *own, const struct segment *s)
{
	uint16_t was = get16(s->tcp + TCP_URGENT);
	uint32_t is = shifted(own, s->seq + was) - get32(s->tcp + TCP_SEQ);

	if (!(s->tcp[TCP_FLAGS] & TCP_F_URG) || is == was)
		return false;
	if ((int32_t)is <= 0) { /* it has gone on with what was in front */
		s->tcp[TCP_FLAGS] &= (uint8_t)~TCP_F_URG;
		is = 0;
	}
	put16(s->tcp + TCP_URGENT,
	      (uint16_t)(is < UINT16_MAX ? is : UINT16_MAX));
	return true;
}

/* Text and number of what is said; true: it is not what came in. */
static bool said(struct wire *w, struct half *h, struct packet *p,
		 const struct segment *s, bool *held)
{
	struct ftp_track *t = wflow_of(h)->ftp;
	struct stream_side *own = &t->side[h->side];
	bool fin = s->tcp[TCP_FLAGS] & TCP_F_FIN, changed;
	struct stretch x = { s->seq, (const char *)s->text, s->len, fin };
	struct out joined = { 0 }, o = { 0 };
	bool old = is_old(own, &x);
	enum rest rest = REST_GONE;

	*held = asks(own, &x);
	too_early(t, own, &x);
	if (x.len || x.fin)
		torn_join(&own->torn, &x, &joined);
	if (x.len)
		rest = lines(w, h, &x, &o);
	*held |= rest == REST_HELD;
	x.fin &= rest == REST_GONE;
	if (x.fin)
		own->next = x.seq + (uint32_t)x.len + 1;
	x.seq = shifted(own, x.seq) - old;
	put32(s->tcp + TCP_SEQ, x.seq);
	changed = x.fin != fin || o.len != s->len ||
		  (o.len && memcmp(o.buf, s->text, o.len) != 0);
	if (changed)
		replace(p, s, &o, x.fin);
	changed |= urgent(own, s);
	out_fini(&joined);
	out_fini(&o);
	return changed || x.seq != s->seq;
}

/* true: its stream begins.  Until both know of each other, it may begin anew. */
static bool begins(const struct wflow *f, struct stream_side *own,
		   const struct segment *s)
{
	bool syn = s->tcp[TCP_FLAGS] & TCP_F_SYN;

	if (syn && (!own->known || f->state == WFLOW_HALF_OPEN))
		own->next = s->seq + 1 + s->len;
	else if (!own->known)
		own->next = s->seq;
	else
		return syn;
	own->acked = s->seq + syn;
	own->known = true;
	return syn;
}

void ftp_track_segment(struct wire *w, struct half *h, struct packet *p)
{
	struct ftp_track *t = wflow_of(h)->ftp;
	struct segment s = segment_of(p);
	uint32_t heard = get32(s.tcp + TCP_ACK);
	bool changed = false, held = false;

	if (!p->off.checksum && sum_of(p) != 0)
		return; /* broken on its way: who gets it sees that */
	changed = acknowledged(t, h, &s);
	if (!begins(wflow_of(h), &t->side[h->side], &s))
		changed |= said(w, h, p, &s, &held);
	if (changed)
		sum_anew(p);
	if (held)
		tell_heard(w, h, &s, heard);
}

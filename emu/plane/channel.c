#include "emu/plane/channel_priv.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/flow/policy.h"
#include "emu/net/ftp.h"
#include "emu/plane/announced.h"

#define READ_LEN 4096

/* ---- FTP ------------------------------------------------------------------- */

static void ftp_announce(struct flow *f, const struct ftp_line *l,
			 bool from_server, const char *line, size_t len,
			 struct out *o)
{
	struct sockaddr_in at;

	awaited_close(f->w, &f->channel->awaited);
	f->channel->awaited =
		awaited_new(f, l->addr, l->port, from_server, &at);
	if (f->channel->awaited)
		ftp_write(line, len, l, at.sin_addr, ntohs(at.sin_port), o);
	else
		out_write(o, line, len);
}

/*
 * The server is told where the switch waits for it, the client likewise.  An
 * answer is only taken for what the client asked for, so that text of the server
 * opens nothing.
 */
static void ftp_line(struct flow *f, unsigned side, const char *line,
		     size_t len, struct out *o)
{
	struct channel *ch = f->channel;
	struct ftp_line l;

	if (side == LEG_CLIENT)
		ftp_command(line, len, &l);
	else
		ftp_reply(line, len, &l);
	if (l.kind == FTP_PORT) {
		ftp_announce(f, &l, true, line, len, o);
		return;
	}
	if (l.kind == FTP_ENTERING && ch->passive) {
		ch->passive = false;
		ftp_announce(f, &l, false, line, len, o);
		return;
	}
	if (l.kind == FTP_PASSIVE)
		ch->passive = true;
	if (l.kind == FTP_SECURE)
		ch->side[0].raw = ch->side[1].raw = UINT64_MAX;
	out_write(o, line, len);
}

static const struct channel_kind channel_ftp = { APP_FTP_CONTROL, false, NULL,
						 ftp_line };

static const struct channel_kind *const kinds[] = { &channel_ftp,
						    &channel_rtsp };

/* ---- lines ----------------------------------------------------------------- */

/* One piece up to the end of a line, or of what is there. */
static void piece(struct flow *f, unsigned side, const char *buf, size_t len,
		  struct out *o)
{
	struct channel_side *s = &f->channel->side[side];
	bool whole = buf[len - 1] == '\n';

	if (s->rest || s->len + len > sizeof(s->held)) {
		out_write(o, s->held, s->len);
		out_write(o, buf, len);
		s->len = 0;
		s->rest = !whole;
		return;
	}
	memcpy(s->held + s->len, buf, len);
	s->len += len;
	if (!whole)
		return;
	len = s->len;
	s->len = 0;
	f->channel->kind->line(f, side, s->held, len, o);
}

static bool is_in_frame(const struct channel_side *s, char next)
{
	return !s->in_head && !s->rest && (s->len ? *s->held : next) == '$';
}

/* RFC 2326 10.12: '$', a channel, two bytes of length, then so many bytes. */
static size_t frame(struct channel_side *s, const char *buf, size_t len,
		    struct out *o)
{
	size_t n = 0;

	while (n < len && s->len < 4)
		s->held[s->len++] = buf[n++];
	if (s->len < 4)
		return n;
	out_write(o, s->held, s->len);
	s->raw = (uint64_t)(unsigned char)s->held[2] << 8 |
		 (unsigned char)s->held[3];
	s->len = 0;
	return n;
}

static size_t raw(struct channel_side *s, const char *buf, size_t len,
		  struct out *o)
{
	size_t n = len < s->raw ? len : (size_t)s->raw;

	if (s->raw != UINT64_MAX)
		s->raw -= n;
	out_write(o, buf, n);
	return n;
}

static size_t line(struct flow *f, unsigned side, const char *buf, size_t len,
		   struct out *o)
{
	const char *nl = memchr(buf, '\n', len);
	size_t n = nl ? (size_t)(nl - buf) + 1 : len;

	piece(f, side, buf, n, o);
	return n;
}

/* What is no such protocol goes through untouched. */
static void recognise(struct channel *ch, const char *buf, size_t len)
{
	if (!ch->known && ch->kind->is_it && !ch->kind->is_it(buf, len))
		ch->side[0].raw = ch->side[1].raw = UINT64_MAX;
	ch->known = true;
}

static void take(struct flow *f, unsigned side, const char *buf, size_t len,
		 struct out *o)
{
	struct channel_side *s = &f->channel->side[side];

	recognise(f->channel, buf, len);
	while (len) {
		size_t n = s->raw ? raw(s, buf, len, o)
			   : f->channel->kind->frames && is_in_frame(s, *buf)
				   ? frame(s, buf, len, o)
				   : line(f, side, buf, len, o);

		buf += n;
		len -= n;
	}
}

static bool deliver(struct worker *w, struct leg *to, const char *buf,
		    size_t len)
{
	size_t done = 0;

	while (done < len && to->writable) {
		int n = leg_write(to, buf + done, len - done);

		if (n == LEG_BROKEN)
			return false;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done == len || leg_keep(w, to, buf + done, len - done);
}

int channel_copy(struct flow *f, struct leg *from, struct leg *to, bool *broken)
{
	struct channel_side *s = &f->channel->side[from->side];
	struct out o = { 0 };
	int n = leg_read(from, f->w->scratch, READ_LEN);

	if (n > 0) {
		flow_account(f, from->side, (uint64_t)n);
		take(f, from->side, f->w->scratch, (size_t)n, &o);
	} else if (n == LEG_EOF) {
		from->eof = true;
		out_write(&o, s->held, s->len);
		s->len = 0;
	}
	if (o.len)
		*broken = !deliver(f->w, to, o.buf, o.len);
	out_fini(&o);
	return n;
}

/* ---- life ------------------------------------------------------------------ */

struct channel *channel_new(struct flow *f)
{
	const struct flow_use *u = &f->use[0];
	const struct channel_kind *kind = NULL;
	struct channel *ch = NULL;

	for (size_t i = 0; u->rule && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i]->application == u->rule->application)
			kind = kinds[i];
	if (!kind || !u->member || f->nuse != 1)
		return NULL;
	ch = calloc(1, sizeof(*ch));
	if (!ch)
		return NULL;
	ch->kind = kind;
	ch->group = u->group ? u->group : u->member->svc->source_group;
	if (ch->group && kind == &channel_ftp)
		count(&f->w->c->group[ch->group->index].ftp_total, 1);
	return ch;
}

bool channel_is_busy(const struct flow *f)
{
	return f->channel && !LIST_EMPTY(&f->channel->begun);
}

static void leave_announcer(struct flow *f)
{
	if (!f->announcer)
		return;
	f->announcer->used_ms = f->w->now_ms;
	f->announcer = NULL;
	LIST_REMOVE(f, sibling);
}

void channel_over(struct flow *f)
{
	struct channel *ch = f->channel;
	struct flow *begun;
	struct stream *s;

	leave_announcer(f);
	if (!ch)
		return;
	while ((begun = LIST_FIRST(&ch->begun))) {
		LIST_REMOVE(begun, sibling);
		begun->announcer = NULL;
	}
	while ((s = LIST_FIRST(&ch->streams)))
		stream_close(s);
	awaited_close(f->w, &ch->awaited);
	if (ch->group && ch->kind == &channel_ftp)
		count(&f->w->c->group[ch->group->index].ftp_left, 1);
	free(ch);
	f->channel = NULL;
}

void channel_came(struct flow *by, struct flow *f)
{
	awaited_close(by->w, &by->channel->awaited);
	if (!f)
		return;
	f->announcer = by;
	LIST_INSERT_HEAD(&by->channel->begun, f, sibling);
}

int channel_lines(const struct flow *f, struct flow_line *to, int max)
{
	return f->channel ? stream_lines(&f->channel->streams, to, max) : 0;
}

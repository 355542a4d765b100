#include "emu/plane/channel.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/flow/policy.h"
#include "emu/net/ftp.h"
#include "emu/plane/announced.h"

#define LINE_LEN 1024 /* longer ones announce nothing */
#define READ_LEN 4096

struct channel_side {	     /* lines from there */
	char held[LINE_LEN]; /* the beginning of one */
	size_t len;
	bool rest;    /* of a line that is too long */
	uint64_t raw; /* bytes that are no lines */
};

struct channel_kind {
	enum application application;
	void (*line)(struct flow *f, unsigned side, const char *line,
		     size_t len, struct out *o);
};

struct channel {
	const struct channel_kind *kind;
	struct channel_side side[2];
	bool passive;		 /* the client has asked the server to wait */
	struct awaited *awaited; /* owned; NULL: nothing is awaited */
	struct flow_list begun;
	const struct policy_group *group; /* that counts it; NULL: none */
};

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

static const struct channel_kind kinds[] = {
	{ APP_FTP_CONTROL, ftp_line },
};

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

static void take(struct flow *f, unsigned side, const char *buf, size_t len,
		 struct out *o)
{
	struct channel_side *s = &f->channel->side[side];

	while (len) {
		const char *nl = memchr(buf, '\n', len);
		size_t n = nl ? (size_t)(nl - buf) + 1 : len;

		if (s->raw) {
			n = len < s->raw ? len : (size_t)s->raw;
			s->raw -= n;
			out_write(o, buf, n);
		} else {
			piece(f, side, buf, n, o);
		}
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
		if (kinds[i].application == u->rule->application)
			kind = &kinds[i];
	if (!kind || !u->member || f->nuse != 1)
		return NULL;
	ch = calloc(1, sizeof(*ch));
	if (!ch)
		return NULL;
	ch->kind = kind;
	ch->group = u->group ? u->group : u->member->svc->source_group;
	if (ch->group)
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

	leave_announcer(f);
	if (!ch)
		return;
	while ((begun = LIST_FIRST(&ch->begun))) {
		LIST_REMOVE(begun, sibling);
		begun->announcer = NULL;
	}
	awaited_close(f->w, &ch->awaited);
	if (ch->group)
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

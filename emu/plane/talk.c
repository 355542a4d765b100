#include "emu/plane/talk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "emu/base/out.h"
#include "emu/flow/policy.h"
#include "emu/net/sniff.h"
#include "sslmod/image.h"

#define BUDGET	  (1u << 20) /* bytes a turn: others wait */
#define ROOM	  4096	     /* kept free of a block for what is inserted */
#define READ_MAX  (BLOCK_LEN - ROOM)
#define PACKET	  1460 /* spanning-packets counts these */
#define BYE_READS 4    /* a turn, of what comes behind a redirect */

static const char too_long[] = "a head longer than spanning-packets allows";

enum went { WENT_ON, WENT_WAITING, WENT_OVER };

/* ---- memory ---------------------------------------------------------------- */

struct talk *talk_new(struct worker *w)
{
	struct talk *t = w->free_talk;

	if (t)
		w->free_talk = t->next;
	else
		t = malloc(sizeof(*t));
	if (!t)
		return NULL;
	memset(t, 0, sizeof(*t));
	http_begin(&t->req, false);
	http_begin(&t->resp, true);
	return t;
}

static void input_drop(struct worker *w, struct input *in)
{
	if (in->block)
		worker_block_put(w, in->block);
	*in = (struct input){ 0 };
}

void talk_free(struct worker *w, struct talk *t)
{
	input_drop(w, &t->in);
	input_drop(w, &t->out);
	squeeze_fini(&t->squeeze);
	t->next = w->free_talk;
	w->free_talk = t;
}

/* ---- bytes ----------------------------------------------------------------- */

/* More bytes behind those that are there; enum leg_io or how many. */
static int input_read(struct worker *w, struct input *in, struct leg *g)
{
	int n = 0;

	if (!in->block)
		in->block = worker_block(w);
	if (!in->block)
		return LEG_BROKEN;
	if (in->at && in->at + in->len >= READ_MAX) {
		memmove(in->block, in->block + in->at, in->len);
		in->at = 0;
	}
	if (in->len >= READ_MAX)
		return LEG_BLOCKED;
	n = leg_read(g, in->block + in->at + in->len,
		     READ_MAX - in->at - in->len);
	if (n > 0)
		in->len += (uint32_t)n;
	else if (!in->len)
		input_drop(w, in);
	return n;
}

static void input_took(struct worker *w, struct input *in, size_t n)
{
	in->at += (uint32_t)n;
	in->len -= (uint32_t)n;
	if (!in->len)
		input_drop(w, in);
}

static const char *bytes(const struct input *in)
{
	return in->block ? in->block + in->at : "";
}

/* Writes what the leg takes now and keeps the rest; false: broken. */
static bool push(struct flow *f, struct leg *g, const char *data, size_t len)
{
	size_t done = 0;

	while (done < len && g->open && g->writable && !g->rest_len) {
		int n = leg_write(g, data + done, len - done);

		if (n == LEG_BLOCKED)
			break;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return done == len || leg_append(f->w, g, data + done, len - done);
}

static enum went over(struct flow *f, enum flow_end why)
{
	flow_close(f, why);
	return WENT_OVER;
}

/* Another turn: there is more to read than one may take. */
static void later(struct flow *f)
{
	if (f->queued)
		return;
	f->queued = true;
	TAILQ_INSERT_TAIL(&f->w->again, f, more);
}

static enum went bad_client(struct flow *f, const char *why)
{
	struct worker_counters *c = f->w->c;
	const struct policy_rule *r = f->use[f->nuse - 1].rule;

	if (r)
		count(&c->rule[r->index].rejects, 1);
	flow_fail(f, END_BAD_REQUEST, why);
	return WENT_OVER;
}

/* ---- answers of our own ---------------------------------------------------- */

/* Both sides end their direction before the connection is given up. */
static enum went await_end(struct flow *f, struct leg *c)
{
	if (!c->shut) {
		c->shut = true;
		if (c->tls)
			tls_shutdown(c->tls);
		(void)shutdown(c->fd, SHUT_WR);
	}
	for (int i = 0; i < BYE_READS && c->readable; i++) {
		int n = leg_read(c, f->w->scratch, sizeof(f->w->scratch));

		if (n == LEG_EOF || n == LEG_BROKEN)
			return over(f, END_REDIRECTED);
	}
	if (c->readable)
		later(f);
	return WENT_WAITING;
}

/* The redirect is on its way; http-redirect-option says what ends the
 * connection, and how the client's own end is answered. */
static enum went bye_step(struct flow *f)
{
	struct leg *c = &f->leg[LEG_CLIENT];

	if (leg_is_full(c) ? !leg_flush(f->w, c) : !leg_drain(c))
		return over(f, END_CLIENT_RESET);
	if (leg_is_full(c))
		return WENT_WAITING;
	switch ((enum redirect_close)f->policy->p->flow.redirect_close) {
	case REDIRECT_FIN_FIN:
		return await_end(f, c);
	case REDIRECT_RST_RST:
		return over(f, END_REDIRECTED_RESET);
	case REDIRECT_FIN_RST:
		break;
	}
	return over(f, END_REDIRECTED);
}

/* content.md 7.1 */
static enum went answer_redirect(struct flow *f, const struct request *req)
{
	struct out text = { 0 };
	bool sent = false;

	out_puts(&text, "HTTP/1.1 302 Object Moved\r\nLocation: ");
	verdict_location(&f->talk->v, req, &f->use[f->nuse - 1].key, &text);
	out_puts(&text, "\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
			"Connection: close\r\nContent-Length: 0\r\n\r\n");
	sent = push(f, &f->leg[LEG_CLIENT], text.buf, text.len);
	out_fini(&text);
	flow_redirected(f, &f->talk->v);
	flow_account(f, LEG_CLIENT, req->http->len);
	if (!sent)
		return over(f, END_CLIENT_RESET);
	f->talk->phase = TALK_BYE;
	return WENT_ON;
}

/* ---- a request ------------------------------------------------------------- */

static void note_request(struct flow *f, const char *buf,
			 const struct http_head *h)
{
	struct talk *t = f->talk;

	t->was_head = http_span_is(buf, h->method, "HEAD");
	t->was_connect = http_span_is(buf, h->method, "CONNECT");
	count(&f->w->c->method[http_method_index(buf + h->method.at,
						 h->method.len)],
	      1);
	t->last |= !h->keep_alive;
	t->answering = t->answered = false;
	t->unsure = false;
	http_begin(&t->resp, true);
	http_expect(&t->resp, t->was_head);
}

/* spanning-packets bounds how far a head is looked for (content.md 7.4). */
static bool is_too_long(const struct flow *f, size_t len)
{
	return len > (size_t)f->policy->p->flow.spanning_packets * PACKET;
}

/* content.md 7.2: what was posted would be lost on the way round. */
static bool cannot_redirect(const struct talk *t, const struct http_head *h)
{
	return t->v.reason == REASON_RESET_REDIRECT &&
	       (h->chunked || h->length);
}

static void count_url(struct flow *f, const struct request *req)
{
	const struct policy_rule *r = f->talk->v.rule;

	if (r && r->hotlist_min)
		hotlist_hit(&f->w->hot, r->index, req->buf + req->http->path.at,
			    req->http->path.len,
			    f->w->wall_s / (60u * r->hotlist_min));
}

/* The head is whole: where does it go?  Its bytes go on or wait with it. */
static enum went decide_request(struct flow *f, const struct http_head *h)
{
	struct talk *t = f->talk;
	struct request req = { .kind = REQUEST_HTTP,
			       .buf = bytes(&t->in),
			       .http = h };

	if (is_too_long(f, h->len))
		return bad_client(f, too_long);
	note_request(f, req.buf, h);
	if (!flow_ask(f, &req, &t->v))
		return WENT_OVER;
	count_url(f, &req);
	if (t->v.kind == VERDICT_REDIRECT)
		return cannot_redirect(t, h) ? over(f, END_NO_REDIRECT)
					     : answer_redirect(f, &req);
	t->set_cookie = t->v.kind == VERDICT_FORWARD &&
			(t->v.set_cookie || t->v.set_location);
	t->phase = TALK_BODY;
	if (!flow_act(f, &t->v))
		return WENT_OVER;
	squeeze_request(f, req.buf, h);
	flow_account(f, LEG_CLIENT, h->len);
	if (!push(f, &f->leg[LEG_SERVER], req.buf, h->len))
		return over(f, END_SERVER_RESET);
	input_took(f->w, &t->in, h->len);
	return WENT_ON;
}

static enum went pass_body(struct flow *f, size_t used)
{
	struct talk *t = f->talk;

	if (used && !push(f, &f->leg[LEG_SERVER], bytes(&t->in), used))
		return over(f, END_SERVER_RESET);
	flow_account(f, LEG_CLIENT, used);
	input_took(f->w, &t->in, used);
	return WENT_ON;
}

/* Nothing more comes: when the client has it all, the connection is over. */
static enum went end_when_sent(struct flow *f, enum flow_end why)
{
	struct leg *c = &f->leg[LEG_CLIENT];

	if (!leg_drain(c))
		return over(f, END_CLIENT_RESET);
	if (!leg_is_full(c))
		return over(f, why);
	f->ending = true;
	return WENT_WAITING;
}

static enum went client_ended(struct flow *f)
{
	struct talk *t = f->talk;

	f->leg[LEG_CLIENT].eof = true;
	return t->phase == TALK_HEAD && !t->in.len
		       ? end_when_sent(f, END_CLOSED)
		       : over(f, END_CLIENT_RESET);
}

static enum went read_client(struct flow *f)
{
	struct leg *c = &f->leg[LEG_CLIENT];
	int n = 0;

	if (c->eof || !c->readable)
		return WENT_WAITING;
	n = input_read(f->w, &f->talk->in, c);
	if (n > 0)
		return WENT_ON;
	if (n == LEG_BLOCKED)
		return WENT_WAITING;
	return n == LEG_EOF ? client_ended(f) : over(f, END_CLIENT_RESET);
}

/* Not HTTP: one decision, then the bytes are only relayed. */
static void first_other(struct flow *f, const struct request *req)
{
	struct talk *t = f->talk;
	struct input in = t->in;
	struct verdict v;

	if (!flow_ask(f, req, &v))
		return;
	if (v.kind == VERDICT_REDIRECT) {
		flow_close(f, END_BAD_REQUEST);
		return;
	}
	t->in = (struct input){ 0 };
	f->talk = NULL;
	talk_free(f->w, t);
	if (flow_act(f, &v)) {
		flow_account(f, LEG_CLIENT, in.len);
		if (!push(f, &f->leg[LEG_SERVER], in.block + in.at, in.len))
			flow_close(f, END_NO_MEMORY);
	}
	input_drop(f->w, &in);
}

/* A rule that does not look at requests may take what is no HTTP at all. */
static enum went first_alien(struct flow *f)
{
	struct request req = { .kind = REQUEST_OTHER,
			       .buf = bytes(&f->talk->in) };

	first_other(f, &req);
	return WENT_OVER;
}

static enum went feed_request(struct flow *f)
{
	struct http_head *h = &f->w->head;
	struct talk *t = f->talk;
	size_t used = 0;
	enum http_event e =
		http_feed(&t->req, bytes(&t->in), t->in.len, &used, h);

	switch (e) {
	case HTTP_EV_HEAD:
		return decide_request(f, h);
	case HTTP_EV_END:
		if (pass_body(f, used) == WENT_OVER)
			return WENT_OVER;
		t->phase = t->answered ? TALK_HEAD : TALK_ANSWER;
		return WENT_ON;
	case HTTP_EV_MORE:
		if (t->phase == TALK_HEAD)
			return is_too_long(f, t->in.len)
				       ? bad_client(f, too_long)
				       : read_client(f);
		if (t->in.len)
			return pass_body(f, used);
		return read_client(f);
	case HTTP_EV_RAW:
	case HTTP_EV_BAD:
		break;
	}
	return t->req.alien && f->state == FLOW_REQUEST
		       ? first_alien(f)
		       : bad_client(f, http_why(&t->req));
}

/* Between two requests: may the next one be looked at? */
static enum went head_step(struct flow *f)
{
	struct talk *t = f->talk;

	/* a client that has not taken its answers asks in vain, and whatever
	 * ends the connection must not overtake them */
	if (t->in.len && !leg_drain(&f->leg[LEG_CLIENT]))
		return over(f, END_CLIENT_RESET);
	if (leg_is_full(&f->leg[LEG_CLIENT]))
		return WENT_WAITING;
	if (t->in.len && t->last) /* nobody waits for it */
		return over(f, END_CLOSED);
	if (t->in.len)
		return feed_request(f);
	return read_client(f) == WENT_ON ? WENT_ON
	       : f->state == FLOW_OVER	 ? WENT_OVER
					 : WENT_WAITING;
}

static enum went request_step(struct flow *f)
{
	struct talk *t = f->talk;
	struct leg *s = &f->leg[LEG_SERVER];

	if (leg_is_full(s) && s->open && !leg_flush(f->w, s))
		return over(f, END_SERVER_RESET);
	if (leg_is_full(s) || t->phase == TALK_ANSWER || t->phase == TALK_RAW)
		return WENT_WAITING;
	return t->phase == TALK_HEAD ? head_step(f) : feed_request(f);
}

/* ---- an answer ------------------------------------------------------------- */

/* The server's next bytes, or what they have become; last: of this answer. */
static enum went pass_on(struct flow *f, size_t used, bool last)
{
	struct talk *t = f->talk;
	const char *data = bytes(&t->out);
	size_t len = used;

	if (t->squeeze.on)
		data = squeeze_take(f, last, &len);
	else
		squeeze_bypassed(f, used);
	if (len && !push(f, &f->leg[LEG_CLIENT], data, len))
		return over(f, END_CLIENT_RESET);
	flow_account(f, LEG_SERVER, used);
	input_took(f->w, &t->out, used);
	if (last && t->squeeze.on)
		squeeze_end(f);
	return WENT_ON;
}

static enum went pass_answer(struct flow *f, size_t used)
{
	return pass_on(f, used, false);
}

/* The head goes on, or what compression makes of it, with the switch's own
 * cookie in front of its end. */
static enum went pass_head(struct flow *f, const struct http_head *h)
{
	struct talk *t = f->talk;
	struct out own = { 0 };
	const size_t end = 2; /* the empty line, which llhttp wants as CR LF */
	bool squeezed = squeeze_head(f, bytes(&t->out), h, &own), ok = false;

	if (!squeezed && (!t->set_cookie || h->status < 200))
		return pass_answer(f, h->len);
	if (t->set_cookie)
		verdict_cookies(&t->v, f->w->wall_s, &own);
	t->set_cookie = false;
	ok = (squeezed ||
	      push(f, &f->leg[LEG_CLIENT], bytes(&t->out), h->len - end)) &&
	     push(f, &f->leg[LEG_CLIENT], own.buf, own.len) &&
	     push(f, &f->leg[LEG_CLIENT], "\r\n", end);
	out_fini(&own);
	if (!ok)
		return over(f, END_CLIENT_RESET);
	flow_account(f, LEG_SERVER, h->len);
	input_took(f->w, &t->out, h->len);
	return WENT_ON;
}

static bool opens_tunnel(const struct talk *t, const struct http_head *h)
{
	if (t->was_connect)
		return h->status / 100 == 2;
	return t->req.opaque && h->status == 101;
}

static enum went answer_head(struct flow *f, const struct http_head *h)
{
	struct talk *t = f->talk;
	bool tunnel = opens_tunnel(t, h);

	t->answering = h->status >= 200 || tunnel;
	t->last |= t->answering && !h->keep_alive && !tunnel;
	if (t->answering && !tunnel)
		http_declined(&t->req);
	if (pass_head(f, h) == WENT_OVER)
		return WENT_OVER;
	if (tunnel)
		t->phase = TALK_RAW;
	return WENT_ON;
}

/* One answer is over; 100 and its like are followed by the real one. */
static enum went answer_end(struct flow *f)
{
	struct talk *t = f->talk;

	if (!t->answering || t->phase == TALK_RAW)
		return WENT_ON;
	t->answering = false;
	if (t->phase == TALK_ANSWER)
		t->phase = TALK_HEAD;
	else
		t->answered = true;
	return WENT_ON;
}

/* The server has said all that was asked for. */
static bool is_silent(const struct talk *t)
{
	return (t->phase == TALK_HEAD && !t->answering) || t->answered;
}

static enum went server_ended(struct flow *f)
{
	struct talk *t = f->talk;
	bool idle = is_silent(t);

	f->leg[LEG_SERVER].eof = true;
	if (!t->unsure && !idle && http_eof(&t->resp) == HTTP_EV_BAD)
		return over(f, END_SERVER_RESET);
	if (t->squeeze.on && pass_on(f, 0, true) == WENT_OVER)
		return WENT_OVER;
	return end_when_sent(f, idle || t->answering || t->unsure
					? END_CLOSED
					: END_SERVER_RESET);
}

static enum went read_server(struct flow *f)
{
	struct leg *s = &f->leg[LEG_SERVER];
	int n = 0;

	if (s->eof || !s->readable)
		return WENT_WAITING;
	n = input_read(f->w, &f->talk->out, s);
	if (n > 0)
		return WENT_ON;
	if (n == LEG_BLOCKED)
		return WENT_WAITING;
	return n == LEG_EOF ? server_ended(f) : over(f, END_SERVER_RESET);
}

static enum went feed_answer(struct flow *f)
{
	struct http_head *h = &f->w->head;
	struct talk *t = f->talk;
	size_t used = 0;
	enum http_event e = HTTP_EV_BAD;

	if (!t->unsure)
		e = http_feed(&t->resp, bytes(&t->out), t->out.len, &used, h);
	switch (e) {
	case HTTP_EV_HEAD:
		return answer_head(f, h);
	case HTTP_EV_END:
		if (pass_on(f, used, true) == WENT_OVER)
			return WENT_OVER;
		return answer_end(f);
	case HTTP_EV_MORE:
		if (used)
			return pass_answer(f, used);
		return read_server(f);
	case HTTP_EV_RAW:
		return pass_answer(f, t->out.len);
	case HTTP_EV_BAD:
		break;
	}
	if (t->squeeze.on) /* half of it is another body already */
		return over(f, END_SERVER_RESET);
	/* A server that does not speak HTTP: the client gets what it says, and
	 * no second request goes this way. */
	t->unsure = t->last = true;
	return t->out.len ? pass_answer(f, t->out.len) : read_server(f);
}

static enum went answer_step(struct flow *f)
{
	struct talk *t = f->talk;
	struct leg *c = &f->leg[LEG_CLIENT];

	if (!f->leg[LEG_SERVER].open)
		return WENT_WAITING;
	if (leg_is_full(c) && !leg_flush(f->w, c))
		return over(f, END_CLIENT_RESET);
	if (leg_is_full(c))
		return WENT_WAITING;
	if (f->ending)
		return over(f, END_CLOSED);
	if (is_silent(t)) /* only an end may come */
		return t->out.len ? over(f, END_SERVER_RESET) : read_server(f);
	if (!t->out.len && !t->answering)
		return read_server(f) == WENT_ON ? feed_answer(f)
		       : f->state == FLOW_OVER	 ? WENT_OVER
						 : WENT_WAITING;
	return feed_answer(f);
}

/* ---- turns ----------------------------------------------------------------- */

/* Both sides agreed to leave HTTP: what waits goes on, then bytes only. */
static bool go_raw(struct flow *f)
{
	struct talk *t = f->talk;
	bool ok = push(f, &f->leg[LEG_SERVER], bytes(&t->in), t->in.len) &&
		  push(f, &f->leg[LEG_CLIENT], bytes(&t->out), t->out.len);

	flow_account(f, LEG_CLIENT, t->in.len);
	flow_account(f, LEG_SERVER, t->out.len);
	if (!ok) {
		flow_close(f, END_CLIENT_RESET);
		return false;
	}
	f->talk = NULL;
	talk_free(f->w, t);
	return flow_relay(f);
}

bool talk_run(struct flow *f)
{
	uint64_t start = f->bytes[0] + f->bytes[1];

	for (;;) {
		enum went a = WENT_WAITING, b = WENT_WAITING;

		if (f->talk->phase == TALK_BYE)
			return bye_step(f) != WENT_OVER;
		a = answer_step(f);
		if (a == WENT_OVER)
			return false;
		if (f->talk->phase == TALK_RAW)
			return go_raw(f);
		b = request_step(f);
		if (b == WENT_OVER)
			return false;
		if (f->state != FLOW_OPEN) /* on its way to another server */
			return true;
		if (a == WENT_WAITING && b == WENT_WAITING)
			return true;
		if (f->bytes[0] + f->bytes[1] - start > BUDGET) {
			later(f);
			return true;
		}
	}
}

/* ---- the first request ----------------------------------------------------- */

/* WENT_WAITING: not enough to tell what it is. */
static enum went sniff_step(struct flow *f)
{
	struct talk *t = f->talk;
	struct sip_head sip;
	struct request req = { .buf = bytes(&t->in) };

	switch (sniff(req.buf, t->in.len, t->wants, &req, &sip)) {
	case SNIFF_MORE:
		return is_too_long(f, t->in.len) ? bad_client(f, too_long)
						 : WENT_WAITING;
	case SNIFF_HTTP:
		return feed_request(f);
	case SNIFF_DONE:
		first_other(f, &req);
		break;
	}
	return WENT_OVER; /* of the talk */
}

void talk_first(struct flow *f)
{
	for (;;) {
		enum went w = WENT_WAITING;

		if (f->talk->phase == TALK_BYE) {
			(void)bye_step(f);
			return;
		}
		if (f->talk->in.len)
			w = sniff_step(f);
		if (w == WENT_OVER || f->state != FLOW_REQUEST)
			return;
		if (w == WENT_WAITING && read_client(f) != WENT_ON)
			return;
	}
}

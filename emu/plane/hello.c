#include "emu/plane/hello.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "emu/flow/learn.h"
#include "emu/flow/policy.h"
#include "emu/net/sniff.h"
#include "emu/plane/relay.h"
#include "sslmod/image.h"

/*
 * A hello that does not fit in what is looked at is as good as none: the client
 * is balanced, or sticks by its address.  The first server's id is learned, once
 * a connection.  Keys of post-quantum groups make a server's hello of more than
 * 1 KB.
 */
#define CLIENT_MAX 16384 /* of the client's, looked at */
#define SERVER_MAX 4096	 /* of the server's, gathered */

struct hello {
	size_t len;
	char buf[SERVER_MAX];
};

void hello_free(struct hello *h)
{
	free(h);
}

static void learn(struct flow *f, const void *id, size_t len)
{
	const struct flow_use *u = &f->use[0];
	const struct learnt what = { .policy = f->policy->p,
				     .rule = u->rule,
				     .key = &u->key,
				     .service = u->member->svc->index,
				     .id = id,
				     .len = len };

	learn_hello(f->w->shared, &what, f->w->now_ms);
}

/* ---- the client's ---------------------------------------------------------- */

static void decide(struct flow *f, const struct request *req)
{
	struct verdict v;

	if (!flow_ask(f, req, &v))
		return;
	if (v.kind == VERDICT_REDIRECT || v.kind == VERDICT_TERMINATE) {
		flow_close(f, END_BAD_REQUEST);
		return;
	}
	if (v.member && learn_wants_hello(v.rule) &&
	    v.member->svc->type != SERVICE_SSL_ACCEL)
		f->hello = calloc(1, sizeof(*f->hello));
	(void)flow_act(f, &v);
}

void hello_first(struct flow *f)
{
	struct leg *g = &f->leg[LEG_CLIENT];
	struct request req = { .kind = REQUEST_OTHER };
	struct sip_head sip;
	ssize_t n = recv(g->fd, f->w->scratch, CLIENT_MAX, MSG_PEEK);

	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		g->readable = false;
		return;
	}
	if (n <= 0) {
		flow_close(f, n ? END_CLIENT_RESET : END_CLOSED);
		return;
	}
	if (sniff(f->w->scratch, (size_t)n, 1u << REQUEST_TLS, &req, &sip) ==
		    SNIFF_MORE &&
	    n < CLIENT_MAX && !g->hup)
		return; /* more bytes are announced when they come */
	req.kind = REQUEST_TLS; /* SSL 2.0 and whatever else has no id */
	decide(f, &req);
}

/* ---- the server's ---------------------------------------------------------- */

void hello_said(struct flow *f, const char *buf, size_t len)
{
	struct hello *h = f->hello;
	struct server_hello said;
	enum sniffed s = SNIFF_MORE;
	size_t n = SERVER_MAX - h->len < len ? SERVER_MAX - h->len : len;

	memcpy(h->buf + h->len, buf, n);
	h->len += n;
	s = sniff_server_hello(h->buf, h->len, &said);
	if (s == SNIFF_MORE && h->len < SERVER_MAX)
		return;
	if (!said.is_alert && f->use[0].member)
		learn(f, h->buf + said.session.at,
		      s == SNIFF_MORE || said.only_echo ? 0
							: said.session.len);
	f->hello = NULL;
	hello_free(h);
}

void hello_shaken(struct flow *f)
{
	const uint8_t *id = NULL;
	size_t len = 0;

	if (!learn_wants_hello(f->use[0].rule) || !f->use[0].member)
		return;
	len = tls_session_id(f->leg[LEG_CLIENT].tls, &id);
	learn(f, id, len);
}

#include "emu/plane/squeeze.h"

#include "emu/flow/policy.h"
#include "emu/plane/talk.h"

static const struct policy_service *who(const struct flow *f)
{
	for (int i = f->nuse - 1; i >= 0; i--) {
		const struct policy_member *m = f->use[i].member;

		if (m && m->svc->compressor)
			return m->svc;
	}
	return NULL;
}

void squeeze_request(struct flow *f, const char *buf,
		     const struct http_head *request)
{
	struct squeeze *q = &f->talk->squeeze;
	enum ssl_count why = SSL_COUNT_Z_CLIENT_ACCEPT;

	q->on = false;
	q->by = who(f);
	if (!q->by)
		return;
	q->counts = ssl_stats_worker(q->by->compressor, (int)f->w->number);
	q->coding = CODING_IDENTITY;
	if (!q->counts)
		return;
	q->coding = compress_offer(&q->by->compress, buf, request, &why);
	if (q->coding == CODING_IDENTITY)
		ssl_count(q->counts, why, 1);
}

static void body(void *arg, const char *at, size_t len)
{
	struct squeeze *q = arg;

	ssl_count(q->counts, SSL_COUNT_Z_BYTES_IN, len);
	compress_put(q->z, at, len);
}

static bool may_begin(struct squeeze *q)
{
	if (!q->z)
		q->z = compress_new();
	return q->z && compress_begin(q->z, q->coding, q->by->compress.type);
}

bool squeeze_head(struct flow *f, const char *buf,
		  const struct http_head *answer, struct out *o)
{
	struct squeeze *q = &f->talk->squeeze;
	enum ssl_count why = SSL_COUNT_Z_RESET_OTHER;

	if (!q->by || !q->counts || answer->status < 200)
		return false;
	if (q->coding != CODING_IDENTITY) {
		q->on = compress_admits(buf, answer, &why) && may_begin(q);
		if (!q->on)
			ssl_count(q->counts, why, 1);
	}
	if (!q->on) {
		ssl_count(q->counts, SSL_COUNT_Z_FILES_BYPASSED, 1);
		return false;
	}
	ssl_count(q->counts, SSL_COUNT_Z_FILES_IN, 1);
	http_take_body(&f->talk->resp, body, q);
	compress_head(buf, answer, q->coding, o);
	return true;
}

const char *squeeze_take(struct flow *f, bool last, size_t *len)
{
	struct squeeze *q = &f->talk->squeeze;
	const char *out = compress_take(q->z, last, len);

	ssl_count(q->counts, SSL_COUNT_Z_BYTES_OUT, *len);
	if (last)
		ssl_count(q->counts, SSL_COUNT_Z_FILES_OUT, 1);
	return out;
}

void squeeze_bypassed(struct flow *f, size_t len)
{
	struct squeeze *q = &f->talk->squeeze;

	if (q->by && q->counts && f->talk->answering)
		ssl_count(q->counts, SSL_COUNT_Z_BYTES_BYPASSED, len);
}

void squeeze_end(struct flow *f)
{
	f->talk->squeeze.on = false;
	http_take_body(&f->talk->resp, NULL, NULL);
}

void squeeze_fini(struct squeeze *q)
{
	compress_free(q->z);
	q->z = NULL;
}

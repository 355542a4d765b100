#include "emu/wire/hops.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define PERIOD_MS 5000 /* keepalive frequency and retryperiod */
#define FAILURES  3    /* keepalive maxfailure */

struct hop {
	struct in_addr addr;
	uint16_t sequence; /* of the last ping */
	uint8_t missed;
	bool waits; /* for an answer to it */
	bool dead;
};

struct hops {
	struct hop *hop; /* owned */
	size_t n;
	uint64_t due_ms; /* of the next round */
	hops_ping_fn ping;
	void *arg;
};

struct hops *hops_new(hops_ping_fn ping, void *arg)
{
	struct hops *h = xcalloc(1, sizeof(*h));

	h->ping = ping;
	h->arg = arg;
	h->due_ms = UINT64_MAX;
	return h;
}

void hops_free(struct hops *h)
{
	if (!h)
		return;
	free(h->hop);
	free(h);
}

static struct hop *find(const struct hops *h, struct in_addr a)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->hop[i].addr.s_addr == a.s_addr)
			return &h->hop[i];
	return NULL;
}

void hops_set(struct hops *h, const struct in_addr *hop, size_t n,
	      uint64_t now_ms)
{
	struct hop *now = xcalloc(n + 1, sizeof(*now));

	for (size_t i = 0; i < n; i++) {
		const struct hop *was = find(h, hop[i]);

		now[i] = was ? *was : (struct hop){ .addr = hop[i] };
	}
	free(h->hop);
	h->hop = now;
	h->n = n;
	if (!n)
		h->due_ms = UINT64_MAX;
	else if (h->due_ms == UINT64_MAX)
		h->due_ms = now_ms + PERIOD_MS;
}

bool hops_alive(const struct hops *h, struct in_addr hop)
{
	const struct hop *at = find(h, hop);

	return !at || !at->dead;
}

static void told(const struct hop *at)
{
	log_write(LOG_NETMAN, LOG_NOTICE_5, at->dead ? T_HOP_DOWN : T_HOP_UP,
		  str_addr(at->addr));
}

bool hops_heard(struct hops *h, struct in_addr hop, uint16_t sequence)
{
	struct hop *at = find(h, hop);
	bool was_dead = at && at->dead;

	if (!at || !at->waits || at->sequence != sequence)
		return false;
	at->waits = at->dead = false;
	at->missed = 0;
	if (was_dead)
		told(at);
	return was_dead;
}

uint64_t hops_due_ms(const struct hops *h)
{
	return h->due_ms;
}

/* true: that was the last ping that it could leave unanswered. */
static bool missed(struct hop *at)
{
	if (!at->waits || at->dead || ++at->missed < FAILURES)
		return false;
	at->dead = true;
	told(at);
	return true;
}

bool hops_tick(struct hops *h, uint64_t now_ms)
{
	bool died = false;

	if (now_ms < h->due_ms)
		return false;
	h->due_ms = now_ms + PERIOD_MS;
	for (size_t i = 0; i < h->n; i++) {
		struct hop *at = &h->hop[i];

		died |= missed(at);
		at->waits = true;
		h->ping(h->arg, at->addr, ++at->sequence);
	}
	return died;
}

#include "emu/io/sntp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"
#include "emu/io/rnd.h"
#include "emu/io/sock.h"

/*
 * A poll asks the primary server; after WAIT_MS without a good answer the
 * secondary; then all rest until the next poll.  A server that sends a kiss of
 * death (RFC 4330, 8) is not asked again until it is configured anew.
 *
 * What the timestamp of a request holds below the millisecond is random, so
 * that only who has seen it can answer.
 */
#define PORT	    123
#define WAIT_MS	    5000
#define UNIX_EPOCH  UINT64_C(2208988800) /* s from 1900 to 1970 */
#define ERA_END	    UINT64_C(0x80000000) /* before it: after 7 Feb 2036 */
#define STRATUM_MAX 15

struct sntp {
	struct loop *loop;	   /* borrowed */
	const struct hostmap *map; /* borrowed */
	void (*changed)(void *arg);
	void *arg;
	struct sntp_conf conf;
	bool refused[SNTP_NSERVER]; /* by a kiss */
	bool told[SNTP_NSERVER];    /* that it does not answer */
	struct watch watch;	    /* fd -1: no question is open */
	struct timer timer;
	int asked;		/* server of the open question */
	struct sntp_exchange x; /* the open question */
	struct sntp_state state;
};

/* ---- the packet ----------------------------------------------------------- */

uint64_t sntp_stamp(int64_t ms)
{
	uint64_t s = (uint64_t)(ms / 1000) + UNIX_EPOCH;

	return s << 32 | ((uint64_t)(ms % 1000) << 32) / 1000;
}

/* Seconds begin anew in 2036 (RFC 4330, 3). */
int64_t sntp_ms(uint64_t stamp)
{
	uint64_t s = stamp >> 32, fraction = stamp & UINT32_MAX;

	if (s < ERA_END)
		s += UINT64_C(1) << 32;
	return ((int64_t)s - (int64_t)UNIX_EPOCH) * 1000 +
	       (int64_t)((fraction * 1000 + (UINT64_C(1) << 31)) >> 32);
}

static void put64(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t get64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

enum { MODE_CLIENT = 3, MODE_SERVER = 4, LEAP_ALARM = 3 };
enum {
	AT_STRATUM = 1,
	AT_REFERENCE = 12,
	AT_ORIGINATE = 24,
	AT_RECEIVE = 32,
	AT_TRANSMIT = 40
};

void sntp_request(uint8_t *p, unsigned version, uint64_t stamp)
{
	memset(p, 0, SNTP_LEN);
	p[0] = (uint8_t)(version << 3 | MODE_CLIENT);
	put64(p + AT_TRANSMIT, stamp);
}

/* Other codes, and none, only tell that the server is not ready. */
static bool is_kiss(const uint8_t *p)
{
	static const char code[][5] = { "DENY", "RSTR", "RATE" };

	for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++)
		if (p[AT_STRATUM] == 0 && !memcmp(p + AT_REFERENCE, code[i], 4))
			return true;
	return false;
}

enum sntp_answer sntp_read(const uint8_t *p, size_t len,
			   struct sntp_exchange *x)
{
	int64_t received = 0, transmitted = 0;

	if (len < SNTP_LEN || (p[0] & 7) != MODE_SERVER ||
	    get64(p + AT_ORIGINATE) != x->stamp)
		return SNTP_BAD;
	if (is_kiss(p))
		return SNTP_KISS;
	if (p[0] >> 6 == LEAP_ALARM || p[AT_STRATUM] == 0 ||
	    p[AT_STRATUM] > STRATUM_MAX || !get64(p + AT_TRANSMIT))
		return SNTP_LATE;
	received = sntp_ms(get64(p + AT_RECEIVE));
	transmitted = sntp_ms(get64(p + AT_TRANSMIT));
	x->offset_ms = ((received - x->sent) + (transmitted - x->back)) / 2;
	x->stratum = p[AT_STRATUM];
	return SNTP_OK;
}

/* ---- asking --------------------------------------------------------------- */

static const char *const role[] = {
	[SNTP_PRIMARY] = "primary",
	[SNTP_SECONDARY] = "secondary",
};

static void close_question(struct sntp *s)
{
	if (s->watch.fd < 0)
		return;
	loop_unwatch(s->loop, &s->watch);
	(void)close(s->watch.fd);
	s->watch.fd = -1;
}

static bool may_ask(const struct sntp *s, int i)
{
	return i < SNTP_NSERVER && s->conf.server[i].addr.s_addr &&
	       !s->refused[i];
}

static void rest(struct sntp *s)
{
	close_question(s);
	s->asked = SNTP_NSERVER;
	loop_timer(s->loop, &s->timer,
		   clock_ms() + (uint64_t)s->conf.poll_s * 1000);
}

static bool send_question(struct sntp *s, int i)
{
	uint8_t p[SNTP_LEN];

	s->watch.fd = sock_udp(s->map, s->conf.server[i].addr, htons(PORT),
			       (struct in_addr){ INADDR_ANY }, 0);
	if (s->watch.fd < 0 || loop_watch(s->loop, &s->watch, EPOLLIN) < 0)
		return false;
	s->x.sent = wall_ms();
	s->x.stamp = sntp_stamp(s->x.sent) ^ (rnd_u32() & 0x1fffff);
	sntp_request(p, s->conf.server[i].version, s->x.stamp);
	s->state.sent++;
	return send(s->watch.fd, p, sizeof(p), MSG_DONTWAIT | MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(p);
}

/* The servers from the i-th on, until one can be asked. */
static void ask_from(struct sntp *s, int i)
{
	close_question(s);
	while (i < SNTP_NSERVER && !may_ask(s, i))
		i++;
	s->asked = i;
	if (i == SNTP_NSERVER) {
		rest(s);
		return;
	}
	/* what cannot be sent is as good as not answered */
	loop_timer(s->loop, &s->timer,
		   clock_ms() + (send_question(s, i) ? WAIT_MS : 0));
}

/* ---- answers -------------------------------------------------------------- */

static void failed(struct sntp *s, const char *why)
{
	int i = s->asked;

	s->state.up[i] = false;
	if (!s->told[i])
		log_write(LOG_SNTP, LOG_WARNING_4, T_SNTP_FAILED, role[i],
			  str_addr(s->conf.server[i].addr), why);
	s->told[i] = true;
	ask_from(s, i + 1);
}

static void set_clock(struct sntp *s, int64_t offset_ms, unsigned stratum)
{
	bool far = offset_ms >= 1000 || offset_ms <= -1000;

	wall_offset_set(wall_offset() + offset_ms);
	s->state.updated = wall_now();
	s->state.last = s->asked;
	s->state.offset_ms = offset_ms;
	s->state.stratum = stratum;
	s->state.up[s->asked] = true;
	s->state.answers++;
	s->told[s->asked] = false;
	log_write(LOG_SNTP, far ? LOG_NOTICE_5 : LOG_INFO_6, T_SNTP_SET,
		  role[s->asked], str_addr(s->conf.server[s->asked].addr),
		  (long long)offset_ms);
	if (far && s->changed)
		s->changed(s->arg);
	rest(s);
}

static void on_answer(struct sntp *s, const uint8_t *p, size_t len)
{
	s->x.back = wall_ms();
	switch (sntp_read(p, len, &s->x)) {
	case SNTP_OK:
		set_clock(s, s->x.offset_ms, s->x.stratum);
		break;
	case SNTP_LATE:
		s->state.bad++;
		failed(s, T_SNTP_LATE);
		break;
	case SNTP_KISS:
		s->state.bad++;
		s->refused[s->asked] = true;
		failed(s, T_SNTP_KISS);
		break;
	case SNTP_BAD:
		s->state.bad++; /* the right one may still come */
		break;
	}
}

static void on_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct sntp *s = arg;
	uint8_t p[512];
	ssize_t n = recv(s->watch.fd, p, sizeof(p), MSG_DONTWAIT);

	(void)ready;
	(void)now_ms;
	if (n >= 0)
		on_answer(s, p, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		failed(s, strerror(errno));
}

static void on_timer(void *arg, uint64_t now_ms)
{
	struct sntp *s = arg;

	(void)now_ms;
	if (s->asked < SNTP_NSERVER)
		failed(s, T_SNTP_SILENT);
	else
		ask_from(s, SNTP_PRIMARY);
}

/* ---- life ----------------------------------------------------------------- */

struct sntp *sntp_new(struct loop *l, const struct hostmap *map,
		      void (*changed)(void *arg), void *arg)
{
	struct sntp *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->map = map;
	s->changed = changed;
	s->arg = arg;
	s->asked = SNTP_NSERVER;
	s->watch = (struct watch){ -1, on_ready, s };
	s->timer = (struct timer){ .fn = on_timer, .arg = s };
	return s;
}

void sntp_free(struct sntp *s)
{
	if (!s)
		return;
	close_question(s);
	loop_timer_stop(s->loop, &s->timer);
	free(s);
}

static bool same_server(const struct sntp_conf *a, const struct sntp_conf *b,
			int i)
{
	return a->server[i].addr.s_addr == b->server[i].addr.s_addr &&
	       a->server[i].version == b->server[i].version;
}

void sntp_sync(struct sntp *s, const struct sntp_conf *c)
{
	bool same = s->conf.poll_s == c->poll_s;

	for (int i = 0; i < SNTP_NSERVER; i++) {
		if (same_server(&s->conf, c, i))
			continue;
		same = false;
		s->refused[i] = s->told[i] = s->state.up[i] = false;
	}
	if (same)
		return;
	s->conf = *c;
	loop_timer_stop(s->loop, &s->timer);
	if (may_ask(s, SNTP_PRIMARY) || may_ask(s, SNTP_SECONDARY)) {
		ask_from(s, SNTP_PRIMARY);
	} else {
		close_question(s);
		s->asked = SNTP_NSERVER;
	}
}

void sntp_state(const struct sntp *s, struct sntp_state *st)
{
	*st = s->state;
}

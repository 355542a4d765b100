/*
 * ping: echo requests one after another, a mark for each as it is answered
 *
 * `!` is a reply, `.` none in time, `U` a router's or host's word that there is
 * no way.  The next request leaves when the one before is settled.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/lookup.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/hostmap.h"
#include "emu/io/icmp.h"
#include "emu/io/loop.h"
#include "emu/io/rnd.h"
#include "emu/io/sock.h"

#define COUNT_DFLT   5
#define TIMEOUT_DFLT 1000 /* ms, guess */
#define SIZE_DFLT    64	  /* bytes of the ICMP message, guess */
#define SIZE_CAP     8192
#define LINE_MARKS   70

struct ping {
	struct loop *loop;	   /* borrowed */
	const struct hostmap *map; /* borrowed */
	struct cli_task *task;
	struct watch watch;
	struct timer timer; /* the answer is late, or the next is due */
	bool is_dgram, waiting;
	struct in_addr addr, host;
	unsigned count, timeout_ms;
	size_t size;
	uint16_t ident;
	uint64_t cookie;
	unsigned sent, got;
	uint64_t sent_us, min_us, max_us, sum_us;
};

/* ---- the end -------------------------------------------------------------- */

static unsigned ms(uint64_t us)
{
	return (unsigned)((us + 999) / 1000);
}

static void summary(const struct ping *p)
{
	if (p->sent % LINE_MARKS)
		cli_task_print(p->task, "\n");
	cli_task_print(p->task, T_PING_RATE,
		       p->sent ? p->got * 100 / p->sent : 0, p->got, p->sent);
	if (p->got)
		cli_task_print(p->task, T_PING_TIMES, ms(p->min_us),
			       ms(p->sum_us / p->got), ms(p->max_us));
	cli_task_print(p->task, "\n");
	cli_task_status(p->task, p->got == 0);
}

static void ping_end(struct ping *p, const struct err *err)
{
	loop_timer_stop(p->loop, &p->timer);
	loop_unwatch(p->loop, &p->watch);
	(void)close(p->watch.fd);
	cli_task_end(p->task, err);
	free(p);
}

static void ping_stop(void *arg)
{
	struct ping *p = arg;

	if (p->waiting) /* it counts for nothing */
		p->sent--;
	summary(p);
	ping_end(p, NULL);
}

/* ---- requests ------------------------------------------------------------- */

/* Settles the request under way; the timer brings on what is next. */
static void settle(struct ping *p, char mark)
{
	p->waiting = false;
	cli_task_print(p->task, "%c%s", mark, p->sent % LINE_MARKS ? "" : "\n");
	loop_timer(p->loop, &p->timer, loop_now(p->loop));
}

static bool no_way(int error)
{
	return error == ENETUNREACH || error == EHOSTUNREACH ||
	       error == ECONNREFUSED || error == EHOSTDOWN;
}

static void send_one(struct ping *p)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = p->host };
	struct icmp_echo echo = { .ident = p->ident,
				  .sequence = (uint16_t)p->sent,
				  .cookie = p->cookie };
	uint8_t buf[SIZE_CAP];
	struct err err = { .col = -1 };

	p->sent++;
	p->sent_us = clock_us();
	icmp_echo_make(&echo, buf, p->size);
	if (sendto(p->watch.fd, buf, p->size, MSG_DONTWAIT,
		   (struct sockaddr *)&to, sizeof(to)) >= 0) {
		p->waiting = true;
		loop_timer(p->loop, &p->timer, clock_ms() + p->timeout_ms);
	} else if (no_way(errno)) {
		settle(p, 'U');
	} else {
		(void)err_set(&err, ERR_IO, -1, T_PING_SEND, str_addr(p->addr),
			      strerror(errno));
		cli_task_print(p->task, "\n");
		ping_end(p, &err);
	}
}

static void on_timer(void *arg, uint64_t now_ms)
{
	struct ping *p = arg;

	(void)now_ms;
	if (p->waiting) {
		settle(p, '.');
	} else if (p->sent < p->count) {
		send_one(p);
	} else {
		summary(p);
		ping_end(p, NULL);
	}
}

/* ---- answers -------------------------------------------------------------- */

static bool is_ours(const struct ping *p, const struct icmp_echo *e)
{
	return p->waiting && e->cookie == p->cookie &&
	       e->sequence == (uint16_t)(p->sent - 1) &&
	       (p->is_dgram || e->ident == p->ident);
}

static void answered(struct ping *p)
{
	uint64_t us = clock_us() - p->sent_us;

	p->got++;
	p->sum_us += us;
	if (p->got == 1 || us < p->min_us)
		p->min_us = us;
	if (us > p->max_us)
		p->max_us = us;
	settle(p, '!');
}

static void on_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct ping *p = arg;
	struct icmp_echo e;
	uint8_t buf[SIZE_CAP + 64];
	ssize_t n = 0;

	(void)ready;
	(void)now_ms;
	while ((n = recv(p->watch.fd, buf, sizeof(buf), MSG_DONTWAIT)) >= 0) {
		if (icmp_echo_read(p->is_dgram, buf, (size_t)n, &e) &&
		    is_ours(p, &e))
			answered(p);
		else if (!p->is_dgram &&
			 icmp_unreachable_read(buf, (size_t)n, &e) &&
			 is_ours(p, &e))
			settle(p, 'U');
	}
	if (p->waiting && no_way(errno))
		settle(p, 'U');
}

/* ---- the command ---------------------------------------------------------- */

struct wish {
	unsigned count, timeout_ms;
	size_t size;
};

static int ping_start(struct cli *cli, struct in_addr addr, void *arg,
		      struct err *err)
{
	const struct wish *w = arg;
	const struct env *env = cli_env(cli);
	struct ping *p = xcalloc(1, sizeof(*p));

	*p = (struct ping){ .loop = env->loop,
			    .map = env->map,
			    .addr = addr,
			    .host = hostmap_addr(env->map, addr),
			    .count = w->count,
			    .timeout_ms = w->timeout_ms,
			    .size = w->size,
			    .ident = (uint16_t)rnd_u32() };
	rnd_bytes(&p->cookie, sizeof(p->cookie));
	p->timer = (struct timer){ .fn = on_timer, .arg = p };
	p->watch = (struct watch){ .fn = on_ready, .arg = p };
	p->watch.fd = sock_icmp(&p->is_dgram, err);
	if (p->watch.fd >= 0)
		p->task = cli_task_begin(cli, ping_stop, p, err);
	if (!p->task) {
		if (p->watch.fd >= 0)
			(void)close(p->watch.fd);
		free(p);
		return -1;
	}
	cli_task_print(p->task, T_PING_START, p->count, str_addr(addr),
		       p->timeout_ms);
	(void)loop_watch(p->loop, &p->watch, EPOLLIN);
	loop_timer(p->loop, &p->timer, loop_now(p->loop));
	return 0;
}

static int ping_run(struct cli *cli, const struct args *a, struct err *err)
{
	struct wish *w = xcalloc(1, sizeof(*w));

	w->count = (unsigned)arg_uint(a, "count", COUNT_DFLT);
	w->timeout_ms = (unsigned)arg_uint(a, "timeout", TIMEOUT_DFLT);
	w->size = arg_uint(a, "size", SIZE_DFLT);
	return lookup(cli, arg_word(a, "host"), ping_start, w, err);
}

const struct cmd ping_cmds[] = {
	{ .syntax = "ping <host:host> [<count:uint:1-32767> "
		    "[<timeout:uint:1-60000> [<size:uint:16-8192>]]]",
	  .help = "Send echo requests to a host\n"
		  "Address or name\n"
		  "How many, default 5\n"
		  "Milliseconds to wait for each reply, default 1000\n"
		  "Bytes of a request, default 64",
	  .run = ping_run },
	{ 0 },
};

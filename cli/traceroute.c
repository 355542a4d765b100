/*
 * traceroute: datagrams with a growing time to live, and who says it was over
 *
 * What routers and the host answer is read from the error queue of the UDP
 * socket that sent the datagrams (IP_RECVERR), which needs no privilege.  Three
 * datagrams a hop, as is the custom; the host is reached when it says that
 * nobody listens.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h> /* linux/errqueue.h needs it */
#include <linux/errqueue.h>
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
#include "emu/io/loop.h"
#include "emu/io/sock.h"

#define PROBES	  3	/* a hop */
#define WAIT_MS	  2000	/* for each */
#define PORT	  33434 /* of the first datagram; each has a port of its own */
#define TTL_DFLT  30
#define MARK_NONE '*'

struct trace {
	struct loop *loop;	   /* borrowed */
	const struct hostmap *map; /* borrowed */
	struct cli_task *task;
	struct watch watch;
	struct timer timer;
	struct in_addr addr;
	unsigned ttl, last, probe; /* probe of this hop, from 0 */
	unsigned sent;		   /* in all */
	bool waiting, reached;
	struct in_addr hop; /* who answered this hop's last */
	uint64_t sent_us;
};

static void trace_end(struct trace *t, const struct err *err)
{
	loop_timer_stop(t->loop, &t->timer);
	loop_unwatch(t->loop, &t->watch);
	(void)close(t->watch.fd);
	cli_task_end(t->task, err);
	free(t);
}

static void trace_stop(void *arg)
{
	struct trace *t = arg;

	cli_task_print(t->task, "\n");
	trace_end(t, NULL);
}

/* ---- one datagram --------------------------------------------------------- */

static in_port_t port_now(const struct trace *t)
{
	return htons((uint16_t)(PORT + (t->sent - 1) % (65535 - PORT)));
}

/* Twice, for an error that came for an earlier one is told once, here. */
static bool send_data(const struct trace *t)
{
	const char data[32] = "css11500";
	bool sent = false;

	for (int i = 0; i < 2 && !sent; i++)
		sent = sock_send(t->map, t->watch.fd, t->addr, port_now(t),
				 data, sizeof(data));
	return sent;
}

static void send_one(struct trace *t)
{
	struct err err = { .col = -1 };
	int ttl = (int)t->ttl;

	t->sent++;
	t->sent_us = clock_us();
	t->waiting = true;
	(void)setsockopt(t->watch.fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	if (t->probe == 0) {
		cli_task_print(t->task, "%2u ", t->ttl);
		t->hop.s_addr = INADDR_ANY;
	}
	if (!send_data(t)) {
		(void)err_set(&err, ERR_IO, -1, T_PING_SEND, str_addr(t->addr),
			      strerror(errno));
		cli_task_print(t->task, "\n");
		trace_end(t, &err);
		return;
	}
	loop_timer(t->loop, &t->timer, clock_ms() + WAIT_MS);
}

/* The probe is settled: the next one, the next hop, or the end. */
static void advance(struct trace *t)
{
	t->waiting = false;
	if (++t->probe == PROBES) {
		t->probe = 0;
		t->ttl++;
		cli_task_print(t->task, "\n");
	}
	loop_timer(t->loop, &t->timer, loop_now(t->loop));
}

static void on_timer(void *arg, uint64_t now_ms)
{
	struct trace *t = arg;

	(void)now_ms;
	if (t->waiting) {
		cli_task_print(t->task, " %c", MARK_NONE);
		advance(t);
	} else if (t->probe == 0 && (t->reached || t->ttl > t->last)) {
		trace_end(t, NULL);
	} else {
		send_one(t);
	}
}

/* ---- answers -------------------------------------------------------------- */

/* Who answered, as the switch sees him. */
static struct in_addr appliance(const struct trace *t, struct in_addr host)
{
	if (host.s_addr == hostmap_addr(t->map, t->addr).s_addr)
		return t->addr;
	return hostmap_reverse(t->map, host);
}

static void answered(struct trace *t, struct in_addr host, uint8_t type,
		     uint8_t code)
{
	struct in_addr from = appliance(t, host);
	uint64_t us = clock_us() - t->sent_us;

	if (t->hop.s_addr != from.s_addr)
		cli_task_print(t->task, " %s", str_addr(from));
	t->hop = from;
	cli_task_print(t->task, "  %llu.%03llu ms",
		       (unsigned long long)us / 1000,
		       (unsigned long long)us % 1000);
	if (type == ICMP_DEST_UNREACH) {
		t->reached = true;
		if (code != ICMP_PORT_UNREACH)
			cli_task_print(t->task, " !%c",
				       code == ICMP_NET_UNREACH	   ? 'N'
				       : code == ICMP_HOST_UNREACH ? 'H'
								   : 'X');
	}
	advance(t);
}

/* What came back for a datagram; false: nothing more has. */
static bool read_error(struct trace *t)
{
	struct sockaddr_in to = { 0 };
	union {
		char buf[512];
		struct cmsghdr align;
	} control;
	char data[64];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_name = &to,
			    .msg_namelen = sizeof(to),
			    .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.buf,
			    .msg_controllen = sizeof(control.buf) };
	struct sock_extended_err e = { 0 };
	struct sockaddr_in from = { 0 };

	if (recvmsg(t->watch.fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_RECVERR ||
		    c->cmsg_len < CMSG_LEN(sizeof(e) + sizeof(from)))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		memcpy(&from, CMSG_DATA(c) + sizeof(e), sizeof(from));
	}
	if (t->waiting && e.ee_origin == SO_EE_ORIGIN_ICMP &&
	    to.sin_port == port_now(t))
		answered(t, from.sin_addr, e.ee_type, e.ee_code);
	return true;
}

/* Something that does listen on such a port has reached us, too. */
static void read_reply(struct trace *t)
{
	struct sockaddr_in from = { 0 };
	socklen_t len = sizeof(from);
	char data[64];

	while (recvfrom(t->watch.fd, data, sizeof(data), MSG_DONTWAIT,
			(struct sockaddr *)&from, &len) >= 0)
		if (t->waiting && from.sin_port == port_now(t))
			answered(t, from.sin_addr, ICMP_DEST_UNREACH,
				 ICMP_PORT_UNREACH);
}

static void on_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct trace *t = arg;

	(void)ready;
	(void)now_ms;
	while (read_error(t))
		;
	read_reply(t);
}

/* ---- the command ---------------------------------------------------------- */

struct wish {
	unsigned first, last;
};

static int trace_socket(struct err *err)
{
	int on = 1, fd = sock_udp_open(err);

	if (fd < 0 || !setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)))
		return fd;
	(void)err_set(err, ERR_IO, -1, T_TRACE_NONE, strerror(errno));
	(void)close(fd);
	return -1;
}

static int trace_start(struct cli *cli, struct in_addr addr, void *arg,
		       struct err *err)
{
	const struct wish *w = arg;
	const struct env *env = cli_env(cli);
	struct trace *t = xcalloc(1, sizeof(*t));

	*t = (struct trace){ .loop = env->loop,
			     .map = env->map,
			     .addr = addr,
			     .ttl = w->first,
			     .last = w->last };
	t->timer = (struct timer){ .fn = on_timer, .arg = t };
	t->watch = (struct watch){ .fn = on_ready, .arg = t };
	t->watch.fd = trace_socket(err);
	if (t->watch.fd >= 0)
		t->task = cli_task_begin(cli, trace_stop, t, err);
	if (!t->task) {
		if (t->watch.fd >= 0)
			(void)close(t->watch.fd);
		free(t);
		return -1;
	}
	cli_task_print(t->task, T_TRACE_START, str_addr(addr), w->first,
		       w->last);
	(void)loop_watch(t->loop, &t->watch, EPOLLIN);
	loop_timer(t->loop, &t->timer, loop_now(t->loop));
	return 0;
}

static int trace_run(struct cli *cli, const struct args *a, struct err *err)
{
	struct wish *w = xcalloc(1, sizeof(*w));

	w->first = (unsigned)arg_uint(a, "first", 1);
	w->last = (unsigned)arg_uint(a, "last", TTL_DFLT);
	if (w->first > w->last) {
		free(w);
		return err_set(err, ERR_RANGE, -1, T_TRACE_ORDER);
	}
	return lookup(cli, arg_word(a, "host"), trace_start, w, err);
}

const struct cmd traceroute_cmds[] = {
	{ .syntax = "traceroute <host:host> [<first:uint:1-255> "
		    "<last:uint:1-255>]",
	  .help = "Print the way to a host\n"
		  "Address or name\n"
		  "First time to live tried, default 1\n"
		  "Last time to live tried, default 30",
	  .run = trace_run },
	{ 0 },
};

#include "cli/script_sock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/lookup.h"
#include "cli/script_play.h"
#include "cli/script_text.h"
#include "cli/session_priv.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"

/*
 * A socket is idle, or one command waits at it: `step` is what that command does
 * when the descriptor is ready or the time is over.  An idle socket is not
 * watched: that the peer has closed is noticed with the next transfer, as on the
 * product.
 */
#define CONNECT_MS 5000
#define WAIT_MS	   100
#define SEND_MS	   5000 /* a peer that takes nothing, own bound */
#define SEND_LEN   128

enum step { STEP_WAIT, STEP_DONE, STEP_FAILED };

struct sock {
	struct sockets *all;
	struct cli *owner; /* borrowed */
	int id;		   /* from 1 */
	bool udp;
	bool session;	/* stays when the script ends */
	bool of_script; /* was opened by one */
	bool raw;	/* received as bytes: inspect prints hex */
	bool closed;	/* by the peer */
	bool opening;	/* is gone when that fails */
	struct in_addr addr;
	uint16_t port;
	uint64_t since_ms;
	struct watch watch;
	char buf[SOCKET_BUF];
	size_t len;

	/* the command that waits */
	struct cli_task *task; /* NULL: idle */
	enum step (*step)(struct sock *s, bool late);
	struct timer timer;
	const char *failure;
	struct out text; /* to send, or to find */
	size_t from;	 /* sent so far, or where to begin to look */
	bool any_case;
};

struct sockets {
	struct loop *loop;		/* borrowed */
	const struct hostmap *map;	/* borrowed */
	struct sock *sock[SOCKETS_MAX]; /* owned; by id - 1 */
};

/* ---- the table ---------------------------------------------------------------- */

static void wait_end(struct sock *s)
{
	loop_unwatch(s->all->loop, &s->watch);
	loop_timer_stop(s->all->loop, &s->timer);
	s->task = NULL;
}

static void sock_close(struct sock *s, bool graceful)
{
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	if (s->task)
		wait_end(s);
	if (!graceful && !s->udp)
		(void)setsockopt(s->watch.fd, SOL_SOCKET, SO_LINGER, &reset,
				 sizeof(reset));
	(void)close(s->watch.fd);
	s->all->sock[s->id - 1] = NULL;
	out_fini(&s->text);
	free(s);
}

void sockets_close(struct cli *c, bool all)
{
	for (int i = 0; c->env->sockets && i < SOCKETS_MAX; i++) {
		struct sock *s = c->env->sockets->sock[i];

		if (s && s->owner == c && (all || s->of_script))
			sock_close(s, true);
	}
}

static struct sock *sock_find(struct cli *c, const struct args *a,
			      struct err *err)
{
	unsigned long id = arg_uint(a, "socket", 0);
	struct sock *s = c->env->sockets && id <= SOCKETS_MAX
				 ? c->env->sockets->sock[id - 1]
				 : NULL;

	if (s && s->owner == c)
		return s;
	(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_SOCKET, id);
	return NULL;
}

struct sockets *sockets_new(struct loop *l, const struct hostmap *map)
{
	struct sockets *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->map = map;
	return s;
}

void sockets_free(struct sockets *s)
{
	for (int i = 0; s && i < SOCKETS_MAX; i++)
		if (s->sock[i])
			sock_close(s->sock[i], true);
	free(s);
}

/* ---- waiting ------------------------------------------------------------------ */

static void connected(struct sock *s)
{
	char id[12];

	s->opening = false;
	(void)snprintf(id, sizeof(id), "%d", s->id);
	(void)play_var_set(s->owner, "SOCKET", id, false, NULL);
}

static void wait_over(struct sock *s, const char *failure)
{
	struct cli_task *t = s->task;
	struct err err = { .col = -1 };

	wait_end(s);
	if (failure)
		(void)err_set(&err, ERR_IO, -1, "%s", failure);
	if (failure && s->opening)
		sock_close(s, false);
	else if (s->opening)
		connected(s);
	cli_task_end(t, failure ? &err : NULL);
}

/* The last thing that is done to a socket: the session goes on. */
static void advance(struct sock *s, bool late)
{
	enum step step = s->step(s, late);

	if (step == STEP_DONE)
		wait_over(s, NULL);
	else if (step == STEP_FAILED)
		wait_over(s, s->failure);
}

static void on_ready(void *arg, uint32_t events, uint64_t now_ms)
{
	(void)events;
	(void)now_ms;
	advance(arg, false);
}

static void on_late(void *arg, uint64_t now_ms)
{
	struct sock *s = arg;

	(void)now_ms;
	if (s->step(s, true) == STEP_DONE)
		wait_over(s, NULL);
	else
		wait_over(s, s->failure);
}

static void on_stop(void *arg)
{
	wait_over(arg, T_INTERRUPTED);
}

/* Does step now, or, when it has to wait, as the session's task. */
static int wait_begin(struct cli *c, struct sock *s,
		      enum step (*step)(struct sock *s, bool late),
		      uint32_t events, unsigned ms, struct err *err)
{
	enum step first = step(s, false);

	if (first == STEP_DONE)
		return 0;
	if (first == STEP_FAILED)
		return err_set(err, ERR_IO, -1, "%s", s->failure);
	s->task = cli_task_begin(c, on_stop, s, err);
	if (!s->task)
		return -1;
	s->step = step;
	if (loop_watch(s->all->loop, &s->watch, events) < 0)
		s->failure = strerror(errno); /* told when the time is over */
	loop_timer(s->all->loop, &s->timer, clock_ms() + ms);
	return 0;
}

/* ---- connect ------------------------------------------------------------------ */

/* The kernel connects a socket to itself when nobody else is there. */
static bool is_own_end(int fd)
{
	struct sockaddr_in us = { 0 }, them = { 0 };
	socklen_t us_len = sizeof(us), them_len = sizeof(them);

	return !getsockname(fd, (struct sockaddr *)&us, &us_len) &&
	       !getpeername(fd, (struct sockaddr *)&them, &them_len) &&
	       us.sin_port == them.sin_port &&
	       us.sin_addr.s_addr == them.sin_addr.s_addr;
}

static enum step connect_step(struct sock *s, bool late)
{
	struct pollfd p = { .fd = s->watch.fd, .events = POLLOUT };

	s->failure = T_SOCK_CONNECT;
	if (late)
		return STEP_FAILED;
	if (poll(&p, 1, 0) < 1)
		return STEP_WAIT;
	if (sock_error(s->watch.fd) || is_own_end(s->watch.fd))
		return STEP_FAILED;
	return STEP_DONE;
}

static int free_place(const struct sockets *all)
{
	for (int i = 0; i < SOCKETS_MAX; i++)
		if (!all->sock[i])
			return i;
	return -1;
}

/* What was typed, while the name of the host is looked up. */
struct wish {
	bool udp, session, nowait;
	uint16_t port;
	unsigned timeout_ms;
};

static struct sock *sock_new(struct cli *c, const struct wish *w, int fd)
{
	struct sockets *all = c->env->sockets;
	struct sock *s = xcalloc(1, sizeof(*s));
	int place = free_place(all);

	all->sock[place] = s;
	*s = (struct sock){ .all = all,
			    .owner = c,
			    .id = place + 1,
			    .udp = w->udp,
			    .session = w->session,
			    .port = w->port,
			    .since_ms = clock_ms(),
			    .opening = true };
	s->of_script = !s->session && play_in_script(c);
	s->watch = (struct watch){ fd, on_ready, s };
	s->timer = (struct timer){ .fn = on_late, .arg = s };
	return s;
}

static int connect_start(struct cli *c, struct in_addr addr, void *arg,
			 struct err *err)
{
	const struct in_addr any = { htonl(INADDR_ANY) };
	const struct hostmap *map = c->env->map;
	const struct wish *w = arg;
	struct sock *s = NULL;
	int fd = -1;

	if (free_place(c->env->sockets) < 0)
		return err_set(err, ERR_REFUSED, -1, T_FULL, "socket",
			       SOCKETS_MAX);
	fd = w->udp ? sock_udp(map, addr, htons(w->port), any, 0)
		    : sock_connect(map, addr, htons(w->port), any);
	if (fd < 0)
		return err_set(err, ERR_IO, -1, T_SOCK_CONNECT);
	s = sock_new(c, w, fd);
	s->addr = addr;
	if (!w->udp && !w->nowait)
		sock_nagle(fd);
	if (wait_begin(c, s, connect_step, EPOLLOUT, w->timeout_ms, err) < 0) {
		sock_close(s, false);
		return -1;
	}
	if (!s->task)
		connected(s);
	return 0;
}

static int connect_run(struct cli *c, const struct args *a, struct err *err)
{
	struct wish *w = NULL;

	if (!c->env->sockets || !cli_may_wait(c))
		return err_set(err, ERR_REFUSED, -1, T_NOT_IN_FILE);
	w = xcalloc(1, sizeof(*w));
	*w = (struct wish){ .udp = arg_key(a, "udp"),
			    .session = arg_key(a, "session"),
			    .nowait = arg_key(a, "nowait"),
			    .port = (uint16_t)arg_uint(a, "port", 0),
			    .timeout_ms = (unsigned)arg_uint(a, "timeout",
							     CONNECT_MS) };
	return lookup(c, arg_word(a, "host"), connect_start, w, err);
}

/* ---- send --------------------------------------------------------------------- */

static enum step send_step(struct sock *s, bool late)
{
	ssize_t n = 0;

	s->failure = T_SOCK_SEND;
	if (late || s->closed)
		return STEP_FAILED;
	n = send(s->watch.fd, s->text.buf + s->from, s->text.len - s->from,
		 MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? STEP_WAIT
							 : STEP_FAILED;
	s->from += (size_t)n;
	return s->from < s->text.len ? STEP_WAIT : STEP_DONE;
}

static int bytes_of(const char *text, bool hex, struct out *o, struct err *err)
{
	out_clear(o);
	if (!hex)
		text_unescape(text, o);
	else if (!text_from_hex(text, o))
		return err_set(err, ERR_RANGE, -1, T_SOCK_HEX, text);
	return 0;
}

static int send_run(struct cli *c, const struct args *a, struct err *err)
{
	struct sock *s = sock_find(c, a, err);
	struct out coded = { 0 };

	if (!s ||
	    bytes_of(arg_word(a, "text"), arg_key(a, "raw"), &s->text, err) < 0)
		return -1;
	if (arg_key(a, "base64")) {
		text_to_base64(out_text(&s->text), s->text.len, &coded);
		out_fini(&s->text);
		s->text = coded;
	}
	if (!s->text.len)
		return 0;
	s->len = s->from = 0;
	return wait_begin(c, s, send_step, EPOLLOUT, SEND_MS, err);
}

/* ---- receive ------------------------------------------------------------------ */

/* Keeps the last bytes when there are more than fit. */
static void keep(struct sock *s, const char *data, size_t len)
{
	size_t over = s->len + len > sizeof(s->buf)
			      ? s->len + len - sizeof(s->buf)
			      : 0;

	memmove(s->buf, s->buf + over, s->len - over);
	s->len -= over;
	memcpy(s->buf + s->len, data, len);
	s->len += len;
}

/* What is there; true: something came, or nothing more will. */
static bool take(struct sock *s)
{
	char data[SOCKET_BUF];
	ssize_t n = s->closed ? 0 : recv(s->watch.fd, data, sizeof(data), 0);

	if (n > 0) {
		if ((size_t)n > sizeof(s->buf) - s->len &&
		    (size_t)n >= sizeof(s->buf))
			s->len = 0;
		keep(s, data, (size_t)n);
		return true;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	s->closed |= n < 0 || !s->udp;
	return true;
}

static enum step receive_step(struct sock *s, bool late)
{
	bool full = s->len == sizeof(s->buf);

	if (!late && !s->closed && !full)
		(void)take(s);
	return late || s->closed || s->len == sizeof(s->buf) ? STEP_DONE
							     : STEP_WAIT;
}

static int receive_run(struct cli *c, const struct args *a, struct err *err)
{
	struct sock *s = sock_find(c, a, err);

	if (!s)
		return -1;
	s->raw = arg_key(a, "raw");
	if (s->len == sizeof(s->buf)) /* what is next is wanted now */
		s->len = 0;
	return wait_begin(c, s, receive_step, EPOLLIN,
			  (unsigned)arg_uint(a, "timeout", WAIT_MS), err);
}

static enum step anything_step(struct sock *s, bool late)
{
	s->failure = T_SOCK_NOTHING;
	while (!s->closed && !late && take(s) && !s->len)
		;
	if (s->len)
		return STEP_DONE;
	return late || s->closed ? STEP_FAILED : STEP_WAIT;
}

static enum step find_step(struct sock *s, bool late)
{
	s->failure = T_SOCK_NOT_FOUND;
	for (;;) {
		if (text_find(s->buf, s->len, s->from, out_text(&s->text),
			      s->text.len, s->any_case) < s->len)
			return STEP_DONE;
		if (late || s->closed)
			return STEP_FAILED;
		if (!take(s))
			return STEP_WAIT;
	}
}

static int waitfor_run(struct cli *c, const struct args *a, struct err *err)
{
	unsigned ms = (unsigned)arg_uint(a, "timeout", WAIT_MS);
	struct sock *s = sock_find(c, a, err);

	if (!s ||
	    bytes_of(arg_word(a, "text"), arg_key(a, "raw"), &s->text, err) < 0)
		return -1;
	s->from = arg_uint(a, "offset", 0);
	s->any_case = !arg_key(a, "case-sensitive") && !arg_key(a, "raw");
	return wait_begin(c, s, find_step, EPOLLIN, ms, err);
}

static int anything_run(struct cli *c, const struct args *a, struct err *err)
{
	unsigned ms = (unsigned)arg_uint(a, "timeout", WAIT_MS);
	struct sock *s = sock_find(c, a, err);

	return s ? wait_begin(c, s, anything_step, EPOLLIN, ms, err) : -1;
}

/* ---- the rest ------------------------------------------------------------------- */

static int inspect_run(struct cli *c, const struct args *a, struct err *err)
{
	struct sock *s = sock_find(c, a, err);
	bool raw = arg_key(a, "raw"), pretty = arg_key(a, "pretty");

	if (!s)
		return -1;
	raw |= s->raw;
	text_dump(s->buf, s->len,
		  pretty ? raw && arg_key(a, "raw") ? TEXT_PRETTY_HEX
						    : TEXT_PRETTY
		  : raw	 ? TEXT_HEX
			 : TEXT_PLAIN,
		  cli_out(c));
	return 0;
}

static int disconnect_run(struct cli *c, const struct args *a, struct err *err)
{
	struct sock *s = sock_find(c, a, err);

	if (!s)
		return -1;
	sock_close(s, arg_key(a, "graceful"));
	return 0;
}

static void sock_show(const struct sock *s, struct out *o)
{
	uint64_t age = (clock_ms() - s->since_ms) / 1000;
	char peer[INET_ADDRSTRLEN + 8];

	(void)snprintf(peer, sizeof(peer), "%s:%u", str_addr(s->addr), s->port);
	out_col(o, 12, "%d", s->id);
	out_col(o, 24, "%s", peer);
	out_col(o, 10, "%s", s->udp ? "UDP" : "TCP");
	out_col(o, 18, "%s", s->owner->user);
	out_printf(o, "%02u:%02u:%02u\n", (unsigned)(age / 3600),
		   (unsigned)(age / 60 % 60), (unsigned)(age % 60));
}

static int show_run(struct cli *c, const struct args *a, struct err *err)
{
	struct out *o = cli_out(c);

	(void)a;
	(void)err;
	out_col(o, 12, "Socket ID");
	out_col(o, 24, "Remote Host:Port");
	out_col(o, 10, "Protocol");
	out_col(o, 18, "User");
	out_puts(o, "Time\n");
	for (int i = 0; c->env->sockets && i < SOCKETS_MAX; i++)
		if (c->env->sockets->sock[i])
			sock_show(c->env->sockets->sock[i], o);
	return 0;
}

/* ---- the tables ------------------------------------------------------------------ */

#define SOCKET "<socket:uint:1-64>"
#define TIME   "[<timeout:uint:1-15000>]"

const struct cmd socket_cmds[] = {
	{ .syntax = "socket",
	  .help = "Connections made by hand or by scripts" },
	{ .syntax = "socket connect host <host:host> port <port:uint:1-65535> "
		    "[tcp [<timeout:uint:1-60000>]|udp] [session] [nowait]",
	  .help = "Open one; its number is in the variable SOCKET\n"
		  "To a host\n"
		  "Address or name\n"
		  "At a port\n"
		  "Port\n"
		  "By TCP\n"
		  "Milliseconds to wait for the connection, default 5000\n"
		  "By UDP\n"
		  "Keep it open when the script ends\n"
		  "Send each text at once",
	  .run = connect_run },
	{ .syntax = "socket send " SOCKET " <text:text:1-128> [raw|base64]",
	  .help = "Write a text\n"
		  "Number of the socket\n"
		  "Text; \\n, \\r and \\xHH stand for bytes\n"
		  "The text is bytes in hexadecimal\n"
		  "Encode the text in base64 first",
	  .run = send_run },
	{ .syntax = "socket receive " SOCKET " " TIME " [raw]",
	  .help = "Gather what comes\n"
		  "Number of the socket\n"
		  "Milliseconds, default 100\n"
		  "Inspect it as bytes",
	  .run = receive_run },
	{ .syntax = "socket waitfor " SOCKET " anything " TIME,
	  .help = "Wait for something\n"
		  "Number of the socket\n"
		  "Whatever comes\n"
		  "Milliseconds, default 100",
	  .run = anything_run },
	{ .syntax = "socket waitfor " SOCKET " <text:quoted:1-128> " TIME
		    " [case-sensitive] [offset <offset:uint:0-10240>] [raw]",
	  .help = "Text in quotes\n"
		  "Milliseconds, default 100\n"
		  "Capital letters matter\n"
		  "Where the search begins\n"
		  "Bytes from the first one on\n"
		  "The text is bytes in hexadecimal",
	  .run = waitfor_run },
	{ .syntax = "socket inspect " SOCKET " [pretty] [raw]",
	  .help = "Print what was received\n"
		  "Number of the socket\n"
		  "Bytes and characters in rows\n"
		  "Bytes in hexadecimal",
	  .run = inspect_run },
	{ .syntax = "socket disconnect " SOCKET " [graceful]",
	  .help = "Close it with a reset\n"
		  "Number of the socket\n"
		  "Close it in good order",
	  .run = disconnect_run },
	{ 0 },
};

const struct cmd show_socket_cmds[] = {
	{ .syntax = "show sockets",
	  .help = "Print what is known about ...\n"
		  "Open sockets of scripts and sessions",
	  .run = show_run },
	{ 0 },
};

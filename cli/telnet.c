/*
 * Telnet: a pty per session behind libtelnet
 *
 * The control thread moves bytes between the socket and the pty's master; the
 * session's thread edits lines on the slave as on any terminal.  What the peer
 * negotiates: we echo and suppress go-ahead, the peer tells its window size,
 * binary either way is tolerated, all else is refused.  Break and Interrupt
 * Process are Ctrl-C.
 *
 * Neither direction is read while the other side's buffer is full, so a peer
 * that does not read costs one buffer, and after STALL_MS its session.
 */
#include <errno.h>
#include <fcntl.h>
#include <libtelnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/face.h"
#include "cli/terminal.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/access.h"
#include "emu/conf/conf.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"

#define BUF_CAP	 16384
#define READ_CAP 1024 /* escaping at most doubles it */
#define STALL_MS 60000
#define TELNET_PORT 23
#define CONN_MAX 8 /* 4 sessions, and some that are on their way out */

/* Bytes that wait for room: to the peer, or to the pty. */
struct buf {
	char data[BUF_CAP];
	size_t len;
};

struct server {
	struct sessions *all;
	struct face_door door[DOOR_NUM];
	struct conn *conn[CONN_MAX]; /* owned; NULL: free */
};

struct conn {
	struct server *server;
	telnet_t *telnet;
	struct watch sock, pty;	   /* fd -1: closed */
	int slave;		   /* the terminal's, closed when it is gone */
	struct terminal *terminal; /* borrowed; NULL: gone */
	struct buf to_peer, to_pty;
	struct timer stall; /* runs while the peer takes nothing */
	bool was_cr;	    /* last input byte was a CR */
	bool out_cr;	    /* last output byte was a CR */
	bool overflow;
	bool pty_off; /* not watched: a closed slave would wake us for ever */
};

static const telnet_telopt_t options[] = {
	{ TELNET_TELOPT_ECHO, TELNET_WILL, TELNET_DONT },
	{ TELNET_TELOPT_SGA, TELNET_WILL, TELNET_DO },
	{ TELNET_TELOPT_NAWS, TELNET_WONT, TELNET_DO },
	{ TELNET_TELOPT_BINARY, TELNET_WILL, TELNET_DO },
	{ -1, 0, 0 },
};

static struct loop *loop_of(const struct conn *c)
{
	return sessions_loop(c->server->all);
}

/* ---- closing -------------------------------------------------------------- */

static void watch_close(struct loop *l, struct watch *w)
{
	if (w->fd < 0)
		return;
	loop_unwatch(l, w);
	(void)close(w->fd);
	w->fd = -1;
}

static void conn_free(struct conn *c)
{
	struct loop *l = loop_of(c);

	loop_timer_stop(l, &c->stall);
	watch_close(l, &c->sock);
	watch_close(l, &c->pty);
	if (c->slave >= 0)
		(void)close(c->slave);
	telnet_free(c->telnet);
	for (int i = 0; i < CONN_MAX; i++)
		if (c->server->conn[i] == c)
			c->server->conn[i] = NULL;
	free(c);
}

/* The peer is gone; the terminal's thread has to notice before we can go. */
static void conn_hang_up(struct conn *c)
{
	struct loop *l = loop_of(c);

	watch_close(l, &c->sock);
	loop_timer_stop(l, &c->stall);
	if (c->terminal) {
		watch_close(l, &c->pty); /* wakes a thread that writes */
		terminal_hang_up(c->terminal, "");
	} else {
		conn_free(c);
	}
}

/* ---- buffers -------------------------------------------------------------- */

static bool buf_put(struct buf *b, const char *data, size_t len)
{
	if (len > sizeof(b->data) - b->len)
		return false;
	memcpy(b->data + b->len, data, len);
	b->len += len;
	return true;
}

/* Writes what the descriptor takes; false: it is broken. */
static bool buf_flush(struct buf *b, int fd)
{
	ssize_t n = 0;

	if (!b->len)
		return true;
	n = write(fd, b->data, b->len);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	memmove(b->data, b->data + n, b->len - (size_t)n);
	b->len -= (size_t)n;
	return true;
}

static bool has_room(const struct buf *b)
{
	return sizeof(b->data) - b->len >= (size_t)4 * READ_CAP;
}

/* Interest follows the buffers: no read while the other side's is full. */
static void watches_update(struct conn *c)
{
	struct loop *l = loop_of(c);
	uint32_t sock = (has_room(&c->to_pty) ? EPOLLIN : 0) |
			(c->to_peer.len ? EPOLLOUT : 0);
	uint32_t pty = (has_room(&c->to_peer) ? EPOLLIN : 0) |
		       (c->to_pty.len ? EPOLLOUT : 0);

	if (c->sock.fd >= 0)
		(void)loop_rewatch(l, &c->sock, sock);
	if (c->pty.fd >= 0 && pty && c->pty_off)
		(void)loop_watch(l, &c->pty, pty);
	else if (c->pty.fd >= 0 && pty)
		(void)loop_rewatch(l, &c->pty, pty);
	else if (c->pty.fd >= 0 && !c->pty_off)
		loop_unwatch(l, &c->pty);
	c->pty_off = !pty;
	if (!c->to_peer.len)
		loop_timer_stop(l, &c->stall);
	else if (!c->stall.at)
		loop_timer(l, &c->stall, loop_now(l) + STALL_MS);
}

/* ---- the protocol --------------------------------------------------------- */

/* CR LF and CR NUL are one Enter (RFC 854). */
static void peer_typed(struct conn *c, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool tail = c->was_cr && (s[i] == '\n' || s[i] == '\0');

		c->was_cr = s[i] == '\r';
		if (!tail && !buf_put(&c->to_pty, &s[i], 1))
			c->overflow = true;
	}
}

static void window_set(struct conn *c, const char *s, size_t len)
{
	struct winsize ws = { 0 };

	if (len != 4 || c->pty.fd < 0)
		return;
	ws.ws_col = (unsigned short)((unsigned char)s[0] << 8 |
				     (unsigned char)s[1]);
	ws.ws_row = (unsigned short)((unsigned char)s[2] << 8 |
				     (unsigned char)s[3]);
	(void)ioctl(c->pty.fd, TIOCSWINSZ, &ws);
}

static void command_in(struct conn *c, unsigned char cmd)
{
	if (cmd == TELNET_BREAK || cmd == TELNET_IP)
		(void)buf_put(&c->to_pty, "\003", 1);
	else if (cmd == TELNET_AYT)
		telnet_send(c->telnet, "\r\n[yes]\r\n", 9);
	else if (cmd == TELNET_EC)
		(void)buf_put(&c->to_pty, "\b", 1);
	else if (cmd == TELNET_EL)
		(void)buf_put(&c->to_pty, "\025", 1);
}

static void on_telnet(telnet_t *telnet, telnet_event_t *ev, void *arg)
{
	struct conn *c = arg;

	(void)telnet;
	switch (ev->type) {
	case TELNET_EV_DATA:
		peer_typed(c, ev->data.buffer, ev->data.size);
		break;
	case TELNET_EV_SEND:
		if (!buf_put(&c->to_peer, ev->data.buffer, ev->data.size))
			c->overflow = true;
		break;
	case TELNET_EV_SUBNEGOTIATION:
		if (ev->sub.telopt == TELNET_TELOPT_NAWS)
			window_set(c, ev->sub.buffer, ev->sub.size);
		break;
	case TELNET_EV_IAC:
		command_in(c, ev->iac.cmd);
		break;
	case TELNET_EV_ERROR:
		c->overflow = true;
		break;
	default:
		break;
	}
}

/* ---- moving bytes --------------------------------------------------------- */

/* A bare CR goes out as CR NUL, so that no client takes it for a new line. */
static void to_peer(struct conn *c, const char *s, size_t len)
{
	char text[2 * READ_CAP];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (c->out_cr && s[i] != '\n')
			text[n++] = '\0';
		c->out_cr = s[i] == '\r';
		text[n++] = s[i];
	}
	telnet_send(c->telnet, text, n);
}

static void sock_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct conn *c = arg;
	char data[READ_CAP];
	ssize_t n = 0;

	(void)now_ms;
	if (ready & (EPOLLHUP | EPOLLERR) && !has_room(&c->to_pty)) {
		conn_hang_up(c);
		return;
	}
	if (ready & (EPOLLIN | EPOLLHUP | EPOLLERR) && has_room(&c->to_pty)) {
		n = read(c->sock.fd, data, sizeof(data));
		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			conn_hang_up(c);
			return;
		}
		if (n > 0)
			telnet_recv(c->telnet, data, (size_t)n);
	}
	if (ready & EPOLLOUT)
		loop_timer_stop(loop_of(c), &c->stall);
	if (c->overflow || !buf_flush(&c->to_peer, c->sock.fd)) {
		conn_hang_up(c);
		return;
	}
	if (c->pty.fd >= 0)
		(void)buf_flush(&c->to_pty, c->pty.fd);
	if (!c->terminal && c->pty.fd < 0 && !c->to_peer.len)
		conn_free(c);
	else
		watches_update(c);
}

/* The terminal has ended and its last words are with the peer's buffer. */
static void pty_over(struct conn *c)
{
	watch_close(loop_of(c), &c->pty);
	if (c->terminal)
		return;
	if (c->sock.fd >= 0)
		(void)buf_flush(&c->to_peer, c->sock.fd);
	if (c->sock.fd < 0 || !c->to_peer.len)
		conn_free(c);
	else
		watches_update(c);
}

static void pty_ready(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct conn *c = arg;
	char data[READ_CAP];
	ssize_t n = 0;

	(void)now_ms;
	if (ready & EPOLLOUT && !buf_flush(&c->to_pty, c->pty.fd))
		c->to_pty.len = 0;
	if (ready & (EPOLLIN | EPOLLHUP | EPOLLERR) && has_room(&c->to_peer)) {
		n = read(c->pty.fd, data, sizeof(data));
		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			pty_over(c);
			return;
		}
		if (n > 0)
			to_peer(c, data, (size_t)n);
	}
	if (c->overflow || !buf_flush(&c->to_peer, c->sock.fd))
		conn_hang_up(c);
	else
		watches_update(c);
}

static void stalled(void *arg, uint64_t now_ms)
{
	(void)now_ms;
	conn_hang_up(arg);
}

/* The thread is gone: no slave is open any more, so the master reads out. */
static void terminal_over(void *arg)
{
	struct conn *c = arg;

	c->terminal = NULL;
	(void)close(c->slave);
	c->slave = -1;
	if (c->sock.fd < 0)
		conn_free(c);
}

/* ---- coming in ------------------------------------------------------------ */

static bool conn_terminal(struct conn *c, const char *name, struct in_addr peer)
{
	struct terminal *t = xcalloc(1, sizeof(*t));

	t->kind = SESSION_VTY;
	t->in = t->out = c->slave;
	t->tty = true;
	t->gone = terminal_over;
	t->gone_arg = c;
	(void)str_copy(t->name, sizeof(t->name), name);
	(void)str_copy(t->where, sizeof(t->where), str_addr(peer));
	if (!terminal_start(c->server->all, t))
		return false;
	c->terminal = t;
	return true;
}

static bool conn_open(struct conn *c, const char *name, struct in_addr peer)
{
	struct loop *l = loop_of(c);

	c->telnet = telnet_init(options, on_telnet, 0, c);
	if (!c->telnet || face_pty(&c->pty.fd, &c->slave) < 0 ||
	    loop_watch(l, &c->sock, EPOLLIN) < 0)
		return false;
	if (loop_watch(l, &c->pty, EPOLLIN) < 0)
		return false;
	telnet_negotiate(c->telnet, TELNET_WILL, TELNET_TELOPT_ECHO);
	telnet_negotiate(c->telnet, TELNET_WILL, TELNET_TELOPT_SGA);
	telnet_negotiate(c->telnet, TELNET_DO, TELNET_TELOPT_NAWS);
	if (!conn_terminal(c, name, peer))
		return false;
	watches_update(c);
	return true;
}

static int free_place(const struct server *s)
{
	for (int i = 0; i < CONN_MAX; i++)
		if (!s->conn[i])
			return i;
	return -1;
}

static void peer_comes(void *arg, uint32_t ready, uint64_t now_ms)
{
	const struct face_door *door = arg;
	struct server *s = door->server;
	struct sockaddr_in sin = { 0 };
	socklen_t len = sizeof(sin);
	int fd = accept4(door->watch.fd, (struct sockaddr *)&sin, &len,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);
	const char *name = sessions_vty(s->all);
	int place = free_place(s);
	struct conn *c = NULL;

	(void)ready;
	(void)now_ms;
	if (fd < 0)
		return;
	if (!name || place < 0 ||
	    sessions_env(s->all)->conf->access->restricted[WAY_TELNET]) {
		face_refuse(fd);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->server = s;
	c->slave = -1;
	c->sock = (struct watch){ fd, sock_ready, c };
	c->pty = (struct watch){ -1, pty_ready, c };
	c->stall = (struct timer){ .fn = stalled, .arg = c };
	s->conn[place] = c;
	if (!conn_open(c, name, sin.sin_addr))
		conn_free(c);
}

/* ---- start and stop ------------------------------------------------------- */

static void server_stop(void *arg)
{
	struct server *s = arg;

	face_shut(s->door, sessions_loop(s->all));
}

static void server_free(void *arg)
{
	struct server *s = arg;

	for (int i = 0; i < CONN_MAX; i++)
		if (s->conn[i])
			conn_free(s->conn[i]);
	free(s);
}

int telnet_start(struct sessions *all, const char *addr_port, struct err *err)
{
	const struct face_place at = { "--telnet", addr_port, TELNET_PORT,
				       sessions_env(all)->map };
	struct server *s = xcalloc(1, sizeof(*s));

	s->all = all;
	if (face_open(s->door, sessions_loop(all), &at, peer_comes, s, err)) {
		free(s);
		return -1;
	}
	sessions_on_free(all, server_stop, server_free, s);
	return 0;
}

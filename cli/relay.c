/*
 * telnet HOST: the Telnet client
 *
 * The command begins a connection on the control thread and hands the descriptor
 * to the terminal's thread with the answer; from there on keys and text go
 * through libtelnet, and the session waits for its next line as ever.  Nobody
 * else is held up, and the session's time limits hold for the keys.
 *
 * What is negotiated: the peer may echo and suppress go-ahead, is told our
 * window and terminal type; binary is fine either way.  Until the peer echoes,
 * typed text is shown here, as a network virtual terminal does (RFC 854).
 */
#include "cli/relay.h"

#include <errno.h>
#include <stddef.h>
#include <libtelnet.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/editor.h"
#include "cli/env.h"
#include "cli/lookup.h"
#include "cli/modes.h"
#include "cli/session_priv.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"

#define ESCAPE	   0x1d /* Ctrl-] */
#define CONNECT_MS 30000
#define STALL_MS   30000 /* a peer that takes nothing is given up */

struct relay {
	struct editor *e;
	int fd;
	telnet_t *telnet;
	bool echoes; /* the peer shows what is typed */
	bool over;
	const char *why; /* what is said at the end */
	uint64_t key_ms; /* of the last key */
	bool was_cr;
};

static const telnet_telopt_t options[] = {
	{ TELNET_TELOPT_ECHO, TELNET_WONT, TELNET_DO },
	{ TELNET_TELOPT_SGA, TELNET_WILL, TELNET_DO },
	{ TELNET_TELOPT_NAWS, TELNET_WILL, TELNET_DONT },
	{ TELNET_TELOPT_TTYPE, TELNET_WILL, TELNET_DONT },
	{ TELNET_TELOPT_BINARY, TELNET_WILL, TELNET_DO },
	{ -1, 0, 0 },
};

static void end(struct relay *r, const char *why)
{
	r->over = true;
	if (!r->why)
		r->why = why;
}

/* ---- to and from the peer ------------------------------------------------- */

static void peer_send(struct relay *r, const char *data, size_t len)
{
	struct pollfd p[2] = { [1] = { .fd = r->fd, .events = POLLOUT } };

	while (len && !r->over) {
		ssize_t n = send(r->fd, data, len, MSG_NOSIGNAL);

		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else if ((errno != EAGAIN && errno != EINTR) ||
			   !wait_any(r->e, p, 2, STALL_MS)) {
			end(r, T_TELNET_CLOSED);
		}
	}
}

static void window_tell(struct relay *r)
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };
	char size[4];

	(void)ioctl(r->e->t->out, TIOCGWINSZ, &ws);
	size[0] = (char)(ws.ws_col >> 8);
	size[1] = (char)ws.ws_col;
	size[2] = (char)(ws.ws_row >> 8);
	size[3] = (char)ws.ws_row;
	telnet_begin_sb(r->telnet, TELNET_TELOPT_NAWS);
	telnet_send(r->telnet, size, sizeof(size));
	telnet_finish_sb(r->telnet);
}

static void on_telnet(telnet_t *telnet, telnet_event_t *ev, void *arg)
{
	struct relay *r = arg;

	switch (ev->type) {
	case TELNET_EV_DATA:
		(void)put_bytes(r->e, ev->data.buffer, ev->data.size);
		break;
	case TELNET_EV_SEND:
		peer_send(r, ev->data.buffer, ev->data.size);
		break;
	case TELNET_EV_WILL:
	case TELNET_EV_WONT:
		if (ev->neg.telopt == TELNET_TELOPT_ECHO)
			r->echoes = ev->type == TELNET_EV_WILL;
		break;
	case TELNET_EV_DO:
		if (ev->neg.telopt == TELNET_TELOPT_NAWS)
			window_tell(r);
		break;
	case TELNET_EV_TTYPE:
		if (ev->ttype.cmd == TELNET_TTYPE_SEND)
			telnet_ttype_is(telnet, "vt100");
		break;
	case TELNET_EV_ERROR:
		end(r, T_TELNET_CLOSED);
		break;
	default:
		break;
	}
}

static void peer_says(struct relay *r)
{
	char data[1024];
	ssize_t n = recv(r->fd, data, sizeof(data), 0);

	if (n > 0)
		telnet_recv(r->telnet, data, (size_t)n);
	else if (!n || (errno != EAGAIN && errno != EINTR))
		end(r, T_TELNET_CLOSED);
}

/* ---- keys ----------------------------------------------------------------- */

/* Enter is CR LF on the wire, whichever of them the terminal gives. */
static void key_send(struct relay *r, char key)
{
	bool enter = key == '\r' || (key == '\n' && !r->was_cr);

	if (enter)
		telnet_send(r->telnet, "\r\n", 2);
	else if (key != '\n')
		telnet_send(r->telnet, &key, 1);
	r->was_cr = key == '\r';
	if (r->echoes)
		return;
	if (enter)
		put(r->e, "\r\n");
	else if (key != '\n')
		(void)put_bytes(r->e, &key, 1);
}

static void keys_typed(struct relay *r)
{
	struct editor *e = r->e;

	r->key_ms = clock_ms();
	while (e->at < e->len && !r->over) {
		char key = e->buf[e->at++];

		if (key == ESCAPE)
			end(r, T_TELNET_LEFT);
		else
			key_send(r, key);
	}
}

/* ---- one connection ------------------------------------------------------- */

/* Waits for keys and for the peer; false: the terminal is to end. */
static bool wait_both(struct relay *r, short events, bool *ready)
{
	struct editor *e = r->e;
	struct pollfd p[3] = {
		[1] = { .fd = e->t->in,
			.events =
				e->len - e->at < sizeof(e->buf) ? POLLIN : 0 },
		[2] = { .fd = r->fd, .events = events },
	};
	enum closed late = CLOSED_NO;
	int ms = patience(e, r->key_ms, &late);

	if (!ms && !e->closed)
		e->closed = late;
	if (e->closed)
		return false;
	*ready = false;
	if (!wait_any(e, p, 3, ms))
		return !e->closed;
	*ready = p[2].revents != 0;
	return !p[1].revents || read_ahead(e);
}

static bool gives_up(const struct editor *e)
{
	const char *typed = e->buf + e->at;

	return memchr(typed, ESCAPE, e->len - e->at) ||
	       memchr(typed, KEY_ABORT, e->len - e->at);
}

/* False: it did not come about, and the user knows. */
static bool connected(struct relay *r)
{
	uint64_t late = clock_ms() + CONNECT_MS;
	int error = ETIMEDOUT;
	bool ready = false;

	while (!ready && clock_ms() < late) {
		if (!wait_both(r, POLLOUT, &ready))
			return false;
		if (gives_up(r->e)) {
			r->e->at = r->e->len;
			return false;
		}
	}
	if (ready)
		error = sock_error(r->fd);
	if (!error)
		return true;
	put(r->e, "%% " T_XFER_CONNECT ": ");
	put(r->e, strerror(error));
	put(r->e, "\r\n");
	return false;
}

static void talk(struct relay *r)
{
	bool ready = false;

	put(r->e, T_TELNET_OPEN);
	keys_typed(r); /* ahead */
	while (!r->over && wait_both(r, POLLIN, &ready)) {
		keys_typed(r);
		if (ready && !r->over)
			peer_says(r);
	}
	if (r->why)
		put(r->e, r->why);
}

/* Bytes pass as they are. */
static void tty_plain(const struct editor *e)
{
	struct termios tio = e->saved;

	cfmakeraw(&tio);
	if (e->have_saved)
		(void)tcsetattr(e->t->out, TCSADRAIN, &tio);
}

void relay_run(struct editor *e, int fd)
{
	struct relay r = { .e = e, .fd = fd, .key_ms = clock_ms() };

	r.telnet = telnet_init(options, on_telnet, 0, &r);
	tty_plain(e);
	if (r.telnet && connected(&r))
		talk(&r);
	if (r.telnet)
		telnet_free(r.telnet);
	(void)close(fd);
	if (e->have_saved)
		tty_raw(e, stops_switch(e));
}

/* ---- the command ---------------------------------------------------------- */

static int telnet_found(struct cli *c, struct in_addr ip, void *arg,
			struct err *err)
{
	const struct in_addr any = { INADDR_ANY };
	const in_port_t *port = arg;
	int fd = sock_connect(c->env->map, ip, *port, any);

	if (fd < 0)
		return err_set(err, ERR_IO, -1, T_XFER_CONNECT ": %s",
			       strerror(errno));
	cli_lend(c, fd);
	out_printf(cli_out(c), "Trying %s...\n", str_addr(ip));
	return 0;
}

static int telnet_run(struct cli *c, const struct args *a, struct err *err)
{
	in_port_t port = htons((uint16_t)arg_uint(a, "port", 23));

	if (!c->ready) /* no terminal to lend */
		return err_set(err, ERR_REFUSED, -1, T_NOT_IN_FILE);
	return lookup(c, arg_word(a, "ip"), telnet_found,
		      xmemdup(&port, sizeof(port)), err);
}

const struct cmd telnet_cmds[] = {
	{ .syntax = "telnet <ip:host> [port <port:uint:1-65535>]",
	  .help = "Log in on another machine; Ctrl-] comes back\n"
		  "Address or host name\n"
		  "Give a TCP port\n"
		  "Port, default 23",
	  .run = telnet_run },
	{ 0 },
};

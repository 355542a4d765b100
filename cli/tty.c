/*
 * Bytes to and from a terminal, and the pager
 *
 * Everything waits in one place, wait_for(), which also sees that the switch
 * wants the terminal to end.  Output goes out in pieces that the terminal has
 * room for, so that a user who stops reading holds up nobody.
 */
#include "cli/editor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "emu/io/loop.h"

#define LOGIN_MIN   2	   /* minutes to log in, own bound */
#define TERM_MS	    30000 /* how often limits are looked at anew */
#define MORE_PROMPT "--More--"
#define MORE_ERASE  "\r        \r"

static pthread_mutex_t libedit = PTHREAD_MUTEX_INITIALIZER;

/* ---- bytes ---------------------------------------------------------------- */

void edit_lock(struct editor *e)
{
	(void)pthread_mutex_lock(&libedit);
	e->holds_lock = true;
}

void edit_unlock(struct editor *e)
{
	e->holds_lock = false;
	(void)pthread_mutex_unlock(&libedit);
}

/* Gives the editors' lock up while the thread waits. */
static bool pause_lock(struct editor *e)
{
	bool held = e->holds_lock;

	if (held)
		edit_unlock(e);
	return held;
}

static void resume_lock(struct editor *e, bool held)
{
	if (held)
		edit_lock(e);
}

bool wait_any(struct editor *e, struct pollfd *p, unsigned long n,
	      int timeout_ms)
{
	bool held = pause_lock(e);
	int rc = 0;

	p[0] = (struct pollfd){ .fd = e->t->wake, .events = POLLIN };
	do
		rc = poll(p, n, timeout_ms);
	while (rc < 0 && errno == EINTR);
	resume_lock(e, held);
	if (p[0].revents && e->closed == CLOSED_NO)
		e->closed = CLOSED_HUNG;
	return rc > 0 && !p[0].revents;
}

static bool wait_writable(struct editor *e)
{
	struct pollfd p[2] = {
		[1] = { .fd = e->t->out, .events = POLLOUT },
	};

	return wait_any(e, p, 2, -1);
}

/* Small pieces: a descriptor that polls writable takes them without waiting. */
size_t put_bytes(struct editor *e, const char *s, size_t len)
{
	size_t done = 0, piece = e->t->tty ? 128 : 4096;

	while (done < len && wait_writable(e)) {
		size_t want = len - done < piece ? len - done : piece;
		ssize_t n = write(e->t->out, s + done, want);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	if (done < len && e->closed == CLOSED_NO)
		e->closed = CLOSED_EOF;
	return done;
}

void put(struct editor *e, const char *s)
{
	(void)put_bytes(e, s, strlen(s));
}

int patience(const struct editor *e, uint64_t since, enum closed *which)
{
	const struct session_term *term = &e->r.term;
	uint64_t now = clock_ms();
	uint64_t idle = (uint64_t)term->idle_min * 60000;
	uint64_t life = (uint64_t)term->timeout_min * 60000, end = 0;

	if (!e->r.logged_in)
		idle = e->t->comes_back || !e->t->tty ? 0 : LOGIN_MIN * 60000;
	*which = CLOSED_IDLE;
	end = idle ? since + idle : 0;
	if (life && (!end || e->login_ms + life < end)) {
		*which = CLOSED_OVERTIME;
		end = e->login_ms + life;
	}
	if (!end || end > now + TERM_MS)
		return TERM_MS;
	return end > now ? (int)(end - now) : 0;
}

/* ---- notices -------------------------------------------------------------- */

static void listen_in(struct editor *e)
{
	terminal_listen(e->t, &e->heard);
}

static void say(struct editor *e)
{
	if (!e->heard.len)
		return;
	put(e, out_text(&e->heard));
	out_clear(&e->heard);
}

/* Between the keys of a line, which is printed anew below. */
static void say_between(struct editor *e)
{
	listen_in(e);
	if (!e->heard.len)
		return;
	put(e, "\n");
	say(e);
	e->redraw(e);
}

/* ---- keys ----------------------------------------------------------------- */

bool read_ahead(struct editor *e)
{
	ssize_t n = 0;

	memmove(e->buf, e->buf + e->at, e->len - e->at);
	e->len -= e->at;
	e->at = 0;
	n = read(e->t->in, e->buf + e->len, sizeof(e->buf) - e->len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0) {
		e->closed = CLOSED_EOF;
		return false;
	}
	e->len += (size_t)n;
	return true;
}

/* Another user may have changed the limits meanwhile. */
static void limits_refresh(struct editor *e)
{
	if (e->r.logged_in && !e->r.out.len)
		ask(e, ASK_TERM, NULL);
}

/* False: nothing has come in time, or the terminal is to end. */
static bool wait_key(struct editor *e, uint64_t since)
{
	struct pollfd p[3] = {
		[1] = { .fd = e->t->in, .events = POLLIN },
		[2] = { .fd = e->redraw ? e->t->bell : -1, .events = POLLIN },
	};
	enum closed late = CLOSED_NO;
	int ms = patience(e, since, &late);

	if (!ms && !e->closed)
		e->closed = late;
	if (e->closed)
		return false;
	if (!wait_any(e, p, 3, ms) && !e->closed)
		limits_refresh(e);
	if (e->closed)
		return false;
	if (e->redraw && (p[2].revents || e->heard.len))
		say_between(e);
	return !p[1].revents || read_ahead(e);
}

int get_byte(struct editor *e)
{
	uint64_t since = clock_ms();

	if (e->at == e->len && e->redraw && e->heard.len)
		say_between(e);
	while (e->at == e->len)
		if (!wait_key(e, since))
			return -1;
	return (unsigned char)e->buf[e->at++];
}

bool key_comes(struct editor *e, int ms)
{
	struct pollfd p[2] = {
		[1] = { .fd = e->t->in, .events = POLLIN },
	};

	if (e->at < e->len)
		return true;
	return !e->closed && wait_any(e, p, 2, ms) && p[1].revents;
}

/* ---- the pager ------------------------------------------------------------ */

static size_t screen_width(const struct editor *e)
{
	struct winsize ws;

	if (ioctl(e->t->out, TIOCGWINSZ, &ws) < 0 || ws.ws_col < 20)
		return 80;
	return ws.ws_col;
}

/* The end of what fills one row of the screen. */
static const char *row_end(const char *s, size_t width)
{
	size_t len = strcspn(s, "\n");

	if (len > width)
		return s + width;
	return s + len + (s[len] == '\n');
}

/* How many rows the user wants next; 0: no more. */
static unsigned more(struct editor *e, unsigned page)
{
	void (*redraw)(struct editor *) = e->redraw;
	int c = 0;

	put(e, MORE_PROMPT);
	e->redraw = NULL;
	do
		c = get_byte(e);
	while (c >= 0 && !strchr(" \r\nqQ\003", c));
	e->redraw = redraw;
	put(e, MORE_ERASE);
	e->stop |= c == KEY_ABORT;
	if (c == ' ')
		return page;
	return c == '\r' || c == '\n';
}

/* A page may begin in one answer of a command and end in another. */
static void page(struct editor *e, const char *text)
{
	unsigned length = e->r.term.length;
	bool paged = e->t->tty && e->r.term.more && length < 65535;
	size_t width = screen_width(e);

	if (!paged) {
		put(e, text);
		return;
	}
	while (*text && !e->closed) {
		const char *end = row_end(text, width);

		if (!e->room)
			e->room = more(e, length - 1);
		if (!e->room) {
			e->mute = true;
			return;
		}
		(void)put_bytes(e, text, (size_t)(end - text));
		text = end;
		e->room--;
	}
}

void page_begin(struct editor *e)
{
	e->room = e->r.term.length - 1;
	e->mute = e->stop = false;
}

/* The answer to a request. */
void print_reply(struct editor *e)
{
	if (!e->mute)
		page(e, out_text(&e->r.out));
	out_clear(&e->r.out);
}

/* ---- requests ------------------------------------------------------------- */

/* Ctrl-C among what was typed ahead takes all before it along. */
static bool take_abort(struct editor *e, size_t from)
{
	for (size_t i = e->len; i > from; i--)
		if (e->buf[i - 1] == KEY_ABORT) {
			e->at = i;
			return true;
		}
	return false;
}

/* One event while the control thread works. */
static void wait_busy(struct editor *e, bool talk)
{
	bool keys = e->t->tty && e->closed == CLOSED_NO &&
		    e->len - e->at < sizeof(e->buf);
	size_t typed = e->len - e->at;
	struct pollfd p[3] = {
		[1] = { .fd = e->t->bell, .events = POLLIN },
		[2] = { .fd = keys ? e->t->in : -1, .events = POLLIN },
	};

	if (!wait_any(e, p, 3, -1))
		return;
	if (p[1].revents)
		listen_in(e);
	if (talk)
		say(e);
	if (p[2].revents && (!read_ahead(e) || take_abort(e, typed)))
		terminal_ask(e->t, ASK_INTERRUPT, NULL);
}

void ask(struct editor *e, enum ask what, const char *text)
{
	bool talk = what == ASK_LINE || what == ASK_INTERRUPT ||
		    what == ASK_GO_ON;
	bool held = pause_lock(e);

	terminal_ask(e->t, what, text);
	while (!terminal_answer(e->t, &e->r))
		wait_busy(e, talk);
	listen_in(e);
	if (talk)
		say(e);
	resume_lock(e, held);
}

/* ---- the terminal's modes ------------------------------------------------- */

void tty_raw(struct editor *e, bool signals)
{
	struct termios tio = e->saved;

	tio.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	if (signals)
		tio.c_lflag |= ISIG;
	tio.c_iflag &= ~(tcflag_t)(IXON | INLCR | IGNCR | ISTRIP);
	tio.c_iflag |= ICRNL;
	tio.c_oflag |= OPOST | ONLCR;
	tio.c_cc[VMIN] = 1;
	tio.c_cc[VTIME] = 0;
	(void)tcsetattr(e->t->out, TCSADRAIN, &tio);
}

bool stops_switch(const struct editor *e)
{
	return e->t->comes_back && !e->r.logged_in;
}

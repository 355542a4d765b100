/*
 * The terminal's thread: logins, line editing, `?`, Tab, plain pipes
 *
 * One login after another on the console, one login elsewhere.  A line is read
 * (by libedit on a terminal, byte by byte on a pipe), handed to the control
 * thread, and its answer printed page by page.
 *
 * libedit and the terminal library below it keep state outside of the editor,
 * so one lock guards all of it; it is given up wherever a thread waits: for a
 * key, for room in its terminal, for the control thread.
 *
 * Signals: before login the console's Ctrl-C stops the switch, as it stops any
 * program that was started by hand; after login it belongs to the session.
 */
#include "cli/editor.h"
#include "cli/mask.h"
#include "cli/relay.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

#define LINE_CAP 4096 /* longer input is cut; the session refuses it */
#define FOUT_CAP 65536
#define OFFER_MS 10000 /* patience for an answer */

/*
 * An editor of libedit.  Seats are kept and used again: the terminal library
 * below does not give all memory of a closed one back.  Nothing that a user
 * typed may stay in one, see seat_bind().
 */
struct seat {
	struct seat *next; /* among the idle ones */
	struct editor *user;
	EditLine *el;
	History *hist;
	FILE *out;     /* writes through the user's put_bytes() */
	char type[32]; /* of terminal */
};

static struct seat *idle_seats; /* under libedit's lock */

/* ---- libedit -------------------------------------------------------------- */

static struct editor *editor_of(EditLine *el)
{
	void *e = NULL;

	(void)el_get(el, EL_CLIENTDATA, &e);
	return e;
}

/* The command line is ASCII; other bytes are not typed on this product. */
static int el_key(EditLine *el, wchar_t *key)
{
	struct editor *e = editor_of(el);
	int c = 0;

	(void)fflush(e->seat->out);
	do
		c = get_byte(e);
	while (c == 0 || c >= 0x80);
	if (c < 0)
		return 0;
	*key = (wchar_t)c;
	return 1;
}

/* What stands before the last new line has been printed already. */
static char *el_prompt_text(EditLine *el)
{
	char *prompt = editor_of(el)->r.prompt;
	size_t start = 0;

	for (size_t i = 0; prompt[i]; i++)
		if (prompt[i] == '\n')
			start = i + 1;
	return prompt + start;
}

static char *before_cursor(EditLine *el)
{
	const LineInfo *li = el_line(el);

	return xstrndup(li->buffer, (size_t)(li->cursor - li->buffer));
}

static bool quote_open(const char *s)
{
	bool open = false;

	for (; *s; s++)
		open ^= *s == '"';
	return open;
}

/* `?` acts at once, but is a character inside quotes and in answers. */
static unsigned char key_help(EditLine *el, int ch)
{
	struct editor *e = editor_of(el);
	char *before = before_cursor(el);
	bool plain = quote_open(before) || e->r.asking || !e->r.logged_in;

	(void)ch;
	if (plain) {
		free(before);
		return el_insertstr(el, "?") < 0 ? CC_ERROR : CC_REFRESH;
	}
	(void)fflush(e->seat->out);
	put(e, "?\n");
	page_begin(e);
	ask(e, ASK_HELP, before);
	print_reply(e);
	free(before);
	return CC_REDISPLAY;
}

/* What completes the word is typed for the user, so that it appears as plain
 * text: scripts that watch a terminal look for it. */
static unsigned char key_tab(EditLine *el, int ch)
{
	struct editor *e = editor_of(el);
	char *before = before_cursor(el);

	(void)ch;
	e->r.add[0] = '\0';
	if (!e->r.asking && e->r.logged_in)
		ask(e, ASK_COMPLETE, before);
	free(before);
	if (!e->r.add[0])
		return CC_ERROR;
	el_push(el, e->r.add);
	return CC_NORM;
}

static unsigned char key_abort(EditLine *el, int ch)
{
	(void)ch;
	editor_of(el)->abort = true;
	return CC_NEWLINE;
}

static unsigned char key_end(EditLine *el, int ch)
{
	(void)ch;
	editor_of(el)->end = true;
	return CC_NEWLINE;
}

/* platform.md 2.8 */
static const char *const keys[][2] = {
	{ "^A", "ed-move-to-beg" },
	{ "^E", "ed-move-to-end" },
	{ "^B", "ed-prev-char" },
	{ "^F", "ed-next-char" },
	{ "^D", "ed-delete-next-char" },
	{ "^K", "ed-kill-line" },
	{ "^U", "em-kill-line" },
	{ "^X", "em-kill-line" },
	{ "^W", "ed-delete-prev-word" },
	{ "^P", "ed-prev-history" },
	{ "^N", "ed-next-history" },
	{ "^R", "ed-redisplay" },
	{ "^L", "ed-redisplay" },
	{ "^H", "ed-delete-prev-char" },
	{ "^?", "ed-delete-prev-char" },
	{ "^I", "css-tab" },
	{ "?", "css-help" },
	{ "^C", "css-abort" },
	{ "^Z", "css-end" },
};

/*
 * Keys of libedit that the product lacks and that must not work: the editor's
 * own command line (it can rebind keys and so reach commands that start
 * programs of the host), and yanking what a user before may have killed.
 */
static const char *const dead_keys[] = { "\\ex", "\\eX", "^Y" };

static ssize_t cookie_write(void *arg, const char *buf, size_t len)
{
	struct seat *s = arg;

	if (s->user)
		(void)put_bytes(s->user, buf, len);
	return (ssize_t)len; /* what cannot be written closes the terminal */
}

static const char *terminal_type(const struct editor *e)
{
	const char *term = e->t->comes_back ? getenv("TERM") : NULL;

	return term && *term && strlen(term) < 32 ? term : "vt100";
}

static void seat_bind(struct seat *s)
{
	HistEvent ev;

	(void)el_set(s->el, EL_EDITOR, "emacs");
	(void)el_set(s->el, EL_SIGNAL, 0);
	(void)el_set(s->el, EL_PROMPT, el_prompt_text);
	(void)el_set(s->el, EL_GETCFN, el_key);
	(void)el_set(s->el, EL_HIST, history, s->hist);
	(void)el_wset(s->el, EL_ADDFN, L"css-tab", L"Complete", key_tab);
	(void)el_wset(s->el, EL_ADDFN, L"css-help", L"Help", key_help);
	(void)el_wset(s->el, EL_ADDFN, L"css-abort", L"Abort", key_abort);
	(void)el_wset(s->el, EL_ADDFN, L"css-end", L"End", key_end);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		(void)el_set(s->el, EL_BIND, keys[i][0], keys[i][1], NULL);
	for (size_t i = 0; i < sizeof(dead_keys) / sizeof(*dead_keys); i++)
		(void)el_set(s->el, EL_BIND, "-r", dead_keys[i], NULL);
	(void)history(s->hist, &ev, H_SETSIZE, 20);
	(void)history(s->hist, &ev, H_SETUNIQUE, 1);
}

static void seat_free(struct seat *s)
{
	if (s->el)
		el_end(s->el);
	if (s->hist)
		history_end(s->hist);
	if (s->out)
		(void)fclose(s->out);
	free(s);
}

static struct seat *seat_new(struct editor *e)
{
	struct seat *s = xcalloc(1, sizeof(*s));
	cookie_io_functions_t io = { .write = cookie_write };

	s->user = e;
	s->out = fopencookie(s, "w", io);
	s->hist = history_init();
	if (s->out && s->hist) {
		(void)setvbuf(s->out, NULL, _IOFBF, FOUT_CAP);
		s->el = el_init_fd("css11500", e->in, s->out, s->out, e->t->in,
				   e->t->out, e->t->out);
	}
	if (!s->el) {
		seat_free(s);
		return NULL;
	}
	(void)el_set(s->el, EL_CLIENTDATA, e);
	seat_bind(s);
	return s;
}

/* The editors' lock is held. */
static struct seat *seat_take(struct editor *e)
{
	struct seat *s = idle_seats;

	if (s) {
		idle_seats = s->next;
		s->user = e;
		(void)el_set(s->el, EL_SETFP, 0, e->in);
		(void)el_set(s->el, EL_CLIENTDATA, e);
	} else {
		s = seat_new(e);
	}
	if (s && strcmp(s->type, terminal_type(e)) != 0) {
		(void)str_copy(s->type, sizeof(s->type), terminal_type(e));
		(void)el_set(s->el, EL_TERMINAL, s->type);
	}
	return s;
}

static void seat_leave(struct seat *s)
{
	HistEvent ev;

	(void)history(s->hist, &ev, H_CLEAR);
	(void)fflush(s->out);
	s->user = NULL;
	s->next = idle_seats;
	idle_seats = s;
}

static void editor_open(struct editor *e)
{
	if (!e->t->tty)
		return;
	e->have_saved = tcgetattr(e->t->out, &e->saved) == 0;
	tty_raw(e, e->t->comes_back);
	e->in = fdopen(dup(e->t->in), "r");
	if (!e->in)
		return;
	edit_lock(e);
	e->seat = seat_take(e);
	edit_unlock(e);
}

static void editor_close(struct editor *e)
{
	if (e->r.lends)
		(void)close(e->r.fd);
	edit_lock(e);
	if (e->seat)
		seat_leave(e->seat);
	edit_unlock(e);
	if (e->in)
		(void)fclose(e->in);
	if (e->have_saved)
		(void)tcsetattr(e->t->out, TCSANOW, &e->saved);
	out_fini(&e->r.out);
	out_fini(&e->heard);
}

static void history_keep(struct editor *e, const char *line)
{
	struct out o = { 0 };
	HistEvent ev;

	if (!e->r.logged_in || e->r.asking || !line[strspn(line, " \t")])
		return;
	mask_line(line, &o);
	(void)history(e->seat->hist, &ev, H_SETSIZE, (int)e->r.term.history);
	(void)history(e->seat->hist, &ev, H_ENTER, out_text(&o));
	out_fini(&o);
}

static bool hung(struct editor *e)
{
	char why[4];

	return terminal_hung(e->t, why, sizeof(why));
}

/* ---- reading a line ------------------------------------------------------- */

/* libedit sets the terminal its own way before and after each line.  The prompt is
 * out before it is ready to echo: who is quick with an answer would have it echoed
 * by the terminal, too. */
static void editor_modes(struct editor *e)
{
	const char *isig = stops_switch(e) ? "+isig" : "-isig";

	(void)el_set(e->seat->el, EL_SETTY, "-d", isig, NULL);
	(void)el_set(e->seat->el, EL_SETTY, "-x", isig, "-echo", NULL);
}

static void redraw_edited(struct editor *e)
{
	(void)el_set(e->seat->el, EL_REFRESH);
	(void)fflush(e->seat->out);
}

static void redraw_plain(struct editor *e)
{
	put(e, e->r.prompt);
}

static bool read_edited(struct editor *e, char *line, size_t cap)
{
	const char *nl = strrchr(e->r.prompt, '\n');
	const char *text = NULL;
	int n = 0;

	if (nl)
		(void)put_bytes(e, e->r.prompt, (size_t)(nl + 1 - e->r.prompt));
	edit_lock(e);
	editor_modes(e);
	el_resize(e->seat->el);
	e->redraw = redraw_edited;
	text = el_gets(e->seat->el, &n);
	e->redraw = NULL;
	(void)fflush(e->seat->out);
	line[0] = '\0';
	if (text && n > 0)
		(void)str_copy(line, cap, text);
	line[strcspn(line, "\r\n")] = '\0';
	if (!e->abort && !e->end)
		history_keep(e, line);
	edit_unlock(e);
	tty_raw(e, stops_switch(e));
	return !e->closed && (text || e->abort || e->end);
}

/* A password on a terminal: nothing is shown, Backspace and Ctrl-U work. */
static bool read_secret(struct editor *e, char *line, size_t cap)
{
	size_t n = 0;
	int c = 0;

	put(e, e->r.prompt);
	tty_raw(e, stops_switch(e));
	for (;;) {
		c = get_byte(e);
		if (c < 0 || c == '\r' || c == '\n')
			break;
		e->abort |= c == KEY_ABORT;
		if (e->abort)
			break;
		if (c == '\b' || c == 0x7f)
			n -= n > 0;
		else if (c == KEY_CLEAR || c == KEY_CLEAR2)
			n = 0;
		else if (n + 1 < cap)
			line[n++] = (char)c;
	}
	line[n] = '\0';
	put(e, "\n");
	return !e->closed;
}

/* A pipe: plain lines.  The new line that a terminal would show for Enter is
 * printed, so that answers start at the left. */
static bool read_plain(struct editor *e, char *line, size_t cap)
{
	size_t n = 0;
	int c = 0;

	put(e, e->r.prompt);
	e->redraw = redraw_plain;
	while ((c = get_byte(e)) >= 0 && c != '\n')
		if (c && n + 1 < cap)
			line[n++] = (char)c;
	e->redraw = NULL;
	while (n && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	put(e, "\n");
	return n || c == '\n';
}

static bool read_line(struct editor *e, char *line, size_t cap)
{
	e->abort = e->end = false;
	if (!e->seat)
		return read_plain(e, line, cap);
	if (!e->r.echo)
		return read_secret(e, line, cap);
	return read_edited(e, line, cap);
}

/* ---- one login after another ---------------------------------------------- */

static void forget_history(struct editor *e)
{
	HistEvent ev;

	if (!e->seat)
		return;
	edit_lock(e);
	(void)history(e->seat->hist, &ev, H_CLEAR);
	edit_unlock(e);
}

static bool wants_help(const struct editor *e, char *line)
{
	size_t len = strlen(line);

	if (e->seat || e->r.asking || !e->r.logged_in || !len ||
	    line[len - 1] != '?' || line[strspn(line, " \t")] == '!')
		return false;
	line[len - 1] = '\0';
	if (!quote_open(line))
		return true;
	line[len - 1] = '?';
	return false;
}

static void offer_setup(struct editor *e);

static void print_and_lend(struct editor *e)
{
	print_reply(e);
	if (e->r.lends && e->closed == CLOSED_NO) {
		e->r.lends = false;
		relay_run(e, e->r.fd);
	}
}

/* What a command prints on its way, up to its end. */
static void print_all(struct editor *e)
{
	print_and_lend(e);
	while (e->r.busy && !e->r.over && !e->closed) {
		ask(e, e->stop ? ASK_INTERRUPT : ASK_GO_ON, NULL);
		e->stop = false;
		print_and_lend(e);
	}
}

static void handle_line(struct editor *e, char *line)
{
	bool was_in = e->r.logged_in;

	page_begin(e);
	if (e->abort) {
		put(e, "^C\n");
		ask(e, ASK_INTERRUPT, NULL);
	} else if (e->end) {
		put(e, "\n");
		if (e->r.asking) {
			ask(e, ASK_INTERRUPT, NULL);
			print_all(e);
		}
		if (e->r.logged_in)
			ask(e, ASK_LINE, "end");
	} else if (wants_help(e, line)) {
		ask(e, ASK_HELP, line);
	} else {
		ask(e, ASK_LINE, line);
	}
	if (e->r.logged_in && !was_in)
		e->login_ms = clock_ms();
	if (e->r.forgot)
		forget_history(e);
	print_all(e);
	if (e->r.logged_in && !was_in && e->r.first_boot && e->seat &&
	    e->t->comes_back)
		offer_setup(e);
}

/*
 * A new switch asks whether to set it up (platform.md 2.3), on its own console.
 * A program that types there need not know: silence declines, and so does
 * Enter; whatever is no answer declines and is taken as a command.
 */
static void offer_setup(struct editor *e)
{
	char line[LINE_CAP];
	size_t n = 0;
	int c = 0;

	put(e, T_SETUP_OFFER);
	while (c != '\r' && c != '\n' && key_comes(e, OFFER_MS) &&
	       (c = get_byte(e)) >= 0) {
		if ((c == '\b' || c == 0x7f) && n) {
			put(e, "\b \b");
			n--;
		}
		if (c < ' ' || c > '~' || n + 1 == sizeof(line))
			continue;
		line[n++] = (char)c;
		(void)put_bytes(e, &line[n - 1], 1);
		if (n == 1 && c == '?') {
			put(e, "\n" T_SETUP_OFFER_HELP "\n" T_SETUP_OFFER);
			n = 0;
		}
	}
	line[n] = '\0';
	put(e, "\n");
	if (str_ieq(line, "y") || str_ieq(line, "yes"))
		(void)str_copy(line, sizeof(line), "@setup");
	else if (str_ieq(line, "n") || str_ieq(line, "no") ||
		 str_ieq(line, "q") || (c != '\r' && c != '\n'))
		line[0] = '\0';
	if (line[0])
		handle_line(e, line);
	wipe(line, sizeof(line));
}

static bool press_any_key(struct editor *e)
{
	tty_raw(e, true);
	put(e, "\n" T_ANY_KEY "\n");
	return get_byte(e) >= 0;
}

static void one_login(struct editor *e)
{
	char line[LINE_CAP];

	ask(e, ASK_OPEN, NULL);
	put(e, out_text(&e->r.out)); /* a banner is not paged */
	out_clear(&e->r.out);
	if (e->r.over && e->t->comes_back && !e->seat)
		(void)get_byte(e); /* turned away: not again and again */
	while (!e->r.over && !e->closed) {
		if (read_line(e, line, sizeof(line)))
			handle_line(e, line);
		else if (e->closed == CLOSED_NO)
			e->closed = CLOSED_EOF;
		wipe(line, sizeof(line));
	}
}

static void say_why(struct editor *e)
{
	char why[80] = "";
	const char *text = NULL;

	if (e->closed == CLOSED_IDLE)
		text = T_IDLE;
	else if (e->closed == CLOSED_OVERTIME)
		text = T_OVERTIME;
	else if (terminal_hung(e->t, why, sizeof(why)))
		text = why;
	if (!text || !*text)
		return;
	if (write(e->t->out, "\n", 1) == 1 &&
	    write(e->t->out, text, strlen(text)) > 0 &&
	    write(e->t->out, "\n", 1) == 1)
		return;
}

void terminal_run(struct terminal *t)
{
	struct editor *e = xcalloc(1, sizeof(*e));
	bool again = true;

	e->t = t;
	e->r.echo = true;
	editor_open(e);
	while (again) {
		e->login_ms = clock_ms();
		e->r.logged_in = false;
		if (!t->comes_back || !e->seat || press_any_key(e))
			one_login(e);
		if (e->closed != CLOSED_EOF)
			say_why(e);
		forget_history(e);
		again = t->comes_back && !hung(e) && e->closed != CLOSED_EOF;
		e->closed = CLOSED_NO;
		e->r.over = false;
	}
	editor_close(e);
	wipe(e->buf, sizeof(e->buf)); /* passwords were typed, too */
	free(e);
}

/* ---- the console of this process ------------------------------------------ */

int console_start(struct sessions *s)
{
	struct terminal *t = xcalloc(1, sizeof(*t));
	struct stat st;

	/* /dev/null is no console */
	t->tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (!t->tty && (fstat(STDIN_FILENO, &st) < 0 || S_ISCHR(st.st_mode))) {
		free(t);
		return 0;
	}
	t->kind = t->tty ? SESSION_CONSOLE : SESSION_PIPE;
	t->in = STDIN_FILENO;
	t->out = STDOUT_FILENO;
	t->comes_back = true;
	(void)str_copy(t->name, sizeof(t->name), "console");
	(void)str_copy(t->where, sizeof(t->where), "console");
	return terminal_start(s, t) ? 0 : -1;
}

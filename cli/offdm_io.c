/* The Offline Diagnostic Monitor's talk: lines, questions, menus. */
#include "cli/offdm_io.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

#define TICK_MS 200 /* how soon a signal is noticed */

void offdm_say(struct offdm *m, const char *fmt, ...)
{
	struct out text = { 0 };
	va_list ap;
	size_t done = 0;

	va_start(ap, fmt);
	out_vprintf(&text, fmt, ap);
	va_end(ap);
	while (done < text.len) {
		ssize_t n = write(m->out, text.buf + done, text.len - done);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	out_fini(&text);
}

/* One byte, or -1: the end, or nothing until `until` (0: for ever). */
static int byte_get(struct offdm *m, uint64_t until)
{
	unsigned char c = 0;
	ssize_t n = 0;

	while (!m->ended && !(m->stopped && m->stopped())) {
		struct pollfd p = { .fd = m->in, .events = POLLIN };

		if (until && clock_ms() >= until)
			return -1;
		if (poll(&p, 1, TICK_MS) <= 0)
			continue;
		n = read(m->in, &c, 1);
		if (n == 1)
			return c;
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		break;
	}
	m->ended = true;
	return -1;
}

static void trim(char *line)
{
	size_t skip = strspn(line, " \t\r"), len = 0;

	memmove(line, line + skip, strlen(line + skip) + 1);
	len = strlen(line);
	while (len && strchr(" \t\r", line[len - 1]))
		line[--len] = '\0';
}

bool offdm_line(struct offdm *m, char *line, size_t cap, int ms)
{
	uint64_t until = ms < 0 ? 0 : clock_ms() + (uint64_t)ms;
	size_t n = 0;
	int c;

	while ((c = byte_get(m, until)) >= 0 && c != '\n')
		if (c >= ' ' && c < 0x7f && n + 1 < cap)
			line[n++] = (char)c;
	line[n] = '\0';
	trim(line);
	return c == '\n';
}

bool offdm_ask(struct offdm *m, const char *question, char *line, size_t cap)
{
	offdm_say(m, "%s ", question);
	return offdm_line(m, line, cap, -1);
}

bool offdm_secret(struct offdm *m, const char *question, char *line, size_t cap)
{
	struct termios tio, quiet;
	bool tty = tcgetattr(m->in, &tio) == 0, got;

	offdm_say(m, "%s ", question);
	quiet = tio;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	if (tty)
		(void)tcsetattr(m->in, TCSADRAIN, &quiet);
	got = offdm_line(m, line, cap, -1);
	if (tty)
		(void)tcsetattr(m->in, TCSADRAIN, &tio);
	offdm_say(m, "\n");
	return got;
}

bool offdm_yes(struct offdm *m, const char *question)
{
	char line[OFFDM_LINE];

	while (offdm_ask(m, question, line, sizeof(line))) {
		if (str_ieq(line, "y") || str_ieq(line, "yes"))
			return true;
		if (str_ieq(line, "n") || str_ieq(line, "no"))
			return false;
	}
	return false;
}

/* ---- menus ---------------------------------------------------------------- */

static void menu_show(struct offdm *m, const char *title,
		      const struct offdm_item *items, bool back)
{
	offdm_say(m, "\n%s\n\n" T_DM_SELECT "\n\n", title);
	for (int i = 0; items[i].text; i++)
		offdm_say(m, "   %d%c  %s\n", i + 1,
			  items[i].has_menu ? '*' : '.', items[i].text);
	if (back)
		offdm_say(m, "   r.  " T_DM_BACK "\n");
	offdm_say(m, "\n> ");
}

static int count(const struct offdm_item *items)
{
	int n = 0;

	while (items[n].text)
		n++;
	return n;
}

void offdm_menu(struct offdm *m, const char *title,
		const struct offdm_item *items, bool back)
{
	char line[OFFDM_LINE];
	uint32_t n = 0;

	for (;;) {
		menu_show(m, title, items, back);
		if (!offdm_line(m, line, sizeof(line), -1) ||
		    (back && str_ieq(line, "r")))
			return;
		if (!str_to_u32(line, 1, (uint32_t)count(items), &n)) {
			offdm_say(m, T_DM_BAD "\n");
			continue;
		}
		if (!items[n - 1].run)
			return;
		items[n - 1].run(m);
		if (m->ended)
			return;
	}
}

int offdm_choose(struct offdm *m, const char *question,
		 const char *const *names)
{
	char line[OFFDM_LINE];
	uint32_t n = 0, max = 0;

	offdm_say(m, "\n");
	for (; names[max]; max++)
		offdm_say(m, "   %u.  %s\n", max + 1, names[max]);
	while (offdm_ask(m, question, line, sizeof(line)) && *line) {
		if (str_to_u32(line, 1, max, &n))
			return (int)n - 1;
		offdm_say(m, T_DM_BAD "\n");
	}
	return -1;
}

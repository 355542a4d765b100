/*
 * Plays a transcript against a session and compares every line
 *
 * A transcript is what a person would see: prompts with what was typed behind
 * them, and what the switch printed.
 *
 *	CSS11503# show nonsense
 *	               ^
 *	%% Invalid input detected at '^' marker.
 *
 * A line that begins with the present prompt is typed.  At its end, `?` asks for
 * help, `<Tab>` completes (the next line is the completed text), `<Ctrl-C>`
 * interrupts; a line that is only `<Ctrl-Z>` behind the prompt is `end`.  All
 * other lines are expected output; one that begins with `~` is a pattern in
 * which `*` stands for anything.  A line of `...` skips output up to the next
 * prompt.  Lines that begin with `#` are remarks, and so is what stands before
 * the first prompt.  When the session is over, another one begins.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/session.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/wall.h"
#include "emu/conf/conf.h"
#include "emu/io/loop.h"
#include "tests/fuzz/scratch_env.h"

#define LINES_MAX 4096
#define NOON_MS	  INT64_C(1155988800000) /* 19 August 2006, when it begins */

struct player {
	const char *file;
	const struct env *env;
	char *line[LINES_MAX];
	int n, at;
	struct session *s;
	struct out out;
};

static void __attribute__((noreturn, format(printf, 2, 3)))
fail(const struct player *p, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "%s:%d: ", p->file, p->at + 1);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit(1);
}

static void read_file(struct player *p)
{
	FILE *f = fopen(p->file, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len = 0;

	if (!f)
		fail(p, "cannot be read");
	while ((len = getline(&line, &cap, f)) >= 0) {
		while (len && strchr("\r\n", line[len - 1]))
			line[--len] = '\0';
		if (*line == '#')
			continue;
		if (p->n == LINES_MAX)
			fail(p, "more than %d lines", LINES_MAX);
		p->line[p->n++] = strdup(line);
	}
	free(line);
	(void)fclose(f);
}

/* Trailing blanks of a prompt do not matter: editors take them away. */
static bool is_typed(const struct player *p, const char *line)
{
	const char *prompt = session_prompt(p->s);
	size_t len = strlen(prompt);

	while (len && prompt[len - 1] == ' ')
		len--;
	return !session_over(p->s) && !strncmp(line, prompt, len);
}

static bool cut_end(char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	if (len < n || strcmp(text + len - n, end) != 0)
		return false;
	text[len - n] = '\0';
	return true;
}

static void type(struct player *p)
{
	const char *prompt = session_prompt(p->s);
	const char *line = p->line[p->at++];
	char add[256], *text = NULL;

	text = strdup(strlen(line) < strlen(prompt) ? ""
						    : line + strlen(prompt));
	if (cut_end(text, "<Tab>")) {
		session_complete(p->s, text, add, sizeof(add));
		out_printf(&p->out, "%s%s\n", text, add);
	} else if (cut_end(text, "<Ctrl-C>")) {
		session_interrupt(p->s, &p->out);
	} else if (cut_end(text, "<Ctrl-Z>")) {
		session_line(p->s, "end", &p->out);
	} else if (!session_asking(p->s) && session_logged_in(p->s) &&
		   cut_end(text, "?")) {
		session_help(p->s, text, &p->out);
	} else {
		session_line(p->s, text, &p->out);
	}
	while (session_busy(p->s)) { /* a script or a wait */
		loop_turn(p->env->loop, 10);
		session_go_on(p->s, &p->out);
	}
	free(text);
}

static void expect_line(struct player *p, const char *got)
{
	const char *want = p->at < p->n ? p->line[p->at] : "(the end)";
	bool same = *want == '~' ? str_wild_match(want + 1, got, false)
				 : !strcmp(want, got);

	if (!same)
		fail(p, "expected: %s\n%*sgot: %s", want, 10, "", got);
	p->at++;
}

static void expect_output(struct player *p)
{
	char *text = strdup(out_text(&p->out)), *rest = text;

	while (*rest) {
		char *line = rest;

		rest += strcspn(rest, "\n");
		if (*rest)
			*rest++ = '\0';
		if (p->at < p->n && !strcmp(p->line[p->at], "..."))
			break;
		expect_line(p, line);
	}
	if (p->at < p->n && !strcmp(p->line[p->at], "..."))
		p->at++;
	free(text);
	out_clear(&p->out);
}

static void session_start(struct player *p)
{
	session_free(p->s);
	p->s = session_new(p->env, SESSION_VTY, "192.0.2.1");
	session_open(p->s, &p->out);
}

static void play(struct player *p)
{
	while (p->at < p->n && !is_typed(p, p->line[p->at]))
		p->at++;
	if (p->at == p->n)
		fail(p, "no line begins with the first prompt, %s",
		     session_prompt(p->s));
	while (p->at < p->n) {
		if (!is_typed(p, p->line[p->at]))
			fail(p, "expected: %s\n%*sgot: %s", p->line[p->at], 10,
			     "", session_prompt(p->s));
		type(p);
		expect_output(p);
		if (session_over(p->s))
			session_start(p);
	}
}

int main(int argc, char **argv)
{
	struct env *env = scratch_env();
	struct player p = { 0 };

	for (int i = 1; i < argc; i++) {
		p.file = argv[i];
		p.n = p.at = 0;
		read_file(&p);
		scratch_env();
		wall_offset_set(NOON_MS - (wall_ms() - wall_offset()));
		wall_zone_set(&(struct wall_zone){ .name = "" });
		env->conf->saved = env->conf->generation;
		p.env = env;
		session_start(&p);
		play(&p);
		session_free(p.s);
		p.s = NULL;
		for (int j = 0; j < p.n; j++)
			free(p.line[j]);
	}
	out_fini(&p.out);
	return argc > 1 ? 0 : 2;
}

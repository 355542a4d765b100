/*
 * Configuration from a file: start-up and replay
 *
 * A script is a session that nobody watches: SuperUser, expert, in global
 * configuration mode from the first line to the last, so `configure`, `exit`
 * and `end` in the file do no harm.  It goes on after an error.  When a line
 * that should open an object is refused, the lines of that object must not land
 * in whatever mode the script is in: they are rejected one by one until the
 * next line that opens an object, or `exit`.
 */
#include "cli/session_priv.h"

#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "cli/mask.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

struct script {
	const struct script_result *result;
	unsigned line; /* from 1 */
	const char *text;
	int rejected;
	char refused[80]; /* the opening line; "": none */
};

void script_reject(struct cli *c, int col, const char *message)
{
	struct script *s = c->script;

	s->rejected++;
	if (s->result && s->result->rejected)
		s->result->rejected(s->result->arg, s->line, (unsigned)col + 1,
				    s->text, message);
}

void script_frame(unsigned line, unsigned column, const char *text,
		  const char *message, struct out *out)
{
	struct out shown = { 0 };
	size_t start = out->len, at = 0;

	out_printf(out, "line %u: ", line);
	start = out->len - start;
	mask_line(text, &shown);
	out_puts(out, out_text(&shown));
	/* A mask before the column moves it: then the caret is at the mask. */
	while (at + 1 < column && text[at] && out_text(&shown)[at] == text[at])
		at++;
	out_printf(out, "\n%*s^\n%%%% %s\n", (int)(start + at), "", message);
	out_fini(&shown);
}

void script_warn(struct cli *c, const char *message)
{
	struct script *s = c->script;

	if (s->result && s->result->warned)
		s->result->warned(s->result->arg, s->line, s->text, message);
}

/* ---- refused objects ------------------------------------------------------ */

static const char *const openers[] = {
	"interface",  "circuit",    "service",
	"owner",      "content",    "group",
	"acl",	      "nql",	    "eql",
	"dql",	      "urql",	    "header-field-group",
	"keepalive",  "reporter",   "ssl-proxy-list",
	"rmon-alarm", "rmon-event", "rmon-history",
};

/* `acl enable` opens nothing. */
static bool is_switch(const char *verb, const char *word)
{
	return !strcmp(verb, "acl") && !strspn(word, "0123456789");
}

/* Is the line "opener NAME"?  `keepalive type tcp` in a service is not. */
static bool is_opener(const struct cli *c, const struct words *w)
{
	const char *verb = tree_verb(mode_tree((enum mode_id)c->mode), w);

	if (!verb)
		return false;
	if (c->mode == MODE_INTERFACE || c->mode == MODE_INTERFACE_VLAN)
		if (!strcmp(verb, "vlan"))
			return w->n == 2;
	if (c->mode == MODE_CIRCUIT || c->mode == MODE_CIRCUIT_IP)
		if (!strcmp(verb, "ip") && w->n > 2 &&
		    str_has_prefix("address", w->w[1].text))
			return true;
	for (size_t i = 0; i < sizeof(openers) / sizeof(*openers); i++)
		if (!strcmp(verb, openers[i]))
			return w->n == 2 && !is_switch(verb, w->w[1].text);
	return false;
}

bool script_skips(struct cli *c, const struct words *w, int col)
{
	struct script *s = c->script;
	const char *verb = NULL;
	struct err err;

	if (!*s->refused || is_opener(c, w))
		return false;
	verb = tree_verb(mode_tree((enum mode_id)c->mode), w);
	if (verb && !strcmp(verb, "end")) {
		s->refused[0] = '\0';
		return false;
	}
	if (verb && !strcmp(verb, "exit")) { /* it was never entered */
		s->refused[0] = '\0';
		return true;
	}
	(void)err_set(&err, ERR_REFUSED, -1, T_SKIPPED, s->refused);
	script_reject(c, col, err.msg);
	return true;
}

void script_ran(struct cli *c, const struct words *w, bool failed)
{
	struct script *s = c->script;

	if (*s->refused && !failed)
		s->refused[0] = '\0';
	else if (failed && is_opener(c, w))
		(void)str_copy(s->refused, sizeof(s->refused), w->line);
}

/* ---- running -------------------------------------------------------------- */

static void run_line(struct session *ses, struct script *s, const char *text,
		     size_t len)
{
	int before = s->rejected;
	struct out o = { 0 };
	char *line = NULL;

	if (len && text[len - 1] == '\r')
		len--;
	line = xstrndup(text, len);
	s->line++;
	s->text = line;
	if (memchr(text, '\0', len))
		script_reject(&ses->cli, (int)strlen(line),
			      "A configuration line cannot hold a zero byte");
	else
		session_line(ses, line, &o);
	if (o.len && s->rejected == before && s->result && s->result->printed)
		s->result->printed(s->result->arg, s->line, out_text(&o));
	out_fini(&o);
	wipe(line, strlen(line));
	free(line);
	s->text = "";
}

static void apply_all(const struct env *env, struct session *ses)
{
	struct out warn = { 0 };
	char *text = NULL, *save = NULL;

	if (!env->apply)
		return;
	env->apply(env->arg, &warn);
	text = xstrdup(out_text(&warn));
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		script_warn(&ses->cli, line);
	free(text);
	out_fini(&warn);
}

int script_run(const struct env *env, const char *text, size_t len,
	       const struct script_result *r)
{
	struct session *ses = session_new(env, SESSION_SCRIPT, "script");
	struct script s = { .result = r, .text = "" };
	const char *end = text + len;

	ses->cli.script = &s;
	while (text < end && !(r && r->stop && r->stop(r->arg))) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl ? nl : end) - text);

		run_line(ses, &s, text, n);
		text += n + 1;
	}
	if (ses->cli.typed)
		script_reject(&ses->cli, 0, T_NO_ENDBRANCH);
	apply_all(env, ses);
	session_free(ses);
	return s.rejected;
}

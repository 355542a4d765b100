/*
 * Which words of a line are secret.
 *
 * A row names a command by its first words, which may be abbreviated, and the
 * place of the word that its secrets begin with.  From there on every word is
 * masked that is no keyword, and in front of it every text in quotes: a word
 * too few or too many does not bring a password into the log.
 */
#include "cli/mask.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "emu/base/out.h"

#define COMMAND_WORDS 3

static const struct row {
	const char *command[COMMAND_WORDS];
	unsigned from; /* place of the first secret word */
} rows[] = {
	{ { "username" }, 3 },
	{ { "username-technician" }, 3 },
	{ { "username-offdm" }, 3 },
	{ { "radius-server" }, 4 },
	{ { "tacacs-server", "key" }, 2 },
	{ { "tacacs-server" }, 3 },
	{ { "ssl", "genrsa" }, 4 },
	{ { "ssl", "gendsa" }, 4 },
	{ { "ssl", "gendh" }, 4 },
	{ { "ssl", "gencert" }, 7 },
	{ { "ospf", "password" }, 2 },
	{ { "ospf" }, UINT_MAX },
	{ { "ftp-record" }, 4 },
	{ { "copy", "ssl" }, 6 },
	{ { "clear", "ssl", "file" }, 4 },
	/* misspelt ones: at least what is in quotes */
	{ { "ssl" }, UINT_MAX },
	{ { "copy" }, UINT_MAX },
	{ { "clear" }, UINT_MAX },
};
#define NROWS (sizeof(rows) / sizeof(*rows))

static const char *const keywords[] = {
	"password", "des-password", "encrypted-password", "superuser", "DER",
	"PEM",	    "PKCS12",
};

struct word {
	const char *at;
	size_t len;
};

/* The next word of a command, quotes included; false: the command ends. */
static bool next_word(const char **at, struct word *w)
{
	const char *p = *at + strspn(*at, " \t");
	bool quoted = false;

	w->at = p;
	for (; *p && (quoted || !strchr(" \t;", *p)); p++)
		quoted ^= *p == '"';
	w->len = (size_t)(p - w->at);
	*at = p;
	return w->len > 0;
}

static bool abbreviates(const struct word *w, const char *full)
{
	return w->len <= strlen(full) && !strncasecmp(w->at, full, w->len);
}

static bool is_command(const struct row *r, const char *line)
{
	struct word w;

	for (int i = 0; i < COMMAND_WORDS && r->command[i]; i++) {
		if (!next_word(&line, &w) || !abbreviates(&w, r->command[i]))
			return false;
	}
	return true;
}

static const struct row *row_of(const char *line)
{
	for (size_t i = 0; i < NROWS; i++) {
		if (is_command(&rows[i], line))
			return &rows[i];
	}
	return NULL;
}

static bool is_keyword(const struct word *w)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		if (w->len > 2 && abbreviates(w, keywords[i]))
			return true;
	}
	return false;
}

static bool is_secret(const struct word *w, unsigned place, const struct row *r)
{
	if (!r)
		return false;
	return memchr(w->at, '"', w->len) ||
	       (place >= r->from && !is_keyword(w));
}

/* One command; where the next begins. */
static const char *mask_command(const char *line, struct out *o)
{
	const struct row *r = row_of(line);
	const char *done = line;
	struct word w;

	for (unsigned place = 0; next_word(&line, &w); place++) {
		out_write(o, done, (size_t)(w.at - done));
		if (is_secret(&w, place, r))
			out_puts(o, "\"****\"");
		else
			out_write(o, w.at, w.len);
		done = line;
	}
	line = w.at; /* blanks at the end */
	line += *line == ';';
	out_write(o, done, (size_t)(line - done));
	return line;
}

void mask_line(const char *line, struct out *o)
{
	while (*line)
		line = mask_command(line, o);
}

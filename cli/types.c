/*
 * Value types of the command table
 *
 * A type says which words fit, what `?` shows for it and which values are
 * known, so that a new object kind or balance method parses and completes
 * wherever a row names its type.  Whether a named object exists is the
 * handler's business: `add service x` of a missing x is an error with a text
 * of its own, not a syntax error.
 *
 * The types are tables in types_plain.c, types_names.c and types_words.c.
 */
#include "cli/types_priv.h"

#include <string.h>
#include <strings.h>

#include "emu/base/out.h"

/* Would the word come back as it is, without quotes? */
static bool needs_quotes(const char *word)
{
	return !*word || *word == '!' || *word == '@' || strpbrk(word, " \t;");
}

int type_print(const char *spec, const char *word, const struct conf *c,
	       struct out *o, struct err *err)
{
	const char *name = strchr(spec, ':');
	const struct value_type *t = NULL;

	if (name)
		t = type_find(name + 1, strcspn(name + 1, ":>"));
	if (t && t->print)
		return t->print(word, c, o, err);
	if (needs_quotes(word) && !(t && t->takes_rest))
		return type_quoted_print(word, c, o, err);
	out_puts(o, word);
	return 0;
}

const struct value_type *type_find(const char *name, size_t len)
{
	static const struct value_type *const tables[] = { plain_types,
							   names_types,
							   words_types, NULL };

	for (const struct value_type *const *t = tables; *t; t++)
		for (const struct value_type *v = *t; v->name; v++)
			if (strlen(v->name) == len &&
			    !memcmp(v->name, name, len))
				return v;
	return NULL;
}

struct search {
	const char *word, *found;
	bool exact, several;
};

static void search_emit(void *arg, const char *text)
{
	struct search *s = arg;

	if (s->exact || strncasecmp(text, s->word, strlen(s->word)) != 0)
		return;
	s->exact = !text[strlen(s->word)];
	s->several = s->found && !s->exact;
	s->found = text;
}

const char *type_known(const struct value_type *t, const char *word)
{
	static const struct scope nowhere = { .owner = "" };
	struct search s = { .word = word };

	if (!t->complete || !*word)
		return NULL;
	t->complete(&nowhere, search_emit, &s);
	return s.several ? NULL : s.found;
}

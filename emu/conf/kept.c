#include "emu/conf/kept.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/str.h"
#include "emu/conf/setting.h"

/* Cuts the text into words; one in quotes may have blanks. */
static void words_cut(struct kept_line *l)
{
	char *at = l->text;

	l->n = 0;
	for (int i = 0; i < KEPT_WORDS; i++)
		l->word[i] = "";
	while (l->n < KEPT_WORDS) {
		char end = ' ';

		at += strspn(at, " ");
		if (!*at)
			return;
		if (*at == '"')
			end = *at++;
		l->word[l->n++] = at;
		at = strchr(at, end);
		if (!at)
			return;
		*at++ = '\0';
	}
}

bool kept_line(const struct settings *s, const char *family, size_t i,
	       struct kept_line *l)
{
	const struct setting_item *it = settings_at(s, family, i);

	(void)snprintf(l->text, sizeof(l->text), "%s %s", it ? it->key : "",
		       it ? it->value : "");
	words_cut(l);
	return it != NULL;
}

bool kept_one(const struct settings *s, const char *family, struct kept_line *l)
{
	return kept_line(s, family, 0, l);
}

bool kept_find(const struct settings *s, const char *family, const char *word,
	       struct kept_line *l)
{
	for (size_t i = 0; kept_line(s, family, i, l); i++)
		if (str_ieq(l->word[0], word))
			return true;
	return false;
}

const char *kept_word(const struct kept_line *l, int i, const char *dflt)
{
	return i < l->n ? l->word[i] : dflt;
}

int kept_index(const struct kept_line *l, const char *keyword)
{
	for (int i = 0; i < l->n; i++)
		if (!strcmp(l->word[i], keyword))
			return i;
	return -1;
}

bool kept_has(const struct kept_line *l, const char *keyword)
{
	return kept_index(l, keyword) >= 0;
}

const char *kept_after(const struct kept_line *l, const char *keyword,
		       const char *dflt)
{
	int i = kept_index(l, keyword);

	return i >= 0 ? kept_word(l, i + 1, dflt) : dflt;
}

const char *kept_choice(const struct kept_line *l, const char *const *keywords,
			const char *dflt)
{
	for (; *keywords; keywords++)
		if (kept_has(l, *keywords))
			return *keywords;
	return dflt;
}

bool kept_on(const struct settings *s, const char *family)
{
	return settings_count(s, family) > 0;
}

bool kept_says(const struct settings *s, const char *family, const char *word)
{
	struct kept_line l;

	for (size_t i = 0; kept_line(s, family, i, &l); i++)
		if (kept_has(&l, word))
			return true;
	return false;
}

const char *kept_value(const struct settings *s, const char *family,
		       const char *dflt)
{
	const struct setting_item *it = settings_at(s, family, 0);

	return it && *it->value ? it->value : dflt;
}

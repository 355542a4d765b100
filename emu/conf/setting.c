#include "emu/conf/setting.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"

/* Where the family begins, or would. */
static size_t family_begin(const struct settings *s, const char *family)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(s->item[mid].family, family) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool in_family(const struct settings *s, size_t i, const char *family)
{
	return i < s->n && !strcmp(s->item[i].family, family);
}

static struct setting_item *item_find(const struct settings *s,
				      const char *family, const char *key)
{
	for (size_t i = family_begin(s, family); in_family(s, i, family); i++)
		if (!strcmp(s->item[i].key, key))
			return &s->item[i];
	return NULL;
}

const char *settings_get(const struct settings *s, const char *family,
			 const char *key)
{
	const struct setting_item *it = item_find(s, family, key);

	return it ? it->value : NULL;
}

unsigned long settings_uint(const struct settings *s, const char *family,
			    unsigned long dflt)
{
	const char *value = settings_get(s, family, "");

	return value ? strtoul(value, NULL, 10) : dflt;
}

const struct setting_item *settings_at(const struct settings *s,
				       const char *family, size_t i)
{
	i += family_begin(s, family);
	return in_family(s, i, family) ? &s->item[i] : NULL;
}

size_t settings_count(const struct settings *s, const char *family)
{
	size_t begin = family_begin(s, family), n = 0;

	while (in_family(s, begin + n, family))
		n++;
	return n;
}

static void text_free(char *text)
{
	wipe(text, strlen(text));
	free(text);
}

static void item_fini(struct setting_item *it)
{
	free(it->family);
	free(it->key);
	text_free(it->value);
}

static void item_insert(struct settings *s, size_t at, const char *family,
			const char *key, const char *value)
{
	s->item = xrealloc(s->item, (s->n + 1) * sizeof(*s->item));
	memmove(&s->item[at + 1], &s->item[at], (s->n - at) * sizeof(*s->item));
	s->item[at] = (struct setting_item){ xstrdup(family), xstrdup(key),
					     xstrdup(value) };
	s->n++;
}

void settings_put(struct conf *c, struct settings *s, const char *family,
		  const char *key, const char *value)
{
	struct setting_item *it = item_find(s, family, key);

	if (it && !strcmp(it->value, value))
		return;
	if (it) {
		text_free(it->value);
		it->value = xstrdup(value);
	} else {
		item_insert(s,
			    family_begin(s, family) + settings_count(s, family),
			    family, key, value);
	}
	conf_changed(c);
}

bool settings_del(struct conf *c, struct settings *s, const char *family,
		  const char *key)
{
	struct setting_item *it = item_find(s, family, key);
	size_t at = 0;

	if (!it)
		return false;
	at = (size_t)(it - s->item);
	item_fini(it);
	s->n--;
	memmove(it, it + 1, (s->n - at) * sizeof(*it));
	conf_changed(c);
	return true;
}

void settings_fini(struct settings *s)
{
	for (size_t i = 0; i < s->n; i++)
		item_fini(&s->item[i]);
	free(s->item);
	free(s->line);
	*s = (struct settings){ 0 };
}

/* ---- order of entry --------------------------------------------------------- */

bool settings_noted(const struct settings *s, const void *line)
{
	for (size_t i = 0; i < s->nline; i++)
		if (s->line[i] == line)
			return true;
	return false;
}

void settings_note(struct settings *s, const void *line)
{
	if (settings_noted(s, line))
		return;
	s->line = xrealloc(s->line, (s->nline + 1) * sizeof(*s->line));
	s->line[s->nline++] = line;
}

void settings_forget(struct settings *s, const void *line)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nline; i++)
		if (s->line[i] != line)
			s->line[n++] = s->line[i];
	s->nline = n;
}

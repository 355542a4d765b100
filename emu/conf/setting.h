#ifndef CSS_EMU_CONF_SETTING_H
#define CSS_EMU_CONF_SETTING_H

#include <stdbool.h>
#include <stddef.h>

struct conf;

/*
 * Settings that are kept as they were written: what an object carries beside
 * its typed fields.  A setting has a family (the words its command begins with,
 * "dns-record a"), a key that tells several of one family apart ("" where there
 * can be only one) and a value, the rest of the line in its printed form.
 * A part of the switch that acts on one reads it by family and key.
 *
 * Families stay sorted, keys keep the order of entry.
 */
struct setting_item {
	char *family, *key, *value; /* owned */
};

struct settings {
	struct setting_item *item; /* owned, sorted by family */
	size_t n;
	const void **line; /* owned; see settings_note() */
	size_t nline;
};

/* NULL when it is not set. */
const char *settings_get(const struct settings *s, const char *family,
			 const char *key);
/* The number a value begins with; dflt when it is not set. */
unsigned long settings_uint(const struct settings *s, const char *family,
			    unsigned long dflt);
/* The i-th of a family in order of entry; NULL behind the last. */
const struct setting_item *settings_at(const struct settings *s,
				       const char *family, size_t i);
size_t settings_count(const struct settings *s, const char *family);
/* A new value, in the old place when the key is there already. */
void settings_put(struct conf *c, struct settings *s, const char *family,
		  const char *key, const char *value);
/* false: there was none */
bool settings_del(struct conf *c, struct settings *s, const char *family,
		  const char *key);
void settings_fini(struct settings *s); /* wipes: values may be secrets */

/*
 * The order in which an object's lines were entered, which is the order that
 * running-config has them in (content.md 8).  What a line is, is its printer's
 * business: any pointer that stays.
 */
void settings_note(struct settings *s, const void *line); /* if it is not */
void settings_forget(struct settings *s, const void *line);
bool settings_noted(const struct settings *s, const void *line);

#endif

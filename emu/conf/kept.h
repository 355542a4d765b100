#ifndef CSS_EMU_CONF_KEPT_H
#define CSS_EMU_CONF_KEPT_H

#include <stdbool.h>
#include <stddef.h>

struct settings;

/*
 * Reading kept settings (emu/conf/setting.h): a line is the words behind the
 * family, key and value alike, quotes taken off.
 */
#define KEPT_WORDS 24

struct kept_line {
	const char *word[KEPT_WORDS]; /* in text; "" beyond n */
	int n;
	char text[2048];
};

/* The i-th line of a family, in order of entry; false behind the last. */
bool kept_line(const struct settings *s, const char *family, size_t i,
	       struct kept_line *l);
/* The only line of a family; false (and no words) when it is not set. */
bool kept_one(const struct settings *s, const char *family,
	      struct kept_line *l);
/* The line that begins with this word, case ignored. */
bool kept_find(const struct settings *s, const char *family, const char *word,
	       struct kept_line *l);
/* Place of a keyword; -1: it was not typed. */
int kept_index(const struct kept_line *l, const char *keyword);
bool kept_has(const struct kept_line *l, const char *keyword);
/* The word behind a keyword; dflt when it was not typed. */
const char *kept_after(const struct kept_line *l, const char *keyword,
		       const char *dflt);
/* The i-th word; dflt when there are not so many. */
const char *kept_word(const struct kept_line *l, int i, const char *dflt);
/* The first of the keywords (NULL behind the last) that was typed, else dflt. */
const char *kept_choice(const struct kept_line *l, const char *const *keywords,
			const char *dflt);

/* A switch that is off until it is set. */
bool kept_on(const struct settings *s, const char *family);
/* One of several switches whose rows share the family: "rip log" "rx". */
bool kept_says(const struct settings *s, const char *family, const char *word);
/* The value of a family; dflt when it is not set. */
const char *kept_value(const struct settings *s, const char *family,
		       const char *dflt);

#endif

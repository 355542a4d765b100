#ifndef CSS_CLI_TYPES_PRIV_H
#define CSS_CLI_TYPES_PRIV_H

#include "cli/types.h"

/* What the files of value types share.  A table ends in a row without name. */
extern const struct value_type plain_types[]; /* types_plain.c */
extern const struct value_type names_types[]; /* types_names.c */
extern const struct value_type words_types[]; /* types_words.c */

/* "hi" or "lo-hi"; lo is what the first form begins with */
struct type_limits {
	unsigned long lo, hi;
};
struct type_limits type_limits(const char *text, unsigned long lo);

bool type_word_parse(const char *word, const char *limits);
bool type_name_parse(const char *word, const char *limits);
bool type_cidr_parse(const char *word, const char *limits);
int type_quoted_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err);

#endif

#ifndef CSS_CLI_SCRIPT_VAR_H
#define CSS_CLI_SCRIPT_VAR_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct out;

/*
 * Variables of the scripting language (content.md 5.2): a name that tells
 * capital letters apart, and a text.  A text of digits is an integer; an array
 * is a text of words.
 */
#define VAR_NAME_LEN  32
#define VAR_VALUE_LEN 1023 /* own bound: as long as a line */
#define VARS_MAX      256  /* own bound */

struct vars;

struct vars *vars_new(void);
void vars_free(struct vars *v);
/* NULL: there is no such variable */
const char *vars_get(const struct vars *v, const char *name);
int vars_set(struct vars *v, const char *name, const char *value,
	     struct err *err);
bool vars_unset(struct vars *v, const char *name); /* false: was not there */
/* In ASCII order of name; false: at is behind the last one. */
bool vars_at(const struct vars *v, int at, const char **name,
	     const char **value);

/* Letters, digits, _ - and ., up to VAR_NAME_LEN of them. */
bool var_is_name(const char *text);
bool var_is_int(const char *value);

/* ---- arrays --------------------------------------------------------------- */
unsigned array_count(const char *value);
/* The nth word, from 1; false: there is none, *len is 0. */
bool array_word(const char *value, unsigned n, const char **at, size_t *len);

/* ---- ${NAME} -------------------------------------------------------------- */
/*
 * Puts values into a line: ${NAME}, ${NAME}[3] its third word, ${NAME}[#] their
 * number, ${NAME}[*] "int" or "char"; an index may be a variable.  What is not
 * set is empty.  lookup() may return NULL.
 *
 * Inside of quotes a value cannot end the text that it is put into: its quotes
 * become VAR_QUOTE, which words_split_values() turns
 * back.  bare_quoted: a word outside
 * of quotes that has a variable in it becomes one in quotes.
 */
#define VAR_QUOTE '\001'
typedef const char *(*var_lookup_fn)(void *arg, const char *name);
/* -1 and err when the result is longer than a line may be. */
int vars_expand(const char *text, bool bare_quoted, var_lookup_fn lookup,
		void *arg, struct out *o, struct err *err);
bool vars_in(const char *text); /* is there a ${NAME} at all? */

#endif

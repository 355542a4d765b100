#ifndef CSS_CLI_TYPES_H
#define CSS_CLI_TYPES_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct cli;
struct env;
struct err;
struct out;

/*
 * The value types of the command table: what stands behind the colon of
 * <name:type[:limits]>.  A new type is a row in types.c.
 */

/* Whose names a value completes from: the switch and the owner whose mode the
 * session is in ("" when in none).  env or its parts may be NULL. */
typedef void (*emit_fn)(void *arg, const char *text);

struct scope {
	const struct env *env;
	const char *owner;
	/* Words beside keywords that a line may begin with: the aliases of a
	 * session; NULL: there are none. */
	void (*aliases)(const struct cli *cli, emit_fn emit, void *arg);
	const struct cli *cli;
};

enum quotes {
	QUOTES_MAY,   /* = false */
	QUOTES_MUST,  /* = true */
	QUOTES_NEVER, /* in quotes it would mean something else */
};

struct value_type {
	const char *name;
	/* Does the word (quotes off) fit? */
	bool (*parse)(const char *word, const char *limits);
	/* What `?` shows; NULL: the parameter's name in angle brackets. */
	void (*describe)(const char *limits, char *buf, size_t cap);
	/* Every known value; NULL: none are known. */
	void (*complete)(const struct scope *s, emit_fn emit, void *arg);
	bool takes_rest; /* swallows the rest of the line, blanks and all */
	enum quotes quotes;
	/* The word as running-config prints it; NULL: as it was typed, in quotes
	 * where it needs them.  -1 and err when it names nothing. */
	int (*print)(const char *word, const struct conf *c, struct out *o,
		     struct err *err);
};

/* name need not be terminated; NULL when there is no such type */
const struct value_type *type_find(const char *name, size_t len);
/* Of the words that a type knows whatever is configured (methods, suites,
 * levels) the one that this is, or the only one that it begins; NULL: none.
 * They may be abbreviated as keywords may. */
const char *type_known(const struct value_type *t, const char *word);
/* The word of a value, "name:type:limits", in its printed form.  c may be NULL:
 * then names stay names. */
int type_print(const char *spec, const char *word, const struct conf *c,
	       struct out *o, struct err *err);

#endif

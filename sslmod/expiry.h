#ifndef CSS_SSLMOD_EXPIRY_H
#define CSS_SSLMOD_EXPIRY_H

#include <time.h>

struct conf;
struct loop;
struct store;

/*
 * Warnings of certificates that end soon (ssl cert-expire-warning, ssl.md 2.3):
 * once a day for each that is associated, beginning so many days before the end,
 * and after it.  A file with several ends with the first of them.  Control
 * thread; everything is borrowed.
 */
struct expiry;

struct expiry *expiry_new(struct loop *l, const struct conf *c,
			  const struct store *s);
void expiry_free(struct expiry *e);
/* Logs what has to be told on that day and has not been; the loop calls it by
 * the minute. */
void expiry_look(struct expiry *e, time_t now);

#endif

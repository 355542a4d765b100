#ifndef CSS_SSLMOD_OUTSIDE_H
#define CSS_SSLMOD_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "emu/conf/conf.h"

struct conf;
struct latest;

/*
 * What modules use and the switch fetches from outside: revocation lists by CRL
 * record, OCSP responses by certificate.  Control thread.  This is only the
 * record of it, and the question what is to be fetched next; who fetches is
 * above (cli/fetch.h).
 */
enum outside_kind { OUTSIDE_CRL, OUTSIDE_OCSP };

struct outside_item {
	enum outside_kind kind;
	char name[NAME_LEN + 1]; /* CRL record; association of a certificate */
	struct latest *latest;	 /* owned */
	bool loaded, busy;
	time_t fetched, tried; /* 0: never */
	time_t expires;	       /* of what is loaded; 0: never */
	uint32_t generation;   /* of the record that it was fetched for */
	char why[160];	       /* what failed at the last try; "": nothing */
};

struct outside;

struct outside *outside_new(void);
void outside_free(struct outside *o);

/* Made, empty, at first use. */
struct outside_item *outside_item(struct outside *o, enum outside_kind kind,
				  const char *name);
/* NULL: never used. */
struct outside_item *outside_find(const struct outside *o,
				  enum outside_kind kind, const char *name);
/* i from 0; NULL behind the last */
struct outside_item *outside_at(const struct outside *o, int i);

/* Does an active SSL server use it? */
bool outside_is_used(const struct conf *c, enum outside_kind kind,
		     const char *name);
/*
 * When it is to be fetched: at once when it never was, every hours after a good
 * try (0: not again), in a minute after a bad one.  hours is of the record.
 */
#define OUTSIDE_AGAIN_S 60 /* own */
#define OUTSIDE_NEVER	((time_t)-1)
time_t outside_due(const struct outside_item *it, unsigned hours);

#endif

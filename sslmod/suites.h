#ifndef CSS_SSLMOD_SUITES_H
#define CSS_SSLMOD_SUITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The product's cipher suites, in the order of its table (ssl.md 3.1). */
enum suite_auth { SUITE_RSA, SUITE_DSS, SUITE_ANON };

struct suite {
	const char *name; /* as typed behind `cipher` */
	uint16_t value;	  /* on the wire; 0: all-cipher-suites */
	const char *ossl; /* the TLS library's name */
	enum suite_auth auth;
	bool dh;     /* needs DH parameters */
	bool export; /* 40 and 56 bits of old */
};

#define SUITE_ALL "all-cipher-suites"

const struct suite *suite_find(const char *name);
/* i from 0; NULL behind the last */
const struct suite *suite_at(size_t i);
const struct suite *suite_by_value(uint16_t value);
/* Can the linked library do it?  Asked at run time.  modern: also at the
 * library's first security level, without which no client of today speaks. */
bool suite_available(const struct suite *s, bool modern);
bool suite_has_ssl3(void); /* SSL 3.0 */
/* What the linked library calls it; NULL when it has it not. */
const char *suite_library_name(const struct suite *s);

#endif

#ifndef CSS_SSLMOD_GUARD_H
#define CSS_SSLMOD_GUARD_H

#include <stdbool.h>
#include <stddef.h>

struct ssl_server;

/*
 * `http-header header-filter`: the fields that a module puts into requests are
 * the module's word, so those of the same names that a client sends are taken out
 * (ssl.md 3.4).  Also a field that this client does not get, and names that
 * differ by case, or by _ for -, which servers do not tell apart.
 */
/* line: "Name: value...", or its beginning that holds the whole name. */
bool guard_hides(const struct ssl_server *e, const char *line, size_t len);

#endif

#ifndef CSS_SSLMOD_SECRETS_H
#define CSS_SSLMOD_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where the secrets of TLS connections go that somebody has asked for, a line each
 * in the NSS key log format: into the file of --keylog, and to who taps them (a
 * capture).  Without either no line is kept.  Any thread.
 */
struct secrets;

#define SECRETS_MAX (1 << 20) /* bytes that wait for who taps; more are lost */

/* fd: of --keylog, owned from here on; 0: none */
struct secrets *secrets_new(int fd);
void secrets_free(struct secrets *s);
void secrets_write(struct secrets *s, const char *line);
/* on false: what waits is wiped. */
void secrets_tap(struct secrets *s, bool on);
bool secrets_wait(const struct secrets *s); /* cheap */
/* What has come since the last time, owned by the caller, who wipes it; NULL:
 * nothing. */
char *secrets_take(struct secrets *s, size_t *len);

#endif

#ifndef CSS_CLI_FETCH_H
#define CSS_CLI_FETCH_H

struct env;

/*
 * What the switch fetches for its SSL modules (sslmod/outside.h): revocation
 * lists of the CRL records that active lists use, when they become active and
 * then by the hours of the record (ssl.md 1.7); and OCSP responses for servers
 * that staple them.  Control thread; transfers run on helper threads.
 */
struct fetch;

/* env: borrowed; has loop, jobs, conf, store, map and outside. */
struct fetch *fetch_new(const struct env *env);
/* Before the jobs: transfers under way are told to give up. */
void fetch_quit(struct fetch *f);
void fetch_free(struct fetch *f); /* after the jobs are over */
/* The configuration has changed: looks at once. */
void fetch_follow(struct fetch *f);
/* ssl force-crl-reload of a record that is used: begins at once. */
void fetch_now(struct fetch *f, const char *crl);

#endif

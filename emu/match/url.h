#ifndef CSS_EMU_MATCH_URL_H
#define CSS_EMU_MATCH_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/net/http.h"

struct err;

/*
 * The forms of `url` in a content rule (content.md 2.3): a whole path, a path
 * that ends in one star, a star in front of an extension; each also behind
 * "//domain", which may hold a star of its own.  Parameters behind '?' are no
 * part of the match.
 */
#define URL_LEN	 253 /* 252 characters and NUL */
#define HOST_LEN 253

struct host_pattern {
	char text[HOST_LEN]; /* "": any; lower case */
	int star;	     /* place of '*', -1: none */
	bool has_port;	     /* it names a port, so Host's is compared */
};

struct url_pattern {
	struct host_pattern host;
	char path[URL_LEN]; /* literal in front of '*', or all of it */
	char ext[URL_LEN];  /* literal behind '*', with its dot; "": none */
	bool wild;	    /* a '*' stands behind path */
	bool icase;	    /* path; domains never care for case */
};

/*
 * What one rule takes: one pattern, or the paths of a URQL; with a DQL its
 * domains instead of the pattern's, with an EQL its extensions.
 */
struct url_set {
	struct url_pattern *pattern; /* owned */
	int npattern;
	struct host_pattern *host; /* owned; NULL: the patterns' own */
	int nhost;
	char (*ext)[16]; /* owned; ".gif"; NULL: no EQL */
	int next;
};

/* -1 and err: more than one '*' in the path or domain, no leading '/'. */
int url_compile(const char *text, bool case_sensitive, struct url_pattern *u,
		struct err *err);
/* "www.a.com", "*.a.com", with ":port" or without. */
int host_compile(const char *text, struct host_pattern *h, struct err *err);
void url_set_fini(struct url_set *s);

/* host is as the request has it: port and final dots are left out here. */
bool host_match(const struct host_pattern *p, const char *host, size_t len);
bool path_match(const struct url_pattern *u, const char *path, size_t len);
/* Has the path one of the set's extensions?  true without an EQL. */
bool ext_match(const struct url_set *s, const char *path, size_t len);

enum url_fit { URL_FITS, URL_OTHER_HOST, URL_OTHER_PATH };
/* The whole test, by walking: for operators and tests. */
enum url_fit url_set_test(const struct url_set *s, const char *buf,
			  const struct http_head *h);

/* How specific: exact domain, longer domain; exact path, longer path. */
unsigned host_rank(const struct host_pattern *h);	       /* 0 to 1023 */
unsigned path_rank(const struct url_pattern *u, bool has_eql); /* to 4095 */

#endif

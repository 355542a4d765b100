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
struct url_pattern {
	char host[253]; /* "": any; lower case */
	int host_star;	/* place of '*', -1: none */
	bool host_port; /* the pattern names a port, so Host's is compared */
	char path[253]; /* literal in front of '*', or all of it */
	char ext[253];	/* literal behind '*', with its dot; "": none */
	bool wild;	/* a '*' stands behind path */
	bool icase;	/* path; domains never care for case */
};

/* -1 and err: more than one '*' in the path or domain, no leading '/'. */
int url_compile(const char *text, bool case_sensitive, struct url_pattern *u,
		struct err *err);
/* head is the buffer that r's offsets count in. */
bool url_match(const struct url_pattern *u, const char *head,
	       const struct http_request *r);
/* How specific: exact domain, longer domain, exact path, longer path.  The
 * address of a rule ranks between domain and path: has_vip. */
uint64_t url_rank(const struct url_pattern *u, bool has_vip);

#endif

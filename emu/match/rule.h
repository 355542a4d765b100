#ifndef CSS_EMU_MATCH_RULE_H
#define CSS_EMU_MATCH_RULE_H

#include <netinet/in.h>
#include <stdint.h>

#include "emu/net/http.h"
#include "emu/net/key.h"

struct url_pattern;

/*
 * Which rule a flow falls under.  A table is built once and never changes; a
 * look-up is a few probes of a hash, whatever the number of rules.
 */
struct match_rule {
	struct in_addr vip;	       /* INADDR_ANY: every address */
	uint16_t vip_range;	       /* addresses from vip on, at least 1 */
	uint16_t port;		       /* host order, 0: every port */
	uint8_t proto;		       /* 0: every protocol */
	const struct url_pattern *url; /* NULL: layer 3/4; outlives the table */
};

/* The request behind a layer 5 decision; head NULL: it was no request. */
struct match_request {
	const char *head;
	struct http_request http;
};

enum match_result {
	MATCH_NONE,
	MATCH_RULE,	    /* *which: index into the rules given */
	MATCH_NEED_REQUEST, /* the most specific rules look at the request */
};

struct match_table;
struct match_table *match_new(const struct match_rule *rules, int n);
void match_free(struct match_table *t);
/*
 * req NULL: nothing is known of the request yet.  Otherwise the best layer 5
 * rule that fits, else the most specific one of layer 3/4.
 */
enum match_result match_find(const struct match_table *t,
			     const struct flow_key *key,
			     const struct match_request *req, int *which);

#endif

#ifndef CSS_EMU_MATCH_RULE_H
#define CSS_EMU_MATCH_RULE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/net/key.h"
#include "emu/net/request.h"

struct hf_group;
struct url_set;

/*
 * Which rule a flow falls under (content.md 2.5).  A table is built once and
 * never changes; a look-up is a few probes of hashes, whatever the number of
 * rules.
 */
struct match_rule {
	struct in_addr vip; /* INADDR_ANY: every address */
	uint16_t vip_range; /* addresses from vip on, at least 1 */
	uint16_t port;	    /* host order, 0: every port */
	uint8_t proto;	    /* 0: every protocol */
	/* Layer 5, each outlives the table.  A rule with layer5 and neither of
	 * them waits for a request of its kind and takes each one. */
	bool layer5;
	enum request_kind wants;    /* the only kind it fits */
	const struct url_set *url;  /* NULL: every url */
	const struct hf_group *hfg; /* header-field-rule; NULL: none */
	uint16_t hfg_weight;
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
			     const struct request *req, int *which);

/* The kinds of request that rules of this address look for: bits 1 << kind. */
unsigned match_wants(const struct match_table *t, const struct flow_key *key);

/* Why a rule was not the one. */
enum match_lost {
	LOST_NOT,     /* it is the one */
	LOST_HOST,    /* the request is for another domain */
	LOST_PATH,    /* the path, extension or list does not fit */
	LOST_HEADER,  /* the header-field-group does not fit */
	LOST_METHOD,  /* a method that rules do not parse */
	LOST_KIND,    /* no request of the rule's kind */
	LOST_RANK,    /* it fits, but a more specific rule does too */
	LOST_WAITING, /* a layer 5 rule is asked first */
	LOST_NUM,
};
const char *match_lost_name(enum match_lost l);
/*
 * Every rule whose address, port and protocol fit the key, most specific first,
 * by the same tests as match_find.  For operators: it walks.
 */
void match_explain(const struct match_table *t, const struct flow_key *key,
		   const struct request *req,
		   void (*tell)(void *arg, int rule, enum match_lost why),
		   void *arg);

#endif

#ifndef CSS_EMU_CONF_QUALIFIER_H
#define CSS_EMU_CONF_QUALIFIER_H

#include "emu/conf/conf.h"

/*
 * Qualifier lists (content.md 6.2 to 6.5): networks for access lists; file
 * extensions, domains and URLs for content rules.  A list that a rule or an
 * access list names cannot be deleted.
 */
#define QUALIFIER_MAX  512 /* lists of a kind */
#define NQL_NET_MAX    100
#define NQL_PREFIX_MIN 8
#define EQL_EXT_LEN    7
#define EQL_EXT_MAX    1024 /* own bound */
#define DQL_INDEX_MAX  10000
#define DQL_DOMAIN_LEN 63
#define URQL_URL_MAX   1000
#define URQL_URL_LEN   251

/* What the four kinds have in common; the first member of each. */
struct qualifier {
	TAILQ_ENTRY(qualifier) link;
	enum qualifier_kind kind;
	char name[NAME_LEN + 1];
	char description[64];
};

struct nql_net {
	struct in_addr addr; /* host bits as typed */
	uint8_t prefix_len;  /* NQL_PREFIX_MIN..32 */
	bool log;
	char description[64];
};
struct nql {
	struct qualifier q;
	struct nql_net *net; /* owned, ascending address, then prefix length */
	size_t nnet;
};

struct eql_ext {
	char ext[EQL_EXT_LEN + 1]; /* without the dot */
	char description[65];
};
struct eql {
	struct qualifier q;
	struct eql_ext *ext; /* owned, ASCII order */
	size_t next;
};

struct dql_domain {
	uint16_t index; /* 1..DQL_INDEX_MAX */
	char domain[DQL_DOMAIN_LEN +
		    1]; /* may have a wildcard, content.md 2.4 */
	char description[64];
	uint32_t hash; /* of the domain, which dql_add_domain() sets */
};
struct dql {
	struct qualifier q;
	struct dql_domain *domain; /* owned, ascending index */
	size_t ndomain;
};

struct urql_url {
	uint16_t number;	    /* 1..URQL_URL_MAX */
	char url[URQL_URL_LEN + 1]; /* "": not given yet */
	char description[65];
};
/* Changed only while suspended; rules name it only while active. */
struct urql {
	struct qualifier q;
	bool active;
	struct in_addr addr;  /* INADDR_ANY: none */
	char domain[64];      /* "": none */
	struct urql_url *url; /* owned, ascending number */
	size_t nurl;
};

const char *qualifier_word(enum qualifier_kind k); /* "nql" */
struct qualifier *qualifier_find(const struct conf *c, enum qualifier_kind k,
				 const char *name);
struct qualifier *qualifier_add(struct conf *c, enum qualifier_kind k,
				const char *name, struct err *err);
int qualifier_del(struct conf *c, enum qualifier_kind k, const char *name,
		  struct err *err);
struct nql *nql_find(const struct conf *c, const char *name);
struct eql *eql_find(const struct conf *c, const char *name);
struct dql *dql_find(const struct conf *c, const char *name);
struct urql *urql_find(const struct conf *c, const char *name);

/*
 * Entries.  The same entry again changes nothing; one that differs in what is
 * said of it is refused: it is taken out and put in again.
 */
int nql_add_net(struct conf *c, struct nql *l, const struct nql_net *n,
		struct err *err);
int nql_del_net(struct conf *c, struct nql *l, struct in_addr a,
		uint8_t prefix_len, struct err *err);
int eql_add_ext(struct conf *c, struct eql *l, const struct eql_ext *e,
		struct err *err);
int eql_del_ext(struct conf *c, struct eql *l, const char *ext,
		struct err *err);
int dql_add_domain(struct conf *c, struct dql *l, const struct dql_domain *d,
		   struct err *err);
/* by the domain or by its index */
int dql_del_domain(struct conf *c, struct dql *l, const char *which,
		   struct err *err);

int urql_may_edit(const struct urql *l, struct err *err);
const struct urql_url *urql_url_find(const struct urql *l, unsigned number);
/* NULL leaves a part as it is; an entry that is not there is made. */
int urql_set_url(struct conf *c, struct urql *l, unsigned number,
		 const char *url, const char *description, struct err *err);
int urql_del_url(struct conf *c, struct urql *l, unsigned number,
		 struct err *err);
int urql_set_addr(struct conf *c, struct urql *l, struct in_addr a,
		  struct err *err);
int urql_set_domain(struct conf *c, struct urql *l, const char *domain,
		    struct err *err);
int urql_activate(struct conf *c, struct urql *l, struct err *err);
/* Refused while an active rule names it. */
int urql_suspend(struct conf *c, struct urql *l, struct err *err);

#endif

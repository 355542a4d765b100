#ifndef CSS_EMU_CONF_ACL_H
#define CSS_EMU_CONF_ACL_H

#include "emu/conf/conf.h"

/*
 * Access control lists (Security Configuration Guide, "Access Control Lists";
 * content.md 6.1).  A list has numbered clauses; of those in force on a circuit
 * the lowest that fits a packet decides, and behind the last one an unwritten
 * clause 255 denies everything.  A circuit has one list at most, a list may be
 * on many circuits.  While lists are enabled, a circuit without one denies
 * everything; while they are disabled, nobody looks at them.
 */
#define ACL_MAX		    99
#define ACL_CLAUSE_MAX	    254
#define ACL_DESTINATION_LEN (2 * NAME_LEN + 1) /* OWNER/RULE */
#define ACL_ANY		    (-1)	       /* of proto and icmp_type */
#define ACL_PREFER_MAX	    2

enum acl_action { ACL_BYPASS, ACL_DENY, ACL_PERMIT, ACL_ACTION_NUM };

enum acl_port_op {
	ACL_PORT_ANY,
	ACL_PORT_EQ,
	ACL_PORT_GT,
	ACL_PORT_LT,
	ACL_PORT_NEQ,
	ACL_PORT_RANGE, /* lo to hi, both of them too */
	ACL_PORT_OP_NUM,
};

struct acl_ports {
	enum acl_port_op op;
	uint16_t lo, hi; /* hi: of a range */
};

enum acl_host_kind {
	ACL_HOST_ANY,
	ACL_HOST_NET, /* addr/prefix_len; 32: one host */
	ACL_HOST_NQL, /* name: a network list */
	ACL_HOST_RULE, /* name: OWNER/RULE, what its VIP takes; destination only */
	ACL_HOST_NUM,
};

/* One end of what a clause is about. */
struct acl_host {
	enum acl_host_kind kind;
	struct in_addr addr;
	uint8_t prefix_len;
	char name[ACL_DESTINATION_LEN + 1];
	struct acl_ports ports;
};

struct acl_clause {
	uint8_t number; /* 1..ACL_CLAUSE_MAX */
	enum acl_action action;
	int16_t proto;	   /* IP protocol, ACL_ANY */
	int16_t icmp_type; /* ACL_ANY */
	struct acl_host src, dst;
	char group[NAME_LEN + 1]; /* sourcegroup; "": none */
	char prefer[ACL_PREFER_MAX][NAME_LEN + 1];
	int nprefer;
	bool log;
	uint32_t made; /* the list's nmade when it was added */
};

struct acl {
	TAILQ_ENTRY(acl) link;
	uint8_t index;		   /* 1..ACL_MAX */
	const struct conf *conf;   /* the one it is in */
	struct acl_clause *clause; /* owned, ascending number */
	size_t nclause;
	uint32_t nmade; /* clauses that were ever added */
};

const char *acl_action_name(enum acl_action a);
const char *acl_port_op_name(enum acl_port_op op); /* "" for any */
/* "tcp", "any", or the number */
const char *acl_proto_name(int proto, char *buf, size_t cap);
bool acl_proto_parse(const char *text, int16_t *proto);
/* ftp, www, 8080 ...; 0 to 65535 */
bool acl_port_parse(const char *text, uint16_t *port);
extern const char *const acl_proto_names[]; /* both end in NULL */
extern const char *const acl_port_names[];

struct acl *acl_find(const struct conf *c, unsigned index);
struct acl *acl_add(struct conf *c, unsigned index, struct err *err);
/* Refused while it is on a circuit. */
int acl_del(struct conf *c, unsigned index, struct err *err);

struct acl_clause *acl_clause_find(const struct acl *l, unsigned number);
/*
 * Adds a clause; what it names must exist.  The same clause again changes
 * nothing, another one of that number is refused: clauses cannot be edited.
 */
int acl_clause_add(struct conf *c, struct acl *l, const struct acl_clause *k,
		   struct err *err);
/* Refused while lists are enabled and this one is in use, and for the last
 * clause of a list in use. */
int acl_clause_del(struct conf *c, struct acl *l, unsigned number,
		   struct err *err);
int acl_clause_log(struct conf *c, struct acl *l, unsigned number, bool log,
		   struct err *err);

/* Puts all present clauses in force there; refused when there are none. */
int acl_apply(struct conf *c, const struct acl *l, struct acl_place *p,
	      struct err *err);
/* On every circuit that has no other list. */
int acl_apply_all(struct conf *c, const struct acl *l, struct err *err);
int acl_remove(struct conf *c, const struct acl *l, struct acl_place *p,
	       struct err *err);
void acl_remove_all(struct conf *c, const struct acl *l);
bool acl_is_applied(const struct conf *c, const struct acl *l);
/* Is the clause looked at there, or does it wait for the next `apply`? */
bool acl_clause_in_force(const struct acl_place *p, const struct acl_clause *k);
/* All clauses of all lists in use come in force, as when lists are enabled. */
void acl_enforce(struct conf *c);

/* The list and clause that name such an object, for T_IN_USE; false: none.
 * name: of a rule OWNER/RULE, or OWNER/ for all of an owner's. */
enum acl_ref { ACL_REF_NQL, ACL_REF_RULE, ACL_REF_GROUP, ACL_REF_SERVICE };
int acl_check_unused(const struct conf *c, enum acl_ref kind, const char *name,
		     struct err *err);

#endif

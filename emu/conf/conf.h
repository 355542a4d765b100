#ifndef CSS_EMU_CONF_CONF_H
#define CSS_EMU_CONF_CONF_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

/*
 * What the operator wrote.  Plain data and checked setters: a setter checks
 * everything first, changes nothing when it fails (-1 and err), and bumps
 * conf->generation when it changed something.  Only the control thread touches
 * configuration, so it has no locks; traffic reads a policy compiled from it.
 *
 * Lists are kept in ASCII order of name (the order of running-config); content
 * rules hang from their owner.  Indexes (service, rule, group) are stable for
 * an object's life, start at 1, and are what flows and counters refer to: the
 * index of a deleted object comes back as late as can be, since its flows may
 * live on and what was counted is not the next one's.
 */
struct conf;
struct err;
struct aaa;
struct access;
struct logging;
struct acl;
struct circuit;
struct content;
struct group;
struct iface;
struct owner;
struct probe;
struct service;
struct ssllist;
struct global;

#define NAME_LEN    31 /* owners, rules, services, groups, keepalives, lists */
#define HFGROUP_NAME_LEN 32
#define SERVICE_MAX 2048 /* content.md 0 */
#define CONTENT_MAX 5000
#define GROUP_MAX   255
#define OWNER_MAX   255
#define SSLLIST_MAX 256 /* guess: the manuals bound entries, not lists */

/* flow-timeout-multiplier of a rule or group, in units of 16 s, 0 never; unset:
 * the port's own time */
#define FLOW_TIMEOUT_UNSET	UINT32_MAX
#define FLOW_TIMEOUT_UNSET_TEXT "4294967295"

TAILQ_HEAD(service_list, service);
TAILQ_HEAD(owner_list, owner);
TAILQ_HEAD(content_list, content);
TAILQ_HEAD(group_list, group);
TAILQ_HEAD(circuit_list, circuit);
TAILQ_HEAD(iface_list, iface);
TAILQ_HEAD(probe_list, probe);
TAILQ_HEAD(ssllist_list, ssllist);
TAILQ_HEAD(acl_list, acl);
TAILQ_HEAD(qualifier_list, qualifier);
TAILQ_HEAD(hfgroup_list, hfgroup);
TAILQ_HEAD(reporter_list, reporter);
TAILQ_HEAD(rmon_list, rmon);

/* In running-config order. */
enum qualifier_kind {
	QUALIFIER_EQL, /* file extensions */
	QUALIFIER_DQL, /* domains */
	QUALIFIER_NQL, /* networks */
	QUALIFIER_URQL, /* URLs */
	QUALIFIER_KIND_NUM,
};

/* What an access list is put on: a circuit, or the DNS queries of the switch. */
struct acl_place {
	uint8_t index; /* 0: no list */
	uint32_t made; /* clauses that were added later are not in force here */
};

/*
 * Questions that configuration must ask of what it does not know (the chassis,
 * the SSL store).  A NULL hook means "no objection".
 */
struct conf_hooks {
	void *arg;
	/* every check of ssl.md 2.6 that needs files: 0, or -1 and err */
	int (*ssllist_check)(void *arg, const struct ssllist *l,
			     struct err *err);
	/* may this association be made (ssl.md 1.5)?  Whether an active list
	 * still needs the one that goes is checked before. */
	int (*associate_check)(void *arg, const char *kind, const char *name,
			       const char *file, struct err *err);
	bool (*slot_has_ssl)(void *arg, unsigned slot);
	bool (*port_exists)(void *arg, unsigned slot, unsigned port);
	/* does this switch answer on the address?  Not on one that it shares
	 * with a peer, while it is not master of it. */
	bool (*serves)(void *arg, struct in_addr vip);
	/* the scratch switch of `replay`: missing files are warnings */
	bool replaying;
};

enum rmon_kind { RMON_ALARM, RMON_EVENT, RMON_HISTORY, RMON_KIND_NUM };

struct conf {
	struct global *global; /* owned, never NULL */
	struct access *access; /* owned, never NULL */
	struct aaa *aaa;       /* owned, never NULL */
	struct logging *logging; /* owned, never NULL */
	struct iface_list ifaces;
	struct circuit_list circuits;
	struct ssllist_list ssllists;
	struct probe_list probes; /* named keepalives */
	struct service_list services;
	struct owner_list owners;
	struct group_list groups;
	struct qualifier_list qualifiers[QUALIFIER_KIND_NUM];
	struct hfgroup_list hfgroups;
	struct reporter_list reporters;
	struct rmon_list rmons[RMON_KIND_NUM]; /* ascending index */
	struct acl_list acls; /* ascending index */
	struct acl_place acl_dns;
	struct service *service_at[SERVICE_MAX + 1]; /* by index, borrowed */
	struct content *content_at[CONTENT_MAX + 1];
	struct group *group_at[GROUP_MAX + 1];
	unsigned service_last, content_last, group_last; /* index given last */
	struct conf_hooks hooks;
	uint64_t generation; /* grows with every change */
	uint64_t saved;	     /* generation that startup-config holds */
};

struct conf *conf_new(void);
void conf_free(struct conf *c); /* wipes secrets */
void conf_changed(struct conf *c);
/* Back to the defaults (clear running-config); hooks stay. */
void conf_clear(struct conf *c);

/* Seconds of a clock that nobody sets; how old things are is told by it. */
time_t conf_clock(void);

/* ---- plain fields, for which no rule but the type's own limits hold ------ */
void conf_put_flag(struct conf *c, bool *field, bool v);
void conf_put_u8(struct conf *c, uint8_t *field, unsigned long v);
void conf_put_u16(struct conf *c, uint16_t *field, unsigned long v);
void conf_put_u32(struct conf *c, uint32_t *field, unsigned long v);
/* ERR_RANGE when the text does not fit or would not survive in a quoted
 * string (quote, control character). */
int conf_put_text(struct conf *c, char *field, size_t cap, const char *text,
		  struct err *err);
/* Is this a name for an object? */
int conf_check_name(const char *name, struct err *err);
int conf_check_name_max(const char *name, size_t max, struct err *err);
/* Are these `range` addresses ones that hosts can have (0.0.0.0: none)? */
int conf_check_hosts(struct in_addr first, unsigned range, struct err *err);

#endif

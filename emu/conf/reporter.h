#ifndef CSS_EMU_CONF_REPORTER_H
#define CSS_EMU_CONF_REPORTER_H

#include "emu/conf/conf.h"

/*
 * Reporters (Redundancy Configuration Guide): they watch ports, or virtual
 * routers that are to have one state, and virtual routers may depend on them
 * (ip critical-reporter).  Changed only while suspended.
 */
#define REPORTER_MAX	   128 /* own bound */
#define REPORTER_WATCH_MAX 128 /* own bound: ports or routers of one */

enum reporter_type {
	REPORTER_NO_TYPE,
	REPORTER_PHY_ALL,      /* up while all its ports are */
	REPORTER_PHY_ANY,      /* up while one of its ports is */
	REPORTER_VRID_PEERING, /* up while all its routers are master */
	REPORTER_TYPE_NUM,
};

struct reporter_phy {
	unsigned slot, port;
	char name[NAME_LEN + 1]; /* "2/1" */
};

struct reporter_vrid {	     /* a virtual router */
	struct in_addr addr; /* of its IP interface */
	uint8_t vrid;
};

struct reporter {
	TAILQ_ENTRY(reporter) link;
	char name[NAME_LEN + 1];
	bool active;
	enum reporter_type type;
	struct reporter_phy *phy; /* owned, by slot and port */
	size_t nphy;
	struct reporter_vrid *vrid; /* owned, order of entry */
	size_t nvrid;
};

const char *reporter_type_name(enum reporter_type t); /* as typed; "" none */
struct reporter *reporter_find(const struct conf *c, const char *name);
struct reporter *reporter_add(struct conf *c, const char *name,
			      struct err *err);
/* Refused while a virtual router depends on it. */
int reporter_del(struct conf *c, const char *name, struct err *err);
/* Refused when it watches what the type has no use for. */
int reporter_set_type(struct conf *c, struct reporter *r, enum reporter_type t,
		      struct err *err);
int reporter_add_phy(struct conf *c, struct reporter *r, const char *port,
		     struct err *err);
int reporter_del_phy(struct conf *c, struct reporter *r, const char *port,
		     struct err *err);
int reporter_add_vrid(struct conf *c, struct reporter *r, struct in_addr addr,
		      uint8_t vrid, struct err *err);
int reporter_del_vrid(struct conf *c, struct reporter *r, struct in_addr addr,
		      uint8_t vrid, struct err *err);
int reporter_activate(struct conf *c, struct reporter *r, struct err *err);
int reporter_suspend(struct conf *c, struct reporter *r, struct err *err);

#endif

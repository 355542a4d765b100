#ifndef CSS_EMU_CONF_PROBE_H
#define CSS_EMU_CONF_PROBE_H

#include "emu/conf/conf.h"
#include "emu/conf/setting.h"

/* What is probed and how: a service's own keepalive or a named one
 * (content.md 4.2). */
enum probe_type {
	PROBE_ICMP, /* the default */
	PROBE_NONE,
	PROBE_TCP,
	PROBE_HTTP,
	PROBE_FTP,
	PROBE_SSL,
	PROBE_SCRIPT,
	PROBE_NAMED, /* services only */
	PROBE_TYPE_NUM,
};

struct probe_spec {
	enum probe_type type;
	uint16_t frequency_s;	/* 2..255, default 5 */
	uint8_t maxfailure;	/* 1..10, default 3 */
	uint16_t retryperiod_s; /* 2..255, default 5 */
	uint16_t port;		/* 0: by service or type */
	bool method_get;	/* default HEAD */
	bool non_persistent;	/* http only */
	bool close_fin;		/* tcp-close fin; default rst */
	bool encrypt;
	uint16_t http_rspcode; /* 100..999, default 200 */
	char uri[65];	       /* "": "/" */
	char hash[33];
	char arg[NAME_LEN + 1]; /* record, script or named keepalive */
	char script_args[129];
	bool use_output;
};

struct probe { /* a named keepalive */
	TAILQ_ENTRY(probe) link;
	char name[NAME_LEN + 1];
	char description[65];
	bool logging;
	bool active;
	struct in_addr addr;
	struct probe_spec spec;
	struct settings kept; /* what only has a value */
};

void probe_spec_init(struct probe_spec *p);	/* the defaults */
const char *probe_type_name(enum probe_type t); /* as typed: "tcp" */

/* Is it a path without a host? */
int probe_check_uri(const char *uri, struct err *err);

struct probe *probe_find(const struct conf *c, const char *name);
struct probe *probe_add(struct conf *c, const char *name, struct err *err);
int probe_del(struct conf *c, const char *name, struct err *err);
/* What is probed and how: -1 and err when the keepalive is active. */
int probe_may_edit(const struct probe *p, struct err *err);
int probe_activate(struct conf *c, struct probe *p, struct err *err);
int probe_suspend(struct conf *c, struct probe *p, struct err *err);

#endif

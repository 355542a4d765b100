#ifndef CSS_EMU_CONF_GLOBAL_H
#define CSS_EMU_CONF_GLOBAL_H

#include "emu/conf/conf.h"
#include "emu/conf/crl.h"
#include "emu/conf/flowconf.h"
#include "emu/conf/route.h"
#include "emu/conf/sched.h"
#include "emu/conf/setting.h"
#include "emu/conf/snmp.h"
#include "emu/io/sntp.h"

struct host { /* host NAME IP */
	TAILQ_ENTRY(host) link;
	char name[65];
	struct in_addr addr;
};
struct ftp_record { /* serves FTP and SFTP */
	TAILQ_ENTRY(ftp_record) link;
	char name[17];
	char host[65]; /* address or name */
	char user[33];
	char despw
		[161]; /* as running-config prints it; sslmod/seal.h reads it */
	char dir[65];
};
struct association { /* ssl associate KIND NAME FILE */
	TAILQ_ENTRY(association) link;
	char kind[8]; /* cert rsakey dsakey dhparam */
	char name[NAME_LEN + 1];
	char file[NAME_LEN + 1];
};
TAILQ_HEAD(host_list, host);
TAILQ_HEAD(ftp_record_list, ftp_record);
TAILQ_HEAD(association_list, association);

struct global {
	struct host_list hosts;
	struct route_list routes;
	struct ftp_record_list ftp_records;
	struct association_list associations;
	char dns_primary[16], dns_suffix[65];
	char dns_secondary[2][16];
	int ndns_secondary;
	bool acl_enabled;
	bool no_implicit_service;
	struct flow_conf flow;
	struct snmp_conf snmp;
	struct sched_conf sched;
	struct crl_record crl[CRL_MAX]; /* by name */
	int ncrl;
	uint16_t cert_warning_days; /* 0..365, default 30; 0: never */
	/* ip redundancy, ip redundancy master: either turns it on */
	bool redundancy, redundancy_master;
	bool european_date; /* day before month */
	struct sntp_conf sntp;
	bool dump_off; /* no core when the program dies */
	struct settings kept; /* what only has a value */
};

struct global *global_new(void);    /* the defaults */
void global_free(struct global *g); /* wipes secrets */
struct host *host_find(const struct conf *c, const char *name);
int host_set(struct conf *c, const char *name, struct in_addr a,
	     struct err *err);
bool host_is_name(const char *name);
int host_del(struct conf *c, const char *name, struct err *err);
/* a.b.c.d or the name of a `host` line; ERR_NOT_FOUND names it and the cure */
int host_resolve(const struct conf *c, const char *text, struct in_addr *a,
		 struct err *err);
struct ftp_record *ftp_record_find(const struct conf *c, const char *name);
int ftp_record_set(struct conf *c, const struct ftp_record *r, struct err *err);
int ftp_record_del(struct conf *c, const char *name, struct err *err);
struct association *association_find(const struct conf *c, const char *kind,
				     const char *name);
/* Through hooks.associate_check, then kept. */
int association_set(struct conf *c, const char *kind, const char *name,
		    const char *file, struct err *err);
int association_del(struct conf *c, const char *kind, const char *name,
		    struct err *err);

#endif

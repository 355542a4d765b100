#ifndef CSS_EMU_CONF_CRL_H
#define CSS_EMU_CONF_CRL_H

#include <stdint.h>

#include "emu/conf/conf.h"

/* ssl crl-record: where a list of revoked certificates comes from (ssl.md 2.3) */
#define CRL_MAX	    10
#define CRL_URL_MAX 168

struct crl_record {
	char name[NAME_LEN + 1];
	char url[CRL_URL_MAX + 1]; /* http://host/path */
	char cert[NAME_LEN + 1];   /* association of the CA that signs it */
	uint16_t hours;		   /* between downloads; 0: once */
};

struct crl_record *crl_find(const struct conf *c, const char *name);
/* Adds it, or changes the one of that name. */
int crl_set(struct conf *c, const struct crl_record *r, struct err *err);
/* Not while an active SSL proxy list names it. */
int crl_del(struct conf *c, const char *name, struct err *err);

#endif

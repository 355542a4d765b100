#ifndef CSS_EMU_CONF_AAA_H
#define CSS_EMU_CONF_AAA_H

#include "emu/conf/conf.h"

/*
 * Servers that are asked about users (platform.md 4.3).  Secrets stand here as
 * running-config prints them: sealed by this disk, or a form that only other
 * hardware can read; "" none.
 */
#define AAA_SEALED_CAP 401

#define RADIUS_SERVERS	  2 /* primary, secondary */
#define RADIUS_SECRET_MAX 16
#define RADIUS_PORT	  1645

struct radius_server {
	struct in_addr addr; /* INADDR_ANY: not configured */
	char secret[AAA_SEALED_CAP];
	uint16_t port; /* default RADIUS_PORT */
};

struct radius_conf {
	struct radius_server server[RADIUS_SERVERS];
	uint8_t dead_time_s;   /* between probes of a dead server, 5; 0: none */
	uint8_t retransmit;    /* 3 */
	uint8_t timeout_s;     /* 10 */
	struct in_addr source; /* INADDR_ANY: as the way goes */
};

#define TACACS_SERVERS 3
#define TACACS_KEY_MAX 100
#define TACACS_PORT    49

struct tacacs_server {
	struct in_addr addr;
	uint16_t port;
	uint8_t timeout_s;   /* 0: the global one */
	int16_t frequency_s; /* -1: the global one; 0: no keepalive */
	bool primary;
	char key[AAA_SEALED_CAP]; /* "": the global one */
};

struct tacacs_conf {
	struct tacacs_server server[TACACS_SERVERS]; /* in order of entry */
	int nserver;
	uint8_t timeout_s;   /* 5 */
	uint8_t frequency_s; /* 5; 0: no keepalive */
	char key[AAA_SEALED_CAP];
	bool authorize_config, authorize_other;
	bool account_config, account_other;
	bool send_full_command; /* default true */
};

struct aaa {
	struct radius_conf radius;
	struct tacacs_conf tacacs;
};

struct aaa *aaa_new(void);    /* the defaults */
void aaa_free(struct aaa *a); /* wipes secrets */

/* 0 primary, 1 secondary; neither address nor secret: takes the server away. */
int radius_set(struct conf *c, unsigned at, const struct radius_server *s,
	       struct err *err);

int tacacs_find(const struct conf *c, struct in_addr addr, uint16_t port);
/* A server of this address and port is changed, else it is a further one; of
 * several only the last may be primary. */
int tacacs_set(struct conf *c, const struct tacacs_server *s, struct err *err);
int tacacs_del(struct conf *c, struct in_addr addr, uint16_t port,
	       struct err *err);
/* The order in which they are asked: the primary first. */
int tacacs_order(const struct tacacs_conf *t, int order[TACACS_SERVERS]);

#endif

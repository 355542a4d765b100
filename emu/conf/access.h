#ifndef CSS_EMU_CONF_ACCESS_H
#define CSS_EMU_CONF_ACCESS_H

#include "emu/conf/conf.h"

/*
 * Who may come in, by which way, and what they may touch (Administration Guide,
 * "Managing Access"; platform.md 4.1 to 4.3).
 */
#define USER_NAME_LEN 16
#define USER_MAX      30 /* 32 with administrator and technician */

/* Directories of the disk in the order of dir-access codes (platform.md 3.3) */
enum access_dir {
	DIR_SCRIPT,
	DIR_LOG,
	DIR_ROOT, /* installed software */
	DIR_ARCHIVE,
	DIR_RELEASE_ROOT, /* configurations */
	DIR_CORE,
	DIR_MIBS,
	DIR_NUM,
};
#define DIR_ACCESS_DFLT "BBBBBBB"

struct user {
	TAILQ_ENTRY(user) link;
	char name[USER_NAME_LEN + 1];
	char hash[129]; /* crypt(5) hash ("$y$..."), or the product's DES form:
			   kept and printed, but it fits no password */
	bool superuser;
	char dir_access[DIR_NUM + 1]; /* B R W N each; "": DIR_ACCESS_DFLT */
};
TAILQ_HEAD(user_list, user);

/* How a password is checked, in up to three tries (platform.md 4.3). */
enum auth_method {
	AUTH_UNSET, /* no further try: nobody else comes in */
	AUTH_LOCAL, /* the users of this switch */
	AUTH_RADIUS,
	AUTH_TACACS,
	AUTH_NONE,	 /* everybody comes in */
	AUTH_DISALLOWED, /* nobody does */
	AUTH_NUM,
};
#define AUTH_TRIES 3 /* primary, secondary, tertiary */
/* The default is local, then nothing. */
struct auth_order {
	uint8_t method[AUTH_TRIES]; /* enum auth_method */
};

/* Ways into the switch that `restrict` closes; the last four start closed. */
enum way {
	WAY_CONSOLE,
	WAY_TELNET,
	WAY_SSH,
	WAY_USER_DATABASE, /* only the administrator changes users */
	WAY_ACTING,	   /* the ways behind have no server in this program */
	WAY_FTP = WAY_ACTING,
	WAY_SNMP,
	WAY_SECURE_XML,
	WAY_UNSECURE_XML,
	WAY_WEB_MGMT,
	WAY_XML, /* older word for unsecure-xml, kept apart as it was typed */
	WAY_NUM,
};

struct access {
	struct user_list users;
	struct user technician; /* name "": there is none */
	/* Of the boot record, not of the configuration: conf_clear() leaves it
	 * alone.  Hash "": the password that every unit is delivered with. */
	struct user administrator;
	bool restricted[WAY_NUM];
	struct auth_order console, remote;
	char banner[33];	   /* script shown before log-in; "": none */
	unsigned idle_timeout_min; /* default 5; 0: never */
};

#define ADMIN_NAME     "admin" /* as delivered (platform.md 2.4) */
#define ADMIN_PASSWORD "system"

struct access *access_new(void);     /* the defaults */
void access_clear(struct access *a); /* back to them */
void access_free(struct access *a);  /* wipes secrets */

const char *auth_word(enum auth_method m); /* "local"; "": AUTH_UNSET */
/* Is nobody asked for a name and a password? */
bool auth_is_off(const struct auth_order *o);
/* The order as after `no ... authentication` */
struct auth_order auth_off(void);
void auth_put(struct conf *c, struct auth_order *o, unsigned at,
	      enum auth_method m);

bool way_dflt(enum way w);
const char *way_word(enum way w); /* "user-database" */

/* Are these seven letters of B, R, W and N? */
int dir_access_check(const char *codes, struct err *err);
/* Do the codes allow reading, or writing, in the directory?  "": the default */
bool dir_access_allows(const char *codes, enum access_dir d, bool write);
const char *dir_name(enum access_dir d); /* "Release Root" */

struct user *user_find(const struct conf *c, const char *name);
int user_set(struct conf *c, const struct user *u, struct err *err);
int user_del(struct conf *c, const char *name, struct err *err);

/* Users, then the technician, then the administrator. */
const struct user *account_find(const struct conf *c, const char *name);
/* Is it the administrator's or the technician's name? */
bool account_is_administrator(const struct conf *c, const char *name);
/* "Administrator", "Technician", "SuperUser" or "User" */
const char *account_type(const struct conf *c, const struct user *u);
/* What the password must fit: a crypt(5) hash, "" the delivered password, or
 * NULL when no password fits.  While the administrator's user line has a
 * password in the product's own form, which cannot be checked, the one of the
 * boot record is good, so that a configuration of real hardware locks nobody
 * out. */
const char *account_hash(const struct conf *c, const struct user *u);

int technician_set(struct conf *c, const char *name, const char *hash,
		   struct err *err);
void technician_clear(struct conf *c);

#endif

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

/* Ways into the switch that `restrict` closes; the last four start closed. */
enum way {
	WAY_CONSOLE,
	WAY_TELNET,
	WAY_FTP,
	WAY_SNMP,
	WAY_SSH,
	WAY_USER_DATABASE, /* only the administrator changes users */
	WAY_SECURE_XML,
	WAY_UNSECURE_XML,
	WAY_WEB_MGMT,
	WAY_XML, /* older word for unsecure-xml, kept apart as it was typed */
	WAY_NUM,
};

struct access {
	struct user_list users;
	bool restricted[WAY_NUM];
	unsigned idle_timeout_min; /* default 5; 0: never */
};

struct access *access_new(void);    /* the defaults */
void access_free(struct access *a); /* wipes secrets */

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

#endif

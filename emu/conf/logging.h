#ifndef CSS_EMU_CONF_LOGGING_H
#define CSS_EMU_CONF_LOGGING_H

#include "emu/base/log.h"
#include "emu/conf/conf.h"

/*
 * What is logged and where to (Administration Guide, "Logging"; platform.md 4.8).
 * The level of a subsystem is also that of the living log, from the moment it is
 * set; who reads the rest is whoever delivers lines (cli/logsink.h).
 */
#define LOG_DISK_DFLT	"sys.log"
#define LOG_DISK_LEN	32
#define LOG_BUFFER_MAX	64000
#define LOG_HOST_MAX	5
#define LOG_MAIL_MAX	16 /* own bound */
#define LOG_MAIL_TO_LEN 30
#define LOG_DOMAIN_LEN	64
#define LOG_LINE_MAX	16 /* own bound */
#define LOG_LINE_LEN	15

struct log_host { /* logging host */
	struct in_addr addr;
	uint8_t facility; /* local0 to local7 */
	uint8_t level;	  /* this and graver ones; default debug-7 */
};
#define LOG_FACILITY_DFLT 7

struct log_mail { /* logging sendmail */
	char to[LOG_MAIL_TO_LEN + 1];
	struct in_addr server;
	uint8_t level;			 /* this and graver ones */
	char domain[LOG_DOMAIN_LEN + 1]; /* of the sender; "": none */
};

struct logging {
	char disk[LOG_DISK_LEN + 1]; /* file of the log folder */
	bool to_disk;		     /* default true */
	uint32_t buffer;	     /* bytes that wait for the disk */
	bool commands;		     /* of users */
	uint8_t level[LOG_SUBSYS_NUM];
	struct log_host host[LOG_HOST_MAX];
	int nhost;
	struct log_mail mail[LOG_MAIL_MAX];
	int nmail;
	/* Lines of sessions that see the log.  They go with their session and
	 * are no change that is to be saved. */
	char line[LOG_LINE_MAX][LOG_LINE_LEN + 1];
	int nline;
};

struct logging *
logging_new(void); /* the defaults; sets the log's levels, too */
void logging_free(struct logging *l);

/* ERR_RANGE: not the name of a file in the log folder */
int logging_set_disk(struct conf *c, const char *name, struct err *err);
void logging_set_level(struct conf *c, enum log_subsys s, enum log_level l);
void logging_set_level_all(struct conf *c, enum log_level l);

/* Adds a host or a recipient, or changes the one there is. */
int logging_host_set(struct conf *c, const struct log_host *h, struct err *err);
int logging_host_del(struct conf *c, struct in_addr addr, struct err *err);
int logging_mail_set(struct conf *c, const struct log_mail *m, struct err *err);
int logging_mail_del(struct conf *c, const char *to, struct err *err);

int logging_line_add(struct conf *c, const char *line, struct err *err);
/* false: there was none */
bool logging_line_del(struct conf *c, const char *line);
bool logging_has_line(const struct logging *l, const char *line);

#endif

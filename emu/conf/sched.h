#ifndef CSS_EMU_CONF_SCHED_H
#define CSS_EMU_CONF_SCHED_H

#include <stdbool.h>
#include <time.h>

#include "emu/conf/conf.h"

/* cmd-sched: commands at times of day (platform.md 4.6) */
#define SCHED_MAX	32 /* records, own bound */
#define SCHED_NAME_LEN	16
#define SCHED_FIELD_LEN 40
#define SCHED_LINE_LEN	255
#define SCHED_LOG_LEN	32

enum sched_field {
	SCHED_MINUTE,
	SCHED_HOUR, /* 24 is 0 */
	SCHED_DAY,
	SCHED_MONTH,
	SCHED_WEEKDAY, /* Sunday is 1 */
	SCHED_FIELD_NUM,
};

struct sched_record {
	char name[SCHED_NAME_LEN + 1];
	/* "*", or a list of n, n-m, and both with "/step" behind */
	char field[SCHED_FIELD_NUM][SCHED_FIELD_LEN + 1];
	char line[SCHED_LINE_LEN + 1]; /* commands with ; between */
	char log[SCHED_LOG_LEN + 1];   /* file for their output; "": none */
};

struct sched_conf {
	bool on;
	struct sched_record record[SCHED_MAX]; /* in order of name */
	int n;
};

/* Adds it, or changes the one of that name; the fields are checked. */
int sched_set(struct conf *c, const struct sched_record *r, struct err *err);
int sched_del(struct conf *c, const char *name, struct err *err);
const struct sched_record *sched_find(const struct conf *c, const char *name);
void sched_switch(struct conf *c, bool on);

/* Is it due in that minute?  All five fields must have it. */
bool sched_due(const struct sched_record *r, const struct tm *local);

#endif

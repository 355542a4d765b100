#ifndef CSS_EMU_CONF_RMON_H
#define CSS_EMU_CONF_RMON_H

#include "emu/conf/conf.h"

/*
 * Remote monitoring (RFC 1757; Administration Guide, "Configuring RMON"): alarms
 * sample a counter and raise events when it crosses a threshold, histories keep
 * the counters of a port interval by interval.  Changed only while suspended.
 */
#define RMON_MAX	 1024 /* own bound, of each kind */
#define RMON_OBJECT_LEN	 127
#define RMON_EVENT_MAX	 65534
#define RMON_HISTORY_MAX 65535

enum rmon_startup {
	RMON_RISING_AND_FALLING,
	RMON_RISING,
	RMON_FALLING,
	RMON_STARTUP_NUM,
};
enum rmon_event_type {
	RMON_LOG,
	RMON_LOG_AND_TRAP,
	RMON_NONE,
	RMON_TRAP,
	RMON_EVENT_TYPE_NUM,
};

/* Names of the values, as typed; NULL behind the last. */
extern const char *const rmon_sample_names[]; /* absolute, delta */
extern const char *const rmon_startup_names[];
extern const char *const rmon_event_type_names[];

/* What the three kinds have in common; the first member of each. */
struct rmon {
	TAILQ_ENTRY(rmon) link;
	enum rmon_kind kind;
	unsigned index; /* from 1 */
	bool active;
	/* conf->generation when it became active: never the same again */
	uint64_t activated;
};

struct rmon_alarm {
	struct rmon r;
	char variable[RMON_OBJECT_LEN + 1];   /* MIB object, "": none yet */
	uint16_t interval_s;		      /* default 300 */
	uint8_t sample;			      /* 0 absolute, 1 delta */
	uint8_t startup;		      /* enum rmon_startup */
	uint32_t rising, falling;	      /* thresholds */
	uint16_t rising_event, falling_event; /* 0: none */
	char owner[33];
};

struct rmon_event {
	struct rmon r;
	uint8_t type;	     /* enum rmon_event_type */
	char community[128]; /* default "public" */
	char description[127], owner[127];
};

struct rmon_history {
	struct rmon r;
	time_t since;	       /* conf_clock() of the activation */
	uint32_t port_ifindex; /* data-source; 0: none yet */
	uint16_t interval_s;   /* default 1800 */
	uint16_t buckets;      /* default 50 */
	char owner[127];
};

const char *rmon_word(enum rmon_kind k); /* "rmon-alarm" */
struct rmon *rmon_find(const struct conf *c, enum rmon_kind k, unsigned index);
struct rmon *rmon_add(struct conf *c, enum rmon_kind k, unsigned index,
		      struct err *err);
int rmon_del(struct conf *c, enum rmon_kind k, unsigned index, struct err *err);
struct rmon_alarm *rmon_alarm_find(const struct conf *c, unsigned index);
struct rmon_event *rmon_event_find(const struct conf *c, unsigned index);
struct rmon_history *rmon_history_find(const struct conf *c, unsigned index);

int rmon_may_edit(const struct rmon *r, struct err *err);
/* An alarm needs its variable, a history its data source. */
int rmon_activate(struct conf *c, struct rmon *r, struct err *err);
int rmon_suspend(struct conf *c, struct rmon *r, struct err *err);

#endif

#ifndef CSS_EMU_KEEPALIVE_KEEPALIVE_H
#define CSS_EMU_KEEPALIVE_KEEPALIVE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct err;
struct hostmap;
struct loop;
struct out;
struct probe_spec;
struct service;

/* content.md 1.3; values are the MIB's */
enum service_state {
	SERVICE_SUSPENDED = 1,
	SERVICE_DOWN = 2,
	SERVICE_ALIVE = 4,
	SERVICE_DYING = 5,
};
const char *service_state_name(enum service_state s); /* "Alive" */

/* ---- a kind of probe: one file each --------------------------------------- */
enum ka_result { KA_PENDING, KA_UP, KA_DOWN };

struct ka_probe; /* one probe under way: sockets, deadline, result */

struct ka_ops {
	const char *name;  /* as typed after "keepalive type" */
	size_t state_size; /* memory of one probe, zeroed before start() */
	size_t kept_size;  /* from one to the next, zeroed before the first */
	/* start a probe; KA_PENDING: ready() is called on readiness */
	enum ka_result (*start)(struct ka_probe *p, uint64_t now_ms);
	enum ka_result (*ready)(struct ka_probe *p, uint32_t events,
				uint64_t now_ms);
	void (*stop)(struct ka_probe *p); /* free what start took */
	/* Readiness of a connection that stop() has left open: NULL when it
	 * leaves none.  leave() comes behind the last probe. */
	void (*idle)(struct ka_probe *p, uint32_t events);
	void (*leave)(struct ka_probe *p);
};

/* ---- the state of every service -------------------------------------------- */
/*
 * Follows the configuration: monitor_sync() starts, restarts and stops probes
 * after a change.  changed() is called for each change of a service's state
 * (suspended to down included), on the loop's thread.
 */
struct monitor;

/* A script that is to be played as a probe. */
struct script_probe {
	const char *name, *args;
	bool use_output;
};
/* Status 0: the server is there; else text tells why not. */
typedef void (*script_done_fn)(void *owner, int status, const char *text,
			       uint64_t now_ms);

struct monitor_hooks {
	void *arg;
	/* Plays a script (type script); done() is called when it is over, never
	 * inside of script_start(), and not behind script_stop().  NULL and err:
	 * it cannot begin. */
	void *(*script_start)(void *arg, const struct script_probe *what,
			      script_done_fn done, void *owner,
			      struct err *err);
	void (*script_stop)(void *arg, void *run);
	void (*changed)(void *arg, unsigned service_index,
			enum service_state from, enum service_state to);
	/* is the module that an ssl-accel or ssl-init service needs there and
	 * loaded? without it the service is Down whatever its probe says */
	bool (*module_ready)(void *arg, const struct service *s);
	/* The password of an ftp-record in clear; false: another unit sealed
	 * it. */
	bool (*secret_open)(void *arg, const char *sealed, char *clear,
			    size_t cap);
};

struct monitor *monitor_new(struct loop *l, const struct hostmap *m,
			    const struct conf *conf,
			    const struct monitor_hooks *hooks);
void monitor_free(struct monitor *m);
void monitor_sync(struct monitor *m);

struct monitor_info {
	enum service_state state;
	unsigned transitions; /* entries to Alive or Down */
	unsigned failures;    /* in a row */
	uint64_t probes, probe_failures;
	uint64_t last_change_ms;
	char detail[96]; /* why the last probe failed, "" when it did not */
	uint64_t took_ms; /* the last probe, from its start to its result */
	char hash[33];	  /* of the page that a GET has learned; "": none */
	unsigned leader; /* service whose probe is this one's, too; 0: its own */
};
void monitor_info(const struct monitor *m, unsigned service_index,
		  struct monitor_info *info);
/* "ICMP", "TCP-80", "HTTP-80:HEAD:/uri", "SSL-443", "NONE" (content.md 1.6) */
void monitor_probe_text(const struct conf *conf, const struct service *s,
			char *text, size_t cap);
/* address and port that a service's probe goes to */
void monitor_probe_target(const struct conf *conf, const struct service *s,
			  struct in_addr *addr, uint16_t *port);
void monitor_zero_transitions(struct monitor *m, unsigned service_index);

#endif

#ifndef CSS_CLI_ENV_H
#define CSS_CLI_ENV_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct bootrec;
struct box;
struct chassis;
struct conf;
struct disk;
struct fetch;
struct err;
struct hostmap;
struct jobs;
struct links;
struct sntp;
struct usage;
struct logsink;
struct loop;
struct monitor;
struct out;
struct outside;
struct plane;
struct policy;
struct shared;
struct radius_client;
struct software;
struct sessions;
struct ssh_server;
struct sockets;
struct store;
struct tacacs_client;
struct reporters;
struct sampler;
struct secrets;
struct tallies;
struct vrouters;
struct wire;

#define CSS_VERSION_IMAGE "sg0820501"  /* Active version line */
#define CSS_VERSION_DOTS  "08.20.5.01" /* show version */

/*
 * What commands act on.  Built by emu/boot.c, one per switch; every pointer is
 * borrowed and lives as long as the switch.  plane, monitor, sessions, radius,
 * reporters, vrouters, sampler, box and tallies are NULL in `replay`: a show
 * command must cope.
 */
struct env {
	struct conf *conf;
	struct chassis *chassis;
	struct disk *disk;
	struct store *store;
	struct outside *outside; /* fetched for SSL modules */
	struct fetch *fetch;	 /* NULL: nothing is fetched */
	struct hostmap *map;
	struct loop *loop;
	struct jobs *jobs;
	struct monitor *monitor;
	struct plane *plane;
	/* Both NULL: without a plane, `lab trace` makes them for each question. */
	const struct policy *trace_policy;
	struct shared *trace_shared;
	struct sessions *sessions;
	struct ssh_server *sshd; /* NULL: off */
	struct radius_client *radius;
	struct tacacs_client *tacacs;
	struct reporters *reporters;
	struct vrouters *vrouters;
	struct box *box;
	struct sampler *sampler;
	struct links *links; /* NULL: no port has changed */
	struct wire *wire;   /* NULL: on the host attachment, and in `replay` */
	struct secrets *secrets; /* of TLS connections; NULL: in `replay` */
	struct sntp *sntp;
	struct usage *usage;
	struct logsink *log; /* NULL: lines go nowhere */
	struct tallies *tallies;
	struct bootrec *bootrec;	 /* in force at the next start */
	const struct software *software; /* that runs; NULL: the built-in */
	struct sockets *sockets; /* of scripts; NULL: none can be opened */
	uint64_t boot_ms;	    /* loop time at power-on */
	time_t boot_time;	    /* wall clock at power-on */
	const char *startup_file;   /* --startup, NULL: the disk's own */
	struct out *startup_errors; /* what show startup-errors prints */
	void *arg;
	/* After every command line: makes traffic and keepalives follow when the
	 * configuration has changed; says in warn what could not be done. */
	void (*apply)(void *arg, struct out *warn);
	/* reboot or shutdown from boot mode */
	void (*stop)(void *arg, bool reboot);
	/* card moves of the `lab` group: insert/remove, then all that follows */
	int (*card_insert)(void *arg, unsigned slot, const char *part,
			   struct err *err);
	int (*card_remove)(void *arg, unsigned slot, struct err *err);
};

#endif

#ifndef CSS_EMU_KEEPALIVE_KA_H
#define CSS_EMU_KEEPALIVE_KA_H

#include "emu/conf/probe.h"
#include "emu/io/loop.h"
#include "emu/keepalive/keepalive.h"

/*
 * What a kind of probe sees.  The monitor fills it, calls the kind's functions,
 * keeps the deadline, and calls stop() once after each start(), whatever the
 * outcome was.
 */
struct ka_icmp_port; /* the one ICMP socket of all probes */
struct ka_scripts;   /* the scripts under way, and those that wait */

struct ka_probe {
	struct loop *loop;	   /* borrowed */
	const struct hostmap *map; /* borrowed */
	struct ka_icmp_port *icmp; /* borrowed */
	struct ka_scripts *scripts; /* borrowed */
	unsigned index;		   /* of the service: unique among probes */
	struct in_addr addr;
	uint16_t port; /* host order */
	struct probe_spec spec;
	void *state; /* state_size bytes, zeroed before start() */
	struct watch watch;
	bool watching;
	char detail[96]; /* why it failed */
	/* for an answer that comes by another way than the probe's own watch;
	 * the probe may be gone afterwards */
	void (*finish)(struct ka_probe *p, enum ka_result result,
		       uint64_t now_ms);
	/* A probe that start() put into a queue has begun only now. */
	bool queued;
	void (*begun)(struct ka_probe *p, uint64_t now_ms);
};

extern const struct ka_ops ka_none, ka_icmp, ka_tcp, ka_ssl, ka_http,
	ka_script;

/* Fills detail; returns KA_DOWN. */
enum ka_result ka_fail(struct ka_probe *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- a TCP connection to the target, for the kinds that need one -------- */
/* Begins to connect and waits for it: KA_PENDING or KA_DOWN. */
enum ka_result ka_connect(struct ka_probe *p);
/* Readiness while connecting: KA_UP when the connection is open. */
enum ka_result ka_connected(struct ka_probe *p);
/* Waits for other readiness. */
enum ka_result ka_wait(struct ka_probe *p, uint32_t events);
/* Sends a small message whole: KA_UP, or KA_DOWN when it did not go out. */
enum ka_result ka_send(struct ka_probe *p, const void *data, size_t len);
/* Reads behind *len, up to cap in all: KA_UP when there is something new,
 * KA_PENDING when not yet, KA_DOWN at the end of the connection. */
enum ka_result ka_recv(struct ka_probe *p, void *buf, size_t cap, size_t *len);
/* A kind that asks once and needs the first cap bytes of the answer: on each
 * readiness, asks when the connection is open and then gathers.  KA_UP when buf
 * is full; *asked and *len begin as zero. */
enum ka_result ka_ask(struct ka_probe *p, bool *asked,
		      enum ka_result (*ask)(struct ka_probe *p), void *buf,
		      size_t cap, size_t *len);
/* stop() of a kind that has nothing but its connection. */
void ka_drop(struct ka_probe *p);
/* Closes: with a RST, or gracefully when fin. */
void ka_close(struct ka_probe *p, bool fin);

/* ---- ICMP --------------------------------------------------------------- */
/* Opens no socket until the first probe. */
struct ka_icmp_port *ka_icmp_new(struct loop *l, const struct hostmap *map);
void ka_icmp_free(struct ka_icmp_port *port);

/* ---- scripts ------------------------------------------------------------ */
#define KA_SCRIPT_MAX	255 /* content.md 5.8 */
#define KA_SCRIPT_ATONCE 16 /* content.md 4.1 */
struct ka_scripts *ka_scripts_new(struct loop *l,
				  const struct monitor_hooks *hooks);
void ka_scripts_free(struct ka_scripts *s);

#endif

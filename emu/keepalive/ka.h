#ifndef CSS_EMU_KEEPALIVE_KA_H
#define CSS_EMU_KEEPALIVE_KA_H

#include <sys/types.h>

#include "emu/conf/probe.h"
#include "emu/io/loop.h"
#include "emu/keepalive/ka_target.h"
#include "emu/keepalive/keepalive.h"

struct ka_icmp_port; /* the one ICMP socket of all probes */
struct ka_tls;	     /* TLS on a probe's connection */
struct ka_tls_conf;  /* what all of them share */

/*
 * What a kind of probe sees.  The monitor fills it, calls the kind's functions,
 * keeps the deadline, and calls stop() once after each start(), whatever the
 * outcome was.
 */
struct ka_probe {
	struct loop *loop;		   /* borrowed */
	const struct hostmap *map;	   /* borrowed */
	struct ka_icmp_port *icmp;	   /* borrowed */
	struct ka_tls_conf *tls_conf;	   /* borrowed */
	const struct monitor_hooks *hooks; /* borrowed */
	unsigned index;			   /* of the service: unique */
	struct in_addr addr;
	uint16_t port; /* host order */
	struct probe_spec spec;
	struct ka_login login;
	void *state; /* state_size bytes, zeroed before start() */
	void *kept;  /* kept_size bytes, zeroed before the first start() */
	struct watch watch;
	bool watching;
	struct ka_tls *tls; /* owned; NULL: the connection is plain */
	char detail[96];    /* why it failed */
	/* for an answer that comes by another way than the probe's own watch;
	 * the probe may be gone afterwards */
	void (*finish)(struct ka_probe *p, enum ka_result result,
		       uint64_t now_ms);
};

extern const struct ka_ops ka_none, ka_icmp, ka_tcp, ka_ssl, ka_http, ka_ftp,
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

/* ---- TLS on that connection (ka_tls.c) ----------------------------------- */
/*
 * Servers are asked whether they answer, not who they are: no certificate is
 * checked, and every version and suite that the library has is offered.
 */
struct ka_tls_conf *ka_tls_conf_new(void); /* makes its context when needed */
void ka_tls_conf_free(struct ka_tls_conf *c);
/* Puts TLS on the open connection; ka_send() and ka_recv() then go through it. */
enum ka_result ka_tls_begin(struct ka_probe *p);
/* KA_UP when the handshake is over; KA_PENDING has asked for readiness. */
enum ka_result ka_tls_shake(struct ka_probe *p);
void ka_tls_end(struct ka_probe *p); /* fine without */
/* As send() and recv() with errno, for ka_conn.c. */
ssize_t ka_tls_send(struct ka_tls *t, const void *data, size_t len);
ssize_t ka_tls_recv(struct ka_tls *t, void *buf, size_t cap);

/* ---- HTTP ---------------------------------------------------------------- */
/* The hash of the page that a GET has learned, 32 digits; false: none yet. */
bool ka_http_page(const struct ka_probe *p, char *hex);

/* ---- ICMP --------------------------------------------------------------- */
/* Opens no socket until the first probe. */
struct ka_icmp_port *ka_icmp_new(struct loop *l, const struct hostmap *map);
void ka_icmp_free(struct ka_icmp_port *port);

#endif

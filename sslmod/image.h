#ifndef CSS_SSLMOD_IMAGE_H
#define CSS_SSLMOD_IMAGE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct card;
struct conf;
struct err;
struct outside;
struct service;
struct store;

/*
 * What a module has downloaded for one active SSL service: its proxy lists as
 * they were when the service was activated, with certificates, keys and one TLS
 * context per entry and worker.  Immutable and reference counted; a policy
 * holds it, so old flows finish on the list they began with.
 */
struct ssl_image;
struct ssl_front; /* an ssl-server entry of an image */
struct ssl_back;  /* a backend-server entry of an image */
struct tls;

enum tls_profile { TLS_MODERN, TLS_FAITHFUL };

/* ---- control thread ------------------------------------------------------ */
/* Loads the service's lists onto the card.  Replaces what was loaded for the
 * same service.  -1 and err: the card is not an SSL module, a list that cannot
 * be loaded (entry and reason named); then nothing is loaded. */
struct ssl_source { /* where lists and what they name come from */
	const struct conf *conf;
	const struct store *store;
	struct outside *outside; /* NULL: nothing is fetched from outside */
	enum tls_profile profile;
	struct secrets *secrets; /* NULL: none are kept; as long as we run */
};
int card_ssl_download(struct card *card, const struct ssl_source *from,
		      const struct service *svc, int nworkers, struct err *err);
void card_ssl_unload(struct card *card, unsigned service_index);
/* Which activation of the service is loaded; 0: none. */
unsigned card_ssl_loaded(const struct card *card, unsigned service_index);
/* Borrowed; NULL when nothing is loaded for it. */
struct ssl_image *card_ssl_image(const struct card *card,
				 unsigned service_index);
struct ssl_image *ssl_image_ref(struct ssl_image *im);
void ssl_image_unref(struct ssl_image *im); /* any thread */

/* All checks of ssl.md 2.6 on a list as configured. */
struct ssllist;
int ssl_list_check(const struct conf *conf, const struct ssllist *l,
		   const struct store *store, enum tls_profile profile,
		   struct err *err);

/* ---- look-up: pure, any thread ------------------------------------------- */
const struct ssl_front *ssl_image_front(const struct ssl_image *im,
					struct in_addr vip, uint16_t port);
const struct ssl_back *ssl_image_back(const struct ssl_image *im,
				      struct in_addr addr, uint16_t port);
unsigned ssl_image_slot(const struct ssl_image *im);

/* Delays and retransmission times from here on are this host's TCP's own, which
 * is this long: it can be told shorter ones only. */
#define SSL_TCP_MS 200

struct ssl_side_opts { /* of one TCP connection, `tcp virtual` or `tcp server` */
	uint32_t syn_ms, idle_ms;
	bool nagle;   /* small pieces wait for each other */
	bool ack_now; /* ack-delay 0 */
	/* 0: the system chooses */
	uint32_t ack_us;     /* the longest delay of an acknowledgement */
	uint32_t retrans_us; /* the shortest time to a retransmission */
	uint32_t window;
};

struct ssl_leg_opts { /* what the relay must know of an entry */
	struct ssl_side_opts virt, server;
	uint32_t queue_delay_ms;
	uint32_t buf_rx, buf_tx; /* 0: the system chooses */
	uint32_t renew_ms;	 /* tls_renew() so often; 0: never */
	bool unclean_shutdown;
};
void ssl_front_opts(const struct ssl_front *f, struct ssl_leg_opts *o);
void ssl_back_opts(const struct ssl_back *b, struct ssl_leg_opts *o);
void ssl_back_server(const struct ssl_back *b, struct in_addr *addr,
		     uint16_t *port);
bool ssl_back_is_initiation(const struct ssl_back *b);

/* ---- one TLS connection: the worker that owns it ------------------------- */
/*
 * Reads and writes the socket itself (never closes it); clear bytes in and out
 * on the other side.  Non-blocking.  Returns > 0: bytes moved (handshake: 1,
 * done), 0: over (closed, failed, broken), or what it waits for.
 */
#define TLS_WANT_READ  (-1)
#define TLS_WANT_WRITE (-2)

struct tls *tls_accept(const struct ssl_front *f, int worker, int fd);
struct tls *tls_connect(const struct ssl_back *b, int worker, int fd);
int tls_handshake(struct tls *t);
int tls_read(struct tls *t, void *buf, size_t cap);
/* After TLS_WANT_...: call again with the same bytes (more may follow them). */
int tls_write(struct tls *t, const void *buf, size_t len);
/*
 * For owners with edge-triggered readiness: called whenever the socket was
 * announced readable; last: its end was announced, too.  Between two calls, a
 * read of the socket that came back short is the last one: it has told that
 * there is nothing more, and asking again would only cost a call.
 */
void tls_ready(struct tls *t, bool last);
/* Clear bytes are waiting that no readiness of the socket will announce. */
bool tls_pending(const struct tls *t);
/*
 * ssl-queue-delay: small pieces gather until they fill a record, tls_flush() is
 * called, or the connection ends.  tls_gathers() tells that some wait: the caller
 * flushes in time, and before it ends the connection.
 */
void tls_gather(struct tls *t);
bool tls_gathers(const struct tls *t);
/* 1: all has gone; else as tls_write(). */
int tls_flush(struct tls *t);
/* `handshake timeout`: begins a new handshake, as far as the peer allows. */
void tls_renew(struct tls *t);
/* After a failed tls_handshake(): the client was told to go elsewhere. */
bool tls_redirected(const struct tls *t);
/* close_notify (unless unclean-shutdown); call once before the socket closes */
void tls_shutdown(struct tls *t);
void tls_free(struct tls *t);
/* After the handshake: where the clear text goes (the matched cipher line). */
void tls_clear_target(const struct tls *t, struct in_addr *addr,
		      uint16_t *port);
/* Session id of the handshake for SSL stickiness; 0: none. */
size_t tls_session_id(const struct tls *t, const uint8_t **id);
/* After tls_read() said 0: the peer ended in good order.  Its direction only:
 * it may still be written to. */
bool tls_closed(const struct tls *t);
/* It is TLS that failed, not the connection below. */
bool tls_spoilt(const struct tls *t);
/* Why it is over, for the log: "no shared cipher", "peer closed"... */
const char *tls_reason(const struct tls *t);

#endif

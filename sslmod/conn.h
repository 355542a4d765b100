#ifndef CSS_SSLMOD_CONN_H
#define CSS_SSLMOD_CONN_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/base/out.h"
#include "sslmod/entry.h"
#include "sslmod/stats.h"

/* The inside of a TLS connection: for the files of this folder only. */
struct inject;

enum mac_use { MAC_AEAD, MAC_MD5, MAC_SHA1, MAC_OTHER };

struct tls {
	SSL *ssl;
	const struct ssl_front *front; /* borrowed: one of the two */
	const struct ssl_back *back;
	struct ssl_counts *count; /* this worker's */
	const char *reason;
	int fd, worker;
	bool started, done, failed, spoilt, shut;
	bool drained;	      /* the library said that it has nothing more */
	bool told, last, dry; /* see tls_ready; dry: not to be asked again */
	bool more; /* the caller has another record behind this one */
	bool together;	 /* records are made, and go in one piece */
	size_t promised; /* of the caller's bytes that rest was made from */
	uint8_t mac;
	unsigned messages; /* of the handshake, for the counters */
	bool des3, rc4;
	bool owes;	/* a record was begun and has not gone */
	bool renewal;	/* a new handshake is wanted, or under way */
	bool refused;	/* the client is to be answered by a redirect */
	bool gather;	/* ssl-queue-delay: small pieces wait in out */
	uint64_t moved; /* bytes since the last handshake, when they count */
	struct inject *http; /* owned, NULL: bytes pass as they are */
	struct out in, out;  /* changed bytes: to the caller, to the peer */
	struct out rest;     /* records that the socket has not taken */
	size_t rest_at;
	size_t in_at, out_at;
	size_t absorbed; /* bytes of the caller's that out was made from */
};

#define TLS_PIECE 16384 /* clear bytes looked at together by the HTTP changes */

/* ---- tls.c ----------------------------------------------------------------- */
int tls_classify(struct tls *t, int rc); /* of a call of the library */
int tls_over(struct tls *t, const char *reason, bool failed); /* 0 */
/* Sends what waits in out; 1: all of it, or what it waits for, or 0. */
int tls_send_out(struct tls *t);
/* Clear bytes as they are, below the HTTP changes. */
int tls_raw_read(struct tls *t, void *buf, size_t cap);

/* ---- resume.c -------------------------------------------------------------- */
void resume_front(SSL_CTX *ctx, const struct ssl_front *f);
void resume_back(SSL_CTX *ctx, const struct ssl_back *b);
void resume_offer(struct tls *t); /* a new connection to a server */
void resume_forget(struct back_worker *w);

/* ---- counting.c ------------------------------------------------------------ */
void counting_callbacks(SSL_CTX *ctx);
void counting_begin(struct tls *t); /* the first handshake's messages */
void counting_done(struct tls *t);  /* a handshake is over */
void counting_record(struct tls *t);

/* ---- renew.c: rehandshake (ssl.md 2.4) ------------------------------------- */
/* Bytes went by: begins a new handshake when the entry asks for one. */
void renew_moved(struct tls *t, size_t n);
/* Begins it as soon as the connection allows. */
void renew_try(struct tls *t);
void renew_over(struct tls *t); /* it is done */

/* ---- refuse.c: failure redirect (ssl.md 3.3) ------------------------------- */
/* Reads the first request and answers it: 0 at the end, until then what it waits
 * for. */
int refuse_run(struct tls *t);

#endif

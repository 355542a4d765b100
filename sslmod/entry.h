#ifndef CSS_SSLMOD_ENTRY_H
#define CSS_SSLMOD_ENTRY_H

#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "emu/conf/ssllist.h"
#include "sslmod/image.h"

/* The inside of an image: for the files of this folder only. */
struct cache;
struct err;
struct latest;
struct outside;
struct shelf;
struct ssl_stats;
struct store;

struct front_worker { /* an entry in one worker; gauges written by it alone */
	_Alignas(64) SSL_CTX *ctx; /* owned */
	SSL_CTX **sni;		   /* owned: of the further names, in order */
	_Atomic int flows, handshaking, active;
	_Atomic unsigned searched, found, fallout, missed; /* urlrewrite */
};

struct ssl_front {
	struct ssl_image *image;       /* the owner */
	const struct ssl_server *conf; /* of the image's copy of the list */
	const struct ssl_cipher *dflt; /* the line of highest weight */
	struct front_worker *worker;   /* owned, one per worker */
	struct cache *cache;	       /* the image's; NULL: no resumption */
	char *server_fields;	       /* owned: http-header server-cert */
	struct latest *crl;	       /* referenced; NULL: none is asked */
	struct latest **staple; /* referenced: of the entry, then of its names */
	bool inserts, rewrites;
};

struct back_worker {
	_Alignas(64) SSL_CTX *ctx; /* owned */
	SSL_SESSION *latest;	   /* owned: what the next connection tries */
};

struct ssl_back {
	struct ssl_image *image;
	const struct ssl_backend *conf;
	struct back_worker *worker; /* owned */
};

struct ssl_image {
	_Atomic unsigned refs;
	unsigned slot, service, activation;
	enum tls_profile profile;
	struct secrets *secrets; /* borrowed; NULL: none are kept */
	bool terminates; /* SSL servers are ssl-accel services' business only */
	int nworkers;
	struct ssllist **list; /* owned copies */
	int nlist;
	struct ssl_front *front; /* owned */
	int nfront;
	struct ssl_back *back; /* owned */
	int nback;
	struct ssl_stats *stats; /* referenced */
	struct cache *cache;	 /* owned; the module's sessions, or NULL */
};

/* What every context of one entry shares, whichever worker has it. */
struct context_seed {
	unsigned char id[16];	   /* session id context */
	unsigned char tickets[80]; /* ticket keys */
};

/* Where an entry's files are. */
struct context_in {
	const struct conf *conf;
	const struct store *store;
	enum tls_profile profile;
	OSSL_LIB_CTX *lib;
	struct outside *outside; /* NULL: nothing is fetched */
	struct secrets *secrets; /* NULL: none are kept */
	struct shelf *shelf; /* NULL: each entry reads its files itself */
};

/* context.c: NULL and err.  lib NULL: the common library context.  sni: which
 * of the entry's further names it is for, -1 none. */
SSL_CTX *context_front(const struct context_in *in, const struct ssl_server *e,
		       int sni, const struct context_seed *seed,
		       struct err *err);
SSL_CTX *context_back(const struct context_in *in, const struct ssl_backend *e,
		      struct err *err);
/* The files of an association; -1 and err. */
struct pki;
int context_load(const struct context_in *in, const char *kind,
		 const char *name, struct pki *p, struct err *err);
int context_fail(struct err *err, const char *what); /* the library's reason */
/* tls.c: callbacks that find their entry through SSL_CTX_get_app_data */
void tls_front_callbacks(SSL_CTX *ctx, struct ssl_front *f);
void tls_back_callbacks(SSL_CTX *ctx, struct ssl_back *b);

#endif

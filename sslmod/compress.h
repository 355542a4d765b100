#ifndef CSS_SSLMOD_COMPRESS_H
#define CSS_SSLMOD_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/net/http.h"
#include "sslmod/stats.h"

struct out;

/*
 * HTTP compression of the CSS5-SSL-C-K9 (ssl.md 5.5, content.md 7.6): bodies of
 * answers to GET in HTTP/1.1, by gzip (RFC 1952) or deflate (RFC 1951), as the
 * client's Accept-Encoding has it.  A compressed answer goes out in chunks, since
 * its length is not known before its end.
 */
enum coding { CODING_IDENTITY, CODING_DEFLATE, CODING_GZIP, CODING_NUM };

struct compress_conf {	/* of a service; places in the command's words */
	uint8_t encode; /* enum compress_encode */
	uint8_t omit;	/* enum coding, for clients that name none */
	uint8_t type;	/* enum compress_type */
};

/* ---- decisions: pure ------------------------------------------------------- */
/*
 * The coding that an answer to this request may have.  CODING_IDENTITY: none, and
 * *why is the counter that says so.
 */
enum coding compress_offer(const struct compress_conf *c, const char *buf,
			   const struct http_head *request,
			   enum ssl_count *why);
/* Is the answer one to compress?  false: *why is the counter that says so. */
bool compress_admits(const char *buf, const struct http_head *answer,
		     enum ssl_count *why);
/*
 * The answer's head as the client gets it, without the empty line at its end:
 * coded, in chunks, its entity tag a weak one (RFC 9110 8.8.1, 12.5.5).
 */
void compress_head(const char *buf, const struct http_head *answer,
		   enum coding coding, struct out *o);

/* ---- one connection's bodies, one after another ----------------------------- */
/*
 * At most COMPRESS_IN bytes are put in before what has come out is taken, which
 * is COMPRESS_OUT bytes at most.
 */
#define COMPRESS_IN  61440
#define COMPRESS_OUT 65536

struct compress;
struct compress *compress_new(void); /* NULL: no memory */
void compress_free(struct compress *z);
/* A body begins.  false: no memory. */
bool compress_begin(struct compress *z, enum coding coding, unsigned type);
void compress_put(struct compress *z, const char *data, size_t len);
/*
 * What goes to the client now, in chunks: everything that was put in, so that
 * nobody waits for a text that the server has sent.  last: the body is over.
 * Valid until the next call.
 */
const char *compress_take(struct compress *z, bool last, size_t *len);

#endif

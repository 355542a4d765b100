#ifndef CSS_EMU_NET_CHUNK_H
#define CSS_EMU_NET_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The chunked coding (RFC 9112 7.1), followed byte by byte and nothing kept but
 * where it stands.  Strict, since two readers that count differently see two
 * different requests behind it: no blanks about a size, no line end without its
 * CR, no quote left open, data followed by a line end, trailer fields that are
 * fields, each on one line, and none that tells of a length.
 */
#define CHUNK_LINE_MAX	  512  /* own bound: a size with its extensions */
#define CHUNK_TRAILER_MAX 8192 /* own bound: all trailer fields together */

struct chunk_state {
	uint64_t left; /* of the size that is read, then of the data */
	uint16_t seen; /* bytes of the line, then of the trailers */
	uint8_t at;    /* what the next byte belongs to */
	uint8_t nname; /* of a trailer field: bytes of its name */
	char name[18];
	const char *why; /* bad: what about it */
	/* gets the data; NULL: nobody */
	void (*taker)(void *arg, const char *at, size_t len);
	void *taker_arg;
};

enum chunk_result { CHUNK_MORE, CHUNK_END, CHUNK_BAD };

void chunk_begin(struct chunk_state *c);
/* CHUNK_MORE: all of it was taken.  Else *used tells how much belongs to the
 * coded body. */
enum chunk_result chunk_feed(struct chunk_state *c, const char *buf, size_t len,
			     size_t *used);

#endif

#ifndef CSS_EMU_WIRE_FRAG_H
#define CSS_EMU_WIRE_FRAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/net/packet.h"

struct plane;

/*
 * Fragments of IPv4 (RFC 791 3.2, RFC 1858 and 3128 for hostile ones).  Put
 * together within bounds of time, number and size; what overlaps, is too small,
 * too large or too late is dropped and counted (NET_FRAGMENT_ of frames.h).
 */
struct frag;

struct frag_conf {
	bool tcp, udp;	   /* are fragments of these put together at all? */
	uint16_t max_size; /* ip-fragment max-assembled-size */
	uint16_t min_size; /* min-fragment-size, of all but the last */
};

struct frag *frag_new(struct plane *counters); /* NULL: not counted */
void frag_free(struct frag *f);
void frag_configure(struct frag *f, const struct frag_conf *c);
/* Are fragments of it put together?  frag_add() drops the others. */
bool frag_wants(const struct frag *f, uint8_t proto);
/*
 * Takes a copy of a fragment.  When it was the last one missing, *p becomes the
 * whole packet, in memory of frag's that stays until the next call, parsed, and
 * pieces says what frag_split() makes the fragments of again: true.
 */
bool frag_add(struct frag *f, struct packet *p, uint64_t now_ms);
/* Forgets what has waited too long.  over is told the first fragment, where it has
 * come, of each that was not spoilt (RFC 792 type 11 code 1); NULL: nobody. */
void frag_tick(struct frag *f, uint64_t now_ms,
	       void (*over)(void *arg, struct packet *first), void *arg);
/* Cuts a packet into fragments of at most mtu bytes of IP; room as for
 * offload_split().  -1: its DF bit forbids it, or mtu is below 68. */
int frag_split(struct packet *p, unsigned mtu, uint8_t *room, size_t cap,
	       void (*send)(void *arg, struct packet *p), void *arg);

#endif

#ifndef CSS_EMU_IO_FASTPATH_H
#define CSS_EMU_IO_FASTPATH_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/io/fastpath_shared.h"

struct err;
struct inside;

/*
 * Packets of flows that are set up go from interface to interface in the kernel, by
 * BPF programs at the ports (fastpath.bpf.c, tc-bpf(8)), as far as the switch hands
 * them over.  A flow has a way for each direction; ways have places, from 0 to
 * FAST_WAYS - 1, that the caller gives out.
 *
 * All of it is for one thread at a time.  What the programs do ends with the packet
 * sockets of the ports, whatever becomes of the process.
 */
struct fastpath;

/* Loads the programs.  NULL and err: why there is no such thing here (a kernel
 * without it, or CAP_BPF and CAP_NET_ADMIN are not to be had). */
struct fastpath *fastpath_new(struct err *err);
/* Takes the programs off the ports: in the namespace that fastpath_port() was called
 * in. */
void fastpath_free(struct fastpath *f);

/* An interface, in the caller's namespace, and the packet socket that has its
 * packets. */
int fastpath_port(struct fastpath *f, unsigned index, int sock,
		  struct err *err);
/* The switch's own sockets take part, and speak to the world by a cable from then on:
 * before inside_set_ways().  The caller is in their namespace. */
int fastpath_inside(struct fastpath *f, struct inside *in, struct err *err);
/* Index of the interface that leads inside; 0: they do not take part. */
unsigned fastpath_cable(const struct fastpath *f);

/*
 * The packets that way->key tells go by way from now on; its counters begin at 0, end
 * at way->end.  The caller puts no key at two places.  false: there is no room in the
 * hash; the place is to be dropped.
 */
bool fastpath_put(struct fastpath *f, __u32 place, const struct fast_way *way);
/* A pattern (fastpath_shared.h), at two places: the keys of way and answers are without
 * the opener's port.  Its counter of frames is of connections.  false: there is no room
 * in the hash; both places are to be dropped. */
bool fastpath_put_pattern(struct fastpath *f, __u32 there,
			  const struct fast_way *way, __u32 back,
			  const struct fast_way *answers);
/* No packet finds what is there any more. */
void fastpath_drop(struct fastpath *f, __u32 place);
/* Who comes from this port (host order) fits no pattern, unless it is us; 0: every
 * port may again. */
void fastpath_set_odd(struct fastpath *f, uint16_t port);
/* Of what is in force: the place of the way or the pattern with that key.  false:
 * there is none. */
bool fastpath_find(const struct fastpath *f, const struct fast_key *key,
		   __u32 *place);
/* Everything goes by the switch again, until it is put again. */
void fastpath_flush(struct fastpath *f);
/* Is what was put there in force? */
bool fastpath_is_current(const struct fastpath *f, __u32 place);
/* What was put, and counters that grow under way: read them once. */
const struct fast_way *fastpath_way(const struct fastpath *f, __u32 place);

/* Two places for a connection that fits a pattern, which are the programs' until one
 * has used them; false: enough are given. */
bool fastpath_give(struct fastpath *f, __u32 there, __u32 back);
/* The next pair that was used, in the order of giving; false: there is none.  is:
 * FAST_HAS_BEGUN, or FAST_FAILED; what is there is the caller's, and to be dropped some
 * day.  Two packets at once may have begun the same connection at two pairs. */
bool fastpath_used(struct fastpath *f, struct fast_begun *b);

/* Something took frames away from the programs at a port, another filter most likely:
 * from then on all goes by the switch. */
bool fastpath_is_beaten(const struct fastpath *f);
/* Sums of all CPUs since the start. */
void fastpath_count(const struct fastpath *f, __u32 port,
		    struct fast_port *total);

#endif

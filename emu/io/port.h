#ifndef CSS_EMU_IO_PORT_H
#define CSS_EMU_IO_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/net/packet.h"

struct err;
struct port_io;

/*
 * What a switch port is wired to: an interface of this host, a TAP device, a
 * capture file, a queue in memory.  A port is used by one thread at a time.  It
 * belongs to the network namespace that it was opened in, wherever its thread is
 * later: nothing is opened by name after that.
 */
struct port_ops {
	const char *kind; /* in --port: "pcap:", "packet:", "tap:", "file:" */
	const char *help;
	struct port_io *(*open)(const char *name, struct err *err);
	/*
	 * The next frame: p->data points into memory of the port's that stays
	 * until the next call.  false: there is none now (or ever more, when
	 * *over).  *when_us: its time stamp in a capture file; 0 elsewhere.
	 */
	bool (*receive)(struct port_io *io, struct packet *p,
			uint64_t *when_us);
	/* Sends a frame, tag and all, or queues a copy of it that goes with flush:
	 * its bytes are the caller's again.  false: it was not taken (counted as a
	 * discard). */
	bool (*send)(struct port_io *io, struct packet *p);
	void (*flush)(struct port_io *io);
	void (*close)(struct port_io *io);
};

struct port_io {
	const struct port_ops *ops;
	char name[32]; /* of the interface or file */
	char kind[48]; /* "packet:veth0" */
	int fd; /* readable when a frame is there; -1: not to be waited for */
	int ctl; /* a socket of the interface's network, to ask about it; -1: none */
	unsigned index; /* of an interface whose packets may go by the fast path
			 * (fastpath.h), fd being their packet socket; 0: may not */
	bool takes_offload; /* super-frames and open checksums may be sent */
	bool waits; /* frames are taken from the system and not yet received */
	bool over;	    /* a file that has been read to its end */
	uint32_t mtu;	    /* bytes of IP that a frame may have */
	uint64_t dropped;   /* by the system, before we saw them, or unfit */
	bool unplugged;	    /* of a queue: port_queue_link() said so */
	uint64_t unsent;    /* queued, and then refused by the system */
};

/* text: "veth0", which takes the best kind that the system has, or "kind:name";
 * "file:in.pcap,out.pcap", either may be empty.  NULL and err: the name, the reason
 * and the cure. */
struct port_io *port_open(const char *text, struct err *err);
/* Has it carrier, and is it up?  A file always has.  A system call: not for every
 * packet. */
bool port_has_link(const struct port_io *io);
/* Has its interface another MTU since?  io->mtu is the one from now on. */
bool port_follow_mtu(struct port_io *io);
/* "packet:veth0" */
const char *port_kind(const struct port_io *io);

/* ---- of the kinds --------------------------------------------------------------- */
extern const struct port_ops port_packet; /* AF_PACKET with virtio's header */
extern const struct port_ops port_pcap;	  /* libpcap */
extern const struct port_ops port_tap;	  /* a TAP device made here */
extern const struct port_ops port_file;
extern const struct port_ops port_queue;
/* A queue in memory: what tests put in comes out of receive, and what was sent is
 * read back.  data is copied. */
struct port_io *port_queue_new(unsigned mtu);
void port_queue_link(struct port_io *io, bool up); /* at first it has one */
void port_queue_put(struct port_io *io, const void *frame, uint32_t len);
/* One as an interface with offload has it. */
void port_queue_put_open(struct port_io *io, const void *frame, uint32_t len,
			 const struct packet_offload *off);
/* The oldest frame that was sent; NULL: none.  Owned by the caller.  *off, when
 * wanted: what is undone in it. */
uint8_t *port_queue_take(struct port_io *io, uint32_t *len,
			 struct packet_offload *off);
/* A capture read (in, may be NULL) and one written (out, may be NULL), both as
 * libpcap has them, Ethernet, microseconds. */
struct port_io *port_file_open(const char *in, const char *out,
			       struct err *err);
/* The time that frames sent from now on are stamped with; before the first call it
 * is the host's clock. */
void port_file_clock(struct port_io *io, uint64_t now_us);
void port_file_mute(struct port_io *io, bool mute); /* nothing is written */

#endif

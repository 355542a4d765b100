#ifndef CSS_EMU_DRIVEN_H
#define CSS_EMU_DRIVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/keepalive/keepalive.h"
#include "emu/scratch.h"

struct err;
struct hostmap;
struct packet;
struct plane;
struct port_io;
struct script_result;
struct wire;

/*
 * A scratch switch with ports, driven from outside: the same configuration, policy
 * and packet path as of the running switch, but no thread and no clock.  Time is
 * what it is told.  No service is probed: each has the state that it was given,
 * alive at first.
 */
struct driven {
	struct scratch scratch;
	struct hostmap *map;
	struct plane *plane;
	struct wire *wire;
	uint64_t now_ms;
	uint64_t ended;		   /* packets for the switch's own sockets */
	enum service_state *state; /* by service index */
	int nport;
	struct port_io **port; /* by place; owned by the wire */
	/* Follows frames out: called when something may have been sent. NULL: not */
	void (*sent)(void *arg);
	void *arg;
};

/* What it has built is freed by driven_close() even when it fails. */
int driven_open(struct driven *d, const struct options *o, uint64_t now_ms,
		struct err *err);
void driven_close(struct driven *d);

/* "1/1"; takes io over, also when it fails.  The port's place, or -1. */
int driven_wire(struct driven *d, const char *port, struct port_io *io,
		struct err *err);
/* Runs lines of configuration, then has traffic follow them. */
void driven_configure(struct driven *d, const char *text, size_t len,
		      const struct script_result *result);
void driven_follow(struct driven *d); /* after commands from elsewhere */
/* -1: there is no such service. */
int driven_service(struct driven *d, const char *name, enum service_state s);

void driven_receive(struct driven *d, int port, struct packet *p);
void driven_from_inside(struct driven *d, struct packet *p);
uint64_t
driven_due_ms(const struct driven *d); /* when something is, later than now */
/* Lets time pass; everything that becomes due does so at its time. */
void driven_advance(struct driven *d, uint64_t to_ms);

#endif

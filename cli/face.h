#ifndef CSS_CLI_FACE_H
#define CSS_CLI_FACE_H

#include <netinet/in.h>

#include "emu/io/loop.h"

struct err;
struct hostmap;

/* What the servers that sessions come in by have in common. */

/* "127.0.0.1:2323"; option names it in err. */
int face_address(const char *option, const char *text, struct in_addr *addr,
		 in_port_t *port, struct err *err);
/*
 * Where a server is reached: at an address of this host (--telnet, --ssh), and on
 * the wire attachment at its own port of every circuit.
 */
enum { DOOR_HOST, DOOR_CIRCUIT, DOOR_NUM };
struct face_door {
	struct watch watch; /* fd -1: it is shut */
	void *server;
};
struct face_place {
	const char *option, *where; /* "--telnet"; "127.0.0.1:2323", "off" */
	uint16_t port;		    /* at circuits */
	const struct hostmap *map;  /* transparent: there are circuits */
};
/* Opens and watches them; fn gets the door.  -1 and err: all are shut. */
int face_open(struct face_door door[DOOR_NUM], struct loop *l,
	      const struct face_place *at,
	      void (*fn)(void *door, uint32_t ready, uint64_t now_ms),
	      void *server, struct err *err);
void face_shut(struct face_door door[DOOR_NUM], struct loop *l);
/* Both ends of a pseudo terminal, the master non-blocking; -1: errno is kept and
 * nothing is open. */
int face_pty(int *master, int *slave);
/* Says that there is no session to be had, and closes. */
void face_refuse(int fd);

#endif

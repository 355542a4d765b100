#ifndef CSS_EMU_WIRE_CAPTURE_H
#define CSS_EMU_WIRE_CAPTURE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/wire/sender.h"

struct err;
struct out;
struct packet;
struct secrets;

/*
 * Frames as they are on the switch's wires, written to files in pcapng
 * (draft-ietf-opsawg-pcapng) while they pass: both directions, tags included,
 * super-frames cut and checksums finished.  A file is bounded; at its bound the
 * capture ends.  With secrets, those of the TLS connections that the switch ends
 * meanwhile are written into the file (a Decryption Secrets Block), so that an
 * analyzer shows the clear text.  It asks for a secret when it meets the handshake,
 * so they have room in front of all frames, an eighth of the file; when that is
 * full, they stand where they came.
 *
 * Used under the wire's lock.
 */
struct captures;

#define CAPTURE_MAX  4 /* at the same time */
#define CAPTURE_NAME 64

enum capture_kind { CAPTURE_PORT, CAPTURE_ADDRESS, CAPTURE_FLOW };

struct capture_want {
	enum capture_kind kind;
	unsigned slot, number;	 /* CAPTURE_PORT */
	struct in_addr addr[2];	 /* CAPTURE_ADDRESS: the first, either way; its
				  * ARP, too.  CAPTURE_FLOW: both */
	uint16_t l4port[2];	 /* CAPTURE_FLOW; 0: any */
	char what[64];		 /* of the above, for people */
	char file[CAPTURE_NAME]; /* name of the file, for people */
	uint64_t limit;		 /* bytes of the file */
	bool secrets;
};

/* What the interfaces of a file are called; by place of the port. */
struct capture_ports {
	int n;
	const char *name[WIRE_PORT_MAX];
	uint32_t mtu[WIRE_PORT_MAX];
};

/* s: where secrets come from, borrowed; NULL: nowhere.  clock: microseconds since
 * 1970; NULL: the host's. */
struct captures *captures_new(struct secrets *s, uint64_t (*clock)(void));
void captures_free(struct captures *cs);
/* Could it be started?  -1 and err: its file is being written, too many run. */
int capture_check(const struct captures *cs, const struct capture_want *want,
		  struct err *err);
/* Writes to fd, which is its own from here on, also on failure.  port: its place,
 * of CAPTURE_PORT. */
int capture_start(struct captures *cs, const struct capture_want *want,
		  int port, const struct capture_ports *ports, int fd,
		  struct err *err);
/* By the name of the file; NULL: all.  -1 and err: none such runs. */
int capture_stop(struct captures *cs, const char *file, struct err *err);
/* Is any running? */
bool capture_runs(const struct captures *cs);
/* A frame of a port as the wire has it, but for what offload leaves open; p is not
 * changed. */
void capture_frame(struct captures *cs, int port, bool is_out,
		   const struct packet *p);
/* Hands over what waits, for who looks at the file meanwhile. */
void capture_flush(struct captures *cs);
void capture_show(const struct captures *cs, struct out *o);

#endif

#ifndef CSS_EMU_IO_HOSTMAP_H
#define CSS_EMU_IO_HOSTMAP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct err;
struct out;

/*
 * Where an address of the configuration is found on this host (contract.md,
 * --map and --port-base).  Keys and verdicts carry appliance addresses; this
 * is applied at the socket call only (sock.h), in one place for the program.
 * auto: a.b.c.d -> 127.b.c.d.  Immutable once the switch runs: any thread.
 */
struct hostmap;

struct hostmap *hostmap_new(void); /* auto, port base 0 */
void hostmap_free(struct hostmap *m);

/* text: "auto", "none" or "10.0.0.0/8=127.0.0.0/8"; longest prefix wins */
int hostmap_add(struct hostmap *m, const char *text, struct err *err);
void hostmap_set_port_base(struct hostmap *m, uint16_t base);
/* For sockets behind the wire attachment (inside.h): every address is what it is,
 * and may be listened on and spoken from, whoever has it. */
void hostmap_set_transparent(struct hostmap *m);
bool hostmap_is_transparent(const struct hostmap *m);

struct in_addr hostmap_addr(const struct hostmap *m, struct in_addr appliance);
/* host port that a listening port of the switch is opened on; 0: none left */
in_port_t hostmap_listen_port(const struct hostmap *m, in_port_t port);
/* A peer's host address as the switch sees it: through an explicit network
 * mapping backwards; an address that only `auto` could have made stays. */
struct in_addr hostmap_reverse(const struct hostmap *m, struct in_addr host);
/* The mappings in force, for `show lab map`. */
void hostmap_show(const struct hostmap *m, struct out *o);

#endif

#ifndef CSS_EMU_WIRE_XLATE_H
#define CSS_EMU_WIRE_XLATE_H

#include <stdbool.h>

#include "emu/net/packet.h"
#include "emu/wire/flowtab.h"

/*
 * Addresses and ports of packets: read, and written anew with their checksums
 * (RFC 1624).  A checksum that an interface left open has only the pseudo
 * header's sum in it (packet.h), and only that part is kept right.
 */

/* The tuple of a TCP, UDP or ICMP echo packet; false: it has none. */
bool xlate_tuple(const struct packet *p, struct tuple *k);
/* The direction's packets go on as `to`; what that does to checksums is reckoned
 * once. */
void xlate_prepare(struct half *h, const struct tuple *to);
void xlate_apply(struct packet *p, const struct half *h);
/* Any packet of that kind gets these addresses and ports. */
void xlate_to(struct packet *p, const struct tuple *to);

#endif

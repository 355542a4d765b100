#ifndef CSS_EMU_WIRE_HOPS_H
#define CSS_EMU_WIRE_HOPS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The hidden services of static routes (platform.md 5.3, ip no-implicit-service):
 * every next hop is pinged, and while it does not answer, its routes are not used.
 * Times are those of an ICMP keepalive (content.md 4.1).  Pure: time is an argument,
 * echo requests go out by ping.
 */
struct hops;
typedef void (*hops_ping_fn)(void *arg, struct in_addr hop, uint16_t sequence);

struct hops *hops_new(hops_ping_fn ping, void *arg);
void hops_free(struct hops *h);
/* Those that are watched from now on; what is known of others is forgotten.  A new
 * one counts as alive until it has not answered. */
void hops_set(struct hops *h, const struct in_addr *hop, size_t n,
	      uint64_t now_ms);
bool hops_alive(const struct hops *h, struct in_addr hop);
/* An echo reply came.  true: a dead one is alive again. */
bool hops_heard(struct hops *h, struct in_addr hop, uint16_t sequence);
uint64_t hops_due_ms(const struct hops *h);
/* true: one has died. */
bool hops_tick(struct hops *h, uint64_t now_ms);

#endif

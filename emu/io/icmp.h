#ifndef CSS_EMU_IO_ICMP_H
#define CSS_EMU_IO_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Echo requests and their replies on a socket of sock_icmp() (RFC 792).  A raw
 * socket hands over the IP header, too, and messages for everybody; a ping
 * socket of the kernel's (is_dgram) sets the identifier itself.
 */
struct icmp_echo {
	uint16_t ident, sequence;
	uint64_t cookie; /* first bytes of the data: tells ours from others' */
};
#define ICMP_ECHO_MIN 16    /* bytes: head and cookie */
#define ICMP_ECHO_MAX 65507 /* as a datagram may have */

/* Fills len bytes at buf, at least ICMP_ECHO_MIN. */
void icmp_echo_make(const struct icmp_echo *e, uint8_t *buf, size_t len);
/* false: not an echo reply.  The ident of a ping socket's is not to be looked
 * at. */
bool icmp_echo_read(bool is_dgram, const uint8_t *buf, size_t len,
		    struct icmp_echo *e);
/* The request that a "destination unreachable" speaks of (a raw socket's);
 * false: it is none. */
bool icmp_unreachable_read(const uint8_t *buf, size_t len, struct icmp_echo *e);

#endif

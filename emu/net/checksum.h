#ifndef CSS_EMU_NET_CHECKSUM_H
#define CSS_EMU_NET_CHECKSUM_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The Internet checksum (RFC 1071), and its change when words under it change
 * (RFC 1624).  Values are as they stand in headers, in network order read as
 * big-endian numbers.
 */

/* Of len bytes, with what came before (0 at first); not yet folded.  All pieces
 * but the last are of even length. */
uint32_t sum_add(uint32_t sum, const void *data, size_t len);
uint16_t sum_fold(uint32_t sum); /* the header's value: complement of the sum */
/* Of a TCP, UDP or ICMP (proto IPPROTO_ICMP: no pseudo header) message with its
 * own field at zero.  Over a received one, field and all, it is 0 when that is
 * right (0xffff of UDP, for which 0 says that there is none: RFC 768). */
uint16_t sum_l4(struct in_addr src, struct in_addr dst, uint8_t proto,
		const void *data, size_t len);
/* What a partly done one starts with: the sum of the pseudo header, not
 * complemented (as virtio has it). */
uint16_t sum_pseudo(struct in_addr src, struct in_addr dst, uint8_t proto,
		    size_t len);
/* The field at sum: a 16-bit word under it changes, or a 32-bit one.  A UDP field
 * that is 0 stays as it is: the caller asks first; one that becomes 0 goes out as
 * such, which receivers take as well. */
void sum_change16(uint8_t *sum, uint16_t from, uint16_t to);
void sum_change32(uint8_t *sum, uint32_t from, uint32_t to);

#endif

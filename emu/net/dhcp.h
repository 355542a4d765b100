#ifndef CSS_EMU_NET_DHCP_H
#define CSS_EMU_NET_DHCP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages of DHCP (RFC 2131 2) as a relay agent sees them (RFC 1542 4): the fixed
 * fields only.  Options are not read, and pass as they came; so does what an agent
 * on the way has put there (option 82, RFC 3046).
 *
 * The bytes are those behind the UDP header, and changed in place.  All but
 * dhcp_kind() want a message that it took for one.
 */
enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };

/* Offsets of the fields. */
enum {
	DHCP_OP = 0,
	DHCP_HTYPE = 1,
	DHCP_HLEN = 2,
	DHCP_HOPS = 3,
	DHCP_FLAGS = 10,  /* 0x8000: broadcast */
	DHCP_YIADDR = 16, /* "your": the client's, as the server says */
	DHCP_GIADDR = 24, /* the first agent's, towards the client */
	DHCP_CHADDR = 28,
	DHCP_COOKIE = 236, /* in front of the options */
	DHCP_MIN = 240,
};
#define DHCP_BROADCAST 0x8000

enum dhcp_kind {
	DHCP_BAD, /* cut off, without the cookie, or neither of the two */
	DHCP_REQUEST,
	DHCP_REPLY,
};

enum dhcp_kind dhcp_kind(const uint8_t *msg, size_t len);
/* The agent that the message has passed first; INADDR_ANY: none. */
struct in_addr dhcp_agent(const uint8_t *msg);
/*
 * A request gets one hop older, and the address of the first agent if it has none
 * yet.  false: it came over more than max_hops (RFC 1542 4.1.1), and is as it was.
 */
bool dhcp_relay(uint8_t *msg, unsigned max_hops, struct in_addr agent);
/*
 * Where a reply goes (RFC 1542 4.1.2): to a client that takes datagrams to the
 * address that it is given, or, false, to everybody: the client asks for that, or
 * its addresses are none that could be sent to on Ethernet.
 */
bool dhcp_client(const uint8_t *msg, struct in_addr *addr, uint8_t mac[6]);

#endif

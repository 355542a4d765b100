#include "emu/net/dhcp.h"

#include <string.h>

#include "emu/net/packet.h"

#define OP_REQUEST     1
#define OP_REPLY       2
#define HTYPE_ETHERNET 1
#define HLEN_MAX       16 /* bytes of room at DHCP_CHADDR */

enum dhcp_kind dhcp_kind(const uint8_t *msg, size_t len)
{
	static const uint8_t cookie[] = { 99, 130, 83, 99 };

	if (len < DHCP_MIN || msg[DHCP_HLEN] > HLEN_MAX ||
	    memcmp(msg + DHCP_COOKIE, cookie, sizeof(cookie)) != 0)
		return DHCP_BAD;
	return msg[DHCP_OP] == OP_REQUEST ? DHCP_REQUEST
	       : msg[DHCP_OP] == OP_REPLY ? DHCP_REPLY
					  : DHCP_BAD;
}

struct in_addr dhcp_agent(const uint8_t *msg)
{
	return get_addr(msg + DHCP_GIADDR);
}

bool dhcp_relay(uint8_t *msg, unsigned max_hops, struct in_addr agent)
{
	if (msg[DHCP_HOPS] > max_hops || msg[DHCP_HOPS] == UINT8_MAX)
		return false;
	msg[DHCP_HOPS]++;
	if (dhcp_agent(msg).s_addr == INADDR_ANY)
		put_addr(msg + DHCP_GIADDR, agent);
	return true;
}

static bool is_station(const uint8_t mac[ETH_ADDR_LEN])
{
	static const uint8_t none[ETH_ADDR_LEN];

	return !(mac[0] & 1) && memcmp(mac, none, sizeof(none)) != 0;
}

/* No host has 0/8, 127/8, groups and class E (RFC 1812 5.3.7). */
static bool is_host(struct in_addr a)
{
	uint32_t h = ntohl(a.s_addr);

	return h >> 24 != 0 && h >> 24 != 127 && h >> 28 < 14;
}

bool dhcp_client(const uint8_t *msg, struct in_addr *addr, uint8_t mac[6])
{
	*addr = get_addr(msg + DHCP_YIADDR);
	memcpy(mac, msg + DHCP_CHADDR, ETH_ADDR_LEN);
	return !(get16(msg + DHCP_FLAGS) & DHCP_BROADCAST) &&
	       msg[DHCP_HTYPE] == HTYPE_ETHERNET &&
	       msg[DHCP_HLEN] == ETH_ADDR_LEN && is_station(mac) &&
	       is_host(*addr);
}

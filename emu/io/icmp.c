#include "emu/io/icmp.h"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <netinet/ip.h>
#include <string.h>

/* RFC 1071 */
static uint16_t checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (len & 1)
		sum += (uint32_t)p[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

void icmp_echo_make(const struct icmp_echo *e, uint8_t *buf, size_t len)
{
	struct icmphdr head = { .type = ICMP_ECHO };

	head.un.echo.id = htons(e->ident);
	head.un.echo.sequence = htons(e->sequence);
	memset(buf, 0, len);
	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), &e->cookie, sizeof(e->cookie));
	head.checksum = checksum(buf, len);
	memcpy(buf, &head, sizeof(head));
}

/* Skips an IP header; false: there is no whole one. */
static bool skip_ip(const uint8_t **buf, size_t *len)
{
	size_t head = *len ? (size_t)(**buf & 15) * 4 : 0;

	if (head < sizeof(struct iphdr) || head > *len)
		return false;
	*buf += head;
	*len -= head;
	return true;
}

/* An echo message of that type, as long as it is there. */
static bool read_echo(const uint8_t *buf, size_t len, uint8_t type,
		      struct icmp_echo *e)
{
	struct icmphdr head;

	if (len < ICMP_ECHO_MIN)
		return false;
	memcpy(&head, buf, sizeof(head));
	if (head.type != type)
		return false;
	e->ident = ntohs(head.un.echo.id);
	e->sequence = ntohs(head.un.echo.sequence);
	memcpy(&e->cookie, buf + sizeof(head), sizeof(e->cookie));
	return true;
}

bool icmp_echo_read(bool is_dgram, const uint8_t *buf, size_t len,
		    struct icmp_echo *e)
{
	return (is_dgram || skip_ip(&buf, &len)) &&
	       read_echo(buf, len, ICMP_ECHOREPLY, e);
}

bool icmp_unreachable_read(const uint8_t *buf, size_t len, struct icmp_echo *e)
{
	if (!skip_ip(&buf, &len) || len < sizeof(struct icmphdr) ||
	    buf[0] != ICMP_DEST_UNREACH)
		return false;
	buf += sizeof(struct icmphdr);
	len -= sizeof(struct icmphdr);
	return skip_ip(&buf, &len) && read_echo(buf, len, ICMP_ECHO, e);
}

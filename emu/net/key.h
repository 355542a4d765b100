#ifndef CSS_EMU_NET_KEY_H
#define CSS_EMU_NET_KEY_H

#include <netinet/in.h>
#include <stdint.h>

/*
 * What a decision is about: the first packet of a flow.  Appliance addresses
 * always, whatever the attachment does with them.
 */
struct flow_key {
	struct in_addr src, dst;
	in_port_t sport, dport; /* network order */
	uint8_t proto;		/* IPPROTO_TCP, IPPROTO_UDP */
	int16_t icmp_type;	/* of IPPROTO_ICMP; KEY_NO_TYPE: not known */
};
#define KEY_NO_TYPE (-1) /* it stands in another fragment */

#endif

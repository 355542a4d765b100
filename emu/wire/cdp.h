#ifndef CSS_EMU_WIRE_CDP_H
#define CSS_EMU_WIRE_CDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>

#include "emu/wire/sender.h"

/*
 * The Cisco Discovery Protocol's hello frames, version 1 or 2, which this switch
 * only sends (platform.md 5.5).  Ethernet 802.3 with SNAP 00:00:0c 2000.
 */
struct cdp_hello {
	uint8_t mac[6];	      /* of the port */
	const char *device;   /* host name */
	const char *port;     /* "1/1" */
	const char *version;  /* text of the software */
	const char *platform; /* "CSS11503" */
	const struct in_addr *addr; /* of the circuits */
	size_t naddr;
	uint16_t native_vlan; /* 0: not told */
	uint8_t holdtime_s;
	bool v2, full_duplex;
};

/* 0: it does not fit. */
size_t cdp_make(const struct cdp_hello *h, uint8_t *frame, size_t cap);

#endif

#ifndef CSS_EMU_NET_RTSP_H
#define CSS_EMU_NET_RTSP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out;

/*
 * Lines of RTSP messages (RFC 2326), as far as the datagrams go that a control
 * connection announces: SETUP and its answer name ports in the field Transport
 * (12.39).  RealNetworks' transports, x-real-rdt and x-pn-tng, name them the same
 * way.
 */
enum rtsp_kind {
	RTSP_OTHER,
	RTSP_SETUP,	/* first line of that request */
	RTSP_TRANSPORT, /* the field */
	RTSP_LENGTH,	/* Content-Length */
	RTSP_END,	/* the empty line */
};

/* With or without its end.  first: it is the first of a message.  *length: of
 * RTSP_LENGTH. */
enum rtsp_kind rtsp_line(const char *line, size_t len, bool first,
			 uint64_t *length);

struct rtsp_ports {
	uint16_t first; /* host order; 0: none */
	bool pair;	/* with the next one: RTP and its RTCP */
};
/* Of the first transport that names any: client_port, server_port. */
struct rtsp_ports rtsp_client_ports(const char *line, size_t len);
struct rtsp_ports rtsp_server_ports(const char *line, size_t len);

/* The field with other ports in it.  Those of the client are replaced where they
 * are `client`, in every transport; the server's, wherever they stand, by
 * server_to, and its address in source= by `source`: none when 0. */
struct rtsp_change {
	struct rtsp_ports client;
	uint16_t client_to, server_to;
	struct in_addr source;
};
void rtsp_write(const char *line, size_t len, const struct rtsp_change *c,
		struct out *o);

#endif

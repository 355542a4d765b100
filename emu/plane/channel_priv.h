#ifndef CSS_EMU_PLANE_CHANNEL_PRIV_H
#define CSS_EMU_PLANE_CHANNEL_PRIV_H

#include "emu/conf/content.h"
#include "emu/plane/channel.h"
#include "emu/plane/stream.h"

struct awaited;
struct out;
struct policy_group;

/* A control channel, as the files of its kinds share it. */

#define LINE_LEN    1024 /* longer ones announce nothing */
#define STREAMS_MAX 8	 /* of a channel: own bound */

struct channel_side {	     /* lines from there */
	char held[LINE_LEN]; /* the beginning of one */
	size_t len;
	bool rest;     /* of a line that is too long */
	bool in_head;  /* RTSP: behind the first line of a message */
	uint64_t raw;  /* bytes that are no lines */
	uint64_t body; /* RTSP: that follow the head */
};

struct channel_kind {
	enum application application;
	bool frames; /* binary ones may stand between messages */
	/* The first bytes of the channel: is it this protocol?  NULL: it is. */
	bool (*is_it)(const char *buf, size_t len);
	void (*line)(struct flow *f, unsigned side, const char *line,
		     size_t len, struct out *o);
};

struct channel {
	const struct channel_kind *kind;
	struct channel_side side[2];
	bool known;   /* the first bytes were looked at */
	bool passive; /* FTP: the client has asked the server to wait */
	struct awaited *awaited; /* owned; NULL: nothing is awaited */
	struct flow_list begun;
	struct stream_list streams; /* owned */
	unsigned nstream;
	bool setup;		 /* RTSP: the request under way is a SETUP */
	struct stream *stream;	 /* that it made; NULL: none */
	struct rtsp_ports asked; /* the client's own ports */
	const struct policy_group *group; /* that counts it; NULL: none */
};

extern const struct channel_kind channel_rtsp;

#endif

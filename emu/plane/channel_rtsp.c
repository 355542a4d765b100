#include "emu/plane/channel_priv.h"

#include <string.h>

#include "emu/base/out.h"

/*
 * RTSP: a SETUP asks the server to send datagrams to ports of the client, and
 * the answer tells where they come from.  The server is told ports of the switch
 * and so is the client; other messages go on as they are.
 */

/* A request begins with a word in capitals.  RealNetworks' older protocol, which
 * begins with PNA and is binary, announces nothing that is documented. */
static bool is_rtsp(const char *buf, size_t len)
{
	return len && *buf >= 'A' && *buf <= 'Z' &&
	       (len < 3 || memcmp(buf, "PNA", 3) != 0);
}

static void request(struct flow *f, const char *line, size_t len, struct out *o)
{
	struct channel *ch = f->channel;
	struct rtsp_change c = { .client = rtsp_client_ports(line, len) };

	ch->asked = c.client;
	ch->stream = NULL;
	if (ch->setup && c.client.first && ch->nstream < STREAMS_MAX)
		ch->stream = stream_new(f, &ch->streams, c.client);
	if (!ch->stream) {
		out_write(o, line, len);
		return;
	}
	ch->nstream++;
	c.client_to = stream_port_for_server(ch->stream);
	rtsp_write(line, len, &c, o);
}

static void answer(struct flow *f, const char *line, size_t len, struct out *o)
{
	struct channel *ch = f->channel;
	struct rtsp_change c = { .client = rtsp_client_ports(line, len),
				 .client_to = ch->asked.first };

	if (!ch->stream) {
		out_write(o, line, len);
		return;
	}
	stream_set_server(ch->stream, rtsp_server_ports(line, len));
	c.server_to = stream_port_for_client(ch->stream, &c.source);
	rtsp_write(line, len, &c, o);
	ch->stream = NULL;
}

static void rtsp(struct flow *f, unsigned side, const char *line, size_t len,
		 struct out *o)
{
	struct channel *ch = f->channel;
	struct channel_side *s = &ch->side[side];
	enum rtsp_kind k = rtsp_line(line, len, !s->in_head, &s->body);

	if (k == RTSP_END) { /* one in front of a message is only skipped */
		s->raw = s->in_head ? s->body : 0;
		s->body = 0;
		s->in_head = false;
		out_write(o, line, len);
		return;
	}
	if (!s->in_head && side == LEG_CLIENT)
		ch->setup = k == RTSP_SETUP;
	s->in_head = true;
	if (k != RTSP_TRANSPORT)
		out_write(o, line, len);
	else if (side == LEG_CLIENT)
		request(f, line, len, o);
	else
		answer(f, line, len, o);
}

const struct channel_kind channel_rtsp = { APP_REALAUDIO_CONTROL, true, is_rtsp,
					   rtsp };

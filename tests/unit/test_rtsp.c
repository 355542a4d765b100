#include "emu/net/rtsp.h"

#include <check.h>
#include <string.h>

#include "emu/base/out.h"

/* The lines of RTSP that name ports, as they come and as they go on. */

static const struct {
	const char *line;
	bool first;
	enum rtsp_kind kind;
	uint64_t length;
} lines[] = {
	{ "SETUP rtsp://a/b RTSP/1.0\r\n", true, RTSP_SETUP, 0 },
	{ "setup rtsp://a/b RTSP/1.0\n", true, RTSP_SETUP, 0 },
	{ "SETUP rtsp://a/b RTSP/1.0\r\n", false, RTSP_OTHER, 0 },
	{ "RTSP/1.0 200 OK\r\n", true, RTSP_OTHER, 0 },
	{ "transport:x;client_port=1\r\n", false, RTSP_TRANSPORT, 0 },
	{ "Transport: x\r\n", true, RTSP_OTHER, 0 },
	{ "Content-length:  376\r\n", false, RTSP_LENGTH, 376 },
	{ "Content-Length: x\r\n", false, RTSP_LENGTH, 0 },
	{ "\r\n", false, RTSP_END, 0 },
	{ "\n", true, RTSP_END, 0 },
	{ "CSeq: 1\r\n", false, RTSP_OTHER, 0 },
};

START_TEST(a_line_is_told)
{
	uint64_t length = 0;

	ck_assert_int_eq(rtsp_line(lines[_i].line, strlen(lines[_i].line),
				   lines[_i].first, &length),
			 lines[_i].kind);
	ck_assert_uint_eq(length, lines[_i].length);
}
END_TEST

static const struct {
	const char *line;
	uint16_t client, server;
	bool pair;
	const char *written; /* client ports 4660, server ports 6256, source */
} fields[] = {
	{ "Transport: RTP/AVP;unicast;client_port=4588-4589\r\n", 4588, 0, true,
	  "Transport: RTP/AVP;unicast;client_port=4660-4661\r\n" },
	{ "Transport: RTP/AVP;client_port=10-11;server_port=20-21;"
	  "source=10.1.1.1;ssrc=1\r\n",
	  10, 20, true,
	  "Transport: RTP/AVP;client_port=4660-4661;server_port=6256-6257;"
	  "source=10.2.2.2;ssrc=1\r\n" },
	{ "Transport: x-real-rdt/mcast;client_port=6970;mode=play,"
	  "x-real-rdt/udp;client_port=6970;mode=play,rtp/avp;"
	  "client_port=7000-7001\r\n",
	  6970, 0, false,
	  "Transport: x-real-rdt/mcast;client_port=4660;mode=play,"
	  "x-real-rdt/udp;client_port=4660;mode=play,rtp/avp;"
	  "client_port=7000-7001\r\n" },
	{ "Transport: RTP/AVP/TCP;interleaved=0-1\r\n", 0, 0, false,
	  "Transport: RTP/AVP/TCP;interleaved=0-1\r\n" },
	{ "Transport: a;xclient_port=5\r\n", 0, 0, false,
	  "Transport: a;xclient_port=5\r\n" },
	{ "Transport: a;client_port=0\r\n", 0, 0, false,
	  "Transport: a;client_port=0\r\n" },
	{ "Transport: a;client_port=65536\r\n", 0, 0, false,
	  "Transport: a;client_port=65536\r\n" },
	{ "Transport: a;client_port=5-9\r\n", 0, 0, true,
	  "Transport: a;client_port=5-9\r\n" },
	{ "Transport: a;client_port=", 0, 0, false,
	  "Transport: a;client_port=" },
};

START_TEST(ports_are_read_and_written)
{
	const char *line = fields[_i].line;
	const size_t len = strlen(line);
	struct rtsp_change c = { .client = rtsp_client_ports(line, len),
				 .client_to = 4660,
				 .server_to = 6256,
				 .source = { htonl(0x0a020202) } };
	struct out o = { 0 };

	ck_assert_uint_eq(c.client.first, fields[_i].client);
	ck_assert_int_eq(c.client.pair, fields[_i].pair);
	ck_assert_uint_eq(rtsp_server_ports(line, len).first,
			  fields[_i].server);
	rtsp_write(line, len, &c, &o);
	ck_assert_str_eq(out_text(&o), fields[_i].written);
	out_fini(&o);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rtsp");
	TCase *t = tcase_create("lines");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, a_line_is_told, 0,
			    sizeof(lines) / sizeof(*lines));
	tcase_add_loop_test(t, ports_are_read_and_written, 0,
			    sizeof(fields) / sizeof(*fields));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

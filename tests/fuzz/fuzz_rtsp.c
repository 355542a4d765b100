#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/net/rtsp.h"

/*
 * One line; its first byte tells whether it is the first of a message.  What is
 * written with other ports has those, and what is written without any change is
 * what was read.
 */

static void check_written(const char *line, size_t len, struct rtsp_ports p)
{
	const struct rtsp_change c = { .client = p,
				       .client_to = 40000,
				       .server_to = 50000,
				       .source = { htonl(0x7f0a2032) } };
	const struct rtsp_change none = { .client = p };
	struct out o = { 0 };

	rtsp_write(line, len, &c, &o);
	if (p.first && rtsp_client_ports(o.buf, o.len).first != 40000)
		abort();
	if (rtsp_server_ports(line, len).first &&
	    rtsp_server_ports(o.buf, o.len).first != 50000)
		abort();
	out_fini(&o);
	rtsp_write(line, len, &none, &o);
	if (o.len != len || memcmp(o.buf, line, len) != 0)
		abort();
	out_fini(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data + 1;
	uint64_t length = 0;

	if (size < 2)
		return 0;
	(void)rtsp_line(line, size - 1, *data & 1, &length);
	if (length > UINT32_MAX * 10ull + 9)
		abort();
	check_written(line, size - 1, rtsp_client_ports(line, size - 1));
	return 0;
}

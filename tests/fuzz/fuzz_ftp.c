#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/net/ftp.h"

/*
 * One line; its first byte tells whose it is.  What is found lies inside it, and
 * the line that is written with another address is found again with that one,
 * the rest of it unchanged.
 */

static void read_line(bool client, const char *line, size_t len,
		      struct ftp_line *l)
{
	if (client)
		ftp_command(line, len, l);
	else
		ftp_reply(line, len, l);
}

static void check_written(bool client, const char *line, size_t len,
			  const struct ftp_line *l)
{
	const struct in_addr to = { htonl(0x7f0a2032) };
	struct ftp_line again;
	struct out o = { 0 };

	if (l->where.at > len || l->where.len > len - l->where.at || !l->port)
		abort();
	ftp_write(line, len, l, to, 51234, &o);
	read_line(client, o.buf, o.len, &again);
	if (again.kind != l->kind || again.port != 51234 ||
	    again.where.at != l->where.at ||
	    (l->addr.s_addr && again.addr.s_addr != to.s_addr) ||
	    o.len - again.where.len != len - l->where.len ||
	    memcmp(o.buf, line, l->where.at) != 0)
		abort();
	out_fini(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data + 1;
	struct ftp_line l;
	bool client;

	if (!size)
		return 0;
	client = *data & 1;
	read_line(client, line, size - 1, &l);
	if (l.kind == FTP_PORT || l.kind == FTP_ENTERING)
		check_written(client, line, size - 1, &l);
	return 0;
}

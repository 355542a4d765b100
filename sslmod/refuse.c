/*
 * A client that could not show who it is, where the entry says `failure
 * redirect`: the handshake was let through so that there is somebody to talk to,
 * the first request is read to its end, a 302 answers it, and that is all.  Clear
 * text never leaves the module.
 */
#include <string.h>

#include "sslmod/conn.h"

#define HEAD_MAX 16384 /* a longer head is answered all the same */

/* Does the piece end a head that is read in pieces?  at: how much of the empty
 * line has been seen. */
static bool ends_head(const char *p, int n, size_t *at)
{
	for (int i = 0; i < n; i++) {
		if (p[i] == '\n' && ++*at == 2)
			return true;
		if (p[i] != '\n' && p[i] != '\r')
			*at = 0;
	}
	return false;
}

static void answer(struct tls *t)
{
	out_printf(&t->out,
		   "HTTP/1.1 302 Object Moved\r\n"
		   "Location: %s\r\n"
		   "Pragma: no-cache\r\nCache-Control: no-cache\r\n"
		   "Content-Length: 0\r\nConnection: close\r\n\r\n",
		   t->front->conf->failure_url);
}

int refuse_run(struct tls *t)
{
	char piece[2048];
	int n;

	while (!t->out.len) {
		n = tls_raw_read(t, piece, sizeof(piece));
		if (n <= 0)
			return n;
		t->moved += (uint64_t)n;
		if (ends_head(piece, n, &t->in_at) || t->moved >= HEAD_MAX)
			answer(t);
	}
	n = tls_send_out(t);
	if (n != 1)
		return n;
	(void)SSL_shutdown(t->ssl);
	return tls_over(t, "client not authenticated: redirected", false);
}

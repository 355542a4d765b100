/*
 * sipnode: stands where an IM and Presence node stands.  SIP over TLS on one
 * port without and on one with a demanded client certificate, answers each
 * request with 200 and writes down what it saw:
 *
 *   conn VERSION SUITE peer NAME from ADDRESS
 *   message CALL-ID SHA256-OF-REQUEST SHA256-OF-ANSWER
 *
 * One thread, one poll loop; a connection that breaks a rule is closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "sip.h"
#include "tls.h"

#define CONN_MAX   512
#define LISTEN_MAX 2

struct port {
	int fd;
	SSL_CTX *ctx;
};

struct conn {
	int fd;
	SSL *ssl; /* owned */
	bool open, writing;
	char from[INET_ADDRSTRLEN];
	char in[SIP_MAX];
	size_t nin;
	char out[2 * SIP_MAX];
	size_t nout;
};

static struct {
	const char *name;
	FILE *log;
	struct port port[LISTEN_MAX];
	int nport;
	struct conn *conn[CONN_MAX]; /* owned */
	int nconn;
} node = { .name = "node" };
static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void conn_close(struct conn *c)
{
	SSL_free(c->ssl);
	close(c->fd);
	c->fd = -1;
}

/* Answers the whole messages in the buffer; false: not SIP, hang up. */
static bool answer_all(struct conn *c)
{
	char call[SIP_CALL_LEN + 1], got[65], sent[65];

	while (c->nout <= sizeof(c->out) - SIP_MAX) {
		ssize_t n = sip_frame(c->in, c->nin);
		size_t m;

		if (n == 0)
			return true;
		if (n < 0 || sip_header_copy(c->in, (size_t)n, "Call-ID", call,
					     sizeof(call)) < 0)
			return false;
		m = sip_answer(c->out + c->nout, c->in, (size_t)n, node.name);
		if (!m)
			return false;
		sip_digest("SHA256", c->in, (size_t)n, got);
		sip_digest("SHA256", c->out + c->nout, m, sent);
		fprintf(node.log, "message %s %s %s\n", call, got, sent);
		c->nout += m;
		memmove(c->in, c->in + n, c->nin - (size_t)n);
		c->nin -= (size_t)n;
	}
	return true;
}

static void conn_opened(struct conn *c)
{
	char peer[128];

	c->open = true;
	tls_peer_name(c->ssl, peer, sizeof(peer));
	fprintf(node.log, "conn %s %s peer %s from %s\n",
		SSL_get_version(c->ssl), SSL_get_cipher_name(c->ssl), peer,
		c->from);
}

/* Does a TLS call wait for the socket, or is the connection over? */
static bool waits(struct conn *c, int ret, const char *what)
{
	int kind = SSL_get_error(c->ssl, ret);

	if (kind == SSL_ERROR_WANT_READ)
		return true;
	if (kind == SSL_ERROR_WANT_WRITE) {
		c->writing = true;
		return true;
	}
	if (kind != SSL_ERROR_ZERO_RETURN)
		fprintf(node.log, "closed %s: %s\n", what,
			tls_why(c->ssl, ret));
	return false;
}

static bool conn_read(struct conn *c, bool *more)
{
	int n;

	*more = false;
	if (c->nin == sizeof(c->in) || c->nout > sizeof(c->out) - SIP_MAX)
		return true; /* answers must leave first */
	n = SSL_read(c->ssl, c->in + c->nin, (int)(sizeof(c->in) - c->nin));
	if (n <= 0)
		return waits(c, n, "reading");
	c->nin += (size_t)n;
	*more = true;
	return answer_all(c);
}

static bool conn_write(struct conn *c)
{
	while (c->nout) {
		int n = SSL_write(c->ssl, c->out, (int)c->nout);

		if (n <= 0)
			return waits(c, n, "writing");
		memmove(c->out, c->out + n, c->nout - (size_t)n);
		c->nout -= (size_t)n;
	}
	return answer_all(c); /* what had no room before */
}

/* Everything that can be done now; false: the connection is over. */
static bool conn_step(struct conn *c)
{
	bool more = true;

	c->writing = false;
	if (!c->open) {
		int r = SSL_accept(c->ssl);

		if (r != 1)
			return waits(c, r, "in the handshake");
		conn_opened(c);
	}
	while (more) {
		if (!conn_read(c, &more) || !conn_write(c))
			return false;
		more |= !c->nout && SSL_has_pending(c->ssl);
	}
	return true;
}

static void conn_accept(const struct port *p)
{
	struct sockaddr_in sa;
	socklen_t len = sizeof(sa);
	int fd = accept4(p->fd, (struct sockaddr *)&sa, &len,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct conn *c;

	if (fd < 0)
		return;
	c = node.nconn < CONN_MAX ? calloc(1, sizeof(*c)) : NULL;
	if (!c || !(c->ssl = SSL_new(p->ctx))) {
		free(c);
		close(fd);
		return;
	}
	c->fd = fd;
	inet_ntop(AF_INET, &sa.sin_addr, c->from, sizeof(c->from));
	SSL_set_fd(c->ssl, fd);
	node.conn[node.nconn++] = c;
}

static void sweep(void)
{
	int i, n = 0;

	for (i = 0; i < node.nconn; i++) {
		if (node.conn[i]->fd < 0)
			free(node.conn[i]);
		else
			node.conn[n++] = node.conn[i];
	}
	node.nconn = n;
}

static void turn(void)
{
	struct pollfd p[LISTEN_MAX + CONN_MAX];
	int i, nconn = node.nconn;

	for (i = 0; i < node.nport; i++)
		p[i] = (struct pollfd){ .fd = node.port[i].fd,
					.events = POLLIN };
	for (i = 0; i < nconn; i++) {
		const struct conn *c = node.conn[i];

		p[node.nport + i].fd = c->fd;
		p[node.nport + i].events =
			c->writing || c->nout ? POLLIN | POLLOUT : POLLIN;
	}
	if (poll(p, (nfds_t)(node.nport + nconn), 1000) < 0)
		return;
	for (i = 0; i < nconn; i++)
		if (p[node.nport + i].revents && !conn_step(node.conn[i]))
			conn_close(node.conn[i]);
	sweep();
	for (i = 0; i < node.nport; i++)
		if (p[i].revents)
			conn_accept(&node.port[i]);
	fflush(node.log);
}

static int open_port(const char *text, const struct tls_side *side)
{
	struct port *p = &node.port[node.nport];
	struct sockaddr_in sa;

	if (net_parse(text, &sa) < 0)
		return -1;
	p->fd = net_listen(&sa);
	if (p->fd < 0) {
		fprintf(stderr, "sipnode: %s: %s\n", text, strerror(errno));
		return -1;
	}
	p->ctx = tls_context(side, true);
	node.nport++;
	return p->ctx ? 0 : -1;
}

static int usage(void)
{
	fputs("usage: sipnode --name NAME --listen ADDR:PORT "
	      "[--listen-peer ADDR:PORT --ca FILE]\n"
	      "               --cert FILE --key FILE [--tls modern|faithful] "
	      "[--log FILE]\n",
	      stderr);
	return 2;
}

static struct { /* as typed */
	const char *listen, *peer, *tls, *log;
	struct tls_side side;
} typed;

static int options_read(int argc, char **argv)
{
	static const struct {
		const char *name;
		const char **text;
	} rows[] = {
		{ "name", &node.name },		{ "listen", &typed.listen },
		{ "listen-peer", &typed.peer }, { "cert", &typed.side.cert },
		{ "key", &typed.side.key },	{ "ca", &typed.side.ca },
		{ "tls", &typed.tls },		{ "log", &typed.log },
	};
	enum { NROW = sizeof(rows) / sizeof(*rows) };
	struct option options[NROW + 1] = { 0 };
	int i;

	for (i = 0; i < NROW; i++)
		options[i] = (struct option){ rows[i].name, 1, NULL, i };
	while ((i = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (i < 0 || i >= NROW)
			return -1;
		*rows[i].text = optarg;
	}
	typed.side.faithful = typed.tls && !strcmp(typed.tls, "faithful");
	return typed.listen && typed.side.cert && optind == argc ? 0 : -1;
}

static int finish(void)
{
	int i;

	for (i = 0; i < node.nconn; i++) {
		conn_close(node.conn[i]);
		free(node.conn[i]);
	}
	for (i = 0; i < node.nport; i++)
		SSL_CTX_free(node.port[i].ctx);
	return fclose(node.log) ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };

	if (options_read(argc, argv) < 0)
		return usage();
	node.log = typed.log ? fopen(typed.log, "ae") : stdout;
	if (!node.log) {
		perror(typed.log);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (open_port(typed.listen, &typed.side) < 0)
		return 1;
	typed.side.demand = true;
	if (typed.peer && open_port(typed.peer, &typed.side) < 0)
		return 1;
	while (!stop)
		turn();
	return finish();
}

/*
 * sipclient: stands where the firewall stands.  Sends numbered SIP requests
 * over a few TLS connections, several of them under way on each, and compares
 * every answer with the bytes that the node which names itself in it must have
 * sent.  With --log it writes what the nodes' logs can be compared with:
 *
 *   message CALL-ID SHA256-OF-REQUEST SHA256-OF-ANSWER
 *
 * A request is queued, under way on one connection, or answered.  When a
 * connection dies its requests are queued again (--reconnect) or lost.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
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

#define CONN_MAX   1024
#define WINDOW_MAX 64
#define NODE_MAX   16
#define SEEN_MAX   16
#define RETRY_MS   100

enum conn_state {
	CONN_IDLE,    /* no socket; opened again at open_at_ms */
	CONN_SHAKING, /* connecting, or in the handshake */
	CONN_OPEN,
	CONN_DONE, /* nothing left to send */
};

struct conn {
	enum conn_state state;
	uint64_t open_at_ms;
	int fd;
	SSL *ssl;	      /* owned */
	SSL_SESSION *session; /* owned; --resume */
	bool writing;
	unsigned nsent; /* on this connection */
	unsigned under_way[WINDOW_MAX];
	unsigned nunder_way;
	char in[SIP_MAX];
	size_t nin;
	char out[2 * SIP_MAX];
	size_t nout;
};

struct tally { /* how often each of a few texts was seen */
	char text[96];
	unsigned count;
};

static struct {
	struct sockaddr_in to;
	unsigned messages, connections, window, per_connection, rate;
	unsigned run, timeout_s;
	unsigned body_max;
	bool reconnect, resume, kamailio, quiet;
	FILE *log;
} opt = { .messages = 100,
	  .connections = 4,
	  .window = 8,
	  .timeout_s = 30,
	  .body_max = 1200,
	  .run = 1 };

static SSL_CTX *ctx;
static struct conn *conns;
static unsigned *queued; /* requests to send again, a stack */
static unsigned nqueued, next_new;
static unsigned nanswered, nresent, nreconnects, nresumed, nwrong;
static struct tally nodes[NODE_MAX], legs[SEEN_MAX], errors[SEEN_MAX];
static uint64_t started_ms;

static void count(struct tally *t, int n, const char *text)
{
	int i;

	for (i = 0; i < n - 1 && t[i].count && strcmp(t[i].text, text); i++)
		;
	if (!t[i].count)
		snprintf(t[i].text, sizeof(t[i].text), "%s", text);
	t[i].count++;
}

/* ---- checking answers ------------------------------------------------------ */

static const char *wrong_kamailio(const char *got, size_t n, const char *req,
				  size_t nreq)
{
	static const char *const same[] = { "From", "CSeq", "Via" };
	char md5[65], seen[65];
	size_t i, a, b;

	for (i = 0; i < 3; i++) {
		const char *x = sip_header(got, n, same[i], &a);
		const char *y = sip_header(req, nreq, same[i], &b);

		/* Via may have gained a parameter, never lost one */
		if (!x || !y || a < b || memcmp(x, y, b))
			return same[i];
	}
	sip_digest("MD5", req, nreq, md5);
	if (sip_header_copy(got, n, "X-Request-MD5", seen, sizeof(seen)) < 0)
		return "X-Request-MD5";
	return strcmp(seen, md5) ? "the request, on its way," : NULL;
}

/* What differs; NULL: the answer is what the node sent. */
static const char *wrong(const char *got, size_t n, const char *req,
			 size_t nreq, const char *name)
{
	static char want[SIP_MAX];
	size_t m;

	if (sip_status(got, n) != 200)
		return "the status";
	if (opt.kamailio)
		return wrong_kamailio(got, n, req, nreq);
	m = sip_answer(want, req, nreq, name);
	return m != n || memcmp(want, got, n) ? "the answer" : NULL;
}

static bool forget(struct conn *c, unsigned number)
{
	unsigned i;

	for (i = 0; i < c->nunder_way; i++) {
		if (c->under_way[i] != number)
			continue;
		c->under_way[i] = c->under_way[--c->nunder_way];
		return true;
	}
	return false;
}

static void write_log(const char *call, const char *req, size_t nreq,
		      const char *got, size_t n)
{
	char a[65], b[65];

	if (!opt.log)
		return;
	sip_digest("SHA256", req, nreq, a);
	sip_digest("SHA256", got, n, b);
	fprintf(opt.log, "message %s %s %s\n", call, a, b);
}

/* One whole message came; false: it answers nothing that is under way. */
static bool take(struct conn *c, const char *got, size_t n)
{
	static char req[SIP_MAX];
	char call[SIP_CALL_LEN + 1], name[64] = "?";
	const char *why;
	size_t nreq;
	long i;

	if (sip_header_copy(got, n, "Call-ID", call, sizeof(call)) < 0)
		return false;
	i = sip_request_number(call, opt.run);
	if (i < 0 || i >= (long)opt.messages || !forget(c, (unsigned)i))
		return false;
	sip_header_copy(got, n, "Server", name, sizeof(name));
	nreq = sip_request(req, (unsigned)i, opt.run, opt.body_max);
	why = wrong(got, n, req, nreq, name);
	if (why) {
		nwrong++;
		fprintf(stderr, "message %ld: %s differs\n", i, why);
		return true;
	}
	write_log(call, req, nreq, got, n);
	count(nodes, NODE_MAX, name);
	nanswered++;
	return true;
}

static bool take_all(struct conn *c)
{
	ssize_t n;

	while ((n = sip_frame(c->in, c->nin)) > 0) {
		if (!take(c, c->in, (size_t)n)) {
			count(errors, SEEN_MAX,
			      "an answer that nobody asked for");
			return false;
		}
		memmove(c->in, c->in + n, c->nin - (size_t)n);
		c->nin -= (size_t)n;
	}
	if (n < 0)
		count(errors, SEEN_MAX, "bytes that are not SIP");
	return n == 0;
}

/* ---- connections ----------------------------------------------------------- */

static void conn_shut(struct conn *c)
{
	if (c->ssl && opt.resume && c->state == CONN_OPEN) {
		SSL_SESSION_free(c->session);
		c->session = SSL_get1_session(c->ssl);
	}
	SSL_free(c->ssl);
	c->ssl = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->nin = c->nout = 0;
	c->nsent = 0;
	c->writing = false;
	c->state = CONN_IDLE;
}

static void conn_died(struct conn *c, uint64_t now)
{
	unsigned i;

	conn_shut(c);
	c->open_at_ms = now + RETRY_MS;
	if (!opt.reconnect) {
		c->state = CONN_DONE;
		c->nunder_way = 0;
		return;
	}
	nreconnects++;
	for (i = 0; i < c->nunder_way; i++)
		queued[nqueued++] = c->under_way[i];
	nresent += c->nunder_way;
	c->nunder_way = 0;
}

static bool waits(struct conn *c, int ret)
{
	int kind = SSL_get_error(c->ssl, ret);

	if (kind == SSL_ERROR_WANT_READ)
		return true;
	if (kind == SSL_ERROR_WANT_WRITE) {
		c->writing = true;
		return true;
	}
	count(errors, SEEN_MAX, tls_why(c->ssl, ret));
	return false;
}

static bool conn_open(struct conn *c)
{
	c->fd = net_connect(&opt.to);
	if (c->fd < 0) {
		count(errors, SEEN_MAX, strerror(errno));
		return false;
	}
	c->ssl = SSL_new(ctx);
	if (!c->ssl)
		return false;
	SSL_set_fd(c->ssl, c->fd);
	if (c->session)
		SSL_set_session(c->ssl, c->session);
	c->state = CONN_SHAKING;
	return true;
}

static bool conn_shake(struct conn *c)
{
	char leg[96], name[48];
	int r = SSL_connect(c->ssl);

	if (r != 1)
		return waits(c, r);
	tls_peer_name(c->ssl, name, sizeof(name));
	snprintf(leg, sizeof(leg), "%s %s with %s", SSL_get_version(c->ssl),
		 SSL_get_cipher_name(c->ssl), name);
	count(legs, SEEN_MAX, leg);
	nresumed += (unsigned)SSL_session_reused(c->ssl);
	c->state = CONN_OPEN;
	return true;
}

static bool more_to_send(void)
{
	return nqueued || next_new < opt.messages;
}

static bool rate_allows(uint64_t now)
{
	return nqueued || !opt.rate ||
	       next_new <= (now - started_ms) * opt.rate / 1000;
}

static bool quota_left(const struct conn *c)
{
	return !opt.per_connection || c->nsent < opt.per_connection;
}

static void fill(struct conn *c, uint64_t now)
{
	while (c->nunder_way < opt.window && more_to_send() && quota_left(c) &&
	       rate_allows(now) && c->nout <= sizeof(c->out) - SIP_MAX) {
		unsigned i = nqueued ? queued[--nqueued] : next_new++;

		c->nout +=
			sip_request(c->out + c->nout, i, opt.run, opt.body_max);
		c->under_way[c->nunder_way++] = i;
		c->nsent++;
	}
}

static bool conn_write(struct conn *c)
{
	while (c->nout) {
		int n = SSL_write(c->ssl, c->out, (int)c->nout);

		if (n <= 0)
			return waits(c, n);
		memmove(c->out, c->out + n, c->nout - (size_t)n);
		c->nout -= (size_t)n;
	}
	return true;
}

static bool conn_read(struct conn *c)
{
	for (;;) {
		int n = SSL_read(c->ssl, c->in + c->nin,
				 (int)(sizeof(c->in) - c->nin));

		if (n <= 0)
			return waits(c, n);
		c->nin += (size_t)n;
		if (!take_all(c))
			return false;
	}
}

static void conn_step(struct conn *c, uint64_t now)
{
	bool ok = true;

	c->writing = false;
	if (c->state == CONN_IDLE && now >= c->open_at_ms)
		ok = conn_open(c);
	if (ok && c->state == CONN_SHAKING)
		ok = conn_shake(c);
	if (ok && c->state == CONN_OPEN) {
		fill(c, now);
		ok = conn_write(c) && conn_read(c);
		if (ok) {
			fill(c, now);
			ok = conn_write(c);
		}
	}
	if (!ok) {
		conn_died(c, now);
		return;
	}
	if (c->state != CONN_OPEN || c->nunder_way || c->nout)
		return;
	if (!more_to_send() || !quota_left(c)) {
		SSL_shutdown(c->ssl);
		conn_shut(c);
		c->open_at_ms = now;
	}
}

/* ---- the run --------------------------------------------------------------- */

static bool over(void)
{
	unsigned i;

	if (nanswered + nwrong == opt.messages)
		return true;
	for (i = 0; i < opt.connections; i++)
		if (conns[i].state != CONN_DONE)
			return false;
	return true;
}

static bool any_under_way(void)
{
	unsigned i;

	for (i = 0; i < opt.connections; i++)
		if (conns[i].nunder_way)
			return true;
	return false;
}

static void wait_for_any(void)
{
	static struct pollfd p[CONN_MAX];
	unsigned i, n = 0;

	for (i = 0; i < opt.connections; i++) {
		const struct conn *c = &conns[i];

		if (c->fd < 0)
			continue;
		p[n].fd = c->fd;
		p[n++].events = c->writing ? POLLIN | POLLOUT : POLLIN;
	}
	poll(p, n, any_under_way() && !opt.rate ? 100 : 5);
}

static void run(void)
{
	uint64_t now = net_now_ms(), end = now + opt.timeout_s * 1000ull;
	unsigned i, first = 0;

	started_ms = now;
	for (; now < end && !over(); now = net_now_ms(), first++) {
		for (i = 0; i < opt.connections; i++) {
			/* another one first each time, so that a slow --rate
			 * does not feed one connection only */
			struct conn *c = &conns[(first + i) % opt.connections];

			if (c->state == CONN_IDLE && !more_to_send())
				continue;
			if (c->state != CONN_DONE)
				conn_step(c, now);
		}
		if (!over())
			wait_for_any();
	}
}

static void print_tally(const char *what, const struct tally *t, int n)
{
	int i;

	for (i = 0; i < n && t[i].count; i++)
		printf("%s: %s (%u)\n", what, t[i].text, t[i].count);
}

static int report(void)
{
	unsigned lost = opt.messages - nanswered;

	print_tally("front leg", legs, SEEN_MAX);
	print_tally("answered by", nodes, NODE_MAX);
	print_tally("connection ended", errors, SEEN_MAX);
	if (opt.resume)
		printf("resumed handshakes: %u\n", nresumed);
	if (opt.reconnect)
		printf("reconnected %u times, resent %u\n", nreconnects,
		       nresent);
	printf("sent %u, answered %u, lost %u\n", opt.messages, nanswered,
	       lost);
	return lost ? 1 : 0;
}

/* ---- options ---------------------------------------------------------------- */

static int usage(void)
{
	fputs("usage: sipclient --to ADDR:PORT|NAME:PORT [--resolve "
	      "NAME=ADDR]\n"
	      "  --name NAME            the certificate's name (default: NAME "
	      "of --to)\n"
	      "  --ca FILE --cert FILE --key FILE\n"
	      "  --tls modern|faithful  --version 1.2|1.3\n"
	      "  --messages N --connections M --window W --body-max BYTES\n"
	      "  --per-connection K     a new connection after K messages\n"
	      "  --rate R               new messages a second, all together\n"
	      "  --reconnect --resume --kamailio --timeout SECONDS\n"
	      "  --run NUMBER           makes the messages of two runs differ\n"
	      "  --log FILE\n",
	      stderr);
	return 2;
}

/* ADDR:PORT as it is; NAME:PORT by --resolve, or by the host's resolver. */
static int find_target(const char *to, const char *resolve,
		       const struct tls_side *side, struct tls_side *out)
{
	static char name[256];
	const char *colon = strrchr(to, ':');
	struct addrinfo hints = { .ai_family = AF_INET,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *ai;
	char text[INET_ADDRSTRLEN + 8];
	struct in_addr dummy;
	size_t n;

	*out = *side;
	if (!colon || (size_t)(colon - to) >= sizeof(name))
		return net_parse(to, &opt.to);
	n = (size_t)(colon - to);
	memcpy(name, to, n);
	name[n] = '\0';
	if (inet_pton(AF_INET, name, &dummy) == 1)
		return net_parse(to, &opt.to);
	if (!out->name)
		out->name = name;
	if (resolve && !strncmp(resolve, name, n) && resolve[n] == '=') {
		snprintf(text, sizeof(text), "%s%s", resolve + n + 1, colon);
		return net_parse(text, &opt.to);
	}
	if (getaddrinfo(name, colon + 1, &hints, &ai)) {
		fprintf(stderr, "%s: no such host\n", name);
		return -1;
	}
	memcpy(&opt.to, ai->ai_addr, sizeof(opt.to));
	freeaddrinfo(ai);
	return 0;
}

/* 1..max; anything else is usage */
static unsigned number(const char *text, unsigned max)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (!*text || *end || v < 1 || v > max) {
		fprintf(stderr, "%s: not a number from 1 to %u\n", text, max);
		exit(2);
	}
	return (unsigned)v;
}

static void start(void)
{
	unsigned i;

	conns = calloc(opt.connections, sizeof(*conns));
	queued = calloc(opt.messages, sizeof(*queued));
	if (!conns || !queued) {
		fputs("sipclient: out of memory\n", stderr);
		exit(1);
	}
	for (i = 0; i < opt.connections; i++)
		conns[i].fd = -1;
}

static void finish(void)
{
	unsigned i;

	for (i = 0; i < opt.connections; i++) {
		conn_shut(&conns[i]);
		SSL_SESSION_free(conns[i].session);
	}
	free(conns);
	free(queued);
	SSL_CTX_free(ctx);
	if (opt.log)
		fclose(opt.log);
}

/* ---- the command line ------------------------------------------------------- */

static struct { /* as typed */
	const char *to, *resolve, *tls, *log;
	struct tls_side side;
} typed;

/* What follows an option: a text, a number up to max, or nothing. */
static const struct {
	const char *name;
	const char **text;
	unsigned *number, max;
	bool *flag;
} rows[] = {
	{ "to", .text = &typed.to },
	{ "resolve", .text = &typed.resolve },
	{ "name", .text = &typed.side.name },
	{ "ca", .text = &typed.side.ca },
	{ "cert", .text = &typed.side.cert },
	{ "key", .text = &typed.side.key },
	{ "tls", .text = &typed.tls },
	{ "version", .text = &typed.side.version },
	{ "log", .text = &typed.log },
	{ "messages", .number = &opt.messages, .max = 10000000 },
	{ "connections", .number = &opt.connections, .max = CONN_MAX },
	{ "window", .number = &opt.window, .max = WINDOW_MAX },
	{ "per-connection", .number = &opt.per_connection, .max = 1000000 },
	{ "rate", .number = &opt.rate, .max = 1000000 },
	{ "body-max", .number = &opt.body_max, .max = 32768 },
	{ "timeout", .number = &opt.timeout_s, .max = 3600 },
	{ "run", .number = &opt.run, .max = 1000000 },
	{ "reconnect", .flag = &opt.reconnect },
	{ "resume", .flag = &opt.resume },
	{ "kamailio", .flag = &opt.kamailio },
};
#define NROW (sizeof(rows) / sizeof(*rows))

static int options_read(int argc, char **argv)
{
	struct option options[NROW + 1] = { 0 };
	int i;

	for (size_t n = 0; n < NROW; n++)
		options[n] = (struct option){ rows[n].name, !rows[n].flag, NULL,
					      (int)n };
	while ((i = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (i < 0 || (size_t)i >= NROW)
			return -1;
		if (rows[i].text)
			*rows[i].text = optarg;
		else if (rows[i].number)
			*rows[i].number = number(optarg, rows[i].max);
		else
			*rows[i].flag = true;
	}
	typed.side.faithful = typed.tls && !strcmp(typed.tls, "faithful");
	return typed.to && optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct tls_side side;
	char missing[64];
	int rc;

	if (options_read(argc, argv) < 0)
		return usage();
	if (typed.log && !(opt.log = fopen(typed.log, "we"))) {
		perror(typed.log);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	if (find_target(typed.to, typed.resolve, &typed.side, &side) < 0)
		return 2;
	ctx = tls_context(&side, false);
	if (!ctx)
		return 1;
	tls_missing(missing, sizeof(missing));
	if (side.faithful && *missing)
		printf("not offered, since this library lacks it: %s\n",
		       missing);
	start();
	run();
	rc = report();
	finish();
	return rc;
}

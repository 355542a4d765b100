/*
 * lg: load generator and back end in one process, on one thread.
 *
 *	client side (here) -> proxy under test -> back end (here)
 *
 * Both ends share one epoll loop on one core: the proxy has another core to
 * itself, and every count is at hand without asking anyone.  What crosses the
 * proxy is the smallest HTTP/1.1 exchange ("GET /N" is answered by N bytes in
 * all), which any proxy can relay whether it looks inside or not.
 *
 * The figure is work per CPU second of the proxy: user and system time of the
 * processes named by -P and of all that they started.  Our own CPU time is told
 * too ("own"): for one workload it buys the same work whatever the proxy is, so
 * it tells how fast the machine was during the run.
 *
 * A connection of the client side: CONNECT, TLS, then SEND and RECV in turn; by
 * workload it then begins anew (hs), goes on (msg, bulk) or is held (idle).  One
 * of the back end: TLS, then RECV until the proxy closes.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX	1024  /* request and response heads are far smaller */
#define CHUNK		65536 /* bytes a bulk read or write moves at most */
#define SMALL_RESPONSE	600   /* up to this a response is one write */
#define REQUEST_MIN	100
#define REQUEST_MAX	16000
#define FAILURES_MAX	2000 /* connections lost before the run is void */
#define OPEN_PARALLEL	64   /* idle: handshakes under way at a time */
#define OPEN_DEADLINE_S 60
#define PIDS_MAX	32
#define SERVERS_MAX	16
#define BUCKETS		512 /* of the latency histogram, 8 an octave */
#define EVENTS		256

enum work { WORK_HS, WORK_MSG, WORK_BULK, WORK_IDLE };
enum state { ST_CONNECT, ST_TLS, ST_SEND, ST_RECV, ST_HOLD };

static struct {
	enum work work;
	struct sockaddr_in front, back;
	bool client_tls, back_tls;
	int version; /* of TLS on both legs */
	bool client_resume, back_resume;
	const char *cert; /* PEM with the back end's key and certificate */
	long conns, request_size, response_size;
	long servers; /* that the requests' cookie names; 0: no cookie */
	double secs, warm_s;
	long pid[PIDS_MAX];
	int npid;
} opt = { .version = TLS1_3_VERSION,
	  .conns = 64,
	  .request_size = 500,
	  .response_size = 500,
	  .secs = 3,
	  .warm_s = 0.6 };

struct conn {
	int fd;
	bool is_client;
	bool wants_out;	 /* EPOLLOUT is asked for */
	bool has_worked; /* has had a response */
	enum state state;
	SSL *ssl;	   /* owned; NULL: a plain leg */
	SSL_SESSION *sess; /* owned; client side: the slot's latest */
	unsigned head_len;
	uint64_t left; /* bytes to come (client side) or to go (back end) */
	long sent;     /* of the request */
	const char *request; /* client side */
	double since;
	char head[HEAD_MAX];
};

static int epfd, listener = -1;
static SSL_CTX *client_ctx, *back_ctx;
static char *request[SERVERS_MAX], filler[CHUNK], scratch[CHUNK];
static struct conn **slot; /* the client side's connections */
static long opened, started;
static bool measuring;
static uint64_t histogram[BUCKETS];

static struct {
	uint64_t done, bytes, failed;
	uint64_t front_new, front_reused, back_new, back_reused;
} count;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fputs("lg: ", stderr);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- what the proxy has used --------------------------------------------- */

struct usage {
	double cpu_s, own_s;
	double core_s; /* busy time of the proxy's core, whoever used it */
	long pss_kb;
};

struct proc {
	long pid, parent;
	unsigned long ticks;
	bool counted;
};

#define PROCS_MAX 4096

static long proc_pss_kb(long pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *f = NULL;

	(void)snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Pss: %ld", &kb) == 1)
			break;
	if (f)
		(void)fclose(f);
	return kb;
}

static bool proc_read(const char *pid, struct proc *p)
{
	char path[300], buf[1024];
	const char *end = NULL; /* of the name, which may hold anything */
	unsigned long user = 0, system = 0;
	size_t n = 0;
	FILE *f = NULL;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	n = fread(buf, 1, sizeof(buf) - 1, f);
	(void)fclose(f);
	buf[n] = '\0';
	end = strrchr(buf, ')');
	if (!end || sscanf(end + 2,
			   "%*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu "
			   "%lu",
			   &p->parent, &user, &system) != 3)
		return false;
	p->pid = strtol(pid, NULL, 10);
	p->ticks = user + system;
	p->counted = false;
	for (int i = 0; i < opt.npid; i++)
		p->counted |= p->pid == opt.pid[i];
	return true;
}

static int procs_read(struct proc *p)
{
	DIR *d = opendir("/proc");
	const struct dirent *e = NULL;
	int n = 0;

	while (d && n < PROCS_MAX && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]) &&
		    proc_read(e->d_name, &p[n]))
			n++;
	if (d)
		(void)closedir(d);
	return n;
}

/* Children of counted processes count as well. */
static bool procs_inherit(struct proc *p, int n)
{
	bool changed = false;

	for (int i = 0; i < n; i++)
		for (int j = 0; !p[i].counted && j < n; j++)
			if (p[j].counted && p[j].pid == p[i].parent)
				p[i].counted = changed = true;
	return changed;
}

static double core_busy_s(void)
{
	unsigned long user, nice, system, idle, io, irq, soft;
	char line[512];
	double busy = 0;
	FILE *f = fopen("/proc/stat", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "cpu0 %lu %lu %lu %lu %lu %lu %lu", &user,
			   &nice, &system, &idle, &io, &irq, &soft) == 7)
			busy = (double)(user + nice + system + irq + soft) /
			       (double)sysconf(_SC_CLK_TCK);
	if (f)
		(void)fclose(f);
	return busy;
}

static double own_s(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

static struct usage usage_now(bool with_memory)
{
	static struct proc procs[PROCS_MAX];
	int n = procs_read(procs);
	struct usage u = { .own_s = own_s(), .core_s = core_busy_s() };

	while (procs_inherit(procs, n))
		;
	for (int i = 0; i < n; i++) {
		if (!procs[i].counted)
			continue;
		u.cpu_s +=
			(double)procs[i].ticks / (double)sysconf(_SC_CLK_TCK);
		if (with_memory)
			u.pss_kb += proc_pss_kb(procs[i].pid);
	}
	return u;
}

/* ---- bytes over either kind of leg ------------------------------------------ */

enum { MOVED_NONE = -1, MOVED_END = 0 }; /* else the bytes moved */

static void want_out(struct conn *c, bool out)
{
	struct epoll_event ev = { .events = EPOLLIN | (out ? EPOLLOUT : 0),
				  .data.ptr = c };

	if (c->wants_out == out)
		return;
	(void)epoll_ctl(epfd, EPOLL_CTL_MOD, c->fd, &ev);
	c->wants_out = out;
}

static int tls_refused(struct conn *c, int r)
{
	switch (SSL_get_error(c->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return MOVED_NONE;
	case SSL_ERROR_WANT_WRITE:
		want_out(c, true);
		return MOVED_NONE;
	default:
		ERR_clear_error();
		return MOVED_END;
	}
}

static int get(struct conn *c, void *buf, size_t len)
{
	ssize_t r = 0;

	if (c->ssl) {
		r = SSL_read(c->ssl, buf, (int)len);
		return r > 0 ? (int)r : tls_refused(c, (int)r);
	}
	r = recv(c->fd, buf, len, 0);
	if (r < 0)
		return errno == EAGAIN ? MOVED_NONE : MOVED_END;
	return (int)r;
}

static int put(struct conn *c, const void *buf, size_t len)
{
	ssize_t r = 0;

	if (c->ssl) {
		r = SSL_write(c->ssl, buf, (int)len);
		return r > 0 ? (int)r : tls_refused(c, (int)r);
	}
	r = send(c->fd, buf, len, MSG_NOSIGNAL);
	if (r > 0)
		return (int)r;
	if (errno != EAGAIN)
		return MOVED_END;
	want_out(c, true);
	return MOVED_NONE;
}

static void drop(struct conn *c)
{
	if (c->ssl) {
		(void)SSL_shutdown(c->ssl); /* say goodbye, wait for none */
		ERR_clear_error();
		SSL_free(c->ssl);
		c->ssl = NULL;
	}
	(void)close(c->fd);
	c->fd = -1;
}

/* MOVED_NONE: not yet; MOVED_END: failed; 1: done, and counted */
static int handshake(struct conn *c, uint64_t *fresh, uint64_t *reused)
{
	int r = 0;

	want_out(c, false);
	r = SSL_do_handshake(c->ssl);
	if (r != 1)
		return tls_refused(c, r);
	if (SSL_session_reused(c->ssl))
		(*reused)++;
	else
		(*fresh)++;
	return 1;
}

/* Length of the head that c->head begins with, 0 while it is incomplete. */
static unsigned head_end(const struct conn *c)
{
	const char *e = memmem(c->head, c->head_len, "\r\n\r\n", 4);

	return e ? (unsigned)(e - c->head) + 4 : 0;
}

static int head_get(struct conn *c)
{
	int r = get(c, c->head + c->head_len, HEAD_MAX - 1 - c->head_len);

	if (r > 0) {
		c->head_len += (unsigned)r;
		c->head[c->head_len] = '\0';
		if (c->head_len == HEAD_MAX - 1 && !head_end(c))
			die("a head of more than %d bytes", HEAD_MAX);
	}
	return r;
}

/* ---- client side --------------------------------------------------------------- */

static int session_keep(SSL *ssl, SSL_SESSION *s)
{
	struct conn *c = SSL_get_app_data(ssl);

	SSL_SESSION_free(c->sess);
	c->sess = s;
	return 1;
}

static void client_tls(struct conn *c)
{
	c->ssl = SSL_new(client_ctx);
	if (!c->ssl)
		die("SSL_new");
	SSL_set_app_data(c->ssl, c);
	SSL_set_fd(c->ssl, c->fd);
	SSL_set_connect_state(c->ssl);
	SSL_set_tlsext_host_name(c->ssl, "vip.test");
	if (opt.client_resume && c->sess)
		SSL_set_session(c->ssl, c->sess);
}

static void client_connect(struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		die("socket: %s", strerror(errno));
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->is_client = true;
	c->state = ST_CONNECT;
	c->wants_out = true;
	c->head_len = 0;
	c->sent = 0;
	c->since = now();
	if (connect(c->fd, (const void *)&opt.front, sizeof(opt.front)) < 0 &&
	    errno != EINPROGRESS)
		die("connect: %s", strerror(errno));
	(void)epoll_ctl(epfd, EPOLL_CTL_ADD, c->fd, &ev);
	if (opt.client_tls)
		client_tls(c);
}

static void client_start_next(void)
{
	if (started < opt.conns)
		client_connect(slot[started++]);
}

static void client_failed(struct conn *c)
{
	if (c->state == ST_HOLD)
		die("the proxy closed an idle connection");
	if (++count.failed > FAILURES_MAX)
		die("more than %d connections failed", FAILURES_MAX);
	drop(c);
	client_connect(c);
}

static void latency_note(double us)
{
	int octave = 0, bucket = 0;

	while (us >= 2 && octave < 60) {
		us /= 2;
		octave++;
	}
	bucket = octave * 8 + (int)((us < 1 ? 0 : us - 1) * 8);
	histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

static double latency_us(double quantile)
{
	uint64_t sum = 0, at = 0;

	for (int i = 0; i < BUCKETS; i++)
		sum += histogram[i];
	for (int i = 0; i < BUCKETS; i++) {
		at += histogram[i];
		if ((double)at > (double)sum * quantile)
			return (double)(1ull << (i / 8)) *
			       (1 + (i % 8 + 1) / 8.0);
	}
	return 0;
}

/* The whole response is in: what next depends on the workload. */
static void client_done(struct conn *c)
{
	count.done++;
	opened += !c->has_worked;
	c->has_worked = true;
	if (measuring)
		latency_note((now() - c->since) * 1e6);
	c->head_len = 0;
	c->sent = 0;
	switch (opt.work) {
	case WORK_HS:
		drop(c);
		client_connect(c);
		return;
	case WORK_IDLE:
		c->state = ST_HOLD;
		client_start_next();
		return;
	case WORK_MSG:
	case WORK_BULK:
		c->state = ST_SEND;
		c->since = now();
	}
}

/* false: connecting has failed */
static bool client_connected(struct conn *c)
{
	int e = 0;
	socklen_t len = sizeof(e);

	(void)getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &len);
	if (e)
		return false;
	want_out(c, false);
	c->state = c->ssl ? ST_TLS : ST_SEND;
	return true;
}

static int client_send(struct conn *c)
{
	int r = 0;

	want_out(c, false);
	while (c->sent < opt.request_size) {
		r = put(c, c->request + c->sent,
			(size_t)(opt.request_size - c->sent));
		if (r <= 0)
			return r;
		c->sent += r;
	}
	c->state = ST_RECV;
	c->left = 0;
	return 1;
}

static int client_recv_head(struct conn *c)
{
	const char *length = NULL;
	unsigned end = 0;
	int r = head_get(c);

	if (r <= 0)
		return r;
	if (measuring)
		count.bytes += (unsigned)r;
	end = head_end(c);
	if (!end)
		return 1;
	length = strcasestr(c->head, "content-length:");
	if (!length || strncmp(c->head + 9, "200", 3) != 0)
		die("unexpected response: %.200s", c->head);
	c->left = strtoull(length + 15, NULL, 10) - (c->head_len - end);
	if (!c->left)
		client_done(c);
	return 1;
}

static int client_recv_body(struct conn *c)
{
	int r = get(c, scratch, sizeof(scratch));

	if (r <= 0)
		return r;
	if (measuring)
		count.bytes += (unsigned)r;
	if (c->state == ST_HOLD || (uint64_t)r > c->left)
		die("more bytes than were asked for");
	c->left -= (unsigned)r;
	if (!c->left)
		client_done(c);
	return 1;
}

static int client_step(struct conn *c)
{
	switch (c->state) {
	case ST_TLS: {
		int r = handshake(c, &count.front_new, &count.front_reused);

		if (r == 1)
			c->state = ST_SEND;
		return r;
	}
	case ST_SEND:
		return client_send(c);
	case ST_RECV:
		return c->left ? client_recv_body(c) : client_recv_head(c);
	case ST_HOLD:
		return client_recv_body(c);
	case ST_CONNECT:
		break;
	}
	return MOVED_NONE;
}

static void client_event(struct conn *c, uint32_t events)
{
	int r = 1;

	if (c->state == ST_CONNECT) {
		if (!(events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
			return;
		if (!client_connected(c)) {
			client_failed(c);
			return;
		}
	}
	while (r > 0)
		r = client_step(c);
	if (r == MOVED_END)
		client_failed(c);
}

/* ---- back end ---------------------------------------------------------------------- */

static void back_add(int fd)
{
	struct conn *c = calloc(1, sizeof(*c));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	int one = 1;

	if (!c)
		die("memory");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->fd = fd;
	c->state = ST_RECV;
	if (opt.back_tls) {
		c->ssl = SSL_new(back_ctx);
		if (!c->ssl)
			die("SSL_new");
		SSL_set_fd(c->ssl, fd);
		SSL_set_accept_state(c->ssl);
		c->state = ST_TLS;
	}
	(void)epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev);
}

static void back_accept(void)
{
	int fd = -1;

	while ((fd = accept4(listener, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		back_add(fd);
	if (errno != EAGAIN && errno != ECONNABORTED)
		die("accept: %s", strerror(errno));
}

/* The head of a response of `size` bytes in all; its length. */
static long response_head(char *buf, size_t cap, long size)
{
	long body = size, len = 0;

	for (int twice = 0; twice < 2; twice++, body = size - len)
		len = snprintf(buf, cap,
			       "HTTP/1.1 200 OK\r\nContent-Length: %ld\r\n\r\n",
			       body);
	return len;
}

/* Answers the request that ends at `end`. */
static int back_answer(struct conn *c, unsigned end)
{
	char buf[SMALL_RESPONSE];
	long size = strtol(c->head + 5, NULL, 10), len = 0;

	if (strncmp(c->head, "GET /", 5) != 0 || size < 64)
		die("unexpected request: %.200s", c->head);
	len = response_head(buf, sizeof(buf), size);
	c->left = (uint64_t)(size - len);
	if (size <= SMALL_RESPONSE) { /* one write, one record */
		memset(buf + len, 'x', (size_t)(size - len));
		len = size;
		c->left = 0;
	}
	if (put(c, buf, (size_t)len) != len)
		return MOVED_END;
	c->head_len -= end;
	memmove(c->head, c->head + end, c->head_len);
	return 1;
}

static int back_step(struct conn *c)
{
	unsigned end = 0;
	int r = 0;

	if (c->state == ST_TLS) {
		r = handshake(c, &count.back_new, &count.back_reused);
		if (r == 1)
			c->state = ST_RECV;
		return r;
	}
	if (c->left) {
		want_out(c, false);
		r = put(c, filler, c->left < CHUNK ? (size_t)c->left : CHUNK);
		if (r > 0)
			c->left -= (unsigned)r;
		return r;
	}
	r = head_get(c);
	end = r > 0 ? head_end(c) : 0;
	return end ? back_answer(c, end) : r;
}

static void back_event(struct conn *c)
{
	int r = 1;

	while (r > 0)
		r = back_step(c);
	if (r == MOVED_END) {
		drop(c);
		free(c);
	}
}

/* ---- set-up ---------------------------------------------------------------------------- */

static SSL_CTX *ctx_new(const SSL_METHOD *method)
{
	SSL_CTX *x = SSL_CTX_new(method);

	if (!x || !SSL_CTX_set_min_proto_version(x, opt.version) ||
	    !SSL_CTX_set_max_proto_version(x, opt.version) ||
	    !SSL_CTX_set_ciphersuites(x, "TLS_AES_128_GCM_SHA256") ||
	    !SSL_CTX_set_cipher_list(x, "ECDHE-RSA-AES128-GCM-SHA256:"
					"ECDHE-ECDSA-AES128-GCM-SHA256") ||
	    !SSL_CTX_set1_groups_list(x, "X25519:P-256"))
		die("this OpenSSL lacks what the workloads use");
	(void)SSL_CTX_set_mode(x, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					  SSL_MODE_RELEASE_BUFFERS);
	(void)SSL_CTX_set_options(x, SSL_OP_IGNORE_UNEXPECTED_EOF);
	return x;
}

static void back_ctx_setup(void)
{
	back_ctx = ctx_new(TLS_server_method());
	(void)SSL_CTX_set_session_id_context(back_ctx, (const void *)"lg", 2);
	if (!opt.back_resume) {
		(void)SSL_CTX_set_session_cache_mode(back_ctx,
						     SSL_SESS_CACHE_OFF);
		(void)SSL_CTX_set_options(back_ctx, SSL_OP_NO_TICKET);
		(void)SSL_CTX_set_num_tickets(back_ctx, 0);
	}
	if (!opt.cert ||
	    SSL_CTX_use_certificate_chain_file(back_ctx, opt.cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(back_ctx, opt.cert, SSL_FILETYPE_PEM) !=
		    1)
		die("-k: cannot load the back end's key and certificate");
}

static void client_ctx_setup(void)
{
	client_ctx = ctx_new(TLS_client_method());
	(void)SSL_CTX_set_session_cache_mode(
		client_ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(client_ctx, session_keep);
}

/* Without a back end (-b) the front address is our own: no proxy at all. */
static void listen_setup(void)
{
	const struct sockaddr_in *a =
		opt.back.sin_port ? &opt.back : &opt.front;
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };
	int one = 1;

	listener =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (const void *)a, sizeof(*a)) < 0 ||
	    listen(listener, SOMAXCONN) < 0)
		die("listen: %s", strerror(errno));
	(void)epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &ev);
}

/* The request with the n-th server's cookie. */
static char *request_new(long n)
{
	size_t size = (size_t)opt.request_size;
	char *text = malloc(size + 1), cookie[40] = "";
	int head = 0;

	if (!text)
		die("memory");
	if (opt.servers)
		(void)snprintf(cookie, sizeof(cookie),
			       "Cookie: theme=dark; srv=s%ld\r\n", n + 1);
	head = snprintf(text, size,
			"GET /%ld HTTP/1.1\r\nHost: vip.test\r\n%sX-Pad: ",
			opt.response_size, cookie);
	memset(text + head, 'p', size - 4 - (size_t)head);
	memcpy(text + size - 4, "\r\n\r\n", 4);
	return text;
}

static void request_setup(void)
{
	long kinds = opt.servers ? opt.servers : 1;

	slot = calloc((size_t)opt.conns, sizeof(struct conn *));
	if (!slot)
		die("memory");
	for (long i = 0; i < kinds; i++)
		request[i] = request_new(i);
	for (long i = 0; i < opt.conns; i++) {
		slot[i] = calloc(1, sizeof(struct conn));
		if (!slot[i])
			die("memory");
		slot[i]->request = request[i % kinds];
	}
}

static void spin(double until)
{
	struct epoll_event ev[EVENTS];
	double t = 0;

	while ((t = now()) < until) {
		int n = epoll_wait(epfd, ev, EVENTS,
				   (int)((until - t) * 1000) + 1);

		for (int i = 0; i < n; i++) {
			struct conn *c = ev[i].data.ptr;

			if (!c)
				back_accept();
			else if (c->is_client)
				client_event(c, ev[i].events);
			else
				back_event(c);
		}
	}
}

/* ---- the two kinds of run -------------------------------------------------------------- */

static void idle_run(void)
{
	struct usage before = usage_now(true), held, after;
	double t0 = now(), open_s = 0;

	for (int i = 0; i < OPEN_PARALLEL; i++)
		client_start_next();
	while (opened < opt.conns) {
		spin(now() + 0.05);
		if (now() - t0 > OPEN_DEADLINE_S)
			die("%ld of %ld connections opened in %d s", opened,
			    opt.conns, OPEN_DEADLINE_S);
	}
	open_s = now() - t0;
	spin(now() + 1);
	held = usage_now(false);
	spin(now() + opt.secs);
	after = usage_now(true);
	printf("conns=%ld open_s=%.2f kb_per_conn=%.2f pss_before_kb=%ld "
	       "pss_after_kb=%ld idle_cpu_pct=%.2f err=%llu\n",
	       opened, open_s,
	       (double)(after.pss_kb - before.pss_kb) / (double)opened,
	       before.pss_kb, after.pss_kb,
	       100 * (after.cpu_s - held.cpu_s) / opt.secs,
	       (unsigned long long)count.failed);
}

static void work_run(void)
{
	struct usage u0, u1;
	double t0 = now(), wall = 0, cpu = 0, work = 0;

	while (started < opt.conns)
		client_start_next();
	spin(t0 + opt.warm_s);
	/* Messages are measured without the handshakes before them. */
	while (opt.work == WORK_MSG && opened < opt.conns &&
	       now() < t0 + OPEN_DEADLINE_S)
		spin(now() + 0.05);
	u0 = usage_now(false);
	memset(&count, 0, sizeof(count));
	measuring = true;
	t0 = now();
	spin(t0 + opt.secs);
	wall = now() - t0;
	u1 = usage_now(false);
	cpu = u1.cpu_s - u0.cpu_s;
	work = opt.work == WORK_BULK ? (double)count.bytes / 1e9
				     : (double)count.done;
	printf("work=%.4f wall=%.3f cpu=%.3f own=%.4f per_cpu_s=%.4f "
	       "core0=%.3f front_new=%llu front_reused=%llu back_new=%llu "
	       "back_reused=%llu err=%llu p50_us=%.0f p99_us=%.0f\n",
	       work, wall, cpu, u1.own_s - u0.own_s, cpu > 0 ? work / cpu : 0,
	       u1.core_s - u0.core_s, (unsigned long long)count.front_new,
	       (unsigned long long)count.front_reused,
	       (unsigned long long)count.back_new,
	       (unsigned long long)count.back_reused,
	       (unsigned long long)count.failed, latency_us(.5),
	       latency_us(.99));
}

/* ---- command line ------------------------------------------------------------------------ */

static void __attribute__((noreturn)) usage(void)
{
	die("usage: lg -w hs|msg|bulk|idle -f ADDR:PORT [-b ADDR:PORT]\n"
	    "  [-C tls|tcp] [-B tls|tcp] [-v 1.2|1.3] [-R] [-S] [-k PEM]\n"
	    "  [-c CONNECTIONS] [-n SERVERS] [-q BYTES] [-s BYTES] [-t "
	    "SECONDS] [-P "
	    "PID,...]\n"
	    "  -C, -B: the client's leg, the back end's leg\n"
	    "  -R: the client resumes sessions  -S: the back end lets it\n"
	    "  -n: a cookie names one of so many servers\n"
	    "  -q, -s: size of request and response");
}

static struct sockaddr_in address(const char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	const char *colon = strchr(text, ':');
	char host[INET_ADDRSTRLEN];

	if (!colon || (size_t)(colon - text) >= sizeof(host))
		usage();
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	a.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		usage();
	return a;
}

static long number(const char *text, long lo, long hi)
{
	char *end = NULL;
	long v = strtol(text, &end, 10);

	if (end == text || *end || v < lo || v > hi)
		die("%s: not a number from %ld to %ld", text, lo, hi);
	return v;
}

static enum work work_named(const char *name)
{
	static const char *const names[] = { "hs", "msg", "bulk", "idle" };

	for (int i = 0; i < 4; i++)
		if (!strcmp(names[i], name))
			return (enum work)i;
	usage();
}

static void pids_read(char *list)
{
	char *rest = NULL;

	for (char *p = strtok_r(list, ",", &rest); p;
	     p = strtok_r(NULL, ",", &rest)) {
		if (opt.npid == PIDS_MAX)
			die("-P: more than %d processes", PIDS_MAX);
		opt.pid[opt.npid++] = number(p, 1, INT32_MAX);
	}
}

static void option(int letter, char *value)
{
	switch (letter) {
	case 'w':
		opt.work = work_named(value);
		break;
	case 'f':
		opt.front = address(value);
		break;
	case 'b':
		opt.back = address(value);
		break;
	case 'C':
		opt.client_tls = !strcmp(value, "tls");
		break;
	case 'B':
		opt.back_tls = !strcmp(value, "tls");
		break;
	case 'v':
		opt.version =
			!strcmp(value, "1.2") ? TLS1_2_VERSION : TLS1_3_VERSION;
		break;
	case 'R':
		opt.client_resume = true;
		break;
	case 'S':
		opt.back_resume = true;
		break;
	case 'k':
		opt.cert = value;
		break;
	case 'c':
		opt.conns = number(value, 1, 50000);
		break;
	case 'n':
		opt.servers = number(value, 1, SERVERS_MAX);
		break;
	case 'q':
		opt.request_size = number(value, REQUEST_MIN, REQUEST_MAX);
		break;
	case 's':
		opt.response_size = number(value, 64, INT32_MAX);
		break;
	case 't':
		opt.secs = strtod(value, NULL);
		break;
	case 'P':
		pids_read(value);
		break;
	default:
		usage();
	}
}

static void files_allow_all(void)
{
	struct rlimit r;

	if (!getrlimit(RLIMIT_NOFILE, &r)) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
}

int main(int argc, char **argv)
{
	int letter = 0;

	(void)signal(SIGPIPE, SIG_IGN);
	while ((letter = getopt(argc, argv, "w:f:b:C:B:v:RSk:c:n:q:s:t:P:")) !=
	       -1)
		option(letter, optarg);
	if (!opt.front.sin_port || opt.secs <= 0)
		usage();
	files_allow_all();
	memset(filler, 'x', sizeof(filler));
	epfd = epoll_create1(EPOLL_CLOEXEC);
	if (opt.client_tls)
		client_ctx_setup();
	if (opt.back_tls)
		back_ctx_setup();
	listen_setup();
	request_setup();
	if (opt.work == WORK_IDLE)
		idle_run();
	else
		work_run();
	return 0;
}

#include "emu/plane/plane.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/service.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"
#include "emu/plane/hotlist.h"

/*
 * The data plane on real sockets of 127.0.0.0/8, without TLS: rules relay to an
 * echo server in a thread of this program.
 */

#define VIP	 "10.77.0.1"
#define VIP_HOST "127.77.0.1"
#define PORT	 18080

static struct hostmap *map;
static struct loop *loop;
static struct conf *conf;
static struct plane *plane;
static struct err err;

/* ---- a server ------------------------------------------------------------------ */

enum server_kind { ECHO, SINK, TALK };

struct server {
	int fd;
	uint16_t port;
	enum server_kind kind;
	pthread_t thread;
	uint64_t sum; /* of the bytes that SINK saw */
	size_t len;   /* TALK: bytes to send */
};

static unsigned char pattern(size_t at)
{
	return (unsigned char)(at * 2654435761u >> 13);
}

static void serve_echo(int fd)
{
	char buf[8192];
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		if (send(fd, buf, (size_t)n, MSG_NOSIGNAL) != n)
			break;
}

/* Reads to the end, then answers with the sum: needs a half-closed flow. */
static void serve_sink(struct server *s, int fd)
{
	unsigned char buf[65536];
	ssize_t n;

	s->sum = 0;
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		for (ssize_t i = 0; i < n; i++)
			s->sum = s->sum * 31 + buf[i];
	(void)!send(fd, &s->sum, sizeof(s->sum), MSG_NOSIGNAL);
}

static void serve_talk(const struct server *s, int fd)
{
	unsigned char buf[65536];

	for (size_t at = 0; at < s->len;) {
		size_t n =
			s->len - at < sizeof(buf) ? s->len - at : sizeof(buf);
		ssize_t sent;

		for (size_t i = 0; i < n; i++)
			buf[i] = pattern(at + i);
		sent = send(fd, buf, n, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		at += (size_t)sent;
	}
}

struct session {
	struct server *s;
	int fd;
};

static void *serve_one(void *arg)
{
	struct session *x = arg;

	if (x->s->kind == ECHO)
		serve_echo(x->fd);
	else if (x->s->kind == SINK)
		serve_sink(x->s, x->fd);
	else
		serve_talk(x->s, x->fd);
	(void)close(x->fd);
	free(x);
	return NULL;
}

static void *serve(void *arg)
{
	struct server *s = arg;

	for (;;) {
		struct session *x;
		pthread_t t;
		int fd = accept(s->fd, NULL, NULL);

		if (fd < 0)
			return NULL;
		x = xcalloc(1, sizeof(*x));
		*x = (struct session){ s, fd };
		pthread_create(&t, NULL, serve_one, x);
		pthread_detach(t);
	}
}

static void server_start(struct server *s, enum server_kind kind)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->kind = kind;
	s->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(s->fd, 128), 0);
	ck_assert_int_eq(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
	s->port = ntohs(a.sin_port);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
	(void)shutdown(s->fd, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	(void)close(s->fd);
}

/* ---- a switch ------------------------------------------------------------------- */

static struct in_addr ip(const char *text)
{
	struct in_addr a = { 0 };

	ck_assert(str_to_addr(text, &a));
	return a;
}

static struct service *add_service(const char *name, uint16_t port)
{
	struct service *s = service_add(conf, name, &err);

	ck_assert_ptr_nonnull(s);
	ck_assert(!service_set_addr(conf, s, ip("10.0.0.1"), 1, &err));
	ck_assert(!service_set_port(conf, s, port, 1, &err));
	s->keepalive.type = PROBE_NONE;
	ck_assert_msg(!service_activate(conf, s, &err), "%s", err.msg);
	plane_service_state(plane, s->index, SERVICE_ALIVE);
	return s;
}

static struct content *add_rule(const char *name, const char *vip,
				uint16_t port, const char *service)
{
	struct owner *o = owner_find(conf, "o");
	struct content *c;

	if (!o)
		o = owner_add(conf, "o", &err);
	c = content_add(conf, o, name, &err);
	ck_assert_ptr_nonnull(c);
	ck_assert(!content_set_vip(conf, c, ip(vip), 1, &err));
	ck_assert(!content_set_proto(conf, c, PROTO_TCP, &err));
	ck_assert(!content_set_port(conf, c, port, &err));
	ck_assert(!content_add_service(conf, c, service, -1, &err));
	ck_assert_msg(!content_activate(conf, c, &err), "%s", err.msg);
	return c;
}

/* What publishing said; "" when all is well. */
static const char *publish(void)
{
	static char said[4096];
	struct out warn = { 0 };

	plane_publish(plane, conf, NULL, &warn);
	(void)str_copy(said, sizeof(said), out_text(&warn));
	out_fini(&warn);
	return said;
}

static void setup_n(int nworkers)
{
	map = hostmap_new();
	loop = loop_new();
	conf = conf_new();
	plane = plane_new(loop, map, nworkers, &err);
	ck_assert_msg(plane != NULL, "%s", err.msg);
}

static void setup(void)
{
	setup_n(2);
}

static void teardown(void)
{
	plane_free(plane);
	conf_free(conf);
	loop_free(loop);
	hostmap_free(map);
}

static int dial(const char *host, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr = ip(host) };
	struct timeval limit = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return fd;
	(void)close(fd);
	return -1;
}

/* Connected through the switch and heard by the echo server. */
static int dial_echo(const char *host, uint16_t port)
{
	int fd = dial(host, port);
	char back[5];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(send(fd, "hello", 5, MSG_NOSIGNAL), 5);
	ck_assert_int_eq(recv(fd, back, 5, MSG_WAITALL), 5);
	ck_assert(!memcmp(back, "hello", 5));
	return fd;
}

static bool is_over(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	return poll(&p, 1, timeout_ms) == 1 &&
	       recv(fd, &c, 1, MSG_DONTWAIT) <= 0;
}

static void wait_for_no_flows(void)
{
	struct plane_totals t;

	for (int i = 0; i < 200; i++) {
		plane_totals(plane, &t);
		if (!t.flows_active)
			return;
		usleep(10000);
	}
	ck_abort_msg("%u flows stay", (unsigned)t.flows_active);
}

/* ---- tests ----------------------------------------------------------------------- */

START_TEST(relays_and_counts)
{
	struct server s = { 0 };
	struct service_counters sc;
	struct rule_counters rc;
	struct plane_totals t;
	struct service *svc;
	struct content *c;
	int fd;

	server_start(&s, ECHO);
	svc = add_service("echo", s.port);
	c = add_rule("r", VIP, PORT, "echo");
	ck_assert_str_eq(publish(), "");
	fd = dial_echo(VIP_HOST, PORT);
	plane_service_counters(plane, svc->index, &sc);
	ck_assert_uint_eq(sc.current_conns, 1);
	ck_assert_uint_eq(sc.total_conns, 1);
	ck_assert_uint_eq(sc.bytes_in, 5);
	ck_assert_uint_eq(sc.bytes_out, 5);
	plane_rule_counters(plane, c->index, &rc);
	ck_assert_uint_eq(rc.hits, 1);
	ck_assert_uint_eq(rc.bytes, 10);
	ck_assert_uint_eq(plane_rule_service_hits(plane, c->index, svc->index),
			  1);
	(void)close(fd);
	wait_for_no_flows();
	plane_service_counters(plane, svc->index, &sc);
	ck_assert_uint_eq(sc.current_conns, 0);
	plane_totals(plane, &t);
	ck_assert_uint_eq(t.flows_total, 2);
	plane_zero_service(plane, svc->index);
	plane_zero_rule(plane, c->index);
	plane_service_counters(plane, svc->index, &sc);
	ck_assert_uint_eq(sc.total_conns, 0);
	ck_assert_uint_eq(plane_rule_service_hits(plane, c->index, svc->index),
			  0);
	server_stop(&s);
}
END_TEST

START_TEST(passes_half_close)
{
	static const char text[] = "to the end, then the answer";
	struct server s = { 0 };
	uint64_t want = 0, got = 0;
	char c;
	int fd;

	server_start(&s, SINK);
	add_service("sink", s.port);
	add_rule("r", VIP, PORT, "sink");
	ck_assert_str_eq(publish(), "");
	for (size_t i = 0; i < sizeof(text); i++)
		want = want * 31 + (unsigned char)text[i];
	fd = dial(VIP_HOST, PORT);
	ck_assert_int_eq(send(fd, text, sizeof(text), MSG_NOSIGNAL),
			 sizeof(text));
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	ck_assert_int_eq(recv(fd, &got, sizeof(got), MSG_WAITALL), sizeof(got));
	ck_assert_uint_eq(got, want);
	ck_assert_int_eq(recv(fd, &c, 1, 0), 0);
	(void)close(fd);
	wait_for_no_flows();
	server_stop(&s);
}
END_TEST

#define BULK (64u << 20)

START_TEST(carries_bulk_unchanged)
{
	struct server s = { .len = BULK };
	unsigned char *buf = xcalloc(1, 1 << 16);
	size_t at = 0;
	ssize_t n;
	int fd;

	server_start(&s, TALK);
	add_service("talk", s.port);
	add_rule("r", VIP, PORT, "talk");
	ck_assert_str_eq(publish(), "");
	fd = dial(VIP_HOST, PORT);
	while ((n = recv(fd, buf, 1 << 16, 0)) > 0)
		for (ssize_t i = 0; i < n; i++, at++)
			if (buf[i] != pattern(at))
				ck_abort_msg("byte %zu differs", at);
	ck_assert_int_eq(n, 0);
	ck_assert_uint_eq(at, BULK);
	free(buf);
	(void)close(fd);
	wait_for_no_flows();
	server_stop(&s);
}
END_TEST

/* A client that does not read stops the server, and gets all in the end. */
START_TEST(slow_reader_gets_everything)
{
	struct server s = { .len = 24u << 20 };
	unsigned char buf[4096];
	struct service_counters sc;
	struct service *svc;
	size_t at = 0;
	ssize_t n;
	int fd;

	server_start(&s, TALK);
	svc = add_service("talk", s.port);
	add_rule("r", VIP, PORT, "talk");
	ck_assert_str_eq(publish(), "");
	fd = dial(VIP_HOST, PORT);
	usleep(300000);
	plane_service_counters(plane, svc->index, &sc);
	ck_assert_uint_lt(sc.bytes_out, s.len);
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		for (ssize_t i = 0; i < n; i++, at++)
			if (buf[i] != pattern(at))
				ck_abort_msg("byte %zu differs", at);
	ck_assert_uint_eq(at, s.len);
	(void)close(fd);
	server_stop(&s);
}
END_TEST

START_TEST(refused_and_unavailable_are_reset)
{
	struct server s = { 0 };
	struct plane_totals t;
	struct service *svc;
	int fd;

	server_start(&s, ECHO);
	svc = add_service("gone", s.port);
	add_rule("r", VIP, PORT, "gone");
	ck_assert_str_eq(publish(), "");
	server_stop(&s);
	fd = dial(VIP_HOST, PORT);
	ck_assert(fd < 0 || is_over(fd, 5000));
	(void)close(fd);
	plane_totals(plane, &t);
	ck_assert_uint_eq(t.refused, 1);
	plane_service_state(plane, svc->index, SERVICE_DOWN);
	fd = dial(VIP_HOST, PORT);
	ck_assert(fd < 0 || is_over(fd, 5000));
	(void)close(fd);
	wait_for_no_flows();
	plane_totals(plane, &t);
	ck_assert_uint_eq(t.refused, 1);
	ck_assert_uint_eq(t.no_service, 1);
}
END_TEST

START_TEST(reset_service_resets_its_flows)
{
	struct server s = { 0 };
	struct service *a;
	int fa, fb;

	server_start(&s, ECHO);
	a = add_service("a", s.port);
	add_service("b", s.port);
	add_rule("ra", VIP, PORT, "a");
	add_rule("rb", VIP, PORT + 1, "b");
	ck_assert_str_eq(publish(), "");
	fa = dial_echo(VIP_HOST, PORT);
	fb = dial_echo(VIP_HOST, PORT + 1);
	plane_reset_service(plane, a->index);
	ck_assert(is_over(fa, 5000));
	ck_assert(!is_over(fb, 100));
	plane_reset_slot(plane, 2); /* none of them uses a module */
	ck_assert(!is_over(fb, 100));
	(void)close(fa);
	(void)close(fb);
	server_stop(&s);
}
END_TEST

START_TEST(suspended_rule_closes_its_port_and_leaves_flows)
{
	struct server s = { 0 };
	struct content *c;
	int fd, late;
	char back[2];

	server_start(&s, ECHO);
	add_service("echo", s.port);
	c = add_rule("r", VIP, PORT, "echo");
	ck_assert_str_eq(publish(), "");
	fd = dial_echo(VIP_HOST, PORT);
	ck_assert(!content_suspend(conf, c, &err));
	ck_assert_str_eq(publish(), "");
	for (int i = 0; i < 100 && (late = dial(VIP_HOST, PORT)) >= 0; i++) {
		(void)close(late);
		usleep(10000);
	}
	ck_assert_int_lt(late, 0);
	ck_assert_int_eq(send(fd, "ok", 2, MSG_NOSIGNAL), 2);
	ck_assert_int_eq(recv(fd, back, 2, MSG_WAITALL), 2);
	ck_assert(!content_activate(conf, c, &err));
	ck_assert_str_eq(publish(), "");
	(void)close(dial_echo(VIP_HOST, PORT));
	(void)close(fd);
	server_stop(&s);
}
END_TEST

START_TEST(warns_once_of_what_cannot_be_opened)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(PORT),
				 .sin_addr = ip(VIP_HOST) };
	int on = 1, stranger = socket(AF_INET, SOCK_STREAM, 0);
	struct server s = { 0 };
	struct content *c;

	(void)setsockopt(stranger, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	ck_assert_int_eq(bind(stranger, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(stranger, 1), 0);
	server_start(&s, ECHO);
	add_service("echo", s.port);
	add_rule("r", VIP, PORT, "echo");
	ck_assert_ptr_nonnull(strstr(publish(), "10.77.0.1:18080 is not open"));
	conf_changed(conf);
	ck_assert_str_eq(publish(), "");
	(void)close(stranger);
	conf_changed(conf);
	ck_assert_str_eq(publish(), "");
	(void)close(dial_echo(VIP_HOST, PORT));
	/* 11.77.0.1 falls on the same 127.77.0.1 */
	c = add_rule("twin", "11.77.0.1", PORT, "echo");
	ck_assert_ptr_nonnull(strstr(publish(), "10.77.0.1"));
	ck_assert(!content_suspend(conf, c, &err));
	ck_assert_str_eq(publish(), "");
	server_stop(&s);
}
END_TEST

START_TEST(source_group_gives_the_source_address)
{
	struct sockaddr_in a = { .sin_family = AF_INET }, peer = { 0 };
	socklen_t len = sizeof(a);
	struct group_counters gc;
	struct group *g;
	int lfd = socket(AF_INET, SOCK_STREAM, 0), fd, in;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(lfd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(lfd, 8), 0);
	ck_assert_int_eq(getsockname(lfd, (struct sockaddr *)&a, &len), 0);
	add_service("srv", ntohs(a.sin_port));
	add_rule("r", VIP, PORT, "srv");
	g = group_add(conf, "nat", &err);
	ck_assert(!group_set_vip(conf, g, ip("10.66.0.9"), 1, &err));
	ck_assert(!group_add_dest(conf, g, "srv", &err));
	ck_assert(!group_activate(conf, g, &err));
	ck_assert_str_eq(publish(), "");
	fd = dial(VIP_HOST, PORT);
	in = accept(lfd, (struct sockaddr *)&peer, &len);
	ck_assert_int_ge(in, 0);
	ck_assert_str_eq(str_addr(peer.sin_addr), "127.66.0.9");
	plane_group_counters(plane, g->index, &gc);
	ck_assert_uint_eq(gc.current_conns, 1);
	(void)close(in);
	(void)close(fd);
	wait_for_no_flows();
	plane_group_counters(plane, g->index, &gc);
	ck_assert_uint_eq(gc.current_conns, 0);
	(void)close(lfd);
}
END_TEST

START_TEST(idle_flow_is_closed)
{
	struct server s = { 0 };
	struct content *c;
	int fd, permanent;

	server_start(&s, ECHO);
	add_service("echo", s.port);
	c = add_rule("r", VIP, 80, "echo"); /* 8 s; a worker's tick is 0.25 s */
	hostmap_set_port_base(map, PORT);
	ck_assert_str_eq(publish(), "");
	(void)c;
	fd = dial_echo(VIP_HOST, PORT + 80);
	conf_put_u16(conf, &conf->global->flow.permanent[19], 80);
	ck_assert_str_eq(publish(), "");
	permanent = dial_echo(VIP_HOST, PORT + 80);
	ck_assert(!is_over(fd, 7500));
	ck_assert(is_over(fd, 1500));
	ck_assert(!is_over(permanent, 1000));
	(void)close(fd);
	(void)close(permanent);
	server_stop(&s);
}
END_TEST

/* What the other side may send at once, as it has been told. */
static int segment_of(int fd)
{
	int bytes = 0;
	socklen_t len = sizeof(bytes);

	ck_assert(!getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &bytes, &len));
	(void)close(fd);
	return bytes;
}

START_TEST(segments_of_clients_are_limited)
{
	uint16_t *mss = &conf->global->flow.tcp_mss;
	struct server s = { 0 };

	server_start(&s, ECHO);
	add_service("echo", s.port);
	add_rule("r", VIP, PORT, "echo");
	ck_assert_str_eq(publish(), "");
	ck_assert_int_gt(segment_of(dial_echo(VIP_HOST, PORT)), 1460);
	conf_put_u16(conf, mss, 600); /* of a listener that is open */
	ck_assert_str_eq(publish(), "");
	ck_assert_int_le(segment_of(dial_echo(VIP_HOST, PORT)), 600);
	add_rule("r2", VIP, PORT + 1, "echo"); /* and of a new one */
	conf_put_u16(conf, mss, 1);
	ck_assert_str_eq(publish(), "");
	ck_assert_int_le(segment_of(dial_echo(VIP_HOST, PORT + 1)), 88);
	conf_put_u16(conf, mss, 1460);
	ck_assert_str_eq(publish(), "");
	ck_assert_int_gt(segment_of(dial_echo(VIP_HOST, PORT)), 1460);
	wait_for_no_flows();
	server_stop(&s);
}
END_TEST

START_TEST(snapshot_shows_both_directions)
{
	struct server s = { 0 };
	struct flow_line *l;
	int fd, n;

	server_start(&s, ECHO);
	add_service("echo", s.port);
	add_rule("r", VIP, PORT, "echo");
	ck_assert_str_eq(publish(), "");
	fd = dial_echo(VIP_HOST, PORT);
	l = plane_flows(plane, 4096, &n);
	ck_assert_int_eq(n, 2);
	ck_assert_str_eq(str_addr(l[0].dst), VIP);
	ck_assert_uint_eq(l[0].dport, PORT);
	ck_assert_str_eq(str_addr(l[0].nat_dst), "10.0.0.1");
	ck_assert_str_eq(str_addr(l[1].src), "10.0.0.1");
	ck_assert_uint_eq(l[1].sport, s.port);
	ck_assert_uint_eq(l[1].bytes, 5);
	free(l);
	l = plane_flows(plane, 1, &n);
	ck_assert_int_le(n, 1);
	free(l);
	(void)close(fd);
	server_stop(&s);
}
END_TEST

START_TEST(layer5_rule_waits_for_the_request)
{
	static const char get[] = "GET /a/x HTTP/1.1\r\nHost: h\r\n\r\n";
	struct server a = { 0 }, b = { 0 };
	struct service *sa, *sb;
	struct service_counters sc;
	struct content *c;
	char back[sizeof(get)];
	int fd;

	server_start(&a, ECHO);
	server_start(&b, ECHO);
	sa = add_service("a", a.port);
	sb = add_service("b", b.port);
	c = add_rule("r5", VIP, PORT, "a");
	ck_assert(!content_suspend(conf, c, &err));
	ck_assert(!content_set_url(
		conf, c,
		&(struct content_url){
			.url = "/a/*", .eql = "", .dql = "", .urql = "" },
		&err));
	ck_assert(!content_activate(conf, c, &err));
	add_rule("r4", VIP, PORT, "b");
	ck_assert_str_eq(publish(), "");
	fd = dial(VIP_HOST, PORT);
	for (size_t i = 0; i < sizeof(get) - 1; i++)
		ck_assert_int_eq(send(fd, get + i, 1, MSG_NOSIGNAL), 1);
	ck_assert_int_eq(recv(fd, back, sizeof(get) - 1, MSG_WAITALL),
			 sizeof(get) - 1);
	ck_assert(!memcmp(back, get, sizeof(get) - 1));
	plane_service_counters(plane, sa->index, &sc);
	ck_assert_uint_eq(sc.total_conns, 1);
	ck_assert_uint_eq(sc.bytes_in, sizeof(get) - 1);
	(void)close(fd);
	fd = dial(VIP_HOST, PORT); /* no request: falls to the rule below */
	ck_assert_int_eq(send(fd, "\x16\x03", 2, MSG_NOSIGNAL), 2);
	ck_assert_int_eq(recv(fd, back, 2, MSG_WAITALL), 2);
	(void)close(fd);
	plane_service_counters(plane, sb->index, &sc);
	ck_assert_uint_eq(sc.total_conns, 1);
	server_stop(&a);
	server_stop(&b);
}
END_TEST

#define CLIENTS 32
#define ROUNDS	50

static void *hammer(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		char buf[512], back[512];
		int fd = dial(VIP_HOST, PORT);

		if (fd < 0)
			continue;
		memset(buf, i, sizeof(buf));
		if (send(fd, buf, sizeof(buf), MSG_NOSIGNAL) ==
			    (ssize_t)sizeof(buf) &&
		    recv(fd, back, sizeof(back), MSG_WAITALL) ==
			    (ssize_t)sizeof(back))
			ck_assert(!memcmp(buf, back, sizeof(buf)));
		(void)close(fd);
	}
	return NULL;
}

/* Policies change, states flap and snapshots are taken under load. */
/* ---- hot URLs -------------------------------------------------------------------- */

static void hit(struct hotlist *h, unsigned rule, const char *url, int times,
		uint64_t interval)
{
	while (times--)
		hotlist_hit(h, rule, url, strlen(url), interval);
}

START_TEST(hot_urls_are_counted)
{
	struct hot_url u[HOT_PLACES];
	struct hotlist h;
	char text[2 * HOT_URL_LEN];
	size_t n = 0;

	hotlist_init(&h);
	hit(&h, 1, "/a", 3, 10);
	hit(&h, 1, "/b", 5, 10);
	hit(&h, 2, "/a", 9, 10);
	n = hotlist_merge(u, hotlist_copy(&h, 1, 10, u, HOT_PLACES));
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(u[0].url, "/b");
	ck_assert_uint_eq(u[0].hits, 5);
	ck_assert_str_eq(u[1].url, "/a");
	/* the next interval begins at 0, and knows the one before */
	hit(&h, 1, "/a", 1, 11);
	n = hotlist_merge(u, hotlist_copy(&h, 1, 11, u, HOT_PLACES));
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(u[0].url, "/a");
	ck_assert_uint_eq(u[0].hits, 1);
	ck_assert_uint_eq(u[0].before, 3);
	ck_assert_uint_eq(u[1].hits, 0);
	ck_assert_uint_eq(u[1].before, 5);
	ck_assert_uint_eq(hotlist_copy(&h, 1, 13, u, HOT_PLACES), 0);
	/* a flood of cold ones leaves the hot one */
	hit(&h, 3, "/hot", 50, 20);
	for (int i = 0; i < 20 * HOT_PLACES; i++) {
		(void)snprintf(text, sizeof(text), "/cold/%d", i);
		hit(&h, 3, text, 1, 20);
	}
	n = hotlist_merge(u, hotlist_copy(&h, 3, 20, u, HOT_PLACES));
	ck_assert_str_eq(u[0].url, "/hot");
	ck_assert_uint_eq(u[0].hits, 50);
	/* a long one is cut, workers are added up */
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	hit(&h, 4, text, 1, 30);
	n = hotlist_copy(&h, 4, 30, u, 1);
	n += hotlist_copy(&h, 4, 30, u + 1, 1);
	ck_assert_uint_eq(hotlist_merge(u, n), 1);
	ck_assert_uint_eq(u[0].hits, 2);
	ck_assert_uint_eq(strlen(u[0].url), HOT_URL_LEN - 1);
	hotlist_fini(&h);
}
END_TEST

START_TEST(survives_changes_under_load)
{
	struct server s = { 0 };
	pthread_t t[CLIENTS];
	struct service *svc;
	struct content *c;

	server_start(&s, ECHO);
	svc = add_service("echo", s.port);
	add_rule("r", VIP, PORT, "echo");
	c = add_rule("other", VIP, PORT + 1, "echo");
	(void)publish();
	for (int i = 0; i < CLIENTS; i++)
		pthread_create(&t[i], NULL, hammer, NULL);
	for (int i = 0; i < 50; i++) {
		int n;

		if (i % 2)
			(void)content_suspend(conf, c, &err);
		else
			(void)content_activate(conf, c, &err);
		(void)publish();
		plane_service_state(plane, svc->index,
				    i % 3 ? SERVICE_ALIVE : SERVICE_DYING);
		free(plane_flows(plane, 100, &n));
		if (i % 10 == 5)
			plane_reset_service(plane, svc->index);
		usleep(5000);
	}
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(t[i], NULL);
	wait_for_no_flows();
	server_stop(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("plane");
	TCase *t = tcase_create("sockets");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, relays_and_counts);
	tcase_add_test(t, passes_half_close);
	tcase_add_test(t, carries_bulk_unchanged);
	tcase_add_test(t, slow_reader_gets_everything);
	tcase_add_test(t, refused_and_unavailable_are_reset);
	tcase_add_test(t, reset_service_resets_its_flows);
	tcase_add_test(t, suspended_rule_closes_its_port_and_leaves_flows);
	tcase_add_test(t, warns_once_of_what_cannot_be_opened);
	tcase_add_test(t, source_group_gives_the_source_address);
	tcase_add_test(t, idle_flow_is_closed);
	tcase_add_test(t, segments_of_clients_are_limited);
	tcase_add_test(t, snapshot_shows_both_directions);
	tcase_add_test(t, layer5_rule_waits_for_the_request);
	tcase_add_test(t, hot_urls_are_counted);
	tcase_add_test(t, survives_changes_under_load);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"
#include "emu/keepalive/ka_state.h"
#include "emu/keepalive/keepalive.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

/* ---- the state machine -------------------------------------------------- */

#define DOWN  SERVICE_DOWN
#define ALIVE SERVICE_ALIVE
#define DYING SERVICE_DYING

/* frequency 5, retryperiod 7, maxfailure 3 unless the row says otherwise */
static const struct {
	struct ka_status from;
	enum ka_result result;
	uint8_t maxfailure;
	struct ka_status to;
	unsigned delay_s;
	bool counted;
} steps[] = {
	/* just activated */
	{ { DOWN, 0, false }, KA_UP, 3, { ALIVE, 0, true }, 5, true },
	{ { DOWN, 0, false }, KA_DOWN, 3, { DOWN, 1, false }, 7, false },
	{ { DOWN, 2, false }, KA_DOWN, 3, { DOWN, 3, true }, 7, true },
	{ { DOWN, 2, false }, KA_UP, 3, { ALIVE, 0, true }, 5, true },
	{ { DOWN, 0, false }, KA_DOWN, 1, { DOWN, 1, true }, 7, true },
	{ { SERVICE_SUSPENDED, 0, false },
	  KA_UP,
	  3,
	  { ALIVE, 0, true },
	  5,
	  true },
	/* Alive */
	{ { ALIVE, 0, true }, KA_UP, 3, { ALIVE, 0, true }, 5, false },
	{ { ALIVE, 0, true }, KA_DOWN, 3, { DYING, 1, true }, 7, false },
	{ { ALIVE, 0, true }, KA_DOWN, 2, { DYING, 1, true }, 7, false },
	{ { ALIVE, 0, true }, KA_DOWN, 1, { DOWN, 1, true }, 7, true },
	/* Dying */
	{ { DYING, 1, true }, KA_UP, 3, { ALIVE, 0, true }, 5, false },
	{ { DYING, 1, true }, KA_DOWN, 3, { DYING, 2, true }, 7, false },
	{ { DYING, 2, true }, KA_DOWN, 3, { DOWN, 3, true }, 7, true },
	{ { DYING, 1, true }, KA_DOWN, 2, { DOWN, 2, true }, 7, true },
	{ { DYING, 9, true }, KA_DOWN, 10, { DOWN, 10, true }, 7, true },
	/* maxfailure lowered meanwhile */
	{ { DYING, 5, true }, KA_DOWN, 2, { DOWN, 2, true }, 7, true },
	/* Down */
	{ { DOWN, 3, true }, KA_DOWN, 3, { DOWN, 3, true }, 7, false },
	{ { DOWN, 3, true }, KA_UP, 3, { ALIVE, 0, true }, 5, true },
};

START_TEST(result_of_a_probe_leads_to_the_next_state)
{
	struct probe_spec spec;
	struct ka_step step;

	probe_spec_init(&spec);
	spec.frequency_s = 5;
	spec.retryperiod_s = 7;
	spec.maxfailure = steps[_i].maxfailure;
	step = ka_step(steps[_i].from, &spec, steps[_i].result);
	ck_assert_int_eq(step.next.state, steps[_i].to.state);
	ck_assert_uint_eq(step.next.failures, steps[_i].to.failures);
	ck_assert_int_eq(step.next.settled, steps[_i].to.settled);
	ck_assert_uint_eq(step.delay_s, steps[_i].delay_s);
	ck_assert_int_eq(step.counted, steps[_i].counted);
}
END_TEST

/* ---- a switch with nothing but services --------------------------------- */

static struct loop *loop;
static struct hostmap *map;
static struct conf *conf;
static struct monitor *mon;
static bool module_is_ready;
static struct out changes, lines; /* what the hook and the log were told */
static int sink_id;

static void changed(void *arg, unsigned index, enum service_state from,
		    enum service_state to)
{
	(void)arg;
	out_printf(&changes, "%u %s>%s\n", index, service_state_name(from),
		   service_state_name(to));
}

static bool module_ready(void *arg, const struct service *s)
{
	(void)arg;
	ck_assert(service_is_module(s));
	return module_is_ready;
}

/* Behind the blank that follows "SUBSYSTEM-n:" everything is the text. */
static void sink(void *arg, enum log_level l, const char *line)
{
	const char *text = strstr(line, "-");

	(void)arg;
	(void)l;
	while (text && text > line && text[-1] != ' ')
		text--;
	out_printf(&lines, "%s\n", text);
}

static void setup(void)
{
	struct monitor_hooks hooks = { .changed = changed,
				       .module_ready = module_ready };

	loop = loop_new();
	map = hostmap_new();
	conf = conf_new();
	mon = monitor_new(loop, map, conf, &hooks);
	sink_id = log_sink_add(sink, NULL);
}

static void teardown(void)
{
	log_sink_del(sink_id);
	monitor_free(mon);
	conf_free(conf);
	hostmap_free(map);
	loop_free(loop);
	out_fini(&changes);
	out_fini(&lines);
}

static struct in_addr addr(const char *text)
{
	struct in_addr a;

	ck_assert(str_to_addr(text, &a));
	return a;
}

#define SERVER "10.73.1.1"

static struct service *add(const char *name, enum probe_type type,
			   uint16_t port)
{
	struct err err = { 0 };
	struct service *s = service_add(conf, name, &err);

	ck_assert_msg(s != NULL, "%s", err.msg);
	s->addr = addr(SERVER);
	s->port = port;
	s->keepalive.type = type;
	s->keepalive.frequency_s = 1; /* the CLI starts at 2 */
	s->keepalive.retryperiod_s = 1;
	return s;
}

static void activate(struct service *s)
{
	struct err err = { 0 };

	ck_assert_msg(!service_activate(conf, s, &err), "%s", err.msg);
	monitor_sync(mon);
}

static void suspend(struct service *s)
{
	struct err err = { 0 };

	ck_assert_int_eq(service_suspend(conf, s, &err), 0);
	monitor_sync(mon);
}

static struct monitor_info info_of(const struct service *s)
{
	struct monitor_info info;

	monitor_info(mon, s->index, &info);
	return info;
}

static const char *state_of(const struct service *s)
{
	return service_state_name(info_of(s).state);
}

/* Turns the loop, at most 6 s. */
static void run_until(const struct service *s, enum service_state state)
{
	uint64_t end = clock_ms() + 6000;

	while (clock_ms() < end && info_of(s).state != state)
		loop_turn(loop, 20);
	ck_assert_msg(info_of(s).state == state, "%s: %s", state_of(s),
		      info_of(s).detail);
}

static void run_until_failed(const struct service *s, uint64_t failures)
{
	uint64_t end = clock_ms() + 6000;

	while (clock_ms() < end && info_of(s).probe_failures < failures)
		loop_turn(loop, 20);
	ck_assert_uint_eq(info_of(s).probe_failures, failures);
}

static void run_ms(uint64_t ms)
{
	uint64_t end = clock_ms() + ms;

	while (clock_ms() < end)
		loop_turn(loop, 10);
}

/* ---- a server that answers every connection with the same bytes --------- */

struct server {
	int fd;
	uint16_t port;
	pthread_t thread;
	const char *reply;
	size_t len;
	bool byte_by_byte;
	/* of the last connection, read after server_end() */
	char request[1024];
	size_t request_len;
	int end; /* 0: FIN, else errno */
	unsigned connections;
};

static void answer(struct server *sv, int fd)
{
	struct timeval limit = { .tv_sec = 3 };
	char rest[64];
	ssize_t n;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (sv->reply) {
		n = recv(fd, sv->request, sizeof(sv->request), 0);
		sv->request_len = n > 0 ? (size_t)n : 0;
		for (size_t i = 0; sv->byte_by_byte && i + 1 < sv->len; i++) {
			(void)send(fd, sv->reply + i, 1, MSG_NOSIGNAL);
			(void)usleep(500);
		}
		n = sv->byte_by_byte && sv->len ? (ssize_t)sv->len - 1 : 0;
		(void)send(fd, sv->reply + n, sv->len - (size_t)n,
			   MSG_NOSIGNAL);
		if (!sv->len)
			(void)shutdown(fd, SHUT_WR);
	}
	do
		n = recv(fd, rest, sizeof(rest), 0);
	while (n > 0);
	sv->end = n ? errno : 0;
}

static void *serve(void *arg)
{
	struct server *sv = arg;
	int fd;

	while ((fd = accept(sv->fd, NULL, NULL)) >= 0) {
		sv->connections++;
		answer(sv, fd);
		(void)close(fd);
	}
	return NULL;
}

/* port 0: any */
static void server_begin(struct server *sv, uint16_t port, const char *reply,
			 size_t len)
{
	struct sockaddr_in at;
	socklen_t at_len = sizeof(at);
	struct err err = { 0 };

	*sv = (struct server){ .reply = reply, .len = len };
	sv->fd = sock_listen_host(addr("127.73.1.1"), htons(port), &err);
	ck_assert_msg(sv->fd >= 0, "%s", err.msg);
	ck_assert_int_eq(fcntl(sv->fd, F_SETFL, 0), 0); /* a thread waits */
	(void)getsockname(sv->fd, (struct sockaddr *)&at, &at_len);
	sv->port = ntohs(at.sin_port);
}

static void server_run(struct server *sv)
{
	ck_assert_int_eq(pthread_create(&sv->thread, NULL, serve, sv), 0);
}

static void server_end(struct server *sv)
{
	(void)shutdown(sv->fd, SHUT_RDWR);
	ck_assert_int_eq(pthread_join(sv->thread, NULL), 0);
	(void)close(sv->fd);
}

/* A port that nobody listens on. */
static uint16_t closed_port(void)
{
	struct server sv;

	server_begin(&sv, 0, NULL, 0);
	(void)close(sv.fd);
	return sv.port;
}

/* ---- kinds of probes ---------------------------------------------------- */

START_TEST(none_is_alive_at_once)
{
	struct service *s = add("web1", PROBE_NONE, 80);

	ck_assert_str_eq(state_of(s), "Suspended");
	activate(s);
	ck_assert_str_eq(state_of(s), "Alive");
	ck_assert_uint_eq(info_of(s).transitions, 1);
	ck_assert_str_eq(out_text(&changes), "1 Suspended>Alive\n");
	ck_assert_str_eq(out_text(&lines),
			 "NETMAN-2: Enterprise:Service Transition:"
			 "web1 -> alive\n");
	run_ms(1200);
	ck_assert_uint_eq(info_of(s).probes, 1); /* nobody is asked again */
}
END_TEST

/* 0: reset, 1: graceful */
START_TEST(tcp_probe_connects_and_closes_as_told)
{
	struct server sv;
	struct service *s;

	server_begin(&sv, 0, NULL, 0);
	server_run(&sv);
	s = add("web1", PROBE_TCP, sv.port);
	s->keepalive.close_fin = _i;
	s->keepalive.frequency_s = 5;
	activate(s);
	ck_assert_str_eq(state_of(s), "Down");
	run_until(s, SERVICE_ALIVE);
	run_ms(50);
	server_end(&sv);
	ck_assert_uint_eq(sv.connections, 1);
	ck_assert_int_eq(sv.end, _i ? 0 : ECONNRESET);
	ck_assert_str_eq(out_text(&changes),
			 "1 Suspended>Down\n1 Down>Alive\n");
	ck_assert_str_eq(info_of(s).detail, "");
	ck_assert_uint_eq(info_of(s).transitions, 1);
}
END_TEST

START_TEST(refused_connection_is_a_failure_with_its_reason)
{
	uint16_t port = closed_port();
	struct service *s = add("web1", PROBE_TCP, port);
	char want[96];

	s->keepalive.maxfailure = 2;
	activate(s);
	run_until_failed(s, 2);
	ck_assert_str_eq(state_of(s), "Down");
	(void)snprintf(want, sizeof(want),
		       "cannot connect to " SERVER ":%u: Connection refused",
		       port);
	ck_assert_str_eq(info_of(s).detail, want);
	ck_assert_uint_eq(info_of(s).failures, 2);
	ck_assert_str_eq(out_text(&changes), "1 Suspended>Down\n");
	ck_assert_str_eq(out_text(&lines),
			 "NETMAN-2: Enterprise:Service Transition:"
			 "web1 -> down\n");
}
END_TEST

static const struct {
	const char *reply;
	uint16_t code;
	bool get;
	const char *uri, *request;
	bool up;
	const char *detail;
} https[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 200, false, "",
	  "HEAD / HTTP/1.1\r\nHost: " SERVER "\r\nConnection: close\r\n\r\n",
	  true, "" },
	{ "HTTP/1.0 302 Found\r\nContent-Length: 2\r\n\r\nhi", 302, true,
	  "/x.html",
	  "GET /x.html HTTP/1.1\r\nHost: " SERVER
	  "\r\nConnection: close\r\n\r\n",
	  true, "" },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200, false,
	  "", NULL, true, "" },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
	  200, false, "", NULL, false, "does not answer in HTTP/1" },
	{ "HTTP/1.1 204\r\n\r\n", 204, false, "", NULL, true, "" },
	{ "HTTP/1.1 404 Not Found\r\n\r\n", 200, false, "", NULL, false,
	  "answered 404 instead of 200" },
	{ "HTTP/1.1 2000 OK\r\n\r\n", 200, false, "", NULL, false,
	  "does not answer in HTTP/1" },
	{ "HTTP/2.0 200 OK\r\n\r\n", 200, false, "", NULL, false,
	  "does not answer in HTTP/1" },
	{ "HTTP/1.1  99 Low\r\n\r\n", 200, false, "", NULL, false,
	  "does not answer in HTTP/1" },
	{ "SSH-2.0-OpenSSH_9.2\r\n", 200, false, "", NULL, false,
	  "does not answer in HTTP/1" },
	{ "HTTP/1.1 200", 200, false, "", NULL, false, "no answer from" },
	{ "", 200, false, "", NULL, false, "closed without an answer" },
};

START_TEST(http_probe_compares_the_code)
{
	struct server sv;
	struct service *s;

	server_begin(&sv, 0, https[_i].reply, strlen(https[_i].reply));
	sv.byte_by_byte = true;
	server_run(&sv);
	s = add("web1", PROBE_HTTP, sv.port);
	s->keepalive.http_rspcode = https[_i].code;
	s->keepalive.method_get = https[_i].get;
	s->keepalive.non_persistent = true;
	(void)str_copy(s->keepalive.uri, sizeof(s->keepalive.uri),
		       https[_i].uri);
	s->keepalive.retryperiod_s = 60;
	activate(s);
	if (https[_i].up)
		run_until(s, SERVICE_ALIVE);
	else
		run_until_failed(s, 1);
	ck_assert_int_eq(info_of(s).state == SERVICE_ALIVE, https[_i].up);
	if (https[_i].up)
		ck_assert_str_eq(info_of(s).detail, "");
	ck_assert_msg(strstr(info_of(s).detail, https[_i].detail) != NULL,
		      "%s", info_of(s).detail);
	suspend(s); /* hangs up, so that the server ends */
	server_end(&sv);
	if (https[_i].request) {
		sv.request[sv.request_len] = '\0';
		ck_assert_str_eq(sv.request, https[_i].request);
	}
}
END_TEST

#define REPLY(text) text, sizeof(text) - 1

static const struct {
	const char *reply;
	size_t len;
	bool up;
	const char *detail;
} ssls[] = {
	/* record head, ServerHello, its length, version */
	{ REPLY("\x16\x03\x03\0\x2a\x02\0\0\x26\x03\x03"), true, "" },
	{ REPLY("\x16\x03\0\0\x2a\x02\0\0\x26\x03\0"), true, "" }, /* SSL 3 */
	{ REPLY("\x15\x03\x01\0\x02\x02\x28"), false, "TLS alert 40" },
	{ REPLY("HTTP/1.1 400 Bad Request\r\n"), false,
	  "does not answer with an SSL hello" },
	{ REPLY("\x16\x03\x03\0\x2a\x0b\0\0\x26"), false, /* Certificate */
	  "does not answer with an SSL hello" },
	{ REPLY("\x16\x03\x03\xff\xff\x02\0\0\x26"), false, /* too long */
	  "does not answer with an SSL hello" },
	{ REPLY("\x16\x03\x03\0\0\x02\0\0\x26"), false, /* empty record */
	  "does not answer with an SSL hello" },
	{ REPLY("\x16\x02\x03\0\x2a\x02\0\0\x26"), false, /* no SSL 2 */
	  "does not answer with an SSL hello" },
	{ REPLY("\x16\x03\x03"), false, "no answer from" },
	{ REPLY(""), false, "closed without an answer" },
};

static unsigned be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Every length in the hello agrees with what it counts. */
static void check_hello(const uint8_t *p, size_t len)
{
	const uint8_t *end = p + len;

	ck_assert_uint_ge(len, 60);
	ck_assert_uint_eq(p[0], 22);
	ck_assert_uint_eq(be16(p + 3), len - 5);
	ck_assert_uint_eq(p[5], 1);
	ck_assert_uint_eq(be16(p + 7), len - 9);
	ck_assert_uint_eq(be16(p + 9), 0x0303);
	p += 11 + 32;
	p += 1 + p[0]; /* session */
	ck_assert_uint_eq(be16(p) % 2, 0);
	p += 2 + be16(p); /* suites */
	ck_assert(p < end);
	ck_assert_uint_eq(p[0], 1);
	ck_assert_uint_eq(p[1], 0); /* no compression */
	p += 2;
	ck_assert_uint_eq(be16(p), (size_t)(end - p) - 2);
	for (p += 2; p < end; p += 4 + be16(p + 2))
		ck_assert(end - p >= 4);
	ck_assert_ptr_eq(p, end);
}

START_TEST(ssl_probe_wants_a_server_hello)
{
	struct server sv;
	struct service *s;

	server_begin(&sv, 0, ssls[_i].reply, ssls[_i].len);
	sv.byte_by_byte = true;
	server_run(&sv);
	s = add("web1", PROBE_SSL, sv.port);
	s->keepalive.retryperiod_s = 60;
	activate(s);
	if (ssls[_i].up)
		run_until(s, SERVICE_ALIVE);
	else
		run_until_failed(s, 1);
	ck_assert_int_eq(info_of(s).state == SERVICE_ALIVE, ssls[_i].up);
	ck_assert_msg(strstr(info_of(s).detail, ssls[_i].detail) != NULL, "%s",
		      info_of(s).detail);
	suspend(s);
	server_end(&sv);
	check_hello((const uint8_t *)sv.request, sv.request_len);
}
END_TEST

START_TEST(icmp_probe_pings_or_says_what_it_lacks)
{
	struct service *s = add("web1", PROBE_ICMP, 0);
	struct err err = { 0 };
	bool is_dgram;
	int fd = sock_icmp(&is_dgram, &err);

	s->keepalive.frequency_s = 5;
	activate(s);
	if (fd >= 0) {
		(void)close(fd);
		run_until(s, SERVICE_ALIVE);
		ck_assert_uint_eq(info_of(s).probes, 1);
		return;
	}
	run_until_failed(s, 1);
	ck_assert_ptr_nonnull(strstr(err.msg, "ping_group_range"));
	ck_assert_ptr_nonnull(strstr(info_of(s).detail, "cannot send ICMP"));
	ck_assert_ptr_nonnull(strstr(out_text(&lines), "ping_group_range"));
}
END_TEST

START_TEST(ping_without_privilege_works_or_says_why)
{
	struct service *s = add("web1", PROBE_ICMP, 0);
	uid_t me = geteuid();
	struct err err = { 0 };
	bool is_dgram = false;
	int fd;

	if (me == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	fd = sock_icmp(&is_dgram, &err);
	activate(s);
	run_ms(100);
	ck_assert_int_eq(seteuid(me), 0);
	(void)prctl(PR_SET_DUMPABLE, 1); /* for the leak checker */
	ck_assert_int_eq(info_of(s).state == SERVICE_ALIVE, fd >= 0);
	if (fd >= 0)
		ck_assert(is_dgram);
	else
		ck_assert_ptr_nonnull(strstr(err.msg, "ping_group_range"));
	if (fd >= 0)
		(void)close(fd);
}
END_TEST

/* ---- a service's life --------------------------------------------------- */

START_TEST(service_dies_and_comes_back)
{
	struct server sv;
	struct service *s;
	uint16_t port;

	server_begin(&sv, 0, NULL, 0);
	port = sv.port;
	s = add("web1", PROBE_TCP, port);
	s->keepalive.maxfailure = 2;
	activate(s);
	run_until(s, SERVICE_ALIVE);
	(void)close(sv.fd);
	run_until(s, SERVICE_DYING);
	ck_assert_uint_eq(info_of(s).transitions, 1);
	ck_assert_uint_eq(info_of(s).failures, 1);
	run_until(s, SERVICE_DOWN);
	ck_assert_uint_eq(info_of(s).transitions, 2);
	server_begin(&sv, port, NULL, 0);
	run_until(s, SERVICE_ALIVE);
	(void)close(sv.fd);
	ck_assert_uint_eq(info_of(s).transitions, 3);
	ck_assert_uint_eq(info_of(s).failures, 0);
	monitor_zero_transitions(mon, s->index);
	ck_assert_uint_eq(info_of(s).transitions, 0);
	suspend(s);
	ck_assert_str_eq(out_text(&changes),
			 "1 Suspended>Down\n1 Down>Alive\n1 Alive>Dying\n"
			 "1 Dying>Down\n1 Down>Alive\n1 Alive>Suspended\n");
	ck_assert_str_eq(
		out_text(&lines),
		"NETMAN-2: Enterprise:Service Transition:web1 -> alive\n"
		"NETMAN-2: Enterprise:Service Transition:web1 -> down\n"
		"NETMAN-2: Enterprise:Service Transition:web1 -> alive\n"
		"NETMAN-2: Enterprise:Service Transition:web1 -> suspended\n");
}
END_TEST

START_TEST(suspended_service_is_left_alone)
{
	struct service *s = add("web1", PROBE_TCP, closed_port());
	uint64_t probes;

	activate(s);
	run_until_failed(s, 1);
	suspend(s);
	ck_assert_str_eq(state_of(s), "Suspended");
	ck_assert_uint_eq(info_of(s).failures, 0);
	ck_assert_str_eq(info_of(s).detail, "");
	probes = info_of(s).probes;
	run_ms(1300);
	ck_assert_uint_eq(info_of(s).probes, probes);
}
END_TEST

START_TEST(suspend_and_active_before_a_sync_are_both_seen)
{
	struct service *s = add("web1", PROBE_NONE, 80);
	struct err err = { 0 };

	activate(s);
	ck_assert_int_eq(service_suspend(conf, s, &err), 0);
	activate(s);
	ck_assert_str_eq(out_text(&changes), "1 Suspended>Alive\n"
					     "1 Alive>Suspended\n"
					     "1 Suspended>Alive\n");
}
END_TEST

START_TEST(module_service_is_down_without_its_module)
{
	struct service *s = add("ssl_mod2", PROBE_NONE, 0);

	s->type = SERVICE_SSL_ACCEL;
	s->slot = 2;
	s->active = true; /* what configuration checks is not the point here */
	monitor_sync(mon);
	ck_assert_str_eq(state_of(s), "Down");
	ck_assert_str_eq(info_of(s).detail,
			 "the SSL module in slot 2 is not ready");
	module_is_ready = true;
	monitor_sync(mon);
	ck_assert_str_eq(state_of(s), "Alive");
	ck_assert_uint_eq(info_of(s).transitions, 1);
	module_is_ready = false;
	monitor_sync(mon);
	monitor_sync(mon);
	ck_assert_str_eq(state_of(s), "Down");
	ck_assert_uint_eq(info_of(s).transitions, 2);
	module_is_ready = true;
	monitor_sync(mon);
	ck_assert_str_eq(out_text(&changes), "1 Suspended>Down\n1 Down>Alive\n"
					     "1 Alive>Down\n1 Down>Alive\n");
}
END_TEST

START_TEST(named_keepalive_decides_when_it_is_active)
{
	struct service *s = add("web1", PROBE_NAMED, 80);
	struct err err = { 0 };
	struct server sv;
	struct probe *p;
	char text[96];

	(void)str_copy(s->keepalive.arg, sizeof(s->keepalive.arg), "ka1");
	s->addr = addr("10.73.9.9"); /* the named one's address counts */
	activate(s);
	ck_assert_str_eq(info_of(s).detail, "keepalive ka1 does not exist");
	p = probe_add(conf, "ka1", &err);
	ck_assert_msg(p != NULL, "%s", err.msg);
	server_begin(&sv, 0, NULL, 0);
	p->addr = addr(SERVER);
	p->spec.type = PROBE_TCP;
	p->spec.port = sv.port;
	p->spec.frequency_s = 1;
	monitor_sync(mon);
	ck_assert_str_eq(info_of(s).detail,
			 "keepalive ka1 is suspended: activate it");
	ck_assert_str_eq(state_of(s), "Down");
	ck_assert_int_eq(probe_activate(conf, p, &err), 0);
	monitor_sync(mon);
	run_until(s, SERVICE_ALIVE);
	monitor_probe_text(conf, s, text, sizeof(text));
	ck_assert_str_eq(text, "ka1");
	ck_assert_int_eq(probe_suspend(conf, p, &err), 0);
	monitor_sync(mon);
	ck_assert_str_eq(state_of(s), "Down");
	(void)close(sv.fd);
}
END_TEST

static const struct {
	enum probe_type type;
	bool no_addr, no_port;
	const char *detail;
} blocks[] = {
	{ PROBE_FTP, false, false, "ftp-record none does not exist" },
	{ PROBE_SCRIPT, false, false, "nobody plays scripts here" },
	{ PROBE_TCP, false, true, "it has no port to probe: keepalive port" },
	{ PROBE_ICMP, true, false,
	  "it has no IP address to probe: keepalive type none" },
};

START_TEST(service_that_cannot_be_probed_says_why)
{
	struct service *s = add("web1", blocks[_i].type, 80);
	char want[160];

	if (blocks[_i].type == PROBE_FTP)
		(void)str_copy(s->keepalive.arg, sizeof(s->keepalive.arg),
			       "none");
	if (blocks[_i].no_port)
		s->port = 0;
	if (blocks[_i].no_addr)
		s->addr.s_addr = INADDR_ANY;
	s->active = true;
	monitor_sync(mon);
	monitor_sync(mon); /* is logged once */
	ck_assert_str_eq(state_of(s), "Down");
	ck_assert_str_eq(info_of(s).detail, blocks[_i].detail);
	(void)snprintf(want, sizeof(want), "KAL-4: Service web1 is Down: %s\n",
		       blocks[_i].detail);
	ck_assert_str_eq(out_text(&lines), want);
	s->keepalive.type = PROBE_NONE; /* the cure */
	monitor_sync(mon);
	ck_assert_str_eq(state_of(s), "Alive");
}
END_TEST

START_TEST(silent_server_times_out)
{
	struct server sv;
	struct service *s;
	uint64_t start = clock_ms();

	server_begin(&sv, 0, NULL, 0); /* connects, never answers */
	s = add("web1", PROBE_SSL, sv.port);
	s->keepalive.frequency_s = 2;
	activate(s);
	run_until_failed(s, 1);
	ck_assert_uint_ge(clock_ms() - start, 1000);
	ck_assert_uint_le(clock_ms() - start, 2500);
	ck_assert_str_eq(info_of(s).detail,
			 "no answer from " SERVER " within 1 s");
	(void)close(sv.fd);
}
END_TEST

/* ---- scripts ------------------------------------------------------------ */

/* A player whose scripts end when the test says so. */
static struct played {
	script_done_fn done;
	void *owner;
	char what[128];
} played[64];
static int nplayed, stopped_runs;

static void *play(void *arg, const struct script_probe *what,
		  script_done_fn done, void *owner, struct err *err)
{
	struct played *x = &played[nplayed];

	(void)arg;
	if (!strcmp(what->name, "missing")) {
		(void)err_set(err, ERR_NOT_FOUND, -1, "no script missing");
		return NULL;
	}
	ck_assert_int_lt(nplayed, LEN(played));
	x->done = done;
	x->owner = owner;
	(void)snprintf(x->what, sizeof(x->what), "%s(%s)%s", what->name,
		       what->args, what->use_output ? " out" : "");
	nplayed++;
	return x;
}

static void stop_play(void *arg, void *run)
{
	struct played *x = run;

	(void)arg;
	x->done = NULL;
	stopped_runs++;
}

static void end_play(int i, int status, const char *text)
{
	ck_assert(played[i].done != NULL);
	played[i].done(played[i].owner, status, text, loop_now(loop));
	played[i].done = NULL;
}

static void with_player(void)
{
	struct monitor_hooks hooks = { .script_start = play,
				       .script_stop = stop_play };

	monitor_free(mon);
	mon = monitor_new(loop, map, conf, &hooks);
	nplayed = stopped_runs = 0;
}

static struct service *add_script(const char *name, const char *script)
{
	struct service *s = add(name, PROBE_SCRIPT, 0);

	(void)str_copy(s->keepalive.arg, sizeof(s->keepalive.arg), script);
	(void)str_copy(s->keepalive.script_args,
		       sizeof(s->keepalive.script_args), "a b");
	return s;
}

START_TEST(a_script_decides)
{
	struct service *s = NULL;

	with_player();
	s = add_script("web1", "mine");
	s->keepalive.use_output = true;
	s->keepalive.maxfailure = 1;
	activate(s);
	run_ms(20);
	ck_assert_int_eq(nplayed, 1);
	ck_assert_str_eq(played[0].what, "mine(a b) out");
	end_play(0, 0, "ignored");
	ck_assert_str_eq(state_of(s), "Alive");
	s->keepalive.arg[0] = 'M'; /* another script is asked at once */
	monitor_sync(mon);
	run_ms(20);
	ck_assert_int_eq(nplayed, 2);
	end_play(1, 3, "it says no");
	ck_assert_str_eq(state_of(s), "Down");
	ck_assert_str_eq(info_of(s).detail, "it says no");
	ck_assert_int_eq(stopped_runs, 0);
}
END_TEST

START_TEST(a_script_has_its_frequency)
{
	struct service *s = NULL;
	uint64_t start = clock_ms();

	with_player();
	s = add_script("web1", "slow");
	s->keepalive.frequency_s = 2;
	activate(s);
	run_until_failed(s, 1);
	ck_assert_uint_ge(clock_ms() - start, 1900);
	ck_assert_str_eq(info_of(s).detail,
			 "script slow has not ended within 2 s");
	ck_assert_int_eq(stopped_runs, 1);
	s = add_script("web2", "missing");
	activate(s);
	run_until_failed(s, 1);
	ck_assert_str_eq(info_of(s).detail, "no script missing");
}
END_TEST

START_TEST(sixteen_scripts_run_at_once)
{
	struct service *s[20];
	char name[16];

	with_player();
	for (int i = 0; i < LEN(s); i++) {
		(void)snprintf(name, sizeof(name), "web%d", i + 1);
		s[i] = add_script(name, "mine");
		s[i]->keepalive.frequency_s = (uint8_t)(60 + i);
		activate(s[i]);
		if (i == 15) /* those behind find no place */
			run_ms(30);
	}
	run_ms(30);
	ck_assert_int_eq(nplayed, 16);
	suspend(s[17]); /* waits in the queue */
	end_play(3, 0, "");
	suspend(s[0]); /* runs */
	ck_assert_int_eq(stopped_runs, 1);
	run_ms(30);
	ck_assert_int_eq(nplayed, 18);
	for (int i = 0; i < nplayed; i++)
		if (played[i].done)
			end_play(i, 0, "");
	run_ms(30);
	ck_assert_int_eq(nplayed, 19);
	end_play(18, 0, "");
	ck_assert_str_eq(state_of(s[16]), "Alive");
	ck_assert_str_eq(state_of(s[19]), "Alive");
}
END_TEST

/* The product's guide warns of more, and refuses nothing. */
START_TEST(more_than_the_class_takes_are_told)
{
	struct service *s = NULL;
	char name[16];

	with_player();
	for (int i = 0; i <= 255; i++) {
		(void)snprintf(name, sizeof(name), "web%d", i + 1);
		s = add_script(name, "mine");
		(void)str_copy(s->keepalive.script_args,
			       sizeof(s->keepalive.script_args), name);
		s->active = true;
		s->activations++;
		if (i == 254) {
			monitor_sync(mon);
			ck_assert_str_eq(out_text(&lines), "");
		}
	}
	monitor_sync(mon);
	monitor_sync(mon); /* is said once */
	ck_assert_str_eq(out_text(&lines),
			 "KAL-4: More than the 255 script keepalives that the "
			 "product is made for\n");
	ck_assert_str_eq(info_of(s).detail, "");
	run_ms(30);
	ck_assert_int_eq(nplayed, 16);
}
END_TEST

/* ---- lifetimes ---------------------------------------------------------- */

static void delete (const char *name)
{
	struct err err = { 0 };

	ck_assert_msg(!service_del(conf, name, &err), "%s", err.msg);
}

START_TEST(service_may_be_deleted_while_it_is_probed)
{
	struct server sv;
	struct service *s;
	unsigned index;
	struct monitor_info info;

	server_begin(&sv, 0, NULL, 0);
	s = add("web1", PROBE_SSL, sv.port);
	index = s->index;
	activate(s);
	run_ms(50); /* the probe waits for its answer */
	ck_assert_uint_eq(info_of(s).probes, 1);
	s->active = false;
	delete ("web1");
	run_ms(20); /* no sync yet */
	monitor_sync(mon);
	run_ms(1500);
	monitor_info(mon, index, &info);
	ck_assert_int_eq(info.state, SERVICE_SUSPENDED);
	ck_assert_uint_eq(info.probes, 0);
	(void)close(sv.fd);
}
END_TEST

START_TEST(reused_index_starts_from_nothing)
{
	struct service *s = add("web1", PROBE_NONE, 80);
	unsigned index = s->index;

	activate(s);
	s->active = false;
	delete ("web1");
	conf->service_last = 0; /* as after SERVICE_MAX others */
	s = add("web2", PROBE_TCP, closed_port());
	ck_assert_uint_eq(s->index, index);
	activate(s);
	ck_assert_str_eq(state_of(s), "Down");
	ck_assert_uint_eq(info_of(s).transitions, 0);
	run_until_failed(s, 1);
	ck_assert_str_eq(state_of(s), "Down");
}
END_TEST

static void sync_and_delete(void *arg, unsigned index, enum service_state from,
			    enum service_state to)
{
	struct service *s = conf->service_at[index];

	(void)arg;
	(void)from;
	if (s && to == SERVICE_ALIVE) {
		s->active = false;
		delete (s->name);
	}
	monitor_sync(mon);
}

static void delete_suspended(void *arg, unsigned index, enum service_state from,
			     enum service_state to)
{
	struct service *s = conf->service_at[index];

	(void)arg;
	(void)from;
	if (!s || to != SERVICE_SUSPENDED)
		return;
	s->active = false;
	delete (s->name);
	monitor_sync(mon);
}

START_TEST(hook_may_delete_a_service_that_becomes_active_again)
{
	struct monitor_hooks hooks = { .changed = delete_suspended };
	struct service *s = add("web1", PROBE_NONE, 80);
	struct err err = { 0 };

	monitor_free(mon);
	mon = monitor_new(loop, map, conf, &hooks);
	activate(s);
	ck_assert_str_eq(state_of(s), "Alive");
	ck_assert_int_eq(service_suspend(conf, s, &err), 0);
	activate(s);
	ck_assert(TAILQ_EMPTY(&conf->services));
}
END_TEST

/* 0: in monitor_sync() itself, 1: in a probe's end */
START_TEST(hook_may_change_the_configuration)
{
	struct monitor_hooks hooks = { .changed = sync_and_delete };
	struct server sv;

	server_begin(&sv, 0, NULL, 0);
	monitor_free(mon);
	mon = monitor_new(loop, map, conf, &hooks);
	for (int i = 0; i < 3; i++) {
		char name[16];
		struct service *s;

		(void)snprintf(name, sizeof(name), "web%d", i);
		s = add(name, _i ? PROBE_TCP : PROBE_NONE, sv.port);
		s->active = true;
	}
	monitor_sync(mon);
	run_ms(200);
	ck_assert(TAILQ_EMPTY(&conf->services));
	(void)close(sv.fd);
}
END_TEST

START_TEST(changed_target_is_probed_at_once)
{
	struct server sv;
	struct service *s;

	server_begin(&sv, 0, NULL, 0);
	s = add("web1", PROBE_TCP, closed_port());
	s->keepalive.retryperiod_s = 200;
	s->keepalive.frequency_s = 200;
	activate(s);
	run_until_failed(s, 1);
	s->keepalive.port = sv.port;
	monitor_sync(mon);
	run_until(s, SERVICE_ALIVE);
	/* a shorter interval holds at once, an unchanged one disturbs nothing */
	monitor_sync(mon);
	run_ms(50);
	ck_assert_uint_eq(info_of(s).probes, 2);
	s->keepalive.frequency_s = 1;
	monitor_sync(mon);
	run_ms(1200);
	ck_assert_uint_eq(info_of(s).probes, 3);
	(void)close(sv.fd);
}
END_TEST

/* Services that were found alive by two probes or more; *probes: of all. */
static int alive_twice(uint64_t *probes)
{
	int alive = 0;

	*probes = 0;
	for (unsigned i = 1; i <= SERVICE_MAX; i++) {
		struct monitor_info info;

		monitor_info(mon, i, &info);
		alive += info.state == SERVICE_ALIVE && info.probes >= 2;
		*probes += info.probes;
	}
	return alive;
}

/* How long it takes is the machine's business; what a probe costs is ours. */
START_TEST(two_thousand_services_cost_little)
{
	struct server sv;
	struct timespec cpu;
	char name[16];
	uint64_t us, probes = 0;

	log_level_set(LOG_NETMAN, LOG_FATAL_0);
	server_begin(&sv, 0, NULL, 0);
	for (unsigned i = 1; i <= SERVICE_MAX; i++) {
		struct service *s;

		(void)snprintf(name, sizeof(name), "s%u", i);
		s = add(name, PROBE_TCP, sv.port);
		s->keepalive.retryperiod_s = (uint8_t)(2 + i / 10);
		s->keepalive.maxfailure = (uint8_t)(1 + i % 10);
		s->active = true; /* no two are equal */
	}
	monitor_sync(mon);
	for (int i = 0; i < 150 && alive_twice(&probes) < SERVICE_MAX; i++)
		run_ms(200);
	ck_assert_int_eq(alive_twice(&probes), SERVICE_MAX);
	ck_assert_int_eq(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu), 0);
	us = (uint64_t)cpu.tv_sec * 1000000 + (uint64_t)cpu.tv_nsec / 1000;
	ck_assert_uint_lt(us, probes * 500); /* the test's server included */
	(void)close(sv.fd);
}
END_TEST

/* ---- texts -------------------------------------------------------------- */

static const struct {
	enum probe_type type;
	uint16_t service_port, port;
	bool get;
	const char *uri, *arg, *text;
	uint16_t target;
} texts[] = {
	{ PROBE_ICMP, 80, 0, false, "", "", "ICMP", 80 },
	{ PROBE_NONE, 0, 0, false, "", "", "NONE", 0 },
	{ PROBE_TCP, 80, 0, false, "", "", "TCP-80", 80 },
	{ PROBE_TCP, 80, 5061, false, "", "", "TCP-5061", 5061 },
	{ PROBE_SSL, 0, 0, false, "", "", "SSL-443", 443 },
	{ PROBE_SSL, 8443, 0, false, "", "", "SSL-8443", 8443 },
	{ PROBE_HTTP, 0, 0, false, "", "", "HTTP-80:HEAD:/", 80 },
	{ PROBE_HTTP, 81, 0, true, "/i.html", "", "HTTP-81:GET:/i.html", 81 },
	{ PROBE_FTP, 0, 0, false, "", "rec1", "FTP-rec1", 21 },
	{ PROBE_SCRIPT, 80, 0, false, "", "ap-kal", "SCRIPT ap-kal", 80 },
	{ PROBE_NAMED, 80, 0, false, "", "ka1", "ka1", 80 },
};

START_TEST(probe_has_its_text_and_target)
{
	struct service *s = add("web1", texts[_i].type, texts[_i].service_port);
	struct in_addr a;
	uint16_t port;
	char text[96];

	s->keepalive.port = texts[_i].port;
	s->keepalive.method_get = texts[_i].get;
	(void)str_copy(s->keepalive.uri, sizeof(s->keepalive.uri),
		       texts[_i].uri);
	(void)str_copy(s->keepalive.arg, sizeof(s->keepalive.arg),
		       texts[_i].arg);
	monitor_probe_text(conf, s, text, sizeof(text));
	ck_assert_str_eq(text, texts[_i].text);
	monitor_probe_target(conf, s, &a, &port);
	ck_assert_uint_eq(port, texts[_i].target);
	ck_assert_str_eq(str_addr(a), SERVER);
}
END_TEST

START_TEST(probe_of_a_backend_goes_to_the_server_behind_it)
{
	struct service *s = add("imp1", PROBE_TCP, 5060);
	struct err err = { 0 };
	struct ssllist *l = ssllist_add(conf, "sip", &err);
	struct ssl_backend *b;
	struct in_addr a;
	uint16_t port;

	ck_assert_msg(l && !ssllist_add_backend(conf, l, 11, &err), "%s",
		      err.msg);
	b = ssllist_backend(l, 11);
	b->addr = s->addr;
	b->port = 5060;
	b->server_addr = addr("10.10.20.11");
	b->server_port = 5061;
	s->type = SERVICE_SSL_ACCEL_BACKEND;
	ck_assert_int_eq(service_add_ssllist(conf, s, "sip", &err), 0);
	monitor_probe_target(conf, s, &a, &port);
	ck_assert_str_eq(str_addr(a), "10.10.20.11");
	ck_assert_uint_eq(port, 5061);
	s->keepalive.port = 7000;
	monitor_probe_target(conf, s, &a, &port);
	ck_assert_uint_eq(port, 7000);
	s->port = 5070; /* no entry of the list */
	s->keepalive.port = 0;
	monitor_probe_target(conf, s, &a, &port);
	ck_assert_str_eq(str_addr(a), SERVER);
	ck_assert_uint_eq(port, 5070);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("keepalive");
	TCase *t = tcase_create("step"), *k = tcase_create("kinds");
	TCase *m = tcase_create("life");

	tcase_add_loop_test(t, result_of_a_probe_leads_to_the_next_state, 0,
			    LEN(steps));
	suite_add_tcase(s, t);

	tcase_add_checked_fixture(k, setup, teardown);
	tcase_set_timeout(k, 20);
	tcase_add_test(k, none_is_alive_at_once);
	tcase_add_loop_test(k, tcp_probe_connects_and_closes_as_told, 0, 2);
	tcase_add_test(k, refused_connection_is_a_failure_with_its_reason);
	tcase_add_loop_test(k, http_probe_compares_the_code, 0, LEN(https));
	tcase_add_loop_test(k, ssl_probe_wants_a_server_hello, 0, LEN(ssls));
	tcase_add_test(k, icmp_probe_pings_or_says_what_it_lacks);
	tcase_add_test(k, ping_without_privilege_works_or_says_why);
	suite_add_tcase(s, k);

	tcase_add_checked_fixture(m, setup, teardown);
	tcase_set_timeout(m, 20);
	tcase_add_test(m, service_dies_and_comes_back);
	tcase_add_test(m, suspended_service_is_left_alone);
	tcase_add_test(m, suspend_and_active_before_a_sync_are_both_seen);
	tcase_add_test(m, module_service_is_down_without_its_module);
	tcase_add_test(m, named_keepalive_decides_when_it_is_active);
	tcase_add_loop_test(m, service_that_cannot_be_probed_says_why, 0,
			    LEN(blocks));
	tcase_add_test(m, silent_server_times_out);
	tcase_add_test(m, a_script_decides);
	tcase_add_test(m, a_script_has_its_frequency);
	tcase_add_test(m, sixteen_scripts_run_at_once);
	tcase_add_test(m, more_than_the_class_takes_are_told);
	tcase_add_test(m, service_may_be_deleted_while_it_is_probed);
	tcase_add_test(m, reused_index_starts_from_nothing);
	tcase_add_loop_test(m, hook_may_change_the_configuration, 0, 2);
	tcase_add_test(m, hook_may_delete_a_service_that_becomes_active_again);
	tcase_add_test(m, changed_target_is_probed_at_once);
	tcase_add_test(m, two_thousand_services_cost_little);
	tcase_add_loop_test(m, probe_has_its_text_and_target, 0, LEN(texts));
	tcase_add_test(m, probe_of_a_backend_goes_to_the_server_behind_it);
	suite_add_tcase(s, m);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

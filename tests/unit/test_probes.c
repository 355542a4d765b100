/*
 * Probes that hold a conversation: HTTP with its connections and pages, FTP.
 * The server plays what the test wrote down, turn by turn.
 */
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"
#include "emu/io/sock.h"
#include "emu/keepalive/keepalive.h"
#include "emu/net/reply.h"

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

/* ---- a server that plays a script ------------------------------------------ */

/* Said in turn, each after what the client says; a greeting goes out at once.
 * HANG_UP ends the connection, and the next turn is another one's. */
#define HANG_UP "\x01"

struct script {
	const char *greeting; /* of each connection, or NULL */
	const char *turn[8];
};

static struct {
	int fd;
	uint16_t port;
	pthread_t thread;
	const struct script *script;
	unsigned connections, turns;
	char heard[2048]; /* all that clients said */
} sv;

static void converse(int fd)
{
	char buf[512];

	if (sv.script->greeting)
		(void)send(fd, sv.script->greeting,
			   strlen(sv.script->greeting), MSG_NOSIGNAL);
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf) - 1, 0);
		const char *say = sv.turns < 8 ? sv.script->turn[sv.turns]
					       : NULL;

		if (n <= 0)
			return;
		buf[n] = '\0';
		(void)strncat(sv.heard, buf,
			      sizeof(sv.heard) - strlen(sv.heard) - 1);
		sv.turns++;
		if (!say || !strcmp(say, HANG_UP))
			return;
		(void)send(fd, say, strlen(say), MSG_NOSIGNAL);
		if (strstr(say, HANG_UP))
			return;
	}
}

static void *serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(sv.fd, NULL, NULL)) >= 0) {
		sv.connections++;
		converse(fd);
		(void)close(fd);
	}
	return NULL;
}

static struct in_addr addr(const char *text)
{
	struct in_addr a;

	ck_assert(str_to_addr(text, &a));
	return a;
}

static void server_begin(const struct script *script)
{
	struct sockaddr_in at;
	socklen_t at_len = sizeof(at);
	struct err err = { 0 };

	memset(&sv, 0, sizeof(sv));
	sv.script = script;
	sv.fd = sock_listen_host(addr("127.73.1.1"), 0, &err);
	ck_assert_msg(sv.fd >= 0, "%s", err.msg);
	ck_assert_int_eq(fcntl(sv.fd, F_SETFL, 0), 0); /* a thread waits */
	(void)getsockname(sv.fd, (struct sockaddr *)&at, &at_len);
	sv.port = ntohs(at.sin_port);
	ck_assert_int_eq(pthread_create(&sv.thread, NULL, serve, NULL), 0);
}

static void server_end(void)
{
	(void)shutdown(sv.fd, SHUT_RDWR);
	ck_assert_int_eq(pthread_join(sv.thread, NULL), 0);
	(void)close(sv.fd);
}

/* ---- a switch with one service ---------------------------------------------- */

static struct loop *loop;
static struct hostmap *map;
static struct conf *conf;
static struct monitor *mon;
static struct service *svc;

static bool secret_open(void *arg, const char *sealed, char *clear, size_t cap)
{
	(void)arg;
	return !strncmp(sealed, "sealed-", 7) &&
	       str_copy(clear, cap, sealed + 7);
}

static void setup(void)
{
	struct monitor_hooks hooks = { .secret_open = secret_open };
	struct err err = { 0 };

	loop = loop_new();
	map = hostmap_new();
	conf = conf_new();
	mon = monitor_new(loop, map, conf, &hooks);
	svc = service_add(conf, "web1", &err);
	ck_assert_msg(svc != NULL, "%s", err.msg);
	svc->addr = addr("10.73.1.1");
	svc->keepalive.frequency_s = 1; /* the CLI starts at 2 */
	svc->keepalive.retryperiod_s = 1;
}

static void teardown(void)
{
	monitor_free(mon);
	conf_free(conf);
	hostmap_free(map);
	loop_free(loop);
}

static void activate(void)
{
	struct err err = { 0 };

	ck_assert_msg(!service_activate(conf, svc, &err), "%s", err.msg);
	monitor_sync(mon);
}

static void suspend(void)
{
	struct err err = { 0 };

	ck_assert_int_eq(service_suspend(conf, svc, &err), 0);
	monitor_sync(mon);
}

static struct monitor_info info(void)
{
	struct monitor_info i;

	monitor_info(mon, svc->index, &i);
	return i;
}

/* Until so many probes are over; at most 8 s. */
static void run_probes(uint64_t n)
{
	uint64_t end = clock_ms() + 8000;

	while (clock_ms() < end && info().probes < n)
		loop_turn(loop, 10);
	end = clock_ms() + 300;
	while (clock_ms() < end)
		loop_turn(loop, 10);
	ck_assert_uint_ge(info().probes, n);
}

/* ---- HTTP ---------------------------------------------------------------- */

#define OK(length, body)                                                       \
	"HTTP/1.1 200 OK\r\nContent-Length: " length "\r\n\r\n" body
#define ONE "f97c5d29941bfb1b2fdab0874906ab82" /* MD5 of "one" */

/* Two probes, a second apart. */
static const struct {
	const char *what;
	struct script script;
	bool get, non_persistent;
	const char *hash;
	unsigned connections;
	enum service_state state;
	const char *detail, *learned;
} https[] = {
	{ "a persistent connection serves both probes",
	  { NULL, { OK("5", ""), OK("5", "") } },
	  false, false, "", 1, SERVICE_ALIVE, "", "" },
	{ "each has its own when they are not persistent",
	  { NULL, { OK("5", ""), OK("5", "") } },
	  false, true, "", 2, SERVICE_ALIVE, "", "" },
	{ "a server that ends each connection is well",
	  { NULL,
	    { "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" HANG_UP,
	      "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" HANG_UP } },
	  false, false, "", 2, SERVICE_ALIVE, "", "" },
	{ "one that ends it between two probes is, too",
	  { NULL, { OK("5", "") HANG_UP, OK("5", "") } },
	  false, false, "", 2, SERVICE_ALIVE, "", "" },
	{ "and one that ends it when it is asked again",
	  { NULL, { OK("5", ""), HANG_UP, OK("5", "") } },
	  false, false, "", 2, SERVICE_ALIVE, "", "" },
	{ "but not one that does not answer on a new one",
	  { NULL, { OK("5", ""), HANG_UP, HANG_UP } },
	  false, false, "", 2, SERVICE_DYING, "closed without an answer", "" },
	{ "the first page is the one to compare",
	  { NULL, { OK("3", "one"), OK("3", "one") } },
	  true, false, "", 1, SERVICE_ALIVE, "", ONE },
	{ "another one is a failure",
	  { NULL, { OK("3", "one"), OK("3", "two") } },
	  true, false, "", 1, SERVICE_DYING, "the page has changed: its hash "
					     "is b8a9f715dbb64fd5c56e7783c6820a61",
	  ONE },
	{ "chunks are not part of the page",
	  { NULL,
	    { OK("3", "one"),
	      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	      "1\r\no\r\n2\r\nne\r\n0\r\n\r\n" } },
	  true, false, "", 1, SERVICE_ALIVE, "", ONE },
	{ "a page may end with its connection",
	  { NULL,
	    { "HTTP/1.0 200 OK\r\n\r\none" HANG_UP,
	      "HTTP/1.0 200 OK\r\n\r\none" HANG_UP } },
	  true, false, "", 2, SERVICE_ALIVE, "", "" },
	{ "a hash that is told",
	  { NULL, { OK("3", "one"), OK("3", "one") } },
	  true, false, "F97C5D29941BFB1B2FDAB0874906AB82", 1, SERVICE_ALIVE, "",
	  "" },
	{ "is not that of another page",
	  { NULL, { OK("3", "two"), OK("3", "two") } },
	  true, false, ONE, 2, SERVICE_DOWN,
	  "the page has another hash: b8a9f715dbb64fd5c56e7783c6820a61", "" },
};

START_TEST(two_http_probes)
{
	server_begin(&https[_i].script);
	svc->port = sv.port;
	svc->keepalive.type = PROBE_HTTP;
	svc->keepalive.method_get = https[_i].get;
	svc->keepalive.non_persistent = https[_i].non_persistent;
	(void)str_copy(svc->keepalive.hash, sizeof(svc->keepalive.hash),
		       https[_i].hash);
	activate();
	run_probes(2);
	ck_assert_msg(info().state == https[_i].state, "%s: %s, %s",
		      https[_i].what, service_state_name(info().state),
		      info().detail);
	ck_assert_ptr_nonnull(strstr(info().detail, https[_i].detail));
	if (https[_i].learned[0])
		ck_assert_str_eq(info().hash, https[_i].learned);
	suspend();
	ck_assert_str_eq(info().hash, "");
	server_end();
	ck_assert_msg(sv.connections == https[_i].connections, "%s: %u",
		      https[_i].what, sv.connections);
}
END_TEST

/* content.md 4.3: the way to learn another page */
START_TEST(suspend_and_active_learn_the_page_anew)
{
	static const struct script script = {
		NULL,
		{ OK("3", "one"), OK("3", "two"), OK("3", "two") }
	};

	server_begin(&script);
	svc->port = sv.port;
	svc->keepalive.type = PROBE_HTTP;
	svc->keepalive.method_get = true;
	svc->keepalive.maxfailure = 1;
	activate();
	run_probes(2);
	ck_assert_int_eq(info().state, SERVICE_DOWN);
	suspend();
	activate();
	run_probes(3);
	ck_assert_int_eq(info().state, SERVICE_ALIVE);
	suspend();
	server_end();
}
END_TEST

/* ---- named keepalives -------------------------------------------------------- */

static struct service *follower(const char *name, const char *keepalive)
{
	struct err err = { 0 };
	struct service *s = service_add(conf, name, &err);

	ck_assert_msg(s != NULL, "%s", err.msg);
	s->addr = addr("10.73.1.9"); /* nobody is there: the keepalive's counts */
	s->keepalive.type = PROBE_NAMED;
	(void)str_copy(s->keepalive.arg, sizeof(s->keepalive.arg), keepalive);
	ck_assert_msg(!service_activate(conf, s, &err), "%s", err.msg);
	return s;
}

static enum service_state state(const struct service *s)
{
	struct monitor_info i;

	monitor_info(mon, s->index, &i);
	return i.state;
}

static uint64_t probes(const struct service *s)
{
	struct monitor_info i;

	monitor_info(mon, s->index, &i);
	return i.probes;
}

static void run_ms(uint64_t ms)
{
	uint64_t end = clock_ms() + ms;

	while (clock_ms() < end)
		loop_turn(loop, 10);
}

START_TEST(services_share_a_named_keepalive)
{
	static const struct script script = { "220 hello\r\n", { NULL } };
	struct service *s[3];
	struct err err = { 0 };
	struct probe *p = probe_add(conf, "ka", &err);
	unsigned before = 0;

	server_begin(&script);
	p->addr = addr("10.73.1.1");
	p->spec.type = PROBE_TCP;
	p->spec.port = sv.port;
	p->spec.frequency_s = p->spec.retryperiod_s = 1;
	p->spec.maxfailure = 2;
	ck_assert_int_eq(probe_activate(conf, p, &err), 0);
	s[0] = follower("one", "ka");
	s[1] = follower("two", "ka");
	monitor_sync(mon);
	run_ms(200);
	s[2] = follower("three", "ka");
	monitor_sync(mon); /* what is known is known at once */
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(state(s[i]), SERVICE_ALIVE);
	run_ms(2000);
	ck_assert_uint_eq(probes(s[0]), 3);
	ck_assert_uint_eq(probes(s[1]) + probes(s[2]), 0);
	/* another one probes when the first has left */
	ck_assert_int_eq(service_suspend(conf, s[0], &err), 0);
	monitor_sync(mon);
	ck_assert_int_eq(state(s[0]), SERVICE_SUSPENDED);
	run_ms(1500);
	ck_assert_int_eq(state(s[1]), SERVICE_ALIVE);
	ck_assert_int_eq(state(s[2]), SERVICE_ALIVE);
	ck_assert_uint_ge(probes(s[1]) + probes(s[2]), 2);
	ck_assert_uint_eq(probes(s[1]) * probes(s[2]), 0);
	ck_assert_msg(!service_del(conf, "two", &err), "%s", err.msg);
	monitor_sync(mon);
	server_end();
	before = sv.connections;
	ck_assert_uint_ge(before, 5);
	run_ms(2500);
	ck_assert_int_eq(state(s[2]), SERVICE_DOWN);
}
END_TEST

/* ---- equal keepalives ---------------------------------------------------------- */

static struct service *equal(const char *name, unsigned frequency_s)
{
	struct err err = { 0 };
	struct service *s = service_add(conf, name, &err);

	ck_assert_msg(s != NULL, "%s", err.msg);
	s->addr = addr("10.73.1.1");
	s->keepalive.type = PROBE_TCP;
	s->keepalive.port = sv.port;
	s->keepalive.frequency_s = (uint8_t)frequency_s;
	s->keepalive.retryperiod_s = 1;
	s->keepalive.maxfailure = 2;
	ck_assert_msg(!service_activate(conf, s, &err), "%s", err.msg);
	return s;
}

static unsigned leader(const struct service *s)
{
	struct monitor_info i;

	monitor_info(mon, s->index, &i);
	return i.leader;
}

START_TEST(equal_keepalives_are_one)
{
	static const struct script script = { "220 hello\r\n", { NULL } };
	struct service *s[3];
	struct err err = { 0 };

	server_begin(&script);
	s[0] = equal("one", 1);
	s[1] = equal("two", 1);
	s[2] = equal("three", 2);
	monitor_sync(mon);
	run_ms(200);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(state(s[i]), SERVICE_ALIVE);
	/* an interval of its own makes it another one */
	ck_assert_uint_eq(leader(s[0]), 0);
	ck_assert_uint_eq(leader(s[1]), s[0]->index);
	ck_assert_uint_eq(leader(s[2]), 0);
	ck_assert_uint_eq(probes(s[1]), 0);
	/* who becomes different probes for itself */
	s[1]->keepalive.maxfailure = 1;
	monitor_sync(mon);
	run_ms(200);
	ck_assert_uint_eq(leader(s[1]), 0);
	ck_assert_uint_eq(probes(s[1]), 1);
	ck_assert_int_eq(state(s[1]), SERVICE_ALIVE);
	s[2]->keepalive.frequency_s = 1;
	ck_assert_int_eq(service_suspend(conf, s[2], &err), 0);
	ck_assert_int_eq(service_activate(conf, s[2], &err), 0);
	monitor_sync(mon);
	ck_assert_uint_eq(leader(s[2]), s[0]->index);
	/* its leader leaves */
	ck_assert_int_eq(service_suspend(conf, s[0], &err), 0);
	monitor_sync(mon);
	run_ms(200);
	ck_assert_uint_eq(leader(s[2]), 0);
	ck_assert_int_eq(state(s[2]), SERVICE_ALIVE);
	server_end();
	run_ms(2500);
	ck_assert_int_eq(state(s[1]), SERVICE_DOWN);
	ck_assert_int_eq(state(s[2]), SERVICE_DOWN);
}
END_TEST

START_TEST(pages_that_are_learned_are_not_shared)
{
	static const struct script script = { "", { NULL } };
	struct service *s[2];

	server_begin(&script);
	for (int i = 0; i < 2; i++) {
		s[i] = equal(i ? "two" : "one", 200);
		s[i]->keepalive.type = PROBE_HTTP;
		s[i]->keepalive.method_get = true;
	}
	monitor_sync(mon);
	ck_assert_uint_eq(leader(s[0]) + leader(s[1]), 0);
	/* a page that is given is as good for all */
	for (int i = 0; i < 2; i++)
		(void)str_copy(s[i]->keepalive.hash,
			       sizeof(s[i]->keepalive.hash),
			       "0123456789abcdef0123456789abcdef");
	monitor_sync(mon);
	ck_assert_uint_eq(leader(s[1]), s[0]->index);
	server_end();
}
END_TEST

/* ---- FTP ------------------------------------------------------------------ */

static const struct {
	struct script script;
	const char *despw;
	bool up;
	const char *heard, *detail;
} ftps[] = {
	{ { "220 hello\r\n",
	    { "331 password\r\n", "230 in\r\n", "221 bye\r\n" } },
	  "sealed-secret", true,
	  "USER joe\r\nPASS secret\r\nQUIT\r\n", "" },
	{ { "220-hello\r\n220 is no end of it? it is\r\n",
	    { "331 password\r\n", "230-in\r\n 230 no\r\n230 in\r\n", "" } },
	  "sealed-secret", true,
	  "USER joe\r\nPASS secret\r\nQUIT\r\n", "" },
	{ { "220 hello\r\n", { "230 you need none\r\n", "" } },
	  "sealed-secret", true, "USER joe\r\nQUIT\r\n", "" },
	{ { "220 hello\r\n", { "331 password\r\n", "230 in\r\n", "" } },
	  "", true, "USER joe\r\nPASS anonymous@\r\nQUIT\r\n", "" },
	{ { "220 hello\r\n", { "331 password\r\n", "530 wrong\r\n" } },
	  "sealed-bad", false, "USER joe\r\nPASS bad\r\n",
	  "refuses the password: 530" },
	{ { "220 hello\r\n", { "530 who\r\n" } },
	  "sealed-bad", false, "USER joe\r\n", "refuses the user: 530" },
	{ { "421 full\r\n", { NULL } },
	  "sealed-bad", false, "", "refuses the connection: 421" },
	{ { "HTTP/1.1 400 Bad Request\r\n", { NULL } },
	  "sealed-bad", false, "", "does not answer as FTP does" },
	{ { "220 hello\r\n", { "331 password\r\n" } },
	  "0123456789", false, "USER joe\r\n",
	  "the password of ftp-record files was sealed elsewhere" },
};

START_TEST(ftp_probe_logs_in)
{
	struct ftp_record r = { .name = "files", .host = "10.9.9.9",
				.user = "joe" };
	struct err err = { 0 };

	(void)str_copy(r.despw, sizeof(r.despw), ftps[_i].despw);
	ck_assert_msg(!ftp_record_set(conf, &r, &err), "%s", err.msg);
	server_begin(&ftps[_i].script);
	svc->port = sv.port;
	svc->keepalive.type = PROBE_FTP;
	(void)str_copy(svc->keepalive.arg, sizeof(svc->keepalive.arg), "files");
	svc->keepalive.frequency_s = svc->keepalive.retryperiod_s = 60;
	svc->keepalive.maxfailure = 1;
	activate();
	run_probes(1);
	ck_assert_int_eq(info().state,
			 ftps[_i].up ? SERVICE_ALIVE : SERVICE_DOWN);
	ck_assert_ptr_nonnull(strstr(info().detail, ftps[_i].detail));
	suspend();
	server_end();
	ck_assert_str_eq(sv.heard, ftps[_i].heard);
}
END_TEST

/* ---- replies -------------------------------------------------------------- */

static const struct {
	const char *text;
	enum reply_event event;
	unsigned code;
	size_t used;
} replies[] = {
	{ "220 hello\r\nmore", REPLY_DONE, 220, 11 },
	{ "220\r\n", REPLY_DONE, 220, 5 },
	{ "220\n", REPLY_DONE, 220, 4 },
	{ "220-a\r\n220-b\r\n221 c\r\n220 d\r\n", REPLY_DONE, 220, 28 },
	{ "220-a\r\n", REPLY_MORE, 220, 7 },
	{ "220 hel", REPLY_MORE, 0, 7 },
	{ "22\r\n", REPLY_BAD, 0, 4 },
	{ "220x\r\n", REPLY_BAD, 0, 6 },
	{ "020 x\r\n", REPLY_BAD, 0, 7 },
	{ "\r\n", REPLY_BAD, 0, 2 },
};

/* 0: at once, 1: byte by byte */
START_TEST(reply_is_read_however_it_comes)
{
	for (int i = 0; i < LEN(replies); i++) {
		const char *text = replies[i].text;
		size_t len = strlen(text), at = 0, used = 0;
		enum reply_event e = REPLY_MORE;
		struct reply r = { 0 };

		while (e == REPLY_MORE && at < len) {
			e = reply_feed(&r, text + at, _i ? 1 : len - at, &used);
			at += used;
		}
		ck_assert_msg(e == replies[i].event, "%s", text);
		ck_assert_uint_eq(at, replies[i].used);
		if (e == REPLY_DONE)
			ck_assert_uint_eq(r.code, replies[i].code);
	}
}
END_TEST

START_TEST(reply_that_does_not_end_is_bad)
{
	struct reply r = { 0 };
	enum reply_event e = REPLY_MORE;
	size_t used = 0, all = 0;

	while (e == REPLY_MORE && all < 2 * (size_t)REPLY_MAX) {
		e = reply_feed(&r, "220-x\r\n", 7, &used);
		all += used;
	}
	ck_assert_int_eq(e, REPLY_BAD);
	ck_assert_uint_eq(all, REPLY_MAX + 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("probes");
	TCase *t = tcase_create("http"), *f = tcase_create("ftp"),
	      *r = tcase_create("reply");
	SRunner *run = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, two_http_probes, 0, LEN(https));
	tcase_add_test(t, suspend_and_active_learn_the_page_anew);
	tcase_add_test(t, services_share_a_named_keepalive);
	tcase_add_test(t, equal_keepalives_are_one);
	tcase_add_test(t, pages_that_are_learned_are_not_shared);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(f, setup, teardown);
	tcase_set_timeout(f, 30);
	tcase_add_loop_test(f, ftp_probe_logs_in, 0, LEN(ftps));
	suite_add_tcase(s, f);
	tcase_add_loop_test(r, reply_is_read_however_it_comes, 0, 2);
	tcase_add_test(r, reply_that_does_not_end_is_bad);
	suite_add_tcase(s, r);
	srunner_run_all(run, CK_ENV);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed ? 1 : 0;
}

#include "emu/plane/plane.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/flowconf.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"
#include "emu/flow/policy.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"

/*
 * Datagrams through the data plane on real sockets of 127.0.0.0/8, with an echo
 * server in a thread of this program; and what the flow-state table says of a
 * port.
 */

#define VIP	 "10.78.0.1"
#define VIP_HOST "127.78.0.1"
#define PORT	 18081

static struct hostmap *map;
static struct loop *loop;
static struct conf *conf;
static struct plane *plane;
static struct err err;
static int server;
static pthread_t thread;

#define OK(call) ck_assert_msg(!(call), "%s", err.msg)

static struct sockaddr_in at(const char *addr, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(port) };

	ck_assert_int_eq(inet_pton(AF_INET, addr, &a.sin_addr), 1);
	return a;
}

static int udp_on(const struct sockaddr_in *a)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert(!bind(fd, (const struct sockaddr *)a, sizeof(*a)));
	return fd;
}

/* An empty datagram ends it. */
static void *echo(void *arg)
{
	char buf[2048];

	(void)arg;
	for (;;) {
		struct sockaddr_in peer;
		socklen_t len = sizeof(peer);
		ssize_t n = recvfrom(server, buf, sizeof(buf), 0,
				     (struct sockaddr *)&peer, &len);

		if (n <= 0)
			return NULL;
		(void)!sendto(server, buf, (size_t)n, 0,
			      (struct sockaddr *)&peer, len);
	}
}

static struct in_addr ip(const char *text)
{
	struct in_addr a;

	ck_assert(str_to_addr(text, &a));
	return a;
}

static void configure(uint16_t server_port)
{
	struct service *s = service_add(conf, "s", &err);
	struct owner *o = owner_add(conf, "o", &err);
	struct content *c = content_add(conf, o, "c", &err);

	OK(service_set_addr(conf, s, ip("10.78.0.2"), 1, &err));
	OK(service_set_port(conf, s, server_port, 1, &err));
	s->keepalive.type = PROBE_NONE;
	OK(service_activate(conf, s, &err));
	OK(content_set_vip(conf, c, ip(VIP), 1, &err));
	OK(content_set_proto(conf, c, PROTO_UDP, &err));
	OK(content_set_port(conf, c, PORT, &err));
	OK(content_add_service(conf, c, "s", -1, &err));
	OK(content_activate(conf, c, &err));
}

static void publish(void)
{
	struct out warn = { 0 };

	plane_publish(plane, conf, NULL, &warn);
	ck_assert_str_eq(out_text(&warn), "");
	out_fini(&warn);
	plane_service_state(plane, service_find(conf, "s")->index,
			    SERVICE_ALIVE);
}

static void setup(void)
{
	struct sockaddr_in a = at("127.78.0.2", 0);
	socklen_t len = sizeof(a);

	map = hostmap_new();
	loop = loop_new();
	conf = conf_new();
	server = udp_on(&a);
	ck_assert(!getsockname(server, (struct sockaddr *)&a, &len));
	ck_assert(!pthread_create(&thread, NULL, echo, NULL));
	configure(ntohs(a.sin_port));
}

static void teardown(void)
{
	struct sockaddr_in a = { 0 };
	socklen_t len = sizeof(a);

	plane_free(plane);
	plane = NULL;
	ck_assert(!getsockname(server, (struct sockaddr *)&a, &len));
	(void)!sendto(server, "", 0, 0, (struct sockaddr *)&a, len);
	(void)pthread_join(thread, NULL);
	(void)close(server);
	conf_free(conf);
	loop_free(loop);
	hostmap_free(map);
}

static void start(int workers)
{
	plane = plane_new(loop, map, workers, &err);
	ck_assert_msg(plane != NULL, "%s", err.msg);
	publish();
}

/* Of the answer; -1: none within a second. */
static ssize_t ask(int fd, const void *data, size_t len, void *got, size_t cap)
{
	struct sockaddr_in to = at(VIP_HOST, PORT), from = { 0 };
	socklen_t size = sizeof(from);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	ck_assert(sendto(fd, data, len, 0, (struct sockaddr *)&to,
			 sizeof(to)) == (ssize_t)len);
	if (poll(&p, 1, 1000) != 1)
		return -1;
	n = recvfrom(fd, got, cap, 0, (struct sockaddr *)&from, &size);
	ck_assert_uint_eq(from.sin_addr.s_addr, to.sin_addr.s_addr);
	ck_assert_uint_eq(from.sin_port, to.sin_port);
	return n;
}

static int client(void)
{
	struct sockaddr_in a = at("127.0.0.1", 0);

	return udp_on(&a);
}

START_TEST(every_client_gets_its_own_answers)
{
	int fd[100];

	start(3);
	for (int i = 0; i < 100; i++)
		fd[i] = client();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			int text = i * 3 + round, got = -1;

			ck_assert_int_eq(ask(fd[i], &text, sizeof(text), &got,
					     sizeof(got)),
					 sizeof(got));
			ck_assert_int_eq(got, text);
		}
	}
	for (int i = 0; i < 100; i++)
		(void)close(fd[i]);
}
END_TEST

START_TEST(a_flow_a_five_tuple)
{
	struct plane_totals t;
	struct flow_line *line;
	int fd = client(), other = client(), n = 0;
	char got[8];

	start(1);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(ask(fd, "x", 1, got, sizeof(got)), 1);
	ck_assert_int_eq(ask(other, "x", 1, got, sizeof(got)), 1);
	plane_totals(plane, &t);
	ck_assert_uint_eq(t.udp_total, 4); /* two lines each */
	ck_assert_uint_eq(t.tcp_total, 0);
	ck_assert_uint_eq(t.flows_active, 4);
	line = plane_flows(plane, 100, &n);
	ck_assert_int_eq(n, 4);
	for (int i = 0; i < n; i++)
		ck_assert_uint_eq(line[i].proto, IPPROTO_UDP);
	free(line);
	(void)close(fd);
	(void)close(other);
}
END_TEST

/* Many addresses take no more descriptors than there are for flows. */
START_TEST(the_longest_idle_makes_room)
{
	const struct rlimit few = { 200, 200 };
	struct plane_totals t;
	char got[8];
	int fd;

	ck_assert(!setrlimit(RLIMIT_NOFILE, &few));
	start(1);
	for (int i = 0; i < 500; i++) {
		fd = client();
		ck_assert_int_eq(ask(fd, "x", 1, got, sizeof(got)), 1);
		(void)close(fd);
	}
	plane_totals(plane, &t);
	ck_assert_uint_gt(t.udp_total, 900); /* a port may come up twice */
	ck_assert_uint_lt(t.flows_active, 100);
	ck_assert_uint_gt(t.flows_active, 20);
}
END_TEST

START_TEST(a_rule_that_goes_takes_its_flows_along)
{
	struct out warn = { 0 };
	struct content *c = content_find(conf, "o", "c");
	struct plane_totals t;
	int fd = client();
	char got[8];

	start(2);
	ck_assert_int_eq(ask(fd, "x", 1, got, sizeof(got)), 1);
	OK(content_suspend(conf, c, &err));
	plane_publish(plane, conf, NULL, &warn);
	ck_assert_int_eq(ask(fd, "x", 1, got, sizeof(got)), -1);
	plane_totals(plane, &t);
	ck_assert_uint_eq(t.flows_active, 0);
	OK(content_activate(conf, c, &err));
	publish();
	ck_assert_int_eq(ask(fd, "x", 1, got, sizeof(got)), 1);
	(void)close(fd);
	out_fini(&warn);
}
END_TEST

/* ---- ports ------------------------------------------------------------------- */

START_TEST(modes_of_ports)
{
	static const struct {
		uint8_t proto;
		uint16_t port;
		enum port_mode mode;
	} row[] = {
		{ IPPROTO_UDP, 53, PORT_FLOW },
		{ IPPROTO_UDP, 5060, PORT_PACKET },
		{ IPPROTO_TCP, 5060, PORT_FLOW },
		{ IPPROTO_UDP, 161, PORT_ROUTED },
		{ IPPROTO_TCP, 8089, PORT_ROUTED },
		{ IPPROTO_UDP, 8089, PORT_FLOW },
		{ IPPROTO_UDP, 7, PORT_PACKET },
	};
	const struct flow_port seven = { .port = 7,
					 .proto = PROTO_UDP,
					 .nat = true };
	const struct policy *p;

	OK(flow_port_set(conf, &seven, &err));
	start(1);
	p = plane_policy(plane);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		ck_assert_msg(policy_port_mode(p, row[i].proto, row[i].port) ==
				      row[i].mode,
			      "port %u", row[i].port);
	conf->global->flow.dns_flows = false;
	conf_changed(conf);
	publish();
	p = plane_policy(plane);
	ck_assert(policy_port_mode(p, IPPROTO_UDP, 53) == PORT_PACKET);
	ck_assert(policy_port_mode(p, IPPROTO_TCP, 53) == PORT_FLOW);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("udp");
	TCase *t = tcase_create("udp");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, every_client_gets_its_own_answers);
	tcase_add_test(t, a_flow_a_five_tuple);
	tcase_add_test(t, the_longest_idle_makes_room);
	tcase_add_test(t, a_rule_that_goes_takes_its_flows_along);
	tcase_add_test(t, modes_of_ports);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

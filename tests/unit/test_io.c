#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/io/disk.h"
#include "emu/io/hostmap.h"
#include "emu/io/job.h"
#include "emu/io/loop.h"
#include "emu/io/rnd.h"
#include "emu/io/sock.h"

#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

static struct in_addr addr(const char *text)
{
	struct in_addr a;

	ck_assert(str_to_addr(text, &a));
	return a;
}

/* ---- loop --------------------------------------------------------------- */

static struct loop *loop;

static void loop_setup(void)
{
	loop = loop_new();
}

static void loop_teardown(void)
{
	loop_free(loop);
}

static uint64_t fired[2000];
static int nfired;

static void note_due(void *arg, uint64_t now_ms)
{
	const struct timer *t = arg;

	ck_assert_uint_ge(now_ms, t->due_ms);
	fired[nfired++] = t->due_ms;
}

START_TEST(timers_run_in_the_order_of_their_times)
{
	static struct timer t[1000];
	uint64_t base = clock_ms();

	for (int i = 0; i < LEN(t); i++) {
		t[i] = (struct timer){ .fn = note_due, .arg = &t[i] };
		loop_timer(loop, &t[i], base + (uint64_t)(i * 7919 % 97));
	}
	for (int i = 0; i < LEN(t); i += 3)
		loop_timer_stop(loop, &t[i]);
	for (int i = 1; i < LEN(t); i += 3) /* moved while running */
		loop_timer(loop, &t[i], base + (uint64_t)(i * 31 % 53));
	while (clock_ms() < base + 150)
		loop_turn(loop, 10);
	ck_assert_int_eq(nfired, LEN(t) - (LEN(t) + 2) / 3);
	for (int i = 1; i < nfired; i++)
		ck_assert_uint_le(fired[i - 1], fired[i]);
	for (int i = 0; i < LEN(t); i++)
		ck_assert_uint_eq(t[i].at, 0);
}
END_TEST

static void again(void *arg, uint64_t now_ms)
{
	nfired++;
	loop_timer(loop, arg, now_ms); /* due at once */
}

START_TEST(timer_that_restarts_itself_does_not_hold_the_turn)
{
	struct timer t = { .fn = again, .arg = &t };

	loop_timer(loop, &t, 0);
	for (int i = 0; i < 5; i++)
		loop_turn(loop, 100);
	ck_assert_int_eq(nfired, 5);
	loop_timer_stop(loop, &t);
	loop_timer_stop(loop, &t); /* stopping twice is fine */
}
END_TEST

struct end {
	struct watch watch;
	struct watch *other;
	int calls;
};

static void drop_other(void *arg, uint32_t ready, uint64_t now_ms)
{
	struct end *e = arg;

	(void)ready;
	(void)now_ms;
	e->calls++;
	loop_unwatch(loop, e->other);
}

START_TEST(watch_removed_by_another_handler_is_not_called)
{
	struct end a = { .watch.fn = drop_other }, b = a;
	int p[2];

	ck_assert_int_eq(pipe2(p, O_NONBLOCK | O_CLOEXEC), 0);
	a.watch.fd = p[1];
	a.watch.arg = &a;
	a.other = &b.watch;
	b.watch.fd = dup(p[1]);
	b.watch.arg = &b;
	b.other = &a.watch;
	ck_assert_int_eq(loop_watch(loop, &a.watch, EPOLLOUT), 0);
	ck_assert_int_eq(loop_watch(loop, &b.watch, EPOLLOUT), 0);
	ck_assert_int_eq(loop_watch(loop, &b.watch, EPOLLOUT), -1);
	ck_assert_int_eq(errno, EEXIST);
	loop_turn(loop, 100);
	ck_assert_int_eq(a.calls + b.calls, 1);
	(void)close(p[0]);
	(void)close(p[1]);
	(void)close(b.watch.fd);
}
END_TEST

static char order[16];

static void on_end(void *arg, uint64_t now_ms)
{
	(void)arg;
	(void)now_ms;
	(void)strncat(order, "e", 2);
}

static void on_fd(void *arg, uint32_t ready, uint64_t now_ms)
{
	(void)arg;
	(void)ready;
	(void)now_ms;
	(void)strncat(order, "d", 2);
}

static void on_post(void *arg)
{
	(void)arg;
	(void)strncat(order, "p", 2);
}

static void on_due(void *arg, uint64_t now_ms)
{
	(void)arg;
	(void)now_ms;
	(void)strncat(order, "t", 2);
}

START_TEST(turn_has_its_order)
{
	struct watch w = { .fn = on_fd };
	struct timer t = { .fn = on_due };
	int p[2];

	ck_assert_int_eq(pipe2(p, O_NONBLOCK | O_CLOEXEC), 0);
	w.fd = p[1];
	loop_timer(loop, &t, 0);
	loop_post(loop, on_post, NULL);
	loop_end_of_turn(loop, on_end, NULL);
	ck_assert_int_eq(loop_watch(loop, &w, EPOLLOUT), 0);
	loop_turn(loop, 100);
	ck_assert_str_eq(order, "dpte");
	loop_unwatch(loop, &w);
	(void)close(p[0]);
	(void)close(p[1]);
}
END_TEST

struct poster {
	unsigned thread;
	unsigned next;
};

static unsigned expected[4], total;

static void posted(void *arg)
{
	struct poster *p = arg;

	ck_assert_uint_eq(expected[p->thread]++, p->next);
	free(p);
	if (++total == 4 * 1000)
		loop_stop(loop);
}

static void *post_many(void *arg)
{
	for (unsigned i = 0; i < 1000; i++) {
		struct poster *p = malloc(sizeof(*p));

		*p = (struct poster){ *(const unsigned *)arg, i };
		loop_post(loop, posted, p);
	}
	return NULL;
}

START_TEST(posts_of_a_thread_arrive_all_and_in_order)
{
	static const unsigned number[4] = { 0, 1, 2, 3 };
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, post_many,
						(void *)(uintptr_t)&number[i]),
				 0);
	loop_run(loop);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(t[i], NULL), 0);
	ck_assert_uint_eq(total, 4000);
}
END_TEST

static void count_post(void *arg)
{
	++*(int *)arg;
}

static void unpost_other(void *arg)
{
	loop_unpost(loop, arg);
}

START_TEST(posts_can_be_taken_back)
{
	int a = 0, b = 0;

	loop_post(loop, count_post, &a);
	loop_post(loop, count_post, &b);
	loop_unpost(loop, &a);
	loop_turn(loop, 100);
	ck_assert_int_eq(a, 0);
	ck_assert_int_eq(b, 1);
	/* out of the work of the same turn, too */
	loop_post(loop, unpost_other, &a);
	loop_post(loop, count_post, &a);
	loop_turn(loop, 100);
	ck_assert_int_eq(a, 0);
}
END_TEST

static void stop_by_signal(int sig)
{
	(void)sig;
	loop_stop(loop);
}

START_TEST(stop_works_before_the_run_and_from_a_signal)
{
	struct sigaction sa = { .sa_handler = stop_by_signal };

	loop_stop(loop);
	loop_run(loop);
	ck_assert_int_eq(sigaction(SIGALRM, &sa, NULL), 0);
	(void)alarm(1);
	loop_run(loop); /* ends, or the test's own time limit does it */
}
END_TEST

/* ---- jobs --------------------------------------------------------------- */

static atomic_int at_once, most, worked;
static int done;
static pthread_t loop_thread;

static void work(void *arg)
{
	int now = atomic_fetch_add(&at_once, 1) + 1;
	int before = atomic_load(&most);

	(void)arg;
	while (now > before &&
	       !atomic_compare_exchange_weak(&most, &before, now))
		;
	(void)usleep(2000);
	atomic_fetch_sub(&at_once, 1);
	atomic_fetch_add(&worked, 1);
}

static void work_done(void *arg)
{
	(void)arg;
	ck_assert(pthread_equal(pthread_self(), loop_thread));
	if (++done == 100)
		loop_stop(loop);
}

START_TEST(jobs_run_aside_and_end_on_the_loop)
{
	struct jobs *j = jobs_new(loop);

	loop_thread = pthread_self();
	for (int i = 0; i < 100; i++)
		jobs_start(j, work, work_done, NULL);
	loop_run(loop);
	ck_assert_int_eq(atomic_load(&worked), 100);
	ck_assert_int_ge(atomic_load(&most), 2);
	ck_assert_int_le(atomic_load(&most), 8);
	jobs_free(j);
	ck_assert_int_eq(done, 100);
}
END_TEST

START_TEST(freeing_jobs_ends_each_exactly_once)
{
	struct jobs *j = jobs_new(loop);

	loop_thread = pthread_self();
	for (int i = 0; i < 40; i++)
		jobs_start(j, work, work_done, NULL);
	jobs_free(j);
	ck_assert_int_eq(done, 40);
	loop_turn(loop, 0); /* nothing left over */
	ck_assert_int_eq(done, 40);
	jobs_free(NULL);
}
END_TEST

/* ---- hostmap ------------------------------------------------------------ */

static const struct {
	const char *map[4];
	const char *appliance, *host, *back;
} maps[] = {
	{ { NULL }, "10.86.1.20", "127.86.1.20", "127.86.1.20" },
	{ { NULL }, "127.0.0.9", "127.0.0.9", "127.0.0.9" },
	{ { NULL }, "0.0.0.0", "0.0.0.0", "0.0.0.0" },
	{ { "none" }, "10.86.1.20", "10.86.1.20", "10.86.1.20" },
	{ { "none", "auto" }, "10.1.1.1", "127.1.1.1", "127.1.1.1" },
	{ { "10.0.0.0/8=127.0.0.0/8" }, "10.2.3.4", "127.2.3.4", "10.2.3.4" },
	{ { "10.0.0.0/8=127.0.0.0/8" }, "11.2.3.4", "127.2.3.4", "10.2.3.4" },
	{ { "10.0.0.0/8=127.0.0.0/8", "none" },
	  "11.2.3.4",
	  "11.2.3.4",
	  "11.2.3.4" },
	/* the longest prefix wins, whatever the order */
	{ { "10.0.0.0/8=127.0.0.0/8", "10.1.0.0/16=127.9.0.0/16" },
	  "10.1.2.3",
	  "127.9.2.3",
	  "10.1.2.3" },
	{ { "10.1.0.0/16=127.9.0.0/16", "10.0.0.0/8=127.0.0.0/8" },
	  "10.1.2.3",
	  "127.9.2.3",
	  "10.1.2.3" },
	{ { "10.0.0.0/8=127.0.0.0/8", "10.1.1.1=127.7.7.7" },
	  "10.1.1.1",
	  "127.7.7.7",
	  "10.1.1.1" },
	/* two ways lead there: the longer one is the answer */
	{ { "10.0.0.0/8=127.0.0.0/8", "10.1.0.0/16=127.9.0.0/16" },
	  "10.9.2.3",
	  "127.9.2.3",
	  "10.1.2.3" },
	{ { "0.0.0.0/0=127.0.0.0/0" }, "10.1.1.1", NULL, NULL },
	{ { "192.168.1.0/24=127.1.1.0/24" },
	  "192.168.1.77",
	  "127.1.1.77",
	  "192.168.1.77" },
};

START_TEST(address_is_mapped_by_the_longest_prefix)
{
	struct hostmap *m = hostmap_new();
	struct err err;
	int rc = 0;

	for (int i = 0; i < 4 && maps[_i].map[i]; i++)
		rc |= hostmap_add(m, maps[_i].map[i], &err);
	if (maps[_i].host) {
		struct in_addr host = addr(maps[_i].host);

		ck_assert_int_eq(rc, 0);
		ck_assert_str_eq(
			str_addr(hostmap_addr(m, addr(maps[_i].appliance))),
			maps[_i].host);
		ck_assert_str_eq(str_addr(hostmap_reverse(m, host)),
				 maps[_i].back);
	} else {
		ck_assert_int_eq(rc, -1);
	}
	hostmap_free(m);
}
END_TEST

static const struct {
	const char *text, *says;
} bad_maps[] = {
	{ "", "10.0.0.0/8=127.0.0.0/8" },
	{ "10.0.0.0/8", "10.0.0.0/8=127.0.0.0/8" },
	{ "10.0.0.0/33=127.0.0.0/33", "10.0.0.0/8=127.0.0.0/8" },
	{ "10.0.0.0/8=127.0.0.0/16", "same length" },
	{ "10.1.0.0/8=127.0.0.0/8", "first address" },
	{ "10.0.0.0/8=127.0.0.1/8", "first address" },
	{ "20.0.0.0/8=127.0.0.0/8", "already" },
	{ "10.0.0.0/8=127.0.0.0/8=1", "10.0.0.0/8=127.0.0.0/8" },
	{ "10.0.0.0/8=127.0.0.0/8 and a long text behind it that does not fit",
	  "10.0.0.0/8=127.0.0.0/8" },
};

START_TEST(bad_mapping_is_refused_with_the_reason)
{
	struct hostmap *m = hostmap_new();
	struct err err;

	ck_assert_int_eq(hostmap_add(m, "20.0.0.0/8=127.0.0.0/8", &err), 0);
	ck_assert_int_eq(hostmap_add(m, bad_maps[_i].text, &err), -1);
	ck_assert_msg(strstr(err.msg, bad_maps[_i].says) != NULL, "%s",
		      err.msg);
	ck_assert_str_eq(str_addr(hostmap_addr(m, addr("10.1.2.3"))),
			 "127.1.2.3");
	hostmap_free(m);
}
END_TEST

START_TEST(listening_ports_move_by_the_base)
{
	struct hostmap *m = hostmap_new();
	struct out o = { 0 };

	ck_assert_uint_eq(ntohs(hostmap_listen_port(m, htons(443))), 443);
	hostmap_set_port_base(m, 20000);
	ck_assert_uint_eq(ntohs(hostmap_listen_port(m, htons(443))), 20443);
	ck_assert_uint_eq(ntohs(hostmap_listen_port(m, htons(45535))), 65535);
	ck_assert_uint_eq(hostmap_listen_port(m, htons(45536)), 0);
	hostmap_show(m, &o);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "127.b.c.d (auto)"));
	ck_assert_ptr_nonnull(strstr(out_text(&o), "N + 20000"));
	out_fini(&o);
	hostmap_free(m);
}
END_TEST

/* ---- sockets ------------------------------------------------------------ */

static struct hostmap *map;

static void sock_setup(void)
{
	map = hostmap_new();
}

static void sock_teardown(void)
{
	hostmap_free(map);
}

static in_port_t port_of(int fd)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	return at.sin_port;
}

/* A port that nobody has on any loopback address, as far as one can tell. */
static in_port_t free_port(void)
{
	struct err err;
	int fd = sock_listen_host(addr("127.0.0.1"), 0, &err);
	in_port_t port = port_of(fd);

	(void)close(fd);
	return port;
}

/* A listener of another program: as unfriendly as one can be. */
static int stranger(const char *host, in_port_t port, bool reuseport)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr = addr(host),
				  .sin_port = port };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (reuseport)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

START_TEST(workers_share_a_port_and_both_get_connections)
{
	in_port_t port = free_port();
	struct in_addr vip = addr("10.71.1.1"), any = { 0 };
	struct err err = { 0 };
	int a = sock_listen(map, vip, port, true, &err);
	int b = sock_listen(map, vip, port, true, &err);
	int got_a = 0, got_b = 0, fd[200];

	ck_assert_msg(a >= 0 && b >= 0, "%s", err.msg);
	for (int i = 0; i < LEN(fd); i++) {
		fd[i] = sock_connect(map, vip, port, any);
		ck_assert_int_ge(fd[i], 0);
		(void)usleep(200);
	}
	for (int c; (c = accept(a, NULL, NULL)) >= 0; got_a++)
		(void)close(c);
	for (int c; (c = accept(b, NULL, NULL)) >= 0; got_b++)
		(void)close(c);
	ck_assert_int_eq(got_a + got_b, LEN(fd));
	ck_assert_int_gt(got_a, 0);
	ck_assert_int_gt(got_b, 0);
	for (int i = 0; i < LEN(fd); i++)
		(void)close(fd[i]);
	(void)close(a);
	(void)close(b);
}
END_TEST

/* 0: plain, 1: the stranger would share */
START_TEST(port_of_a_stranger_is_an_error)
{
	in_port_t port = free_port();
	int other = stranger("127.71.1.2", port, _i);
	char where[64];
	struct err err = { 0 };

	(void)snprintf(where, sizeof(where), "10.71.1.2:%u (127.71.1.2:%u",
		       ntohs(port), ntohs(port));
	for (int shared = 0; shared < 2; shared++) {
		ck_assert_int_eq(
			sock_listen(map, addr("10.71.1.2"), port, shared, &err),
			-1);
		ck_assert_int_eq(err.code, ERR_IO);
		ck_assert_msg(strstr(err.msg, where) != NULL, "%s", err.msg);
		ck_assert_ptr_nonnull(strstr(err.msg, "in use"));
		ck_assert_ptr_nonnull(strstr(err.msg, "--port-base"));
	}
	(void)close(other);
}
END_TEST

START_TEST(two_addresses_on_one_host_address_are_both_named)
{
	in_port_t port = free_port();
	struct err err = { 0 };
	int a = sock_listen(map, addr("10.71.1.3"), port, true, &err);

	ck_assert_int_ge(a, 0);
	ck_assert_int_eq(sock_listen(map, addr("11.71.1.3"), port, true, &err),
			 -1);
	ck_assert_int_eq(err.code, ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(err.msg, "10.71.1.3:"));
	ck_assert_ptr_nonnull(strstr(err.msg, "11.71.1.3:"));
	ck_assert_ptr_nonnull(strstr(err.msg, "127.71.1.3:"));
	ck_assert_ptr_nonnull(strstr(err.msg, "--map"));
	ck_assert_int_eq(sock_listen(map, addr("10.71.1.3"), port, false, &err),
			 -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "is open already"));
	(void)close(a);
	/* the first one gone, the place is free */
	a = sock_listen(map, addr("11.71.1.3"), port, true, &err);
	ck_assert_msg(a >= 0, "%s", err.msg);
	(void)close(a);
}
END_TEST

START_TEST(closed_listener_is_no_licence_to_share)
{
	in_port_t port = free_port();
	struct err err = { 0 };
	int a = sock_listen(map, addr("10.71.1.4"), port, true, &err), other;

	ck_assert_int_ge(a, 0);
	(void)close(a);
	other = stranger("127.71.1.4", port, true); /* gets the same number */
	ck_assert_int_eq(other, a);
	(void)dup2(other, other + 20);
	(void)close(other);
	ck_assert_int_eq(sock_listen(map, addr("10.71.1.4"), port, true, &err),
			 -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "in use"));
	(void)close(other + 20);
}
END_TEST

START_TEST(address_of_no_interface_asks_for_a_mapping)
{
	struct err err = { 0 };

	ck_assert_int_eq(hostmap_add(map, "none", &err), 0);
	ck_assert_int_eq(
		sock_listen(map, addr("192.0.2.1"), htons(20001), true, &err),
		-1);
	ck_assert_ptr_nonnull(strstr(err.msg, "192.0.2.1:20001"));
	ck_assert_ptr_nonnull(strstr(err.msg, "not an address of this host"));
	ck_assert_ptr_nonnull(strstr(err.msg, "--map"));
	errno = 0;
	ck_assert_int_eq(sock_connect(map, addr("127.0.0.1"), htons(20001),
				      addr("192.0.2.1")),
			 -1);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
}
END_TEST

/* Ports from this one on are for everybody. */
static long unprivileged_port(void)
{
	FILE *f = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
	char line[16] = "1024";

	if (f) {
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), f));
		(void)fclose(f);
	}
	return strtol(line, NULL, 10);
}

START_TEST(low_port_without_root_asks_for_a_base)
{
	struct err err = { 0 };
	uid_t me = geteuid();
	int fd;

	if (unprivileged_port() <= 81)
		return; /* this machine has no low ports */
	if (me == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	fd = sock_listen(map, addr("10.71.1.5"), htons(81), false, &err);
	ck_assert_int_eq(seteuid(me), 0);
	(void)prctl(PR_SET_DUMPABLE, 1); /* for the leak checker */
	ck_assert_int_eq(fd, -1);
	ck_assert_msg(strstr(err.msg, "--port-base") != NULL, "%s", err.msg);
}
END_TEST

START_TEST(port_above_the_last_one_is_refused)
{
	struct err err = { 0 };

	hostmap_set_port_base(map, 60000);
	ck_assert_int_eq(
		sock_listen(map, addr("10.71.1.6"), htons(8443), true, &err),
		-1);
	ck_assert_ptr_nonnull(strstr(err.msg, "--port-base"));
	ck_assert_int_eq(
		sock_listen(map, addr("0.0.0.0"), htons(80), true, &err), -1);
}
END_TEST

START_TEST(source_address_is_mapped_and_kept)
{
	in_port_t port = free_port();
	struct err err = { 0 };
	int l = sock_listen(map, addr("10.71.1.7"), port, false, &err);
	int a = sock_connect(map, addr("10.71.1.7"), port, addr("10.72.2.2"));
	int b = sock_connect(map, addr("10.71.1.7"), port, addr("10.72.2.2"));
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	int flags;

	ck_assert_int_ge(l, 0);
	ck_assert_int_ge(a, 0);
	ck_assert_int_ge(b, 0);
	(void)usleep(1000);
	ck_assert_int_eq(sock_error(a), 0);
	ck_assert_int_ge(accept(l, (struct sockaddr *)&from, &len), 0);
	ck_assert_str_eq(str_addr(from.sin_addr), "127.72.2.2");
	flags = fcntl(a, F_GETFL);
	ck_assert(flags & O_NONBLOCK);
	ck_assert(fcntl(a, F_GETFD) & FD_CLOEXEC);
	(void)close(a);
	(void)close(b);
	(void)close(l);
}
END_TEST

START_TEST(refused_connection_is_reported_by_sock_error)
{
	struct in_addr any = { 0 };
	int fd = sock_connect(map, addr("10.71.1.8"), free_port(), any);

	ck_assert_int_ge(fd, 0);
	(void)usleep(2000);
	ck_assert_int_eq(sock_error(fd), ECONNREFUSED);
	(void)close(fd);
}
END_TEST

/* ---- disk --------------------------------------------------------------- */

static char dir[64];
static struct disk *disk;

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void disk_setup(void)
{
	struct err err = { 0 };

	(void)str_copy(dir, sizeof(dir), "/tmp/css-test-io-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	disk = disk_open(dir, &err);
	ck_assert_msg(disk != NULL, "%s", err.msg);
}

static void disk_teardown(void)
{
	disk_close(disk);
	(void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *name, const char *text)
{
	struct err err = { 0 };

	ck_assert_msg(!disk_write(disk, name, text, strlen(text), 0644, &err),
		      "%s", err.msg);
}

static void expect_file(const char *name, const char *text)
{
	struct err err = { 0 };
	size_t len;
	char *data;

	ck_assert_msg(!disk_read(disk, name, &data, &len, &err), "%s", err.msg);
	ck_assert_str_eq(data, text);
	ck_assert_uint_eq(len, strlen(text));
	free(data);
}

START_TEST(file_is_written_read_and_removed)
{
	struct err err = { 0 };
	char *data;
	size_t len;

	ck_assert(!disk_exists(disk, "startup-config"));
	put("startup-config", "one");
	put("startup-config", "two");
	ck_assert(disk_exists(disk, "startup-config"));
	expect_file("startup-config", "two");
	ck_assert_int_eq(disk_append(disk, "log/sys.log", "a\n", 2, &err), 0);
	ck_assert_int_eq(disk_append(disk, "log/sys.log", "b\n", 2, &err), 0);
	expect_file("log/sys.log", "a\nb\n");
	ck_assert_int_eq(disk_remove(disk, "startup-config", &err), 0);
	ck_assert_int_eq(disk_read(disk, "startup-config", &data, &len, &err),
			 -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert_int_eq(disk_remove(disk, "startup-config", &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

static const char *const bad_names[] = {
	"",	  "/etc/passwd", "../x",  "ssl/../../x", "ssl/..",
	"a//b",	  "a\nb",	 ".",	  "ssl/./x",	 "ssl/",
	".tmp-1", "ssl/.tmp-9",	 "b\x7f",
};

START_TEST(name_that_leaves_the_disk_is_refused)
{
	const char *name = bad_names[_i];
	struct err err = { 0 };
	char kept[64], *data;
	size_t len;

	ck_assert_int_eq(disk_write(disk, name, "x", 1, 0644, &err), -1);
	ck_assert_int_eq(err.code, ERR_RANGE);
	ck_assert_int_eq(disk_append(disk, name, "x", 1, &err), -1);
	ck_assert_int_eq(disk_read(disk, name, &data, &len, &err), -1);
	ck_assert_int_eq(err.code, ERR_RANGE);
	ck_assert_int_eq(disk_remove(disk, name, &err), -1);
	ck_assert_int_eq(disk_keep_bad(disk, name, kept, sizeof(kept), &err),
			 -1);
	ck_assert(!disk_exists(disk, name));
}
END_TEST

START_TEST(odd_files_are_refused_not_waited_for)
{
	char path[128], *data;
	struct err err = { 0 };
	size_t len;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/pipe", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(disk_read(disk, "pipe", &data, &len, &err), -1);
	ck_assert_int_eq(err.code, ERR_IO);
	ck_assert_int_eq(disk_read(disk, "ssl", &data, &len, &err), -1);
	ck_assert_int_eq(err.code, ERR_IO);
	(void)snprintf(path, sizeof(path), "%s/huge", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(ftruncate(fd, (off_t)DISK_FILE_MAX + 1), 0);
	(void)close(fd);
	ck_assert_int_eq(disk_read(disk, "huge", &data, &len, &err), -1);
	ck_assert_int_eq(err.code, ERR_IO);
	ck_assert_int_eq(disk_write(disk, "ssl", "x", 1, 0600, &err), -1);
}
END_TEST

START_TEST(second_owner_is_told_the_first_ones_pid)
{
	struct err err = { 0 };
	char pid[64];

	(void)snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	ck_assert_ptr_null(disk_open(dir, &err));
	ck_assert_int_eq(err.code, ERR_REFUSED);
	ck_assert_msg(strstr(err.msg, pid) != NULL, "%s", err.msg);
	ck_assert_ptr_nonnull(strstr(err.msg, dir));
	ck_assert_ptr_nonnull(strstr(err.msg, "--disk"));
	/* and the refusal has not harmed the state of the first */
	disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert_ptr_nonnull(disk);
	ck_assert(!disk_was_dirty(disk));
}
END_TEST

START_TEST(owner_that_died_leaves_the_disk_dirty)
{
	struct err err = { 0 };
	int status;
	pid_t pid;

	ck_assert(!disk_was_dirty(disk));
	disk_close(disk);
	pid = fork();
	if (!pid) {
		if (!disk_open(dir, &err))
			_exit(1);
		(void)raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	disk = disk_open(dir, &err);
	ck_assert_msg(disk != NULL, "%s", err.msg);
	ck_assert(disk_was_dirty(disk));
	disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert(!disk_was_dirty(disk));
}
END_TEST

START_TEST(identity_and_secret_outlive_the_owner)
{
	uint8_t identity[32], secret[32];
	char path[128];
	struct stat st;
	struct err err = { 0 };

	memcpy(identity, disk_identity(disk), 32);
	memcpy(secret, disk_secret(disk), 32);
	ck_assert_mem_ne(identity, secret, 32);
	(void)snprintf(path, sizeof(path), "%s/secret", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	(void)snprintf(path, sizeof(path), "%s/ssl", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert_mem_eq(disk_identity(disk), identity, 32);
	ck_assert_mem_eq(disk_secret(disk), secret, 32);
}
END_TEST

START_TEST(damaged_secret_is_kept_beside)
{
	struct err err = { 0 };

	put("secret", "short");
	disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert_msg(disk != NULL, "%s", err.msg);
	expect_file("secret.bad", "short");
}
END_TEST

START_TEST(bad_file_is_kept_and_never_overwritten)
{
	struct err err = { 0 };
	char kept[64];

	put("startup-config", "1");
	ck_assert_int_eq(
		disk_keep_bad(disk, "startup-config", kept, sizeof(kept), &err),
		0);
	ck_assert_str_eq(kept, "startup-config.bad");
	put("startup-config", "2");
	ck_assert_int_eq(
		disk_keep_bad(disk, "startup-config", kept, sizeof(kept), &err),
		0);
	ck_assert_str_eq(kept, "startup-config.bad.1");
	expect_file("startup-config.bad", "1");
	expect_file("startup-config.bad.1", "2");
	ck_assert(!disk_exists(disk, "startup-config"));
	put("ssl/key", "3");
	ck_assert_int_eq(
		disk_keep_bad(disk, "ssl/key", kept, sizeof(kept), &err), 0);
	ck_assert_str_eq(kept, "ssl/key.bad");
	ck_assert_int_eq(disk_keep_bad(disk, "none", kept, sizeof(kept), &err),
			 -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

static void free_list(char **names)
{
	for (char **n = names; *n; n++)
		free(*n);
	free(names);
}

START_TEST(list_is_sorted_and_counts_agree)
{
	struct disk_usage before, after;
	char **names;

	disk_usage(disk, &before);
	put("script/b", "22");
	put("script/a", "1");
	put("script/C", "333");
	names = disk_list(disk, "script");
	ck_assert_str_eq(names[0], "C");
	ck_assert_str_eq(names[1], "a");
	ck_assert_str_eq(names[2], "b");
	ck_assert_ptr_null(names[3]);
	free_list(names);
	disk_usage(disk, &after);
	ck_assert_uint_eq(after.files, before.files + 3);
	ck_assert_uint_eq(after.used, before.used + 6);
	ck_assert_uint_eq(after.folders, 10);
	ck_assert_uint_gt(after.total, 0);
	names = disk_list(disk, "no-such-folder");
	ck_assert_ptr_null(names[0]);
	free_list(names);
	names = disk_list(disk, "..");
	ck_assert_ptr_null(names[0]);
	free_list(names);
}
END_TEST

START_TEST(stale_temporary_files_are_removed_at_open)
{
	char path[128];
	struct err err = { 0 };
	int fd;

	(void)snprintf(path, sizeof(path), "%s/ssl/.tmp-7", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(scratch_disk_keeps_nothing_and_repeats_itself)
{
	struct err err = { 0 };
	struct disk *a = disk_open(NULL, &err), *b = disk_open(NULL, &err);
	struct disk_usage u;
	char kept[64], *data, **names;
	size_t len;

	ck_assert_ptr_null(disk_dir(a));
	ck_assert_mem_eq(disk_identity(a), disk_identity(b), 32);
	ck_assert_mem_eq(disk_secret(a), disk_secret(b), 32);
	ck_assert_int_eq(disk_write(a, "startup-config", "x", 1, 0644, &err),
			 -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.msg, "--disk"));
	ck_assert_int_eq(disk_append(a, "log/sys.log", "x", 1, &err), -1);
	ck_assert_int_eq(disk_remove(a, "x", &err), -1);
	ck_assert_int_eq(disk_keep_bad(a, "x", kept, sizeof(kept), &err), -1);
	ck_assert_int_eq(disk_read(a, "startup-config", &data, &len, &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert(!disk_exists(a, "startup-config"));
	ck_assert(!disk_was_dirty(a));
	names = disk_list(a, "ssl");
	ck_assert_ptr_null(names[0]);
	free_list(names);
	disk_usage(a, &u);
	ck_assert_uint_eq(u.files, 0);
	disk_close(a);
	disk_close(b);
}
END_TEST

static const struct {
	const char *below, *says;
} no_disks[] = {
	{ "identity", "Not a directory" }, /* a file is there */
	{ "identity/deeper", "Not a directory" },
};

START_TEST(folder_that_is_none_is_refused)
{
	char path[128];
	struct err err = { 0 };

	(void)snprintf(path, sizeof(path), "%s/%s", dir, no_disks[_i].below);
	ck_assert_ptr_null(disk_open(path, &err));
	ck_assert_msg(strstr(err.msg, no_disks[_i].says) != NULL, "%s",
		      err.msg);
	ck_assert_ptr_nonnull(strstr(err.msg, path));
	ck_assert_ptr_nonnull(strstr(err.msg, "--disk"));
}
END_TEST

START_TEST(missing_folders_above_are_made)
{
	char path[128];
	struct err err = { 0 };
	struct disk *d;

	(void)snprintf(path, sizeof(path), "%s/local/state/css11500", dir);
	d = disk_open(path, &err);
	ck_assert_msg(d != NULL, "%s", err.msg);
	disk_close(d);
}
END_TEST

#define KILLS	  200
#define BIG_LINES 400

/* Writes versions of a file forever, each of one letter and of its own length;
 * tells when the first one is there. */
static void write_forever(int tell)
{
	static char text[BIG_LINES * 26];
	struct err err;
	struct disk *d = disk_open(dir, &err);

	for (unsigned i = rnd_u32() % 26; d; i++) {
		memset(text, 'a' + (int)(i % 26), sizeof(text));
		if (disk_write(d, "startup-config", text,
			       BIG_LINES * (i % 26 + 1), 0644, &err))
			break;
		if (tell >= 0 && write(tell, "", 1) != 1)
			_exit(2);
		tell = -1;
	}
	_exit(1);
}

/* Some time after the child has begun to write. */
static void kill_a_writer(void)
{
	char byte;
	pid_t pid;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	pid = fork();
	if (!pid)
		write_forever(p[1]);
	(void)close(p[1]);
	ck_assert_int_eq(read(p[0], &byte, 1), 1);
	(void)close(p[0]);
	(void)usleep(rnd_u32() % 4000);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static void check_whole(void)
{
	struct err err = { 0 };
	size_t len;
	char *data;

	ck_assert_msg(!disk_read(disk, "startup-config", &data, &len, &err),
		      "%s", err.msg);
	ck_assert_uint_eq(len, BIG_LINES * (size_t)(data[0] - 'a' + 1));
	for (size_t i = 0; i < len; i++)
		ck_assert_int_eq(data[i], data[0]);
	free(data);
}

/* disk_list() would not show them */
static void check_no_temps(void)
{
	DIR *d = opendir(dir);
	const struct dirent *e;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)))
		ck_assert_msg(!str_has_prefix(e->d_name, ".tmp-"), "%s",
			      e->d_name);
	(void)closedir(d);
}

START_TEST(kill_at_any_time_leaves_a_whole_file)
{
	disk_close(disk);
	for (int i = 0; i < KILLS; i++) {
		struct err err = { 0 };

		kill_a_writer();
		disk = disk_open(dir, &err);
		ck_assert_msg(disk != NULL, "%s", err.msg);
		ck_assert(disk_was_dirty(disk));
		check_whole();
		check_no_temps();
		disk_close(disk);
	}
	disk = NULL;
}
END_TEST

/* ---- random ------------------------------------------------------------- */

START_TEST(random_bytes_differ)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	rnd_bytes(a, sizeof(a));
	rnd_bytes(b, sizeof(b));
	ck_assert_mem_ne(a, b, sizeof(a));
	rnd_bytes(a, 0);
	for (int i = 0, same = 0; i < 100; i++) {
		same += rnd_u32() == rnd_u32();
		ck_assert_int_lt(same, 2);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("io");
	TCase *l = tcase_create("loop"), *m = tcase_create("hostmap");
	TCase *k = tcase_create("sock"), *d = tcase_create("disk");

	tcase_add_checked_fixture(l, loop_setup, loop_teardown);
	tcase_add_test(l, timers_run_in_the_order_of_their_times);
	tcase_add_test(l, timer_that_restarts_itself_does_not_hold_the_turn);
	tcase_add_test(l, watch_removed_by_another_handler_is_not_called);
	tcase_add_test(l, turn_has_its_order);
	tcase_add_test(l, posts_of_a_thread_arrive_all_and_in_order);
	tcase_add_test(l, posts_can_be_taken_back);
	tcase_add_test(l, stop_works_before_the_run_and_from_a_signal);
	tcase_add_test(l, jobs_run_aside_and_end_on_the_loop);
	tcase_add_test(l, freeing_jobs_ends_each_exactly_once);
	suite_add_tcase(s, l);

	tcase_add_loop_test(m, address_is_mapped_by_the_longest_prefix, 0,
			    LEN(maps));
	tcase_add_loop_test(m, bad_mapping_is_refused_with_the_reason, 0,
			    LEN(bad_maps));
	tcase_add_test(m, listening_ports_move_by_the_base);
	tcase_add_test(m, random_bytes_differ);
	suite_add_tcase(s, m);

	tcase_add_checked_fixture(k, sock_setup, sock_teardown);
	tcase_add_test(k, workers_share_a_port_and_both_get_connections);
	tcase_add_loop_test(k, port_of_a_stranger_is_an_error, 0, 2);
	tcase_add_test(k, two_addresses_on_one_host_address_are_both_named);
	tcase_add_test(k, closed_listener_is_no_licence_to_share);
	tcase_add_test(k, address_of_no_interface_asks_for_a_mapping);
	tcase_add_test(k, low_port_without_root_asks_for_a_base);
	tcase_add_test(k, port_above_the_last_one_is_refused);
	tcase_add_test(k, source_address_is_mapped_and_kept);
	tcase_add_test(k, refused_connection_is_reported_by_sock_error);
	suite_add_tcase(s, k);

	tcase_add_checked_fixture(d, disk_setup, disk_teardown);
	tcase_set_timeout(d, 60);
	tcase_add_test(d, file_is_written_read_and_removed);
	tcase_add_loop_test(d, name_that_leaves_the_disk_is_refused, 0,
			    LEN(bad_names));
	tcase_add_test(d, odd_files_are_refused_not_waited_for);
	tcase_add_test(d, second_owner_is_told_the_first_ones_pid);
	tcase_add_test(d, owner_that_died_leaves_the_disk_dirty);
	tcase_add_test(d, identity_and_secret_outlive_the_owner);
	tcase_add_test(d, damaged_secret_is_kept_beside);
	tcase_add_test(d, bad_file_is_kept_and_never_overwritten);
	tcase_add_test(d, list_is_sorted_and_counts_agree);
	tcase_add_test(d, stale_temporary_files_are_removed_at_open);
	tcase_add_test(d, scratch_disk_keeps_nothing_and_repeats_itself);
	tcase_add_loop_test(d, folder_that_is_none_is_refused, 0,
			    LEN(no_disks));
	tcase_add_test(d, missing_folders_above_are_made);
	tcase_add_test(d, kill_at_any_time_leaves_a_whole_file);
	suite_add_tcase(s, d);
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

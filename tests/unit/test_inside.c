/*
 * The namespace of the switch's own sockets.  The test stands in for the packet
 * thread: what the sockets send is taken from the TUN device and, since every
 * address is local to what comes in, given back, so that both ends of a
 * connection are here whatever addresses they have.
 */
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/io/hostmap.h"
#include "emu/io/inside.h"
#include "emu/io/sock.h"
#include "emu/io/tun.h"
#include "emu/net/checksum.h"
#include "emu/net/packet.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MTU	1500
#define SEGMENT 1448 /* with time stamps */
#define CHUNK	(1 << 20)

static struct inside *in;
static struct hostmap *map;
static struct tun *tun;

static struct in_addr addr(const char *text)
{
	struct in_addr a;

	ck_assert(str_to_addr(text, &a));
	return a;
}

static void setup(void)
{
	struct err err = { 0 };
	struct in_addr circuit = addr("192.168.10.1");
	const struct inside_way all = { .src = circuit };

	in = inside_new(MTU, &err);
	ck_assert_msg(in != NULL, "%s", err.msg);
	tun = inside_tun(in);
	inside_set_ways(in, &circuit, 1, &all, 1);
	map = hostmap_new();
	ck_assert_int_eq(hostmap_add(map, "10.0.0.0/8=127.0.0.0/8", &err), 0);
	hostmap_set_port_base(map, 1000);
	hostmap_set_transparent(map);
}

static void teardown(void)
{
	hostmap_free(map);
	inside_free(in);
}

/* ---- the packet thread's part ------------------------------------------------- */

static struct {
	unsigned packets, large; /* that the sockets sent */
	unsigned sent;		 /* that went back in */
} seen;

static void give_back(struct packet *p)
{
	seen.sent++;
	ck_assert(tun_send(tun, p));
}

/* As a port without offload would have it: cut, every checksum made. */
static void give_back_cut(struct packet *p)
{
	static uint8_t space[PACKET_HEADROOM + PACKET_MAX];
	uint8_t *room = space + PACKET_HEADROOM;
	uint8_t *ip = p->data + p->l3, *tcp = p->data + p->l4;
	uint32_t heads = p->l4 - p->l3 + (tcp[TCP_OFF] >> 4) * 4u;
	uint32_t load = p->len - p->l3 - heads, at = 0;

	do {
		uint32_t n = load - at > SEGMENT ? SEGMENT : load - at;
		struct packet s = *p;
		uint8_t *l4 = room + (p->l4 - p->l3);

		memcpy(room, ip, heads);
		memcpy(room + heads, ip + heads + at, n);
		put16(room + IP4_LEN, (uint16_t)(heads + n));
		put16(room + IP4_SUM, 0);
		put16(room + IP4_SUM, sum_fold(sum_add(0, room, IP4_MIN)));
		put32(l4 + TCP_SEQ, get32(tcp + TCP_SEQ) + at);
		if (at + n < load)
			l4[TCP_FLAGS] &= (uint8_t)~TCP_F_PSH;
		put16(l4 + TCP_SUM, 0);
		put16(l4 + TCP_SUM,
		      sum_l4(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
			     IPPROTO_TCP, l4, heads + n - IP4_MIN));
		s.data = room;
		s.len = heads + n;
		s.l3 = 0;
		s.l4 = IP4_MIN;
		s.off = (struct packet_offload){ .checksum = false };
		give_back(&s);
		at += n;
	} while (at < load);
}

static bool cut;

/* Everything that is there; false: there was nothing. */
static bool turn(void)
{
	struct pollfd ready = { .fd = tun_fd(tun), .events = POLLIN };
	struct packet p;

	if (poll(&ready, 1, 20) <= 0)
		return false;
	while (tun_receive(tun, &p)) {
		seen.packets++;
		seen.large += p.len > MTU;
		ck_assert_int_eq(packet_parse_ip(&p), PACKET_GOOD);
		if (cut && p.proto == IPPROTO_TCP)
			give_back_cut(&p);
		else
			give_back(&p);
	}
	tun_flush(tun);
	return true;
}

/* Packets that the kernel has taken in by the device. */
static unsigned taken_in(void)
{
	FILE *f = fopen("/proc/thread-self/net/dev", "r");
	unsigned long long bytes = 0;
	char line[512];
	unsigned n = 0;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " css: %llu %u", &bytes, &n) == 2)
			break;
	(void)fclose(f);
	return n;
}

/* ---- connections ----------------------------------------------------------------- */

static const struct in_addr any = { INADDR_ANY };

static int listens(const char *at, unsigned port)
{
	struct err err = { 0 };
	int fd =
		sock_listen(map, *at ? addr(at) : any, htons(port), true, &err);

	ck_assert_msg(fd >= 0, "%s", err.msg);
	return fd;
}

static int accepts(int listener)
{
	int fd = -1;

	for (int i = 0; fd < 0 && i < 100; i++) {
		(void)turn();
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	}
	ck_assert_int_ge(fd, 0);
	return fd;
}

static void check_ends(int fd, const char *name, const char *peer)
{
	struct sockaddr_in n = sock_name(fd), p = sock_peer(fd);
	char text[64];

	(void)snprintf(text, sizeof(text), "%s:%u", str_addr(n.sin_addr),
		       ntohs(n.sin_port));
	ck_assert_str_eq(text, name);
	(void)snprintf(text, sizeof(text), "%s:%u", str_addr(p.sin_addr),
		       ntohs(p.sin_port));
	ck_assert_str_eq(text, peer);
}

START_TEST(a_listener_of_any_address_and_a_client_of_any_address)
{
	int l = listens("203.0.113.1", 80);
	int c = sock_connect_from(map, addr("203.0.113.1"), htons(80),
				  addr("198.51.100.7"), htons(4077));
	int s = accepts(l);

	ck_assert_int_ge(c, 0);
	check_ends(s, "203.0.113.1:80", "198.51.100.7:4077");
	check_ends(c, "198.51.100.7:4077", "203.0.113.1:80");
}
END_TEST

START_TEST(the_closest_listener_takes_a_connection)
{
	int all = listens("", 80), vip = listens("203.0.113.1", 80);
	int again = listens("203.0.113.1", 80);
	int s;

	(void)close(again);
	ck_assert_int_ge(sock_connect(map, addr("203.0.113.1"), htons(80),
				      addr("10.1.1.1")),
			 0);
	(void)close(accepts(vip));
	ck_assert_int_ge(sock_connect(map, addr("203.0.113.99"), htons(80),
				      addr("10.1.1.1")),
			 0);
	s = accepts(all);
	ck_assert_str_eq(str_addr(sock_name(s).sin_addr), "203.0.113.99");
}
END_TEST

START_TEST(a_pair_of_ends_that_is_taken_is_said_to_be)
{
	int l = listens("203.0.113.1", 80), c;

	ck_assert_int_ge(sock_connect_from(map, addr("203.0.113.1"), htons(80),
					   addr("198.51.100.7"), htons(4077)),
			 0);
	(void)accepts(l);
	c = sock_connect_from(map, addr("203.0.113.1"), htons(80),
			      addr("198.51.100.7"), htons(4077));
	ck_assert_int_eq(c, -1);
	ck_assert(errno == EADDRNOTAVAIL || errno == EADDRINUSE);
	/* the same client to another server */
	c = sock_connect_from(map, addr("203.0.113.2"), htons(80),
			      addr("198.51.100.7"), htons(4077));
	ck_assert_int_ge(c, 0);
}
END_TEST

static char text_at(size_t i)
{
	return (char)(i * 7 + i / 251);
}

/* CHUNK bytes from one end to the other. */
static void carry(int from, int to)
{
	static char out[CHUNK], back[CHUNK];
	size_t sent = 0, got = 0;

	for (size_t i = 0; i < CHUNK; i++)
		out[i] = text_at(i);
	for (int i = 0; got < CHUNK && i < 20000; i++) {
		ssize_t n = send(from, out + sent, CHUNK - sent, MSG_DONTWAIT);

		sent += n > 0 ? (size_t)n : 0;
		(void)turn();
		n = recv(to, back + got, CHUNK - got, MSG_DONTWAIT);
		got += n > 0 ? (size_t)n : 0;
	}
	ck_assert_uint_eq(got, CHUNK);
	ck_assert_int_eq(memcmp(out, back, CHUNK), 0);
}

static void open_pair(int *c, int *s)
{
	int l = listens("203.0.113.1", 80);

	*c = sock_connect_from(map, addr("203.0.113.1"), htons(80),
			       addr("198.51.100.7"), htons(4077));
	*s = accepts(l);
}

START_TEST(super_frames_go_both_ways)
{
	int c, s;

	open_pair(&c, &s);
	carry(c, s);
	carry(s, c);
	ck_assert_uint_gt(seen.large, 0);
	ck_assert_uint_lt(seen.packets, 2 * CHUNK / SEGMENT);
}
END_TEST

START_TEST(segments_in_a_row_go_in_together)
{
	int c, s;

	cut = true;
	open_pair(&c, &s);
	carry(c, s);
	carry(s, c);
	ck_assert_uint_gt(seen.sent, 2 * CHUNK / SEGMENT);
	ck_assert_uint_lt(taken_in(), seen.sent / 2);
}
END_TEST

/* A segment of a connection that is open, as it would come in by a port. */
static void segment(uint8_t *ip, struct packet *p, int from, uint32_t seq,
		    const char *load, uint8_t flags)
{
	struct sockaddr_in src = sock_name(from), dst = sock_peer(from);
	size_t n = strlen(load);
	uint8_t *tcp = ip + IP4_MIN;

	memset(ip, 0, IP4_MIN + TCP_MIN);
	ip[0] = 0x45;
	put16(ip + IP4_LEN, (uint16_t)(IP4_MIN + TCP_MIN + n));
	put16(ip + IP4_FRAG, IP4_DF);
	ip[IP4_TTL] = 60;
	ip[IP4_PROTO] = IPPROTO_TCP;
	put_addr(ip + IP4_SRC, src.sin_addr);
	put_addr(ip + IP4_DST, dst.sin_addr);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, IP4_MIN)));
	put16(tcp, ntohs(src.sin_port));
	put16(tcp + 2, ntohs(dst.sin_port));
	put32(tcp + TCP_SEQ, seq);
	tcp[TCP_OFF] = TCP_MIN / 4 << 4;
	tcp[TCP_FLAGS] = flags;
	put16(tcp + TCP_WIN, 1000);
	memcpy(tcp + TCP_MIN, load, n);
	put16(tcp + TCP_SUM, sum_l4(src.sin_addr, dst.sin_addr, IPPROTO_TCP,
				    tcp, TCP_MIN + n));
	*p = (struct packet){ .data = ip,
			      .len = (uint32_t)(IP4_MIN + TCP_MIN + n),
			      .type = ETHER_IP4,
			      .l4 = IP4_MIN,
			      .proto = IPPROTO_TCP };
}

/* What may not be put together goes in as it is, in its order. */
START_TEST(segments_that_do_not_belong_together)
{
	static const struct {
		uint32_t seq;
		const char *load;
		uint8_t flags;
		bool broken;
		unsigned in; /* so many have gone in behind it */
	} rows[] = {
		{ 0, "abcd", TCP_F_ACK, false, 0 },
		{ 4, "efgh", TCP_F_ACK, false, 0 },   /* one row */
		{ 100, "abcd", TCP_F_ACK, false, 1 }, /* a gap */
		{ 104, "ab", TCP_F_ACK, false, 2 },   /* a short one ends */
		{ 106, "ab", TCP_F_ACK | TCP_F_PSH, false, 3 }, /* at once */
		{ 108, "ab", TCP_F_ACK, true, 4 }, /* wrong checksum */
		{ 110, "", TCP_F_ACK, false, 5 },  /* no bytes */
		{ 110, "abcd", TCP_F_ACK, false, 5 },
		{ 114, "abcdef", TCP_F_ACK, false, 6 }, /* a longer one */
		{ 120, "abcdef", TCP_F_ACK | TCP_F_PSH, false, 7 },
		{ 126, "a", TCP_F_ACK | TCP_F_FIN, false, 8 },
	};
	uint8_t space[PACKET_HEADROOM + 128], *ip = space + PACKET_HEADROOM;
	struct packet p;
	unsigned before;
	int c, s;

	open_pair(&c, &s);
	before = taken_in();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		segment(ip, &p, c, rows[i].seq, rows[i].load, rows[i].flags);
		if (rows[i].broken)
			ip[IP4_MIN + TCP_SUM] ^= 0x55;
		ck_assert(tun_send(tun, &p));
		ck_assert_msg(taken_in() - before == rows[i].in,
			      "behind row %zu: %u", i, taken_in() - before);
	}
}
END_TEST

/* ---- ways ------------------------------------------------------------------------- */

/* "-": there is no way. */
static const char *speaks_from(const char *dst)
{
	int fd = sock_udp(map, addr(dst), htons(53), any, 0);
	const char *from = "-";

	if (fd < 0)
		return from;
	from = str_addr(sock_name(fd).sin_addr);
	(void)close(fd);
	return from;
}

START_TEST(sockets_speak_from_the_circuit_that_leads_there)
{
	const struct in_addr two[] = { addr("192.168.10.1"), addr("10.1.1.1") };
	const struct inside_way ways[] = {
		{ addr("192.168.10.0"), two[0], 24 },
		{ addr("10.1.1.0"), two[1], 24 },
		{ addr("172.16.0.0"), two[1], 12 },
		{ addr("172.16.0.0"), two[0], 12 }, /* not the first */
		{ any, two[0], 0 },
	};
	const struct inside_way other = { addr("10.1.1.0"), two[1], 24 };

	inside_set_ways(in, two, 2, ways, 5);
	ck_assert_str_eq(speaks_from("192.168.10.77"), "192.168.10.1");
	ck_assert_str_eq(speaks_from("10.1.1.11"), "10.1.1.1");
	ck_assert_str_eq(speaks_from("172.16.3.3"), "10.1.1.1");
	ck_assert_str_eq(speaks_from("8.8.8.8"), "192.168.10.1");

	inside_set_ways(in, &two[1], 1, &other, 1);
	ck_assert_str_eq(speaks_from("10.1.1.11"), "10.1.1.1");
	ck_assert_str_eq(speaks_from("192.168.10.77"), "-");
	ck_assert_str_eq(speaks_from("8.8.8.8"), "-");

	inside_set_ways(in, two, 2, ways, 5);
	ck_assert_str_eq(speaks_from("8.8.8.8"), "192.168.10.1");
	inside_set_ways(in, NULL, 0, NULL, 0);
	ck_assert_str_eq(speaks_from("10.1.1.11"), "-");
}
END_TEST

/* ---- this host ---------------------------------------------------------------------- */

static int connects(const char *dst, in_port_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr = addr(dst),
				  .sin_port = port };
	int fd = socket(AF_INET, SOCK_STREAM, 0), rc;

	rc = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
	(void)close(fd);
	return rc;
}

START_TEST(listeners_of_this_host_stay_outside)
{
	struct err err = { 0 };
	int fd = sock_listen_host(addr("127.0.0.1"), 0, &err);
	in_port_t port = sock_name(fd).sin_port;

	ck_assert_msg(fd >= 0, "%s", err.msg);
	ck_assert_int_eq(connects("127.0.0.1", port), -ECONNREFUSED);
	inside_free(in);
	in = NULL;
	ck_assert_int_eq(connects("127.0.0.1", port), 0);
}
END_TEST

START_TEST(what_is_missing_is_said)
{
	struct err err = { 0 };

	if (geteuid() != 0)
		return; /* in a user namespace there is nobody else to be */
	if (seteuid(65534))
		return;
	ck_assert_ptr_null(inside_new(MTU, &err));
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "CAP_SYS_ADMIN"));
	ck_assert_ptr_nonnull(strstr(err.msg, "unshare -Urn"));
}
END_TEST

START_TEST(nothing_is_mapped)
{
	ck_assert(hostmap_is_transparent(map));
	ck_assert_str_eq(str_addr(hostmap_addr(map, addr("10.1.2.3"))),
			 "10.1.2.3");
	ck_assert_str_eq(str_addr(hostmap_addr(map, addr("20.1.2.3"))),
			 "20.1.2.3");
	ck_assert_uint_eq(hostmap_listen_port(map, htons(443)), htons(443));
}
END_TEST

static bool is_possible(void)
{
	struct err err = { 0 };
	struct inside *try = inside_new(MTU, &err);

	if (!try)
		(void)fprintf(stderr, "skipped: %s\n", err.msg);
	inside_free(try);
	return try != NULL;
}

int main(void)
{
	Suite *s;
	TCase *i, *m;
	SRunner *r;
	int failed;

	if (!is_possible())
		return 77;
	s = suite_create("inside");
	i = tcase_create("inside");
	m = tcase_create("missing");
	r = srunner_create(s);
	tcase_add_checked_fixture(i, setup, teardown);
	tcase_set_timeout(i, 60);
	tcase_add_test(i,
		       a_listener_of_any_address_and_a_client_of_any_address);
	tcase_add_test(i, the_closest_listener_takes_a_connection);
	tcase_add_test(i, a_pair_of_ends_that_is_taken_is_said_to_be);
	tcase_add_test(i, super_frames_go_both_ways);
	tcase_add_test(i, segments_in_a_row_go_in_together);
	tcase_add_test(i, segments_that_do_not_belong_together);
	tcase_add_test(i, sockets_speak_from_the_circuit_that_leads_there);
	tcase_add_test(i, listeners_of_this_host_stay_outside);
	tcase_add_test(i, nothing_is_mapped);
	tcase_add_test(m, what_is_missing_is_said);
	suite_add_tcase(s, i);
	suite_add_tcase(s, m);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

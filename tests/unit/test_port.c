#include "emu/io/port.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/net/checksum.h"
#include "emu/net/offload.h"

/*
 * Ports: in memory, on capture files, and on interfaces of a network namespace of
 * the test's own with the kernel as the judge.  Where no namespace is allowed the
 * latter say so and do nothing.
 */

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))
enum { SIZE = 1448, WAIT_MS = 2000 };

static uint8_t frame[PACKET_MAX];

/* A TCP segment with len bytes of payload and an open checksum. */
static uint32_t make(uint32_t len, struct packet_offload *off)
{
	uint8_t *ip = frame + ETH_LEN, *tcp = ip + IP4_MIN;
	uint32_t l4_len = TCP_MIN + len;

	memset(frame, 0, ETH_LEN + IP4_MIN + TCP_MIN);
	memcpy(frame, "\2\0\0\0\0\2\2\0\0\0\0\1\x08\0", ETH_LEN);
	ip[0] = 0x45;
	put16(ip + IP4_LEN, (uint16_t)(IP4_MIN + l4_len));
	put16(ip + IP4_ID, 77);
	put16(ip + IP4_FRAG, IP4_DF);
	ip[IP4_TTL] = 64;
	ip[IP4_PROTO] = IPPROTO_TCP;
	put32(ip + IP4_SRC, 0x0a000001);
	put32(ip + IP4_DST, 0x0a000002);
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, IP4_MIN)));
	put16(tcp, 4000);
	put16(tcp + 2, 80);
	put32(tcp + TCP_SEQ, 1000);
	tcp[TCP_OFF] = TCP_MIN / 4 << 4;
	tcp[TCP_FLAGS] = TCP_F_ACK | TCP_F_PSH;
	for (uint32_t i = 0; i < len; i++)
		tcp[TCP_MIN + i] = (uint8_t)(i * 7 + i / 256);
	put16(tcp + TCP_SUM,
	      sum_pseudo(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
			 IPPROTO_TCP, l4_len));
	*off = (struct packet_offload){ .checksum = true,
					.csum_start = ETH_LEN + IP4_MIN,
					.csum_offset = TCP_SUM };
	if (len > SIZE) {
		off->gso = GSO_TCP4;
		off->gso_size = SIZE;
	}
	return ETH_LEN + IP4_MIN + l4_len;
}

/* ---- memory ------------------------------------------------------------------------ */

START_TEST(queue_keeps_order_and_contents)
{
	struct port_io *io = port_queue_new(9000);
	struct packet_offload off;
	struct packet p = { 0 };
	uint64_t when;
	uint32_t len;

	ck_assert_uint_eq(io->mtu, 9000);
	ck_assert(port_has_link(io));
	ck_assert(!io->ops->receive(io, &p, &when));
	for (uint32_t i = 1; i <= 3; i++) {
		len = make(i * 1000, &off);
		port_queue_put_open(io, frame, len, &off);
	}
	for (uint32_t i = 1; i <= 3; i++) {
		len = make(i * 1000, &off);
		ck_assert(io->ops->receive(io, &p, &when));
		ck_assert_uint_eq(p.len, len);
		ck_assert_mem_eq(p.data, frame, len);
		ck_assert_uint_eq(p.off.gso, i == 1 ? GSO_NONE : GSO_TCP4);
		packet_tag(&p, 7); /* there is headroom */
		ck_assert(io->ops->send(io, &p));
	}
	ck_assert(!io->ops->receive(io, &p, &when));
	for (uint32_t i = 1; i <= 3; i++) {
		uint8_t *sent = port_queue_take(io, &len, &off);

		ck_assert_uint_eq(len, i * 1000 + 58);
		ck_assert_uint_eq(get16(sent + 12), ETHER_VLAN);
		ck_assert_uint_eq(off.csum_start, 38);
		free(sent);
	}
	ck_assert_ptr_null(port_queue_take(io, &len, &off));
	port_queue_put(io, frame, 60); /* left in: freed with the port */
	io->ops->close(io);
}
END_TEST

/* ---- capture files ------------------------------------------------------------------ */

static char path[2][64];

static void file_setup(void)
{
	for (int i = 0; i < 2; i++)
		(void)snprintf(path[i], sizeof(path[i]),
			       "/tmp/test_port.%d.%d.pcap", (int)getpid(), i);
}

static void file_teardown(void)
{
	(void)unlink(path[0]);
	(void)unlink(path[1]);
}

START_TEST(captures_go_out_and_in)
{
	struct port_io *io = port_file_open(NULL, path[0], NULL);
	struct packet p = { .data = frame };
	struct packet_offload off;
	char text[160];
	uint64_t when;

	ck_assert_ptr_nonnull(io);
	ck_assert(io->over);
	for (uint32_t i = 0; i < 3; i++) {
		p.len = make(i * 1000, &off);
		port_file_clock(io, 5000000 + i * 1500000);
		ck_assert(io->ops->send(io, &p));
	}
	ck_assert(!io->ops->receive(io, &p, &when));
	io->ops->flush(io);
	io->ops->close(io);

	(void)snprintf(text, sizeof(text), "file:%s,%s", path[0], path[1]);
	io = port_open(text, NULL);
	ck_assert_ptr_nonnull(io);
	ck_assert_int_eq(io->fd, -1);
	ck_assert(port_has_link(io));
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t len = make(i * 1000, &off);

		ck_assert(!io->over);
		ck_assert(io->ops->receive(io, &p, &when));
		ck_assert_uint_eq(when, 5000000 + i * 1500000);
		ck_assert_uint_eq(p.len, len);
		ck_assert_mem_eq(p.data, frame, len);
		ck_assert(p.off.checksum); /* recognised */
		ck_assert_uint_eq(p.off.gso, i == 2 ? GSO_TCP4 : GSO_NONE);
	}
	ck_assert(!io->ops->receive(io, &p, &when));
	ck_assert(io->over);
	io->ops->close(io);
	ck_assert_int_eq(access(path[1], F_OK), 0);
}
END_TEST

START_TEST(two_captures_of_the_same_are_the_same)
{
	char bytes[2][4096];
	size_t len[2];

	for (int i = 0; i < 2; i++) {
		struct port_io *io = port_file_open(NULL, path[i], NULL);
		struct packet p = { .data = frame };
		struct packet_offload off;
		FILE *f;

		p.len = make(200, &off);
		port_file_clock(io, 123456789);
		ck_assert(io->ops->send(io, &p));
		io->ops->close(io);
		f = fopen(path[i], "re");
		ck_assert_ptr_nonnull(f);
		len[i] = fread(bytes[i], 1, sizeof(bytes[i]), f);
		(void)fclose(f);
	}
	ck_assert_uint_gt(len[0], 200);
	ck_assert_uint_eq(len[0], len[1]);
	ck_assert_mem_eq(bytes[0], bytes[1], len[0]);
}
END_TEST

static const struct {
	const char *text, *says;
} refused[] = {
	{ "no-such-if0", "packet:no-such-if0: there is no such interface" },
	{ "packet:no-such-if0", "packet:no-such-if0: there is no such" },
	{ "pcap:no-such-if0", "pcap:no-such-if0: there is no such" },
	{ "tap:a-name-that-is-too-long", "1 to 15 characters" },
	{ "tap:", "1 to 15 characters" },
	{ "dag:0", "tap:NAME" },
	{ "", "pcap:INTERFACE" },
	{ "file:", "name of a capture" },
	{ "file:/no/such/file.pcap", "No such file" },
	{ "file:,/no/such/file.pcap", "/no/such/file.pcap" },
};

START_TEST(a_port_that_cannot_be_opened_says_why)
{
	struct err err = { 0 };

	ck_assert_ptr_null(port_open(refused[_i].text, &err));
	ck_assert_msg(strstr(err.msg, refused[_i].says) ||
			      strstr(err.msg, "not permitted"),
		      "%s", err.msg);
}
END_TEST

/* ---- interfaces ----------------------------------------------------------------------- */

static bool has_net;

static void run(const char *command)
{
	ck_assert_msg(system(command) == 0, "%s", command);
}

static void net_setup(void)
{
	FILE *f;

	has_net = unshare(CLONE_NEWNET) == 0;
	if (!has_net) {
		(void)fprintf(stderr, "test_port: no network namespace: %s\n",
			      strerror(errno));
		return;
	}
	/* the kernel must not talk on its own */
	f = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "we");
	if (f) {
		(void)fputs("1", f);
		(void)fclose(f);
	}
}

static void veth_setup(void)
{
	net_setup();
	if (!has_net)
		return;
	run("ip link add va type veth peer name vb");
	run("ip link set va up");
	run("ip link set vb up");
}

/* As `ethtool -K va tx off tso off gso off` does. */
static void offload_off(const char *name)
{
	static const uint32_t what[] = { ETHTOOL_STXCSUM, ETHTOOL_STSO,
					 ETHTOOL_SGSO };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ethtool_value off = { 0 };
	struct ifreq r = { .ifr_data = (char *)&off };

	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	for (int i = 0; i < LEN(what); i++) {
		off.cmd = what[i];
		ck_assert_int_eq(ioctl(fd, SIOCETHTOOL, &r), 0);
	}
	(void)close(fd);
}

static struct port_io *must_open(const char *text)
{
	struct err err = { 0 };
	struct port_io *io = port_open(text, &err);

	ck_assert_msg(io != NULL, "%s", err.msg);
	return io;
}

static bool next(struct port_io *io, struct packet *p, int wait_ms)
{
	struct pollfd f = { .fd = io->fd, .events = POLLIN };
	uint64_t when;

	while (!io->ops->receive(io, p, &when))
		if (poll(&f, 1, wait_ms) <= 0)
			return false;
	return true;
}

static void send_one(struct port_io *io, uint32_t len)
{
	struct packet_offload off;
	struct packet p = { .data = frame };

	p.len = make(len, &off);
	p.off = off;
	ck_assert(io->ops->send(io, &p));
	io->ops->flush(io);
	ck_assert_uint_eq(io->unsent, 0);
}

/* Pieces of the message that make() has made, each as a wire has it. */
static uint32_t got, pieces;

static void piece(void *arg, struct packet *p)
{
	const uint8_t *ip = p->data + ETH_LEN, *tcp = ip + IP4_MIN;
	uint32_t len = p->len - ETH_LEN - IP4_MIN - TCP_MIN;

	(void)arg;
	ck_assert_uint_le(p->len, ETH_LEN + 1500);
	ck_assert_uint_eq(get16(ip + IP4_LEN), p->len - ETH_LEN);
	ck_assert_uint_eq(get16(ip + IP4_ID), 77 + pieces);
	ck_assert_uint_eq(sum_fold(sum_add(0, ip, IP4_MIN)), 0);
	ck_assert_uint_eq(sum_l4(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
				 IPPROTO_TCP, tcp, TCP_MIN + len),
			  0);
	ck_assert_uint_eq(get32(tcp + TCP_SEQ), 1000 + got);
	ck_assert_mem_eq(tcp + TCP_MIN,
			 frame + ETH_LEN + IP4_MIN + TCP_MIN + got, len);
	got += len;
	pieces++;
}

static void take_all(struct port_io *io, uint32_t len)
{
	static uint8_t room[PACKET_HEADROOM + ETH_LEN + 1500];
	struct packet p;

	got = pieces = 0;
	while (got < len) {
		ck_assert(next(io, &p, WAIT_MS));
		ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
		ck_assert_int_eq(offload_split(&p, 1500, room, sizeof(room),
					       piece, NULL),
				 0);
	}
	ck_assert_uint_eq(got, len);
}

static const struct {
	const char *from, *to;
	bool offload;
} pairs[] = {
	{ "va", "packet:vb", true },
	{ "va", "packet:vb", false },
	{ "packet:va", "pcap:vb", true },
	{ "packet:va", "pcap:vb", false },
};

/* Whoever cuts, the kernel or we: the same segments. */
START_TEST(what_one_end_sends_the_other_has_whole)
{
	static const uint32_t lens[] = { 1, 10, 1448, 1449, 9000, 60000 };
	struct port_io *from, *to;

	if (!has_net)
		return;
	if (!pairs[_i].offload)
		offload_off("va");
	from = must_open(pairs[_i].from);
	to = must_open(pairs[_i].to);
	ck_assert_str_eq(port_kind(from), "packet:va");
	ck_assert_uint_eq(to->mtu, 1500);
	ck_assert_int_eq(from->takes_offload, true);
	for (int i = 0; i < LEN(lens); i++) {
		send_one(from, lens[i]);
		take_all(to, lens[i]);
	}
	ck_assert_uint_eq(to->dropped, 0);
	from->ops->close(from);
	to->ops->close(to);
}
END_TEST

START_TEST(superframes_travel_whole)
{
	struct port_io *from, *to;
	struct packet p;

	if (!has_net)
		return;
	from = must_open("va");
	to = must_open("vb");
	send_one(from, 60000);
	ck_assert(next(to, &p, WAIT_MS));
	ck_assert_uint_eq(p.len, 60000 + ETH_LEN + IP4_MIN + TCP_MIN);
	ck_assert_uint_eq(p.off.gso, GSO_TCP4);
	ck_assert_uint_eq(p.off.gso_size, SIZE);
	from->ops->close(from);
	to->ops->close(to);
}
END_TEST

static const char *const ends[] = { "packet:vb", "pcap:vb" };

START_TEST(tags_and_order_stay_and_own_frames_do_not_come_back)
{
	struct packet_offload off;
	struct port_io *from, *to;
	struct packet p = { 0 };

	if (!has_net)
		return;
	from = must_open("packet:va");
	to = must_open(ends[_i]);
	for (unsigned i = 0; i < 300; i++) {
		uint8_t *room = calloc(1, PACKET_HEADROOM + 3000);

		p = (struct packet){ .data = room + PACKET_HEADROOM,
				     .cap = 3000 };
		p.len = make(i % 1400, &off);
		memcpy(p.data, frame, p.len);
		p.off = off;
		ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
		packet_tag(&p, 1000 + i);
		ck_assert(from->ops->send(from, &p));
		free(room);
	}
	from->ops->flush(from);
	for (unsigned i = 0; i < 300; i++) {
		ck_assert(next(to, &p, WAIT_MS));
		ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
		ck_assert_uint_eq(p.vlan, 1000 + i);
		ck_assert_uint_eq(p.len, 54 + i % 1400);
		offload_finish(&p);
		ck_assert_uint_eq(sum_l4(get_addr(p.data + p.l3 + IP4_SRC),
					 get_addr(p.data + p.l3 + IP4_DST),
					 IPPROTO_TCP, p.data + p.l4,
					 p.len - p.l4),
				  0);
	}
	ck_assert(!next(from, &p, 50));
	ck_assert(!next(to, &p, 0));
	ck_assert_uint_eq(from->dropped + to->dropped, 0);
	from->ops->close(from);
	to->ops->close(to);
}
END_TEST

/* The kernel tells carrier a moment later. */
static bool link_becomes(const struct port_io *io, bool link)
{
	for (int ms = 0; ms < WAIT_MS && port_has_link(io) != link; ms += 10)
		(void)usleep(10000);
	return port_has_link(io) == link;
}

START_TEST(link_is_the_cable_s)
{
	struct port_io *io;

	if (!has_net)
		return;
	io = must_open(ends[_i]);
	ck_assert(link_becomes(io, true));
	run("ip link set va down");
	ck_assert(link_becomes(io, false));
	run("ip link set va up");
	ck_assert(link_becomes(io, true));
	run("ip link set vb down");
	ck_assert(link_becomes(io, false));
	run("ip link del va");
	ck_assert(link_becomes(io, false));
	io->ops->close(io);
}
END_TEST

/* A port stays where it was opened, wherever the thread goes. */
START_TEST(a_port_stays_in_its_namespace)
{
	struct port_io *from, *to;

	if (!has_net)
		return;
	from = must_open("packet:va");
	to = must_open(ends[_i]);
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	ck_assert(port_has_link(from));
	ck_assert(port_has_link(to));
	send_one(from, 3000);
	take_all(to, 3000);
	from->ops->close(from);
	to->ops->close(to);
}
END_TEST

START_TEST(lost_frames_are_counted)
{
	struct packet_offload off;
	struct port_io *io;
	struct packet p = { .data = frame };

	if (!has_net)
		return;
	io = must_open("packet:va");
	p.len = make(1400, &off); /* finished, and too large for the link */
	p.len += 600;
	ck_assert(io->ops->send(io, &p));
	io->ops->flush(io);
	ck_assert_uint_eq(io->unsent, 1);
	io->ops->close(io);
}
END_TEST

START_TEST(tap_is_made_and_carries_both_ways)
{
	struct port_io *tap, *host;

	if (!has_net || access("/dev/net/tun", R_OK | W_OK) != 0)
		return;
	tap = must_open("tap:tswitch");
	ck_assert(tap->takes_offload);
	ck_assert(link_becomes(tap, true));
	host = must_open("packet:tswitch");
	for (uint32_t len = 1; len < 65000; len = len * 3 + 1) {
		send_one(tap, len);
		take_all(host, len);
		send_one(host, len);
		take_all(tap, len);
	}
	ck_assert_uint_eq(tap->dropped + host->dropped, 0);
	host->ops->close(host);
	run("ip link set tswitch down");
	ck_assert(link_becomes(tap, false));
	tap->ops->close(tap);
	ck_assert_uint_eq(if_nametoindex("tswitch"), 0);
}
END_TEST

static TCase *add_case(Suite *s, const char *name, SFun setup, SFun teardown)
{
	TCase *t = tcase_create(name);

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 20);
	return t;
}

int main(void)
{
	Suite *s = suite_create("port");
	TCase *t = add_case(s, "memory", NULL, NULL);
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, queue_keeps_order_and_contents);
	tcase_add_loop_test(t, a_port_that_cannot_be_opened_says_why, 0,
			    LEN(refused));
	t = add_case(s, "file", file_setup, file_teardown);
	tcase_add_test(t, captures_go_out_and_in);
	tcase_add_test(t, two_captures_of_the_same_are_the_same);
	t = add_case(s, "veth", veth_setup, NULL);
	tcase_add_loop_test(t, what_one_end_sends_the_other_has_whole, 0,
			    LEN(pairs));
	tcase_add_test(t, superframes_travel_whole);
	tcase_add_loop_test(t,
			    tags_and_order_stay_and_own_frames_do_not_come_back,
			    0, LEN(ends));
	tcase_add_loop_test(t, link_is_the_cable_s, 0, LEN(ends));
	tcase_add_loop_test(t, a_port_stays_in_its_namespace, 0, LEN(ends));
	tcase_add_test(t, lost_frames_are_counted);
	t = add_case(s, "tap", net_setup, NULL);
	tcase_add_test(t, tap_is_made_and_carries_both_ways);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

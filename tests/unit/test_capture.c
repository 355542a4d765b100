#include "emu/wire/capture.h"

#include <check.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/net/checksum.h"
#include "emu/net/packet.h"
#include "sslmod/secrets.h"

/*
 * Captures of the switch's own: the files are read back block by block, and by
 * libpcap.
 */

static uint8_t memory[PACKET_HEADROOM + PACKET_MAX];
static struct captures *all;
static struct secrets *secrets;
static uint64_t now_us;
static char path[64];
static const struct capture_ports ports = { 2,
					    { "1/1", "a long name" },
					    { 1500, 1500 } };

static uint64_t now(void)
{
	return now_us += 1000003;
}

static void setup(void)
{
	secrets = secrets_new(0);
	all = captures_new(secrets, now);
	now_us = 1700000000ull * 1000000;
	(void)snprintf(path, sizeof(path), "/tmp/test_capture.%d",
		       (int)getpid());
}

static void teardown(void)
{
	captures_free(all);
	secrets_free(secrets);
	(void)unlink(path);
}

static struct in_addr addr(const char *text)
{
	struct in_addr a = { 0 };

	ck_assert(str_to_addr(text, &a));
	return a;
}

static void start(struct capture_want w)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct err err = { 0 };

	ck_assert_int_ge(fd, 0);
	(void)snprintf(w.file, sizeof(w.file), "f");
	(void)snprintf(w.what, sizeof(w.what), "test");
	if (!w.limit)
		w.limit = 10 << 20;
	ck_assert_msg(capture_start(all, &w, (int)w.number, &ports, fd, &err) ==
			      0,
		      "%s", err.msg);
}

/* A TCP segment; len bytes of payload. */
static struct packet tcp(const char *src, uint16_t sport, const char *dst,
			 uint16_t dport, uint32_t len)
{
	struct packet p = { .data = memory + PACKET_HEADROOM,
			    .cap = PACKET_MAX,
			    .len = ETH_LEN + IP4_MIN + TCP_MIN + len };
	uint8_t *ip = p.data + ETH_LEN, *l4 = ip + IP4_MIN;

	memset(p.data, 0, p.len);
	put16(p.data + 12, ETHER_IP4);
	ip[0] = 0x45;
	put16(ip + IP4_LEN, (uint16_t)(p.len - ETH_LEN));
	ip[IP4_TTL] = 9;
	ip[IP4_PROTO] = IPPROTO_TCP;
	put_addr(ip + IP4_SRC, addr(src));
	put_addr(ip + IP4_DST, addr(dst));
	put16(ip + IP4_SUM, sum_fold(sum_add(0, ip, IP4_MIN)));
	put16(l4, sport);
	put16(l4 + 2, dport);
	l4[TCP_OFF] = 0x50;
	for (uint32_t i = 0; i < len; i++)
		l4[TCP_MIN + i] = (uint8_t)i;
	put16(l4 + TCP_SUM,
	      sum_l4(addr(src), addr(dst), IPPROTO_TCP, l4, TCP_MIN + len));
	return p;
}

static void make_open(struct packet *p, uint16_t gso_size)
{
	const uint8_t *ip = p->data + ETH_LEN;

	put16(p->data + 34 + TCP_SUM,
	      sum_pseudo(get_addr(ip + IP4_SRC), get_addr(ip + IP4_DST),
			 IPPROTO_TCP, p->len - 34));
	p->off = (struct packet_offload){ .checksum = true,
					  .csum_start = 34,
					  .csum_offset = TCP_SUM,
					  .gso = gso_size ? GSO_TCP4 : GSO_NONE,
					  .gso_size = gso_size };
}

/* ---- reading back ----------------------------------------------------------------- */

static uint8_t file[12 << 20];
static size_t file_len;

struct block {
	uint32_t type, len;
	const uint8_t *body;
};

static uint32_t word(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static int read_blocks(struct block *b, int max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), n = 0;
	ssize_t got = read(fd, file, sizeof(file));

	(void)close(fd);
	ck_assert_int_gt(got, 0);
	file_len = (size_t)got;
	for (size_t at = 0; at < file_len && n < max; n++) {
		b[n] = (struct block){ word(file + at), word(file + at + 4),
				       file + at + 8 };
		ck_assert_uint_le(at + b[n].len, file_len);
		ck_assert_uint_eq(b[n].len % 4, 0);
		ck_assert_uint_eq(word(file + at + b[n].len - 4), b[n].len);
		at += b[n].len;
	}
	return n;
}

/* Frames of the file, and what libpcap says. */
static int read_packets(struct block *b, int max)
{
	static struct block every[4096];
	char why[PCAP_ERRBUF_SIZE] = "";
	int n = read_blocks(every, 4096), found = 0, seen = 0;
	pcap_t *pc = pcap_open_offline(path, why);
	const uint8_t *data;
	struct pcap_pkthdr *h;

	ck_assert_msg(pc != NULL, "%s", why);
	ck_assert_uint_eq(every[0].type, 0x0a0d0d0a);
	ck_assert_uint_eq(every[1].type, 1);
	ck_assert_uint_eq(every[2].type, 1);
	for (int i = 3; i < n && found < max; i++)
		if (every[i].type == 6)
			b[found++] = every[i];
	while (pcap_next_ex(pc, &h, &data) == 1)
		ck_assert_mem_eq(data, b[seen++].body + 20, h->len);
	ck_assert_int_eq(seen, found);
	pcap_close(pc);
	return found;
}

/* ---- tests -------------------------------------------------------------------------- */

START_TEST(both_directions_of_a_port_are_written_as_they_are)
{
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.2", 80, 5);
	struct block b[8];
	uint64_t when;

	start((struct capture_want){ .kind = CAPTURE_PORT, .number = 1 });
	ck_assert(capture_runs(all));
	capture_frame(all, 1, false, &p);
	capture_frame(all, 0, false, &p);
	ck_assert_int_eq(packet_parse(&p), PACKET_GOOD);
	packet_tag(&p, 33);
	capture_frame(all, 1, true, &p);
	ck_assert_int_eq(capture_stop(all, "f", NULL), 0);
	ck_assert(!capture_runs(all));
	capture_frame(all, 1, false, &p);

	ck_assert_int_eq(read_packets(b, 8), 2);
	when = (uint64_t)word(b[0].body + 4) << 32 | word(b[0].body + 8);
	ck_assert_uint_eq(when, 1700000000ull * 1000000 + 1000003);
	ck_assert_uint_eq(word(b[0].body), 1); /* the port's place */
	ck_assert_uint_eq(word(b[0].body + 12), 59);
	ck_assert_uint_eq(word(b[0].body + 20 + 60 + 4), 1); /* in */
	ck_assert_uint_eq(word(b[1].body + 12), 63);
	ck_assert_uint_eq(get16(b[1].body + 20 + 12), ETHER_VLAN);
	ck_assert_uint_eq(get16(b[1].body + 20 + 14), 33);
	ck_assert_uint_eq(word(b[1].body + 20 + 64 + 4), 2); /* out */
}
END_TEST

START_TEST(what_offload_leaves_open_is_finished_in_the_file_only)
{
	static uint8_t before[PACKET_MAX];
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.2", 80, 10000);
	struct block b[16];
	int n;

	start((struct capture_want){ .kind = CAPTURE_PORT });
	make_open(&p, 1460);
	memcpy(before, p.data, p.len);
	capture_frame(all, 0, true, &p);
	ck_assert_mem_eq(before, p.data, p.len);
	ck_assert_uint_eq(p.off.gso, GSO_TCP4);
	p = tcp("10.0.0.1", 4000, "10.0.0.2", 80, 11);
	make_open(&p, 0);
	capture_frame(all, 0, false, &p);
	captures_free(all);
	all = NULL;
	n = read_packets(b, 16);
	ck_assert_int_eq(n, 8);
	for (int i = 0; i < n; i++) {
		const uint8_t *f = b[i].body + 20, *ip = f + ETH_LEN;
		uint32_t len = word(b[i].body + 12);

		ck_assert_uint_le(len, 1514);
		ck_assert_uint_eq(sum_l4(get_addr(ip + IP4_SRC),
					 get_addr(ip + IP4_DST), IPPROTO_TCP,
					 f + 34, len - 34),
				  0);
	}
}
END_TEST

START_TEST(an_address_is_followed_both_ways_and_in_arp)
{
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.9", 80, 0);
	struct block b[8];

	start((struct capture_want){ .kind = CAPTURE_ADDRESS,
				     .addr = { addr("10.0.0.9") } });
	capture_frame(all, 0, false, &p);
	p = tcp("10.0.0.9", 80, "10.0.0.1", 4000, 0);
	capture_frame(all, 1, true, &p);
	p = tcp("10.0.0.1", 80, "10.0.0.2", 4000, 0);
	capture_frame(all, 0, false, &p);
	memset(p.data, 0, 60);
	p.len = 42;
	put16(p.data + 12, ETHER_ARP);
	put_addr(p.data + 14 + 24, addr("10.0.0.9"));
	capture_frame(all, 0, false, &p);
	put_addr(p.data + 14 + 24, addr("10.0.0.8"));
	capture_frame(all, 0, false, &p);
	p.len = 41; /* cut off */
	put_addr(p.data + 14 + 24, addr("10.0.0.9"));
	capture_frame(all, 0, false, &p);
	(void)capture_stop(all, NULL, NULL);
	ck_assert_int_eq(read_packets(b, 8), 3);
}
END_TEST

START_TEST(a_flow_is_followed_both_ways)
{
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.9", 80, 0);
	struct block b[8];

	start((struct capture_want){
		.kind = CAPTURE_FLOW,
		.addr = { addr("10.0.0.1"), addr("10.0.0.9") },
		.l4port = { 0, 80 } });
	capture_frame(all, 0, false, &p);
	p = tcp("10.0.0.9", 80, "10.0.0.1", 4000, 0);
	capture_frame(all, 0, true, &p);
	p = tcp("10.0.0.1", 4001, "10.0.0.9", 80, 0);
	capture_frame(all, 0, false, &p);
	p = tcp("10.0.0.1", 4000, "10.0.0.9", 81, 0);
	capture_frame(all, 0, false, &p);
	p = tcp("10.0.0.9", 4000, "10.0.0.1", 80, 0);
	capture_frame(all, 0, false, &p);
	(void)capture_stop(all, NULL, NULL);
	ck_assert_int_eq(read_packets(b, 8), 3);
}
END_TEST

START_TEST(a_full_file_ends_the_capture_and_is_whole)
{
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.9", 80, 1000);
	static struct block b[4096];
	struct out o = { 0 };

	start((struct capture_want){ .kind = CAPTURE_PORT, .limit = 1 << 20 });
	for (int i = 0; i < 2000; i++)
		capture_frame(all, 0, false, &p);
	ck_assert(!capture_runs(all));
	capture_show(all, &o);
	ck_assert_msg(strstr(out_text(&o), "1,048,576  full") != NULL, "%s",
		      out_text(&o));
	out_fini(&o);
	ck_assert_int_gt(read_packets(b, 4096), 900);
	ck_assert_uint_le(file_len, 1 << 20);
	ck_assert_uint_gt(file_len, (1 << 20) - 1200);
}
END_TEST

START_TEST(secrets_stand_in_front_of_all_frames)
{
	static const char said[] =
		"CLIENT_RANDOM ab cd\nEXPORTER_SECRET ab cd\n";
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.9", 443, 1);
	struct block b[16];
	size_t others = 0;
	int n;

	secrets_write(secrets, "CLIENT_RANDOM early 00"); /* nobody asked */
	start((struct capture_want){ .kind = CAPTURE_PORT, .secrets = true });
	capture_frame(all, 0, false, &p);
	ck_assert(!secrets_wait(secrets));
	secrets_write(secrets, "CLIENT_RANDOM ab cd");
	secrets_write(secrets, "EXPORTER_SECRET ab cd");
	ck_assert(secrets_wait(secrets));
	capture_frame(all, 0, false, &p);
	secrets_write(secrets, "CLIENT_RANDOM late 00");
	(void)capture_stop(all, NULL, NULL);
	ck_assert(!secrets_wait(secrets));
	n = read_blocks(b, 16);
	ck_assert_int_eq(n, 6);
	ck_assert_uint_eq(b[3].type, 10);
	ck_assert_uint_eq(b[4].type, 6);
	ck_assert_uint_eq(b[5].type, 6);
	ck_assert_uint_eq(word(b[3].body), 0x544c534b);
	ck_assert_uint_eq(word(b[3].body + 4), (10 << 20) / 8);
	ck_assert_mem_eq(b[3].body + 8, said, sizeof(said) - 1);
	for (size_t i = sizeof(said) - 1; i < (10 << 20) / 8; i++)
		others += b[3].body[8 + i] != '\n';
	ck_assert_uint_eq(others, 0);
	ck_assert_int_eq(read_packets(b, 16), 2);
}
END_TEST

START_TEST(secrets_without_room_in_front_stand_where_they_came)
{
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.9", 443, 1);
	struct block b[16];
	char line[3001];
	int n;

	start((struct capture_want){
		.kind = CAPTURE_PORT, .secrets = true, .limit = 20000 });
	memset(line, 'a', 3000);
	line[3000] = '\0';
	capture_frame(all, 0, false, &p);
	secrets_write(secrets, line);
	secrets_write(secrets, line);
	capture_frame(all, 0, false, &p);
	(void)capture_stop(all, NULL, NULL);
	n = read_blocks(b, 16);
	ck_assert_int_eq(n, 7);
	ck_assert_uint_eq(word(b[3].body + 4), 4096);
	ck_assert_mem_eq(b[3].body + 8, line, 3000);
	ck_assert_uint_eq(b[3].body[8 + 3001], '\n');
	ck_assert_uint_eq(b[5].type, 10);
	ck_assert_uint_eq(word(b[5].body + 4), 3001);
	ck_assert_mem_eq(b[5].body + 8, line, 3000);
	ck_assert_int_eq(read_packets(b, 16), 2);
}
END_TEST

START_TEST(a_capture_without_secrets_has_none)
{
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.9", 443, 1);
	struct block b[16];

	start((struct capture_want){ .kind = CAPTURE_PORT });
	secrets_write(secrets, "CLIENT_RANDOM ab cd");
	capture_frame(all, 0, false, &p);
	(void)capture_stop(all, NULL, NULL);
	ck_assert_int_eq(read_blocks(b, 16), 4);
}
END_TEST

START_TEST(what_does_not_run_cannot_be_stopped)
{
	struct capture_want w = { .kind = CAPTURE_PORT, .limit = 1000 };
	struct err err = { 0 };

	ck_assert_int_eq(capture_stop(all, NULL, &err), -1);
	start(w);
	ck_assert_int_eq(capture_stop(all, "other", &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	(void)snprintf(w.file, sizeof(w.file), "f");
	/* a file is written by one */
	ck_assert_int_eq(capture_start(all, &w, 0, &ports,
				       open("/dev/null", O_WRONLY | O_CLOEXEC),
				       &err),
			 -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	for (int i = 1; i <= CAPTURE_MAX; i++) {
		(void)snprintf(w.file, sizeof(w.file), "f%d", i);
		ck_assert_int_eq(
			capture_start(all, &w, 0, &ports,
				      open("/dev/null", O_WRONLY | O_CLOEXEC),
				      &err),
			i == CAPTURE_MAX ? -1 : 0);
	}
	ck_assert_int_eq(capture_stop(all, NULL, &err), 0);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	struct capture_want w = { .kind = CAPTURE_PORT, .limit = 1 << 20 };
	struct packet p = tcp("10.0.0.1", 4000, "10.0.0.9", 80, 1000);
	struct out o = { 0 };
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(capture_start(all, &w, 0, &ports, fd, NULL), 0);
	capture_frame(all, 0, false, &p);
	capture_flush(all);
	ck_assert(!capture_runs(all));
	capture_show(all, &o);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "No space left"));
	out_fini(&o);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("capture");
	TCase *t = tcase_create("capture");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, both_directions_of_a_port_are_written_as_they_are);
	tcase_add_test(t,
		       what_offload_leaves_open_is_finished_in_the_file_only);
	tcase_add_test(t, an_address_is_followed_both_ways_and_in_arp);
	tcase_add_test(t, a_flow_is_followed_both_ways);
	tcase_add_test(t, a_full_file_ends_the_capture_and_is_whole);
	tcase_add_test(t, secrets_stand_in_front_of_all_frames);
	tcase_add_test(t, secrets_without_room_in_front_stand_where_they_came);
	tcase_add_test(t, a_capture_without_secrets_has_none);
	tcase_add_test(t, what_does_not_run_cannot_be_stopped);
	tcase_add_test(t, a_full_disk_is_told);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

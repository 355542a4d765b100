/*
 * Where log lines go: lines of any thread arrive whole and in order, a burst is
 * bounded and counted, a full file moves aside, reading takes no other file than
 * those of the log folder, and each destination gets its levels.
 */
#include "cli/logsink.h"

#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/logfile.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"
#include "emu/conf/logging.h"
#include "emu/io/disk.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

static char dir[32];
static struct env env;
static struct err err;

static void setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/css-logsink-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	env = (struct env){ .disk = disk_open(dir, &err) };
	ck_assert_msg(env.disk != NULL, "%s", err.msg);
	env.loop = loop_new();
	env.map = hostmap_new();
	env.log = logsink_start(&env);
	env.conf = conf_new();
}

static void teardown(void)
{
	char command[64];

	logsink_stop(env.log);
	conf_free(env.conf);
	loop_free(env.loop);
	disk_close(env.disk);
	hostmap_free(env.map);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/log/%s", dir, name);
	return path;
}

static int show(const char *name, unsigned tail, bool numbers, struct out *o)
{
	char path[LOGFILE_PATH];

	out_clear(o);
	if (logfile_path(env.disk, name, path, sizeof(path), &err) < 0)
		return -1;
	return logfile_read(path, tail, numbers, o, &err);
}

static size_t lines_in(const char *name, struct out *o)
{
	size_t n = 0;

	ck_assert_msg(show(name, 0, false, o) == 0, "%s", err.msg);
	for (const char *p = out_text(o); *p; p++)
		n += *p == '\n';
	return n;
}

static bool has_file(const char *name)
{
	struct stat st;

	return stat(path_of(name), &st) == 0;
}

/* ---- the queue ------------------------------------------------------------ */

START_TEST(a_line_is_written_by_the_loop)
{
	struct out o = { 0 };

	log_write(LOG_CHASSIS, LOG_WARNING_4, "module gone");
	ck_assert_uint_eq(lines_in("sys.log", &o), 0);
	loop_turn(env.loop, 1000);
	ck_assert_uint_eq(lines_in("sys.log", &o), 1);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "CHMGR-4: module gone\n"));
	out_fini(&o);
}
END_TEST

static void *writer(void *arg)
{
	for (int i = 0; i < 200; i++)
		log_write(LOG_CHASSIS, LOG_WARNING_4, "thread %s line %d",
			  (const char *)arg, i);
	return NULL;
}

START_TEST(threads_lose_nothing)
{
	static char names[4][2] = { "a", "b", "c", "d" };
	struct out o = { 0 };
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, writer, names[i]),
				 0);
	for (int i = 0; i < 20; i++)
		loop_turn(env.loop, 1);
	for (int i = 0; i < 4; i++)
		(void)pthread_join(t[i], NULL);
	logsink_flush(env.log);
	ck_assert_uint_eq(lines_in("sys.log", &o), 800);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "thread d line 199\n"));
	out_fini(&o);
}
END_TEST

START_TEST(a_burst_is_bounded_and_counted)
{
	struct out o = { 0 };
	unsigned dropped = 0;
	const char *note;
	size_t n;

	for (int i = 0; i < 5000; i++)
		log_write(LOG_CHASSIS, LOG_WARNING_4,
			  "a line of some length, one of five thousand: %d", i);
	loop_turn(env.loop, 1000);
	n = lines_in("sys.log", &o);
	ck_assert_uint_le(o.len, 257u << 10);
	note = strstr(out_text(&o), " log lines were dropped");
	ck_assert_ptr_nonnull(note);
	while (note > out_text(&o) && note[-1] != '\n')
		note--;
	ck_assert_int_eq(sscanf(note, "%u", &dropped), 1);
	ck_assert_uint_eq(n - 1 + dropped, 5000);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "after the burst");
	loop_turn(env.loop, 1000);
	ck_assert_uint_eq(lines_in("sys.log", &o), n + 1);
	out_fini(&o);
}
END_TEST

START_TEST(stopping_writes_the_rest)
{
	struct out o = { 0 };

	log_write(LOG_CHASSIS, LOG_WARNING_4, "last words");
	logsink_stop(env.log);
	env.log = NULL;
	ck_assert_uint_eq(lines_in("sys.log", &o), 1);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "nobody listens");
	loop_turn(env.loop, 0);
	ck_assert_uint_eq(lines_in("sys.log", &o), 1);
	out_fini(&o);
}
END_TEST

START_TEST(a_scratch_disk_keeps_no_log)
{
	struct env other = env;
	struct logsink *s = NULL;

	other.disk = disk_open(NULL, &err);
	ck_assert_ptr_nonnull(other.disk);
	s = logsink_start(&other);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "to nobody");
	logsink_flush(s);
	logsink_drop(s, "sys.log");
	logsink_booted(s);
	logsink_stop(s);
	logsink_flush(NULL);
	logsink_stop(NULL);
	disk_close(other.disk);
}
END_TEST

/* ---- files ---------------------------------------------------------------- */

START_TEST(a_full_file_moves_aside)
{
	struct out o = { 0 };
	struct stat st;

	log_write(LOG_CHASSIS, LOG_WARNING_4, "old");
	logsink_flush(env.log);
	ck_assert_int_eq(truncate(path_of("sys.log"), LOGFILE_MAX - 10), 0);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "new");
	logsink_flush(env.log);
	ck_assert_uint_eq(lines_in("sys.log", &o), 1);
	ck_assert_ptr_nonnull(strstr(out_text(&o), ": new\n"));
	ck_assert_int_eq(stat(path_of("sys.log.prev"), &st), 0);
	ck_assert_int_eq(st.st_size, LOGFILE_MAX - 10);
	out_fini(&o);
}
END_TEST

START_TEST(another_file_takes_over)
{
	struct out o = { 0 };

	log_write(LOG_CHASSIS, LOG_WARNING_4, "first");
	logsink_flush(env.log);
	ck_assert_int_eq(logging_set_disk(env.conf, "stublog", &err), 0);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "second");
	logsink_flush(env.log);
	ck_assert_uint_eq(lines_in("stublog", &o), 1);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "second"));
	ck_assert_uint_eq(lines_in("sys.log", &o), 1);
	env.conf->logging->to_disk = false;
	log_write(LOG_CHASSIS, LOG_WARNING_4, "third");
	logsink_flush(env.log);
	ck_assert_uint_eq(lines_in("stublog", &o), 1);
	out_fini(&o);
}
END_TEST

START_TEST(a_buffer_waits_until_it_is_full)
{
	struct out o = { 0 };

	env.conf->logging->buffer = 200;
	log_write(LOG_CHASSIS, LOG_WARNING_4, "one");
	logsink_flush(env.log);
	ck_assert_uint_eq(lines_in("sys.log", &o), 0);
	for (int i = 0; i < 5; i++)
		log_write(LOG_CHASSIS, LOG_WARNING_4, "more");
	logsink_flush(env.log);
	ck_assert_uint_eq(lines_in("sys.log", &o), 6);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "waits");
	logsink_flush(env.log);
	logsink_drop(env.log, "sys.log");
	env.conf->logging->buffer = 0;
	log_write(LOG_CHASSIS, LOG_WARNING_4, "last");
	logsink_flush(env.log);
	ck_assert_uint_eq(lines_in("sys.log", &o), 7);
	ck_assert_ptr_null(strstr(out_text(&o), "waits"));
	out_fini(&o);
}
END_TEST

START_TEST(the_boot_has_a_log_of_its_own)
{
	struct out o = { 0 };

	logsink_boot_text(env.log, "Reading configuration records...OK\n");
	log_write(LOG_NETMAN, LOG_WARNING_4, "a line was rejected");
	ck_assert(!has_file("boot.log"));
	logsink_booted(env.log);
	ck_assert_uint_eq(lines_in("boot.log", &o), 2);
	ck_assert(str_has_prefix(out_text(&o), "Reading configuration "));
	ck_assert_ptr_nonnull(strstr(out_text(&o), "a line was rejected"));
	logsink_boot_text(env.log, "too late");
	ck_assert(!has_file("boot.bak"));
	logsink_stop(env.log);
	env.log = logsink_start(&env);
	logsink_boot_text(env.log, "again\n");
	logsink_booted(env.log);
	ck_assert_uint_eq(lines_in("boot.bak", &o), 2);
	ck_assert_uint_eq(lines_in("boot.log", &o), 1);
	out_fini(&o);
}
END_TEST

static void file_with(const char *text, size_t len)
{
	ck_assert_int_eq(disk_append(env.disk, "log/x", text, len, &err), 0);
}

START_TEST(tail_and_numbers)
{
	struct out o = { 0 };
	const char text[] = "one\ntwo\nthree\nfour\n";

	file_with(text, sizeof(text) - 1);
	ck_assert_int_eq(show("x", 2, true, &o), 0);
	ck_assert_str_eq(out_text(&o), "3: three\n4: four\n");
	ck_assert_int_eq(show("x", 9, false, &o), 0);
	ck_assert_str_eq(out_text(&o), text);
	ck_assert_int_eq(show("x", 1, false, &o), 0);
	ck_assert_str_eq(out_text(&o), "four\n");
	ck_assert_int_eq(show("x", 4, false, &o), 0);
	ck_assert_str_eq(out_text(&o), text);
	file_with("and no end", 10);
	ck_assert_int_eq(show("x", 2, true, &o), 0);
	ck_assert_str_eq(out_text(&o), "4: four\n5: and no end");
	out_fini(&o);
}
END_TEST

/* Lines lie across the blocks that a file is read in. */
START_TEST(the_end_of_a_long_file_is_found)
{
	struct out text = { 0 }, o = { 0 };

	for (int i = 1; i <= 30000; i++)
		out_printf(&text, "line %d of a long file\n", i);
	file_with(out_text(&text), text.len);
	ck_assert_int_eq(show("x", 1000, true, &o), 0);
	ck_assert(str_has_prefix(out_text(&o), "29001: line 29001 of"));
	ck_assert_int_eq(show("x", 0, true, &o), 0);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "\n17: line 17 of a"));
	ck_assert_ptr_nonnull(strstr(out_text(&o), "\n29999: line 29999 of"));
	out_fini(&text);
	out_fini(&o);
}
END_TEST

START_TEST(only_log_files_are_shown)
{
	static const char *const names[] = { "nosuch", "../identity", "", ".",
					     "..",     "/etc/passwd" };
	struct out o = { 0 };

	for (int i = 0; i < LEN(names); i++) {
		ck_assert_int_eq(show(names[i], 0, false, &o), -1);
		ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	}
	ck_assert_int_eq(symlink("/etc/passwd", path_of("link")), 0);
	ck_assert_int_eq(show("link", 0, false, &o), -1);
	ck_assert_int_eq(mkfifo(path_of("pipe"), 0600), 0);
	ck_assert_int_eq(show("pipe", 0, false, &o), -1);
	ck_assert_uint_eq(o.len, 0);
	out_fini(&o);
}
END_TEST

/* ---- configuration -------------------------------------------------------- */

static const char *const bad_files[] = { "../x", "a/b", ".hidden", "",
					 "a b",	 "..",	"x\ny" };

START_TEST(a_log_file_stays_in_its_folder)
{
	ck_assert_int_eq(logging_set_disk(env.conf, bad_files[_i], &err), -1);
	ck_assert_str_eq(env.conf->logging->disk, "sys.log");
}
END_TEST

static const char *const bad_boxes[] = {
	"",  "@x",	    "a@",	 "a b@c", "<a@b>",
	"-", "a@b\" <evil", "a,b@c.org", "a;b@c"
};

START_TEST(a_mail_address_is_one)
{
	struct log_mail m = { .server = { htonl(0x0a000001) } };

	(void)str_copy(m.to, sizeof(m.to), bad_boxes[_i]);
	ck_assert_int_eq(logging_mail_set(env.conf, &m, &err), -1);
	ck_assert_int_eq(env.conf->logging->nmail, 0);
}
END_TEST

START_TEST(hosts_are_changed_kept_and_removed)
{
	struct logging *l = env.conf->logging;
	struct log_host h = { .facility = 3, .level = LOG_ERROR_3 };

	ck_assert_int_eq(logging_host_set(env.conf, &h, &err), -1);
	for (uint32_t i = 1; i <= LOG_HOST_MAX; i++) {
		h.addr.s_addr = htonl(0x0a000000 + i);
		ck_assert_int_eq(logging_host_set(env.conf, &h, &err), 0);
	}
	h.addr.s_addr = htonl(0x0a0000ff);
	ck_assert_int_eq(logging_host_set(env.conf, &h, &err), -1);
	ck_assert_int_eq(logging_host_del(env.conf, h.addr, &err), -1);
	h.addr.s_addr = htonl(0x0a000002);
	h.facility = 5;
	ck_assert_int_eq(logging_host_set(env.conf, &h, &err), 0);
	ck_assert_int_eq(l->nhost, LOG_HOST_MAX);
	ck_assert_int_eq(l->host[1].facility, 5);
	ck_assert_int_eq(logging_host_del(env.conf, h.addr, &err), 0);
	ck_assert_int_eq(l->nhost, LOG_HOST_MAX - 1);
	ck_assert_int_eq(l->host[1].addr.s_addr, htonl(0x0a000003));
}
END_TEST

START_TEST(clearing_sets_the_levels_back)
{
	logging_set_level_all(env.conf, LOG_DEBUG_7);
	ck_assert_int_eq(log_level_get(LOG_RIP), LOG_DEBUG_7);
	conf_clear(env.conf);
	ck_assert_int_eq(log_level_get(LOG_RIP), LOG_WARNING_4);
}
END_TEST

/* ---- syslog --------------------------------------------------------------- */

/* A collector on the host address of 10.y.z.w. */
static int collector(const char *host)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(514) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(inet_pton(AF_INET, host, &at.sin_addr), 1);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		(void)close(fd);
		return -1; /* no root: the end-to-end test has one */
	}
	return fd;
}

static void host_add(const char *addr, unsigned facility, enum log_level level)
{
	struct log_host h = { .facility = (uint8_t)facility,
			      .level = (uint8_t)level };

	ck_assert(str_to_addr(addr, &h.addr));
	ck_assert_int_eq(logging_host_set(env.conf, &h, &err), 0);
}

static const char *received(int fd)
{
	static char text[2048];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

START_TEST(a_host_gets_its_levels)
{
	int fd = collector("127.88.7.1");

	if (fd < 0)
		return;
	host_add("10.88.7.1", 3, LOG_ERROR_3);
	host_add("10.88.7.2", 7, LOG_DEBUG_7); /* nobody there: no harm */
	log_write(LOG_CHASSIS, LOG_WARNING_4, "not for this host");
	log_write(LOG_CHASSIS, LOG_ERROR_3, "for this host");
	loop_turn(env.loop, 1000);
	ck_assert_msg(str_wild_match("<155>* 1/1 * CHMGR-3: for this host",
				     received(fd), false),
		      "last message does not fit");
	ck_assert_str_eq(received(fd), "");
	(void)close(fd);
}
END_TEST

START_TEST(long_lines_fit_a_datagram)
{
	int fd = collector("127.88.7.3");
	char text[2000];

	if (fd < 0)
		return;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	host_add("10.88.7.3", 0, LOG_DEBUG_7);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "%s", text);
	loop_turn(env.loop, 1000);
	ck_assert_uint_gt(strlen(received(fd)), 400);
	(void)close(fd);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("logsink");
	TCase *t = tcase_create("logsink");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_line_is_written_by_the_loop);
	tcase_add_test(t, threads_lose_nothing);
	tcase_add_test(t, a_burst_is_bounded_and_counted);
	tcase_add_test(t, stopping_writes_the_rest);
	tcase_add_test(t, a_scratch_disk_keeps_no_log);
	tcase_add_test(t, a_full_file_moves_aside);
	tcase_add_test(t, another_file_takes_over);
	tcase_add_test(t, a_buffer_waits_until_it_is_full);
	tcase_add_test(t, the_boot_has_a_log_of_its_own);
	tcase_add_test(t, tail_and_numbers);
	tcase_add_test(t, the_end_of_a_long_file_is_found);
	tcase_add_test(t, only_log_files_are_shown);
	tcase_add_loop_test(t, a_log_file_stays_in_its_folder, 0,
			    LEN(bad_files));
	tcase_add_loop_test(t, a_mail_address_is_one, 0, LEN(bad_boxes));
	tcase_add_test(t, hosts_are_changed_kept_and_removed);
	tcase_add_test(t, clearing_sets_the_levels_back);
	tcase_add_test(t, a_host_gets_its_levels);
	tcase_add_test(t, long_lines_fit_a_datagram);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

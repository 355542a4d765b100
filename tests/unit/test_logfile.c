#include "cli/logfile.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"

/*
 * The log on disk: lines of any thread arrive whole and in order, a burst is
 * bounded and counted, a full file moves aside, and reading takes no other file
 * than those of the log folder.
 */
static char dir[32];
static struct disk *disk;
static struct loop *loop;
static struct logfile *file;

static void setup(void)
{
	struct err err = { 0 };

	(void)snprintf(dir, sizeof(dir), "/tmp/css-logfile-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	disk = disk_open(dir, &err);
	ck_assert_msg(disk != NULL, "%s", err.msg);
	loop = loop_new();
	file = logfile_start(disk, loop);
	ck_assert_ptr_nonnull(file);
}

static void teardown(void)
{
	char command[64];

	logfile_stop(file);
	loop_free(loop);
	disk_close(disk);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/log/%s", dir, name);
	return path;
}

static size_t lines_in(const char *name, struct out *o)
{
	struct err err = { 0 };
	size_t n = 0;

	out_clear(o);
	ck_assert_int_eq(logfile_show(disk, name, 0, false, o, &err), 0);
	for (const char *p = out_text(o); *p; p++)
		n += *p == '\n';
	return n;
}

START_TEST(a_line_is_written_by_the_loop)
{
	struct out o = { 0 };

	log_write(LOG_CHASSIS, LOG_WARNING_4, "module gone");
	ck_assert_uint_eq(lines_in("sys.log", &o), 0);
	loop_turn(loop, 1000);
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
		loop_turn(loop, 1);
	for (int i = 0; i < 4; i++)
		(void)pthread_join(t[i], NULL);
	logfile_flush(file);
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
	loop_turn(loop, 1000);
	n = lines_in("sys.log", &o);
	ck_assert_uint_le(o.len, 257u << 10);
	note = strstr(out_text(&o), " log lines were dropped");
	ck_assert_ptr_nonnull(note);
	while (note > out_text(&o) && note[-1] != '\n')
		note--;
	ck_assert_int_eq(sscanf(note, "%u", &dropped), 1);
	ck_assert_uint_eq(n - 1 + dropped, 5000);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "after the burst");
	loop_turn(loop, 1000);
	ck_assert_uint_eq(lines_in("sys.log", &o), n + 1);
	out_fini(&o);
}
END_TEST

START_TEST(a_full_file_moves_aside)
{
	struct out o = { 0 };
	struct stat st;

	log_write(LOG_CHASSIS, LOG_WARNING_4, "old");
	logfile_flush(file);
	ck_assert_int_eq(truncate(path_of("sys.log"), LOGFILE_MAX - 10), 0);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "new");
	logfile_flush(file);
	ck_assert_uint_eq(lines_in("sys.log", &o), 1);
	ck_assert_ptr_nonnull(strstr(out_text(&o), ": new\n"));
	ck_assert_int_eq(stat(path_of("sys.log.prev"), &st), 0);
	ck_assert_int_eq(st.st_size, LOGFILE_MAX - 10);
	out_fini(&o);
}
END_TEST

START_TEST(stopping_writes_the_rest)
{
	struct out o = { 0 };

	log_write(LOG_CHASSIS, LOG_WARNING_4, "last words");
	logfile_stop(file);
	file = NULL;
	ck_assert_uint_eq(lines_in("sys.log", &o), 1);
	log_write(LOG_CHASSIS, LOG_WARNING_4, "nobody listens");
	loop_turn(loop, 0);
	ck_assert_uint_eq(lines_in("sys.log", &o), 1);
	out_fini(&o);
}
END_TEST

START_TEST(tail_and_numbers)
{
	struct out o = { 0 };
	struct err err = { 0 };
	const char text[] = "one\ntwo\nthree\nfour\n";

	ck_assert_int_eq(
		disk_append(disk, "log/x", text, sizeof(text) - 1, &err), 0);
	ck_assert_int_eq(logfile_show(disk, "x", 2, true, &o, &err), 0);
	ck_assert_str_eq(out_text(&o), "3: three\n4: four\n");
	out_clear(&o);
	ck_assert_int_eq(logfile_show(disk, "x", 9, false, &o, &err), 0);
	ck_assert_str_eq(out_text(&o), text);
	out_clear(&o);
	ck_assert_int_eq(logfile_show(disk, "x", 1, false, &o, &err), 0);
	ck_assert_str_eq(out_text(&o), "four\n");
	out_fini(&o);
}
END_TEST

START_TEST(only_log_files_are_shown)
{
	static const char *const names[] = { "nosuch", "../identity", "", ".",
					     "..",     "/etc/passwd" };
	struct out o = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ck_assert_int_eq(
			logfile_show(disk, names[i], 0, false, &o, &err), -1);
		ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	}
	ck_assert_int_eq(symlink("/etc/passwd", path_of("link")), 0);
	ck_assert_int_eq(logfile_show(disk, "link", 0, false, &o, &err), -1);
	ck_assert_uint_eq(o.len, 0);
	out_fini(&o);
}
END_TEST

START_TEST(a_scratch_disk_keeps_no_log)
{
	struct err err = { 0 };
	struct disk *scratch = disk_open(NULL, &err);

	ck_assert_ptr_nonnull(scratch);
	ck_assert_ptr_null(logfile_start(scratch, loop));
	logfile_flush(NULL);
	logfile_stop(NULL);
	disk_close(scratch);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("logfile");
	TCase *t = tcase_create("logfile");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_line_is_written_by_the_loop);
	tcase_add_test(t, threads_lose_nothing);
	tcase_add_test(t, a_burst_is_bounded_and_counted);
	tcase_add_test(t, a_full_file_moves_aside);
	tcase_add_test(t, stopping_writes_the_rest);
	tcase_add_test(t, tail_and_numbers);
	tcase_add_test(t, only_log_files_are_shown);
	tcase_add_test(t, a_scratch_disk_keeps_no_log);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

/* The disk's larger things: drafts, folders, formatting. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/io/disk.h"

static char dir[64];
static struct disk *disk;
static struct err err;

static void setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/test_disk.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	disk = disk_open(dir, &err);
	ck_assert_ptr_nonnull(disk);
}

static void teardown(void)
{
	char command[128];

	disk_close(disk);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void put(const char *name, const char *text)
{
	ck_assert_int_eq(
		disk_write(disk, name, text, strlen(text), 0600, &err), 0);
}

static void holds(const char *name, const char *text)
{
	char *data = NULL;
	size_t len = 0;

	ck_assert_int_eq(disk_read(disk, name, &data, &len, &err), 0);
	ck_assert_str_eq(data, text);
	free(data);
}

static unsigned count(const char *folder)
{
	char **names = disk_list(disk, folder);
	unsigned n = 0;

	for (; names[n]; n++)
		free(names[n]);
	free(names);
	return n;
}

static void path_of(const char *name, char *path, size_t cap)
{
	(void)snprintf(path, cap, "%s/%s", dir, name);
}

START_TEST(draft_is_seen_when_it_is_committed)
{
	struct disk_draft *f;

	put("root/image", "old");
	f = disk_draft(disk, "root/image", 0644, &err);
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(disk_draft_add(f, "ne", 2, &err), 0);
	ck_assert_int_eq(disk_draft_add(f, "w", 1, &err), 0);
	holds("root/image", "old");
	ck_assert_uint_eq(count("root"), 1);
	ck_assert_int_eq(disk_draft_commit(f, &err), 0);
	holds("root/image", "new");
	ck_assert_uint_eq(count("root"), 1);
}
END_TEST

START_TEST(stale_names_are_passed_over)
{
	struct disk_draft *f;
	char path[128];

	ck_assert_int_eq(disk_mkdir(disk, "root/v1", 0755, &err), 0);
	for (int i = 0; i < 9; i++) {
		int fd;

		(void)snprintf(path, sizeof(path), "%s/root/v1/.tmp-%d", dir,
			       i);
		fd = open(path, O_CREAT | O_WRONLY, 0600);
		ck_assert_int_ge(fd, 0);
		(void)close(fd);
	}
	f = disk_draft(disk, "root/v1/image", 0600, &err);
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(disk_draft_commit(f, &err), 0);
}
END_TEST

START_TEST(aborted_draft_leaves_nothing)
{
	struct disk_draft *f = disk_draft(disk, "root/image", 0644, &err);
	char command[128];

	ck_assert_int_eq(disk_draft_add(f, "x", 1, &err), 0);
	disk_draft_abort(f);
	disk_draft_abort(NULL);
	(void)snprintf(command, sizeof(command), "test -z \"$(ls -A %s/root)\"",
		       dir);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(draft_onto_a_folder_fails_and_harms_nothing)
{
	struct disk_draft *f;

	ck_assert_int_eq(disk_mkdir(disk, "root/v1", 0755, &err), 0);
	put("root/v1/a", "1");
	f = disk_draft(disk, "root/v1", 0644, &err);
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(disk_draft_commit(f, &err), -1);
	ck_assert_int_eq(err.code, ERR_IO);
	holds("root/v1/a", "1");
	ck_assert_ptr_null(disk_draft(disk, "no/such", 0644, &err));
	ck_assert_ptr_null(disk_draft(disk, "../out", 0644, &err));
	ck_assert_int_eq(err.code, ERR_RANGE);
}
END_TEST

START_TEST(what_a_name_is)
{
	char path[128];

	put("log/a", "1234");
	path_of("log/pipe", path, sizeof(path));
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(disk_stat(disk, "log/a").kind, DISK_FILE);
	ck_assert_uint_eq(disk_stat(disk, "log/a").size, 4);
	ck_assert_int_gt(disk_stat(disk, "log/a").mtime, 0);
	ck_assert_int_eq(disk_stat(disk, "log").kind, DISK_FOLDER);
	ck_assert_int_eq(disk_stat(disk, "log/pipe").kind, DISK_OTHER);
	ck_assert_int_eq(disk_stat(disk, "log/none").kind, DISK_NOTHING);
	ck_assert_int_eq(disk_stat(disk, "../etc").kind, DISK_NOTHING);
}
END_TEST

START_TEST(only_files_are_opened)
{
	char path[128], buf[8] = "";
	uint64_t len = 0;
	int fd;

	put("log/a", "1234");
	fd = disk_open_file(disk, "log/a", &len, &err);
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(len, 4);
	ck_assert_int_eq(read(fd, buf, sizeof(buf)), 4);
	(void)close(fd);
	path_of("log/pipe", path, sizeof(path));
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(disk_open_file(disk, "log/pipe", &len, &err), -1);
	ck_assert_int_eq(disk_open_file(disk, "log", &len, &err), -1);
	ck_assert_int_eq(disk_open_file(disk, "log/none", &len, &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(folder_goes_with_all_that_is_in_it)
{
	char path[128];

	ck_assert_int_eq(disk_mkdir(disk, "root/v1", 0755, &err), 0);
	ck_assert_int_eq(disk_mkdir(disk, "root/v1", 0755, &err), 0);
	ck_assert_int_eq(disk_mkdir(disk, "root/v1/deep", 0755, &err), 0);
	put("root/v1/deep/a", "1");
	put("log/kept", "1");
	path_of("root/v1/link", path, sizeof(path));
	ck_assert_int_eq(symlink("../../log", path), 0);
	ck_assert_int_eq(disk_remove_folder(disk, "root/v1", &err), 0);
	ck_assert_int_eq(disk_stat(disk, "root/v1").kind, DISK_NOTHING);
	holds("log/kept", "1");
	put("root/v2", "a file");
	ck_assert_int_eq(disk_mkdir(disk, "root/v2", 0755, &err), -1);
	ck_assert_int_eq(disk_remove_folder(disk, "root/none", &err), -1);
}
END_TEST

static void fill(void)
{
	put("startup-config", "configure\n");
	put("startup-config.bad", "?");
	put("script/s", "1");
	put("ssl/key", "1");
	put("boot-record", "kept");
	ck_assert_int_eq(disk_mkdir(disk, "root/v1", 0755, &err), 0);
	put("root/v1/image", "1");
}

static void is_empty(void)
{
	ck_assert(!disk_exists(disk, "startup-config"));
	ck_assert(!disk_exists(disk, "startup-config.bad"));
	ck_assert(!disk_exists(disk, "formatting"));
	ck_assert_uint_eq(count("script"), 0);
	ck_assert_uint_eq(count("ssl"), 0);
	ck_assert_uint_eq(count("root"), 0);
	holds("boot-record", "kept");
}

START_TEST(format_removes_what_is_the_switchs_and_nothing_else)
{
	uint8_t identity[32];
	char path[128];
	int fd;

	fill();
	memcpy(identity, disk_identity(disk), sizeof(identity));
	path_of("homework.txt", path, sizeof(path));
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	ck_assert_int_eq(disk_format(disk, &err), 0);
	is_empty();
	ck_assert_int_eq(access(path, F_OK), 0);
	disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert_ptr_nonnull(disk);
	ck_assert_mem_eq(disk_identity(disk), identity, sizeof(identity));
}
END_TEST

START_TEST(cut_short_format_is_finished_at_the_next_start)
{
	fill();
	put("formatting", "");
	disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert_ptr_nonnull(disk);
	is_empty();
}
END_TEST

START_TEST(draft_of_a_killed_switch_is_gone)
{
	char command[128];
	int status = 0;
	pid_t pid;

	disk_close(disk);
	pid = fork();
	if (!pid) {
		struct disk *d = disk_open(dir, &err);
		struct disk_draft *f =
			d ? disk_draft(d, "root/image", 0600, &err) : NULL;

		if (!f || disk_draft_add(f, "x", 1, &err))
			_exit(1);
		(void)raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	disk = disk_open(dir, &err);
	ck_assert_ptr_nonnull(disk);
	(void)snprintf(command, sizeof(command), "test -z \"$(ls -A %s/root)\"",
		       dir);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(scratch_disk_keeps_nothing)
{
	struct disk *d = disk_open(NULL, &err);
	uint64_t len = 0;

	ck_assert_ptr_null(disk_draft(d, "root/image", 0600, &err));
	ck_assert_int_eq(err.code, ERR_REFUSED);
	ck_assert_int_eq(disk_open_file(d, "log/a", &len, &err), -1);
	ck_assert_int_eq(disk_format(d, &err), -1);
	ck_assert_int_eq(disk_stat(d, "log").kind, DISK_NOTHING);
	disk_close(d);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("disk");
	TCase *tc = tcase_create("disk");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, draft_is_seen_when_it_is_committed);
	tcase_add_test(tc, stale_names_are_passed_over);
	tcase_add_test(tc, aborted_draft_leaves_nothing);
	tcase_add_test(tc, draft_onto_a_folder_fails_and_harms_nothing);
	tcase_add_test(tc, what_a_name_is);
	tcase_add_test(tc, only_files_are_opened);
	tcase_add_test(tc, folder_goes_with_all_that_is_in_it);
	tcase_add_test(tc, format_removes_what_is_the_switchs_and_nothing_else);
	tcase_add_test(tc, cut_short_format_is_finished_at_the_next_start);
	tcase_add_test(tc, draft_of_a_killed_switch_is_gone);
	tcase_add_test(tc, scratch_disk_keeps_nothing);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}

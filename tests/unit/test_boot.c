/* The boot record, versions of the software, the offline menu's questions. */
#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/bootrec.h"
#include "cli/env.h"
#include "cli/offdm.h"
#include "cli/software.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"

static char dir[64];
static struct disk *disk;
static struct err err;

static void setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/test_boot.XXXXXX");
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

/* ---- names ---------------------------------------------------------------- */

static const struct {
	const char *name, *dots; /* NULL: none */
} versions[] = {
	{ "sg0820501", "08.20.5.01" },
	{ "ap0500002", "05.00.0.02" },
	{ "ap0610306s", "06.10.3.06" },
	{ "sg082050", NULL },
	{ "sg08205011", NULL },
	{ "SG0820501", NULL },
	{ "sg0820501x", NULL },
	{ "", NULL },
	{ "s", NULL },
	{ "../../../x", NULL },
	{ "sg0820501/..", NULL },
};

START_TEST(version_names)
{
	struct software s = { 0 };
	bool fine = software_parse(versions[_i].name, &s);

	ck_assert_int_eq(fine, versions[_i].dots != NULL);
	if (fine)
		ck_assert_str_eq(s.dots, versions[_i].dots);
}
END_TEST

START_TEST(version_is_installed_while_its_manifest_is_there)
{
	ck_assert_int_eq(software_install(disk, "sg0810106", &err), 0);
	ck_assert(software_installed(disk, "sg0810106"));
	ck_assert_int_eq(disk_mkdir(disk, "root/sg0730101", 0755, &err), 0);
	ck_assert(!software_installed(disk, "sg0730101"));
	ck_assert_uint_eq(software_count(disk), 1);
	ck_assert_int_eq(software_remove(disk, "sg0810106", &err), 0);
	ck_assert_int_eq(software_remove(disk, "sg0810106", &err), -1);
	ck_assert_int_eq(disk_stat(disk, "root/sg0810106").kind, DISK_NOTHING);
}
END_TEST

START_TEST(half_a_version_is_swept_away)
{
	ck_assert_int_eq(software_install(disk, "sg0810106", &err), 0);
	ck_assert_int_eq(disk_mkdir(disk, "root/sg0730101", 0755, &err), 0);
	ck_assert_int_eq(disk_write(disk, "root/sg0730101/image", "x", 1, 0600,
				    &err),
			 0);
	ck_assert_int_eq(disk_mkdir(disk, "root/own", 0755, &err), 0);
	software_sweep(disk);
	ck_assert(software_installed(disk, "sg0810106"));
	ck_assert_int_eq(disk_stat(disk, "root/sg0730101").kind, DISK_NOTHING);
	ck_assert_int_eq(disk_stat(disk, "root/own").kind, DISK_FOLDER);
}
END_TEST

/* ---- images --------------------------------------------------------------- */

static const struct {
	const char *text;
	const char *why; /* NULL: it is one */
} images[] = {
	{ "CSS-ADI 1\nversion sg0810106\nbytes 3\n\nabc", NULL },
	{ "CSS-ADI 1\nversion sg0810106\nbytes 0\n\n", NULL },
	{ "CSS-ADI 1\nversion sg0810106\nbytes 4\n\nabc", "not whole" },
	{ "CSS-ADI 1\nversion sg0810106\nbytes 2\n\nabc", "not whole" },
	{ "CSS-ADI 2\nversion sg0810106\nbytes 3\n\nabc", "no image" },
	{ "CSS-ADI 1\nversion ../../ssl\nbytes 3\n\nabc", "no image" },
	{ "CSS-ADI 1\nversion sg0810106\nbytes -3\n\nabc", "no image" },
	{ "CSS-ADI 1\nversion sg0810106\nbytes 3\nabc", "no image" },
	{ "CSS-ADI 1\nversion sg0810106\nbytes 99999999999999999999\n\n",
	  "no image" },
	{ "PK\003\004", "no image" },
	{ "", "no image" },
};

START_TEST(only_whole_containers_are_unpacked)
{
	const char *text = images[_i].text;
	char name[SOFTWARE_NAME_LEN + 1] = "";
	struct unpack *u;

	ck_assert_int_eq(
		disk_write(disk, "root/x.adi", text, strlen(text), 0600, &err),
		0);
	u = unpack_begin(disk, "x.adi", &err);
	ck_assert_int_eq(u != NULL, images[_i].why == NULL);
	if (!u) {
		ck_assert_msg(strstr(err.msg, images[_i].why) != NULL, "%s",
			      err.msg);
		ck_assert_uint_eq(software_count(disk), 0);
		return;
	}
	unpack_work(u);
	ck_assert_int_eq(unpack_end(u, name, &err), 0);
	ck_assert_str_eq(name, "sg0810106");
	ck_assert(software_installed(disk, "sg0810106"));
	ck_assert_ptr_null(unpack_begin(disk, "x.adi", &err));
	ck_assert_int_eq(err.code, ERR_EXISTS);
}
END_TEST

START_TEST(stopped_unpacking_leaves_nothing)
{
	static const char text[] =
		"CSS-ADI 1\nversion sg0810106\nbytes 3\n\nabc";
	struct unpack *u;

	ck_assert_int_eq(
		disk_write(disk, "root/x.adi", text, strlen(text), 0600, &err),
		0);
	u = unpack_begin(disk, "x.adi", &err);
	ck_assert_ptr_nonnull(u);
	unpack_stop(u);
	unpack_work(u);
	ck_assert_int_eq(unpack_end(u, NULL, &err), -1);
	ck_assert_int_eq(disk_stat(disk, "root/sg0810106").kind, DISK_NOTHING);
}
END_TEST

START_TEST(there_is_a_limit_of_versions)
{
	static const char text[] = "CSS-ADI 1\nversion sg0810106\nbytes 0\n\n";

	ck_assert_int_eq(software_install(disk, "sg0820501", &err), 0);
	ck_assert_int_eq(software_install(disk, "sg0730101", &err), 0);
	ck_assert_int_eq(
		disk_write(disk, "root/x.adi", text, strlen(text), 0600, &err),
		0);
	ck_assert_ptr_null(unpack_begin(disk, "x.adi", &err));
	ck_assert_int_eq(err.code, ERR_REFUSED);
}
END_TEST

/* ---- the record ------------------------------------------------------------ */

static void fill(struct boot_unit *u)
{
	u->addr.s_addr = htonl(0x0a56b20a);
	u->gateway.s_addr = htonl(0x0a56b201);
	u->prefix_len = 24;
	for (int i = 0; i < BOOT_SOURCES; i++) {
		struct boot_source *s = &u->source[i];

		s->type = i ? BOOT_FTP : BOOT_NETWORK;
		(void)snprintf(s->file, sizeof(s->file), "images/a b %d.adi",
			       i);
		(void)snprintf(s->path, sizeof(s->path), "c:/x%d", i);
		(void)snprintf(s->ftp.name, sizeof(s->ftp.name), "rec%d", i);
		(void)snprintf(s->ftp.host, sizeof(s->ftp.host), "10.1.1.%d",
			       i);
		(void)snprintf(s->ftp.user, sizeof(s->ftp.user), "joe%d", i);
		(void)snprintf(s->ftp.despw, sizeof(s->ftp.despw), "abc%d", i);
		(void)snprintf(s->ftp.dir, sizeof(s->ftp.dir), "/d%d", i);
	}
}

START_TEST(record_comes_back_as_it_was_written)
{
	struct bootrec a = { .offdm_login = true }, b;

	fill(&a.active);
	fill(&a.passive);
	a.passive.prefix_len = 16;
	ck_assert_int_eq(bootrec_store(disk, &a, &err), 0);
	bootrec_load(disk, &b);
	ck_assert_mem_eq(&a, &b, sizeof(a));
	a = (struct bootrec){ 0 };
	ck_assert_int_eq(bootrec_store(disk, &a, &err), 0);
	bootrec_load(disk, &b);
	ck_assert_mem_eq(&a, &b, sizeof(a));
}
END_TEST

static const char *const spoilt[] = {
	"",
	"boot-record 2\n",
	"boot-record 1\nnonsense here\n",
	"boot-record 1\naddress 300.1.1.1\n",
	"boot-record 1\nprimary type boot-via-magic\n",
	("boot-record 1\nprimary file aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"),
	"\n\n\n",
};

START_TEST(spoilt_record_is_kept_and_a_new_one_taken)
{
	struct bootrec b;

	ck_assert_int_eq(disk_write(disk, "boot-record", spoilt[_i],
				    strlen(spoilt[_i]), 0600, &err),
			 0);
	bootrec_load(disk, &b);
	ck_assert_int_eq(b.active.source[BOOT_PRIMARY].type, BOOT_DISK);
	ck_assert_str_eq(b.active.source[BOOT_PRIMARY].file,
			 software_builtin());
	ck_assert(disk_exists(disk, "boot-record.bad"));
	ck_assert(!disk_exists(disk, "boot-record"));
}
END_TEST

/* ---- the offline menu: typed through a pipe --------------------------------- */

static bool never(void)
{
	return false;
}

static void menu(const char *typed, struct bootrec *rec, struct out *said)
{
	int in[2], out[2];
	struct conf *conf = conf_new();
	struct offdm m = {
		.disk = disk, .rec = rec, .conf = conf, .stopped = never
	};
	char buf[4096];
	ssize_t n;

	ck_assert_int_eq(pipe(in), 0);
	ck_assert_int_eq(pipe(out), 0);
	ck_assert_int_eq(fcntl(out[1], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	ck_assert_int_eq(write(in[1], typed, strlen(typed)),
			 (ssize_t)strlen(typed));
	(void)close(in[1]);
	m.in = in[0];
	m.out = out[1];
	offdm_run(&m);
	(void)close(out[1]);
	while ((n = read(out[0], buf, sizeof(buf))) > 0)
		out_write(said, buf, (size_t)n);
	(void)close(in[0]);
	(void)close(out[0]);
	conf_free(conf);
}

START_TEST(menu_ends_with_its_input)
{
	struct bootrec rec = { 0 };
	struct out said = { 0 };

	menu("", &rec, &said);
	menu("1\n1\n3\n", &rec, &said);
	menu("3\n3\n1\n", &rec, &said);
	menu("zzz\n99999999999\n-1\n\n", &rec, &said);
	ck_assert_ptr_nonnull(strstr(out_text(&said), "Not in the menu"));
	ck_assert_ptr_nonnull(
		strstr(out_text(&said), "No version is installed"));
	out_fini(&said);
}
END_TEST

START_TEST(menu_sets_the_record)
{
	struct bootrec rec = { 0 };
	struct out said = { 0 };

	ck_assert_int_eq(software_install(disk, "sg0810106", &err), 0);
	menu("1\n1\n3\n1\n2\n1\nboot/x.adi\n10.1.1.1\njoe\npw\ny\nf:/cfg\n"
	     "3\n10.2.2.2\n255.0.255.0\n10.2.2.1\n3\n10.2.2.2\n\n10.2.2.1\n",
	     &rec, &said);
	ck_assert_str_eq(rec.active.source[0].file, "sg0810106");
	ck_assert_int_eq(rec.active.source[1].type, BOOT_NETWORK);
	ck_assert_str_eq(rec.active.source[1].path, "f:/cfg");
	ck_assert_str_eq(rec.active.source[1].ftp.host, "10.1.1.1");
	ck_assert_str_ne(rec.active.source[1].ftp.despw, "pw");
	ck_assert_uint_eq(rec.active.addr.s_addr, htonl(0x0a020202));
	ck_assert_uint_eq(rec.active.prefix_len, 0);
	ck_assert_ptr_nonnull(
		strstr(out_text(&said), "255.0.255.0 is not a network mask"));
	out_fini(&said);
	bootrec_load(disk, &rec);
	ck_assert_str_eq(rec.active.source[0].file, "sg0810106");
}
END_TEST

#define LEN(a) (int)(sizeof(a) / sizeof(*(a)))

int main(void)
{
	Suite *s = suite_create("boot");
	TCase *tc = tcase_create("boot");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, version_names, 0, LEN(versions));
	tcase_add_test(tc, version_is_installed_while_its_manifest_is_there);
	tcase_add_test(tc, half_a_version_is_swept_away);
	tcase_add_loop_test(tc, only_whole_containers_are_unpacked, 0,
			    LEN(images));
	tcase_add_test(tc, stopped_unpacking_leaves_nothing);
	tcase_add_test(tc, there_is_a_limit_of_versions);
	tcase_add_test(tc, record_comes_back_as_it_was_written);
	tcase_add_loop_test(tc, spoilt_record_is_kept_and_a_new_one_taken, 0,
			    LEN(spoilt));
	tcase_add_test(tc, menu_ends_with_its_input);
	tcase_add_test(tc, menu_sets_the_record);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}

/* The switch's clock: offset, zone, summer time, and what the disk keeps. */
#include "emu/base/wall.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/io/disk.h"
#include "emu/io/timekeep.h"

#define LEN(a) ((int)(sizeof(a) / sizeof(*(a))))

static char dir[32];
static struct disk *disk;

static void disk_again(void)
{
	struct err err = { 0 };

	if (disk)
		disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert_msg(disk != NULL, "%s", err.msg);
}

static void setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/css-wall-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	disk = NULL;
	disk_again();
}

static void teardown(void)
{
	char command[64];

	disk_close(disk);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static void zone(const char *name, int east_s)
{
	struct wall_zone z = { .east_s = east_s };

	(void)str_copy(z.name, sizeof(z.name), name);
	wall_zone_set(&z);
}

static void reads(time_t t, const char *text)
{
	char got[WALL_TEXT_LEN + 1];

	ck_assert_str_eq(wall_text(t, got), text);
}

START_TEST(offset_moves_the_switch_and_not_the_host)
{
	time_t host = time(NULL);

	wall_offset_set(INT64_C(-86400500));
	ck_assert_int_ge(wall_now(), host - 86401);
	ck_assert_int_le(wall_now(), host - 86399);
	ck_assert_int_eq(wall_of_host(100), 100 - 86401);
	ck_assert_int_ge(time(NULL), host);
}
END_TEST

static const struct {
	const char *name;
	int east_s;
	time_t t;
	const char *text;
} zones[] = {
	{ "", 0, 1155996165, "08/19/2006 14:02:45" },
	{ "EST", -18000, 1155996165, "08/19/2006 09:02:45" },
	{ "IST", 19800, 1155996165, "08/19/2006 19:32:45" },
	{ "LINT", 43200, 1167609600, "01/01/2007 12:00:00" },
	{ "X", -43200, 1167609600, "12/31/2006 12:00:00" },
	{ "", 0, -1, "12/31/1969 23:59:59" },
};

START_TEST(times_are_told_in_the_zone)
{
	struct tm tm;
	char name[WALL_ZONE_LEN + 1];

	zone(zones[_i].name, zones[_i].east_s);
	reads(zones[_i].t, zones[_i].text);
	wall_local(zones[_i].t, &tm);
	ck_assert_int_eq(wall_from_local(&tm), zones[_i].t);
	ck_assert_int_eq(wall_zone_at(zones[_i].t, name, sizeof(name)),
			 zones[_i].east_s);
	ck_assert_str_eq(name, *zones[_i].name ? zones[_i].name : "UTC");
}
END_TEST

/* 2 April 2006 02:00 EST to 29 October 2006 02:00 EDT */
START_TEST(summer_adds_an_hour)
{
	struct wall_zone z = { .name = "EST",
			       .east_s = -18000,
			       .summer = "EDT",
			       .from = 1143961200,
			       .until = 1162101600 };
	char name[WALL_ZONE_LEN + 1];
	struct tm tm;

	wall_zone_set(&z);
	reads(1143961199, "04/02/2006 01:59:59");
	reads(1143961200, "04/02/2006 03:00:00");
	reads(1162101599, "10/29/2006 01:59:59");
	reads(1162101600, "10/29/2006 01:00:00");
	ck_assert_int_eq(wall_zone_at(1150000000, name, sizeof(name)), -14400);
	ck_assert_str_eq(name, "EDT");
	ck_assert_int_eq(wall_zone_at(1162101600, name, sizeof(name)), -18000);
	ck_assert_str_eq(name, "EST");
	for (time_t t = 1143961200 - 7200; t < 1143961200 + 7200; t += 600) {
		wall_local(t, &tm);
		ck_assert_int_eq(wall_from_local(&tm), t);
	}
}
END_TEST

START_TEST(the_clock_survives_a_restart)
{
	struct wall_zone z = { .name = "EST",
			       .east_s = -18000,
			       .summer = "EDT",
			       .from = 1143961200,
			       .until = 1162101600 };
	struct wall_zone got;
	struct err err;

	timekeep_load(disk);
	ck_assert_int_eq(wall_offset(), 0);
	wall_offset_set(INT64_C(-123456789012));
	wall_zone_set(&z);
	ck_assert_int_eq(timekeep_save(disk, &err), 0);
	wall_offset_set(0);
	zone("", 0);
	disk_again();
	timekeep_load(disk);
	wall_zone(&got);
	ck_assert_int_eq(wall_offset(), INT64_C(-123456789012));
	ck_assert_str_eq(got.name, "EST");
	ck_assert_int_eq(got.east_s, -18000);
	ck_assert_str_eq(got.summer, "EDT");
	ck_assert_int_eq(got.from, z.from);
	ck_assert_int_eq(got.until, z.until);
}
END_TEST

static const char *const spoilt[] = {
	"offset-ms",
	"offset-ms 12x\n",
	"offset-ms 99999999999999\n",
	"zone EST\n",
	"zone EST 999999\n",
	"zone ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ 0\n",
	"summer EDT 5 4\n",
	"nonsense\n",
	"\xff\xfe\n",
};

START_TEST(a_spoilt_clock_is_put_aside)
{
	struct err err;

	ck_assert_int_eq(disk_write(disk, TIMEKEEP_FILE, spoilt[_i],
				    strlen(spoilt[_i]), 0600, &err),
			 0);
	timekeep_load(disk);
	ck_assert_int_eq(wall_offset(), 0);
	ck_assert(!disk_exists(disk, TIMEKEEP_FILE));
	ck_assert(disk_exists(disk, TIMEKEEP_FILE ".bad"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wall");
	TCase *t = tcase_create("wall");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, offset_moves_the_switch_and_not_the_host);
	tcase_add_loop_test(t, times_are_told_in_the_zone, 0, LEN(zones));
	tcase_add_test(t, summer_adds_an_hour);
	tcase_add_test(t, the_clock_survives_a_restart);
	tcase_add_loop_test(t, a_spoilt_clock_is_put_aside, 0, LEN(spoilt));
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

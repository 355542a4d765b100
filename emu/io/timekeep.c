#include "emu/io/timekeep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/io/disk.h"

/*
 * One value a line, so that an operator can read and mend it:
 *
 *	offset-ms -3600000
 *	zone EST -18000
 *	summer EDT 1143961200 1162105200
 */
#define OFFSET_LIMIT INT64_C(10000000000000) /* ms: more than 300 years */
#define TIME_LIMIT   INT64_C(100000000000)   /* s */
#define EAST_LIMIT   INT64_C(50000) /* s: 12 hours 59 minutes, and more */

static bool read_number(const char *text, int64_t limit, int64_t *v)
{
	char *end = NULL;

	if (!text)
		return false;
	errno = 0;
	*v = strtoll(text, &end, 10);
	return !errno && end > text && !*end && *v<limit && * v> - limit;
}

static bool read_name(const char *text, char name[WALL_ZONE_LEN + 1])
{
	return text && str_is_name(text, WALL_ZONE_LEN) &&
	       str_copy(name, WALL_ZONE_LEN + 1, text);
}

static bool read_zone(char *rest, struct wall_zone *z)
{
	char *name = strsep(&rest, " ");
	int64_t east = 0;

	if (!read_name(name, z->name) || !read_number(rest, EAST_LIMIT, &east))
		return false;
	z->east_s = (int)east;
	return true;
}

static bool read_summer(char *rest, struct wall_zone *z)
{
	char *name = strsep(&rest, " "), *begin = strsep(&rest, " ");
	int64_t from = 0, until = 0;

	if (!read_name(name, z->summer) ||
	    !read_number(begin, TIME_LIMIT, &from) ||
	    !read_number(rest, TIME_LIMIT, &until) || until < from)
		return false;
	z->from = (time_t)from;
	z->until = (time_t)until;
	return true;
}

static bool read_line(char *line, int64_t *offset, struct wall_zone *z)
{
	char *word = strsep(&line, " ");

	if (!strcmp(word, "offset-ms"))
		return read_number(line, OFFSET_LIMIT, offset);
	if (!strcmp(word, "zone"))
		return read_zone(line, z);
	return !strcmp(word, "summer") && read_summer(line, z);
}

static bool read_text(char *text, int64_t *offset, struct wall_zone *z)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (!read_line(line, offset, z))
			return false;
	return true;
}

void timekeep_load(struct disk *d)
{
	struct wall_zone z = { .name = "" };
	struct err err = { 0 };
	char *text = NULL, kept[64] = TIMEKEEP_FILE;
	int64_t offset = 0;
	size_t len = 0;

	if (disk_read(d, TIMEKEEP_FILE, &text, &len, &err) < 0) {
		if (err.code == ERR_NOT_FOUND)
			return;
	} else if (strlen(text) == len && read_text(text, &offset, &z)) {
		wall_offset_set(offset);
		wall_zone_set(&z);
		free(text);
		return;
	}
	free(text);
	(void)disk_keep_bad(d, TIMEKEEP_FILE, kept, sizeof(kept), &err);
	log_write(LOG_SYSSOFT, LOG_ERROR_3, T_CLOCK_SPOILT, kept);
}

int timekeep_save(struct disk *d, struct err *err)
{
	struct wall_zone z;
	struct out o = { 0 };
	int rc = 0;

	if (!disk_dir(d))
		return 0;
	wall_zone(&z);
	out_printf(&o, "offset-ms %" PRId64 "\n", wall_offset());
	if (z.name[0])
		out_printf(&o, "zone %s %d\n", z.name, z.east_s);
	if (z.summer[0])
		out_printf(&o, "summer %s %" PRId64 " %" PRId64 "\n", z.summer,
			   (int64_t)z.from, (int64_t)z.until);
	rc = disk_write(d, TIMEKEEP_FILE, out_text(&o), o.len, 0600, err);
	out_fini(&o);
	return rc;
}

/*
 * The clock: clock, date european-date, show clock (platform.md 2.9)
 *
 * Date, time and zone are the battery clock's, not the configuration's: they
 * hold at once and over a restart, and running-config has none of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/io/timekeep.h"

#define SUMMER_HOUR 2 /* when the clocks are put forward and back, guess */

/* ---- dates and times as they are typed ------------------------------------ */

static bool european(const struct cli *cli)
{
	return cli_conf(cli)->global->european_date;
}

static const char *date_form(const struct cli *cli)
{
	return european(cli) ? "dd-mm-yy" : "mm-dd-yy";
}

/* "03-30-01", with its century when it is to be read and not typed */
static void date_print(const struct cli *cli, const struct tm *tm, bool century,
		       char *text, size_t cap)
{
	int day = tm->tm_mday, month = tm->tm_mon + 1;
	int year = tm->tm_year + 1900;

	(void)snprintf(text, cap, "%02d-%02d-%02d", european(cli) ? day : month,
		       european(cli) ? month : day,
		       century ? year : year % 100);
}

/* A number of at most so many digits; moves *at behind it. */
static bool number_read(const char **at, size_t digits, unsigned *n)
{
	size_t len = strspn(*at, "0123456789");

	if (len < 1 || len > digits)
		return false;
	*n = 0;
	for (; len; len--)
		*n = *n * 10 + (unsigned)(*(*at)++ - '0');
	return true;
}

/* "03-30-01", "3/30/2001", "13:30:45": three numbers, all of two digits but the
 * last, which may have more. */
static bool three_read(const char *line, const char *separators, size_t digits,
		       unsigned n[3])
{
	const char *at = line + strspn(line, " \t");

	for (int i = 0; i < 3; i++) {
		if (!number_read(&at, i < 2 ? 2 : digits, &n[i]))
			return false;
		if (i < 2 && (!*at || !strchr(separators, *at++)))
			return false;
	}
	return !at[strspn(at, " \t")];
}

static int days_of(unsigned month, int year)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Changes day, month and year of tm alone; a year below 70 is after 2000. */
static bool date_read(const struct cli *cli, const char *line, struct tm *tm)
{
	unsigned n[3], month = 0, day = 0;
	int year = 0;

	if (!three_read(line, "-/", 4, n))
		return false;
	month = european(cli) ? n[1] : n[0];
	day = european(cli) ? n[0] : n[1];
	year = (int)(n[2] < 70 ? n[2] + 2000 : n[2] < 100 ? n[2] + 1900 : n[2]);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    (int)day > days_of(month, year))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = (int)month - 1;
	tm->tm_mday = (int)day;
	return true;
}

static bool time_read(const struct cli *cli, const char *line, struct tm *tm)
{
	unsigned n[3];

	(void)cli;
	if (!three_read(line, ":", 2, n) || n[0] > 23 || n[1] > 59 || n[2] > 59)
		return false;
	tm->tm_hour = (int)n[0];
	tm->tm_min = (int)n[1];
	tm->tm_sec = (int)n[2];
	return true;
}

/* ---- clock date, clock time ------------------------------------------------ */

static int keep(struct cli *cli, struct err *err)
{
	return timekeep_save(cli_env(cli)->disk, err);
}

static int set_local(struct cli *cli, const struct tm *tm, struct err *err)
{
	int64_t now = wall_ms();
	time_t t = wall_from_local(tm);
	char text[WALL_TEXT_LEN + 1];

	wall_offset_set(wall_offset() + (int64_t)t * 1000 - now + now % 1000);
	log_write(LOG_SYSSOFT, LOG_NOTICE_5, T_CLOCK_SET, wall_text(t, text),
		  cli_user(cli));
	return keep(cli, err);
}

/* What was typed changes its part of the present time; nothing: it stays. */
static int clock_answer(struct cli *cli, const char *line,
			bool (*read)(const struct cli *cli, const char *line,
				     struct tm *tm),
			const char *what, const char *form, struct err *err)
{
	struct tm tm;

	if (!line || !line[strspn(line, " \t")])
		return 0;
	wall_local(wall_now(), &tm);
	if (!read(cli, line, &tm))
		return err_set(err, ERR_RANGE, -1, T_BAD_CLOCK, what, line,
			       form);
	return set_local(cli, &tm, err);
}

static int date_answer(struct cli *cli, const char *line, void *arg,
		       struct err *err)
{
	(void)arg;
	return clock_answer(cli, line, date_read, "date", date_form(cli), err);
}

static void date_ask(struct cli *cli, const char *question, cli_answer_fn fn,
		     void *arg)
{
	char text[96], now[32];
	struct tm tm;

	wall_local(wall_now(), &tm);
	date_print(cli, &tm, false, now, sizeof(now));
	(void)snprintf(text, sizeof(text), T_Q_DATE, question, date_form(cli),
		       now);
	cli_ask(cli, text, true, fn, arg);
}

static int date_run(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	(void)err;
	date_ask(cli, "date", date_answer, NULL);
	return 0;
}

static int time_answer(struct cli *cli, const char *line, void *arg,
		       struct err *err)
{
	(void)arg;
	return clock_answer(cli, line, time_read, "time", "hh:mm:ss", err);
}

static int time_run(struct cli *cli, const struct args *a, struct err *err)
{
	char text[64], now[16];
	struct tm tm;

	(void)a;
	(void)err;
	wall_local(wall_now(), &tm);
	(void)strftime(now, sizeof(now), "%H:%M:%S", &tm);
	(void)snprintf(text, sizeof(text), T_Q_TIME, now);
	cli_ask(cli, text, true, time_answer, NULL);
	return 0;
}

/* ---- clock timezone -------------------------------------------------------- */

/* A zone before UTC is west of it: there it is earlier. */
static int zone_set(struct cli *cli, const struct args *a, struct err *err)
{
	int east = (int)(arg_uint(a, "hours", 0) * 3600 +
			 arg_uint(a, "minutes", 0) * 60);
	struct wall_zone z;

	wall_zone(&z);
	(void)str_copy(z.name, sizeof(z.name), arg_word(a, "name"));
	z.east_s = arg_key(a, "before-UTC") ? -east : east;
	wall_zone_set(&z);
	return keep(cli, err);
}

static int zone_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct wall_zone z;

	(void)a;
	wall_zone(&z);
	z.name[0] = '\0';
	z.east_s = 0;
	wall_zone_set(&z);
	return keep(cli, err);
}

/* ---- clock summer-time ----------------------------------------------------- */

struct summer {
	char name[WALL_ZONE_LEN + 1];
	bool has_from;
	time_t from;
};

static int summer_put(struct cli *cli, const struct summer *s, time_t until,
		      struct err *err)
{
	struct wall_zone z;

	if (until <= s->from)
		return err_set(err, ERR_RANGE, -1, T_SUMMER_ORDER);
	wall_zone(&z);
	(void)str_copy(z.summer, sizeof(z.summer), s->name);
	z.from = s->from;
	z.until = until - 3600; /* the end is told in summer's own time */
	wall_zone_set(&z);
	return keep(cli, err);
}

/* The hour of that day on which clocks change, in the zone's standard time. */
static time_t change_at(struct tm tm)
{
	struct wall_zone z;

	wall_zone(&z);
	tm.tm_hour = SUMMER_HOUR;
	tm.tm_min = tm.tm_sec = 0;
	return timegm(&tm) - z.east_s;
}

static int summer_answer(struct cli *cli, const char *line, void *arg,
			 struct err *err)
{
	struct summer *s = arg;
	struct tm tm = { 0 };
	int rc = 0;

	if (line && !date_read(cli, line, &tm))
		rc = err_set(err, ERR_RANGE, -1, T_BAD_CLOCK, "date", line,
			     date_form(cli));
	else if (line && s->has_from)
		rc = summer_put(cli, s, change_at(tm), err);
	else if (line) {
		s->has_from = true;
		s->from = change_at(tm);
		date_ask(cli, "end date", summer_answer, s);
		return 0;
	}
	free(s);
	return rc;
}

static int summer_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct summer *s = xcalloc(1, sizeof(*s));

	(void)err;
	(void)str_copy(s->name, sizeof(s->name), arg_word(a, "name"));
	date_ask(cli, "start date", summer_answer, s);
	return 0;
}

static int summer_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct wall_zone z;

	(void)a;
	wall_zone(&z);
	z.summer[0] = '\0';
	wall_zone_set(&z);
	return keep(cli, err);
}

/* ---- show clock ------------------------------------------------------------ */

static int clock_show(struct cli *cli, const struct args *a, struct err *err)
{
	char date[32], clock[16], name[WALL_ZONE_LEN + 1];
	time_t now = wall_now();
	int east = wall_zone_at(now, name, sizeof(name));
	struct out *o = cli_out(cli);
	struct tm tm;

	(void)a;
	(void)err;
	wall_local(now, &tm);
	date_print(cli, &tm, true, date, sizeof(date));
	(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	out_printf(o, "Date:     %s\nTime:     %s\n", date, clock);
	out_printf(o, "Timezone: %s %c%02d:%02d\n", name, east < 0 ? '-' : '+',
		   abs(east) / 3600, abs(east) / 60 % 60);
	return 0;
}

/* ---- the tables ------------------------------------------------------------ */

const struct cmd clock_cmds[] = {
	{ .syntax = "clock date",
	  .help = "Set the clock of the switch\n"
		  "Asks for the date",
	  .run = date_run },
	{ .syntax = "clock time",
	  .help = "Asks for the time of day",
	  .run = time_run },
	/* "hour" shortens "hours": both are in use */
	{ .syntax = "clock timezone <name:name:32> hours <hours:uint:0-12> "
		    "[minutes <minutes:uint:0-59>] [before-UTC|after-UTC]",
	  .help = "Zone that times are told in\n"
		  "Its name\n"
		  "Set its distance from UTC\n"
		  "Hours\n"
		  "Minutes besides\n"
		  "Minutes\n"
		  "West of Greenwich: earlier than UTC\n"
		  "East of Greenwich: later than UTC",
	  .run = zone_set,
	  .no = "no clock timezone",
	  .clear = zone_clear },
	{ .syntax = "clock timezone <name:name:32> hours <hours:uint:0-12> "
		    "{before-UTC|after-UTC} minutes <minutes:uint:0-59>",
	  .help = "Minutes besides\n"
		  "Minutes",
	  .run = zone_set },
	{ .syntax = "clock summer-time <name:name:32>",
	  .help = "Daylight saving; asks when it begins and ends\n"
		  "Name of the zone in summer",
	  .run = summer_set,
	  .no = "no clock summer-time",
	  .clear = summer_clear },
	{ 0 },
};

const struct cmd show_clock_cmds[] = {
	{ .syntax = "show clock",
	  .help = "Date, time and zone",
	  .run = clock_show },
	{ 0 },
};

const struct cmd date_cmds[] = {
	{ .syntax = "date european-date",
	  .help = "How dates are written\n"
		  "The day before the month",
	  .no = "no date european-date",
	  .set = &(const struct setting){ .global = true,
					  .store = SET_FLAG,
					  SETTING_AT(struct global,
						     european_date) } },
	{ 0 },
};

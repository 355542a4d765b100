/* Records of the command scheduler, and when they are due. */
#include "emu/conf/sched.h"

#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/global.h"

static const struct {
	const char *what;
	uint32_t lo, hi;
} fields[SCHED_FIELD_NUM] = {
	[SCHED_MINUTE] = { "minute", 0, 59 },
	[SCHED_HOUR] = { "hour", 0, 24 },
	[SCHED_DAY] = { "day", 1, 31 },
	[SCHED_MONTH] = { "month", 1, 12 },
	[SCHED_WEEKDAY] = { "weekday", 1, 7 },
};

/* ---- one field -------------------------------------------------------------- */

struct span {
	uint32_t lo, hi, step;
};

/* "*", "n" or "n-m", each with "/step" behind or not */
static bool span_parse(char *text, enum sched_field f, struct span *s)
{
	uint32_t lo = fields[f].lo, hi = fields[f].hi;
	char *step = strchr(text, '/'), *dash = NULL;

	s->step = 1;
	if (step) {
		*step++ = '\0';
		if (!str_to_u32(step, 1, hi, &s->step))
			return false;
	}
	if (!strcmp(text, "*")) {
		s->lo = lo;
		s->hi = hi;
		return true;
	}
	dash = strchr(text, '-');
	if (dash)
		*dash++ = '\0';
	if (!str_to_u32(text, lo, hi, &s->lo))
		return false;
	s->hi = step ? hi : s->lo;
	return !dash || str_to_u32(dash, s->lo, hi, &s->hi);
}

static bool span_has(const struct span *s, uint32_t value)
{
	return value >= s->lo && value <= s->hi &&
	       (value - s->lo) % s->step == 0;
}

/* Is the value in the list?  *good: the list is one. */
static bool list_has(const char *list, enum sched_field f, uint32_t value,
		     bool *good)
{
	char text[SCHED_FIELD_LEN + 1];
	char *at = text;
	bool found = false;

	*good = str_copy(text, sizeof(text), list);
	while (*good && at) {
		char *next = strchr(at, ',');
		struct span s;

		if (next)
			*next++ = '\0';
		*good = span_parse(at, f, &s);
		found = found || (*good && span_has(&s, value));
		at = next;
	}
	return *good && found;
}

static int check_fields(const struct sched_record *r, struct err *err)
{
	for (int f = 0; f < SCHED_FIELD_NUM; f++) {
		bool good = false;

		(void)list_has(r->field[f], (enum sched_field)f, 0, &good);
		if (!good)
			return err_set(err, ERR_RANGE, -1, T_SCHED_FIELD,
				       fields[f].what, fields[f].lo,
				       fields[f].hi, r->field[f]);
	}
	return 0;
}

bool sched_due(const struct sched_record *r, const struct tm *local)
{
	const uint32_t now[SCHED_FIELD_NUM] = {
		[SCHED_MINUTE] = (uint32_t)local->tm_min,
		[SCHED_HOUR] = (uint32_t)local->tm_hour,
		[SCHED_DAY] = (uint32_t)local->tm_mday,
		[SCHED_MONTH] = (uint32_t)local->tm_mon + 1,
		[SCHED_WEEKDAY] = (uint32_t)local->tm_wday + 1,
	};
	bool good = false;

	for (int f = 0; f < SCHED_FIELD_NUM; f++) {
		enum sched_field field = (enum sched_field)f;

		if (list_has(r->field[f], field, now[f], &good))
			continue;
		if (f != SCHED_HOUR || now[f] != 0 ||
		    !list_has(r->field[f], field, 24, &good))
			return false;
	}
	return true;
}

/* ---- the records ------------------------------------------------------------- */

/* Where it is, or belongs. */
static int place(const struct sched_conf *s, const char *name)
{
	int i = 0;

	while (i < s->n && strcmp(s->record[i].name, name) < 0)
		i++;
	return i;
}

static bool is_record(const struct sched_conf *s, int i, const char *name)
{
	return i < s->n && !strcmp(s->record[i].name, name);
}

const struct sched_record *sched_find(const struct conf *c, const char *name)
{
	const struct sched_conf *s = &c->global->sched;
	int i = place(s, name);

	return is_record(s, i, name) ? &s->record[i] : NULL;
}

/* A name of a file in the log folder, and no way out of it. */
static int check_log(const char *log, struct err *err)
{
	if (log[0] == '.' || strchr(log, '/'))
		return err_set(err, ERR_RANGE, -1, T_SCHED_LOG, log);
	return 0;
}

int sched_set(struct conf *c, const struct sched_record *r, struct err *err)
{
	struct sched_conf *s = &c->global->sched;
	int i = place(s, r->name);

	if (conf_check_name(r->name, err) < 0 || check_fields(r, err) < 0 ||
	    check_log(r->log, err) < 0)
		return -1;
	if (!is_record(s, i, r->name)) {
		if (s->n == SCHED_MAX)
			return err_set(err, ERR_RANGE, -1, T_FULL,
				       "cmd-sched record", SCHED_MAX);
		memmove(&s->record[i + 1], &s->record[i],
			(size_t)(s->n++ - i) * sizeof(*r));
	}
	s->record[i] = *r;
	conf_changed(c);
	return 0;
}

int sched_del(struct conf *c, const char *name, struct err *err)
{
	struct sched_conf *s = &c->global->sched;
	int i = place(s, name);

	if (!is_record(s, i, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "cmd-sched record", name);
	memmove(&s->record[i], &s->record[i + 1],
		(size_t)(--s->n - i) * sizeof(s->record[0]));
	conf_changed(c);
	return 0;
}

void sched_switch(struct conf *c, bool on)
{
	if (c->global->sched.on == on)
		return;
	c->global->sched.on = on;
	conf_changed(c);
}

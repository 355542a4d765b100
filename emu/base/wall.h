#ifndef CSS_EMU_BASE_WALL_H
#define CSS_EMU_BASE_WALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/*
 * The time of day as the switch has it: the host's clock, which is never
 * touched, moved by what `clock` and SNTP have set, and told in the switch's own
 * zone.  Whatever prints a time asks here.  Any thread.
 *
 * A time_t is UTC seconds of the switch's clock.  How long something took is
 * measured by clock_ms() (emu/io/loop.h), which nobody sets.
 */
#define WALL_ZONE_LEN 32 /* characters of a zone's name */

struct wall_zone {
	char name[WALL_ZONE_LEN + 1]; /* "": UTC */
	int east_s;		      /* its time less UTC */
	/* Daylight saving: one hour more between two times. */
	char summer[WALL_ZONE_LEN + 1]; /* "": none */
	time_t from, until;
};

int64_t wall_ms(void); /* ms since 1970 */
time_t wall_now(void); /* seconds */
/* A time of the host's clock (a file's) as the switch has it. */
time_t wall_of_host(time_t host);

/* What is added to the host's clock. */
int64_t wall_offset(void);
void wall_offset_set(int64_t ms);

void wall_zone(struct wall_zone *z);
void wall_zone_set(const struct wall_zone *z);
/* The zone's name at that time, "UTC" when none is set, and its time less UTC. */
int wall_zone_at(time_t t, char *name, size_t cap);

/* The switch's own time in parts; month from 0, as in struct tm. */
void wall_local(time_t t, struct tm *tm);
/* The time that reads so on the switch's clock. */
time_t wall_from_local(const struct tm *tm);

#define WALL_TEXT_LEN 19
/* "08/19/2006 14:02:45", as the product prints a date */
const char *wall_text(time_t t, char text[WALL_TEXT_LEN + 1]);

#endif

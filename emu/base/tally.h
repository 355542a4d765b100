#ifndef CSS_EMU_BASE_TALLY_H
#define CSS_EMU_BASE_TALLY_H

#include <stdint.h>

/*
 * Counters of parts of the switch that are too slow to need better ones: of a
 * topic ("dns-record a"), one of its things ("www.a.com"; "" for the topic
 * itself) and the counter's name as show commands print it.  What has never been
 * counted is zero.  Control thread only.
 */
struct tallies;

struct tallies *tallies_new(void);
void tallies_free(struct tallies *t);

void tally_add(struct tallies *t, const char *topic, const char *thing,
	       const char *name, uint64_t n);
/* t may be NULL: a switch that counts nothing. */
uint64_t tally_get(const struct tallies *t, const char *topic,
		   const char *thing, const char *name);
/* t may be NULL.  Everything of a topic; thing NULL: of all its things. */
void tally_zero(struct tallies *t, const char *topic, const char *thing);

#endif

#ifndef CSS_CHASSIS_LINKS_H
#define CSS_CHASSIS_LINKS_H

#include <stdbool.h>
#include <time.h>

struct chassis;
struct conf;
struct links;

/*
 * Which ports are up (ports.h), and since when.  Changes are logged with the text
 * of the generic traps (field notes).  Control thread.
 */
struct links *links_new(void);
void links_free(struct links *l);
/* After a change of modules or of configuration, and now and then where ports
 * have cables; now: the switch's clock.  true: a port went up or down. */
bool links_follow(struct links *l, const struct chassis *ch,
		  const struct conf *c, time_t now);
/* When the port came up or went down; 0: not known. */
time_t links_since(const struct links *l, unsigned slot, unsigned port);

#endif

#ifndef CSS_EMU_PLANE_CHANNEL_H
#define CSS_EMU_PLANE_CHANNEL_H

#include "emu/plane/relay.h"

/*
 * A control channel: a connection whose lines announce others (content.md 3.4).
 * Its bytes are relayed line by line; where a line names an address, the switch
 * waits there itself, on its own address, and writes that into the line.
 */

/* NULL: what the rule's application carries announces nothing. */
struct channel *channel_new(struct flow *f);
/* The flow ends: what it waited for does too, what has begun goes on; and its
 * announcer, if it has one, hears of it. */
void channel_over(struct flow *f);
/* Are connections under way that it announced? */
bool channel_is_busy(const struct flow *f);

/* Lines of `show flows` of the datagrams that it announced. */
int channel_lines(const struct flow *f, struct flow_line *line, int max);

/* One read, as relaying does it: bytes read, or enum leg_io of the reading side;
 * *broken: the writing side. */
int channel_copy(struct flow *f, struct leg *from, struct leg *to,
		 bool *broken);

#endif

#ifndef CSS_CLI_OFFDM_IO_H
#define CSS_CLI_OFFDM_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/offdm.h"

/* The Offline Diagnostic Monitor's talk with its user. */
#define OFFDM_LINE 128

void offdm_say(struct offdm *m, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A line, without blanks around it; what does not fit is cut.  false: the input
 * has ended, or (ms >= 0) nothing has come in time. */
bool offdm_line(struct offdm *m, char *line, size_t cap, int ms);
/* The same after a question. */
bool offdm_ask(struct offdm *m, const char *question, char *line, size_t cap);
bool offdm_secret(struct offdm *m, const char *question, char *line,
		  size_t cap); /* unseen */
/* Until it is y or n; false also at the end of the input. */
bool offdm_yes(struct offdm *m, const char *question);

/* A menu.  A number chooses; run() NULL goes back. */
struct offdm_item {
	const char *text;
	bool has_menu; /* is marked by an asterisk */
	void (*run)(struct offdm *m);
};
/* items end in a NULL text; back: behind the numbers there is an `r`.  Returns
 * when the user goes back. */
void offdm_menu(struct offdm *m, const char *title,
		const struct offdm_item *items, bool back);
/* Which of the names, from 0; -1: none.  NULL ends them. */
int offdm_choose(struct offdm *m, const char *question,
		 const char *const *names);

#endif

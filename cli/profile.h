#ifndef CSS_CLI_PROFILE_H
#define CSS_CLI_PROFILE_H

#include <stdbool.h>

struct cli;
struct err;
struct out;

/*
 * A user's profile: what a session is set to, as commands (platform.md 2.9).
 * Files of the disk: profile/USER-profile, else profile/default-profile, else
 * what every unit has.
 */
/* Runs it at log-in.  A spoilt file is kept beside, logged, and not run. */
void profile_login(struct cli *c);
/* The session as it is now, in the form that is kept. */
void profile_render(struct cli *c, struct out *o);
/* Remembers what is: at the first prompt, and when it has been saved. */
void profile_settle(struct cli *c);
/* Since then? */
bool profile_changed(struct cli *c);
/* copy profile user-profile */
int profile_save(struct cli *c, struct err *err);

#endif

#ifndef CSS_CLI_ACCESS_H
#define CSS_CLI_ACCESS_H

#include <stdbool.h>

#include "emu/conf/access.h"

struct cli;
struct err;

/*
 * What the session's user may do.  Every command that reads or writes a file of
 * the switch's disk asks here first, with the directory that the file is in as
 * operators see it (emu/conf/access.h: DIR_SCRIPT, DIR_LOG, DIR_ROOT for
 * installed software, DIR_ARCHIVE, DIR_RELEASE_ROOT for startup-config and
 * other configurations, DIR_CORE, DIR_MIBS).  Scripts that the switch runs by
 * itself (start-up, replay) may do everything.
 *
 * 0, or -1 and err (ERR_DENIED) with the text for the user.
 */
int access_may(const struct cli *cli, enum access_dir d, bool write,
	       struct err *err);

/* May the user change users, or clear running-config?  Under `restrict
 * user-database` only the administrator and the technician may. */
int access_may_users(const struct cli *cli, struct err *err);

#endif

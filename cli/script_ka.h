#ifndef CSS_CLI_SCRIPT_KA_H
#define CSS_CLI_SCRIPT_KA_H

#include "emu/keepalive/keepalive.h"

struct env;

/*
 * Scripts as keepalives (content.md 5.8), for the hooks of the monitor: each is
 * played in a session of its own, which nobody watches and which can only look:
 * sockets, ping, show commands and the language itself.  Status 0 is success;
 * of a failure EXIT_MSG is told, else the error.
 */
void *script_ka_start(const struct env *env, const struct script_probe *what,
		      script_done_fn done, void *owner, struct err *err);
void script_ka_stop(void *run);

#endif

#ifndef CSS_EMU_KEEPALIVE_KA_TARGET_H
#define CSS_EMU_KEEPALIVE_KA_TARGET_H

#include "emu/keepalive/keepalive.h"

/*
 * What a service's probe is, by the configuration (content.md 4.2, ssl.md 4.1):
 * its own settings, or those of the named keepalive that it follows.
 */
struct ka_login { /* of the ftp-record; user "": none */
	char user[33];
	char despw[161]; /* sealed, "": anonymous */
};

struct ka_target {
	const struct probe_spec *spec; /* borrowed from the configuration */
	struct in_addr addr;
	uint16_t port; /* host order */
	struct ka_login login;
	bool logs_all; /* `logging enable`: each probe's result */
};

#define KA_WHY_LEN 96

/*
 * Fills t.  false: the service may not be probed (its named keepalive is
 * suspended, its module is gone, ...), and why, KA_WHY_LEN bytes, tells the
 * reason.
 */
bool ka_target_find(const struct conf *conf, const struct monitor_hooks *hooks,
		    const struct service *s, struct ka_target *t, char *why);

#endif

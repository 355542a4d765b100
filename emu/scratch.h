#ifndef CSS_EMU_SCRATCH_H
#define CSS_EMU_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/bootrec.h"
#include "cli/env.h"
#include "sslmod/image.h"

struct err;
struct options;

/* A switch without ports, traffic or disk: what `replay` and `trace` run on. */
struct scratch {
	struct env env;
	struct bootrec bootrec;
};
/* What it has built is freed by scratch_close() even when it fails. */
int scratch_open(struct scratch *s, const struct options *o, struct err *err);
void scratch_close(struct scratch *s);

/* What the running switch and a scratch switch build alike. */

/* The chassis of --chassis with its default cards and those of --slot. */
int scratch_chassis(const struct options *o, struct env *env, struct err *err);
/* Configuration's questions to the chassis and the SSL store. */
void scratch_hooks(struct env *env, enum tls_profile profile, bool replaying);
/* A host file, at most DISK_FILE_MAX bytes; text owned by the caller, NUL
 * behind it. */
int scratch_read_file(const char *path, char **text, size_t *len,
		      struct err *err);

#endif

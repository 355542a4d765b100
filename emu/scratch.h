#ifndef CSS_EMU_SCRATCH_H
#define CSS_EMU_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "sslmod/image.h"

struct env;
struct err;
struct options;

/* What the running switch and the scratch switch of `replay` build alike. */

/* The chassis of --chassis with its default cards and those of --slot. */
int scratch_chassis(const struct options *o, struct env *env, struct err *err);
/* Configuration's questions to the chassis and the SSL store. */
void scratch_hooks(struct env *env, enum tls_profile profile, bool replaying);
/* A host file, at most DISK_FILE_MAX bytes; text owned by the caller, NUL
 * behind it. */
int scratch_read_file(const char *path, char **text, size_t *len,
		      struct err *err);

#endif

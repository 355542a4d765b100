#ifndef CSS_CLI_SCRIPT_FILES_H
#define CSS_CLI_SCRIPT_FILES_H

#include <stdbool.h>
#include <stddef.h>

struct disk;
struct env;
struct err;

/* Scripts are files of the disk's folder "script". */
#define SCRIPT_NAME_LEN 32 /* content.md 5.1 */

bool script_name_ok(const char *name);
/* *text is the caller's, with a NUL behind it. */
int script_read(const struct env *env, const char *name, char **text,
		size_t *len, struct err *err);

/*
 * The scripts that come with the switch: the files of cli/scripts/.  They are
 * written to a new disk, and when this release has others than the one that
 * wrote them last: then the missing ones are added, and none is overwritten.
 */
struct shipped_script {
	const char *name;
	const unsigned char *text;
	size_t len;
};
extern const struct shipped_script shipped_scripts[]; /* ends in a NULL name */
int scripts_install(struct disk *d, struct err *err);

#endif

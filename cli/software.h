#ifndef CSS_CLI_SOFTWARE_H
#define CSS_CLI_SOFTWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cmd.h"
#include "emu/base/err.h"

struct disk;

/*
 * Versions of the software on the disk (platform.md 3.4): images that were
 * fetched are root/NAME.adi, unpacked ones are folders, root/sg0820501/.  There
 * is one program, so a version is a name: the one that was booted is what show
 * version and the configuration's header print.
 *
 * An image is only a container here.  It must begin with four lines and then
 * have exactly the bytes that the third one tells:
 *
 *	CSS-ADI 1
 *	version sg0810106
 *	bytes 1234
 *	(an empty line)
 *
 * A version's folder holds the file `version`, with its name, which is written
 * last and removed first: without it the version is not installed; and `image`,
 * the bytes of the container.
 */
#define SOFTWARE_NAME_LEN  31
#define SOFTWARE_DOTS_LEN  15
#define SOFTWARE_LIMIT	   2			 /* versions on a flash disk */
#define SOFTWARE_BYTES_MAX ((uint64_t)256 << 20) /* of an image, own bound */
#define SOFTWARE_MANIFEST  "version"
#define SOFTWARE_IMAGE	   "image"

struct software {
	char image[SOFTWARE_NAME_LEN + 1]; /* sg0820501 */
	char dots[SOFTWARE_DOTS_LEN + 1];  /* 08.20.5.01 */
	bool secondary;			   /* the second boot record chose it */
};

/* What runs: the version that was booted, of a scratch switch the built-in. */
const struct software *software_running(const struct env *env);
/* The version that the program is made as. */
const char *software_builtin(void);

/* A version's name, sg0820501 or ap0610306s, into its printed form. */
bool software_parse(const char *name, struct software *s);
bool software_installed(const struct disk *d, const char *name);
/* Sorted names; an array that ends in NULL, the caller's. */
char **software_list(const struct disk *d);
unsigned software_count(const struct disk *d);
/* A version without an image: the built-in one, at the first start. */
int software_install(struct disk *d, const char *name, struct err *err);
/* At power-on: what a kill has left of an unpacking or removing. */
void software_sweep(struct disk *d);
int software_remove(struct disk *d, const char *name, struct err *err);

/*
 * root/FILE becomes a version.  Begin checks what can be checked at once, work
 * takes its time on any thread, end makes it an installed version, or leaves
 * nothing of it, and frees.  stopped: Ctrl-C.
 */
struct unpack;
struct unpack *unpack_begin(struct disk *d, const char *file, struct err *err);
void unpack_work(void *unpack);
int unpack_end(struct unpack *u, char name[SOFTWARE_NAME_LEN + 1],
	       struct err *err); /* name may be NULL */
void unpack_stop(void *unpack);
const struct progress *unpack_progress(const struct unpack *u);

#endif

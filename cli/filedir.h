#ifndef CSS_CLI_FILEDIR_H
#define CSS_CLI_FILEDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "emu/conf/access.h"

struct cli;
struct disk;
struct err;
struct out;

#define FILE_PATH_LEN 600 /* "script/NAME" */

/*
 * The directories of the switch's disk as commands use them: each function that
 * takes a session asks for its user's rights first (cli/access.h).
 */

/* "script/NAME" */
void filedir_path(enum access_dir dir, const char *name, char *buf, size_t cap);
/* -1 and err when there is no such file; a folder or a device is none. */
int filedir_find(const struct cli *cli, enum access_dir dir, const char *name,
		 struct err *err);
/* Rights, then the whole text of a file: the caller's, NUL behind it.  -1 and
 * err: also what is too large or no text. */
int filedir_read(const struct cli *cli, enum access_dir dir, const char *name,
		 char **text, size_t *len, struct err *err);
/* Rights, then the file is written, or deleted. */
int filedir_write(const struct cli *cli, enum access_dir dir, const char *name,
		  const void *data, size_t len, struct err *err);
int filedir_remove(const struct cli *cli, enum access_dir dir, const char *name,
		   struct err *err);
/* Rights, then name, size and date of each file. */
int filedir_list(struct cli *cli, enum access_dir dir, struct err *err);

/* A file of the disk, of any size, under another name: a job of the session. */
int file_duplicate(struct cli *cli, const char *from, const char *to,
		   struct err *err);

/* A text of the switch has no bytes that a terminal would obey. */
bool file_is_text(const char *data, size_t len);
/* With the number of each line in front, if asked. */
void file_print(const char *text, bool numbered, struct out *o);

#endif

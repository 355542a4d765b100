#include "cli/script_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/map.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

#define FOLDER "script/"
#define MARK   "script-release" /* tells which set the folder has got */

static void path_of(const char *name, char *path, size_t cap)
{
	(void)snprintf(path, cap, FOLDER "%s", name);
}

bool script_name_ok(const char *name)
{
	return str_is_name(name, SCRIPT_NAME_LEN) && *name != '.' &&
	       !strchr(name, '/');
}

/* A switch without a disk has the shipped ones. */
static bool shipped_copy(const char *name, char **text, size_t *len)
{
	const struct shipped_script *s = shipped_scripts;

	while (s->name && strcmp(s->name, name) != 0)
		s++;
	if (!s->name)
		return false;
	*len = s->len;
	*text = xcalloc(1, s->len + 1);
	memcpy(*text, s->text, s->len);
	return true;
}

int script_read(const struct env *env, const char *name, char **text,
		size_t *len, struct err *err)
{
	char path[sizeof(FOLDER) + SCRIPT_NAME_LEN];

	if (!script_name_ok(name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_SCRIPT, name);
	if (!env->disk || !disk_dir(env->disk)) {
		if (shipped_copy(name, text, len))
			return 0;
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_SCRIPT, name);
	}
	path_of(name, path, sizeof(path));
	if (!disk_read(env->disk, path, text, len, err))
		return 0;
	if (err->code == ERR_NOT_FOUND)
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_SCRIPT, name);
	return -1;
}

/* ---- shipping ----------------------------------------------------------------- */

/* Another text in one of them makes another set. */
static uint64_t set_hash(void)
{
	uint64_t hash = 0;

	for (const struct shipped_script *s = shipped_scripts; s->name; s++)
		hash = map_hash(hash, s->text, s->len) ^
		       map_hash(hash, s->name, strlen(s->name));
	return hash;
}

static bool is_installed(const struct disk *d, const char *mark)
{
	char *text = NULL;
	size_t len = 0;
	struct err err;
	bool same = false;

	if (disk_read(d, MARK, &text, &len, &err))
		return false;
	same = !strcmp(text, mark);
	free(text);
	return same;
}

int scripts_install(struct disk *d, struct err *err)
{
	char mark[32], path[sizeof(FOLDER) + SCRIPT_NAME_LEN];

	if (!disk_dir(d))
		return 0;
	(void)snprintf(mark, sizeof(mark), "%016llx\n",
		       (unsigned long long)set_hash());
	if (is_installed(d, mark))
		return 0;
	for (const struct shipped_script *s = shipped_scripts; s->name; s++) {
		path_of(s->name, path, sizeof(path));
		if (!disk_exists(d, path) &&
		    disk_write(d, path, s->text, s->len, 0644, err) < 0)
			return -1;
	}
	return disk_write(d, MARK, mark, strlen(mark), 0644, err);
}

/*
 * Who may come in: users, their rights on directories, closed ways
 *
 * Passwords stand here only as hashes, and are wiped with their record all the
 * same.
 */
#include "emu/conf/access.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

static const struct {
	const char *word;
	bool dflt;
} ways[] = {
	[WAY_CONSOLE] = { "console", false },
	[WAY_TELNET] = { "telnet", false },
	[WAY_FTP] = { "ftp", false },
	[WAY_SNMP] = { "snmp", false },
	[WAY_SSH] = { "ssh", false },
	[WAY_USER_DATABASE] = { "user-database", false },
	[WAY_SECURE_XML] = { "secure-xml", true },
	[WAY_UNSECURE_XML] = { "unsecure-xml", true },
	[WAY_WEB_MGMT] = { "web-mgmt", true },
	[WAY_XML] = { "xml", true },
};
static_assert(sizeof(ways) / sizeof(*ways) == WAY_NUM,
	      "ways[] does not match enum way");

static const char *const dir_names[] = {
	[DIR_SCRIPT] = "Script",
	[DIR_LOG] = "Log",
	[DIR_ROOT] = "Root",
	[DIR_ARCHIVE] = "Archive",
	[DIR_RELEASE_ROOT] = "Release Root",
	[DIR_CORE] = "Core",
	[DIR_MIBS] = "MIBs",
};
static_assert(sizeof(dir_names) / sizeof(*dir_names) == DIR_NUM,
	      "dir_names[] does not match enum access_dir");

struct access *access_new(void)
{
	struct access *a = xcalloc(1, sizeof(*a));

	TAILQ_INIT(&a->users);
	a->idle_timeout_min = 5;
	for (int i = 0; i < WAY_NUM; i++)
		a->restricted[i] = ways[i].dflt;
	return a;
}

static void user_free(struct user *u)
{
	wipe(u, sizeof(*u));
	free(u);
}

void access_free(struct access *a)
{
	struct user *u = NULL;

	if (!a)
		return;
	while ((u = TAILQ_FIRST(&a->users))) {
		TAILQ_REMOVE(&a->users, u, link);
		user_free(u);
	}
	free(a);
}

bool way_dflt(enum way w)
{
	return ways[w].dflt;
}

const char *way_word(enum way w)
{
	return ways[w].word;
}

/* ---- directories ---------------------------------------------------------- */

const char *dir_name(enum access_dir d)
{
	return dir_names[d];
}

int dir_access_check(const char *codes, struct err *err)
{
	if (strlen(codes) == DIR_NUM && strspn(codes, "BRWN") == DIR_NUM)
		return 0;
	return err_set(err, ERR_RANGE, -1, T_DIR_CODES, codes);
}

bool dir_access_allows(const char *codes, enum access_dir d, bool write)
{
	char code = *codes ? codes[d] : DIR_ACCESS_DFLT[d];

	return code == 'B' || code == (write ? 'W' : 'R');
}

/* ---- users ---------------------------------------------------------------- */

struct user *user_find(const struct conf *c, const char *name)
{
	struct user *u = NULL;

	TAILQ_FOREACH(u, &c->access->users, link)
		if (!strcmp(u->name, name))
			return u;
	return NULL;
}

static void user_insert(struct conf *c, struct user *u)
{
	struct user *other = NULL;

	TAILQ_FOREACH(other, &c->access->users, link)
		if (strcmp(other->name, u->name) > 0) {
			TAILQ_INSERT_BEFORE(other, u, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->access->users, u, link);
}

static int user_count(const struct conf *c)
{
	const struct user *u = NULL;
	int n = 0;

	TAILQ_FOREACH(u, &c->access->users, link)
		n++;
	return n;
}

int user_set(struct conf *c, const struct user *u, struct err *err)
{
	struct user *old = user_find(c, u->name);
	struct user *fresh = NULL;

	if (!str_is_name(u->name, USER_NAME_LEN))
		return err_set(err, ERR_RANGE, -1, T_BAD_NAME, u->name,
			       USER_NAME_LEN);
	if (!old && user_count(c) >= USER_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "user", USER_MAX);
	fresh = xmemdup(u, sizeof(*u));
	if (old) {
		TAILQ_REMOVE(&c->access->users, old, link);
		user_free(old);
	}
	user_insert(c, fresh);
	conf_changed(c);
	return 0;
}

int user_del(struct conf *c, const char *name, struct err *err)
{
	struct user *u = user_find(c, name);

	if (!u)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "username",
			       name);
	TAILQ_REMOVE(&c->access->users, u, link);
	user_free(u);
	conf_changed(c);
	return 0;
}

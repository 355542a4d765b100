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

static const char *const auth_words[] = {
	[AUTH_UNSET] = "",	  [AUTH_LOCAL] = "local",
	[AUTH_RADIUS] = "radius", [AUTH_TACACS] = "tacacs",
	[AUTH_NONE] = "none",	  [AUTH_DISALLOWED] = "disallowed",
};
static_assert(sizeof(auth_words) / sizeof(*auth_words) == AUTH_NUM,
	      "auth_words[] does not match enum auth_method");

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

static void user_free(struct user *u)
{
	wipe(u, sizeof(*u));
	free(u);
}

static void defaults(struct access *a)
{
	const struct auth_order local = { { AUTH_LOCAL } };

	a->console = a->remote = local;
	a->idle_timeout_min = 5;
	a->banner[0] = '\0';
	for (int w = 0; w < WAY_NUM; w++)
		a->restricted[w] = ways[w].dflt;
}

struct access *access_new(void)
{
	struct access *a = xcalloc(1, sizeof(*a));

	TAILQ_INIT(&a->users);
	a->administrator.superuser = a->technician.superuser = true;
	(void)str_copy(a->administrator.name, sizeof(a->administrator.name),
		       ADMIN_NAME);
	defaults(a);
	return a;
}

void access_clear(struct access *a)
{
	struct user *u = NULL;

	while ((u = TAILQ_FIRST(&a->users))) {
		TAILQ_REMOVE(&a->users, u, link);
		user_free(u);
	}
	wipe(&a->technician, sizeof(a->technician));
	a->technician.superuser = true;
	defaults(a);
}

void access_free(struct access *a)
{
	if (!a)
		return;
	access_clear(a);
	wipe(a, sizeof(*a));
	free(a);
}

/* ---- ways and methods ----------------------------------------------------- */

const char *auth_word(enum auth_method m)
{
	return auth_words[m];
}

bool auth_is_off(const struct auth_order *o)
{
	return o->method[0] == AUTH_NONE;
}

struct auth_order auth_off(void)
{
	return (struct auth_order){ { AUTH_NONE } };
}

void auth_put(struct conf *c, struct auth_order *o, unsigned at,
	      enum auth_method m)
{
	conf_put_u8(c, &o->method[at], m);
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
	const char *c = *codes ? codes : DIR_ACCESS_DFLT;

	return c[d] == 'B' || c[d] == (write ? 'W' : 'R');
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

/* ---- accounts that are there without a user line -------------------------- */

static bool is_technician(const struct conf *c, const char *name)
{
	return *name && !strcmp(c->access->technician.name, name);
}

static bool is_boot_account(const struct conf *c, const char *name)
{
	return !strcmp(c->access->administrator.name, name);
}

const struct user *account_find(const struct conf *c, const char *name)
{
	const struct user *u = user_find(c, name);

	if (u)
		return u;
	if (is_technician(c, name))
		return &c->access->technician;
	return is_boot_account(c, name) ? &c->access->administrator : NULL;
}

bool account_is_administrator(const struct conf *c, const char *name)
{
	return is_technician(c, name) || is_boot_account(c, name);
}

const char *account_type(const struct conf *c, const struct user *u)
{
	if (is_boot_account(c, u->name))
		return "Administrator";
	if (u == &c->access->technician)
		return "Technician";
	return u->superuser ? "SuperUser" : "User";
}

static bool can_be_checked(const struct user *u)
{
	return *u->hash == '$';
}

const char *account_hash(const struct conf *c, const struct user *u)
{
	const struct user *boot = &c->access->administrator;

	if (u == boot || (!can_be_checked(u) && is_boot_account(c, u->name)))
		return boot->hash;
	return can_be_checked(u) ? u->hash : NULL;
}

int technician_set(struct conf *c, const char *name, const char *hash,
		   struct err *err)
{
	struct user *t = &c->access->technician;

	if (!str_is_name(name, USER_NAME_LEN))
		return err_set(err, ERR_RANGE, -1, T_BAD_NAME, name,
			       USER_NAME_LEN);
	(void)str_copy(t->name, sizeof(t->name), name);
	(void)str_copy(t->hash, sizeof(t->hash), hash);
	conf_changed(c);
	return 0;
}

void technician_clear(struct conf *c)
{
	struct user *t = &c->access->technician;

	if (!*t->name)
		return;
	wipe(t, sizeof(*t));
	t->superuser = true;
	conf_changed(c);
}

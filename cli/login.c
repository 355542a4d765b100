/*
 * Who may come in
 *
 * Accounts are the users of the configuration, kept as crypt(5) hashes, and the
 * default account admin/system as long as no user of that name is configured.
 * The product's own DES form is no crypt hash: it is kept and printed, but fits
 * no password.  Hashing is slow on purpose, so it runs as a job.
 */
#include "cli/session_priv.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"

#define DEFAULT_USER	 "admin"
#define DEFAULT_PASSWORD "system"
#define PASSWORD_LEN	 128 /* own bound */

struct check {
	char user[33];
	char password[PASSWORD_LEN + 1]; /* wiped after the work */
	char hash[129]; /* "": the default account, "*": fits nothing */
	struct rights rights;
	bool fits;
	login_done_fn done;
};

/* Takes as long for a near miss as for a far one. */
static bool same_text(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned char differ = la != lb;

	for (size_t i = 0; i < la && i < lb; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return !differ;
}

static bool hash_fits(const char *password, const char *hash)
{
	struct crypt_data *d = NULL;
	const char *text = NULL;
	bool fits = false;

	if (*hash != '$')
		return false;
	d = xcalloc(1, sizeof(*d));
	text = crypt_r(password, hash, d);
	fits = text && *text == '$' && same_text(text, hash);
	wipe(d, sizeof(*d));
	free(d);
	return fits;
}

static void check_work(void *arg)
{
	struct check *k = arg;

	k->fits = *k->hash ? hash_fits(k->password, k->hash)
			   : same_text(k->password, DEFAULT_PASSWORD);
	wipe(k->password, sizeof(k->password));
}

static int check_done(struct cli *c, void *arg, struct err *err)
{
	struct check *k = arg;

	(void)err;
	if (c)
		k->done(c, k->user, k->fits ? &k->rights : NULL);
	wipe(k, sizeof(*k));
	free(k);
	return 0;
}

/* What the password must fit; an unknown user gets a hash that nothing fits. */
static void account_find(const struct cli *c, struct check *k)
{
	const struct user *u = user_find(c->env->conf, k->user);

	(void)str_copy(k->hash, sizeof(k->hash), "*");
	if (u) {
		(void)str_copy(k->hash, sizeof(k->hash),
			       *u->hash ? u->hash : "*");
		k->rights.superuser = u->superuser;
		(void)str_copy(k->rights.dir_access,
			       sizeof(k->rights.dir_access), u->dir_access);
	} else if (!strcmp(k->user, DEFAULT_USER)) {
		k->hash[0] = '\0';
		k->rights.superuser = true;
	}
	k->rights.administrator = !strcmp(k->user, DEFAULT_USER);
}

void login_check(struct cli *c, const char *user, const char *password,
		 login_done_fn done)
{
	struct check *k = xcalloc(1, sizeof(*k));

	k->done = done;
	(void)str_copy(k->user, sizeof(k->user), user);
	account_find(c, k);
	if (!str_copy(k->password, sizeof(k->password), password))
		(void)str_copy(k->hash, sizeof(k->hash), "*");
	(void)cli_job(c, check_work, check_done, k);
}

static void login_done(struct cli *c, const char *user, const struct rights *r)
{
	if (r) {
		cli_welcome(c, user, r);
		return;
	}
	out_printf(c->out, "%%%% %s\n", T_LOGIN_BAD);
	log_write(LOG_NETMAN, LOG_WARNING_4, "CLM: Login failed %s@%s", user,
		  c->where);
	c->state = CLI_USER_NAME;
	if (++c->failures == LOGIN_FAILURES)
		cli_logout(c);
}

void login_line(struct cli *c, const char *line)
{
	if (c->state == CLI_PASSWORD) {
		login_check(c, c->user, line, login_done);
		return;
	}
	line += strspn(line, " \t");
	if (!*line)
		return;
	/* A name that cannot be one fails with its password, like any other. */
	if (!str_copy(c->user, sizeof(c->user), line) ||
	    !str_is_name(line, sizeof(c->user) - 1))
		(void)str_copy(c->user, sizeof(c->user), "?");
	c->state = CLI_PASSWORD;
}

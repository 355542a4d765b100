/* Users of the switch: username, username-technician, username-offdm, show
 * user-database; render hooks get the struct conf. */
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/account.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/access.h"
#include "emu/conf/conf.h"

enum { W_NAME = 18, W_TYPE = 15 };

/* ---- hashing -------------------------------------------------------------- */

/* The clear password lives here from the line to the hash, and is wiped. */
struct hashing {
	struct user user; /* gets the hash */
	char password[17];
	int (*put)(struct cli *cli, const struct user *u, struct err *err);
};

static void hash_work(void *arg)
{
	struct hashing *h = arg;

	(void)password_hash(h->password, h->user.hash, sizeof(h->user.hash));
	wipe(h->password, sizeof(h->password));
}

static int hash_done(struct cli *cli, void *arg, struct err *err)
{
	struct hashing *h = arg;
	int result = 0;

	if (cli && !h->user.hash[0])
		result = err_set(err, ERR_IO, -1, T_NO_HASH);
	else if (cli)
		result = h->put(cli, &h->user, err);
	wipe(h, sizeof(*h));
	free(h);
	return result;
}

static int
hash_then(struct cli *cli, const struct args *a, const struct user *u,
	  int (*put)(struct cli *cli, const struct user *u, struct err *err))
{
	struct hashing *h = xcalloc(1, sizeof(*h));

	h->user = *u;
	h->put = put;
	(void)str_copy(h->password, sizeof(h->password),
		       arg_word(a, "password"));
	return cli_job(cli, hash_work, hash_done, h);
}

/* ---- username ------------------------------------------------------------- */

static int user_begin(const struct cli *cli, const struct args *a,
		      struct user *u, struct err *err)
{
	const char *codes = arg_word(a, "access");

	*u = (struct user){ .superuser = arg_key(a, "superuser") };
	if (access_may_users(cli, err) < 0 ||
	    (codes && dir_access_check(codes, err) < 0))
		return -1;
	(void)str_copy(u->name, sizeof(u->name), arg_word(a, "name"));
	if (codes && strcmp(codes, DIR_ACCESS_DFLT) != 0)
		(void)str_copy(u->dir_access, sizeof(u->dir_access), codes);
	return 0;
}

static int user_put(struct cli *cli, const struct user *u, struct err *err)
{
	return user_set(cli_conf(cli), u, err);
}

static int user_password(struct cli *cli, const struct args *a, struct err *err)
{
	struct user u;

	if (user_begin(cli, a, &u, err) < 0)
		return -1;
	return hash_then(cli, a, &u, user_put);
}

static int user_hashed(struct cli *cli, const struct args *a, struct err *err)
{
	struct user u;

	if (user_begin(cli, a, &u, err) < 0)
		return -1;
	(void)str_copy(u.hash, sizeof(u.hash), arg_word(a, "hash"));
	if (u.hash[0] != '$')
		log_write(LOG_SECURITY, LOG_WARNING_4, T_HARDWARE_HASH, u.name);
	return user_put(cli, &u, err);
}

static int user_clear(struct cli *cli, const struct args *a, struct err *err)
{
	if (access_may_users(cli, err) < 0)
		return -1;
	return user_del(cli_conf(cli), arg_word(a, "name"), err);
}

static void user_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;
	const struct user *u = NULL;

	TAILQ_FOREACH(u, &c->access->users, link) {
		out_printf(o, "  username %s des-password %s ", u->name,
			   u->hash);
		if (u->superuser)
			out_puts(o, "superuser ");
		if (u->dir_access[0])
			out_printf(o, "dir-access %s ", u->dir_access);
		out_puts(o, "\n");
	}
}

/* ---- the technician and the administrator --------------------------------- */

static int named_begin(const struct cli *cli, const struct args *a,
		       struct user *u, struct err *err)
{
	*u = (struct user){ .superuser = true };
	(void)str_copy(u->name, sizeof(u->name), arg_word(a, "name"));
	return access_may_users(cli, err);
}

static int technician_put(struct cli *cli, const struct user *u,
			  struct err *err)
{
	return technician_set(cli_conf(cli), u->name, u->hash, err);
}

static int technician_password(struct cli *cli, const struct args *a,
			       struct err *err)
{
	struct user u;

	if (named_begin(cli, a, &u, err) < 0)
		return -1;
	return hash_then(cli, a, &u, technician_put);
}

static int technician_hashed(struct cli *cli, const struct args *a,
			     struct err *err)
{
	if (access_may_users(cli, err) < 0)
		return -1;
	return technician_set(cli_conf(cli), arg_word(a, "name"),
			      arg_word(a, "hash"), err);
}

static int technician_drop(struct cli *cli, const struct args *a,
			   struct err *err)
{
	(void)a;
	if (access_may_users(cli, err) < 0)
		return -1;
	technician_clear(cli_conf(cli));
	return 0;
}

static void technician_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;
	const struct user *t = &c->access->technician;

	if (*t->name)
		out_printf(o, "  username-technician %s des-password %s \n",
			   t->name, t->hash);
}

static int administrator_put(struct cli *cli, const struct user *u,
			     struct err *err)
{
	return account_store(cli_env(cli)->disk, cli_conf(cli), u->name,
			     u->hash, err);
}

static int administrator_password(struct cli *cli, const struct args *a,
				  struct err *err)
{
	struct user u;

	if (named_begin(cli, a, &u, err) < 0)
		return -1;
	return hash_then(cli, a, &u, administrator_put);
}

static int administrator_reset(struct cli *cli, const struct args *a,
			       struct err *err)
{
	(void)a;
	if (access_may_users(cli, err) < 0)
		return -1;
	return account_store(cli_env(cli)->disk, cli_conf(cli), NULL, NULL,
			     err);
}

/* ---- show user-database --------------------------------------------------- */

static void heading(struct out *o)
{
	out_col(o, W_NAME, "User Name");
	out_col(o, W_TYPE, "Type");
	for (enum access_dir d = 0; d < DIR_NUM; d++)
		out_col(o, (int)strlen(dir_name(d)) + 2, "%s", dir_name(d));
	out_puts(o, "\n");
}

static void user_show(const struct conf *c, const struct user *u, struct out *o)
{
	const char *codes = *u->dir_access ? u->dir_access : DIR_ACCESS_DFLT;

	out_col(o, W_NAME, "%s", u->name);
	out_col(o, W_TYPE, "%s", account_type(c, u));
	for (enum access_dir d = 0; d < DIR_NUM; d++)
		out_col(o, (int)strlen(dir_name(d)) + 2, "%c", codes[d]);
	out_puts(o, "\n");
}

static int database_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct conf *c = cli_conf(cli);
	const struct access *x = c->access;
	const struct user *u = NULL;

	(void)a;
	(void)err;
	heading(cli_out(cli));
	if (!user_find(c, x->administrator.name))
		user_show(c, &x->administrator, cli_out(cli));
	if (*x->technician.name && !user_find(c, x->technician.name))
		user_show(c, &x->technician, cli_out(cli));
	TAILQ_FOREACH(u, &x->users, link)
		user_show(c, u, cli_out(cli));
	return 0;
}

static int database_show_one(struct cli *cli, const struct args *a,
			     struct err *err)
{
	const struct conf *c = cli_conf(cli);
	const struct user *u = account_find(c, arg_word(a, "name"));

	if (!u)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "username",
			       arg_word(a, "name"));
	heading(cli_out(cli));
	user_show(c, u, cli_out(cli));
	return 0;
}

/* ---- the tables ----------------------------------------------------------- */

/* Row order is running-config order. */
const struct cmd user_database_cmds[] = {
	{ .syntax = "username <name:user:16> password <password:text:6-16> "
		    "[superuser] [dir-access <access:word:7-7>]",
	  .help = "User who may log in\n"
		  "User name\n"
		  "Give a password\n"
		  "Password in quotes\n"
		  "May enter SuperUser mode\n"
		  "Rights on directories\n"
		  "Seven letters of B, R, W and N",
	  .run = user_password,
	  .render = user_render,
	  .no = "no username <name:user:16>",
	  .clear = user_clear },
	{ .syntax = "username <name:user:16> "
		    "{des-password|encrypted-password} <hash:word:1-128> "
		    "[superuser] [dir-access <access:word:7-7>]",
	  .help = "Give a password as running-config shows it\n"
		  "Give a password as running-config shows it\n"
		  "Password, encrypted\n"
		  "May enter SuperUser mode\n"
		  "Rights on directories\n"
		  "Seven letters of B, R, W and N",
	  .run = user_hashed },
	{ .syntax = "username-technician <name:name:16> password "
		    "<password:text:6-16>",
	  .help = "The technician's account\n"
		  "User name\n"
		  "Give a password\n"
		  "Password in quotes",
	  .run = technician_password,
	  .render = technician_render,
	  .no = "no username-technician",
	  .clear = technician_drop },
	{ .syntax = "username-technician <name:name:16> des-password "
		    "<hash:word:1-128>",
	  .help = "Give a password as running-config shows it\n"
		  "Password, encrypted",
	  .run = technician_hashed },
	{ .syntax = "username-offdm <name:name:16> password "
		    "<password:text:6-16>",
	  .help = "The administrator's account, in the boot record\n"
		  "User name\n"
		  "Give a password\n"
		  "Password in quotes",
	  .run = administrator_password,
	  .no = "no username-offdm",
	  .clear = administrator_reset },
	{ 0 },
};

const struct cmd show_user_cmds[] = {
	{ .syntax = "show user-database",
	  .help = "Print what is known about ...\n"
		  "Users, their type and their rights on directories",
	  .run = database_show },
	{ .syntax = "show user-database <name:user:16>",
	  .help = "User name",
	  .run = database_show_one },
	{ 0 },
};

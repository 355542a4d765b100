/* Who may come in: closed ways, users, idle sessions; render hooks get the
 * struct conf. */
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/cmd.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/access.h"
#include "emu/conf/conf.h"

static struct access *access_of(struct cli *cli)
{
	return cli_conf(cli)->access;
}

/* ---- closed ways ---------------------------------------------------------- */

static int restrict_put(struct cli *cli, const struct args *a, bool v,
			struct err *err)
{
	enum way w = WAY_CONSOLE;

	while (w < WAY_NUM - 1 && !arg_key(a, way_word(w)))
		w++;
	if (w == WAY_USER_DATABASE && access_may_users(cli, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &access_of(cli)->restricted[w], v);
	return 0;
}

static int restrict_set(struct cli *cli, const struct args *a, struct err *err)
{
	return restrict_put(cli, a, true, err);
}

static int restrict_clear(struct cli *cli, const struct args *a,
			  struct err *err)
{
	return restrict_put(cli, a, false, err);
}

static void restrict_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;

	for (enum way w = 0; w < WAY_NUM; w++) {
		bool v = c->access->restricted[w];

		if (v != way_dflt(w))
			out_printf(o, "  %srestrict %s \n", v ? "" : "no ",
				   way_word(w));
	}
}

/* ---- users ---------------------------------------------------------------- */

/* The clear password lives here from the line to the hash, and is wiped. */
struct hashing {
	struct user user;
	char password[17];
};

static void hash_work(void *arg)
{
	struct hashing *h = arg;
	struct crypt_data *d = xcalloc(1, sizeof(*d));
	char salt[CRYPT_GENSALT_OUTPUT_SIZE] = "";
	const char *text = NULL;

	if (crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)))
		text = crypt_r(h->password, salt, d);
	if (!text || *text != '$' ||
	    !str_copy(h->user.hash, sizeof(h->user.hash), text))
		h->user.hash[0] = '\0';
	wipe(h->password, sizeof(h->password));
	wipe(d, sizeof(*d));
	free(d);
}

static int hash_done(struct cli *cli, void *arg, struct err *err)
{
	struct hashing *h = arg;
	int result = 0;

	if (cli && !h->user.hash[0])
		result = err_set(err, ERR_IO, -1,
				 "The password cannot be hashed; nothing was "
				 "changed");
	else if (cli)
		result = user_set(cli_conf(cli), &h->user, err);
	wipe(h, sizeof(*h));
	free(h);
	return result;
}

static int user_begin(const struct cli *cli, const struct args *a,
		      struct user *u, struct err *err)
{
	const char *codes = arg_word(a, "access");

	*u = (struct user){ .superuser = arg_key(a, "superuser") };
	if (access_may_users(cli, err) < 0 ||
	    (codes && dir_access_check(codes, err) < 0))
		return -1;
	(void)str_copy(u->name, sizeof(u->name), arg_word(a, "name"));
	(void)str_copy(u->dir_access, sizeof(u->dir_access),
		       codes && strcmp(codes, DIR_ACCESS_DFLT) != 0 ? codes
								    : "");
	return 0;
}

static int user_password(struct cli *cli, const struct args *a, struct err *err)
{
	struct hashing *h = xcalloc(1, sizeof(*h));

	if (user_begin(cli, a, &h->user, err) < 0) {
		free(h);
		return -1;
	}
	(void)str_copy(h->password, sizeof(h->password),
		       arg_word(a, "password"));
	return cli_job(cli, hash_work, hash_done, h);
}

static int user_hashed(struct cli *cli, const struct args *a, struct err *err)
{
	struct user u;

	if (user_begin(cli, a, &u, err) < 0)
		return -1;
	(void)str_copy(u.hash, sizeof(u.hash), arg_word(a, "hash"));
	return user_set(cli_conf(cli), &u, err);
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

/* ---- idle sessions -------------------------------------------------------- */

static int idle_set(struct cli *cli, const struct args *a, struct err *err)
{
	(void)err;
	access_of(cli)->idle_timeout_min = (unsigned)arg_uint(a, "minutes", 5);
	conf_changed(cli_conf(cli));
	return 0;
}

static void idle_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;

	if (c->access->idle_timeout_min != 5)
		out_printf(o, "  idle timeout %u \n",
			   c->access->idle_timeout_min);
}

#define WAYS                                                                   \
	"{console|telnet|ftp|snmp|ssh|user-database|secure-xml|"               \
	"unsecure-xml|web-mgmt|xml}"

/* Row order is running-config order. */
const struct cmd access_cmds[] = {
	{ .syntax = "restrict " WAYS,
	  .help = "Close a way into the switch\n"
		  "Console\n"
		  "Telnet\n"
		  "FTP\n"
		  "SNMP\n"
		  "SSH\n"
		  "Changes of users by users\n"
		  "XML over SSL\n"
		  "XML over HTTP\n"
		  "Web management\n"
		  "Older word for unsecure-xml",
	  .run = restrict_set,
	  .render = restrict_render,
	  .no = "no restrict " WAYS,
	  .clear = restrict_clear },
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
	{ .syntax = "idle timeout <minutes:uint:0-65535>",
	  .help = "Idle sessions\n"
		  "Set when they end\n"
		  "Minutes, 0 never",
	  .run = idle_set,
	  .render = idle_render,
	  .no = "no idle timeout",
	  .clear = idle_set },
	{ 0 },
};

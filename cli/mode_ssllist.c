/*
 * Commands of the ssl-proxy-list mode (ssl.md 2)
 *
 * Most lines begin with `ssl-server N` or `backend-server N` and are the same
 * for both, so the rows name both words and the handlers find the entry that
 * is meant.  In running-config an entry's lines stand together, the entry's
 * own line first, in order of entry, which is why entries have tables of their
 * own: their render hooks get a struct entry, those of the list's table a struct
 * ssllist.
 */
#include "cli/mode_ssllist.h"

#include <assert.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/render.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/ssllist.h"

/* ---- finding the entry ---------------------------------------------------- */

int entry_server(struct cli *cli, const struct args *a, struct entry *e,
		 struct err *err)
{
	const struct ssllist *l = cli_object(cli);
	unsigned n = (unsigned)arg_uint(a, "n", 0);

	*e = (struct entry){ 0 };
	e->server = ssllist_server(l, n);
	if (!e->server)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_SSL_SERVER, n);
	e->c = &e->server->c;
	return 0;
}

int entry_backend(struct cli *cli, const struct args *a, struct entry *e,
		  struct err *err)
{
	const struct ssllist *l = cli_object(cli);
	unsigned n = (unsigned)arg_uint(a, "n", 0);

	*e = (struct entry){ 0 };
	e->backend = ssllist_backend(l, n);
	if (!e->backend)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_BACK_SERVER, n);
	e->c = &e->backend->c;
	return 0;
}

int entry_either(struct cli *cli, const struct args *a, struct entry *e,
		 struct err *err)
{
	if (arg_key(a, "ssl-server"))
		return entry_server(cli, a, e, err);
	return entry_backend(cli, a, e, err);
}

int entry_edit(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return ssllist_may_edit(cli_object(cli), err);
}

/* ---- entries as parts of the list ----------------------------------------- */

void entry_begin(const void *entry, struct out *o)
{
	const struct entry *e = entry;

	assert(e->c);
	out_printf(o, "  %s %u ", e->backend ? "backend-server" : "ssl-server",
		   e->c->number);
}

static void *either_find(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	return entry_either(cli, a, &e, err) < 0 ? NULL : e.c;
}

static void *server_find(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	return entry_server(cli, a, &e, err) < 0 ? NULL : e.server;
}

static void *backend_find(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct entry e;

	return entry_backend(cli, a, &e, err) < 0 ? NULL : e.backend;
}

static const void *either_of(const void *obj)
{
	return ((const struct entry *)obj)->c;
}

static const void *server_of(const void *obj)
{
	return ((const struct entry *)obj)->server;
}

static const void *backend_of(const void *obj)
{
	return ((const struct entry *)obj)->backend;
}

const struct setting_part either_part = { EITHER, either_find, either_of,
					  entry_begin };
const struct setting_part server_part = { SERVER, server_find, server_of,
					  entry_begin };
const struct setting_part backend_part = { BACKEND, backend_find, backend_of,
					   entry_begin };

/* ---- the list ------------------------------------------------------------- */

static int entry_add(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssllist *l = cli_object(cli);
	unsigned n = (unsigned)arg_uint(a, "n", 0);

	if (arg_key(a, "ssl-server"))
		return ssllist_add_server(cli_conf(cli), l, n, err);
	return ssllist_add_backend(cli_conf(cli), l, n, err);
}

static int entry_del(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssllist *l = cli_object(cli);
	unsigned n = (unsigned)arg_uint(a, "n", 0);

	if (arg_key(a, "ssl-server"))
		return ssllist_del_server(cli_conf(cli), l, n, err);
	return ssllist_del_backend(cli_conf(cli), l, n, err);
}

static const struct cmd *const entry_tables[] = { ssllist_entry_cmds,
						  ssllist_traffic_cmds,
						  ssllist_lab_cmds };
#define NTABLES (sizeof(entry_tables) / sizeof(*entry_tables))

static void entry_render(struct entry e, struct out *o)
{
	entry_begin(&e, o);
	out_puts(o, "\n");
	render_entered(entry_tables, NTABLES, &e.c->kept, &e, o);
}

static bool is_entry_row(const struct cmd *row)
{
	for (size_t t = 0; t < NTABLES; t++)
		for (const struct cmd *c = entry_tables[t]; c->syntax; c++)
			if (c == row)
				return true;
	return false;
}

void entry_note(struct cli *cli, const struct args *a)
{
	const char *word = a->key[a->undo]; /* behind "no" */
	struct entry e;
	struct err err;

	if (!is_entry_row(a->row))
		return;
	if (!strcmp(word, "ssl-server") ? !entry_server(cli, a, &e, &err)
					: !entry_backend(cli, a, &e, &err))
		render_note_in(&e.c->kept, a, &e);
}

static void entries_render(const void *obj, struct out *o)
{
	const struct ssllist *l = obj;

	for (int i = 0; i < l->nserver; i++)
		entry_render((struct entry){ .server = l->server[i],
					     .c = &l->server[i]->c },
			     o);
	for (int i = 0; i < l->nbackend; i++)
		entry_render((struct entry){ .backend = l->backend[i],
					     .c = &l->backend[i]->c },
			     o);
}

static bool list_rewrites(const struct ssllist *l)
{
	for (int i = 0; i < l->nserver; i++)
		for (int k = 0; k < SSL_REWRITE_MAX; k++)
			if (l->server[i]->rewrite[k].number)
				return true;
	return false;
}

static int activate(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssllist *l = cli_object(cli);

	(void)a;
	if (ssllist_activate(cli_conf(cli), l, err) < 0)
		return -1;
	if (l->nbackend && list_rewrites(l))
		cli_warn(cli,
			 "urlrewrite and backend-server should not stand "
			 "in one list: %s",
			 l->name);
	return 0;
}

static int deactivate(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return ssllist_suspend(cli_conf(cli), cli_object(cli), err);
}

static void active_render(const void *obj, struct out *o)
{
	const struct ssllist *l = obj;

	if (l->active)
		out_puts(o, "  active \n");
}

/* Row order is running-config order. */
const struct cmd ssllist_cmds[] = {
	{ .syntax = "description <text:text:1-64>",
	  .help = "Describe the list\n"
		  "Text in quotes",
	  .no = "no description",
	  .set = &(const struct setting){ SETTING_TEXT_AT(struct ssllist,
							  description),
					  .check = entry_edit } },
	{ .syntax = EITHER,
	  .help = "Virtual SSL server\n"
		  "Back-end or initiation SSL server\n"
		  "Number of the entry",
	  .run = entry_add,
	  .render = entries_render,
	  .no = "no " EITHER,
	  .clear = entry_del },
	{ .syntax = "active",
	  .help = "Put the list in use",
	  .run = activate,
	  .render = active_render },
	{ .syntax = "suspend",
	  .help = "Take the list out of use so that it can be changed",
	  .run = deactivate },
	{ 0 },
};

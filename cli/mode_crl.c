/* Commands of global configuration: revoked and old certificates (ssl.md 2.3). */
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/fetch.h"
#include "cli/mode_global.h"
#include "cli/modes.h"
#include "cli/types.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "sslmod/outside.h"

static int record_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct crl_record r = { .hours = (uint16_t)arg_uint(a, "hours", 0) };

	(void)str_copy(r.name, sizeof(r.name), arg_word(a, "name"));
	(void)str_copy(r.url, sizeof(r.url), arg_word(a, "url"));
	(void)str_copy(r.cert, sizeof(r.cert), arg_word(a, "cert"));
	return crl_set(cli_conf(cli), &r, err);
}

static int record_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return crl_del(cli_conf(cli), arg_word(a, "name"), err);
}

static void record_render(const void *obj, struct out *o)
{
	const struct global *g = ((const struct conf *)obj)->global;

	for (int i = 0; i < g->ncrl; i++) {
		const struct crl_record *r = &g->crl[i];

		out_printf(o, "  ssl crl-record %s ", r->name);
		(void)type_print("url:word", r->url, NULL, o, NULL);
		out_printf(o, " %s %u \n", r->cert, r->hours);
	}
}

static int record_reload(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");

	if (!crl_find(cli_conf(cli), name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "crl-record", name);
	if (!outside_is_used(cli_conf(cli), OUTSIDE_CRL, name))
		return err_set(err, ERR_REFUSED, -1, T_CRL_UNUSED, name);
	if (cli_env(cli)->fetch)
		fetch_now(cli_env(cli)->fetch, name);
	return 0;
}

/* Row order is running-config order. */
const struct cmd crl_cmds[] = {
	{ .syntax = "ssl crl-record <name:name:31> <url:word:1-168> "
		    "<cert:cert> <hours:uint:0-2000>",
	  .help = "List of revoked certificates, ten at most\n"
		  "Name of the record\n"
		  "http://host/path\n"
		  "Name of the CA certificate that signs it\n"
		  "Hours between downloads; 0: once",
	  .run = record_set,
	  .render = record_render,
	  .no = "no ssl crl-record <name:crlrecord>",
	  .clear = record_clear },
	{ .syntax = "ssl force-crl-reload <name:crlrecord>",
	  .help = "Fetch a list of revoked certificates now\n"
		  "Name of the record",
	  .run = record_reload },
	{ .syntax = "ssl cert-expire-warning <days:uint:0-365>",
	  .help = "Days before the end of a certificate that warnings begin\n"
		  "Days, default 30; 0: never",
	  .no = "no ssl cert-expire-warning",
	  .set = FIELD(cert_warning_days, .store = SET_U16, .dflt = "30") },
	{ 0 },
};

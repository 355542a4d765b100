/*
 * Entries of an SSL proxy list: what the product has not got, behind the word lab
 * (show lab extensions).  It acts in `--tls modern` only.
 */
#include "cli/mode_ssllist.h"

#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/types.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"

static int sni_at(const struct ssl_server *e, const char *host)
{
	for (int i = 0; i < e->nsni; i++)
		if (str_ieq(e->sni[i].host, host))
			return i;
	return -1;
}

static int sni_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssl_sni n = { .host = "" };
	struct entry e;
	int at;

	(void)str_copy(n.host, sizeof(n.host), arg_word(a, "host"));
	(void)str_copy(n.cert, sizeof(n.cert), arg_word(a, "cert"));
	(void)str_copy(n.key, sizeof(n.key), arg_word(a, "key"));
	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	if (n.host[0] == '*' ? n.host[1] != '.' || strchr(n.host + 1, '*')
			     : strchr(n.host, '*') != NULL)
		return err_set(err, ERR_RANGE, -1,
			       "* stands only for the first label: %s", n.host);
	at = sni_at(e.server, n.host);
	if (at >= 0 && !memcmp(&e.server->sni[at], &n, sizeof(n)))
		return 0;
	if (entry_edit(cli, a, err) < 0)
		return -1;
	if (at < 0 && e.server->nsni == SSL_SNI_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "lab sni",
			       SSL_SNI_MAX);
	e.server->sni[at < 0 ? e.server->nsni++ : at] = n;
	conf_changed(cli_conf(cli));
	return 0;
}

static int sni_clear(struct cli *cli, const struct args *a, struct err *err)
{
	const char *host = arg_word(a, "host");
	struct entry e;
	int at;

	if (entry_server(cli, a, &e, err) < 0 || entry_edit(cli, a, err) < 0)
		return -1;
	at = sni_at(e.server, host);
	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "lab sni",
			       host);
	memmove(&e.server->sni[at], &e.server->sni[at + 1],
		(size_t)(--e.server->nsni - at) * sizeof(e.server->sni[0]));
	conf_changed(cli_conf(cli));
	return 0;
}

static void sni_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	for (int i = 0; e->server && i < e->server->nsni; i++) {
		const struct ssl_sni *n = &e->server->sni[i];

		entry_begin(e, o);
		out_printf(o, "lab sni %s %s %s \n", n->host, n->cert, n->key);
	}
}

const struct cmd ssllist_lab_cmds[] = {
	{ .syntax = SERVER " lab sni <host:word:1-128> <cert:cert> "
			   "<key:rsakey>",
	  .help = "What goes beyond the product\n"
		  "A further certificate, for clients that ask for this name\n"
		  "Name, or *.DOMAIN\n"
		  "Name of an association\n"
		  "Name of an association",
	  .run = sni_set,
	  .render = sni_render,
	  .no = "no " SERVER " lab sni <host:word:1-128>",
	  .clear = sni_clear },
	{ .syntax = SERVER " lab ocsp-stapling",
	  .help = "Hand out the OCSP response of the certificate's authority",
	  .no = "no " SERVER " lab ocsp-stapling",
	  .set = SERVER_SET(ocsp_stapling, .store = SET_FLAG) },
	{ .syntax = BACKEND " lab server-name <host:word:1-128>",
	  .help = "What goes beyond the product\n"
		  "Ask for this name; with a cacert, it must be the server's\n"
		  "Name",
	  .no = "no " BACKEND " lab server-name",
	  .set = ENTRY_ROW(backend_part, entry_edit,
			   SETTING_TEXT_AT(struct ssl_backend, server_name)) },
	{ 0 },
};

/* Entries of an SSL proxy list: addresses, certificates, suites (ssl.md 2.2,
 * 2.3). */
#include "cli/mode_ssllist.h"

#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/types.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/ssllist.h"

/* ---- certificates and keys ------------------------------------------------ */

/* Certificates of its own are for entries that a peer may ask for one: a plain
 * back-end entry presents none (ssl.md 2.3). */
static int type_check(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_backend(cli, a, &e, err) < 0 || entry_edit(cli, a, err) < 0)
		return -1;
	if (e.c->rsacert[0] || e.c->rsakey[0] || e.c->dsacert[0] ||
	    e.c->dsakey[0] || e.c->dhparam[0])
		return err_set(err, ERR_REFUSED, -1,
			       "Remove its certificates and keys first: only "
			       "type initiation presents them");
	return 0;
}

static int file_check(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0 || entry_edit(cli, a, err) < 0)
		return -1;
	if (arg_undo(a) || e.server || e.backend->initiation)
		return 0;
	return err_set(err, ERR_REFUSED, -1,
		       "backend-server %u presents no certificate (type "
		       "initiation does)",
		       e.c->number);
}

static int cacert_set(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
		return -1;
	for (int i = 0; i < e.c->ncacert; i++)
		if (!strcmp(e.c->cacert[i], name))
			return 0;
	if (entry_edit(cli, a, err) < 0)
		return -1;
	return ssl_entry_add_cacert(cli_conf(cli), e.c, name, err);
}

static int cacert_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0 || entry_edit(cli, a, err) < 0)
		return -1;
	return ssl_entry_del_cacert(cli_conf(cli), e.c, arg_word(a, "name"),
				    err);
}

static void cacert_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	for (int i = 0; i < e->c->ncacert; i++) {
		entry_begin(e, o);
		out_printf(o, "cacert %s \n", e->c->cacert[i]);
	}
}

/* ---- client authentication ------------------------------------------------ */

static int failure_put(struct cli *cli, const struct args *a,
		       enum ssl_failure f, const char *url, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	if (!url)
		url = e.server->failure_url;
	if (e.server->failure == f && !strcmp(e.server->failure_url, url))
		return 0;
	if (entry_edit(cli, a, err) < 0 ||
	    conf_put_text(cli_conf(cli), e.server->failure_url,
			  sizeof(e.server->failure_url), url, err) < 0)
		return -1;
	e.server->failure = f;
	conf_changed(cli_conf(cli));
	return 0;
}

static int failure_set(struct cli *cli, const struct args *a, struct err *err)
{
	return failure_put(cli, a,
			   arg_key(a, "ignore") ? SSL_FAILURE_IGNORE
						: SSL_FAILURE_REJECT,
			   NULL, err);
}

static int failure_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return failure_put(cli, a, SSL_FAILURE_REJECT, "", err);
}

static int failure_redirect(struct cli *cli, const struct args *a,
			    struct err *err)
{
	return failure_put(cli, a, SSL_FAILURE_REDIRECT, arg_word(a, "url"),
			   err);
}

static int failure_url_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const char *url = arg_word(a, "url");
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	return failure_put(cli, a, e.server->failure, url ? url : "", err);
}

static void failure_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || e->server->failure != SSL_FAILURE_IGNORE)
		return;
	entry_begin(e, o);
	out_puts(o, "failure ignore \n");
}

/* The URL stands behind redirect, as the guides print it. */
static void redirect_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || e->server->failure != SSL_FAILURE_REDIRECT)
		return;
	entry_begin(e, o);
	out_puts(o, "failure redirect ");
	if (e->server->failure_url[0]) {
		(void)type_print("url:word", e->server->failure_url, NULL, o,
				 NULL);
		out_puts(o, " ");
	}
	out_puts(o, "\n");
}

static void failure_url_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || e->server->failure == SSL_FAILURE_REDIRECT ||
	    !e->server->failure_url[0])
		return;
	entry_begin(e, o);
	out_printf(o, "failure-url \"%s\" \n", e->server->failure_url);
}

/* ---- suites and versions -------------------------------------------------- */

static const char *const version_words[] = {
	[SSL_VERSION_BOTH] = "ssl-tls",
	[SSL_VERSION_SSL3] = "ssl3",
	[SSL_VERSION_TLS1] = "tls1",
	NULL,
};

static bool has_cipher(const struct ssl_common *c, const struct ssl_cipher *k)
{
	for (int i = 0; i < c->ncipher; i++)
		if (!strcmp(c->cipher[i].suite, k->suite))
			return c->cipher[i].addr.s_addr == k->addr.s_addr &&
			       c->cipher[i].port == k->port &&
			       c->cipher[i].weight == k->weight;
	return false;
}

static int cipher_put(struct cli *cli, const struct args *a, struct entry *e,
		      struct ssl_cipher *cipher, struct err *err)
{
	if (!str_copy(cipher->suite, sizeof(cipher->suite),
		      arg_word(a, "suite")))
		return err_set(err, ERR_RANGE, -1, "Unknown cipher: %s",
			       arg_word(a, "suite"));
	cipher->weight = (uint8_t)arg_uint(a, "weight", 1);
	if (has_cipher(e->c, cipher))
		return 0;
	if (entry_edit(cli, a, err) < 0)
		return -1;
	return ssl_entry_set_cipher(cli_conf(cli), e->c, cipher, err);
}

static int server_cipher(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssl_cipher cipher = { .port = (uint16_t)arg_uint(a, "port", 0) };
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0 ||
	    object_addr(cli, a, "ip", &cipher.addr, err) < 0)
		return -1;
	return cipher_put(cli, a, &e, &cipher, err);
}

static int backend_cipher(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct ssl_cipher cipher = { .port = 0 };
	struct entry e;

	if (entry_backend(cli, a, &e, err) < 0)
		return -1;
	return cipher_put(cli, a, &e, &cipher, err);
}

static int cipher_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0 || entry_edit(cli, a, err) < 0)
		return -1;
	return ssl_entry_del_cipher(cli_conf(cli), e.c, arg_word(a, "suite"),
				    err);
}

static void cipher_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	for (int i = 0; i < e->c->ncipher; i++) {
		const struct ssl_cipher *k = &e->c->cipher[i];

		entry_begin(e, o);
		out_printf(o, "cipher %s ", k->suite);
		if (e->server)
			out_printf(o, "%s %u ", str_addr(k->addr), k->port);
		if (k->weight != 1)
			out_printf(o, "weight %u ", k->weight);
		out_puts(o, "\n");
	}
}

/* The name of an association that the entry presents. */
#define FILE_SET(field)                                                        \
	ENTRY_ROW(either_part, file_check,                                     \
		  SETTING_TEXT_AT(struct ssl_common, field))

const struct cmd ssllist_entry_cmds[] = {
	{ .syntax = SERVER " vip address <ip:host>",
	  .help = "Virtual address\n"
		  "Set the address, that of a content rule\n"
		  "Address",
	  .no = "no " SERVER " vip address",
	  .set = SERVER_SET(vip, .store = SET_ADDR) },
	{ .syntax = BACKEND " type {backend-ssl|initiation}",
	  .help = "What the entry is for\n"
		  "Back-end SSL behind a virtual SSL server\n"
		  "SSL for clients that speak clear text",
	  .no = "no " BACKEND " type",
	  .set = ENTRY_ROW(backend_part, type_check,
			   SETTING_AT(struct ssl_backend, initiation),
			   .store = SET_FLAG, .yes = "initiation",
			   .no = "backend-ssl") },
	{ .syntax = BACKEND " ip address <ip:host>",
	  .help = "Clear-text side\n"
		  "Set the address, that of the service\n"
		  "Address",
	  .no = "no " BACKEND " ip address",
	  .set = BACKEND_SET(addr, .store = SET_ADDR) },
	{ .syntax = SERVER " port <port:uint:1-65535>",
	  .help = "Virtual port, that of a content rule\n"
		  "Port number",
	  .no = "no " SERVER " port",
	  .set = SERVER_SET(port, .store = SET_U16, .dflt = "443") },
	{ .syntax = BACKEND " port <port:uint:1-65535>",
	  .help = "Clear-text port, that of the service\n"
		  "Port number",
	  .no = "no " BACKEND " port",
	  .set = BACKEND_SET(port, .store = SET_U16, .dflt = "80") },
	{ .syntax = BACKEND " server-ip <ip:host>",
	  .help = "Address of the SSL server\n"
		  "Address",
	  .no = "no " BACKEND " server-ip",
	  .set = BACKEND_SET(server_addr, .store = SET_ADDR) },
	{ .syntax = BACKEND " server-port <port:uint:1-65535>",
	  .help = "Port of the SSL server\n"
		  "Port number",
	  .no = "no " BACKEND " server-port",
	  .set = BACKEND_SET(server_port, .store = SET_U16, .dflt = "443") },
	{ .syntax = EITHER " version {ssl3|tls1|ssl-tls}",
	  .help = "Protocol versions\n"
		  "SSL version 3\n"
		  "TLS\n"
		  "Both",
	  .no = "no " EITHER " version",
	  .set = EITHER_SET(version, .store = SET_WORD,
			    .words = version_words) },
	{ .syntax = EITHER " rsacert <name:cert>",
	  .help = "RSA certificate\n"
		  "Name of an association",
	  .no = "no " EITHER " rsacert",
	  .set = FILE_SET(rsacert) },
	{ .syntax = EITHER " rsakey <name:rsakey>",
	  .help = "RSA key\n"
		  "Name of an association",
	  .no = "no " EITHER " rsakey",
	  .set = FILE_SET(rsakey) },
	{ .syntax = EITHER " dsacert <name:cert>",
	  .help = "DSA certificate\n"
		  "Name of an association",
	  .no = "no " EITHER " dsacert",
	  .set = FILE_SET(dsacert) },
	{ .syntax = EITHER " dsakey <name:dsakey>",
	  .help = "DSA key\n"
		  "Name of an association",
	  .no = "no " EITHER " dsakey",
	  .set = FILE_SET(dsakey) },
	{ .syntax = EITHER " dhparam <name:dhparam>",
	  .help = "Diffie-Hellman parameters\n"
		  "Name of an association",
	  .no = "no " EITHER " dhparam",
	  .set = FILE_SET(dhparam) },
	{ .syntax = EITHER " cacert <name:cert>",
	  .help = "CA certificate that peers are checked against\n"
		  "Name of an association",
	  .run = cacert_set,
	  .render = cacert_render,
	  .no = "no " EITHER " cacert <name:cert>",
	  .clear = cacert_clear },
	{ .syntax = SERVER " crl <name:crlrecord>",
	  .help = "Revocation list\n"
		  "CRL record",
	  .no = "no " SERVER " crl",
	  .set = SERVER_TEXT(crl, .dflt = "") },
	{ .syntax = SERVER " failure {reject|ignore}",
	  .help = "What happens when a client is not authenticated\n"
		  "Refuse the connection\n"
		  "Go on",
	  .run = failure_set,
	  .render = failure_render,
	  .no = "no " SERVER " failure",
	  .clear = failure_clear },
	{ .syntax = SERVER " failure redirect [<url:word:1-168>]",
	  .help = "Redirect the client\n"
		  "URL; without, that of failure-url",
	  .run = failure_redirect,
	  .render = redirect_render },
	{ .syntax = SERVER " failure-url <url:text:1-168>",
	  .help = "Where clients are redirected to\n"
		  "URL in quotes",
	  .run = failure_url_set,
	  .render = failure_url_render,
	  .no = "no " SERVER " failure-url",
	  .clear = failure_url_set },
	{ .syntax = SERVER " authentication {enable|disable}",
	  .help = "Ask clients for a certificate\n"
		  "Ask\n"
		  "Do not ask",
	  .no = "no " SERVER " authentication",
	  .set = SERVER_SET(authentication, .store = SET_FLAG, .yes = "enable",
			    .no = "disable") },
	{ .syntax = SERVER " cipher <suite:suite> <ip:host> "
			   "<port:uint:1-65535> [weight <weight:uint:1-10>]",
	  .help = "Cipher suite and clear-text address behind it\n"
		  "Suite\n"
		  "Address\n"
		  "Port number\n"
		  "Preference\n"
		  "Weight, larger is preferred",
	  .run = server_cipher,
	  .render = cipher_render,
	  .no = "no " EITHER " cipher <suite:suite>",
	  .clear = cipher_clear },
	{ .syntax = BACKEND " cipher <suite:suite> "
			    "[weight <weight:uint:1-10>]",
	  .help = "Cipher suite that is offered\n"
		  "Suite\n"
		  "Preference\n"
		  "Weight, larger is preferred",
	  .run = backend_cipher },
	{ 0 },
};

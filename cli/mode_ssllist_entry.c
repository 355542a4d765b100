/* Entries of an SSL proxy list: addresses, certificates, suites (ssl.md 2.2,
 * 2.3). */
#include "cli/mode_ssllist.h"

#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/ssllist.h"

/* ---- names of associations ------------------------------------------------ */

static const char *const file_words[] = { "rsacert", "rsakey",	"dsacert",
					  "dsakey",  "dhparam", NULL };

static char *file_field(struct ssl_common *c, unsigned which)
{
	char *const fields[] = { c->rsacert, c->rsakey, c->dsacert, c->dsakey,
				 c->dhparam };

	return fields[which];
}

/* ---- addresses and ports -------------------------------------------------- */

static int address_put(struct cli *cli, const struct args *a,
		       struct in_addr *field, bool given, struct err *err)
{
	struct in_addr ip = { INADDR_ANY };

	if (given && object_addr(cli, a, "ip", &ip, err) < 0)
		return -1;
	if (field->s_addr != ip.s_addr)
		conf_changed(cli_conf(cli));
	*field = ip;
	return 0;
}

static int vip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	return address_put(cli, a, &e.server->vip, arg_has(a, "ip"), err);
}

static void vip_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || e->server->vip.s_addr == INADDR_ANY)
		return;
	entry_begin(e, o);
	out_printf(o, "vip address %s \n", str_addr(e->server->vip));
}

/* Certificates of its own are for entries that a peer may ask for one: a plain
 * back-end entry presents none (ssl.md 2.3). */
static int type_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_backend(cli, a, &e, err) < 0)
		return -1;
	if (!arg_key(a, "initiation"))
		for (unsigned i = 0; file_words[i]; i++)
			if (*file_field(e.c, i))
				return err_set(err, ERR_REFUSED, -1,
					       "Remove %s first: only type "
					       "initiation presents it",
					       file_words[i]);
	conf_put_flag(cli_conf(cli), &e.backend->initiation,
		      arg_key(a, "initiation"));
	return 0;
}

static void type_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->backend || !e->backend->initiation)
		return;
	entry_begin(e, o);
	out_puts(o, "type initiation \n");
}

static int ip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_backend(cli, a, &e, err) < 0)
		return -1;
	return address_put(cli, a, &e.backend->addr, arg_has(a, "ip"), err);
}

static void ip_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->backend || e->backend->addr.s_addr == INADDR_ANY)
		return;
	entry_begin(e, o);
	out_printf(o, "ip address %s \n", str_addr(e->backend->addr));
}

static int port_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
		return -1;
	if (e.server)
		conf_put_u16(cli_conf(cli), &e.server->port,
			     arg_uint(a, "port", 443));
	else
		conf_put_u16(cli_conf(cli), &e.backend->port,
			     arg_uint(a, "port", 80));
	return 0;
}

static void port_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;
	unsigned port = e->server ? e->server->port : e->backend->port;

	if (port == (e->server ? 443 : 80))
		return;
	entry_begin(e, o);
	out_printf(o, "port %u \n", port);
}

static int server_ip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_backend(cli, a, &e, err) < 0)
		return -1;
	return address_put(cli, a, &e.backend->server_addr, arg_has(a, "ip"),
			   err);
}

static void server_ip_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->backend || e->backend->server_addr.s_addr == INADDR_ANY)
		return;
	entry_begin(e, o);
	out_printf(o, "server-ip %s \n", str_addr(e->backend->server_addr));
}

static int server_port_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct entry e;

	if (entry_backend(cli, a, &e, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &e.backend->server_port,
		     arg_uint(a, "port", 443));
	return 0;
}

static void server_port_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->backend || e->backend->server_port == 443)
		return;
	entry_begin(e, o);
	out_printf(o, "server-port %u \n", e->backend->server_port);
}

/* ---- certificates and keys ------------------------------------------------ */

static int check_initiation(const struct entry *e, struct err *err)
{
	if (e->server || e->backend->initiation)
		return 0;
	return err_set(err, ERR_REFUSED, -1,
		       "backend-server %u presents no certificate (type "
		       "initiation does)",
		       e->c->number);
}

static int file_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0 || check_initiation(&e, err) < 0)
		return -1;
	return conf_put_text(cli_conf(cli),
			     file_field(e.c, object_choice(a, file_words)),
			     NAME_LEN + 1, arg_word(a, "name"), err);
}

static int file_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
		return -1;
	return conf_put_text(cli_conf(cli),
			     file_field(e.c, object_choice(a, file_words)),
			     NAME_LEN + 1, "", err);
}

static void file_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	for (unsigned i = 0; file_words[i]; i++) {
		const char *name = file_field(e->c, i);

		if (!*name)
			continue;
		entry_begin(e, o);
		out_printf(o, "%s %s \n", file_words[i], name);
	}
}

static int cacert_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
		return -1;
	return ssl_entry_add_cacert(cli_conf(cli), e.c, arg_word(a, "name"),
				    err);
}

static int cacert_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
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

static int crl_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;
	const char *name = arg_word(a, "name");

	if (entry_server(cli, a, &e, err) < 0 ||
	    conf_put_text(cli_conf(cli), e.server->crl, sizeof(e.server->crl),
			  name ? name : "", err) < 0)
		return -1;
	return name ? object_kept(cli, "crl") : 0;
}

static void crl_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || !e->server->crl[0])
		return;
	entry_begin(e, o);
	out_printf(o, "crl %s \n", e->server->crl);
}

/* ---- client authentication ------------------------------------------------ */

static int failure_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	e.server->failure =
		arg_key(a, "ignore") ? SSL_FAILURE_IGNORE : SSL_FAILURE_REJECT;
	conf_changed(cli_conf(cli));
	return 0;
}

static int failure_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	e.server->failure = SSL_FAILURE_REJECT;
	e.server->failure_url[0] = '\0';
	conf_changed(cli_conf(cli));
	return 0;
}

static int failure_redirect(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct entry e;
	const char *url = arg_word(a, "url");

	if (entry_server(cli, a, &e, err) < 0 ||
	    (url && conf_put_text(cli_conf(cli), e.server->failure_url,
				  sizeof(e.server->failure_url), url, err) < 0))
		return -1;
	e.server->failure = SSL_FAILURE_REDIRECT;
	conf_changed(cli_conf(cli));
	return object_kept(cli, "failure redirect");
}

static int failure_url_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct entry e;
	const char *url = arg_word(a, "url");

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	return conf_put_text(cli_conf(cli), e.server->failure_url,
			     sizeof(e.server->failure_url), url ? url : "",
			     err);
}

static void failure_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server)
		return;
	if (e->server->failure != SSL_FAILURE_REJECT) {
		entry_begin(e, o);
		out_printf(o, "failure %s \n",
			   e->server->failure == SSL_FAILURE_IGNORE
				   ? "ignore"
				   : "redirect");
	}
	if (e->server->failure_url[0]) {
		entry_begin(e, o);
		out_printf(o, "failure-url \"%s\" \n", e->server->failure_url);
	}
}

static int authentication_set(struct cli *cli, const struct args *a,
			      struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &e.server->authentication,
		      arg_key(a, "enable"));
	return 0;
}

static void authentication_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || !e->server->authentication)
		return;
	entry_begin(e, o);
	out_puts(o, "authentication enable \n");
}

/* ---- suites and versions -------------------------------------------------- */

static int cipher_put(struct cli *cli, const struct args *a, struct entry *e,
		      struct ssl_cipher *cipher, struct err *err)
{
	if (!str_copy(cipher->suite, sizeof(cipher->suite),
		      arg_word(a, "suite")))
		return err_set(err, ERR_RANGE, -1, "Unknown cipher: %s",
			       arg_word(a, "suite"));
	cipher->weight = (uint8_t)arg_uint(a, "weight", 1);
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

	if (entry_either(cli, a, &e, err) < 0)
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

static int version_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
		return -1;
	e.c->version = arg_key(a, "ssl3")   ? SSL_VERSION_SSL3
		       : arg_key(a, "tls1") ? SSL_VERSION_TLS1
					    : SSL_VERSION_BOTH;
	conf_changed(cli_conf(cli));
	return 0;
}

static void version_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (e->c->version == SSL_VERSION_BOTH)
		return;
	entry_begin(e, o);
	out_printf(o, "version %s \n",
		   e->c->version == SSL_VERSION_SSL3 ? "ssl3" : "tls1");
}

/* Row order is running-config order inside an entry. */
const struct cmd ssllist_entry_cmds[] = {
	{ .syntax = SERVER " vip address <ip:host>",
	  .help = "Virtual address\n"
		  "Set the address, that of a content rule\n"
		  "Address",
	  .run = vip_set,
	  .render = vip_render,
	  .no = "no " SERVER " vip address",
	  .clear = vip_set },
	{ .syntax = BACKEND " type {backend-ssl|initiation}",
	  .help = "What the entry is for\n"
		  "Back-end SSL behind a virtual SSL server\n"
		  "SSL for clients that speak clear text",
	  .run = type_set,
	  .render = type_render,
	  .no = "no " BACKEND " type",
	  .clear = type_set },
	{ .syntax = BACKEND " ip address <ip:host>",
	  .help = "Clear-text side\n"
		  "Set the address, that of the service\n"
		  "Address",
	  .run = ip_set,
	  .render = ip_render,
	  .no = "no " BACKEND " ip address",
	  .clear = ip_set },
	{ .syntax = EITHER " port <port:uint:1-65535>",
	  .help = "Port of the entry\n"
		  "Port number",
	  .run = port_set,
	  .render = port_render,
	  .no = "no " EITHER " port",
	  .clear = port_set },
	{ .syntax = BACKEND " server-ip <ip:host>",
	  .help = "Address of the SSL server\n"
		  "Address",
	  .run = server_ip_set,
	  .render = server_ip_render,
	  .no = "no " BACKEND " server-ip",
	  .clear = server_ip_set },
	{ .syntax = BACKEND " server-port <port:uint:1-65535>",
	  .help = "Port of the SSL server\n"
		  "Port number",
	  .run = server_port_set,
	  .render = server_port_render,
	  .no = "no " BACKEND " server-port",
	  .clear = server_port_set },
	{ .syntax = EITHER " version {ssl3|tls1|ssl-tls}",
	  .help = "Protocol versions\n"
		  "SSL version 3\n"
		  "TLS\n"
		  "Both",
	  .run = version_set,
	  .render = version_render,
	  .no = "no " EITHER " version",
	  .clear = version_set },
	{ .syntax = EITHER " {rsacert <name:cert>|rsakey <name:rsakey>|"
			   "dsacert <name:cert>|dsakey <name:dsakey>|"
			   "dhparam <name:dhparam>}",
	  .help = "RSA certificate\n"
		  "Name of an association\n"
		  "RSA key\n"
		  "Name of an association\n"
		  "DSA certificate\n"
		  "Name of an association\n"
		  "DSA key\n"
		  "Name of an association\n"
		  "Diffie-Hellman parameters\n"
		  "Name of an association",
	  .run = file_set,
	  .render = file_render,
	  .no = "no " EITHER " {rsacert|rsakey|dsacert|dsakey|dhparam}",
	  .clear = file_clear },
	{ .syntax = EITHER " cacert <name:cert>",
	  .help = "CA certificate that peers are checked against\n"
		  "Name of an association",
	  .run = cacert_set,
	  .render = cacert_render,
	  .no = "no " EITHER " cacert <name:cert>",
	  .clear = cacert_clear },
	{ .syntax = SERVER " crl <name:name>",
	  .help = "Revocation list\n"
		  "CRL record",
	  .run = crl_set,
	  .render = crl_render,
	  .no = "no " SERVER " crl",
	  .clear = crl_set },
	{ .syntax = SERVER " failure {reject|ignore}",
	  .help = "What happens when a client is not authenticated\n"
		  "Refuse the connection\n"
		  "Go on",
	  .run = failure_set,
	  .render = failure_render,
	  .no = "no " SERVER " failure",
	  .clear = failure_clear },
	{ .syntax = SERVER " failure redirect [<url:text:1-168>]",
	  .help = "Redirect to the failure-url\n"
		  "URL in quotes",
	  .run = failure_redirect },
	{ .syntax = SERVER " failure-url <url:text:1-168>",
	  .help = "Where clients are redirected to\n"
		  "URL in quotes",
	  .run = failure_url_set,
	  .no = "no " SERVER " failure-url",
	  .clear = failure_url_set },
	{ .syntax = SERVER " authentication {enable|disable}",
	  .help = "Ask clients for a certificate\n"
		  "Ask\n"
		  "Do not ask",
	  .run = authentication_set,
	  .render = authentication_render,
	  .no = "no " SERVER " authentication",
	  .clear = authentication_set },
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

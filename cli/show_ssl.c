/*
 * show ssl ..., show ssl-proxy-list, show ftp-record (ssl.md 1.9).
 */
#include <string.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/crl.h"
#include "emu/conf/global.h"
#include "emu/conf/ssllist.h"
#include "sslmod/card_ssl.h"
#include "sslmod/outside.h"
#include "sslmod/store.h"

enum { /* guess */
       W_NAME = 32,
       W_TYPE = 12,
       W_LABEL = 29,
       W_SUITE = 35,
       W_WEIGHT = 8,
       W_PORT = 7,
       W_HALF = 41,
};

/* ---- show ssl associate --------------------------------------------------- */

struct kind {
	const char *kind, *title;
};

static const struct kind kinds[] = {
	/* recall */
	{ "cert", "Certificate Name" },
	{ "rsakey", "RSA Key Name" },
	{ "dsakey", "DSA Key Name" },
	{ "dhparam", "Diffie-Hellman Parameter Name" },
};
#define NKINDS (sizeof(kinds) / sizeof(*kinds))

static void underline(const char *title, int width, struct out *o)
{
	char line[64];
	size_t len = strlen(title);

	memset(line, '-', sizeof(line));
	out_col(o, width, "%.*s", (int)(len < 64 ? len : 64), line);
}

static void kind_table(const struct conf *c, const struct kind *k,
		       struct out *o)
{
	const struct association *a = NULL;

	out_col(o, W_NAME, "%s", k->title);
	out_col(o, W_NAME, "File Name");
	out_puts(o, "Used by List\n");
	underline(k->title, W_NAME, o);
	underline("File Name", W_NAME, o);
	out_puts(o, "------------\n");
	TAILQ_FOREACH(a, &c->global->associations, link) {
		if (strcmp(a->kind, k->kind) != 0)
			continue;
		out_col(o, W_NAME, "%s", a->name);
		out_col(o, W_NAME, "%s", a->file);
		out_printf(o, "%s\n",
			   ssllist_using(c, a->kind, a->name, false) ? "yes"
								     : "no");
	}
}

static int kind_show(struct cli *cli, const struct args *a,
		     const struct kind *k, struct err *err)
{
	const char *name = arg_word(a, "name");
	const struct association *s = NULL;
	struct out *o = cli_out(cli);

	if (!name) {
		kind_table(cli_conf(cli), k, o);
		return 0;
	}
	s = association_find(cli_conf(cli), k->kind, name);
	if (!s)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "association", name);
	if (!strcmp(k->kind, "cert")) {
		out_printf(o, "Certificate: %s\n", name);
		store_show_cert(cli_env(cli)->store, s->file, o);
	} else {
		out_printf(o, "%s: %s\n", k->title, name);
		store_show_key(cli_env(cli)->store, s->file, k->kind, o);
	}
	return 0;
}

static int cert_show(struct cli *cli, const struct args *a, struct err *err)
{
	return kind_show(cli, a, &kinds[0], err);
}

static int rsakey_show(struct cli *cli, const struct args *a, struct err *err)
{
	return kind_show(cli, a, &kinds[1], err);
}

static int dsakey_show(struct cli *cli, const struct args *a, struct err *err)
{
	return kind_show(cli, a, &kinds[2], err);
}

static int dhparam_show(struct cli *cli, const struct args *a, struct err *err)
{
	return kind_show(cli, a, &kinds[3], err);
}

static int associate_show(struct cli *cli, const struct args *a,
			  struct err *err)
{
	(void)a;
	(void)err;
	for (size_t i = 0; i < NKINDS; i++) {
		kind_table(cli_conf(cli), &kinds[i], cli_out(cli));
		out_puts(cli_out(cli), "\n");
	}
	return 0;
}

/* ---- show ssl crl-record -------------------------------------------------- */

/* Behind the labels, own: how the last try went. */
static void crl_one(const struct cli *cli, const struct crl_record *r,
		    struct out *o)
{
	const struct outside *all = cli_env(cli)->outside;
	const struct outside_item *it =
		all ? outside_find(all, OUTSIDE_CRL, r->name) : NULL;

	out_printf(o, "CRL Record Name:      %s\n", r->name);
	out_printf(o, "CRL URL:              %s\n", r->url);
	out_printf(o, "Sign Certificate:     %s\n", r->cert);
	out_printf(o, "Update Hours:         %u\n", r->hours);
	out_printf(o, "CRL loaded:           %s\n",
		   it && it->loaded ? "yes" : "no");
	if (it && it->why[0])
		out_printf(o, "Last error:           %s\n", it->why);
}

static int crl_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct global *g = cli_conf(cli)->global;
	const char *name = arg_word(a, "record");
	const struct crl_record *r = name ? crl_find(cli_conf(cli), name) : NULL;

	if (name && !r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "crl-record", name);
	for (int i = 0; !r && i < g->ncrl; i++) {
		out_puts(cli_out(cli), i ? "\n" : "");
		crl_one(cli, &g->crl[i], cli_out(cli));
	}
	if (r)
		crl_one(cli, r, cli_out(cli));
	return 0;
}

/* ---- show ssl files ------------------------------------------------------- */

static int files_show(struct cli *cli, const struct args *a, struct err *err)
{
	static const char *const format[] = { "PEM", "DER", "PKCS12" };
	struct out *o = cli_out(cli);
	struct store_file f;

	(void)a;
	(void)err;
	out_col(o, W_NAME, "File Name");
	out_col(o, W_TYPE, "File Type");
	out_puts(o, "File Size\n");
	out_col(o, W_NAME, "---------");
	out_col(o, W_TYPE, "---------");
	out_puts(o, "---------\n");
	for (int i = 0; store_at(cli_env(cli)->store, i, &f); i++) {
		out_col(o, W_NAME, "%s", f.name);
		out_col(o, W_TYPE, "%s", format[f.format]);
		out_printf(o, "%zu\n", f.size);
	}
	return 0;
}

/* ---- show ssl statistics, flows, urlrewrite ------------------------------- */

typedef void (*module_fn)(const struct card *card, unsigned parts,
			  struct out *o);

/* Every SSL module, or the one in the slot that was typed. */
static int each_module(struct cli *cli, const struct args *a, module_fn fn,
		       unsigned parts, struct err *err)
{
	const struct chassis *ch = cli_env(cli)->chassis;
	unsigned only = (unsigned)arg_uint(a, "slot-number", 0);
	bool found = false;

	for (unsigned s = 1; s <= chassis_model(ch)->nslots; s++) {
		const struct card *card = chassis_card(ch, s);

		if (!card || card->ops->kind != CARD_SSL || (only && only != s))
			continue;
		fn(card, parts, cli_out(cli));
		found = true;
	}
	if (only && !found)
		return err_set(err, ERR_NOT_FOUND, -1, T_SVC_NO_MODULE);
	return 0;
}

static int statistics_show(struct cli *cli, const struct args *a,
			   struct err *err)
{
	return each_module(cli, a, card_ssl_show_statistics,
			   SSL_STAT_PROXY | SSL_STAT_CRYPTO | SSL_STAT_SSL,
			   err);
}

static int component_show(struct cli *cli, const struct args *a,
			  struct err *err)
{
	unsigned part = arg_key(a, "ssl-proxy-server") ? SSL_STAT_PROXY
			: arg_key(a, "crypto")	       ? SSL_STAT_CRYPTO
			: arg_key(a, "compression")    ? SSL_STAT_COMPRESSION
						       : SSL_STAT_SSL;

	return each_module(cli, a, card_ssl_show_statistics, part, err);
}

static void module_flows(const struct card *card, unsigned parts, struct out *o)
{
	(void)parts;
	card_ssl_show_flows(card, o);
	out_puts(o, "\n");
}

static int flows_show(struct cli *cli, const struct args *a, struct err *err)
{
	return each_module(cli, a, module_flows, 0, err);
}

static void module_urlrewrite(const struct card *card, unsigned parts,
			      struct out *o)
{
	(void)parts;
	out_printf(o, "URL Rewrite for slot %u\n\n", card->slot);
	out_puts(o, "Virtual          Port   Searched    Found       "
		    "Partial Fallout  Not Found\n"
		    "---------------  -----  ----------  ----------  "
		    "---------------  ---------\n");
	card_ssl_show_urlrewrite(card, o);
	out_puts(o, "\n");
}

static int urlrewrite_show(struct cli *cli, const struct args *a,
			   struct err *err)
{
	return each_module(cli, a, module_urlrewrite, 0, err);
}

/* ---- show ssl-proxy-list -------------------------------------------------- */

static void label(const char *name, struct out *o)
{
	out_puts(o, "  ");
	out_col(o, W_LABEL - 2, "%s:", name);
}

static void label_text(const char *name, const char *value, struct out *o)
{
	label(name, o);
	out_printf(o, "%s\n", *value ? value : "none");
}

static void label_uint(const char *name, unsigned long value, struct out *o)
{
	label(name, o);
	out_printf(o, "%lu\n", value);
}

static const char *version_name(enum ssl_version v)
{
	switch (v) {
	case SSL_VERSION_SSL3:
		return "SSL";
	case SSL_VERSION_TLS1:
		return "TLS";
	case SSL_VERSION_BOTH:
		break;
	}
	return "SSL and TLS";
}

static const char *failure_name(enum ssl_failure f)
{
	switch (f) {
	case SSL_FAILURE_IGNORE:
		return "ignore";
	case SSL_FAILURE_REDIRECT:
		return "redirect";
	case SSL_FAILURE_REJECT:
		break;
	}
	return "reject";
}

static void pairs_show(const struct ssl_common *c, struct out *o)
{
	label_text("RSA Certificate", c->rsacert, o);
	label_text("RSA Keypair", c->rsakey, o);
	label_text("DSA Certificate", c->dsacert, o);
	label_text("DSA Keypair", c->dsakey, o);
	label_text("DH Param", c->dhparam, o);
}

static void cacerts_show(const struct ssl_common *c, struct out *o)
{
	label("CA Certificates", o);
	for (int i = 0; i < c->ncacert; i++)
		out_printf(o, "%s%s", i ? " " : "", c->cacert[i]);
	out_puts(o, c->ncacert ? "\n" : "none\n");
}

static void session_show(const struct ssl_common *c, struct out *o)
{
	label_text("SSL Version", version_name(c->version), o);
	label_uint("Session Cache Timeout", c->session_cache_s, o);
	label_uint("Rehandshake Timeout", c->handshake_timeout_s, o);
	label_uint("Rehandshake Data", c->handshake_data_kb, o);
}

static void tcp_show(const struct ssl_common *c, struct out *o)
{
	out_col(o, W_HALF, "  Virtual TCP Inactivity Timeout: %u",
		c->virt.inactivity_timeout_s);
	out_printf(o, "Virtual TCP SYN Timeout: %u\n", c->virt.syn_timeout_s);
	out_col(o, W_HALF, "  Server TCP Inactivity Timeout:  %u",
		c->server.inactivity_timeout_s);
	out_printf(o, "Server TCP SYN Timeout:  %u\n", c->server.syn_timeout_s);
	out_col(o, W_HALF, "  Virtual TCP Nagle:         %s",
		c->virt.nagle_off ? "disabled" : "enabled");
	out_printf(o, "Server TCP Nagle:        %s\n",
		   c->server.nagle_off ? "disabled" : "enabled");
	out_col(o, W_HALF, "  TCP Receive Buffer:        %u", c->buf_rx);
	out_printf(o, "TCP Transmit Buffer:     %u\n", c->buf_tx);
}

static void http_show(const struct ssl_server *e, struct out *o)
{
	bool any = e->header_client_cert || e->header_server_cert ||
		   e->header_session || *e->header_static;

	label("HTTP Header Insertion", o);
	out_printf(o, "%s%s%s%s%s\n", any ? "" : "none",
		   e->header_client_cert ? "client-cert " : "",
		   e->header_server_cert ? "server-cert " : "",
		   e->header_session ? "session " : "",
		   *e->header_static ? "static" : "");
	if (*e->header_prefix)
		label_text("HTTP Header Prefix", e->header_prefix, o);
	if (e->header_per_request)
		label_text("HTTP Header Per Request", "enabled", o);
	if (e->header_filter)
		label_text("HTTP Header Filter", "enabled", o);
}

/* What goes beyond the product is shown where it is used. */
static void additions_show(const struct ssl_server *e, struct out *o)
{
	if (e->ocsp_stapling)
		label_text("Lab OCSP Stapling", "enabled", o);
	for (int i = 0; i < e->nsni; i++) {
		label("Lab SNI", o);
		out_printf(o, "%s %s %s\n", e->sni[i].host, e->sni[i].cert,
			   e->sni[i].key);
	}
}

static void rewrites_show(const struct ssl_server *e, struct out *o)
{
	bool any = false;

	for (int i = 0; i < SSL_REWRITE_MAX; i++) {
		const struct ssl_rewrite *r = &e->rewrite[i];

		if (!r->number)
			continue;
		if (any)
			out_col(o, W_LABEL, "%s", "");
		else
			label("URL Rewrite Rules", o);
		out_printf(o, "%u %s sslport %u clearport %u\n", r->number,
			   r->host, r->sslport, r->clearport);
		any = true;
	}
	if (!any)
		label_text("URL Rewrite Rules", "none", o);
}

static void ciphers_show(const struct ssl_common *c, bool targets,
			 struct out *o)
{
	out_puts(o, "  ");
	out_col(o, W_SUITE, "Cipher Suite(s)");
	out_col(o, W_WEIGHT, "Weight");
	out_printf(o, "%s\n", targets ? "Port   Server" : "");
	out_puts(o, "  ");
	out_col(o, W_SUITE, "---------------");
	out_col(o, W_WEIGHT, "------");
	out_printf(o, "%s\n", targets ? "----   ------" : "");
	for (int i = 0; i < c->ncipher; i++) {
		const struct ssl_cipher *l = &c->cipher[i];

		out_puts(o, "  ");
		out_col(o, W_SUITE, "%s", l->suite);
		out_col(o, W_WEIGHT, "%u", l->weight);
		if (targets) {
			out_col(o, W_PORT, "%u", l->port);
			out_puts(o, str_addr(l->addr));
		}
		out_puts(o, "\n");
	}
}

static void server_show(const struct ssl_server *e, struct out *o)
{
	out_printf(o, "SSL-Server: %u\n", e->c.number);
	label_text("VIP address", e->vip.s_addr ? str_addr(e->vip) : "", o);
	label_uint("VIP port", e->port, o);
	pairs_show(&e->c, o);
	label_text("Authentication", e->authentication ? "enabled" : "disabled",
		   o);
	cacerts_show(&e->c, o);
	label_text("CRL Record", e->crl, o);
	label_text("Failure", failure_name(e->failure), o);
	if (*e->failure_url)
		label_text("Failure URL", e->failure_url, o);
	session_show(&e->c, o);
	label_uint("SSL Queue Delay", e->queue_delay_ms, o);
	label_text("Unclean Shutdown",
		   e->unclean_shutdown ? "enabled" : "disabled", o);
	tcp_show(&e->c, o);
	http_show(e, o);
	rewrites_show(e, o);
	additions_show(e, o);
	ciphers_show(&e->c, true, o);
}

static void backend_show(const struct ssl_backend *e, struct out *o)
{
	out_printf(o, "Backend-Server: %u\n", e->c.number);
	label_text("Type", e->initiation ? "initiation" : "backend-ssl", o);
	label_text("IP address", e->addr.s_addr ? str_addr(e->addr) : "", o);
	label_uint("Port", e->port, o);
	label_text("Server IP address",
		   e->server_addr.s_addr ? str_addr(e->server_addr) : "", o);
	label_uint("Server port", e->server_port, o);
	if (e->initiation) {
		pairs_show(&e->c, o);
		cacerts_show(&e->c, o);
	}
	if (*e->server_name)
		label_text("Lab Server Name", e->server_name, o);
	session_show(&e->c, o);
	tcp_show(&e->c, o);
	ciphers_show(&e->c, false, o);
}

static void list_head(const struct ssllist *l, struct out *o)
{
	out_printf(o, "SSL-Proxy-List: %s    State: %s\n", l->name,
		   l->active ? "Active" : "Suspended");
}

static int list_find(struct cli *cli, const struct args *a,
		     const struct ssllist **l, struct err *err)
{
	const char *name = arg_word(a, "list");

	*l = ssllist_find(cli_conf(cli), name);
	if (*l)
		return 0;
	return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "ssl-proxy-list",
		       name);
}

static int list_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct ssllist *l = NULL;
	struct out *o = cli_out(cli);

	if (list_find(cli, a, &l, err) < 0)
		return -1;
	list_head(l, o);
	if (*l->description)
		out_printf(o, "Description: \"%s\"\n", l->description);
	for (int i = 0; i < l->nserver; i++)
		server_show(l->server[i], o);
	for (int i = 0; i < l->nbackend; i++)
		backend_show(l->backend[i], o);
	return 0;
}

static int list_server_show(struct cli *cli, const struct args *a,
			    struct err *err)
{
	unsigned n = (unsigned)arg_uint(a, "number", 0);
	const struct ssllist *l = NULL;
	const struct ssl_server *e;

	if (list_find(cli, a, &l, err) < 0)
		return -1;
	e = ssllist_server(l, n);
	if (!e)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_SSL_SERVER, n);
	list_head(l, cli_out(cli));
	server_show(e, cli_out(cli));
	return 0;
}

static int list_backend_show(struct cli *cli, const struct args *a,
			     struct err *err)
{
	unsigned n = (unsigned)arg_uint(a, "number", 0);
	const struct ssllist *l = NULL;
	const struct ssl_backend *e;

	if (list_find(cli, a, &l, err) < 0)
		return -1;
	e = ssllist_backend(l, n);
	if (!e)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_BACK_SERVER, n);
	list_head(l, cli_out(cli));
	backend_show(e, cli_out(cli));
	return 0;
}

static int lists_show(struct cli *cli, const struct args *a, struct err *err)
{
	const struct ssllist *l = NULL;
	struct out *o = cli_out(cli);
	int n = 0;

	(void)a;
	(void)err;
	TAILQ_FOREACH(l, &cli_conf(cli)->ssllists, link)
		n++;
	out_printf(o, "Ssl-Proxy-List Entries (%d entries):\n", n);
	TAILQ_FOREACH(l, &cli_conf(cli)->ssllists, link) {
		out_puts(o, "\n");
		out_col(o, 40, "Name:  %s", l->name);
		out_printf(o, "State: %s\n",
			   l->active ? "Active" : "Suspended");
		out_printf(o, "Description: \"%s\"\n", l->description);
		out_col(o, 40, "Number of SSL-Servers: %d", l->nserver);
		out_printf(o, "Number of Backend-Servers: %d\n", l->nbackend);
	}
	return 0;
}

/* ---- show ftp-record ------------------------------------------------------ */

static void record_row(const struct ftp_record *r, struct out *o)
{
	out_col(o, 18, "%s", r->name);
	out_col(o, 20, "%s", r->host);
	out_col(o, 34, "%s", r->user);
	out_printf(o, "%s\n", r->dir);
}

static int record_show(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "record");
	const struct ftp_record *r = NULL;
	struct out *o = cli_out(cli);

	if (name && !ftp_record_find(cli_conf(cli), name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_RECORD);
	out_puts(o, "Record            Host                User              "
		    "                Base Directory\n"
		    "------            ----                ----              "
		    "                --------------\n");
	TAILQ_FOREACH(r, &cli_conf(cli)->global->ftp_records, link) {
		if (!name || !strcmp(r->name, name))
			record_row(r, o);
	}
	return 0;
}

/* ---- the table ------------------------------------------------------------ */

#define SLOT	  " [slot <slot-number:uint:1-6>]"
#define SLOT_HELP "Of one module\nSlot"

const struct cmd show_ssl_cmds[] = {
	{ .syntax = "show ssl associate",
	  .help = "SSL modules and their files\n"
		  "Names of certificates and keys",
	  .run = associate_show },
	{ .syntax = "show ssl associate cert [<name:cert>]",
	  .help = "Certificates\n"
		  "One certificate in full",
	  .run = cert_show },
	{ .syntax = "show ssl associate rsakey [<name:rsakey>]",
	  .help = "RSA keys\n"
		  "Size and type of one key",
	  .run = rsakey_show },
	{ .syntax = "show ssl associate dsakey [<name:dsakey>]",
	  .help = "DSA keys\n"
		  "Size and type of one key",
	  .run = dsakey_show },
	{ .syntax = "show ssl associate dhparam [<name:dhparam>]",
	  .help = "Diffie-Hellman parameters\n"
		  "Size of one",
	  .run = dhparam_show },
	{ .syntax = "show ssl crl-record [<record:crlrecord>]",
	  .help = "Lists of revoked certificates\n"
		  "Name of one",
	  .run = crl_show },
	{ .syntax = "show ssl files",
	  .help = "Files of the SSL store",
	  .run = files_show },
	{ .syntax = "show ssl statistics" SLOT,
	  .help = "Counters\n" SLOT_HELP,
	  .run = statistics_show },
	{ .syntax = "show ssl statistics "
		    "{ssl-proxy-server|crypto|ssl|compression}" SLOT,
	  .help = "Handshakes and flows\n"
		  "Crypto operations\n"
		  "Calls, alerts and bytes\n"
		  "HTTP replies that were compressed\n" SLOT_HELP,
	  .run = component_show },
	{ .syntax = "show ssl flows" SLOT,
	  .help = "Connections now\n" SLOT_HELP,
	  .run = flows_show },
	{ .syntax = "show ssl urlrewrite" SLOT,
	  .help = "Redirects turned to https\n" SLOT_HELP,
	  .run = urlrewrite_show },
	{ .syntax = "show ssl-proxy-list",
	  .help = "SSL proxy lists",
	  .run = lists_show },
	{ .syntax = "show ssl-proxy-list <list:ssllist>",
	  .help = "List name",
	  .run = list_show },
	{ .syntax = "show ssl-proxy-list <list:ssllist> ssl-server "
		    "<number:uint:1-256>",
	  .help = "One SSL server\n"
		  "Number",
	  .run = list_server_show },
	{ .syntax = "show ssl-proxy-list <list:ssllist> backend-server "
		    "<number:uint:1-256>",
	  .help = "One backend server\n"
		  "Number",
	  .run = list_backend_show },
	{ .syntax = "show ftp-record [<record:ftprecord>]",
	  .help = "Logins of FTP and SFTP servers\n"
		  "Name of one",
	  .run = record_show },
	{ 0 },
};

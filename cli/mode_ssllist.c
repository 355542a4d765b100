/*
 * Commands of the ssl-proxy-list mode (ssl.md 2)
 *
 * Most lines begin with `ssl-server N` or `backend-server N` and are the same
 * for both, so the rows name both words and the handlers find the entry that
 * is meant.  In running-config an entry's lines stand together, the entry's
 * own line first, which is why entries have a table of their own: its render
 * hooks get a struct entry, those of the list's table a struct ssllist.
 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/modes.h"
#include "cli/object.h"
#include "cli/render.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/ssllist.h"

/* One of server and backend is NULL. */
struct entry {
	struct ssl_server *server;
	struct ssl_backend *backend;
	struct ssl_common *c;
};

/* ---- finding the entry ---------------------------------------------------- */

/* For a change: refused while the list is active. */
static int server_of(struct cli *cli, const struct args *a, struct entry *e,
		     struct err *err)
{
	const struct ssllist *l = cli_object(cli);
	unsigned n = (unsigned)arg_uint(a, "n", 0);

	*e = (struct entry){ 0 };
	e->server = ssllist_server(l, n);
	if (!e->server) {
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_SSL_SERVER, n);
		return -1;
	}
	e->c = &e->server->c;
	return ssllist_may_edit(l, err);
}

static int backend_of(struct cli *cli, const struct args *a, struct entry *e,
		      struct err *err)
{
	const struct ssllist *l = cli_object(cli);
	unsigned n = (unsigned)arg_uint(a, "n", 0);

	*e = (struct entry){ 0 };
	e->backend = ssllist_backend(l, n);
	if (!e->backend) {
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_BACK_SERVER, n);
		return -1;
	}
	e->c = &e->backend->c;
	return ssllist_may_edit(l, err);
}

static int either_of(struct cli *cli, const struct args *a, struct entry *e,
		     struct err *err)
{
	if (arg_key(a, "ssl-server"))
		return server_of(cli, a, e, err);
	return backend_of(cli, a, e, err);
}

/* "  ssl-server 20 " */
static void begin(const struct entry *e, struct out *o)
{
	out_printf(o, "  %s %u ", e->backend ? "backend-server" : "ssl-server",
		   e->c->number);
}

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

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	return address_put(cli, a, &e.server->vip, arg_has(a, "ip"), err);
}

static void vip_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || e->server->vip.s_addr == INADDR_ANY)
		return;
	begin(e, o);
	out_printf(o, "vip address %s \n", str_addr(e->server->vip));
}

/* Certificates of its own are for entries that a peer may ask for one: a plain
 * back-end entry presents none (ssl.md 2.3). */
static int type_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (backend_of(cli, a, &e, err) < 0)
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
	begin(e, o);
	out_puts(o, "type initiation \n");
}

static int ip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (backend_of(cli, a, &e, err) < 0)
		return -1;
	return address_put(cli, a, &e.backend->addr, arg_has(a, "ip"), err);
}

static void ip_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->backend || e->backend->addr.s_addr == INADDR_ANY)
		return;
	begin(e, o);
	out_printf(o, "ip address %s \n", str_addr(e->backend->addr));
}

static int port_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
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
	begin(e, o);
	out_printf(o, "port %u \n", port);
}

static int server_ip_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (backend_of(cli, a, &e, err) < 0)
		return -1;
	return address_put(cli, a, &e.backend->server_addr, arg_has(a, "ip"),
			   err);
}

static void server_ip_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->backend || e->backend->server_addr.s_addr == INADDR_ANY)
		return;
	begin(e, o);
	out_printf(o, "server-ip %s \n", str_addr(e->backend->server_addr));
}

static int server_port_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct entry e;

	if (backend_of(cli, a, &e, err) < 0)
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
	begin(e, o);
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

	if (either_of(cli, a, &e, err) < 0 || check_initiation(&e, err) < 0)
		return -1;
	return conf_put_text(cli_conf(cli),
			     file_field(e.c, object_choice(a, file_words)),
			     NAME_LEN + 1, arg_word(a, "name"), err);
}

static int file_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
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
		begin(e, o);
		out_printf(o, "%s %s \n", file_words[i], name);
	}
}

static int cacert_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
		return -1;
	return ssl_entry_add_cacert(cli_conf(cli), e.c, arg_word(a, "name"),
				    err);
}

static int cacert_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
		return -1;
	return ssl_entry_del_cacert(cli_conf(cli), e.c, arg_word(a, "name"),
				    err);
}

static void cacert_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	for (int i = 0; i < e->c->ncacert; i++) {
		begin(e, o);
		out_printf(o, "cacert %s \n", e->c->cacert[i]);
	}
}

static int crl_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;
	const char *name = arg_word(a, "name");

	if (server_of(cli, a, &e, err) < 0 ||
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
	begin(e, o);
	out_printf(o, "crl %s \n", e->server->crl);
}

/* ---- client authentication ------------------------------------------------ */

static int failure_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	e.server->failure =
		arg_key(a, "ignore") ? SSL_FAILURE_IGNORE : SSL_FAILURE_REJECT;
	conf_changed(cli_conf(cli));
	return 0;
}

static int failure_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
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

	if (server_of(cli, a, &e, err) < 0 ||
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

	if (server_of(cli, a, &e, err) < 0)
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
		begin(e, o);
		out_printf(o, "failure %s \n",
			   e->server->failure == SSL_FAILURE_IGNORE
				   ? "ignore"
				   : "redirect");
	}
	if (e->server->failure_url[0]) {
		begin(e, o);
		out_printf(o, "failure-url \"%s\" \n", e->server->failure_url);
	}
}

static int authentication_set(struct cli *cli, const struct args *a,
			      struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
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
	begin(e, o);
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

	if (server_of(cli, a, &e, err) < 0 ||
	    object_addr(cli, a, "ip", &cipher.addr, err) < 0)
		return -1;
	return cipher_put(cli, a, &e, &cipher, err);
}

static int backend_cipher(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct ssl_cipher cipher = { .port = 0 };
	struct entry e;

	if (backend_of(cli, a, &e, err) < 0)
		return -1;
	return cipher_put(cli, a, &e, &cipher, err);
}

static int cipher_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
		return -1;
	return ssl_entry_del_cipher(cli_conf(cli), e.c, arg_word(a, "suite"),
				    err);
}

static void cipher_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	for (int i = 0; i < e->c->ncipher; i++) {
		const struct ssl_cipher *k = &e->c->cipher[i];

		begin(e, o);
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

	if (either_of(cli, a, &e, err) < 0)
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
	begin(e, o);
	out_printf(o, "version %s \n",
		   e->c->version == SSL_VERSION_SSL3 ? "ssl3" : "tls1");
}

/* ---- sessions and records ------------------------------------------------- */

static int cache_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_u32(cli_conf(cli), &e.c->session_cache_s,
		     arg_uint(a, "seconds", 300));
	return 0;
}

static int handshake_data_set(struct cli *cli, const struct args *a,
			      struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_u32(cli_conf(cli), &e.c->handshake_data_kb,
		     arg_uint(a, "kilobytes", 0));
	return e.c->handshake_data_kb ? object_kept(cli, "handshake data") : 0;
}

static int handshake_time_set(struct cli *cli, const struct args *a,
			      struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_u32(cli_conf(cli), &e.c->handshake_timeout_s,
		     arg_uint(a, "seconds", 0));
	return e.c->handshake_timeout_s ? object_kept(cli, "handshake timeout")
					: 0;
}

static void session_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (e->c->session_cache_s != 300) {
		begin(e, o);
		out_printf(o, "session-cache %u \n", e->c->session_cache_s);
	}
	if (e->c->handshake_data_kb) {
		begin(e, o);
		out_printf(o, "handshake data %u \n", e->c->handshake_data_kb);
	}
	if (e->c->handshake_timeout_s) {
		begin(e, o);
		out_printf(o, "handshake timeout %u \n",
			   e->c->handshake_timeout_s);
	}
}

static int delay_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &e.server->queue_delay_ms,
		     arg_uint(a, "ms", 200));
	return 0;
}

static void delay_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || e->server->queue_delay_ms == 200)
		return;
	begin(e, o);
	out_printf(o, "ssl-queue-delay %u \n", e->server->queue_delay_ms);
}

static int unclean_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &e.server->unclean_shutdown,
		      !arg_key(a, "disable"));
	return 0;
}

static int unclean_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &e.server->unclean_shutdown, false);
	return 0;
}

static void unclean_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || !e->server->unclean_shutdown)
		return;
	begin(e, o);
	out_puts(o, "unclean-shutdown enable \n");
}

/* ---- TCP ------------------------------------------------------------------ */

/* `tcp virtual ...` or `tcp server ...` */
static int tcp_of(struct cli *cli, const struct args *a, struct ssl_tcp **t,
		  struct err *err)
{
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
		return -1;
	*t = arg_key(a, "virtual") ? &e.c->virt : &e.c->server;
	return 0;
}

static int syn_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssl_tcp *t = NULL;

	if (tcp_of(cli, a, &t, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &t->syn_timeout_s,
		     arg_uint(a, "seconds", 30));
	return 0;
}

static int inactivity_set(struct cli *cli, const struct args *a,
			  struct err *err)
{
	struct ssl_tcp *t = NULL;

	if (tcp_of(cli, a, &t, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &t->inactivity_timeout_s,
		     arg_uint(a, "seconds", 240));
	return 0;
}

static int nagle_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssl_tcp *t = NULL;

	if (tcp_of(cli, a, &t, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &t->nagle_off, arg_key(a, "disable"));
	return 0;
}

static int ack_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssl_tcp *t = NULL;

	if (tcp_of(cli, a, &t, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &t->ack_delay_ms, arg_uint(a, "ms", 200));
	return t->ack_delay_ms != 200 ? object_kept(cli, "tcp ack-delay") : 0;
}

static int retrans_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssl_tcp *t = NULL;

	if (tcp_of(cli, a, &t, err) < 0)
		return -1;
	conf_put_u16(cli_conf(cli), &t->retrans_ms, arg_uint(a, "ms", 500));
	return t->retrans_ms != 500 ? object_kept(cli, "tcp retrans") : 0;
}

static int window_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct ssl_tcp *t = NULL;

	if (tcp_of(cli, a, &t, err) < 0)
		return -1;
	conf_put_u32(cli_conf(cli), &t->window, arg_uint(a, "bytes", 0));
	return t->window ? object_kept(cli, "tcp window-size") : 0;
}

static void tcp_line(const struct entry *e, const char *side, const char *what,
		     unsigned v, unsigned dflt, struct out *o)
{
	if (v == dflt)
		return;
	begin(e, o);
	out_printf(o, "tcp %s %s %u \n", side, what, v);
}

static void side_render(const struct entry *e, const char *side,
			const struct ssl_tcp *t, struct out *o)
{
	tcp_line(e, side, "syn-timeout", t->syn_timeout_s, 30, o);
	tcp_line(e, side, "inactivity-timeout", t->inactivity_timeout_s, 240,
		 o);
	tcp_line(e, side, "ack-delay", t->ack_delay_ms, 200, o);
	tcp_line(e, side, "retrans", t->retrans_ms, 500, o);
	tcp_line(e, side, "window-size", t->window, 0, o);
	if (!t->nagle_off)
		return;
	begin(e, o);
	out_printf(o, "tcp %s nagle disable \n", side);
}

static void tcp_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	side_render(e, "virtual", &e->c->virt, o);
	side_render(e, "server", &e->c->server, o);
	if (e->c->buf_rx != 32768) {
		begin(e, o);
		out_printf(o, "tcp buffer-share rx %u \n", e->c->buf_rx);
	}
	if (e->c->buf_tx != 65536) {
		begin(e, o);
		out_printf(o, "tcp buffer-share tx %u \n", e->c->buf_tx);
	}
}

static int share_set(struct cli *cli, const struct args *a, struct err *err)
{
	bool rx = arg_key(a, "rx");
	struct entry e;

	if (either_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_u32(cli_conf(cli), rx ? &e.c->buf_rx : &e.c->buf_tx,
		     arg_uint(a, "bytes", rx ? 32768 : 65536));
	return arg_has(a, "bytes") ? object_kept(cli, "tcp buffer-share") : 0;
}

/* ---- HTTP ----------------------------------------------------------------- */

static bool *header_flag(struct ssl_server *s, const struct args *a)
{
	return arg_key(a, "client-cert")   ? &s->header_client_cert
	       : arg_key(a, "server-cert") ? &s->header_server_cert
	       : arg_key(a, "session")	   ? &s->header_session
					   : &s->header_per_request;
}

static int header_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), header_flag(e.server, a), true);
	if (arg_key(a, "insert-per-request"))
		return object_kept(cli, "http-header insert-per-request");
	return 0;
}

static int header_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), header_flag(e.server, a), false);
	return 0;
}

static int filter_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &e.server->header_filter,
		      arg_key(a, "enable"));
	return e.server->header_filter
		       ? object_kept(cli, "http-header header-filter")
		       : 0;
}

static int prefix_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;
	const char *text = arg_word(a, "text");

	if (server_of(cli, a, &e, err) < 0 ||
	    conf_put_text(cli_conf(cli), e.server->header_prefix,
			  sizeof(e.server->header_prefix), text ? text : "",
			  err) < 0)
		return -1;
	return 0;
}

/* The four characters \r\n stand for the end of a header line, as typed. */
static int static_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;
	const char *text = arg_word(a, "text");

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	return conf_put_text(cli_conf(cli), e.server->header_static,
			     sizeof(e.server->header_static), text ? text : "",
			     err);
}

static void header_flags_render(const struct entry *e, struct out *o)
{
	const struct ssl_server *s = e->server;
	const struct {
		bool on;
		const char *text;
	} lines[] = {
		{ s->header_client_cert, "client-cert" },
		{ s->header_server_cert, "server-cert" },
		{ s->header_session, "session" },
		{ s->header_per_request, "insert-per-request" },
		{ s->header_filter, "header-filter enable" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (!lines[i].on)
			continue;
		begin(e, o);
		out_printf(o, "http-header %s \n", lines[i].text);
	}
}

static void header_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server)
		return;
	header_flags_render(e, o);
	if (e->server->header_prefix[0]) {
		begin(e, o);
		out_printf(o, "http-header prefix \"%s\" \n",
			   e->server->header_prefix);
	}
	if (e->server->header_static[0]) {
		begin(e, o);
		out_printf(o, "http-header static \"%s\" \n",
			   e->server->header_static);
	}
}

/* A host may begin or end with '*' (ssl.md 2.5). */
static bool is_rewrite_host(const char *host)
{
	const char *star = strchr(host, '*');

	if (star == host && host[1])
		star = strchr(host + 1, '*');
	return !star || !star[1];
}

static int rewrite_set(struct cli *cli, const struct args *a, struct err *err)
{
	unsigned rule = (unsigned)arg_uint(a, "rule", 0);
	const char *host = arg_word(a, "host");
	struct ssl_rewrite *w = NULL;
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	if (!is_rewrite_host(host))
		return err_set(err, ERR_RANGE, -1,
			       "* stands only at the begin or end: %s", host);
	w = &e.server->rewrite[rule - 1];
	if (conf_put_text(cli_conf(cli), w->host, sizeof(w->host), host, err) <
	    0)
		return -1;
	w->number = rule;
	w->sslport = (uint16_t)arg_uint(a, "sslport", 443);
	w->clearport = (uint16_t)arg_uint(a, "clearport", 80);
	conf_changed(cli_conf(cli));
	return 0;
}

static int rewrite_clear(struct cli *cli, const struct args *a, struct err *err)
{
	unsigned rule = (unsigned)arg_uint(a, "rule", 0);
	struct entry e;

	if (server_of(cli, a, &e, err) < 0)
		return -1;
	if (!e.server->rewrite[rule - 1].number)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_REWRITE, rule);
	e.server->rewrite[rule - 1] = (struct ssl_rewrite){ 0 };
	conf_changed(cli_conf(cli));
	return 0;
}

static void rewrite_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	for (int i = 0; e->server && i < SSL_REWRITE_MAX; i++) {
		const struct ssl_rewrite *w = &e->server->rewrite[i];
		bool clear = w->clearport != 80;

		if (!w->number)
			continue;
		begin(e, o);
		out_printf(o, "urlrewrite %u %s ", w->number, w->host);
		if (w->sslport != 443 || clear)
			out_printf(o, "sslport %u ", w->sslport);
		if (clear)
			out_printf(o, "clearport %u ", w->clearport);
		out_puts(o, "\n");
	}
}

/* ---- the list ------------------------------------------------------------- */

static int description_set(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct ssllist *l = cli_object(cli);
	const char *text = arg_word(a, "text");

	if (ssllist_may_edit(l, err) < 0)
		return -1;
	return conf_put_text(cli_conf(cli), l->description,
			     sizeof(l->description), text ? text : "", err);
}

static void description_render(const void *obj, struct out *o)
{
	const struct ssllist *l = obj;

	if (l->description[0])
		out_printf(o, "  description \"%s\" \n", l->description);
}

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

static void entry_render(struct entry e, struct out *o)
{
	begin(&e, o);
	out_puts(o, "\n");
	render_rows(ssllist_entry_cmds, &e, o);
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

#define EITHER	"{ssl-server|backend-server} <n:uint:1-256>"
#define SERVER	"ssl-server <n:uint:1-256>"
#define BACKEND "backend-server <n:uint:1-256>"
#define SIDE	"tcp {virtual|server}"

/* Row order is running-config order. */
const struct cmd ssllist_cmds[] = {
	{ .syntax = "description <text:text:1-64>",
	  .help = "Describe the list\n"
		  "Text in quotes",
	  .run = description_set,
	  .render = description_render,
	  .no = "no description",
	  .clear = description_set },
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
	{ .syntax = SERVER " urlrewrite <rule:uint:1-32> <host:word:1-128> "
			   "[sslport <sslport:uint:1-65535> "
			   "[clearport <clearport:uint:1-65535>]]",
	  .help = "Turn http into https in redirects of servers\n"
		  "Rule number\n"
		  "Host, * may begin or end it\n"
		  "Set the SSL port that is put in\n"
		  "Port number\n"
		  "Set the clear-text port that is matched\n"
		  "Port number",
	  .run = rewrite_set,
	  .render = rewrite_render,
	  .no = "no " SERVER " urlrewrite <rule:uint:1-32>",
	  .clear = rewrite_clear },
	{ .syntax = SERVER " http-header {client-cert|server-cert|session|"
			   "insert-per-request}",
	  .help = "Header fields put into requests\n"
		  "Of the client's certificate\n"
		  "Of the server's certificate\n"
		  "Of the SSL session\n"
		  "In every request of a connection",
	  .run = header_set,
	  .render = header_render,
	  .no = "no " SERVER " http-header {client-cert|server-cert|session|"
		"insert-per-request}",
	  .clear = header_clear },
	{ .syntax = SERVER " http-header header-filter {enable|disable}",
	  .help = "Take out such fields of clients\n"
		  "Take them out\n"
		  "Leave them in",
	  .run = filter_set,
	  .no = "no " SERVER " http-header header-filter",
	  .clear = filter_set },
	{ .syntax = SERVER " http-header prefix <text:text:1-16>",
	  .help = "Text before the names of the fields\n"
		  "Text in quotes",
	  .run = prefix_set,
	  .no = "no " SERVER " http-header prefix",
	  .clear = prefix_set },
	{ .syntax = SERVER " http-header static <text:text:1-199>",
	  .help = "Fixed header lines\n"
		  "Lines in quotes, \\r\\n between them",
	  .run = static_set,
	  .no = "no " SERVER " http-header static",
	  .clear = static_set },
	{ .syntax = EITHER " session-cache <seconds:uint:0-72000>",
	  .help = "Life of SSL sessions\n"
		  "Seconds, 0 none",
	  .run = cache_set,
	  .render = session_render,
	  .no = "no " EITHER " session-cache",
	  .clear = cache_set },
	{ .syntax = EITHER " handshake data <kilobytes:uint:0-512000>",
	  .help = "When a new handshake is made\n"
		  "After so much data\n"
		  "Kilobytes, 0 never",
	  .run = handshake_data_set,
	  .no = "no " EITHER " handshake data",
	  .clear = handshake_data_set },
	{ .syntax = EITHER " handshake timeout <seconds:uint:0-72000>",
	  .help = "After so much time\n"
		  "Seconds, 0 never",
	  .run = handshake_time_set,
	  .no = "no " EITHER " handshake timeout",
	  .clear = handshake_time_set },
	{ .syntax = SERVER " ssl-queue-delay <ms:uint:0-10000>",
	  .help = "How long data waits to be encrypted\n"
		  "Milliseconds",
	  .run = delay_set,
	  .render = delay_render,
	  .no = "no " SERVER " ssl-queue-delay",
	  .clear = delay_set },
	{ .syntax = SERVER " unclean-shutdown [{enable|disable}]",
	  .help = "Close without a close-notify alert\n"
		  "Without\n"
		  "With",
	  .run = unclean_set,
	  .render = unclean_render,
	  .no = "no " SERVER " unclean-shutdown",
	  .clear = unclean_clear },
	{ .syntax = EITHER " " SIDE " syn-timeout <seconds:uint:0-3600>",
	  .help = "TCP settings\n"
		  "Towards clients\n"
		  "Towards servers\n"
		  "Limit of connection set-up\n"
		  "Seconds",
	  .run = syn_set,
	  .render = tcp_render,
	  .no = "no " EITHER " " SIDE " syn-timeout",
	  .clear = syn_set },
	{ .syntax = EITHER " " SIDE " inactivity-timeout <seconds:uint:0-3600>",
	  .help = "Limit of idle connections\n"
		  "Seconds, 0 never",
	  .run = inactivity_set,
	  .no = "no " EITHER " " SIDE " inactivity-timeout",
	  .clear = inactivity_set },
	{ .syntax = EITHER " " SIDE " nagle {enable|disable}",
	  .help = "Nagle algorithm\n"
		  "On\n"
		  "Off",
	  .run = nagle_set,
	  .no = "no " EITHER " " SIDE " nagle",
	  .clear = nagle_set },
	{ .syntax = EITHER " " SIDE " ack-delay <ms:uint:0-10000>",
	  .help = "Delay of acknowledgements\n"
		  "Milliseconds",
	  .run = ack_set,
	  .no = "no " EITHER " " SIDE " ack-delay",
	  .clear = ack_set },
	{ .syntax = EITHER " " SIDE " retrans <ms:uint:50-500>",
	  .help = "Retransmission timer\n"
		  "Milliseconds",
	  .run = retrans_set,
	  .no = "no " EITHER " " SIDE " retrans",
	  .clear = retrans_set },
	{ .syntax = EITHER " " SIDE " window-size <bytes:uint:8192-65535>",
	  .help = "Window that is advertised\n"
		  "Bytes",
	  .run = window_set,
	  .no = "no " EITHER " " SIDE " window-size",
	  .clear = window_set },
	{ .syntax =
		  EITHER " tcp buffer-share {rx|tx} <bytes:uint:16400-262144>",
	  .help = "Data kept in buffers\n"
		  "Received data\n"
		  "Data to send\n"
		  "Bytes",
	  .run = share_set,
	  .no = "no " EITHER " tcp buffer-share {rx|tx}",
	  .clear = share_set },
	{ 0 },
};

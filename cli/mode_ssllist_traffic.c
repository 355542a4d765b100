/* Entries of an SSL proxy list: sessions, TCP, HTTP (ssl.md 2.2 to 2.5). */
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

/* ---- sessions and records ------------------------------------------------- */

static int cache_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
		return -1;
	conf_put_u32(cli_conf(cli), &e.c->session_cache_s,
		     arg_uint(a, "seconds", 300));
	return 0;
}

static int handshake_data_set(struct cli *cli, const struct args *a,
			      struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
		return -1;
	conf_put_u32(cli_conf(cli), &e.c->handshake_data_kb,
		     arg_uint(a, "kilobytes", 0));
	return e.c->handshake_data_kb ? object_kept(cli, "handshake data") : 0;
}

static int handshake_time_set(struct cli *cli, const struct args *a,
			      struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
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
		entry_begin(e, o);
		out_printf(o, "session-cache %u \n", e->c->session_cache_s);
	}
	if (e->c->handshake_data_kb) {
		entry_begin(e, o);
		out_printf(o, "handshake data %u \n", e->c->handshake_data_kb);
	}
	if (e->c->handshake_timeout_s) {
		entry_begin(e, o);
		out_printf(o, "handshake timeout %u \n",
			   e->c->handshake_timeout_s);
	}
}

static int delay_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
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
	entry_begin(e, o);
	out_printf(o, "ssl-queue-delay %u \n", e->server->queue_delay_ms);
}

static int unclean_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &e.server->unclean_shutdown,
		      !arg_key(a, "disable"));
	return 0;
}

static int unclean_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), &e.server->unclean_shutdown, false);
	return 0;
}

static void unclean_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	if (!e->server || !e->server->unclean_shutdown)
		return;
	entry_begin(e, o);
	out_puts(o, "unclean-shutdown enable \n");
}

/* ---- TCP ------------------------------------------------------------------ */

/* `tcp virtual ...` or `tcp server ...` */
static int tcp_of(struct cli *cli, const struct args *a, struct ssl_tcp **t,
		  struct err *err)
{
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
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
	entry_begin(e, o);
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
	entry_begin(e, o);
	out_printf(o, "tcp %s nagle disable \n", side);
}

static void tcp_render(const void *obj, struct out *o)
{
	const struct entry *e = obj;

	side_render(e, "virtual", &e->c->virt, o);
	side_render(e, "server", &e->c->server, o);
	if (e->c->buf_rx != 32768) {
		entry_begin(e, o);
		out_printf(o, "tcp buffer-share rx %u \n", e->c->buf_rx);
	}
	if (e->c->buf_tx != 65536) {
		entry_begin(e, o);
		out_printf(o, "tcp buffer-share tx %u \n", e->c->buf_tx);
	}
}

static int share_set(struct cli *cli, const struct args *a, struct err *err)
{
	bool rx = arg_key(a, "rx");
	struct entry e;

	if (entry_either(cli, a, &e, err) < 0)
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

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), header_flag(e.server, a), true);
	if (arg_key(a, "insert-per-request"))
		return object_kept(cli, "http-header insert-per-request");
	return 0;
}

static int header_clear(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	conf_put_flag(cli_conf(cli), header_flag(e.server, a), false);
	return 0;
}

static int filter_set(struct cli *cli, const struct args *a, struct err *err)
{
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
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

	if (entry_server(cli, a, &e, err) < 0 ||
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

	if (entry_server(cli, a, &e, err) < 0)
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
		entry_begin(e, o);
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
		entry_begin(e, o);
		out_printf(o, "http-header prefix \"%s\" \n",
			   e->server->header_prefix);
	}
	if (e->server->header_static[0]) {
		entry_begin(e, o);
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

	if (entry_server(cli, a, &e, err) < 0)
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

	if (entry_server(cli, a, &e, err) < 0)
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
		entry_begin(e, o);
		out_printf(o, "urlrewrite %u %s ", w->number, w->host);
		if (w->sslport != 443 || clear)
			out_printf(o, "sslport %u ", w->sslport);
		if (clear)
			out_printf(o, "clearport %u ", w->clearport);
		out_puts(o, "\n");
	}
}

#define SIDE "tcp {virtual|server}"

/* Row order is running-config order inside an entry. */
const struct cmd ssllist_traffic_cmds[] = {
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

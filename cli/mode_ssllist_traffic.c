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
#include "emu/plane/plane.h"
#include "sslmod/image.h"

/* A host may begin or end with '*' (ssl.md 2.5). */
static bool is_rewrite_host(const char *host)
{
	const char *star = strchr(host, '*');

	if (star == host && host[1])
		star = strchr(host + 1, '*');
	return !star || !star[1];
}

static bool same_rewrite(const struct ssl_rewrite *a,
			 const struct ssl_rewrite *b)
{
	return a->number == b->number && a->sslport == b->sslport &&
	       a->clearport == b->clearport && !strcmp(a->host, b->host);
}

static int rewrite_put(struct cli *cli, const struct args *a,
		       struct ssl_rewrite *field, const struct ssl_rewrite *w,
		       struct err *err)
{
	if (same_rewrite(field, w))
		return 0;
	if (entry_edit(cli, a, err) < 0)
		return -1;
	*field = *w;
	conf_changed(cli_conf(cli));
	return 0;
}

static int rewrite_set(struct cli *cli, const struct args *a, struct err *err)
{
	const char *host = arg_word(a, "host");
	struct ssl_rewrite w = {
		.number = (unsigned)arg_uint(a, "rule", 0),
		.sslport = (uint16_t)arg_uint(a, "sslport", 443),
		.clearport = (uint16_t)arg_uint(a, "clearport", 80),
	};
	struct entry e;

	(void)str_copy(w.host, sizeof(w.host), host);
	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	if (!is_rewrite_host(host))
		return err_set(err, ERR_RANGE, -1,
			       "* stands only at the begin or end: %s", host);
	return rewrite_put(cli, a, &e.server->rewrite[w.number - 1], &w, err);
}

static int rewrite_clear(struct cli *cli, const struct args *a, struct err *err)
{
	unsigned rule = (unsigned)arg_uint(a, "rule", 0);
	const struct ssl_rewrite none = { 0 };
	struct entry e;

	if (entry_server(cli, a, &e, err) < 0)
		return -1;
	if (!e.server->rewrite[rule - 1].number)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_REWRITE, rule);
	return rewrite_put(cli, a, &e.server->rewrite[rule - 1], &none, err);
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

static const char host_acks[] =
	"delays from 200 ms on are this host's TCP's own; before Linux 6.15, "
	"all but 0 are";
static const char host_timers[] =
	"times from 200 ms on are this host's TCP's own; before Linux 6.15, "
	"all are";
static const char no_virtual_syn[] =
	"the clear-text side is there before the entry is chosen";

/* This host's TCP can be told shorter times than its own, if it can be told. */
static bool is_tcps_own(unsigned ms)
{
	return ms >= SSL_TCP_MS || !plane_tells_tcp_times();
}

#define TCP_TIMES(side)                                                        \
	static bool side##_acks(const void *obj)                               \
	{                                                                      \
		const struct entry *e = obj;                                   \
                                                                               \
		return e->c->side.ack_delay_ms &&                              \
		       is_tcps_own(e->c->side.ack_delay_ms);                   \
	}                                                                      \
	static bool side##_timers(const void *obj)                             \
	{                                                                      \
		return is_tcps_own(                                            \
			((const struct entry *)obj)->c->side.retrans_ms);      \
	}

TCP_TIMES(virt)
TCP_TIMES(server)

/* What either side of TCP has; the words and the member of struct ssl_common. */
#define TCP_ROWS(words, side)                                                  \
	{ .syntax = EITHER " tcp " words                                       \
			   " inactivity-timeout <seconds:uint:0-3600>",        \
	  .help = "Limit of idle connections\n"                                \
		  "Seconds, 0 never",                                          \
	  .no = "no " EITHER " tcp " words " inactivity-timeout",              \
	  .set = EITHER_SET(side.inactivity_timeout_s, .store = SET_U16,       \
			    .dflt = "240") },                                  \
		{ .syntax = EITHER " tcp " words " nagle {enable|disable}",    \
		  .help = "Nagle algorithm\n"                                  \
			  "On\n"                                               \
			  "Off",                                               \
		  .no = "no " EITHER " tcp " words " nagle",                   \
		  .set = EITHER_SET(side.nagle_off, .store = SET_FLAG,         \
				    .yes = "disable", .no = "enable") },       \
		{ .syntax =                                                    \
			  EITHER " tcp " words " ack-delay <ms:uint:0-10000>", \
		  .help = "Delay of acknowledgements\n"                        \
			  "Milliseconds",                                      \
		  .no = "no " EITHER " tcp " words " ack-delay",               \
		  .set = EITHER_SET(side.ack_delay_ms, .store = SET_U16,       \
				    .dflt = "200"),                            \
		  .inert = host_acks,                                          \
		  .inert_when = side##_acks },                                 \
		{ .syntax = EITHER " tcp " words " retrans <ms:uint:50-500>",  \
		  .help = "Retransmission timer\n"                             \
			  "Milliseconds",                                      \
		  .no = "no " EITHER " tcp " words " retrans",                 \
		  .set = EITHER_SET(side.retrans_ms, .store = SET_U16,         \
				    .dflt = "500"),                            \
		  .inert = host_timers,                                        \
		  .inert_when = side##_timers },                               \
	{                                                                      \
		.syntax = EITHER " tcp " words                                 \
				 " window-size <bytes:uint:8192-65535>",       \
		.help = "Window that is advertised\n"                          \
			"Bytes",                                               \
		.no = "no " EITHER " tcp " words " window-size",               \
		.set = EITHER_SET(side.window, .store = SET_U32, .dflt = "0"), \
	}

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
	{ .syntax = SERVER " http-header client-cert",
	  .help = "Header fields put into requests\n"
		  "Of the client's certificate",
	  .no = "no " SERVER " http-header client-cert",
	  .set = SERVER_SET(header_client_cert, .store = SET_FLAG) },
	{ .syntax = SERVER " http-header server-cert",
	  .help = "Of the server's certificate",
	  .no = "no " SERVER " http-header server-cert",
	  .set = SERVER_SET(header_server_cert, .store = SET_FLAG) },
	{ .syntax = SERVER " http-header session",
	  .help = "Of the SSL session",
	  .no = "no " SERVER " http-header session",
	  .set = SERVER_SET(header_session, .store = SET_FLAG) },
	{ .syntax = SERVER " http-header insert-per-request",
	  .help = "In every request of a connection",
	  .no = "no " SERVER " http-header insert-per-request",
	  .set = SERVER_SET(header_per_request, .store = SET_FLAG) },
	{ .syntax = SERVER " http-header header-filter {enable|disable}",
	  .help = "Take out such fields of clients\n"
		  "Take them out\n"
		  "Leave them in",
	  .no = "no " SERVER " http-header header-filter",
	  .set = SERVER_SET(header_filter, .store = SET_FLAG, .yes = "enable",
			    .no = "disable") },
	{ .syntax = SERVER " http-header prefix <text:text:1-16>",
	  .help = "Text before the names of the fields\n"
		  "Text in quotes",
	  .no = "no " SERVER " http-header prefix",
	  .set = SERVER_TEXT(header_prefix, .dflt = "") },
	/* the four characters \r\n stand for the end of a line, as typed */
	{ .syntax = SERVER " http-header static <text:text:1-199>",
	  .help = "Fixed header lines\n"
		  "Lines in quotes, \\r\\n between them",
	  .no = "no " SERVER " http-header static",
	  .set = SERVER_TEXT(header_static, .dflt = "") },
	{ .syntax = EITHER " session-cache <seconds:uint:0-72000>",
	  .help = "Life of SSL sessions\n"
		  "Seconds, 0 none",
	  .no = "no " EITHER " session-cache",
	  .set = EITHER_SET(session_cache_s, .store = SET_U32, .dflt = "300") },
	{ .syntax = EITHER " handshake data <kilobytes:uint:0-512000>",
	  .help = "When a new handshake is made\n"
		  "After so much data\n"
		  "Kilobytes, 0 never",
	  .no = "no " EITHER " handshake data",
	  .set = EITHER_SET(handshake_data_kb, .store = SET_U32, .dflt = "0") },
	{ .syntax = EITHER " handshake timeout <seconds:uint:0-72000>",
	  .help = "After so much time\n"
		  "Seconds, 0 never",
	  .no = "no " EITHER " handshake timeout",
	  .set = EITHER_SET(handshake_timeout_s, .store = SET_U32,
			    .dflt = "0") },
	{ .syntax = SERVER " ssl-queue-delay <ms:uint:0-10000>",
	  .help = "How long data waits to be encrypted\n"
		  "Milliseconds",
	  .no = "no " SERVER " ssl-queue-delay",
	  .set = SERVER_SET(queue_delay_ms, .store = SET_U16, .dflt = "200") },
	{ .syntax = SERVER " unclean-shutdown [{enable|disable}]",
	  .help = "Close without a close-notify alert\n"
		  "Without\n"
		  "With",
	  .no = "no " SERVER " unclean-shutdown",
	  .set = SERVER_SET(unclean_shutdown, .store = SET_FLAG,
			    .yes = "enable", .no = "disable") },
	{ .syntax = SERVER " tcp virtual syn-timeout <seconds:uint:0-3600>",
	  .help = "TCP settings\n"
		  "Towards clients\n"
		  "Limit of connection set-up\n"
		  "Seconds",
	  .no = "no " SERVER " tcp virtual syn-timeout",
	  .set = SERVER_SET(c.virt.syn_timeout_s, .store = SET_U16,
			    .dflt = "30") },
	{ .syntax = BACKEND " tcp virtual syn-timeout <seconds:uint:0-3600>",
	  .help = "TCP settings\n"
		  "Towards clients\n"
		  "Limit of connection set-up\n"
		  "Seconds",
	  .no = "no " BACKEND " tcp virtual syn-timeout",
	  .set = BACKEND_SET(c.virt.syn_timeout_s, .store = SET_U16,
			     .dflt = "30"),
	  .inert = no_virtual_syn },
	TCP_ROWS("virtual", virt),
	{ .syntax = EITHER " tcp server syn-timeout <seconds:uint:0-3600>",
	  .help = "Towards servers\n"
		  "Limit of connection set-up\n"
		  "Seconds",
	  .no = "no " EITHER " tcp server syn-timeout",
	  .set = EITHER_SET(server.syn_timeout_s, .store = SET_U16,
			    .dflt = "30") },
	TCP_ROWS("server", server),
	{ .syntax = EITHER " tcp buffer-share rx <bytes:uint:16400-262144>",
	  .help = "Data kept in buffers\n"
		  "Received data\n"
		  "Bytes",
	  .no = "no " EITHER " tcp buffer-share rx",
	  .set = EITHER_SET(buf_rx, .store = SET_U32, .dflt = "32768") },
	{ .syntax = EITHER " tcp buffer-share tx <bytes:uint:16400-262144>",
	  .help = "Data to send\n"
		  "Bytes",
	  .no = "no " EITHER " tcp buffer-share tx",
	  .set = EITHER_SET(buf_tx, .store = SET_U32, .dflt = "65536") },
	{ 0 },
};

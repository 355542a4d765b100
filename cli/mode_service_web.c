/*
 * Commands of the service mode: what only web servers, caches and replication
 * targets have (content.md 1.2, 7.6).
 */
#include "cli/cmd.h"
#include "cli/inert.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/conf/service.h"

/* A redirect goes to a domain or to a string, not both. */
static int domain_check(struct cli *cli, const struct args *a, struct err *err)
{
	const struct service *s = cli_object(cli);

	if (!arg_undo(a) && s->redirect[0])
		return err_set(err, ERR_REFUSED, -1,
			       "Remove the redirect-string first (no "
			       "redirect-string)");
	return 0;
}

static int redirect_check(struct cli *cli, const struct args *a,
			  struct err *err)
{
	const struct service *s = cli_object(cli);

	if (!arg_undo(a) && s->domain[0])
		return err_set(err, ERR_REFUSED, -1,
			       "Remove the domain first (no domain)");
	return 0;
}

static const char *const omit_names[] = { "identity", "deflate", "gzip", NULL };
static const char *const encode_names[] = { "auto",	     "deflate",
					    "force-deflate", "force-gzip",
					    "gzip",	     NULL };
static const char *const data_names[] = { "default", "ascii", "numeric", NULL };

#define FIELD(field, ...)                                                      \
	&(const struct setting)                                                \
	{                                                                      \
		.at = offsetof(struct service, field), __VA_ARGS__             \
	}
#define TEXT(field, ...)                                                       \
	&(const struct setting)                                                \
	{                                                                      \
		SETTING_TEXT_AT(struct service, field), __VA_ARGS__            \
	}
#define KEPT(...) FIELD(kept, __VA_ARGS__)

/* TCP of a service that only compresses, towards clients [0] or servers [1]. */
#define COMPRESS_TCP_ROWS(side, side_help, place, ...)                         \
	{ .syntax = "compress tcp " side " syn-timeout "                       \
		    "<seconds:uint:1-3600>",                                   \
	  .help = side_help "Limit of connection set-up\n"                     \
			    "Seconds",                                         \
	  .no = "no compress tcp " side " syn-timeout",                        \
	  .set = FIELD(compress_tcp[place].syn_s, .store = SET_U16,            \
		       .dflt = "30"),                                          \
	  __VA_ARGS__ },                                                       \
		{ .syntax = "compress tcp " side " inactivity-timeout "        \
			    "<seconds:uint:0-3600>",                           \
		  .help = "Limit of idle connections\n"                        \
			  "Seconds, 0 never",                                  \
		  .no = "no compress tcp " side " inactivity-timeout",         \
		  .set = FIELD(compress_tcp[place].idle_s, .store = SET_U16,   \
			       .dflt = "240") },                               \
		{ .syntax =                                                    \
			  "compress tcp " side " ack-delay <ms:uint:0-10000>", \
		  .help = "Delay of acknowledgements\n"                        \
			  "Milliseconds",                                      \
		  .no = "no compress tcp " side " ack-delay",                  \
		  .set = KEPT(.dflt = "200"),                                  \
		  .inert = INERT_HOST_TCP },                                   \
		{ .syntax = "compress tcp " side " nagle {enable|disable}",    \
		  .help = "Nagle algorithm\n"                                  \
			  "On\n"                                               \
			  "Off",                                               \
		  .no = "no compress tcp " side " nagle",                      \
		  .set = KEPT(.dflt = "enable"),                               \
		  .inert = INERT_SENT_AT_ONCE },                               \
	{                                                                      \
		.syntax = "compress tcp " side " retrans <ms:uint:50-500>",    \
		.help = "Retransmission timer\n"                               \
			"Milliseconds",                                        \
		.no = "no compress tcp " side " retrans",                      \
		.set = KEPT(.dflt = "500"), .inert = INERT_HOST_TCP            \
	}

const struct cmd service_web_cmds[] = {
	{ .syntax = "max age <minutes:uint:1-1440>",
	  .help = "Age of replicated content\n"
		  "Minutes",
	  .no = "no max age",
	  .set = FIELD(max_age_min, .store = SET_U16, .dflt = "120"),
	  .inert = INERT_NO_REPLICATION },
	{ .syntax = "max content <pieces:uint:1-65535>",
	  .help = "Most pieces of replicated content\n"
		  "Number of pieces",
	  .no = "no max content",
	  .set = FIELD(max_content, .store = SET_U16, .dflt = "100"),
	  .inert = INERT_NO_REPLICATION },
	{ .syntax = "max usage <megabytes:uint:1-1000>",
	  .help = "Disk for replicated content\n"
		  "Megabytes",
	  .no = "no max usage",
	  .set = FIELD(max_usage_mb, .store = SET_U16, .dflt = "1"),
	  .inert = INERT_NO_REPLICATION },
	{ .syntax = "{string|cookie} <text:word:1-15>",
	  .help = "Set the string for sticky cookies and URLs\n"
		  "Older word for string\n"
		  "String",
	  .no = "no {string|cookie}",
	  .set = TEXT(string, .family = "string") },
	{ .syntax = "domain <name:word:1-64>",
	  .help = "Set the host name for redirects\n"
		  "Host, or host:port",
	  .no = "no domain",
	  .set = TEXT(domain, .check = domain_check) },
	{ .syntax = "redirect-string <url:text:1-252>",
	  .help = "Set the string sent in redirects\n"
		  "String in quotes",
	  .no = "no redirect-string",
	  .set = TEXT(redirect, .check = redirect_check) },
	{ .syntax = "prepend-http",
	  .help = "Put http:// before a redirect string or domain",
	  .no = "no prepend-http",
	  .set = FIELD(prepend_http, .store = SET_FLAG, .on = true) },
	{ .syntax = "cache-bypass",
	  .help = "Requests from this cache hit no rule again",
	  .no = "no cache-bypass",
	  .set = FIELD(cache_bypass, .store = SET_FLAG, .on = true),
	  .inert = "what a transparent cache asks for goes to no cache in any "
		   "case" },
	{ .syntax = "bypass-hosttag",
	  .help = "Send clients to the origin of the host tag",
	  .no = "no bypass-hosttag",
	  .set = FIELD(bypass_hosttag, .store = SET_FLAG),
	  .inert = "host tags are not taken for addresses" },
	{ .syntax = "transparent-hosttag",
	  .help = "Keep destination NAT to the VIP for the host tag",
	  .no = "no transparent-hosttag",
	  .set = FIELD(transparent_hosttag, .store = SET_FLAG),
	  .inert = "host tags are not taken for addresses" },
	{ .syntax = "access ftp <record:ftprecord:16>",
	  .help = "Set how content is replicated\n"
		  "By FTP\n"
		  "FTP record",
	  .no = "no access ftp",
	  .set = TEXT(access_ftp, .dflt = ""),
	  .inert = INERT_NO_REPLICATION },
	{ .syntax = "publisher [interval <minutes:uint:0-3600> "
		    "[trigger <filename:word:1-32>]]",
	  .help = "Make the service a source of content\n"
		  "Set the time between checks\n"
		  "Minutes, 0 none\n"
		  "Replicate when a file changes\n"
		  "File name",
	  .no = "no publisher [interval]",
	  .set = KEPT(),
	  .inert = INERT_NO_REPLICATION },
	{ .syntax = "subscriber <publisher:service>",
	  .help = "Get the content of a publisher\n"
		  "Publishing service",
	  .no = "no subscriber",
	  .set = TEXT(subscriber, .dflt = ""),
	  .inert = INERT_NO_REPLICATION },
	{ .syntax = "compress {enable|disable}",
	  .help = "Compression of HTTP replies\n"
		  "Turn it on\n"
		  "Turn it off",
	  .set = FIELD(compress, .store = SET_FLAG, .yes = "enable",
		       .no = "disable") },
	{ .syntax = "compress accept-omit {identity|deflate|gzip}",
	  .help = "Coding when the client names none\n"
		  "None\n"
		  "Deflate\n"
		  "Gzip",
	  .no = "no compress accept-omit",
	  .set = FIELD(compress_omit, .store = SET_WORD, .words = omit_names) },
	{ .syntax = "compress encode "
		    "{auto|deflate|force-deflate|force-gzip|gzip}",
	  .help = "Preferred coding\n"
		  "As the client asks\n"
		  "Deflate\n"
		  "Deflate always\n"
		  "Gzip always\n"
		  "Gzip",
	  .no = "no compress encode",
	  .set = FIELD(compress_encode, .store = SET_WORD,
		       .words = encode_names) },
	{ .syntax = "compress type {default|ascii|numeric}",
	  .help = "Kind of data expected\n"
		  "Any\n"
		  "Text\n"
		  "Numbers",
	  .no = "no compress type",
	  .set = FIELD(compress_type, .store = SET_WORD, .words = data_names) },
	{ .syntax = "compress tcp",
	  .help = "TCP of a service that only compresses" },
	COMPRESS_TCP_ROWS("virtual", "Towards clients\n", 0,
			  .inert = INERT_HOST_TCP),
	COMPRESS_TCP_ROWS("server", "Towards servers\n", 1, .inert = NULL),
	{ .syntax = "compress tcp buffer-share rx <bytes:uint:16400-262144>",
	  .help = "Data kept in buffers\n"
		  "Received data\n"
		  "Bytes",
	  .no = "no compress tcp buffer-share rx",
	  .set = KEPT(.dflt = "32768"),
	  .inert = INERT_HOST_TCP },
	{ .syntax = "compress tcp buffer-share tx <bytes:uint:16400-262144>",
	  .help = "Data to send\n"
		  "Bytes",
	  .no = "no compress tcp buffer-share tx",
	  .set = KEPT(.dflt = "65536"),
	  .inert = INERT_HOST_TCP },
	{ 0 },
};

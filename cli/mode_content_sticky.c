/*
 * Commands of the content mode that keep a client on its service: addresses,
 * cookies, strings (content.md 2.2, 2.7)
 */
#include "cli/cmd.h"
#include "cli/inert.h"
#include "cli/modes.h"
#include "cli/setting.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/conf/content.h"

static int suspended(struct cli *cli, const struct args *a, struct err *err)
{
	(void)a;
	return content_may_edit(cli_object(cli), err);
}

/* The service, where the sentence names one, must be there. */
static int action_check(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_undo(a) ? NULL : arg_word(a, "service");

	if (name && !service_find(cli_conf(cli), name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "service",
			       name);
	return 0;
}

static int range_check(struct cli *cli, const struct args *a, struct err *err)
{
	(void)cli;
	if (!arg_undo(a) && arg_uint(a, "to", 0) <= arg_uint(a, "from", 0))
		return err_set(err, ERR_RANGE, -1,
			       "The range ends before it begins");
	return 0;
}

/* ---- services for clients with a location cookie --------------------------- */

/* Both spellings were seen; this one is printed. */
static const char location_family[] = "add location service";

static int location_add(struct cli *cli, const struct args *a, struct err *err)
{
	struct content *r = cli_object(cli);

	if (action_check(cli, a, err) < 0)
		return -1;
	settings_put(cli_conf(cli), &r->kept, location_family,
		     arg_word(a, "service"), "");
	return 0;
}

static int location_remove(struct cli *cli, const struct args *a,
			   struct err *err)
{
	struct content *r = cli_object(cli);
	const char *name = arg_word(a, "service");

	if (!settings_del(cli_conf(cli), &r->kept, location_family, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "location service", name);
	return 0;
}

/* ---- the table -------------------------------------------------------------- */

static const char *const serverdown_names[] = {
	"balance", "redirect", "reject", "sticky-srcip", "sticky-srcip-dstport",
	NULL,
};
static const char *const operation_names[] = { "match-service-cookie", "hash-a",
					       "hash-crc32", "hash-xor", NULL };
static const char *const match_names[] = { "specific", "first-service-match",
					   "first-string-found", NULL };

#define FIELD(field, ...)                                                      \
	&(const struct setting)                                                \
	{                                                                      \
		.indent = "    ", SETTING_AT(struct content, field),           \
		__VA_ARGS__                                                    \
	}
#define TEXT(field, ...)                                                       \
	&(const struct setting)                                                \
	{                                                                      \
		.indent = "    ", SETTING_TEXT_AT(struct content, field),      \
		__VA_ARGS__                                                    \
	}
#define ADVANCED                                                               \
	FIELD(advanced, .family = "advanced-balance", .store = SET_WORD,       \
	      .words = advanced_balance_names, .check = suspended)
#define FLAG(field) FIELD(field, .store = SET_FLAG)

const struct cmd content_sticky_cmds[] = {
	{ .syntax = "advanced-balance {none|sticky-srcip|sticky-srcip-dstport}",
	  .help = "Stickiness of clients\n"
		  "None\n"
		  "By source address\n"
		  "By source address and destination port",
	  .no = "no advanced-balance",
	  .set = ADVANCED },
	{ .syntax = "advanced-balance ssl",
	  .help = "By SSL session ID",
	  .set = ADVANCED },
	{ .syntax = "advanced-balance {cookies|url|cookieurl|"
		    "arrowpoint-cookie|wap-msisdn|sip-call-id}",
	  .help = "By a string in the Cookie header\n"
		  "By a string in the URL\n"
		  "By Cookie header, else URL\n"
		  "By a cookie that the switch makes\n"
		  "By X-MSISDN header\n"
		  "By SIP Call-ID",
	  .set = ADVANCED },
	{ .syntax = "sticky-mask <mask:mask>",
	  .help = "Group client addresses\n"
		  "Mask",
	  .no = "no sticky-mask",
	  .set = FIELD(sticky_mask, .store = SET_ADDR,
		       .dflt = "255.255.255.255") },
	{ .syntax = "sticky-inact-timeout <minutes:uint:0-65535>",
	  .help = "Life of idle sticky entries\n"
		  "Minutes, 0 until space is needed",
	  .no = "no sticky-inact-timeout",
	  .set = FIELD(sticky_inact_min, .store = SET_U32) },
	{ .syntax = "sticky-serverdown-failover {balance|redirect|reject|"
		    "sticky-srcip|sticky-srcip-dstport}",
	  .help = "What happens when the sticky service is down\n"
		  "Balance\n"
		  "Redirect\n"
		  "Reset\n"
		  "Go by the source address\n"
		  "Go by source address and destination port",
	  .no = "no sticky-serverdown-failover",
	  .set = FIELD(more.serverdown, .store = SET_WORD,
		       .words = serverdown_names) },
	{ .syntax = "sticky-no-cookie-found-action {loadbalance|reject|"
		    "redirect <url:text:1-252>|service <service:service>}",
	  .help = "What happens to requests without cookie\n"
		  "Balance\n"
		  "Reset\n"
		  "Redirect\n"
		  "URL in quotes\n"
		  "Send to a service\n"
		  "Service name",
	  .no = "no sticky-no-cookie-found-action",
	  .set = FIELD(kept, .dflt = "loadbalance", .check = action_check) },
	{ .syntax = "arrowpoint-cookie name <name:name:31>",
	  .help = "Cookie that the switch makes\n"
		  "Set its name\n"
		  "Name",
	  .no = "no arrowpoint-cookie name",
	  .set = TEXT(more.arpt_name, .dflt = "") },
	{ .syntax = "arrowpoint-cookie path <path:text:1-99>",
	  .help = "Set its path\n"
		  "Path in quotes",
	  .no = "no arrowpoint-cookie path",
	  .set = TEXT(more.arpt_path, .dflt = "") },
	{ .syntax = "arrowpoint-cookie expiration <life:life>",
	  .help = "Set its life\n"
		  "dd:hh:mm:ss",
	  .no = "no arrowpoint-cookie expiration",
	  .set = TEXT(more.arpt_expiration, .dflt = "") },
	{ .syntax = "arrowpoint-cookie advanced",
	  .help = "Form that is looked up faster",
	  .no = "no arrowpoint-cookie advanced",
	  .set = FLAG(more.arpt_advanced),
	  .inert = "cookies are found as fast in their plain form" },
	{ .syntax = "arrowpoint-cookie browser-expire",
	  .help = "The browser drops it at its end",
	  .no = "no arrowpoint-cookie browser-expire",
	  .set = FLAG(more.arpt_browser_expire) },
	{ .syntax = "arrowpoint-cookie expire-services",
	  .help = "The service in it expires too",
	  .no = "no arrowpoint-cookie expire-services",
	  .set = FLAG(more.arpt_expire_services) },
	{ .syntax = "arrowpoint-cookie rlct-100-reinsert",
	  .help = "Insert it again after a 100 Continue reply",
	  .no = "no arrowpoint-cookie rlct-100-reinsert",
	  .set = FLAG(more.arpt_reinsert),
	  .inert = "the cookie is inserted behind 100 Continue in any case" },
	{ .syntax = "cookie-domain <domain:text:1-64>",
	  .help = "Domain of the cookies that the switch makes\n"
		  "Domain in quotes",
	  .no = "no cookie-domain",
	  .set = TEXT(more.cookie_domain, .dflt = "") },
	{ .syntax = "location-cookie name <name:name:31> value "
		    "<value:name:31> [expiration <life:life>]",
	  .help = "Cookie that keeps a client at a site\n"
		  "Set its name\n"
		  "Name\n"
		  "Set its value\n"
		  "Value\n"
		  "Set its life\n"
		  "dd:hh:mm:ss",
	  .no = "no location-cookie",
	  .set = FIELD(kept, .family = "location-cookie") },
	{ .syntax = "add location service <service:service>",
	  .help = "Service for clients with a location cookie\n"
		  "Service for clients with a location cookie\n"
		  "Service name",
	  .no = "remove location service <service:service>",
	  .set = FIELD(kept, .keys = 1, .noun = "location service",
		       .check = action_check) },
	{ .syntax = "add location-service <service:service>",
	  .help = "Service for clients with a location cookie\n"
		  "Service name",
	  .run = location_add,
	  .no = "remove location-service <service:service>",
	  .clear = location_remove },
	{ .syntax = "string range <from:uint:1-1999> to <to:uint:2-2000>",
	  .help = "Where strings are looked for\n"
		  "Bytes that are searched\n"
		  "First byte\n"
		  "To\n"
		  "Last byte",
	  .no = "no string range",
	  .set = FIELD(kept, .dflt = "1 to 100", .check = range_check) },
	{ .syntax = "string prefix <text:text:1-30>",
	  .help = "Text before the string\n"
		  "Text in quotes",
	  .no = "no string prefix",
	  .set = TEXT(more.string_prefix, .dflt = "") },
	{ .syntax = "string eos-char <text:text:1-5>",
	  .help = "Characters that end a string\n"
		  "Characters in quotes",
	  .no = "no string eos-char",
	  .set = TEXT(more.string_eos, .dflt = "") },
	{ .syntax = "string skip-length <bytes:uint:0-64>",
	  .help = "Bytes skipped after the prefix\n"
		  "Bytes",
	  .no = "no string skip-length",
	  .set = FIELD(more.string_skip, .store = SET_U8) },
	{ .syntax = "string process-length <bytes:uint:0-64>",
	  .help = "Bytes used, 0 to the end\n"
		  "Bytes",
	  .no = "no string process-length",
	  .set = FIELD(more.string_process, .store = SET_U8) },
	{ .syntax = "string operation {match-service-cookie|hash-a|"
		    "hash-crc32|hash-xor}",
	  .help = "What is done with a string\n"
		  "Compare it with the strings of services\n"
		  "Simple hash\n"
		  "CRC32 hash\n"
		  "XOR hash",
	  .no = "no string operation",
	  .set = FIELD(more.string_operation, .store = SET_WORD,
		       .words = operation_names) },
	{ .syntax = "string match {specific|first-service-match|"
		    "first-string-found}",
	  .help = "Which of several strings decides\n"
		  "The one in the range\n"
		  "The first of a service\n"
		  "The first found",
	  .no = "no string match",
	  .set = FIELD(more.string_match, .store = SET_WORD,
		       .words = match_names) },
	{ .syntax = "string ascii-conversion {enable|disable}",
	  .help = "Decode escaped characters first\n"
		  "Decode them\n"
		  "Leave them",
	  .no = "no string ascii-conversion",
	  .set = FIELD(more.string_no_ascii, .store = SET_FLAG,
		       .yes = "disable", .no = "enable") },
	{ 0 },
};

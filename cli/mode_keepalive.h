#ifndef CSS_CLI_MODE_KEEPALIVE_H
#define CSS_CLI_MODE_KEEPALIVE_H

#include "cli/inert.h"
#include "cli/setting.h"
#include "emu/conf/probe.h"

/*
 * What a service's own keepalive and a named one have in common: the same
 * commands, in a service behind the word `keepalive`.
 */

/* run hooks, for the object of either mode */
int probe_type_set(struct cli *cli, const struct args *a, struct err *err);
int probe_type_ftp(struct cli *cli, const struct args *a, struct err *err);
int probe_type_named(struct cli *cli, const struct args *a, struct err *err);
int probe_type_script(struct cli *cli, const struct args *a, struct err *err);
int probe_type_clear(struct cli *cli, const struct args *a, struct err *err);

/* The line of the type, if it is of this kind; before stands in front of it:
 * blanks, and in a service the word `keepalive`. */
enum probe_line {
	PROBE_LINE_PLAIN, /* none, tcp, ssl, http */
	PROBE_LINE_NON_PERSISTENT,
	PROBE_LINE_FTP,
	PROBE_LINE_NAMED,
	PROBE_LINE_SCRIPT,
};
void probe_type_render(const struct probe_spec *p, enum probe_line kind,
		       const char *before, struct out *o);

/* check hooks */
int probe_uri_check(struct cli *cli, const struct args *a, struct err *err);

/* One field of the struct probe_spec that the object has at .at_spec. */
#define PROBE_AT(type, spec, field, ...)                                       \
	&(const struct setting)                                                \
	{                                                                      \
		.at = offsetof(type, spec.field), __VA_ARGS__                  \
	}
#define PROBE_TEXT(type, spec, field, ...)                                     \
	&(const struct setting)                                                \
	{                                                                      \
		SETTING_TEXT_AT(type, spec.field), __VA_ARGS__                 \
	}

/* Timers and limits: may change at any time. */
#define PROBE_TIMER_ROWS(before, type, spec)                                   \
	{ .syntax = before "frequency <seconds:uint:2-255>",                   \
	  .help = "Time between checks\n"                                      \
		  "Seconds",                                                   \
	  .no = "no " before "frequency",                                      \
	  .set = PROBE_AT(type, spec, frequency_s, .store = SET_U16,           \
			  .dflt = "5") },                                      \
		{ .syntax = before "maxfailure <count:uint:1-10>",             \
		  .help = "How many checks must fail\n"                        \
			  "Number of checks",                                  \
		  .no = "no " before "maxfailure",                             \
		  .set = PROBE_AT(type, spec, maxfailure, .store = SET_U8,     \
				  .dflt = "3") },                              \
	{                                                                      \
		.syntax = before "retryperiod <seconds:uint:2-255>",           \
		.help = "Time between checks once one failed\n"                \
			"Seconds",                                             \
		.no = "no " before "retryperiod",                              \
		.set = PROBE_AT(type, spec, retryperiod_s, .store = SET_U16,   \
				.dflt = "5")                                   \
	}

/* What is asked, and what of the answer counts. */
#define PROBE_PAGE_ROWS(before, type, spec, ask, ask_uri)                      \
	{ .syntax = before "method {get|head}",                                \
	  .help = "HTTP method of checks\n"                                    \
		  "GET, and compare the page\n"                                \
		  "HEAD, and look at the code",                                \
	  .no = "no " before "method",                                         \
	  .set = PROBE_AT(type, spec, method_get, .store = SET_FLAG,           \
			  .yes = "get", .no = "head", .check = ask) },         \
		{ .syntax = before "uri <uri:text:1-64>",                      \
		  .help = "Page asked for\n"                                   \
			  "Path in quotes, without host",                      \
		  .no = "no " before "uri",                                    \
		  .set = PROBE_TEXT(type, spec, uri, .check = ask_uri) },      \
		{ .syntax = before "http-rspcode <code:uint:100-999>",         \
		  .help = "Expected code of HTTP checks\n"                     \
			  "Code",                                              \
		  .no = "no " before "http-rspcode",                           \
		  .set = PROBE_AT(type, spec, http_rspcode, .store = SET_U16,  \
				  .dflt = "200", .check = ask) },              \
		{ .syntax = before "hash <hash:md5>",                          \
		  .help = "MD5 of the page\n"                                  \
			  "32 hexadecimal digits in quotes",                   \
		  .no = "no " before "hash",                                   \
		  .set = PROBE_TEXT(type, spec, hash, .check = ask) },         \
		{ .syntax = before "tcp-close {fin|rst}",                      \
		  .help = "How TCP checks end\n"                               \
			  "With a FIN\n"                                       \
			  "With a RST",                                        \
		  .no = "no " before "tcp-close",                              \
		  .set = PROBE_AT(type, spec, close_fin, .store = SET_FLAG,    \
				  .yes = "fin", .no = "rst", .check = ask) },  \
	{                                                                      \
		.syntax = before "encrypt",                                    \
		.help = "Send HTTP checks over SSL",                           \
		.no = "no " before "encrypt",                                  \
		.set = PROBE_AT(type, spec, encrypt, .store = SET_FLAG,        \
				.check = ask)                                  \
	}

#endif

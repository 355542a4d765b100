/*
 * Why did this client go to that server?  The last decisions as they fell on
 * traffic, and what would become of a request that is only described
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/service.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/flow/trace.h"
#include "emu/flow/why.h"
#include "emu/io/loop.h"
#include "emu/net/http.h"
#include "emu/plane/plane.h"

#define SHOWN_DFLT 20

/* ---- show lab why ---------------------------------------------------------- */

struct filter {
	struct in_addr client, vip; /* INADDR_ANY: all */
	unsigned rule;		    /* index, 0: all */
};

static bool passes(const struct filter *f, const struct why *w)
{
	return (!f->client.s_addr || f->client.s_addr == w->key.src.s_addr) &&
	       (!f->vip.s_addr || f->vip.s_addr == w->key.dst.s_addr) &&
	       (!f->rule || f->rule == w->rule);
}

static void when(const struct why *w, struct out *o)
{
	time_t t = (time_t)(w->wall_ms / 1000);
	char text[32] = "";
	struct tm tm;

	(void)localtime_r(&t, &tm);
	(void)strftime(text, sizeof(text), "%m/%d/%Y %H:%M:%S", &tm);
	out_printf(o, "%s ", text);
}

static int filter_read(struct cli *cli, const struct args *a, struct filter *f,
		       struct err *err)
{
	const struct content *r = NULL;

	*f = (struct filter){ 0 };
	if (arg_has(a, "client"))
		f->client = arg_addr(a, "client");
	if (arg_has(a, "vip"))
		f->vip = arg_addr(a, "vip");
	if (!arg_has(a, "rule"))
		return 0;
	r = content_find(cli_conf(cli), arg_word(a, "owner"),
			 arg_word(a, "rule"));
	if (!r)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "rule",
			       arg_word(a, "rule"));
	f->rule = r->index;
	return 0;
}

/* Newest last, as in a log; at most so many of those that pass. */
static void show(const struct plane *p, const struct why *w, size_t n,
		 const struct filter *f, size_t most, struct out *o)
{
	size_t from = n, passed = 0;

	while (from && passed < most)
		passed += passes(f, &w[--from]);
	for (; from < n; from++) {
		if (!passes(f, &w[from]))
			continue;
		when(&w[from], o);
		why_explain(&w[from], plane_policy(p), o);
		out_puts(o, "\n");
	}
	if (!passed)
		out_printf(o, "%s\n", T_NO_DECISION);
}

static int show_why(struct cli *cli, const struct args *a, struct err *err)
{
	const struct plane *p = cli_env(cli)->plane;
	struct filter f;
	struct why *w = NULL;
	size_t n = 0;

	if (!p)
		return err_set(err, ERR_REFUSED, -1, T_NO_TRAFFIC);
	if (filter_read(cli, a, &f, err) < 0)
		return -1;
	w = plane_why(p, &n);
	show(p, w, n, &f, arg_uint(a, "count", SHOWN_DFLT), cli_out(cli));
	free(w);
	return 0;
}

/* ---- lab trace ------------------------------------------------------------- */

/* A known method in whatever letters it was typed, any other as it was. */
static const char *method_of(const struct args *a)
{
	const char *word = arg_word(a, "method");

	if (!word)
		word = arg_key(a, "get")    ? "GET"
		       : arg_key(a, "head") ? "HEAD"
					    : "POST";
	for (unsigned m = 0; m < HTTP_METHOD_NUM; m++)
		if (!strcasecmp(word, http_method_text(m)))
			return http_method_text(m);
	return word;
}

/* The fields that were typed; has_host: whether Host is among them. */
static void fields_write(const struct args *a, bool *has_host, struct out *o)
{
	for (int i = 0; i < a->n; i++) {
		if (strncmp(a->v[i].spec, "field", 5) != 0)
			continue;
		*has_host |= !strncasecmp(a->v[i].word, "host:", 5);
		out_printf(o, "%s\r\n", a->v[i].word);
	}
}

/* The message that the words describe; empty: none is. */
static void request_write(const struct args *a, struct out *o)
{
	bool has_host = false;

	if (arg_has(a, "uri")) {
		out_printf(o, "%s %s SIP/2.0\r\n", arg_word(a, "request"),
			   arg_word(a, "uri"));
		has_host = true; /* it has none */
	} else if (arg_has(a, "url")) {
		out_printf(o, "%s %s HTTP/1.1\r\n", method_of(a),
			   arg_word(a, "url"));
	} else {
		return;
	}
	fields_write(a, &has_host, o);
	if (!has_host)
		out_printf(o, "Host: %s\r\n", arg_word(a, "dst"));
	out_puts(o, "\r\n");
}

/* What a ClientHello of TLS 1.2 has in front of its suites (RFC 5246 7.4.1.2):
 * its session id, no more of it is looked at. */
static void hello_write(const char *id, struct out *o)
{
	static const char fixed[] = "\x16\x03\x01\x00\x00\x01\x00\x00\x00\x03"
				    "\x03";
	const size_t random_len = 32;
	size_t len = 0;

	if (!strncasecmp(id, "0x", 2))
		id += 2;
	len = strlen(id) / 2;
	out_write(o, fixed, sizeof(fixed) - 1);
	for (size_t i = 0; i < random_len; i++)
		out_write(o, "", 1);
	out_write(o, &(char){ (char)len }, 1);
	for (size_t i = 0; i < len; i++) {
		char two[3] = { id[2 * i], id[2 * i + 1], '\0' };

		out_write(o, &(char){ (char)strtoul(two, NULL, 16) }, 1);
	}
}

static void trace_scratch(struct cli *cli, struct trace_in *t, bool json)
{
	struct shared *s = trace_all_alive(t->conf);
	struct out warn = { 0 };
	struct policy *p = policy_build(t->conf, NULL, s, &warn);

	t->policy = p;
	t->shared = s;
	trace(t, json, cli_out(cli));
	policy_unref(p);
	shared_free(s);
	out_fini(&warn);
}

static int trace_run(struct cli *cli, const struct args *a, struct err *err)
{
	const struct plane *p = cli_env(cli)->plane;
	struct out head = { 0 };
	struct trace_in t = {
		.conf = cli_conf(cli),
		.key = { .src = arg_addr(a, "src"),
			 .dst = arg_addr(a, "dst"),
			 .sport = htons((uint16_t)arg_uint(a, "sport", 0)),
			 .dport = htons((uint16_t)arg_uint(a, "dport", 0)),
			 .proto = arg_key(a, "udp") ? IPPROTO_UDP
						    : IPPROTO_TCP },
		.now_ms = clock_ms(),
		.wall_s = (uint64_t)time(NULL),
	};

	(void)err;
	if (arg_key(a, "tls"))
		hello_write(arg_has(a, "id") ? arg_word(a, "id") : "", &head);
	else
		request_write(a, &head);
	if (head.len) {
		t.head = head.buf;
		t.head_len = head.len;
	}
	if (p) {
		t.policy = plane_policy(p);
		t.shared = plane_shared(p);
		trace(&t, arg_key(a, "json"), cli_out(cli));
	} else if (cli_env(cli)->trace_policy) {
		t.policy = cli_env(cli)->trace_policy;
		t.shared = cli_env(cli)->trace_shared;
		trace(&t, arg_key(a, "json"), cli_out(cli));
	} else {
		trace_scratch(cli, &t, arg_key(a, "json"));
	}
	out_fini(&head);
	return 0;
}

#define FIELD_HELP                                                             \
	"Header field\n"                                                       \
	"\"Name: value\"\n"

const struct cmd lab_why_cmds[] = {
	{ .syntax =
		  "lab trace [json] {tcp|udp} <src:addr> <sport:uint:1-65535> "
		  "<dst:addr> <dport:uint:1-65535> "
		  "[{tls [session <id:hex:64>]|"
		  "{{get|head|post|<method:word:31>} <url:word:1000>|"
		  "sip <request:word:31> <uri:word:252>} "
		  "[header <field1:text:900> [header <field2:text:900> "
		  "[header <field3:text:900> [header <field4:text:900> "
		  "[header <field5:text:900> [header <field6:text:900> "
		  "[header <field7:text:900> [header <field8:text:900>"
		  "]]]]]]]]}]",
	  .help = "What would become of a request, without sending it\n"
		  "As JSON, an object a decision\n"
		  "TCP\n"
		  "UDP\n"
		  "Client\n"
		  "Client's port\n"
		  "Where it goes to: a VIP\n"
		  "Port\n"
		  "The client begins TLS\n"
		  "It comes back with a session ID\n"
		  "Session ID, two digits a byte\n"
		  "GET request\n"
		  "HEAD request\n"
		  "POST request\n"
		  "Request with any other method\n"
		  "URL\n"
		  "SIP request\n"
		  "Its method\n"
		  "SIP URI\n" FIELD_HELP FIELD_HELP FIELD_HELP FIELD_HELP
			  FIELD_HELP FIELD_HELP FIELD_HELP "Header field\n"
		  "\"Name: value\"",
	  .run = trace_run },
	{ .syntax = "show lab why [last <count:uint:1-1000>] "
		    "[client <client:addr>] [vip <vip:addr>] "
		    "[rule <owner:owner> <rule:content>]",
	  .help = "Why the last decisions fell as they did\n"
		  "So many\n"
		  "Number, default 20\n"
		  "Of one client\n"
		  "Client's address\n"
		  "For one VIP\n"
		  "VIP\n"
		  "By one rule\n"
		  "Owner\n"
		  "Rule",
	  .run = show_why },
	{ 0 },
};

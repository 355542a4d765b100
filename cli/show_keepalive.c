/*
 * show keepalive (content.md 4.6): what is probed, how, and for whom.  A service
 * with a probe of its own has a keepalive AUTO_<service>, which those with an
 * equal one share; services that name one share that.  The product's figures,
 * and the count of probes below them.
 *
 * The states of a named keepalive are its services'; the best of them is shown.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"

#define AUTO_PREFIX "AUTO_"

/* Column widths; negative: right-justified. */
enum {
	W_NAME = 20,  /* after "Name:     " */
	W_INDEX = -4, /* after "Index:" */
	W_STATE_GAP = 6,
	W_LABEL = 21, /* "    Description:" */
	W_ADDR = 13,  /* a longer address pushes "Port:" on */
	W_DEPENDENT = 8,
	/* show keepalive-summary */
	W_SUM_NAME = 33,
	W_SUM_STATE = 12,
};

/* What one entry shows: of a service's own probe or of a named one. */
struct entry {
	char name[sizeof(AUTO_PREFIX) + NAME_LEN];
	char description[80];
	struct in_addr addr;
	uint16_t port;
	const struct probe_spec *spec; /* borrowed from conf */
	const struct service *service; /* whose own it is, or NULL: it has a
					  name, and services that name it */
	enum service_state state;
	uint64_t probes, failures;
	char hash[33]; /* of the page that a GET has learned; "": none */
};

typedef void (*entry_fn)(const struct env *env, unsigned index,
			 const struct entry *e, struct out *o);

/* ---- gathering ------------------------------------------------------------------ */

static bool is_auto(const struct service *s)
{
	return s->keepalive.type != PROBE_NAMED &&
	       s->keepalive.type != PROBE_NONE;
}

/* Index of the service whose probe is this one's, too; 0: it has its own. */
static unsigned leader_of(const struct env *env, const struct service *s)
{
	struct monitor_info info;

	live_service(env, s, &info);
	return info.leader;
}

static bool depends_on(const struct service *s, const char *keepalive)
{
	return s->keepalive.type == PROBE_NAMED &&
	       !strcmp(s->keepalive.arg, keepalive);
}

static void entry_of_service(const struct env *env, const struct service *s,
			     struct entry *e)
{
	struct monitor_info info;

	live_service(env, s, &info);
	*e = (struct entry){ .spec = &s->keepalive,
			     .service = s,
			     .state = info.state,
			     .probes = info.probes,
			     .failures = info.probe_failures };
	(void)str_copy(e->hash, sizeof(e->hash), info.hash);
	(void)snprintf(e->name, sizeof(e->name), AUTO_PREFIX "%s", s->name);
	(void)snprintf(e->description, sizeof(e->description),
		       "Auto generated for service %s", s->name);
	monitor_probe_target(env->conf, s, &e->addr, &e->port);
}

/* Alive before Dying before Down before Suspended. */
static int state_rank(enum service_state s)
{
	switch (s) {
	case SERVICE_ALIVE:
		return 3;
	case SERVICE_DYING:
		return 2;
	case SERVICE_DOWN:
		return 1;
	case SERVICE_SUSPENDED:
		break;
	}
	return 0;
}

static void entry_of_probe(const struct env *env, const struct probe *p,
			   struct entry *e)
{
	const struct service *s = NULL;
	struct monitor_info info;

	*e = (struct entry){ .spec = &p->spec,
			     .addr = p->addr,
			     .port = p->spec.port,
			     .state = p->active ? SERVICE_DOWN
						: SERVICE_SUSPENDED };
	(void)str_copy(e->name, sizeof(e->name), p->name);
	(void)str_copy(e->description, sizeof(e->description), p->description);
	TAILQ_FOREACH(s, &env->conf->services, link) {
		if (!depends_on(s, p->name))
			continue;
		live_service(env, s, &info);
		monitor_probe_target(env->conf, s, &e->addr, &e->port);
		e->probes += info.probes;
		e->failures += info.probe_failures;
		if (!e->hash[0])
			(void)str_copy(e->hash, sizeof(e->hash), info.hash);
		if (p->active && state_rank(info.state) > state_rank(e->state))
			e->state = info.state;
	}
}

/* ---- one entry ------------------------------------------------------------------ */

static void line(struct out *o, const char *label, const char *value)
{
	out_col(o, W_LABEL, "    %s", label);
	out_printf(o, "%s\n", value);
}

static void line_count(struct out *o, const char *label, uint64_t value)
{
	out_col(o, W_LABEL, "    %s", label);
	out_printf(o, "%llu\n", (unsigned long long)value);
}

static void head_show(unsigned index, const struct entry *e, struct out *o)
{
	const char *state = service_state_name(e->state);

	out_puts(o, "\nName:     ");
	out_col(o, W_NAME, "%s", e->name);
	out_puts(o, "Index:");
	out_col(o, W_INDEX, "%u", index);
	out_printf(o, "%*sState: ", W_STATE_GAP, "");
	for (; *state; state++)
		out_printf(o, "%c", toupper((unsigned char)*state));
	out_puts(o, "\n");
}

static void target_show(const struct entry *e, struct out *o)
{
	out_col(o, W_LABEL, "    Address:");
	out_col(o, W_ADDR, "%s",
		e->addr.s_addr == INADDR_ANY ? "" : str_addr(e->addr));
	out_printf(o, "Port: %u\n", e->port);
}

static void type_show(const struct entry *e, struct out *o)
{
	const struct probe_spec *p = e->spec;
	char kind[16];

	out_col(o, W_LABEL, "    Type:");
	out_puts(o, live_probe_label(p, kind, sizeof(kind)));
	if (p->type == PROBE_HTTP)
		out_printf(o, ":%s:%s", p->method_get ? "GET" : "HEAD",
			   p->uri[0] ? p->uri : "/");
	else if (p->arg[0])
		out_printf(o, ":%s", p->arg);
	out_puts(o, "\n");
	line(o, "Encryption:", p->encrypt ? "Enabled" : "Disabled");
	if (p->type == PROBE_HTTP) {
		line_count(o, "Response Code:", p->http_rspcode);
		line(o, "Hash:", p->hash[0] ? p->hash : e->hash);
	}
}

static void dependents_show(const struct env *env, const struct entry *e,
			    struct out *o)
{
	const struct service *s = NULL;

	out_puts(o, "    Dependent Services:\n");
	TAILQ_FOREACH(s, &env->conf->services, link)
		if (e->service ? s == e->service ||
					 leader_of(env, s) == e->service->index
			       : depends_on(s, e->name))
			out_printf(o, "%*s%s\n", W_DEPENDENT, "", s->name);
}

static void entry_show(const struct env *env, unsigned index,
		       const struct entry *e, struct out *o)
{
	head_show(index, e, o);
	line(o, "Description:", e->description);
	target_show(e, o);
	type_show(e, o);
	line_count(o, "Frequency:", e->spec->frequency_s);
	line_count(o, "Max Failures:", e->spec->maxfailure);
	line_count(o, "Retry Frequency:", e->spec->retryperiod_s);
	line(o, "TCP Close:", e->spec->close_fin ? "FIN" : "RST");
	line_count(o, "Probes:", e->probes);
	line_count(o, "Failed Probes:", e->failures);
	dependents_show(env, e, o);
}

static void entry_summary(const struct env *env, unsigned index,
			  const struct entry *e, struct out *o)
{
	(void)env;
	(void)index;
	out_col(o, W_SUM_NAME, "%s", e->name);
	out_col(o, W_SUM_STATE, "%s", service_state_name(e->state));
	out_printf(o, "%s\n",
		   e->addr.s_addr == INADDR_ANY ? "" : str_addr(e->addr));
}

/* ---- all entries ------------------------------------------------------------------ */

/* Those of services first, then the named; how many had the name (NULL: all). */
static int entries_show(const struct env *env, const char *name, entry_fn show,
			struct out *o)
{
	const struct service *s = NULL;
	const struct probe *p = NULL;
	struct entry e;
	unsigned index = 0;
	int shown = 0;

	TAILQ_FOREACH(s, &env->conf->services, link) {
		if (!is_auto(s) || leader_of(env, s))
			continue;
		entry_of_service(env, s, &e);
		if (!name || !strcmp(name, e.name)) {
			show(env, index, &e, o);
			shown++;
		}
		index++;
	}
	TAILQ_FOREACH(p, &env->conf->probes, link) {
		entry_of_probe(env, p, &e);
		if (!name || !strcmp(name, e.name)) {
			show(env, index, &e, o);
			shown++;
		}
		index++;
	}
	return shown;
}

static int keepalive(struct cli *cli, const struct args *a, struct err *err)
{
	const char *name = arg_word(a, "name");
	struct out text = { 0 };
	int n = entries_show(cli_env(cli), name, entry_show, &text);

	if (n || !name)
		out_printf(cli_out(cli), "Keepalives:\n%s", out_text(&text));
	out_fini(&text);
	if (!n && name)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "keepalive",
			       name);
	return 0;
}

static int summary(struct cli *cli, const struct args *a, struct err *err)
{
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_puts(o, "Keepalives:\n");
	out_col(o, W_SUM_NAME, "Name");
	out_col(o, W_SUM_STATE, "State");
	out_puts(o, "IP Address\n");
	(void)entries_show(cli_env(cli), NULL, entry_summary, o);
	return 0;
}

const struct cmd show_keepalive_cmds[] = {
	{ .syntax = "show keepalive [<name:keepalive:36>]",
	  .help = "Keepalives and their services\n"
		  "Keepalive name",
	  .run = keepalive },
	{ .syntax = "show keepalive-summary",
	  .help = "One line for each keepalive",
	  .run = summary },
	{ 0 },
};

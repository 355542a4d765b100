/*
 * show http-methods, remap, location-cookie and absolute-load: how requests are
 * treated (content.md 1.5, 2.3, 7).
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/out.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/kept.h"
#include "emu/flow/policy.h"
#include "emu/net/http.h"
#include "emu/plane/plane.h"

enum {
	W_METHOD = 18,
	W_PARSED = 12,
	W_URI = 15,
	W_NAME = 28,
	W_VALUE = 18,
	W_STEP = 11,
};

/* ---- show http-methods ---------------------------------------------------- */

static void method_row(struct out *o, const char *name, bool parsed,
		       const char *form)
{
	out_col(o, W_METHOD, "%s", name);
	out_col(o, W_PARSED, "%s", yes_no(parsed));
	out_col(o, W_URI, "%s", form);
}

/* What follows a built-in method (RFC 2616, 5.1.2). */
static const char *uri_form(const char *method)
{
	return !strcmp(method, "CONNECT")   ? "authority"
	       : !strcmp(method, "OPTIONS") ? "wildcard-uri"
					    : "url";
}

static int show_methods(struct cli *cli, const struct args *a, struct err *err)
{
	static const char *const forms[] = { "url", "authority",
					     "wildcard-uri" };
	const struct flow_conf *f = &cli_conf(cli)->global->flow;
	struct out *o = cli_out(cli);
	struct plane_totals t;

	(void)a;
	(void)err;
	live_totals(cli_env(cli), &t);
	out_col(o, W_METHOD, "Method");
	out_col(o, W_PARSED, "Parsed");
	out_col(o, W_URI, "URI Form");
	out_puts(o, "Requests\n");
	for (unsigned m = 0; m < HTTP_METHOD_NUM; m++) {
		const char *name = http_method_text(m);

		method_row(o, name, flow_parses(f, name, strlen(name)),
			   uri_form(name));
		out_printf(o, "%llu\n", (unsigned long long)t.method[m]);
	}
	for (int i = 0; i < f->nmethod; i++) {
		method_row(o, f->method[i].name, true,
			   forms[f->method[i].form]);
		out_puts(o, "-\n"); /* they are counted together, below */
	}
	out_printf(o, "\nRequests with other methods: %llu\n",
		   (unsigned long long)t.method[HTTP_METHOD_NUM]);
	return 0;
}

/* ---- show remap ----------------------------------------------------------- */

static int show_remap(struct cli *cli, const struct args *a, struct err *err)
{
	const struct flow_conf *f = &cli_conf(cli)->global->flow;
	struct out *o = cli_out(cli);
	struct plane_totals t;

	(void)a;
	(void)err;
	col_line(o, COL_NARROW, "Persistence Reset", "%s",
		 f->persistence_remap ? "Remap" : "Redirect");
	col_line(o, COL_NARROW, "Bypass Persistence", "%s",
		 enabled(f->bypass_persistence));
	live_totals(cli_env(cli), &t);
	col_line(o, COL_NARROW, "Requests Remapped", "%llu",
		 (unsigned long long)t.remapped);
	col_line(o, COL_NARROW, "Requests Redirected", "%llu",
		 (unsigned long long)t.sent_round);
	return 0;
}

/* ---- show location-cookie ------------------------------------------------- */

static void sites_show(const struct content *r, struct out *o)
{
	struct kept_line l;

	for (size_t i = 0; kept_line(&r->kept, "add location service", i, &l);
	     i++)
		out_printf(o, "  Location Service: %s\n",
			   kept_word(&l, 0, ""));
}

/* "name site value east expiration 01:00:00:00" */
static void location_row(const struct content *r, struct out *o)
{
	char name[2 * NAME_LEN + 2];
	struct kept_line l;

	if (!kept_one(&r->kept, "location-cookie", &l))
		return;
	(void)snprintf(name, sizeof(name), "%s/%s", r->owner->name, r->name);
	out_col(o, W_NAME, "%s", name);
	out_col(o, W_VALUE, "%s", kept_after(&l, "name", "-"));
	out_col(o, W_VALUE, "%s", kept_after(&l, "value", "-"));
	out_printf(o, "%s\n", kept_after(&l, "expiration", "-"));
	sites_show(r, o);
}

static int show_location(struct cli *cli, const struct args *a, struct err *err)
{
	const struct owner *ow = NULL;
	const struct content *r = NULL;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	out_col(o, W_NAME, "Rule");
	out_col(o, W_VALUE, "Name");
	out_col(o, W_VALUE, "Value");
	out_puts(o, "Expiration\n");
	TAILQ_FOREACH(ow, &cli_conf(cli)->owners, link)
		TAILQ_FOREACH(r, &ow->contents, link)
			location_row(r, o);
	return 0;
}

/* ---- show absolute-load --------------------------------------------------- */

/*
 * Load numbers from 2 to 254 stand for response times.  They go up in ranges of
 * 16 numbers; from one range to the next a number stands for a longer time, the
 * more so the greater the sensitivity.  How much longer is a guess: the product's
 * table is not known.
 */
#define LOAD_FIRST  2
#define LOAD_LAST   254
#define LOAD_RANGE  16
#define LOAD_GROWTH 5 /* percent, for each point of sensitivity */

static void load_ranges(const struct load_conf *load, struct out *o)
{
	unsigned long from = 0, step = 1;

	for (unsigned n = LOAD_FIRST; n <= LOAD_LAST; n += LOAD_RANGE) {
		unsigned last = n + LOAD_RANGE - 1;

		if (last > LOAD_LAST)
			last = LOAD_LAST;
		out_printf(o, "%3u - %-7u", n, last);
		out_col(o, W_STEP, "%lu", step);
		out_printf(o, "%lu - %lu\n", from,
			   from + (last - n + 1) * step - 1);
		from += (last - n + 1) * step;
		step = (step * (100 + LOAD_GROWTH * load->sensitivity) + 99) /
		       100;
	}
}

static int show_absolute(struct cli *cli, const struct args *a, struct err *err)
{
	const struct load_conf *load = &cli_conf(cli)->global->flow.load;
	struct out *o = cli_out(cli);

	(void)a;
	(void)err;
	col_line(o, COL_NARROW, "Load Calculation", "%s",
		 load->calculation == LOAD_ABSOLUTE ? "Absolute" : "Relative");
	col_line(o, COL_NARROW, "Sensitivity", "%u", load->sensitivity);
	out_puts(o, "\nLoad         Step (ms)  Response Time (ms)\n");
	load_ranges(load, o);
	return 0;
}

const struct cmd show_http_cmds[] = {
	{ .syntax = "show http-methods",
	  .help = "HTTP methods and their counters",
	  .run = show_methods },
	{ .syntax = "show remap",
	  .help = "Connections that need another service",
	  .run = show_remap },
	{ .syntax = "show location-cookie",
	  .help = "Location cookies of rules",
	  .run = show_location },
	{ .syntax = "show absolute-load",
	  .help = "Response times of load numbers",
	  .run = show_absolute },
	{ 0 },
};

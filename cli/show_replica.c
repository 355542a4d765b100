/*
 * show publisher and show subscriber: services that get content from one another
 * (platform.md 6).  Nothing is copied: what is shown is who would copy what.
 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/counted.h"
#include "cli/env.h"
#include "cli/live.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/kept.h"
#include "emu/conf/service.h"

enum {
	W_NAME = 33,
	W_STATE = 11,
	W_COUNT = 13,
	W_MINUTES = 10,
};

#define INTERVAL_DFLT "2" /* minutes between looks at the publisher */

static const char *state_of(const struct cli *cli, const struct service *s)
{
	struct monitor_info info;

	live_service(cli_env(cli), s, &info);
	return service_state_name(info.state);
}

static unsigned subscribers_of(const struct cli *cli, const struct service *p)
{
	const struct service *s = NULL;
	unsigned n = 0;

	TAILQ_FOREACH(s, &cli_conf(cli)->services, link)
		n += !strcmp(s->subscriber, p->name);
	return n;
}

/* The service that was typed; NULL and err when it is none of the kind. */
static const struct service *typed(const struct cli *cli, const struct args *a,
				   bool publisher, struct err *err)
{
	const char *name = arg_word(a, "service");
	const struct service *s = service_find(cli_conf(cli), name);

	if (s && (publisher ? kept_on(&s->kept, "publisher") : *s->subscriber))
		return s;
	(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
		      publisher ? "publisher" : "subscriber", name);
	return NULL;
}

/* ---- show publisher ------------------------------------------------------- */

/* "interval 5 trigger /index.html" */
static void publisher_row(struct cli *cli, const struct service *s)
{
	struct out *o = cli_out(cli);
	struct kept_line l;

	(void)kept_one(&s->kept, "publisher", &l);
	out_col(o, W_NAME, "%s", s->name);
	out_col(o, W_STATE, "%s", state_of(cli, s));
	out_col(o, W_COUNT, "%u", subscribers_of(cli, s));
	out_col(o, W_MINUTES, "%s", kept_after(&l, "interval", INTERVAL_DFLT));
	out_printf(o, "%s\n", kept_after(&l, "trigger", "None"));
}

static void publisher_head(struct out *o)
{
	out_col(o, W_NAME, "Publisher");
	out_col(o, W_STATE, "State");
	out_col(o, W_COUNT, "Subscribers");
	out_col(o, W_MINUTES, "Interval");
	out_puts(o, "Trigger\n");
}

static int show_publishers(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const struct service *s = NULL;

	(void)a;
	(void)err;
	publisher_head(cli_out(cli));
	TAILQ_FOREACH(s, &cli_conf(cli)->services, link)
		if (kept_on(&s->kept, "publisher"))
			publisher_row(cli, s);
	return 0;
}

static int show_publisher(struct cli *cli, const struct args *a,
			  struct err *err)
{
	const struct service *s = typed(cli, a, true, err);

	if (!s)
		return -1;
	publisher_head(cli_out(cli));
	publisher_row(cli, s);
	return 0;
}

static void limits_show(struct cli *cli, const struct service *s)
{
	struct out *o = cli_out(cli);

	col_line(o, COL_NARROW, "Access", "%s",
		 *s->access_ftp ? s->access_ftp : "None");
	col_line(o, COL_NARROW, "IP Address", "%s", str_addr(s->addr));
	col_line(o, COL_NARROW, "Max Age", "%u", s->max_age_min);
	col_line(o, COL_NARROW, "Max Content", "%u", s->max_content);
	col_line(o, COL_NARROW, "Max Usage", "%u", s->max_usage_mb);
}

static int show_publisher_more(struct cli *cli, const struct args *a,
			       struct err *err)
{
	const struct service *s = typed(cli, a, true, err);
	const struct service *to = NULL;
	struct out *o = cli_out(cli);

	if (!s)
		return -1;
	if (arg_key(a, "files")) {
		out_col(o, W_NAME, "File");
		out_puts(o, "Size        State\n");
		return 0;
	}
	publisher_head(o);
	publisher_row(cli, s);
	out_puts(o, "\n");
	limits_show(cli, s);
	col_line(o, COL_NARROW, "Files", "%llu",
		 counted(cli, "publisher", s->name, "Files"));
	TAILQ_FOREACH(to, &cli_conf(cli)->services, link)
		if (!strcmp(to->subscriber, s->name))
			col_line(o, COL_NARROW, "Subscriber", "%s", to->name);
	return 0;
}

/* ---- show subscriber ------------------------------------------------------ */

static void subscriber_head(struct out *o)
{
	out_col(o, W_NAME, "Subscriber");
	out_col(o, W_STATE, "State");
	out_puts(o, "Publisher\n");
}

static void subscriber_row(struct cli *cli, const struct service *s)
{
	struct out *o = cli_out(cli);

	out_col(o, W_NAME, "%s", s->name);
	out_col(o, W_STATE, "%s", state_of(cli, s));
	out_printf(o, "%s\n", s->subscriber);
}

static int show_subscribers(struct cli *cli, const struct args *a,
			    struct err *err)
{
	const struct service *s = NULL;

	(void)a;
	(void)err;
	subscriber_head(cli_out(cli));
	TAILQ_FOREACH(s, &cli_conf(cli)->services, link)
		if (*s->subscriber)
			subscriber_row(cli, s);
	return 0;
}

static int show_subscriber(struct cli *cli, const struct args *a,
			   struct err *err)
{
	const struct service *s = typed(cli, a, false, err);

	if (!s)
		return -1;
	subscriber_head(cli_out(cli));
	subscriber_row(cli, s);
	return 0;
}

static int show_subscriber_more(struct cli *cli, const struct args *a,
				struct err *err)
{
	const struct service *s = typed(cli, a, false, err);

	if (show_subscriber(cli, a, err) < 0)
		return -1;
	out_puts(cli_out(cli), "\n");
	limits_show(cli, s);
	col_line(cli_out(cli), COL_NARROW, "Files", "%llu",
		 counted(cli, "subscriber", s->name, "Files"));
	return 0;
}

const struct cmd show_replica_cmds[] = {
	{ .syntax = "show publisher",
	  .help = "Services that publish content",
	  .run = show_publishers },
	{ .syntax = "show publisher <service:service>",
	  .help = "Service name",
	  .run = show_publisher },
	{ .syntax = "show publisher <service:service> {files|verbose}",
	  .help = "Its files\n"
		  "With limits and subscribers",
	  .run = show_publisher_more },
	{ .syntax = "show subscriber",
	  .help = "Services that subscribe to content",
	  .run = show_subscribers },
	{ .syntax = "show subscriber <service:service>",
	  .help = "Service name",
	  .run = show_subscriber },
	{ .syntax = "show subscriber <service:service> verbose",
	  .help = "With limits",
	  .run = show_subscriber_more },
	{ 0 },
};

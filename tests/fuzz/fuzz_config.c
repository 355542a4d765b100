/*
 * Configurations: any text may be fed; what is accepted is shown as a
 * configuration that is accepted without a word and shows itself again.
 * Commands that do something beside configuring are left out by their first
 * word: they reach for the disk, the network or the end of the process.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/env.h"
#include "cli/render.h"
#include "cli/session.h"
#include "emu/base/out.h"
#include "emu/conf/conf.h"
#include "scratch_env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* First words by which configuring begins; any may be abbreviated. */
static const char *const configuring[] = {
	"activate",
	"add",
	"address",
	"advanced-balance",
	"application",
	"balance",
	"bridge",
	"circuit",
	"content",
	"description",
	"domain",
	"ftp-record",
	"frequency",
	"group",
	"host",
	"interface",
	"ip",
	"keepalive",
	"maxfailure",
	"method",
	"no",
	"owner",
	"phy",
	"port",
	"protocol",
	"redirect",
	"redundancy",
	"remove",
	"retryperiod",
	"service",
	"slot",
	"ssl",
	"ssl-proxy-list",
	"ssl-server",
	"backend-server",
	"sticky-mask",
	"string",
	"suspend",
	"type",
	"uri",
	"url",
	"vip",
	"weight",
	"exit",
	"configure",
	"logging",
	"restrict",
	"max",
	"trunk",
	"vlan",
};

static bool is_configuring(const char *line)
{
	size_t word = 0;

	line += strspn(line, " \t");
	word = strcspn(line, " \t");
	if (!word || strchr(line, ';') || strchr(line, '|') || *line == '!' ||
	    *line == '@')
		return !word || *line == '!';
	/* keys are made by slow work in the background */
	if (strcasestr(line, "gen"))
		return false;
	for (size_t i = 0; i < sizeof(configuring) / sizeof(*configuring); i++)
		if (!strncasecmp(configuring[i], line, word))
			return true;
	return false;
}

/* The lines of the input that may be run. */
static void lines_select(const uint8_t *data, size_t len, struct out *o)
{
	char *text = strndup((const char *)data, len), *rest = NULL;

	for (char *l = strtok_r(text, "\n", &rest); l;
	     l = strtok_r(NULL, "\n", &rest))
		if (is_configuring(l))
			out_printf(o, "%s\n", l);
	free(text);
}

static void rejected(void *arg, unsigned line, unsigned column,
		     const char *text, const char *message)
{
	struct out *trouble = arg;

	if (trouble)
		out_printf(trouble, "%u:%u: %s: %s\n", line, column, text,
			   message);
}

static int feed(const struct env *env, const char *text, struct out *trouble)
{
	struct script_result r = { .arg = trouble, .rejected = rejected };

	return script_run(env, text, strlen(text), &r);
}

static void mismatch(const struct out *one, const struct out *two,
		     const struct out *trouble)
{
	(void)fprintf(stderr, "shown:\n%s\nrejected:\n%s\nshown again:\n%s\n",
		      out_text(one), out_text(trouble), out_text(two));
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct out input = { 0 }, one = { 0 }, two = { 0 }, trouble = { 0 };
	struct env *env = scratch_env();

	if (len > 8192)
		return 0;
	lines_select(data, len, &input);
	(void)feed(env, out_text(&input), NULL);
	render_config(env, 0, &one);
	conf_clear(env->conf);
	if (feed(env, out_text(&one), &trouble))
		mismatch(&one, &two, &trouble);
	render_config(env, 0, &two);
	if (strcmp(out_text(&one), out_text(&two)) != 0)
		mismatch(&one, &two, &trouble);
	out_fini(&input);
	out_fini(&one);
	out_fini(&two);
	out_fini(&trouble);
	return 0;
}

/*
 * css11500 trace: what would the switch do with these requests?  A scratch
 * switch runs a configuration; every line of a file is then asked as `lab trace
 * json LINE` by the same session code, of the same decisions, and nothing is
 * sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/boot.h"
#include "emu/flow/policy.h"
#include "emu/flow/shared.h"
#include "emu/flow/trace.h"
#include "emu/options.h"
#include "emu/scratch.h"
#include "sslmod/card_ssl.h"

#define ASK	       "lab trace json "
#define STARTUP_CONFIG "startup-config"

enum { TRACE_OK = 0, TRACE_REJECTED = 1, TRACE_FAILED = 2 };

struct tracing {
	const struct options *opt;
	struct scratch scratch;
	const char *file; /* whose lines are read */
	bool rejected;
};

static void complain(struct tracing *t, unsigned line, unsigned column,
		     const char *text, const char *message)
{
	t->rejected = true;
	(void)fprintf(stderr, "%s:%u:%u: %s\n%s\n%*s^\n", t->file, line, column,
		      message, text, column ? (int)column - 1 : 0, "");
}

/* ---- the configuration ------------------------------------------------------ */

static void line_rejected(void *arg, unsigned line, unsigned column,
			  const char *text, const char *message)
{
	complain(arg, line, column, text, message);
}

static void line_warned(void *arg, unsigned line, const char *text,
			const char *message)
{
	const struct tracing *t = arg;

	(void)text;
	(void)fprintf(stderr, "%s:%u: warning: %s\n", t->file, line, message);
}

static int configure(struct tracing *t, struct err *err)
{
	const struct script_result result = { .arg = t,
					      .rejected = line_rejected,
					      .warned = line_warned };
	char path[sizeof(t->opt->disk) + sizeof(STARTUP_CONFIG) + 1];
	char *text = NULL;
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", t->opt->disk,
		       STARTUP_CONFIG);
	t->file = t->opt->startup ? t->opt->startup : path;
	if (scratch_read_file(t->file, &text, &len, err))
		return -1;
	(void)script_run(&t->scratch.env, text, len, &result);
	wipe(text, len);
	free(text);
	t->file = "";
	return 0;
}

/* ---- requests --------------------------------------------------------------- */

static void begin_object(const struct tracing *t, unsigned line, struct out *o)
{
	out_puts(o, "{\"file\":");
	out_json(o, t->file);
	out_printf(o, ",\"line\":%u,", line);
}

static void answered(void *arg, unsigned line, const char *json)
{
	struct tracing *t = arg;
	struct out o = { 0 };

	begin_object(t, line, &o);
	out_puts(&o, json + 1); /* behind its '{' */
	(void)fputs(out_text(&o), stdout);
	out_fini(&o);
}

static void request_rejected(void *arg, unsigned line, unsigned column,
			     const char *text, const char *message)
{
	const unsigned ask = sizeof(ASK) - 1;
	struct tracing *t = arg;
	struct out o = { 0 };

	column = column > ask ? column - ask : 1;
	text += strlen(text) >= ask ? ask : strlen(text);
	complain(t, line, column, text, message);
	begin_object(t, line, &o);
	out_printf(&o, "\"column\":%u,\"error\":", column);
	out_json(&o, message);
	out_puts(&o, "}\n");
	(void)fputs(out_text(&o), stdout);
	out_fini(&o);
}

/* Every line asks; what is empty or a remark stays, so that lines count on. */
static void questions(const char *text, size_t len, struct out *o)
{
	const char *end = text + len;

	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl ? nl : end) - text);
		size_t at = 0;

		while (at < n && (text[at] == ' ' || text[at] == '\t' ||
				  text[at] == '\r'))
			at++;
		if (at < n && text[at] != '!' && text[at] != '#') {
			out_puts(o, ASK);
			out_write(o, text, n);
		}
		out_puts(o, "\n");
		text += n + 1;
	}
}

static int ask_file(struct tracing *t, const char *file, struct err *err)
{
	const struct script_result result = { .arg = t,
					      .rejected = request_rejected,
					      .printed = answered };
	struct out o = { 0 };
	char *text = NULL;
	size_t len = 0;

	t->file = file;
	if (scratch_read_file(strcmp(file, "-") ? file : "/dev/stdin", &text,
			      &len, err))
		return -1;
	questions(text, len, &o);
	free(text);
	(void)script_run(&t->scratch.env, out_text(&o), o.len, &result);
	out_fini(&o);
	return 0;
}

/* What is configured, compiled once for all questions. */
static int ask_all(struct tracing *t, struct err *err)
{
	struct env *e = &t->scratch.env;
	struct shared *shared = trace_all_alive(e->conf);
	struct out warn = { 0 };
	struct policy *p = policy_build(e->conf, NULL, shared, &warn);
	int rc = 0;

	(void)fputs(out_text(&warn), stderr);
	out_fini(&warn);
	e->trace_policy = p;
	e->trace_shared = shared;
	for (int i = 0; !rc && i < t->opt->nfile; i++)
		rc = ask_file(t, t->opt->file[i], err);
	e->trace_policy = NULL;
	e->trace_shared = NULL;
	policy_unref(p);
	shared_free(shared);
	return rc;
}

int trace_main(const struct options *o)
{
	struct tracing t = { .opt = o };
	struct err err = { 0 };
	int status = TRACE_OK;

	sslmod_start();
	if (scratch_open(&t.scratch, o, &err) || configure(&t, &err) ||
	    ask_all(&t, &err)) {
		(void)fprintf(stderr, "css11500: %s\n", err.msg);
		status = TRACE_FAILED;
	} else if (t.rejected) {
		status = TRACE_REJECTED;
	}
	scratch_close(&t.scratch);
	return status;
}

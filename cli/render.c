/*
 * running-config: the configuration as text
 *
 * The text is what the rows of the command tables print of their objects, in
 * row order, so that syntax stands in one place; this file adds what is around:
 * sections in the product's order, banners, blank lines, the opening line of
 * each object.  A section or object that says nothing is left out, and what is
 * printed loads again to the same text (platform.md 3.1, field notes).
 */
#include "cli/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/software.h"
#include "cli/setting.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/group.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/probe.h"
#include "emu/conf/qualifier.h"
#include "emu/conf/reporter.h"
#include "emu/conf/rmon.h"
#include "emu/conf/service.h"
#include "emu/conf/setting.h"
#include "emu/conf/ssllist.h"
#include "emu/io/disk.h"

#define STARTUP_CONFIG "startup-config"

/*
 * While the lines without effect are looked for, each of them ends in MARK and
 * the reason: the text around it then tells what it is a line of.  Control
 * thread only.
 */
#define MARK '\001'
static bool marking, marking_host; /* host: on the host attachment */

static const char *inert_reason(const struct cmd *row, const void *obj)
{
	if (row->inert_when && !row->inert_when(obj))
		return NULL;
	return row->inert ? row->inert : marking_host ? row->host_inert : NULL;
}

static void mark_lines(struct out *o, size_t from, const char *reason)
{
	char *text = xstrndup(o->buf + from, o->len - from), *save = NULL;

	o->len = from;
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		out_printf(o, "%s%c%s\n", line, MARK, reason);
	free(text);
}

void render_row(const struct cmd *row, const void *obj, struct out *o)
{
	const char *reason = marking ? inert_reason(row, obj) : NULL;
	size_t from = o->len;

	if (row->set)
		setting_render(row, obj, o);
	else if (row->render)
		row->render(obj, o);
	if (reason && o->len > from)
		mark_lines(o, from, reason);
}

void render_rows(const struct cmd *table, const void *obj, struct out *o)
{
	for (const struct cmd *c = table; c->syntax; c++)
		render_row(c, obj, o);
}

/* ---- order of entry -------------------------------------------------------- */

/* What was set by other ways than a line comes last, in row order. */
void render_entered(const struct cmd *const *tables, int n,
		    const struct settings *order, const void *obj,
		    struct out *o)
{
	for (size_t i = 0; i < order->nline; i++)
		render_row(order->line[i], obj, o);
	for (int t = 0; t < n; t++)
		for (const struct cmd *c = tables[t]; c->syntax; c++)
			if (!settings_noted(order, c))
				render_row(c, obj, o);
}

void render_mode(int mode, const void *obj, struct out *o)
{
	const struct cmd *const *tables = modes[mode].tables;
	const struct mode_lines *l = &mode_lines[mode];
	const void *kept = (const char *)obj + l->kept;

	if (l->tables)
		render_entered(tables, l->tables, kept, obj, o);
	for (const struct cmd *const *t = tables + l->tables; *t; t++)
		render_rows(*t, obj, o);
}

static bool is_entered(int mode, const struct cmd *row)
{
	for (int t = 0; t < mode_lines[mode].tables; t++)
		for (const struct cmd *c = modes[mode].tables[t]; c->syntax;
		     c++)
			if (c == row)
				return true;
	return false;
}

/* After `no persistent`, or one of several services removed, there is a line. */
static bool is_silent(const struct cmd *row, const void *obj)
{
	struct out o = { 0 };
	bool silent = false;

	render_row(row, obj, &o);
	silent = !o.len;
	out_fini(&o);
	return silent;
}

void render_note_in(struct settings *order, const struct args *a,
		    const void *obj)
{
	if (a->undo && is_silent(a->row, obj))
		settings_forget(order, a->row);
	else
		settings_note(order, a->row);
}

void render_note(struct cli *cli, int mode, const struct args *a)
{
	const struct mode_lines *l = &mode_lines[mode];
	char *obj = NULL;
	void *order = NULL;

	if (!a->row->set && !a->row->render)
		return;
	if (l->note)
		l->note(cli, a);
	if (!is_entered(mode, a->row) || !(obj = cli_object(cli)))
		return;
	order = obj + l->kept;
	render_note_in(order, a, obj);
}

/* ---- objects -------------------------------------------------------------- */

/* A blank line between objects. */
static void separate(struct out *o)
{
	if (o->len)
		out_puts(o, "\n");
}

static bool wanted(const char *only, const char *name)
{
	return !only || !strcmp(only, name);
}

/* An opening line and the rows under it; nothing when the rows are silent. */
static void if_any(const char *opening, const char *name, enum mode_id mode,
		   const void *obj, struct out *o)
{
	struct out body = { 0 };

	render_mode(mode, obj, &body);
	if (body.len) {
		separate(o);
		out_printf(o, "%s %s \n%s", opening, name, out_text(&body));
	}
	out_fini(&body);
}

static void object(const char *opening, const char *name, enum mode_id mode,
		   const void *obj, struct out *o)
{
	separate(o);
	out_printf(o, "%s %s \n", opening, name);
	render_mode(mode, obj, o);
}

/* ---- sections: only is a name, or NULL for all; false: no such object ----- */

static bool global_section(const struct conf *c, const char *only,
			   struct out *o)
{
	if (only)
		return false;
	render_mode(MODE_GLOBAL, c, o);
	return true;
}

static bool interface_section(const struct conf *c, const char *only,
			      struct out *o)
{
	const struct iface *one = only ? iface_find(c, only) : NULL;
	const struct iface *i = NULL;

	TAILQ_FOREACH(i, &c->ifaces, link)
		if (!only || i == one)
			if_any("interface ", i->name, MODE_INTERFACE, i, o);
	return !only || one;
}

static bool circuit_section(const struct conf *c, const char *only,
			    struct out *o)
{
	const struct circuit *one = only ? circuit_find(c, only) : NULL;
	const struct circuit *ci = NULL;

	TAILQ_FOREACH(ci, &c->circuits, link)
		if (!only || ci == one)
			if_any("circuit", ci->name, MODE_CIRCUIT, ci, o);
	return !only || one;
}

/* The mode's other tables render entries, which ssllist_cmds goes through. */
static bool ssllist_section(const struct conf *c, const char *only,
			    struct out *o)
{
	const struct ssllist *l = NULL;

	TAILQ_FOREACH(l, &c->ssllists, link) {
		if (!wanted(only, l->name))
			continue;
		separate(o);
		out_printf(o, "ssl-proxy-list %s \n", l->name);
		render_rows(ssllist_cmds, l, o);
	}
	return !only || ssllist_find(c, only);
}

/* Sections of a list of objects that are opened by name, or by number. */
#define OBJECTS(fn, type, list, key, opening, mode)                            \
	static bool fn(const struct conf *c, const char *only, struct out *o)  \
	{                                                                      \
		const struct type *x = NULL;                                   \
		bool found = !only;                                            \
                                                                               \
		TAILQ_FOREACH(x, &c->list, link) {                             \
			if (!wanted(only, key))                                \
				continue;                                      \
			object(opening, key, mode, x, o);                      \
			found = true;                                          \
		}                                                              \
		return found;                                                  \
	}
#define BY_NAME(fn, type, list, opening, mode)                                 \
	OBJECTS(fn, type, list, x->name, opening, mode)
#define BY_INDEX(fn, type, list, opening, mode)                                \
	OBJECTS(fn, type, list, number(x->index), opening, mode)

static const char *number(unsigned n)
{
	static char text[12]; /* control thread only */

	(void)snprintf(text, sizeof(text), "%u", n);
	return text;
}

BY_NAME(keepalive_section, probe, probes, "keepalive", MODE_KEEPALIVE)
BY_NAME(service_section, service, services, "service", MODE_SERVICE)
BY_NAME(eql_section, qualifier, qualifiers[QUALIFIER_EQL], "eql", MODE_EQL)
BY_NAME(dql_section, qualifier, qualifiers[QUALIFIER_DQL], "dql", MODE_DQL)
BY_NAME(nql_section, qualifier, qualifiers[QUALIFIER_NQL], "nql", MODE_NQL)
BY_NAME(urql_section, qualifier, qualifiers[QUALIFIER_URQL], "urql", MODE_URQL)
BY_NAME(hfgroup_section, hfgroup, hfgroups, "header-field-group",
	MODE_HEADER_FIELD_GROUP)
BY_NAME(owner_section, owner, owners, "owner", MODE_OWNER)
BY_NAME(group_section, group, groups, "group", MODE_GROUP)
BY_INDEX(acl_section, acl, acls, "acl", MODE_ACL)
BY_NAME(reporter_section, reporter, reporters, "reporter", MODE_REPORTER)
BY_INDEX(alarm_section, rmon, rmons[RMON_ALARM], "rmon-alarm", MODE_RMON_ALARM)
BY_INDEX(event_section, rmon, rmons[RMON_EVENT], "rmon-event", MODE_RMON_EVENT)
BY_INDEX(history_section, rmon, rmons[RMON_HISTORY], "rmon-history",
	 MODE_RMON_HISTORY)

/* "OWNER RULE", or "RULE" for every owner's rule of that name */
static bool content_section(const struct conf *c, const char *only,
			    struct out *o)
{
	size_t len = only ? strcspn(only, " ") : 0;
	bool owner_too = only && only[len];
	const char *rule = owner_too ? only + len + 1 : only;
	const struct owner *w = NULL;
	const struct content *r = NULL;
	bool found = false;

	TAILQ_FOREACH(w, &c->owners, link) {
		if (owner_too &&
		    (strlen(w->name) != len || memcmp(w->name, only, len) != 0))
			continue;
		TAILQ_FOREACH(r, &w->contents, link) {
			if (rule && strcmp(rule, r->name) != 0)
				continue;
			object("  content", r->name, MODE_CONTENT, r, o);
			found = true;
		}
	}
	return found || !only;
}

/* Order is running-config order: objects before what refers to them. */
static const struct section {
	const char *title;
	const char *word;
	bool in_whole; /* rules are printed with their owner */
	bool (*render)(const struct conf *c, const char *only, struct out *o);
} sections[] = {
	{ "GLOBAL", "global", true, global_section },
	{ "INTERFACE", "interface", true, interface_section },
	{ "CIRCUIT", "circuit", true, circuit_section },
	{ "SSL PROXY LIST", "ssl-proxy-list", true, ssllist_section },
	{ "KEEPALIVE", "keepalive", true, keepalive_section },
	{ "SERVICE", "service", true, service_section },
	{ "EQL", "eql", true, eql_section },
	{ "DQL", "dql", true, dql_section },
	{ "NQL", "nql", true, nql_section },
	{ "URQL", "urql", true, urql_section },
	{ "HEADER FIELD GROUP", "header-field-group", true, hfgroup_section },
	{ "REPORTER", "reporter", true, reporter_section },
	{ "OWNER", "owner", true, owner_section },
	{ "CONTENT", "content", false, content_section },
	{ "GROUP", "group", true, group_section },
	{ "ACL", "acl", true, acl_section },
	{ "RMON ALARM", "rmon-alarm", true, alarm_section },
	{ "RMON EVENT", "rmon-event", true, event_section },
	{ "RMON HISTORY", "rmon-history", true, history_section },
};
#define NSECTION (sizeof(sections) / sizeof(*sections))

/* Stars on both sides, rounded up. */
void render_banner(const char *title, struct out *o)
{
	static const char stars[] = "*****************************";
	int n = (60 - (int)strlen(title)) / 2;

	out_printf(o, "!%.*s %s %.*s\n", n, stars, title, n, stars);
}

void render_config(const struct env *env, time_t now, struct out *o)
{
	struct out body = { 0 };
	char when[WALL_TEXT_LEN + 1];

	out_printf(o,
		   "!Generated on %s\n"
		   "!Active version: %s\n"
		   "\nconfigure\n\n",
		   wall_text(now, when), software_running(env)->image);
	for (size_t i = 0; i < NSECTION; i++) {
		out_clear(&body);
		if (sections[i].in_whole)
			(void)sections[i].render(env->conf, NULL, &body);
		if (!body.len)
			continue;
		out_puts(o, "\n");
		render_banner(sections[i].title, o);
		out_puts(o, out_text(&body));
	}
	out_fini(&body);
}

/* ---- lines without effect -------------------------------------------------- */

#define DEPTH_MAX 3 /* owner, rule, line; circuit, address, line */

static void trim(char *line)
{
	size_t len = strlen(line);

	while (len && line[len - 1] == ' ')
		line[--len] = '\0';
}

/* "service web1 / max-age 60" and the reason under it */
static void inert_print(const char *const *above, int depth, const char *line,
			const char *reason, struct out *o)
{
	for (int i = 0; i < depth; i++)
		if (above[i])
			out_printf(o, "%s / ", above[i]);
	out_printf(o, "%s\n    %s\n", line, reason);
}

void render_inert(const struct env *env, struct out *o)
{
	const char *above[DEPTH_MAX] = { NULL };
	struct out config = { 0 };
	char *save = NULL;

	marking = true;
	marking_host = !env->wire;
	render_config(env, 0, &config);
	marking = marking_host = false;
	for (char *line = config.buf ? strtok_r(config.buf, "\n", &save) : NULL;
	     line; line = strtok_r(NULL, "\n", &save)) {
		char *reason = strchr(line, MARK);
		size_t depth = strspn(line, " ") / 2;

		if (reason)
			*reason++ = '\0';
		trim(line);
		if (*line == '!' || depth >= DEPTH_MAX)
			memset(above, 0, sizeof(above));
		else if (reason)
			inert_print(above, (int)depth, line + 2 * depth, reason,
				    o);
		else
			above[depth] = line + 2 * depth;
	}
	out_fini(&config);
}

int render_section(const struct env *env, const char *section, const char *name,
		   struct out *o, struct err *err)
{
	struct out body = { 0 };
	const struct section *s = NULL;
	bool found = false;

	for (size_t i = 0; i < NSECTION && !s; i++)
		if (!strcmp(sections[i].word, section))
			s = &sections[i];
	if (!s)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, "section",
			       section);
	found = s->render(env->conf, name, &body);
	if (found && body.len) {
		render_banner(s->title, o);
		out_puts(o, out_text(&body));
	}
	out_fini(&body);
	if (!found)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT, section,
			       name);
	return 0;
}

int render_store(const struct env *env, const char *text, size_t len,
		 struct err *err)
{
	return disk_write(env->disk, STARTUP_CONFIG, text, len, 0600, err);
}

int render_save(const struct env *env, struct err *err)
{
	struct out text = { 0 };
	int result = 0;

	render_config(env, wall_now(), &text);
	result = render_store(env, out_text(&text), text.len, err);
	if (!result)
		env->conf->saved = env->conf->generation;
	out_fini(&text);
	return result;
}

/* Header field groups (content.md 6.6). */
#include "emu/conf/hfgroup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/content.h"

static const char *const field_names[] = {
	[FIELD_ACCEPT] = "accept",
	[FIELD_CACHE_CONTROL] = "cache-control",
	[FIELD_CHARSET] = "charset",
	[FIELD_CONNECTION] = "connection",
	[FIELD_COOKIES] = "cookies",
	[FIELD_ENCODING] = "encoding",
	[FIELD_HOST] = "host",
	[FIELD_LANGUAGE] = "language",
	[FIELD_MSISDN] = "msisdn",
	[FIELD_PRAGMA] = "pragma",
	[FIELD_REFERER] = "referer",
	[FIELD_REQUEST_LINE] = "request-line",
	[FIELD_USER_AGENT] = "user-agent",
	[FIELD_CUSTOM] = "custom",
};
static_assert(sizeof(field_names) / sizeof(*field_names) == FIELD_NUM,
	      "a name per field");

static const char *const op_names[] = {
	[HEADER_CONTAIN] = "contain",	  [HEADER_EQUAL] = "equal",
	[HEADER_EXIST] = "exist",	  [HEADER_NOT_CONTAIN] = "not-contain",
	[HEADER_NOT_EQUAL] = "not-equal", [HEADER_NOT_EXIST] = "not-exist",
};
static_assert(sizeof(op_names) / sizeof(*op_names) == HEADER_OP_NUM,
	      "a name per operator");

const char *header_field_name(enum header_field f)
{
	return field_names[f];
}

const char *header_op_name(enum header_op op)
{
	return op_names[op];
}

/* ---- groups --------------------------------------------------------------- */

struct hfgroup *hfgroup_find(const struct conf *c, const char *name)
{
	struct hfgroup *g = NULL;

	TAILQ_FOREACH(g, &c->hfgroups, link)
		if (!strcmp(g->name, name))
			return g;
	return NULL;
}

static int group_count(const struct conf *c)
{
	const struct hfgroup *g = NULL;
	int n = 0;

	TAILQ_FOREACH(g, &c->hfgroups, link)
		n++;
	return n;
}

static void group_insert(struct conf *c, struct hfgroup *g)
{
	struct hfgroup *other = NULL;

	TAILQ_FOREACH(other, &c->hfgroups, link)
		if (strcmp(other->name, g->name) > 0) {
			TAILQ_INSERT_BEFORE(other, g, link);
			return;
		}
	TAILQ_INSERT_TAIL(&c->hfgroups, g, link);
}

struct hfgroup *hfgroup_add(struct conf *c, const char *name, struct err *err)
{
	struct hfgroup *g = hfgroup_find(c, name);

	if (g)
		return g;
	if (conf_check_name_max(name, HFGROUP_NAME_LEN, err) < 0)
		return NULL;
	if (group_count(c) >= HFGROUP_MAX) {
		(void)err_set(err, ERR_RANGE, -1, T_FULL, "header-field-group",
			      HFGROUP_MAX);
		return NULL;
	}
	g = xcalloc(1, sizeof(*g));
	(void)str_copy(g->name, sizeof(g->name), name);
	group_insert(c, g);
	conf_changed(c);
	return g;
}

static bool is_used(const struct content *r, const char *name)
{
	return !strcmp(r->more.header_field, name);
}

int hfgroup_del(struct conf *c, const char *name, struct err *err)
{
	struct hfgroup *g = hfgroup_find(c, name);

	if (!g)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "header-field-group", name);
	if (content_check_unused(c, is_used, name, err) < 0)
		return -1;
	TAILQ_REMOVE(&c->hfgroups, g, link);
	free(g->field);
	free(g);
	conf_changed(c);
	return 0;
}

/* ---- fields --------------------------------------------------------------- */

static size_t field_place(const struct hfgroup *g, const char *name)
{
	size_t at = 0;

	while (at < g->nfield && strcmp(g->field[at].name, name) != 0)
		at++;
	return at;
}

static bool same_field(const struct hfgroup_field *a,
		       const struct hfgroup_field *b)
{
	return !strcmp(a->name, b->name) && a->field == b->field &&
	       !strcmp(a->custom, b->custom) && a->op == b->op &&
	       !strcmp(a->text, b->text) && a->search_len == b->search_len;
}

static bool op_has_text(enum header_op op)
{
	return op != HEADER_EXIST && op != HEADER_NOT_EXIST;
}

int hfgroup_set_field(struct conf *c, struct hfgroup *g,
		      const struct hfgroup_field *f, struct err *err)
{
	size_t at = field_place(g, f->name);

	if (op_has_text(f->op) != (f->text[0] != '\0'))
		return err_set(err, ERR_RANGE, -1,
			       op_has_text(f->op) ? T_HFG_NEEDS_TEXT
						  : T_HFG_NO_TEXT,
			       op_names[f->op]);
	if (at < g->nfield && same_field(&g->field[at], f))
		return 0;
	if (at == g->nfield) {
		if (at == HFGROUP_FIELD_MAX)
			return err_set(err, ERR_RANGE, -1, T_FULL,
				       "header field", HFGROUP_FIELD_MAX);
		g->field = xarray_insert(g->field, &g->nfield, sizeof(*f), at);
	}
	g->field[at] = *f;
	conf_changed(c);
	return 0;
}

int hfgroup_del_field(struct conf *c, struct hfgroup *g, const char *name,
		      struct err *err)
{
	size_t at = field_place(g, name);

	if (at == g->nfield)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_ENTRY, name);
	xarray_remove(g->field, &g->nfield, sizeof(*g->field), at);
	conf_changed(c);
	return 0;
}

#include "cli/script_var.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

struct var {
	char name[VAR_NAME_LEN + 1];
	char *value; /* owned */
};

/* Sorted by name. */
struct vars {
	struct var *v; /* owned */
	int n;
};

struct vars *vars_new(void)
{
	return xcalloc(1, sizeof(struct vars));
}

static void value_free(char *value)
{
	if (value)
		wipe(value, strlen(value)); /* scripts keep passwords, too */
	free(value);
}

void vars_free(struct vars *v)
{
	if (!v)
		return;
	for (int i = 0; i < v->n; i++)
		value_free(v->v[i].value);
	free(v->v);
	free(v);
}

/* Where it is; or where it would go, and false. */
static bool find(const struct vars *v, const char *name, int *at)
{
	int lo = 0, hi = v->n;

	while (lo < hi) {
		int mid = (lo + hi) / 2, cmp = strcmp(v->v[mid].name, name);

		if (!cmp) {
			*at = mid;
			return true;
		}
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*at = lo;
	return false;
}

const char *vars_get(const struct vars *v, const char *name)
{
	int at = 0;

	return v && find(v, name, &at) ? v->v[at].value : NULL;
}

static struct var *insert(struct vars *v, int at, const char *name)
{
	struct var *x = NULL;

	v->v = xrealloc(v->v, (size_t)(v->n + 1) * sizeof(*v->v));
	x = &v->v[at];
	memmove(x + 1, x, (size_t)(v->n - at) * sizeof(*x));
	v->n++;
	*x = (struct var){ .value = NULL };
	(void)str_copy(x->name, sizeof(x->name), name);
	return x;
}

int vars_set(struct vars *v, const char *name, const char *value,
	     struct err *err)
{
	struct var *x = NULL;
	char *copy = NULL;
	int at = 0;

	if (!var_is_name(name))
		return err_set(err, ERR_RANGE, -1, T_VAR_NAME, name,
			       VAR_NAME_LEN);
	if (strlen(value) > VAR_VALUE_LEN)
		return err_set(err, ERR_RANGE, -1, T_TOO_LONG,
			       (size_t)VAR_VALUE_LEN);
	if (find(v, name, &at))
		x = &v->v[at];
	else if (v->n == VARS_MAX)
		return err_set(err, ERR_REFUSED, -1, T_FULL, "variable",
			       VARS_MAX);
	else
		x = insert(v, at, name);
	copy = xstrdup(value); /* may be the old one */
	value_free(x->value);
	x->value = copy;
	return 0;
}

bool vars_unset(struct vars *v, const char *name)
{
	int at = 0;

	if (!v || !find(v, name, &at))
		return false;
	value_free(v->v[at].value);
	v->n--;
	memmove(&v->v[at], &v->v[at + 1], (size_t)(v->n - at) * sizeof(*v->v));
	return true;
}

bool vars_at(const struct vars *v, int at, const char **name,
	     const char **value)
{
	if (!v || at >= v->n)
		return false;
	*name = v->v[at].name;
	*value = v->v[at].value;
	return true;
}

/* ---- what texts are ------------------------------------------------------- */

static bool name_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_-.", c));
}

static size_t name_len(const char *s)
{
	size_t n = 0;

	while (name_char(s[n]))
		n++;
	return n;
}

bool var_is_name(const char *text)
{
	size_t len = name_len(text);

	return len && len <= VAR_NAME_LEN && !text[len];
}

bool var_is_int(const char *value)
{
	value += *value == '-';
	return *value && strspn(value, "0123456789") == strlen(value);
}

unsigned array_count(const char *value)
{
	unsigned n = 0;

	for (value += strspn(value, " \t"); *value; n++) {
		value += strcspn(value, " \t");
		value += strspn(value, " \t");
	}
	return n;
}

bool array_word(const char *value, unsigned n, const char **at, size_t *len)
{
	*len = 0;
	*at = value;
	for (unsigned i = 0; i < n; i++) {
		*at = value + strspn(value, " \t");
		*len = strcspn(*at, " \t");
		value = *at + *len;
	}
	return *len > 0;
}

/* ---- ${NAME} -------------------------------------------------------------- */

/* The variable that text begins with: "${NAME}"; the length of all, or 0. */
static size_t reference(const char *text, char *name)
{
	size_t len = 0;

	if (text[0] != '$' || text[1] != '{')
		return 0;
	len = name_len(text + 2);
	if (!len || len > VAR_NAME_LEN || text[2 + len] != '}')
		return 0;
	memcpy(name, text + 2, len);
	name[len] = '\0';
	return len + 3;
}

bool vars_in(const char *text)
{
	char name[VAR_NAME_LEN + 1];

	while ((text = strchr(text, '$'))) {
		if (reference(text, name))
			return true;
		text++;
	}
	return false;
}

struct expansion {
	var_lookup_fn lookup;
	void *arg;
};

static const char *value_of(const struct expansion *x, const char *name)
{
	const char *value = x->lookup(x->arg, name);

	return value ? value : "";
}

/* What stands between [ and ]; the length of all, or 0: it is no index. */
static size_t index_read(const struct expansion *x, const char *text, char *idx,
			 size_t cap)
{
	char name[VAR_NAME_LEN + 1];
	size_t len = 0, used = 0;

	if (*text != '[')
		return 0;
	used = reference(text + 1, name);
	if (used) {
		(void)str_copy(idx, cap, value_of(x, name));
	} else {
		used = strcspn(text + 1, "]");
		if (used >= cap)
			return 0;
		memcpy(idx, text + 1, used);
		idx[used] = '\0';
	}
	len = used + 2;
	if (text[len - 1] != ']')
		return 0;
	if (!strcmp(idx, "#") || !strcmp(idx, "*") ||
	    (*idx && strspn(idx, "0123456789") == strlen(idx)))
		return len;
	return 0;
}

/* Quotes of a value must not end the text that it goes into. */
static void put_guarded(struct out *o, const char *s, size_t len)
{
	size_t start = o->len;

	out_write(o, s, len);
	for (size_t i = start; i < o->len; i++)
		if (o->buf[i] == '"')
			o->buf[i] = VAR_QUOTE;
}

static void put_value(struct out *o, const char *value, const char *idx,
		      bool guarded)
{
	const char *at = value;
	size_t len = strlen(value);
	uint32_t n = 0;

	if (!strcmp(idx, "#")) {
		out_printf(o, "%u", array_count(value));
		return;
	}
	if (!strcmp(idx, "*")) {
		out_puts(o, var_is_int(value) ? "int" : "char");
		return;
	}
	if (*idx && (!str_to_u32(idx, 1, LINE_LEN, &n) ||
		     !array_word(value, n, &at, &len)))
		return;
	if (guarded)
		put_guarded(o, at, len);
	else
		out_write(o, at, len);
}

/* One reference with its index, from text on; 0: there is none. */
static size_t put_reference(const struct expansion *x, const char *text,
			    bool guarded, struct out *o)
{
	char name[VAR_NAME_LEN + 1], idx[12] = "";
	size_t len = reference(text, name), more = 0;

	if (!len)
		return 0;
	more = index_read(x, text + len, idx, sizeof(idx));
	if (!more)
		*idx = '\0';
	put_value(o, value_of(x, name), idx, guarded);
	return len + more;
}

/* A word outside of quotes; returns its length in the text. */
static size_t put_bare(const struct expansion *x, const char *text, bool quote,
		       struct out *o)
{
	struct out word = { 0 };
	size_t at = 0, len = 0;
	bool any = false;

	while (text[at] && !strchr(" \t\"", text[at])) {
		len = put_reference(x, text + at, quote, &word);
		if (!len)
			out_write(&word, text + at, 1);
		any |= len > 0;
		at += len ? len : 1;
	}
	out_puts(o, quote && any ? "\"" : "");
	out_puts(o, out_text(&word));
	out_puts(o, quote && any ? "\"" : "");
	out_fini(&word);
	return at;
}

static size_t put_quoted(const struct expansion *x, const char *text,
			 struct out *o)
{
	size_t at = 1;

	out_puts(o, "\"");
	while (text[at] && text[at] != '"') {
		size_t len = put_reference(x, text + at, true, o);

		if (!len)
			out_write(o, text + at, 1);
		at += len ? len : 1;
	}
	if (!text[at])
		return at;
	out_puts(o, "\"");
	return at + 1;
}

int vars_expand(const char *text, bool bare_quoted, var_lookup_fn lookup,
		void *arg, struct out *o, struct err *err)
{
	struct expansion x = { lookup, arg };
	size_t start = o->len;

	while (*text) {
		size_t blank = strspn(text, " \t");

		out_write(o, text, blank);
		text += blank;
		if (*text == '"')
			text += put_quoted(&x, text, o);
		else
			text += put_bare(&x, text, bare_quoted, o);
		if (o->len - start > LINE_LEN)
			return err_set(err, ERR_SYNTAX, -1, T_LINE_LONG,
				       LINE_LEN);
	}
	return 0;
}

/*
 * Rows that keep a value (cli/setting.h)
 *
 * A line is cut into family, key and value by counting words, for the sentence
 * that sets as for the one that undoes, and printed by putting them together
 * again: what is stored is what running-config shows.
 */
#include "cli/setting.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/setting.h"
#include "emu/io/disk.h"
#include "sslmod/seal.h"

#define FAMILY_LEN 96
#define SEALED_LEN 512

/* ---- the parts of a sentence ---------------------------------------------- */

/* The keywords that the syntax begins with, or what the row says instead. */
static void family_of(const struct cmd *row, char *buf, size_t cap)
{
	size_t len = strcspn(row->syntax, "<[{");

	while (len && row->syntax[len - 1] == ' ')
		len--;
	if (row->set->family)
		(void)str_copy(buf, cap, row->set->family);
	else
		(void)snprintf(buf, cap, "%.*s", (int)len, row->syntax);
}

static int words_in(const char *text)
{
	int n = *text != '\0';

	for (; *text; text++)
		n += *text == ' ';
	return n;
}

static bool is_secret(const struct setting *set, const char *spec)
{
	size_t len = set->secret ? strlen(set->secret) : 0;

	return len && spec && !strncmp(spec, set->secret, len) &&
	       spec[len] == ':';
}

static int seal_word(struct cli *cli, const struct setting *set,
		     const char *word, struct out *o, struct err *err)
{
	const struct env *env = cli_env(cli);
	char hex[SEALED_LEN];

	if (!env->disk ||
	    !seal_text(disk_secret(env->disk), word, hex, sizeof(hex)))
		return err_set(err, ERR_RANGE, -1, T_TOO_LONG,
			       (size_t)SEALED_LEN / 2);
	out_printf(o, "%s %s", set->sealed, hex);
	return 0;
}

static int word_print(struct cli *cli, const struct setting *set,
		      const struct args *a, int i, struct out *o,
		      struct err *err)
{
	const char *spec = a->seq[i].spec, *text = a->seq[i].text;

	if (!spec) {
		out_puts(o, text);
		return 0;
	}
	if (is_secret(set, spec))
		return seal_word(cli, set, text, o, err);
	return type_print(spec, text, cli_conf(cli), o, err);
}

/* Words from..to-1 in printed form. */
static int words_print(struct cli *cli, const struct setting *set,
		       const struct args *a, int from, int to, struct out *o,
		       struct err *err)
{
	for (int i = from; i < to && i < a->nseq; i++) {
		if (i > from)
			out_puts(o, " ");
		if (word_print(cli, set, a, i, o, err) < 0)
			return -1;
	}
	return 0;
}

struct sentence {
	char family[FAMILY_LEN];
	struct out key, value;
};

static int sentence_read(struct cli *cli, const struct args *a,
			 struct sentence *st, struct err *err)
{
	const struct setting *set = a->row->set;
	int at = a->undo; /* behind "no" */

	*st = (struct sentence){ 0 };
	family_of(a->row, st->family, sizeof(st->family));
	at += words_in(st->family);
	if (words_print(cli, set, a, at, at + set->keys, &st->key, err) < 0)
		return -1;
	return words_print(cli, set, a, at + set->keys, a->nseq, &st->value,
			   err);
}

static void sentence_fini(struct sentence *st)
{
	if (st->value.buf)
		wipe(st->value.buf, st->value.len);
	out_fini(&st->key);
	out_fini(&st->value);
}

/* ---- where it goes -------------------------------------------------------- */

static void *field_of(struct cli *cli, const struct setting *set)
{
	char *base =
		set->global ? (char *)cli_conf(cli)->global : cli_object(cli);

	assert(base);
	return base + set->at;
}

static const char *noun_of(const struct setting *set, const char *family)
{
	return set->noun ? set->noun : family;
}

static int kept_put(struct cli *cli, const struct setting *set,
		    const struct sentence *st, struct err *err)
{
	struct settings *s = field_of(cli, set);
	const char *key = out_text(&st->key), *value = out_text(&st->value);

	if (set->on || (set->dflt && !strcmp(set->dflt, value))) {
		(void)settings_del(cli_conf(cli), s, st->family, key);
		return 0;
	}
	if (set->max && !settings_get(s, st->family, key) &&
	    settings_count(s, st->family) >= set->max)
		return err_set(err, ERR_RANGE, -1, T_FULL,
			       noun_of(set, st->family), set->max);
	settings_put(cli_conf(cli), s, st->family, key, value);
	return 0;
}

static int kept_clear(struct cli *cli, const struct setting *set,
		      const struct sentence *st, struct err *err)
{
	struct settings *s = field_of(cli, set);
	const char *key = out_text(&st->key);

	if (set->on)
		settings_put(cli_conf(cli), s, st->family, key, "");
	else if (!settings_del(cli_conf(cli), s, st->family, key) && set->keys)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       noun_of(set, st->family), key);
	return 0;
}

/* enable and enabled are one word. */
static bool flag_value(const struct setting *set, const char *value)
{
	return !set->yes || str_has_prefix(value, set->yes);
}

/* What a quoted text was before it was printed. */
static const char *unquote(char *text)
{
	size_t len = strlen(text);

	if (len < 2 || *text != '"')
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

static int typed_put(struct cli *cli, const struct setting *set,
		     const char *value, bool undo, struct err *err)
{
	struct conf *c = cli_conf(cli);
	void *field = field_of(cli, set);
	unsigned long v = strtoul(value, NULL, 10);
	char *text = NULL;
	int result = 0;

	switch (set->store) {
	case SET_FLAG:
		conf_put_flag(c, field,
			      undo ? set->on && set->yes
				   : flag_value(set, value));
		return 0;
	case SET_U8:
		conf_put_u8(c, field, v);
		return 0;
	case SET_U16:
		conf_put_u16(c, field, v);
		return 0;
	case SET_U32:
		conf_put_u32(c, field, v);
		return 0;
	case SET_TEXT:
		text = xstrdup(value);
		result = conf_put_text(c, field, set->cap, unquote(text), err);
		free(text);
		return result;
	case SET_KEPT:
		break;
	}
	return 0;
}

static int sentence_store(struct cli *cli, const struct args *a,
			  const struct sentence *st, struct err *err)
{
	const struct setting *set = a->row->set;

	if (set->store == SET_KEPT)
		return a->undo ? kept_clear(cli, set, st, err)
			       : kept_put(cli, set, st, err);
	return typed_put(cli, set,
			 !a->undo    ? out_text(&st->value)
			 : set->dflt ? set->dflt
				     : "",
			 a->undo, err);
}

int setting_run(struct cli *cli, const struct args *a, struct err *err)
{
	const struct setting *set = a->row->set;
	struct sentence st;
	int result = set->check ? set->check(cli, a, err) : 0;

	if (result < 0)
		return -1;
	result = sentence_read(cli, a, &st, err);
	if (!result)
		result = sentence_store(cli, a, &st, err);
	sentence_fini(&st);
	if (!result && set->changed)
		set->changed(cli);
	return result;
}

/* ---- running-config ------------------------------------------------------- */

static void line(const struct setting *set, const char *no, const char *family,
		 const char *key, const char *value, struct out *o)
{
	out_printf(o, "%s%s%s%s%s%s%s \n", set->indent ? set->indent : "  ", no,
		   family, *key ? " " : "", key, *value ? " " : "", value);
}

static void kept_render(const struct setting *set, const char *family,
			const struct settings *s, struct out *o)
{
	const struct setting_item *it = NULL;

	for (size_t i = 0; (it = settings_at(s, family, i)); i++)
		line(set, set->on ? "no " : "", family, it->key, it->value, o);
}

static void flag_render(const struct setting *set, const char *family, bool v,
			struct out *o)
{
	const char *word = v ? set->yes : set->no;

	if (v != set->on)
		line(set, v || word ? "" : "no ", family, "", word ? word : "",
		     o);
}

static void number_render(const struct setting *set, const char *family,
			  unsigned long v, struct out *o)
{
	char text[24];

	if (v == strtoul(set->dflt ? set->dflt : "", NULL, 10))
		return;
	(void)snprintf(text, sizeof(text), "%lu", v);
	line(set, "", family, "", text, o);
}

/* Texts are typed in quotes and printed so; single words are not. */
static void text_render(const struct cmd *row, const char *family,
			const char *text, struct out *o)
{
	const char *spec = strchr(row->syntax, '<');
	struct out value = { 0 };

	if (!strcmp(text, row->set->dflt ? row->set->dflt : ""))
		return;
	if (spec)
		(void)type_print(spec + 1, text, NULL, &value, NULL);
	else
		out_puts(&value, text);
	line(row->set, "", family, "", out_text(&value), o);
	out_fini(&value);
}

void setting_render(const struct cmd *row, const void *obj, struct out *o)
{
	const struct setting *set = row->set;
	const struct conf *c = obj; /* of a global row */
	const char *base = set->global ? (const char *)c->global : obj;
	const void *field = base + set->at;
	char family[FAMILY_LEN];

	family_of(row, family, sizeof(family));
	switch (set->store) {
	case SET_KEPT:
		kept_render(set, family, field, o);
		break;
	case SET_FLAG:
		flag_render(set, family, *(const bool *)field, o);
		break;
	case SET_U8:
		number_render(set, family, *(const uint8_t *)field, o);
		break;
	case SET_U16:
		number_render(set, family, *(const uint16_t *)field, o);
		break;
	case SET_U32:
		number_render(set, family, *(const uint32_t *)field, o);
		break;
	case SET_TEXT:
		text_render(row, family, field, o);
		break;
	}
}

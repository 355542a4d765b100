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
#include "cli/tree_priv.h"
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

/* The syntax behind the words that name a part of the object. */
static const char *own_syntax(const struct cmd *row)
{
	const struct setting_part *part = row->set->part;

	return row->syntax + (part ? strlen(part->syntax) + 1 : 0);
}

/* The keywords that the syntax begins with, or what the row says instead. */
static void family_of(const struct cmd *row, char *buf, size_t cap)
{
	const char *syntax = own_syntax(row);
	size_t len = strcspn(syntax, "<[{");

	while (len && syntax[len - 1] == ' ')
		len--;
	if (row->set->family)
		(void)str_copy(buf, cap, row->set->family);
	else
		(void)snprintf(buf, cap, "%.*s", (int)len, syntax);
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

/* A network in one word, a.b.c.d/n, is printed as two. */
static int printed_words(const struct args *a, int i)
{
	const char *type = a->seq[i].spec ? strchr(a->seq[i].spec, ':') : NULL;

	return type && !strcmp(type, ":cidr") ? 2 : 1;
}

/* Where a key of so many printed words ends. */
static int key_end(const struct args *a, int at, int words)
{
	for (; at < a->nseq && words > 0; at++)
		words -= printed_words(a, at);
	return at;
}

/* Is it the end of the text, as whole words? */
static bool ends_in(const char *text, size_t len, const char *end, size_t n)
{
	return len >= n && !memcmp(text + len - n, end, n) &&
	       (len == n || text[len - n - 1] == ' ');
}

/* Takes off what may be left out. */
static void value_trim(const char *omit, struct out *value)
{
	while (omit && value->len) {
		size_t n = strcspn(omit, "|");

		if (ends_in(value->buf, value->len, omit, n)) {
			value->len -= n;
			value->len -= value->len > 0; /* the blank before */
			value->buf[value->len] = '\0';
		}
		omit = omit[n] ? omit + n + 1 : NULL;
	}
}

struct sentence {
	char family[FAMILY_LEN];
	struct out key, value;
};

static int sentence_read(struct cli *cli, const struct args *a,
			 struct sentence *st, struct err *err)
{
	const struct setting *set = a->row->set;
	int at = a->undo && str_has_prefix(a->row->no, "no ");
	int end = 0;

	*st = (struct sentence){ 0 };
	family_of(a->row, st->family, sizeof(st->family));
	if (set->part)
		at += words_in(set->part->syntax);
	at += words_in(st->family);
	end = key_end(a, at, set->keys);
	if (words_print(cli, set, a, at, end, &st->key, err) < 0 ||
	    words_print(cli, set, a, end, a->nseq, &st->value, err) < 0)
		return -1;
	value_trim(set->omit, &st->value);
	return 0;
}

static void sentence_fini(struct sentence *st)
{
	if (st->value.buf)
		wipe(st->value.buf, st->value.len);
	out_fini(&st->key);
	out_fini(&st->value);
}

/* ---- where it goes -------------------------------------------------------- */

/* One change: what is asked of it and where it lands. */
struct change {
	struct cli *cli;
	const struct args *a;
	const struct setting *set;
	void *field;
	const struct sentence *st;
};

/* NULL and err when the sentence names a part that cannot be changed. */
static void *field_of(struct cli *cli, const struct args *a, struct err *err)
{
	const struct setting *set = a->row->set;
	char *base = set->global ? (char *)cli_conf(cli)->global
		     : set->part ? set->part->find(cli, a, err)
				 : cli_object(cli);

	assert(base || set->part);
	return base ? base + set->at : NULL;
}

static int check(const struct change *ch, struct err *err)
{
	return ch->set->check ? ch->set->check(ch->cli, ch->a, err) : 0;
}

static const char *noun_of(const struct setting *set, const char *family)
{
	return set->noun ? set->noun : family;
}

/* The line is to stand there with this value; NULL: not at all. */
static int kept_set(const struct change *ch, const char *value, struct err *err)
{
	struct conf *c = cli_conf(ch->cli);
	struct settings *s = ch->field;
	const char *family = ch->st->family, *key = out_text(&ch->st->key);
	const char *now = settings_get(s, family, key);

	if (!now && !value)
		return 0;
	if (now && value && !strcmp(now, value))
		return 0;
	if (!now && ch->set->max && settings_count(s, family) >= ch->set->max)
		return err_set(err, ERR_RANGE, -1, T_FULL,
			       noun_of(ch->set, family), ch->set->max);
	if (check(ch, err) < 0)
		return -1;
	if (value)
		settings_put(c, s, family, key, value);
	else
		(void)settings_del(c, s, family, key);
	return 0;
}

/* The line that the key is of, or one that it is only the beginning of. */
static const char *key_of(const struct change *ch)
{
	const char *key = out_text(&ch->st->key);
	const struct setting_item *it = NULL;

	for (size_t i = 0; (it = settings_at(ch->field, ch->st->family, i));
	     i++)
		if (str_has_prefix(it->key, key) &&
		    (!it->key[ch->st->key.len] ||
		     it->key[ch->st->key.len] == ' '))
			return it->key;
	return NULL;
}

static int kept_drop(const struct change *ch, struct err *err)
{
	const char *family = ch->st->family, *key = key_of(ch);

	if (!key)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       noun_of(ch->set, family),
			       out_text(&ch->st->key));
	if (check(ch, err) < 0)
		return -1;
	for (; key; key = key_of(ch))
		(void)settings_del(cli_conf(ch->cli), ch->field, family, key);
	return 0;
}

static int kept_change(const struct change *ch, struct err *err)
{
	const struct setting *set = ch->set;
	const char *value = out_text(&ch->st->value);
	bool undo = ch->a->undo;

	if (undo && set->keys)
		return kept_drop(ch, err);
	if (set->on)
		return kept_set(ch, undo ? "" : NULL, err);
	if (set->dflt && !strcmp(set->dflt, value))
		undo = true;
	return kept_set(ch, undo ? NULL : value, err);
}

/* ---- typed fields --------------------------------------------------------- */

static unsigned long word_index(const struct setting *set, const char *value)
{
	unsigned long i = 0;

	while (set->words[i] && strcmp(set->words[i], value) != 0)
		i++;
	assert(set->words[i]);
	return i;
}

static unsigned long addr_number(const char *text)
{
	struct in_addr a = { INADDR_ANY };

	(void)str_to_addr(text, &a);
	return a.s_addr;
}

/* enable and enabled are one word, and no word at all means it, too. */
static bool flag_value(const struct setting *set, const char *value)
{
	return !set->yes || !*value || str_has_prefix(value, set->yes);
}

/* What the sentence makes of a field that is not a text. */
static unsigned long number_wanted(const struct change *ch)
{
	const struct setting *set = ch->set;
	const char *value = out_text(&ch->st->value);
	bool undo = ch->a->undo;

	switch (set->store) {
	case SET_FLAG:
		return undo ? set->on && set->yes : flag_value(set, value);
	case SET_WORD:
		return undo ? 0 : word_index(set, value);
	default:
		break;
	}
	if (undo)
		value = set->dflt ? set->dflt : "";
	return set->store == SET_ADDR ? addr_number(value)
				      : strtoul(value, NULL, 10);
}

static unsigned long number_get(const struct setting *set, const void *field)
{
	switch (set->store) {
	case SET_FLAG:
		return *(const bool *)field;
	case SET_U8:
	case SET_WORD:
		return *(const uint8_t *)field;
	case SET_U16:
		return *(const uint16_t *)field;
	case SET_U32:
		return *(const uint32_t *)field;
	case SET_ADDR:
		return ((const struct in_addr *)field)->s_addr;
	case SET_KEPT:
	case SET_TEXT:
		break;
	}
	return 0;
}

static void number_put(const struct change *ch, unsigned long v)
{
	struct conf *c = cli_conf(ch->cli);

	switch (ch->set->store) {
	case SET_FLAG:
		conf_put_flag(c, ch->field, v);
		return;
	case SET_U8:
	case SET_WORD:
		conf_put_u8(c, ch->field, v);
		return;
	case SET_U16:
		conf_put_u16(c, ch->field, v);
		return;
	case SET_U32:
		conf_put_u32(c, ch->field, v);
		return;
	case SET_ADDR:
		conf_put_u32(c, &((struct in_addr *)ch->field)->s_addr, v);
		return;
	case SET_KEPT:
	case SET_TEXT:
		return;
	}
}

static int number_change(const struct change *ch, struct err *err)
{
	unsigned long v = number_wanted(ch);

	if (v == number_get(ch->set, ch->field))
		return 0;
	if (check(ch, err) < 0)
		return -1;
	number_put(ch, v);
	return 0;
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

static int text_change(const struct change *ch, struct err *err)
{
	const char *dflt = ch->set->dflt ? ch->set->dflt : "";
	char *buf = xstrdup(ch->a->undo ? dflt : out_text(&ch->st->value));
	const char *text = unquote(buf);
	int result = 0;

	if (strcmp(ch->field, text) != 0)
		result = check(ch, err);
	if (!result)
		result = conf_put_text(cli_conf(ch->cli), ch->field,
				       ch->set->cap, text, err);
	free(buf);
	return result;
}

static int change(const struct change *ch, struct err *err)
{
	switch (ch->set->store) {
	case SET_KEPT:
		return kept_change(ch, err);
	case SET_TEXT:
		return text_change(ch, err);
	default:
		return number_change(ch, err);
	}
}

int setting_run(struct cli *cli, const struct args *a, struct err *err)
{
	struct sentence st;
	struct change ch = {
		.cli = cli, .a = a, .set = a->row->set, .st = &st
	};
	int result = 0;

	ch.field = field_of(cli, a, err);
	if (!ch.field)
		return -1;
	result = sentence_read(cli, a, &st, err);
	if (!result)
		result = change(&ch, err);
	sentence_fini(&st);
	if (!result && ch.set->changed)
		ch.set->changed(cli);
	return result;
}

/* ---- running-config ------------------------------------------------------- */

/* A row's lines of one object. */
struct lines {
	const struct setting *set;
	const void *obj; /* as the render hooks get it */
	char family[FAMILY_LEN];
	struct out *o;
};

static void line(const struct lines *l, const char *no, const char *key,
		 const char *value)
{
	const struct setting *set = l->set;

	if (set->part)
		set->part->begin(l->obj, l->o);
	else
		out_puts(l->o, set->indent ? set->indent : "  ");
	out_printf(l->o, "%s%s%s%s%s%s \n", no, l->family, *key ? " " : "", key,
		   *value ? " " : "", value);
}

static void kept_render(const struct lines *l, const struct settings *s)
{
	const struct setting_item *it = NULL;

	if (l->set->listed)
		return;
	for (size_t i = 0; (it = settings_at(s, l->family, i)); i++)
		line(l, l->set->on ? "no " : "", it->key, it->value);
}

static void flag_render(const struct lines *l, bool v)
{
	const char *word = v ? l->set->yes : l->set->no;

	if (v != l->set->on)
		line(l, v || word ? "" : "no ", "", word ? word : "");
}

static void number_render(const struct lines *l, unsigned long v)
{
	const char *dflt = l->set->dflt ? l->set->dflt : "";
	char text[24];

	if (v == strtoul(dflt, NULL, 10))
		return;
	(void)snprintf(text, sizeof(text), "%lu", v);
	line(l, "", "", text);
}

static void addr_render(const struct lines *l, struct in_addr a)
{
	const char *dflt = l->set->dflt ? l->set->dflt : "0.0.0.0";

	if (a.s_addr != addr_number(dflt))
		line(l, "", "", str_addr(a));
}

static void word_render(const struct lines *l, const char *syntax, uint8_t v)
{
	if (v && syntax_has(syntax, l->set->words[v], false))
		line(l, "", "", l->set->words[v]);
}

/* Is it a value of the row, where others share the field? */
static bool row_takes(const char *syntax, const char *spec, const char *text)
{
	const char *type = spec ? strchr(spec, ':') + 1 : NULL;
	size_t len = type ? strcspn(type, ":>") : 0;

	if (!spec)
		return syntax_has(syntax, text, false);
	return type[len] == ':' || type_find(type, len)->parse(text, "");
}

/* Texts are typed in quotes and printed so; single words are not. */
static void text_render(const struct lines *l, const char *syntax,
			const char *text)
{
	const char *spec = strchr(syntax, '<');
	struct out value = { 0 };

	if (!strcmp(text, l->set->dflt ? l->set->dflt : "") ||
	    !row_takes(syntax, spec, text))
		return;
	if (spec)
		(void)type_print(spec + 1, text, NULL, &value, NULL);
	else
		out_puts(&value, text);
	line(l, "", "", out_text(&value));
	out_fini(&value);
}

/* Where the field is, in what the render hooks of the mode get. */
static const void *field_in(const struct setting *set, const void *obj)
{
	const struct conf *c = obj; /* of a global row */
	const char *base = set->global ? (const char *)c->global
			   : set->part ? set->part->of(obj)
				       : obj;

	return base ? base + set->at : NULL;
}

void setting_render(const struct cmd *row, const void *obj, struct out *o)
{
	const struct setting *set = row->set;
	const void *field = field_in(set, obj);
	struct lines l = { .set = set, .obj = obj, .o = o };

	if (!field)
		return;
	family_of(row, l.family, sizeof(l.family));
	switch (set->store) {
	case SET_KEPT:
		kept_render(&l, field);
		break;
	case SET_FLAG:
		flag_render(&l, *(const bool *)field);
		break;
	case SET_WORD:
		word_render(&l, row->syntax, *(const uint8_t *)field);
		break;
	case SET_ADDR:
		addr_render(&l, *(const struct in_addr *)field);
		break;
	case SET_TEXT:
		text_render(&l, own_syntax(row), field);
		break;
	default:
		number_render(&l, number_get(set, field));
		break;
	}
}

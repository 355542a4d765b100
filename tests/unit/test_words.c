/*
 * Every word of every mode: each keyword completes from the shortest prefix that
 * no other word in its place begins with, and a line of such prefixes is the
 * same sentence as the line of the whole words.
 */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/modes.h"
#include "cli/tree_priv.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"

#define WORDS_HERE 1024

static const struct scope nowhere = { .owner = "" };
static const struct tree *tree; /* of the mode that is walked */

/* ---- what may stand behind a line ------------------------------------------ */

struct choice {
	char *text; /* owned: what `?` prints */
	const char *word[WORDS_HERE];
	int n;
};

static void choice_fini(struct choice *c)
{
	free(c->text);
}

/* The words of the help; "<...>" are values, <cr> the end. */
static void choice_read(struct choice *c, const char *before)
{
	struct out o = { 0 };
	struct err err;
	char *save = NULL;

	*c = (struct choice){ 0 };
	ck_assert_msg(tree_help(tree, before, &nowhere, &o, &err) == 0,
		      "nothing may follow \"%s\": %s", before, err.msg);
	c->text = strdup(out_text(&o));
	out_fini(&o);
	for (char *line = strtok_r(c->text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " ");
		if (*line == '<')
			continue;
		line[strcspn(line, " ")] = '\0';
		ck_assert_int_lt(c->n, WORDS_HERE);
		c->word[c->n++] = line;
	}
}

/* How much of the word is enough; 0: another word begins with all of it. */
static size_t enough(const struct choice *c, const char *word)
{
	size_t len = 1;

	for (int i = 0; i < c->n; i++) {
		size_t same = 0;

		if (!strcmp(c->word[i], word))
			continue;
		while (word[same] &&
		       tolower((unsigned char)word[same]) ==
			       tolower((unsigned char)c->word[i][same]))
			same++;
		if (!word[same])
			return 0;
		if (same + 1 > len)
			len = same + 1;
	}
	return len;
}

/* ---- values ----------------------------------------------------------------- */

/* A word for each kind of value; what fits first is taken. */
static const char *const samples[] = {
	"zq9",
	"zqzq",
	"7",
	"10.1.1.1",
	"255.255.255.0",
	"10.1.1.0/24",
	"2/1",
	"VLAN7",
	"00:12:00:00",
	"0123456789abcdef0123456789abcdef",
	"zq/zq",
	"circuit-(VLAN1)",
	"zq1",
	"/zq",
	"12-24-2006",
	"12:24:36",
	"zq@zq.zq",
	"00-10-58-02-61-7a",
	"ab",
	"zqzqzqz",
	"0x1f",
	"07:42",
	"==",
	"loop",
	"goto",
	"label",
	"shift",
	"read",
	"QNAME",
};

static bool is_keyword_here(const struct node *n, const char *word)
{
	for (int i = 0; i < n->nchild; i++)
		if (!n->child[i]->type &&
		    !strncasecmp(n->child[i]->text, word, strlen(word)))
			return true;
	return false;
}

static bool fits_here(const struct node *n, const struct node *c,
		      const char *word)
{
	return c->type->parse(word, c->limits) && !is_keyword_here(n, word);
}

/* NULL: the test has no word for it. */
static const char *sample(const struct node *n, const struct node *c, char *buf,
			  size_t cap)
{
	(void)snprintf(buf, cap, "%lu", strtoul(c->limits, NULL, 10));
	if (fits_here(n, c, buf) && !fits_here(n, c, samples[0]))
		return buf;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		if (fits_here(n, c, samples[i]))
			return samples[i];
	return NULL;
}

/* ---- the walk ----------------------------------------------------------------- */

struct line {
	char whole[LINE_LEN + 1], brief[LINE_LEN + 1];
};

static void line_add(struct line *l, const char *whole, const char *brief,
		     size_t brief_len)
{
	size_t at = strlen(l->whole);

	(void)snprintf(l->whole + at, sizeof(l->whole) - at, "%s ", whole);
	at = strlen(l->brief);
	(void)snprintf(l->brief + at, sizeof(l->brief) - at, "%.*s ",
		       (int)brief_len, brief);
}

static const struct cmd *row_of(const char *text, bool *undo)
{
	static struct words w;
	static struct args a;
	struct err err;

	ck_assert(words_split(&w, text, &err));
	ck_assert_msg(tree_match(tree, &w, &a, &err) == 0, "\"%s\": %s", text,
		      err.msg);
	*undo = a.undo;
	return a.row;
}

static void check_end(const struct line *l)
{
	bool undo = false, undo_brief = false;
	const struct cmd *row = row_of(l->whole, &undo);

	ck_assert_msg(row_of(l->brief, &undo_brief) == row &&
			      undo == undo_brief,
		      "\"%s\" is not \"%s\"", l->brief, l->whole);
}

/* Tab behind the prefix writes the rest. */
static void check_completion(const struct line *l, const char *word, size_t len)
{
	char before[2 * LINE_LEN], add[256], want[256];

	(void)snprintf(before, sizeof(before), "%s%.*s", l->brief, (int)len,
		       word);
	tree_complete(tree, before, &nowhere, add, sizeof(add));
	(void)snprintf(want, sizeof(want), "%s ", word + len);
	ck_assert_msg(!strcmp(add, want),
		      "\"%s\" completes by \"%s\", not \"%s\"", before, add,
		      want);
}

static void walk(const struct node *n, const struct line *l);

static void walk_keyword(const struct node *c, const struct line *l,
			 const struct choice *here)
{
	size_t len = enough(here, c->text);
	struct line next = *l;

	if (len)
		check_completion(l, c->text, len);
	line_add(&next, c->text, c->text, len ? len : strlen(c->text));
	walk(c, &next);
}

/* The words that a type knows wherever the switch is in: methods, suites. */
struct known {
	const char *word[WORDS_HERE];
	int n;
};

static void known_add(void *arg, const char *text)
{
	struct known *k = arg;

	ck_assert_int_lt(k->n, WORDS_HERE);
	k->word[k->n++] = text;
}

/* Known words are as short as keywords. */
static void walk_known(const struct node *c, const struct line *l,
		       const struct choice *here, const struct known *k)
{
	for (int i = 0; i < k->n; i++) {
		size_t len = enough(here, k->word[i]);
		struct line next = *l;
		char brief[128];

		if (len)
			check_completion(l, k->word[i], len);
		(void)snprintf(brief, sizeof(brief), "%.*s",
			       len ? (int)len : 127, k->word[i]);
		ck_assert_msg(type_known(c->type, brief) == k->word[i],
			      "\"%s%s\" is not taken for %s", l->brief, brief,
			      k->word[i]);
		line_add(&next, k->word[i], brief, strlen(brief));
		if (!i)
			walk(c, &next);
	}
}

static void walk_value(const struct node *n, const struct node *c,
		       const struct line *l, const struct choice *here)
{
	struct known known = { .n = 0 };
	struct line next = *l;
	char buf[64], quoted[80];
	const char *word = sample(n, c, buf, sizeof(buf));

	if (c->type->complete)
		c->type->complete(&nowhere, known_add, &known);
	walk_known(c, l, here, &known);
	if (known.n)
		return;
	ck_assert_msg(word != NULL, "no sample for <%s> behind \"%s\"", c->text,
		      l->whole);
	(void)snprintf(quoted, sizeof(quoted),
		       c->type->quotes == QUOTES_MUST ? "\"%s\"" : "%s", word);
	line_add(&next, quoted, quoted, strlen(quoted));
	walk(c, &next);
}

static void walk(const struct node *n, const struct line *l)
{
	struct choice here;

	if (n->cmd)
		check_end(l);
	if (!n->nchild)
		return;
	choice_read(&here, l->brief);
	for (int i = 0; i < n->nchild; i++) {
		const struct node *c = n->child[i];

		if (c->type)
			walk_value(n, c, l, &here);
		else
			walk_keyword(c, l, &here);
	}
	choice_fini(&here);
}

START_TEST(every_word_completes_and_may_be_short)
{
	const struct line empty = { "", "" };

	tree = mode_tree((enum mode_id)_i);
	walk(&tree->root, &empty);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("words");
	TCase *tc = tcase_create("modes");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, every_word_completes_and_may_be_short, 0,
			    MODE_NUM);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int failed = 0;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

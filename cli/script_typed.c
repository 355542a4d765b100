#include "cli/script_typed.h"

#include <stdlib.h>
#include <string.h>

#include "cli/script_code.h"
#include "cli/script_play.h"
#include "cli/session_priv.h"
#include "emu/base/err.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

#define TYPED_MAX     (64u << 10) /* bytes of a block, own bound */
#define FUNCTIONS_MAX 64	  /* of a session, own bound */

struct typed {
	struct out text;
	int depth;
};

struct code_list {
	struct code *code[FUNCTIONS_MAX]; /* a reference of its own each */
	int n;
};

/* ---- functions of the session ----------------------------------------------- */

struct code *functions_find(const struct cli *c, const char *name, int *at)
{
	const struct code_list *l = c->functions;

	for (int i = 0; l && i < l->n; i++) {
		*at = code_function(l->code[i], name);
		if (*at >= 0)
			return l->code[i];
	}
	return NULL;
}

/* In the place of one of that name. */
static int function_keep(struct cli *c, struct code *code, struct err *err)
{
	struct code_list *l = c->functions;
	char name[64];
	int i = 0;

	if (!l)
		l = c->functions = xcalloc(1, sizeof(*l));
	(void)code_word(code->item[0].text, 1, name, sizeof(name));
	while (i < l->n && code_function(l->code[i], name) < 0)
		i++;
	if (i == FUNCTIONS_MAX)
		return err_set(err, ERR_REFUSED, -1, T_FULL, "function",
			       FUNCTIONS_MAX);
	if (i < l->n)
		code_unref(l->code[i]);
	else
		l->n++;
	l->code[i] = code_ref(code);
	return 0;
}

void functions_drop(struct cli *c)
{
	for (int i = 0; c->functions && i < c->functions->n; i++)
		code_unref(c->functions->code[i]);
	free(c->functions);
	c->functions = NULL;
}

/* ---- gathering --------------------------------------------------------------- */

void typed_drop(struct cli *c)
{
	if (!c->typed)
		return;
	out_fini(&c->typed->text);
	free(c->typed);
	c->typed = NULL;
}

static int typed_done(struct cli *c, struct err *err)
{
	const struct out *o = &c->typed->text;
	int rc = 0;
	struct code *code = code_new("", out_text(o), o->len, &rc, err);

	typed_drop(c);
	err->col = -1;
	if (!rc && code->item[0].kind != CODE_FUNCTION) {
		play_typed(c, code);
		return 0;
	}
	if (!rc)
		rc = function_keep(c, code, err);
	code_unref(code);
	return rc;
}

int typed_add(struct cli *c, const char *command, struct err *err)
{
	struct typed *t = c->typed;
	enum code_kind kind = code_kind_of(command);

	if (t->text.len + strlen(command) > TYPED_MAX) {
		typed_drop(c);
		return err_set(err, ERR_REFUSED, -1, T_SCRIPT_LONG, TYPED_MAX);
	}
	out_printf(&t->text, "%s\n", command);
	t->depth += kind == CODE_IF || kind == CODE_WHILE ||
		    kind == CODE_LOOP || kind == CODE_FUNCTION;
	t->depth -= kind == CODE_END || kind == CODE_FUNCTION_END;
	return t->depth > 0 ? 0 : typed_done(c, err);
}

int typed_begin(struct cli *c, const char *command, struct err *err)
{
	c->typed = xcalloc(1, sizeof(*c->typed));
	return typed_add(c, command, err);
}

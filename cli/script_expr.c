#include "cli/script_expr.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/script_var.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"

enum kind {
	ARITHMETIC, /* integers to an integer */
	STEP,	    /* an integer and one */
	BOOLEAN,    /* truth of both sides */
	EQUALITY,   /* integers, or texts */
	ORDER,	    /* integers */
};

static int64_t mod(int64_t a, int64_t b)
{
	return a % b;
}

static int64_t divide(int64_t a, int64_t b)
{
	return a / b;
}

#define OP(fn, expression)                                                     \
	static int64_t fn(int64_t a, int64_t b)                                \
	{                                                                      \
		return expression;                                             \
	}

OP(add, a + b)
OP(subtract, a - b)
OP(multiply, a *b)
OP(band, a &b)
OP(bor, a | b)
OP(both, a &&b)
OP(either, a || b)
OP(equal, a == b)
OP(unequal, a != b)
OP(less, a < b)
OP(less_equal, a <= b)
OP(greater, a > b)
OP(greater_equal, a >= b)

static const struct op {
	const char *name;
	enum kind kind;
	int64_t (*fn)(int64_t a, int64_t b);
} ops[] = {
	{ "+", ARITHMETIC, add },	  { "-", ARITHMETIC, subtract },
	{ "*", ARITHMETIC, multiply },	  { "/", ARITHMETIC, divide },
	{ "MOD", ARITHMETIC, mod },	  { "BAND", ARITHMETIC, band },
	{ "BOR", ARITHMETIC, bor },	  { "++", STEP, add },
	{ "--", STEP, subtract },	  { "AND", BOOLEAN, both },
	{ "OR", BOOLEAN, either },	  { "==", EQUALITY, equal },
	{ "NEQ", EQUALITY, unequal },	  { "LT", ORDER, less },
	{ "LTEQ", ORDER, less_equal },	  { "GT", ORDER, greater },
	{ "GTEQ", ORDER, greater_equal },
};
#define NOPS (sizeof(ops) / sizeof(*ops))

static const struct op *find(const char *name)
{
	for (size_t i = 0; i < NOPS; i++)
		if (str_ieq(ops[i].name, name))
			return &ops[i];
	return NULL;
}

bool expr_is_operator(const char *op)
{
	return find(op) != NULL;
}

bool expr_is_comparison(const char *op)
{
	const struct op *x = find(op);

	return x && x->kind >= BOOLEAN;
}

bool expr_takes_value(const char *op)
{
	const struct op *x = find(op);

	return x && x->kind != STEP;
}

void expr_operators(void (*emit)(void *arg, const char *op), void *arg)
{
	for (size_t i = 0; i < NOPS; i++)
		emit(arg, ops[i].name);
}

bool expr_truth(const char *value)
{
	bool negative = *value == '-';

	if (!var_is_int(value))
		return *value != '\0';
	return value[negative + strspn(value + negative, "0")] != '\0';
}

/* Digits beyond 32 bits are an integer by its looks, but cannot be reckoned
 * with. */
static int integer(const char *text, int64_t *v, struct err *err)
{
	if (!var_is_int(text))
		return err_set(err, ERR_RANGE, -1, T_NO_INT, text);
	*v = strlen(text) > 11 ? INT64_MAX : strtoll(text, NULL, 10);
	if (*v < INT32_MIN || *v > INT32_MAX)
		return err_set(err, ERR_RANGE, -1, T_INT_RANGE, text);
	return 0;
}

static int arithmetic(const struct op *x, const char *left, const char *right,
		      char *result, struct err *err)
{
	int64_t a = 0, b = 0, v = 0;

	if (integer(left, &a, err) < 0 || integer(right, &b, err) < 0)
		return -1;
	if (!b && (x->fn == divide || x->fn == mod))
		return err_set(err, ERR_RANGE, -1, T_DIV_ZERO);
	v = x->fn(a, b);
	(void)snprintf(result, EXPR_LEN, "%" PRId32, (int32_t)v);
	if (v >= INT32_MIN && v <= INT32_MAX)
		return 0;
	return err_set(err, ERR_RANGE, -1, T_INT_RESULT, left, x->name, right);
}

int expr_eval(const char *left, const char *op, const char *right, char *result,
	      struct err *err)
{
	const struct op *x = find(op);
	int order = 0;

	if (!x)
		return err_set(err, ERR_SYNTAX, -1, T_NO_OPERATOR, op);
	if (x->kind == STEP)
		return arithmetic(x, left, "1", result, err);
	if (x->kind == BOOLEAN) {
		(void)snprintf(result, EXPR_LEN, "%d",
			       (int)x->fn(expr_truth(left), expr_truth(right)));
		return 0;
	}
	if (x->kind != EQUALITY || (var_is_int(left) && var_is_int(right)))
		return arithmetic(x, left, right, result, err);
	order = strcmp(left, right);
	(void)snprintf(result, EXPR_LEN, "%d", (int)x->fn(order, 0));
	return 0;
}

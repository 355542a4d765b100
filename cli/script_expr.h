#ifndef CSS_CLI_SCRIPT_EXPR_H
#define CSS_CLI_SCRIPT_EXPR_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/*
 * Operators of the scripting language (content.md 5.2): + - * / MOD BAND BOR,
 * AND OR, GT LT == NEQ LTEQ GTEQ, and ++ -- without a right side.
 * Integers have 32 bits and a sign; texts can be compared for equality only.
 */
bool expr_is_operator(const char *op);	 /* as typed, any case */
bool expr_is_comparison(const char *op); /* its result is true or false */
bool expr_takes_value(const char *op);	 /* false: ++ and -- */
/* Calls emit for each operator, for help and completion. */
void expr_operators(void (*emit)(void *arg, const char *op), void *arg);

#define EXPR_LEN 16 /* of a result, with its NUL */
/* -1 and err: no integer, division by zero, a result that does not fit. */
int expr_eval(const char *left, const char *op, const char *right, char *result,
	      struct err *err);
/* Is a value true on its own?  Empty and 0 are not. */
bool expr_truth(const char *value);

#endif

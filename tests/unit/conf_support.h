#ifndef CSS_TESTS_UNIT_CONF_SUPPORT_H
#define CSS_TESTS_UNIT_CONF_SUPPORT_H

#include <check.h>
#include <stdint.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/conf.h"

/* What the tests of configuration share: an empty one for each test, and what
 * must hold when a setter does as it is told or refuses. */
static struct conf *c;
static struct err err;

static void setup(void)
{
	c = conf_new();
	err = (struct err){ 0 };
}

static void teardown(void)
{
	conf_free(c);
}

#define ok(call) ck_assert_msg((call) == 0, "%s: %s", #call, err.msg)
/* A refusal says why and changes nothing. */
#define not_ok(call, why)                                                      \
	do {                                                                   \
		uint64_t was = c->generation;                                  \
		ck_assert_int_eq((call), -1);                                  \
		ck_assert_int_eq(err.code, (why));                             \
		ck_assert(err.msg[0]);                                         \
		ck_assert_uint_eq(c->generation, was);                         \
	} while (0)

static struct in_addr ip(const char *text)
{
	struct in_addr a = { INADDR_ANY };

	ck_assert(str_to_addr(text, &a));
	return a;
}

#endif

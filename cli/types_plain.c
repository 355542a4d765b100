/* Value types that need no list: addresses, numbers, texts, names, script words. */
#include "cli/types_priv.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/script_expr.h"
#include "cli/script_var.h"
#include "emu/base/out.h"
#include "emu/base/str.h"

struct type_limits type_limits(const char *text, unsigned long lo)
{
	const char *dash = strchr(text, '-');
	struct type_limits l = { .lo = lo, .hi = UINT32_MAX };

	if (dash) {
		l.lo = strtoul(text, NULL, 10);
		l.hi = strtoul(dash + 1, NULL, 10);
	} else if (*text) {
		l.hi = strtoul(text, NULL, 10);
	}
	return l;
}

static bool length_fits(const char *word, const char *limits, unsigned long lo)
{
	struct type_limits l = type_limits(limits, lo);
	size_t len = strlen(word);

	return len >= l.lo && len <= l.hi;
}

static bool addr_parse(const char *word, const char *limits)
{
	struct in_addr a;

	(void)limits;
	return str_to_addr(word, &a);
}

static void addr_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<a.b.c.d>");
}

static bool mask_parse(const char *word, const char *limits)
{
	uint8_t len = 0;

	(void)limits;
	return str_to_mask(word, &len);
}

static void mask_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<a.b.c.d or /n>");
}

bool type_cidr_parse(const char *word, const char *limits)
{
	const char *slash = strchr(word, '/');
	char addr[INET_ADDRSTRLEN];
	struct in_addr a;
	uint8_t len = 0;

	(void)limits;
	if (!slash || (size_t)(slash - word) >= sizeof(addr))
		return false;
	memcpy(addr, word, (size_t)(slash - word));
	addr[slash - word] = '\0';
	return str_to_addr(addr, &a) && str_to_mask(slash, &len);
}

static void cidr_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<a.b.c.d/n>");
}

static bool uint_parse(const char *word, const char *limits)
{
	struct type_limits l = type_limits(limits, 0);
	uint32_t v = 0;

	return str_to_u32(word, (uint32_t)l.lo, (uint32_t)l.hi, &v);
}

static void uint_describe(const char *limits, char *buf, size_t cap)
{
	struct type_limits l = type_limits(limits, 0);

	(void)snprintf(buf, cap, "<%lu-%lu>", l.lo, l.hi);
}

static bool hex_parse(const char *word, const char *limits)
{
	const char *digits = word;

	if (str_has_prefix(word, "0x"))
		digits += 2;
	return *digits && length_fits(digits, limits, 1) &&
	       strspn(digits, "0123456789abcdefABCDEF") == strlen(digits);
}

static void hex_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<hex digits>");
}

/* 32 hexadecimal digits */
static bool md5_parse(const char *word, const char *limits)
{
	(void)limits;
	return strlen(word) == 32 &&
	       strspn(word, "0123456789abcdefABCDEF") == 32;
}

/* dd:hh:mm:ss */
static bool life_parse(const char *word, const char *limits)
{
	static const unsigned most[] = { 30, 23, 59, 59 };

	(void)limits;
	if (strlen(word) != 11)
		return false;
	for (int i = 0; i < 4; i++) {
		const char *at = word + (size_t)i * 3;
		char part[3] = { at[0], at[1], '\0' };
		uint32_t v = 0;

		if (!str_to_u32(part, 0, most[i], &v) ||
		    (i < 3 && at[2] != ':'))
			return false;
	}
	return true;
}

static void life_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<dd:hh:mm:ss>");
}

static bool is_printable(const char *word)
{
	for (; *word; word++)
		if (iscntrl((unsigned char)*word))
			return false;
	return true;
}

bool type_word_parse(const char *word, const char *limits)
{
	return length_fits(word, limits, 1) && is_printable(word);
}

static bool text_parse(const char *word, const char *limits)
{
	return length_fits(word, limits, 0) && is_printable(word);
}

bool type_name_parse(const char *word, const char *limits)
{
	struct type_limits l = type_limits(*limits ? limits : "31", 1);

	return strlen(word) >= l.lo && str_is_name(word, l.hi);
}

/* Six bytes of two hex digits, with '-' or ':' in between */
static bool mac_parse(const char *word, const char *limits)
{
	int i = 0;

	(void)limits;
	for (; word[i]; i++)
		if (i % 3 == 2 ? word[i] != '-' && word[i] != ':'
			       : !isxdigit((unsigned char)word[i]))
			return false;
	return i == 17;
}

static void mac_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<xx-xx-xx-xx-xx-xx>");
}

static bool fixed_parse(const char *word, const char *limits)
{
	return str_ieq(word, limits);
}

static void fixed_describe(const char *limits, char *buf, size_t cap)
{
	(void)str_copy(buf, cap, limits);
}

static bool variable_parse(const char *word, const char *limits)
{
	(void)limits;
	return var_is_name(word);
}

static bool operand_parse(const char *word, const char *limits)
{
	(void)limits;
	return strlen(word) <= VAR_VALUE_LEN;
}

static bool operator_parse(const char *word, const char *limits)
{
	(void)limits;
	return expr_is_operator(word);
}

static bool comparison_parse(const char *word, const char *limits)
{
	(void)limits;
	return expr_is_comparison(word);
}

int type_quoted_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err)
{
	(void)c;
	(void)err;
	out_printf(o, "\"%s\"", word);
	return 0;
}

static int uint_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err)
{
	(void)c;
	(void)err;
	out_printf(o, "%lu", strtoul(word, NULL, 10));
	return 0;
}

static int mask_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err)
{
	uint8_t len = 0;

	(void)c;
	(void)err;
	(void)str_to_mask(word, &len);
	out_puts(o, str_addr(str_mask_of(len)));
	return 0;
}

/* "a.b.c.d/n" is printed as address and mask. */
static int cidr_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err)
{
	size_t len = strcspn(word, "/");

	out_printf(o, "%.*s ", (int)len, word);
	return mask_print(word + len, c, o, err);
}

static int mac_print(const char *word, const struct conf *c, struct out *o,
		     struct err *err)
{
	(void)c;
	(void)err;
	for (; *word; word++)
		out_printf(o, "%c",
			   *word == ':' ? '-' : tolower((unsigned char)*word));
	return 0;
}

const struct value_type plain_types[] = {
	{ "addr", addr_parse, addr_describe, NULL, false, false, NULL },
	{ "mask", mask_parse, mask_describe, NULL, false, false, mask_print },
	{ "cidr", type_cidr_parse, cidr_describe, NULL, false, false,
	  cidr_print },
	{ "uint", uint_parse, uint_describe, NULL, false, false, uint_print },
	{ "hex", hex_parse, hex_describe, NULL, false, false, NULL },
	{ "md5", md5_parse, hex_describe, NULL, false, false,
	  type_quoted_print },
	{ "life", life_parse, life_describe, NULL, false, false, NULL },
	{ "word", type_word_parse, NULL, NULL, false, false, NULL },
	{ "name", type_name_parse, NULL, NULL, false, false, NULL },
	{ "text", text_parse, NULL, NULL, false, false, type_quoted_print },
	/* SSL passwords are always typed in quotes (SSL Configuration Guide, ch. 3) */
	{ "quoted", text_parse, NULL, NULL, false, true, type_quoted_print },
	/* secrets as running-config prints them */
	{ "sealed", type_word_parse, NULL, NULL, false, QUOTES_NEVER, NULL },
	{ "line", type_word_parse, NULL, NULL, true, false, NULL },
	{ "mac", mac_parse, mac_describe, NULL, false, false, mac_print },
	/* a keyword that may not be abbreviated: it is not the product's, and
	 * takes no abbreviation from the product's */
	{ "fixed", fixed_parse, fixed_describe, NULL, false, false, NULL },
	{ "variable", variable_parse, NULL, NULL, false, false, NULL },
	{ "operand", operand_parse, NULL, NULL, false, false, NULL },
	{ "operator", operator_parse, NULL, NULL, false, false, NULL },
	{ "comparison", comparison_parse, NULL, NULL, false, false, NULL },
	{ 0 },
};

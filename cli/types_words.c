/*
 * Value types whose words are known wherever the switch is in: methods, suites,
 * protocols, levels.  They may be abbreviated as keywords may.
 */
#include "cli/types_priv.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "cli/mib.h"
#include "emu/balance/balance.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/conf/acl.h"
#include "sslmod/suites.h"

#define LEN(a) (sizeof(a) / sizeof(*(a)))

static bool balance_parse(const char *word, const char *limits)
{
	(void)limits;
	return balance_find(word) != NULL;
}

static bool suite_parse(const char *word, const char *limits)
{
	(void)limits;
	return suite_find(word) != NULL;
}

static bool proto_parse(const char *word, const char *limits)
{
	int16_t proto = 0;

	(void)limits;
	return acl_proto_parse(word, &proto);
}

static void proto_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<0-255>");
}

static bool portop_parse(const char *word, const char *limits)
{
	(void)limits;
	for (int i = ACL_PORT_EQ; i < ACL_PORT_RANGE; i++)
		if (str_ieq(word, acl_port_op_name((enum acl_port_op)i)))
			return true;
	return false;
}

/* One of its words, which help then shows once. */
static void portop_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, acl_port_op_name(ACL_PORT_EQ));
}

static bool ipport_parse(const char *word, const char *limits)
{
	uint16_t port = 0;

	(void)limits;
	return acl_port_parse(word, &port);
}

static void ipport_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<0-65535>");
}

static bool mibobject_parse(const char *word, const char *limits)
{
	return type_word_parse(word, limits) && !strchr(word, ' ') &&
	       mib_is_known(word);
}

static bool mibname_parse(const char *word, const char *limits)
{
	return type_word_parse(word, limits) && !strchr(word, ' ');
}

static void mib_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<object or object.which>");
}

/* ifIndex.3, or only its number */
static bool ifindex_parse(const char *word, const char *limits)
{
	static const char before[] = "ifIndex.";
	uint32_t n = 0;

	(void)limits;
	if (!strncasecmp(word, before, sizeof(before) - 1))
		word += sizeof(before) - 1;
	return str_to_u32(word, 1, UINT16_MAX, &n);
}

static void ifindex_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<ifIndex.n>");
}

static void mib_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	mib_names(emit, arg);
}

static void proto_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	for (int i = 0; acl_proto_names[i]; i++)
		emit(arg, acl_proto_names[i]);
}

static void portop_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	for (int i = ACL_PORT_EQ; i < ACL_PORT_RANGE; i++)
		emit(arg, acl_port_op_name((enum acl_port_op)i));
}

static void ipport_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	for (int i = 0; acl_port_names[i]; i++)
		emit(arg, acl_port_names[i]);
}

static void balance_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	for (int i = 0; balance_methods[i]; i++)
		emit(arg, balance_methods[i]->name);
}

static void suite_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	for (size_t i = 0; suite_at(i); i++)
		emit(arg, suite_at(i)->name);
}

static bool subsystem_parse(const char *word, const char *limits)
{
	(void)limits;
	return log_subsys_find(word) >= 0;
}

static bool subsystems_parse(const char *word, const char *limits)
{
	return str_ieq(word, "all") || subsystem_parse(word, limits);
}

static void subsystem_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	for (int i = 0; i < LOG_SUBSYS_NUM; i++)
		emit(arg, log_subsys_name((enum log_subsys)i));
}

static void subsystems_complete(const struct scope *s, emit_fn emit, void *arg)
{
	emit(arg, "all");
	subsystem_complete(s, emit, arg);
}

static bool level_parse(const char *word, const char *limits)
{
	(void)limits;
	return log_level_find(word) >= 0;
}

static void levels_emit(int n, emit_fn emit, void *arg)
{
	for (int i = 0; i < n; i++)
		emit(arg, log_level_name((enum log_level)i));
}

static void level_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	levels_emit(LOG_LEVEL_NUM, emit, arg);
}

/* Debugging is not mailed (LOGEXT-MIB). */
static bool maillevel_parse(const char *word, const char *limits)
{
	return level_parse(word, limits) && log_level_find(word) <= LOG_INFO_6;
}

static void maillevel_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	levels_emit(LOG_INFO_6 + 1, emit, arg);
}

/* A terminal, whether there is one at present or not. */
static bool ttyline_parse(const char *word, const char *limits)
{
	static const char *const kinds[] = { "vty", "attach" };
	uint32_t n = 0;

	(void)limits;
	if (str_ieq(word, "console"))
		return true;
	for (size_t i = 0; i < LEN(kinds); i++) {
		size_t len = strlen(kinds[i]);

		if (!strncasecmp(word, kinds[i], len) &&
		    str_to_u32(word + len, 1, i ? 8 : 4, &n))
			return true;
	}
	return false;
}

static void ttyline_complete(const struct scope *s, emit_fn emit, void *arg)
{
	static const char *const names[] = { "console", "vty1", "vty2", "vty3",
					     "vty4" };

	(void)s;
	for (size_t i = 0; i < LEN(names); i++)
		emit(arg, names[i]);
}

const struct value_type words_types[] = {
	{ "mibobject", mibobject_parse, mib_describe, mib_complete, false,
	  QUOTES_MAY, NULL },
	{ "mibname", mibname_parse, mib_describe, NULL, false, QUOTES_MAY,
	  NULL },
	{ "ifindex", ifindex_parse, ifindex_describe, NULL, false, QUOTES_MAY,
	  NULL },
	{ "proto", proto_parse, proto_describe, proto_complete, false, false,
	  NULL },
	{ "portop", portop_parse, portop_describe, portop_complete, false,
	  false, NULL },
	{ "ipport", ipport_parse, ipport_describe, ipport_complete, false,
	  false, NULL },
	{ "balance", balance_parse, NULL, balance_complete, false, false,
	  NULL },
	{ "suite", suite_parse, NULL, suite_complete, false, false, NULL },
	{ "subsystem", subsystem_parse, NULL, subsystem_complete, false, false,
	  NULL },
	{ "subsystems", subsystems_parse, NULL, subsystems_complete, false,
	  false, NULL },
	{ "level", level_parse, NULL, level_complete, false, false, NULL },
	{ "maillevel", maillevel_parse, NULL, maillevel_complete, false, false,
	  NULL },
	{ "ttyline", ttyline_parse, NULL, ttyline_complete, false, false,
	  NULL },
	{ 0 },
};

/*
 * Value types of the command table
 *
 * A type says which words fit, what `?` shows for it and which values are
 * known, so that a new object kind or balance method parses and completes
 * wherever a row names its type.  Whether a named object exists is the
 * handler's business: `add service x` of a missing x is an error with a text
 * of its own, not a syntax error.
 */
#include "cli/types.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/env.h"
#include "cli/mib.h"
#include "cli/software.h"
#include "cli/script_expr.h"
#include "cli/script_var.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/access.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/probe.h"
#include "emu/conf/qualifier.h"
#include "emu/conf/reporter.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "emu/balance/balance.h"
#include "emu/io/disk.h"
#include "sslmod/store.h"
#include "sslmod/suites.h"

#define LEN(a) (sizeof(a) / sizeof(*(a)))

/* ---- limits: "hi" or "lo-hi" ---------------------------------------------- */

struct limits {
	unsigned long lo, hi;
};

static struct limits limits_read(const char *text, unsigned long lo)
{
	const char *dash = strchr(text, '-');
	struct limits l = { .lo = lo, .hi = UINT32_MAX };

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
	struct limits l = limits_read(limits, lo);
	size_t len = strlen(word);

	return len >= l.lo && len <= l.hi;
}

/* ---- plain values --------------------------------------------------------- */

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

static bool cidr_parse(const char *word, const char *limits)
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
	struct limits l = limits_read(limits, 0);
	uint32_t v = 0;

	return str_to_u32(word, (uint32_t)l.lo, (uint32_t)l.hi, &v);
}

static void uint_describe(const char *limits, char *buf, size_t cap)
{
	struct limits l = limits_read(limits, 0);

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

static bool word_parse(const char *word, const char *limits)
{
	return length_fits(word, limits, 1) && is_printable(word);
}

static bool text_parse(const char *word, const char *limits)
{
	return length_fits(word, limits, 0) && is_printable(word);
}

static bool name_parse(const char *word, const char *limits)
{
	struct limits l = limits_read(*limits ? limits : "31", 1);

	return strlen(word) >= l.lo && str_is_name(word, l.hi);
}

static bool host_parse(const char *word, const char *limits)
{
	return str_is_name(word, limits_read(*limits ? limits : "64", 1).hi);
}

static void host_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<a.b.c.d or host>");
}

/* "2/1" in the big chassis, "e3" in the small ones, and the management port */
static bool port_parse(const char *word, const char *limits)
{
	char *end = NULL;

	(void)limits;
	if (str_ieq(word, "ethernet-mgmt") || str_ieq(word, "console"))
		return true;
	if (*word == 'e' || *word == 'E')
		return isdigit((unsigned char)word[1]) && strlen(word) <= 4 &&
		       strspn(word + 1, "0123456789") == strlen(word + 1);
	if (!isdigit((unsigned char)*word))
		return false;
	(void)strtoul(word, &end, 10);
	return *end == '/' && isdigit((unsigned char)end[1]) &&
	       strlen(word) <= 6 &&
	       strspn(end + 1, "0123456789") == strlen(end + 1);
}

static void port_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<slot/port>");
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

static bool vlan_parse(const char *word, const char *limits)
{
	char vlan[] = "VLAN";
	uint32_t n = 0;

	(void)limits;
	if (strlen(word) < sizeof(vlan))
		return false;
	memcpy(vlan, word, sizeof(vlan) - 1);
	return str_ieq(vlan, "VLAN") &&
	       str_to_u32(word + sizeof(vlan) - 1, 1, 4094, &n);
}

static void vlan_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<VLANn>");
}

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

/* ---- access lists --------------------------------------------------------- */

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

static bool hostnet_parse(const char *word, const char *limits)
{
	return cidr_parse(word, limits) || host_parse(word, limits);
}

static void hostnet_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<a.b.c.d, a.b.c.d/n or host>");
}

/* OWNER/RULE */
static bool ownerrule_parse(const char *word, const char *limits)
{
	size_t len = strcspn(word, "/");
	char owner[NAME_LEN + 1];

	(void)limits;
	if (!word[len] || len > NAME_LEN)
		return false;
	memcpy(owner, word, len);
	owner[len] = '\0';
	return str_is_name(owner, NAME_LEN) &&
	       str_is_name(word + len + 1, NAME_LEN);
}

static void ownerrule_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<owner/rule>");
}

/* One name, or two with a comma between. */
static bool services_parse(const char *word, const char *limits)
{
	size_t len = strcspn(word, ",");
	char first[NAME_LEN + 1];

	(void)limits;
	if (len > NAME_LEN)
		return false;
	memcpy(first, word, len);
	first[len] = '\0';
	return str_is_name(first, NAME_LEN) &&
	       (!word[len] || (str_is_name(word + len + 1, NAME_LEN) &&
			       !strchr(word + len + 1, ',')));
}

/* circuit-(VLAN7) */
static bool circuitref_parse(const char *word, const char *limits)
{
	static const char before[] = "circuit-(";
	char vlan[16];
	size_t len = strlen(word);

	if (strncasecmp(word, before, sizeof(before) - 1) != 0 ||
	    word[len - 1] != ')' || len - sizeof(before) >= sizeof(vlan))
		return false;
	(void)snprintf(vlan, sizeof(vlan), "%.*s", (int)(len - sizeof(before)),
		       word + sizeof(before) - 1);
	return vlan_parse(vlan, limits);
}

static void circuitref_describe(const char *limits, char *buf, size_t cap)
{
	(void)limits;
	(void)str_copy(buf, cap, "<circuit-(VLANn)>");
}

/* ---- the scripting language ------------------------------------------------ */

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

/* ---- RMON ----------------------------------------------------------------- */

static bool mibobject_parse(const char *word, const char *limits)
{
	return word_parse(word, limits) && !strchr(word, ' ') &&
	       mib_is_known(word);
}

static bool mibname_parse(const char *word, const char *limits)
{
	return word_parse(word, limits) && !strchr(word, ' ');
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

/* ---- known values --------------------------------------------------------- */

/* A complete() over one list of the configuration. */
#define COMPLETE_LIST(fn, type, list)                                          \
	static void fn(const struct scope *s, emit_fn emit, void *arg)         \
	{                                                                      \
		const struct type *x = NULL;                                   \
                                                                               \
		if (!s->env || !s->env->conf)                                  \
			return;                                                \
		TAILQ_FOREACH(x, &s->env->conf->list, link)                    \
			emit(arg, x->name);                                    \
	}

COMPLETE_LIST(service_complete, service, services)
COMPLETE_LIST(owner_complete, owner, owners)
COMPLETE_LIST(group_complete, group, groups)
COMPLETE_LIST(keepalive_complete, probe, probes)
COMPLETE_LIST(ssllist_complete, ssllist, ssllists)
COMPLETE_LIST(nql_complete, qualifier, qualifiers[QUALIFIER_NQL])
COMPLETE_LIST(eql_complete, qualifier, qualifiers[QUALIFIER_EQL])
COMPLETE_LIST(dql_complete, qualifier, qualifiers[QUALIFIER_DQL])
COMPLETE_LIST(urql_complete, qualifier, qualifiers[QUALIFIER_URQL])
COMPLETE_LIST(reporter_complete, reporter, reporters)
COMPLETE_LIST(hfgroup_complete, hfgroup, hfgroups)
COMPLETE_LIST(circuit_complete, circuit, circuits)
COMPLETE_LIST(port_complete, iface, ifaces)
COMPLETE_LIST(ftprecord_complete, ftp_record, global->ftp_records)
COMPLETE_LIST(host_complete, host, global->hosts)
COMPLETE_LIST(user_complete, user, access->users)

/* Rules of the owner whose mode this is, else of every owner. */
static void content_complete(const struct scope *s, emit_fn emit, void *arg)
{
	const struct owner *o = NULL;
	const struct content *r = NULL;

	if (!s->env || !s->env->conf)
		return;
	TAILQ_FOREACH(o, &s->env->conf->owners, link) {
		if (*s->owner && strcmp(s->owner, o->name) != 0)
			continue;
		TAILQ_FOREACH(r, &o->contents, link)
			emit(arg, r->name);
	}
}

static void mib_complete(const struct scope *s, emit_fn emit, void *arg)
{
	(void)s;
	mib_names(emit, arg);
}

static void ownerrule_complete(const struct scope *s, emit_fn emit, void *arg)
{
	char path[2 * NAME_LEN + 2];
	const struct owner *o = NULL;
	const struct content *r = NULL;

	if (!s->env || !s->env->conf)
		return;
	TAILQ_FOREACH(o, &s->env->conf->owners, link)
		TAILQ_FOREACH(r, &o->contents, link) {
			(void)snprintf(path, sizeof(path), "%s/%s", o->name,
				       r->name);
			emit(arg, path);
		}
}

static void circuitref_complete(const struct scope *s, emit_fn emit, void *arg)
{
	char text[NAME_LEN + 12];
	const struct circuit *ci = NULL;

	if (!s->env || !s->env->conf)
		return;
	TAILQ_FOREACH(ci, &s->env->conf->circuits, link) {
		(void)snprintf(text, sizeof(text), "circuit-(%s)", ci->name);
		emit(arg, text);
	}
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

static void association_emit(const struct scope *s, const char *kind,
			     emit_fn emit, void *arg)
{
	const struct association *a = NULL;

	if (!s->env || !s->env->conf)
		return;
	TAILQ_FOREACH(a, &s->env->conf->global->associations, link)
		if (!strcmp(a->kind, kind))
			emit(arg, a->name);
}

static void crlrecord_complete(const struct scope *s, emit_fn emit, void *arg)
{
	if (!s->env || !s->env->conf)
		return;
	for (int i = 0; i < s->env->conf->global->ncrl; i++)
		emit(arg, s->env->conf->global->crl[i].name);
}

static void cert_complete(const struct scope *s, emit_fn emit, void *arg)
{
	association_emit(s, "cert", emit, arg);
}

static void rsakey_complete(const struct scope *s, emit_fn emit, void *arg)
{
	association_emit(s, "rsakey", emit, arg);
}

static void dsakey_complete(const struct scope *s, emit_fn emit, void *arg)
{
	association_emit(s, "dsakey", emit, arg);
}

static void dhparam_complete(const struct scope *s, emit_fn emit, void *arg)
{
	association_emit(s, "dhparam", emit, arg);
}

static void sslfile_complete(const struct scope *s, emit_fn emit, void *arg)
{
	struct store_file f;

	if (!s->env || !s->env->store)
		return;
	for (int i = 0; store_at(s->env->store, i, &f); i++)
		emit(arg, f.name);
}

/* Files of a folder of the disk. */
#define COMPLETE_FILES(fn, folder)                                             \
	static void fn(const struct scope *s, emit_fn emit, void *arg)         \
	{                                                                      \
		char **names = s->env && s->env->disk                          \
				       ? disk_list(s->env->disk, folder)       \
				       : NULL;                                 \
                                                                               \
		for (char **n = names; n && *n; n++) {                         \
			emit(arg, *n);                                         \
			free(*n);                                              \
		}                                                              \
		free(names);                                                   \
	}

COMPLETE_FILES(script_complete, "script")
COMPLETE_FILES(logfile_complete, "log")
COMPLETE_FILES(archive_complete, "archive")
COMPLETE_FILES(core_complete, "core")

static void version_complete(const struct scope *s, emit_fn emit, void *arg)
{
	char **names = s->env && s->env->disk ? software_list(s->env->disk)
					      : NULL;

	for (char **n = names; n && *n; n++) {
		emit(arg, *n);
		free(*n);
	}
	free(names);
}

static void adi_complete(const struct scope *s, emit_fn emit, void *arg)
{
	char **names = s->env && s->env->disk ? disk_list(s->env->disk, "root")
					      : NULL;

	for (char **n = names; n && *n; n++) {
		if (strchr(*n, '.'))
			emit(arg, *n);
		free(*n);
	}
	free(names);
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

/* ---- words of the log ----------------------------------------------------- */

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

/* ---- printed forms -------------------------------------------------------- */

static int quoted_print(const char *word, const struct conf *c, struct out *o,
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

static int host_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err)
{
	struct in_addr a;

	if (!c) {
		out_puts(o, word);
		return 0;
	}
	if (host_resolve(c, word, &a, err) < 0)
		return -1;
	out_puts(o, str_addr(a));
	return 0;
}

static int port_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err)
{
	char canon[NAME_LEN + 1];
	unsigned slot = 0, port = 0;

	(void)c;
	if (!iface_parse(word, &slot, &port, canon, sizeof(canon)))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_PORT, word);
	out_puts(o, canon);
	return 0;
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

static int vlan_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err)
{
	(void)c;
	(void)err;
	out_printf(o, "VLAN%u", circuit_vlan_of(word));
	return 0;
}

/* Would the word come back as it is, without quotes? */
static bool needs_quotes(const char *word)
{
	return !*word || *word == '!' || *word == '@' || strpbrk(word, " \t;");
}

int type_print(const char *spec, const char *word, const struct conf *c,
	       struct out *o, struct err *err)
{
	const char *name = strchr(spec, ':');
	const struct value_type *t = NULL;

	if (name)
		t = type_find(name + 1, strcspn(name + 1, ":>"));
	if (t && t->print)
		return t->print(word, c, o, err);
	if (needs_quotes(word) && !(t && t->takes_rest))
		return quoted_print(word, c, o, err);
	out_puts(o, word);
	return 0;
}

/* ---- the table ------------------------------------------------------------ */

static const struct value_type types[] = {
	{ "addr", addr_parse, addr_describe, NULL, false, false, NULL },
	{ "mask", mask_parse, mask_describe, NULL, false, false, mask_print },
	{ "cidr", cidr_parse, cidr_describe, NULL, false, false, cidr_print },
	{ "uint", uint_parse, uint_describe, NULL, false, false, uint_print },
	{ "hex", hex_parse, hex_describe, NULL, false, false, NULL },
	{ "md5", md5_parse, hex_describe, NULL, false, false, quoted_print },
	{ "life", life_parse, life_describe, NULL, false, false, NULL },
	{ "word", word_parse, NULL, NULL, false, false, NULL },
	{ "name", name_parse, NULL, NULL, false, false, NULL },
	{ "text", text_parse, NULL, NULL, false, false, quoted_print },
	/* SSL passwords are always typed in quotes (SSL Configuration Guide, ch. 3) */
	{ "quoted", text_parse, NULL, NULL, false, true, quoted_print },
	/* secrets as running-config prints them */
	{ "sealed", word_parse, NULL, NULL, false, QUOTES_NEVER, NULL },
	{ "line", word_parse, NULL, NULL, true, false, NULL },
	{ "host", host_parse, host_describe, host_complete, false, false,
	  host_print },
	{ "port", port_parse, port_describe, port_complete, false, false,
	  port_print },
	{ "mac", mac_parse, mac_describe, NULL, false, false, mac_print },
	{ "vlan", vlan_parse, vlan_describe, circuit_complete, false, false,
	  vlan_print },
	{ "service", name_parse, NULL, service_complete, false, false, NULL },
	{ "owner", name_parse, NULL, owner_complete, false, false, NULL },
	{ "content", name_parse, NULL, content_complete, false, false, NULL },
	{ "group", name_parse, NULL, group_complete, false, false, NULL },
	{ "keepalive", name_parse, NULL, keepalive_complete, false, false,
	  NULL },
	{ "ssllist", name_parse, NULL, ssllist_complete, false, false, NULL },
	{ "nql", name_parse, NULL, nql_complete, false, false, NULL },
	{ "eql", name_parse, NULL, eql_complete, false, false, NULL },
	{ "dql", name_parse, NULL, dql_complete, false, false, NULL },
	{ "urql", name_parse, NULL, urql_complete, false, false, NULL },
	{ "hfgroup", name_parse, NULL, hfgroup_complete, false, false, NULL },
	{ "reporter", name_parse, NULL, reporter_complete, false, QUOTES_MAY,
	  NULL },
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
	{ "hostnet", hostnet_parse, hostnet_describe, host_complete, false,
	  false, NULL },
	{ "ownerrule", ownerrule_parse, ownerrule_describe, ownerrule_complete,
	  false, false, NULL },
	{ "services", services_parse, NULL, service_complete, false, false,
	  NULL },
	{ "circuitref", circuitref_parse, circuitref_describe,
	  circuitref_complete, false, false, NULL },
	{ "ftprecord", name_parse, NULL, ftprecord_complete, false, false,
	  NULL },
	{ "user", name_parse, NULL, user_complete, false, false, NULL },
	{ "cert", name_parse, NULL, cert_complete, false, false, NULL },
	{ "rsakey", name_parse, NULL, rsakey_complete, false, false, NULL },
	{ "dsakey", name_parse, NULL, dsakey_complete, false, false, NULL },
	{ "dhparam", name_parse, NULL, dhparam_complete, false, false, NULL },
	{ "crlrecord", name_parse, NULL, crlrecord_complete, false, false,
	  NULL },
	{ "sslfile", name_parse, NULL, sslfile_complete, false, false, NULL },
	{ "script", name_parse, NULL, script_complete, false, false, NULL },
	{ "logfile", name_parse, NULL, logfile_complete, false, false, NULL },
	{ "archive", name_parse, NULL, archive_complete, false, false, NULL },
	{ "version", word_parse, NULL, version_complete, false, false, NULL },
	{ "adi", name_parse, NULL, adi_complete, false, false, NULL },
	{ "core", name_parse, NULL, core_complete, false, false, NULL },
	{ "balance", balance_parse, NULL, balance_complete, false, false,
	  NULL },
	/* a keyword that may not be abbreviated: it is not the product's, and
	 * takes no abbreviation from the product's */
	{ "fixed", fixed_parse, fixed_describe, NULL, false, false, NULL },
	{ "variable", variable_parse, NULL, NULL, false, false, NULL },
	{ "operand", operand_parse, NULL, NULL, false, false, NULL },
	{ "operator", operator_parse, NULL, NULL, false, false, NULL },
	{ "comparison", comparison_parse, NULL, NULL, false, false, NULL },
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
};

const struct value_type *type_find(const char *name, size_t len)
{
	for (size_t i = 0; i < LEN(types); i++)
		if (strlen(types[i].name) == len &&
		    !memcmp(types[i].name, name, len))
			return &types[i];
	return NULL;
}

struct search {
	const char *word, *found;
	bool exact, several;
};

static void search_emit(void *arg, const char *text)
{
	struct search *s = arg;

	if (s->exact || strncasecmp(text, s->word, strlen(s->word)) != 0)
		return;
	s->exact = !text[strlen(s->word)];
	s->several = s->found && !s->exact;
	s->found = text;
}

const char *type_known(const struct value_type *t, const char *word)
{
	static const struct scope nowhere = { NULL, "" };
	struct search s = { .word = word };

	if (!t->complete || !*word)
		return NULL;
	t->complete(&nowhere, search_emit, &s);
	return s.several ? NULL : s.found;
}

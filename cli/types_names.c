/* Value types that name what is configured or on the disk, and complete from it. */
#include "cli/types_priv.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/env.h"
#include "cli/software.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/access.h"
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
#include "emu/io/disk.h"
#include "sslmod/store.h"

static bool host_parse(const char *word, const char *limits)
{
	return str_is_name(word, type_limits(*limits ? limits : "64", 1).hi);
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

static bool hostnet_parse(const char *word, const char *limits)
{
	return type_cidr_parse(word, limits) || host_parse(word, limits);
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
	char **names =
		s->env && s->env->disk ? software_list(s->env->disk) : NULL;

	for (char **n = names; n && *n; n++) {
		emit(arg, *n);
		free(*n);
	}
	free(names);
}

static void adi_complete(const struct scope *s, emit_fn emit, void *arg)
{
	char **names =
		s->env && s->env->disk ? disk_list(s->env->disk, "root") : NULL;

	for (char **n = names; n && *n; n++) {
		if (strchr(*n, '.'))
			emit(arg, *n);
		free(*n);
	}
	free(names);
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

static int vlan_print(const char *word, const struct conf *c, struct out *o,
		      struct err *err)
{
	(void)c;
	(void)err;
	out_printf(o, "VLAN%u", circuit_vlan_of(word));
	return 0;
}

const struct value_type names_types[] = {
	{ "host", host_parse, host_describe, host_complete, false, false,
	  host_print },
	{ "port", port_parse, port_describe, port_complete, false, false,
	  port_print },
	{ "vlan", vlan_parse, vlan_describe, circuit_complete, false, false,
	  vlan_print },
	{ "service", type_name_parse, NULL, service_complete, false, false,
	  NULL },
	{ "owner", type_name_parse, NULL, owner_complete, false, false, NULL },
	{ "content", type_name_parse, NULL, content_complete, false, false,
	  NULL },
	{ "group", type_name_parse, NULL, group_complete, false, false, NULL },
	{ "keepalive", type_name_parse, NULL, keepalive_complete, false, false,
	  NULL },
	{ "ssllist", type_name_parse, NULL, ssllist_complete, false, false,
	  NULL },
	{ "nql", type_name_parse, NULL, nql_complete, false, false, NULL },
	{ "eql", type_name_parse, NULL, eql_complete, false, false, NULL },
	{ "dql", type_name_parse, NULL, dql_complete, false, false, NULL },
	{ "urql", type_name_parse, NULL, urql_complete, false, false, NULL },
	{ "hfgroup", type_name_parse, NULL, hfgroup_complete, false, false,
	  NULL },
	{ "reporter", type_name_parse, NULL, reporter_complete, false,
	  QUOTES_MAY, NULL },
	{ "hostnet", hostnet_parse, hostnet_describe, host_complete, false,
	  false, NULL },
	{ "ownerrule", ownerrule_parse, ownerrule_describe, ownerrule_complete,
	  false, false, NULL },
	{ "services", services_parse, NULL, service_complete, false, false,
	  NULL },
	{ "circuitref", circuitref_parse, circuitref_describe,
	  circuitref_complete, false, false, NULL },
	{ "ftprecord", type_name_parse, NULL, ftprecord_complete, false, false,
	  NULL },
	{ "user", type_name_parse, NULL, user_complete, false, false, NULL },
	{ "cert", type_name_parse, NULL, cert_complete, false, false, NULL },
	{ "rsakey", type_name_parse, NULL, rsakey_complete, false, false,
	  NULL },
	{ "dsakey", type_name_parse, NULL, dsakey_complete, false, false,
	  NULL },
	{ "dhparam", type_name_parse, NULL, dhparam_complete, false, false,
	  NULL },
	{ "crlrecord", type_name_parse, NULL, crlrecord_complete, false, false,
	  NULL },
	{ "sslfile", type_name_parse, NULL, sslfile_complete, false, false,
	  NULL },
	{ "script", type_name_parse, NULL, script_complete, false, false,
	  NULL },
	{ "logfile", type_name_parse, NULL, logfile_complete, false, false,
	  NULL },
	{ "archive", type_name_parse, NULL, archive_complete, false, false,
	  NULL },
	{ "version", type_word_parse, NULL, version_complete, false, false,
	  NULL },
	{ "adi", type_name_parse, NULL, adi_complete, false, false, NULL },
	{ "core", type_name_parse, NULL, core_complete, false, false, NULL },
	{ 0 },
};

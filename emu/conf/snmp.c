/* SNMP: communities, receivers of traps, which traps. */
#include "emu/conf/snmp.h"

#include <assert.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"

static const struct trap {
	const char *name;
	uint16_t threshold; /* default (SNMPEXT-MIB); 0: has none */
} traps[] = {
	[TRAP_DOS_ILLEGAL] = { "dos-illegal-attack", 1 },
	[TRAP_DOS_LAND] = { "dos-land-attack", 1 },
	[TRAP_DOS_SMURF] = { "dos-smurf-attack", 1 },
	[TRAP_DOS_SYN] = { "dos-syn-attack", 10 },
	[TRAP_MODULE] = { "chmgr-module-transition", 0 },
	[TRAP_POWER] = { "chmgr-ps-transition", 0 },
	[TRAP_LIFETICK] = { "isc-lifetick-failure", 0 },
	[TRAP_LOGIN] = { "login-failure", 0 },
	[TRAP_REDUNDANCY] = { "redundancy-transition", 0 },
	[TRAP_RELOAD] = { "reload", 0 },
	[TRAP_REPORTER] = { "reporter-transition", 0 },
	[TRAP_SERVICE] = { "service-transition", 0 },
};
static_assert(sizeof(traps) / sizeof(*traps) == TRAP_NUM, "a row each");

void snmp_conf_init(struct snmp_conf *s)
{
	*s = (struct snmp_conf){
		.contact = SNMP_CONTACT,
		.location = SNMP_LOCATION,
		.name = SNMP_NAME,
		.trap_source = { .from = SNMP_MANAGEMENT },
		.reply_source = { .from = SNMP_EGRESS },
	};
	for (int i = 0; i < TRAP_NUM; i++)
		s->threshold[i] = traps[i].threshold;
}

const char *snmp_trap_name(enum snmp_trap t)
{
	return traps[t].name;
}

uint16_t snmp_trap_threshold_default(enum snmp_trap t)
{
	return traps[t].threshold;
}

/* ---- communities ---------------------------------------------------------- */

/* Where it is, or belongs. */
static int community_place(const struct snmp_conf *s, const char *name)
{
	int i = 0;

	while (i < s->ncommunity && strcmp(s->community[i].name, name) < 0)
		i++;
	return i;
}

static bool community_at(const struct snmp_conf *s, int i, const char *name)
{
	return i < s->ncommunity && !strcmp(s->community[i].name, name);
}

int snmp_community_set(struct conf *c, const char *name, bool read_write,
		       struct err *err)
{
	struct snmp_conf *s = &c->global->snmp;
	int i = community_place(s, name);

	if (community_at(s, i, name)) {
		conf_put_flag(c, &s->community[i].read_write, read_write);
		return 0;
	}
	if (s->ncommunity == SNMP_COMMUNITY_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL,
			       "snmp community name", SNMP_COMMUNITY_MAX);
	memmove(&s->community[i + 1], &s->community[i],
		(size_t)(s->ncommunity++ - i) * sizeof(s->community[0]));
	s->community[i] = (struct snmp_community){ .read_write = read_write };
	(void)str_copy(s->community[i].name, sizeof(s->community[i].name),
		       name);
	conf_changed(c);
	return 0;
}

int snmp_community_del(struct conf *c, const char *name, struct err *err)
{
	struct snmp_conf *s = &c->global->snmp;
	int i = community_place(s, name);

	if (!community_at(s, i, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "snmp community", name);
	memmove(&s->community[i], &s->community[i + 1],
		(size_t)(--s->ncommunity - i) * sizeof(s->community[0]));
	conf_changed(c);
	return 0;
}

/* ---- traps ---------------------------------------------------------------- */

static int trap_host_at(const struct snmp_conf *s, struct in_addr a)
{
	for (int i = 0; i < s->ntrap_host; i++)
		if (s->trap_host[i].addr.s_addr == a.s_addr)
			return i;
	return -1;
}

static bool same_host(const struct snmp_trap_host *a,
		      const struct snmp_trap_host *b)
{
	return a->v2 == b->v2 && !strcmp(a->community, b->community);
}

int snmp_trap_host_set(struct conf *c, const struct snmp_trap_host *h,
		       struct err *err)
{
	struct snmp_conf *s = &c->global->snmp;
	int i = trap_host_at(s, h->addr);

	if (i >= 0 && same_host(&s->trap_host[i], h))
		return 0;
	if (i < 0 && s->ntrap_host == SNMP_TRAP_HOST_MAX)
		return err_set(err, ERR_RANGE, -1, T_FULL, "snmp trap-host",
			       SNMP_TRAP_HOST_MAX);
	if (i < 0)
		i = s->ntrap_host++;
	s->trap_host[i] = *h;
	conf_changed(c);
	return 0;
}

int snmp_trap_host_del(struct conf *c, struct in_addr a, struct err *err)
{
	struct snmp_conf *s = &c->global->snmp;
	int i = trap_host_at(s, a);

	if (i < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "snmp trap-host", str_addr(a));
	memmove(&s->trap_host[i], &s->trap_host[i + 1],
		(size_t)(--s->ntrap_host - i) * sizeof(s->trap_host[0]));
	conf_changed(c);
	return 0;
}

void snmp_trap_set(struct conf *c, enum snmp_trap t, bool on,
		   unsigned threshold)
{
	struct snmp_conf *s = &c->global->snmp;

	conf_put_flag(c, &s->trap[t], on);
	conf_put_u16(c, &s->threshold[t], on ? threshold : traps[t].threshold);
}

/* ---- addresses ------------------------------------------------------------ */

void snmp_address_set(struct conf *c, struct snmp_address *field,
		      enum snmp_source from, struct in_addr addr)
{
	if (from != SNMP_SPECIFIED)
		addr.s_addr = INADDR_ANY;
	if (field->from == from && field->addr.s_addr == addr.s_addr)
		return;
	*field = (struct snmp_address){ from, addr };
	conf_changed(c);
}

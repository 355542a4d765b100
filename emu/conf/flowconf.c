/* How connections are treated: defaults, and lists with their limits. */
#include "emu/conf/flowconf.h"

#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/service.h"

/* The last port that either portmap can reach. */
#define PORTMAP_END (PORTMAP_BASE + PORTMAP_RANGE)

void flow_conf_init(struct flow_conf *f)
{
	*f = (struct flow_conf){
		.reserve_clean_s = 10,
		.tcp_mss = FLOW_MSS_DEFAULT,
		.portmap = { PORTMAP_BASE, PORTMAP_RANGE, false },
		.noflow_portmap = { PORTMAP_BASE, PORTMAP_RANGE, false },
		.dns_flows = true,
		.assembled_max = 5120,
		.fragment_min = 1024,
		.spanning_packets = 6,
		.bypass_persistence = true,
		.l4_fallback = true,
		.load = { .step_ms = LOAD_STEP_MS,
			  .threshold = 254,
			  .teardown_s = 20,
			  .ageout_s = 60,
			  .sensitivity = 21,
			  .reporting = true },
	};
}

/* ---- ports with or without flows ------------------------------------------ */

static int state_order(const struct flow_port *s, uint16_t port, uint8_t proto)
{
	return s->port != port ? s->port - port : s->proto - proto;
}

/* Where it is, or belongs. */
static int state_place(const struct flow_conf *f, uint16_t port, uint8_t proto)
{
	int i = 0;

	while (i < f->nport && state_order(&f->port[i], port, proto) < 0)
		i++;
	return i;
}

static bool state_at(const struct flow_conf *f, int i, uint16_t port,
		     uint8_t proto)
{
	return i < f->nport && !state_order(&f->port[i], port, proto);
}

const struct flow_port *flow_port_find(const struct flow_conf *f, uint16_t port,
				       uint8_t proto)
{
	int i = state_place(f, port, proto);

	return state_at(f, i, port, proto) ? &f->port[i] : NULL;
}

int flow_port_set(struct conf *c, const struct flow_port *s, struct err *err)
{
	struct flow_conf *f = &c->global->flow;
	int i = state_place(f, s->port, s->proto);

	if (!state_at(f, i, s->port, s->proto)) {
		if (f->nport == FLOW_PORT_MAX)
			return err_set(err, ERR_RANGE, -1, T_FULL, "flow-state",
				       FLOW_PORT_MAX);
		memmove(&f->port[i + 1], &f->port[i],
			(size_t)(f->nport++ - i) * sizeof(*s));
	} else if (f->port[i].flow == s->flow && f->port[i].nat == s->nat) {
		return 0;
	}
	f->port[i] = *s;
	conf_changed(c);
	return 0;
}

int flow_port_del(struct conf *c, uint16_t port, uint8_t proto, struct err *err)
{
	struct flow_conf *f = &c->global->flow;
	int i = state_place(f, port, proto);

	if (!state_at(f, i, port, proto))
		return err_set(err, ERR_NOT_FOUND, -1,
			       "Specified flow-state does not exist: %u %s",
			       port, proto == PROTO_TCP ? "tcp" : "udp");
	memmove(&f->port[i], &f->port[i + 1],
		(size_t)(--f->nport - i) * sizeof(f->port[0]));
	conf_changed(c);
	return 0;
}

/* ---- ports for translation ------------------------------------------------ */

int portmap_set(struct conf *c, struct portmap *field, uint16_t base,
		uint16_t range, struct err *err)
{
	if (base + range > PORTMAP_END)
		return err_set(err, ERR_RANGE, -1,
			       "Ports from %u with range %u go beyond %u", base,
			       range, PORTMAP_END - 1);
	conf_put_u16(c, &field->base, base);
	conf_put_u16(c, &field->range, range);
	conf_put_flag(c, &field->off, false);
	return 0;
}

/* ---- methods -------------------------------------------------------------- */

static int method_place(const struct flow_conf *f, const char *name)
{
	int i = 0;

	while (i < f->nmethod && strcmp(f->method[i].name, name) < 0)
		i++;
	return i;
}

static bool method_at(const struct flow_conf *f, int i, const char *name)
{
	return i < f->nmethod && !strcmp(f->method[i].name, name);
}

const struct http_method *http_method_find(const struct flow_conf *f,
					   const char *name)
{
	int i = method_place(f, name);

	return method_at(f, i, name) ? &f->method[i] : NULL;
}

int http_method_set(struct conf *c, const char *name, enum uri_form form,
		    struct err *err)
{
	struct flow_conf *f = &c->global->flow;
	int i = method_place(f, name);

	if (!method_at(f, i, name)) {
		if (f->nmethod == HTTP_METHOD_MAX)
			return err_set(err, ERR_RANGE, -1, T_FULL,
				       "user-defined-method", HTTP_METHOD_MAX);
		memmove(&f->method[i + 1], &f->method[i],
			(size_t)(f->nmethod++ - i) * sizeof(f->method[0]));
	} else if (f->method[i].form == form) {
		return 0;
	}
	f->method[i] = (struct http_method){ .form = form };
	(void)str_copy(f->method[i].name, sizeof(f->method[i].name), name);
	conf_changed(c);
	return 0;
}

int http_method_del(struct conf *c, const char *name, struct err *err)
{
	struct flow_conf *f = &c->global->flow;
	int i = method_place(f, name);

	if (!method_at(f, i, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "user-defined-method", name);
	memmove(&f->method[i], &f->method[i + 1],
		(size_t)(--f->nmethod - i) * sizeof(f->method[0]));
	conf_changed(c);
	return 0;
}

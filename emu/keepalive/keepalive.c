#include "emu/keepalive/keepalive.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "emu/keepalive/ka.h"
#include "emu/keepalive/ka_state.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * One entry per service, found by the service's index.  An entry believes
 * nothing about the configuration between two monitor_sync(): it has its own
 * copy of what is probed, and its name tells whether the index still belongs to
 * the same service.
 *
 * An entry has one timer.  While a probe is under way it is the probe's
 * deadline, otherwise the start of the next probe.
 *
 * A service that cannot be probed (its named keepalive is suspended, its module
 * is gone, ...) has a reason in `blocked`; it is Down and has no timer.
 *
 * changed() may do anything, monitor_sync() included.  So it is always the last
 * thing that happens to an entry; whoever goes on looks the entry up again.
 */
#define TIMEOUT_MAX_S 10 /* the product's own limit is not in print */
#define START_PER_MS  64 /* first probes when many services become active */

struct entry {
	struct monitor *m; /* borrowed */
	char name[NAME_LEN + 1];
	unsigned activations; /* of the service, when last seen */
	struct ka_status status;
	char blocked[96];
	const struct ka_ops *ops; /* NULL: blocked or suspended */
	struct ka_probe probe;
	void *state; /* owned, probe.state while one is under way */
	bool under_way;
	uint64_t started_ms;
	struct timer timer;

	unsigned transitions;
	uint64_t probes, probe_failures;
	uint64_t last_change_ms;
	uint64_t took_ms;
};

struct monitor {
	struct loop *loop;	    /* borrowed */
	const struct hostmap *map;  /* borrowed */
	const struct conf *conf;    /* borrowed */
	struct monitor_hooks hooks; /* what arg points to is borrowed */
	struct ka_icmp_port *icmp;  /* owned */
	struct ka_scripts *scripts; /* owned */
	struct entry *entry[SERVICE_MAX + 1]; /* owned; NULL: no service */
	unsigned starts;   /* first probes since the sync began */
	unsigned nscripts; /* services with a script, of this sync */
};

/* FTP has no probe yet; NAMED is resolved before. */
static const struct ka_ops *const kinds[PROBE_TYPE_NUM] = {
	[PROBE_ICMP] = &ka_icmp, [PROBE_NONE] = &ka_none, [PROBE_TCP] = &ka_tcp,
	[PROBE_HTTP] = &ka_http, [PROBE_SSL] = &ka_ssl,
	[PROBE_SCRIPT] = &ka_script,
};

const char *service_state_name(enum service_state s)
{
	switch (s) {
	case SERVICE_SUSPENDED:
		return "Suspended";
	case SERVICE_DOWN:
		return "Down";
	case SERVICE_ALIVE:
		return "Alive";
	case SERVICE_DYING:
		return "Dying";
	}
	return "Unknown";
}

/* ---- what a service's probe is (content.md 4.2, ssl.md 4.1) ------------- */

/* NULL when the service has a keepalive of its own. */
static const struct probe *named_probe(const struct conf *conf,
				       const struct service *s)
{
	if (s->keepalive.type != PROBE_NAMED)
		return NULL;
	return probe_find(conf, s->keepalive.arg);
}

static const struct probe_spec *spec_of(const struct conf *conf,
					const struct service *s)
{
	const struct probe *named = named_probe(conf, s);

	return named ? &named->spec : &s->keepalive;
}

/* The entry of an SSL proxy list that has the service's address and port: the
 * probe goes to the server behind it, not to the clear-text address. */
static const struct ssl_backend *backend_of(const struct conf *conf,
					    const struct service *s)
{
	if (s->type != SERVICE_SSL_ACCEL_BACKEND && s->type != SERVICE_SSL_INIT)
		return NULL;
	for (int i = 0; i < s->nssllist; i++) {
		const struct ssllist *l = ssllist_find(conf, s->ssllist[i]);

		for (int k = 0; l && k < l->nbackend; k++)
			if (l->backend[k]->addr.s_addr == s->addr.s_addr &&
			    l->backend[k]->port == s->port)
				return l->backend[k];
	}
	return NULL;
}

static uint16_t type_port(enum probe_type t)
{
	switch (t) {
	case PROBE_HTTP:
		return 80;
	case PROBE_SSL:
		return 443;
	case PROBE_FTP:
		return 21;
	default:
		return 0;
	}
}

static uint16_t first_port(uint16_t a, uint16_t b, uint16_t c)
{
	if (a)
		return a;
	return b ? b : c;
}

void monitor_probe_target(const struct conf *conf, const struct service *s,
			  struct in_addr *addr, uint16_t *port)
{
	const struct probe *named = named_probe(conf, s);
	const struct ssl_backend *b = backend_of(conf, s);
	uint16_t own = s->port;

	*addr = s->addr;
	if (b && b->server_addr.s_addr != INADDR_ANY) {
		*addr = b->server_addr;
		own = b->server_port;
	}
	if (!named) {
		*port = first_port(s->keepalive.port, own,
				   type_port(s->keepalive.type));
		return;
	}
	if (named->addr.s_addr != INADDR_ANY)
		*addr = named->addr;
	*port = first_port(named->spec.port, type_port(named->spec.type), own);
}

void monitor_probe_text(const struct conf *conf, const struct service *s,
			char *text, size_t cap)
{
	const struct probe_spec *p = &s->keepalive;
	struct in_addr addr;
	uint16_t port;

	monitor_probe_target(conf, s, &addr, &port);
	switch (p->type) {
	case PROBE_ICMP:
		(void)str_copy(text, cap, "ICMP");
		return;
	case PROBE_TCP:
		(void)snprintf(text, cap, "TCP-%u", port);
		return;
	case PROBE_SSL:
		(void)snprintf(text, cap, "SSL-%u", port);
		return;
	case PROBE_HTTP:
		(void)snprintf(text, cap, "HTTP-%u:%s:%s", port,
			       p->method_get ? "GET" : "HEAD",
			       p->uri[0] ? p->uri : "/");
		return;
	case PROBE_FTP:
		(void)snprintf(text, cap, "FTP-%s", p->arg);
		return;
	case PROBE_SCRIPT:
		(void)snprintf(text, cap, "SCRIPT %s", p->arg);
		return;
	case PROBE_NAMED:
		(void)str_copy(text, cap, p->arg);
		return;
	case PROBE_NONE:
	case PROBE_TYPE_NUM:
		break;
	}
	(void)str_copy(text, cap, "NONE");
}

/* ---- why a service may not be probed ------------------------------------ */

#define WHY_LEN sizeof(((struct entry *)0)->blocked)

static bool named_is_ready(const struct conf *conf, const struct service *s,
			   char *why)
{
	const struct probe *named = named_probe(conf, s);

	if (s->keepalive.type != PROBE_NAMED || (named && named->active))
		return true;
	(void)snprintf(why, WHY_LEN, "keepalive %s %s", s->keepalive.arg,
		       named ? "is suspended: activate it" : "does not exist");
	return false;
}

static bool kind_is_ready(const struct probe_spec *spec, char *why)
{
	if (spec->type == PROBE_NAMED || !kinds[spec->type])
		(void)snprintf(why, WHY_LEN,
			       "keepalive type %s is not acted on yet",
			       probe_type_name(spec->type));
	else if (spec->type == PROBE_HTTP && spec->encrypt)
		(void)snprintf(why, WHY_LEN,
			       "keepalive encrypt is not acted on yet");
	return !*why;
}

/* Of those beyond the limit, the ones with the highest indexes are left out. */
static bool script_is_ready(struct monitor *m, const struct probe_spec *spec,
			    char *why)
{
	if (spec->type != PROBE_SCRIPT)
		return true;
	if (!m->hooks.script_start)
		(void)snprintf(why, WHY_LEN, "nobody plays scripts here");
	else if (++m->nscripts > KA_SCRIPT_MAX)
		(void)snprintf(why, WHY_LEN, T_KAL_SCRIPTS, KA_SCRIPT_MAX);
	return !*why;
}

static bool target_is_ready(const struct conf *conf, const struct service *s,
			    enum probe_type type, char *why)
{
	struct in_addr addr;
	uint16_t port;

	if (type == PROBE_NONE || type == PROBE_SCRIPT)
		return true;
	monitor_probe_target(conf, s, &addr, &port);
	if (addr.s_addr == INADDR_ANY)
		(void)snprintf(why, WHY_LEN,
			       "it has no IP address to probe: keepalive type "
			       "none");
	else if (type != PROBE_ICMP && !port)
		(void)snprintf(why, WHY_LEN,
			       "it has no port to probe: keepalive port");
	return !*why;
}

/* Fills why, "" when the service may be probed. */
static void find_block(struct monitor *m, const struct service *s,
		       char *why)
{
	const struct probe_spec *spec = spec_of(m->conf, s);

	*why = '\0';
	if (service_is_module(s) && m->hooks.module_ready &&
	    !m->hooks.module_ready(m->hooks.arg, s))
		(void)snprintf(why, WHY_LEN,
			       "the SSL module in slot %u is not ready",
			       s->slot);
	else if (named_is_ready(m->conf, s, why) && kind_is_ready(spec, why) &&
		 script_is_ready(m, spec, why))
		(void)target_is_ready(m->conf, s, spec->type, why);
}

/* ---- state -------------------------------------------------------------- */

/* The last thing that is done to an entry: changed() may free it. */
static void set_status(struct monitor *m, unsigned index,
		       struct ka_status status, bool counted)
{
	struct entry *e = m->entry[index];
	enum service_state from = e->status.state, to = status.state;
	const char *word = to == SERVICE_ALIVE	? "alive"
			   : to == SERVICE_DOWN ? "down"
						: "suspended";

	e->status = status;
	if (counted)
		e->transitions++;
	if (counted || (to == SERVICE_SUSPENDED && from != to))
		log_write(LOG_NETMAN, LOG_CRITICAL_2, T_TRAP_SERVICE, e->name,
			  word);
	if (from == to)
		return;
	e->last_change_ms = loop_now(m->loop);
	if (m->hooks.changed)
		m->hooks.changed(m->hooks.arg, index, from, to);
}

static void stop_probe(struct entry *e)
{
	loop_timer_stop(e->m->loop, &e->timer);
	if (!e->under_way)
		return;
	e->under_way = false;
	e->ops->stop(&e->probe);
}

/* A slow answer must not push the next probe into the past. */
static void schedule(struct entry *e, unsigned delay_s, uint64_t now_ms)
{
	uint64_t due = e->started_ms + (uint64_t)delay_s * 1000;

	loop_timer(e->m->loop, &e->timer, due > now_ms ? due : now_ms);
}

static struct entry *entry_of(struct ka_probe *p)
{
	return (struct entry *)((char *)p - offsetof(struct entry, probe));
}

static void finish(struct ka_probe *p, enum ka_result result, uint64_t now_ms)
{
	struct entry *e = entry_of(p);
	struct ka_step step = ka_step(e->status, &p->spec, result);

	stop_probe(e);
	e->took_ms = now_ms - e->started_ms;
	if (result == KA_UP)
		p->detail[0] = '\0';
	else
		e->probe_failures++;
	if (e->ops != &ka_none)
		schedule(e, step.delay_s, now_ms);
	set_status(e->m, p->index, step.next, step.counted);
}

static unsigned timeout_s(const struct probe_spec *spec)
{
	unsigned s = spec->frequency_s > 1 ? spec->frequency_s - 1u : 1;

	if (spec->type == PROBE_SCRIPT) /* content.md 5.8 */
		return spec->frequency_s;
	return s < TIMEOUT_MAX_S ? s : TIMEOUT_MAX_S;
}

/* From now on it has its time. */
static void begun(struct ka_probe *p, uint64_t now_ms)
{
	struct entry *e = entry_of(p);

	e->started_ms = now_ms;
	loop_timer(e->m->loop, &e->timer,
		   now_ms + timeout_s(&p->spec) * 1000ull);
}

static void start_probe(struct entry *e, uint64_t now_ms)
{
	enum ka_result result;

	e->probes++;
	e->under_way = true;
	e->started_ms = now_ms;
	if (e->ops->state_size)
		memset(e->state, 0, e->ops->state_size);
	result = e->ops->start(&e->probe, now_ms);
	if (result == KA_PENDING && e->probe.queued)
		return;
	if (result == KA_PENDING)
		begun(&e->probe, now_ms);
	else
		finish(&e->probe, result, now_ms);
}

static void on_timer(void *arg, uint64_t now_ms)
{
	struct entry *e = arg;

	if (!e->under_way) {
		start_probe(e, now_ms);
		return;
	}
	if (e->ops == &ka_script)
		(void)ka_fail(&e->probe, T_KAL_SCRIPT_LATE, e->probe.spec.arg,
			      timeout_s(&e->probe.spec));
	else
		(void)ka_fail(&e->probe, "no answer from %s within %u s",
			      str_addr(e->probe.addr),
			      timeout_s(&e->probe.spec));
	finish(&e->probe, KA_DOWN, now_ms);
}

static void on_ready(void *arg, uint32_t events, uint64_t now_ms)
{
	struct entry *e = arg;
	enum ka_result result = e->ops->ready(&e->probe, events, now_ms);

	if (result != KA_PENDING)
		finish(&e->probe, result, now_ms);
}

/* ---- following the configuration ---------------------------------------- */

static struct entry *entry_new(struct monitor *m, const struct service *s)
{
	struct entry *e = xcalloc(1, sizeof(*e));

	e->m = m;
	e->status.state = SERVICE_SUSPENDED;
	e->timer = (struct timer){ .fn = on_timer, .arg = e };
	e->probe = (struct ka_probe){
		.loop = m->loop,
		.map = m->map,
		.icmp = m->icmp,
		.scripts = m->scripts,
		.index = s->index,
		.watch = { .fd = -1, .fn = on_ready, .arg = e },
		.finish = finish,
		.begun = begun,
	};
	(void)str_copy(e->name, sizeof(e->name), s->name);
	return e;
}

static void entry_free(struct entry *e)
{
	if (!e)
		return;
	stop_probe(e);
	free(e->state);
	free(e);
}

/* The intervals and maxfailure aside: they are followed without a restart. */
static bool same_probe(const struct ka_probe *p, const struct probe_spec *spec,
		       struct in_addr addr, uint16_t port)
{
	const struct probe_spec *old = &p->spec;

	return p->addr.s_addr == addr.s_addr && p->port == port &&
	       old->type == spec->type && old->method_get == spec->method_get &&
	       old->non_persistent == spec->non_persistent &&
	       old->close_fin == spec->close_fin &&
	       old->encrypt == spec->encrypt &&
	       old->http_rspcode == spec->http_rspcode &&
	       !strcmp(old->uri, spec->uri) && !strcmp(old->hash, spec->hash) &&
	       !strcmp(old->arg, spec->arg) &&
	       !strcmp(old->script_args, spec->script_args) &&
	       old->use_output == spec->use_output;
}

static void warn_about(const struct entry *e)
{
	const struct probe_spec *spec = &e->probe.spec;

	if (spec->type == PROBE_HTTP && spec->method_get)
		log_write(LOG_KEEPALIVE, LOG_WARNING_4,
			  "Service %s: keepalive method get compares the "
			  "response code only, not the page%s",
			  e->name, spec->hash[0] ? " with its hash" : "");
}

/* Probes at once, or nearly so when very many start together. */
static void begin(struct entry *e, const struct probe_spec *spec,
		  struct in_addr addr, uint16_t port)
{
	struct monitor *m = e->m;

	stop_probe(e);
	e->blocked[0] = '\0';
	e->probe.detail[0] = '\0';
	e->probe.spec = *spec;
	e->probe.addr = addr;
	e->probe.port = port;
	e->ops = kinds[spec->type];
	assert(e->ops); /* find_block() has seen to it */
	if (e->ops->state_size)
		e->state = xrealloc(e->state, e->ops->state_size);
	e->probe.state = e->state;
	warn_about(e);
	if (e->ops == &ka_none)
		start_probe(e, loop_now(m->loop));
	else
		loop_timer(m->loop, &e->timer,
			   clock_ms() + m->starts++ / START_PER_MS);
}

/* A shorter interval holds from now on, not only after the longer one. */
static void follow_times(struct entry *e, const struct probe_spec *spec)
{
	bool sooner = spec->frequency_s < e->probe.spec.frequency_s ||
		      spec->retryperiod_s < e->probe.spec.retryperiod_s;
	bool alive = e->status.state == SERVICE_ALIVE;

	e->probe.spec = *spec;
	if (sooner && !e->under_way && e->probes && e->ops != &ka_none)
		schedule(e, alive ? spec->frequency_s : spec->retryperiod_s,
			 loop_now(e->m->loop));
}

static void block(struct monitor *m, struct entry *e, const char *why)
{
	bool was_up = e->status.state == SERVICE_ALIVE ||
		      e->status.state == SERVICE_DYING;
	bool is_new = strcmp(e->blocked, why) != 0;

	stop_probe(e);
	e->ops = NULL;
	(void)str_copy(e->blocked, sizeof(e->blocked), why);
	(void)str_copy(e->probe.detail, sizeof(e->probe.detail), why);
	if (is_new)
		log_write(LOG_KEEPALIVE, LOG_WARNING_4,
			  "Service %s is Down: %s", e->name, why);
	set_status(m, e->probe.index, (struct ka_status){ SERVICE_DOWN, 0, 0 },
		   was_up);
}

static void suspend(struct monitor *m, struct entry *e)
{
	stop_probe(e);
	e->ops = NULL;
	e->blocked[0] = '\0';
	e->probe.detail[0] = '\0';
	set_status(m, e->probe.index,
		   (struct ka_status){ SERVICE_SUSPENDED, 0, 0 }, false);
}

static void follow_active(struct monitor *m, struct entry *e,
			  const struct service *s)
{
	bool fresh = !e->ops; /* was suspended or blocked */
	const struct probe_spec *spec = spec_of(m->conf, s);
	char why[WHY_LEN];
	struct in_addr addr;
	uint16_t port;

	find_block(m, s, why);
	if (*why) {
		block(m, e, why);
		return;
	}
	monitor_probe_target(m->conf, s, &addr, &port);
	if (!fresh && same_probe(&e->probe, spec, addr, port)) {
		follow_times(e, spec);
		return;
	}
	if (fresh && e->status.state == SERVICE_SUSPENDED &&
	    spec->type != PROBE_NONE) {
		unsigned index = s->index;

		begin(e, spec, addr, port);
		set_status(m, index, (struct ka_status){ SERVICE_DOWN, 0, 0 },
			   false);
		return;
	}
	begin(e, spec, addr, port);
}

/* The service's entry, a new one when the index has a new owner. */
static struct entry *entry_for(struct monitor *m, const struct service *s)
{
	struct entry **e = &m->entry[s->index];

	if (*e && strcmp((*e)->name, s->name) != 0) {
		entry_free(*e);
		*e = NULL;
	}
	if (!*e)
		*e = entry_new(m, s);
	return *e;
}

static void sync_service(struct monitor *m, unsigned index)
{
	const struct service *s = m->conf->service_at[index];
	struct entry *e;
	bool again;

	if (!s) {
		entry_free(m->entry[index]);
		m->entry[index] = NULL;
		return;
	}
	e = entry_for(m, s);
	again = e->activations != s->activations; /* was suspended meanwhile */
	e->activations = s->activations;
	if (e->status.state != SERVICE_SUSPENDED && (again || !s->active)) {
		suspend(m, e);
		if (m->entry[index] != e || m->conf->service_at[index] != s)
			return;
	}
	if (s->active)
		follow_active(m, e, s);
}

void monitor_sync(struct monitor *m)
{
	m->starts = m->nscripts = 0;
	for (unsigned i = 1; i <= SERVICE_MAX; i++)
		sync_service(m, i);
}

struct monitor *monitor_new(struct loop *l, const struct hostmap *m,
			    const struct conf *conf,
			    const struct monitor_hooks *hooks)
{
	struct monitor *mon = xcalloc(1, sizeof(*mon));

	mon->loop = l;
	mon->map = m;
	mon->conf = conf;
	if (hooks)
		mon->hooks = *hooks;
	mon->icmp = ka_icmp_new(l, m);
	mon->scripts = ka_scripts_new(l, &mon->hooks);
	return mon;
}

void monitor_free(struct monitor *m)
{
	if (!m)
		return;
	for (unsigned i = 1; i <= SERVICE_MAX; i++)
		entry_free(m->entry[i]);
	ka_icmp_free(m->icmp);
	ka_scripts_free(m->scripts);
	free(m);
}

/* ---- questions ---------------------------------------------------------- */

static const struct entry *entry_find(const struct monitor *m, unsigned index)
{
	return index >= 1 && index <= SERVICE_MAX ? m->entry[index] : NULL;
}

void monitor_info(const struct monitor *m, unsigned service_index,
		  struct monitor_info *info)
{
	const struct entry *e = entry_find(m, service_index);

	*info = (struct monitor_info){ .state = SERVICE_SUSPENDED };
	if (!e)
		return;
	info->state = e->status.state;
	info->transitions = e->transitions;
	info->failures = e->status.failures;
	info->probes = e->probes;
	info->probe_failures = e->probe_failures;
	info->last_change_ms = e->last_change_ms;
	info->took_ms = e->took_ms;
	(void)str_copy(info->detail, sizeof(info->detail), e->probe.detail);
}

void monitor_zero_transitions(struct monitor *m, unsigned service_index)
{
	if (entry_find(m, service_index))
		m->entry[service_index]->transitions = 0;
}

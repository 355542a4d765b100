#include "emu/keepalive/keepalive.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/keepalive/ka.h"
#include "emu/keepalive/ka_queue.h"
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
 * deadline, otherwise the start of the next probe.  A probe whose class is full
 * (ka_queue.h) waits without a timer: its time begins when it has its turn.
 *
 * Services that follow one named keepalive, or have equal ones of their own
 * (content.md 4.2), are probed by one of them, the leader; the others have no
 * timer, and each steps through its states with the leader's results.  When the
 * leader leaves, the next one begins to probe.
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
	char blocked[KA_WHY_LEN];
	const struct ka_ops *ops; /* NULL: blocked or suspended */
	struct ka_probe probe;	  /* owns its state and kept */
	struct ka_place place;	  /* of the probe under way */
	bool under_way, logs_all;
	unsigned leader; /* index of the entry that probes for this one, too;
			    0: it is probed itself */
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
	struct ka_icmp_port *icmp;    /* owned */
	struct ka_tls_conf *tls_conf; /* owned */
	struct ka_queue *queue;	      /* owned */
	struct entry *entry[SERVICE_MAX + 1]; /* owned; NULL: no service */
	unsigned starts; /* first probes since the sync began */
	unsigned in_class[KA_CLASS_NUM]; /* of this sync */
	bool told[KA_CLASS_NUM];	 /* that there are too many */
};

/* NAMED is resolved before. */
static const struct ka_ops *const kinds[PROBE_TYPE_NUM] = {
	[PROBE_ICMP] = &ka_icmp, [PROBE_NONE] = &ka_none,
	[PROBE_TCP] = &ka_tcp,	 [PROBE_HTTP] = &ka_http,
	[PROBE_FTP] = &ka_ftp,	 [PROBE_SSL] = &ka_ssl,
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
	bool began = e->under_way && !e->place.waits;

	loop_timer_stop(e->m->loop, &e->timer);
	if (!e->under_way)
		return;
	e->under_way = false;
	ka_queue_leave(e->m->queue, &e->place);
	if (began)
		e->ops->stop(&e->probe);
}

/* No further probe of this kind and target. */
static void leave_kind(struct entry *e)
{
	stop_probe(e);
	if (e->ops && e->ops->leave)
		e->ops->leave(&e->probe);
	e->ops = NULL;
	e->leader = 0;
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

/* The leader's result is a follower's, too. */
static void share(struct monitor *m, unsigned index, const struct entry *leader,
		  enum ka_result result)
{
	struct entry *e = m->entry[index];
	struct ka_step step;

	(void)str_copy(e->probe.detail, sizeof(e->probe.detail),
		       leader->probe.detail);
	e->took_ms = leader->took_ms;
	step = ka_step(e->status, &leader->probe.spec, result);
	set_status(m, index, step.next, step.counted);
}

/* Hooks may change anything meanwhile: each time, everything is looked up. */
static void share_all(struct monitor *m, unsigned leader, enum ka_result result)
{
	for (unsigned i = 1; i <= SERVICE_MAX; i++) {
		const struct entry *e = m->entry[i], *l = m->entry[leader];

		if (e && l && l->ops && e->leader == leader)
			share(m, i, l, result);
	}
}

static void finish(struct ka_probe *p, enum ka_result result, uint64_t now_ms)
{
	struct monitor *m = entry_of(p)->m;
	unsigned index = p->index;
	struct entry *e = entry_of(p);
	struct ka_step step = ka_step(e->status, &p->spec, result);

	stop_probe(e);
	e->took_ms = now_ms - e->started_ms;
	if (result == KA_UP)
		p->detail[0] = '\0';
	else
		e->probe_failures++;
	if (e->logs_all)
		log_write(LOG_KEEPALIVE, LOG_INFO_6, T_KAL_RESULT, e->name,
			  result == KA_UP ? "success" : p->detail);
	if (e->ops != &ka_none)
		schedule(e, step.delay_s, now_ms);
	set_status(m, index, step.next, step.counted);
	share_all(m, index, result);
}

static unsigned timeout_s(const struct probe_spec *spec)
{
	unsigned s = spec->frequency_s > 1 ? spec->frequency_s - 1u : 1;

	if (spec->type == PROBE_SCRIPT) /* content.md 5.8 */
		return spec->frequency_s;
	return s < TIMEOUT_MAX_S ? s : TIMEOUT_MAX_S;
}

/* It has its place, and from now on its time. */
static void run_probe(struct entry *e, uint64_t now_ms)
{
	enum ka_result result;

	e->started_ms = now_ms;
	if (e->ops->state_size)
		memset(e->probe.state, 0, e->ops->state_size);
	result = e->ops->start(&e->probe, now_ms);
	if (result == KA_PENDING)
		loop_timer(e->m->loop, &e->timer,
			   now_ms + timeout_s(&e->probe.spec) * 1000ull);
	else
		finish(&e->probe, result, now_ms);
}

static void on_turn(struct ka_place *p, uint64_t now_ms)
{
	run_probe((struct entry *)((char *)p - offsetof(struct entry, place)),
		  now_ms);
}

static void start_probe(struct entry *e, uint64_t now_ms)
{
	e->probes++;
	e->under_way = true;
	if (ka_queue_enter(e->m->queue, &e->place,
			   ka_class_of(&e->probe.spec)))
		run_probe(e, now_ms);
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
	enum ka_result result = KA_PENDING;

	if (!e->under_way || e->place.waits) {
		e->ops->idle(&e->probe, events);
		return;
	}
	result = e->ops->ready(&e->probe, events, now_ms);
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
		.tls_conf = m->tls_conf,
		.hooks = &m->hooks,
		.index = s->index,
		.watch = { .fd = -1, .fn = on_ready, .arg = e },
		.finish = finish,
	};
	(void)str_copy(e->name, sizeof(e->name), s->name);
	return e;
}

static void entry_free(struct entry *e)
{
	if (!e)
		return;
	leave_kind(e);
	free(e->probe.state);
	free(e->probe.kept);
	free(e);
}

/* The intervals and maxfailure aside: they are followed without a restart. */
static bool same_probe(const struct ka_probe *p, const struct ka_target *t)
{
	const struct probe_spec *old = &p->spec, *spec = t->spec;

	return p->addr.s_addr == t->addr.s_addr && p->port == t->port &&
	       !strcmp(p->login.user, t->login.user) &&
	       !strcmp(p->login.despw, t->login.despw) &&
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

static void *zeroed(void *memory, size_t size)
{
	if (!size)
		return memory;
	memory = xrealloc(memory, size);
	memset(memory, 0, size);
	return memory;
}

/* Probes at once, or nearly so when very many start together. */
static void begin(struct entry *e, const struct ka_target *t)
{
	struct monitor *m = e->m;
	struct ka_probe *p = &e->probe;

	leave_kind(e);
	e->blocked[0] = '\0';
	p->detail[0] = '\0';
	p->spec = *t->spec;
	p->addr = t->addr;
	p->port = t->port;
	p->login = t->login;
	e->ops = kinds[t->spec->type];
	assert(e->ops); /* ka_target_find() has seen to it */
	p->state = zeroed(p->state, e->ops->state_size);
	p->kept = zeroed(p->kept, e->ops->kept_size);
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

	leave_kind(e);
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
	leave_kind(e);
	e->blocked[0] = '\0';
	e->probe.detail[0] = '\0';
	set_status(m, e->probe.index,
		   (struct ka_status){ SERVICE_SUSPENDED, 0, 0 }, false);
}

/* ---- services that share a keepalive ---------------------------------------- */

static bool same_times(const struct probe_spec *a, const struct probe_spec *b)
{
	return a->frequency_s == b->frequency_s &&
	       a->retryperiod_s == b->retryperiod_s &&
	       a->maxfailure == b->maxfailure;
}

/* A page that is learned is the service's own: suspending it and activating it
 * again must learn a new one (content.md 4.3). */
static bool is_shared(const struct probe_spec *own)
{
	return own->type != PROBE_NONE &&
	       !(own->type == PROBE_HTTP && own->method_get && !own->hash[0]);
}

/* Do two services' own keepalives allow it: both equal, or both named, by one
 * name? */
static bool same_keepalive(const struct probe_spec *a,
			   const struct probe_spec *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == PROBE_NAMED)
		return !strcmp(a->arg, b->arg);
	return is_shared(a) && same_times(a, b);
}

static bool leads(const struct monitor *m, const struct service *s,
		  const struct ka_target *t, const struct probe_spec *own)
{
	const struct entry *l = m->entry[s->index];

	return l && l->ops && !l->leader && s->active &&
	       same_keepalive(&s->keepalive, own) &&
	       !strcmp(l->name, s->name) && l->activations == s->activations &&
	       same_probe(&l->probe, t);
}

/* Who probes the same already; 0: nobody does. */
static unsigned find_leader(const struct monitor *m, const struct service *s,
			    const struct ka_target *t)
{
	const struct service *other =
		m->conf->service_at[m->entry[s->index]->leader];

	if (other && leads(m, other, t, &s->keepalive))
		return other->index; /* as before */
	TAILQ_FOREACH(other, &m->conf->services, link)
		if (other != s && leads(m, other, t, &s->keepalive))
			return other->index;
	return 0;
}

/* From now on it goes by the leader, and at once by what that one knows. */
static void join(struct monitor *m, struct entry *e, unsigned leader)
{
	const struct entry *l = m->entry[leader];
	unsigned index = e->probe.index;

	leave_kind(e);
	e->blocked[0] = '\0';
	e->leader = leader;
	if (e->status.state == SERVICE_SUSPENDED)
		set_status(m, index, (struct ka_status){ SERVICE_DOWN, 0, 0 },
			   false);
	if (m->entry[index] != e || e->leader != leader || !l->status.settled)
		return;
	share(m, index, l, l->status.state == SERVICE_DOWN ? KA_DOWN : KA_UP);
}

static void follow_active(struct monitor *m, struct entry *e,
			  const struct service *s)
{
	bool fresh = !e->ops; /* was suspended, blocked or a follower */
	unsigned leader = 0;
	char why[KA_WHY_LEN];
	struct ka_target t;

	if (!ka_target_find(m->conf, &m->hooks, s, &t, why)) {
		block(m, e, why);
		return;
	}
	if (fresh || !same_probe(&e->probe, &t))
		leader = find_leader(m, s, &t);
	if (leader) {
		if (e->leader != leader)
			join(m, e, leader);
		return;
	}
	m->in_class[ka_class_of(t.spec)]++;
	e->logs_all = t.logs_all;
	if (!fresh && same_probe(&e->probe, &t)) {
		follow_times(e, t.spec);
		return;
	}
	if (fresh && e->status.state == SERVICE_SUSPENDED &&
	    t.spec->type != PROBE_NONE) {
		unsigned index = s->index;

		begin(e, &t);
		set_status(m, index, (struct ka_status){ SERVICE_DOWN, 0, 0 },
			   false);
		return;
	}
	begin(e, &t);
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

/* When it begins, not for each service more. */
static void warn_of_many(struct monitor *m)
{
	for (int i = 0; i < KA_CLASS_NUM; i++) {
		bool too_many = m->in_class[i] > ka_classes[i].max;

		if (too_many && !m->told[i])
			log_write(LOG_KEEPALIVE, LOG_WARNING_4, T_KAL_TOO_MANY,
				  ka_classes[i].max, ka_classes[i].name);
		m->told[i] = too_many;
	}
}

void monitor_sync(struct monitor *m)
{
	m->starts = 0;
	memset(m->in_class, 0, sizeof(m->in_class));
	for (unsigned i = 1; i <= SERVICE_MAX; i++)
		sync_service(m, i);
	/* those whose leader has left */
	for (unsigned i = 1; i <= SERVICE_MAX; i++)
		if (m->entry[i] && m->entry[i]->leader)
			sync_service(m, i);
	warn_of_many(m);
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
	mon->tls_conf = ka_tls_conf_new();
	mon->queue = ka_queue_new(l, on_turn);
	return mon;
}

void monitor_free(struct monitor *m)
{
	if (!m)
		return;
	for (unsigned i = 1; i <= SERVICE_MAX; i++)
		entry_free(m->entry[i]);
	ka_icmp_free(m->icmp);
	ka_tls_conf_free(m->tls_conf);
	ka_queue_free(m->queue);
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
	info->leader = e->leader;
	if (e->ops == &ka_http && e->probe.spec.method_get)
		(void)ka_http_page(&e->probe, info->hash);
	(void)str_copy(info->detail, sizeof(info->detail), e->probe.detail);
}

void monitor_zero_transitions(struct monitor *m, unsigned service_index)
{
	if (entry_find(m, service_index))
		m->entry[service_index]->transitions = 0;
}

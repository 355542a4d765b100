#include "emu/keepalive/ka_target.h"

#include <stdio.h>
#include <string.h>

#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"

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

static uint16_t type_port(const struct probe_spec *p)
{
	switch (p->type) {
	case PROBE_HTTP:
		return p->encrypt ? 443 : 80;
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
				   type_port(&s->keepalive));
		return;
	}
	if (named->addr.s_addr != INADDR_ANY)
		*addr = named->addr;
	*port = first_port(named->spec.port, type_port(&named->spec), own);
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

static bool named_is_ready(const struct conf *conf, const struct service *s,
			   char *why)
{
	const struct probe *named = named_probe(conf, s);

	if (s->keepalive.type != PROBE_NAMED || (named && named->active))
		return true;
	(void)snprintf(why, KA_WHY_LEN, "keepalive %s %s", s->keepalive.arg,
		       named ? "is suspended: activate it" : "does not exist");
	return false;
}

static bool script_is_ready(const struct monitor_hooks *hooks,
			    const struct probe_spec *spec, char *why)
{
	if (spec->type == PROBE_SCRIPT && !hooks->script_start)
		(void)snprintf(why, KA_WHY_LEN, "nobody plays scripts here");
	return !*why;
}

/* The server is the service, whatever host the record names. */
static bool login_is_ready(const struct conf *conf,
			   const struct probe_spec *spec,
			   struct ka_login *login, char *why)
{
	const struct ftp_record *r = NULL;

	*login = (struct ka_login){ 0 };
	if (spec->type != PROBE_FTP)
		return true;
	r = ftp_record_find(conf, spec->arg);
	if (!r) {
		(void)snprintf(why, KA_WHY_LEN, T_KAL_NO_RECORD, spec->arg);
		return false;
	}
	(void)str_copy(login->user, sizeof(login->user), r->user);
	(void)str_copy(login->despw, sizeof(login->despw), r->despw);
	return true;
}

static bool addr_is_ready(const struct ka_target *t, char *why)
{
	enum probe_type type = t->spec->type;

	if (type == PROBE_NONE || type == PROBE_SCRIPT)
		return true;
	if (t->addr.s_addr == INADDR_ANY)
		(void)snprintf(why, KA_WHY_LEN,
			       "it has no IP address to probe: keepalive type "
			       "none");
	else if (type != PROBE_ICMP && !t->port)
		(void)snprintf(why, KA_WHY_LEN,
			       "it has no port to probe: keepalive port");
	return !*why;
}

static bool module_is_ready(const struct monitor_hooks *hooks,
			    const struct service *s, char *why)
{
	if (!service_is_module(s) || !hooks->module_ready ||
	    hooks->module_ready(hooks->arg, s))
		return true;
	(void)snprintf(why, KA_WHY_LEN,
		       "the SSL module in slot %u is not ready", s->slot);
	return false;
}

bool ka_target_find(const struct conf *conf, const struct monitor_hooks *hooks,
		    const struct service *s, struct ka_target *t, char *why)
{
	const struct probe *named = named_probe(conf, s);

	*why = '\0';
	*t = (struct ka_target){ .spec = spec_of(conf, s),
				 .logs_all = named && named->logging };
	monitor_probe_target(conf, s, &t->addr, &t->port);
	return module_is_ready(hooks, s, why) &&
	       named_is_ready(conf, s, why) &&
	       script_is_ready(hooks, t->spec, why) &&
	       login_is_ready(conf, t->spec, &t->login, why) &&
	       addr_is_ready(t, why);
}

/* RADIUS and TACACS+ servers as they were written. */
#include "emu/conf/aaa.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

struct aaa *aaa_new(void)
{
	struct aaa *a = xcalloc(1, sizeof(*a));

	for (int i = 0; i < RADIUS_SERVERS; i++)
		a->radius.server[i].port = RADIUS_PORT;
	a->radius.dead_time_s = 5;
	a->radius.retransmit = 3;
	a->radius.timeout_s = 10;
	a->tacacs.timeout_s = 5;
	a->tacacs.frequency_s = 5;
	a->tacacs.send_full_command = true;
	return a;
}

void aaa_free(struct aaa *a)
{
	if (!a)
		return;
	wipe(a, sizeof(*a));
	free(a);
}

static int check_addr(struct in_addr a, struct err *err)
{
	if (a.s_addr == htonl(INADDR_ANY))
		return err_set(err, ERR_RANGE, -1, T_IP_NO_HOST, str_addr(a));
	return conf_check_hosts(a, 1, err);
}

int radius_set(struct conf *c, unsigned at, const struct radius_server *s,
	       struct err *err)
{
	const bool goes = s->addr.s_addr == htonl(INADDR_ANY) && !*s->secret;

	if (!goes && check_addr(s->addr, err) < 0)
		return -1;
	c->aaa->radius.server[at] = *s;
	conf_changed(c);
	return 0;
}

int tacacs_find(const struct conf *c, struct in_addr addr, uint16_t port)
{
	const struct tacacs_conf *t = &c->aaa->tacacs;

	for (int i = 0; i < t->nserver; i++)
		if (t->server[i].addr.s_addr == addr.s_addr &&
		    t->server[i].port == port)
			return i;
	return -1;
}

int tacacs_set(struct conf *c, const struct tacacs_server *s, struct err *err)
{
	struct tacacs_conf *t = &c->aaa->tacacs;
	int at = tacacs_find(c, s->addr, s->port);

	if (check_addr(s->addr, err) < 0)
		return -1;
	if (at < 0 && t->nserver == TACACS_SERVERS)
		return err_set(err, ERR_RANGE, -1, T_FULL, "tacacs-server",
			       TACACS_SERVERS);
	if (at < 0)
		at = t->nserver++;
	for (int i = 0; i < t->nserver && s->primary; i++)
		t->server[i].primary = false;
	t->server[at] = *s;
	conf_changed(c);
	return 0;
}

int tacacs_del(struct conf *c, struct in_addr addr, uint16_t port,
	       struct err *err)
{
	struct tacacs_conf *t = &c->aaa->tacacs;
	int at = tacacs_find(c, addr, port);

	if (at < 0)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "tacacs-server", str_addr(addr));
	t->nserver--;
	memmove(&t->server[at], &t->server[at + 1],
		(size_t)(t->nserver - at) * sizeof(t->server[0]));
	wipe(&t->server[t->nserver], sizeof(t->server[0]));
	conf_changed(c);
	return 0;
}

int tacacs_order(const struct tacacs_conf *t, int order[TACACS_SERVERS])
{
	int n = 0;

	for (int i = 0; i < t->nserver; i++)
		if (t->server[i].primary)
			order[n++] = i;
	for (int i = 0; i < t->nserver; i++)
		if (!t->server[i].primary)
			order[n++] = i;
	return n;
}

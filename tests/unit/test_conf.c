/* Configuration objects: what setters refuse, what order and indexes hold. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/circuit.h"
#include "emu/conf/content.h"
#include "emu/conf/access.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/probe.h"
#include "emu/conf/service.h"
#include "emu/conf/ssllist.h"
#include "tests/unit/conf_support.h"

static struct service *server(const char *name, const char *addr)
{
	struct service *s = service_add(c, name, &err);

	ck_assert_msg(s != NULL, "%s", err.msg);
	if (addr)
		ok(service_set_addr(c, s, ip(addr), 1, &err));
	return s;
}

static struct ssllist *list(const char *name, const char *vip)
{
	struct ssllist *l = ssllist_add(c, name, &err);
	struct ssl_cipher k = { .suite = "rsa-with-rc4-128-sha", .weight = 1 };
	struct ssl_server *e = NULL;

	ck_assert_msg(l != NULL, "%s", err.msg);
	ok(ssllist_add_server(c, l, 20, &err));
	e = ssllist_server(l, 20);
	e->vip = ip(vip);
	(void)str_copy(e->c.rsacert, sizeof(e->c.rsacert), "cert");
	(void)str_copy(e->c.rsakey, sizeof(e->c.rsakey), "key");
	ok(ssl_entry_set_cipher(c, &e->c, &k, &err));
	return l;
}

static struct content *rule(const char *owner, const char *name)
{
	struct owner *o = owner_find(c, owner);
	struct content *r = NULL;

	if (!o)
		o = owner_add(c, owner, &err);
	ck_assert_msg(o != NULL, "%s", err.msg);
	r = content_add(c, o, name, &err);
	ck_assert_msg(r != NULL, "%s", err.msg);
	return r;
}

/* ---- names, order, indexes ------------------------------------------------ */

START_TEST(names_fit)
{
	ck_assert_ptr_null(service_add(c, "", &err));
	ck_assert_ptr_null(service_add(c, "a b", &err));
	ck_assert_ptr_null(
		service_add(c, "a1234567890123456789012345678901", &err));
	ck_assert_int_eq(err.code, ERR_RANGE);
	ck_assert_ptr_nonnull(
		service_add(c, "a123456789012345678901234567890", &err));
	ck_assert_ptr_null(
		service_add(c, "a123456789012345678901234567890", &err));
	ck_assert_int_eq(err.code, ERR_EXISTS);
}
END_TEST

START_TEST(ascii_order)
{
	static const char *const names[] = { "web2", "Web9", "web10", "_x" };
	static const char *const sorted[] = { "Web9", "_x", "web10", "web2" };
	const struct service *s = NULL;
	int i = 0;

	for (i = 0; i < 4; i++)
		(void)server(names[i], NULL);
	i = 0;
	TAILQ_FOREACH(s, &c->services, link)
		ck_assert_str_eq(s->name, sorted[i++]);
	ck_assert_int_eq(i, 4);
}
END_TEST

START_TEST(indexes_come_back_late)
{
	struct service *a = server("a", NULL), *b = server("b", NULL);
	unsigned first = a->index;

	ck_assert_uint_eq(first, 1);
	ck_assert_uint_eq(b->index, 2);
	ok(service_del(c, "a", &err));
	ck_assert_ptr_null(c->service_at[first]);
	ck_assert_uint_eq(b->index, 2);
	a = server("c", NULL);
	ck_assert_uint_eq(a->index, 3);
	ck_assert_ptr_eq(c->service_at[3], a);
	c->service_last = SERVICE_MAX;
	a = server("d", NULL);
	ck_assert_uint_eq(a->index, first);
	a = server("e", NULL);
	ck_assert_uint_eq(a->index, 4);
}
END_TEST

START_TEST(tables_fill_up)
{
	char name[16];

	for (int i = 0; i < GROUP_MAX; i++) {
		(void)snprintf(name, sizeof(name), "g%d", i);
		ck_assert_ptr_nonnull(group_add(c, name, &err));
	}
	ck_assert_ptr_null(group_add(c, "one-more", &err));
	ck_assert_int_eq(err.code, ERR_RANGE);
	ok(group_del(c, "g7", &err));
	ck_assert_ptr_nonnull(group_add(c, "one-more", &err));
}
END_TEST

/* ---- services ------------------------------------------------------------- */

START_TEST(edits_need_suspend)
{
	struct service *s = server("s", "10.1.1.1");

	ok(service_set_proto(c, s, PROTO_TCP, &err));
	ok(service_activate(c, s, &err));
	not_ok(service_set_addr(c, s, ip("10.1.1.2"), 1, &err), ERR_REFUSED);
	not_ok(service_set_port(c, s, 80, 1, &err), ERR_REFUSED);
	not_ok(service_set_proto(c, s, PROTO_UDP, &err), ERR_REFUSED);
	not_ok(service_may_become(s, SERVICE_REDIRECT, &err), ERR_REFUSED);
	not_ok(service_may_edit(s, &err), ERR_REFUSED);
	/* what is set already may be set again */
	ok(service_set_addr(c, s, ip("10.1.1.1"), 1, &err));
	ok(service_suspend(c, s, &err));
	ok(service_set_addr(c, s, ip("10.1.1.2"), 1, &err));
}
END_TEST

START_TEST(service_needs_address)
{
	struct service *s = server("s", NULL);

	not_ok(service_activate(c, s, &err), ERR_REFUSED);
	s->type = SERVICE_REDIRECT;
	ok(service_activate(c, s, &err));
	ck_assert_uint_eq(s->activations, 1);
	ok(service_activate(c, s, &err));
	ck_assert_uint_eq(s->activations, 1);
}
END_TEST

START_TEST(ranges_end)
{
	struct service *s = server("s", NULL);

	not_ok(service_set_addr(c, s, ip("224.0.0.1"), 1, &err), ERR_RANGE);
	ok(service_set_addr(c, s, ip("223.255.255.255"), 1, &err));
	not_ok(service_set_addr(c, s, ip("223.255.255.255"), 2, &err),
	       ERR_RANGE);
	not_ok(service_set_addr(c, s, ip("255.255.255.250"), 100, &err),
	       ERR_RANGE);
	not_ok(service_set_port(c, s, 65000, 1000, &err), ERR_RANGE);
	ok(service_set_port(c, s, 65000, 536, &err));
}
END_TEST

static bool slot_two(void *arg, unsigned slot)
{
	(void)arg;
	return slot == 2;
}

START_TEST(ssl_service_activation)
{
	struct service *s = server("ssl", NULL);
	struct ssllist *l = list("l", "10.0.0.1");

	c->hooks.slot_has_ssl = slot_two;
	not_ok(service_add_ssllist(c, s, "l", &err), ERR_REFUSED);
	s->type = SERVICE_SSL_ACCEL;
	not_ok(service_activate(c, s, &err), ERR_REFUSED);
	ck_assert_str_eq(err.msg, "SSL service requires an SSL proxy list");
	not_ok(service_add_ssllist(c, s, "none", &err), ERR_NOT_FOUND);
	ok(service_add_ssllist(c, s, "l", &err));
	not_ok(service_may_become(s, SERVICE_LOCAL, &err), ERR_REFUSED);
	ok(service_may_become(s, SERVICE_SSL_INIT, &err));
	not_ok(service_activate(c, s, &err), ERR_REFUSED);
	ck_assert(str_has_prefix(err.msg, "SSL proxy list is not active"));
	ok(ssllist_activate(c, l, &err));
	not_ok(service_activate(c, s, &err), ERR_REFUSED);
	ck_assert_str_eq(err.msg, "SSL service requires a slot");
	s->slot = 3;
	not_ok(service_activate(c, s, &err), ERR_REFUSED);
	ck_assert(str_has_prefix(err.msg, "No SSL module"));
	s->slot = 2;
	ok(service_activate(c, s, &err));
}
END_TEST

START_TEST(one_termination_a_slot)
{
	struct service *s[2] = { server("a", NULL), server("b", NULL) };

	ok(ssllist_activate(c, list("l", "10.0.0.1"), &err));
	for (int i = 0; i < 2; i++) {
		s[i]->type = SERVICE_SSL_ACCEL;
		ok(service_add_ssllist(c, s[i], "l", &err));
		s[i]->slot = 2;
	}
	ok(service_activate(c, s[0], &err));
	not_ok(service_activate(c, s[1], &err), ERR_REFUSED);
	ok(service_suspend(c, s[0], &err));
	ok(service_activate(c, s[1], &err));
}
END_TEST

START_TEST(deleting_a_service)
{
	struct content *r = rule("o", "r");
	struct group *g = group_add(c, "g", &err);

	(void)server("a", "10.1.1.1");
	(void)server("b", "10.1.1.2");
	ok(content_add_service(c, r, "a", 3, &err));
	ok(content_add_service(c, r, "b", -1, &err));
	ok(content_set_sorry(c, r, 1, "a", &err));
	ok(group_add_source(c, g, "a", &err));
	ok(group_add_dest(c, g, "b", &err));
	ok(service_del(c, "a", &err));
	ck_assert_int_eq(r->nservice, 1);
	ck_assert_str_eq(r->service[0].name, "b");
	ck_assert_int_eq(r->service[0].weight, -1);
	ck_assert_str_eq(r->primary_sorry, "");
	ck_assert_int_eq(g->nsource, 0);
	ck_assert_int_eq(g->ndest, 1);
	not_ok(service_del(c, "a", &err), ERR_NOT_FOUND);
}
END_TEST

/* ---- rules ---------------------------------------------------------------- */

START_TEST(rule_edits)
{
	struct content *r = rule("o", "r");
	const struct content_url url = { "/img/*", "", "", "", 0 };

	(void)server("a", "10.1.1.1");
	ok(content_set_vip(c, r, ip("10.0.0.1"), 1, &err));
	ok(content_activate(c, r, &err));
	not_ok(content_set_vip(c, r, ip("10.0.0.2"), 1, &err), ERR_REFUSED);
	not_ok(content_set_port(c, r, 80, &err), ERR_REFUSED);
	not_ok(content_set_url(c, r, &url, &err), ERR_REFUSED);
	not_ok(content_set_balance(c, r, "leastconn", &err), ERR_REFUSED);
	not_ok(content_may_edit(r, &err), ERR_REFUSED);
	not_ok(content_add_service(c, r, "nobody", -1, &err), ERR_NOT_FOUND);
	ok(content_add_service(c, r, "a", -1, &err));
	ok(content_add_service(c, r, "a", -1, &err));
	ck_assert_int_eq(r->nservice, 1);
	not_ok(content_add_service(c, r, "a", 4, &err), ERR_EXISTS);
	ok(content_change_weight(c, r, "a", 4, &err));
	ck_assert_int_eq(r->service[0].weight, 4);
	ok(content_del_service(c, r, "a", &err));
	not_ok(content_del_service(c, r, "a", &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(rule_urls)
{
	static const char *const good[] = { "/",
					    "/*",
					    "/a/*",
					    "/*.gif",
					    "//www.x.com/*",
					    "//*.x.com/a",
					    "//x.com:8080/*" };
	static const char *const bad[] = { "x", "///x", "/a*b", "/*.g*",
					   "/a\"b" };
	struct content *r = rule("o", "r");

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct content_url u = { good[i], "", "", "", 0 };

		ok(content_set_url(c, r, &u, &err));
		ck_assert_str_eq(r->url, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct content_url u = { bad[i], "", "", "", 0 };

		not_ok(content_set_url(c, r, &u, &err), ERR_RANGE);
	}
}
END_TEST

START_TEST(duplicate_rules)
{
	struct content *a = rule("o", "a"), *b = rule("p", "b");
	const struct content_url url = { "/x", "", "", "", 0 };

	ok(content_set_vip(c, a, ip("10.0.0.1"), 1, &err));
	ok(content_set_vip(c, b, ip("10.0.0.1"), 1, &err));
	ok(content_activate(c, a, &err));
	not_ok(content_activate(c, b, &err), ERR_EXISTS);
	ok(content_set_url(c, b, &url, &err));
	ok(content_activate(c, b, &err));
	ok(content_suspend(c, b, &err));
	ok(content_set_url(c, b, &(struct content_url){ "", "", "", "", 0 },
			   &err));
	not_ok(content_activate(c, b, &err), ERR_EXISTS);
	ok(content_suspend(c, a, &err));
	ok(content_activate(c, b, &err));
}
END_TEST

START_TEST(sticky_ssl_needs_application)
{
	struct content *r = rule("o", "r");

	r->advanced = ADVBAL_SSL;
	not_ok(content_activate(c, r, &err), ERR_REFUSED);
	r->application = APP_SSL;
	ok(content_activate(c, r, &err));
}
END_TEST

START_TEST(owner_takes_its_rules)
{
	unsigned index = rule("o", "r")->index;

	ck_assert_ptr_nonnull(content_find(c, "o", "r"));
	ok(owner_del(c, "o", &err));
	ck_assert_ptr_null(content_find(c, "o", "r"));
	ck_assert_ptr_null(c->content_at[index]);
}
END_TEST

/* ---- groups --------------------------------------------------------------- */

START_TEST(group_members)
{
	struct group *g = group_add(c, "g", &err);
	struct group *h = group_add(c, "h", &err);

	(void)server("a", "10.1.1.1");
	(void)server("b", "10.1.1.2");
	(void)server("twin", "10.1.1.1");
	ok(group_add_source(c, g, "a", &err));
	not_ok(group_add_dest(c, g, "a", &err), ERR_EXISTS);
	not_ok(group_add_source(c, h, "a", &err), ERR_EXISTS);
	not_ok(group_add_source(c, h, "twin", &err), ERR_EXISTS);
	ok(group_add_dest(c, h, "b", &err));
	not_ok(group_add_dest(c, g, "b", &err), ERR_EXISTS);
	not_ok(group_add_source(c, h, "none", &err), ERR_NOT_FOUND);
	not_ok(group_activate(c, g, &err), ERR_REFUSED);
	ok(group_set_vip(c, g, ip("10.0.0.1"), 1, &err));
	ok(group_activate(c, g, &err));
	not_ok(group_set_vip(c, g, ip("10.0.0.2"), 1, &err), ERR_REFUSED);
	ok(group_del_source(c, g, "a", &err));
	not_ok(group_del_source(c, g, "a", &err), ERR_NOT_FOUND);
}
END_TEST

/* ---- SSL proxy lists ------------------------------------------------------ */

START_TEST(list_entries)
{
	struct ssllist *l = ssllist_add(c, "l", &err);

	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	ok(ssllist_add_server(c, l, 20, &err));
	ok(ssllist_add_server(c, l, 3, &err));
	ok(ssllist_add_server(c, l, 20, &err));
	ok(ssllist_add_backend(c, l, 3, &err));
	not_ok(ssllist_add_backend(c, l, 257, &err), ERR_RANGE);
	ck_assert_int_eq(l->nserver, 2);
	ck_assert_uint_eq(l->server[0]->c.number, 3);
	ck_assert_uint_eq(l->server[1]->c.number, 20);
	ck_assert_uint_eq(ssllist_server(l, 20)->port, 443);
	ck_assert_uint_eq(ssllist_backend(l, 3)->port, 80);
	ok(ssllist_del_server(c, l, 3, &err));
	not_ok(ssllist_del_server(c, l, 3, &err), ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(ssllist_backend(l, 3));
}
END_TEST

START_TEST(list_holds_256)
{
	struct ssllist *l = ssllist_add(c, "l", &err);

	for (unsigned n = 1; n <= 200; n++)
		ok(ssllist_add_server(c, l, n, &err));
	for (unsigned n = 1; n <= 56; n++)
		ok(ssllist_add_backend(c, l, n, &err));
	not_ok(ssllist_add_backend(c, l, 57, &err), ERR_RANGE);
}
END_TEST

START_TEST(active_list_is_closed)
{
	struct ssllist *l = list("l", "10.0.0.1");

	ok(ssllist_may_edit(l, &err));
	ok(ssllist_activate(c, l, &err));
	not_ok(ssllist_may_edit(l, &err), ERR_REFUSED);
	not_ok(ssllist_add_server(c, l, 21, &err), ERR_REFUSED);
	not_ok(ssllist_del_server(c, l, 20, &err), ERR_REFUSED);
	ok(ssllist_suspend(c, l, &err));
	ok(ssllist_add_server(c, l, 21, &err));
}
END_TEST

/* What each check of ssl.md 2.6 complains about. */
START_TEST(list_checks)
{
	struct ssllist *l = list("l", "10.0.0.1");
	struct ssl_server *e = ssllist_server(l, 20);
	struct ssl_cipher dh = { .suite = "dhe-rsa-with-3des-ede-cbc-sha" };

	e->vip.s_addr = INADDR_ANY;
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.msg, "vip address"));
	e->vip = ip("10.0.0.1");
	e->c.rsakey[0] = '\0';
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.msg, "rsakey"));
	(void)str_copy(e->c.rsakey, sizeof(e->c.rsakey), "key");
	e->authentication = true;
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.msg, "cacert"));
	ok(ssl_entry_add_cacert(c, &e->c, "ca", &err));
	e->failure = SSL_FAILURE_REDIRECT;
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.msg, "failure-url"));
	e->failure = SSL_FAILURE_IGNORE;
	ok(ssl_entry_set_cipher(c, &e->c, &dh, &err));
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.msg, "dhparam"));
	ok(ssl_entry_del_cipher(c, &e->c, dh.suite, &err));
	ok(ssllist_activate(c, l, &err));
}
END_TEST

START_TEST(backend_checks)
{
	struct ssllist *l = ssllist_add(c, "l", &err);
	struct ssl_backend *e = NULL, *twin = NULL;

	ok(ssllist_add_backend(c, l, 1, &err));
	e = ssllist_backend(l, 1);
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	e->addr = ip("10.1.1.1");
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.msg, "server-ip"));
	e->server_addr = e->addr;
	e->server_port = 80;
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	e->server_port = 443;
	ok(ssllist_add_backend(c, l, 2, &err));
	twin = ssllist_backend(l, 2);
	*twin = *e;
	twin->c.number = 2;
	not_ok(ssllist_activate(c, l, &err), ERR_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.msg, "1 and 2"));
	ok(ssllist_del_backend(c, l, 2, &err));
	ok(ssllist_activate(c, l, &err));
}
END_TEST

static int no_files(void *arg, const struct ssllist *l, struct err *e)
{
	(void)arg;
	return err_set(e, ERR_IO, -1, "no files for %s", l->name);
}

START_TEST(list_asks_for_files)
{
	struct ssllist *l = list("l", "10.0.0.1");

	c->hooks.ssllist_check = no_files;
	not_ok(ssllist_activate(c, l, &err), ERR_IO);
	ck_assert(!l->active);
}
END_TEST

START_TEST(deleting_a_list)
{
	struct service *s = server("s", NULL);

	ok(ssllist_activate(c, list("l", "10.0.0.1"), &err));
	s->type = SERVICE_SSL_ACCEL;
	s->slot = 2;
	ok(service_add_ssllist(c, s, "l", &err));
	ok(service_activate(c, s, &err));
	not_ok(ssllist_del(c, "l", &err), ERR_REFUSED);
	ck_assert_int_eq(s->nssllist, 1);
	ok(service_suspend(c, s, &err));
	ok(ssllist_del(c, "l", &err));
	ck_assert_int_eq(s->nssllist, 0);
}
END_TEST

START_TEST(lists_are_copied_whole)
{
	struct ssllist *l = list("l", "10.0.0.1");
	struct ssllist *copy = ssllist_copy(l);

	ssllist_server(l, 20)->port = 8443;
	ok(ssllist_del_server(c, l, 20, &err));
	ck_assert_ptr_nonnull(ssllist_server(copy, 20));
	ck_assert_uint_eq(ssllist_server(copy, 20)->port, 443);
	ssllist_copy_free(copy);
}
END_TEST

START_TEST(associations_in_use)
{
	struct ssllist *l = list("l", "10.0.0.1");

	ok(association_set(c, "cert", "cert", "a.pem", &err));
	ok(association_set(c, "rsakey", "cert", "a-key.pem", &err));
	ok(association_set(c, "cert", "cert", "b.pem", &err));
	ok(ssllist_activate(c, l, &err));
	not_ok(association_set(c, "cert", "cert", "c.pem", &err), ERR_REFUSED);
	not_ok(association_del(c, "cert", "cert", &err), ERR_REFUSED);
	ok(association_set(c, "cert", "cert", "b.pem", &err));
	ok(association_del(c, "rsakey", "cert", &err));
	ok(ssllist_suspend(c, l, &err));
	ok(association_del(c, "cert", "cert", &err));
	not_ok(association_del(c, "cert", "cert", &err), ERR_NOT_FOUND);
}
END_TEST

/* ---- keepalives, circuits, ports ------------------------------------------ */

START_TEST(named_keepalive)
{
	struct probe *p = probe_add(c, "k", &err);
	struct service *s = server("s", "10.1.1.1");

	not_ok(probe_activate(c, p, &err), ERR_REFUSED);
	ok(probe_may_edit(p, &err));
	p->addr = ip("10.1.1.1");
	ok(probe_activate(c, p, &err));
	not_ok(probe_may_edit(p, &err), ERR_REFUSED);
	s->keepalive.type = PROBE_NAMED;
	(void)str_copy(s->keepalive.arg, sizeof(s->keepalive.arg), "k");
	not_ok(probe_del(c, "k", &err), ERR_REFUSED);
	s->keepalive.type = PROBE_ICMP;
	ok(probe_del(c, "k", &err));
}
END_TEST

START_TEST(probe_pages)
{
	ok(probe_check_uri("/a", &err));
	not_ok(probe_check_uri("a", &err), ERR_RANGE);
	not_ok(probe_check_uri("/a b", &err), ERR_RANGE);
}
END_TEST

/* ---- the order of lines ----------------------------------------------------- */

START_TEST(lines_are_noted_in_order_of_entry)
{
	static const int a, b, d;
	struct settings s = { 0 };

	settings_note(&s, &a);
	settings_note(&s, &b);
	settings_note(&s, &a); /* keeps its place */
	settings_note(&s, &d);
	ck_assert_uint_eq(s.nline, 3);
	ck_assert_ptr_eq(s.line[0], &a);
	settings_forget(&s, &a);
	ck_assert(!settings_noted(&s, &a));
	ck_assert(settings_noted(&s, &b));
	settings_note(&s, &a); /* entered anew: last */
	ck_assert_ptr_eq(s.line[0], &b);
	ck_assert_ptr_eq(s.line[2], &a);
	settings_fini(&s);
	ck_assert_uint_eq(s.nline, 0);
}
END_TEST

/* What a card has is a list of its own. */
START_TEST(a_copy_of_a_list_has_no_order_of_lines)
{
	struct ssllist *l = list("l", "10.0.0.1"), *copy = NULL;
	static const int line;

	settings_note(&l->server[0]->c.kept, &line);
	copy = ssllist_copy(l);
	ck_assert_uint_eq(copy->server[0]->c.kept.nline, 0);
	ck_assert_uint_eq(l->server[0]->c.kept.nline, 1);
	ssllist_copy_free(copy);
}
END_TEST

START_TEST(circuits)
{
	struct circuit *v1 = circuit_find(c, "VLAN1"), *v7 = NULL;

	ck_assert_ptr_nonnull(v1);
	ck_assert_ptr_null(circuit_find(c, "VLAN7"));
	v7 = circuit_add(c, 7, &err);
	ck_assert_ptr_eq(circuit_find(c, "vlan7"), v7);
	ck_assert_ptr_null(circuit_add(c, 4095, &err));
	ck_assert_ptr_nonnull(circuit_ip_add(c, v1, ip("10.1.1.1"), 24, &err));
	ck_assert_ptr_nonnull(circuit_ip_add(c, v1, ip("10.1.1.1"), 24, &err));
	ck_assert_ptr_null(circuit_ip_add(c, v7, ip("10.1.1.9"), 25, &err));
	ck_assert_int_eq(err.code, ERR_EXISTS);
	ck_assert_ptr_null(circuit_ip_add(c, v7, ip("10.2.0.0"), 16, &err));
	ck_assert_ptr_null(circuit_ip_add(c, v7, ip("10.2.255.255"), 16, &err));
	ck_assert_ptr_null(circuit_ip_add(c, v7, ip("10.2.0.1"), 7, &err));
	ck_assert_ptr_nonnull(circuit_ip_add(c, v7, ip("10.2.0.0"), 31, &err));
	ok(circuit_ip_del(c, v1, ip("10.1.1.1"), &err));
	not_ok(circuit_ip_del(c, v1, ip("10.1.1.1"), &err), ERR_NOT_FOUND);
}
END_TEST

static bool port_to_eight(void *arg, unsigned slot, unsigned port)
{
	(void)arg;
	return slot == 1 && port <= 8;
}

START_TEST(ports)
{
	struct iface *i = NULL;

	c->hooks.port_exists = port_to_eight;
	ck_assert_ptr_null(iface_get(c, "1/9", &err));
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert_ptr_null(iface_get(c, "bad", &err));
	ck_assert_ptr_nonnull(iface_get(c, "Ethernet-Mgmt", &err));
	i = iface_get(c, "1/2", &err);
	ck_assert_ptr_nonnull(i);
	ck_assert_ptr_eq(iface_get(c, "e2", &err), i);
	ok(iface_set_vlan(c, i, 10, &err));
	ck_assert_ptr_nonnull(circuit_find(c, "VLAN10"));
	ok(iface_set_vlan(c, i, 11, &err));
	ck_assert_ptr_null(circuit_find(c, "VLAN10"));
	ck_assert_ptr_nonnull(circuit_find(c, "VLAN11"));
	not_ok(iface_set_vlan(c, i, 5000, &err), ERR_RANGE);
	ck_assert_uint_eq(i->vlan, 11);
}
END_TEST

/* ---- global --------------------------------------------------------------- */

START_TEST(hosts)
{
	struct in_addr a;

	ok(host_set(c, "web", ip("10.1.1.1"), &err));
	not_ok(host_set(c, "10.1.1.1", ip("10.1.1.1"), &err), ERR_RANGE);
	ok(host_resolve(c, "WEB", &a, &err));
	ck_assert_str_eq(str_addr(a), "10.1.1.1");
	ok(host_resolve(c, "10.9.9.9", &a, &err));
	not_ok(host_resolve(c, "nobody", &a, &err), ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(err.msg, "nobody"));
	ok(host_del(c, "web", &err));
	not_ok(host_del(c, "web", &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(routes)
{
	struct route r = { .net = ip("10.1.2.3"),
			   .gateway = ip("10.0.0.1"),
			   .prefix_len = 16,
			   .distance = 1 };

	ok(route_add(c, &r, &err));
	ck_assert_str_eq(str_addr(TAILQ_FIRST(&c->global->routes)->net),
			 "10.1.0.0");
	r.distance = 9;
	ok(route_add(c, &r, &err));
	ck_assert_ptr_null(TAILQ_NEXT(TAILQ_FIRST(&c->global->routes), link));
	ok(route_del(c, &r, &err));
	not_ok(route_del(c, &r, &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(users)
{
	struct user u = { .name = "bob", .hash = "$y$x", .superuser = true };
	char name[17];

	ok(user_set(c, &u, &err));
	u.superuser = false;
	ok(user_set(c, &u, &err));
	ck_assert(!user_find(c, "bob")->superuser);
	for (int i = 0; i < 29; i++) {
		(void)snprintf(name, sizeof(name), "user%d", i);
		(void)str_copy(u.name, sizeof(u.name), name);
		ok(user_set(c, &u, &err));
	}
	(void)str_copy(u.name, sizeof(u.name), "onemore");
	not_ok(user_set(c, &u, &err), ERR_RANGE);
	ok(user_del(c, "bob", &err));
	ok(user_set(c, &u, &err));
}
END_TEST

START_TEST(texts)
{
	char field[8] = "";

	ok(conf_put_text(c, field, sizeof(field), "1234567", &err));
	not_ok(conf_put_text(c, field, sizeof(field), "12345678", &err),
	       ERR_RANGE);
	not_ok(conf_put_text(c, field, sizeof(field), "a\"b", &err), ERR_RANGE);
	not_ok(conf_put_text(c, field, sizeof(field), "a\nb", &err), ERR_RANGE);
	ck_assert_str_eq(field, "1234567");
}
END_TEST

START_TEST(clearing)
{
	uint64_t before = 0;

	(void)rule("o", "r");
	(void)server("s", "10.1.1.1");
	ok(host_set(c, "web", ip("10.1.1.1"), &err));
	before = c->generation;
	conf_clear(c);
	ck_assert(TAILQ_EMPTY(&c->services));
	ck_assert(TAILQ_EMPTY(&c->owners));
	ck_assert(TAILQ_EMPTY(&c->global->hosts));
	ck_assert_ptr_nonnull(circuit_find(c, "VLAN1"));
	ck_assert_uint_gt(c->generation, before);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("conf");
	TCase *t = tcase_create("objects");
	const TTest *const tests[] = {
		names_fit,
		ascii_order,
		indexes_come_back_late,
		tables_fill_up,
		edits_need_suspend,
		service_needs_address,
		ranges_end,
		ssl_service_activation,
		one_termination_a_slot,
		deleting_a_service,
		rule_edits,
		rule_urls,
		duplicate_rules,
		sticky_ssl_needs_application,
		owner_takes_its_rules,
		group_members,
		list_entries,
		list_holds_256,
		active_list_is_closed,
		list_checks,
		backend_checks,
		list_asks_for_files,
		deleting_a_list,
		lists_are_copied_whole,
		associations_in_use,
		named_keepalive,
		probe_pages,
		lines_are_noted_in_order_of_entry,
		a_copy_of_a_list_has_no_order_of_lines,
		circuits,
		ports,
		hosts,
		routes,
		users,
		texts,
		clearing,
	};

	tcase_add_checked_fixture(t, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		tcase_add_test(t, tests[i]);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int failed = 0;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

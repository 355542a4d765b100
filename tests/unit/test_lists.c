/* Lists that rules and circuits refer to: what setters refuse, what stays. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/conf/acl.h"
#include "emu/conf/circuit.h"
#include "emu/conf/content.h"
#include "emu/conf/global.h"
#include "emu/conf/group.h"
#include "emu/conf/hfgroup.h"
#include "emu/conf/qualifier.h"
#include "emu/conf/reporter.h"
#include "emu/conf/rmon.h"
#include "emu/conf/service.h"
#include "tests/unit/conf_support.h"

static struct content *rule(void)
{
	struct owner *o = owner_find(c, "shop");

	if (!o)
		o = owner_add(c, "shop", &err);
	ck_assert_ptr_nonnull(o);
	if (!content_find(c, "shop", "web"))
		ck_assert_ptr_nonnull(content_add(c, o, "web", &err));
	return content_find(c, "shop", "web");
}

static struct acl_clause permit(unsigned number)
{
	return (struct acl_clause){ .number = (uint8_t)number,
				    .action = ACL_PERMIT,
				    .proto = ACL_ANY,
				    .icmp_type = ACL_ANY };
}

static struct acl *acl(unsigned index, unsigned clause)
{
	struct acl *l = acl_add(c, index, &err);
	struct acl_clause k = permit(clause);

	ck_assert_msg(l != NULL, "%s", err.msg);
	ok(acl_clause_add(c, l, &k, &err));
	return l;
}

/* ---- access lists --------------------------------------------------------- */

START_TEST(clauses_are_sorted)
{
	static const uint8_t numbers[] = { 30, 254, 1, 20 };
	static const uint8_t sorted[] = { 1, 20, 30, 254 };
	struct acl *l = acl(7, 10);

	for (int i = 0; i < 4; i++) {
		struct acl_clause k = permit(numbers[i]);

		ok(acl_clause_add(c, l, &k, &err));
	}
	ok(acl_clause_del(c, l, 10, &err));
	not_ok(acl_clause_del(c, l, 10, &err), ERR_NOT_FOUND);
	ck_assert_uint_eq(l->nclause, 4);
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(l->clause[i].number, sorted[i]);
}
END_TEST

START_TEST(acls_are_1_to_99)
{
	ck_assert_ptr_null(acl_add(c, 0, &err));
	ck_assert_ptr_null(acl_add(c, 100, &err));
	ck_assert_int_eq(err.code, ERR_RANGE);
	for (unsigned i = ACL_MAX; i >= 1; i--)
		ck_assert_ptr_nonnull(acl_add(c, i, &err));
	ck_assert_uint_eq(TAILQ_FIRST(&c->acls)->index, 1);
	ck_assert_uint_eq(TAILQ_LAST(&c->acls, acl_list)->index, ACL_MAX);
	ok(acl_del(c, 50, &err));
	not_ok(acl_del(c, 50, &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(clauses_cannot_be_edited)
{
	struct acl *l = acl(7, 10);
	struct acl_clause k = permit(10);
	uint64_t before = c->generation;

	ok(acl_clause_add(c, l, &k, &err));
	ck_assert_uint_eq(c->generation, before);
	k.action = ACL_DENY;
	not_ok(acl_clause_add(c, l, &k, &err), ERR_EXISTS);
	ok(acl_clause_log(c, l, 10, true, &err));
	ck_assert(l->clause[0].log);
	not_ok(acl_clause_log(c, l, 11, true, &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(clauses_name_what_is_there)
{
	struct acl *l = acl(7, 10);
	struct acl_clause k = permit(20);

	k.src.kind = ACL_HOST_NQL;
	(void)str_copy(k.src.name, sizeof(k.src.name), "office");
	not_ok(acl_clause_add(c, l, &k, &err), ERR_NOT_FOUND);
	k = permit(20);
	k.dst.kind = ACL_HOST_RULE;
	(void)str_copy(k.dst.name, sizeof(k.dst.name), "shop/web");
	not_ok(acl_clause_add(c, l, &k, &err), ERR_NOT_FOUND);
	(void)rule();
	ok(acl_clause_add(c, l, &k, &err));
	k = permit(30);
	(void)str_copy(k.group, sizeof(k.group), "g");
	not_ok(acl_clause_add(c, l, &k, &err), ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(group_add(c, "g", &err));
	k.action = ACL_BYPASS;
	not_ok(acl_clause_add(c, l, &k, &err), ERR_REFUSED);
	k = permit(40);
	k.icmp_type = 8;
	not_ok(acl_clause_add(c, l, &k, &err), ERR_RANGE);
	k = permit(40);
	k.src.ports = (struct acl_ports){ ACL_PORT_RANGE, 90, 80 };
	not_ok(acl_clause_add(c, l, &k, &err), ERR_RANGE);
}
END_TEST

START_TEST(what_clauses_name_stays)
{
	struct acl *l = acl(7, 10);
	struct acl_clause k = permit(20);

	(void)rule();
	ck_assert_ptr_nonnull(qualifier_add(c, QUALIFIER_NQL, "office", &err));
	ck_assert_ptr_nonnull(group_add(c, "g", &err));
	ck_assert_ptr_nonnull(service_add(c, "s", &err));
	k.src.kind = ACL_HOST_NQL;
	(void)str_copy(k.src.name, sizeof(k.src.name), "office");
	k.dst.kind = ACL_HOST_RULE;
	(void)str_copy(k.dst.name, sizeof(k.dst.name), "shop/web");
	(void)str_copy(k.group, sizeof(k.group), "g");
	(void)str_copy(k.prefer[1], sizeof(k.prefer[1]), "s");
	k.nprefer = 2;
	(void)str_copy(k.prefer[0], sizeof(k.prefer[0]), "s");
	ok(acl_clause_add(c, l, &k, &err));
	not_ok(qualifier_del(c, QUALIFIER_NQL, "office", &err), ERR_REFUSED);
	not_ok(content_del(c, owner_find(c, "shop"), "web", &err), ERR_REFUSED);
	not_ok(owner_del(c, "shop", &err), ERR_REFUSED);
	not_ok(group_del(c, "g", &err), ERR_REFUSED);
	not_ok(service_del(c, "s", &err), ERR_REFUSED);
	ok(acl_clause_del(c, l, 20, &err));
	ok(qualifier_del(c, QUALIFIER_NQL, "office", &err));
	ok(owner_del(c, "shop", &err));
	ok(group_del(c, "g", &err));
	ok(service_del(c, "s", &err));
}
END_TEST

START_TEST(acls_are_applied)
{
	struct acl *one = acl(1, 10), *two = acl(2, 10);
	struct acl *empty = acl_add(c, 3, &err);
	struct circuit *ci = circuit_find(c, "VLAN1");

	ck_assert_ptr_nonnull(circuit_add(c, 7, &err));
	not_ok(acl_apply(c, empty, &ci->acl, &err), ERR_REFUSED);
	not_ok(acl_apply_all(c, empty, &err), ERR_REFUSED);
	ok(acl_apply(c, one, &ci->acl, &err));
	not_ok(acl_apply(c, two, &ci->acl, &err), ERR_EXISTS);
	ok(acl_apply_all(c, two, &err));
	ck_assert_uint_eq(ci->acl.index, 1);
	ck_assert_uint_eq(circuit_find(c, "VLAN7")->acl.index, 2);
	not_ok(acl_del(c, 1, &err), ERR_REFUSED);
	not_ok(acl_clause_del(c, one, 10, &err), ERR_REFUSED);
	not_ok(acl_remove(c, two, &ci->acl, &err), ERR_NOT_FOUND);
	ok(acl_remove(c, one, &ci->acl, &err));
	acl_remove_all(c, two);
	ck_assert(!acl_is_applied(c, two));
	ok(acl_apply(c, two, &c->acl_dns, &err));
	ck_assert(acl_is_applied(c, two));
}
END_TEST

START_TEST(new_clauses_wait_for_apply)
{
	struct acl *l = acl(1, 10);
	struct circuit *ci = circuit_find(c, "VLAN1");
	struct acl_clause k = permit(20);

	ok(acl_apply(c, l, &ci->acl, &err));
	ok(acl_clause_add(c, l, &k, &err));
	ck_assert(acl_clause_in_force(&ci->acl, acl_clause_find(l, 10)));
	ck_assert(!acl_clause_in_force(&ci->acl, acl_clause_find(l, 20)));
	ok(acl_apply(c, l, &ci->acl, &err));
	ck_assert(acl_clause_in_force(&ci->acl, acl_clause_find(l, 20)));
	k = permit(30);
	ok(acl_clause_add(c, l, &k, &err));
	acl_enforce(c);
	ck_assert(acl_clause_in_force(&ci->acl, acl_clause_find(l, 30)));
	c->global->acl_enabled = true;
	not_ok(acl_clause_del(c, l, 20, &err), ERR_REFUSED);
	c->global->acl_enabled = false;
	ok(acl_clause_del(c, l, 20, &err));
	ok(acl_clause_del(c, l, 30, &err));
	not_ok(acl_clause_del(c, l, 10, &err), ERR_REFUSED);
}
END_TEST

START_TEST(words_of_clauses)
{
	char buf[8];
	int16_t proto = 0;
	uint16_t port = 0;

	ck_assert(acl_proto_parse("TCP", &proto) && proto == 6);
	ck_assert(acl_proto_parse("any", &proto) && proto == ACL_ANY);
	ck_assert(acl_proto_parse("255", &proto) && proto == 255);
	ck_assert(!acl_proto_parse("256", &proto) && proto == 255);
	ck_assert_str_eq(acl_proto_name(89, buf, sizeof(buf)), "ospf");
	ck_assert_str_eq(acl_proto_name(50, buf, sizeof(buf)), "50");
	ck_assert(acl_port_parse("ftp-data", &port) && port == 20);
	ck_assert(acl_port_parse("telnet", &port) && port == 23);
	ck_assert(!acl_port_parse("65536", &port));
}
END_TEST

/* ---- qualifier lists ------------------------------------------------------ */

static struct qualifier *list(enum qualifier_kind k, const char *name)
{
	struct qualifier *q = qualifier_add(c, k, name, &err);

	ck_assert_msg(q != NULL, "%s", err.msg);
	return q;
}

START_TEST(lists_of_a_kind_fill_up)
{
	char name[16];

	for (int i = 0; i < QUALIFIER_MAX; i++) {
		(void)snprintf(name, sizeof(name), "l%d", i);
		(void)list(QUALIFIER_EQL, name);
	}
	ck_assert_ptr_null(qualifier_add(c, QUALIFIER_EQL, "more", &err));
	ck_assert_int_eq(err.code, ERR_RANGE);
	ck_assert_ptr_null(eql_find(c, "more"));
	(void)list(QUALIFIER_DQL, "more");
	ck_assert_ptr_null(qualifier_add(c, QUALIFIER_DQL, "a b", &err));
	ck_assert_str_eq(TAILQ_FIRST(&c->qualifiers[QUALIFIER_EQL])->name,
			 "l0");
}
END_TEST

START_TEST(networks)
{
	struct nql *l = (struct nql *)list(QUALIFIER_NQL, "office");
	struct nql_net n = { .addr = ip("10.1.0.0"), .prefix_len = 16 };

	ok(nql_add_net(c, l, &n, &err));
	ok(nql_add_net(c, l, &n, &err));
	n.log = true;
	not_ok(nql_add_net(c, l, &n, &err), ERR_EXISTS);
	n.prefix_len = 7;
	not_ok(nql_add_net(c, l, &n, &err), ERR_RANGE);
	n.prefix_len = 8;
	ok(nql_add_net(c, l, &n, &err));
	ck_assert_uint_eq(l->net[0].prefix_len, 8);
	not_ok(nql_del_net(c, l, ip("10.1.0.0"), 24, &err), ERR_NOT_FOUND);
	ok(nql_del_net(c, l, ip("10.1.0.0"), 8, &err));
	n.prefix_len = 32;
	while (l->nnet < NQL_NET_MAX) {
		n.addr.s_addr = htonl(0x0a000000 + (uint32_t)l->nnet);
		ok(nql_add_net(c, l, &n, &err));
	}
	n.addr = ip("192.0.2.1");
	not_ok(nql_add_net(c, l, &n, &err), ERR_RANGE);
}
END_TEST

START_TEST(extensions)
{
	struct eql *l = (struct eql *)list(QUALIFIER_EQL, "graphics");
	struct eql_ext e = { .ext = "pcx", .description = "Paintbrush" };

	ok(eql_add_ext(c, l, &e, &err));
	ok(eql_add_ext(c, l, &e, &err));
	e.description[0] = '\0';
	not_ok(eql_add_ext(c, l, &e, &err), ERR_EXISTS);
	(void)str_copy(e.ext, sizeof(e.ext), "gif");
	ok(eql_add_ext(c, l, &e, &err));
	ck_assert_str_eq(l->ext[0].ext, "gif");
	ok(eql_del_ext(c, l, "gif", &err));
	not_ok(eql_del_ext(c, l, "gif", &err), ERR_NOT_FOUND);
	ck_assert_uint_eq(l->next, 1);
}
END_TEST

START_TEST(domains)
{
	struct dql *l = (struct dql *)list(QUALIFIER_DQL, "pets");
	struct dql_domain d = { .index = 2, .domain = "www.dogs.com" };

	ok(dql_add_domain(c, l, &d, &err));
	ok(dql_add_domain(c, l, &d, &err));
	d.index = 3;
	not_ok(dql_add_domain(c, l, &d, &err), ERR_EXISTS);
	d = (struct dql_domain){ .index = 2, .domain = "www.cats.com" };
	not_ok(dql_add_domain(c, l, &d, &err), ERR_EXISTS);
	d.index = 1;
	ok(dql_add_domain(c, l, &d, &err));
	ck_assert_uint_eq(l->domain[0].index, 1);
	not_ok(dql_del_domain(c, l, "3", &err), ERR_NOT_FOUND);
	ok(dql_del_domain(c, l, "2", &err));
	ok(dql_del_domain(c, l, "WWW.CATS.COM", &err));
	ck_assert_uint_eq(l->ndomain, 0);
}
END_TEST

START_TEST(a_list_holds_10000_domains)
{
	struct dql *l = (struct dql *)list(QUALIFIER_DQL, "all");
	struct dql_domain d = { 0 };

	for (unsigned i = DQL_INDEX_MAX; i >= 1; i--) {
		d.index = (uint16_t)i;
		(void)snprintf(d.domain, sizeof(d.domain), "h%u.example", i);
		ok(dql_add_domain(c, l, &d, &err));
	}
	ck_assert_uint_eq(l->ndomain, DQL_INDEX_MAX);
	ck_assert_str_eq(l->domain[9999].domain, "h10000.example");
	(void)str_copy(d.domain, sizeof(d.domain), "one.more");
	not_ok(dql_add_domain(c, l, &d, &err), ERR_EXISTS);
}
END_TEST

START_TEST(urls_need_suspend)
{
	struct urql *l = (struct urql *)list(QUALIFIER_URQL, "videos");

	ok(urql_set_url(c, l, 20, NULL, NULL, &err));
	ok(urql_set_url(c, l, 10, "/a.avi", NULL, &err));
	ok(urql_set_url(c, l, 10, NULL, "a film", &err));
	ck_assert_uint_eq(l->url[0].number, 10);
	ck_assert_str_eq(urql_url_find(l, 10)->url, "/a.avi");
	ck_assert_str_eq(urql_url_find(l, 10)->description, "a film");
	not_ok(urql_set_url(c, l, 30, "a.avi", NULL, &err), ERR_RANGE);
	not_ok(urql_set_url(c, l, 30, "/a*", NULL, &err), ERR_RANGE);
	not_ok(urql_set_url(c, l, 30, "/a\"b", NULL, &err), ERR_RANGE);
	ok(urql_activate(c, l, &err));
	not_ok(urql_set_url(c, l, 30, "/b.avi", NULL, &err), ERR_REFUSED);
	not_ok(urql_del_url(c, l, 10, &err), ERR_REFUSED);
	not_ok(urql_set_domain(c, l, "a.example", &err), ERR_REFUSED);
	not_ok(urql_set_addr(c, l, ip("10.1.1.1"), &err), ERR_REFUSED);
	ok(urql_suspend(c, l, &err));
	ok(urql_set_domain(c, l, "a.example", &err));
	ok(urql_del_url(c, l, 10, &err));
	not_ok(urql_del_url(c, l, 10, &err), ERR_NOT_FOUND);
}
END_TEST

/* ---- header fields -------------------------------------------------------- */

START_TEST(header_fields)
{
	struct hfgroup *g = hfgroup_add(c, "palm", &err);
	struct hfgroup_field f = { .name = "a",
				   .field = FIELD_USER_AGENT,
				   .op = HEADER_EXIST };

	ok(hfgroup_set_field(c, g, &f, &err));
	f.op = HEADER_EQUAL;
	not_ok(hfgroup_set_field(c, g, &f, &err), ERR_RANGE);
	(void)str_copy(f.text, sizeof(f.text), "Elaine/1.0");
	ok(hfgroup_set_field(c, g, &f, &err));
	ck_assert_uint_eq(g->nfield, 1);
	ck_assert_str_eq(g->field[0].text, "Elaine/1.0");
	f.op = HEADER_NOT_EXIST;
	not_ok(hfgroup_set_field(c, g, &f, &err), ERR_RANGE);
	ok(hfgroup_del_field(c, g, "a", &err));
	not_ok(hfgroup_del_field(c, g, "a", &err), ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(
		hfgroup_add(c, "a1234567890123456789012345678901", &err));
	ck_assert_ptr_null(
		hfgroup_add(c, "a12345678901234567890123456789012", &err));
}
END_TEST

/* ---- rules and their lists ------------------------------------------------ */

START_TEST(rules_name_lists_that_exist)
{
	struct content *r = rule();
	struct content_url u = { "/*", "graphics", "", "", 0 };

	not_ok(content_set_url(c, r, &u, &err), ERR_NOT_FOUND);
	(void)list(QUALIFIER_EQL, "graphics");
	ok(content_set_url(c, r, &u, &err));
	not_ok(qualifier_del(c, QUALIFIER_EQL, "graphics", &err), ERR_REFUSED);
	u = (struct content_url){ "", "", "", "videos", 0 };
	not_ok(content_set_url(c, r, &u, &err), ERR_NOT_FOUND);
	(void)list(QUALIFIER_URQL, "videos");
	ok(content_set_url(c, r, &u, &err));
	ok(qualifier_del(c, QUALIFIER_EQL, "graphics", &err));
	not_ok(content_set_header(c, r, "palm", 0, &err), ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(hfgroup_add(c, "palm", &err));
	ok(content_set_header(c, r, "palm", 10, &err));
	not_ok(hfgroup_del(c, "palm", &err), ERR_REFUSED);
	ok(owner_del(c, "shop", &err));
	ok(hfgroup_del(c, "palm", &err));
	ok(qualifier_del(c, QUALIFIER_URQL, "videos", &err));
}
END_TEST

START_TEST(an_active_rule_has_active_urls)
{
	struct content *r = rule();
	struct content_url u = { "", "", "", "videos", 0 };
	struct urql *l = (struct urql *)list(QUALIFIER_URQL, "videos");

	ok(content_set_url(c, r, &u, &err));
	not_ok(content_activate(c, r, &err), ERR_REFUSED);
	ok(urql_activate(c, l, &err));
	ok(content_activate(c, r, &err));
	not_ok(urql_suspend(c, l, &err), ERR_REFUSED);
	ok(content_suspend(c, r, &err));
	ok(urql_suspend(c, l, &err));
}
END_TEST

START_TEST(clearing_takes_what_is_in_use)
{
	struct acl *l = acl(1, 10);
	struct acl_clause k = permit(20);
	struct content_url u = { "/*", "graphics", "", "", 0 };

	(void)list(QUALIFIER_EQL, "graphics");
	ok(content_set_url(c, rule(), &u, &err));
	k.dst.kind = ACL_HOST_RULE;
	(void)str_copy(k.dst.name, sizeof(k.dst.name), "shop/web");
	ok(acl_clause_add(c, l, &k, &err));
	ok(acl_apply_all(c, l, &err));
	ok(acl_apply(c, l, &c->acl_dns, &err));
	conf_clear(c);
	ck_assert(TAILQ_EMPTY(&c->acls));
	ck_assert(TAILQ_EMPTY(&c->owners));
	ck_assert(TAILQ_EMPTY(&c->qualifiers[QUALIFIER_EQL]));
	ck_assert_uint_eq(c->acl_dns.index, 0);
}
END_TEST

/* ---- VLANs of trunks ------------------------------------------------------ */

START_TEST(trunks_make_circuits)
{
	struct iface *i = iface_get(c, "2/1", &err);
	struct iface_vlan *three = NULL, *four = NULL;

	ck_assert_ptr_null(iface_vlan_add(c, i, 3, &err));
	ck_assert_int_eq(err.code, ERR_REFUSED);
	iface_set_trunk(c, i, true);
	ck_assert_ptr_null(iface_vlan_add(c, i, 4095, &err));
	four = iface_vlan_add(c, i, 4, &err);
	three = iface_vlan_add(c, i, 3, &err);
	ck_assert_ptr_eq(TAILQ_FIRST(&i->vlans), three);
	ck_assert_ptr_eq(iface_vlan_add(c, i, 3, &err), three);
	ck_assert_ptr_nonnull(circuit_find(c, "VLAN4"));
	ck_assert(iface_in_vlan(i, 3) && !iface_in_vlan(i, 1));
	iface_set_default_vlan(c, i, three);
	iface_set_default_vlan(c, i, four);
	ck_assert(four->is_default && !three->is_default);
	ok(iface_vlan_del(c, i, 3, &err));
	not_ok(iface_vlan_del(c, i, 3, &err), ERR_NOT_FOUND);
	ck_assert_ptr_null(circuit_find(c, "VLAN3"));
	iface_set_trunk(c, i, false);
	ck_assert_ptr_null(circuit_find(c, "VLAN4"));
	ck_assert(iface_in_vlan(i, 1));
}
END_TEST

START_TEST(circuits_go_when_no_port_is_in_them)
{
	struct iface *i = iface_get(c, "2/1", &err);
	struct circuit *ci = NULL;

	not_ok(circuit_del(c, "VLAN1", &err), ERR_REFUSED);
	not_ok(circuit_del(c, "VLAN7", &err), ERR_NOT_FOUND);
	ok(iface_set_vlan(c, i, 7, &err));
	ci = circuit_find(c, "VLAN7");
	ck_assert_ptr_nonnull(circuit_ip_add(c, ci, ip("10.7.0.1"), 24, &err));
	not_ok(circuit_del(c, "VLAN7", &err), ERR_REFUSED);
	ok(iface_set_vlan(c, i, 1, &err));
	ck_assert_ptr_nonnull(circuit_find(c, "VLAN7"));
	ok(acl_apply(c, acl(1, 10), &ci->acl, &err));
	not_ok(circuit_del(c, "VLAN7", &err), ERR_REFUSED);
	acl_remove_all(c, acl_find(c, 1));
	ok(circuit_del(c, "VLAN7", &err));
}
END_TEST

START_TEST(critical_services_stay)
{
	struct circuit *ci = circuit_find(c, "VLAN1");
	struct circuit_ip *x = circuit_ip_add(c, ci, ip("10.1.0.1"), 24, &err);
	struct vr_line v = { .kind = VR_SERVICE, .vrid = 1, .name = "s" };

	ck_assert_ptr_nonnull(service_add(c, "s", &err));
	ok(circuit_ip_set_vr(c, x, &v, &err));
	not_ok(service_del(c, "s", &err), ERR_REFUSED);
	ok(circuit_ip_del_vr(c, x, &v, &err));
	ok(service_del(c, "s", &err));
}
END_TEST

/* ---- reporters and RMON --------------------------------------------------- */

START_TEST(reporters_watch_what_their_type_can)
{
	struct reporter *r = reporter_add(c, "r1", &err);
	struct in_addr a = ip("10.1.0.1");

	not_ok(reporter_activate(c, r, &err), ERR_REFUSED);
	ok(reporter_set_type(c, r, REPORTER_PHY_ALL, &err));
	not_ok(reporter_activate(c, r, &err), ERR_REFUSED);
	not_ok(reporter_add_vrid(c, r, a, 1, &err), ERR_REFUSED);
	not_ok(reporter_add_phy(c, r, "nonsense", &err), ERR_NOT_FOUND);
	ok(reporter_add_phy(c, r, "3/1", &err));
	ok(reporter_add_phy(c, r, "2/10", &err));
	ok(reporter_add_phy(c, r, "2/9", &err));
	ok(reporter_add_phy(c, r, "2/9", &err));
	ck_assert_uint_eq(r->nphy, 3);
	ck_assert_str_eq(r->phy[0].name, "2/9");
	ck_assert_str_eq(r->phy[2].name, "3/1");
	not_ok(reporter_set_type(c, r, REPORTER_VRID_PEERING, &err),
	       ERR_REFUSED);
	ok(reporter_activate(c, r, &err));
	not_ok(reporter_add_phy(c, r, "2/1", &err), ERR_REFUSED);
	not_ok(reporter_del_phy(c, r, "2/9", &err), ERR_REFUSED);
	not_ok(reporter_del_phy(c, r, "2/1", &err), ERR_NOT_FOUND);
	not_ok(reporter_set_type(c, r, REPORTER_NO_TYPE, &err), ERR_REFUSED);
	ok(reporter_suspend(c, r, &err));
	ok(reporter_del_phy(c, r, "2/9", &err));
}
END_TEST

START_TEST(critical_reporters_stay)
{
	struct circuit *ci = circuit_find(c, "VLAN1");
	struct circuit_ip *x = circuit_ip_add(c, ci, ip("10.1.0.1"), 24, &err);
	struct vr_line v = { .kind = VR_REPORTER, .vrid = 1, .name = "r1" };
	struct reporter *r = reporter_add(c, "r1", &err);

	ok(reporter_set_type(c, r, REPORTER_VRID_PEERING, &err));
	ok(reporter_add_vrid(c, r, x->addr, 1, &err));
	not_ok(reporter_add_phy(c, r, "2/1", &err), ERR_REFUSED);
	ok(circuit_ip_set_vr(c, x, &v, &err));
	not_ok(reporter_del(c, "r1", &err), ERR_REFUSED);
	not_ok(reporter_del_vrid(c, r, x->addr, 2, &err), ERR_NOT_FOUND);
	ok(circuit_ip_del_vr(c, x, &v, &err));
	ok(reporter_del(c, "r1", &err));
	not_ok(reporter_del(c, "r1", &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(rmon_rows_are_numbered)
{
	struct rmon_alarm *a = NULL;
	struct rmon_history *h = NULL;

	ck_assert_ptr_null(rmon_add(c, RMON_ALARM, 65535, &err));
	ck_assert_ptr_null(rmon_add(c, RMON_HISTORY, 0, &err));
	ck_assert_ptr_nonnull(rmon_add(c, RMON_HISTORY, 65535, &err));
	ck_assert_ptr_nonnull(rmon_add(c, RMON_EVENT, 9, &err));
	ck_assert_ptr_nonnull(rmon_add(c, RMON_EVENT, 2, &err));
	ck_assert_uint_eq(TAILQ_FIRST(&c->rmons[RMON_EVENT])->index, 2);
	ck_assert_str_eq(rmon_event_find(c, 9)->community, "public");
	ok(rmon_del(c, RMON_EVENT, 2, &err));
	not_ok(rmon_del(c, RMON_EVENT, 2, &err), ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(rmon_add(c, RMON_ALARM, 1, &err));
	a = rmon_alarm_find(c, 1);
	ck_assert_uint_eq(a->interval_s, 300);
	not_ok(rmon_activate(c, &a->r, &err), ERR_REFUSED);
	(void)str_copy(a->variable, sizeof(a->variable), "tcpCurrEstab");
	ok(rmon_activate(c, &a->r, &err));
	not_ok(rmon_may_edit(&a->r, &err), ERR_REFUSED);
	ok(rmon_suspend(c, &a->r, &err));
	ok(rmon_may_edit(&a->r, &err));
	h = rmon_history_find(c, 65535);
	not_ok(rmon_activate(c, &h->r, &err), ERR_REFUSED);
	h->port_ifindex = 3;
	ok(rmon_activate(c, &h->r, &err));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("lists");
	TCase *t = tcase_create("lists");
	const TTest *const tests[] = {
		clauses_are_sorted,
		acls_are_1_to_99,
		clauses_cannot_be_edited,
		clauses_name_what_is_there,
		what_clauses_name_stays,
		acls_are_applied,
		new_clauses_wait_for_apply,
		words_of_clauses,
		lists_of_a_kind_fill_up,
		networks,
		extensions,
		domains,
		a_list_holds_10000_domains,
		urls_need_suspend,
		header_fields,
		rules_name_lists_that_exist,
		an_active_rule_has_active_urls,
		clearing_takes_what_is_in_use,
		trunks_make_circuits,
		circuits_go_when_no_port_is_in_them,
		critical_services_stay,
		reporters_watch_what_their_type_can,
		critical_reporters_stay,
		rmon_rows_are_numbered,
	};

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30); /* ten thousand domains, under sanitizers too */
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

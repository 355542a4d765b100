#include "emu/io/rtnl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"

#define MESSAGE_MAX 1024
#define ANSWER_MAX  8192
#define RULE_ORDER  10 /* in front of the kernel's "from all lookup main" */

struct rtnl {
	struct mnl_socket *sock; /* owned */
	uint32_t seq;
};

struct rtnl *rtnl_open(struct err *err)
{
	struct rtnl *r = xcalloc(1, sizeof(*r));

	r->sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (r->sock && !mnl_socket_bind(r->sock, 0, MNL_SOCKET_AUTOPID))
		return r;
	(void)err_set(err, ERR_IO, -1, "rtnetlink: %s", strerror(errno));
	rtnl_close(r);
	return NULL;
}

void rtnl_close(struct rtnl *r)
{
	if (r && r->sock)
		(void)mnl_socket_close(r->sock);
	free(r);
}

/* ---- asking -------------------------------------------------------------------- */

static struct nlmsghdr *begin(char *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *n = mnl_nlmsg_put_header(buf);

	n->nlmsg_type = type;
	n->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	return n;
}

/* 0, or the kernel's errno; each part of a longer answer goes to cb. */
static int ask_for(struct rtnl *r, struct nlmsghdr *n, mnl_cb_t cb, void *arg)
{
	char buf[ANSWER_MAX];
	ssize_t len;
	int rc = MNL_CB_OK;

	n->nlmsg_seq = ++r->seq;
	if (mnl_socket_sendto(r->sock, n, n->nlmsg_len) < 0)
		return errno;
	while (rc == MNL_CB_OK) {
		len = mnl_socket_recvfrom(r->sock, buf, sizeof(buf));
		if (len < 0)
			return errno;
		rc = mnl_cb_run(buf, (size_t)len, r->seq,
				mnl_socket_get_portid(r->sock), cb, arg);
	}
	return rc < 0 ? errno : 0;
}

static int ask(struct rtnl *r, struct nlmsghdr *n)
{
	return ask_for(r, n, NULL, NULL);
}

/* ---- links ----------------------------------------------------------------------- */

/* Numbers of linux/ip.h: IPV4_DEVCONF_*, value. */
static const struct {
	uint16_t what;
	uint32_t value;
} link_values[] = {
	{ IPV4_DEVCONF_RP_FILTER, 0 },
	{ IPV4_DEVCONF_ACCEPT_LOCAL, 1 },
	{ IPV4_DEVCONF_FORWARDING, 0 },
	{ IPV4_DEVCONF_ACCEPT_REDIRECTS, 0 },
	{ IPV4_DEVCONF_SEND_REDIRECTS, 0 },
};

static void put_values(struct nlmsghdr *n)
{
	struct nlattr *spec = mnl_attr_nest_start(n, IFLA_AF_SPEC);
	struct nlattr *inet = mnl_attr_nest_start(n, AF_INET);
	struct nlattr *conf = mnl_attr_nest_start(n, IFLA_INET_CONF);

	for (size_t i = 0; i < sizeof(link_values) / sizeof(*link_values); i++)
		mnl_attr_put_u32(n, link_values[i].what, link_values[i].value);
	mnl_attr_nest_end(n, conf);
	mnl_attr_nest_end(n, inet);
	mnl_attr_nest_end(n, spec);
}

static struct nlmsghdr *change_link(char *buf, unsigned link, unsigned flags)
{
	struct nlmsghdr *n = begin(buf, RTM_NEWLINK, 0);
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(n, sizeof(*i));

	i->ifi_family = AF_UNSPEC;
	i->ifi_index = (int)link;
	i->ifi_flags = i->ifi_change = flags;
	return n;
}

int rtnl_link_up(struct rtnl *r, unsigned link, unsigned mtu, unsigned queue,
		 struct err *err)
{
	char buf[MESSAGE_MAX];
	struct nlmsghdr *n = change_link(buf, link, IFF_UP);
	int error;

	if (mtu)
		mnl_attr_put_u32(n, IFLA_MTU, mtu);
	if (queue)
		mnl_attr_put_u32(n, IFLA_TXQLEN, queue);
	put_values(n);
	error = ask(r, n);
	return error ? err_set(err, ERR_IO, -1, "interface %u up: %s", link,
			       strerror(error))
		     : 0;
}

/* One by one: a kernel without IPv6 refuses all of what names it. */
void rtnl_link_quiet(struct rtnl *r, unsigned link)
{
	char buf[MESSAGE_MAX];
	struct nlmsghdr *n = change_link(buf, link, IFF_NOARP);
	struct nlattr *spec, *inet6;

	(void)ask(r, n);
	n = change_link(buf, link, 0);
	spec = mnl_attr_nest_start(n, IFLA_AF_SPEC);
	inet6 = mnl_attr_nest_start(n, AF_INET6);
	mnl_attr_put_u8(n, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(n, inet6);
	mnl_attr_nest_end(n, spec);
	(void)ask(r, n);
}

static int filter_there(const struct nlmsghdr *n, void *arg)
{
	(void)n;
	*(bool *)arg = true;
	return MNL_CB_OK;
}

bool rtnl_has_filters(struct rtnl *r, unsigned link)
{
	static const uint32_t sides[] = { TC_H_MIN_INGRESS, TC_H_MIN_EGRESS };
	char buf[MESSAGE_MAX];
	bool there = false;

	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++) {
		struct nlmsghdr *n = begin(buf, RTM_GETTFILTER, NLM_F_DUMP);
		struct tcmsg *t = mnl_nlmsg_put_extra_header(n, sizeof(*t));

		t->tcm_family = AF_UNSPEC;
		t->tcm_ifindex = (int)link;
		t->tcm_parent = TC_H_MAKE(TC_H_CLSACT, sides[i]);
		if (ask_for(r, n, filter_there, &there))
			return true;
	}
	return there;
}

int rtnl_cable(struct rtnl *r, const char *name, const char *far, int net,
	       struct err *err)
{
	char buf[MESSAGE_MAX];
	struct nlmsghdr *n = begin(buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *peer;
	int error;

	(void)mnl_nlmsg_put_extra_header(n, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(n, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(n, IFLA_LINKINFO);
	mnl_attr_put_strz(n, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(n, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(n, VETH_INFO_PEER);
	(void)mnl_nlmsg_put_extra_header(n, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(n, IFLA_IFNAME, far);
	mnl_attr_put_u32(n, IFLA_NET_NS_FD, (uint32_t)net);
	mnl_attr_nest_end(n, peer);
	mnl_attr_nest_end(n, data);
	mnl_attr_nest_end(n, info);
	error = ask(r, n);
	return error ? err_set(err, ERR_IO, -1, "cable %s to %s: %s", name, far,
			       strerror(error))
		     : 0;
}

/* ---- addresses and routes --------------------------------------------------------- */

int rtnl_address(struct rtnl *r, bool add, unsigned link, struct in_addr a,
		 struct err *err)
{
	char buf[MESSAGE_MAX];
	struct nlmsghdr *n = begin(buf, add ? RTM_NEWADDR : RTM_DELADDR,
				   add ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	struct ifaddrmsg *m = mnl_nlmsg_put_extra_header(n, sizeof(*m));
	int error;

	m->ifa_family = AF_INET;
	m->ifa_prefixlen = 32;
	m->ifa_index = link;
	mnl_attr_put_u32(n, IFA_LOCAL, a.s_addr);
	mnl_attr_put_u32(n, IFA_ADDRESS, a.s_addr);
	error = ask(r, n);
	if (!error || (!add && error == EADDRNOTAVAIL))
		return 0;
	return err_set(err, ERR_IO, -1, "address %s %s: %s", str_addr(a),
		       add ? "added" : "taken away", strerror(error));
}

int rtnl_route(struct rtnl *r, bool add, const struct rtnl_route *route,
	       struct err *err)
{
	char buf[MESSAGE_MAX];
	struct nlmsghdr *n = begin(buf, add ? RTM_NEWROUTE : RTM_DELROUTE,
				   add ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	struct rtmsg *m = mnl_nlmsg_put_extra_header(n, sizeof(*m));
	uint32_t table = route->table ? route->table : RT_TABLE_MAIN;
	int error;

	m->rtm_family = AF_INET;
	m->rtm_dst_len = route->prefix_len;
	m->rtm_protocol = RTPROT_STATIC;
	m->rtm_scope = route->local ? RT_SCOPE_HOST : RT_SCOPE_LINK;
	m->rtm_type = route->local ? RTN_LOCAL : RTN_UNICAST;
	mnl_attr_put_u32(n, RTA_TABLE, table);
	mnl_attr_put_u32(n, RTA_DST, route->net.s_addr);
	mnl_attr_put_u32(n, RTA_OIF, route->link);
	if (route->hop.s_addr != htonl(INADDR_ANY)) {
		m->rtm_scope = RT_SCOPE_UNIVERSE;
		m->rtm_flags = RTNH_F_ONLINK;
		mnl_attr_put_u32(n, RTA_GATEWAY, route->hop.s_addr);
	}
	if (route->src.s_addr != htonl(INADDR_ANY))
		mnl_attr_put_u32(n, RTA_PREFSRC, route->src.s_addr);
	error = ask(r, n);
	if (!error || (!add && error == ESRCH))
		return 0;
	return err_set(err, ERR_IO, -1, "route %s/%u %s: %s",
		       str_addr(route->net), route->prefix_len,
		       add ? "added" : "taken away", strerror(error));
}

int rtnl_rule(struct rtnl *r, const char *link, uint32_t table, struct err *err)
{
	char buf[MESSAGE_MAX];
	struct nlmsghdr *n = begin(buf, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);
	struct fib_rule_hdr *h = mnl_nlmsg_put_extra_header(n, sizeof(*h));
	int error;

	h->family = AF_INET;
	h->action = FR_ACT_TO_TBL;
	mnl_attr_put_u32(n, FRA_TABLE, table);
	mnl_attr_put_u32(n, FRA_PRIORITY, RULE_ORDER);
	mnl_attr_put_strz(n, FRA_IFNAME, link);
	error = ask(r, n);
	if (!error || error == EEXIST)
		return 0;
	return err_set(err, ERR_IO, -1, "rule for %s: %s", link,
		       strerror(error));
}

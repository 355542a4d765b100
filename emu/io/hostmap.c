#include "emu/io/hostmap.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/*
 * A short list of networks, longest prefix first, so that the first that fits
 * is the right one.  Addresses are kept in host order here, for masks.
 */
#define NET_MAX 256

struct net {
	uint32_t appliance, host, mask;
	uint8_t len;
};

struct hostmap {
	struct net net[NET_MAX]; /* longest prefix first */
	int nnet;
	bool no_auto, transparent;
	uint16_t port_base;
};

struct hostmap *hostmap_new(void)
{
	return xcalloc(1, sizeof(struct hostmap));
}

void hostmap_free(struct hostmap *m)
{
	free(m);
}

void hostmap_set_port_base(struct hostmap *m, uint16_t base)
{
	m->port_base = base;
}

void hostmap_set_transparent(struct hostmap *m)
{
	m->nnet = 0;
	m->port_base = 0;
	m->no_auto = m->transparent = true;
}

bool hostmap_is_transparent(const struct hostmap *m)
{
	return m->transparent;
}

/* "10.0.0.0/8" or "10.0.0.1"; the text is cut at the slash */
static bool parse_net(char *text, uint32_t *addr, uint8_t *len)
{
	char *slash = strchr(text, '/');
	struct in_addr a;

	*len = 32;
	if (slash && !str_to_mask(slash, len))
		return false;
	if (slash)
		*slash = '\0';
	if (!str_to_addr(text, &a))
		return false;
	*addr = ntohl(a.s_addr);
	return true;
}

static int check_net(const struct hostmap *m, const struct net *n,
		     uint8_t host_len, const char *text, struct err *err)
{
	if (n->len != host_len)
		return err_set(err, ERR_RANGE, -1,
			       "--map %s: both networks need the same length "
			       "(/%u and /%u)",
			       text, n->len, host_len);
	if ((n->appliance | n->host) & ~n->mask)
		return err_set(err, ERR_RANGE, -1,
			       "--map %s: an address has bits set behind its "
			       "/%u; write the network's first address",
			       text, n->len);
	for (int i = 0; i < m->nnet; i++)
		if (m->net[i].len == n->len &&
		    m->net[i].appliance == n->appliance)
			return err_set(err, ERR_EXISTS, -1,
				       "--map %s: this network is mapped "
				       "already; leave one of the two out",
				       text);
	if (m->nnet == NET_MAX)
		return err_set(err, ERR_RANGE, -1,
			       "--map %s: at most %d networks can be mapped",
			       text, NET_MAX);
	return 0;
}

static void insert(struct hostmap *m, const struct net *n)
{
	int i = m->nnet++;

	for (; i && m->net[i - 1].len < n->len; i--)
		m->net[i] = m->net[i - 1];
	m->net[i] = *n;
}

int hostmap_add(struct hostmap *m, const char *text, struct err *err)
{
	struct net n;
	uint8_t host_len;
	char buf[64], *equal;

	if (!strcmp(text, "auto") || !strcmp(text, "none")) {
		m->no_auto = !strcmp(text, "none");
		return 0;
	}
	equal = str_copy(buf, sizeof(buf), text) ? strchr(buf, '=') : NULL;
	if (equal)
		*equal = '\0';
	if (!equal || !parse_net(buf, &n.appliance, &n.len) ||
	    !parse_net(equal + 1, &n.host, &host_len))
		return err_set(err, ERR_SYNTAX, -1,
			       "--map %s: not \"auto\", \"none\" or a pair "
			       "of networks like 10.0.0.0/8=127.0.0.0/8",
			       text);
	n.mask = ntohl(str_mask_of(n.len).s_addr);
	if (check_net(m, &n, host_len, text, err))
		return -1;
	insert(m, &n);
	return 0;
}

/* 0.0.0.0 stands for "no address" and stays what it is. */
struct in_addr hostmap_addr(const struct hostmap *m, struct in_addr appliance)
{
	uint32_t a = ntohl(appliance.s_addr);

	if (!a)
		return appliance;
	for (int i = 0; i < m->nnet; i++) {
		const struct net *n = &m->net[i];

		if ((a & n->mask) == n->appliance)
			return (struct in_addr){ htonl(n->host |
						       (a & ~n->mask)) };
	}
	if (m->no_auto)
		return appliance;
	return (struct in_addr){ htonl(127u << 24 | (a & 0xffffff)) };
}

in_port_t hostmap_listen_port(const struct hostmap *m, in_port_t port)
{
	uint32_t p = (uint32_t)ntohs(port) + m->port_base;

	return p > 65535 ? 0 : htons((uint16_t)p);
}

/* Only an address that leads back to the same host address is an answer: a
 * longer mapping may have taken that part of the network elsewhere. */
struct in_addr hostmap_reverse(const struct hostmap *m, struct in_addr host)
{
	uint32_t h = ntohl(host.s_addr);

	for (int i = 0; i < m->nnet; i++) {
		const struct net *n = &m->net[i];
		struct in_addr a = { htonl(n->appliance | (h & ~n->mask)) };

		if ((h & n->mask) == n->host &&
		    hostmap_addr(m, a).s_addr == host.s_addr)
			return a;
	}
	return host;
}

void hostmap_show(const struct hostmap *m, struct out *o)
{
	out_col(o, 22, "Appliance");
	out_puts(o, "Host\n");
	for (int i = 0; i < m->nnet; i++) {
		const struct net *n = &m->net[i];

		out_col(o, 22, "%s/%u",
			str_addr((struct in_addr){ htonl(n->appliance) }),
			n->len);
		out_printf(o, "%s/%u\n",
			   str_addr((struct in_addr){ htonl(n->host) }),
			   n->len);
	}
	out_col(o, 22, m->nnet ? "any other a.b.c.d" : "any a.b.c.d");
	out_puts(o, m->no_auto ? "the same (none)\n" : "127.b.c.d (auto)\n");
	out_col(o, 22, "listening port N");
	if (m->port_base)
		out_printf(o, "N + %u\n", m->port_base);
	else
		out_puts(o, "N\n");
}

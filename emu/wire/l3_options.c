/*
 * Options of IPv4 (RFC 791 3.1, RFC 1812 4.2.2.6, 5.2.4.1): source routes are
 * followed when `ip source-route` allows it, and else dropped; routes are recorded
 * when `ip record-route` allows it, and else the packet goes on without.
 */
#include "emu/wire/l3_priv.h"

enum {
	OPTION_END = 0,
	OPTION_NOTHING = 1,
	OPTION_RECORD = 7,
	OPTION_LOOSE = 131,
	OPTION_STRICT = 137,
};
enum { /* from the option's type on */
       AT_LEN = 1,
       AT_POINTER = 2, /* from 1 on: the next address */
       ROUTE_HEAD = 3,
};

/* The option's offset in the header, 0: it is not there; bad: offset of what
 * cannot be, 0: everything can. */
static unsigned find(const uint8_t *ip, bool (*is_it)(uint8_t type),
		     unsigned *bad)
{
	const unsigned head = ip4_header_len(ip);
	unsigned len = 0;

	*bad = 0;
	for (unsigned i = IP4_MIN; i < head && ip[i] != OPTION_END; i += len) {
		if (ip[i] == OPTION_NOTHING) {
			len = 1;
			continue;
		}
		len = i + AT_LEN < head ? ip[i + AT_LEN] : 0;
		if (len < 2 || len > head - i) {
			*bad = i + AT_LEN;
			return 0;
		}
		if (!is_it(ip[i]))
			continue;
		if (len < ROUTE_HEAD || ip[i + AT_POINTER] <= ROUTE_HEAD)
			*bad = len < ROUTE_HEAD ? i + AT_LEN : i + AT_POINTER;
		return *bad ? 0 : i;
	}
	return 0;
}

static bool is_source_route(uint8_t type)
{
	return type == OPTION_LOOSE || type == OPTION_STRICT;
}

static bool is_record(uint8_t type)
{
	return type == OPTION_RECORD;
}

/* Where the next address stands; NULL: all have been used. */
static uint8_t *next_place(uint8_t *option)
{
	unsigned at = option[AT_POINTER] - 1u;

	return at + 4 <= option[AT_LEN] ? option + at : NULL;
}

bool l3_options_pass(struct wire *w, const struct ingress *in, struct packet *p)
{
	const uint8_t *ip = p->data + p->l3;
	unsigned bad = 0, bad_too = 0;
	unsigned at = find(ip, is_source_route, &bad);

	(void)find(ip, is_record, &bad_too);
	if (bad || bad_too) {
		wire_count(w, NET_IP_IN_HEADER_ERRORS);
		l3_error(w, in, p, ICMP_BAD_PARAMETER, 0,
			 (uint32_t)(bad ? bad : bad_too) << 24);
		return false;
	}
	if (at && !w->setup->source_route) {
		wire_count(w, NET_IP_IN_DISCARDS);
		return false;
	}
	return true;
}

bool l3_options_source(const uint8_t *ip)
{
	unsigned bad = 0;

	return find(ip, is_source_route, &bad) > 0;
}

bool l3_options_strict(const uint8_t *ip)
{
	unsigned bad = 0, at = find(ip, is_source_route, &bad);

	return at && ip[at] == OPTION_STRICT;
}

void l3_options_record(struct wire *w, uint8_t *ip, struct in_addr leaving)
{
	unsigned bad = 0, at = find(ip, is_record, &bad);
	uint8_t *place = at ? next_place(ip + at) : NULL;

	if (!place || !w->setup->record_route)
		return;
	put_addr(place, leaving);
	ip[at + AT_POINTER] += 4;
	l3_seal(ip);
}

/* RFC 1812 5.2.4.1: the address in the list makes room for ours on the way to it. */
bool l3_options_next(struct wire *w, struct packet *p)
{
	uint8_t *ip = p->data + p->l3;
	unsigned bad = 0, at = find(ip, is_source_route, &bad);
	uint8_t *place = at ? next_place(ip + at) : NULL;
	const struct setup_circuit_ip *by = NULL;
	struct in_addr next;
	struct fib_way way;

	if (!place || !w->setup->source_route)
		return false;
	next = get_addr(place);
	if (!fib_find(w->setup->fib, get_addr(ip + IP4_SRC), next, false, &way))
		by = NULL;
	else
		by = setup_source(w->setup, way.vlan, way.next_hop);
	put_addr(place, by ? by->addr : get_addr(ip + IP4_DST));
	put_addr(ip + IP4_DST, next);
	ip[at + AT_POINTER] += 4;
	l3_seal(ip);
	return true;
}

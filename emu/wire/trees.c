#include "emu/wire/trees.h"

#include <stdlib.h>
#include <string.h>

#include "emu/base/xalloc.h"
#include "emu/net/packet.h"

#define VLANS	  4096
#define TAG_LEN	  4
#define FRAME_MAX 128 /* more than any BPDU has */

struct tree {
	struct stp *stp;	  /* owned */
	const struct sender *out; /* borrowed */
	struct sender tagging;	  /* what the tree sends by */
	uint16_t vlan;
	bool tagged[WIRE_PORT_MAX];
	bool wanted;
};

struct trees {
	const struct sender *out; /* borrowed */
	struct tree *vlan[VLANS]; /* owned; NULL: none */
	struct tree *list[VLANS]; /* the same, without gaps */
	int n;
};

static void tree_send(void *arg, unsigned vlan, int port, const uint8_t *frame,
		      size_t len)
{
	const struct tree *t = arg;
	uint8_t tagged[FRAME_MAX + TAG_LEN];
	const size_t macs = (size_t)2 * ETH_ADDR_LEN;

	if (!t->tagged[port] || len > FRAME_MAX) {
		sender_send(t->out, vlan, port, frame, len);
		return;
	}
	memcpy(tagged, frame, macs);
	put16(tagged + macs, ETHER_VLAN);
	put16(tagged + macs + 2, t->vlan);
	memcpy(tagged + macs + TAG_LEN, frame + macs, len - macs);
	sender_send(t->out, vlan, port, tagged, len + TAG_LEN);
}

static struct tree *tree_get(struct trees *t, uint16_t vlan)
{
	struct tree *tree = t->vlan[vlan];

	if (tree)
		return tree;
	tree = xcalloc(1, sizeof(*tree));
	tree->vlan = vlan;
	tree->out = t->out;
	tree->tagging = (struct sender){ tree, tree_send };
	tree->stp = stp_new(&tree->tagging);
	t->vlan[vlan] = tree;
	return tree;
}

static void tree_free(struct tree *tree)
{
	stp_free(tree->stp);
	free(tree);
}

struct trees *trees_new(const struct sender *out)
{
	struct trees *t = xcalloc(1, sizeof(*t));

	t->out = out;
	return t;
}

void trees_free(struct trees *t)
{
	if (!t)
		return;
	for (int i = 0; i < t->n; i++)
		tree_free(t->list[i]);
	free(t);
}

static void list_make(struct trees *t)
{
	t->n = 0;
	for (int v = 0; v < VLANS; v++) {
		struct tree *tree = t->vlan[v];

		if (!tree)
			continue;
		if (tree->wanted) {
			t->list[t->n++] = tree;
			tree->wanted = false;
		} else {
			tree_free(tree);
			t->vlan[v] = NULL;
		}
	}
}

void trees_configure(struct trees *t, const struct stp_conf *c,
		     const struct tree_conf *tree, size_t n, int nports,
		     uint64_t now_ms)
{
	for (size_t i = 0; i < n; i++) {
		struct tree *to = tree_get(t, tree[i].vlan % VLANS);

		to->wanted = true;
		memcpy(to->tagged, tree[i].tagged, sizeof(to->tagged));
		stp_configure(to->stp, c, tree[i].port, nports, now_ms);
	}
	list_make(t);
}

bool trees_receive(struct trees *t, unsigned vlan, int port,
		   const uint8_t *frame, size_t len, uint64_t now_ms)
{
	return vlan < VLANS && t->vlan[vlan] &&
	       stp_receive(t->vlan[vlan]->stp, port, frame, len, now_ms);
}

uint32_t trees_changes(const struct trees *t)
{
	uint32_t sum = 0;

	for (int i = 0; i < t->n; i++)
		sum += stp_blocked(t->list[i]->stp);
	return sum;
}

uint64_t trees_due_ms(const struct trees *t)
{
	uint64_t due = UINT64_MAX;

	for (int i = 0; i < t->n; i++) {
		uint64_t one = stp_due_ms(t->list[i]->stp);

		if (one < due)
			due = one;
	}
	return due;
}

void trees_tick(struct trees *t, uint64_t now_ms)
{
	for (int i = 0; i < t->n; i++)
		if (stp_due_ms(t->list[i]->stp) <= now_ms)
			stp_tick(t->list[i]->stp, now_ms);
}

enum stp_state trees_state(const struct trees *t, unsigned vlan, int port)
{
	return vlan < VLANS && t->vlan[vlan]
		       ? stp_state(t->vlan[vlan]->stp, port)
		       : STP_DISABLED;
}

bool trees_in_change(const struct trees *t)
{
	for (int i = 0; i < t->n; i++)
		if (stp_in_change(t->list[i]->stp))
			return true;
	return false;
}

const struct stp *trees_find(const struct trees *t, unsigned vlan)
{
	return vlan < VLANS && t->vlan[vlan] ? t->vlan[vlan]->stp : NULL;
}

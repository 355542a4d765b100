#ifndef CSS_CHASSIS_CARD_H
#define CSS_CHASSIS_CARD_H

#include <stdbool.h>
#include <stdint.h>

struct card;
struct err;
struct out;

enum card_kind { CARD_SCM, CARD_IOM, CARD_SAM, CARD_SSL };

/* Words of the product's ModuleOpStatus and PortOpStatus (platform.md 1.2). */
enum card_status {
	CARD_POWERED_OFF,
	CARD_POWERED_ON,
	CARD_PRIMARY,
	CARD_BACKUP,
	CARD_BAD
};

/*
 * A kind of module.  One const struct per kind in its own file; boot.c hands
 * the list of kinds to chassis_new(), so chassis/ knows no card by name.
 * Hooks may be NULL: then there is nothing to do.
 */
struct card_ops {
	const char *part;  /* what is ordered and what "show chassis" prints */
	const char *descr; /* for show inventory */
	enum card_kind kind;
	int nports;
	const char *port_type; /* "fe", "ge"; NULL without ports */
	int nports_ge; /* how many of an "fe" board's ports, the last, are GE */
	/* insert allocates card->priv, remove frees it; nobody else touches it */
	int (*insert)(struct card *card, struct err *err);
	void (*remove)(struct card *card);
	void (*show)(const struct card *card, struct out *o);
};

struct card {
	const struct card_ops *ops;
	unsigned slot; /* 1.. */
	enum card_status status;
	char serial[16];
	uint64_t inserted_ms;
	void *priv; /* owned by the card's ops */
};

#endif

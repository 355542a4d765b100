#ifndef CSS_CHASSIS_CHASSIS_H
#define CSS_CHASSIS_CHASSIS_H

#include "chassis/card.h"
#include "emu/base/str.h"

/*
 * Slots, the cards in them, and what may go where.  Cards go in and out of a
 * running chassis; whoever must follow is told through the changed function.
 */
struct chassis_model {	     /* a row of chassis/models.c */
	const char *name;    /* "11503" */
	const char *product; /* "CSS11503", the default prompt */
	unsigned nslots;
	unsigned ssl_max;	     /* SSL modules at most */
	const char *slot_default[7]; /* part per slot, index 1.. */
	const char *scm;	     /* part that must sit in slot 1 */
	unsigned snmp_product;	     /* last arc of sysObjectID */
	bool fixed; /* boards are soldered in: a slot takes its default only */
};

struct chassis;

/* NULL when there is no such model; chassis_model_names lists them. */
const struct chassis_model *chassis_model_find(const char *name);
const char *chassis_model_names(void); /* "11501 11501S 11503 11506" */
/* Some fixed model is built with this part, so it is no plug-in module. */
bool chassis_part_is_board(const char *part);

/* kinds: NULL-terminated, borrowed.  identity: 32 bytes, for serial numbers. */
struct chassis *chassis_new(const struct chassis_model *model,
			    const struct card_ops *const *kinds,
			    const uint8_t *identity);
void chassis_free(struct chassis *c);
void chassis_on_change(struct chassis *c,
		       void (*fn)(void *arg, const struct card *card,
				  bool inserted),
		       void *arg);

/* part as ordered, case ignored; "scm": the one of this model.  err: unknown
 * part (and those known), slot out of range, slot taken, does not fit there,
 * too many SSL modules. */
int chassis_insert(struct chassis *c, unsigned slot, const char *part,
		   uint64_t now_ms, struct err *err);
/* The slot is empty when the changed function is told; the card itself is
 * freed after that.  The part that was there is remembered (chassis_pulled). */
int chassis_remove(struct chassis *c, unsigned slot, struct err *err);
/* What has been taken out of this slot and not come back, else NULL. */
const struct card_ops *chassis_pulled(const struct chassis *c, unsigned slot);
const struct card *chassis_card(const struct chassis *c, unsigned slot);
struct card *chassis_card_rw(struct chassis *c, unsigned slot);
const struct chassis_model *chassis_model(const struct chassis *c);
const struct card_ops *const *chassis_kinds(const struct chassis *c);
const char *chassis_serial(const struct chassis *c);
const uint8_t *chassis_mac(const struct chassis *c); /* base, 6 bytes */
void chassis_mac_set(struct chassis *c, const uint8_t mac[static 6]);
/* "00-10-58-00-12-ca" */
const char *chassis_mac_text(const struct chassis *c,
			     char text[static MAC_TEXT_LEN + 1]);
/* "1/1" (11503, 11506) or "e1" (11501); false: no such port */
bool chassis_port_name(const struct chassis *c, unsigned slot, unsigned port,
		       char name[static 16]);
bool chassis_port_find(const struct chassis *c, const char *name,
		       unsigned *slot, unsigned *port);
/*
 * What the ports are wired to says whether there is link.  Without (the host
 * attachment) nothing is wired, and every port counts as connected.
 */
struct cables {
	void *arg;
	bool (*has_link)(void *arg, unsigned slot, unsigned port);
};
void chassis_set_cables(struct chassis *c, const struct cables *cables);
bool chassis_has_link(const struct chassis *c, unsigned slot, unsigned port);
/* "fe" or "ge" */
const char *card_port_type(const struct card_ops *ops, unsigned port);
const char *card_status_name(enum card_status s); /* "powered-on" */

/* The modules of this folder; the SSL modules are sslmod's. */
extern const struct card_ops card_scm_2ge, card_board_11501;
extern const struct card_ops card_iom_2ge, card_iom_8fe, card_iom_16fe;
extern const struct card_ops card_sam;

#endif

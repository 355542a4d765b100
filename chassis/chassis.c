#include "chassis/chassis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"

/*
 * A chassis is a row of models.c and an array of slots.  What fits where
 * follows from three facts of a row: slot 1 takes the model's SCM and nothing
 * else, a fixed model's slots take their default only, and every other slot
 * takes any module that is not a fixed model's board (in a 11506 also a second
 * SCM, as the backup, in slot 2).
 *
 * A slot is in one of three states: empty, holding a card, or empty with the
 * memory of a card that was pulled.  The memory is what lets `show chassis`
 * report a missing module; to everybody else the slot is empty.
 *
 * Serial numbers and addresses are made up, but always the same for one disk:
 * they are hashes of its identity, the slot and the part.
 */
#define SLOT_MAX 6

struct chassis {
	const struct chassis_model *model;	     /* borrowed, models.c */
	const struct card_ops *const *kinds;	     /* borrowed */
	struct card *slot[SLOT_MAX + 1];	     /* owned, index 1.. */
	const struct card_ops *pulled[SLOT_MAX + 1]; /* borrowed, from kinds */
	uint8_t identity[32];
	char serial[16];
	uint8_t mac[6];
	void (*changed)(void *arg, const struct card *card, bool inserted);
	void *changed_arg;
	struct cables cables; /* has_link NULL: none */
};

static const char *const status_names[] = {
	[CARD_POWERED_OFF] = "powered-off",
	[CARD_POWERED_ON] = "powered-on",
	[CARD_PRIMARY] = "primary",
	[CARD_BACKUP] = "backup",
	[CARD_BAD] = "bad",
};

/* ---- made-up numbers ------------------------------------------------------ */

/* FNV-1a with a final mix: identity, place and part decide, nothing else. */
static uint64_t number_of(const struct chassis *c, unsigned slot,
			  const char *part)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < sizeof(c->identity); i++)
		h = (h ^ c->identity[i]) * 1099511628211u;
	h = (h ^ slot) * 1099511628211u;
	for (; *part != '\0'; part++)
		h = (h ^ (uint8_t)*part) * 1099511628211u;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
	return h ^ h >> 33;
}

/* Place of manufacture, year less 1996, week, four digits or letters. */
static void serial_make(const struct chassis *c, unsigned slot,
			const char *part, char serial[static 16])
{
	static const char digits[] = "0123456789ABCDEFGHJKLMNPRSTUVWXY";
	uint64_t n = number_of(c, slot, part);
	unsigned year = 6 + (unsigned)(n % 7),
		 week = 1 + (unsigned)(n / 7 % 52);

	snprintf(serial, 16, "JAB%02u%02u%c%c%c%c", year, week, digits[n >> 59],
		 digits[n >> 54 & 31], digits[n >> 49 & 31],
		 digits[n >> 44 & 31]);
}

/* An address block of the vendor; room for the ports behind the base. */
static void mac_make(const struct chassis *c, uint8_t mac[static 6])
{
	uint64_t n = number_of(c, 0, "mac");

	mac[0] = 0x00;
	mac[1] = 0x0b;
	mac[2] = 0x5f;
	mac[3] = (uint8_t)(n >> 40);
	mac[4] = (uint8_t)(n >> 32);
	mac[5] = (uint8_t)(n >> 24) & 0x80;
}

/* ---- life ----------------------------------------------------------------- */

struct chassis *chassis_new(const struct chassis_model *model,
			    const struct card_ops *const *kinds,
			    const uint8_t *identity)
{
	struct chassis *c = xcalloc(1, sizeof(*c));

	c->model = model;
	c->kinds = kinds;
	memcpy(c->identity, identity, sizeof(c->identity));
	serial_make(c, 0, model->product, c->serial);
	mac_make(c, c->mac);
	return c;
}

static void card_free(struct card *card)
{
	if (card->ops->remove != NULL)
		card->ops->remove(card);
	free(card);
}

void chassis_free(struct chassis *c)
{
	if (c == NULL)
		return;
	for (unsigned s = 1; s <= SLOT_MAX; s++) {
		if (c->slot[s] != NULL)
			card_free(c->slot[s]);
	}
	free(c);
}

void chassis_on_change(struct chassis *c,
		       void (*fn)(void *arg, const struct card *card,
				  bool inserted),
		       void *arg)
{
	c->changed = fn;
	c->changed_arg = arg;
}

/* ---- what fits where ------------------------------------------------------ */

static const struct card_ops *kind_find(const struct chassis *c,
					const char *part)
{
	if (str_ieq(part, "scm"))
		part = c->model->scm;
	for (const struct card_ops *const *k = c->kinds; *k != NULL; k++) {
		if (str_ieq((*k)->part, part))
			return *k;
	}
	return NULL;
}

static bool kind_fits(const struct chassis *c, const struct card_ops *ops,
		      unsigned slot)
{
	const struct chassis_model *m = c->model;

	if (m->fixed)
		return m->slot_default[slot] != NULL &&
		       str_ieq(m->slot_default[slot], ops->part);
	if (chassis_part_is_board(ops->part))
		return false;
	if (ops->kind == CARD_SCM)
		return slot == 1 || (slot == 2 && m->nslots == SLOT_MAX);
	return slot != 1;
}

/* The parts that fit into this slot, or anywhere with slot 0. */
static void fitting_parts(const struct chassis *c, unsigned slot, struct out *o)
{
	for (const struct card_ops *const *k = c->kinds; *k != NULL; k++) {
		unsigned s = slot > 0 ? slot : 1;

		while (slot == 0 && s < c->model->nslots &&
		       !kind_fits(c, *k, s))
			s++;
		if (kind_fits(c, *k, s))
			out_printf(o, "%s%s", o->len > 0 ? ", " : "",
				   (*k)->part);
	}
}

static int no_such_part(const struct chassis *c, const char *part,
			struct err *err)
{
	struct out known = { 0 };

	fitting_parts(c, 0, &known);
	err_set(err, ERR_NOT_FOUND, -1, T_CH_UNKNOWN_PART, part,
		c->model->product, out_text(&known));
	out_fini(&known);
	return -1;
}

static int does_not_fit(const struct chassis *c, const struct card_ops *ops,
			unsigned slot, struct err *err)
{
	struct out fits = { 0 };

	fitting_parts(c, slot, &fits);
	err_set(err, ERR_REFUSED, -1, T_CH_NO_FIT, ops->part, slot,
		c->model->product, out_text(&fits));
	out_fini(&fits);
	return -1;
}

static int slot_check(const struct chassis *c, unsigned slot, struct err *err)
{
	if (slot >= 1 && slot <= c->model->nslots)
		return 0;
	if (c->model->nslots == 1)
		return err_set(err, ERR_RANGE, -1, T_CH_ONE_SLOT, slot,
			       c->model->product);
	return err_set(err, ERR_RANGE, -1, T_CH_NO_SLOT, slot,
		       c->model->product, c->model->nslots);
}

static unsigned count_ssl(const struct chassis *c)
{
	unsigned n = 0;

	for (unsigned s = 1; s <= c->model->nslots; s++)
		n += c->slot[s] != NULL && c->slot[s]->ops->kind == CARD_SSL;
	return n;
}

static int insert_check(const struct chassis *c, unsigned slot,
			const struct card_ops *ops, struct err *err)
{
	if (c->slot[slot] != NULL && slot == 1)
		return err_set(err, ERR_EXISTS, -1, T_CH_SCM_STAYS,
			       c->slot[slot]->ops->part);
	if (c->slot[slot] != NULL)
		return err_set(err, ERR_EXISTS, -1, T_CH_SLOT_TAKEN, slot,
			       c->slot[slot]->ops->part, slot);
	if (!kind_fits(c, ops, slot))
		return does_not_fit(c, ops, slot, err);
	if (ops->kind == CARD_SSL && count_ssl(c) >= c->model->ssl_max)
		return err_set(err, ERR_REFUSED, -1, T_CH_SSL_FULL,
			       c->model->product, c->model->ssl_max);
	return 0;
}

/* ---- cards in and out ----------------------------------------------------- */

static enum card_status status_at(const struct card_ops *ops, unsigned slot)
{
	if (ops->kind != CARD_SCM)
		return CARD_POWERED_ON;
	return slot == 1 ? CARD_PRIMARY : CARD_BACKUP;
}

/* What comes in at the same moment as the SCM is there at power-on. */
static bool is_power_on(const struct chassis *c, const struct card *card)
{
	return c->slot[1] != NULL &&
	       card->inserted_ms == c->slot[1]->inserted_ms;
}

static void log_change(const struct card *card, enum log_level level,
		       const char *state)
{
	log_write(LOG_CHASSIS, level, T_CH_LOG, card->slot, card->ops->part,
		  card->serial, state);
	if (level <= LOG_WARNING_4)
		log_write(LOG_NETMAN, LOG_CRITICAL_2, T_TRAP_MODULE, card->slot,
			  card->ops->part, state);
}

int chassis_insert(struct chassis *c, unsigned slot, const char *part,
		   uint64_t now_ms, struct err *err)
{
	const struct card_ops *ops = kind_find(c, part);
	struct card *card;

	if (ops == NULL)
		return no_such_part(c, part, err);
	if (slot_check(c, slot, err) < 0 || insert_check(c, slot, ops, err) < 0)
		return -1;
	card = xcalloc(1, sizeof(*card));
	card->ops = ops;
	card->slot = slot;
	card->status = status_at(ops, slot);
	card->inserted_ms = now_ms;
	serial_make(c, slot, ops->part, card->serial);
	if (ops->insert != NULL && ops->insert(card, err) < 0) {
		free(card);
		return -1;
	}
	c->slot[slot] = card;
	c->pulled[slot] = NULL;
	log_change(card, is_power_on(c, card) ? LOG_INFO_6 : LOG_WARNING_4,
		   card_status_name(card->status));
	if (c->changed != NULL)
		c->changed(c->changed_arg, card, true);
	return 0;
}

int chassis_remove(struct chassis *c, unsigned slot, struct err *err)
{
	struct card *card;

	if (slot_check(c, slot, err) < 0)
		return -1;
	card = c->slot[slot];
	if (card == NULL)
		return err_set(err, ERR_NOT_FOUND, -1, T_CH_SLOT_EMPTY, slot);
	if (slot == 1)
		return err_set(err, ERR_REFUSED, -1, T_CH_SCM_STAYS,
			       card->ops->part);
	if (c->model->fixed)
		return err_set(err, ERR_REFUSED, -1, T_CH_FIXED,
			       card->ops->part, c->model->product);
	card->status = CARD_POWERED_OFF;
	c->slot[slot] = NULL;
	c->pulled[slot] = card->ops;
	log_change(card, LOG_WARNING_4, "removed");
	if (c->changed != NULL)
		c->changed(c->changed_arg, card, false);
	card_free(card);
	return 0;
}

/* ---- asking --------------------------------------------------------------- */

const struct card *chassis_card(const struct chassis *c, unsigned slot)
{
	return slot >= 1 && slot <= c->model->nslots ? c->slot[slot] : NULL;
}

struct card *chassis_card_rw(struct chassis *c, unsigned slot)
{
	return slot >= 1 && slot <= c->model->nslots ? c->slot[slot] : NULL;
}

const struct card_ops *chassis_pulled(const struct chassis *c, unsigned slot)
{
	return slot >= 1 && slot <= c->model->nslots ? c->pulled[slot] : NULL;
}

const struct chassis_model *chassis_model(const struct chassis *c)
{
	return c->model;
}

const struct card_ops *const *chassis_kinds(const struct chassis *c)
{
	return c->kinds;
}

const char *chassis_serial(const struct chassis *c)
{
	return c->serial;
}

void chassis_mac_set(struct chassis *c, const uint8_t mac[static 6])
{
	memcpy(c->mac, mac, sizeof(c->mac));
}

const uint8_t *chassis_mac(const struct chassis *c)
{
	return c->mac;
}

const char *chassis_mac_text(const struct chassis *c,
			     char text[static MAC_TEXT_LEN + 1])
{
	return str_mac(c->mac, text);
}

/* ---- ports ---------------------------------------------------------------- */

static bool port_exists(const struct chassis *c, unsigned slot, unsigned port)
{
	const struct card *card = chassis_card(c, slot);

	return card != NULL && port >= 1 && port <= (unsigned)card->ops->nports;
}

bool chassis_port_name(const struct chassis *c, unsigned slot, unsigned port,
		       char name[static 16])
{
	if (!port_exists(c, slot, port))
		return false;
	if (c->model->fixed)
		return snprintf(name, 16, "e%u", port) < 16;
	return snprintf(name, 16, "%u/%u", slot, port) < 16;
}

/* One to three digits, no sign, no leading zero. */
static bool number_take(const char **s, unsigned *v)
{
	unsigned n = 0, digits = 0;

	if (**s == '0')
		return false;
	for (; **s >= '0' && **s <= '9'; (*s)++) {
		if (++digits > 3)
			return false;
		n = n * 10 + (unsigned)(**s - '0');
	}
	*v = n;
	return digits > 0;
}

bool chassis_port_find(const struct chassis *c, const char *name,
		       unsigned *slot, unsigned *port)
{
	unsigned s = 1, p;

	if (c->model->fixed) {
		if (*name != 'e' && *name != 'E')
			return false;
		name++;
	} else if (!number_take(&name, &s) || *name++ != '/') {
		return false;
	}
	if (!number_take(&name, &p) || *name != '\0' || !port_exists(c, s, p))
		return false;
	*slot = s;
	*port = p;
	return true;
}

void chassis_set_cables(struct chassis *c, const struct cables *cables)
{
	c->cables = *cables;
}

bool chassis_has_link(const struct chassis *c, unsigned slot, unsigned port)
{
	return !c->cables.has_link ||
	       c->cables.has_link(c->cables.arg, slot, port);
}

const char *card_port_type(const struct card_ops *ops, unsigned port)
{
	if (port > (unsigned)(ops->nports - ops->nports_ge))
		return "ge";
	return ops->port_type;
}

const char *card_status_name(enum card_status s)
{
	return status_names[s];
}

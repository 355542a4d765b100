#include "chassis/chassis.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "chassis/links.h"
#include "chassis/ports.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/conf/circuit.h"
#include "emu/conf/conf.h"
#include "tests/unit/logtap.h"

/*
 * The chassis alone: what fits where, what is refused and in which words,
 * names of ports, numbers that stay the same, and who is told of a change.
 */
static int live; /* SSL modules that are in */
static bool insert_fails;

static int ssl_insert(struct card *card, struct err *err)
{
	if (insert_fails)
		return err_set(err, ERR_REFUSED, -1, "module fails its test");
	card->priv = malloc(1);
	live++;
	return 0;
}

static void ssl_remove(struct card *card)
{
	free(card->priv);
	live--;
}

static const struct card_ops ssl_module = {
	.part = "CSS5-SSL-K9",
	.kind = CARD_SSL,
	.insert = ssl_insert,
	.remove = ssl_remove,
};

static const struct card_ops ssl_board = {
	.part = "CSS11501S-SSL",
	.kind = CARD_SSL,
};

static const struct card_ops *const kinds[] = {
	&card_scm_2ge, &card_board_11501, &card_iom_2ge,
	&card_iom_8fe, &card_iom_16fe,	  &card_sam,
	&ssl_module,   &ssl_board,	  NULL,
};

static const uint8_t identity[32] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static struct chassis *boot(const char *name)
{
	const struct chassis_model *m = chassis_model_find(name);
	struct chassis *c;
	struct err err;

	ck_assert_ptr_nonnull(m);
	c = chassis_new(m, kinds, identity);
	for (unsigned s = 1; s <= m->nslots; s++) {
		if (m->slot_default[s] != NULL)
			ck_assert_int_eq(chassis_insert(c, s,
							m->slot_default[s], 5,
							&err),
					 0);
	}
	return c;
}

static void refused(struct chassis *c, unsigned slot, const char *part,
		    enum err_code code, const char *text)
{
	struct err err;

	ck_assert_int_eq(chassis_insert(c, slot, part, 0, &err), -1);
	ck_assert_int_eq(err.code, code);
	ck_assert_str_eq(err.msg, text);
}

static void accepted(struct chassis *c, unsigned slot, const char *part)
{
	struct err err;

	if (chassis_insert(c, slot, part, 0, &err) < 0)
		ck_abort_msg("%s", err.msg);
}

START_TEST(every_model_takes_its_own_defaults)
{
	static const char *const names[] = { "11501", "11501s", "11503",
					     "11506" };

	for (size_t i = 0; i < 4; i++)
		chassis_free(boot(names[i]));
	ck_assert_ptr_null(chassis_model_find("11502"));
	ck_assert_str_eq(chassis_model_names(), "11501 11501S 11503 11506");
	ck_assert_str_eq(chassis_model_names(), "11501 11501S 11503 11506");
	ck_assert_int_eq(live, 0);
}
END_TEST

START_TEST(defaults_of_the_11503)
{
	struct chassis *c = boot("11503");

	ck_assert_str_eq(chassis_card(c, 1)->ops->part, "CSS5-SCM-2GE");
	ck_assert_str_eq(chassis_card(c, 2)->ops->part, "CSS5-SSL-K9");
	ck_assert_str_eq(chassis_card(c, 3)->ops->part, "CSS5-IOM-8FE");
	ck_assert_int_eq(chassis_card(c, 1)->status, CARD_PRIMARY);
	ck_assert_int_eq(chassis_card(c, 2)->status, CARD_POWERED_ON);
	ck_assert_int_eq(chassis_card(c, 2)->inserted_ms, 5);
	ck_assert_ptr_null(chassis_card(c, 0));
	ck_assert_ptr_null(chassis_card(c, 4));
	ck_assert_ptr_null(chassis_card_rw(c, 4));
	ck_assert_ptr_null(chassis_pulled(c, 4));
	chassis_free(c);
}
END_TEST

START_TEST(refusals_name_the_cure)
{
	struct chassis *c = boot("11503");
	struct err err;

	refused(c, 2, "CSS5-XYZ", ERR_NOT_FOUND,
		"Unknown module CSS5-XYZ; a CSS11503 takes: CSS5-SCM-2GE, "
		"CSS5-IOM-2GE, CSS5-IOM-8FE, CSS5-IOM-16FE, CSS5-SAM, "
		"CSS5-SSL-K9");
	refused(c, 4, "CSS5-SAM", ERR_RANGE,
		"Slot 4 does not exist: a CSS11503 has slots 1 to 3");
	refused(c, 0, "CSS5-SAM", ERR_RANGE,
		"Slot 0 does not exist: a CSS11503 has slots 1 to 3");
	refused(c, 3, "CSS5-SAM", ERR_EXISTS,
		"Slot 3 holds a CSS5-IOM-8FE; take it out first "
		"(lab remove slot 3)");
	refused(c, 1, "SCM", ERR_EXISTS,
		"Slot 1 holds the CSS5-SCM-2GE that runs the switch; it stays "
		"in");
	ck_assert_int_eq(chassis_remove(c, 1, &err), -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	ck_assert_int_eq(chassis_remove(c, 9, &err), -1);
	ck_assert_int_eq(err.code, ERR_RANGE);
	ck_assert_int_eq(chassis_remove(c, 3, &err), 0);
	ck_assert_int_eq(chassis_remove(c, 3, &err), -1);
	ck_assert_str_eq(err.msg,
			 "Slot 3 is empty; show chassis lists the modules");
	refused(c, 3, "scm", ERR_REFUSED,
		"A CSS5-SCM-2GE does not fit slot 3 of a CSS11503, which "
		"takes: CSS5-IOM-2GE, CSS5-IOM-8FE, CSS5-IOM-16FE, CSS5-SAM, "
		"CSS5-SSL-K9");
	refused(c, 3, "CSS11501", ERR_REFUSED,
		"A CSS11501 does not fit slot 3 of a CSS11503, which takes: "
		"CSS5-IOM-2GE, CSS5-IOM-8FE, CSS5-IOM-16FE, CSS5-SAM, "
		"CSS5-SSL-K9");
	chassis_free(c);
}
END_TEST

START_TEST(slot_one_is_the_scms)
{
	struct chassis *c =
		chassis_new(chassis_model_find("11506"), kinds, identity);

	refused(c, 1, "CSS5-SAM", ERR_REFUSED,
		"A CSS5-SAM does not fit slot 1 of a CSS11506, which takes: "
		"CSS5-SCM-2GE");
	accepted(c, 1, "scm");
	accepted(c, 2, "css5-scm-2ge");
	ck_assert_int_eq(chassis_card(c, 1)->status, CARD_PRIMARY);
	ck_assert_int_eq(chassis_card(c, 2)->status, CARD_BACKUP);
	chassis_free(c);
}
END_TEST

START_TEST(ssl_modules_are_limited)
{
	struct chassis *c =
		chassis_new(chassis_model_find("11506"), kinds, identity);

	for (unsigned s = 2; s <= 5; s++)
		accepted(c, s, "CSS5-SSL-K9");
	refused(c, 6, "CSS5-SSL-K9", ERR_REFUSED,
		"A CSS11506 takes at most 4 SSL modules; remove one first");
	accepted(c, 6, "CSS5-SAM");
	ck_assert_int_eq(live, 4);
	chassis_free(c);
	ck_assert_int_eq(live, 0);
}
END_TEST

START_TEST(fixed_models_are_fixed)
{
	struct chassis *c = boot("11501S");
	struct err err;

	ck_assert_int_eq(chassis_remove(c, 2, &err), -1);
	ck_assert_int_eq(err.code, ERR_REFUSED);
	refused(c, 3, "CSS5-SAM", ERR_RANGE,
		"Slot 3 does not exist: a CSS11501 has slots 1 to 2");
	chassis_free(c);
	c = boot("11501");
	refused(c, 2, "CSS11501S-SSL", ERR_RANGE,
		"Slot 2 does not exist: a CSS11501 has slot 1 only");
	chassis_free(c);
}
END_TEST

struct told {
	struct chassis *c;
	int inserted, removed;
};

static void on_change(void *arg, const struct card *card, bool inserted)
{
	struct told *t = arg;

	if (inserted) {
		t->inserted++;
		ck_assert_ptr_eq(chassis_card(t->c, card->slot), card);
		return;
	}
	t->removed++;
	ck_assert_ptr_null(chassis_card(t->c, card->slot));
	ck_assert_int_eq(card->status, CARD_POWERED_OFF);
	ck_assert_ptr_nonnull(
		card->priv); /* still alive while followers look */
}

START_TEST(changes_are_told_and_logged)
{
	struct told t = { .c = boot("11503") };
	char before[16];
	struct err err;

	memcpy(before, chassis_card(t.c, 2)->serial, sizeof(before));
	logtap_start();
	chassis_on_change(t.c, on_change, &t);
	ck_assert_int_eq(chassis_remove(t.c, 2, &err), 0);
	ck_assert_int_eq(t.removed, 1);
	ck_assert_int_eq(live, 0);
	ck_assert_ptr_eq(chassis_pulled(t.c, 2), &ssl_module);
	accepted(t.c, 2, "css5-ssl-k9");
	ck_assert_int_eq(t.inserted, 1);
	ck_assert_ptr_null(chassis_pulled(t.c, 2));
	ck_assert_str_eq(chassis_card(t.c, 2)->serial, before);
	ck_assert_ptr_null(strstr(out_text(&logtap), "slot 1"));
	ck_assert_ptr_nonnull(strstr(out_text(&logtap),
				     "CHMGR-4: Module in slot "
				     "2, CSS5-SSL-K9, serial"));
	ck_assert_ptr_nonnull(strstr(out_text(&logtap), ": removed\n"));
	ck_assert_ptr_nonnull(strstr(out_text(&logtap), ": powered-on\n"));
	chassis_free(t.c);
}
END_TEST

START_TEST(a_module_that_fails_is_not_in)
{
	struct chassis *c =
		chassis_new(chassis_model_find("11503"), kinds, identity);
	struct told t = { .c = c };

	chassis_on_change(c, on_change, &t);
	insert_fails = true;
	refused(c, 2, "CSS5-SSL-K9", ERR_REFUSED, "module fails its test");
	insert_fails = false;
	ck_assert_ptr_null(chassis_card(c, 2));
	ck_assert_int_eq(t.inserted, 0);
	chassis_free(c);
}
END_TEST

START_TEST(numbers_are_stable_and_apart)
{
	struct chassis *a = boot("11503"), *b = boot("11503"), *other;
	uint8_t id[32] = { 9 };

	for (unsigned s = 1; s <= 3; s++) {
		const char *serial = chassis_card(a, s)->serial;

		ck_assert_str_eq(serial, chassis_card(b, s)->serial);
		ck_assert_uint_eq(strlen(serial), 11);
		ck_assert_int_eq(strncmp(serial, "JAB", 3), 0);
		ck_assert_str_ne(serial, chassis_serial(a));
	}
	ck_assert_str_ne(chassis_card(a, 1)->serial,
			 chassis_card(a, 2)->serial);
	ck_assert_mem_eq(chassis_mac(a), chassis_mac(b), 6);
	ck_assert_mem_eq(chassis_mac(a), "\x00\x0b\x5f", 3);
	other = chassis_new(chassis_model_find("11503"), kinds, id);
	ck_assert_str_ne(chassis_serial(a), chassis_serial(other));
	ck_assert_mem_ne(chassis_mac(a), chassis_mac(other), 6);
	chassis_free(a);
	chassis_free(b);
	chassis_free(other);
}
END_TEST

static void port_is(const struct chassis *c, const char *name, unsigned slot,
		    unsigned port)
{
	unsigned s = 0, p = 0;
	char back[16];

	ck_assert_msg(chassis_port_find(c, name, &s, &p), "%s", name);
	ck_assert_uint_eq(s, slot);
	ck_assert_uint_eq(p, port);
	ck_assert(chassis_port_name(c, slot, port, back));
	ck_assert_str_eq(back, name);
}

static void no_port(const struct chassis *c, const char *name)
{
	unsigned s = 77, p = 77;

	ck_assert_msg(!chassis_port_find(c, name, &s, &p), "%s", name);
	ck_assert_uint_eq(s, 77);
	ck_assert_uint_eq(p, 77);
}

START_TEST(port_names)
{
	static const char *const not_there[] = {
		"1/3", "2/1", "3/9", "3/0",  "0/1",  "1/",     "/1",   "1",
		"",    "e1",  "4/1", "1/1 ", "1/01", "1/1000", "-1/1", "1/+1",
	};
	struct chassis *c = boot("11503"), *small = boot("11501");

	port_is(c, "1/1", 1, 1);
	port_is(c, "3/8", 3, 8);
	for (size_t i = 0; i < sizeof(not_there) / sizeof(*not_there); i++)
		no_port(c, not_there[i]);
	port_is(small, "e1", 1, 1);
	port_is(small, "e9", 1, 9);
	no_port(small, "e10");
	no_port(small, "1/1");
	ck_assert_str_eq(card_port_type(&card_board_11501, 8), "fe");
	ck_assert_str_eq(card_port_type(&card_board_11501, 9), "ge");
	ck_assert_str_eq(card_port_type(&card_scm_2ge, 1), "ge");
	chassis_free(c);
	chassis_free(small);
}
END_TEST

static bool plugged; /* into 3/2 */

static bool has_link(void *arg, unsigned slot, unsigned port)
{
	ck_assert_ptr_eq(arg, &plugged);
	return plugged && slot == 3 && port == 2;
}

static bool is_up(const struct chassis *c, const struct conf *conf,
		  const char *name)
{
	struct port p;

	ck_assert(port_find(c, conf, name, &p));
	return port_is_up(&p);
}

START_TEST(a_port_is_up_with_link_and_open)
{
	const struct cables cables = { &plugged, has_link };
	struct chassis *c = boot("11503");
	struct conf *conf = conf_new();
	struct links *l = links_new();
	struct iface *i = NULL;
	struct err err;

	ck_assert(is_up(c, conf, "1/1")); /* nothing is wired: all are */
	ck_assert(links_follow(l, c, conf, 100));
	ck_assert(!links_follow(l, c, conf, 101));
	chassis_set_cables(c, &cables);
	logtap_start();
	ck_assert(!is_up(c, conf, "1/1"));
	ck_assert(!circuit_is_active(c, conf, TAILQ_FIRST(&conf->circuits)));
	ck_assert(links_follow(l, c, conf, 200));
	ck_assert_ptr_nonnull(strstr(logtap.buf, "LINK DOWN for 3/2"));
	ck_assert_int_eq(links_since(l, 3, 2), 200);
	plugged = true;
	ck_assert(is_up(c, conf, "3/2"));
	ck_assert(!is_up(c, conf, "3/1"));
	ck_assert(circuit_is_active(c, conf, TAILQ_FIRST(&conf->circuits)));
	logtap_start();
	ck_assert(links_follow(l, c, conf, 300));
	ck_assert_str_eq(strstr(logtap.buf, "Generic"),
			 "Generic:LINK UP for 3/2\n");
	ck_assert_int_eq(links_since(l, 3, 2), 300);
	ck_assert_int_eq(links_since(l, 3, 1), 200);
	i = iface_get(conf, "3/2", &err);
	i->admin_shutdown = true;
	ck_assert(!is_up(c, conf, "3/2"));
	ck_assert(links_follow(l, c, conf, 400));
	links_free(l);
	conf_free(conf);
	chassis_free(c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("chassis");
	TCase *t = tcase_create("chassis");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, every_model_takes_its_own_defaults);
	tcase_add_test(t, defaults_of_the_11503);
	tcase_add_test(t, refusals_name_the_cure);
	tcase_add_test(t, slot_one_is_the_scms);
	tcase_add_test(t, ssl_modules_are_limited);
	tcase_add_test(t, fixed_models_are_fixed);
	tcase_add_test(t, changes_are_told_and_logged);
	tcase_add_test(t, a_module_that_fails_is_not_in);
	tcase_add_test(t, numbers_are_stable_and_apart);
	tcase_add_test(t, port_names);
	tcase_add_test(t, a_port_is_up_with_link_and_open);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}

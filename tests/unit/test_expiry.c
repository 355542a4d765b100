/* Warnings of certificates that end soon: once a day, from the right day on. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/conf/global.h"
#include "emu/io/disk.h"
#include "emu/io/loop.h"
#include "sslmod/card_ssl.h"
#include "sslmod/expiry.h"
#include "sslmod/store.h"

#define BORN 1000000000 /* of a certificate that lives for 30 days */
#define DAY  86400

static struct disk *disk;
static struct store *store;
static struct loop *loop;
static struct conf *conf;
static struct expiry *expiry;
static struct err err;
static char told[512];
static int times, sink;

static void hear(void *arg, enum log_level l, const char *line)
{
	const char *text = strstr(line, "SSLACCEL-4: Certificate ");

	(void)arg;
	if (!text || l != LOG_WARNING_4)
		return;
	(void)snprintf(told, sizeof(told), "%s", text);
	times++;
}

static void add(const char *name, time_t now)
{
	const struct dn dn = { .common = "www" };
	char *pem = NULL;

	ck_assert(!store_make_cert(store, "key", "key", &dn, now, &pem, &err));
	ck_assert(!store_import(store, name, STORE_PEM, pem, strlen(pem), "pw",
				NULL, &err));
	free(pem);
	ck_assert(!association_set(conf, "cert", name, name, &err));
}

static void setup(void)
{
	size_t len = 0;
	void *pem = NULL;

	sslmod_start();
	disk = disk_open(NULL, &err);
	store = store_open(disk);
	conf = conf_new();
	loop = loop_new();
	expiry = expiry_new(loop, conf, store);
	ck_assert(!make_key(STORE_RSAKEY, 2048, &pem, &len, &err));
	ck_assert(!store_import(store, "key", STORE_PEM, pem, len, "pw", NULL,
				&err));
	free(pem);
	ck_assert(!association_set(conf, "rsakey", "key", "key", &err));
	add("one", BORN);
	sink = log_sink_add(hear, NULL);
	times = 0;
}

static void teardown(void)
{
	log_sink_del(sink);
	expiry_free(expiry);
	loop_free(loop);
	conf_free(conf);
	store_free(store);
	disk_close(disk);
}

static void look(time_t now, int want)
{
	expiry_look(expiry, now);
	ck_assert_int_eq(times, want);
}

START_TEST(test_days_are_counted)
{
	look(BORN, 0); /* 30 days are left, not fewer */
	look(BORN + DAY, 1);
	ck_assert_ptr_nonnull(strstr(told, "one will expire in 29 days"));
	look(BORN + DAY + 60, 1);
	add("two", BORN);
	look(BORN + DAY + 120, 2); /* of the new one only */
	ck_assert_ptr_nonnull(strstr(told, "two will expire in 29 days"));
	look(BORN + 2 * DAY, 4);
	look(BORN + 31 * DAY, 6);
	ck_assert_ptr_nonnull(strstr(told, "two has expired"));
}
END_TEST

START_TEST(test_the_setting_governs)
{
	uint16_t *days = &conf->global->cert_warning_days;

	conf_put_u16(conf, days, 0);
	look(BORN + 40 * DAY, 0);
	conf_put_u16(conf, days, 5);
	look(BORN + 24 * DAY, 0);
	look(BORN + 26 * DAY, 1);
	ck_assert_ptr_nonnull(strstr(told, "one will expire in 4 days"));
	ck_assert(!association_del(conf, "cert", "one", &err));
	look(BORN + 27 * DAY, 1);
}
END_TEST

START_TEST(test_other_files_end_never)
{
	time_t end = 0;

	ck_assert(store_cert_end(store, "one", &end));
	ck_assert_int_eq(end, BORN + 30 * DAY);
	ck_assert(!store_cert_end(store, "key", &end));
	ck_assert(!store_cert_end(store, "nobody", &end));
}
END_TEST

int main(void)
{
	SRunner *r = NULL;
	Suite *s = suite_create("expiry");
	TCase *t = tcase_create("expiry");
	int failed = 0;

	tcase_set_timeout(t, 60); /* keys are made, on any machine */
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_days_are_counted);
	tcase_add_test(t, test_the_setting_governs);
	tcase_add_test(t, test_other_files_end_never);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * The SSL store: forms of files, passwords, damage, generation, requests; short
 * secrets; the allocator under the TLS library.
 */
#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"
#include "sslmod/card_ssl.h"
#include "sslmod/seal.h"
#include "sslmod/store.h"

#define N(table) (int)(sizeof(table) / sizeof(*(table)))

static char dir[] = "/tmp/css-store-XXXXXX";
static struct disk *disk;
static struct store *store;
static struct err err;

static void setup(void)
{
	sslmod_start();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	disk = disk_open(dir, &err);
	ck_assert_msg(disk != NULL, "%s", err.msg);
	store = store_open(disk);
}

static int unlink_one(const char *path, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void teardown(void)
{
	store_free(store);
	disk_close(disk);
	(void)nftw(dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void reopen(void)
{
	store_free(store);
	disk_close(disk);
	disk = disk_open(dir, &err);
	ck_assert_ptr_nonnull(disk);
	store = store_open(disk);
}

static void host_path(const char *name, char path[static 256])
{
	(void)snprintf(path, 256, "%s/%s", dir, name);
}

/* ---- material ------------------------------------------------------------- */

static EVP_PKEY *new_key(void)
{
	return EVP_RSA_gen(1024);
}

static X509 *new_cert(EVP_PKEY *key)
{
	X509 *x = X509_new();

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	ck_assert_int_gt(X509_sign(x, key, EVP_sha256()), 0);
	return x;
}

static size_t take(BIO *b, char **data)
{
	char *text = NULL;
	long n = BIO_get_mem_data(b, &text);

	ck_assert_int_gt(n, 0);
	*data = xmemdup(text, (size_t)n);
	BIO_free(b);
	return (size_t)n;
}

enum form {
	KEY_PEM,
	KEY_PEM_SECRET,
	KEY_OLD_SECRET,
	KEY_DER,
	KEY_DER_SECRET,
	CERT_PEM,
	CERT_DER,
	BOTH_PEM,
	BOTH_P12,
	FORMS
};

static size_t make_file(enum form f, char **data)
{
	EVP_PKEY *key = new_key();
	X509 *x = new_cert(key);
	BIO *b = BIO_new(BIO_s_mem());
	PKCS12 *p12 = NULL;
	size_t len;

	switch (f) {
	case KEY_PEM_SECRET:
		PEM_write_bio_PKCS8PrivateKey(b, key, EVP_aes_128_cbc(),
					      "phrase", 6, NULL, NULL);
		break;
	case KEY_OLD_SECRET:
		PEM_write_bio_PrivateKey_traditional(
			b, key, EVP_aes_128_cbc(),
			(const unsigned char *)"phrase", 6, NULL, NULL);
		break;
	case KEY_DER:
		i2d_PrivateKey_bio(b, key);
		break;
	case KEY_DER_SECRET:
		i2d_PKCS8PrivateKey_bio(b, key, EVP_aes_128_cbc(), "phrase", 6,
					NULL, NULL);
		break;
	case CERT_PEM:
		BIO_puts(b, "subject: test\n");
		PEM_write_bio_X509(b, x);
		break;
	case CERT_DER:
		i2d_X509_bio(b, x);
		break;
	case BOTH_P12:
		p12 = PKCS12_create("phrase", NULL, key, x, NULL, 0, 0, 0, 0,
				    0);
		i2d_PKCS12_bio(b, p12);
		PKCS12_free(p12);
		break;
	case BOTH_PEM:
		PEM_write_bio_X509(b, x); /* and the key */
					  /* fall through */
	default:
		PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL);
	}
	len = take(b, data);
	X509_free(x);
	EVP_PKEY_free(key);
	return len;
}

static const struct form_row {
	enum form form;
	enum store_format format;
	const char *phrase;
	enum store_kind kind;
	const char *serves; /* kinds of association */
} forms[] = {
	{ KEY_PEM, STORE_PEM, NULL, STORE_RSAKEY, "rsakey" },
	{ KEY_PEM_SECRET, STORE_PEM, "phrase", STORE_RSAKEY, "rsakey" },
	{ KEY_OLD_SECRET, STORE_PEM, "phrase", STORE_RSAKEY, "rsakey" },
	{ KEY_DER, STORE_DER, NULL, STORE_RSAKEY, "rsakey" },
	{ KEY_DER_SECRET, STORE_DER, "phrase", STORE_RSAKEY, "rsakey" },
	{ CERT_PEM, STORE_PEM, NULL, STORE_CERT, "cert" },
	{ CERT_DER, STORE_DER, NULL, STORE_CERT, "cert" },
	{ BOTH_PEM, STORE_PEM, NULL, STORE_CERT, "cert rsakey" },
	{ BOTH_P12, STORE_P12, "phrase", STORE_PKCS12, "cert rsakey" },
};

static void import_form(const struct form_row *r, const char *name)
{
	char *data;
	size_t len = make_file(r->form, &data);

	ck_assert_msg(!store_import(store, name, r->format, data, len, "pw",
				    r->phrase, &err),
		      "%s", err.msg);
	free(data);
}

/* ---- files ---------------------------------------------------------------- */

START_TEST(every_form_comes_in_stays_and_serves_its_kinds)
{
	static const char *const kinds[] = { "cert", "rsakey", "dsakey",
					     "dhparam" };
	const struct form_row *r = &forms[_i];
	struct store_file f;

	import_form(r, "file");
	reopen();
	ck_assert_int_eq(store_count(store), 1);
	ck_assert(store_at(store, 0, &f));
	ck_assert_str_eq(f.name, "file");
	ck_assert_int_eq(f.kind, r->kind);
	ck_assert_int_eq(f.format, r->format);
	for (int i = 0; i < N(kinds); i++)
		ck_assert_int_eq(
			!store_check_kind(store, "file", kinds[i], &err),
			strstr(r->serves, kinds[i]) != NULL);
}
END_TEST

START_TEST(a_wrong_or_missing_passphrase_is_named)
{
	static const struct {
		enum form form;
		enum store_format format;
	} t[] = {
		{ KEY_PEM_SECRET, STORE_PEM },
		{ KEY_OLD_SECRET, STORE_PEM },
		{ KEY_DER_SECRET, STORE_DER },
		{ BOTH_P12, STORE_P12 },
	};
	const char *phrase = _i % 2 ? NULL : "wrong";
	char *data;
	size_t len = make_file(t[_i / 2].form, &data);

	ck_assert(store_import(store, "file", t[_i / 2].format, data, len, "pw",
			       phrase, &err));
	ck_assert_str_eq(err.msg, T_SSL_BAD_PHRASE);
	ck_assert_int_eq(store_count(store), 0);
	free(data);
}
END_TEST

START_TEST(what_is_not_of_the_stated_format_is_refused)
{
	static const char junk[] = "-----BEGIN CERTIFICATE-----\nAAAA\n"
				   "-----END CERTIFICATE-----\n";
	static const struct {
		enum form form;
		enum store_format said;
	} t[] = { { KEY_PEM, STORE_DER },  { CERT_DER, STORE_PEM },
		  { CERT_PEM, STORE_P12 }, { BOTH_P12, STORE_PEM },
		  { FORMS, STORE_PEM },	   { FORMS, STORE_DER } };
	char *data = NULL;
	size_t len = t[_i].form == FORMS ? sizeof(junk) - 1
					 : make_file(t[_i].form, &data);

	ck_assert(store_import(store, "file", t[_i].said, data ? data : junk,
			       len, "pw", "phrase", &err));
	ck_assert_msg(str_has_prefix(err.msg, T_SSL_FORMAT), "%s", err.msg);
	free(data);
}
END_TEST

START_TEST(too_long_and_empty_files_are_refused)
{
	char *data = xcalloc(1, STORE_BYTES_MAX + 1);

	ck_assert(store_import(store, "f", STORE_PEM, data, STORE_BYTES_MAX + 1,
			       "pw", NULL, &err));
	ck_assert(
		store_import(store, "f", STORE_PEM, data, 0, "pw", NULL, &err));
	free(data);
}
END_TEST

START_TEST(a_name_in_use_is_refused)
{
	char *data;
	size_t len = make_file(CERT_PEM, &data);

	import_form(&forms[0], "file");
	ck_assert(store_import(store, "file", STORE_PEM, data, len, "pw", NULL,
			       &err));
	ck_assert_str_eq(err.msg, T_SSL_EXISTS);
	ck_assert(store_import(store, "../file", STORE_PEM, data, len, "pw",
			       NULL, &err));
	free(data);
}
END_TEST

START_TEST(nothing_on_disk_is_readable_without_the_secret)
{
	static const char password[] = "a long password";
	char path[256], *data = NULL;
	struct stat st;
	size_t len = make_file(KEY_PEM, &data);

	/* long enough that noise does not have it by chance */
	ck_assert(!store_import(store, "file", STORE_PEM, data, len, password,
				NULL, &err));
	free(data);
	host_path("ssl/file", path);
	ck_assert(!stat(path, &st));
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert(!disk_read(disk, "ssl/file", &data, &len, &err));
	ck_assert_ptr_null(memmem(data, len, "PRIVATE", 7));
	ck_assert_ptr_null(memmem(data, len, password, 15));
	free(data);
	/* another disk's secret does not open it */
	store_free(store);
	disk_close(disk);
	host_path("secret", path);
	ck_assert(!unlink(path));
	disk = disk_open(dir, &err);
	store = store_open(disk);
	ck_assert_int_eq(store_count(store), 0);
	host_path("ssl/file.bad", path);
	ck_assert(!stat(path, &st));
}
END_TEST

START_TEST(a_damaged_file_is_kept_aside_and_the_others_live)
{
	char path[256];
	struct stat st;
	char byte;
	int fd;

	import_form(&forms[KEY_PEM], "bad");
	import_form(&forms[CERT_PEM], "good");
	host_path("ssl/bad", path);
	ck_assert(!stat(path, &st));
	fd = open(path, O_RDWR);
	ck_assert_int_eq(pread(fd, &byte, 1, st.st_size * _i / 8), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, st.st_size * _i / 8), 1);
	close(fd);
	reopen();
	ck_assert(!store_has(store, "bad"));
	ck_assert(store_has(store, "good"));
	host_path("ssl/bad.bad", path);
	ck_assert(!stat(path, &st));
}
END_TEST

/* Writes the file as it was, but for one byte, or shorter. */
static void spoil(const char *path, const char *whole, size_t len, size_t at,
		  bool cut)
{
	FILE *f = fopen(path, "we");
	char byte = (char)(whole[at] ^ 0x20);

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(whole, 1, at, f), at);
	if (!cut) {
		ck_assert_uint_eq(fwrite(&byte, 1, 1, f), 1);
		ck_assert_uint_eq(fwrite(whole + at + 1, 1, len - at - 1, f),
				  len - at - 1);
	}
	ck_assert_int_eq(fclose(f), 0);
}

/* Every byte of the header and the wrapped keys, and some behind them. */
START_TEST(no_byte_of_a_file_may_change_or_miss)
{
	char path[256], kept[256], whole[8192];
	size_t len = 0;
	FILE *f = NULL;

	import_form(&forms[KEY_PEM], "bad");
	host_path("ssl/bad", path);
	host_path("ssl/bad.bad", kept);
	f = fopen(path, "re");
	ck_assert_ptr_nonnull(f);
	len = fread(whole, 1, sizeof(whole), f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_uint_gt(len, 400);
	ck_assert_uint_lt(len, sizeof(whole));
	for (size_t at = 0; at < len; at += at < 220 ? 1 : 61) {
		spoil(path, whole, len, at, _i == 1);
		reopen();
		ck_assert_msg(!store_has(store, "bad"), "byte %zu", at);
		ck_assert_int_eq(unlink(kept), 0);
	}
	spoil(path, whole, len, len, true); /* as it was */
	reopen();
	ck_assert(store_has(store, "bad"));
}
END_TEST

START_TEST(a_short_file_is_kept_aside)
{
	char path[256];

	import_form(&forms[KEY_PEM], "bad");
	host_path("ssl/bad", path);
	ck_assert(!truncate(path, _i * 60));
	reopen();
	ck_assert_int_eq(store_count(store), 0);
}
END_TEST

/* ---- passwords ------------------------------------------------------------ */

START_TEST(export_and_remove_ask_for_the_password)
{
	void *data;
	size_t len;

	import_form(&forms[KEY_PEM], "file");
	reopen();
	ck_assert(store_export(store, "file", "PW", &data, &len, &err));
	ck_assert_str_eq(err.msg, T_SSL_BAD_PASS);
	ck_assert(store_remove(store, "file", "", &err));
	ck_assert(!store_remove(store, "file", "pw", &err));
	ck_assert_int_eq(store_count(store), 0);
	reopen();
	ck_assert_int_eq(store_count(store), 0);
	ck_assert(store_remove(store, "file", "pw", &err));
	ck_assert_str_eq(err.msg, T_SSL_NO_FILE);
}
END_TEST

START_TEST(what_is_exported_comes_in_again_and_keys_only_by_password)
{
	const struct form_row *r = &forms[_i];
	bool secret = strstr(r->serves, "key") != NULL;
	void *data;
	size_t len;

	import_form(r, "file");
	ck_assert_msg(!store_export(store, "file", "pw", &data, &len, &err),
		      "%s", err.msg);
	ck_assert_ptr_null(memmem(data, len, "BEGIN PRIVATE", 13));
	ck_assert_int_eq(!store_import(store, "a", r->format, data, len, "x",
				       "not", &err),
			 !secret);
	ck_assert_msg(!store_import(store, "b", r->format, data, len, "x", "pw",
				    &err),
		      "%s", err.msg);
	ck_assert_int_eq(!store_verify(store, "file", "b", &err),
			 !strcmp(r->serves, "cert rsakey"));
	wipe(data, len);
	free(data);
}
END_TEST

/* ---- files of this host --------------------------------------------------- */

static void write_host(const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *f;

	host_path(name, path);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, len, f), len);
	ck_assert(!fclose(f));
}

START_TEST(host_files_of_every_form_come_in_once)
{
	const struct form_row *r = &forms[_i];
	char path[256], spec[600], *data;
	size_t len = make_file(r->form, &data);
	struct store_file f;

	write_host("file.x", data, len);
	write_host("phrase", "phrase\n", 7);
	host_path("file.x", path);
	(void)snprintf(spec, sizeof(spec), "%s%s%s%s", path,
		       r->phrase ? ":" : "", r->phrase ? dir : "",
		       r->phrase ? "/phrase" : "");
	ck_assert_msg(!store_import_host_file(store, spec, &err), "%s",
		      err.msg);
	ck_assert(store_at(store, 0, &f));
	ck_assert_str_eq(f.name, "file.x");
	ck_assert_int_eq(f.format, r->format);
	ck_assert(!store_import_host_file(store, spec, &err)); /* equal */
	free(data);
	len = make_file(r->form, &data);
	write_host("file.x", data, len);
	ck_assert(store_import_host_file(store, spec, &err)); /* different */
	ck_assert_ptr_nonnull(strstr(err.msg, "another file"));
	free(data);
}
END_TEST

START_TEST(a_missing_host_file_is_named)
{
	ck_assert(store_import_host_file(store, "/nonexistent/x.pem", &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "/nonexistent/x.pem"));
}
END_TEST

/* ---- generation ----------------------------------------------------------- */

START_TEST(keys_of_every_kind_are_made)
{
	static const struct {
		enum store_kind kind;
		unsigned bits;
		const char *serves;
	} t[] = {
		{ STORE_RSAKEY, 512, "rsakey" },
		{ STORE_RSAKEY, 2048, "rsakey" },
		{ STORE_DSAKEY, 512, "dsakey" },
		{ STORE_DSAKEY, 1024, "dsakey" },
		{ STORE_DHPARAM, 512, "dhparam" },
	};
	struct out o = { 0 };
	char want[64];
	void *pem;
	size_t len;

	ck_assert_msg(!make_key(t[_i].kind, t[_i].bits, &pem, &len, &err), "%s",
		      err.msg);
	ck_assert_msg(!store_import(store, "k", STORE_PEM, pem, len, "pw", NULL,
				    &err),
		      "%s", err.msg);
	ck_assert(!store_check_kind(store, "k", t[_i].serves, &err));
	store_show_key(store, "k", t[_i].serves, &o);
	(void)snprintf(want, sizeof(want), "Key Size: %u bits\n", t[_i].bits);
	ck_assert_msg(str_has_prefix(out_text(&o), want), "%s", out_text(&o));
	out_fini(&o);
	wipe(pem, len);
	free(pem);
}
END_TEST

START_TEST(a_key_size_out_of_range_is_refused)
{
	void *pem;
	size_t len;

	ck_assert(make_key(STORE_RSAKEY, _i ? 8192 : 256, &pem, &len, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, T_SSL_KEYSIZE));
}
END_TEST

static const struct dn full = { "US",	      "MA",  "Boxborough",
				"Acme, Inc.", "Web", "www.acme.com",
				"w@acme.com" };

START_TEST(a_request_is_signed_and_names_what_was_asked)
{
	struct dn dn = full;
	X509_REQ *r;
	char line[256], *pem;
	BIO *b;

	import_form(&forms[KEY_PEM], "k");
	if (_i)
		dn.unit[0] = '\0';
	ck_assert(!store_make_csr(store, "k", &dn, &pem, &err));
	ck_assert(str_has_prefix(pem, "-----BEGIN CERTIFICATE REQUEST-----\n"));
	b = BIO_new_mem_buf(pem, -1);
	r = PEM_read_bio_X509_REQ(b, NULL, NULL, NULL);
	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(X509_REQ_verify(r, X509_REQ_get0_pubkey(r)), 1);
	X509_NAME_oneline(X509_REQ_get_subject_name(r), line, sizeof(line));
	ck_assert_str_eq(line,
			 _i ? "/C=US/ST=MA/L=Boxborough/O=Acme, Inc."
			      "/CN=www.acme.com/emailAddress=w@acme.com"
			    : "/C=US/ST=MA/L=Boxborough/O=Acme, Inc./OU=Web"
			      "/CN=www.acme.com/emailAddress=w@acme.com");
	X509_REQ_free(r);
	BIO_free(b);
	free(pem);
}
END_TEST

START_TEST(a_request_needs_a_key)
{
	char *pem;

	import_form(&forms[CERT_PEM], "c");
	ck_assert(store_make_csr(store, "c", &full, &pem, &err));
	ck_assert(store_make_csr(store, "nothing", &full, &pem, &err));
}
END_TEST

START_TEST(a_certificate_lasts_30_days_and_fits_its_key)
{
	struct out o = { 0 };
	char *pem;
	X509 *x;
	BIO *b;
	int days, seconds;

	import_form(&forms[KEY_PEM], "k");
	import_form(&forms[KEY_PEM], "other");
	ck_assert(!store_make_cert(store, "k", "k", &full, 1000000000, &pem,
				   &err));
	b = BIO_new_mem_buf(pem, -1);
	x = PEM_read_bio_X509(b, NULL, NULL, NULL);
	ck_assert(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x),
				 X509_get0_notAfter(x)));
	ck_assert_int_eq(days, 30);
	ck_assert_int_eq(X509_verify(x, X509_get0_pubkey(x)), 1);
	X509_free(x);
	BIO_free(b);
	ck_assert(!store_import(store, "c", STORE_PEM, pem, strlen(pem), "pw",
				NULL, &err));
	free(pem);
	ck_assert(!store_verify(store, "c", "k", &err));
	ck_assert(store_verify(store, "c", "other", &err));
	ck_assert_str_eq(err.msg, T_PAIR_MISMATCH);
	store_show_cert(store, "c", &o);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "Not Before: Sep  9"));
	ck_assert_ptr_nonnull(strstr(out_text(&o), "CN = www.acme.com"));
	out_fini(&o);
}
END_TEST

/* ---- short secrets -------------------------------------------------------- */

START_TEST(a_sealed_text_opens_only_with_its_secret_and_untouched)
{
	uint8_t one[32] = { 1 }, two[32] = { 2 };
	char hex[161], clear[65];

	ck_assert(seal_text(one, "ftppw", hex, sizeof(hex)));
	ck_assert_ptr_null(strstr(hex, "ftppw"));
	ck_assert(seal_open(one, hex, clear, sizeof(clear)));
	ck_assert_str_eq(clear, "ftppw");
	ck_assert(!seal_open(two, hex, clear, sizeof(clear)));
	hex[30] = hex[30] == '0' ? '1' : '0';
	ck_assert(!seal_open(one, hex, clear, sizeof(clear)));
	ck_assert(!seal_open(one, "2g6ayaybcf2hmfdh", clear, sizeof(clear)));
	ck_assert(!seal_open(one, "", clear, sizeof(clear)));
	ck_assert(seal_text(one, "", hex, sizeof(hex)));
	ck_assert(seal_open(one, hex, clear, sizeof(clear)));
	ck_assert_str_eq(clear, "");
	ck_assert(!seal_text(one, "does not fit", hex, 20));
}
END_TEST

/* ---- the allocator -------------------------------------------------------- */

#define BLOCKS 2000

static void *block[BLOCKS];
static size_t size_of[BLOCKS];

static void *allocate(void *arg)
{
	unsigned seed = 1;

	(void)arg;
	for (int i = 0; i < BLOCKS; i++) {
		size_of[i] = 1 + (size_t)rand_r(&seed) % (i % 7 ? 600 : 90000);
		block[i] = OPENSSL_malloc(size_of[i]);
		memset(block[i], i & 0xff, size_of[i]);
	}
	return NULL;
}

static void *release(void *arg)
{
	size_t wrong = 0;

	(void)arg;
	for (int i = 0; i < BLOCKS; i++) {
		unsigned char *p = block[i];
		size_t more = size_of[i] * 2;

		p = OPENSSL_realloc(p, more);
		for (size_t k = 0; k < size_of[i]; k++)
			wrong += p[k] != (i & 0xff);
		wrong += (uintptr_t)p % 16 != 0;
		OPENSSL_free(p);
	}
	ck_assert_uint_eq(wrong, 0);
	return NULL;
}

START_TEST(blocks_of_one_thread_are_freed_by_another)
{
	pthread_t t;

	sslmod_start();
	for (int round = 0; round < 3; round++) {
		ck_assert(!pthread_create(&t, NULL, allocate, NULL));
		ck_assert(!pthread_join(t, NULL));
		ck_assert(!pthread_create(&t, NULL, release, NULL));
		ck_assert(!pthread_join(t, NULL));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("store");
	TCase *tc = tcase_create("store"), *plain = tcase_create("plain");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_set_timeout(plain, 60);
	tcase_add_loop_test(tc, every_form_comes_in_stays_and_serves_its_kinds,
			    0, N(forms));
	tcase_add_loop_test(tc, a_wrong_or_missing_passphrase_is_named, 0, 8);
	tcase_add_loop_test(tc, what_is_not_of_the_stated_format_is_refused, 0,
			    6);
	tcase_add_test(tc, too_long_and_empty_files_are_refused);
	tcase_add_test(tc, a_name_in_use_is_refused);
	tcase_add_test(tc, nothing_on_disk_is_readable_without_the_secret);
	tcase_add_loop_test(
		tc, a_damaged_file_is_kept_aside_and_the_others_live, 0, 8);
	tcase_add_loop_test(tc, no_byte_of_a_file_may_change_or_miss, 0, 2);
	tcase_add_loop_test(tc, a_short_file_is_kept_aside, 0, 6);
	tcase_add_test(tc, export_and_remove_ask_for_the_password);
	tcase_add_loop_test(
		tc, what_is_exported_comes_in_again_and_keys_only_by_password,
		0, N(forms));
	tcase_add_loop_test(tc, host_files_of_every_form_come_in_once, 0,
			    N(forms));
	tcase_add_test(tc, a_missing_host_file_is_named);
	tcase_add_loop_test(tc, keys_of_every_kind_are_made, 0, 5);
	tcase_add_loop_test(tc, a_key_size_out_of_range_is_refused, 0, 2);
	tcase_add_loop_test(tc, a_request_is_signed_and_names_what_was_asked, 0,
			    2);
	tcase_add_test(tc, a_request_needs_a_key);
	tcase_add_test(tc, a_certificate_lasts_30_days_and_fits_its_key);
	tcase_add_test(plain,
		       a_sealed_text_opens_only_with_its_secret_and_untouched);
	tcase_add_test(plain, blocks_of_one_thread_are_freed_by_another);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, plain);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

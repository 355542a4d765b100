/*
 * Cipher suites.  The table is the product's; what the linked library can still
 * do is found by asking it for everything that it has and comparing the numbers
 * that go over the wire, so no version of the library is assumed.
 */
#include "sslmod/suites.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <string.h>

#include "sslmod/filter.h"

#define HAVE_LEGACY 1
#define HAVE_MODERN 2

static const struct suite suites[] = {
	{ SUITE_ALL, 0, "", SUITE_RSA, false, false },
	{ "rsa-with-rc4-128-md5", 0x0004, "RC4-MD5", SUITE_RSA, false, false },
	{ "rsa-with-rc4-128-sha", 0x0005, "RC4-SHA", SUITE_RSA, false, false },
	{ "rsa-with-des-cbc-sha", 0x0009, "DES-CBC-SHA", SUITE_RSA, false,
	  false },
	{ "rsa-with-3des-ede-cbc-sha", 0x000a, "DES-CBC3-SHA", SUITE_RSA, false,
	  false },
	{ "dhe-dss-with-des-cbc-sha", 0x0012, "DHE-DSS-DES-CBC-SHA", SUITE_DSS,
	  true, false },
	{ "dhe-dss-with-3des-ede-cbc-sha", 0x0013, "DHE-DSS-DES-CBC3-SHA",
	  SUITE_DSS, true, false },
	{ "dhe-rsa-with-des-cbc-sha", 0x0015, "DHE-RSA-DES-CBC-SHA", SUITE_RSA,
	  true, false },
	{ "dhe-rsa-with-3des-ede-cbc-sha", 0x0016, "DHE-RSA-DES-CBC3-SHA",
	  SUITE_RSA, true, false },
	{ "dh-anon-with-rc4-128-md5", 0x0018, "ADH-RC4-MD5", SUITE_ANON, true,
	  false },
	{ "dh-anon-with-des-cbc-sha", 0x001a, "ADH-DES-CBC-SHA", SUITE_ANON,
	  true, false },
	{ "dh-anon-with-3des-ede-cbc-sha", 0x001b, "ADH-DES-CBC3-SHA",
	  SUITE_ANON, true, false },
	{ "dhe-dss-with-rc4-128-sha", 0x0066, "DHE-DSS-RC4-SHA", SUITE_DSS,
	  true, false },
	{ "rsa-export-with-rc4-40-md5", 0x0003, "EXP-RC4-MD5", SUITE_RSA, false,
	  true },
	{ "rsa-export-with-des40-cbc-sha", 0x0008, "EXP-DES-CBC-SHA", SUITE_RSA,
	  false, true },
	{ "dhe-dss-export-with-des40-cbc-sha", 0x0011,
	  "EXP-DHE-DSS-DES-CBC-SHA", SUITE_DSS, true, true },
	{ "dhe-rsa-export-with-des40-cbc-sha", 0x0014,
	  "EXP-DHE-RSA-DES-CBC-SHA", SUITE_RSA, true, true },
	{ "dh-anon-export-with-rc4-40-md5", 0x0017, "EXP-ADH-RC4-MD5",
	  SUITE_ANON, true, true },
	{ "dh-anon-export-with-des40-cbc-sha", 0x0019, "EXP-ADH-DES-CBC-SHA",
	  SUITE_ANON, true, true },
	{ "rsa-export1024-with-des-cbc-sha", 0x0062, "EXP1024-DES-CBC-SHA",
	  SUITE_RSA, false, true },
	{ "dhe-dss-export1024-with-des-cbc-sha", 0x0063,
	  "EXP1024-DHE-DSS-DES-CBC-SHA", SUITE_DSS, true, true },
	{ "rsa-export1024-with-rc4-56-sha", 0x0064, "EXP1024-RC4-SHA",
	  SUITE_RSA, false, true },
	{ "dhe-dss-export1024-with-rc4-56-sha", 0x0065,
	  "EXP1024-DHE-DSS-RC4-SHA", SUITE_DSS, true, true },
	{ "rsa-export1024-with-rc4-56-md5", 0x0060, "EXP1024-RC4-MD5",
	  SUITE_RSA, false, true },
	/* guess: a late 8.20 build; the others are gone from today's
	 * libraries, so that without these rows nothing old could be spoken */
	{ "rsa-with-aes-128-cbc-sha", 0x002f, "AES128-SHA", SUITE_RSA, false,
	  false },
	{ "rsa-with-aes-256-cbc-sha", 0x0035, "AES256-SHA", SUITE_RSA, false,
	  false },
	{ "rsa-with-null-sha", 0x0002, "NULL-SHA", SUITE_RSA, false, false },
};

#define NSUITES (sizeof(suites) / sizeof(*suites))

static unsigned char have[NSUITES];
static const char *library_name[NSUITES];
static bool have_ssl3;
static pthread_once_t once = PTHREAD_ONCE_INIT;

const struct suite *suite_at(size_t i)
{
	return i < NSUITES ? &suites[i] : NULL;
}

const struct suite *suite_find(const char *name)
{
	for (size_t i = 0; i < NSUITES; i++) {
		if (!strcmp(suites[i].name, name))
			return &suites[i];
	}
	return NULL;
}

const struct suite *suite_by_value(uint16_t value)
{
	for (size_t i = 1; i < NSUITES; i++) {
		if (suites[i].value == value)
			return &suites[i];
	}
	return NULL;
}

static void note(const char *list, unsigned char mark)
{
	SSL_CTX *ctx =
		SSL_CTX_new_ex(filter_worker(0), NULL, TLS_server_method());
	STACK_OF(SSL_CIPHER) *all = NULL;

	if (ctx && SSL_CTX_set_cipher_list(ctx, list))
		all = SSL_CTX_get_ciphers(ctx);
	for (int i = 0; all && i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *c = sk_SSL_CIPHER_value(all, i);
		const struct suite *s =
			suite_by_value(SSL_CIPHER_get_protocol_id(c));

		if (!s)
			continue;
		have[s - suites] |= mark;
		library_name[s - suites] = SSL_CIPHER_get_name(c);
	}
	SSL_CTX_free(ctx);
	ERR_clear_error();
}

/* A library without SSL 3.0 takes it for a version, and makes no hello of it. */
static bool begins_ssl3(SSL *ssl)
{
	SSL_set_security_level(ssl, 0);
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	return SSL_set_min_proto_version(ssl, SSL3_VERSION) &&
	       SSL_set_max_proto_version(ssl, SSL3_VERSION) &&
	       SSL_set_cipher_list(ssl, "ALL:COMPLEMENTOFALL:@SECLEVEL=0") &&
	       SSL_get_error(ssl, SSL_connect(ssl)) == SSL_ERROR_WANT_READ;
}

static void ask_ssl3(void)
{
	SSL_CTX *ctx =
		SSL_CTX_new_ex(filter_worker(0), NULL, TLS_client_method());
	SSL *ssl = ctx ? SSL_new(ctx) : NULL;

	have_ssl3 = ssl && begins_ssl3(ssl);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	ERR_clear_error();
}

static void ask_library(void)
{
	ask_ssl3();
	note("ALL:COMPLEMENTOFALL:@SECLEVEL=0", HAVE_LEGACY);
	note("ALL:COMPLEMENTOFALL:!aNULL:!eNULL:@SECLEVEL=1", HAVE_MODERN);
}

bool suite_available(const struct suite *s, bool modern)
{
	pthread_once(&once, ask_library);
	return have[s - suites] & (modern ? HAVE_MODERN : HAVE_LEGACY);
}

bool suite_has_ssl3(void)
{
	pthread_once(&once, ask_library);
	return have_ssl3;
}

const char *suite_library_name(const struct suite *s)
{
	pthread_once(&once, ask_library);
	return library_name[s - suites];
}

/*
 * Library contexts for workers, with a short list of algorithms.
 *
 * OpenSSL 3.0 looks through every decoder that its providers offer whenever it
 * parses a public key, and every handshake parses one or two; and all threads
 * of one library context meet in its locks.  So each worker has a context of its
 * own, whose only provider passes on the rows of the default provider that
 * these modules can use.  Rows that the library lacks are simply not there.
 *
 * The default provider itself lives in a context that nobody else uses.  RC4 comes
 * from a provider of its own, where the TLS library still has suites for it.
 */
#include "sslmod/filter.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SHORT_OPS 32

struct wanted { /* NULL-terminated: the first name of each algorithm */
	int operation;
	const char *structure; /* of decoders: the form they read */
	const char *const *names;
};

static const char *const digests[] = { "SHA2-256", "SHA2-384", "SHA2-512",
				       "SHA2-224", "SHA1",     "MD5-SHA1",
				       "MD5",	   NULL };
static const char *const ciphers[] = {
	"AES-128-GCM",	"AES-256-GCM",	     "id-aes128-GCM", "id-aes256-GCM",
	"AES-128-CBC",	"AES-256-CBC",	     "AES-128-CTR",   "AES-256-CTR",
	"DES-EDE3-CBC", "ChaCha20-Poly1305", "NULL",	      NULL
};
static const char *const macs[] = { "HMAC", NULL };
static const char *const kdfs[] = { "HKDF", "TLS13-KDF", "TLS1-PRF", NULL };
static const char *const rands[] = { "CTR-DRBG", "HASH-DRBG", "SEED-SRC",
				     NULL };
static const char *const keys[] = { "RSA",     "RSA-PSS", "EC",	      "X25519",
				    "ED25519", "DSA",	  "DH",	      "DHX",
				    "HMAC",    "HKDF",	  "TLS1-PRF", NULL };
static const char *const exchanges[] = { "X25519", "ECDH",     "DH",
					 "HKDF",   "TLS1-PRF", NULL };
static const char *const signatures[] = { "RSA", "ECDSA", "ED25519",
					  "DSA", "HMAC",  NULL };
static const char *const asym[] = { "RSA", NULL };
static const char *const readable[] = { "RSA",	   "RSA-PSS", "EC",
					"ED25519", "DSA",     NULL };

static const struct wanted wanted[] = {
	{ OSSL_OP_DIGEST, NULL, digests },
	{ OSSL_OP_CIPHER, NULL, ciphers },
	{ OSSL_OP_MAC, NULL, macs },
	{ OSSL_OP_KDF, NULL, kdfs },
	{ OSSL_OP_RAND, NULL, rands },
	{ OSSL_OP_KEYMGMT, NULL, keys },
	{ OSSL_OP_KEYEXCH, NULL, exchanges },
	{ OSSL_OP_SIGNATURE, NULL, signatures },
	{ OSSL_OP_ASYM_CIPHER, NULL, asym },
	{ OSSL_OP_DECODER, "SubjectPublicKeyInfo", readable },
	{ OSSL_OP_DECODER, "PrivateKeyInfo", readable },
};

static OSSL_PROVIDER *whole; /* the default provider */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static OSSL_ALGORITHM *shortlist[SHORT_OPS]; /* by operation, made once */
static OSSL_LIB_CTX *contexts[FILTER_WORKER_MAX];

static bool names_start_with(const char *names, const char *name)
{
	size_t len = strlen(name);

	return !strncasecmp(names, name, len) &&
	       (names[len] == '\0' || names[len] == ':');
}

/* structure=PrivateKeyInfo must not fit structure=EncryptedPrivateKeyInfo */
static bool reads_structure(const char *properties, const char *structure)
{
	const char *at = properties ? strstr(properties, "structure=") : NULL;

	return at && !strncmp(at + strlen("structure="), structure,
			      strlen(structure));
}

static bool is_wanted(int operation, const OSSL_ALGORITHM *a)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		const struct wanted *w = &wanted[i];

		if (w->operation != operation)
			continue;
		if (w->structure &&
		    !reads_structure(a->property_definition, w->structure))
			continue;
		for (const char *const *n = w->names; *n; n++) {
			if (names_start_with(a->algorithm_names, *n))
				return true;
		}
	}
	return false;
}

static OSSL_ALGORITHM *make_shortlist(int operation)
{
	int no_cache = 0;
	const OSSL_ALGORITHM *all =
		OSSL_PROVIDER_query_operation(whole, operation, &no_cache);
	OSSL_ALGORITHM *list;
	size_t n = 0, kept = 0;

	while (all && all[n].algorithm_names)
		n++;
	list = calloc(n + 1, sizeof(*list));
	for (size_t i = 0; list && i < n; i++) {
		if (is_wanted(operation, &all[i]))
			list[kept++] = all[i];
	}
	return list;
}

static const OSSL_ALGORITHM *query(void *ctx, int operation, int *no_cache)
{
	const OSSL_ALGORITHM *list;

	(void)ctx;
	*no_cache = 0;
	if (operation <= 0 || operation >= SHORT_OPS)
		return NULL;
	pthread_mutex_lock(&lock);
	if (!shortlist[operation])
		shortlist[operation] = make_shortlist(operation);
	list = shortlist[operation];
	pthread_mutex_unlock(&lock);
	return list;
}

static const OSSL_PARAM *gettable(void *ctx)
{
	(void)ctx;
	return NULL;
}

static int get_params(void *ctx, OSSL_PARAM params[])
{
	OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);

	(void)ctx;
	return !p || OSSL_PARAM_set_int(p, 1);
}

/* The groups that TLS may use. */
static int capabilities(void *ctx, const char *name, OSSL_CALLBACK *fn,
			void *arg)
{
	(void)ctx;
	return OSSL_PROVIDER_get_capabilities(whole, name, fn, arg);
}

static const OSSL_DISPATCH dispatch[] = {
	{ OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, (void (*)(void))gettable },
	{ OSSL_FUNC_PROVIDER_GET_PARAMS, (void (*)(void))get_params },
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))capabilities },
	{ 0, NULL }
};

/* Algorithms get the default provider's own context, as if called by it. */
static int start(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in,
		 const OSSL_DISPATCH **out, void **ctx)
{
	(void)core;
	(void)in;
	*out = dispatch;
	*ctx = OSSL_PROVIDER_get0_provider_ctx(whole);
	return 1;
}

static const char old_provider[] = "legacy";
static bool has_rc4;
static pthread_once_t rc4_once = PTHREAD_ONCE_INIT;

static void ask_rc4(void)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *one = OSSL_PROVIDER_load(lib, "default");
	OSSL_PROVIDER *other = OSSL_PROVIDER_load(lib, old_provider);
	SSL_CTX *ctx =
		other ? SSL_CTX_new_ex(lib, NULL, TLS_server_method()) : NULL;

	has_rc4 = ctx && SSL_CTX_set_cipher_list(ctx, "RC4:@SECLEVEL=0") == 1;
	SSL_CTX_free(ctx);
	if (other)
		(void)OSSL_PROVIDER_unload(other);
	if (one)
		(void)OSSL_PROVIDER_unload(one);
	OSSL_LIB_CTX_free(lib);
	ERR_clear_error();
}

static OSSL_LIB_CTX *make_context(void)
{
	OSSL_LIB_CTX *ctx;

	if (!whole)
		whole = OSSL_PROVIDER_load(OSSL_LIB_CTX_new(), "default");
	ctx = whole ? OSSL_LIB_CTX_new() : NULL;
	if (!ctx)
		return NULL;
	if (!OSSL_PROVIDER_add_builtin(ctx, "module", start) ||
	    !OSSL_PROVIDER_load(ctx, "module")) {
		OSSL_LIB_CTX_free(ctx);
		return NULL;
	}
	pthread_once(&rc4_once, ask_rc4);
	if (has_rc4)
		(void)OSSL_PROVIDER_load(ctx, old_provider);
	return ctx;
}

OSSL_LIB_CTX *filter_worker(int worker)
{
	if (worker < 0 || worker >= FILTER_WORKER_MAX)
		return NULL;
	if (!contexts[worker])
		contexts[worker] = make_context();
	return contexts[worker];
}

/*
 * Revocation lists.  The library's form takes some hundred bytes an entry and
 * belongs to one library context; what handshakes need is the serial numbers in
 * order, so that is what is kept.
 */
#include "sslmod/crl.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/xalloc.h"
#include "sslmod/pki.h"

#define SERIAL_MAX 20 /* RFC 5280 4.1.2.2 */

struct crl_serial {
	unsigned char len; /* bytes; longer ones are told apart by their end */
	unsigned char negative;
	unsigned char v[SERIAL_MAX];
};

static void fini(struct latest_item *item)
{
	struct crl *c = (struct crl *)(void *)item;

	X509_NAME_free(c->issuer);
	free(c->serial);
	free(c);
}

void crl_unref(struct crl *c)
{
	if (c)
		latest_item_unref(&c->item);
}

size_t crl_count(const struct crl *c)
{
	return c->n;
}

static void serial_of(struct crl_serial *s, const ASN1_INTEGER *i)
{
	const unsigned char *v = ASN1_STRING_get0_data(i);
	size_t len = (size_t)ASN1_STRING_length(i);

	memset(s, 0, sizeof(*s));
	s->len = len > 255 ? 255 : (unsigned char)len;
	s->negative = ASN1_STRING_type(i) == V_ASN1_NEG_INTEGER;
	if (len > SERIAL_MAX) {
		v += len - SERIAL_MAX;
		len = SERIAL_MAX;
	}
	if (len > 0)
		memcpy(s->v, v, len);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct crl_serial));
}

/* ---- reading --------------------------------------------------------------- */

static X509_CRL *parse(const void *data, size_t len)
{
	const unsigned char *at = data;
	X509_CRL *x;
	BIO *b;

	if (len > CRL_BYTES_MAX)
		return NULL;
	x = d2i_X509_CRL(NULL, &at, (long)len);
	if (x)
		return x;
	b = BIO_new_mem_buf(data, (int)len);
	x = b ? PEM_read_bio_X509_CRL(b, NULL, NULL, NULL) : NULL;
	BIO_free(b);
	return x;
}

static int check(X509_CRL *x, X509 *ca, time_t now, struct err *err)
{
	time_t from, next;

	(void)pki_time(X509_CRL_get0_lastUpdate(x), &from);
	(void)pki_time(X509_CRL_get0_nextUpdate(x), &next);
	if (X509_NAME_cmp(X509_CRL_get_issuer(x), X509_get_subject_name(ca)))
		return err_set(err, ERR_REFUSED, -1,
			       "it is another authority's list");
	if (X509_CRL_verify(x, X509_get0_pubkey(ca)) != 1)
		return err_set(err, ERR_REFUSED, -1,
			       "its signature is not the authority's");
	if (from > now)
		return err_set(err, ERR_REFUSED, -1,
			       "it is not in force yet; see the clock");
	if (next && next <= now)
		return err_set(err, ERR_REFUSED, -1, "it has expired");
	return 0;
}

static struct crl *keep(X509_CRL *x)
{
	STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(x);
	int n = sk_X509_REVOKED_num(all);
	struct crl *c = xcalloc(1, sizeof(*c));

	latest_item_init(&c->item, fini);
	c->issuer = X509_NAME_dup(X509_CRL_get_issuer(x));
	(void)pki_time(X509_CRL_get0_nextUpdate(x), &c->next);
	c->n = n > 0 ? (size_t)n : 0;
	c->serial = xcalloc(c->n + 1, sizeof(*c->serial));
	for (int i = 0; i < n; i++)
		serial_of(&c->serial[i],
			  X509_REVOKED_get0_serialNumber(
				  sk_X509_REVOKED_value(all, i)));
	qsort(c->serial, c->n, sizeof(*c->serial), compare);
	return c;
}

struct crl *crl_read(const void *data, size_t len, X509 *ca, time_t now,
		     struct err *err)
{
	X509_CRL *x = parse(data, len);
	struct crl *c = NULL;

	if (!x)
		(void)err_set(err, ERR_REFUSED, -1,
			      "what came is no revocation list");
	else if (check(x, ca, now, err) == 0)
		c = keep(x);
	X509_CRL_free(x);
	ERR_clear_error();
	return c;
}

/* ---- asking ---------------------------------------------------------------- */

enum crl_answer crl_ask(const struct crl *c, X509 *x, time_t now)
{
	struct crl_serial key;

	if (X509_NAME_cmp(X509_get_issuer_name(x), c->issuer) != 0)
		return CRL_GOOD;
	serial_of(&key, X509_get0_serialNumber(x));
	if (bsearch(&key, c->serial, c->n, sizeof(key), compare))
		return CRL_REVOKED;
	return c->next && c->next <= now ? CRL_EXPIRED : CRL_GOOD;
}

/* OCSP from the server's side.  A client that sees no response asks itself, so
 * what is not good is not handed out. */
#include "sslmod/staple.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "sslmod/pki.h"

#define SKEW_S 300  /* own: clocks differ */
#define SOON_S 3600 /* own: without a time, the next one is fetched then */

int staple_url(X509 *cert, char url[STAPLE_URL_MAX], struct err *err)
{
	STACK_OF(OPENSSL_STRING) *all = X509_get1_ocsp(cert);
	bool found = false;

	for (int i = 0; !found && i < sk_OPENSSL_STRING_num(all); i++) {
		const char *u = sk_OPENSSL_STRING_value(all, i);

		found = !strncmp(u, "http://", 7) &&
			str_copy(url, STAPLE_URL_MAX, u);
	}
	X509_email_free(all);
	return found ? 0
		     : err_set(err, ERR_NOT_FOUND, -1,
			       "it names no OCSP responder");
}

static OCSP_CERTID *id_of(X509 *cert, X509 *issuer)
{
	return OCSP_cert_to_id(EVP_sha1(), cert, issuer);
}

unsigned char *staple_question(X509 *cert, X509 *issuer, size_t *len)
{
	OCSP_REQUEST *q = OCSP_REQUEST_new();
	OCSP_CERTID *id = id_of(cert, issuer);
	unsigned char *der = NULL;
	int n = -1;

	if (q && id && OCSP_request_add0_id(q, id)) {
		id = NULL; /* the request's now */
		n = i2d_OCSP_REQUEST(q, &der);
	}
	OCSP_CERTID_free(id);
	OCSP_REQUEST_free(q);
	ERR_clear_error();
	*len = n > 0 ? (size_t)n : 0;
	return n > 0 ? der : NULL;
}

/* ---- answers --------------------------------------------------------------- */

static bool is_signed(OCSP_BASICRESP *b, X509 *issuer)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *known = sk_X509_new_null();
	bool good = false;

	if (store && known && sk_X509_push(known, issuer) &&
	    X509_STORE_add_cert(store, issuer)) {
		X509_VERIFY_PARAM_set_flags(X509_STORE_get0_param(store),
					    X509_V_FLAG_PARTIAL_CHAIN);
		good = OCSP_basic_verify(b, known, store, 0) == 1;
	}
	sk_X509_free(known);
	X509_STORE_free(store);
	return good;
}

static int judge(OCSP_BASICRESP *b, X509 *cert, X509 *issuer, time_t now,
		 time_t *next, struct err *err)
{
	ASN1_GENERALIZEDTIME *from = NULL, *to = NULL;
	OCSP_CERTID *id = id_of(cert, issuer);
	int status = V_OCSP_CERTSTATUS_UNKNOWN;
	time_t since;
	int found = id ? OCSP_resp_find_status(b, id, &status, NULL, NULL,
					       &from, &to)
		       : 0;

	OCSP_CERTID_free(id);
	if (found != 1)
		return err_set(err, ERR_REFUSED, -1,
			       "the response is about another certificate");
	if (!is_signed(b, issuer))
		return err_set(err, ERR_REFUSED, -1,
			       "the response is not signed by the issuer");
	if (status != V_OCSP_CERTSTATUS_GOOD)
		return err_set(err, ERR_REFUSED, -1, "the status is %s",
			       OCSP_cert_status_str(status));
	(void)pki_time(from, &since);
	if (to)
		(void)pki_time(to, next);
	else
		*next = now + SOON_S;
	if (since > now + SKEW_S || *next <= now)
		return err_set(err, ERR_REFUSED, -1,
			       "the response is not in force");
	return 0;
}

static void fini(struct latest_item *item)
{
	struct staple *s = (struct staple *)(void *)item;

	free(s->der);
	free(s);
}

static struct staple *keep(const void *data, size_t len, time_t next)
{
	struct staple *s = xcalloc(1, sizeof(*s));

	latest_item_init(&s->item, fini);
	s->der = xmemdup(data, len);
	s->len = len;
	s->next = next;
	return s;
}

struct staple *staple_read(const void *data, size_t len, X509 *cert,
			   X509 *issuer, time_t now, struct err *err)
{
	const unsigned char *at = data;
	OCSP_RESPONSE *r = len <= STAPLE_BYTES_MAX
				   ? d2i_OCSP_RESPONSE(NULL, &at, (long)len)
				   : NULL;
	OCSP_BASICRESP *b = NULL;
	struct staple *s = NULL;
	time_t next = 0;

	if (!r)
		(void)err_set(err, ERR_REFUSED, -1,
			      "what came is no OCSP response");
	else if (OCSP_response_status(r) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		(void)err_set(
			err, ERR_REFUSED, -1, "the responder says %s",
			OCSP_response_status_str(OCSP_response_status(r)));
	else if (!(b = OCSP_response_get1_basic(r)))
		(void)err_set(err, ERR_REFUSED, -1,
			      "the response is of no known type");
	else if (judge(b, cert, issuer, now, &next, err) == 0)
		s = keep(data, len, next);
	OCSP_BASICRESP_free(b);
	OCSP_RESPONSE_free(r);
	ERR_clear_error();
	return s;
}

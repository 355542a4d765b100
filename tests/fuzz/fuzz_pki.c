/*
 * Certificate and key files from outside, in each format.  What is taken must
 * survive the switch's own form and back.  The first byte chooses the format.
 */
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "sslmod/pki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void own_form_check(const struct pki *p)
{
	struct pki again;
	void *pem = NULL;
	size_t len = 0;

	pki_init(&again);
	if (pki_pem(p, &pem, &len) < 0 || pki_load(&again, NULL, pem, len) < 0)
		abort();
	if (sk_X509_num(again.certs) != sk_X509_num(p->certs) ||
	    !again.key != !p->key || !again.dh != !p->dh)
		abort();
	pki_fini(&again);
	OPENSSL_secure_clear_free(pem, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const enum store_format formats[] = { STORE_PEM, STORE_DER,
						     STORE_P12 };
	struct err err = { 0 };
	struct pki p;

	if (len < 2 || len > STORE_BYTES_MAX)
		return 0;
	pki_init(&p);
	if (pki_import(&p, formats[data[0] % 3], data + 1, len - 1, "secret",
		       &err) == 0)
		own_form_check(&p);
	else if (!err.msg[0])
		abort();
	pki_fini(&p);
	return 0;
}

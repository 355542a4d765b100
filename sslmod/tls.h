#ifndef CSS_SSLMOD_TLS_H
#define CSS_SSLMOD_TLS_H

#include <stdint.h>

#include "sslmod/image.h"

struct ssl_cipher;
/* The cipher line that names the suite chosen, or the one of highest weight. */
const struct ssl_cipher *tls_cipher_line(const struct ssl_front *f,
					 uint16_t suite);

#endif

#ifndef CSS_SSLMOD_GCM_H
#define CSS_SSLMOD_GCM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* AES-256-GCM in one call: box = nonce, ciphertext, tag. */
#define GCM_NONCE    12
#define GCM_TAG	     16
#define GCM_OVERHEAD (GCM_NONCE + GCM_TAG)

/* box holds len + GCM_OVERHEAD bytes */
bool gcm_seal(const uint8_t key[32], const void *aad, size_t aad_len,
	      const void *clear, size_t len, uint8_t *box);
/* clear holds box_len - GCM_OVERHEAD bytes; false: not sealed by this key */
bool gcm_open(const uint8_t key[32], const void *aad, size_t aad_len,
	      const uint8_t *box, size_t box_len, void *clear);
/* A key for one purpose, from a secret that serves several. */
void gcm_derive(const uint8_t secret[32], const char *purpose, uint8_t key[32]);

#endif

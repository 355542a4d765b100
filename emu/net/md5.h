#ifndef CSS_EMU_NET_MD5_H
#define CSS_EMU_NET_MD5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * MD5 and HMAC-MD5 of several pieces, for protocols that are built on them
 * (RADIUS, TACACS+).  False: the crypto library refuses MD5, out is zero then.
 */
#define MD5_LEN 16

struct md5_part {
	const void *data;
	size_t len;
};

bool md5_digest(const struct md5_part *p, size_t n, uint8_t out[MD5_LEN]);
bool md5_hmac(const void *key, size_t key_len, const struct md5_part *p,
	      size_t n, uint8_t out[MD5_LEN]);
/* The same of what comes in pieces over time.  NULL and false: refused. */
struct md5_run;
struct md5_run *md5_run_new(void);
void md5_run_add(struct md5_run *r, const void *data, size_t len);
bool md5_run_end(struct md5_run *r, uint8_t out[MD5_LEN]);
void md5_run_free(struct md5_run *r);
/* Takes as long whatever differs. */
bool md5_equal(const uint8_t a[MD5_LEN], const uint8_t b[MD5_LEN]);

#endif

#ifndef CSS_SSLMOD_FILTER_H
#define CSS_SSLMOD_FILTER_H

#include <openssl/types.h>

#define FILTER_WORKER_MAX 256

/*
 * The library context of one worker: made at first use, kept for the life of
 * the process, never shared between threads that work at the same time.  Its
 * only provider shows the algorithms that a TLS module needs (filter.c).
 * Control thread; NULL when the library refuses.
 */
OSSL_LIB_CTX *filter_worker(int worker);

#endif

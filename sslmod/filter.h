#ifndef CSS_SSLMOD_FILTER_H
#define CSS_SSLMOD_FILTER_H

#include <openssl/types.h>

#define FILTER_WORKER_MAX 256

/*
 * The library context of one worker: made at first use, kept for the life of
 * the process, and nothing that other workers meet in.  It has the algorithms that
 * a TLS module needs and no others (filter.c); the control thread checks lists by
 * worker 0's.  Control thread; NULL when the library refuses.
 */
OSSL_LIB_CTX *filter_worker(int worker);

#endif

#ifndef CSS_SSLMOD_STATS_H
#define CSS_SSLMOD_STATS_H

#include <stdatomic.h>
#include <stdint.h>

#include "emu/base/texts.h"

struct out;

/*
 * Counters of a module (ssl.md 1.9).  Each worker has its own set, which it
 * alone writes; whoever shows them adds the sets up.  Events that happen only
 * to the real module's hardware have rows, too, and stay at zero.
 */
#define SSL_COUNTS(X)                                                          \
	X(PROXY, IN_STARTED, "Handshake started for incoming SSL connections") \
	X(PROXY, IN_DONE, "Handshake completed for incoming SSL connections")  \
	X(PROXY, OUT_STARTED,                                                  \
	  "Handshake started for outgoing SSL connections")                    \
	X(PROXY, OUT_DONE, "Handshake completed for outgoing SSL connections") \
	X(PROXY, CLIENT_GOOD, T_SSL_CLIENT_GOOD)                               \
	X(PROXY, CLIENT_BAD, T_SSL_CLIENT_BAD)                                 \
	X(PROXY, CLIENT_REVOKED, T_SSL_CLIENT_REVOKED)                         \
	X(PROXY, CLIENT_NO_CRL, T_SSL_CLIENT_NO_CRL)                           \
	X(PROXY, SERVER_BAD, T_SSL_SERVER_BAD)                                 \
	X(CRYPTO, RSA_PRIVATE, "RSA Private")                                  \
	X(CRYPTO, RSA_PUBLIC, "RSA Public")                                    \
	X(CRYPTO, DH_SHARED, "DH Shared")                                      \
	X(CRYPTO, DH_PUBLIC, "DH Public")                                      \
	X(CRYPTO, DSA_SIGN, "DSA Sign")                                        \
	X(CRYPTO, DSA_VERIFY, "DSA Verify")                                    \
	X(CRYPTO, SSL_MAC, "SSL MAC")                                          \
	X(CRYPTO, TLS_HMAC, "TLS HMAC")                                        \
	X(CRYPTO, DES3, "3DES")                                                \
	X(CRYPTO, ARC4, "ARC4")                                                \
	X(CRYPTO, HASH, "HASH")                                                \
	X(CRYPTO, RSA_PRIVATE_FAIL, "RSA Private Failed")                      \
	X(CRYPTO, RSA_PUBLIC_FAIL, "RSA Public Failed")                        \
	X(CRYPTO, DH_SHARED_FAIL, "DH Shared Failed")                          \
	X(CRYPTO, DH_PUBLIC_FAIL, "DH Public Failed")                          \
	X(CRYPTO, DSA_SIGN_FAIL, "DSA Sign Failed")                            \
	X(CRYPTO, DSA_VERIFY_FAIL, "DSA Verify Failed")                        \
	X(CRYPTO, SSL_MAC_FAIL, "SSL MAC Failed")                              \
	X(CRYPTO, TLS_HMAC_FAIL, "TLS HMAC Failed")                            \
	X(CRYPTO, DES3_FAIL, "3DES Failed")                                    \
	X(CRYPTO, ARC4_FAIL, "ARC4 Failed")                                    \
	X(CRYPTO, HASH_FAIL, "HASH Failed")                                    \
	X(CRYPTO, HW_NOT_FOUND, "Hardware Device Not Found")                   \
	X(CRYPTO, HW_TIMED_OUT, "Hardware Device Timed Out")                   \
	X(CRYPTO, HW_PARAMETER, "Invalid Crypto Parameter")                    \
	X(CRYPTO, HW_FAILED, "Hardware Device Failed")                         \
	X(CRYPTO, HW_BUSY, "Hardware Device Busy")                             \
	X(CRYPTO, HW_RESOURCES, "Out Of Resources")                            \
	X(CRYPTO, HW_CANCELLED, "Cancelled -- Device Reset")                   \
	X(SSL, RSA_PRIVATE_CALLS, "RSA Private Decrypt calls")                 \
	X(SSL, RSA_PUBLIC_CALLS, "RSA Public Decrypt calls")                   \
	X(SSL, DH_COMPUTE_CALLS, "DH Compute key calls")                       \
	X(SSL, DH_GENERATE_CALLS, "DH Generate key calls")                     \
	X(SSL, DSA_VERIFY_CALLS, "DSA Verify calls")                           \
	X(SSL, DSA_SIGN_CALLS, "DSA Sign calls")                               \
	X(SSL, MD5_CALLS, "MD5 raw hash calls")                                \
	X(SSL, SHA1_CALLS, "SHA1 raw hash calls")                              \
	X(SSL, DES3_CALLS, "3-DES calls")                                      \
	X(SSL, RC4_CALLS, "RC4 calls")                                         \
	X(SSL, SSL_MAC_MD5, "SSL MAC(MD5) calls")                              \
	X(SSL, SSL_MAC_SHA1, "SSL MAC(SHA1) calls")                            \
	X(SSL, TLS_MAC_MD5, "TLS MAC(MD5) calls")                              \
	X(SSL, TLS_MAC_SHA1, "TLS MAC(SHA1) calls")                            \
	X(SSL, ALERT2_IN, "Level 2 Alerts Received")                           \
	X(SSL, ALERT1_IN, "Level 1 Alerts Received")                           \
	X(SSL, ALERT2_OUT, "Level 2 Alerts Sent")                              \
	X(SSL, ALERT1_OUT, "Level 1 Alerts Sent")                              \
	X(SSL, WIRE_IN, "SSL received bytes from TCP")                         \
	X(SSL, WIRE_OUT, "SSL transmitted bytes to TCP")                       \
	X(SSL, APP_IN, "SSL received Application Data bytes")                  \
	X(SSL, APP_OUT, "SSL transmitted Application Data bytes")              \
	X(SSL, OTHER_IN, "SSL received non-application data bytes")            \
	X(SSL, OTHER_OUT, "SSL transmitted non-application data bytes")        \
	X(SSL, DECRYPT_FAIL, "RSA Private Decrypt failures")                   \
	X(SSL, MAC_FAIL, "MAC failures for packets received")                  \
	X(SSL, TIMER_FAIL, "Re-handshake TimerAlloc failed")                   \
	X(SSL, BLOCK_FAIL, "Blocks SSL could not allocate")                    \
	X(SSL, DUP_FAIL, "Dup Blocks SSL could not allocate")                  \
	X(SSL, FRAGMENT_FAIL, "Too many blocks for Block2AccelFragmentArray")  \
	X(SSL, MESSAGE_FAIL, "Too many blocks in a SSL message")               \
	X(COMPRESSION, Z_FILES_IN, "Uncompressed files received")              \
	X(COMPRESSION, Z_BYTES_IN, "Uncompressed bytes received")              \
	X(COMPRESSION, Z_FILES_OUT, "Compressed files sent")                   \
	X(COMPRESSION, Z_BYTES_OUT, "Compressed bytes sent")                   \
	X(COMPRESSION, Z_FILES_BYPASSED, "Files bypassed")                     \
	X(COMPRESSION, Z_BYTES_BYPASSED, "Bytes bypassed")                     \
	X(COMPRESSION, Z_RESET_METHOD, "Resets: method")                       \
	X(COMPRESSION, Z_RESET_PIPELINE, "Resets: pipeline")                   \
	X(COMPRESSION, Z_RESET_CLIENT_TAG, "Resets: client tag")               \
	X(COMPRESSION, Z_RESET_SERVER_TAG, "Resets: server tag")               \
	X(COMPRESSION, Z_RESET_OTHER, "Resets: other")                         \
	X(COMPRESSION, Z_CLIENT_METHOD, "Client bypasses: method")             \
	X(COMPRESSION, Z_CLIENT_VERSION, "Client bypasses: version")           \
	X(COMPRESSION, Z_CLIENT_ACCEPT, "Client bypasses: accept")             \
	X(COMPRESSION, Z_CLIENT_FILE, "Client bypasses: file extension")       \
	X(COMPRESSION, Z_SERVER_STATUS, "Server bypasses: status")             \
	X(COMPRESSION, Z_SERVER_VERSION, "Server bypasses: version")           \
	X(COMPRESSION, Z_SERVER_ENCODED, "Server bypasses: already encoded")   \
	X(COMPRESSION, Z_SERVER_SIZE, "Server bypasses: size")                 \
	X(COMPRESSION, Z_SERVER_TYPE, "Server bypasses: content type")

enum ssl_count {
#define X(part, id, text) SSL_COUNT_##id,
	SSL_COUNTS(X)
#undef X
		SSL_COUNT_RESUMED, /* not shown: handshakes that were abbreviated */
	SSL_COUNT_NUM,
};

struct ssl_counts { /* of one worker */
	_Alignas(64) _Atomic uint64_t v[SSL_COUNT_NUM];
};

static inline void ssl_count(struct ssl_counts *c, enum ssl_count id,
			     uint64_t n)
{
	uint64_t v = atomic_load_explicit(&c->v[id], memory_order_relaxed);

	atomic_store_explicit(&c->v[id], v + n, memory_order_relaxed);
}

/* Of one module; outlives the card while connections use it. */
struct ssl_stats;
struct ssl_stats *ssl_stats_new(void);
struct ssl_stats *ssl_stats_ref(struct ssl_stats *s);
void ssl_stats_unref(struct ssl_stats *s); /* any thread */
struct ssl_counts *ssl_stats_worker(struct ssl_stats *s, int worker);
void ssl_stats_flow(struct ssl_stats *s, int by); /* +1 and -1 */

/* Control thread: since the last clearing. */
uint64_t ssl_stats_get(const struct ssl_stats *s, enum ssl_count id);
void ssl_stats_clear(struct ssl_stats *s);
void ssl_stats_show(const struct ssl_stats *s, unsigned slot, unsigned parts,
		    struct out *o);

#endif

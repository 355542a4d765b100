#ifndef CSS_SSLMOD_SEAL_H
#define CSS_SSLMOD_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Short secrets that running-config must carry (ftp-record passwords): AES-256-
 * GCM under a key derived from the disk's secret, as lower-case hex, printed
 * behind `des-password`.  A text that was not sealed by this disk (the real
 * product's DES form, another disk) is kept and printed but cannot be opened.
 */
/* hex gets NUL; false when it does not fit */
bool seal_text(const uint8_t secret[32], const char *clear, char *hex,
	       size_t cap);
bool seal_open(const uint8_t secret[32], const char *hex, char *clear,
	       size_t cap);

#endif

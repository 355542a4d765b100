#ifndef CSS_EMU_BASE_STR_H
#define CSS_EMU_BASE_STR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies with NUL; false (and dst truncated) when it does not fit. */
bool str_copy(char *dst, size_t cap, const char *src);
bool str_ieq(const char *a, const char *b); /* ASCII, any case */
bool str_has_prefix(const char *s, const char *prefix);
/* '*' anywhere in the pattern; icase: ASCII case does not matter */
bool str_wild_match(const char *pattern, const char *s, bool icase);
/* Names of objects: 1 to max of letters, digits, . _ - : and the product's
 * other unquoted characters; no blank, no quote (field notes). */
bool str_is_name(const char *s, size_t max);

/* Parsers: nothing is written on failure. */
bool str_to_u32(const char *s, uint32_t lo, uint32_t hi, uint32_t *v);
bool str_to_addr(const char *s, struct in_addr *a);   /* a.b.c.d only */
bool str_to_mask(const char *s, uint8_t *prefix_len); /* dotted or /n */

/* "10.1.2.3" in one of eight rotating per-thread buffers. */
const char *str_addr(struct in_addr a);
/* "00-0b-5f-00-00-01", as the product prints it; read with colons, too. */
#define MAC_TEXT_LEN 17
const char *str_mac(const uint8_t mac[6], char text[static MAC_TEXT_LEN + 1]);
bool str_to_mac(const char *s, uint8_t mac[6]);
/* "1,234,567" in one of eight rotating per-thread buffers. */
const char *str_thousands(uint64_t v);
struct in_addr str_mask_of(uint8_t prefix_len);

#endif

#ifndef CSS_SSLMOD_CARD_SSL_H
#define CSS_SSLMOD_CARD_SSL_H

#include "chassis/card.h"

/* The SSL modules CSS5-SSL-K9 and CSS5-SSL-C-K9 (with compression hardware),
 * and the daughter board of the 11501S. */
extern const struct card_ops card_ssl_k9, card_ssl_c_k9, card_ssl_11501;

struct out;
enum ssl_stat_part {
	SSL_STAT_PROXY = 1,
	SSL_STAT_CRYPTO = 2,
	SSL_STAT_SSL = 4,
	SSL_STAT_COMPRESSION = 8,
};
/* show ssl statistics, show ssl flows, clear ssl statistics of one module */
void card_ssl_show_statistics(const struct card *card, unsigned parts,
			      struct out *o);
void card_ssl_show_flows(const struct card *card, struct out *o);
void card_ssl_show_urlrewrite(const struct card *card,
			      struct out *o); /* rows */
void card_ssl_clear_statistics(struct card *card);

/* Who counts what the card compresses, borrowed; NULL: it has no hardware for it
 * (only CSS5-SSL-C-K9 has). */
struct ssl_stats;
struct ssl_stats *card_ssl_compressor(const struct card *card);

/* Before anything else in the process: secure memory, allocator, library
 * settings.  Once. */
void sslmod_start(void);
/* Name and release of the TLS library that is linked. */
const char *sslmod_library(void);

#endif

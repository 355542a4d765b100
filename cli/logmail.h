#ifndef CSS_CLI_LOGMAIL_H
#define CSS_CLI_LOGMAIL_H

#include <stdint.h>

struct env;
struct log_mail;

/*
 * Log lines as mail, by libcurl on helper threads.  Lines that come while a mail
 * to the same recipient is under way go with the next one; what is more than a
 * mail may hold is dropped, counted and told in it.  Control thread only.
 */
struct logmail;

struct logmail *logmail_new(const struct env *env);
void logmail_add(struct logmail *m, const struct log_mail *to,
		 const char *line);
void logmail_send(struct logmail *m); /* what has been added */
/* Gives up what is under way, so that the jobs end soon; then nothing is sent. */
void logmail_hush(struct logmail *m);
void logmail_free(struct logmail *m);

struct logmail_counters {
	uint64_t sent, failed; /* mails */
	uint64_t dropped;      /* lines */
};
void logmail_counters(const struct logmail *m, struct logmail_counters *c);

#endif

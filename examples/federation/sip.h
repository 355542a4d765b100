#ifndef FED_SIP_H
#define FED_SIP_H

#include <stddef.h>
#include <sys/types.h>

/*
 * As much SIP as two ends need that check each other byte for byte: where a
 * message ends (RFC 3261 18.3: Content-Length), which header says what, and an
 * answer that is a function of the request and the node's name alone.
 */
#define SIP_MAX	     65536 /* bytes of one message */
#define SIP_CALL_LEN 63	   /* bytes of a Call-ID that we take */

/* Bytes of the first whole message in buf; 0: more must come; -1: not SIP. */
ssize_t sip_frame(const char *buf, size_t len);

/* The value of the first header of this name, without blanks around it; its
 * length goes to n.  NULL when there is none. */
const char *sip_header(const char *msg, size_t len, const char *name,
		       size_t *n);
/* The same as a string in out; 0, or -1 when missing or too long. */
int sip_header_copy(const char *msg, size_t len, const char *name, char *out,
		    size_t cap);

/* Request number i of a run, always the same bytes for the same arguments.
 * Returns its length; out has SIP_MAX bytes; body_max is at most 32768. */
size_t sip_request(char *out, unsigned i, unsigned run, size_t body_max);
/* The number behind a Call-ID of this run; -1: not one of ours. */
long sip_request_number(const char *call_id, unsigned run);

/* What the node of this name answers; 0: the request lacks a header.  The
 * body of the request goes back, so both ways carry bytes worth checking. */
size_t sip_answer(char *out, const char *msg, size_t len, const char *node);
/* 200 in "SIP/2.0 200 OK"; 0: no status line */
int sip_status(const char *msg, size_t len);

/* Lower-case hex of a digest ("SHA256", "MD5"); hex has 65 bytes. */
void sip_digest(const char *kind, const char *buf, size_t len, char *hex);

#endif

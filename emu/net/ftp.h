#ifndef CSS_EMU_NET_FTP_H
#define CSS_EMU_NET_FTP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/net/http.h"

struct out;

/*
 * Lines of an FTP control connection that announce a data connection (RFC 959
 * 4.1.2, 4.2; RFC 2428).  What stands there may be written anew with another
 * address; every other line is passed on as it is.
 */
enum ftp_kind {
	FTP_OTHER,
	FTP_PORT,     /* the client waits there: PORT, EPRT */
	FTP_PASSIVE,  /* the client asks the server to wait: PASV, EPSV */
	FTP_ENTERING, /* the server waits there: answers 227 and 229 */
	FTP_SECURE, /* answer 234: from now on nothing can be read (RFC 4217) */
};

struct ftp_line {
	enum ftp_kind kind;
	struct in_addr addr;	/* INADDR_ANY: the server's, as in 229 */
	uint16_t port;		/* host order, never 0 of PORT and ENTERING */
	struct http_span where; /* that is replaced */
	char bar;		/* delimiter of RFC 2428; 0: commas */
};

/* A line with or without its end; from the client, and from the server. */
void ftp_command(const char *line, size_t len, struct ftp_line *l);
void ftp_reply(const char *line, size_t len, struct ftp_line *l);
/* May it be the beginning, of a byte or more, of a line that is not FTP_OTHER? */
bool ftp_may_begin(const char *text, size_t len, bool reply);
/* The line with another address and port in it. */
void ftp_write(const char *line, size_t len, const struct ftp_line *l,
	       struct in_addr addr, uint16_t port, struct out *o);

#endif

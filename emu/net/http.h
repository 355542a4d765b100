#ifndef CSS_EMU_NET_HTTP_H
#define CSS_EMU_NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

/*
 * The head of an HTTP request, found in one pass over bytes as they arrive.
 * Nothing is copied: everything is an offset into the caller's buffer.
 */
#define HTTP_HEAD_MAX 16384 /* own bound; the product reads up to 20 packets */

enum http_result {
	HTTP_MORE, /* no empty line yet */
	HTTP_OK,
	HTTP_BAD, /* no HTTP request, or longer than HTTP_HEAD_MAX */
};

struct http_span {
	uint32_t at, len;
};

struct http_request {
	struct http_span method, path, query, host; /* path without "?..." */
	uint32_t head_len; /* up to and with the empty line */
	uint8_t minor;	   /* HTTP/1.minor */
};

/*
 * buf holds len bytes since the start of the connection.  *seen is 0 at first
 * and belongs to the scanner between calls with a longer buffer.
 */
enum http_result http_scan(const char *buf, size_t len, size_t *seen,
			   struct http_request *r);

/* ---- methods: of RFC 2616, and those that RFC 2518 adds -------------------- */
#define HTTP_METHOD_2518 8 /* the first of these */
#define HTTP_METHOD_NUM	 15 /* any other one */

/* Whose name is it?  HTTP_METHOD_NUM: of no known one. */
unsigned http_method_index(const char *name, size_t len);
const char *http_method_text(unsigned method);

#endif

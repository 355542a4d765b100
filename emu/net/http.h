#ifndef CSS_EMU_NET_HTTP_H
#define CSS_EMU_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/net/chunk.h"

/*
 * HTTP/1 messages on a byte stream, one pass, nothing copied (RFC 9112).
 *
 * llhttp takes heads apart, in its strict form, and more is refused here: a
 * message that two parsers could read in two ways (both lengths, codings beside
 * chunked, folded lines, bare CR or LF, NUL, two Hosts, a chunk that is longer
 * than its size) is bad.
 * A stream is one direction of one connection.  Bytes are fed as they come; at a
 * head's end and at a message's end the feeding stops and says so, so that a
 * decision can be taken before another byte is passed on.
 */
#define HTTP_HEAD_MAX  32768 /* own bound; the product reads up to 20 packets */
#define HTTP_FIELD_MAX 100   /* own bound: fields of one head */

struct http_span { /* of the buffer that holds the head, from its first byte */
	uint32_t at, len;
};

struct http_field {
	struct http_span name, value; /* value without outer blanks */
};

/* A head, when it is whole.  Everything counts from the head's first byte. */
struct http_head {
	struct http_span method;
	struct http_span target; /* as it stands in the request line */
	struct http_span path,
		query;	       /* path without "?..."; query without '?' */
	struct http_span host; /* of an absolute target, else Host */
	struct http_field field[HTTP_FIELD_MAX];
	uint16_t nfield;
	uint16_t status; /* of a response */
	uint8_t minor;	 /* HTTP/1.minor */
	uint32_t len;	 /* up to and with the empty line */
	bool chunked, has_length;
	uint64_t length;
	bool keep_alive; /* another message may follow on the connection */
	bool opaque;	 /* CONNECT or Upgrade: bytes behind it are not HTTP */
};

enum http_event {
	HTTP_EV_MORE, /* everything was taken; more is to come */
	HTTP_EV_HEAD, /* the head is whole: head is filled */
	HTTP_EV_END,  /* the message is over; the next byte begins another */
	HTTP_EV_RAW, /* from here on the bytes are no HTTP (CONNECT, Upgrade) */
	HTTP_EV_BAD, /* no HTTP, or not to be trusted; http_why() tells */
};

struct http_stream {
	size_t seen;   /* bytes of a head that gathers, looked at */
	uint64_t left; /* of a body of stated length */
	struct chunk_state chunk;
	uint8_t where; /* in a head, in a body, raw, bad */
	uint8_t body;  /* how it ends */
	bool responses;
	bool bodiless; /* the response belongs to a HEAD */
	bool opaque;   /* what follows the message may be no HTTP */
	bool alien;    /* bad from its first byte: another protocol */
	const char *why;
	/* gets the bytes of bodies, chunked coding undone; NULL: nobody */
	void (*taker)(void *arg, const char *at, size_t len);
	void *taker_arg;
};

void http_begin(struct http_stream *s, bool responses);
/*
 * Takes bytes of buf up to the next event; *used tells how many.  While a head
 * gathers, buf must be the head's first byte each time and all of it that is
 * there, and *used stays 0 until HTTP_EV_HEAD (then it is head->len).  In a body
 * buf is what is new.  HTTP_EV_MORE with HTTP_HEAD_MAX bytes of a head is HTTP_EV_BAD.
 */
enum http_event http_feed(struct http_stream *s, const char *buf, size_t len,
			  size_t *used, struct http_head *head);
/* The connection ended: HTTP_EV_END when that ends a message of no stated length,
 * HTTP_EV_BAD inside of one, HTTP_EV_MORE between two. */
enum http_event http_eof(struct http_stream *s);
/* Of a response stream, before its head: what was asked changes how it ends. */
void http_expect(struct http_stream *s, bool bodiless);
/* From now on bodies are handed out, piece by piece. */
void http_take_body(struct http_stream *s,
		    void (*body)(void *arg, const char *at, size_t len),
		    void *arg);
/* Of a request stream: CONNECT or Upgrade was not agreed to, so what follows the
 * message is a request again. */
void http_declined(struct http_stream *s);
const char *http_why(const struct http_stream *s);

/* ---- looking at a head ------------------------------------------------------ */
/* The i-th field of a name (any case), counted from 0; NULL: there is none. */
const struct http_field *http_field_find(const char *buf,
					 const struct http_head *h,
					 const char *name, unsigned i);
/* The path that rules look at; "/" where the target has none: "http://host",
 * "*", and "host:port" of CONNECT (RFC 9112 3.2). */
const char *http_path(const char *buf, const struct http_head *h, size_t *len);
/* Length of "www.example.com" in "www.example.com.:80". */
size_t http_host_len(const char *host, size_t len);
bool http_span_is(const char *buf, struct http_span s, const char *text);

/* ---- methods: of RFC 2616, and those that RFC 2518 adds -------------------- */
#define HTTP_METHOD_2518 8  /* the first of these */
#define HTTP_METHOD_NUM	 15 /* any other one */

/* Whose name is it?  HTTP_METHOD_NUM: of no known one. */
unsigned http_method_index(const char *name, size_t len);
const char *http_method_text(unsigned method);

#endif

#ifndef CSS_EMU_PLANE_HELLO_H
#define CSS_EMU_PLANE_HELLO_H

#include <stdbool.h>
#include <stddef.h>

struct flow;

/*
 * TLS hellos of connections whose rule sticks by the session id (advanced-balance
 * ssl).  The client's is looked at and left in the socket, so that whoever goes on
 * with the connection, a server or an SSL module, gets it whole.
 */
struct hello;

/* Waits for the client's hello, decides and acts.  The flow may be over
 * afterwards. */
void hello_first(struct flow *f);
/* Bytes that the server said first, as long as f->hello is there. */
void hello_said(struct flow *f, const char *buf, size_t len);
/* The module has shaken hands with the client. */
void hello_shaken(struct flow *f);
void hello_free(struct hello *h);

#endif

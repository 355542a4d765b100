#include "emu/base/str.h"
#include "emu/io/rnd.h"
#include "emu/keepalive/ka.h"

#include <string.h>
#include <sys/epoll.h>

/*
 * "keepalive type ssl": a ClientHello goes out, a ServerHello must come back,
 * then the connection is dropped.  No key is agreed on and no certificate is
 * looked at, so this needs no TLS library.
 *
 * The hello is one that every server of the last twenty years answers: a
 * TLS 1.0 record, version TLS 1.2, suites from export RC4 to TLS 1.3 (a server
 * that knows but one of them must not call us incompatible), and the
 * extensions that a TLS 1.3 server insists on.  The key share is empty: such a
 * server then asks for one by a HelloRetryRequest, which is a ServerHello on the
 * wire, and has spent no key operation on us.
 */
#define RECORD_HANDSHAKE 22
#define RECORD_ALERT	 21
#define SERVER_HELLO	 2
#define RECORD_MAX	 (16384 + 2048)
#define ANSWER_LEN	 7 /* record head; message type, or the alert */

struct state {
	bool sent;
	size_t len;
	uint8_t answer[ANSWER_LEN];
};

/* Lengths stand in front of their blocks; a unit test adds them up.  Fresh
 * bytes go to RANDOM_AT. */
/* clang-format off */
static const uint8_t hello[] = {
	22, 3, 1, 0, 178,	 /* record: handshake, TLS 1.0 */
	1, 0, 0, 174,		 /* ClientHello */
	3, 3,			 /* TLS 1.2 */
	0, 0, 0, 0, 0, 0, 0, 0,	 /* random */
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0,			 /* no session */
	0, 74,			 /* cipher suites */
	0x13, 0x01, 0x13, 0x02, 0x13, 0x03,		  /* TLS 1.3 */
	0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30,	  /* ECDHE, GCM */
	0xcc, 0xa9, 0xcc, 0xa8,				  /* ChaCha20 */
	0xc0, 0x09, 0xc0, 0x13, 0xc0, 0x0a, 0xc0, 0x14,	  /* ECDHE, CBC */
	0x00, 0x9e, 0x00, 0x9f,				  /* DHE, GCM */
	0x00, 0x33, 0x00, 0x39, 0x00, 0x16, 0x00, 0x15,	  /* DHE-RSA */
	0x00, 0x32, 0x00, 0x38, 0x00, 0x13,		  /* DHE-DSS */
	0x00, 0x9c, 0x00, 0x9d, 0x00, 0x2f, 0x00, 0x35,	  /* RSA, AES */
	0x00, 0x0a, 0x00, 0x09, 0x00, 0x05, 0x00, 0x04,	  /* RSA, old */
	0x00, 0x62, 0x00, 0x64, 0x00, 0x08, 0x00, 0x03,	  /* export */
	0x00, 0x02, 0x00, 0x01,				  /* RSA, NULL */
	0x00, 0xff,					  /* RFC 5746 */
	1, 0,			 /* compression: none */
	0, 59,			 /* extensions */
	0, 10, 0, 8, 0, 6,	 /* groups: x25519, P-256, P-384 */
	0, 29, 0, 23, 0, 24,
	0, 11, 0, 2, 1, 0,	 /* point formats: uncompressed */
	0, 13, 0, 18, 0, 16,	 /* signature algorithms */
	4, 3, 8, 4, 4, 1, 5, 1, 8, 7, 2, 3, 2, 1, 2, 2,
	0, 43, 0, 9, 8,		 /* versions: 1.3 to 1.0 */
	3, 4, 3, 3, 3, 2, 3, 1,
	0, 51, 0, 2, 0, 0,	 /* key share: none yet */
};
/* clang-format on */
#define RANDOM_AT 11

static enum ka_result start(struct ka_probe *p, uint64_t now_ms)
{
	(void)now_ms;
	return ka_connect(p);
}

static enum ka_result send_hello(struct ka_probe *p)
{
	uint8_t message[sizeof(hello)];

	memcpy(message, hello, sizeof(hello));
	rnd_bytes(message + RANDOM_AT, 32);
	if (ka_send(p, message, sizeof(message)) == KA_DOWN)
		return KA_DOWN;
	return ka_wait(p, EPOLLIN);
}

static enum ka_result judge(struct ka_probe *p, const struct state *s)
{
	const uint8_t *a = s->answer;
	unsigned len = (unsigned)a[3] << 8 | a[4];

	if (a[0] == RECORD_ALERT && a[1] == 3)
		return ka_fail(p, "%s:%u refuses the hello: TLS alert %u",
			       str_addr(p->addr), p->port, a[6]);
	if (a[0] != RECORD_HANDSHAKE || a[1] != 3 || len < 4 ||
	    len > RECORD_MAX || a[5] != SERVER_HELLO)
		return ka_fail(p, "%s:%u does not answer with an SSL hello",
			       str_addr(p->addr), p->port);
	return KA_UP;
}

static enum ka_result ready(struct ka_probe *p, uint32_t events,
			    uint64_t now_ms)
{
	struct state *s = p->state;
	enum ka_result result;

	(void)events;
	(void)now_ms;
	result = ka_ask(p, &s->sent, send_hello, s->answer, sizeof(s->answer),
			&s->len);
	return result == KA_UP ? judge(p, s) : result;
}

const struct ka_ops ka_ssl = {
	.name = "ssl",
	.state_size = sizeof(struct state),
	.start = start,
	.ready = ready,
	.stop = ka_drop,
};

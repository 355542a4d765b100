#ifndef CSS_EMU_IO_SNTP_H
#define CSS_EMU_IO_SNTP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct hostmap;
struct loop;

/*
 * The SNTP client (RFC 4330): asks the primary server, and when it does not
 * answer the secondary, and sets the switch's clock (emu/base/wall.h); the
 * host's is never touched.  Control thread.
 */
#define SNTP_POLL_DFLT	  64 /* s */
#define SNTP_VERSION_DFLT 1

enum { SNTP_PRIMARY, SNTP_SECONDARY, SNTP_NSERVER };

/* What the configuration has. */
struct sntp_conf {
	struct {
		struct in_addr addr; /* INADDR_ANY: none */
		uint8_t version;     /* 1 to 4 */
	} server[SNTP_NSERVER];
	uint16_t poll_s;
};

struct sntp;

/* changed(arg) is called when the clock has been moved by a second or more. */
struct sntp *sntp_new(struct loop *l, const struct hostmap *map,
		      void (*changed)(void *arg), void *arg);
void sntp_free(struct sntp *s);
/* Follows the configuration: what is new is asked at once. */
void sntp_sync(struct sntp *s, const struct sntp_conf *c);

struct sntp_state {
	bool up[SNTP_NSERVER]; /* has answered the last question */
	time_t updated;	       /* of the switch's clock; 0: never */
	int last;	       /* server that the time is from */
	int64_t offset_ms;     /* that the last answer moved the clock by */
	unsigned stratum;
	uint64_t sent, answers, bad;
};
void sntp_state(const struct sntp *s, struct sntp_state *st);

/* ---- the packet (RFC 4330, 4): for tests ---------------------------------- */
#define SNTP_LEN 48
/* A request; stamp is what the answer must give back. */
void sntp_request(uint8_t *p, unsigned version, uint64_t stamp);
enum sntp_answer {
	SNTP_OK,
	SNTP_BAD,  /* not an answer to this request */
	SNTP_LATE, /* the server's clock is not set */
	SNTP_KISS, /* the server wants to be left alone */
};
struct sntp_exchange {
	uint64_t stamp;	    /* of the request */
	int64_t sent, back; /* when it left and the answer came, ms */
	int64_t offset_ms;  /* what the clock is to be moved by */
	unsigned stratum;
};
/* Fills the last two on SNTP_OK. */
enum sntp_answer sntp_read(const uint8_t *p, size_t len,
			   struct sntp_exchange *x);
/* A time of the switch's clock (ms) as a 64-bit timestamp, and back. */
uint64_t sntp_stamp(int64_t ms);
int64_t sntp_ms(uint64_t stamp);

#endif

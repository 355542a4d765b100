#ifndef CSS_TESTS_REPLAY_FRAMETEXT_H
#define CSS_TESTS_REPLAY_FRAMETEXT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct out;

/*
 * Frames as text, for tests: one line a frame, its headers from the outside in
 * with `|` between them.
 *
 *	eth client > switch | ip client > vip ttl=64 | tcp 4000 > 80 S seq=1000 \
 *		opts=mss:1460,sackok | "GET / HTTP/1.0\r\n"
 *
 *	eth A > B [vlan=N]		   A: a name, a MAC address, all, stp, cdp
 *	arp request|reply A > B [sha= tha=]	A asks for B, A answers B
 *	ip A > B [ttl= tos= id= df=1 mf=1 frag=BYTES proto= len= hl= ver= sum=
 *		  opts=HEX]
 *	tcp P > P [FLAGS] [seq= ack= win= urg= hl= sum= opts=]
 *	udp P > P [len= sum=]
 *	icmp KIND [id= seq= mtu= gw= sum=]	  echo, reply, redirect, ttl-exceeded,
 *		net-, host-, proto-, port-unreachable, need-frag, ... or type= code=
 *	bpdu [root=PRIORITY/MAC cost= bridge=PRIORITY/MAC port= age= max= hello=
 *		delay= flags= kind=]
 *	snap [oui= type=]		802.3 with a SNAP header
 *	"text", 1400 bytes, or hex 00ff..
 *
 * What a line does not name is, when a frame is made, filled in: lengths and
 * checksums as they must be, the rest with the defaults of the tables in
 * frametext.c.  When a frame is compared, it is not looked at; a line may also
 * stop before the frame's last header.  Flags, options and the tag (none, when
 * the line names none) are compared as a whole.
 *
 * A number may be `*` (anything), `?name` (anything, kept under that name),
 * `$name` and `$name+5`.
 */
#define FRAME_MAX 65600
#define FT_LAYERS 8
#define FT_FIELDS 24
#define NAMES_MAX 96

struct name {
	char text[24];
	bool has_mac, has_addr, has_value;
	uint8_t mac[6];
	struct in_addr addr;
	uint64_t value; /* of ?name */
};
struct names {
	struct name list[NAMES_MAX];
	int n;
};

/* "client 02:00:00:00:00:01 10.1.1.1": MAC and address are each optional, and
 * may be those of another name. */
int names_add(struct names *t, const char *text, struct err *err);
struct name *names_find(struct names *t, const char *text, size_t len);

/* The frame that the text describes, padded to 60 bytes as on a wire. */
int frame_make(struct names *t, const char *text, uint8_t *frame, size_t *len,
	       struct err *err);
/* 0: the frame is what the text says; names that are asked for are set.  Else err
 * tells the first difference. */
int frame_compare(struct names *t, const char *text, const uint8_t *frame,
		  size_t len, struct err *err);
/* Lengths, and every checksum that there is. */
int frame_sound(const uint8_t *frame, size_t len, struct err *err);
/* One line, in the form above. */
void frame_tell(const struct names *t, const uint8_t *frame, size_t len,
		struct out *o);

/* Leaves the checksum of an untagged frame's TCP or UDP to be finished, as hosts with
 * offload do: the field has the pseudo header's sum.  *start, *at: where summing
 * begins, and where the field is from there. */
void frame_open_sum(uint8_t *frame, unsigned *start, unsigned *at);

/* The nth IPv4 fragment (from 0) of a frame, with at most size bytes of payload
 * each; 0: there are no more. */
size_t frame_fragment(const uint8_t *frame, size_t len, unsigned size,
		      unsigned nth, uint8_t *to);
/* Puts a fragment into the frame that was gathered before (*have 0 at first);
 * *missing: bytes that are still to come, -1 while the end is unknown. */
int frame_gather(uint8_t *whole, size_t *have, int *missing,
		 const uint8_t *frame, size_t len, struct err *err);

#endif

#ifndef CSS_EMU_FLOW_WHY_H
#define CSS_EMU_FLOW_WHY_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/conf/service.h"
#include "emu/flow/decide.h"
#include "emu/net/key.h"

struct out;
struct policy;

/*
 * Why a decision fell as it did, in numbers: flow_decide() fills it when it is
 * given one, on traffic as in a trace.  Objects are told by index, so that a
 * record may outlive the policy; why_explain() finds names and the rules that
 * lost while the policy is still the same.
 */
#define WHY_CANDIDATES 16  /* services of a rule that are told of */
#define WHY_HEAD       512 /* bytes of the request that are kept */
#define WHY_KEEP       1000

enum why_sticky {
	WHY_STICKY_NONE, /* the rule is not sticky */
	WHY_STICKY_MISS, /* not in the table; learnt */
	WHY_STICKY_HIT,
	WHY_STICKY_DOWN,      /* there, but its service is not usable */
	WHY_STICKY_FULL,      /* not learnt: the table is full */
	WHY_STICKY_NO_STRING, /* no cookie or string in the request */
	WHY_STICKY_UNKNOWN,   /* a string that names no service */
	WHY_STICKY_OVERRULED, /* an ACL's preferred service goes before */
	WHY_STICKY_NUM,
};

/* Why the balance method may not choose a service. */
enum why_out {
	WHY_IN, /* it may */
	WHY_OUT_STATE,
	WHY_OUT_MODULE,
	WHY_OUT_REDIRECT,
	WHY_OUT_WEIGHT,
	WHY_OUT_FULL,
	WHY_OUT_LOAD,
	WHY_OUT_NUM,
};

struct why_candidate {
	uint16_t service; /* index */
	uint8_t weight, load;
	uint8_t state; /* enum service_state */
	uint8_t out;   /* enum why_out */
	uint32_t conns;
};

struct why {
	uint64_t now_ms, wall_ms;
	uint64_t generation; /* of the policy's configuration */
	struct flow_key key;
	uint16_t rule;	      /* index, 0: none */
	uint16_t service;     /* index, 0: none */
	uint16_t acl, clause; /* 0: none looked at or none fits */
	uint16_t group;	      /* index, 0: none */
	uint8_t kind, reason; /* enum verdict_* */
	uint8_t sticky;	      /* enum why_sticky */
	uint8_t ncandidate;   /* told; ntotal: how many there were */
	uint8_t ntotal;
	bool has_request;
	bool unparsed; /* its method is not one that rules look at */
	bool remap;    /* the connection leaves the service that it had */
	uint8_t request_kind;
	struct why_candidate candidate[WHY_CANDIDATES];
	struct in_addr src, dst; /* behind translation */
	in_port_t dport;
	uint16_t head_len; /* of the request, at most WHY_HEAD kept */
	char head[WHY_HEAD];
};

/* In words, a block; policy NULL or of another generation: without the rules
 * that lost. */
void why_explain(const struct why *w, const struct policy *p, struct out *o);
/* The same as members of a JSON object, without its braces. */
void why_json(const struct why *w, const struct policy *p, struct out *o);

#endif

#ifndef CSS_EMU_REDUNDANCY_VROUTER_H
#define CSS_EMU_REDUNDANCY_VROUTER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "emu/keepalive/keepalive.h"

struct chassis;
struct circuit;
struct circuit_ip;
struct conf;
struct service;

/*
 * Virtual routers of circuits (platform.md 5.6): whether this switch is master
 * of the addresses that it shares with a peer.
 *
 * A router is master while its circuit is active and what is critical to it is
 * there, since no peer is heard: the host attachment has no frames that could
 * bring another switch's advertisements.  A peer with a higher priority would
 * make it a backup.
 */
enum vr_state { /* values of the MIB */
		VR_IF_DOWN = 0,
		VR_NO_SERVICE = 1,
		VR_BACKUP = 2,
		VR_MASTER = 3,
		VR_IDLE = 4,
};
enum vr_fail { /* why it was not master */
	       VR_NO_FAIL,
	       VR_FAIL_INTERFACE,
	       VR_FAIL_SERVICE,
	       VR_FAIL_REPORTER,
};
const char *vr_state_name(enum vr_state s); /* "Master" */
const char *vr_fail_name(enum vr_fail f);

/* A router goes down with one critical service whose keepalive is a script, with
 * the last of its uplinks, and with the last of all the others. */
enum critical_kind { CRITICAL_LOCAL, CRITICAL_UPLINK, CRITICAL_SCRIPT };
enum critical_kind critical_kind(const struct service *s);
const char *critical_kind_name(enum critical_kind k); /* "Local" */

/* The living switch, as far as a decision depends on it.  Borrowed. */
struct vr_view {
	const struct chassis *chassis;
	const struct conf *conf;
	void *arg;
	enum service_state (*service_state)(void *arg, const struct service *s);
};
/* Pure. */
enum vr_state vr_decide(const struct vr_view *v, const struct circuit *ci,
			const struct circuit_ip *ip, uint8_t vrid,
			enum vr_fail *why);

/* The same, without regard to the routers that it changes state with. */
enum vr_state vr_decide_alone(const struct vr_view *v, const struct circuit *ci,
			      const struct circuit_ip *ip, uint8_t vrid,
			      enum vr_fail *why);

/* ---- what became of them -------------------------------------------------- */
struct vr_status {
	struct in_addr addr; /* of the IP interface */
	uint8_t vrid;
	enum vr_state state;
	enum vr_fail last_fail;
	unsigned changes; /* of state, since they were cleared */
	time_t since;	  /* wall_now() of the last change; 0: none */
};

struct vrouters; /* control thread only */
struct vrouters *vrouters_new(void);
void vrouters_free(struct vrouters *r);
/* Decides for every router, notes and logs what changed, forgets those that are
 * configured no more.  true: some state changed. */
bool vrouters_follow(struct vrouters *r, const struct vr_view *v);
/* NULL: no such router, or it has not been looked at yet. */
const struct vr_status *vrouters_find(const struct vrouters *r,
				      struct in_addr addr, uint8_t vrid);
/* Is the address, a VIP or an interface's, one of a virtual router's?  Its state; of several, one that is
 * not master. */
bool vrouters_share(const struct vrouters *r, const struct conf *c,
		    struct in_addr addr, enum vr_state *state);
/* Does this switch answer on the address: has it no virtual router, or one that
 * is master? */
bool vrouters_serve(const struct vrouters *r, const struct conf *c,
		    struct in_addr addr);
/* vrid 0: all of this address; INADDR_ANY: all there are. */
void vrouters_zero(struct vrouters *r, struct in_addr addr, uint8_t vrid);

#endif

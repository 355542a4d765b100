#ifndef CSS_EMU_REDUNDANCY_BOX_H
#define CSS_EMU_REDUNDANCY_BOX_H

#include <netinet/in.h>
#include <stdbool.h>
#include <time.h>

#include "emu/keepalive/keepalive.h"

struct circuit_ip;
struct conf;
struct vr_view;

/*
 * Box-to-box redundancy (platform.md 5.6): one of two switches is the master of
 * everything.  It runs on the IP interface with redundancy-protocol.  Since the
 * host attachment brings no advertisements of another switch, this one is the
 * master as long as the ports and uplinks that it watches hold.
 */
enum box_state { BOX_INIT, BOX_BACKUP, BOX_MASTER };
enum box_fail { /* values of the MIB; OTHER: another switch took over */
		BOX_NO_FAIL,
		BOX_FAIL_PHY,
		BOX_FAIL_UPLINK,
		BOX_FAIL_OTHER,
};
const char *box_state_name(enum box_state s); /* "Master" */
const char *box_fail_name(enum box_fail f);   /* "No Fail" */

#define BOX_VRID	    128
#define BOX_PRIORITY	    100
#define BOX_PRIORITY_MASTER 255 /* ip redundancy master */

bool box_is_enabled(const struct conf *c); /* ip redundancy */
/* The interface that it runs on; NULL: none is configured. */
const struct circuit_ip *box_interface(const struct conf *c);
bool box_is_usable(enum service_state s); /* of an uplink */
/* Pure. */
enum box_state box_decide(const struct vr_view *v, enum box_fail *why);

struct box_status {
	enum box_state state;
	enum box_fail last_fail;
	unsigned to_master, to_backup; /* changes */
	time_t since;		       /* conf_clock(); 0: never changed */
};

struct box; /* control thread only */
struct box *box_new(void);
void box_free(struct box *b);
/* Decides, notes and logs what changed; true: the state did. */
bool box_follow(struct box *b, const struct vr_view *v);
const struct box_status *box_status(const struct box *b);
/* Does this switch answer on the address?  A backup does not, unless it is on a
 * circuit that takes no part in redundancy. */
bool box_serves(const struct box *b, const struct conf *c, struct in_addr vip);

#endif

#ifndef CSS_EMU_REDUNDANCY_REPORTERS_H
#define CSS_EMU_REDUNDANCY_REPORTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "emu/conf/reporter.h"

struct vr_view;

/*
 * What reporters find (emu/conf/reporter.h).  One of ports is up while all, or
 * any, of them are; one of virtual routers while each of them could be master,
 * and while it is not, none of them is: they change state together.
 */
enum reporter_state {
	REPORTER_SUSPENDED, /* also: holds nobody up */
	REPORTER_DOWN,
	REPORTER_UP,
};
const char *reporter_state_name(enum reporter_state s); /* "Up" */

/* Pure. */
enum reporter_state reporter_decide(const struct vr_view *v,
				    const struct reporter *r);
/* Is one of the ports, or the router, that it watches up? */
bool reporter_phy_up(const struct vr_view *v, const struct reporter_phy *p);
bool reporter_vrid_up(const struct vr_view *v, const struct reporter_vrid *r);

/* ---- what became of them -------------------------------------------------- */
struct reporter_status {
	char name[NAME_LEN + 1];
	enum reporter_state state;
	unsigned transitions; /* of state, since they were cleared */
	time_t since;	      /* wall_now() of the last one; 0: none */
};

struct reporters; /* control thread only */
struct reporters *reporters_new(void);
void reporters_free(struct reporters *r);
/* Decides for every reporter, notes and logs what changed, forgets those that
 * are configured no more. */
void reporters_follow(struct reporters *r, const struct vr_view *v);
/* NULL: no such reporter, or it has not been looked at yet. */
const struct reporter_status *reporters_find(const struct reporters *r,
					     const char *name);
void reporters_zero(struct reporters *r);

#endif

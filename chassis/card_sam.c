#include "chassis/chassis.h"

/* Session Accelerator Module: a session processor without ports. */
const struct card_ops card_sam = {
	.part = "CSS5-SAM",
	.descr = "CSS 11500 Session Accelerator Module",
	.kind = CARD_SAM,
};

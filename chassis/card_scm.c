#include "chassis/chassis.h"

/*
 * Switch Control Module, and the main board that takes its place in the fixed
 * models: eight Fast Ethernet ports and a Gigabit one.
 */
const struct card_ops card_scm_2ge = {
	.part = "CSS5-SCM-2GE",
	.descr = "CSS 11500 System Control Module with 2 GBIC ports",
	.kind = CARD_SCM,
	.nports = 2,
	.port_type = "ge",
};

const struct card_ops card_board_11501 = {
	.part = "CSS11501",
	.descr = "CSS 11501 main board with 8 10/100 ports and 1 GBIC port",
	.kind = CARD_SCM,
	.nports = 9,
	.port_type = "fe",
	.nports_ge = 1,
};

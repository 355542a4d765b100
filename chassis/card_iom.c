#include "chassis/chassis.h"

/* Input/output modules: one row a port layout. */
const struct card_ops card_iom_2ge = {
	.part = "CSS5-IOM-2GE",
	.descr = "CSS 11500 I/O Module with 2 GBIC ports",
	.kind = CARD_IOM,
	.nports = 2,
	.port_type = "ge",
};

const struct card_ops card_iom_8fe = {
	.part = "CSS5-IOM-8FE",
	.descr = "CSS 11500 I/O Module with 8 10/100 ports",
	.kind = CARD_IOM,
	.nports = 8,
	.port_type = "fe",
};

const struct card_ops card_iom_16fe = {
	.part = "CSS5-IOM-16FE",
	.descr = "CSS 11500 I/O Module with 16 10/100 ports",
	.kind = CARD_IOM,
	.nports = 16,
	.port_type = "fe",
};

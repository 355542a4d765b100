#ifndef CSS_CLI_MODE_GLOBAL_H
#define CSS_CLI_MODE_GLOBAL_H

#include <stddef.h>

#include "cli/setting.h"
#include "emu/conf/global.h"

/*
 * What the tables of global configuration have in common: where the values of
 * their rows are kept.  Render hooks of these tables get the struct conf.
 */

/* .set of a row whose value is kept as it is typed */
#define KEPT(...)                                                              \
	&(const struct setting)                                                \
	{                                                                      \
		.global = true, SETTING_AT(struct global, kept), __VA_ARGS__   \
	}
/* .set of a row whose value has a field of struct global:
 * FIELD(flow.tcp_mss, .store = SET_U16, ...) */
#define FIELD(field, ...)                                                      \
	&(const struct setting)                                                \
	{                                                                      \
		.global = true, SETTING_AT(struct global, field), __VA_ARGS__  \
	}

/* -1 and err, "WHAT is not enabled", when no line of the family is there. */
int global_needs(const struct cli *cli, const char *family, const char *what,
		 struct err *err);
/* "<ip:addr> <mask:mask>" or "<ip:cidr>" as a setting's key has it. */
int global_net(const struct args *a, char *buf, size_t cap, struct err *err);
/* .check of a row with <zone:uint:0-15> and {tier1|tier2} */
int zone_check(struct cli *cli, const struct args *a, struct err *err);

#endif

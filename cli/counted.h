#ifndef CSS_CLI_COUNTED_H
#define CSS_CLI_COUNTED_H

#include <stdint.h>

struct cli;
struct settings;

/*
 * What show commands of settings have in common: the kept settings of global
 * configuration, and what was counted about them (emu/base/tally.h).
 */
const struct settings *global_kept(const struct cli *cli);
unsigned long long counted(const struct cli *cli, const char *topic,
			   const char *thing, const char *name);
/* One right-aligned counter a line; names end in NULL. */
void counted_show(struct cli *cli, const char *topic, const char *const *names);

#endif

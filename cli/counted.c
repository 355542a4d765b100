#include "cli/counted.h"

#include "cli/cmd.h"
#include "cli/columns.h"
#include "cli/env.h"
#include "emu/base/tally.h"
#include "emu/conf/global.h"

const struct settings *global_kept(const struct cli *cli)
{
	return &cli_conf(cli)->global->kept;
}

unsigned long long counted(const struct cli *cli, const char *topic,
			   const char *thing, const char *name)
{
	return tally_get(cli_env(cli)->tallies, topic, thing, name);
}

void counted_show(struct cli *cli, const char *topic, const char *const *names)
{
	for (; *names; names++)
		col_count(cli_out(cli), COL_COUNTER, *names,
			  counted(cli, topic, "", *names));
}

#include "cli/lookup.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/conf.h"
#include "emu/conf/global.h"
#include "emu/io/names.h"

void lookup_servers(const struct env *env, struct names *n)
{
	const struct global *g = env->conf->global;

	*n = (struct names){ .map = env->map };
	if (str_to_addr(g->dns_primary, &n->server[0]))
		n->nserver = 1;
	for (int i = 0; i < g->ndns_secondary; i++)
		if (n->nserver < NAMES_SERVER_MAX &&
		    str_to_addr(g->dns_secondary[i], &n->server[n->nserver]))
			n->nserver++;
	(void)str_copy(n->suffix, sizeof(n->suffix), g->dns_suffix);
}

/* ---- asking --------------------------------------------------------------- */

struct asking {
	struct names names;
	char name[128];
	atomic_bool stop;
	struct in_addr addr;
	int rc;
	struct err err;
	lookup_fn found;
	void *arg; /* owned */
};

static void ask_work(void *arg)
{
	struct asking *k = arg;

	k->rc = names_lookup(&k->names, k->name, &k->stop, &k->addr, &k->err);
}

static int ask_done(struct cli *cli, void *arg, struct err *err)
{
	struct asking *k = arg;
	int rc = k->rc;

	*err = k->err;
	if (cli && rc == 0)
		rc = k->found(cli, k->addr, k->arg, err);
	free(k->arg);
	free(k);
	return rc;
}

static void ask_stop(void *arg)
{
	struct asking *k = arg;

	atomic_store(&k->stop, true);
}

static int ask(struct cli *cli, const char *name, lookup_fn found, void *arg)
{
	struct asking *k = xcalloc(1, sizeof(*k));
	int rc = 0;

	lookup_servers(cli_env(cli), &k->names);
	(void)str_copy(k->name, sizeof(k->name), name);
	k->found = found;
	k->arg = arg;
	rc = cli_job(cli, ask_work, ask_done, k);
	cli_job_stop(cli, ask_stop);
	return rc;
}

static bool may_ask(struct cli *cli, const char *text)
{
	struct names n;

	lookup_servers(cli_env(cli), &n);
	return n.nserver && cli_may_wait(cli) && host_is_name(text);
}

int lookup(struct cli *cli, const char *text, lookup_fn found, void *arg,
	   struct err *err)
{
	struct in_addr addr;
	int rc = host_resolve(cli_conf(cli), text, &addr, err);

	if (rc < 0 && may_ask(cli, text))
		return ask(cli, text, found, arg);
	if (rc == 0)
		rc = found(cli, addr, arg, err);
	free(arg);
	return rc;
}

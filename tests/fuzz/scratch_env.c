#include "scratch_env.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/account.h"
#include "cli/bootrec.h"
#include "cli/env.h"
#include "cli/script_sock.h"
#include "emu/base/err.h"
#include "emu/base/wall.h"
#include "emu/conf/conf.h"
#include "emu/io/disk.h"
#include "emu/io/hostmap.h"
#include "emu/io/loop.h"
#include "emu/options.h"
#include "emu/scratch.h"
#include "sslmod/card_ssl.h"
#include "sslmod/store.h"

static void no_apply(void *arg, struct out *warn)
{
	(void)arg;
	(void)warn;
}

static struct env *build(const struct options *opt)
{
	static struct env env;
	static struct bootrec bootrec;
	struct err err = { 0 };

	sslmod_start();
	env.disk = disk_open(NULL, &err);
	env.loop = loop_new();
	env.map = hostmap_new();
	env.sockets = sockets_new(env.loop, env.map);
	env.conf = conf_new();
	env.boot_ms = clock_ms();
	env.boot_time = wall_now();
	env.apply = no_apply;
	if (env.disk) {
		env.store = store_open(env.disk);
		bootrec_load(env.disk, &bootrec);
		env.bootrec = &bootrec;
	}
	scratch_hooks(&env, opt->tls, true);
	if (!env.disk || scratch_chassis(opt, &env, &err)) {
		(void)fprintf(stderr, "no scratch switch: %s\n", err.msg);
		abort();
	}
	return &env;
}

struct env *scratch_env_of(const struct options *opt)
{
	static struct env *env;
	struct err err;

	if (!env)
		env = build(opt);
	conf_clear(env->conf);
	if (account_store(env->disk, env->conf, NULL, NULL, &err))
		abort();
	return env;
}

struct env *scratch_env(void)
{
	static const struct options opt = { .chassis = "11503" };

	return scratch_env_of(&opt);
}

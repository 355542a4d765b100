/*
 * How long the command line takes, on one core (tests/bench/cli)
 *
 *	trees		the command trees of all modes are built
 *	replay		a configuration file runs on an empty switch
 *	render		running-config of it is printed
 *	completion	Tab, at the worst of the places that are tried
 *	help		`?`, likewise
 *	memory		what the process has grown by, from before the replay
 *
 * usage: cli_times FILE.  Times are CPU time of this thread, the least of several
 * where the work can be repeated.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "cli/env.h"
#include "cli/modes.h"
#include "cli/render.h"
#include "cli/session.h"
#include "cli/tree.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "tests/fuzz/scratch_env.h"

static double cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long peak_kb(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

static char *read_all(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;
	ssize_t n = f ? getdelim(&text, &cap, '\0', f) : -1;

	if (n < 0) {
		perror(path);
		exit(2);
	}
	(void)fclose(f);
	*len = (size_t)n;
	return text;
}

static void trees(void)
{
	double t = cpu_ms();

	for (int m = 0; m < MODE_NUM; m++)
		(void)mode_tree((enum mode_id)m);
	(void)printf("trees       %8.2f ms  all %d modes\n", cpu_ms() - t,
		     MODE_NUM);
}

static void replay(const struct env *env, const char *path)
{
	size_t len = 0, lines = 0;
	char *text = read_all(path, &len);
	long before = peak_kb();
	double t = cpu_ms();
	int bad = script_run(env, text, len, NULL);

	t = cpu_ms() - t;
	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	(void)printf("replay      %8.2f ms  %zu lines, %d rejected\n"
		     "memory      %8.2f MB  grown by it\n",
		     t, lines, bad, (double)(peak_kb() - before) / 1024);
	free(text);
}

static void render(const struct env *env)
{
	double best = 1e9;
	size_t len = 0;

	for (int i = 0; i < 5; i++) {
		struct out o = { 0 };
		double t = cpu_ms();

		render_config(env, 0, &o);
		t = cpu_ms() - t;
		best = t < best ? t : best;
		len = o.len;
		out_fini(&o);
	}
	(void)printf("render      %8.2f ms  %zu bytes\n", best, len);
}

/* Places where much is known: objects by the thousand, long lists of words. */
static const struct {
	enum mode_id mode;
	const char *before;
} places[] = {
	{ MODE_SUPERUSER, "" },
	{ MODE_SUPERUSER, "show " },
	{ MODE_SUPERUSER, "show service " },
	{ MODE_SUPERUSER, "show rule owner01 " },
	{ MODE_GLOBAL, "s" },
	{ MODE_GLOBAL, "no service svc1" },
	{ MODE_CONTENT, "add service s" },
	{ MODE_GROUP, "add destination service " },
};

static double complete_ms(const struct env *env, size_t i)
{
	struct scope s = { .env = env, .owner = "" };
	double t = cpu_ms();
	char add[256];

	tree_complete(mode_tree(places[i].mode), places[i].before, &s, add,
		      sizeof(add));
	return cpu_ms() - t;
}

static double help_ms(const struct env *env, size_t i)
{
	struct scope s = { .env = env, .owner = "" };
	struct out o = { 0 };
	struct err err;
	double t = cpu_ms();

	(void)tree_help(mode_tree(places[i].mode), places[i].before, &s, &o,
			&err);
	t = cpu_ms() - t;
	out_fini(&o);
	return t;
}

static void worst(const struct env *env, const char *what,
		  double (*ms)(const struct env *env, size_t i))
{
	size_t n = sizeof(places) / sizeof(*places), at = 0;
	double most = 0;

	for (size_t i = 0; i < n; i++) {
		double best = 1e9;

		for (int k = 0; k < 5; k++) {
			double t = ms(env, i);

			best = t < best ? t : best;
		}
		if (best > most) {
			most = best;
			at = i;
		}
	}
	(void)printf("%-11s %8.2f ms  worst: %s \"%s\"\n", what, most,
		     modes[places[at].mode].name, places[at].before);
}

int main(int argc, char **argv)
{
	const struct env *env = scratch_env();

	if (argc != 2) {
		(void)fprintf(stderr, "usage: cli_times FILE\n");
		return 2;
	}
	trees();
	replay(env, argv[1]);
	render(env);
	worst(env, "completion", complete_ms);
	worst(env, "help", help_ms);
	return 0;
}

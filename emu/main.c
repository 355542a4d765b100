/* css11500: options, then boot; nothing else. */
#include <stdio.h>
#include <unistd.h>

#include "cli/env.h"
#include "cli/session.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/boot.h"
#include "emu/options.h"
#include "sslmod/card_ssl.h"

#ifndef CSS_RELEASE
#define CSS_RELEASE "unreleased"
#endif

enum { EXIT_OK = 0, EXIT_FAIL = 1, EXIT_USAGE = 2 };

static int usage_print(void)
{
	struct out o = { 0 };

	options_usage(&o);
	(void)fputs(out_text(&o), stdout);
	out_fini(&o);
	return EXIT_OK;
}

static int version_print(void)
{
	printf("css11500 %s (as WebNS %s), %s\n", CSS_RELEASE, CSS_VERSION_DOTS,
	       sslmod_library());
	return EXIT_OK;
}

static int complain(const struct err *err, int status)
{
	(void)fprintf(stderr, "css11500: %s\n", err->msg);
	return status;
}

static int run(const struct options *o, char **argv)
{
	struct err err = { 0 };
	int reboot = 0;

	if (boot_run(o, &reboot, &err))
		return complain(&err, EXIT_FAIL);
	if (reboot) {
		options_again(argv);
		(void)execv("/proc/self/exe", argv);
	}
	return EXIT_OK;
}

static int dispatch(const struct options *o, char **argv)
{
	switch (o->command) {
	case CMD_RUN:
		return run(o, argv);
	case CMD_REPLAY:
		return replay_main(o);
	case CMD_TRACE:
		return trace_main(o);
	case CMD_REPLAY_CAPTURE:
		return replay_capture_main(o);
	case CMD_ATTACH:
		return attach_main(o->disk);
	case CMD_VERSION:
		return version_print();
	case CMD_HELP:
	case CMD_NONE:
		break;
	}
	return usage_print();
}

int main(int argc, char **argv)
{
	struct options o;
	struct err err = { 0 };
	int status = EXIT_USAGE;

	if (options_parse(&o, argc, argv, &err))
		(void)complain(&err, status);
	else
		status = dispatch(&o, argv);
	options_fini(&o);
	return status;
}

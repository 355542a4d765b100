#ifndef CSS_EMU_OPTIONS_H
#define CSS_EMU_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sslmod/image.h"

struct err;
struct hostmap;
struct out;

enum command {
	CMD_NONE,
	CMD_RUN,
	CMD_REPLAY,
	CMD_TRACE,
	CMD_REPLAY_CAPTURE,
	CMD_ATTACH,
	CMD_HELP,
	CMD_VERSION
};

#define OPT_SLOT_MAX   6
#define OPT_IMPORT_MAX 256
#define OPT_FILE_MAX   256
#define OPT_PORT_MAX   64
#define OPT_THEN_MAX   64
#define OPT_PORT_NAME  15 /* bytes of "1/1" in front of the = */

struct port_file { /* of --in and --out */
	char port[OPT_PORT_NAME + 1];
	const char *file;
};

/* The command line, checked as far as it can be without touching anything.
 * Strings are borrowed from argv or static. */
struct options {
	enum command command;
	char disk[512]; /* --disk, or the default folder */
	const char *chassis;
	const char *slot[OPT_SLOT_MAX + 1]; /* part or "empty", NULL: default */
	const char *startup;
	const char *import_ssl[OPT_IMPORT_MAX];
	int nimport;
	const char *telnet;  /* "127.0.0.1:2323" or "off" */
	const char *ssh;     /* as telnet; "off" */
	struct hostmap *map; /* owned */
	bool mapped;	     /* --map or --port-base was given */
	bool wire;	     /* --attach wire */
	const char *port[OPT_PORT_MAX]; /* "1/1=veth0" */
	int nport;
	bool no_fast_path; /* --fast-path off */
	enum tls_profile tls;
	const char *keylog; /* NULL: no TLS secrets are written */
	int workers;  /* 0: one a core */
	int ready_fd; /* -1: none */
	bool show, json;
	bool boot_menu;
	const char *file[OPT_FILE_MAX]; /* replay, trace */
	int nfile;
	/* replay-capture */
	const char *config;
	uint8_t mac[6]; /* that the switch has; all 0: its own */
	struct port_file in[OPT_PORT_MAX], out[OPT_PORT_MAX];
	int nin, nout;
	const char *down[OPT_THEN_MAX]; /* services */
	int ndown;
	const char *then[OPT_THEN_MAX]; /* commands */
	int nthen;
};

/* -1 and err (one line that names the option and the cure) on bad usage. */
int options_parse(struct options *o, int argc, char **argv, struct err *err);
/* Takes the option that counts for one start only, --ready-fd, out of a command
 * line: its descriptor is closed by then.  For a reboot. */
void options_again(char **argv);
void options_fini(struct options *o);
void options_usage(struct out *o);

#endif

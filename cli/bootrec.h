#ifndef CSS_CLI_BOOTREC_H
#define CSS_CLI_BOOTREC_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "emu/conf/global.h"

struct disk;
struct err;
struct out;

/*
 * The boot record (platform.md 2.2, 3.4): what the switch boots, and the address
 * of its management port.  It is kept beside the configuration, in the file
 * boot-record of the disk, and holds the login of an FTP server itself, since no
 * configuration has been read when it is needed.
 */
enum boot_type { BOOT_UNSET, BOOT_DISK, BOOT_FTP, BOOT_NETWORK };
enum { BOOT_PRIMARY, BOOT_SECONDARY, BOOT_SOURCES };

#define BOOT_FILE_LEN 64

struct boot_source {
	enum boot_type type;
	char file[BOOT_FILE_LEN + 1]; /* version, or path of the image */
	char path[BOOT_FILE_LEN + 1]; /* of the configuration, "": none */
	struct ftp_record ftp;	      /* copy; host "": none */
};

struct boot_unit {
	struct in_addr addr, gateway; /* INADDR_ANY: none */
	uint8_t prefix_len;	      /* 0: none */
	struct boot_source source[BOOT_SOURCES];
};

struct bootrec {
	struct boot_unit active;
	struct boot_unit passive; /* the standby SCM of an 11506 */
	bool offdm_login; /* the Offline Diagnostic Monitor asks for a login */
};

/* The record of the disk; without one, that of a new switch: the built-in
 * version from disk.  A spoilt one is kept beside and logged. */
void bootrec_load(struct disk *d, struct bootrec *b);
int bootrec_store(struct disk *d, const struct bootrec *b, struct err *err);

/* The lines of show boot-config; prefix stands in front of each: "passive ". */
void bootrec_render(const struct boot_unit *u, const char *prefix,
		    struct out *o);
/* Those of them that change no behaviour, with the reason, for show lab inert. */
void bootrec_inert(const struct bootrec *b, struct out *o);
const char *boot_type_name(enum boot_type t); /* "boot-via-disk" */

#endif

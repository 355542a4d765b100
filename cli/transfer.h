#ifndef CSS_CLI_TRANSFER_H
#define CSS_CLI_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "emu/base/err.h"

struct cli;
struct env;

/*
 * One file to or from an FTP or SFTP server that an ftp-record names.
 * transfer_new() copies all that the helper thread needs; transfer_run() may
 * take its time there; everything else is the control thread's.
 */
struct transfer {
	bool sftp, put;
	char *data; /* what is sent, or what has come; wiped at the end */
	size_t len, max;
	int rc; /* of transfer_run: 0, or -1 and err */
	struct err err;
	struct transfer_peer *peer; /* owned */
};

/* NULL and err: no such record, host unknown, password not readable. */
struct transfer *transfer_new(const struct env *env, const char *record,
			      bool sftp, const char *remote, size_t max,
			      struct err *err);
/* Makes it an upload of the bytes, which become the transfer's. */
void transfer_send(struct transfer *t, void *data, size_t len);
void transfer_run(struct transfer *t); /* helper thread */
void transfer_free(struct transfer *t);
/* The last component of a remote path. */
const char *transfer_base(const char *remote);

#endif

#ifndef CSS_CLI_TRANSFER_H
#define CSS_CLI_TRANSFER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/cmd.h"
#include "emu/base/err.h"

struct disk_draft;
struct ftp_record;

/*
 * One file to or from a server: FTP or SFTP as an ftp-record names it, or TFTP.
 * Made on the control thread with copies of all that the helper thread needs;
 * transfer_run() may take its time there; everything else is the control
 * thread's.  What comes is kept in memory (data), or goes to a draft of the
 * disk; what goes is memory or an open file.
 */
enum transfer_way { TRANSFER_FTP, TRANSFER_SFTP, TRANSFER_TFTP };

struct transfer {
	enum transfer_way way;
	bool put;
	char *data; /* NUL behind it; wiped at the end */
	size_t len, cap;
	uint64_t max;		  /* a file that is longer fails */
	struct disk_draft *draft; /* owned; NULL: into memory */
	int fd;			  /* owned; -1: from memory */
	struct progress progress;
	atomic_bool stopped; /* it is to end soon, without success */
	int rc;		     /* of transfer_run: 0, or -1 and err */
	struct err err;
	struct transfer_peer *peer; /* owned */
};

/* Makes libcurl ready, with memory that is wiped; once is enough. */
void transfer_library(void);
/* By the record of that name.  NULL and err: no such record, host unknown,
 * password not readable. */
struct transfer *transfer_new(const struct env *env, const char *record,
			      bool sftp, const char *remote, uint64_t max,
			      struct err *err);
/* The same by a record that is in no configuration. */
struct transfer *transfer_by(const struct env *env, const struct ftp_record *r,
			     bool sftp, const char *remote, uint64_t max,
			     struct err *err);
/* From or to a TFTP server: an address or the name of a host. */
struct transfer *transfer_tftp(const struct env *env, const char *host,
			       const char *remote, uint64_t max,
			       struct err *err);
/* What comes goes into the draft, which becomes the transfer's and is committed
 * when all has come. */
void transfer_receive(struct transfer *t, struct disk_draft *draft);
/* Makes it an upload of the bytes, which become the transfer's ... */
void transfer_send(struct transfer *t, void *data, size_t len);
/* ... or of the first len bytes of an open file; the descriptor likewise. */
void transfer_send_file(struct transfer *t, int fd, uint64_t len);
void transfer_run(struct transfer *t); /* helper thread; takes its time */
void transfer_free(struct transfer *t);
/* The last component of a remote path. */
const char *transfer_base(const char *remote);

/*
 * Runs it as a job of the session, with what the product says on the way.  When
 * it has succeeded and the session is there still, keep() (NULL: none) stores
 * what has come.  Frees the transfer, and arg by drop() (NULL: nothing to free).
 */
int transfer_start(struct cli *cli, struct transfer *t,
		   int (*keep)(struct cli *cli, struct transfer *t, void *arg,
			       struct err *err),
		   void *arg, void (*drop)(void *arg));

#endif

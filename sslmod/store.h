#ifndef CSS_SSLMOD_STORE_H
#define CSS_SSLMOD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct disk;
struct err;
struct out;

/*
 * The protected SSL store (ssl.md 1.1): certificates, keys and DH parameters
 * under file names; associations are configuration (emu/conf/global.h).  On
 * disk: ssl/NAME, AES-256-GCM under a key derived from the file's password with
 * the disk's secret, mode 0600.  A file that cannot be read is kept as
 * NAME.bad and logged, never overwritten.  Control thread only; make_* run on
 * a helper thread and touch no store.
 */
struct store;

enum store_kind {
	STORE_CERT,
	STORE_RSAKEY,
	STORE_DSAKEY,
	STORE_DHPARAM,
	STORE_ECKEY,
	STORE_PKCS12,
	STORE_KIND_NUM
};
enum store_format { STORE_PEM, STORE_DER, STORE_P12 };

#define STORE_FILE_MAX	256 /* of a kind, ssl.md 0.2 */
#define STORE_NAME_LEN	31
#define STORE_BYTES_MAX 65536 /* own bound per file */

struct store_file { /* for show ssl files; borrowed until the next change */
	const char *name;
	enum store_kind kind;
	enum store_format format;
	size_t size;
	time_t created;
};

struct store *store_open(struct disk *d);
void store_free(struct store *s); /* wipes */
int store_count(const struct store *s);
bool store_at(const struct store *s, int i, struct store_file *f); /* by name */
bool store_has(const struct store *s, const char *name);

/* Takes the bytes as they came (PEM, DER, PKCS#12).  Errors: exists, full, not
 * the stated format, wrong passphrase, unsupported key. data is not kept. */
int store_import(struct store *s, const char *name, enum store_format f,
		 const void *data, size_t len, const char *password,
		 const char *passphrase, struct err *err);
/* The file in the format it came in; a private key leaves encrypted under
 * password.  *data owned by the caller, to be wiped. */
int store_export(struct store *s, const char *name, const char *password,
		 void **data, size_t *len, struct err *err);
int store_remove(struct store *s, const char *name, const char *password,
		 struct err *err);
/* Does the file hold what an association of this kind needs?
 * kind: cert rsakey dsakey dhparam */
int store_check_kind(const struct store *s, const char *file, const char *kind,
		     struct err *err);
/* --import-ssl FILE[:PASSPHRASE-FILE]: equal file left alone, other: error */
int store_import_host_file(struct store *s, const char *spec, struct err *err);

/* ---- generation: slow, on a helper thread, results then stored ---------- */
/* A private key in PEM (PKCS#8, unencrypted; wipe it).  kind STORE_RSAKEY,
 * STORE_DSAKEY, or STORE_DHPARAM (then parameters). */
int make_key(enum store_kind kind, unsigned bits, void **pem, size_t *len,
	     struct err *err);

struct dn { /* ssl gencsr asks these, in this order; "" leaves a field out */
	char country[65], state[129], locality[129], organization[65], unit[65],
		common[65], email[129];
};
/* key: the file of an association.  PEM text owned by the caller. */
int store_make_csr(struct store *s, const char *keyfile, const struct dn *dn,
		   char **pem, struct err *err);
/* 30 days, ssl.md 1.2; PEM text owned by the caller */
int store_make_cert(struct store *s, const char *certkey, const char *signkey,
		    const struct dn *dn, time_t now, char **pem,
		    struct err *err);
/* ssl verify: 0 they match, -1 err */
int store_verify(const struct store *s, const char *certfile,
		 const char *keyfile, struct err *err);
/* When the first of the file's certificates ends; false: it holds none. */
bool store_cert_end(const struct store *s, const char *file, time_t *end);
void store_show_cert(const struct store *s, const char *file, struct out *o);
void store_show_key(const struct store *s, const char *file, const char *kind,
		    struct out *o);

#endif

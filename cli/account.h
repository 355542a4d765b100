#ifndef CSS_CLI_ACCOUNT_H
#define CSS_CLI_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct disk;
struct err;

/*
 * Passwords, and the administrator's account, which is kept in the boot record
 * (`username-offdm`, Offline DM) and not in the configuration.
 */

#define PASSWORD_LEN 128 /* longest that is checked, own bound */
#define HASH_CAP     129

/* Both are slow on purpose and for helper threads: they touch nothing else.
 * hash gets the crypt(5) form; false: the system has no good method. */
bool password_hash(const char *clear, char *hash, size_t cap);
/* hash "": the password that units are delivered with; NULL: nothing fits, which
 * takes as long to find out. */
bool password_fits(const char *clear, const char *hash);

/* At power-on.  A spoilt record is kept beside and logged; the account is then
 * the delivered one. */
void account_load(struct disk *d, struct conf *c);
/* Writes the record and puts it in force; name NULL: back to the delivered
 * account.  hash as from password_hash(). */
int account_store(struct disk *d, struct conf *c, const char *name,
		  const char *hash, struct err *err);

#endif

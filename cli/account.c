/*
 * Passwords and the administrator's account
 *
 * Passwords are crypt(5) hashes, of the strongest kind that the system has.
 * The record is one line, "NAME HASH".
 */
#include "cli/account.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/conf/access.h"
#include "emu/io/disk.h"

#define RECORD "boot-account"

/* ---- passwords ------------------------------------------------------------ */

bool password_hash(const char *clear, char *hash, size_t cap)
{
	struct crypt_data *d = xcalloc(1, sizeof(*d));
	char salt[CRYPT_GENSALT_OUTPUT_SIZE] = "";
	const char *text = NULL;
	bool ok = false;

	if (crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)))
		text = crypt_r(clear, salt, d);
	ok = text && *text == '$' && str_copy(hash, cap, text);
	if (!ok)
		*hash = '\0';
	wipe(d, sizeof(*d));
	free(d);
	return ok;
}

/* Takes as long for a near miss as for a far one. */
static bool same_text(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned char differ = la != lb;

	for (size_t i = 0; i < la && i < lb; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return !differ;
}

bool password_fits(const char *clear, const char *hash)
{
	static const char nobody[] = "$y$j9T$U7FZ3kbZ4YpQ8s1mQ9l4N/$";
	struct crypt_data *d = NULL;
	const char *text = NULL;
	bool fits = false;

	if (hash && !*hash)
		return same_text(clear, ADMIN_PASSWORD);
	d = xcalloc(1, sizeof(*d));
	text = crypt_r(clear, hash ? hash : nobody, d);
	fits = hash && text && *text == '$' && same_text(text, hash);
	wipe(d, sizeof(*d));
	free(d);
	return fits;
}

/* ---- the boot record: a scratch switch has it in memory only -------------- */

static void put_in_force(struct conf *c, const char *name, const char *hash)
{
	struct user *u = &c->access->administrator;

	(void)str_copy(u->name, sizeof(u->name), name);
	(void)str_copy(u->hash, sizeof(u->hash), hash);
}

static bool record_read(struct conf *c, char *text)
{
	char *hash = NULL;

	text[strcspn(text, "\n")] = '\0';
	hash = strchr(text, ' ');
	if (!hash)
		return false;
	*hash++ = '\0';
	if (!str_is_name(text, USER_NAME_LEN) || *hash != '$' ||
	    strlen(hash) >= HASH_CAP)
		return false;
	put_in_force(c, text, hash);
	return true;
}

static void record_spoilt(struct disk *d)
{
	char kept[64] = "";
	struct err err = { 0 };

	(void)disk_keep_bad(d, RECORD, kept, sizeof(kept), &err);
	log_write(LOG_SYSSOFT, LOG_ERROR_3,
		  "The administrator's account is spoilt and kept as "
		  "%s; " ADMIN_NAME " has its delivered password again",
		  *kept ? kept : "it was");
}

void account_load(struct disk *d, struct conf *c)
{
	struct err err = { 0 };
	char *text = NULL;
	size_t len = 0;

	if (disk_read(d, RECORD, &text, &len, &err) < 0) {
		if (err.code != ERR_NOT_FOUND)
			record_spoilt(d);
		return;
	}
	if (!record_read(c, text))
		record_spoilt(d);
	wipe(text, len);
	free(text);
}

int account_store(struct disk *d, struct conf *c, const char *name,
		  const char *hash, struct err *err)
{
	struct out o = { 0 };
	int rc = 0;

	if (!name) {
		if (disk_exists(d, RECORD) && disk_remove(d, RECORD, err) < 0)
			return -1;
		put_in_force(c, ADMIN_NAME, "");
		return 0;
	}
	out_printf(&o, "%s %s\n", name, hash);
	if (disk_dir(d))
		rc = disk_write(d, RECORD, out_text(&o), o.len, 0600, err);
	wipe(o.buf, o.len);
	out_fini(&o);
	if (rc == 0)
		put_in_force(c, name, hash);
	return rc;
}

/*
 * The protected store.
 *
 * A file's contents are encrypted under a random key of its own, and that key
 * is kept twice beside them: wrapped under a key made from the file's password
 * and the disk's secret, and wrapped under the disk's secret alone.  The first
 * proves that an operator knows the password; the second lets the switch load
 * its lists at boot, when nobody is there to type one.  Neither copy is of use
 * without the disk's secret, and the password itself is nowhere.
 *
 * In memory a file is what it is on disk: contents are decrypted into the
 * library's secure memory for as long as a call needs them.
 *
 * File: a fixed header (struct head, little endian), the two wrapped keys, the
 * sealed contents.  All of it and the name are authenticated with the contents, so
 * a file that was renamed or touched anywhere does not open.
 */
#include "sslmod/store.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"
#include "emu/io/rnd.h"
#include "sslmod/gcm.h"
#include "sslmod/pki.h"

#define FOLDER	   "ssl"
#define MAGIC	   0x314c5353u /* "SSL1" */
#define ITERATIONS 100000
#define KEY_LEN	   32
#define WRAPPED	   ((size_t)KEY_LEN + GCM_OVERHEAD)
/* of a host file that came without a passphrase */
#define HOST_PASSWORD "system"

#define HAS_CERT 0x01
#define HAS_RSA	 0x02
#define HAS_DSA	 0x04
#define HAS_EC	 0x08
#define HAS_DH	 0x10

struct head { /* no padding; integers little endian */
	uint32_t magic;
	uint8_t format, has, kind, zero;
	uint64_t created;
	uint32_t size, iterations;
	uint8_t salt[16];
	uint8_t digest[32]; /* SHA-256 of the file as it came */
};
static_assert(sizeof(struct head) == 72, "struct head is a file format");

#define BOX_AT (sizeof(struct head) + 2 * WRAPPED)

struct entry {
	char name[STORE_NAME_LEN + 1];
	struct head head;
	uint8_t *image; /* owned: the file as on disk */
	size_t len;
};

struct store {
	struct disk *disk;
	struct entry *file; /* owned, ascending by name */
	int nfile;
};

/* ---- keys ----------------------------------------------------------------- */

static void disk_key(const struct store *s, uint8_t key[KEY_LEN])
{
	gcm_derive(disk_secret(s->disk), "ssl store", key);
}

static bool password_key(const struct store *s, const struct head *h,
			 const char *password, uint8_t key[KEY_LEN])
{
	uint8_t salt[sizeof(h->salt) + KEY_LEN];
	int ok;

	memcpy(salt, h->salt, sizeof(h->salt));
	gcm_derive(disk_secret(s->disk), "ssl password",
		   salt + sizeof(h->salt));
	ok = PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt,
			       sizeof(salt), (int)le32toh(h->iterations),
			       EVP_sha256(), KEY_LEN, key);
	wipe(salt, sizeof(salt));
	return ok == 1;
}

static bool unwrap(const struct entry *e, int which, const uint8_t *outer,
		   uint8_t key[KEY_LEN])
{
	const uint8_t *box =
		e->image + sizeof(e->head) + (size_t)which * WRAPPED;

	return gcm_open(outer, NULL, 0, box, WRAPPED, key);
}

/* The password is right, and here is the file's key. */
static int key_by_password(const struct store *s, const struct entry *e,
			   const char *password, struct err *err)
{
	uint8_t outer[KEY_LEN], key[KEY_LEN];
	bool ok = password_key(s, &e->head, password, outer) &&
		  unwrap(e, 0, outer, key);

	wipe(outer, sizeof(outer));
	wipe(key, sizeof(key));
	return ok ? 0 : err_set(err, ERR_DENIED, -1, T_SSL_BAD_PASS);
}

/* What the seal of the contents also covers: header, wrapped keys, name. */
struct aad {
	uint8_t front[BOX_AT];
	char name[STORE_NAME_LEN + 1];
};

static void aad_of(const struct entry *e, struct aad *a)
{
	memset(a, 0, sizeof(*a));
	memcpy(a->front, e->image, BOX_AT);
	str_copy(a->name, sizeof(a->name), e->name);
}

/* Contents in secure memory, to be given to OPENSSL_secure_clear_free; NULL:
 * not sealed by this disk, or damaged. */
static void *entry_open(const struct store *s, const struct entry *e,
			size_t *len)
{
	uint8_t outer[KEY_LEN], key[KEY_LEN];
	size_t box_len = e->len - BOX_AT;
	struct aad aad;
	void *clear = NULL;
	bool ok;

	disk_key(s, outer);
	ok = unwrap(e, 1, outer, key);
	if (ok)
		clear = OPENSSL_secure_malloc(box_len);
	aad_of(e, &aad);
	ok = clear && gcm_open(key, &aad, sizeof(aad), e->image + BOX_AT,
			       box_len, clear);
	wipe(outer, sizeof(outer));
	wipe(key, sizeof(key));
	if (!ok) {
		OPENSSL_secure_clear_free(clear, clear ? box_len : 0);
		return NULL;
	}
	*len = box_len - GCM_OVERHEAD;
	return clear;
}

/* Fills image from contents; head and name are set. */
static bool entry_seal(const struct store *s, struct entry *e,
		       const char *password, const void *pem, size_t len)
{
	uint8_t key[KEY_LEN], outer[KEY_LEN];
	struct aad aad;
	bool ok;

	e->len = BOX_AT + len + GCM_OVERHEAD;
	e->image = xcalloc(1, e->len);
	memcpy(e->image, &e->head, sizeof(e->head));
	rnd_bytes(key, sizeof(key));
	ok = password_key(s, &e->head, password, outer) &&
	     gcm_seal(outer, NULL, 0, key, KEY_LEN, e->image + sizeof(e->head));
	disk_key(s, outer);
	ok = ok && gcm_seal(outer, NULL, 0, key, KEY_LEN,
			    e->image + sizeof(e->head) + WRAPPED);
	aad_of(e, &aad);
	ok = ok &&
	     gcm_seal(key, &aad, sizeof(aad), pem, len, e->image + BOX_AT);
	wipe(key, sizeof(key));
	wipe(outer, sizeof(outer));
	return ok;
}

/* ---- the list ------------------------------------------------------------- */

static void path_of(const char *name, char *path, size_t cap)
{
	(void)snprintf(path, cap, FOLDER "/%s", name);
}

/* Place of the name: where it is, or where it would go. */
static int place(const struct store *s, const char *name, bool *found)
{
	int lo = 0, hi = s->nfile;

	while (lo < hi) {
		int mid = (lo + hi) / 2;
		int c = strcmp(s->file[mid].name, name);

		if (c == 0) {
			*found = true;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*found = false;
	return lo;
}

static struct entry *find(const struct store *s, const char *name)
{
	bool found;
	int i = place(s, name, &found);

	return found ? &s->file[i] : NULL;
}

static void insert(struct store *s, const struct entry *e)
{
	bool found;
	int i = place(s, e->name, &found);

	s->file = xrealloc(s->file, ((size_t)s->nfile + 1) * sizeof(*s->file));
	memmove(&s->file[i + 1], &s->file[i],
		(size_t)(s->nfile - i) * sizeof(*s->file));
	s->file[i] = *e;
	s->nfile++;
}

static enum store_kind group_of(enum store_kind k)
{
	switch (k) {
	case STORE_RSAKEY:
	case STORE_DSAKEY:
	case STORE_ECKEY:
		return STORE_RSAKEY; /* key pairs share one bound */
	default:
		return k;
	}
}

static int count_kind(const struct store *s, enum store_kind k)
{
	int n = 0;

	for (int i = 0; i < s->nfile; i++)
		n += group_of(s->file[i].head.kind) == group_of(k);
	return n;
}

static uint8_t contents_of(const struct pki *p)
{
	uint8_t has = sk_X509_num(p->certs) > 0 ? HAS_CERT : 0;

	if (pki_key_is(p->key, "RSA") || pki_key_is(p->key, "RSA-PSS"))
		has |= HAS_RSA;
	else if (pki_key_is(p->key, "DSA"))
		has |= HAS_DSA;
	else if (p->key)
		has |= HAS_EC;
	return p->dh ? has | HAS_DH : has;
}

static enum store_kind kind_of(uint8_t has, enum store_format f)
{
	if (f == STORE_P12)
		return STORE_PKCS12;
	if (has & HAS_CERT)
		return STORE_CERT;
	if (has & HAS_RSA)
		return STORE_RSAKEY;
	if (has & HAS_DSA)
		return STORE_DSAKEY;
	return has & HAS_EC ? STORE_ECKEY : STORE_DHPARAM;
}

/* ---- opening -------------------------------------------------------------- */

static bool head_is_sane(const struct head *h, size_t len)
{
	return len >= BOX_AT + GCM_OVERHEAD &&
	       len <= (size_t)4 * STORE_BYTES_MAX &&
	       h->magic == htole32(MAGIC) && h->format <= STORE_P12 &&
	       h->kind < STORE_KIND_NUM && le32toh(h->iterations) > 0 &&
	       le32toh(h->iterations) <= 100 * ITERATIONS;
}

static bool entry_parse(const struct store *s, struct entry *e,
			const char *name, const void *data, size_t len)
{
	size_t clear_len;
	void *clear;

	memset(e, 0, sizeof(*e));
	if (len < sizeof(e->head) || !str_copy(e->name, sizeof(e->name), name))
		return false;
	memcpy(&e->head, data, sizeof(e->head));
	if (!head_is_sane(&e->head, len))
		return false;
	e->image = xmemdup(data, len);
	e->len = len;
	clear = entry_open(s, e, &clear_len);
	if (!clear) {
		free(e->image);
		return false;
	}
	OPENSSL_secure_clear_free(clear, clear_len);
	return true;
}

static void keep_bad(struct store *s, const char *name, const char *why)
{
	char path[128], kept[160];
	struct err err = { 0 };

	path_of(name, path, sizeof(path));
	if (disk_keep_bad(s->disk, path, kept, sizeof(kept), &err))
		log_write(LOG_SSLACCEL, LOG_ERROR_3,
			  "SSL file %s cannot be read (%s) nor moved: %s", name,
			  why, err.msg);
	else
		log_write(LOG_SSLACCEL, LOG_ERROR_3,
			  "SSL file %s cannot be read (%s): kept as %s, import "
			  "it again",
			  name, why, kept);
}

static void load_file(struct store *s, const char *name)
{
	char path[128], *data = NULL;
	struct err err = { 0 };
	struct entry e;
	size_t len = 0;

	if (!str_is_name(name, STORE_NAME_LEN) || strstr(name, ".bad"))
		return;
	path_of(name, path, sizeof(path));
	if (disk_read(s->disk, path, &data, &len, &err)) {
		keep_bad(s, name, err.msg);
		return;
	}
	if (entry_parse(s, &e, name, data, len))
		insert(s, &e);
	else
		keep_bad(s, name, "damaged, or sealed by another disk");
	free(data);
}

struct store *store_open(struct disk *d)
{
	struct store *s = xcalloc(1, sizeof(*s));
	char **names = disk_list(d, FOLDER);

	s->disk = d;
	for (char **n = names; n && *n; n++) {
		load_file(s, *n);
		free(*n);
	}
	free(names);
	return s;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->nfile; i++)
		free(s->file[i].image);
	free(s->file);
	free(s);
}

int store_count(const struct store *s)
{
	return s->nfile;
}

bool store_at(const struct store *s, int i, struct store_file *f)
{
	const struct entry *e;

	if (i < 0 || i >= s->nfile)
		return false;
	e = &s->file[i];
	f->name = e->name;
	f->kind = e->head.kind;
	f->format = e->head.format;
	f->size = le32toh(e->head.size);
	f->created = (time_t)le64toh(e->head.created);
	return true;
}

bool store_has(const struct store *s, const char *name)
{
	return find(s, name) != NULL;
}

/* ---- in ------------------------------------------------------------------- */

static int check_new(const struct store *s, const char *name, struct err *err)
{
	if (!str_is_name(name, STORE_NAME_LEN) || strstr(name, ".bad") ||
	    name[0] == '.')
		return err_set(err, ERR_SYNTAX, -1, T_BAD_NAME, name,
			       STORE_NAME_LEN);
	if (find(s, name))
		return err_set(err, ERR_EXISTS, -1, T_SSL_EXISTS);
	return 0;
}

static void head_fill(struct head *h, enum store_format f, const struct pki *p,
		      const void *data, size_t len)
{
	memset(h, 0, sizeof(*h));
	h->magic = htole32(MAGIC);
	h->format = (uint8_t)f;
	h->has = contents_of(p);
	h->kind = (uint8_t)kind_of(h->has, f);
	h->created = htole64((uint64_t)wall_now());
	h->size = htole32((uint32_t)len);
	h->iterations = htole32(ITERATIONS);
	rnd_bytes(h->salt, sizeof(h->salt));
	SHA256(data, len, h->digest);
}

static int write_entry(struct store *s, struct entry *e, const char *password,
		       const struct pki *p, struct err *err)
{
	char path[128];
	void *pem;
	size_t len;
	bool ok;

	if (pki_pem(p, &pem, &len))
		return err_set(err, ERR_IO, -1, T_SSL_FORMAT);
	ok = entry_seal(s, e, password, pem, len);
	OPENSSL_secure_clear_free(pem, len);
	if (!ok)
		return err_set(err, ERR_IO, -1,
			       "%s cannot be encrypted: out of memory",
			       e->name);
	if (!disk_dir(s->disk)) /* a scratch switch: in memory only */
		return 0;
	path_of(e->name, path, sizeof(path));
	return disk_write(s->disk, path, e->image, e->len, 0600, err);
}

static int store_pki(struct store *s, const char *name, enum store_format f,
		     const struct pki *p, const void *data, size_t len,
		     const char *password, struct err *err)
{
	struct entry e = { 0 };

	str_copy(e.name, sizeof(e.name), name);
	head_fill(&e.head, f, p, data, len);
	if (count_kind(s, e.head.kind) >= STORE_FILE_MAX)
		return err_set(err, ERR_REFUSED, -1, T_SSL_FULL " (%d)",
			       STORE_FILE_MAX);
	if (write_entry(s, &e, password, p, err)) {
		free(e.image);
		return -1;
	}
	insert(s, &e);
	return 0;
}

int store_import(struct store *s, const char *name, enum store_format f,
		 const void *data, size_t len, const char *password,
		 const char *passphrase, struct err *err)
{
	struct pki p;
	int rc;

	if (check_new(s, name, err))
		return -1;
	pki_init(&p);
	rc = pki_import(&p, f, data, len, passphrase, err);
	if (rc == 0)
		rc = store_pki(s, name, f, &p, data, len, password, err);
	pki_fini(&p);
	return rc;
}

/* ---- out ------------------------------------------------------------------ */

int store_load(const struct store *s, const char *file, OSSL_LIB_CTX *lib,
	       struct pki *p, struct err *err)
{
	const struct entry *e = find(s, file);
	size_t len = 0;
	void *pem;
	int rc;

	if (!e)
		return err_set(err, ERR_NOT_FOUND, -1, T_SSL_NO_FILE ": %s",
			       file);
	pem = entry_open(s, e, &len);
	if (!pem)
		return err_set(err, ERR_IO, -1,
			       "SSL file %s cannot be decrypted", file);
	rc = pki_load(p, lib, pem, len);
	OPENSSL_secure_clear_free(pem, len);
	if (rc)
		return err_set(err, ERR_IO, -1,
			       "SSL file %s holds a key or certificate that "
			       "the TLS library cannot use",
			       file);
	return 0;
}

int store_export(struct store *s, const char *name, const char *password,
		 void **data, size_t *len, struct err *err)
{
	const struct entry *e = find(s, name);
	struct pki p;
	int rc;

	if (!e)
		return err_set(err, ERR_NOT_FOUND, -1, T_SSL_NO_FILE);
	if (key_by_password(s, e, password, err))
		return -1;
	pki_init(&p);
	rc = store_load(s, name, NULL, &p, err);
	if (rc == 0)
		rc = pki_export(&p, e->head.format, password, data, len, err);
	pki_fini(&p);
	return rc;
}

int store_remove(struct store *s, const char *name, const char *password,
		 struct err *err)
{
	struct entry *e = find(s, name);
	char path[128];

	if (!e)
		return err_set(err, ERR_NOT_FOUND, -1, T_SSL_NO_FILE);
	if (key_by_password(s, e, password, err))
		return -1;
	path_of(name, path, sizeof(path));
	if (disk_dir(s->disk) && disk_remove(s->disk, path, err))
		return -1;
	free(e->image);
	s->nfile--;
	memmove(e, e + 1,
		(size_t)(s->nfile - (e - s->file)) * sizeof(*s->file));
	return 0;
}

int store_check_kind(const struct store *s, const char *file, const char *kind,
		     struct err *err)
{
	const struct entry *e = find(s, file);
	uint8_t want = 0;

	if (!e)
		return err_set(err, ERR_NOT_FOUND, -1, T_SSL_NO_FILE);
	if (!strcmp(kind, "cert"))
		want = HAS_CERT;
	else if (!strcmp(kind, "rsakey"))
		want = HAS_RSA | HAS_EC; /* EC: own, for today's clients */
	else if (!strcmp(kind, "dsakey"))
		want = HAS_DSA;
	else if (!strcmp(kind, "dhparam"))
		want = HAS_DH;
	if (!(e->head.has & want))
		return err_set(err, ERR_REFUSED, -1, T_SSL_BAD_KIND);
	return 0;
}

/* ---- files of this host --------------------------------------------------- */

static int read_host(const char *path, char **data, size_t *len,
		     struct err *err)
{
	FILE *f = fopen(path, "re");
	char *buf;

	if (!f)
		return err_set(err, ERR_IO, -1, "--import-ssl: %s: %s", path,
			       strerror(errno));
	(void)setvbuf(f, NULL, _IONBF, 0); /* no copy of a key left behind */
	buf = xcalloc(1, STORE_BYTES_MAX + 2);
	*len = fread(buf, 1, STORE_BYTES_MAX + 1, f);
	if (ferror(f) || *len > STORE_BYTES_MAX) {
		(void)fclose(f);
		wipe(buf, STORE_BYTES_MAX + 2);
		free(buf);
		return err_set(err, ERR_IO, -1,
			       "--import-ssl: %s: not a file of at most %d "
			       "bytes",
			       path, STORE_BYTES_MAX);
	}
	(void)fclose(f);
	*data = buf;
	return 0;
}

static void free_host(char *data)
{
	if (data)
		wipe(data, STORE_BYTES_MAX + 2);
	free(data);
}

static enum store_format guess_format(const char *data, size_t len)
{
	const unsigned char *at = (const unsigned char *)data;
	PKCS12 *p12;

	assert(data);
	if (memmem(data, len, "-----BEGIN ", 11))
		return STORE_PEM;
	p12 = d2i_PKCS12(NULL, &at, (long)len);
	ERR_clear_error();
	PKCS12_free(p12);
	return p12 ? STORE_P12 : STORE_DER;
}

static int import_bytes(struct store *s, const char *name, const char *data,
			size_t len, const char *passphrase, struct err *err)
{
	const struct entry *e = find(s, name);
	uint8_t digest[32];
	struct err why = { 0 };

	SHA256((const unsigned char *)data, len, digest);
	if (e && !memcmp(e->head.digest, digest, sizeof(digest)))
		return 0;
	if (e)
		return err_set(err, ERR_EXISTS, -1,
			       "--import-ssl: %s: another file of this name is "
			       "in the store; rename it or clear that one",
			       name);
	if (store_import(s, name, guess_format(data, len), data, len,
			 passphrase ? passphrase : HOST_PASSWORD, passphrase,
			 &why))
		return err_set(err, why.code, -1, "--import-ssl: %s: %s", name,
			       why.msg);
	return 0;
}

/* "FILE:PASSPHRASE-FILE" unless a file of the whole name exists */
static void split_spec(const char *spec, char **file, char **phrase)
{
	const char *colon = strrchr(spec, ':');
	struct stat st;

	if (!colon || stat(spec, &st) == 0) {
		*file = xstrdup(spec);
		*phrase = NULL;
		return;
	}
	*file = xstrndup(spec, (size_t)(colon - spec));
	*phrase = xstrdup(colon + 1);
}

int store_import_host_file(struct store *s, const char *spec, struct err *err)
{
	char *file, *phrase_file, *data = NULL, *phrase = NULL;
	size_t len = 0, phrase_len = 0;
	const char *slash;
	int rc;

	split_spec(spec, &file, &phrase_file);
	slash = strrchr(file, '/');
	rc = read_host(file, &data, &len, err);
	if (rc == 0 && phrase_file)
		rc = read_host(phrase_file, &phrase, &phrase_len, err);
	if (phrase)
		phrase[strcspn(phrase, "\r\n")] = '\0';
	if (rc == 0)
		rc = import_bytes(s, slash ? slash + 1 : file, data, len,
				  phrase, err);
	free_host(data);
	free_host(phrase);
	free(file);
	free(phrase_file);
	return rc;
}

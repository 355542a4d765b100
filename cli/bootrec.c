/*
 * The boot record as a file: one setting a line, `KEY VALUE`, behind a line that
 * tells the form.  A key may be missing; one that is not known, or a value that
 * cannot be, spoils the record.
 */
#include "cli/bootrec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/inert.h"
#include "cli/software.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

#define RECORD "boot-record"
#define HEAD   "boot-record 1"

static const char *const types[] = {
	[BOOT_UNSET] = "not-configured",
	[BOOT_DISK] = "boot-via-disk",
	[BOOT_FTP] = "boot-via-ftp",
	[BOOT_NETWORK] = "boot-via-network",
};
static const char *const names[] = {
	[BOOT_PRIMARY] = "primary", [BOOT_SECONDARY] = "secondary"
};

const char *boot_type_name(enum boot_type t)
{
	return types[t];
}

/* ---- showing -------------------------------------------------------------- */

static void render_source(const struct boot_source *s, const char *prefix,
			  const char *which, struct out *o)
{
	if (*s->file)
		out_printf(o, "  %s%s boot-file %s \n", prefix, which, s->file);
	if (s->type != BOOT_UNSET)
		out_printf(o, "  %s%s boot-type %s %s%s\n", prefix, which,
			   types[s->type], s->ftp.name,
			   *s->ftp.name ? " " : "");
	if (*s->path)
		out_printf(o, "  %s%s config-path %s \n", prefix, which,
			   s->path);
}

/* Order as real units print it. */
void bootrec_render(const struct boot_unit *u, const char *prefix,
		    struct out *o)
{
	if (u->addr.s_addr)
		out_printf(o, "  %sip address %s \n", prefix,
			   str_addr(u->addr));
	if (u->prefix_len)
		out_printf(o, "  %ssubnet mask %s \n", prefix,
			   str_addr(str_mask_of(u->prefix_len)));
	for (int i = 0; i < BOOT_SOURCES; i++)
		render_source(&u->source[i], prefix, names[i], o);
	if (u->gateway.s_addr)
		out_printf(o, "  %sgateway address %s \n", prefix,
			   str_addr(u->gateway));
}

static void inert_lines(const struct boot_unit *u, const char *prefix,
			const char *reason, struct out *o)
{
	struct out text = { 0 };
	char *save = NULL;

	bootrec_render(u, prefix, &text);
	for (char *line = text.buf ? strtok_r(text.buf, "\n", &save) : NULL;
	     line; line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " ");
		line[strlen(line) - 1] = '\0'; /* the blank at its end */
		out_printf(o, "boot / %s\n    %s\n", line, reason);
	}
	out_fini(&text);
}

void bootrec_inert(const struct bootrec *b, struct out *o)
{
	struct boot_unit port = { .addr = b->active.addr,
				  .gateway = b->active.gateway,
				  .prefix_len = b->active.prefix_len };
	struct boot_unit net = { 0 };

	for (int i = 0; i < BOOT_SOURCES; i++) {
		const struct boot_source *s = &b->active.source[i];

		if (s->type == BOOT_NETWORK)
			net.source[i] = *s;
		else
			(void)str_copy(net.source[i].path,
				       sizeof(net.source[i].path), s->path);
	}
	inert_lines(&port, "", INERT_NO_MGMT, o);
	inert_lines(&net, "", INERT_NO_NETWORK_BOOT, o);
	inert_lines(&b->passive, "passive ", INERT_NO_STANDBY, o);
}

/* ---- writing -------------------------------------------------------------- */

static void put(struct out *o, const char *unit, const char *key,
		const char *value)
{
	if (*value)
		out_printf(o, "%s%s %s\n", unit, key, value);
}

static void put_addr(struct out *o, const char *unit, const char *key,
		     struct in_addr a)
{
	if (a.s_addr)
		put(o, unit, key, str_addr(a));
}

static void put_source(struct out *o, const char *unit, const char *which,
		       const struct boot_source *s)
{
	char front[64];

	(void)snprintf(front, sizeof(front), "%s%s ", unit, which);
	put(o, front, "file", s->file);
	if (s->type != BOOT_UNSET)
		put(o, front, "type", types[s->type]);
	put(o, front, "path", s->path);
	put(o, front, "record", s->ftp.name);
	put(o, front, "host", s->ftp.host);
	put(o, front, "user", s->ftp.user);
	put(o, front, "sealed", s->ftp.despw);
	put(o, front, "dir", s->ftp.dir);
}

static void put_unit(struct out *o, const char *unit, const struct boot_unit *u)
{
	put_addr(o, unit, "address", u->addr);
	if (u->prefix_len)
		put_addr(o, unit, "mask", str_mask_of(u->prefix_len));
	put_addr(o, unit, "gateway", u->gateway);
	for (int i = 0; i < BOOT_SOURCES; i++)
		put_source(o, unit, names[i], &u->source[i]);
}

int bootrec_store(struct disk *d, const struct bootrec *b, struct err *err)
{
	struct out o = { 0 };
	int rc = 0;

	out_puts(&o, HEAD "\n");
	put_unit(&o, "", &b->active);
	put_unit(&o, "passive ", &b->passive);
	put(&o, "", "offdm-login", b->offdm_login ? "yes" : "no");
	if (disk_dir(d)) /* a scratch switch has it in memory only */
		rc = disk_write(d, RECORD, out_text(&o), o.len, 0600, err);
	wipe(o.buf, o.len);
	out_fini(&o);
	return rc;
}

/* ---- reading -------------------------------------------------------------- */

/* What follows the word; NULL: the line begins otherwise. */
static const char *behind(const char *line, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len) != 0 || line[len] != ' ')
		return NULL;
	return line + len + 1;
}

static bool take_type(const char *value, enum boot_type *t)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(types[i], value)) {
			*t = (enum boot_type)i;
			return true;
		}
	return false;
}

static bool take_source(const char *line, struct boot_source *s)
{
	const struct {
		const char *key;
		char *to;
		size_t cap;
	} text[] = {
		{ "file", s->file, sizeof(s->file) },
		{ "path", s->path, sizeof(s->path) },
		{ "record", s->ftp.name, sizeof(s->ftp.name) },
		{ "host", s->ftp.host, sizeof(s->ftp.host) },
		{ "user", s->ftp.user, sizeof(s->ftp.user) },
		{ "sealed", s->ftp.despw, sizeof(s->ftp.despw) },
		{ "dir", s->ftp.dir, sizeof(s->ftp.dir) },
	};
	const char *value = behind(line, "type");

	if (value)
		return take_type(value, &s->type);
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		value = behind(line, text[i].key);
		if (value)
			return str_copy(text[i].to, text[i].cap, value);
	}
	return false;
}

static bool take_unit(const char *line, struct boot_unit *u)
{
	const char *value = NULL;

	for (int i = 0; i < BOOT_SOURCES; i++) {
		value = behind(line, names[i]);
		if (value)
			return take_source(value, &u->source[i]);
	}
	value = behind(line, "address");
	if (value)
		return str_to_addr(value, &u->addr);
	value = behind(line, "gateway");
	if (value)
		return str_to_addr(value, &u->gateway);
	value = behind(line, "mask");
	return value && str_to_mask(value, &u->prefix_len);
}

static bool take_line(const char *line, struct bootrec *b)
{
	const char *value = behind(line, "offdm-login");

	if (value) {
		b->offdm_login = !strcmp(value, "yes");
		return true;
	}
	value = behind(line, "passive");
	if (value)
		return take_unit(value, &b->passive);
	return take_unit(line, &b->active);
}

static bool record_parse(char *text, struct bootrec *b)
{
	char *save = NULL;
	const char *line = strtok_r(text, "\n", &save);

	if (!line || strcmp(line, HEAD) != 0)
		return false;
	while ((line = strtok_r(NULL, "\n", &save)))
		if (!take_line(line, b))
			return false;
	return true;
}

static void record_new(struct bootrec *b)
{
	struct boot_source *s = &b->active.source[BOOT_PRIMARY];

	*b = (struct bootrec){ 0 };
	s->type = BOOT_DISK;
	(void)str_copy(s->file, sizeof(s->file), software_builtin());
}

static void record_spoilt(struct disk *d)
{
	char kept[64] = "";

	(void)disk_keep_bad(d, RECORD, kept, sizeof(kept), NULL);
	log_write(LOG_SYSSOFT, LOG_ERROR_3,
		  "The boot record is spoilt and kept as %s; the switch boots "
		  "%s",
		  *kept ? kept : "it was", software_builtin());
}

void bootrec_load(struct disk *d, struct bootrec *b)
{
	struct err err = { 0 };
	char *text = NULL;
	size_t len = 0;
	bool fine = false;

	record_new(b);
	if (disk_read(d, RECORD, &text, &len, &err) < 0) {
		if (err.code != ERR_NOT_FOUND)
			record_spoilt(d);
		return;
	}
	*b = (struct bootrec){ 0 };
	fine = strlen(text) == len && record_parse(text, b);
	wipe(text, len);
	free(text);
	if (fine)
		return;
	record_spoilt(d);
	record_new(b);
}

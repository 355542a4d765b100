/*
 * Global and SuperUser commands of the SSL store (ssl.md 1): generation,
 * requests, associations, import and export.  Generation and transfers are
 * jobs; their results are stored when they come back.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chassis/chassis.h"
#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "cli/transfer.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/wall.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "sslmod/card_ssl.h"
#include "sslmod/store.h"

/* ---- genrsa, gendsa, gendh ------------------------------------------------ */

struct generation { /* a job */
	enum store_kind kind;
	unsigned bits;
	char file[STORE_NAME_LEN + 1];
	char password[33];
	void *pem;
	size_t len;
	int rc;
	struct err err;
};

static void generation_work(void *arg)
{
	struct generation *g = arg;

	g->rc = make_key(g->kind, g->bits, &g->pem, &g->len, &g->err);
}

static int generation_done(struct cli *cli, void *arg, struct err *err)
{
	struct generation *g = arg;
	int rc = 0;

	if (cli && g->rc < 0)
		rc = err_set(err, g->err.code, -1, "%s", g->err.msg);
	else if (cli)
		rc = store_import(cli_env(cli)->store, g->file, STORE_PEM,
				  g->pem, g->len, g->password, NULL, err);
	if (g->pem)
		wipe(g->pem, g->len);
	free(g->pem);
	wipe(g, sizeof(*g));
	free(g);
	return rc;
}

static unsigned bits_of(const struct args *a)
{
	return arg_key(a, "512")    ? 512
	       : arg_key(a, "768")  ? 768
	       : arg_key(a, "1024") ? 1024
				    : 2048;
}

static int generate(struct cli *cli, const struct args *a, enum store_kind kind,
		    struct err *err)
{
	const char *file = arg_word(a, "file");
	struct generation *g = NULL;

	if (store_has(cli_env(cli)->store, file))
		return err_set(err, ERR_EXISTS, -1, T_SSL_EXISTS);
	g = xcalloc(1, sizeof(*g));
	g->kind = kind;
	g->bits = bits_of(a);
	(void)str_copy(g->file, sizeof(g->file), file);
	(void)str_copy(g->password, sizeof(g->password),
		       arg_word(a, "password"));
	out_puts(cli_out(cli), T_GEN_WAIT "\n");
	return cli_job(cli, generation_work, generation_done, g);
}

static int genrsa(struct cli *cli, const struct args *a, struct err *err)
{
	return generate(cli, a, STORE_RSAKEY, err);
}

static int gendsa(struct cli *cli, const struct args *a, struct err *err)
{
	return generate(cli, a, STORE_DSAKEY, err);
}

static int gendh(struct cli *cli, const struct args *a, struct err *err)
{
	return generate(cli, a, STORE_DHPARAM, err);
}

/* ---- the dialogue of gencsr and gencert ----------------------------------- */

struct dn_field {
	const char *question, *dflt;
	size_t offset, size;
};

#define DN(field) offsetof(struct dn, field), sizeof(((struct dn *)0)->field)

static const struct dn_field dn_fields[] = {
	/* recall */
	{ "Country Name (2 letter code) [US]", "US", DN(country) },
	{ "State or Province (full name) [SomeState]", "SomeState", DN(state) },
	{ "Locality Name (city) [SomeCity]", "SomeCity", DN(locality) },
	{ "Organization Name (company name) [Acme Inc]", "Acme Inc",
	  DN(organization) },
	{ "Organizational Unit Name (section) [Web Administration]",
	  "Web Administration", DN(unit) },
	{ "Common Name (your domain name) [www.acme.com]", "www.acme.com",
	  DN(common) },
	{ "Email address [webadmin@acme.com]", "webadmin@acme.com", DN(email) },
};
#define DN_FIELDS (sizeof(dn_fields) / sizeof(*dn_fields))

static const char dn_intro[] = /* recall */
	"You are about to be asked to enter information\n"
	"that will be incorporated into your certificate\n"
	"request. What you are about to enter is what is\n"
	"called a Distinguished Name or a DN.\n"
	"For some fields there will be a default value,\n"
	"If you enter '.', the field will be left blank.\n";

struct dialogue {
	size_t at; /* the field that is asked */
	struct dn dn;
	bool certificate;
	char key[STORE_NAME_LEN + 1]; /* files, not associations */
	char sign[STORE_NAME_LEN + 1];
	char file[STORE_NAME_LEN + 1];
	char password[33];
};

static void dialogue_free(struct dialogue *d)
{
	wipe(d, sizeof(*d));
	free(d);
}

static int finish_request(struct cli *cli, struct dialogue *d, struct err *err)
{
	char *pem = NULL;

	if (store_make_csr(cli_env(cli)->store, d->key, &d->dn, &pem, err) < 0)
		return -1;
	out_puts(cli_out(cli), pem);
	free(pem);
	return 0;
}

static int finish_cert(struct cli *cli, struct dialogue *d, struct err *err)
{
	struct store *s = cli_env(cli)->store;
	char *pem = NULL;
	int rc;

	if (store_make_cert(s, d->key, d->sign, &d->dn, wall_now(), &pem, err) <
	    0)
		return -1;
	rc = store_import(s, d->file, STORE_PEM, pem, strlen(pem), d->password,
			  NULL, err);
	free(pem);
	return rc;
}

/* What was typed, into the field; false: it does not fit, and why was said. */
static bool take(struct cli *cli, struct dialogue *d, const char *line)
{
	const struct dn_field *f = &dn_fields[d->at];
	const char *value = *line == '\0' ? f->dflt : line;
	char *to = (char *)&d->dn + f->offset;

	if (!strcmp(value, "."))
		value = "";
	if (d->at == 0 && *value && strlen(value) != 2) {
		cli_warn(cli, T_CSR_COUNTRY);
		return false;
	}
	if (!str_copy(to, f->size, value)) {
		cli_warn(cli, T_CSR_LONG, f->size - 1);
		return false;
	}
	return true;
}

static int on_answer(struct cli *cli, const char *line, void *arg,
		     struct err *err)
{
	struct dialogue *d = arg;
	int rc;

	if (!line) { /* given up: nothing is made */
		dialogue_free(d);
		return 0;
	}
	if (take(cli, d, line))
		d->at++;
	if (d->at < DN_FIELDS) {
		cli_ask(cli, dn_fields[d->at].question, true, on_answer, d);
		return 0;
	}
	rc = d->certificate ? finish_cert(cli, d, err)
			    : finish_request(cli, d, err);
	dialogue_free(d);
	return rc;
}

static void begin(struct cli *cli, struct dialogue *d)
{
	out_puts(cli_out(cli), dn_intro);
	cli_ask(cli, dn_fields[0].question, true, on_answer, d);
}

/* The file of an RSA or DSA key association. */
static int key_file(struct cli *cli, const char *name, char *file, size_t cap,
		    struct err *err)
{
	const struct conf *c = cli_conf(cli);
	const struct association *a = association_find(c, "rsakey", name);

	if (!a)
		a = association_find(c, "dsakey", name);
	if (!a)
		return err_set(err, ERR_NOT_FOUND, -1, T_SSL_NO_KEY);
	(void)str_copy(file, cap, a->file);
	return 0;
}

static int gencsr(struct cli *cli, const struct args *a, struct err *err)
{
	struct dialogue *d = xcalloc(1, sizeof(*d));

	if (key_file(cli, arg_word(a, "key"), d->key, sizeof(d->key), err) <
	    0) {
		dialogue_free(d);
		return -1;
	}
	begin(cli, d);
	return 0;
}

static int gencert(struct cli *cli, const struct args *a, struct err *err)
{
	const char *file = arg_word(a, "file");
	struct dialogue *d = NULL;

	if (store_has(cli_env(cli)->store, file))
		return err_set(err, ERR_EXISTS, -1, T_SSL_EXISTS);
	d = xcalloc(1, sizeof(*d));
	d->certificate = true;
	(void)str_copy(d->file, sizeof(d->file), file);
	(void)str_copy(d->password, sizeof(d->password),
		       arg_word(a, "password"));
	if (key_file(cli, arg_word(a, "certkey-name"), d->key, sizeof(d->key),
		     err) < 0 ||
	    key_file(cli, arg_word(a, "signkey-name"), d->sign, sizeof(d->sign),
		     err) < 0) {
		dialogue_free(d);
		return -1;
	}
	begin(cli, d);
	return 0;
}

/* ---- associations --------------------------------------------------------- */

static int associate(struct cli *cli, const struct args *a, const char *kind,
		     struct err *err)
{
	return association_set(cli_conf(cli), kind, arg_word(a, "name"),
			       arg_word(a, "file"), err);
}

static int dissociate(struct cli *cli, const struct args *a, const char *kind,
		      struct err *err)
{
	return association_del(cli_conf(cli), kind, arg_word(a, "name"), err);
}

static void association_lines(const struct conf *c, const char *kind,
			      struct out *o)
{
	const struct association *a = NULL;

	TAILQ_FOREACH(a, &c->global->associations, link) {
		if (!strcmp(a->kind, kind))
			out_printf(o, "  ssl associate %s %s %s \n", kind,
				   a->name, a->file);
	}
}

#define ASSOCIATION(kind)                                                      \
	static int kind##_set(struct cli *cli, const struct args *a,           \
			      struct err *err)                                 \
	{                                                                      \
		return associate(cli, a, #kind, err);                          \
	}                                                                      \
	static int kind##_clear(struct cli *cli, const struct args *a,         \
				struct err *err)                               \
	{                                                                      \
		return dissociate(cli, a, #kind, err);                         \
	}                                                                      \
	static void kind##_render(const void *obj, struct out *o)              \
	{                                                                      \
		association_lines(obj, #kind, o);                              \
	}

ASSOCIATION(cert)
ASSOCIATION(rsakey)
ASSOCIATION(dsakey)
ASSOCIATION(dhparam)

static int verify(struct cli *cli, const struct args *a, struct err *err)
{
	const char *cert = arg_word(a, "cert"), *key = arg_word(a, "key");
	const struct association *c = NULL;
	char file[STORE_NAME_LEN + 1];
	struct err why = { 0 };

	c = association_find(cli_conf(cli), "cert", cert);
	if (!c)
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_OBJECT,
			       "certificate association", cert);
	if (key_file(cli, key, file, sizeof(file), err) < 0)
		return -1;
	if (store_verify(cli_env(cli)->store, c->file, file, &why) < 0) {
		if (!strcmp(why.msg, T_PAIR_MISMATCH))
			return err_set(err, why.code, -1, T_VERIFY_NO, cert,
				       key);
		*err = why;
		return -1;
	}
	out_printf(cli_out(cli), T_VERIFY_YES "\n", cert, key);
	return 0;
}

/* ---- copy ssl ------------------------------------------------------------- */

struct copy { /* what an import is to become */
	enum store_format format;
	char file[STORE_NAME_LEN + 1];
	char password[33], passphrase[129];
	bool has_passphrase;
};

static void copy_free(void *arg)
{
	wipe(arg, sizeof(struct copy));
	free(arg);
}

static int copy_store(struct cli *cli, struct transfer *t, void *arg,
		      struct err *err)
{
	const struct copy *c = arg;

	return store_import(cli_env(cli)->store, c->file, c->format,
			    t->data ? t->data : "", t->len, c->password,
			    c->has_passphrase ? c->passphrase : NULL, err);
}

/* ftp and sftp are one record; without either word it is SFTP. */
static bool is_sftp(const struct args *a)
{
	return !arg_key(a, "ftp");
}

static int ssl_import(struct cli *cli, const struct args *a, struct err *err)
{
	const char *remote = arg_word(a, "remote");
	const char *base = transfer_base(remote);
	const char *phrase = arg_word(a, "passphrase");
	const struct env *env = cli_env(cli);
	struct transfer *t = NULL;
	struct copy *c = NULL;

	if (!str_is_name(base, STORE_NAME_LEN))
		return err_set(err, ERR_RANGE, -1, T_BAD_NAME, base,
			       STORE_NAME_LEN);
	if (store_has(env->store, base))
		return err_set(err, ERR_EXISTS, -1, T_SSL_EXISTS);
	t = transfer_new(env, arg_word(a, "record"), is_sftp(a), remote,
			 STORE_BYTES_MAX, err);
	if (!t)
		return -1;
	c = xcalloc(1, sizeof(*c));
	c->format = arg_key(a, "DER")	   ? STORE_DER
		    : arg_key(a, "PKCS12") ? STORE_P12
					   : STORE_PEM;
	(void)str_copy(c->file, sizeof(c->file), base);
	(void)str_copy(c->password, sizeof(c->password),
		       arg_word(a, "password"));
	c->has_passphrase = phrase != NULL;
	(void)str_copy(c->passphrase, sizeof(c->passphrase),
		       phrase ? phrase : "");
	return transfer_start(cli, t, copy_store, c, copy_free);
}

static int ssl_export(struct cli *cli, const struct args *a, struct err *err)
{
	const struct env *env = cli_env(cli);
	const char *file = arg_word(a, "file");
	struct transfer *t;
	void *data = NULL;
	size_t len = 0;

	t = transfer_new(env, arg_word(a, "record"), is_sftp(a), file,
			 STORE_BYTES_MAX, err);
	if (!t)
		return -1;
	if (store_export(env->store, file, arg_word(a, "password"), &data, &len,
			 err) < 0) {
		transfer_free(t);
		return -1;
	}
	transfer_send(t, data, len);
	return transfer_start(cli, t, NULL, NULL, NULL);
}

/* ---- clear ssl ------------------------------------------------------------ */

static int file_clear(struct cli *cli, const struct args *a, struct err *err)
{
	const char *file = arg_word(a, "file");
	const struct association *s = NULL;

	TAILQ_FOREACH(s, &cli_conf(cli)->global->associations, link) {
		if (!strcmp(s->file, file))
			return err_set(err, ERR_REFUSED, -1, T_SSL_ASSOCIATED,
				       s->kind, s->name);
	}
	return store_remove(cli_env(cli)->store, file, arg_word(a, "password"),
			    err);
}

static int statistics_clear(struct cli *cli, const struct args *a,
			    struct err *err)
{
	struct chassis *ch = cli_env(cli)->chassis;
	unsigned only = (unsigned)arg_uint(a, "slot-number", 0);
	bool found = false;

	for (unsigned s = 1; s <= chassis_model(ch)->nslots; s++) {
		struct card *card = chassis_card_rw(ch, s);

		if (!card || card->ops->kind != CARD_SSL || (only && only != s))
			continue;
		card_ssl_clear_statistics(card);
		found = true;
	}
	if (only && !found)
		return err_set(err, ERR_NOT_FOUND, -1, T_SVC_NO_MODULE);
	return 0;
}

/* ---- the tables ----------------------------------------------------------- */

#define SIZES "{512|768|1024|2048}"
#define SIZE_HELP                                                              \
	"Least security\n"                                                     \
	"Normal security\n"                                                    \
	"High security (level 1)\n"                                            \
	"Highest security (level 2)\n"                                         \
	"Password in quotes, up to 16 characters"

#define ASSOCIATE(k, text)                                                     \
	{                                                                      \
		.syntax = "ssl associate " #k                                  \
			  " <name:name:31> <file:sslfile:31>",                 \
		.help = text "\n"                                              \
			     "New name\n"                                      \
			     "File of the SSL store",                          \
		.run = k##_set, .render = k##_render,                          \
		.no = "no ssl associate " #k " <name:" #k ">",                 \
		.clear = k##_clear                                             \
	}

const struct cmd global_ssl_cmds[] = {
	{ .syntax = "ssl", .help = "Certificates and keys" },
	{ .syntax = "ssl associate", .help = "Give a file a name for lists" },
	ASSOCIATE(cert, "Certificate"),
	ASSOCIATE(rsakey, "RSA key"),
	ASSOCIATE(dsakey, "DSA key"),
	ASSOCIATE(dhparam, "Diffie-Hellman parameters"),
	{ .syntax =
		  "ssl genrsa <file:name:31> " SIZES " <password:quoted:1-16>",
	  .help = "Make an RSA key\n"
		  "New file\n" SIZE_HELP,
	  .run = genrsa },
	{ .syntax =
		  "ssl gendsa <file:name:31> " SIZES " <password:quoted:1-16>",
	  .help = "Make a DSA key\n"
		  "New file\n" SIZE_HELP,
	  .run = gendsa },
	{ .syntax = "ssl gendh <file:name:31> " SIZES " <password:quoted:1-16>",
	  .help = "Make Diffie-Hellman parameters\n"
		  "New file\n" SIZE_HELP,
	  .run = gendh },
	{ .syntax = "ssl gencsr <key:rsakey>",
	  .help = "Print a certificate signing request\n"
		  "Name of an associated RSA key",
	  .run = gencsr },
	{ .syntax =
		  "ssl gencert certkey <certkey-name:rsakey> signkey "
		  "<signkey-name:rsakey> <file:name:31> <password:quoted:1-16>",
	  .help = "Make a certificate for 30 days\n"
		  "Key of the certificate\n"
		  "Name of an associated key\n"
		  "Key that signs it\n"
		  "Name of an associated key\n"
		  "New file\n"
		  "Password in quotes, up to 16 characters",
	  .run = gencert },
	{ .syntax = "ssl verify <cert:cert> <key:rsakey>",
	  .help = "Compare a certificate and a key\n"
		  "Name of an associated certificate\n"
		  "Name of an associated key",
	  .run = verify },
	{ 0 },
};

const struct cmd superuser_ssl_cmds[] = {
	{ .syntax = "copy", .help = "Copy files" },
	{ .syntax = "copy ssl", .help = "Certificates and keys" },
	{ .syntax = "copy ssl [{sftp|ftp}] <record:ftprecord> import "
		    "<remote:word:1-128> {DER|PEM|PKCS12} "
		    "<password:quoted:1-16> [<passphrase:quoted:128>]",
	  .help = "By SFTP\n"
		  "By FTP\n"
		  "Name of an ftp-record\n"
		  "Fetch a file\n"
		  "Path below the record's directory\n"
		  "Binary certificate or key\n"
		  "Text form\n"
		  "Certificate and key in one file\n"
		  "New password of the file, in quotes\n"
		  "Password that protects the file now, in quotes",
	  .run = ssl_import },
	{ .syntax = "copy ssl [{sftp|ftp}] <record:ftprecord> export "
		    "<file:sslfile> <password:quoted:1-16>",
	  .help = "Send a file\n"
		  "File of the SSL store\n"
		  "The file's password, in quotes",
	  .run = ssl_export },
	{ .syntax = "clear ssl file <file:sslfile> <password:quoted:1-16>",
	  .help = "SSL files and counters\n"
		  "Delete a file\n"
		  "File of the SSL store\n"
		  "The file's password, in quotes",
	  .run = file_clear },
	{ .syntax = "clear ssl statistics [slot <slot-number:uint:1-6>]",
	  .help = "Zero the counters\n"
		  "Of one module\n"
		  "Slot",
	  .run = statistics_clear },
	{ 0 },
};

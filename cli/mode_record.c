/*
 * ftp-record: logins of FTP and SFTP servers (platform.md 3.2)
 *
 * A password is sealed with the disk's secret as soon as it is typed; that is
 * the form that running-config prints.  One that another unit has printed is
 * kept, printed and cannot be used.
 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/env.h"
#include "cli/modes.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/global.h"
#include "emu/io/disk.h"
#include "sslmod/seal.h"

#define W_LABEL 20

static int seal_password(struct cli *cli, const char *password,
			 struct ftp_record *r, struct err *err)
{
	if (seal_text(disk_secret(cli_env(cli)->disk), password, r->despw,
		      sizeof(r->despw)))
		return 0;
	return err_set(err, ERR_RANGE, -1, T_SSL_BAD_PASS);
}

static int record_set(struct cli *cli, const struct args *a, struct err *err)
{
	const char *dir = arg_word(a, "dir"), *password = NULL;
	struct ftp_record r = { 0 };
	int rc;

	(void)str_copy(r.name, sizeof(r.name), arg_word(a, "record"));
	(void)str_copy(r.host, sizeof(r.host), arg_word(a, "host"));
	(void)str_copy(r.user, sizeof(r.user), arg_word(a, "user"));
	(void)str_copy(r.dir, sizeof(r.dir), dir ? dir : "");
	if (arg_key(a, "des-password")) {
		(void)str_copy(r.despw, sizeof(r.despw), arg_word(a, "sealed"));
	} else {
		password = arg_key(a, "encrypted-password")
				   ? arg_word(a, "clear")
				   : arg_word(a, "password");
		if (seal_password(cli, password, &r, err) < 0)
			return -1;
	}
	rc = ftp_record_set(cli_conf(cli), &r, err);
	wipe(&r, sizeof(r));
	return rc;
}

static int record_set_anonymous(struct cli *cli, const struct args *a,
				struct err *err)
{
	struct ftp_record r = { .user = "anonymous" };
	const char *dir = arg_word(a, "dir");

	(void)str_copy(r.name, sizeof(r.name), arg_word(a, "record"));
	(void)str_copy(r.host, sizeof(r.host), arg_word(a, "host"));
	(void)str_copy(r.dir, sizeof(r.dir), dir ? dir : "");
	return ftp_record_set(cli_conf(cli), &r, err);
}

static int record_clear(struct cli *cli, const struct args *a, struct err *err)
{
	return ftp_record_del(cli_conf(cli), arg_word(a, "record"), err);
}

static void record_render(const void *obj, struct out *o)
{
	const struct conf *c = obj;
	const struct ftp_record *r = NULL;

	TAILQ_FOREACH(r, &c->global->ftp_records, link) {
		out_printf(o, "  ftp-record %s %s %s", r->name, r->host,
			   r->user);
		if (*r->despw)
			out_printf(o, " des-password %s", r->despw);
		out_printf(o, "%s%s \n", *r->dir ? " " : "", r->dir);
	}
}

/* ---- show ----------------------------------------------------------------- */

static void record_show(const struct ftp_record *r, struct out *o)
{
	out_col(o, W_LABEL, "FTP Record:");
	out_printf(o, "%s\n", r->name);
	out_col(o, W_LABEL, "  Host:");
	out_printf(o, "%s\n", r->host);
	out_col(o, W_LABEL, "  Username:");
	out_printf(o, "%s\n", r->user);
	out_col(o, W_LABEL, "  Base Directory:");
	out_printf(o, "%s\n", r->dir);
}

static int records_show(struct cli *cli, const struct args *a, struct err *err)
{
	const char *only = arg_word(a, "record");
	const struct ftp_record *r = NULL;

	if (only && !ftp_record_find(cli_conf(cli), only))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_RECORD);
	TAILQ_FOREACH(r, &cli_conf(cli)->global->ftp_records, link)
		if (!only || !strcmp(only, r->name))
			record_show(r, cli_out(cli));
	return 0;
}

/* ---- the tables ----------------------------------------------------------- */

const struct cmd record_cmds[] = {
	{ .syntax = "ftp-record <record:name:16> <host:host> <user:word:16> "
		    "{des-password <sealed:word:160>|"
		    "encrypted-password <clear:text:1-16>|"
		    "<password:quoted:1-16>} [<dir:word:64>]",
	  .help = "Login of an FTP or SFTP server\n"
		  "Name of the record\n"
		  "Address or host name\n"
		  "User name\n"
		  "Password as running-config has it\n"
		  "Sealed password\n"
		  "Password that the switch seals\n"
		  "Password, up to 16 characters\n"
		  "Password in quotes, up to 16 characters\n"
		  "Base directory",
	  .run = record_set,
	  .render = record_render,
	  .no = "no ftp-record <record:ftprecord>",
	  .clear = record_clear },
	{ .syntax = "ftp-record <record:name:16> <host:host> anonymous "
		    "[<dir:word:64>]",
	  .help = "Log in without a password\nBase directory",
	  .run = record_set_anonymous },
	{ 0 },
};

const struct cmd show_record_cmds[] = {
	{ .syntax = "show ftp-record [<record:ftprecord>]",
	  .help = "Print what is known about ...\n"
		  "Logins of FTP and SFTP servers\n"
		  "Name of a record",
	  .run = records_show },
	{ 0 },
};

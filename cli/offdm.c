/*
 * The Offline Diagnostic Monitor: its menus and what they do
 *
 * A table for each menu (platform.md 2.2).  Every change of the boot record is
 * written at once; a disk that refuses is told and changes nothing.
 */
#include "cli/offdm_io.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

#include "cli/account.h"
#include "cli/bootrec.h"
#include "cli/software.h"
#include "emu/base/err.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/conf/access.h"
#include "emu/io/disk.h"
#include "sslmod/seal.h"

#define LOGIN_TRIES 3

/* ---- the record ----------------------------------------------------------- */

static void record_keep(struct offdm *m, const struct bootrec *b)
{
	struct err err = { 0 };

	if (bootrec_store(m->disk, b, &err) < 0)
		offdm_say(m, "%s\n", err.msg);
	else
		*m->rec = *b;
}

static bool source_from_disk(struct offdm *m, struct boot_source *s)
{
	char **names = software_list(m->disk);
	int n = -1;

	if (*names)
		n = offdm_choose(m, T_DM_VERSION, (const char *const *)names);
	else
		offdm_say(m, T_DM_NO_VERSION "\n");
	if (n >= 0)
		(void)str_copy(s->file, sizeof(s->file), names[n]);
	for (char **p = names; *p; p++)
		free(*p);
	free(names);
	s->type = BOOT_DISK;
	return n >= 0;
}

/* Path, server, user and password of an image. */
static bool source_from_server(struct offdm *m, struct boot_source *s)
{
	char password[OFFDM_LINE];
	struct in_addr a;
	bool fine =
		offdm_ask(m, T_DM_KERNEL, s->file, sizeof(s->file)) &&
		*s->file &&
		offdm_ask(m, T_DM_SERVER, s->ftp.host, sizeof(s->ftp.host)) &&
		offdm_ask(m, T_DM_FTP_USER, s->ftp.user, sizeof(s->ftp.user)) &&
		offdm_secret(m, T_DM_FTP_PASS, password, sizeof(password));

	if (fine && !str_to_addr(s->ftp.host, &a)) {
		offdm_say(m, T_BAD_ADDR "\n", s->ftp.host);
		fine = false;
	}
	if (fine && *password &&
	    !seal_text(disk_secret(m->disk), password, s->ftp.despw,
		       sizeof(s->ftp.despw)))
		fine = false;
	wipe(password, sizeof(password));
	return fine;
}

static bool source_from_network(struct offdm *m, struct boot_source *s)
{
	if (!source_from_server(m, s))
		return false;
	s->type = BOOT_NETWORK;
	return !offdm_yes(m, T_DM_ALT_PATH) ||
	       offdm_ask(m, T_DM_PATH, s->path, sizeof(s->path));
}

static bool source_ask(struct offdm *m, struct boot_source *s)
{
	static const char *const kinds[] = { "Network", "FTP", "Disk", "Clear",
					     NULL };

	switch (offdm_choose(m, T_DM_TYPE, kinds)) {
	case 0:
		return source_from_network(m, s);
	case 1:
		s->type = BOOT_FTP;
		return source_from_server(m, s);
	case 2:
		return source_from_disk(m, s);
	case 3:
		return true; /* as it is: empty */
	default:
		return false;
	}
}

static void source_set(struct offdm *m, int which)
{
	struct bootrec b = *m->rec;
	struct boot_source s = { 0 };

	if (!source_ask(m, &s) || m->ended) {
		offdm_say(m, T_DM_UNCHANGED "\n");
		return;
	}
	b.active.source[which] = s;
	record_keep(m, &b);
}

static void primary_set(struct offdm *m)
{
	source_set(m, BOOT_PRIMARY);
}

static void secondary_set(struct offdm *m)
{
	source_set(m, BOOT_SECONDARY);
}

/* Enter leaves a value as it is; false: what was typed cannot be. */
static bool addr_ask(struct offdm *m, const char *question, struct in_addr *a)
{
	char line[OFFDM_LINE];

	offdm_say(m, "%s [%s] ", question, str_addr(*a));
	if (!offdm_line(m, line, sizeof(line), -1))
		return false;
	if (!*line || str_to_addr(line, a))
		return true;
	offdm_say(m, T_BAD_ADDR "\n", line);
	return false;
}

static void address_set(struct offdm *m)
{
	struct bootrec b = *m->rec;
	struct in_addr mask = { 0 };

	if (b.active.prefix_len)
		mask = str_mask_of(b.active.prefix_len);
	if (!addr_ask(m, T_DM_ADDR, &b.active.addr) ||
	    !addr_ask(m, T_DM_MASK, &mask) ||
	    !addr_ask(m, T_DM_GATEWAY, &b.active.gateway))
		return;
	b.active.prefix_len = 0;
	if (mask.s_addr && !str_to_mask(str_addr(mask), &b.active.prefix_len)) {
		offdm_say(m, T_BAD_MASK "\n", str_addr(mask));
		return;
	}
	record_keep(m, &b);
}

static void boot_menu(struct offdm *m)
{
	static const struct offdm_item items[] = {
		{ "Set Primary Boot Configuration", false, primary_set },
		{ "Set Secondary Boot Configuration", false, secondary_set },
		{ "Set IP Address, Subnet Mask, and Default Gateway", false,
		  address_set },
		{ "Return to Main Menu", false, NULL },
		{ 0 },
	};

	offdm_menu(m, "SET BOOT CONFIGURATION", items, false);
}

static void boot_show(struct offdm *m)
{
	struct out text = { 0 };
	char line[OFFDM_LINE];

	bootrec_render(&m->rec->active, "", &text);
	offdm_say(m, "\nBOOT CONFIGURATION\n\n%s\n", out_text(&text));
	out_fini(&text);
	(void)offdm_ask(m, T_DM_CONTINUE, line, sizeof(line));
}

/* ---- advanced options ----------------------------------------------------- */

static void version_delete(struct offdm *m)
{
	char **names = software_list(m->disk);
	struct err err = { 0 };
	int n = -1;

	if (*names)
		n = offdm_choose(m, T_DM_VERSION, (const char *const *)names);
	else
		offdm_say(m, T_DM_NO_VERSION "\n");
	if (n >= 0 && offdm_yes(m, T_DM_SURE_DELETE)) {
		if (software_remove(m->disk, names[n], &err) < 0)
			offdm_say(m, "%s\n", err.msg);
		else
			offdm_say(m, T_DM_DONE "\n");
	}
	for (char **p = names; *p; p++)
		free(*p);
	free(names);
}

static void protection_set(struct offdm *m)
{
	struct bootrec b = *m->rec;

	b.offdm_login = offdm_yes(m, T_DM_PROTECT);
	if (!m->ended)
		record_keep(m, &b);
}

static void account_keep(struct offdm *m, const char *name,
			 const char *password)
{
	char hash[HASH_CAP];
	struct err err = { 0 };

	if (!password_hash(password, hash, sizeof(hash)) ||
	    account_store(m->disk, m->conf, name, hash, &err) < 0)
		offdm_say(m, "%s\n", *err.msg ? err.msg : T_DM_NO_HASH);
	else
		offdm_say(m, T_DM_DONE "\n");
}

static void account_set(struct offdm *m)
{
	char name[OFFDM_LINE], password[OFFDM_LINE], again[OFFDM_LINE];

	if (!offdm_ask(m, T_DM_NAME, name, sizeof(name)))
		return;
	if (!str_is_name(name, USER_NAME_LEN)) {
		offdm_say(m, T_BAD_NAME "\n", name, USER_NAME_LEN);
		return;
	}
	if (offdm_secret(m, T_DM_PASSWORD, password, sizeof(password)) &&
	    offdm_secret(m, T_DM_AGAIN, again, sizeof(again))) {
		if (*password && !strcmp(password, again))
			account_keep(m, name, password);
		else
			offdm_say(m, T_DM_DIFFER "\n");
	}
	wipe(password, sizeof(password));
	wipe(again, sizeof(again));
}

static void security_menu(struct offdm *m)
{
	static const struct offdm_item items[] = {
		{ "Set Password Protection for Offline Diagnostic Monitor",
		  false, protection_set },
		{ "Set Administrative Username and Password", false,
		  account_set },
		{ 0 },
	};

	offdm_menu(m, "SECURITY OPTIONS", items, true);
}

static void disk_erase(struct offdm *m)
{
	struct err err = { 0 };

	offdm_say(m, T_DM_FORMAT "\n");
	if (!offdm_yes(m, T_DM_SURE_FORMAT))
		return;
	if (disk_format(m->disk, &err) < 0)
		offdm_say(m, "%s\n", err.msg);
	else
		offdm_say(m, T_CHECK_DONE "\n");
}

static void disk_verify(struct offdm *m)
{
	struct disk_usage u = { 0 };
	unsigned bad;

	if (!offdm_yes(m, T_DM_CHECK))
		return;
	bad = disk_check_files(m->disk);
	disk_usage(m->disk, &u);
	offdm_say(m, "files: %u\nfolders: %u\ntotal bytes in files: %s\n",
		  u.files, u.folders, str_thousands(u.used));
	if (bad)
		offdm_say(m, T_DM_UNREADABLE "\n", bad);
	else
		offdm_say(m, T_CHECK_DONE "\n");
}

static void disk_menu(struct offdm *m)
{
	static const struct offdm_item items[] = {
		{ "Format Disk", false, disk_erase },
		{ "Check Disk", false, disk_verify },
		{ 0 },
	};

	offdm_menu(m, "DISK OPTIONS", items, true);
}

static void advanced_menu(struct offdm *m)
{
	static const struct offdm_item items[] = {
		{ "Delete a Software Version", false, version_delete },
		{ "Security Options", true, security_menu },
		{ "Disk Options", true, disk_menu },
		{ 0 },
	};

	offdm_menu(m, "ADVANCED OPTIONS", items, true);
}

/* ---- the main menu -------------------------------------------------------- */

static bool login(struct offdm *m)
{
	const struct user *u = &m->conf->access->administrator;
	char name[OFFDM_LINE], password[OFFDM_LINE];
	bool fits = false;

	for (int i = 0; i < LOGIN_TRIES && !fits && !m->ended; i++) {
		if (!offdm_ask(m, T_LOGIN_USER, name, sizeof(name)) ||
		    !offdm_secret(m, T_LOGIN_PASS, password, sizeof(password)))
			break;
		fits = password_fits(password,
				     !strcmp(name, u->name) ? u->hash : NULL);
		if (!fits)
			offdm_say(m, T_LOGIN_BAD "\n");
	}
	wipe(password, sizeof(password));
	return fits;
}

bool offdm_wanted(struct offdm *m, unsigned seconds)
{
	char line[OFFDM_LINE];

	offdm_say(m, T_DM_WANTED " ");
	if (offdm_line(m, line, sizeof(line), (int)seconds * 1000))
		return str_ieq(line, "y") || str_ieq(line, "yes");
	offdm_say(m, "\n");
	(void)tcflush(m->in, TCIFLUSH); /* half a line is no user name */
	return false;
}

static void reboot(struct offdm *m)
{
	if (offdm_yes(m, T_DM_SURE_REBOOT))
		m->ended = true;
}

void offdm_run(struct offdm *m)
{
	static const struct offdm_item items[] = {
		{ "Set Boot Configuration", true, boot_menu },
		{ "Show Boot Configuration", false, boot_show },
		{ "Advanced Options", true, advanced_menu },
		{ "Reboot System", false, reboot },
		{ 0 },
	};

	if (!m->rec->offdm_login || login(m))
		offdm_menu(m, "MAIN MENU", items, false);
}

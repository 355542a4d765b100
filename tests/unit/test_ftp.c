#include "emu/net/ftp.h"

#include <check.h>
#include <string.h>

#include "emu/base/out.h"
#include "emu/base/str.h"

/* Lines of FTP control connections, as they come and as they go on. */

static const struct {
	const char *line;
	bool client;
	enum ftp_kind kind;
	const char *addr; /* "": the server's */
	uint16_t port;
	const char *written; /* for 10.1.2.3:4660; NULL: not at all */
} rows[] = {
	{ "PORT 127,0,0,9,216,171\r\n", true, FTP_PORT, "127.0.0.9", 55467,
	  "PORT 10,1,2,3,18,52\r\n" },
	{ "port 1,2,3,4,0,1", true, FTP_PORT, "1.2.3.4", 1,
	  "port 10,1,2,3,18,52" },
	{ "EPRT |1|132.235.1.2|6275|\r\n", true, FTP_PORT, "132.235.1.2", 6275,
	  "EPRT |1|10.1.2.3|4660|\r\n" },
	{ "EPRT !1!1.2.3.4!6275!\r\n", true, FTP_PORT, "1.2.3.4", 6275,
	  "EPRT !1!10.1.2.3!4660!\r\n" },
	{ "PASV\r\n", true, FTP_PASSIVE, "", 0, NULL },
	{ "epsv all\r\n", true, FTP_PASSIVE, "", 0, NULL },
	{ "227 Entering Passive Mode (127,10,23,1,162,81).\r\n", false,
	  FTP_ENTERING, "127.10.23.1", 41553,
	  "227 Entering Passive Mode (10,1,2,3,18,52).\r\n" },
	{ "227 Take 2 =10,0,0,1,4,0\r\n", false, FTP_ENTERING, "10.0.0.1", 1024,
	  "227 Take 2 =10,1,2,3,18,52\r\n" },
	{ "229 Extended (|||50000|)\r\n", false, FTP_ENTERING, "", 50000,
	  "229 Extended (|||4660|)\r\n" },
	{ "234 AUTH TLS successful\r\n", false, FTP_SECURE, "", 0, NULL },

	/* nothing is read into them */
	{ "PORT 127,0,0,9,216\r\n", true, FTP_OTHER, "", 0, NULL },
	{ "PORT 127,0,0,256,1,1\r\n", true, FTP_OTHER, "", 0, NULL },
	{ "PORT 127,0,0,9,0,0\r\n", true, FTP_OTHER, "", 0, NULL },
	{ "PORTS 1,2,3,4,5,6\r\n", true, FTP_OTHER, "", 0, NULL },
	{ "EPRT |2|::1|6275|\r\n", true, FTP_OTHER, "", 0, NULL },
	{ "EPRT |1|1.2.3.4|65536|\r\n", true, FTP_OTHER, "", 0, NULL },
	{ "EPRT |1|1.2.3.4.5.6.7.8.9|1|\r\n", true, FTP_OTHER, "", 0, NULL },
	{ "227 nothing to see\r\n", false, FTP_OTHER, "", 0, NULL },
	{ "227-Entering (1,2,3,4,5,6)\r\n", false, FTP_OTHER, "", 0, NULL },
	{ "229 Extended (|||0|)\r\n", false, FTP_OTHER, "", 0, NULL },
	{ "229 Extended\r\n", false, FTP_OTHER, "", 0, NULL },
	{ "227", false, FTP_OTHER, "", 0, NULL },
	{ "227 Entering (1,2,3,4,5,6)\r\n", true, FTP_OTHER, "", 0, NULL },
	{ "PORT 1,2,3,4,5,6\r\n", false, FTP_OTHER, "", 0, NULL },
	{ "", true, FTP_OTHER, "", 0, NULL },
	{ "", false, FTP_OTHER, "", 0, NULL },
};

START_TEST(a_line_is_read_and_written)
{
	const size_t len = strlen(rows[_i].line);
	struct in_addr to, want = { INADDR_ANY };
	struct ftp_line l;
	struct out o = { 0 };

	if (rows[_i].client)
		ftp_command(rows[_i].line, len, &l);
	else
		ftp_reply(rows[_i].line, len, &l);
	ck_assert_int_eq(l.kind, rows[_i].kind);
	if (!rows[_i].written)
		return;
	ck_assert(!*rows[_i].addr || str_to_addr(rows[_i].addr, &want));
	ck_assert_uint_eq(l.addr.s_addr, want.s_addr);
	ck_assert_uint_eq(l.port, rows[_i].port);
	ck_assert(str_to_addr("10.1.2.3", &to));
	ftp_write(rows[_i].line, len, &l, to, 4660, &o);
	ck_assert_str_eq(out_text(&o), rows[_i].written);
	out_fini(&o);
}
END_TEST

/* Each beginning of a line that is read may become one; not each line is begun. */
START_TEST(a_beginning_is_told)
{
	const size_t len = strlen(rows[_i].line);

	for (size_t n = 1; n <= len && rows[_i].kind != FTP_OTHER; n++)
		ck_assert(ftp_may_begin(rows[_i].line, n, !rows[_i].client));
	ck_assert(!ftp_may_begin("PO", 2, true));
	ck_assert(!ftp_may_begin("22", 2, false));
	ck_assert(!ftp_may_begin("POST", 4, false));
	ck_assert(!ftp_may_begin("227-", 4, true));
	ck_assert(!ftp_may_begin("\xff\xf4\xff", 3, false));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ftp");
	TCase *t = tcase_create("lines");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, a_line_is_read_and_written, 0,
			    sizeof(rows) / sizeof(*rows));
	tcase_add_loop_test(t, a_beginning_is_told, 0,
			    sizeof(rows) / sizeof(*rows));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}

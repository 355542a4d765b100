#ifndef CSS_EMU_IO_RIGHTS_H
#define CSS_EMU_IO_RIGHTS_H

/*
 * What an error line advises when the system does not let us have packets: whoever
 * lacks one of the three rights (capabilities(7)) needs all of them, so that nobody
 * hears of them one by one.
 */
#define RIGHTS_CURE                                                            \
	"run as root, in `unshare -Urn`, or with CAP_NET_RAW, "                \
	"CAP_NET_ADMIN and CAP_SYS_ADMIN (setcap; of a container, "            \
	"--cap-add)"

#endif

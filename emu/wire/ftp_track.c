#include "emu/wire/ftp_track.h"
void ftp_track_free(struct ftp_track *t){(void)t;}

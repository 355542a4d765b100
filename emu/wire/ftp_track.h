#ifndef CSS_EMU_WIRE_FTP_TRACK_H
#define CSS_EMU_WIRE_FTP_TRACK_H

struct ftp_track;
void ftp_track_free(struct ftp_track *t);

#endif

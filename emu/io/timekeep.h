#ifndef CSS_EMU_IO_TIMEKEEP_H
#define CSS_EMU_IO_TIMEKEEP_H

struct disk;
struct err;

/*
 * The switch's battery clock: what emu/base/wall.h knows, in the file "clock" of
 * the disk.  The real unit keeps its time and zone in its timekeeper chip and
 * not in its configuration; here the host's clock ticks, and what lies between
 * the two is kept.
 */
#define TIMEKEEP_FILE "clock"

/* No file: the host's time, UTC.  A file that cannot be understood is put aside
 * and told in the log. */
void timekeep_load(struct disk *d);
/* After a change; a scratch disk keeps nothing, which is no error. */
int timekeep_save(struct disk *d, struct err *err);

#endif

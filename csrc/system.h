/*
** system.h - what the journal asks the operating system: clocks, this
** process, and what a path stands for. Needs no other part of luapay.
*/
#ifndef PAY_SYSTEM_H
#define PAY_SYSTEM_H

#include "compat.h"

#pragma GCC visibility push(hidden)

/* Adds wall, boottime, boot_id, sleep, process, file, real_path, create_count,
   read_count, write_count, create_private, sync, is_private, terminal and
   file_system to the table on the top. */
void pay_open_system (lua_State *L);

#pragma GCC visibility pop

#endif

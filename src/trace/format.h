/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The numbers of docs/format.md, shared by the encoder (src/record/) and the reader. */
#ifndef FORMAT_H
#define FORMAT_H

#define FORMAT_MAGIC "\x89REC\r\n\x1a\n"
#define FORMAT_MAGIC_SIZE 8
#define FORMAT_VERSION 1
#define FORMAT_REVISION 0
#define FORMAT_HEADER_SIZE 16

#define BLOCK_HEADER_SIZE 24
#define BLOCK_HASHED_SIZE 16 /* of the header, ahead of the payload */
#define BLOCK_RAW_MAX (4U << 20)
#define BLOCK_STORED_MAX (BLOCK_RAW_MAX + (64U << 10))
#define BLOCK_COMPRESSED 1 /* flags */

#define EPOCH_BLOCKS_MAX 65536

enum block_type {
	BLOCK_META = 1,
	BLOCK_SYSCALLS = 2,
	BLOCK_TASK = 3,
	BLOCK_EVENTS = 4,
	BLOCK_DATA = 5,
	BLOCK_SYNC = 6,
	BLOCK_INDEX = 7,
	BLOCK_END = 8,
	BLOCK_TYPES,
};

enum column {
	COLUMN_KIND,
	COLUMN_THREAD,
	COLUMN_TIME,
	COLUMN_NR,
	COLUMN_SEQ,
	COLUMN_DURATION,
	COLUMN_RET,
	COLUMN_ARGS,
	COLUMN_COUNT,
	COLUMN_PIECES,
	COLUMN_OTHER,
	COLUMN_BYTES,
	COLUMNS,
};

#endif

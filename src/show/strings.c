/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "show/decode.h"

/* The shortest octal that the digit after it does not extend. */
static void show_octal_escape(struct out *out, uint8_t c, bool digit_follows)
{
	out__char(out, '\\');
	if (digit_follows || c >= 0100)
		out__char(out, (char)('0' + (c >> 6)));
	if (digit_follows || c >= 010)
		out__char(out, (char)('0' + (c >> 3 & 7)));
	out__char(out, (char)('0' + (c & 7)));
}

void show_string(struct out *out, const uint8_t *text, size_t len, bool more)
{
	static const char escapes[] = {
		['\t'] = 't', ['\n'] = 'n', ['\v'] = 'v', ['\f'] = 'f', ['\r'] = 'r'
	};

	out__char(out, '"');
	for (size_t i = 0; i < len; i++) {
		uint8_t c = text[i];

		if (c == '"' || c == '\\') {
			out__char(out, '\\');
			out__char(out, (char)c);
		} else if (c < sizeof(escapes) && escapes[c]) {
			out__char(out, '\\');
			out__char(out, escapes[c]);
		} else if (c >= ' ' && c < 0x7f) {
			out__char(out, (char)c);
		} else {
			show_octal_escape(out, c,
					  i + 1 < len && text[i + 1] >= '0' && text[i + 1] <= '7');
		}
	}
	out__str(out, more ? "\"..." : "\"");
}

void show_hex_string(struct out *out, const uint8_t *text, size_t len, bool more)
{
	static const char digits[] = "0123456789abcdef";

	out__char(out, '"');
	for (size_t i = 0; i < len; i++) {
		out__str(out, "\\x");
		out__char(out, digits[text[i] >> 4]);
		out__char(out, digits[text[i] & 0xf]);
	}
	out__str(out, more ? "\"..." : "\"");
}

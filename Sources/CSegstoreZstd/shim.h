// SPDX-License-Identifier: Apache-2.0
// The magicless frame format and the dictionary trainer are declared for static
// linking only, but Debian's shared library exports both.
#pragma once
#define ZSTD_STATIC_LINKING_ONLY
#define ZDICT_STATIC_LINKING_ONLY
#define ZSTD_DISABLE_DEPRECATE_WARNINGS
#define ZDICT_DISABLE_DEPRECATE_WARNINGS
#include <zstd.h>
#include <zdict.h>

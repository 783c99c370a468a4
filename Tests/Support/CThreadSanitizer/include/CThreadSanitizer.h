#pragma once

#include <stdbool.h>

// Whether the thread sanitizer watches this program; it takes several times the memory then.
bool thread_sanitizer_is_on(void);

#include "tie.h"

int tie_user(void) { return tie(tie_count); }

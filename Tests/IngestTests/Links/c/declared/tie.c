#include "tie_more.h"

int tie_count = 0;

/* Declared twice. */
int tie(int n) { return n; }

int tie_old(n)
    int n;
{
    return n;
}

/* No definition of what the header declares. */
int tie_wide(int n) { return n; }

#ifdef _WIN32
int tie_system(void) { return 1; }
#else
int tie_system(void) { return tie(2); }
#endif

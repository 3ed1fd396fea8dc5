#ifndef TIE_H
#define TIE_H

int tie(int n);
int tie_old();
int tie_wide(int n, int width);
int tie_system(void);
int tie_elsewhere(void);
int tie_nowhere(void);
extern int tie_count;

#include "tie_inline.h"

#endif

#include "tie.h"

int tie(int n);
int tie_inlined(int n);

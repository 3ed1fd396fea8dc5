#include "pack.h"

int EXPORT pack_open(const char *name, int mode) { return malloc(mode) != 0; }
char * EXPORT pack_name(int (*get)(void)) { return 0; }
void EXPORT pack_close(int number) { pack_size(number); }
LOCAL long pack_size(int number) { return FLAG * number; }

#include "pack.h"

int run(void) {
  int number = pack_open("a", 1);
  pack_name(0);
  pack_close(number);
  return number;
}

#include "same.h"

#undef problem
int problem(const char *text)
{
	return 1;
}

int told(void)
{
	return problem("a");
}

#ifndef SAME_H
#define SAME_H

int problem(const char *text);

#if defined(__GNUC__)
#define problem(...) (problem(__VA_ARGS__), -1)
#endif

#endif

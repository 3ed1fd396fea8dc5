/* Prototypes as they were before all compilers had them. */
#ifdef PACK_PREFIX
#define pack_open z_pack_open
#endif
#define OF(args) args

#ifndef STDC
extern void *malloc OF((unsigned size));
#endif

EXTERN int EXPORT pack_open OF((const char *name, int mode));
EXTERN char * EXPORT pack_name OF((int (*get)(void)));
EXTERN void EXPORT pack_close(int number);
LOCAL long pack_size(int number);

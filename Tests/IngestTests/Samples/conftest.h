#ifdef __cplusplus
extern "C" {
#endif
/* What the others see. */
int declared(struct buffer *b);
extern int shared_count;
#ifdef __cplusplus
}
#endif

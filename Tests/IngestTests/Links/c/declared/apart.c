/* Does not include the header: it may be another. */
int tie_elsewhere(void) { return 1; }

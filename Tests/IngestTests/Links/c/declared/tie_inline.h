/* Has what it needs from the file that includes it. */
inline int tie_inlined(int n) { return n + tie_count; }
